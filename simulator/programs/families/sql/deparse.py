"""Expressions of PostgreSQL written anew, as pg_get_expr() and pg_get_constraintdef() do.

In the plain form every operator has its brackets and each constant its type; the pretty form, of
psql's \\d, leaves the brackets out that are not needed.   Source: ruleutils.c of PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .compiler import Scope
from .errors import SqlError
from .parser import parse
from .reader import Node
from .run import Column, Run
from .select import compiler
from .types import FLOATS, TEXT, Type, bare, is_int, is_number
from .words import PG_FUNCTION, PG_RESERVED

_LIKE = {"like": "~~", "ilike": "~~*", "similar": "~"}
_BARE = {"current_date", "current_time", "current_timestamp", "current_user", "session_user",
         "localtime", "localtimestamp", "current_role", "current_catalog"}  # fmt: skip
_UPPER = ("coalesce", "nullif", "greatest", "least")
BOOL = Type("bool")


def ident(name: str) -> str:
    """Write a name, in quotes where it needs them."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name)
    if plain and name not in PG_RESERVED and name not in PG_FUNCTION:
        return name
    quoted = name.replace('"', '""')
    return f'"{quoted}"'


def quoted(text: str) -> str:
    """Write a text as a constant."""
    inner = text.replace("'", "''")
    return f"E'{inner.replace(chr(92), chr(92) * 2)}'" if "\\" in text else f"'{inner}'"


def written(
    run: Run, text: str, columns: list[Column], pretty: bool, target: Type | None = None
) -> str:
    """Write the expression of a text anew; the text itself when that is not possible.

    target: the type of the column whose default it is.
    # Simplified: An expression of a kind that is rare in definitions is shown as it was written.
    """
    try:
        node = parse(f"SELECT {text}", "postgres")["body"]["items"][0]["x"]
        made = _Writer(run, columns, pretty)
        return made.top(node, target)
    except (SqlError, KeyError, LookupError, TypeError, ValueError):
        return text


