"""Aggregate functions over the rows of a group."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from .casts import my_number
from .compare import compare, my_compare
from .compiler import Expr
from .operators import EXACT, divided
from .reader import Node
from .run import Run
from .sorting import distinct, sort_rows
from .sources import Rows
from .types import BIGINT, FLOATS, TEXT, Interval, Type, is_int
from .values import json_text, show, show_json


def aggregate(run: Run, node: Node, spec: Any, rows: Rows) -> Any:
    """Work out one aggregate function over the rows of a group."""
    args, test, order, kind = spec
    name = node["name"]
    if test is not None:
        rows = [row for row in rows if test(row)]
    if order:
        rows = sort_rows(
            run,
            [(row, row) for row in rows],
            [((lambda out, row, f=fn: f(row)), desc, None) for fn, desc in order],
        )
    if node.get("star"):
        return len(rows)
    keep_null = name == "array_agg" or "json" in name
    values = [v for row in rows if (v := args[0].fn(row)) is not None or keep_null]
    if node.get("distinct"):
        values = [row[0] for row in distinct(run, [[v] for v in values])]
    if name == "count":
        return len(values)
    if not values:
        return None
    if name in ("sum", "avg"):
        return _total(run, name, values, kind)
    if name in ("min", "max"):
        order_by = my_compare if run.dialect == "mysql" else compare
        best = values[0]
        for value in values[1:]:
            if (order_by(value, best) < 0) is (name == "min") and order_by(value, best) != 0:
                best = value
        return best
    if name == "array_agg":
        return values
    if "json" in name:
        return _json_total(run, name, args, values, rows)
    if name in ("bool_and", "every", "bool_or"):
        return any(values) if name == "bool_or" else all(values)
    separator = node.get("separator", ",")
    if name == "string_agg" and len(args) > 1:
        separator = args[1].fn(rows[0]) or ""
    text = str(separator).join(show(v, args[0].type, run.dialect) for v in values)
    run.hold(len(text))
    return text[:1024] if name == "group_concat" else text


def _json_total(run: Run, name: str, args: list[Expr], values: list[Any], rows: Rows) -> str:
    """Work out json_agg() and its like; json has the spaces that its functions write."""
    if len(args) < 2:
        sign = ", \n " if values and isinstance(values[0], tuple) else ", "
        text = f"[{sign.join(json_text(v, args[0].type) for v in values)}]"
    else:
        parts = [f"{json_text(show(key, args[0].type), TEXT)} : "
                 f"{json_text(args[1].fn(row), args[1].type)}"
                 for key, row in zip(values, rows, strict=False)]  # fmt: skip
        text = "{ " + ", ".join(parts) + " }"
    run.hold(len(text))
    plain = name.startswith("jsonb") or run.dialect == "mysql"
    return show_json(json.loads(text, parse_float=Decimal)) if plain else text


def _total(run: Run, name: str, values: list[Any], kind: Type) -> Any:
    if isinstance(values[0], Interval):
        parts = [sum(column) for column in zip(*values, strict=True)]
        if name == "avg":
            parts = [part // len(values) for part in parts]
        return Interval(*parts)
    if run.dialect == "mysql":
        values = [my_number(value) for value in values]
    if kind.name in FLOATS:
        total = sum(float(value) for value in values)
        return total / len(values) if name == "avg" else total
    exact = Decimal(0)
    for value in values:
        exact = EXACT.add(exact, Decimal(value))
    if name == "sum":
        return int(exact) if kind == BIGINT or is_int(kind) else exact
    if run.dialect == "mysql":
        places = max([-int(Decimal(v).as_tuple().exponent) for v in values[:50]]) + 4
        return EXACT.divide(exact, Decimal(len(values))).quantize(Decimal(1).scaleb(-places))
    return divided(exact, Decimal(len(values)))
