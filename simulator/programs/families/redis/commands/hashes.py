"""Commands on hashes."""

from __future__ import annotations

from typing import Any

from ..binary import length
from ..errors import NOT_INTEGER, SYNTAX, RedisError, arity
from ..keyspace import HASH, OK, PART_BYTES, Call, Entry
from ..numbers import add, decimal, fits, integer
from ..table import on
from .sets import picked

EACH = PART_BYTES[HASH]


def _put(c: Call, entry: Entry, field: str, text: str) -> bool:
    """Write a field; answers whether it is new."""
    old = entry[1].get(field)
    entry[1][field] = text
    c.grow(entry, length(text) + (EACH + length(field) if old is None else -length(old)))
    return old is None


@on("hset", "hmset")
def hset(c: Call, a: list[str]) -> Any:
    """HSET key field value [field value ...]."""
    name = c.words[0].lower()
    if len(a) % 2 == 0:
        raise arity(name)
    entry = c.make(a[0], HASH)
    made = sum(_put(c, entry, a[at], a[at + 1]) for at in range(1, len(a), 2))
    c.changed(a[0], "hset", len(a) // 2)
    return made if name == "hset" else OK


@on("hsetnx")
def hsetnx(c: Call, a: list[str]) -> int:
    """HSETNX key field value."""
    entry = c.make(a[0], HASH)
    if a[1] in entry[1]:
        return 0
    _put(c, entry, a[1], a[2])
    c.changed(a[0], "hset")
    return 1


@on("hget")
def hget(c: Call, a: list[str]) -> str | None:
    """HGET key field."""
    held = c.read(a[0], HASH)
    return held.get(a[1]) if held else None


@on("hmget")
def hmget(c: Call, a: list[str]) -> list[str | None]:
    """HMGET key field [field ...]."""
    held = c.read(a[0], HASH) or {}
    return [held.get(field) for field in a[1:]]


@on("hgetall")
def hgetall(c: Call, a: list[str]) -> Any:
    """HGETALL key."""
    held = c.read(a[0], HASH) or {}
    return {"map": [[field, text] for field, text in held.items()]}


@on("hkeys")
def hkeys(c: Call, a: list[str]) -> list[str]:
    """HKEYS key."""
    return list(c.read(a[0], HASH) or ())


@on("hvals")
def hvals(c: Call, a: list[str]) -> list[str]:
    """HVALS key."""
    return list((c.read(a[0], HASH) or {}).values())


@on("hlen")
def hlen(c: Call, a: list[str]) -> int:
    """HLEN key."""
    return len(c.read(a[0], HASH) or ())


@on("hexists")
def hexists(c: Call, a: list[str]) -> int:
    """HEXISTS key field."""
    return int(a[1] in (c.read(a[0], HASH) or ()))


@on("hstrlen")
def hstrlen(c: Call, a: list[str]) -> int:
    """HSTRLEN key field."""
    return length((c.read(a[0], HASH) or {}).get(a[1], ""))


@on("hdel")
def hdel(c: Call, a: list[str]) -> int:
    """HDEL key field [field ...]."""
    entry = c.need(a[0], HASH)
    if entry is None:
        return 0
    gone = 0
    for field in a[1:]:
        old = entry[1].pop(field, None)
        if old is not None:
            gone += 1
            c.grow(entry, -length(old) - length(field) - EACH)
    if gone:
        c.changed(a[0], "hdel", gone)
        c.drop_if_empty(a[0], entry, entry[1])
    return gone


@on("hincrby")
def hincrby(c: Call, a: list[str]) -> int:
    """HINCRBY key field number."""
    step = integer(a[2])
    entry = c.need(a[0], HASH)
    old = entry[1].get(a[1]) if entry is not None else None
    value = integer(old, "ERR hash value is not an integer") if old is not None else 0
    if not fits(value + step):
        raise RedisError("ERR increment or decrement would overflow")
    _put(c, c.make(a[0], HASH), a[1], str(value + step))
    c.changed(a[0], "hincrby")
    return value + step


@on("hincrbyfloat")
def hincrbyfloat(c: Call, a: list[str]) -> str:
    """HINCRBYFLOAT key field number."""
    if a[2].lower().lstrip("+-") in ("inf", "infinity"):
        raise RedisError("ERR value is NaN or Infinity")
    step = decimal(a[2])
    entry = c.need(a[0], HASH)
    old = entry[1].get(a[1]) if entry is not None else None
    try:
        value = decimal(old) if old is not None else decimal("0")
    except RedisError:
        raise RedisError("ERR hash value is not a float") from None
    text = add(value, step)
    _put(c, c.make(a[0], HASH), a[1], text)
    c.changed(a[0], "hincrbyfloat")
    c.words = ["HSET", a[0], a[1], text]
    return text


@on("hrandfield")
def hrandfield(c: Call, a: list[str]) -> Any:
    """HRANDFIELD key [count [WITHVALUES]]."""
    if len(a) > 3 or (len(a) == 3 and a[2].upper() != "WITHVALUES"):
        raise RedisError(SYNTAX)
    count = integer(a[1]) if len(a) > 1 else None
    if count is not None and abs(count) > 1 << 62:
        raise RedisError(NOT_INTEGER if len(a) < 3 else "ERR value is out of range")
    held = c.read(a[0], HASH)
    if held is None:
        return None if count is None else []
    fields = picked(c, list(held), count)
    if len(a) == 3:
        return [part for field in fields for part in (field, held[field])]
    return fields if count is not None else fields[0]
