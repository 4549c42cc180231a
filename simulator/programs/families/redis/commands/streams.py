"""Streams: entries under rising numbers.

The value is {"ids": [[ms, n] ...], "rows": [[field, text ...] ...], "last": [ms, n], "added",
"deleted": [ms, n], "groups": {name: group}}; for groups see `streamgroups`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from ..errors import SYNTAX, RedisError, arity
from ..keyspace import PART_BYTES, STREAM, Call, Entry, size_of
from ..numbers import integer
from ..table import on
from .waiting import until, wait

EACH = PART_BYTES[STREAM]
BAD_ID = "ERR Invalid stream ID specified as stream command argument"
TOP = "ERR The ID specified in XADD is equal or smaller than the target stream top item"
HIGHEST = (1 << 64) - 1
ROOM = 1 << 62
"""Numbers above are not kept exactly: plain data has 64 bits with a sign."""
Id = list[int]


def read_id(text: str, rest: int = 0) -> Id:
    """Read `ms-n` or `ms`, with `rest` for the number that is missing."""
    left, mark, right = text.partition("-")
    parts = [left, right] if mark else [left]
    if not all(part.isascii() and part.isdigit() and int(part[:21]) <= HIGHEST for part in parts):
        raise RedisError(BAD_ID)
    numbers = [min(int(part), ROOM) for part in parts]
    return [numbers[0], numbers[1] if mark else rest]


def end_of(text: str, rest: int, up: int) -> Id:
    """Read an end of a range: `-`, `+`, a number, or one that is left out (`(`)."""
    if text == "-":
        return [0, 0]
    if text == "+":
        return [ROOM, ROOM]
    if not text.startswith("("):
        return read_id(text, rest)
    found = read_id(text[1:], rest)
    return [found[0], found[1] + up] if found[1] + up >= 0 else [found[0] - 1, ROOM]


def show(number: Id) -> str:
    """Write the number of an entry."""
    return f"{number[0]}-{number[1]}"


def slice_of(value: dict[str, Any], first: Id, last: Id) -> tuple[int, int]:
    """Find the entries from one number to another."""
    start = bisect_left(value["ids"], first)
    return start, max(start, bisect_right(value["ids"], last))


def entries(value: dict[str, Any], start: int, stop: int) -> list[Any]:
    """List entries as they are answered."""
    ids, rows = value["ids"][start:stop], value["rows"][start:stop]
    return [[show(number), list(row)] for number, row in zip(ids, rows, strict=True)]


def make(c: Call, key: str) -> Entry:
    """Give a stream, an empty one when there is none."""
    entry = c.make(key, STREAM)
    if "ids" not in entry[1]:
        entry[1].update(ids=[], rows=[], last=[0, 0], added=0, deleted=[0, 0], groups={})
    return entry


def _trim_options(rest: list[str]) -> tuple[str, Any]:
    """Take `MAXLEN|MINID [=|~] threshold [LIMIT n]` from the front: (what, threshold)."""
    kind = rest.pop(0).upper()
    about = bool(rest) and rest[0] == "~"
    if rest and rest[0] in ("=", "~"):
        rest.pop(0)
    if not rest:
        raise RedisError(SYNTAX)
    limit: Any = read_id(rest[0]) if kind == "MINID" else integer(rest[0])
    rest.pop(0)
    if kind == "MAXLEN" and limit < 0:
        raise RedisError("ERR The MAXLEN argument must be >= 0.")
    if len(rest) > 1 and rest[0].upper() == "LIMIT":
        if integer(rest[1]) < 0:
            raise RedisError("ERR The LIMIT argument must be >= 0.")
        if not about:
            raise RedisError("ERR syntax error, LIMIT cannot be used without the special ~ option")
        del rest[:2]
    return ("" if about else kind), limit


def _trim(c: Call, key: str, entry: Entry, kind: str, limit: Any) -> int:
    """Drop the oldest entries; a limit with `~` drops nothing before a node of 100 is full."""
    value = entry[1]
    if kind == "MINID":
        count = bisect_left(value["ids"], limit)
    else:
        count = max(0, len(value["ids"]) - limit) if kind == "MAXLEN" else 0
    if count:
        c.grow(entry, -sum(size_of(row, EACH) + 16 for row in value["rows"][:count]))
        del value["ids"][:count]
        del value["rows"][:count]
        c.changed(key, "xtrim", count)
    return count


def _next_id(c: Call, value: dict[str, Any], text: str) -> Id:
    last = value["last"]
    if text == "*":
        return [c.now_ms, 0] if c.now_ms > last[0] else [last[0], last[1] + 1]
    if text.endswith("-*"):
        ms = read_id(text[:-2])[0]
        if ms < last[0]:
            raise RedisError(TOP)
        return [ms, last[1] + 1] if ms == last[0] else [ms, 0 if ms else 1]
    found = read_id(text)
    if found == [0, 0]:
        raise RedisError("ERR The ID specified in XADD must be greater than 0-0")
    if found <= last:
        raise RedisError(TOP)
    return found


@on("xadd")
def xadd(c: Call, a: list[str]) -> str | None:
    """XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] n [LIMIT n]] *|id field text [...]."""
    key, rest = a[0], list(a[1:])
    create, trims = True, []
    while rest and rest[0].upper() in ("NOMKSTREAM", "MAXLEN", "MINID"):
        if rest[0].upper() == "NOMKSTREAM":
            create = bool(rest.pop(0)) and False
        else:
            trims.append((rest[0].upper(), *_trim_options(rest)))
    if len({kind: 1 for kind, _, _ in trims}) > 1:
        raise RedisError(
            "ERR syntax error, MAXLEN and MINID options at the same time are not compatible"
        )
    if rest and rest[0] != "*":
        read_id(rest[0].removesuffix("-*"))
    if len(rest) < 3 or len(rest) % 2 == 0:
        raise arity("xadd")
    if c.need(key, STREAM) is None and not create:
        return None
    old = c.keys.get(key)
    number = _next_id(c, old[1] if old is not None else {"last": [0, 0]}, rest[0])
    entry = make(c, key)
    value = entry[1]
    value["ids"].append(number)
    value["rows"].append(rest[1:])
    value["last"] = number
    value["added"] += 1
    c.grow(entry, size_of(rest[1:], EACH) + 16)
    c.changed(key, "xadd")
    c.ready(key)
    c.words = ["XADD", key, show(number), *rest[1:]]
    for _, kind, limit in trims:
        if _trim(c, key, entry, kind, limit):
            c.words = ["XADD", key, "MINID", "=", show(value["ids"][0] if value["ids"] else number),
                       *c.words[2:]]  # fmt: skip
    return show(number)


@on("xtrim")
def xtrim(c: Call, a: list[str]) -> int:
    """XTRIM key MAXLEN|MINID [=|~] n [LIMIT n]."""
    rest = list(a[1:])
    if rest[0].upper() not in ("MAXLEN", "MINID"):
        raise RedisError(SYNTAX)
    kind, limit = _trim_options(rest)
    if rest:
        raise RedisError(SYNTAX)
    entry = c.need(a[0], STREAM)
    return _trim(c, a[0], entry, kind, limit) if entry is not None else 0


@on("xlen")
def xlen(c: Call, a: list[str]) -> int:
    """XLEN key."""
    value = c.read(a[0], STREAM)
    return len(value["ids"]) if value else 0


@on("xdel")
def xdel(c: Call, a: list[str]) -> int:
    """XDEL key id [id ...]."""
    entry = c.need(a[0], STREAM)
    if entry is None:
        return 0
    wanted = [read_id(text) for text in a[1:]]
    value, gone = entry[1], 0
    for number in wanted:
        at = bisect_left(value["ids"], number)
        if at < len(value["ids"]) and value["ids"][at] == number:
            c.grow(entry, -size_of(value["rows"][at], EACH) - 16)
            del value["ids"][at], value["rows"][at]
            value["deleted"] = max(value["deleted"], number)
            gone += 1
    if gone:
        c.changed(a[0], "xdel", gone)
    return gone


@on("xrange", "xrevrange")
def xrange(c: Call, a: list[str]) -> Any:
    """XRANGE key start end [COUNT n]; XREVRANGE key end start [COUNT n]."""
    back = c.words[0].lower() == "xrevrange"
    low, high = (a[2], a[1]) if back else (a[1], a[2])
    first, last = end_of(low, 0, 1), end_of(high, ROOM, -1)
    count: int | None = None
    if len(a) > 3:
        if len(a) != 5 or a[3].upper() != "COUNT":
            raise RedisError(SYNTAX)
        count = max(0, integer(a[4]))
    value = c.read(a[0], STREAM)
    if value is None:
        return []
    if count == 0:
        return None
    start, stop = slice_of(value, first, last)
    if back:
        start = start if count is None else max(start, stop - count)
        return entries(value, start, stop)[::-1]
    return entries(value, start, stop if count is None else min(stop, start + count))


def sources(rest: list[str], name: str) -> tuple[list[str], list[str]]:
    """Read what follows STREAMS: the keys and where to read on."""
    if not rest or len(rest) % 2:
        raise RedisError(
            f"ERR Unbalanced '{name}' list of streams: for each stream key an ID or '$' must be "
            "specified."
        )
    half = len(rest) // 2
    return rest[:half], rest[half:]


def read_options(c: Call, words: list[str], name: str) -> tuple[dict[str, Any], list[str]]:
    """Read [COUNT n] [BLOCK ms] [NOACK] up to STREAMS."""
    found: dict[str, Any] = {"count": None, "until": None, "block": False, "noack": False}
    rest = list(words)
    while rest:
        word = rest.pop(0).upper()
        if word == "STREAMS":
            return found, rest
        if word == "NOACK" and name == "xreadgroup":
            found["noack"] = True
        elif word == "COUNT" and rest:
            found["count"] = max(0, integer(rest.pop(0))) or None
        elif word == "BLOCK" and rest:
            ms = integer(rest.pop(0), "ERR timeout is not an integer or out of range")
            if ms < 0:
                raise RedisError("ERR timeout is negative")
            found.update(block=True, until=until(c, ms / 1000))
        else:
            raise RedisError(SYNTAX)
    raise RedisError(SYNTAX)


@on("xread")
def xread(c: Call, a: list[str]) -> Any:
    """XREAD [COUNT n] [BLOCK ms] STREAMS key [key ...] id [id ...]."""
    options, rest = read_options(c, a, "xread")
    if len(rest) == 1:
        raise arity("xread")
    keys, marks = sources(rest, "xread")
    found, known = [], []
    for key, mark in zip(keys, marks, strict=True):
        if mark == ">":
            raise RedisError(
                "ERR The > ID can be specified only when calling XREADGROUP using the GROUP "
                "<group> <consumer> option."
            )
        after = None if mark == "$" else read_id(mark)
        value = c.read(key, STREAM)
        if after is None:
            after = value["last"] if value else [0, 0]
        known.append(show(after))
        if value is None:
            continue
        start = bisect_right(value["ids"], after)
        rows = entries(value, start, start + options["count"] if options["count"] else None)  # type: ignore[arg-type]
        if rows:
            found.append([key, rows])
    if found:
        return found
    if not options["block"]:
        return None
    c.words = [*c.words[: len(c.words) - len(marks)], *known]
    return wait(c, keys, options["until"])
