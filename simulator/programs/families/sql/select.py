"""Queries: from their sources to their rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import ctes, locks, series, windows
from .aggregates import aggregate
from .compare import group_key
from .compiler import Compiler, Expr, Scope, has_aggregate
from .errors import my, pg
from .reader import Node
from .run import Column, Run
from .sorting import distinct, sort_rows
from .sources import Rows, Sources

Result = tuple[list[Column], Rows]


def query(run: Run, node: Node, outer: Scope | None = None) -> Result:
    """Carry out a query; raises SqlError."""
    kept = run.ctes
    try:
        if node.get("with"):
            ctes.prepare(run, node, outer, query, _body)
        columns, rows = _ordered(run, node, outer)
        if node["lock"] and node["body"]["k"] == "select":
            rows = locks.taken(run, node["lock"], rows, _bounds(run, node, outer))
            return columns, rows
        return columns, _limited(run, node, rows, outer)
    finally:
        run.ctes = kept


def subquery(run: Run, node: Node, outer: Scope) -> tuple[list[Column], Callable[[Any], Rows]]:
    """Prepare a query inside an expression: its columns, and its rows for a row outside."""
    chain = []
    scope: Scope | None = outer
    while scope is not None:
        chain.append((scope, scope.touched, scope.row))
        scope.touched = False
        scope.row = scope.row or [None] * len(scope.columns)
        scope = scope.parent
    columns, rows = query(run, node, outer)
    depends = any(scope.touched for scope, _, _ in chain)
    for scope, touched, row in chain:
        scope.touched = scope.touched or touched
        scope.row = row

    def again(row: Any) -> Rows:
        kept, outer.row = outer.row, row
        run.spend(40)
        try:
            return query(run, node, outer)[1]
        finally:
            outer.row = kept

    return columns, again if depends else lambda row: rows


def compiler(run: Run, scope: Scope) -> Compiler:
    """Make a compiler whose subqueries are carried out by this module."""
    return Compiler(run, scope, lambda node, outer: subquery(run, node, outer))


def sources(run: Run, outer: Scope | None) -> Sources:
    """Make a reader of FROM."""
    return Sources(run, outer, query, lambda node, scope: subquery(run, node, scope))


def _limited(run: Run, node: Node, rows: Rows, outer: Scope | None) -> Rows:
    start, count = _bounds(run, node, outer)
    return rows[start:] if count is None else rows[start : start + count]


def _bounds(run: Run, node: Node, outer: Scope | None) -> tuple[int, int | None]:
    """Work out OFFSET and LIMIT."""
    numbers: list[int | None] = []
    for name in ("offset", "limit"):
        value = None
        if node[name] is not None:
            made = compiler(run, Scope([], outer)).expr(node[name])
            value = made.fn([])
            if value is not None:
                if isinstance(value, str) and not value.strip("-").isdigit():
                    raise pg("22P02", f'invalid input syntax for type bigint: "{value}"')
                value = int(value)
                if value < 0:
                    raise pg("2201W" if name == "limit" else "2201X",
                             f"{name.upper()} must not be negative")  # fmt: skip
        numbers.append(value)
    return numbers[0] or 0, numbers[1]


def _ordered(run: Run, node: Node, outer: Scope | None) -> Result:
    body = node["body"]
    if body["k"] == "select":
        return _select(run, body, node["order"], outer, bool(node["lock"]))
    columns, rows = _body(run, body, outer)
    if node["order"]:
        scope = Scope(columns, outer)
        scope.clause = "order clause"
        keys = [_order_key(run, scope, item, columns, []) for item in node["order"]]
        rows = sort_rows(run, [(row, row) for row in rows], keys)
    return columns, rows


def _body(run: Run, body: Node, outer: Scope | None) -> Result:
    if body["k"] == "query":
        return query(run, body, outer)
    if body["k"] == "values":
        return _values(run, body, outer)
    if body["k"] == "select":
        return _select(run, body, [], outer)
    left, right = _body(run, body["l"], outer), _body(run, body["r"], outer)
    if len(left[0]) != len(right[0]):
        if run.dialect == "mysql":
            raise my(1222, "The used SELECT statements have a different number of columns", "21000")
        raise pg("42601", f"each {body['op'].upper()} query must have the same number of columns",
                 body["r"].get("at"))  # fmt: skip
    made = compiler(run, Scope([], outer))
    columns, fns = [], []
    for a, b in zip(left[0], right[0], strict=True):
        items, kind = made.unify([Expr(lambda row: row, a.type), Expr(lambda row: row, b.type)],
                                 body["op"].upper())  # fmt: skip
        columns.append(Column(a.name, "", kind))
        fns.append((items[0].fn, items[1].fn))
    one = [[fn[0](v) for fn, v in zip(fns, row, strict=True)] for row in left[1]]
    other = [[fn[1](v) for fn, v in zip(fns, row, strict=True)] for row in right[1]]
    run.spend(len(one) + len(other))
    return columns, _set_operation(run, body, one, other)


def _set_operation(run: Run, body: Node, one: Rows, other: Rows) -> Rows:
    op = body["op"]
    if op == "union":
        return one + other if body["all"] else distinct(run, one + other)
    counts: dict[Any, int] = {}
    for row in other:
        key = group_key(row, run.dialect)
        counts[key] = counts.get(key, 0) + 1
    found = []
    for row in one if body["all"] else distinct(run, one):
        key = group_key(row, run.dialect)
        there = counts.get(key, 0)
        if (there > 0) is (op == "intersect"):
            found.append(row)
        if body["all"] and there:
            counts[key] = there - 1
    return found


def _values(run: Run, body: Node, outer: Scope | None) -> Result:
    made = compiler(run, Scope([], outer))
    rows = [[made.expr(one) for one in row] for row in body["rows"]]
    if any(len(row) != len(rows[0]) for row in rows):
        if run.dialect == "mysql":
            raise my(1136, "Column count doesn't match value count at row 2", "21S01")
        raise pg("42601", "VALUES lists must all be the same length", body["at"])
    columns, grid = [], []
    for n in range(len(rows[0])):
        items, kind = made.unify([row[n] for row in rows], "VALUES")
        name = f"column{n + 1}" if run.dialect == "postgres" else f"column_{n}"
        columns.append(Column(name, "", kind))
        grid.append([one.fn([]) for one in items])
    return columns, [list(row) for row in zip(*grid, strict=True)]


def _select(
    run: Run, body: Node, order: list[Node], outer: Scope | None, lock: bool = False
) -> Result:
    reader = sources(run, outer)
    reader.lock = lock
    columns, rows = reader.all(body["from"], body["where"])
    scope = Scope(columns, outer)
    made = compiler(run, scope)
    if body["where"] is not None:
        scope.clause = "where clause"
        test = made.boolean(body["where"])
        run.spend(len(rows))
        rows = [row for row in rows if test(row)]
    items = _items(run, body["items"], columns, body["from"])
    grouped = body["group"] is not None or body["having"] is not None or has_aggregate(
        [one["x"] for one in items]) or has_aggregate(order)  # fmt: skip
    scope.clause = "field list"
    groups: list[Callable[[Any], Any]] = []
    if grouped:
        scope.aggregates = []
        groups = _group_keys(run, made, body["group"] or [], items)
    scope.windows, scope.named = [], body.get("windows") or {}
    out = [series.of_item(made, one["x"]) or made.settled(made.expr(one["x"])) for one in items]
    shown = [Column(one["name"], "", expr.type) for one, expr in zip(items, out, strict=True)]
    scope.aliases = {str(one["label"]).lower(): one["x"] for one in items if one["label"]}
    scope.clause = "having clause"
    found, scope.windows = scope.windows, None
    having = made.boolean(body["having"], "HAVING") if body["having"] is not None else None
    scope.clause, scope.windows = "order clause", found
    keys = [_order_key(run, scope, item, shown, items) for item in order]
    if grouped:
        rows = _grouped(run, scope, rows, groups, body["group"] is not None)
        rows = [row for row in rows if having(row)] if having is not None else rows
    for n, window in enumerate(scope.windows):
        window["cell"][0] = len(columns) + len(scope.aggregates or []) + n
    if scope.windows:
        rows = windows.apply(run, scope.windows, rows, sort_rows, aggregate)
    run.spend(len(rows) * (1 + len(out) // 4))
    pairs = [([one.fn(row) for one in out], row) for row in rows]
    pairs = series.spread(run, items, pairs)
    if lock:
        slots = [n for n, one in enumerate(columns) if one.name == locks.HIDDEN]
        pairs = [([*one, [row[n] for n in slots]], row) for one, row in pairs]
    run.hold(len(pairs) * (8 + 8 * len(out)))
    return shown, _finished(run, body, pairs, keys, made)


def _finished(
    run: Run, body: Node, pairs: list[tuple[Any, Any]], keys: list[Any], made: Compiler
) -> Rows:
    if body["distinct"] is True:
        seen: dict[Any, Any] = {}
        for pair in pairs:
            seen.setdefault(group_key(pair[0], run.dialect), pair)
        pairs = list(seen.values())
    found = sort_rows(run, pairs, keys) if keys else [one for one, _ in pairs]
    if isinstance(body["distinct"], list):
        tests = [made.expr(one).fn for one in body["distinct"]]
        places = [((lambda out, row, f=key[0]: f(out[0], row)), *key[1:]) for key in keys]
        first: dict[Any, Any] = {}
        for out, row in sort_rows(run, [(pair, pair[1]) for pair in pairs], places):
            first.setdefault(group_key([test(row) for test in tests], run.dialect), out)
        found = list(first.values())
    return found


def _items(run: Run, items: list[Node], columns: list[Column], places: list[Node]) -> list[Node]:
    """Write the stars out, and name every column."""
    found: list[Node] = []
    for item in items:
        x = item["x"]
        if x["k"] != "star":
            name = item["label"] or _name(run, x, item["text"])
            found.append({**item, "name": name})
            continue
        table = x["table"][-1] if x["table"] else None
        if not places:
            if run.dialect == "postgres":
                raise pg("42601", "SELECT * with no tables specified is not valid", x["at"])
            raise my(1096, "No tables used")
        fitting = [one for one in columns if one.name != locks.HIDDEN and (
            (table is None and not one.hidden) or one.table == table)]  # fmt: skip
        if not fitting and table is not None:
            if run.dialect == "postgres":
                raise pg("42P01", f'missing FROM-clause entry for table "{table}"', x["at"])
            raise my(1051, f"Unknown table '{table}'", "42S02")
        for one in fitting:
            node = {"k": "col", "parts": [*([one.table] if one.table else []), one.name],
                    "at": x["at"], "end": x.get("end", x["at"])}  # fmt: skip
            found.append({"x": node, "label": None, "text": one.name, "name": one.name})
    return found


def _name(run: Run, x: Node, text: str) -> str:
    if x["k"] == "col":
        return str(x["parts"][-1])
    if run.session.get("sqlite"):
        return text.replace('"', "")
    if run.dialect == "mysql":
        return text if x["k"] != "lit" or x["t"] != "string" else str(x["v"])
    if x["k"] == "func":
        return str(x["name"])
    if x["k"] == "cast":
        inner = _name(run, x["x"], text)
        return inner if inner != "?column?" else str(x["type"]["name"])
    if x["k"] == "sub" and x["how"] == "scalar" and x["q"]["body"]["k"] == "select":
        item = next(iter(x["q"]["body"]["items"]), None)
        if item is None:
            return "?column?"
        return item["label"] or _name(run, item["x"], "")
    if x["k"] == "lit" and x["t"] == "bool":
        return "bool"
    return {"case": "case", "array": "array", "sub": "exists", "row": "row"}.get(x["k"], "?column?")


def _numbered(node: Node, count: int, what: str, run: Run) -> int | None:
    """Read `ORDER BY 2`; None when it is no number."""
    if node["k"] != "lit" or node["t"] != "number" or not node["v"].isdigit():
        return None
    n = int(node["v"])
    if not 1 <= n <= count:
        if run.dialect == "mysql":
            raise my(1054, f"Unknown column '{n}' in '{what.split()[0].lower()} clause'", "42S22")
        raise pg("42P10", f"{what} position {n} is not in select list", node["at"])
    return n - 1


def _group_keys(
    run: Run, made: Compiler, group: list[Node], items: list[Node]
) -> list[Callable[[Any], Any]]:
    scope, fns = made.scope, []
    keys: set[int] = set()
    for node in group:
        n = _numbered(node, len(items), "GROUP BY", run)
        x = items[n]["x"] if n is not None else node
        known = x["k"] == "col" and any(made.same(one.name, x["parts"][-1])
                                        for one in scope.columns)  # fmt: skip
        if x["k"] == "col" and len(x["parts"]) == 1 and not known:
            label = x["parts"][0].lower()
            x = next((one["x"] for one in items if str(one["label"]).lower() == label), x)
        kept, scope.aggregates, scope.clause = scope.aggregates, None, "group statement"
        fns.append(made.expr(x).fn)
        scope.aggregates = kept
        if x["k"] == "col":
            table = x["parts"][-2] if len(x["parts"]) > 1 else None
            keys |= {n for n, one in enumerate(scope.columns)
                     if made.same(one.name, x["parts"][-1])
                     and table in (None, one.table)}  # fmt: skip
        else:
            scope.key_texts.add(made.source_text(x))
    for table, slots in run.db.primary_slots(scope.columns).items():
        if slots and slots <= keys:
            keys |= {n for n, one in enumerate(scope.columns) if one.table == table}
    scope.keys = keys
    scope.clause = "field list"
    return fns


def _grouped(
    run: Run, scope: Scope, rows: Rows, groups: list[Callable[[Any], Any]], has_keys: bool
) -> Rows:
    found: dict[Any, Rows] = {}
    run.spend(len(rows) * (1 + len(scope.aggregates or [])))
    for row in rows:
        key = tuple(group_key(fn(row), run.dialect) for fn in groups)
        found.setdefault(key, []).append(row)
    if not rows and not has_keys:
        found[()] = []
    result = []
    for members in found.values():
        head = members[0] if members else [None] * len(scope.columns)
        result.append([*head, *(aggregate(run, node, spec, members)
                                for node, spec in scope.aggregates or [])])  # fmt: skip
    return result


def _order_key(
    run: Run, scope: Scope, item: Node, shown: list[Column], items: list[Node]
) -> tuple[Callable[[Any, Any], Any], bool, str | None]:
    x = item["x"]
    n = _numbered(x, len(shown), "ORDER BY", run)
    if n is None and x["k"] == "col" and len(x["parts"]) == 1:
        name = x["parts"][0].lower()
        slots = [n for n, one in enumerate(shown) if one.name.lower() == name]
        n = slots[0] if slots else None
    if n is not None:
        return (lambda out, row, n=n: out[n]), item["desc"], item["nulls"]
    made = compiler(run, scope)
    fn = made.expr(x).fn
    return (lambda out, row: fn(row)), item["desc"], item["nulls"]
