"""Commands on lists."""

from __future__ import annotations

from typing import Any

from ..binary import length
from ..errors import NO_KEY, NOT_POSITIVE, OUT_OF_RANGE, SYNTAX, RedisError
from ..keyspace import LIST, OK, PART_BYTES, Call, Entry, size_of
from ..numbers import integer
from ..table import on

EACH = PART_BYTES[LIST]


def push(c: Call, key: str, items: list[str], left: bool) -> int:
    """Put items at an end of a list, which is made when there is none; answers its length."""
    entry = c.make(key, LIST)
    held: list[str] = entry[1]
    if not left:
        held.extend(items)
    elif len(items) == 1:
        held.insert(0, items[0])
    else:
        held[:0] = items[::-1]
    c.grow(entry, size_of(items, EACH))
    c.changed(key, "lpush" if left else "rpush", len(items))
    return len(held)


def pop(c: Call, key: str, entry: Entry, left: bool, count: int = 1) -> list[str]:
    """Take items from an end of a list; one that is empty then goes."""
    held: list[str] = entry[1]
    if count == 1:
        taken = [held.pop(0 if left else -1)]
    elif left:
        taken = held[:count]
        del held[:count]
    else:
        taken = held[: -count - 1 : -1]
        del held[-count:]
    c.grow(entry, -size_of(taken, EACH))
    c.changed(key, "lpop" if left else "rpop", len(taken))
    c.drop_if_empty(key, entry, held)
    return taken


@on("lpush", "rpush")
def lpush(c: Call, a: list[str]) -> int:
    """LPUSH key item [item ...]; RPUSH."""
    return push(c, a[0], a[1:], c.words[0][0] in "lL")


@on("lpushx", "rpushx")
def lpushx(c: Call, a: list[str]) -> int:
    """LPUSHX key item [item ...]: only where a list is."""
    if c.need(a[0], LIST) is None:
        return 0
    return push(c, a[0], a[1:], c.words[0][0] in "lL")


@on("lpop", "rpop")
def lpop(c: Call, a: list[str]) -> Any:
    """LPOP key [count]."""
    if len(a) > 2:
        name = c.words[0].lower()
        raise RedisError(f"ERR wrong number of arguments for '{name}' command")
    count = integer(a[1], NOT_POSITIVE) if len(a) == 2 else None
    if count is not None and count < 0:
        raise RedisError(NOT_POSITIVE)
    entry = c.need(a[0], LIST)
    if entry is None:
        return None
    if count == 0:
        return []
    taken = pop(c, a[0], entry, c.words[0][0] in "lL", count or 1)
    return taken if count is not None else taken[0]


@on("llen")
def llen(c: Call, a: list[str]) -> int:
    """LLEN key."""
    return len(c.read(a[0], LIST) or ())


def span(start: int, end: int, size: int) -> tuple[int, int]:
    """Turn the ends of a range, counted from either side, into a slice's."""
    start = max(0, start + size) if start < 0 else start
    end = end + size if end < 0 else end
    return start, max(start, end + 1) if end >= start else start


@on("lrange")
def lrange(c: Call, a: list[str]) -> list[str]:
    """LRANGE key start end."""
    start, end = integer(a[1]), integer(a[2])
    held = c.read(a[0], LIST) or []
    first, stop = span(start, end, len(held))
    return list(held[first:stop])


@on("lindex")
def lindex(c: Call, a: list[str]) -> str | None:
    """LINDEX key index."""
    held = c.read(a[0], LIST)
    if held is None:
        return None
    at = integer(a[1])
    return str(held[at]) if -len(held) <= at < len(held) else None


@on("lset")
def lset(c: Call, a: list[str]) -> Any:
    """LSET key index item."""
    entry = c.need(a[0], LIST)
    if entry is None:
        raise RedisError(NO_KEY)
    at, held = integer(a[1]), entry[1]
    if not -len(held) <= at < len(held):
        raise RedisError(OUT_OF_RANGE)
    c.grow(entry, length(a[2]) - length(held[at]))
    held[at] = a[2]
    c.changed(a[0], "lset")
    return OK


