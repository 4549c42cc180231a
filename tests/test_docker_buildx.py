"""`docker buildx` beside `build`, and `docker builder prune`: the build cache as people see it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import make_lab, run_for

DOCKERFILE = """FROM alpine:3.24
RUN --mount=type=cache,id=pkg,target=/cache dd if=/dev/zero of=/cache/blob bs=1000000 count=3
RUN dd if=/dev/zero of=/blob bs=1000000 count=2
"""


@pytest.fixture
def lab() -> Lab:
    return make_lab(**{"app/Dockerfile": DOCKERFILE})


def run(lab: Lab, line: str, seconds: float = 60.0) -> tuple[str, Any]:
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/app"})
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        answer = lab.entry(answer["entry"]) or {}
    return answer["output"], answer["exit_code"]


def test_an_empty_cache(lab: Lab) -> None:
    assert run(lab, "docker buildx du") == ("Reclaimable:\t0B\nTotal:\t\t0B\n", 0)
    assert run(lab, "docker builder prune -f") == ("Total:\t0B\n", 0)


def test_du_lists_records_and_cache_mounts(lab: Lab) -> None:
    run(lab, "docker build -t app .")
    text, code = run(lab, "docker buildx du")
    assert code == 0
    head, *rows = text.splitlines()
    assert head.split() == ["ID", "RECLAIMABLE", "SIZE", "LAST", "ACCESSED"]
    assert rows[0].split()[0].endswith("*") and rows[0].split()[1:3] == ["true", "3MB"]
    assert rows[1].split()[2] == "2MB*"  # an image has it, too
    assert "Shared:\t\t2MB" in text and "Total:\t\t5MB" in text


def test_du_verbose_names_what_made_a_record(lab: Lab) -> None:
    run(lab, "docker build -t app .")
    text, _ = run(lab, "docker buildx du --verbose --filter type=exec.cachemount")
    assert "cached mount /cache from exec /bin/sh -c dd" in text and 'with id "pkg"' in text
    assert "Type:\t\texec.cachemount" in text and "Total:" not in text


def test_prune_keeps_what_an_image_shares(lab: Lab) -> None:
    run(lab, "docker build -t app .")
    text, code = run(lab, "docker builder prune -f")
    assert code == 0 and text.endswith("Total:\t3MB\n")
    assert "CACHED" in run(lab, "docker build --progress=plain -t app .")[0]
    text, _ = run(lab, "docker buildx prune -a -f")
    assert text.endswith("Total:\t2MB\n")
    run(lab, "docker build -t app .")
    last = lab.engine.store.list("Build", "laptop")[-1]
    why = [row["why"] for row in last["status"]["steps"] if row["name"].endswith("count=2")]
    assert why == ["its result is no longer in the build cache"]


def test_prune_asks(lab: Lab) -> None:
    text, code = run(lab, "echo n | docker builder prune")
    assert code == 0
    assert text.startswith("WARNING! This will remove all dangling build cache. Are you sure ")


def test_builders(lab: Lab) -> None:
    text, code = run(lab, "docker buildx ls")
    assert code == 0 and text.splitlines()[0].split()[0] == "NAME/NODE"
    assert "default*" in text and " \\_ default" in text and "linux/amd64" in text
    text, code = run(lab, "docker buildx inspect")
    assert code == 0 and text.startswith("Name:   default\nDriver: docker\n\nNodes:\n")
    assert run(lab, "docker buildx inspect mine") == ('ERROR: no builder "mine" found\n', 1)
    assert run(lab, "docker buildx version")[0].startswith("github.com/docker/buildx v")
    assert run(lab, "docker buildx build -t app .")[1] == 0
