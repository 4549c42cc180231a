"""Operators of expressions, compiled: arithmetic, logic, IN, LIKE, CASE, casts, subqueries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .casts import may_cast, my_number
from .compare import group_key, like, regex, similar
from .errors import my, not_supported, pg
from .operators import COMPARISONS, binary, comparable, missing, my_binary
from .reader import Node
from .times import unit_span
from .types import (
    BOOL,
    DOUBLE,
    INT,
    MY_INT,
    SPAN,
    TEXT,
    Type,
    bare,
    from_node,
    is_number,
    is_text,
)  # fmt: skip


class Expr(NamedTuple):
    """A compiled expression; text: of a constant whose type is not settled yet."""

    fn: Callable[[Any], Any]
    type: Type
    text: str | None = None
    at: int = 0


class Operations:
    """The part of `Compiler` that deals with operators; not of use by itself."""

    # Operators

    def _un(self: Any, node: Node) -> Any:
        x, op = self.expr(node["x"]), node["op"]
        if op not in ("-", "+"):
            raise not_supported(self.run.dialect, f"operator {op}", node["at"])
        zero = Expr(lambda row: 0, INT if self.is_pg else MY_INT)
        if x.type.name == "unknown":
            x = self.as_type(x, DOUBLE)
        if self.is_pg and x.type.name == "interval":
            one = Expr(lambda row: -1, INT)
            return self._apply("*", x, one, node["at"]) if op == "-" else x
        return self._apply(op, zero, x, node["at"])

    def _bin(self: Any, node: Node) -> Any:
        at, op = node.get("sign_at", node["at"]), node["op"]
        left, right = self.expr(node["l"]), self.expr(node["r"])
        if op == "<=>":
            a, b = left.fn, right.fn
            dialect = self.run.dialect
            return Expr(lambda row: int(group_key(a(row), dialect) == group_key(b(row), dialect)),
                        MY_INT)  # fmt: skip
        return self._apply(op, left, right, at)

    def _alike(self: Any, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """Compare as SQLite does: a number with a text as texts, a truth value as a number."""
        if left.type.name == "bool" and is_number(right.type):
            left = self.as_type(left, INT)
        elif is_number(left.type) and right.type.name == "bool":
            right = self.as_type(right, INT)
        elif is_text(left.type) and is_number(right.type):
            right = self.as_type(right, left.type)
        elif is_number(left.type) and is_text(right.type):
            left = self.as_type(left, right.type)
        return left, right

    def _apply(self: Any, op: str, left: Expr, right: Expr, at: int) -> Any:
        if self.is_pg:
            if self.run.session.get("sqlite"):
                left, right = self._alike(left, right)
            left, right = self.paired(op, left, right)
            fn, kind = binary(op, left.type, right.type, at, self.run)
        else:
            fn, kind = my_binary(op, left.type, right.type, self.run)
        a, b = left.fn, right.fn

        def work(row: Any) -> Any:
            x = a(row)
            if x is None:
                return None
            y = b(row)
            return None if y is None else fn(x, y)

        return Expr(work, kind)

    def paired(self: Any, op: str, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """Give an operand whose type is open the type of the other one."""
        one, other = left.type.name == "unknown", right.type.name == "unknown"
        if one and other:
            kind = TEXT if op in COMPARISONS or op in ("||", "~", "~*", "!~", "!~*") else DOUBLE
            return self.as_type(left, kind), self.as_type(right, kind)
        if not one and not other:
            return left, right
        known = right.type if one else left.type
        if (op == "||" and not known.array) or op in ("->", "->>", "?"):
            kind = known if known.name == "jsonb" and op == "||" else TEXT
        elif op in ("#>", "#>>"):
            kind = TEXT._replace(array=True)
        elif known.name in ("timestamp", "timestamptz", "date", "time") and op in "+-":
            kind = SPAN if op == "+" else known
        else:
            kind = TEXT if is_text(known) and not known.labels else known._replace(a=None, b=None)
        made = self.as_type(left if one else right, kind)
        return (made, right) if one else (left, made)

    def _and(self: Any, node: Node) -> Any:
        return self._logic(node, False)

    def _or(self: Any, node: Node) -> Any:
        return self._logic(node, True)

    def _logic(self: Any, node: Node, stop: bool) -> Any:
        fns = [self.boolean(one, "OR" if stop else "AND") for one in node["items"]]

        def work(row: Any) -> Any:
            seen = False
            for fn in fns:
                value = fn(row)
                if value is None:
                    seen = True
                elif bool(value) is stop:
                    return stop if self.is_pg else int(stop)
            return None if seen else (not stop if self.is_pg else int(not stop))

        return Expr(work, BOOL if self.is_pg else MY_INT)

    def _truth(self: Any, fn: Callable[[Any], Any], negated: bool) -> Any:
        def work(row: Any) -> Any:
            value = fn(row)
            if value is None:
                return None
            value = bool(value) is not negated
            return value if self.is_pg else int(value)

        return Expr(work, BOOL if self.is_pg else MY_INT)

    def _not(self: Any, node: Node) -> Any:
        return self._truth(self.boolean(node["x"], "NOT"), True)

    def _is(self: Any, node: Node) -> Any:
        what, negated = node["what"], node["not"]
        if what in ("null", "unknown"):
            fn = self.expr(node["x"]).fn
            return self._truth(lambda row: fn(row) is None, negated)
        test, want = self.boolean(node["x"], "IS"), what == "true"
        return self._truth(lambda row: test(row) is want, negated)

    def _distinct(self: Any, node: Node) -> Any:
        left, right = self.paired("=", self.expr(node["l"]), self.expr(node["r"]))
        a, b, d = left.fn, right.fn, self.run.dialect
        return self._truth(lambda row: group_key(a(row), d) != group_key(b(row), d), node["not"])

    def _between(self: Any, node: Node) -> Any:
        x = self.expr(node["x"])
        low = self._apply(">=", x, self.expr(node["lo"]), node["at"]).fn
        high = self._apply("<=", x, self.expr(node["hi"]), node["at"]).fn

        def work(row: Any) -> Any:
            one, other = low(row), high(row)
            if (one is not None and not one) or (other is not None and not other):
                return False
            return None if one is None or other is None else True

        return self._truth(work, node["not"])

    def _in(self: Any, node: Node) -> Any:
        x = self.expr(node["x"])
        if node["q"] is not None:
            columns, rows = self.subquery(node["q"], self.scope)
            if len(columns) != 1 and x.type.name != "record":
                if self.is_pg:
                    raise pg("42601", "subquery has too many columns", node["at"])
                raise my(1241, "Operand should contain 1 column(s)", "21000")
            if self.is_pg and x.type.name != "record" and not comparable(x.type, columns[0].type):
                if x.type.name != "unknown" and columns[0].type.name != "unknown":
                    raise missing("=", x.type, columns[0].type, node["at"])
                x = self.as_type(x, columns[0].type)
            return self._truth(self._member(x, rows, len(columns) > 1), node["not"])
        tests = [self._apply("=", x, self.expr(one), node["at"]).fn for one in node["items"]]

        def work(row: Any) -> Any:
            found = [test(row) for test in tests]
            return True if any(found) else None if None in found else False

        return self._truth(work, node["not"])

    def _member(self: Any, x: Expr, rows: Callable[[Any], Any], wide: bool) -> Callable[[Any], Any]:
        dialect = self.run.dialect

        def work(row: Any) -> Any:
            value, found = x.fn(row), rows(row)
            if not found:
                return False
            if value is None:
                return None
            items = [tuple(one) if wide else one[0] for one in found]
            self.run.spend(len(items) // 8)
            key = group_key(value, dialect)
            if any(group_key(one, dialect) == key for one in items if one is not None):
                return True
            return None if None in items else False

        return work

    def _quantified(self: Any, node: Node) -> Any:
        x, want = self.expr(node["x"]), node["how"] == "any"
        if node["q"] is not None:
            columns, rows = self.subquery(node["q"], self.scope)
            kind = columns[0].type
            items: Callable[[Any], Any] = lambda row: [one[0] for one in rows(row)]  # noqa: E731
        else:
            array = self.expr(node["array"])
            if array.type.name == "unknown":
                array = self.as_type(array, self.settled(x).type._replace(array=True))
            if not array.type.array:
                raise pg("42809", "op ANY/ALL (array) requires array on right side", node["at"])
            kind, items = array.type._replace(array=False), array.fn
        cell: list[Any] = [None]
        test = self._apply(node["op"], x, Expr(lambda row: cell[0], kind), node["at"]).fn

        def work(row: Any) -> Any:
            found = []
            for cell[0] in items(row) or []:
                found.append(test(row))
            if any(one is not None and bool(one) is want for one in found):
                return want
            return None if None in found else not want

        return self._truth(work, False)

    def _like(self: Any, node: Node) -> Any:
        x, pattern = self.settled(self.expr(node["x"])), self.settled(self.expr(node["r"]))
        op = node["op"]
        if self.is_pg and not (is_text(x.type) and is_text(pattern.type)):
            sign = {"like": "~~", "ilike": "~~*"}.get(op, "~")
            raise missing(("!" if node["not"] else "") + sign, x.type, pattern.type,
                          node["sign_at"])  # fmt: skip
        escape = str(node["escape"]["v"]) if node["escape"] else "\\"
        fold = op == "ilike" or not self.is_pg

        def work(row: Any) -> Any:
            text, wish = x.fn(row), pattern.fn(row)
            if text is None or wish is None:
                return None
            if op in ("regexp", "similar"):
                wish = similar(wish) if op == "similar" else str(wish)
                return regex(str(text), wish, fold, self.run.dialect)
            found, steps = like(str(text), str(wish), escape, fold)
            self.run.spend(steps // 50)
            return found

        return self._truth(work, node["not"])

    def _case(self: Any, node: Node) -> Any:
        x = self.expr(node["x"]) if node["x"] else None
        tests = [self.boolean(when, "CASE/WHEN") if x is None
                 else self._apply("=", x, self.expr(when), node["at"]).fn
                 for when, _ in node["whens"]]  # fmt: skip
        other = node["else"] or {"k": "lit", "t": "null", "v": None, "at": node["at"]}
        results = [self.expr(one) for one in [*(then for _, then in node["whens"]), other]]
        items, kind = self.unify(results, "CASE")

        def work(row: Any) -> Any:
            for test, item in zip(tests, items, strict=False):
                if test(row):
                    return item.fn(row)
            return items[-1].fn(row)

        return Expr(work, kind)

    def _cast(self: Any, node: Node) -> Any:
        kind = from_node(node["type"], self.run.dialect, self.run.db.enums())
        made = self.expr(node["x"])
        if self.is_pg and not may_cast(made.type, kind):
            raise pg("42846", f"cannot cast type {bare(made.type)} to {bare(kind)}", node["at"])
        return self.as_type(made, kind, explicit=True)

    def _interval(self: Any, node: Node) -> Any:
        x, unit = self.expr(node["x"]).fn, node["unit"]

        def work(row: Any) -> Any:
            try:
                return None if (v := x(row)) is None else unit_span(unit, float(my_number(v)))
            except (KeyError, OverflowError, ValueError):
                return None

        return Expr(work, SPAN)

    def _sub(self: Any, node: Node) -> Any:
        columns, rows = self.subquery(node["q"], self.scope)
        if node["how"] == "exists":
            return self._truth(lambda row: bool(rows(row)), False)
        if len(columns) != 1:
            if self.is_pg:
                raise pg("42601", "subquery must return only one column", node["at"])
            raise my(1241, "Operand should contain 1 column(s)", "21000")
        if node["how"] == "array":
            kind = columns[0].type._replace(array=True)
            return Expr(lambda row: [one[0] for one in rows(row)], kind)

        def one(row: Any) -> Any:
            found = rows(row)
            if len(found) > 1:
                if self.is_pg:
                    raise pg("21000", "more than one row returned by a subquery used as an "
                             "expression")  # fmt: skip
                raise my(1242, "Subquery returns more than 1 row", "21000")
            return found[0][0] if found else None

        return Expr(one, columns[0].type)
