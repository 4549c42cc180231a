"""Where a query's rows come from: tables, views, subqueries, functions, joins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import locks, series
from .compare import group_key
from .compiler import Compiler, Scope, walk
from .errors import my, not_supported, pg
from .functions import unknown
from .reader import Node
from .run import Column, Run
from .types import BIGINT, INT, Type, is_int

Rows = list[list[Any]]
Query = Callable[[Run, Node, Scope | None], tuple[list[Column], Rows]]
SERIES = 50_000


class Sources:
    """Reads FROM.   query: carries out a query (see select.query)."""

    def __init__(self, run: Run, outer: Scope | None, query: Query, subquery: Any) -> None:
        self.run, self.outer, self.query, self.subquery = run, outer, query, subquery
        self.lock = False

    def all(self, items: list[Node], where: Node | None) -> tuple[list[Column], Rows]:
        """Give the product of all sources, narrowed by the equalities of the condition."""
        columns: list[Column] = []
        rows: Rows = [[]]
        seen: list[str] = []
        for item in items:
            new, more = self.one(item)
            names = list(dict.fromkeys(one.table for one in new))
            for name in names:
                if name in seen:
                    if self.run.dialect == "postgres":
                        raise pg("42712", f'table name "{name}" specified more than once')
                    raise my(1066, f"Not unique table/alias: '{name}'", "42000")
            seen += names
            if columns:
                columns, rows = self.joined("inner", (columns, rows), (new, more), None, where)
            else:
                columns, rows = new, more
        return columns, rows

    def one(self, item: Node) -> tuple[list[Column], Rows]:
        """Give one source."""
        kind = item["k"]
        if kind == "join":
            return self._join(item)
        if kind == "table":
            columns, rows = self._table(item)
        elif kind == "derived":
            if item["alias"] is None and self.run.dialect == "mysql":
                raise my(1248, "Every derived table must have its own alias", "42000")
            columns, rows = self.query(self.run, item["q"], self.outer)
        else:
            columns, rows = self._call(item)
        alias = item.get("alias")
        if alias is not None:
            columns = [one._replace(table=alias) for one in columns]
        elif kind == "derived":
            columns = [one._replace(table="") for one in columns]
        names = item.get("columns") or []
        columns = [one._replace(name=names[n]) if n < len(names) else one
                   for n, one in enumerate(columns)]  # fmt: skip
        return columns, rows

    def _table(self, item: Node) -> tuple[list[Column], Rows]:
        parts = item["name"]["parts"]
        name = parts[-1]
        if len(parts) == 1 and name in self.run.ctes:
            columns, rows = self.run.ctes[name]
            return [one._replace(table=name) for one in columns], rows
        if self.lock and (found := self.run.db.find(item["name"])) is not None:
            return locks.with_numbers(self.run, found, name)
        return self.run.db.read(self.run, item["name"], self.query)  # type: ignore[no-any-return]

    def _call(self, item: Node) -> tuple[list[Column], Rows]:
        node = item["func"]
        name = node["name"]
        if name not in series.NAMES:
            raise unknown(self.run, name, [], node)
        compiler = Compiler(self.run, Scope([], self.outer), self.subquery)
        fn, kind = series.prepared(compiler, node)
        rows = [[one] for one in fn([])]
        self.run.spend(len(rows) // 2)
        label = item.get("alias") or name
        column = "value" if "array_elements" in name and not item.get("alias") else label
        columns = [Column(column, label, kind)]
        if item.get("ordinality"):
            columns.append(Column("ordinality", label, BIGINT))
            rows = [[*row, n] for n, row in enumerate(rows, 1)]
        return columns, rows

    # Joins

    def _join(self, item: Node) -> tuple[list[Column], Rows]:
        left, right = self.one(item["l"]), self.one(item["r"])
        on, names = item["on"], item["using"]
        kind = item["kind"]
        if item["natural"]:
            there = {one.name for one in right[0]}
            names = [one.name for one in left[0] if one.name in there and not one.hidden]
        if not names:
            return self.joined(kind, left, right, on, None)
        both = self._using(left[0], right[0], names)
        columns, rows = self._hashed(kind, left, right, both, None)
        width = len(left[0])
        hide = {width + b for _, b in both}
        # Of a column that both have, the left one is shown; of a right join the right one.
        if kind == "right":
            hide = {a for a, _ in both}
        return [one._replace(hidden=one.hidden or n in hide)
                for n, one in enumerate(columns)], rows  # fmt: skip

    def _using(
        self, left: list[Column], right: list[Column], names: list[str]
    ) -> list[tuple[int, int]]:
        found = []
        for name in names:
            pair = []
            for side, columns in (("left", left), ("right", right)):
                slots = [n for n, one in enumerate(columns)
                         if one.name.lower() == name.lower() and not one.hidden]  # fmt: skip
                if not slots:
                    if self.run.dialect == "mysql":
                        raise my(1054, f"Unknown column '{name}' in 'from clause'", "42S22")
                    raise pg("42703", f'column "{name}" specified in USING clause does not exist '
                             f"in {side} table")  # fmt: skip
                pair.append(slots[0])
            found.append((pair[0], pair[1]))
        return found

    def joined(
        self, kind: str, left: tuple[list[Column], Rows], right: tuple[list[Column], Rows],
        on: Node | None, where: Node | None,
    ) -> tuple[list[Column], Rows]:  # fmt: skip
        """Join two sources on a condition; equal columns are looked up, not tried one by one."""
        pairs = self._equal(on if on is not None else where, left[0], right[0])
        scope = Scope([*left[0], *right[0]], self.outer)
        scope.clause = "on clause"
        test = Compiler(self.run, scope, self.subquery).boolean(on, "JOIN/ON") if on else None
        return self._hashed(kind, left, right, pairs, test)

    def _equal(
        self, node: Node | None, left: list[Column], right: list[Column]
    ) -> list[tuple[int, int]]:
        """Find `a.x = b.y` among the parts of a condition that must all hold."""
        if node is None:
            return []
        found = []
        for part in node["items"] if node["k"] == "and" else [node]:
            if part["k"] != "bin" or part["op"] != "=":
                continue
            sides = [part["l"], part["r"]]
            if any(side["k"] != "col" for side in sides):
                continue
            a, b = (self._slots(side, left, right) for side in sides)
            if len(a) == len(b) == 1 and a[0][0] != b[0][0]:
                one, other = (a[0], b[0]) if a[0][0] == 0 else (b[0], a[0])
                if self._alike(left[one[1]].type, right[other[1]].type):
                    found.append((one[1], other[1]))
        return found

    def _alike(self, one: Type, other: Type) -> bool:
        return one.name == other.name or (is_int(one) and is_int(other))

    def _slots(self, node: Node, left: list[Column], right: list[Column]) -> list[tuple[int, int]]:
        name, table = node["parts"][-1].lower(), node["parts"][-2] if len(node["parts"]) > 1 else ""
        return [(side, n) for side, columns in enumerate((left, right))
                for n, one in enumerate(columns)
                if one.name.lower() == name and (not table or one.table == table)]  # fmt: skip

    def _hashed(
        self, kind: str, left: tuple[list[Column], Rows], right: tuple[list[Column], Rows],
        pairs: list[tuple[int, int]], test: Callable[[Any], Any] | None,
    ) -> tuple[list[Column], Rows]:  # fmt: skip
        dialect, run = self.run.dialect, self.run
        index: dict[Any, list[int]] = {}
        for n, row in enumerate(right[1]):
            key = tuple(group_key(row[b], dialect) for _, b in pairs)
            if None not in key:
                index.setdefault(key, []).append(n)
        run.spend(len(left[1]) + len(right[1]))
        rows: Rows = []
        matched: set[int] = set()
        nothing = [None] * len(right[0])
        for row in left[1]:
            hit = False
            hits = index.get(tuple(group_key(row[a], dialect) for a, _ in pairs), ())
            run.spend(len(hits))
            for n in hits:
                made = [*row, *right[1][n]]
                if test is None or test(made):
                    rows.append(made)
                    hit = True
                    matched.add(n)
            if not hit and kind in ("left", "full"):
                rows.append([*row, *nothing])
        if kind in ("right", "full"):
            empty = [None] * len(left[0])
            rows += [[*empty, *row] for n, row in enumerate(right[1]) if n not in matched]
        return [*left[0], *right[0]], rows


__all__ = ["INT", "Rows", "Sources", "not_supported", "walk"]
