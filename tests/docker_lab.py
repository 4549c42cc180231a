"""A small lab for tests of the image side of Docker: a laptop and a Raspberry Pi, and helpers."""

from __future__ import annotations

from typing import Any

from simulator.docker.build import BuildOptions
from simulator.engine import Engine
from simulator.plain import Object
from simulator.scenario import Scenario

SCENARIO: dict[str, Any] = {
    "name": "images",
    "machines": [
        {"name": "laptop", "role": "laptop", "arch": "amd64", "link": "100Mbps"},
        {"name": "pi", "role": "pi", "arch": "arm64", "link": "50Mbps"},
    ],
    "files": {},
}

DOCKERFILE = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV PORT=8080
EXPOSE 8080
CMD ["python", "app.py"]
"""


def shop() -> dict[str, Any]:
    """Give the files of a small web shop."""
    return {"Dockerfile": DOCKERFILE, "requirements.txt": "flask\n", "app.py": "import flask\n"}


def new_engine(keyframe: bytes | None = None, **hub: Any) -> Engine:
    """Make an engine, fresh or from a keyframe."""
    data = {**SCENARIO, "hub": hub} if hub else SCENARIO
    return Engine(Scenario(data), 1, keyframe)


def run_for(engine: Engine, seconds: float) -> None:
    """Let simulated time pass."""
    engine.calendar.run_before(engine.now_us + int(seconds * 1_000_000))


def transfer(engine: Engine, machine: str, name: str) -> dict[str, Any]:
    """Let a transfer end and give its status."""
    while engine.transfers.get(machine, name)["status"]["state"] in ("resolving", "active"):
        run_for(engine, 1)
    status: dict[str, Any] = engine.transfers.get(machine, name)["status"]
    return status


def pull(engine: Engine, ref: str, machine: str = "laptop") -> dict[str, Any]:
    """Pull an image and give the transfer's status."""
    return transfer(engine, machine, engine.transfers.start_pull(machine, ref))


def finish(engine: Engine, name: str, machine: str = "laptop") -> Object:
    """Let a build end and give it."""
    while engine.store.need("Build", machine, name)["status"]["state"] == "running":
        next_us = engine.calendar.next_us()
        assert next_us is not None, "the build waits for nothing"
        engine.calendar.run_before(next_us + 1)
    return engine.store.need("Build", machine, name)


def build(
    engine: Engine, context: dict[str, Any], machine: str = "laptop", **options: Any
) -> Object:
    """Build to the end and give the Build object."""
    return finish(engine, engine.builder.start(machine, context, BuildOptions(**options)), machine)


def step(built: Object, part: str) -> dict[str, Any]:
    """Give the row of the step whose name has `part` in it."""
    row: dict[str, Any] = next(r for r in built["status"]["steps"] if part in r["name"])
    return row
