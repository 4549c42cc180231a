"""WITH: queries that come before a statement, also those that read themselves or change rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .compare import group_key
from .compiler import Scope, walk
from .errors import my, pg
from .reader import Node
from .run import Column, Run

MAX_TURNS = {"postgres": 20_000, "mysql": 1000}
"""Turns of a query that reads itself; MySQL's is cte_max_recursion_depth."""


def prepare(
    run: Run, node: Node, outer: Scope | None, query: Callable[..., Any], body: Callable[..., Any]
) -> None:
    """Carry the queries of WITH out, and keep their rows under their names."""
    run.ctes = dict(run.ctes)
    for cte in node["with"]:
        names = cte["columns"] or []
        if node.get("recursive") and _reads(cte["q"], cte["name"]):
            run.ctes[cte["name"]] = _recursive(run, cte, outer, body)
            continue
        if cte["q"]["k"] in ("insert", "update", "delete"):
            from . import dml

            made = getattr(dml, cte["q"]["k"])(run, cte["q"])
            columns, rows = made["columns"] or [], made["rows"]
        else:
            columns, rows = query(run, cte["q"], outer)
        run.ctes[cte["name"]] = (_named(columns, names), rows)


def _named(columns: list[Column], names: list[str]) -> list[Column]:
    return [one._replace(name=names[n]) if n < len(names) else one
            for n, one in enumerate(columns)]  # fmt: skip


def _reads(query: Node, name: str) -> bool:
    """Tell whether a query reads a name, also in its subqueries."""
    todo: list[Any] = [query]
    while todo:
        for one in walk([todo.pop()]):
            if one.get("k") == "table" and one["name"]["parts"] == [name]:
                return True
            if isinstance(one.get("q"), dict):
                todo.append(one["q"])
    return False


def _recursive(run: Run, cte: Node, outer: Scope | None, body: Callable[..., Any]) -> Any:
    """Carry out `first UNION [ALL] next`, where next reads the rows of the turn before."""
    name, whole = cte["name"], cte["q"]["body"]
    if whole["k"] != "set" or whole["op"] != "union" or _reads(whole["l"], name):
        if run.dialect == "mysql":
            raise my(3573, f"Recursive Common Table Expression '{name}' should contain a UNION")
        raise pg("42P19", f'recursive query "{name}" does not have the form non-recursive-term '
                 "UNION [ALL] recursive-term", cte["q"]["at"])  # fmt: skip
    columns, rows = body(run, whole["l"], outer)
    columns = _named(columns, cte["columns"] or [])
    seen = set()
    found, turn = [], 0
    rows = list(rows)
    while rows:
        fresh = []
        for row in rows:
            key = None if whole["all"] else group_key(row, run.dialect)
            if whole["all"] or key not in seen:
                seen.add(key)
                fresh.append(row)
        found += fresh
        turn += 1
        run.spend(20 + len(fresh) * 2)
        run.hold(len(fresh) * 16)
        if turn > MAX_TURNS[run.dialect]:
            raise my(3636, f"Recursive query aborted after {turn} iterations. Try increasing "
                     "@@cte_max_recursion_depth to a larger value.")  # fmt: skip
        run.ctes[name] = (columns, fresh)
        rows = list(body(run, whole["r"], outer)[1]) if fresh else []
    return columns, found
