"""Runs a JavaScript program in a container, for the tests of the modelled Node.js."""

from __future__ import annotations

from typing import Any

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, start, state


def program(
    lab: Lab, text: str, *cmd: str, path: str = "/app/index.js",
    files: dict[str, Any] | None = None, wait: float = 2.0, name: str | None = None,
    packages: str = "", **body: Any,
) -> str:  # fmt: skip
    """Start a container whose node runs a program; packages: names that node_modules holds."""
    rows: dict[str, Any] = {path: text, **(files or {})}
    for package in packages.split():
        rows[f"/app/node_modules/{package}/package.json"] = f'{{"name":"{package}"}}\n'
    add_image(lab, "node:22-slim", name="program:latest", files=rows, WorkingDir="/app")
    return start(lab, "program:latest", *(cmd or ("node", path)), wait=wait, name=name, **body)


def said(text: str, *cmd: str, **more: Any) -> str:
    """Run a program to its end: what it wrote."""
    lab = make_lab()
    return output(lab, program(lab, text, *cmd, **more))


def ended(text: str, *cmd: str, **more: Any) -> tuple[str, int]:
    """Run a program to its end: what it wrote, and its exit code."""
    lab = make_lab()
    container = program(lab, text, *cmd, **more)
    return output(lab, container), int(state(lab, container)["ExitCode"])
