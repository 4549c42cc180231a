"""What a server reads from disk when it starts."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from simulator.plain import copy

from . import persistence
from .clients import fresh
from .errors import RedisError
from .keyspace import Call, State
from .logs import say
from .table import commands

if TYPE_CHECKING:
    from ...process import Process


def load(p: Process, state: State) -> None:
    """Read the AOF when it is on and there, else the snapshot."""
    config = state["config"]
    if config["appendonly"] == "yes":
        folder = posixpath.join(config["dir"], config["appenddirname"])
        manifest = p.view.text(f"{folder}/{config['appendfilename']}.manifest")
        if manifest is None:
            persistence.open_aof(p, state)
            _made(p, state)
        else:
            _load_aof(p, state, manifest)
        return
    entry = p.view.get(posixpath.join(config["dir"], config["dbfilename"]))
    if entry is not None and "redis" in entry:
        count = _load_snapshot(p, state, entry["redis"])
        state["loaded"] = count
        say(p, "DB loaded from disk: 0.000 seconds")


def _made(p: Process, state: State) -> None:
    for name, what in (("base", "base file"), ("incr", "incr file")):
        shown = posixpath.basename(persistence.aof_path(state, name))
        say(p, f"Creating AOF {what} {shown} on server start")


def _load_snapshot(p: Process, state: State, kept: dict[str, Any]) -> int:
    now_ms = (state["epoch_us"] + p.engine.now_us) // 1000
    say(p, f"Loading RDB produced by version {kept['version']}")
    say(p, f"RDB age {max(0, now_ms - kept['at_ms']) // 1000} seconds")
    say(p, f"RDB memory usage when created {kept['bytes'] / (1 << 20):.2f} Mb")
    state["dbs"] = copy(kept["dbs"])
    expired = count = 0
    c = Call(p, state, fresh(p, state, "", None))
    for number in list(state["dbs"]):
        c.use(number)
        for key, at_ms in list(c.expires.items()):
            if at_ms < now_ms:
                c.keys.pop(key, None)
                del c.expires[key]
                expired += 1
        for entry in c.keys.values():
            state["memory"] += entry[2]
            state["made"] = max(state["made"], entry[4])
        state["memory"] += 32 * len(c.expires)
        count += len(c.keys)
        for at_ms in c.expires.values():
            nearest = state["nearest_ms"]
            state["nearest_ms"] = at_ms if nearest is None else min(nearest, at_ms)
    say(p, f"Done loading RDB, keys loaded: {count}, keys expired: {expired}.")
    return count


def _load_aof(p: Process, state: State, manifest: str) -> None:
    found = re.findall(r"^file \S+ seq (\d+) type b", manifest, re.M)
    state["aof"] = {"number": int(found[-1]) if found else 1, "fresh": []}
    base = p.view.get(persistence.aof_path(state, "base"))
    names = {name: posixpath.basename(persistence.aof_path(state, name))
             for name in ("base", "incr")}  # fmt: skip
    if base is not None and "redis" in base:
        say(p, "Reading RDB base file on AOF loading...")
        state["loaded"] = _load_snapshot(p, state, base["redis"])
        say(p, f"DB loaded from base file {names['base']}: 0.000 seconds")
    incr = p.view.get(persistence.aof_path(state, "incr"))
    kept = (incr or {}).get("commands", ())
    for number, *words in kept:
        _redo(p, state, number, words)
    if kept:
        say(p, f"DB loaded from incr file {names['incr']}: 0.000 seconds")
    say(p, "DB loaded from append only file: 0.000 seconds")
    say(p, f"Opening AOF incr file {names['incr']} on server start")


def _redo(p: Process, state: State, number: str, words: list[str]) -> None:
    c = Call(p, state, fresh(p, state, "", None))
    state["connected"] -= 1
    state["stats"]["total_connections_received"] -= 1
    c.use(number)
    c.now_ms = 0  # nothing expires while it is read
    c.words = list(words)
    command = commands().get(words[0].lower())
    try:
        if command is not None:
            command.run(c, words[1:])
    except RedisError:
        return
