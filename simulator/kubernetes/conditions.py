"""Conditions: the list in a status that says what holds, since when, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.plain import Object

Condition = dict[str, Any]


def condition_of(obj: Object, kind: str) -> Condition | None:
    """Give the condition of a type that an object's status has, or None."""
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if condition.get("type") == kind:
            return condition  # type: ignore[no-any-return]
    return None


def is_true(obj: Object, kind: str) -> bool:
    """Say whether an object's condition of a type is True."""
    condition = condition_of(obj, kind)
    return condition is not None and condition.get("status") == "True"


def put_condition(conditions: Iterable[Condition] | None, new: Condition, now: str) -> list[Any]:
    """Give the conditions with `new` put in; its moment stays when its status stays.

    now: RFC 3339, becomes `lastTransitionTime` when the status differs from before.
    """
    rows = [dict(row) for row in conditions or ()]
    for index, row in enumerate(rows):
        if row.get("type") == new["type"]:
            since = row.get("lastTransitionTime") if row["status"] == new["status"] else None
            rows[index] = {**new, "lastTransitionTime": since or now}
            return rows
    rows.append({**new, "lastTransitionTime": now})
    return rows


def without(conditions: Iterable[Condition] | None, kind: str) -> list[Any]:
    """Give the conditions without the one of a type."""
    return [row for row in conditions or () if row.get("type") != kind]
