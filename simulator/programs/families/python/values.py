"""Python values as plain data, and the errors that a modelled program can raise.

Numbers, texts, lists, dicts and None are themselves; all else is a dict with "$": "fn" a function,
"class", "lib" (something of a library, by its dotted name), "obj" (made by a library) or "?".
"""

from __future__ import annotations

from typing import Any

UNKNOWN: dict[str, Any] = {"$": "?"}


class PyError(Exception):
    """An exception of the modelled program: the type's dotted name and its text."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text
        self.trace: list[list[Any]] = []
        """[unit, line] of the frames it passed through, outermost first; [] while not known."""


class Blocked(Exception):
    """The program has begun to serve and does not come back."""


def lib(name: str) -> dict[str, Any]:
    """Make a value that stands for something in a library."""
    return {"$": "lib", "name": name}


def made(kind: str, /, **fields: Any) -> dict[str, Any]:
    """Make an object of a library's class."""
    return {"$": "obj", "type": kind, **fields}


def tag(value: Any) -> str:
    """Give a special value's kind, "" for a plain one."""
    return str(value["$"]) if isinstance(value, dict) and "$" in value else ""


def truth(value: Any) -> bool:
    """Tell whether Python takes a value as true; what is not known is false."""
    kind = tag(value)
    if kind == "?":
        return False
    return True if kind else bool(value)


def to_text(value: Any) -> str:
    """Write a value as str() does."""
    if value is None:
        return "None"
    kind = tag(value)
    if kind == "obj":
        return str(value.get("text", f"<{value['type']} object>"))
    if kind == "bytes":
        return "b" + repr(value["text"])
    if kind:
        return str(value.get("text", f"<{kind}>"))
    if isinstance(value, dict | list):
        return to_repr(value)
    return str(value)


def to_repr(value: Any) -> str:
    """Write a value as repr() does."""
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(to_repr(item) for item in value) + "]"
    if isinstance(value, dict) and not tag(value):
        return "{" + ", ".join(f"{to_repr(k)}: {to_repr(v)}" for k, v in value.items()) + "}"
    return to_text(value)


def settle(value: Any, depth: int = 0) -> Any:
    """Copy a value into what a keyframe can hold; nothing is shared afterwards.

    So a program goes on in the same way whether its lab was taken up from a keyframe or not.
    """
    if depth > 60:
        return UNKNOWN
    if isinstance(value, dict):
        return {str(key): settle(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settle(item, depth + 1) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 63 else UNKNOWN
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else UNKNOWN
    return UNKNOWN
