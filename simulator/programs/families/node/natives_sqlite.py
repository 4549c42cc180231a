"""The way of the modules `sqlite3` and `better-sqlite3` to the files of the container.

Where the bases are kept, see `families/sql/sqlite_file`; the modules are in lib/npm.
"""

from __future__ import annotations

import re
from typing import Any

from ..sql import sqlite_file
from .convert import to_text, truthy
from .natives_core import arg
from .natives_net import to_js
from .registry import native
from .values import plain

MANY = 200
"""Connections that a program may hold open (assumed; a program that never closes one leaks)."""


def _rows(vm: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = vm.root.setdefault("sqlite", {})
    return found


@native("sys.sqliteOpen", 2)
def _open(vm: Any, this: Any, args: list[Any]) -> Any:
    """Open a database: (path, whether to make it) -> {"name"} or {"wrong"}."""
    rows = _rows(vm)
    number = vm.root["bases"] = int(vm.root.get("bases", 0)) + 1
    if len(rows) >= MANY:
        return to_js(vm, {"wrong": sqlite_file.CANNOT_OPEN})
    name, path = f"sqlite.{number}", plain(to_text(vm, arg(args, 0)))
    row = sqlite_file.opened(vm.p, path, name, truthy(arg(args, 1)))
    if isinstance(row, str):
        return to_js(vm, {"wrong": row})
    rows[name] = row
    return to_js(vm, {"name": name})


@native("sys.sqliteRun", 2)
def _run(vm: Any, this: Any, args: list[Any]) -> Any:
    """Carry a text out: (name, text) -> the answer of `families/sql/sqlite`, lastID, changes."""
    rows, name = _rows(vm), plain(to_text(vm, arg(args, 0)))
    answer = sqlite_file.run(vm.p, rows, name, plain(to_text(vm, arg(args, 1))), vm.now_us)
    vm.spend(int(answer.get("us") or 0))
    session = rows[name]
    return to_js(vm, {**answer, "lastID": session["rowid"], "changes": session["changes"]})


_TOKENS = re.compile(
    r"""('(?:[^']|'')*'?|"[^"]*"?|`[^`]*`?|\[[^\]]*\]?|--[^\n]*|/\*.*?(?:\*/|$))"""
    r"""|\?(\d{0,6})|([:@$][A-Za-z_]\w*)""",
    re.S,
)


@native("sys.sqlitePlaces", 1)
def _places(vm: Any, this: Any, args: list[Any]) -> Any:
    """Cut a statement at its parameters: texts, and between them {"index"} or {"name"}."""
    text = plain(to_text(vm, arg(args, 0)))
    parts: list[Any] = []
    start = number = 0
    for found in _TOKENS.finditer(text):
        if found[1] is not None:
            continue
        parts.append(text[start : found.start()])
        if found[3] is not None:
            parts.append({"name": found[3]})
        else:
            number = int(found[2]) if found[2] else number + 1
            parts.append({"index": number})
        start = found.end()
    return to_js(vm, [*parts, text[start:]])


@native("sys.sqliteClose", 1)
def _close(vm: Any, this: Any, args: list[Any]) -> None:
    _rows(vm).pop(plain(to_text(vm, arg(args, 0))), None)
