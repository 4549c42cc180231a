"""Window functions: row_number(), lag(), sum() OVER (...) and their like.

Sources: PostgreSQL's section "Window Functions"; MySQL's "Window Function Concepts and Syntax".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .compare import group_key
from .errors import my, not_supported, pg
from .reader import Node
from .run import Run
from .types import BIGINT, DOUBLE, INT, MY_INT, Type

Rows = list[list[Any]]
RANKS = ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile")
VALUES = ("lag", "lead", "first_value", "last_value", "nth_value")
NAMES = (*RANKS, *VALUES)


def kind_of(name: str, args: list[Any], is_pg: bool) -> Type:
    """Give the type of a function that only exists with OVER."""
    if name in ("percent_rank", "cume_dist"):
        return DOUBLE
    if name == "ntile":
        return INT if is_pg else MY_INT
    if name in RANKS:
        return BIGINT if is_pg else MY_INT
    kind: Type = args[0].type
    return kind


def refuse(run: Run, node: Node, clause: str) -> Exception:
    """Complain of a window function where there is none."""
    if run.dialect == "mysql":
        return my(3593, f"You cannot use the window function '{node['name']}' in this context.'")
    where = {"where clause": "WHERE", "on clause": "JOIN conditions", "group statement":
             "GROUP BY", "having clause": "HAVING"}.get(clause, "this place")  # fmt: skip
    return pg("42P20", f"window functions are not allowed in {where}", node["at"])


def apply(
    run: Run, windows: list[dict[str, Any]], rows: Rows, sort: Callable[..., Any],
    aggregate: Callable[..., Any],
) -> Rows:  # fmt: skip
    """Add each window function's value to the rows; they come in the order of the last window.

    A window: {"node", "args", "spec" (of an aggregate, or None), "partition", "keys"}.
    """
    for window in windows:
        keys = [((lambda out, row, f=fn: f(row)), False, None) for fn in window["partition"]]
        rows = sort(run, [(row, row) for row in rows], [*keys, *window["keys"]])
        made: Rows = []
        for part in _partitions(run, window, rows):
            peers = _peers(run, window, part)
            values = _values(run, window, part, peers, aggregate)
            made += [[*row, value] for row, value in zip(part, values, strict=True)]
        rows = made
    return rows


def _partitions(run: Run, window: dict[str, Any], rows: Rows) -> list[Rows]:
    found: dict[Any, Rows] = {}
    for row in rows:
        key = group_key([fn(row) for fn in window["partition"]], run.dialect)
        found.setdefault(key, []).append(row)
    return list(found.values())


def _peers(run: Run, window: dict[str, Any], part: Rows) -> list[int]:
    """Give each row the number of its group of equals, from 0."""
    numbers: list[int] = []
    last: Any = None
    for n, row in enumerate(part):
        key = group_key([key[0](row, row) for key in window["keys"]], run.dialect)
        numbers.append(0 if not n else numbers[-1] + (key != last))
        last = key
    return numbers


def _values(
    run: Run, window: dict[str, Any], part: Rows, peers: list[int], aggregate: Callable[..., Any]
) -> list[Any]:
    node, name, count = window["node"], window["node"]["name"], len(part)
    run.spend(count * 2)
    if name in RANKS:
        return _ranked(run, window, name, part, peers)
    if name in ("lag", "lead"):
        args = window["args"]
        found = []
        for n, row in enumerate(part):
            step = int(args[1].fn(row) or 0) if len(args) > 1 else 1
            at = n - step if name == "lag" else n + step
            other = args[2].fn(row) if len(args) > 2 else None
            found.append(args[0].fn(part[at]) if 0 <= at < count else other)
        return found
    frames = _frames(run, window, peers)
    if name in VALUES:
        return [_of_frame(window, name, part[low:high]) for low, high in frames]
    quick = name in ("sum", "count") and not node.get("distinct") and window["spec"][1] is None
    if quick and all(low == 0 for low, _ in frames) and name == "count":
        kept = [node.get("star") or window["args"][0].fn(row) is not None for row in part]
        totals = [0]
        for one in kept:
            totals.append(totals[-1] + bool(one))
        return [totals[high] for _, high in frames]
    found, before, value = [], None, None
    for frame in frames:
        if frame != before:
            run.spend(frame[1] - frame[0])
            value = aggregate(run, node, window["spec"], part[frame[0] : frame[1]])
            before = frame
        found.append(value)
    return found


def _ranked(run: Run, window: dict[str, Any], name: str, part: Rows, peers: list[int]) -> list[Any]:
    count = len(part)
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for n, group in enumerate(peers):
        first.setdefault(group, n)
        last[group] = n
    if name == "row_number":
        return list(range(1, count + 1))
    if name == "rank":
        return [first[group] + 1 for group in peers]
    if name == "dense_rank":
        return [group + 1 for group in peers]
    if name == "percent_rank":
        return [first[group] / (count - 1) if count > 1 else 0.0 for group in peers]
    if name == "cume_dist":
        return [(last[group] + 1) / count for group in peers]
    tiles = int(window["args"][0].fn(part[0])) if window["args"] else 0
    if tiles < 1:
        raise pg("22014", "argument of ntile must be greater than zero")
    size, more = divmod(count, tiles)
    numbers = [n + 1 for n in range(tiles) for _ in range(size + (n < more))]
    return numbers[:count]


def _of_frame(window: dict[str, Any], name: str, frame: Rows) -> Any:
    args = window["args"]
    at = 0 if name == "first_value" else len(frame) - 1
    if name == "nth_value" and frame:
        at = int(args[1].fn(frame[0])) - 1
    return args[0].fn(frame[at]) if 0 <= at < len(frame) else None


def _frames(run: Run, window: dict[str, Any], peers: list[int]) -> list[tuple[int, int]]:
    """Give each row the part of its partition that the function looks at."""
    count = len(peers)
    words = list(window["frame"] or [])
    if not words:
        if not window["keys"]:
            return [(0, count)] * count
        words = ["range", "unbounded", "preceding"]
    unit, rest = words[0], words[1:]
    low, high = (rest[1 : rest.index("and")], rest[rest.index("and") + 1 :]) if (
        rest[:1] == ["between"]) else (rest, ["current", "row"])  # fmt: skip
    ends = {group: n + 1 for n, group in enumerate(peers)}
    begins: dict[int, int] = {}
    for n, group in enumerate(peers):
        begins.setdefault(group, n)
    frames = []
    for n, group in enumerate(peers):
        begin = _edge(run, low, n, 0, unit, begins[group])
        end = _edge(run, high, n, count - 1, unit, ends[group] - 1) + 1
        frames.append((min(max(begin, 0), count), min(max(end, begin, 0), count)))
    return frames


def _edge(run: Run, words: list[str], n: int, far: int, unit: str, peer: int) -> int:
    if words[:1] == ["unbounded"]:
        return far
    if words[:1] == ["current"]:
        return n if unit == "rows" else peer
    if unit != "rows" or not words or not words[0].isdigit():
        raise not_supported(run.dialect, f"a window frame of {unit.upper()} with an offset")
    step = int(Decimal(words[0]))
    return n - step if words[-1] == "preceding" else n + step
