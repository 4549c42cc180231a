"""Tab completion of docker lines: commands, flags, and the names of what is on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .grammar import ALIASES, table

if TYPE_CHECKING:
    from simulator.engine import Engine

RUNNING_ONLY = ("stop", "kill", "exec", "pause", "top", "attach", "port", "stats")
CONTAINERS = (*RUNNING_ONLY, "start", "restart", "rm", "logs", "inspect", "rename", "wait", "diff",
              "commit", "unpause", "update", "cp")  # fmt: skip
IMAGES = ("run", "create", "rmi", "tag", "push", "history", "inspect", "pull")


def complete(engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
    """Give what the last word could become."""
    rows = table()
    typed = [word for word in words[1:-1] if not word.startswith("-")]
    group = typed[0] if typed and "commands" in rows.get(typed[0], {}) else ""
    if not typed or (group and len(typed) == 1):
        names = [name for name in rows if name and " " not in name]
        if group:
            sections = rows[group]["commands"]
            names = [row[0] for section in sections for row in section["rows"]]
        if words[-1].startswith("-"):
            return _flags(group)
        return names
    name = " ".join(typed[:2]) if group else typed[0]
    if words[-1].startswith("-"):
        return _flags(name)
    return _names(engine, ALIASES.get(name, name), machine, cwd, words)


def _flags(name: str) -> list[str]:
    spec = table().get(name) or table().get(ALIASES.get(name, ""), {})
    return [f"--{flag[1]}" for flag in [*spec.get("flags", []), *spec.get("hidden", [])]]


def _names(engine: Engine, name: str, machine: str, cwd: str, words: list[str]) -> list[str]:
    before = words[-2]
    docker = engine.docker
    networks = [network["Name"] for network in docker.networks.all(machine)]
    if before in ("--network", "--net"):
        return networks
    if name.startswith("network "):
        return [*networks, *_containers(engine, machine, False)]
    if name.startswith("volume "):
        return [volume["Name"] for volume in docker.mounts.all(machine)]
    if name == "build" or before in ("-f", "--file", "--env-file"):
        return _files(engine, cwd, words[-1])
    short = name.removeprefix("container ").removeprefix("image ")
    found: list[str] = []
    if short in CONTAINERS:
        found += _containers(engine, machine, short in RUNNING_ONLY)
    if short in IMAGES:
        for image in engine.images.list(machine):
            found += image["RepoTags"] or [image["Id"][7:19]]
    return found


def _containers(engine: Engine, machine: str, running: bool) -> list[str]:
    return [one["Name"].lstrip("/") for one in engine.docker.containers(machine, not running)]


def _files(engine: Engine, cwd: str, typed: str) -> list[str]:
    folder, slash, _ = typed.rpartition("/")
    children = engine.workspace.children(cwd, folder or ("/" if slash else "."))
    head = f"{folder}/" if slash else ""
    return [f"{head}{name}{'/' if is_folder else ''}" for name, is_folder in children]
