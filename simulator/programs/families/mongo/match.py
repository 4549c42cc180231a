"""Filters: which documents a query means (manual: "Query Predicates"), and the order of values."""

from __future__ import annotations

import re
from typing import Any

from simulator.errors import DrydockError
from simulator.patterns import may_take_for_ever

Doc = dict[str, Any]
MISSING = object()
MAX_PATTERN = 500


class MongoError(DrydockError):
    """What a command is refused with: code, codeName, errmsg."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.fields = {"ok": 0, "code": code, "codeName": name, "errmsg": message}


def bad_value(message: str) -> MongoError:
    """Refuse a value."""
    return MongoError(2, "BadValue", message)


def at_path(value: Any, path: str) -> list[Any]:
    """Give what stands at a dotted path: several values where arrays are on the way."""
    found = [value]
    for part in path.split("."):
        nexts: list[Any] = []
        for one in found:
            if isinstance(one, dict) and part in one:
                nexts.append(one[part])
            elif isinstance(one, list):
                if part.isdigit() and int(part) < len(one):
                    nexts.append(one[int(part)])
                nexts += [row[part] for row in one if isinstance(row, dict) and part in row]
        found = nexts
    return found


def rank(value: Any) -> tuple[int, Any]:
    """Give a key that sorts values as BSON's comparison order does."""
    if value is None or value is MISSING:
        return (1, 0)
    if isinstance(value, bool):
        return (8, value)
    if isinstance(value, (int, float)):
        return (2, value)
    if isinstance(value, str):
        return (3, value)
    if isinstance(value, dict):
        if "$oid" in value:
            return (7, str(value["$oid"]))
        if "$date" in value:
            return (9, str(value["$date"]))
        return (4, [(key, rank(one)) for key, one in value.items()])
    return (5, [rank(one) for one in value])


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal; 1 and true are not."""
    return rank(one) == rank(other)


def _compares(value: Any, operand: Any, op: str) -> bool:
    left, right = rank(value), rank(operand)
    if left[0] != right[0]:
        return False
    return {"$gt": left > right, "$gte": left >= right, "$lt": left < right,
            "$lte": left <= right}[op]  # fmt: skip


def _pattern(operand: Any, options: str) -> re.Pattern[str]:
    text = str(operand)
    if len(text) > MAX_PATTERN or may_take_for_ever(text):
        raise MongoError(51091, "Location51091", "drydock: a search for this regular expression "
                         "could take for ever")  # fmt: skip
    flags = (re.I if "i" in options else 0) | (re.M if "m" in options else 0)
    try:
        return re.compile(text, flags)
    except re.error:
        raise MongoError(51091, "Location51091", "Regular expression is invalid") from None


def _with_items(values: list[Any]) -> list[Any]:
    return values + [item for one in values if isinstance(one, list) for item in one]


def _operator(values: list[Any], op: str, operand: Any, whole: Doc) -> bool:
    every = _with_items(values)
    if op == "$eq":
        return any(same(one, operand) for one in every) or (operand is None and not values)
    if op == "$ne":
        return not _operator(values, "$eq", operand, whole)
    if op in ("$gt", "$gte", "$lt", "$lte"):
        return any(_compares(one, operand, op) for one in every)
    if op in ("$in", "$nin"):
        if not isinstance(operand, list):
            raise bad_value(f"{op} needs an array")
        hit = any(_operator(values, "$eq", one, whole) for one in operand)
        return hit == (op == "$in")
    if op == "$exists":
        return bool(values) == bool(operand)
    if op == "$regex":
        pattern = _pattern(operand, str(whole.get("$options", "")))
        return any(isinstance(one, str) and pattern.search(one[:2_000]) for one in every)
    if op == "$options":
        return True
    return _of_arrays(values, op, operand)


def _of_arrays(values: list[Any], op: str, operand: Any) -> bool:
    lists = [one for one in values if isinstance(one, list)]
    if op == "$not":
        return not condition(values, operand)
    if op == "$size":
        return any(len(one) == operand for one in lists)
    if op == "$all":
        return all(any(same(item, one) for item in _with_items(values)) for one in operand)
    if op == "$elemMatch":
        return any(matches(item, operand) if isinstance(item, dict) else condition([item], operand)
                   for one in lists for item in one)  # fmt: skip
    raise bad_value(f"unknown operator: {op}")


def is_operators(value: Any) -> bool:
    """Tell {"$gt": 1} from a document that is meant itself."""
    return isinstance(value, dict) and any(key[:1] == "$" for key in value) and not (
        "$oid" in value or "$date" in value)  # fmt: skip


def condition(values: list[Any], wanted: Any) -> bool:
    """Tell whether the values at a path meet what is said of them."""
    if is_operators(wanted):
        return all(_operator(values, op, operand, wanted) for op, operand in wanted.items())
    return _operator(values, "$eq", wanted, {})


def matches(doc: Any, query: Doc) -> bool:
    """Tell whether a document is one that a filter means."""
    for key, wanted in query.items():
        if key in ("$and", "$or", "$nor"):
            if not isinstance(wanted, list) or not wanted:
                raise bad_value(f"{key} argument must be a non-empty array")
            hits = [matches(doc, one) for one in wanted]
            if not {"$and": all(hits), "$or": any(hits), "$nor": not any(hits)}[key]:
                return False
        elif key[:1] == "$":
            raise bad_value(f"unknown top level operator: {key}. If you are trying to negate an "
                            "entire expression, use $nor.")  # fmt: skip
        elif not condition(at_path(doc, key), wanted):
            return False
    return True


def ordered(docs: list[Doc], sort: Doc) -> list[Doc]:
    """Sort documents: {path: 1 or -1}, the first path first."""
    found = list(docs)
    for path, way in reversed(list(sort.items())):
        found.sort(key=lambda doc, path=path: rank((at_path(doc, path) or [None])[0]),  # type: ignore[misc]
                   reverse=way in (-1, "-1", "desc", "descending"))  # fmt: skip
    return found