class _Writer:
    def __init__(self, run: Run, columns: list[Column], pretty: bool) -> None:
        self.run, self.columns, self.pretty = run, columns, pretty
        self.kinds = compiler(run, Scope(columns))

    def type(self, node: Node) -> Type:
        return self.kinds.expr(node).type

    def top(self, node: Node, target: Type | None) -> str:
        if target is not None and node["k"] == "lit" and node["t"] == "string":
            return f"{quoted(str(node['v']))}::{self.type_name(target)}"
        text = self.text(node)
        other = target is not None and self.type(node).name != target.name
        return f"({text})" if self.pretty and other and node["k"] in ("bin", "func") and (
            node.get("name", "timezone") == "timezone") else text  # fmt: skip

    def type_name(self, kind: Type) -> str:
        if kind.name == "bpchar":
            return "bpchar"
        if kind.labels and not self.pretty:
            return f"public.{ident(kind.name)}" + ("[]" if kind.array else "")
        return bare(kind)

    def bracket(self, text: str) -> str:
        return text if self.pretty else f"({text})"

    def text(self, node: Node) -> str:
        method: Callable[[Node], str] | None = getattr(self, f"_{node['k']}", None)
        if method is None:
            raise KeyError(node["k"])
        return method(node)

    def operand(self, node: Node, want: Type | None) -> str:
        """Write an operand that becomes a value of a type."""
        if node["k"] == "lit":
            if node["t"] == "string":
                return f"{quoted(str(node['v']))}::{self.type_name(want or TEXT)}"
            if node["t"] == "null":
                return f"NULL::{self.type_name(want or TEXT)}"
        kind = self.type(node)
        text = self.text(node)
        if self.pretty and node["k"] in ("bin", "and", "or", "between", "like", "in"):
            text = f"({text})"
        if want is None or kind.name == want.name or self._fits(kind, want):
            return text
        return f"{text}::{bare(want)}" if self.pretty else f"({text})::{bare(want)}"

    @staticmethod
    def _fits(kind: Type, want: Type) -> bool:
        """Tell whether an operator takes both types as they are."""
        if kind.array or want.array or kind.name == "unknown":
            return True
        if is_int(kind) and is_int(want):
            return True
        dates = ("date", "timestamp", "timestamptz", "interval")
        return kind.name in dates and want.name in dates

    def _common(self, nodes: list[Node]) -> Type:
        kinds = [kind for kind in map(self.type, nodes) if kind.name != "unknown"]
        if not kinds:
            return TEXT
        if all(is_number(kind) for kind in kinds):
            for group in (FLOATS, ("numeric",)):
                found = [kind for kind in kinds if kind.name in group]
                if found:
                    return Type("float8") if group is FLOATS else Type("numeric")
            return kinds[0]
        return TEXT if kinds[0].name in ("varchar", "name") else kinds[0]._replace(a=None, b=None)

    # One kind each

    def _lit(self, node: Node) -> str:
        if node["t"] == "string":
            return f"{quoted(str(node['v']))}::text"
        if node["t"] == "null":
            return "NULL::text"
        return str(node["v"]).lower() if node["t"] == "bool" else str(node["v"])

    def _col(self, node: Node) -> str:
        return ident(node["parts"][-1])

    def _un(self, node: Node) -> str:
        x = node["x"]
        if node["op"] == "-" and x["k"] == "lit" and x["t"] == "number":
            return f"'-{x['v']}'::{bare(self.type(x))}"
        return self.bracket(f"{node['op']} {self.text(x)}")

    def _bin(self, node: Node) -> str:
        op = "<>" if node["op"] == "!=" else node["op"]
        if op in ("->", "->>", "#>", "#>>", "@>", "<@", "?"):
            want = Type("int4") if node["r"].get("t") == "number" else TEXT
            return self.bracket(f"{self.text(node['l'])} {op} {self.operand(node['r'], want)}")
        want = self._common([node["l"], node["r"]])
        if want.name in ("timestamptz", "timestamp", "date") and op in ("+", "-"):
            left, right = self.operand(node["l"], want), self.operand(node["r"], Type("interval"))
            return self.bracket(f"{left} {op} {right}")
        if op in ("||", "~", "~*", "!~", "!~*") and not want.array and want.name != "jsonb":
            want = TEXT
        return self.bracket(f"{self.operand(node['l'], want)} {op} {self.operand(node['r'], want)}")

    def _and(self, node: Node) -> str:
        return self._joined(node, " AND ")

    def _or(self, node: Node) -> str:
        return self._joined(node, " OR ")

    def _joined(self, node: Node, word: str) -> str:
        parts = []
        for one in node["items"]:
            text = self.text(one)
            inner = one["k"] in ("or", "in") or (one["k"] == "and" and "OR" in word)
            parts.append(f"({text})" if self.pretty and inner else text)
        return self.bracket(word.join(parts))

    def _not(self, node: Node) -> str:
        return self.bracket(f"NOT {self.text(node['x'])}")

    def _is(self, node: Node) -> str:
        what = {"null": "NULL"}.get(node["what"], node["what"].upper())
        return self.bracket(f"{self.text(node['x'])} IS {'NOT ' if node['not'] else ''}{what}")

    def _between(self, node: Node) -> str:
        want = self._common([node["x"], node["lo"], node["hi"]])
        x, low, high = (self.operand(node[key], want) for key in ("x", "lo", "hi"))
        signs, word = ((">=", "<="), "AND") if not node["not"] else (("<", ">"), "OR")
        one, other = (self.bracket(f"{x} {sign} {end}")
                      for sign, end in zip(signs, (low, high), strict=True))  # fmt: skip
        return self.bracket(f"{one} {word} {other}")

    def _like(self, node: Node) -> str:
        op = ("!" if node["not"] else "") + _LIKE[node["op"]]
        return self.bracket(f"{self.operand(node['x'], TEXT)} {op} {self.operand(node['r'], TEXT)}")

    def _in(self, node: Node) -> str:
        kind = self.type(node["x"])
        op, how = ("<>", "ALL") if node["not"] else ("=", "ANY")
        if len(node["items"]) == 1:
            return self._bin({"op": op, "l": node["x"], "r": node["items"][0]})
        of_text = kind.name == "varchar"
        own = kind._replace(a=None, b=None)
        items = ", ".join(self.operand(one, own if of_text else self._common([node["x"], one]))
                          for one in node["items"])  # fmt: skip
        array = f"ARRAY[{items}]"
        if of_text:
            array = f"{array}::text[]" if self.pretty else f"({array})::text[]"
        return self.bracket(f"{self.operand(node['x'], TEXT if of_text else kind)} {op} {how} "
                            f"({array})")  # fmt: skip

    def _quantified(self, node: Node) -> str:
        inner = node["array"]
        kind = self.type(inner)
        x = self.operand(node["x"], kind._replace(array=False))
        text = self.text(inner)
        return self.bracket(f"{x} {node['op']} {node['how'].upper()} ({text})")

    def _func(self, node: Node) -> str:
        name = node["name"]
        if name in _BARE and node.get("bare"):
            return str(name.upper())
        if name in _UPPER:
            want = self._common(node["args"])
            return f"{name.upper()}({', '.join(self.operand(x, want) for x in node['args'])})"
        if name == "timezone":
            zone = self.operand(node["args"][0], TEXT)
            return self.bracket(f"{self.text(node['args'][1])} AT TIME ZONE {zone}")
        args = []
        for x in node["args"]:
            kind = self.type(x)
            args.append(self.operand(x, TEXT if kind.name in ("varchar", "unknown") else kind))
        return f"{name}({', '.join(args)})"

    def _cast(self, node: Node) -> str:
        found = self.kinds.expr(node).type
        inner = node["x"]
        name = self.type_name(found)
        if inner["k"] == "lit" and inner["t"] in ("string", "null"):
            shown = quoted(str(inner["v"])) if inner["t"] == "string" else "NULL"
            return f"{shown}::{name}"
        text = self.text(inner)
        plain = self.pretty and inner["k"] in ("col", "func", "lit")
        return f"{text}::{name}" if plain else f"({text})::{name}"

    def _array(self, node: Node) -> str:
        kinds = {self.type(one).name: self.type(one) for one in node["items"]}
        want = next(iter(kinds.values())) if len(kinds) == 1 else self._common(node["items"])
        return f"ARRAY[{', '.join(self.operand(one, want) for one in node['items'])}]"

    def _case(self, node: Node) -> str:
        results = [then for _, then in node["whens"]]
        results += [node["else"]] if node["else"] is not None else []
        want = self._common(results)
        text = "CASE" + (f" {self.text(node['x'])}" if node["x"] is not None else "")
        for when, then in node["whens"]:
            text += f" WHEN {self.text(when)} THEN {self.operand(then, want)}"
        if node["else"] is not None:
            text += f" ELSE {self.operand(node['else'], want)}"
        return f"{text} END"


def columns_of(table: Any) -> list[Column]:
    """Give a table's columns as names in an expression."""
    return [Column(one["name"], table.name, kind)
            for one, kind in zip(table.columns, table.types(), strict=True)]  # fmt: skip
