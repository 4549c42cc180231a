"""Build caches that travel: `--cache-to`, `--cache-from`, inline caches."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.engine import Engine
from tests.docker_lab import build, new_engine, run_for, step

TEXT = """FROM alpine:3.24 AS build
RUN echo built > /out
FROM alpine:3.24
RUN head -c 60000 /dev/urandom > /big
COPY --from=build /out /out
"""
CONTEXT: dict[str, Any] = {"Dockerfile": TEXT}
REF = "student/app:cache"


@pytest.fixture
def engine() -> Engine:
    return new_engine(login="student")


def registry(ref: str = REF, **more: str) -> dict[str, str]:
    return {"type": "registry", "ref": ref, **more}


def test_an_inline_cache_serves_on_another_machine(engine: Engine) -> None:
    build(engine, CONTEXT, tags=["student/app:1"], push=True, cache_to=[{"type": "inline"}],
          platforms=["linux/arm64"])  # fmt: skip
    got = build(engine, CONTEXT, "pi", tags=["app"], cache_from=[registry("student/app:1")])
    row = step(got, "importing cache manifest from student/app:1")
    assert row["state"] == "done"
    row = step(got, "RUN head")
    assert row["cached"] and row["why"].endswith("imported: student/app:1")
    assert not step(got, "RUN echo built")["cached"]  # only the image's own layers are in it
    again = build(engine, CONTEXT, "pi", tags=["app"])
    assert step(again, "RUN head")["why"].startswith("every input is as it was")


def test_an_image_without_an_inline_cache_serves_nothing(engine: Engine) -> None:
    build(engine, CONTEXT, tags=["student/app:1"], push=True, platforms=["linux/arm64"])
    got = build(engine, CONTEXT, "pi", cache_from=[registry("student/app:1")])
    assert got["status"]["state"] == "done" and not step(got, "RUN head")["cached"]


@pytest.mark.parametrize(("mode", "all_stages"), [("min", False), ("max", True)])
def test_a_cache_on_the_registry(engine: Engine, mode: str, all_stages: bool) -> None:
    first = build(engine, CONTEXT, cache_to=[registry(mode=mode)], platforms=["linux/arm64"])
    assert first["status"]["state"] == "done"
    logs = engine.builder.log(first["metadata"]["name"])
    texts = [text for _, _, text in logs[str(step(first, "exporting cache")["n"])]]
    assert texts[0] == "preparing build cache for export"
    assert any(text.startswith("writing cache image manifest sha256:") for text in texts)
    got = build(engine, CONTEXT, "pi", cache_from=[registry()])
    assert step(got, "RUN head")["cached"]
    assert step(got, "RUN echo built")["cached"] == all_stages


def test_a_cache_that_is_not_there_does_not_fail_the_build(engine: Engine) -> None:
    got = build(engine, CONTEXT, cache_from=[registry("student/none:1")])
    row = step(got, "importing cache manifest from student/none:1")
    assert row["state"] == "error"
    assert row["error"].startswith("failed to configure registry cache importer: ")
    assert got["status"]["state"] == "done"


def test_a_cache_that_may_not_be_written_fails_the_build(engine: Engine) -> None:
    got = build(engine, CONTEXT, cache_to=[registry("somebody/app:cache")])
    assert got["status"]["state"] == "failed"
    assert got["status"]["message"].startswith("error writing layer blob: ")


def test_pruning_keeps_the_layers_of_caches_elsewhere(engine: Engine) -> None:
    build(engine, CONTEXT, cache_to=[registry(mode="max")])
    engine.builder.prune("laptop")
    engine.images.prune("laptop", everything=True)
    run_for(engine, 1)
    got = build(engine, CONTEXT, cache_from=[registry()])
    assert step(got, "RUN head")["cached"]
