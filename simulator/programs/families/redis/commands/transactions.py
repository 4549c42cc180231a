"""MULTI, EXEC, DISCARD, WATCH and UNWATCH."""

from __future__ import annotations

from typing import Any

from ..errors import RedisError
from ..keyspace import OK, Call
from ..table import on


def unwatch(c: Call) -> None:
    """Watch nothing any more."""
    watched = c.state["watched"]
    for place in c.client["watch"]:
        left = [number for number in watched.get(place, ()) if number != c.client["key"]]
        if left:
            watched[place] = left
        else:
            watched.pop(place, None)
    c.client.update(watch=[], broken=False)


def discard(c: Call) -> None:
    """Leave a transaction."""
    c.client.update(queue=None, refused=False)
    unwatch(c)


@on("multi")
def multi(c: Call, a: list[str]) -> Any:
    """MULTI."""
    if c.client["queue"] is not None:
        raise RedisError("ERR MULTI calls can not be nested")
    c.client["queue"] = []
    return OK


@on("discard")
def discard_(c: Call, a: list[str]) -> Any:
    """DISCARD."""
    if c.client["queue"] is None:
        raise RedisError("ERR DISCARD without MULTI")
    discard(c)
    return OK


@on("watch")
def watch(c: Call, a: list[str]) -> Any:
    """WATCH key [key ...]."""
    if c.client["queue"] is not None:
        raise RedisError("ERR WATCH inside MULTI is not allowed")
    for key in a:
        c.find(key)
        place = f"{c.number} {key}"
        if place not in c.client["watch"]:
            c.client["watch"].append(place)
            c.state["watched"].setdefault(place, []).append(c.client["key"])
    return OK


@on("unwatch")
def unwatch_(c: Call, a: list[str]) -> Any:
    """UNWATCH."""
    unwatch(c)
    return OK


@on("exec")
def exec_(c: Call, a: list[str]) -> Any:
    """EXEC."""
    from ..execute import run_queued

    queue = c.client["queue"]
    if queue is None:
        raise RedisError("ERR EXEC without MULTI")
    refused = c.client["refused"]
    for place in c.client["watch"]:
        number, _, key = place.partition(" ")
        c.use(number)
        c.find(key)  # one that has expired in the meantime was changed
    c.use(str(c.client["db"]))
    broken = c.client["broken"]
    discard(c)
    if refused:
        raise RedisError("EXECABORT Transaction discarded because of previous errors.")
    if broken:
        return None
    return run_queued(c, queue)
