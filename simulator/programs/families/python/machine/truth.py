"""What counts as true, and how long something is."""

from __future__ import annotations

from typing import Any

from ....vm import Machine
from .bulk import size_of
from .calls import after, call, call_now, follows, lookup
from .errors import error
from .objects import Bulk, ByteArray, Instance, Range, Set, View
from .operators import unwrap
from .types import name_of

_SIZED = (str, list, dict, tuple, bytes)


def truth(vm: Machine, value: Any) -> Any:
    """Tell whether a value counts as true: a bool, an Enter or a Suspend."""
    kind = type(value)
    if kind is Instance:
        method = lookup(value.cls, "__bool__")
        if method is not None:
            return after(vm, call(vm, method, [value], {}), "bool")
        if lookup(value.cls, "__len__") is not None:
            return after(vm, length(vm, value), "truth")
        held = unwrap(value)
        return True if held is value else truth(vm, held)
    if kind is Set:
        return bool(value.items)
    if kind in (Range, View, ByteArray, Bulk):
        return builtin_length(value) > 0
    if kind in _SIZED or value is None or kind in (int, bool, float):
        return bool(value)
    return True


@follows("bool")
def _bool(vm: Machine, data: Any, result: Any) -> bool:
    if type(result) is not bool:
        raise error("TypeError", f"__bool__ should return bool, returned {name_of(result)}")
    return result


@follows("truth")
def _truth(vm: Machine, data: Any, result: Any) -> Any:
    return truth(vm, result)


def truth_now(vm: Machine, value: Any) -> bool:
    """Tell whether a value counts as true, at once."""
    if type(value) is not Instance:
        return bool(truth(vm, value))
    method = lookup(value.cls, "__bool__") or lookup(value.cls, "__len__")
    if method is None:
        return bool(truth(vm, value))
    return bool(call_now(vm, method, value))


def builtin_length(value: Any) -> int:
    """Give the length of a built-in value; -1 when it has none."""
    kind = type(value)
    if kind in _SIZED:
        return len(value)
    if kind is Set:
        return len(value.items)
    if kind is Range:
        return len(range(value.start, value.stop, value.step))
    if kind is View:
        return len(value.source)
    if kind is ByteArray or kind is Bulk:
        return size_of(value)
    return -1


def length(vm: Machine, value: Any) -> Any:
    """Give what len() gives."""
    if type(value) is Instance:
        method = lookup(value.cls, "__len__")
        if method is not None:
            return after(vm, call(vm, method, [value], {}), "length")
        held = unwrap(value)
        if held is not value:
            return length(vm, held)
    found = builtin_length(value)
    if found < 0:
        raise error("TypeError", f"object of type {name_of(value)!r} has no len()")
    return found


@follows("length")
def _length(vm: Machine, data: Any, result: Any) -> int:
    if type(result) is not int:
        raise error("TypeError", f"{name_of(result)!r} object cannot be interpreted as an integer")
    if result < 0:
        raise error("ValueError", "__len__() should return >= 0")
    return result
