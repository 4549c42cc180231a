"""SCAN and its like: a cursor over what was made first, first.

# Simplified: The cursor of SCAN follows the order in which the keys were made, not the buckets of
# a hash table; the promise is the same: a key that stays is given at least once.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..errors import SYNTAX, RedisError
from ..keyspace import HASH, SET, ZSET, Call
from ..numbers import integer
from ..patterns import matcher
from ..table import on
from .keys import purge
from .sets import ordered
from .sortedsets import text_of

SMALL = {HASH: 128, SET: 128, ZSET: 128}
"""Collections up to this size are given at once, whatever COUNT says."""


def _cursor(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:25]) >= 1 << 64:
        if text[:1] == "-" and text[1:].isdigit():
            return 1 << 63
        raise RedisError("ERR invalid cursor")
    return int(text)


def _options(words: list[str], typed: bool = False) -> tuple[str, int, str]:
    """Read [MATCH pattern] [COUNT n] [TYPE type]."""
    pattern, count, kind = "*", 10, ""
    rest = list(words)
    while rest:
        word = rest.pop(0).upper()
        if word not in ("MATCH", "COUNT", "TYPE") or not rest or (word == "TYPE" and not typed):
            raise RedisError(SYNTAX)
        value = rest.pop(0)
        if word == "MATCH":
            pattern = value
        elif word == "TYPE":
            kind = value.lower()
        else:
            count = integer(value)
            if count < 1:
                raise RedisError(SYNTAX)
    return pattern, count, kind


@on("scan")
def scan(c: Call, a: list[str]) -> list[Any]:
    """SCAN cursor [MATCH pattern] [COUNT n] [TYPE type]."""
    cursor = _cursor(a[0])
    pattern, count, kind = _options(a[1:], True)
    purge(c)
    fits = matcher(pattern)
    skip = max(0, len(c.keys) - max(0, c.state["made"] + 1 - cursor)) if cursor else 0
    found: list[str] = []
    seen = 0
    for key, entry in islice(c.keys.items(), skip, None):
        if entry[4] < cursor:
            continue
        if seen == count:
            return [str(entry[4]), found]
        seen += 1
        if fits(key) and (not kind or entry[0] == kind):
            found.append(key)
    return ["0", found]


def _part(c: Call, a: list[str], kind: str, items: list[str]) -> tuple[str, list[str]]:
    """Cut the names that a cursor stands for; the cursor is a place in the order."""
    cursor = _cursor(a[1])
    pattern, count, _ = _options(a[2:])
    stop = len(items) if len(items) <= SMALL[kind] else cursor + count
    fits = matcher(pattern)
    found = [one for one in items[min(cursor, len(items)) : stop] if fits(one)]
    return (str(stop) if stop < len(items) else "0"), found


@on("hscan")
def hscan(c: Call, a: list[str]) -> list[Any]:
    """HSCAN key cursor [MATCH pattern] [COUNT n]."""
    held = c.read(a[0], HASH) or {}
    cursor, fields = _part(c, a, HASH, list(held))
    return [cursor, [part for field in fields for part in (field, held[field])]]


@on("sscan")
def sscan(c: Call, a: list[str]) -> list[Any]:
    """SSCAN key cursor [MATCH pattern] [COUNT n]."""
    return list(_part(c, a, SET, ordered(c.read(a[0], SET) or {})))


@on("zscan")
def zscan(c: Call, a: list[str]) -> list[Any]:
    """ZSCAN key cursor [MATCH pattern] [COUNT n]."""
    scores, order = c.read(a[0], ZSET) or [{}, []]
    cursor, names = _part(c, a, ZSET, [row[1] for row in order])
    return [cursor, [part for name in names for part in (name, text_of(c, scores[name]))]]
