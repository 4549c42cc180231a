"""What operators of json look into: containment and paths."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from .errors import my
from .values import show_json


def contains(left: Any, right: Any, depth: int = 0) -> bool:
    """Tell whether one JSON value has another in it."""
    if isinstance(left, dict) and isinstance(right, dict):
        return all(k in left and contains(left[k], right[k], depth + 1) for k in right)
    if isinstance(left, list) and isinstance(right, list):
        return all(any(contains(one, other, depth + 1) for one in left) for other in right)
    if isinstance(left, list) and not depth:
        return right in left
    return type(left) is type(right) and left == right


def json_path(text: str, path: list[Any], as_text: bool) -> str | None:
    """Take a part of a JSON text by keys and numbers."""
    try:
        value = json.loads(text, parse_float=Decimal)
    except ValueError:  # a column of MySQL that is no JSON
        raise my(3141, "Invalid JSON text in argument 1 to function json_extract: \"Invalid "
                 "value.\" at position 0.", "22032") from None  # fmt: skip
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            if step not in value:
                return None
            value = value[step]
        elif isinstance(value, list) and str(step).lstrip("-").isdigit() and len(str(step)) < 9:
            number = int(step)
            if not -len(value) <= number < len(value):
                return None
            value = value[number]
        else:
            return None
    if value is None:
        return None if as_text else "null"
    return value if as_text and isinstance(value, str) else show_json(value)
