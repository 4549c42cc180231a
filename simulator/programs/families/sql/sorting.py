"""Rows in order, and without their equals."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from .compare import compare, group_key, my_compare
from .run import Run
from .sources import Rows


def distinct(run: Run, rows: Rows) -> Rows:
    """Keep the first of equal rows."""
    run.spend(len(rows))
    seen: dict[Any, list[Any]] = {}
    for row in rows:
        seen.setdefault(group_key(row, run.dialect), row)
    return list(seen.values())


def _by(by: Any, n: int) -> Callable[[Any], Any]:
    return lambda row: by(row[n])


def sort_rows(run: Run, pairs: list[tuple[Any, Any]], keys: list[Any]) -> list[Any]:
    """Sort by keys.   NULL is the greatest in PostgreSQL and the least in MySQL."""
    run.spend(len(pairs) * 2)
    by = cmp_to_key(my_compare if run.dialect == "mysql" else compare)
    decorated = [[key[0](out, row) for key in keys] + [out] for out, row in pairs]
    for n in range(len(keys) - 1, -1, -1):
        _, desc, nulls = keys[n]
        first = nulls == "first" if nulls else desc is (run.dialect == "postgres")
        empty = [row for row in decorated if row[n] is None]
        full = [row for row in decorated if row[n] is not None]
        full.sort(key=_by(by, n), reverse=desc)
        decorated = empty + full if first else full + empty
    return [row[-1] for row in decorated]
