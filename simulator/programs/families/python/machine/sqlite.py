"""The way of the library's `sqlite3` to the files of the container (`lib/sqlite3.pym`).

Where the bases are kept, see `families/sql/sqlite_file`.
"""

from __future__ import annotations

from typing import Any

from ....vm import Machine
from ...sql import sqlite_file
from ...sql.sqlite import VERSION
from .calls import native
from .files import path_of
from .library import CONSTANTS, state_of
from .operators import unwrap
from .sql import MANY, reachable

Args = list[Any]
Words = dict[str, Any]
CONSTANTS["sqlite3.sqlite_version"] = VERSION
CONSTANTS["sqlite3.sqlite_version_info"] = tuple(int(one) for one in VERSION.split("."))


def _sessions(vm: Machine) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = state_of(vm, "sqlite").setdefault("open", {})
    return found


@native("_sqlite.open")
def _open(vm: Machine, args: Args, words: Words) -> Any:
    """Open a database: [its connection's name, None], or [None, what is wrong]."""
    rows = _sessions(vm)
    if len(rows) >= MANY:
        _sweep(vm, rows)
    kept = state_of(vm, "sqlite")
    name = f"sqlite.{int(kept.get('n', 0)) + 1}"
    row = sqlite_file.opened(vm.p, path_of(args[0]), name)
    if isinstance(row, str):
        return [None, row]
    kept["n"] = int(kept.get("n", 0)) + 1
    rows[name] = row
    return [name, None]


def _sweep(vm: Machine, rows: dict[str, dict[str, Any]]) -> None:
    """Forget connections that nothing refers to any more."""
    found = reachable(vm, "sqlite")
    for name, row in list(rows.items()):
        if row["used"] != vm.p.engine.now_us and f"'{name}'" not in found:
            del rows[name]


@native("_sqlite.close")
def _close(vm: Machine, args: Args, words: Words) -> Any:
    _sessions(vm).pop(str(args[0]), None)


@native("_sqlite.run")
def _run(vm: Machine, args: Args, words: Words) -> Any:
    """Carry out a text for a connection: the answer (see `families/sql/sqlite.py`)."""
    rows, name, text = _sessions(vm), str(args[0]), str(unwrap(args[1]))
    answer = sqlite_file.run(vm.p, rows, name, text, vm.now_us)
    if "error" in answer and answer["error"]["message"] == "database is locked":
        _sweep(vm, rows)
        answer = sqlite_file.run(vm.p, rows, name, text, vm.now_us)
    vm.spend(int(answer.get("us") or 0))
    return answer


@native("_sqlite.count")
def _count(vm: Machine, args: Args, words: Words) -> Any:
    """Count the statements of a text."""
    from ...sql import SqlError
    from ...sql.sqlite_text import statements

    try:
        return len(statements(str(unwrap(args[0]))))
    except SqlError:
        return 1
