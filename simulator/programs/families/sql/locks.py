"""SELECT ... FOR UPDATE: rows that a transaction holds, until it ends.

A session's "locks": {key of a table's rows: [numbers of rows]}.
"""

from __future__ import annotations

from typing import Any

from .errors import my, pg
from .run import Column, Run
from .types import TEXT

HIDDEN = "\0row"
"""Name of a column that nobody can write: it carries [key, number] of the row it came from."""


def with_numbers(run: Run, table: Any, name: str) -> tuple[list[Column], list[list[Any]]]:
    """Give a table's columns and rows, each row with what names it."""
    kinds = table.types()
    columns = [Column(one["name"], name, kind)
               for one, kind in zip(table.columns, kinds, strict=True)]  # fmt: skip
    rows = [[*row, [table.key, number]] for number, row in run.db.lively(table)]
    run.spend(len(rows))
    key = run.db.primary(table)
    if run.dialect == "mysql" and key and all(isinstance(row[key[0]], int) for row in rows):
        rows.sort(key=lambda row: row[key[0]])
    return [*columns, Column(HIDDEN, name, TEXT, True)], rows


def taken(
    run: Run, how: Any, rows: list[list[Any]], bounds: tuple[int, int | None]
) -> list[list[Any]]:
    """Lock the rows of a result, whose last value says where they came from.

    how: "skip" passes over what others hold, "nowait" refuses it. Answers the rows without it.
    """
    start, count = bounds
    held: dict[str, list[str]] = {k: list(v) for k, v in (
        run.session.get("locks") or {}).items()}  # fmt: skip
    others = [one for one in run.db.store.sessions.values() if one["id"] != run.session["id"]]
    found: list[list[Any]] = []
    for row in rows:
        if count is not None and len(found) >= start + count:
            break
        marks = [one for one in row[-1] if one is not None]
        if how in ("skip", "nowait") and any(_busy(run, others, *mark) for mark in marks):
            if how == "skip":
                continue
            name = marks[0][0].rpartition("/")[2].rpartition(".")[2]
            if run.dialect == "mysql":
                raise my(3572, "Statement aborted because lock(s) could not be acquired "
                         "immediately and NOWAIT is set.")  # fmt: skip
            raise pg("55P03", f'could not obtain lock on row in relation "{name}"')
        for key, number in marks:
            held.setdefault(key, []).append(number)
        found.append(row[:-1])
    run.session["locks"] = held
    return found[start:]


def _busy(run: Run, others: list[dict[str, Any]], key: str, number: str) -> bool:
    if any(number in (one.get("locks") or {}).get(key, ()) for one in others):
        return True
    return bool(run.db.store.is_locked(key, number))
