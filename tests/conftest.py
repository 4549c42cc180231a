"""Fixtures that several test files share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from hypothesis import settings

# Before Django reads its settings: no test touches the data of a real server.
os.environ["DRYDOCK_DATA"] = tempfile.mkdtemp(prefix="drydock-tests-")
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"

from simulator.programs.vm.faults import Faults
from tests.server import Server

Faults.loud = True  # a fault of ours is no TypeError of a program
django.setup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: Playwright keeps an event loop running in this thread, in
    which neither Django nor `asyncio.run` would work any more."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests that leave it running."""
    one = Server(tmp_path_factory.mktemp("server"))
    one.start()
    yield one
    one.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that a test may kill; it has to start it."""
    one = Server(tmp_path / "data")
    yield one
    one.kill()


settings.register_profile("drydock", settings.default, deadline=None)  # speed is bench/'s business
settings.load_profile("drydock")
