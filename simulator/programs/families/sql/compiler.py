"""From expressions to functions of a row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from . import functions, windows
from .casts import convert, my_convert, my_number
from .errors import SqlError, my, not_supported, pg
from .operations import Expr, Operations
from .operators import comparable, plus
from .reader import Node
from .run import Column, Run
from .types import (
    BIGINT,
    BOOL,
    DOUBLE,
    FLOATS,
    INT,
    MY_DECIMAL,
    MY_DOUBLE,
    MY_INT,
    MY_STAMP,
    MY_TEXT,
    NUMERIC,
    TEXT,
    UNKNOWN,
    Type,
    bare,
    is_number,
    is_text,
)  # fmt: skip
from .values import read_text

AGGREGATES = ("count", "sum", "avg", "min", "max", "string_agg", "array_agg", "bool_and", "bool_or",
              "group_concat", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg",
              "json_arrayagg", "every")  # fmt: skip


class Scope:
    """The columns that names can mean, and those of the query around."""

    def __init__(self, columns: list[Column], parent: Scope | None = None) -> None:
        self.columns = columns
        self.parent = parent
        self.row: Any = []
        self.touched = False
        self.aggregates: list[tuple[Node, Any]] | None = None
        self.windows: list[dict[str, Any]] | None = None
        self.named: dict[str, Node] = {}
        self.keys: set[int] | None = None
        self.key_texts: set[str] = set()
        self.clause = "field list"
        self.aliases: dict[str, Node] = {}


def walk(node: Any) -> list[Node]:
    """List a tree's nodes, without subqueries."""
    found, todo = [], [node]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            found.append(one)
            todo += [value for key, value in one.items() if key not in ("q", "type")]
        elif isinstance(one, (list, tuple)):
            todo += one
    return found


def has_aggregate(node: Any) -> bool:
    """Tell whether an expression has an aggregate function in it."""
    return any(one.get("k") == "func" and one["name"] in AGGREGATES and "over" not in one
               for one in walk(node))  # fmt: skip


