"""Databases of SQLite in the files of a container, for the programs that open them.

A database is the plain data that its file's entry carries under "sql", so that it lives and goes
with the writable layer or the volume in which the file is. Connections are of one process: rows of
plain data by their names, made by `opened`.

# Simplified: SQLite's locks hold between the connections of one program only.
"""

from __future__ import annotations

import posixpath
from datetime import timedelta
from typing import Any

from simulator.docker.tree import TreeError, file_entry

from ...process import Process
from .errors import SqlError
from .session import Answer
from .sqlite import Base, fresh

PAGE = 4096
CANNOT_OPEN = "unable to open database file"
Rows = dict[str, dict[str, Any]]


def opened(p: Process, path: str, name: str, make: bool = True) -> dict[str, Any] | str:
    """Make a connection to a file, or to a base in memory: its row, or what is wrong.

    make: whether a file that is not there is made.
    """
    memory = path in (":memory:", "") or "mode=memory" in path
    if path.startswith("file:"):
        path = path[5:].partition("?")[0]
    real = "" if memory else p.view.resolve(path, p.cwd)
    wrong = "" if memory else _wrong(p, real, make)
    if wrong:
        return wrong
    return {**fresh(), "id": name, "path": real, "memory": {}, "used": p.engine.now_us}


def _wrong(p: Process, path: str, make: bool) -> str:
    """Say why a file cannot be a database; make it if it is not there."""
    if p.view.is_dir(path):
        return CANNOT_OPEN
    entry = p.view.get(path)
    if entry is None:
        try:
            if not make or not _may_write(p, path):
                return CANNOT_OPEN
            p.view.put(path, file_entry("", uid=p.uid))
        except TreeError:
            return CANNOT_OPEN
        return ""
    is_base = "sql" in entry or not entry.get("size")
    return "" if is_base else "file is not a database"


def _may_write(p: Process, path: str) -> bool:
    """Tell whether a file may be made or written; raises TreeError on a read-only file system."""
    if not p.view.is_dir(posixpath.dirname(path) or "/") or not p.may_write(path):
        return False
    p.view.check(path)
    return True


def run(p: Process, rows: Rows, name: str, text: str, now_us: int) -> Answer:
    """Carry out a text for a connection: the answer (see `sqlite`)."""
    rows[name]["used"] = p.engine.now_us
    return base_of(p, rows, name, now_us).run(text)


def base_of(p: Process, rows: Rows, name: str, now_us: int) -> Base:
    """Give the base of a connection, with the other connections to the same file."""
    session = rows[name]
    path = session["path"]
    same = {one: row for one, row in rows.items() if path and row["path"] == path}
    moment = p.engine.start + timedelta(microseconds=now_us)

    def read(key: str) -> Any:
        if not path:
            return session["memory"].get(key)
        entry = p.view.get(path)
        return None if entry is None else (entry.get("sql") or {}).get(key)

    def write(key: str, value: Any) -> None:
        if not path:
            session["memory"] = {**session["memory"], key: value}
            return
        _write(p, path, key, value)

    return Base(session, same, read, write, moment.replace(tzinfo=None),
                lambda: float(p.luck().random()))  # fmt: skip


def _write(p: Process, path: str, key: str, value: Any) -> None:
    old = p.view.get(path) or {}
    kept = {k: v for k, v in {**(old.get("sql") or {}), key: value}.items() if v is not None}
    pages = 1 + sum(1 + len(one) // 40 for one in kept.values() if isinstance(one, dict))
    number = int(old.get("writes") or 0) + 1
    entry = file_entry(size=PAGE * pages, mode=int(old.get("mode") or 0o644),
                       uid=int(old.get("uid") or p.uid), gid=int(old.get("gid") or 0),
                       content=f"{path} {p.engine.now_us} {number}")  # fmt: skip
    try:
        fits = _may_write(p, path)
        if fits:
            p.view.put(path, {**entry, "sql": kept, "writes": number})
    except TreeError:
        fits = False
    if not fits:
        raise SqlError("attempt to write a readonly database", "25006")
