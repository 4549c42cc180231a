"""Consumer groups of streams: who was given what, and what was not acknowledged yet.

A group is {"last": [ms, n], "read": number, "pending": {id: [consumer, given at (ms), times]},
"consumers": {name: seen at (ms)}}.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from ..errors import NO_KEY, SYNTAX, RedisError
from ..keyspace import OK, STREAM, Call
from ..numbers import integer
from ..table import on
from .containers import subcommand
from .streams import end_of, entries, make, read_id, read_options, show, sources
from .waiting import wait

Group = dict[str, Any]
Value = dict[str, Any]
NEEDS_KEY = (
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use "
    "the MKSTREAM option to create an empty stream automatically."
)
MEANINGLESS = (
    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of "
    "this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would "
    "just return an empty result set."
)


def _no_group(key: str, group: str) -> RedisError:
    return RedisError(f"NOGROUP No such key '{key}' or consumer group '{group}'")


def _group(c: Call, key: str, name: str) -> tuple[Value, Group]:
    entry = c.need(key, STREAM)
    group = entry[1]["groups"].get(name) if entry is not None else None
    if entry is None or group is None:
        raise _no_group(key, name)
    return entry[1], group


def _named(c: Call, a: list[str]) -> tuple[Value, Group]:
    """Find the group that a subcommand of XGROUP names."""
    entry = c.need(a[0], STREAM)
    if entry is None:
        raise RedisError(NEEDS_KEY)
    group = entry[1]["groups"].get(a[1])
    if group is None:
        raise RedisError(f"NOGROUP No such consumer group '{a[1]}' for key name '{a[0]}'")
    return entry[1], group


def _create(c: Call, a: list[str]) -> Any:
    create, rest = False, list(a[3:])
    while rest:
        word = rest.pop(0).upper()
        if word == "MKSTREAM":
            create = True
        elif word == "ENTRIESREAD" and rest:
            integer(rest.pop(0))
        else:
            raise RedisError(SYNTAX)
    if c.need(a[0], STREAM) is None and not create:
        raise RedisError(NEEDS_KEY)
    last = None if a[2] == "$" else read_id(a[2])
    value = make(c, a[0])[1]
    if a[1] in value["groups"]:
        raise RedisError("BUSYGROUP Consumer Group name already exists")
    last = value["last"] if last is None else last
    read = value["added"] if last == value["last"] else 0 if last == [0, 0] else None
    value["groups"][a[1]] = {"last": last, "read": read, "pending": {}, "consumers": {}}
    c.changed(a[0], "xgroup-create")
    c.words = ["XGROUP", "CREATE", a[0], a[1], show(last), "MKSTREAM"]
    return OK


def _destroy(c: Call, a: list[str]) -> int:
    entry = c.need(a[0], STREAM)
    if entry is None:
        raise RedisError(NEEDS_KEY)
    if entry[1]["groups"].pop(a[1], None) is None:
        return 0
    c.changed(a[0], "xgroup-destroy")
    c.ready(a[0])
    return 1


def _set_id(c: Call, a: list[str]) -> Any:
    value, group = _named(c, a)
    group["last"] = value["last"] if a[2] == "$" else read_id(a[2])
    c.changed(a[0], "xgroup-setid")
    return OK


def _create_consumer(c: Call, a: list[str]) -> int:
    _, group = _named(c, a)
    if a[2] in group["consumers"]:
        return 0
    group["consumers"][a[2]] = c.now_ms
    c.changed(a[0], "xgroup-createconsumer")
    return 1


def _delete_consumer(c: Call, a: list[str]) -> int:
    _, group = _named(c, a)
    if group["consumers"].pop(a[2], None) is None:
        return 0
    gone = [number for number, row in group["pending"].items() if row[0] == a[2]]
    for number in gone:
        del group["pending"][number]
    c.changed(a[0], "xgroup-delconsumer")
    return len(gone)


@on("xgroup")
def xgroup(c: Call, a: list[str]) -> Any:
    """XGROUP CREATE | DESTROY | SETID | CREATECONSUMER | DELCONSUMER."""
    return subcommand(c, a, "xgroup", {
        "create": (-5, _create), "destroy": (4, _destroy), "setid": (-5, _set_id),
        "createconsumer": (5, _create_consumer), "delconsumer": (5, _delete_consumer),
    })  # fmt: skip


def _row_of(value: Value, number: str) -> list[Any]:
    wanted = read_id(number)
    at = bisect_left(value["ids"], wanted)
    there = at < len(value["ids"]) and value["ids"][at] == wanted
    return [number, list(value["rows"][at]) if there else None]


def _new(c: Call, value: Value, group: Group, consumer: str, options: dict[str, Any]) -> list[Any]:
    start = bisect_right(value["ids"], group["last"])
    stop = start + options["count"] if options["count"] else len(value["ids"])
    rows = entries(value, start, stop)
    if not rows:
        return []
    group["last"] = value["ids"][min(stop, len(value["ids"])) - 1]
    if group["read"] is not None:
        group["read"] += len(rows)
    if not options["noack"]:
        for number, _ in rows:
            group["pending"][number] = [consumer, c.now_ms, 1]
    return rows


def _again(c: Call, value: Value, group: Group, consumer: str, after: str, count: Any) -> list[Any]:
    """Give once more what a consumer was given and has not acknowledged."""
    first = read_id(after)
    numbers = sorted(
        (read_id(number) for number, row in group["pending"].items() if row[0] == consumer)
    )
    mine = [show(number) for number in numbers if number > first][: count or None]
    for number in mine:
        row = group["pending"][number]
        group["pending"][number] = [consumer, c.now_ms, row[2] + 1]
    return [_row_of(value, number) for number in mine]


@on("xreadgroup")
def xreadgroup(c: Call, a: list[str]) -> Any:
    """XREADGROUP GROUP group consumer [COUNT n] [BLOCK ms] [NOACK] STREAMS key ... id ..."""
    if a[0].upper() != "GROUP":
        raise RedisError(SYNTAX)
    name, consumer = a[1], a[2]
    options, rest = read_options(c, a[3:], "xreadgroup")
    keys, marks = sources(rest, "xreadgroup")
    found: list[Any] = []
    for key, mark in zip(keys, marks, strict=True):
        try:
            value, group = _group(c, key, name)
        except RedisError as error:
            text = str(error)
            more = " in XREADGROUP with GROUP option" if text.startswith("NOGROUP") else ""
            raise RedisError(text + more) from None
        if mark == "$":
            raise RedisError(MEANINGLESS)
        group["consumers"][consumer] = c.now_ms
        if mark == ">":
            rows = _new(c, value, group, consumer, options)
            if rows:
                found.append([key, rows])
                c.changed(key, "xreadgroup")
        else:
            found.append([key, _again(c, value, group, consumer, mark, options["count"])])
    if found:
        return found
    return wait(c, keys, options["until"]) if options["block"] else None


@on("xack")
def xack(c: Call, a: list[str]) -> int:
    """XACK key group id [id ...]."""
    entry = c.need(a[0], STREAM)
    group = entry[1]["groups"].get(a[1]) if entry is not None else None
    if group is None:
        return 0
    numbers = [show(read_id(text)) for text in a[2:]]
    done = sum(group["pending"].pop(number, None) is not None for number in numbers)
    if done:
        c.changed(a[0], "xack", done)
    return done


def _listed(c: Call, group: Group, a: list[str]) -> list[Any]:
    idle, rest = 0, list(a)
    if rest[0].upper() == "IDLE" and len(rest) > 1:
        idle = integer(rest[1])
        rest = rest[2:]
    if len(rest) not in (3, 4):
        raise RedisError(SYNTAX)
    count = integer(rest[2])
    first, last = end_of(rest[0], 0, 1), end_of(rest[1], 1 << 62, -1)
    found = []
    for number in sorted(read_id(text) for text in group["pending"]):
        row = group["pending"][show(number)]
        waits = c.now_ms - row[1]
        wanted = len(rest) == 3 or row[0] == rest[3]
        if first <= number <= last and waits >= idle and wanted:
            found.append([show(number), row[0], waits, row[2]])
    return found[: max(0, count)]


@on("xpending")
def xpending(c: Call, a: list[str]) -> list[Any]:
    """XPENDING key group [[IDLE ms] start end count [consumer]]."""
    _, group = _group(c, a[0], a[1])
    if len(a) > 2:
        return _listed(c, group, a[2:])
    if not group["pending"]:
        return [0, None, None, None]
    counts: dict[str, int] = {}
    for row in group["pending"].values():
        counts[row[0]] = counts.get(row[0], 0) + 1
    numbers = sorted(read_id(text) for text in group["pending"])
    held = [[name, str(counts[name])] for name in sorted(counts)]
    return [len(numbers), show(numbers[0]), show(numbers[-1]), held]


def _claim(c: Call, value: Value, group: Group, number: str, to: str, counts: bool) -> Any:
    """Give a pending entry to another consumer; None when the entry was deleted."""
    row = _row_of(value, number)
    if row[1] is None:
        del group["pending"][number]
        return None
    times = group["pending"][number][2] + counts
    group["pending"][number] = [to, c.now_ms, times]
    return row


@on("xclaim")
def xclaim(c: Call, a: list[str]) -> list[Any]:
    """XCLAIM key group consumer min-idle id [id ...] [JUSTID]."""
    value, group = _group(c, a[0], a[1])
    idle = integer(a[3], "ERR Invalid min-idle-time argument for XCLAIM")
    just = a[-1].upper() == "JUSTID"
    found = []
    for text in a[4:-1] if just else a[4:]:
        number = show(read_id(text))
        row = group["pending"].get(number)
        if row is not None and c.now_ms - row[1] >= idle:
            claimed = _claim(c, value, group, number, a[2], not just)
            if claimed is not None:
                found.append(number if just else claimed)
    group["consumers"][a[2]] = c.now_ms
    c.changed(a[0], "xclaim")
    return found


@on("xautoclaim")
def xautoclaim(c: Call, a: list[str]) -> list[Any]:
    """XAUTOCLAIM key group consumer min-idle start [COUNT n] [JUSTID]."""
    idle = integer(a[3], "ERR Invalid min-idle-time argument for XAUTOCLAIM")
    start = end_of(a[4], 0, 1)
    count, just, rest = 100, False, list(a[5:])
    while rest:
        word = rest.pop(0).upper()
        if word == "JUSTID":
            just = True
        elif word == "COUNT" and rest:
            count = integer(rest.pop(0), "ERR COUNT must be > 0")
        else:
            raise RedisError(SYNTAX)
    if count < 1:
        raise RedisError("ERR COUNT must be > 0")
    value, group = _group(c, a[0], a[1])
    group["consumers"][a[2]] = c.now_ms
    found: list[Any] = []
    gone: list[str] = []
    following = "0-0"
    for number in sorted(read_id(text) for text in group["pending"]):
        if number < start or c.now_ms - group["pending"][show(number)][1] < idle:
            continue
        if len(found) + len(gone) >= count:
            following = show(number)
            break
        claimed = _claim(c, value, group, show(number), a[2], not just)
        if claimed is None:
            gone.append(show(number))
        else:
            found.append(show(number) if just else claimed)
    c.changed(a[0], "xclaim")
    return [following, found, gone]


def _stream(c: Call, a: list[str]) -> Any:
    value = c.read(a[0], STREAM)
    if value is None:
        raise RedisError(NO_KEY)
    ends = [entries(value, 0, 1), entries(value, len(value["ids"]) - 1, len(value["ids"]))]
    first = show(value["ids"][0]) if value["ids"] else "0-0"
    return {"map": [
        ["length", len(value["ids"])], ["radix-tree-keys", 1], ["radix-tree-nodes", 2],
        ["last-generated-id", show(value["last"])],
        ["max-deleted-entry-id", show(value["deleted"])], ["entries-added", value["added"]],
        ["recorded-first-entry-id", first], ["groups", len(value["groups"])],
        ["first-entry", ends[0][0] if value["ids"] else None],
        ["last-entry", ends[1][0] if value["ids"] else None],
    ]}  # fmt: skip


def _groups(c: Call, a: list[str]) -> list[Any]:
    value = c.read(a[0], STREAM)
    if value is None:
        raise RedisError(NO_KEY)
    return [{"map": [
        ["name", name], ["consumers", len(group["consumers"])],
        ["pending", len(group["pending"])], ["last-delivered-id", show(group["last"])],
        ["entries-read", group["read"]],
        ["lag", len(value["ids"]) - bisect_right(value["ids"], group["last"])],
    ]} for name, group in sorted(value["groups"].items())]  # fmt: skip


def _consumers(c: Call, a: list[str]) -> list[Any]:
    value = c.read(a[0], STREAM)
    if value is None:
        raise RedisError(NO_KEY)
    group = value["groups"].get(a[1])
    if group is None:
        raise RedisError(f"NOGROUP No such consumer group '{a[1]}' for key name '{a[0]}'")
    held = [row[0] for row in group["pending"].values()]
    return [
        {"map": [["name", name], ["pending", held.count(name)], ["idle", c.now_ms - seen]]}
        for name, seen in sorted(group["consumers"].items())
    ]


@on("xinfo")
def xinfo(c: Call, a: list[str]) -> Any:
    """XINFO STREAM | GROUPS | CONSUMERS."""
    return subcommand(c, a, "xinfo", {
        "stream": (-3, _stream), "groups": (3, _groups), "consumers": (4, _consumers),
    })  # fmt: skip
