"""Tab completion of compose lines: commands, flags, services and files."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from simulator.docker.compose import ComposeError, load
from simulator.terminal.workspace import HOME

from .line import table

if TYPE_CHECKING:
    from simulator.engine import Engine

NO_SERVICES = ("ls", "version", "down")


def complete(engine: Engine, words: list[str], cwd: str) -> list[str]:
    """Give what the last of the words after `docker compose` could become."""
    *typed, last = words
    before = typed[-1] if typed else ""
    names = [word for word in typed if f"compose {word}" in table()]
    spec = table()[f"compose {names[0]}" if names else "compose"]
    if last.startswith("-"):
        return [f"--{flag[1]}" for flag in spec.get("flags", [])]
    if not names:
        if before in ("-f", "--file", "--env-file"):
            return _files(engine, cwd, last)
        if before == "--profile":
            return _profiles(engine, cwd)
        return [row[0] for section in spec["commands"] for row in section["rows"]]
    return [] if names[0] in NO_SERVICES else _services(engine, typed, cwd)


def _services(engine: Engine, typed: list[str], cwd: str) -> list[str]:
    paths = [typed[i + 1] for i, word in enumerate(typed[:-1]) if word in ("-f", "--file")]
    try:
        project = load(engine.workspace, cwd or HOME, paths=paths)
    except ComposeError:
        return []
    return [*project.services, *project.disabled]


def _profiles(engine: Engine, cwd: str) -> list[str]:
    try:
        project = load(engine.workspace, cwd or HOME, profiles=["*"])
    except ComposeError:
        return []
    return [one for service in project.services.values() for one in service.get("profiles") or []]


def _files(engine: Engine, cwd: str, typed: str) -> list[str]:
    folder = posixpath.dirname(typed)
    return [
        posixpath.join(folder, name) + ("/" if is_folder else "")
        for name, is_folder in engine.workspace.children(cwd, folder or ".")
    ]
