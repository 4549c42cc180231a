"""Comparing values: equality, order, patterns."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from functools import cmp_to_key, lru_cache
from typing import Any

from simulator.patterns import searched, to_regex

from .casts import my_number, my_stamp
from .errors import SqlError, my, pg


def compare(left: Any, right: Any) -> int:
    """Compare two values that are of one kind: less than 0, 0, more than 0."""
    if isinstance(left, datetime) != isinstance(right, datetime):
        left, right = my_stamp(left), my_stamp(right)
        if left is None or right is None:
            return 0
    if isinstance(left, (float, Decimal)) or isinstance(right, (float, Decimal)):
        return _numbers(left, right)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        for one, other in zip(left, right, strict=False):
            if one is None or other is None:
                found = (one is None) - (other is None)
            else:
                found = compare(one, other)
            if found:
                return found
        return len(left) - len(right)
    if type(left) is not type(right) and (isinstance(left, str) or isinstance(right, str)):
        left, right = str(left), str(right)
    if left == right:
        return 0
    return -1 if left < right else 1


def _numbers(left: Any, right: Any) -> int:
    nans = [isinstance(one, (float, Decimal)) and one != one for one in (left, right)]
    if any(nans):
        return int(nans[0]) - int(nans[1])
    if isinstance(left, float) != isinstance(right, float):
        left, right = _float(left), _float(right)
    return int(left > right) - int(left < right)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def my_compare(left: Any, right: Any) -> int:
    """Compare as MySQL does: texts without regard to case, a text and a number as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        one, other = left.casefold(), right.casefold()
        return (one > other) - (one < other)
    if isinstance(left, (datetime, date)) or isinstance(right, (datetime, date)):
        first, second = my_stamp(left), my_stamp(right)
        if first is not None and second is not None:
            return (first > second) - (first < second)
    if isinstance(left, str) or isinstance(right, str):
        return _numbers(float(my_number(left)), float(my_number(right)))
    return compare(left, right)


def sort_key(dialect: str) -> Any:
    """Give a key function for one kind of values, NULL left out."""
    if dialect == "mysql":
        return cmp_to_key(my_compare)
    return cmp_to_key(compare)


def group_key(value: Any, dialect: str) -> Any:
    """Give what is equal for equal values, as a dictionary's key."""
    if isinstance(value, (list, tuple)):
        return tuple(group_key(one, dialect) for one in value)
    if isinstance(value, str) and dialect == "mysql":
        return value.casefold()
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, Decimal) and value.is_nan():
        return "NaN"
    return value


@lru_cache(maxsize=256)
def _parts(pattern: str, escape: str) -> tuple[tuple[str, str], ...]:
    """Cut a LIKE pattern: ("any", ""), ("one", "") or ("is", character)."""
    found = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if escape and sign == escape:
            at += 1
            if at >= len(pattern):
                raise pg("22025", "LIKE pattern must not end with escape character")
            found.append(("is", pattern[at]))
        elif sign == "%":
            if not found or found[-1][0] != "any":
                found.append(("any", ""))
        else:
            found.append(("one", "") if sign == "_" else ("is", sign))
        at += 1
    return tuple(found)


def like(text: str, pattern: str, escape: str = "\\", fold: bool = False) -> tuple[bool, int]:
    """Match LIKE: (whether it fits, steps that it took)."""
    if fold:
        text, pattern = text.casefold(), pattern.casefold()
    parts = _parts(pattern, escape)
    at = part = steps = 0
    star, mark = -1, 0
    while at < len(text):
        steps += 1
        if part < len(parts) and (
            parts[part][0] == "one" or (parts[part][0] == "is" and parts[part][1] == text[at])
        ):
            at += 1
            part += 1
        elif part < len(parts) and parts[part][0] == "any":
            star, mark = part, at
            part += 1
        elif star >= 0:
            mark += 1
            at, part = mark, star + 1
        else:
            return False, steps
    return all(kind == "any" for kind, _ in parts[part:]), steps


def regex(text: str, pattern: str, fold: bool, dialect: str) -> bool:
    """Search a regular expression; raises SqlError for one that is none.

    # Simplified: A regular expression that could take very long is refused as if it were wrong.
    """
    found = to_regex(pattern, ignore_case=fold)
    if found is None:
        if dialect == "mysql":
            raise my(3685, "Illegal argument to a regular expression.")
        raise pg("2201B", "invalid regular expression: quantifier operand invalid")
    return found.search(searched(found, text)) is not None


def similar(pattern: str) -> str:
    """Turn a SIMILAR TO pattern into a regular expression."""
    made = "".join({"%": ".*", "_": ".", ".": "\\.", "^": "\\^", "$": "\\$"}.get(sign, sign)
                   for sign in pattern)  # fmt: skip
    return f"^({made})$"


__all__ = ["SqlError", "compare", "group_key", "like", "my_compare", "regex", "similar",
           "sort_key"]  # fmt: skip
