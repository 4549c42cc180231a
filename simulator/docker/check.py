"""Check a Dockerfile without a hub: what `manage.py lab check-dockerfiles` says of each file."""

from __future__ import annotations

import hashlib
from typing import Any

from simulator.docker.dockerfile import Base, DockerfileError, check, plan
from simulator.docker.dockerfile.state import PATH
from simulator.docker.dockerignore import read


def stand_in(ref: str, platform: str) -> Base:
    """Give the image that stands for every external one: one layer, and only PATH set.

    Its digest is the SHA-256 of the reference, so that it is the same everywhere.
    """
    digest = "sha256:" + hashlib.sha256(ref.encode()).hexdigest()
    history = [{"created_by": "base", "empty_layer": False}]
    return Base(ref, digest, "linux/amd64", {"Env": [PATH]}, history)


def check_dockerfile(text: str, name: str, dockerignore: str | None = None) -> dict[str, Any]:
    """Parse, check and plan one Dockerfile; every path of its context exists.

    dockerignore: the text of `.dockerignore`.
    Returns name, error (BuildKit's message, or None), warnings [{rule, line, detail}] and
    layers_added (layers beyond the external base; None on error).
    """
    ignore: list[str] = []
    error: str | None = None
    layers: int | None = None
    try:
        ignore = read(dockerignore or "")
        made = plan(text, resolve=stand_in, ignore=ignore)
        layers = len(made.result.layers)
    except DockerfileError as problem:
        error = problem.message
    warnings, _ = check(text, resolve=stand_in, ignore=ignore)
    return {
        "name": name,
        "error": error,
        "warnings": [
            {"rule": found.rule, "line": found.line, "detail": found.detail} for found in warnings
        ],
        "layers_added": layers,
    }
