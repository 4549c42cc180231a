"""Functions of JSON, arrays and regular expressions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.patterns import to_regex

from .errors import pg
from .run import Run
from .values import json_text, show_json


def regexp_replace(text: str, pattern: str, new: str, flags: str = "") -> str:
    """Carry out regexp_replace(); raises SqlError."""
    found = to_regex(pattern, ignore_case="i" in flags)
    if found is None:
        raise pg("2201B", "invalid regular expression: quantifier operand invalid")
    made = re.sub(r"\\&", r"\\g<0>", new)
    return str(found.sub(made, str(text), count=0 if "g" in flags else 1))


def build(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(*values: Any) -> str:
        made = [json_text(v, kind) for v, kind in zip(values, kinds, strict=False)]
        parts = []
        for n in range(0, len(made) - 1, 2):
            key = made[n] if made[n].startswith('"') else f'"{made[n]}"'
            parts.append(f"{key} : {made[n + 1]}")
        return "{" + ", ".join(parts) + "}"

    return work


def build_array(run: Run, kinds: Any) -> Callable[..., Any]:
    return lambda *values: (
        "[" + ", ".join(json_text(v, kind) for v, kind in zip(values, kinds, strict=False)) + "]"
    )


def to_json(run: Run, kinds: Any) -> Callable[..., Any]:
    return lambda value: json_text(value, kinds[0])


def binary(make: Callable[..., Any]) -> Callable[[Run, Any], Callable[..., Any]]:
    """Make the jsonb form of a function that writes json."""

    def made(run: Run, kinds: Any) -> Callable[..., Any]:
        fn = make(run, kinds)
        return lambda *values: show_json(json.loads(fn(*values), parse_float=Decimal))

    return made


def json_typeof(text: Any) -> str:
    value = json.loads(text)
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def array_position(items: Any, value: Any) -> Any:
    return items.index(value) + 1 if value in items else None