@on("ltrim")
def ltrim(c: Call, a: list[str]) -> Any:
    """LTRIM key start end: what lies outside goes."""
    start, end = integer(a[1]), integer(a[2])
    entry = c.need(a[0], LIST)
    if entry is None:
        return OK
    held: list[str] = entry[1]
    before = len(held)
    first, stop = span(start, end, before)
    c.grow(entry, -size_of(held[stop:], EACH) - size_of(held[:first], EACH))
    del held[stop:]
    del held[:first]
    c.changed(a[0], "ltrim", before - len(held))
    c.drop_if_empty(a[0], entry, held)
    return OK


@on("lrem")
def lrem(c: Call, a: list[str]) -> int:
    """LREM key count item: from the left, from the right, or all of them."""
    count = integer(a[1])
    entry = c.need(a[0], LIST)
    if entry is None:
        return 0
    held: list[str] = entry[1]
    places = [at for at, item in enumerate(held) if item == a[2]]
    gone = places[count:] if count < 0 else places[: count or None]
    if not gone:
        return 0
    leave = dict.fromkeys(gone)
    held[:] = [item for at, item in enumerate(held) if at not in leave]
    c.grow(entry, -size_of([a[2]], EACH) * len(gone))
    c.changed(a[0], "lrem", len(gone))
    c.drop_if_empty(a[0], entry, held)
    return len(gone)


@on("linsert")
def linsert(c: Call, a: list[str]) -> int:
    """LINSERT key BEFORE|AFTER pivot item."""
    where = a[1].upper()
    if where not in ("BEFORE", "AFTER"):
        raise RedisError(SYNTAX)
    entry = c.need(a[0], LIST)
    if entry is None:
        return 0
    held: list[str] = entry[1]
    if a[2] not in held:
        return -1
    held.insert(held.index(a[2]) + (where == "AFTER"), a[3])
    c.grow(entry, size_of([a[3]], EACH))
    c.changed(a[0], "linsert")
    return len(held)


def side(word: str) -> bool:
    """Read LEFT or RIGHT: True for the left end."""
    if word.upper() not in ("LEFT", "RIGHT"):
        raise RedisError(SYNTAX)
    return word.upper() == "LEFT"


def move(c: Call, source: str, target: str, left: bool, to_left: bool) -> str | None:
    """Take an item from one list and put it into another; None when there is nothing to take."""
    entry = c.need(source, LIST)
    if entry is None:
        return None
    c.need(target, LIST)
    if source == target and len(entry[1]) == 1:
        c.changed(source, "lmove", 2)
        return str(entry[1][0])
    item = pop(c, source, entry, left)[0]
    push(c, target, [item], to_left)
    return item


@on("lmove")
def lmove(c: Call, a: list[str]) -> str | None:
    """LMOVE source target LEFT|RIGHT LEFT|RIGHT."""
    return move(c, a[0], a[1], side(a[2]), side(a[3]))


@on("rpoplpush")
def rpoplpush(c: Call, a: list[str]) -> str | None:
    """RPOPLPUSH source target."""
    return move(c, a[0], a[1], False, True)


@on("lpos")
def lpos(c: Call, a: list[str]) -> Any:
    """LPOS key item [RANK n] [COUNT n] [MAXLEN n]."""
    options = {"RANK": 1, "MAXLEN": 0}
    for at in range(2, len(a), 2):
        name = a[at].upper()
        if name not in ("RANK", "COUNT", "MAXLEN") or at + 1 >= len(a):
            raise RedisError(SYNTAX)
        options[name] = integer(a[at + 1])
        if name != "RANK" and options[name] < 0:
            raise RedisError(f"ERR {name} can't be negative")
    rank = options["RANK"]
    if rank == 0:
        raise RedisError(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or "
            "use negative to start from the end of the list"
        )
    held = c.read(a[0], LIST)
    many = "COUNT" in options
    if held is None:
        return [] if many else None
    order = range(len(held)) if rank > 0 else range(len(held) - 1, -1, -1)
    found = [at for at in order[: options["MAXLEN"] or None] if held[at] == a[1]]
    found = found[abs(rank) - 1 :]
    if many:
        return found[: options["COUNT"] or None]
    return found[0] if found else None