class Compiler(Operations):
    """Compiles expressions of one scope.   subquery: answers a query's rows for an outer scope."""

    def __init__(self, run: Run, scope: Scope, subquery: Callable[..., Any]) -> None:
        self.run, self.scope, self.subquery = run, scope, subquery
        self.is_pg = run.dialect == "postgres"

    def expr(self, node: Node) -> Expr:
        """Compile any expression; raises SqlError."""
        keys, scope = self.scope.keys, self.scope
        if keys is not None and scope.key_texts and self.source_text(node) in scope.key_texts:
            scope.keys = None
            try:
                return self._expr(node)
            finally:
                scope.keys = keys
        return self._expr(node)

    def source_text(self, node: Node) -> str:
        return " ".join(self.run.text[node["at"] : node.get("end", 0)].lower().split())

    def _expr(self, node: Node) -> Expr:
        method = getattr(self, f"_{node['k'].replace(' ', '_')}", None)
        if method is None:
            raise not_supported(self.run.dialect, node["k"], node.get("at"))
        found: Expr = method(node)
        return found._replace(at=node["at"])

    def boolean(self, node: Node, what: str = "WHERE") -> Callable[[Any], Any]:
        """Compile a condition."""
        made = self.expr(node)
        if self.is_pg and not (self.run.session.get("sqlite") and is_number(made.type)):
            if made.type.name not in ("bool", "unknown"):
                raise pg("42804", f"argument of {what} must be type boolean, not type "
                         f"{bare(made.type)}", node["at"])  # fmt: skip
            return self.as_type(made, BOOL).fn
        fn = made.fn
        return lambda row: None if (v := fn(row)) is None else bool(my_number(v))

    def as_type(self, made: Expr, kind: Type, explicit: bool = False) -> Expr:
        """Cast; a constant whose type is open is read at once."""
        if made.text is not None and self.is_pg:
            value = read_text(made.text, kind._replace(a=None, b=None), self.run.now, made.at)
            if kind.a is not None:
                value = convert(value, kind, now=self.run.now, at=made.at, explicit=explicit)
            return Expr(lambda row: value, kind, None, made.at)
        if made.type == kind or (made.type.name == "unknown" and made.text is None):
            return Expr(made.fn, kind, None, made.at)
        fn, now = made.fn, self.run.now
        if not self.is_pg:
            return Expr(lambda row: None if (v := fn(row)) is None else my_convert(v, kind), kind)
        return Expr(lambda row: None if (v := fn(row)) is None else
                    convert(v, kind, now=now, explicit=explicit), kind, None, made.at)  # fmt: skip

    def settled(self, made: Expr) -> Expr:
        """Take a constant whose type is open as a text."""
        return Expr(made.fn, TEXT, None, made.at) if made.type.name == "unknown" else made

    def unify(self, items: list[Expr], what: str) -> tuple[list[Expr], Type]:
        """Bring expressions to one type, as CASE, COALESCE and UNION do."""
        kinds = [one.type for one in items if one.type.name != "unknown"]
        if not self.is_pg:
            return items, common(kinds, MY_TEXT)
        kind = common(kinds, TEXT)
        for one in items:
            if (
                one.type.name != "unknown"
                and not comparable(one.type, kind)
                and (one.type.name != kind.name)
            ):
                raise pg("42804", f"{what} types {bare(kinds[0])} and {bare(one.type)} cannot be "
                         "matched", one.at)  # fmt: skip
        return [self.as_type(one, kind) for one in items], kind

    # Constants and names

    def _lit(self, node: Node) -> Expr:
        kind, text = node["t"], node["v"]
        if kind == "null":
            return Expr(lambda row: None, UNKNOWN)
        if kind == "bool":
            value: Any = text == "true" if self.is_pg else int(text == "true")
            return Expr(lambda row: value, BOOL if self.is_pg else MY_INT)
        if kind == "number":
            return self._number(text)
        if kind == "bits":
            digits = text[2:].strip("'")
            value = int(digits or "0", 16 if text[0] in "xX0" else 2)
            return Expr(lambda row: value, BIGINT)
        return Expr(lambda row: text, UNKNOWN if self.is_pg else MY_TEXT, text)

    def _number(self, text: str) -> Expr:
        if text.lower().startswith("0x"):
            text = str(int(text, 16))
        if text.isdigit() and len(text) < 1000:
            whole = int(text)
            if abs(whole) < 2**63:
                kind = (INT if whole < 2**31 else BIGINT) if self.is_pg else MY_INT
                return Expr(lambda row: whole, kind)
        if not self.is_pg and "e" in text.lower():
            number = float(text)
            return Expr(lambda row: number, MY_DOUBLE)
        exact = read_text(text, NUMERIC)
        return Expr(lambda row: exact, NUMERIC if self.is_pg else MY_DECIMAL)

    def _param(self, node: Node) -> Expr:
        if self.is_pg:
            raise pg("42P02", f"there is no parameter {node['v']}", node["at"])
        raise my(1064, "You have an error in your SQL syntax; near '?' at line 1", "42000")

    def _var(self, node: Node) -> Expr:
        value = self.run.db.variable(self.run, node["v"])
        kind = MY_INT if isinstance(value, int) else MY_TEXT
        return Expr(lambda row: value, kind)

    def _col(self, node: Node) -> Expr:
        parts = node["parts"]
        name, table = parts[-1], parts[-2] if len(parts) > 1 else None
        scope: Scope | None = self.scope
        while scope is not None:
            hits = [n for n, one in enumerate(scope.columns)
                    if self.same(one.name, name) and (table is None or one.table == table)
                    and not (one.hidden and table is None)]  # fmt: skip
            if len(hits) > 1:
                if self.is_pg:
                    raise pg("42702", f'column reference "{name}" is ambiguous', node["at"])
                raise my(1052, f"Column '{'.'.join(parts)}' in {self.scope.clause} is ambiguous",
                         "23000")  # fmt: skip
            if hits:
                return self._slot(scope, hits[0], node)
            if table is None and name.lower() in scope.aliases:
                return self.expr(scope.aliases[name.lower()])
            if table is None and any(one.table == name for one in scope.columns) and self.is_pg:
                slots = [n for n, one in enumerate(scope.columns) if one.table == name]
                return Expr(
                    lambda row, slots=slots: tuple(row[n] for n in slots),  # type: ignore[misc]
                    Type(
                        "record",
                        labels=tuple(scope.columns[n].name for n in slots),
                        fields=tuple(scope.columns[n].type for n in slots),
                    ),
                )
            scope = scope.parent
        raise self._no_column(node, name, table)

    def same(self, one: str, other: str) -> bool:
        """Compare names of columns."""
        return one == other if self.is_pg else one.lower() == other.lower()

    def _slot(self, scope: Scope, slot: int, node: Node) -> Expr:
        column = scope.columns[slot]
        if scope is not self.scope:
            scope.touched = True
            return Expr(lambda row: scope.row[slot], column.type)
        if scope.keys is not None and slot not in scope.keys and (
            not self.run.session.get("sqlite")
        ):  # fmt: skip
            shown = f"{column.table}.{column.name}" if column.table else column.name
            if self.is_pg:
                raise pg("42803", f'column "{shown}" must appear in the GROUP BY clause or be used '
                         "in an aggregate function", node["at"])  # fmt: skip
            raise my(1055, "Expression of SELECT list is not in GROUP BY clause and contains "
                     f"nonaggregated column '{self.run.db.name}.{shown}' which is not functionally "
                     "dependent on columns in GROUP BY clause; this is incompatible with "
                     "sql_mode=only_full_group_by", "42000")  # fmt: skip
        return Expr(lambda row: row[slot], column.type)

    def _no_column(self, node: Node, name: str, table: str | None) -> SqlError:
        if not self.is_pg:
            shown = ".".join(node["parts"])
            return my(1054, f"Unknown column '{shown}' in '{self.scope.clause}'", "42S22")
        if table is None:
            return pg("42703", f'column "{name}" does not exist', node["at"])
        if any(one.table == table for one in self.scope.columns):
            return pg("42703", f"column {table}.{name} does not exist", node["at"])
        return pg("42P01", f'missing FROM-clause entry for table "{table}"', node["at"])

    def _row(self, node: Node) -> Expr:
        items = [self.settled(self.expr(one)).fn for one in node["items"]]
        return Expr(lambda row: tuple(fn(row) for fn in items), Type("record"))

    def _array(self, node: Node) -> Expr:
        items, kind = self.unify([self.expr(one) for one in node["items"]], "ARRAY")
        fns = [one.fn for one in items]
        return Expr(lambda row: [fn(row) for fn in fns], kind._replace(array=True))

    def _index(self, node: Node) -> Expr:
        x, i = self.expr(node["x"]), self.expr(node["i"])
        if not x.type.array:
            raise pg("42804", f"cannot subscript type {bare(x.type)} because it does not support "
                     "subscripting", node["at"])  # fmt: skip

        def take(row: Any) -> Any:
            items, n = x.fn(row), i.fn(row)
            fits = items is not None and n is not None and 1 <= n <= len(items)
            return items[n - 1] if fits else None

        return Expr(take, x.type._replace(array=False))

    # Calls

    def _func(self, node: Node) -> Expr:
        name = node["name"]
        if "over" in node:
            return self._window(node)
        if name in windows.NAMES and self.is_pg:
            raise pg("42809", f"window function {name} requires an OVER clause", node["at"])
        if name in AGGREGATES:
            return self._aggregate(node)
        args = [self.expr(one) for one in node["args"]]
        if name in ("coalesce", "greatest", "least", "ifnull", "nullif", "if"):
            made = functions.choosing(self, name, args)
            if made is not None:
                return Expr(*made)
        fn, kind = functions.find(self.run, name, [self.settled(one).type for one in args], node)
        fns = [one.fn for one in args]
        strict = name not in functions.TAKES_NULL

        def work(row: Any) -> Any:
            values = [one(row) for one in fns]
            if strict and None in values:
                return None
            return fn(*values)

        return Expr(work, kind)

    def _window(self, node: Node) -> Expr:
        scope, name, over = self.scope, node["name"], node["over"]
        if scope.windows is None:
            raise windows.refuse(self.run, node, scope.clause)
        if name not in windows.NAMES and name not in AGGREGATES:
            raise functions.unknown(self.run, name, [self.expr(x).type for x in node["args"]], node)
        if over.get("name"):
            if over["name"] not in scope.named:
                if self.is_pg:
                    raise pg("42704", f'window "{over["name"]}" does not exist', node["at"])
                raise my(3579, f"Window name '{over['name']}' is not defined.")
            over = {**scope.named[over["name"]], "frame": over.get("frame") or scope.named[
                over["name"]]["frame"]}  # fmt: skip
        kept, scope.windows = scope.windows, None
        args = [self.settled(self.expr(one)) for one in node["args"]]
        test = self.boolean(node["filter"], "FILTER") if node.get("filter") else None
        partition = [self.expr(one).fn for one in over["partition"]]
        keys = [(_of_row(self.expr(one["x"]).fn), one["desc"], one["nulls"])
                for one in over["order"]]  # fmt: skip
        scope.windows = kept
        spec: Any = None
        if name in windows.NAMES:
            kind = windows.kind_of(name, args, self.is_pg)
        else:
            kind = self._aggregate_type(name, args, node)
            spec = (args, test, [], kind)
        cell = [0]
        scope.windows.append({"node": node, "args": args, "spec": spec, "partition": partition,
                              "keys": keys, "frame": over["frame"], "cell": cell})  # fmt: skip
        return Expr(lambda row: row[cell[0]], kind)

    def _aggregate(self, node: Node) -> Expr:
        scope, name = self.scope, node["name"]
        if scope.aggregates is None:
            if self.is_pg:
                where = {"where clause": "WHERE", "on clause": "JOIN conditions"}.get(
                    scope.clause, "this place")  # fmt: skip
                raise pg("42803", f"aggregate functions are not allowed in {where}", node["at"])
            raise my(1111, "Invalid use of group function")
        keys, kept = scope.keys, scope.aggregates
        scope.keys, scope.aggregates = None, None
        args = [self.settled(self.expr(one)) for one in node["args"]]
        test = self.boolean(node["filter"], "FILTER") if node.get("filter") else None
        order = [(self.expr(one["x"]).fn, one["desc"]) for one in node.get("order") or []]
        scope.keys, scope.aggregates = keys, kept
        if not args and not node.get("star"):
            raise functions.unknown(self.run, name, [], node)
        kind = self._aggregate_type(name, args, node)
        slot = len(scope.columns) + len(kept)
        kept.append((node, (args, test, order, kind)))
        return Expr(lambda row: row[slot], kind)

    def _aggregate_type(self, name: str, args: list[Expr], node: Node) -> Type:
        kind = args[0].type if args else INT
        if name == "count":
            return BIGINT if self.is_pg else MY_INT
        if name in ("sum", "avg"):
            if not self.is_pg:
                return MY_DOUBLE if kind.name in FLOATS or is_text(kind) else MY_DECIMAL
            if kind.name == "interval":
                return kind
            if not is_number(kind):
                raise functions.unknown(self.run, name, [kind], node)
            if kind.name in FLOATS:
                return DOUBLE
            return BIGINT if name == "sum" and kind.name in ("int2", "int4") else NUMERIC
        if name == "array_agg":
            return kind._replace(array=True)
        if name in ("bool_and", "bool_or", "every"):
            return BOOL
        if "json" in name:
            return Type("jsonb" if name.startswith("jsonb") else "json")
        return kind if name in ("min", "max") else TEXT


def _of_row(fn: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda out, row: fn(row)


def common(kinds: list[Type], default: Type) -> Type:
    """Give the type that several types can all become."""
    if not kinds:
        return default
    if all(is_number(one) for one in kinds):
        order = ("year", "int2", "tinyint", "smallint", "mediumint", "int4", "int", "int8",
                 "bigint", "numeric", "decimal", "float4", "float8", "float", "double")  # fmt: skip
        name = max((one.name for one in kinds if one.name in order), key=order.index,
                   default=kinds[0].name)  # fmt: skip
        return Type(name)
    if all(one == kinds[0] for one in kinds):
        return kinds[0]
    return next((one for one in kinds if one.name == "timestamptz"),
                kinds[0]._replace(a=None, b=None))  # fmt: skip


__all__ = ["MY_STAMP", "Compiler", "Decimal", "Expr", "Scope", "has_aggregate", "plus", "walk"]
