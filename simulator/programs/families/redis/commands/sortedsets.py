"""Commands on sorted sets: members, scores, and taking from the ends."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any

from ..errors import NOT_POSITIVE, SYNTAX, RedisError
from ..keyspace import PART_BYTES, ZSET, Call, Entry, size_of
from ..numbers import INFINITY, double, integer, shown
from ..table import on
from .sets import picked

EACH = PART_BYTES[ZSET]
Row = list[Any]
"""[score, member]"""


def place(c: Call, entry: Entry, member: str, score: float) -> bool:
    """Give a member a score; answers whether it is new."""
    scores, order = entry[1]
    old = scores.get(member)
    if old is not None:
        if old == score:
            return False
        del order[bisect_left(order, [old, member])]
    else:
        c.grow(entry, size_of([member], EACH))
    scores[member] = score
    row = [score, member]
    if not order or order[-1] < row:
        order.append(row)
    else:
        insort(order, row)
    return old is None


def displace(c: Call, entry: Entry, member: str) -> bool:
    """Take a member out; answers whether it was there."""
    scores, order = entry[1]
    old = scores.pop(member, None)
    if old is None:
        return False
    del order[bisect_left(order, [old, member])]
    c.grow(entry, -size_of([member], EACH))
    return True


def store(c: Call, key: str, scores: dict[str, float], event: str) -> int:
    """Place a sorted set at a key, or take the key away when it has no members."""
    had = c.find(key) is not None
    c.drop_timer(key)
    if not scores:
        if had:
            c.remove(key)
            c.changed(key, "del")
        return 0
    order = sorted([score, member] for member, score in scores.items())
    value = [{member: score for score, member in order}, order]
    c.put(key, ZSET, value, size_of(list(scores), EACH))
    c.changed(key, event)
    return len(scores)


def plus(left: float, right: float) -> float:
    """Add two scores; RedisError for infinity less infinity."""
    if abs(left) >= INFINITY and abs(right) >= INFINITY and (left > 0) != (right > 0):
        raise RedisError("ERR resulting score is not a number (NaN)")
    return max(-INFINITY, min(INFINITY, left + right))


def text_of(c: Call, score: float) -> str:
    """Write a score as the server's version does."""
    return shown(score, c.version >= (7, 2))


def flat(c: Call, rows: list[Row], with_scores: bool) -> list[str]:
    """List members, each followed by its score when that is wanted."""
    if not with_scores:
        return [member for _, member in rows]
    return [part for score, member in rows for part in (member, text_of(c, score))]


def _zadd_options(words: list[str]) -> tuple[list[str], list[str]]:
    at = 0
    while at < len(words) and words[at].upper() in ("NX", "XX", "GT", "LT", "CH", "INCR"):
        at += 1
    options, pairs = [word.upper() for word in words[:at]], words[at:]
    if not pairs or len(pairs) % 2:
        raise RedisError(SYNTAX)
    if "NX" in options and "XX" in options:
        raise RedisError("ERR XX and NX options at the same time are not compatible")
    if sum(word in options for word in ("NX", "GT", "LT")) > 1:
        raise RedisError("ERR GT, LT, and/or NX options at the same time are not compatible")
    if "INCR" in options and len(pairs) > 2:
        raise RedisError("ERR INCR option supports a single increment-element pair")
    return options, pairs


@on("zadd")
def zadd(c: Call, a: list[str]) -> Any:
    """ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...]."""
    options, pairs = _zadd_options(a[1:])
    scores = [double(text) for text in pairs[::2]]
    entry = c.need(a[0], ZSET)
    if entry is None and "XX" in options:
        return None if "INCR" in options else 0
    entry = entry or c.make(a[0], ZSET)
    added = moved = 0
    result: str | None = None
    for score, member in zip(scores, pairs[1::2], strict=True):
        old = entry[1][0].get(member)
        if ("NX" in options and old is not None) or ("XX" in options and old is None):
            continue
        if old is not None and "INCR" in options:
            score = plus(old, score)
        result = text_of(c, score)
        if old is not None and (
            ("GT" in options and score <= old) or ("LT" in options and score >= old)
        ):
            result = None
            continue
        moved += old is not None and old != score
        added += place(c, entry, member, score)
    if added or moved:
        c.changed(a[0], "zincr" if "INCR" in options else "zadd", added + moved)
    c.drop_if_empty(a[0], entry, entry[1][0])
    if "INCR" in options:
        return result
    return added + moved if "CH" in options else added


