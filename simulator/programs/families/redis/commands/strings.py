"""Commands on strings."""

from __future__ import annotations

from typing import Any

from ..binary import length, to_bytes, to_text
from ..errors import SYNTAX, TOO_LONG, RedisError, arity
from ..keyspace import OK, STRING, Call, Entry
from ..numbers import add, decimal, fits, integer
from ..table import on
from .timers import moment

MAX_BYTES = 512 << 20


def store(c: Call, key: str, text: str) -> Entry:
    """Place a string at a key, whatever was there; its time, if any, is dropped."""
    if key in c.expires:
        c.drop_timer(key)
    return c.put(key, STRING, text, length(text))


def replace(c: Call, key: str, entry: Entry | None, text: str) -> None:
    """Write a new text where a string is, keeping its time."""
    if entry is None:
        c.put(key, STRING, text, length(text))
        return
    c.grow(entry, length(text) - length(entry[1]))
    entry[1] = text


@on("get")
def get(c: Call, a: list[str]) -> Any:
    """GET key."""
    return c.read(a[0], STRING)


def _set_options(c: Call, words: list[str]) -> tuple[dict[str, bool], int | None]:
    """Read the options of SET: ({"NX", "XX", "GET", "KEEPTTL"}, when it expires)."""
    flags: dict[str, bool] = {}
    at_ms: int | None = None
    rest = list(words)
    while rest:
        word = rest.pop(0).upper()
        if word in ("EX", "PX", "EXAT", "PXAT") and rest and at_ms is None:
            at_ms = moment(c, rest.pop(0), word, "set")
        elif word in ("NX", "XX", "GET", "KEEPTTL"):
            flags[word] = True
        else:
            raise RedisError(SYNTAX)
    if ("NX" in flags and "XX" in flags) or (at_ms is not None and "KEEPTTL" in flags):
        raise RedisError(SYNTAX)
    return flags, at_ms


@on("set")
def set_(c: Call, a: list[str]) -> Any:
    """SET key value [NX|XX] [GET] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL]."""
    key = a[0]
    if len(a) == 2:
        store(c, key, a[1])
        c.changed(key, "set")
        return OK
    flags, at_ms = _set_options(c, a[2:])
    old = c.need(key, STRING) if "GET" in flags else c.find(key)
    before = old[1] if old is not None and "GET" in flags else None
    if ("NX" in flags and old is not None) or ("XX" in flags and old is None):
        return before
    if "KEEPTTL" in flags:
        c.put(key, STRING, a[1], length(a[1]))
    else:
        store(c, key, a[1])
    c.changed(key, "set")
    if at_ms is not None:
        c.set_timer(key, at_ms)
        c.words = ["SET", key, a[1], "PXAT", str(at_ms)]
        c.note("expire", key)
    return before if "GET" in flags else OK


@on("setnx")
def setnx(c: Call, a: list[str]) -> int:
    """SETNX key value."""
    if c.find(a[0]) is not None:
        return 0
    store(c, a[0], a[1])
    c.changed(a[0], "set")
    return 1


@on("setex", "psetex")
def setex(c: Call, a: list[str]) -> Any:
    """SETEX key seconds value; PSETEX key milliseconds value."""
    name = c.words[0].lower()
    at_ms = moment(c, a[1], "EX" if name == "setex" else "PX", name)
    store(c, a[0], a[2])
    c.set_timer(a[0], at_ms)
    c.changed(a[0], "set")
    c.note("expire", a[0])
    c.words = ["SET", a[0], a[2], "PXAT", str(at_ms)]
    return OK


@on("getset")
def getset(c: Call, a: list[str]) -> Any:
    """GETSET key value."""
    old = c.read(a[0], STRING)
    store(c, a[0], a[1])
    c.changed(a[0], "set")
    return old


@on("getdel")
def getdel(c: Call, a: list[str]) -> Any:
    """GETDEL key."""
    old = c.read(a[0], STRING)
    if old is not None:
        c.remove(a[0])
        c.changed(a[0], "del")
    return old


@on("getex")
def getex(c: Call, a: list[str]) -> Any:
    """GETEX key [EX s|PX ms|EXAT s|PXAT ms|PERSIST]."""
    option = a[1].upper() if len(a) > 1 else ""
    timed = option in ("EX", "PX", "EXAT", "PXAT")
    if len(a) > 3 or (option and not timed and option != "PERSIST") or (len(a) == 3) != timed:
        raise RedisError(SYNTAX)
    old = c.read(a[0], STRING)
    if old is None:
        return None
    if timed:
        at_ms = moment(c, a[2], option, "getex")
        if at_ms <= c.now_ms:
            c.remove(a[0])
            c.changed(a[0], "del")
            c.words = ["DEL", a[0]]
            return old
        c.set_timer(a[0], at_ms)
        c.changed(a[0], "expire")
        c.words = ["PEXPIREAT", a[0], str(at_ms)]
    elif option == "PERSIST" and c.drop_timer(a[0]):
        c.changed(a[0], "persist")
        c.words = ["PERSIST", a[0]]
    return old


