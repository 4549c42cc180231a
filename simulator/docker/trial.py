"""Build a Dockerfile for real in a fresh lab, although nothing of its project is at hand.

# Simplified: In a trial build any file that the Dockerfile asks of its context exists, with unknown
# content, and every image of any registry has a stand-in (`hub.stand_ins`).
"""

from __future__ import annotations

from typing import Any

from simulator.docker.build import BuildOptions
from simulator.docker.build.context import ANYTHING, Context
from simulator.engine import Engine
from simulator.scenario import Scenario

MACHINE = "laptop"
LAB: dict[str, Any] = {
    "name": "trial",
    "machines": [{"name": MACHINE, "role": "laptop", "arch": "amd64", "link": "1Gbps"}],
    "hub": {"stand_ins": True},
    "files": {},
}


def stub_context(text: str, dockerignore: str | None = None) -> Context:
    """Give a context in which any path exists."""
    context: Context = {"Dockerfile": text, ANYTHING: {}}
    if dockerignore is not None:
        context[".dockerignore"] = dockerignore
    return context


def try_build(text: str, dockerignore: str | None = None) -> dict[str, Any]:
    """Build with a stub context; answers `built` and `failed_at` ({line, message}, or None).

    line: 1-based, of the instruction that failed, 0 when it was none.
    """
    engine = Engine(Scenario(LAB), 1)
    name = engine.builder.start(MACHINE, stub_context(text, dockerignore), BuildOptions())
    while engine.store.need("Build", MACHINE, name)["status"]["state"] == "running":
        next_us = engine.calendar.next_us()
        if next_us is None:
            break
        engine.calendar.run_before(next_us + 1)
    status = engine.store.need("Build", MACHINE, name)["status"]
    if status["state"] == "done":
        return {"built": True, "failed_at": None}
    output = []
    if status.get("failedRow"):
        rows = engine.builder.log(name).get(str(status["failedRow"])) or []
        output = [row[2] for row in rows if row[1] == "log"][-3:]
    failed = {"line": (status.get("errorAt") or [0])[0], "message": status["message"]}
    return {"built": False, "failed_at": {**failed, "output": output}}
