"""What Tab offers: subcommands, kinds, names of objects, containers, flags, namespaces, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api.kinds import Kind

from .catalogue import COMMANDS, GROUPS, find
from .flags import GLOBAL, FlagError, parse

if TYPE_CHECKING:
    from simulator.engine import Engine

FORMATS = ("json", "yaml", "name", "wide", "jsonpath=", "custom-columns=")


def complete(engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
    """Give what the last of the words after `kubectl` could become."""
    if len(words) <= 1:
        top = {c.name.partition(" ")[0] for c in COMMANDS}
        return sorted(top)
    command = find(" ".join(words[:2])) if words[0] in GROUPS else find(words[0])
    if words[0] in GROUPS and len(words) == 2:
        return sorted(
            c.name.partition(" ")[2] for c in COMMANDS if c.name.startswith(words[0] + " ")
        )
    if command is None:
        return []
    rest = words[len(command.name.split()) :]
    last, before = rest[-1], rest[-2] if len(rest) > 1 else ""
    namespace = _namespace(rest)
    if before in ("-n", "--namespace"):
        return [o["metadata"]["name"] for o in engine.store.list("Namespace")]
    if before in ("-f", "--filename"):
        return files(engine, cwd, last)
    if before in ("-o", "--output"):
        return list(FORMATS)
    if last.startswith("-"):
        return [f"--{flag.name}" for flag in (*command.flags, *GLOBAL)]
    try:
        given = parse(rest[:-1], command.flags).args
    except FlagError:
        given = []
    return _words(engine, command.takes, given, last, namespace)


def _namespace(words: list[str]) -> str:
    for n, word in enumerate(words[:-1]):
        if word in ("-n", "--namespace"):
            return words[n + 1]
        if word.startswith("--namespace="):
            return word.partition("=")[2]
    return "default"


def _words(engine: Engine, takes: str, given: list[str], last: str, namespace: str) -> list[str]:
    kinds = engine.api.kinds()
    if takes in ("pods", "nodes", "namespaces"):
        row = engine.api.kind(takes)
        return _names(engine, row, namespace) if row else []
    if takes != "kinds":
        return []
    if "/" in last:
        word = last.partition("/")[0]
        row = engine.api.kind(word)
        return [f"{word}/{name}" for name in _names(engine, row, namespace)] if row else []
    if given and "/" not in given[0]:
        row = engine.api.kind(given[0].partition(",")[0])
        return _names(engine, row, namespace) if row else []
    return sorted({kind.plural for kind in kinds} | {s for kind in kinds for s in kind.short})


def _names(engine: Engine, row: Kind, namespace: str) -> list[str]:
    place = namespace if row.namespaced else None
    return [o["metadata"]["name"] for o in engine.store.list(row.store, place)]


def files(engine: Engine, cwd: str, typed: str) -> list[str]:
    """Give the files and folders that a path could become."""
    folder, slash, _ = typed.rpartition("/")
    inside = engine.workspace.children(cwd, folder or ".")
    return [f"{folder}{slash}{name}{'/' if is_folder else ''}" for name, is_folder in inside]
