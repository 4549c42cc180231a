"""Ranges of sorted sets: by rank, by score, by name."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from ..errors import SYNTAX, RedisError
from ..keyspace import ZSET, Call
from ..numbers import double, integer
from ..table import on
from .lists import span
from .sortedsets import Row, flat, leave, store

BAD_SCORE = "ERR min or max is not a float"
BAD_NAME = "ERR min or max not valid string range item"
ABOVE_ALL = "\U0010ffff" * 4


def _score(text: str) -> tuple[float, bool]:
    """Read an end of a range of scores: (score, whether it is left out)."""
    left_out = text.startswith("(")
    return double(text[left_out:], BAD_SCORE), left_out


def _name(text: str) -> tuple[str, bool]:
    """Read an end of a range of names: "-", "+", "[name" or "(name"."""
    if text == "-":
        return "", False
    if text == "+":
        return ABOVE_ALL, False
    if text[:1] not in ("[", "("):
        raise RedisError(BAD_NAME)
    return text[1:], text[0] == "("


def by_score(order: list[Row], low: str, high: str) -> tuple[int, int]:
    """Find the slice of members whose scores lie in a range."""
    (least, skip_least), (most, skip_most) = _score(low), _score(high)
    find = bisect_right if skip_least else bisect_left
    start = find(order, least, key=_of_score)
    find = bisect_left if skip_most else bisect_right
    return start, max(start, find(order, most, key=_of_score))


def _of_score(row: Row) -> float:
    return row[0]  # type: ignore[no-any-return]


def by_name(order: list[Row], low: str, high: str) -> tuple[int, int]:
    """Find the slice of members whose names lie in a range; the scores are all the same."""
    (least, skip_least), (most, skip_most) = _name(low), _name(high)
    find = bisect_right if skip_least else bisect_left
    start = find(order, least, key=_of_name)
    find = bisect_left if skip_most else bisect_right
    return start, max(start, find(order, most, key=_of_name))


def _of_name(row: Row) -> str:
    return row[1]  # type: ignore[no-any-return]


_SLICES = {"score": by_score, "lex": by_name}


def _selected(
    c: Call, key: str, ends: list[str], by: str, back: bool, limit: tuple[int, int] | None
) -> list[Row]:
    """Give the rows of a range, in the order in which they are wanted."""
    low, high = (ends[1], ends[0]) if back and by != "rank" else ends
    if by == "rank":
        first, last = integer(low), integer(high)
    else:
        _SLICES[by]([], low, high)  # refuses what is no end of a range
    order: list[Row] = (c.read(key, ZSET) or [{}, []])[1]
    if by == "rank":
        start, stop = span(first, last, len(order))
        if back:
            start, stop = max(0, len(order) - stop), max(0, len(order) - start)
    else:
        start, stop = _SLICES[by](order, low, high)
    rows = order[start:stop]
    rows = rows[::-1] if back else rows
    if limit is not None:
        offset, count = limit
        rows = [] if offset < 0 else rows[offset:] if count < 0 else rows[offset : offset + count]
    return rows


def _options(words: list[str], allowed: tuple[str, ...]) -> dict[str, Any]:
    """Read WITHSCORES, LIMIT, BYSCORE, BYLEX and REV."""
    found: dict[str, Any] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0).upper()
        if word not in allowed:
            raise RedisError(SYNTAX)
        if word == "LIMIT":
            if len(rest) < 2:
                raise RedisError(SYNTAX)
            found[word] = (integer(rest.pop(0)), integer(rest.pop(0)))
        elif word in ("BYSCORE", "BYLEX") and "by" in found:
            raise RedisError(SYNTAX)
        elif word in ("BYSCORE", "BYLEX"):
            found["by"] = word[2:].lower()
        else:
            found[word] = True
    return found


def _ranged(c: Call, a: list[str], allowed: tuple[str, ...]) -> tuple[list[Row], bool]:
    options = _options(a[3:], allowed)
    by = options.get("by", "rank")
    if "LIMIT" in options and by == "rank":
        raise RedisError(
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
        )
    if "WITHSCORES" in options and by == "lex":
        raise RedisError("ERR syntax error, WITHSCORES not supported in combination with BYLEX")
    rows = _selected(c, a[0], a[1:3], by, "REV" in options, options.get("LIMIT"))
    return rows, "WITHSCORES" in options


@on("zrange")
def zrange(c: Call, a: list[str]) -> list[str]:
    """ZRANGE key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]."""
    rows, scores = _ranged(c, a, ("WITHSCORES", "LIMIT", "BYSCORE", "BYLEX", "REV"))
    return flat(c, rows, scores)


@on("zrangestore")
def zrangestore(c: Call, a: list[str]) -> int:
    """ZRANGESTORE target key start stop [...]."""
    rows, _ = _ranged(c, a[1:], ("LIMIT", "BYSCORE", "BYLEX", "REV"))
    return store(c, a[0], {member: score for score, member in rows}, "zrangestore")


@on("zrevrange")
def zrevrange(c: Call, a: list[str]) -> list[str]:
    """ZREVRANGE key start stop [WITHSCORES]."""
    options = _options(a[3:], ("WITHSCORES",))
    return flat(c, _selected(c, a[0], a[1:3], "rank", True, None), "WITHSCORES" in options)


@on("zrangebyscore", "zrevrangebyscore")
def zrangebyscore(c: Call, a: list[str]) -> list[str]:
    """ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]."""
    options = _options(a[3:], ("WITHSCORES", "LIMIT"))
    back = c.words[0].lower() == "zrevrangebyscore"
    rows = _selected(c, a[0], a[1:3], "score", back, options.get("LIMIT"))
    return flat(c, rows, "WITHSCORES" in options)


@on("zrangebylex", "zrevrangebylex")
def zrangebylex(c: Call, a: list[str]) -> list[str]:
    """ZRANGEBYLEX key min max [LIMIT offset count]."""
    options = _options(a[3:], ("LIMIT",))
    back = c.words[0].lower() == "zrevrangebylex"
    return flat(c, _selected(c, a[0], a[1:3], "lex", back, options.get("LIMIT")), False)


@on("zcount", "zlexcount")
def zcount(c: Call, a: list[str]) -> int:
    """ZCOUNT key min max; ZLEXCOUNT."""
    by = "score" if c.words[0].lower() == "zcount" else "lex"
    return len(_selected(c, a[0], a[1:3], by, False, None))


@on("zremrangebyrank", "zremrangebyscore", "zremrangebylex")
def zremrange(c: Call, a: list[str]) -> int:
    """ZREMRANGEBYRANK key start stop, and its like."""
    name = c.words[0].lower()
    rows = _selected(c, a[0], a[1:3], name.removeprefix("zremrangeby"), False, None)
    entry = c.need(a[0], ZSET)
    return leave(c, a[0], entry, [row[1] for row in rows], name) if entry is not None else 0
