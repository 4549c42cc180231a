"""What a server keeps on disk: the snapshot (RDB) and the append-only file (AOF).

The files hold what they say as plain data: dump.rdb and the base of an AOF have "redis":
{"dbs", "at_ms"}, an incremental file has "commands": [[database, word ...] ...].

# Simplified: What was appended is written out every second, and when the process ends, however it
# ends: the kernel has the bytes then, and only a machine that loses its power loses that second.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from simulator.docker.tree import TreeError, file_entry
from simulator.plain import copy, sha256

from .binary import length
from .keyspace import State
from .logs import say
from .memory import used

if TYPE_CHECKING:
    from ...process import Process

FSYNC_US = 1_000_000
REWRITE_AT = 20_000
"""Commands in an incremental file from which on it is rewritten (a few megabytes)."""
READ_ONLY = "Read-only file system"


def _folder(state: State) -> str:
    return str(state["config"]["dir"])


def _path(state: State) -> str:
    return posixpath.join(_folder(state), state["config"]["dbfilename"])


def aof_path(state: State, name: str) -> str:
    """Give the path of a file of the AOF: "manifest", "base" or "incr"."""
    config = state["config"]
    base, number = config["appendfilename"], state["aof"]["number"]
    end = {"manifest": ".manifest", "base": f".{number}.base.rdb", "incr": f".{number}.incr.aof"}
    return posixpath.join(_folder(state), config["appenddirname"], base + end[name])


def _snapshot(p: Process, state: State) -> dict[str, Any]:
    dbs = {number: copy(db) for number, db in state["dbs"].items() if db["keys"]}
    size = 100 + sum(entry[2] for db in dbs.values() for entry in db["keys"].values()) * 6 // 10
    return file_entry(
        size=size, content=sha256(dbs), uid=p.uid, gid=p.groups[0],
        redis={"dbs": dbs, "at_ms": (state["epoch_us"] + p.engine.now_us) // 1000,
               "version": state["shown_version"], "bytes": used(state)},
    )  # fmt: skip


def _put(p: Process, path: str, entry: dict[str, Any]) -> str:
    """Write a file; answers "" or the errno text."""
    wrong = p.stays(path)
    if wrong:
        return wrong
    try:
        p.view.put(path, entry)
    except TreeError as error:
        return error.reason
    return ""


def write_snapshot(p: Process, state: State, pid: int) -> bool:
    """Write the snapshot, and say so as the process `pid`."""
    role = "C" if pid != p.pid else ""
    wrong = _put(p, _path(state), _snapshot(p, state))
    if wrong:
        say(p, f"Failed opening the temp RDB file temp-{pid}.rdb (in server root dir "
               f"{_folder(state)}) for saving: {wrong}", "#", role, pid)  # fmt: skip
        state["save_failed"] = True
        return False
    state.update(save_failed=False)
    say(p, "DB saved on disk", "*", role, pid)
    return True


def saved(p: Process, state: State, dirty: int) -> None:
    """Note that the snapshot is that of now, or of when `dirty` changes had been made."""
    state["saved_dirty"] = dirty
    state["saved_us"] = p.engine.now_us
    state["saves"] += 1


def due_us(state: State) -> int | None:
    """Say when the next save point is reached, None while none is in sight."""
    changes = state["dirty"] - state["saved_dirty"]
    if not changes or state["background"] is not None:
        return None
    found = None
    for seconds, wanted in state["points"]:
        if changes >= wanted:
            at_us = state["saved_us"] + seconds * 1_000_000 + 1
            found = at_us if found is None else min(found, at_us)
    if found is not None and state["save_failed"]:
        found = max(found, state["tried_us"] + 5_000_000)
    return found


def points(state: State) -> list[list[int]]:
    """List the save points: seconds, changes."""
    words = [int(word) for word in state["config"]["save"].split()]
    return [list(pair) for pair in zip(words[::2], words[1::2], strict=True)]


def append(p: Process, state: State) -> None:
    """Write out what was appended."""
    aof = state["aof"]
    if aof is None or not aof["fresh"]:
        return
    fresh, aof["fresh"] = aof["fresh"], []
    path = aof_path(state, "incr")
    old = p.view.get(path) or {}
    held = [*old.get("commands", ()), *fresh]
    last = old.get("last_db", "")
    parts = []
    for number, *words in fresh:
        parts.append("" if number == last else _resp(["SELECT", number]))
        parts.append(_resp(words))
        last = number
    text = (old.get("text") or "") + "".join(parts) if "text" in old or not old else None
    size = int(old.get("size", 0)) + sum(map(length, parts))
    extra = {"commands": held, "last_db": last, "uid": p.uid, "gid": p.groups[0]}
    entry = file_entry(text, **extra) if text is not None else (
        file_entry(size=size, content=f"{len(held)} {fresh[-1]}", **extra))  # fmt: skip
    _put(p, path, entry)
    if len(held) > REWRITE_AT:
        rewrite(p, state)


def _resp(words: list[str]) -> str:
    """Write a command in the protocol, as it stands in the file."""
    return f"*{len(words)}\r\n" + "".join(f"${length(word)}\r\n{word}\r\n" for word in words)


def open_aof(p: Process, state: State) -> None:
    """Begin an AOF with what is there now."""
    state["aof"] = {"number": 0, "fresh": []}
    rewrite(p, state)


def rewrite(p: Process, state: State) -> None:
    """Replace the AOF by a base of what is there now and an empty incremental file."""
    aof = state["aof"]
    for name in ("base", "incr") if aof["number"] else ():
        p.view.remove(p.view.resolve(aof_path(state, name)))
    aof.update(number=aof["number"] + 1, fresh=[])
    own: dict[str, Any] = {"uid": p.uid, "gid": p.groups[0]}
    base, incr = (posixpath.basename(aof_path(state, name)) for name in ("base", "incr"))
    number = aof["number"]
    manifest = f"file {base} seq {number} type b\nfile {incr} seq {number} type i\n"
    p.view.make_dir(posixpath.dirname(aof_path(state, "base")), **own)
    _put(p, aof_path(state, "base"), _snapshot(p, state))
    _put(p, aof_path(state, "incr"), file_entry("", commands=[], **own))
    _put(p, aof_path(state, "manifest"), file_entry(manifest, **own))
