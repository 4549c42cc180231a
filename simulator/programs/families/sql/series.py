"""Functions that give several rows: unnest(), generate_series(), jsonb_array_elements()."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from .errors import pg
from .functions import unknown
from .operators import plus
from .reader import Node
from .run import Run
from .types import NUMERIC, SPAN, STAMPTZ, TEXT, Type, is_int, is_number, is_stamp
from .values import json_text, show_json

NAMES = ("unnest", "generate_series", "jsonb_array_elements", "json_array_elements",
         "jsonb_array_elements_text", "json_array_elements_text", "regexp_split_to_table",
         "string_to_table")  # fmt: skip


def prepared(compiler: Any, node: Node) -> tuple[Any, Type]:
    """Compile a call: (function of a row that gives a list, type of its items)."""
    run: Run = compiler.run
    name, made = node["name"], [compiler.expr(one) for one in node["args"]]
    args = [compiler.settled(one) for one in made]
    kinds = [one.type for one in args]
    if name == "unnest" and len(args) == 1 and kinds[0].array:
        fn = args[0].fn
        return (lambda row: list(fn(row) or [])), kinds[0]._replace(array=False)
    if name.endswith(("array_elements", "array_elements_text")) and len(args) == 1:
        return _elements(args[0].fn, name), TEXT if name.endswith("text") else Type(name[:5].rstrip(
            "_"))  # fmt: skip
    if name == "string_to_table" and len(args) == 2:
        fns = [one.fn for one in args]
        return (lambda row: str(fns[0](row)).split(fns[1](row))), TEXT
    if name != "generate_series" or not 2 <= len(args) <= 3:
        raise unknown(run, name, kinds, node)
    if all(is_number(kind) for kind in kinds):
        fns = [one.fn for one in args]
        whole = all(is_int(kind) for kind in kinds)
        return (lambda row: _numbers(run, [fn(row) for fn in fns], whole)), (
            kinds[0] if whole else NUMERIC)  # fmt: skip
    stamps = [kind for kind in kinds[:2] if is_stamp(kind)]
    if len(args) == 3 and stamps:
        zoned = any(kind.name in ("timestamptz", "date") for kind in stamps)
        kind = STAMPTZ if zoned else Type("timestamp")
        fns = [compiler.as_type(made[0], kind).fn, compiler.as_type(made[1], kind).fn,
               compiler.as_type(made[2], SPAN).fn]  # fmt: skip
        return (lambda row: _moments(run, [fn(row) for fn in fns])), kind
    raise unknown(run, name, kinds, node)


def _elements(fn: Any, name: str) -> Any:
    def work(row: Any) -> list[Any]:
        text = fn(row)
        if text is None:
            return []
        items = json.loads(text, parse_float=Decimal)
        if not isinstance(items, list):
            raise pg("22023", "cannot extract elements from an object" if isinstance(items, dict)
                     else "cannot extract elements from a scalar")  # fmt: skip
        if name.endswith("_text"):
            return [one if isinstance(one, str) or one is None else show_json(one) for one in items]
        return [show_json(one) for one in items]

    return work


def _numbers(run: Run, values: list[Any], whole: bool) -> list[Any]:
    if None in values:
        return []
    start, stop = values[0], values[1]
    step = values[2] if len(values) > 2 else 1
    if not step:
        raise pg("22023", "step size cannot equal zero")
    if whole:
        run.spend(max(0, (stop - start) // step + 1) // 2)
        return list(range(start, stop + (1 if step > 0 else -1), step))
    at, last, by = (Decimal(str(one)) for one in (start, stop, step))
    places = min(int(one.as_tuple().exponent) for one in (at, by))
    found: list[Any] = []
    while at <= last if by > 0 else at >= last:
        run.spend(1)
        found.append(at.quantize(Decimal(1).scaleb(places)) if found else at)
        at += by
    return found


def _moments(run: Run, values: list[Any]) -> list[Any]:
    if None in values:
        return []
    at, stop, step = values
    back = plus(at, step) < at
    found = []
    while at >= stop if back else at <= stop:
        found.append(at)
        run.spend(2)
        later = plus(at, step)
        if later == at:
            raise pg("22023", "step size cannot equal zero")
        at = later
    return found


def of_item(compiler: Any, node: Node) -> Any:
    """Compile a call that stands in SELECT's list; None when it is another expression."""
    if node["k"] != "func" or node["name"] not in NAMES or not compiler.is_pg:
        return None
    from .operations import Expr

    fn, kind = prepared(compiler, node)
    return Expr(fn, kind, None, node["at"])


def spread(run: Run, items: list[Node], pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Make rows of the lists that such calls in SELECT's list gave."""
    if run.dialect != "postgres":
        return pairs
    slots = [n for n, one in enumerate(items)
             if one["x"]["k"] == "func" and one["x"]["name"] in NAMES]  # fmt: skip
    if not slots:
        return pairs
    found = []
    for out, row in pairs:
        count = max(len(out[n]) for n in slots)
        run.spend(count)
        for turn in range(count):
            made = list(out)
            for n in slots:
                made[n] = out[n][turn] if turn < len(out[n]) else None
            found.append((made, row))
    return found


__all__ = ["NAMES", "json_text", "of_item", "prepared", "spread"]
