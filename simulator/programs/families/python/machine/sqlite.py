"""The way of the library's `sqlite3` to the files of the container (`lib/sqlite3.pym`).

A database is the plain data that its file's entry carries under "sql", so that it lives and goes
with the writable layer or the volume in which the file is. Connections are of one process.

# Simplified: SQLite's locks hold between the connections of one program only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.docker.tree import TreeError, file_entry

from ....vm import Machine, Thrown
from ...sql.sqlite import VERSION, Base, fresh
from .calls import native
from .files import check_create, path_of
from .library import CONSTANTS, state_of
from .operators import unwrap
from .sql import MANY, reachable

Args = list[Any]
Words = dict[str, Any]
PAGE = 4096
CONSTANTS["sqlite3.sqlite_version"] = VERSION
CONSTANTS["sqlite3.sqlite_version_info"] = tuple(int(one) for one in VERSION.split("."))


def _sessions(vm: Machine) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = state_of(vm, "sqlite").setdefault("open", {})
    return found


@native("_sqlite.open")
def _open(vm: Machine, args: Args, words: Words) -> Any:
    """Open a database: [its connection's name, None], or [None, what is wrong]."""
    path = path_of(args[0])
    memory = path in (":memory:", "") or "mode=memory" in path
    if path.startswith("file:"):
        path = path[5:].partition("?")[0]
    real = "" if memory else vm.p.view.resolve(path, vm.p.cwd)
    if not memory:
        wrong = _wrong(vm, real)
        if wrong:
            return [None, wrong]
    rows = _sessions(vm)
    if len(rows) >= MANY:
        _sweep(vm, rows)
    kept = state_of(vm, "sqlite")
    kept["n"] = int(kept.get("n", 0)) + 1
    name = f"sqlite.{kept['n']}"
    rows[name] = {**fresh(), "id": name, "path": real, "memory": {}, "used": vm.p.engine.now_us}
    return [name, None]


def _wrong(vm: Machine, path: str) -> str | None:
    """Say why a file cannot be a database; make it if it is not there."""
    view = vm.p.view
    if view.is_dir(path):
        return "unable to open database file"
    entry = view.get(path)
    if entry is None:
        try:
            check_create(vm, path)
            view.put(path, file_entry("", uid=vm.p.uid))
        except (Thrown, TreeError):
            return "unable to open database file"
        return None
    is_base = "sql" in entry or not entry.get("size")
    return None if is_base else "file is not a database"


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
    rows = _sessions(vm)
    session = rows[str(args[0])]
    session["used"] = vm.p.engine.now_us
    base = _base(vm, session, rows)
    answer = base.run(str(unwrap(args[1])))
    if "error" in answer and answer["error"]["message"] == "database is locked":
        _sweep(vm, rows)
        answer = _base(vm, session, rows).run(str(unwrap(args[1])))
    vm.spend(int(answer.get("us") or 0))
    return answer


def _base(vm: Machine, session: dict[str, Any], rows: dict[str, dict[str, Any]]) -> Base:
    path = session["path"]
    same = {name: row for name, row in rows.items() if path and row["path"] == path}
    moment = vm.p.engine.start + timedelta(microseconds=vm.now_us)

    def read(key: str) -> Any:
        if not path:
            return session["memory"].get(key)
        entry = vm.p.view.get(path)
        return None if entry is None else (entry.get("sql") or {}).get(key)

    def write(key: str, value: Any) -> None:
        if not path:
            session["memory"] = {**session["memory"], key: value}
            return
        _write(vm, path, key, value)

    return Base(session, same, read, write, moment.replace(tzinfo=None),
                lambda: float(vm.p.luck().random()))  # fmt: skip


def _write(vm: Machine, path: str, key: str, value: Any) -> None:
    from ...sql import SqlError

    view = vm.p.view
    old = view.get(path) or {}
    kept = {k: v for k, v in {**(old.get("sql") or {}), key: value}.items() if v is not None}
    pages = 1 + sum(1 + len(one) // 40 for one in kept.values() if isinstance(one, dict))
    number = int(old.get("writes") or 0) + 1
    entry = file_entry(size=PAGE * pages, mode=int(old.get("mode") or 0o644),
                       uid=int(old.get("uid") or vm.p.uid), gid=int(old.get("gid") or 0),
                       content=f"{path} {vm.p.engine.now_us} {number}")  # fmt: skip
    try:
        check_create(vm, path)
        view.put(path, {**entry, "sql": kept, "writes": number})
    except (Thrown, TreeError):
        raise SqlError("attempt to write a readonly database", "25006") from None


@native("_sqlite.count")
def _count(vm: Machine, args: Args, words: Words) -> Any:
    """Count the statements of a text."""
    from ...sql import SqlError
    from ...sql.sqlite_text import statements

    try:
        return len(statements(str(unwrap(args[0]))))
    except SqlError:
        return 1
