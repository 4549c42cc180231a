"""Commands that wait until there is something to take: BLPOP and its like.

A client that waits is a row {"asker", "client", "db", "words", "keys", "until_us"} in
state["waiters"], under a number; state["waiting"] has the numbers by "database key", the first
who came first.
"""

from __future__ import annotations

from typing import Any

from ..errors import SYNTAX, RedisError
from ..keyspace import LIST, ZSET, Call
from ..numbers import double, integer
from ..table import on
from .lists import move, pop, side
from .setops import numbered
from .sortedsets import flat, take, text_of

LONGEST = 9.2e15
"""Seconds whose milliseconds still fit into 64 bits."""
NEVER_US = 1 << 62
PENDING = {"pending": True}
Answer = Any


def timeout(text: str) -> float:
    """Read a timeout in seconds; 0 is for ever."""
    seconds = double(text, "ERR timeout is not a float or out of range")
    if seconds < 0:
        raise RedisError("ERR timeout is negative")
    if seconds > LONGEST:
        raise RedisError("ERR timeout is out of range")
    return seconds


def until(c: Call, seconds: float) -> int | None:
    """Turn a timeout into the moment (us) at which it ends."""
    return min(c.now_us + max(1, round(seconds * 1_000_000)), NEVER_US) if seconds else None


def wait(c: Call, keys: list[str], until_us: int | None, nothing: Answer = None) -> Answer:
    """Let the client wait for keys; who cannot wait gets `nothing` at once."""
    if c.inside or c.asker is None:
        return nothing
    state = c.state
    state["waited"] += 1
    number = str(state["waited"])
    state["waiters"][number] = {
        "asker": c.asker, "client": c.client["key"], "db": c.number, "words": list(c.words),
        "keys": keys, "until_us": until_us, "resp": c.client["resp"],
    }  # fmt: skip
    c.client["waits"] = number
    for key in dict.fromkeys(keys):
        state["waiting"].setdefault(f"{c.number} {key}", []).append(number)
    state["timers"] = True
    return PENDING


def _first(c: Call, keys: list[str], kind: str) -> str | None:
    """Find the first key that holds something; RedisError when it holds something else."""
    return next((key for key in keys if c.need(key, kind) is not None), None)


@on("blpop", "brpop")
def blpop(c: Call, a: list[str]) -> Answer:
    """BLPOP key [key ...] timeout; BRPOP."""
    until_us = until(c, timeout(a[-1]))
    key = _first(c, a[:-1], LIST)
    if key is None:
        return wait(c, a[:-1], until_us)
    left = c.words[0][1] in "lL"
    item = pop(c, key, c.keys[key], left)[0]
    c.words = ["LPOP" if left else "RPOP", key]
    return [key, item]


def _moved(c: Call, source: str, target: str, ends: tuple[bool, bool], text: str) -> Answer:
    until_us = until(c, timeout(text))
    item = move(c, source, target, *ends)
    if item is None:
        return wait(c, [source], until_us)
    c.words = ["LMOVE", source, target, *("LEFT" if left else "RIGHT" for left in ends)]
    return item


@on("blmove")
def blmove(c: Call, a: list[str]) -> Answer:
    """BLMOVE source target LEFT|RIGHT LEFT|RIGHT timeout."""
    return _moved(c, a[0], a[1], (side(a[2]), side(a[3])), a[4])


@on("brpoplpush")
def brpoplpush(c: Call, a: list[str]) -> Answer:
    """BRPOPLPUSH source target timeout."""
    return _moved(c, a[0], a[1], (False, True), a[2])


def _many(a: list[str], words: tuple[str, str]) -> tuple[list[str], bool, int]:
    """Read `numkeys key [key ...] LEFT|RIGHT [COUNT n]`: the keys, the first end, how many."""
    keys, rest = numbered(a)
    if not rest or len(rest) not in (1, 3) or rest[0].upper() not in words:
        raise RedisError(SYNTAX)
    if len(rest) == 3 and rest[1].upper() != "COUNT":
        raise RedisError(SYNTAX)
    greater = "ERR count should be greater than 0"
    count = integer(rest[2], greater) if len(rest) == 3 else 1
    if count < 1:
        raise RedisError(greater)
    return keys, rest[0].upper() == words[0], count


def _lmpop(c: Call, a: list[str]) -> tuple[list[str], Answer]:
    keys, left, count = _many(a, ("LEFT", "RIGHT"))
    key = _first(c, keys, LIST)
    if key is None:
        return keys, None
    taken = pop(c, key, c.keys[key], left, count)
    c.words = ["LPOP" if left else "RPOP", key, str(len(taken))]
    return keys, [key, taken]


def _zmpop(c: Call, a: list[str]) -> tuple[list[str], Answer]:
    keys, lowest, count = _many(a, ("MIN", "MAX"))
    key = _first(c, keys, ZSET)
    if key is None:
        return keys, None
    rows = take(c, key, c.keys[key], count, not lowest)
    c.words = ["ZPOPMIN" if lowest else "ZPOPMAX", key, str(len(rows))]
    return keys, [key, [[member, text_of(c, score)] for score, member in rows]]


@on("lmpop")
def lmpop(c: Call, a: list[str]) -> Answer:
    """LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT n]."""
    return _lmpop(c, a)[1]


@on("zmpop")
def zmpop(c: Call, a: list[str]) -> Answer:
    """ZMPOP numkeys key [key ...] MIN|MAX [COUNT n]."""
    return _zmpop(c, a)[1]


@on("blmpop", "bzmpop")
def blmpop(c: Call, a: list[str]) -> Answer:
    """BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT n]; BZMPOP."""
    until_us = until(c, timeout(a[0]))
    keys, found = (_lmpop if c.words[0].lower() == "blmpop" else _zmpop)(c, a[1:])
    return wait(c, keys, until_us) if found is None else found


@on("bzpopmin", "bzpopmax")
def bzpopmin(c: Call, a: list[str]) -> Answer:
    """BZPOPMIN key [key ...] timeout; BZPOPMAX."""
    until_us = until(c, timeout(a[-1]))
    key = _first(c, a[:-1], ZSET)
    if key is None:
        return wait(c, a[:-1], until_us)
    highest = c.words[0].lower() == "bzpopmax"
    rows = take(c, key, c.keys[key], 1, highest)
    c.words = ["ZPOPMAX" if highest else "ZPOPMIN", key]
    return [key, *flat(c, rows, True)]