@on("mset")
def mset(c: Call, a: list[str]) -> Any:
    """MSET key value [key value ...]."""
    if len(a) % 2:
        raise arity("mset")
    for key, text in zip(a[::2], a[1::2], strict=True):
        store(c, key, text)
        c.changed(key, "set")
    return OK


@on("msetnx")
def msetnx(c: Call, a: list[str]) -> int:
    """MSETNX key value [key value ...]."""
    if len(a) % 2:
        raise arity("msetnx")
    if any(c.find(key) is not None for key in a[::2]):
        return 0
    mset(c, a)
    return 1


@on("mget")
def mget(c: Call, a: list[str]) -> list[str | None]:
    """MGET key [key ...]."""
    found: list[str | None] = []
    for key in a:
        entry = c.find(key)
        c.state["stats"]["keyspace_misses" if entry is None else "keyspace_hits"] += 1
        found.append(entry[1] if entry is not None and entry[0] == STRING else None)
    return found


@on("append")
def append(c: Call, a: list[str]) -> int:
    """APPEND key value."""
    entry = c.need(a[0], STRING)
    text = a[1] if entry is None else entry[1] + a[1]
    if not text.isascii() and entry is not None:
        text = to_text(to_bytes(text))
    replace(c, a[0], entry, text)
    c.changed(a[0], "append")
    return length(text)


@on("strlen")
def strlen(c: Call, a: list[str]) -> int:
    """STRLEN key."""
    return length(c.read(a[0], STRING) or "")


def _count(c: Call, key: str, step: int) -> int:
    entry = c.need(key, STRING)
    value = integer(entry[1]) if entry is not None else 0
    if not fits(value + step):
        raise RedisError("ERR increment or decrement would overflow")
    replace(c, key, entry, str(value + step))
    c.changed(key, "incrby")
    return value + step


@on("incr")
def incr(c: Call, a: list[str]) -> int:
    """INCR key."""
    return _count(c, a[0], 1)


@on("decr")
def decr(c: Call, a: list[str]) -> int:
    """DECR key."""
    return _count(c, a[0], -1)


@on("incrby")
def incrby(c: Call, a: list[str]) -> int:
    """INCRBY key number."""
    return _count(c, a[0], integer(a[1]))


@on("decrby")
def decrby(c: Call, a: list[str]) -> int:
    """DECRBY key number."""
    step = integer(a[1])
    if not fits(-step):
        raise RedisError("ERR decrement would overflow")
    return _count(c, a[0], -step)


@on("incrbyfloat")
def incrbyfloat(c: Call, a: list[str]) -> str:
    """INCRBYFLOAT key number."""
    entry = c.need(a[0], STRING)
    value = decimal(entry[1]) if entry is not None else decimal("0")
    if a[1].lower().lstrip("+-") in ("inf", "infinity"):
        raise RedisError("ERR increment would produce NaN or Infinity")
    text = add(value, decimal(a[1]))
    replace(c, a[0], entry, text)
    c.changed(a[0], "incrbyfloat")
    c.words = ["SET", a[0], text, "KEEPTTL"]
    return text


@on("setrange")
def setrange(c: Call, a: list[str]) -> int:
    """SETRANGE key offset value."""
    offset = integer(a[1])
    if offset < 0:
        raise RedisError("ERR offset is out of range")
    entry = c.need(a[0], STRING)
    old = to_bytes(entry[1]) if entry is not None else b""
    new = to_bytes(a[2])
    if not new:
        return len(old)
    if offset + len(new) > MAX_BYTES or offset > _MODELLED:
        raise RedisError(TOO_LONG)
    data = old[:offset].ljust(offset, b"\0") + new + old[offset + len(new) :]
    replace(c, a[0], entry, to_text(data))
    c.changed(a[0], "setrange")
    return len(data)


_MODELLED = 4 << 20
"""Offsets beyond would only fill the lab's memory with zeros."""


@on("getrange", "substr")
def getrange(c: Call, a: list[str]) -> str:
    """GETRANGE key start end."""
    start, end = integer(a[1]), integer(a[2])
    data = to_bytes(c.read(a[0], STRING) or "")
    if start < 0 and end < 0 and start > end:
        return ""
    start = max(0, start + len(data) if start < 0 else start)
    end = max(0, end + len(data) if end < 0 else end)
    return to_text(data[start : end + 1])