@on("zincrby")
def zincrby(c: Call, a: list[str]) -> str:
    """ZINCRBY key number member."""
    step = double(a[1])
    entry = c.need(a[0], ZSET)
    score = plus(entry[1][0].get(a[2], 0.0), step) if entry is not None else step
    place(c, entry or c.make(a[0], ZSET), a[2], score)
    c.changed(a[0], "zincr")
    return text_of(c, score)


@on("zrem")
def zrem(c: Call, a: list[str]) -> int:
    """ZREM key member [member ...]."""
    entry = c.need(a[0], ZSET)
    if entry is None:
        return 0
    return leave(c, a[0], entry, a[1:], "zrem")


def leave(c: Call, key: str, entry: Entry, gone: list[str], event: str) -> int:
    """Take members out of a sorted set; one that is empty then goes."""
    count = sum(displace(c, entry, member) for member in gone)
    if count:
        c.changed(key, event, count)
        c.drop_if_empty(key, entry, entry[1][0])
    return count


@on("zcard")
def zcard(c: Call, a: list[str]) -> int:
    """ZCARD key."""
    held = c.read(a[0], ZSET)
    return len(held[0]) if held else 0


@on("zscore")
def zscore(c: Call, a: list[str]) -> str | None:
    """ZSCORE key member."""
    held = c.read(a[0], ZSET)
    score = held[0].get(a[1]) if held else None
    return None if score is None else text_of(c, score)


@on("zmscore")
def zmscore(c: Call, a: list[str]) -> list[str | None]:
    """ZMSCORE key member [member ...]."""
    scores = (c.read(a[0], ZSET) or [{}])[0]
    return [text_of(c, scores[one]) if one in scores else None for one in a[1:]]


@on("zrank", "zrevrank")
def zrank(c: Call, a: list[str]) -> Any:
    """ZRANK key member [WITHSCORE]."""
    name = c.words[0].lower()
    if len(a) > 3:
        raise RedisError(f"ERR wrong number of arguments for '{name}' command")
    if len(a) == 3 and a[2].upper() != "WITHSCORE":
        raise RedisError(SYNTAX)
    held = c.read(a[0], ZSET)
    score = held[0].get(a[1]) if held else None
    if score is None:
        return None
    rank = bisect_left(held[1], [score, a[1]])
    rank = len(held[1]) - 1 - rank if name == "zrevrank" else rank
    return [rank, text_of(c, score)] if len(a) == 3 else rank


def take(c: Call, key: str, entry: Entry, count: int, highest: bool) -> list[Row]:
    """Take members from an end of a sorted set: [[score, member] ...]."""
    order: list[Row] = entry[1][1]
    taken = order[: -count - 1 : -1] if highest else order[:count]
    if highest:
        del order[-count:]
    else:
        del order[:count]
    for _, member in taken:
        del entry[1][0][member]
    c.grow(entry, -size_of([member for _, member in taken], EACH))
    c.changed(key, "zpopmax" if highest else "zpopmin", len(taken))
    c.drop_if_empty(key, entry, order)
    return taken


@on("zpopmin", "zpopmax")
def zpopmin(c: Call, a: list[str]) -> list[str]:
    """ZPOPMIN key [count]."""
    if len(a) > 2:
        raise RedisError(SYNTAX)
    count = integer(a[1], NOT_POSITIVE) if len(a) == 2 else 1
    if count < 0:
        raise RedisError(NOT_POSITIVE)
    entry = c.need(a[0], ZSET)
    if entry is None or not count:
        return []
    return flat(c, take(c, a[0], entry, count, c.words[0].lower() == "zpopmax"), True)


@on("zrandmember")
def zrandmember(c: Call, a: list[str]) -> Any:
    """ZRANDMEMBER key [count [WITHSCORES]]."""
    if len(a) > 3 or (len(a) == 3 and a[2].upper() != "WITHSCORES"):
        raise RedisError(SYNTAX)
    count = integer(a[1]) if len(a) > 1 else None
    if len(a) == 3 and abs(int(a[1])) > 1 << 62:
        raise RedisError("ERR value is out of range")
    held = c.read(a[0], ZSET)
    if held is None:
        return None if count is None else []
    found = picked(c, [member for _, member in held[1]], count)
    if len(a) == 3:
        return flat(c, [[held[0][one], one] for one in found], True)
    return found if count is not None else found[0]
