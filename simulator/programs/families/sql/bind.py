"""Parameters into a statement's text, as a driver writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import SqlError

_PLACES = {
    "format": re.compile(r"%(?:%|s|\((\w+)\)s)"),
    "qmark": re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|(\?)", re.S),
    "named": re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|::|(\?|:[A-Za-z_]\w*)", re.S),
    "dollar": re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\$(\d{1,5})(?!\w)", re.S),
}


def literal(value: Any, dialect: str = "postgres") -> str:
    """Write a value (None, bool, int, float, str, bytes, list) as a literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        text = repr(value)
        return f"'{text}'::float8" if "n" in text and dialect == "postgres" else text
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'" if dialect == "postgres" else f"0x{value.hex()}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(literal(one, dialect) for one in value)
        return f"ARRAY[{inner}]" if dialect == "postgres" and isinstance(value, list) else (
            f"({inner})")  # fmt: skip
    text = str(value).replace("'", "''")
    return f"'{text}'" if dialect == "postgres" else "'" + text.replace("\\", "\\\\") + "'"


def places(text: str, style: str) -> list[str | None]:
    """List the parameters of a text: the name, or the number, or None of each."""
    found: list[str | None] = []
    for match in _PLACES[style].finditer(text):
        if style == "format" and match[0] != "%%":
            found.append(match[1])
        elif style != "format" and match[1] is not None:
            found.append(None if match[1] == "?" else match[1])
    return found


def put(text: str, value: Callable[[Any], str], style: str) -> str:
    """Put literals in the places of a text: value(name, or number from 0)."""
    count = -1

    def one(match: re.Match[str]) -> str:
        nonlocal count
        if style == "format":
            if match[0] == "%%":
                return "%"
            if match[1] is not None:
                return value(match[1])
        elif match[1] is None:
            return match[0]
        elif match[1][:1] == ":":
            return value(match[1][1:])
        count = int(str(match[1])) - 1 if style == "dollar" else count + 1
        return value(count)

    return _PLACES[style].sub(one, text)


def bind(text: str, params: Any, style: str, dialect: str = "postgres") -> str:
    """Put parameters in the places of a text.

    style: "format" (%s, %(name)s), "qmark" (?), "dollar" ($1). params: a list, or a dictionary for
    names. Raises SqlError when there are too few.
    """

    def value(key: str | int) -> str:
        if isinstance(key, str):
            if not isinstance(params, dict) or key not in params:
                raise SqlError(f"missing parameter {key}", "07001")
        elif isinstance(params, dict) or not 0 <= key < len(params):
            raise SqlError("not enough parameters for the statement", "07001")
        return literal(params[key], dialect)

    return put(text, value, style)
