"""What templates make of values: pointers followed, truth; the errors of carrying one out."""

from __future__ import annotations

from typing import Any

from ..types import Type
from ..values import Map, Slice

Value = tuple[Type, Any] | None


class ExecError(Exception):
    """What went wrong while a template was carried out."""


def followed(value: Value) -> Value:
    """Follow pointers; None at a nil one."""
    while value is not None and value[0].kind == "pointer":
        kind, v = value
        if v is None:
            return None
        value = (kind.elem, v if kind.elem.kind in ("struct", "array") else v.v)
    return value


def truth(value: Value) -> bool:
    """Tell whether a value is not the zero value of its type, nor empty."""
    if value is None:
        return False
    kind, v = value
    if kind.kind == "struct":
        return True
    if isinstance(v, Slice):
        return v.n > 0
    if isinstance(v, Map):
        return bool(v.d)
    return v is not None and v not in ("", 0, False, [])
