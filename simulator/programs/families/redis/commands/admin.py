"""Commands for the administrator: files, the end, time, replication, what is going on."""

from __future__ import annotations

from typing import Any

from .. import info, persistence, replication, timers
from .. import state as states
from ..clients import address
from ..errors import SYNTAX, RedisError
from ..keyspace import OK, Call
from ..logs import say
from ..numbers import integer
from ..table import on
from .containers import subcommand


@on("save")
def save(c: Call, a: list[str]) -> Any:
    """SAVE."""
    if c.state["background"] is not None and c.state["background"]["kind"] == "save":
        raise RedisError("ERR Background save already in progress")
    if not persistence.write_snapshot(c.p, c.state, c.p.pid):
        raise RedisError("ERR")
    persistence.saved(c.p, c.state, c.state["dirty"])
    c.state["timers"] = True
    return OK


@on("bgsave")
def bgsave(c: Call, a: list[str]) -> Any:
    """BGSAVE [SCHEDULE]."""
    if len(a) > 1 or (a and a[0].upper() != "SCHEDULE"):
        raise RedisError(SYNTAX)
    busy = c.state["background"]
    if busy is not None:
        raise RedisError(
            "ERR Background save already in progress" if busy["kind"] == "save" else
            "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE "
            "SCHEDULE in order to schedule a BGSAVE whenever possible."
        )  # fmt: skip
    timers.start_background(c.p, c.state, "save")
    return {"status": "Background saving started", "value": "Background saving started"}


@on("bgrewriteaof")
def bgrewriteaof(c: Call, a: list[str]) -> Any:
    """BGREWRITEAOF."""
    busy = c.state["background"]
    if busy is not None and busy["kind"] != "save":
        raise RedisError("ERR Background append only file rewriting already in progress")
    if busy is None and c.state["aof"] is not None:
        timers.start_background(c.p, c.state, "aof")
    word = "started" if busy is None else "scheduled"
    text = f"Background append only file rewriting {word}"
    return {"status": text, "value": text}


@on("lastsave")
def lastsave(c: Call, a: list[str]) -> int:
    """LASTSAVE."""
    return int((c.state["epoch_us"] + c.state["saved_us"]) // 1_000_000)


@on("shutdown")
def shutdown(c: Call, a: list[str]) -> Any:
    """SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE]."""
    from ..server import shut_down

    words = [word.upper() for word in a]
    if any(word not in ("NOSAVE", "SAVE", "NOW", "FORCE", "ABORT") for word in words) or (
        "SAVE" in words and "NOSAVE" in words
    ):
        raise RedisError(SYNTAX)
    if "ABORT" in words:
        raise RedisError("ERR No shutdown in progress.")
    wish = True if "SAVE" in words else False if "NOSAVE" in words else None
    if not shut_down(c.p, c.state, wish):
        raise RedisError("ERR Errors trying to SHUTDOWN. Check logs.")
    return {"error": "closed"}


@on("time")
def time(c: Call, a: list[str]) -> list[str]:
    """TIME."""
    at_us = c.state["epoch_us"] + c.now_us
    return [str(at_us // 1_000_000), str(at_us % 1_000_000)]


@on("info")
def info_(c: Call, a: list[str]) -> str:
    """INFO [section ...]."""
    return info.text(c, [word.lower() for word in a])


@on("monitor")
def monitor(c: Call, a: list[str]) -> Any:
    """MONITOR: what others ask comes as further answers."""
    if c.asker is None or c.inside:
        return OK
    if not c.client["key"]:
        c.client["key"] = f"monitor {c.client['id']}"
        c.state["clients"][c.client["key"]] = c.client
    c.client.update(asker=c.asker, monitor=True)
    if c.client["key"] not in c.state["monitors"]:
        c.state["monitors"].append(c.client["key"])
    c.p.programs.answer(c.p, c.asker, dict(OK), more=True)
    return {"pending": True}


@on("replicaof", "slaveof")
def replicaof(c: Call, a: list[str]) -> Any:
    """REPLICAOF host port | NO ONE."""
    wanted = "" if [word.lower() for word in a] == ["no", "one"] else " ".join(a)
    if wanted:
        integer(a[1], "ERR Invalid master port")
        if wanted == c.state["replica_of"]:
            text = "OK Already connected to specified master"
            return {"status": text, "value": text}
    replication.leave(c.p, c.state)
    was, c.state["config"]["replicaof"] = c.state["replica_of"], wanted
    states.apply(c.state)
    by = f"(user request from 'id={c.client['id']} addr={address(c.p, c.client)}')"
    if wanted:
        say(c.p, f"REPLICAOF {wanted.replace(' ', ':')} enabled {by}")
    elif was:
        say(c.p, f"MASTER MODE enabled {by}")
    return OK


@on("psync")
def psync(c: Call, a: list[str]) -> Any:
    """PSYNC: a replica comes."""
    return replication.psync(c)


@on("role")
def role(c: Call, a: list[str]) -> list[Any]:
    """ROLE."""
    state = c.state
    if state["replica_of"]:
        host, _, port = state["replica_of"].partition(" ")
        up = bool(state["link"] and state["link"]["up"])
        word = "connected" if up else "connect"
        return ["slave", host, int(port) if port.isdigit() else 0, word,
                state["offset"] if up else -1]  # fmt: skip
    rows = [[*at.split(":"), str(state["offset"])] for at in replication.online(c.p, state)]
    return ["master", state["offset"], rows]


@on("wait")
def wait(c: Call, a: list[str]) -> int:
    """WAIT replicas timeout: they acknowledge at once."""
    integer(a[0])
    if integer(a[1], "ERR timeout is not an integer or out of range") < 0:
        raise RedisError("ERR timeout is negative")
    return len(replication.online(c.p, c.state))


def _slow_get(c: Call, a: list[str]) -> list[Any]:
    refusal = "ERR count should be greater than or equal to -1"
    count = integer(a[0], refusal) if a else 10
    if count < -1:
        raise RedisError(refusal)
    rows = c.state["slow"] if count == -1 else c.state["slow"][:count]
    return [list(row) for row in rows]


def _slow_len(c: Call, a: list[str]) -> int:
    return len(c.state["slow"])


def _slow_reset(c: Call, a: list[str]) -> Any:
    c.state["slow"] = []
    return OK


@on("slowlog")
def slowlog(c: Call, a: list[str]) -> Any:
    """SLOWLOG GET [count] | LEN | RESET."""
    return subcommand(c, a, "slowlog", {
        "get": (-2, _slow_get), "len": (2, _slow_len), "reset": (2, _slow_reset),
    })  # fmt: skip
