"""Commands on keys, whatever they hold, and on whole databases."""

from __future__ import annotations

from itertools import islice
from typing import Any

from simulator.plain import copy as copied

from ..errors import NO_KEY, SYNTAX, RedisError
from ..keyspace import OK, WAITED_FOR, Call
from ..numbers import integer
from ..patterns import matcher
from ..table import on

SAME = "ERR source and destination objects are the same"
NO_DB = "ERR DB index is out of range"


def purge(c: Call) -> None:
    """Take away all keys of the database whose time is over."""
    now = c.now_ms
    for key in [key for key, at in c.expires.items() if at < now]:
        c.expire(key)


def database(c: Call, text: str, refusal: str | None = None) -> str:
    """Read the number of a database."""
    number = integer(text) if refusal is None else integer(text, refusal)
    if not 0 <= number < int(c.state["config"]["databases"]):
        raise RedisError(NO_DB)
    return str(number)


@on("del", "unlink")
def del_(c: Call, a: list[str]) -> int:
    """DEL key [key ...]; UNLINK."""
    gone = 0
    for key in a:
        if c.find(key) is not None:
            c.remove(key)
            c.changed(key, "del")
            gone += 1
    return gone


@on("exists", "touch")
def exists(c: Call, a: list[str]) -> int:
    """EXISTS key [key ...]; TOUCH."""
    count = 0
    for key in a:
        entry = c.find(key)
        c.state["stats"]["keyspace_misses" if entry is None else "keyspace_hits"] += 1
        if entry is not None:
            entry[3] = c.now_us
            count += 1
    return count


@on("type")
def type_(c: Call, a: list[str]) -> Any:
    """TYPE key."""
    entry = c.find(a[0])
    kind = "none" if entry is None else entry[0]
    return {"status": kind, "value": kind}


@on("keys")
def keys(c: Call, a: list[str]) -> list[str]:
    """KEYS pattern."""
    purge(c)
    fits = matcher(a[0])
    return [key for key in c.keys if fits(key)]


@on("dbsize")
def dbsize(c: Call, a: list[str]) -> int:
    """DBSIZE."""
    purge(c)
    return len(c.keys)


@on("randomkey")
def randomkey(c: Call, a: list[str]) -> str | None:
    """RANDOMKEY."""
    purge(c)
    if not c.keys:
        return None
    return next(islice(c.keys, c.p.luck().below(len(c.keys)), None))


def _put_copy(c: Call, number: str, key: str, entry: list[Any], at_ms: int | None) -> None:
    """Place a copy of an entry, with its time, in a database."""
    here = c.number
    c.use(number)
    c.remove(key)
    c.state["made"] += 1
    c.keys[key] = [*entry[:4], c.state["made"]]
    c.state["memory"] += entry[2]
    if at_ms is not None:
        c.set_timer(key, at_ms)
    if entry[0] in WAITED_FOR:
        c.ready(key)
    c.break_watch(key)
    c.use(here)


@on("rename", "renamenx")
def rename(c: Call, a: list[str]) -> Any:
    """RENAME key newkey; RENAMENX."""
    only_new = c.words[0].lower() == "renamenx"
    entry = c.find(a[0])
    if entry is None:
        raise RedisError(NO_KEY)
    if only_new and c.find(a[1]) is not None:
        return 0
    if a[0] != a[1]:
        at_ms = c.expires.get(a[0])
        c.remove(a[0])
        _put_copy(c, c.number, a[1], entry, at_ms)
        c.changed(a[0], "rename_from")
        c.note("rename_to", a[1])
    return 1 if only_new else OK


@on("copy")
def copy(c: Call, a: list[str]) -> int:
    """COPY source target [DB number] [REPLACE]."""
    number, replace = c.number, False
    rest = list(a[2:])
    while rest:
        word = rest.pop(0).upper()
        if word == "REPLACE":
            replace = True
        elif word == "DB" and rest:
            number = database(c, rest.pop(0))
        else:
            raise RedisError(SYNTAX)
    if a[0] == a[1] and number == c.number:
        raise RedisError(SAME)
    entry = c.find(a[0])
    if entry is None or (_is_there(c, number, a[1]) and not replace):
        return 0
    _put_copy(c, number, a[1], copied(entry), c.expires.get(a[0]))
    c.state["dirty"] += 1
    return 1


def _is_there(c: Call, number: str, key: str) -> bool:
    here = c.number
    c.use(number)
    found = c.find(key) is not None
    c.use(here)
    return found


@on("move")
def move(c: Call, a: list[str]) -> int:
    """MOVE key database."""
    number = database(c, a[1])
    if number == c.number:
        raise RedisError(SAME)
    entry = c.find(a[0])
    if entry is None or _is_there(c, number, a[0]):
        return 0
    at_ms = c.expires.get(a[0])
    c.remove(a[0])
    _put_copy(c, number, a[0], entry, at_ms)
    c.changed(a[0], "move_from")
    return 1


def empty(c: Call, number: str) -> None:
    """Empty a database."""
    here = c.number
    c.use(number)
    for key in list(c.keys):
        c.break_watch(key)
    c.state["dirty"] += len(c.keys)
    c.state["memory"] -= sum(entry[2] for entry in c.keys.values()) + 32 * len(c.expires)
    c.keys.clear()
    c.expires.clear()
    c.use(here)


@on("flushdb", "flushall")
def flush(c: Call, a: list[str]) -> Any:
    """FLUSHDB [ASYNC|SYNC]; FLUSHALL."""
    if len(a) > 1 or (a and a[0].upper() not in ("ASYNC", "SYNC")):
        raise RedisError(SYNTAX)
    numbers = [c.number] if c.words[0].lower() == "flushdb" else list(c.state["dbs"])
    for number in numbers:
        empty(c, number)
    c.state["dirty"] += 1
    return OK


@on("swapdb")
def swapdb(c: Call, a: list[str]) -> Any:
    """SWAPDB first second."""
    first = database(c, a[0], "ERR invalid first DB index")
    second = database(c, a[1], "ERR invalid second DB index")
    here = c.number
    for number in (first, second):
        c.use(number)
        for key in c.keys:
            c.break_watch(key)
    dbs = c.state["dbs"]
    dbs[first], dbs[second] = dbs[second], dbs[first]
    for number in (first, second):
        c.use(number)
        for key, entry in c.keys.items():
            if entry[0] in WAITED_FOR:
                c.ready(key)
    c.use(here)
    c.state["dirty"] += 1
    return OK
