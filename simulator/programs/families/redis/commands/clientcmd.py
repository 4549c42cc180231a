"""CLIENT: who is connected."""

from __future__ import annotations

from typing import Any

from .. import waiters
from ..clients import address, drop, sweep
from ..errors import SYNTAX, RedisError
from ..keyspace import OK, Call
from ..numbers import integer
from ..table import on
from .connection import name
from .containers import subcommand

TYPES = ("normal", "master", "replica", "slave", "pubsub")


def _line(c: Call, client: dict[str, Any]) -> str:
    """Write the line of a connection in CLIENT LIST.   Source: catClientInfoString, 7.0."""
    flags = ("O" if client["monitor"] else "") + ("b" if client["waits"] is not None else "")
    flags += "P" if client["subs"] or client["psubs"] else ""
    flags += "x" if client["queue"] is not None else ""
    queued = -1 if client["queue"] is None else len(client["queue"])
    here = address(c.p, client)
    port = c.state["port"]
    laddr = "127.0.0.1" if here.startswith("127.") else (
        c.p.container["NetworkSettings"]["IPAddress"] or "127.0.0.1")  # fmt: skip
    age = (c.now_us - client["at"]) // 1_000_000
    idle = (c.now_us - client["used"]) // 1_000_000
    lib = ""
    if c.version >= (7, 2):
        lib = f" lib-name={client['lib'][0]} lib-ver={client['lib'][1]}"
    return (
        f"id={client['id']} addr={here} laddr={laddr}:{port} fd={client['id'] + 7} "
        f"name={client['name']} age={age} idle={idle} flags={flags or 'N'} db={client['db']} "
        f"sub={len(client['subs'])} psub={len(client['psubs'])} ssub=0 multi={queued} qbuf=26 "
        f"qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=16384 rbp=16384 obl=0 oll=0 omem=0 "
        f"tot-mem=37658 events=r cmd={client['cmd']} user=default redir=-1 resp={client['resp']}"
        f"{lib}\n"
    )


def _all(c: Call) -> list[dict[str, Any]]:
    sweep(c.p, c.state)
    rows = list(c.state["clients"].values())
    if all(row["id"] != c.client["id"] for row in rows):
        rows.append(c.client)
    return rows


def _list(c: Call, a: list[str]) -> str:
    rows = _all(c)
    c.client["cmd"] = "client|list"
    if a and a[0].upper() == "TYPE" and len(a) == 2:
        if a[1].lower() not in TYPES:
            raise RedisError(f"ERR Unknown client type '{a[1]}'")
        wanted = {"slave": "replica"}.get(a[1].lower(), a[1].lower())
        rows = [row for row in rows
                if ("pubsub" if row["subs"] or row["psubs"] else "normal") == wanted]  # fmt: skip
    elif a and a[0].upper() == "ID" and len(a) > 1:
        numbers = [integer(text, "ERR Invalid client ID") for text in a[1:]]
        rows = [row for row in rows if row["id"] in numbers]
    elif a:
        raise RedisError(SYNTAX)
    return "".join(_line(c, row) for row in rows)


def _kill(c: Call, a: list[str]) -> Any:
    rows = _all(c)
    if len(a) == 1:
        found = [row for row in rows if address(c.p, row) == a[0]]
        if not found:
            raise RedisError("ERR No such client")
        drop(c.p, c.state, found[0]["key"])
        return OK
    if len(a) % 2:
        raise RedisError(SYNTAX)
    rows = [row for row in rows if row["id"] != c.client["id"]]
    for word, value in zip(a[::2], a[1::2], strict=True):
        if word.upper() == "ID":
            number = integer(value, "ERR client-id should be greater than 0")
            rows = [row for row in rows if row["id"] == number]
        elif word.upper() == "ADDR":
            rows = [row for row in rows if address(c.p, row) == value]
        elif word.upper() == "TYPE":
            if value.lower() not in TYPES:
                raise RedisError(f"ERR Unknown client type '{value}'")
            rows = [row for row in rows
                    if bool(row["subs"] or row["psubs"]) == (value.lower() == "pubsub")
                    ]  # fmt: skip
        elif word.upper() not in ("USER", "LADDR", "SKIPME", "MAXAGE"):
            raise RedisError(SYNTAX)
    for row in rows:
        drop(c.p, c.state, row["key"])
    return len(rows)


def _info(c: Call, a: list[str]) -> str:
    c.client["cmd"] = "client|info"
    return _line(c, c.client)


def _setname(c: Call, a: list[str]) -> Any:
    name(c, a[0])
    return OK


def _getname(c: Call, a: list[str]) -> str | None:
    return c.client["name"] or None


def _id(c: Call, a: list[str]) -> int:
    return int(c.client["id"])


def _setinfo(c: Call, a: list[str]) -> Any:
    words = ("LIB-NAME", "LIB-VER")
    if a[0].upper() not in words:
        raise RedisError(f"ERR Unrecognized option '{a[0]}'")
    c.client["lib"][words.index(a[0].upper())] = a[1]
    return OK


def _unblock(c: Call, a: list[str]) -> int:
    number = integer(a[0])
    if len(a) > 1 and a[1].upper() not in ("TIMEOUT", "ERROR"):
        raise RedisError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
    found = next((row for row in c.state["clients"].values() if row["id"] == number), None)
    if found is None or found["waits"] is None:
        return 0
    error = {"error": "UNBLOCKED client unblocked via CLIENT UNBLOCK"}
    failed = len(a) > 1 and a[1].upper() == "ERROR"
    waiters.dismiss(c.p, c.state, found["waits"], error if failed else {"value": None})
    return 1


def _switch(c: Call, a: list[str]) -> Any:
    if a[0].upper() not in ("ON", "OFF"):
        raise RedisError(SYNTAX)
    return OK


@on("client")
def client(c: Call, a: list[str]) -> Any:
    """CLIENT LIST | KILL | INFO | SETNAME | GETNAME | ID ..."""
    rows = {
        "list": (-2, _list), "kill": (-3, _kill), "info": (2, _info), "setname": (3, _setname),
        "getname": (2, _getname), "id": (2, _id), "unblock": (-3, _unblock),
        "no-evict": (3, _switch), "reply": (3, _switch),
    }  # fmt: skip
    if c.version >= (7, 2):
        rows |= {"setinfo": (4, _setinfo), "no-touch": (3, _switch)}
    return subcommand(c, a, "client", rows)
