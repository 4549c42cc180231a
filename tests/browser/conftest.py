"""A Chromium and the front end's own fixture server, for tests of the pages alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.browser.desk import Desk
from tests.browser.student import Student
from tests.browser.visitor import Visit
from tests.server import Server, free_port

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
]


@pytest.fixture(scope="session")
def built() -> None:
    """Skip where the front end has not been bundled."""
    if not (ROOT / "static" / "build" / "lab.js").exists():
        pytest.skip("static/build is missing: run `make build`")


@pytest.fixture(scope="session")
def pages(built: None) -> Iterator[str]:
    """Address of the fixture server (stage_fixture.py)."""
    port = free_port()
    command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0"]
    # A process of its own, without this test run's settings: the fixture has settings of its own.
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    process = subprocess.Popen(
        [*command, "tests.browser.stage_fixture:application"], cwd=ROOT, env=environment
    )
    base = f"http://127.0.0.1:{port}"
    _wait(base, process)
    yield base
    process.terminate()
    process.wait(timeout=20)


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            urlopen(base, timeout=5).close()
            return
        except (URLError, ConnectionError):
            assert process.poll() is None, "the fixture server ended"
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
    raise AssertionError("the fixture server does not answer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Debian's Chromium, driven by Playwright; without it the tests that need it are skipped."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, pages):
    """Open a page of the fixture server: visit(address, **context options)."""
    return lambda address, **context: Visit(chromium, pages, address, **context)


@pytest.fixture
def desk(built, chromium, own_server):
    """Sit down at a lab's terminal, on a server that may be killed: desk(**lab options)."""
    return lambda **lab: Desk(chromium, own_server, **lab)


@pytest.fixture(scope="module")
def school(tmp_path_factory, built):
    """A server of these tests' own, so that its log is theirs."""
    one = Server(tmp_path_factory.mktemp("school"))
    one.start()
    yield one
    one.stop()


@pytest.fixture
def learn(chromium, school, tmp_path):
    """Open a page as a student: learn("/lessons/..."); the server's log must stay clean."""

    @contextmanager
    def open_page(address, **context):
        before = len(school.log.read_text())
        with Student(chromium, school.base + address, **context) as student:
            try:
                yield student
            except BaseException as error:
                student.page.screenshot(path=tmp_path / "failed.png")
                error.add_note(f"the screen: {tmp_path / 'failed.png'}")
                error.add_note(f"the terminal: {student.page.inner_text('.term-log')[-1500:]}")
                error.add_note(f"the server: {school.log.read_text()[before:][-3000:]}")
                raise
            assert student.complaints == []
        log = school.log.read_text()[before:]
        assert "Traceback" not in log and "ERROR" not in log, log[-3000:]

    return open_page
