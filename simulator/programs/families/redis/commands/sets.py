"""Commands on sets."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..errors import NOT_POSITIVE, SYNTAX, RedisError
from ..keyspace import PART_BYTES, SET, Call, Entry, size_of
from ..numbers import integer
from ..table import on

EACH = PART_BYTES[SET]
MOST = 100_000
"""Members that SRANDMEMBER with a negative count gives at most: enough for any lesson."""


def picked(c: Call, items: list[str], count: int | None) -> list[str]:
    """Draw items: one, so many different ones, or (negative) so many that may repeat."""
    luck = c.p.luck()
    if count is None:
        return [items[luck.below(len(items))]]
    if count < 0:
        return [items[luck.below(len(items))] for _ in range(min(-count, MOST))]
    if count >= len(items):
        return items
    rest, found = list(items), []
    for _ in range(count):
        at = luck.below(len(rest))
        found.append(rest[at])
        rest[at] = rest[-1]
        rest.pop()
    return found


def members(c: Call, key: str) -> dict[str, int]:
    """Give the members of a set that is read; none where there is none."""
    return c.read(key, SET) or {}


def store(c: Call, key: str, items: list[str], event: str) -> int:
    """Place a set at a key, or take the key away when there is nothing; answers its size."""
    had = c.find(key) is not None
    c.drop_timer(key)
    if not items:
        if had:
            c.remove(key)
            c.changed(key, "del")
        return 0
    c.put(key, SET, dict.fromkeys(items, 1), size_of(items, EACH))
    c.changed(key, event)
    return len(items)


@on("sadd")
def sadd(c: Call, a: list[str]) -> int:
    """SADD key member [member ...]."""
    entry = c.make(a[0], SET)
    new = [one for one in dict.fromkeys(a[1:]) if one not in entry[1]]
    entry[1].update(dict.fromkeys(new, 1))
    if new:
        c.grow(entry, size_of(new, EACH))
        c.changed(a[0], "sadd", len(new))
    return len(new)


def _leave(c: Call, key: str, entry: Entry, gone: list[str], event: str) -> None:
    for one in gone:
        del entry[1][one]
    if gone:
        c.grow(entry, -size_of(gone, EACH))
        c.changed(key, event, len(gone))
        c.drop_if_empty(key, entry, entry[1])


@on("srem")
def srem(c: Call, a: list[str]) -> int:
    """SREM key member [member ...]."""
    entry = c.need(a[0], SET)
    if entry is None:
        return 0
    gone = [one for one in dict.fromkeys(a[1:]) if one in entry[1]]
    _leave(c, a[0], entry, gone, "srem")
    return len(gone)


@on("smembers")
def smembers(c: Call, a: list[str]) -> list[str]:
    """SMEMBERS key."""
    return ordered(members(c, a[0]))


def ordered(held: dict[str, int]) -> list[str]:
    """List members: a small set of whole numbers is kept in their order."""
    if len(held) <= 512 and all(one.lstrip("-").isdigit() and len(one) < 19 for one in held):
        return sorted(held, key=int)
    return list(held)


@on("scard")
def scard(c: Call, a: list[str]) -> int:
    """SCARD key."""
    return len(members(c, a[0]))


@on("sismember")
def sismember(c: Call, a: list[str]) -> int:
    """SISMEMBER key member."""
    return int(a[1] in members(c, a[0]))


@on("smismember")
def smismember(c: Call, a: list[str]) -> list[int]:
    """SMISMEMBER key member [member ...]."""
    held = members(c, a[0])
    return [int(one in held) for one in a[1:]]


@on("smove")
def smove(c: Call, a: list[str]) -> int:
    """SMOVE source target member."""
    entry = c.need(a[0], SET)
    if entry is None:
        return 0
    c.need(a[1], SET)
    if a[2] not in entry[1]:
        return 0
    if a[0] == a[1]:
        return 1
    _leave(c, a[0], entry, [a[2]], "srem")
    sadd(c, [a[1], a[2]])
    return 1


@on("spop")
def spop(c: Call, a: list[str]) -> Any:
    """SPOP key [count]."""
    if len(a) > 2:
        raise RedisError(SYNTAX)
    count = integer(a[1], NOT_POSITIVE) if len(a) == 2 else None
    if count is not None and count < 0:
        raise RedisError(NOT_POSITIVE)
    entry = c.need(a[0], SET)
    if entry is None:
        return None if count is None else []
    if count is None:
        at = c.p.luck().below(len(entry[1]))
        gone = [next(islice(entry[1], at, None))]
    else:
        gone = picked(c, list(entry[1]), count)
    _leave(c, a[0], entry, gone, "spop")
    c.words = ["SREM", a[0], *gone]
    return gone if count is not None else gone[0]


@on("srandmember")
def srandmember(c: Call, a: list[str]) -> Any:
    """SRANDMEMBER key [count]."""
    if len(a) > 2:
        raise RedisError(SYNTAX)
    count = integer(a[1]) if len(a) == 2 else None
    held = members(c, a[0])
    if not held:
        return None if count is None else []
    if count is None:
        return next(islice(held, c.p.luck().below(len(held)), None))
    return picked(c, list(held), count)
