"""When two values are equal, which key of a dict is meant, what comes first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ....vm import Machine
from .calls import call_now, lookup
from .errors import error
from .objects import Alias, Bound, Bulk, ByteArray, Class, Instance, Range, Set, View
from .types import NOT_IMPLEMENTED, name_of

SIMPLE = frozenset((str, int, float, bool, type(None), bytes))
DEEPEST = 60
NO_KEY = object()


def equal(vm: Machine, a: Any, b: Any, depth: int = 0) -> bool:
    """Tell whether two values are equal, as `==` would."""
    if a is b:
        return True
    ka, kb = type(a), type(b)
    if ka in SIMPLE and kb in SIMPLE:
        return bool(a == b)
    if ka is Instance or kb is Instance:
        return _equal_instances(vm, a, b)
    if ka is kb and (ka is list or ka is tuple):
        _deep(depth)
        return len(a) == len(b) and all(
            equal(vm, x, y, depth + 1) for x, y in zip(a, b, strict=True)
        )
    if ka is dict and kb is dict:
        _deep(depth)
        if len(a) != len(b):
            return False
        for key, value in a.items():
            found = find(vm, b, key)
            if found is NO_KEY or not equal(vm, value, b[found], depth + 1):
                return False
        return True
    if ka is Set and kb is Set:
        return len(a.items) == len(b.items) and all(has(vm, b.items, one) for one in a.items)
    if ka is Range and kb is Range:
        return range(a.start, a.stop, a.step) == range(b.start, b.stop, b.step)
    if ka is ByteArray or kb is ByteArray:
        left, right = (one.data if type(one) is ByteArray else one for one in (a, b))
        return type(left) is bytes and type(right) is bytes and left == right
    if ka is Bound and kb is Bound:
        same = a.function is b.function or getattr(a.function, "name", 0) == getattr(
            b.function, "name", 1
        )
        return same and a.owner is b.owner
    if ka is View and kb is View and a.kind == b.kind == "keys":
        return len(a.source) == len(b.source) and all(has(vm, b.source, key) for key in a.source)
    if ka is Bulk and kb is Bulk:
        return (a.kind, a.piece, a.length) == (b.kind, b.piece, b.length)
    if ka is kb and hasattr(a, "name") and ka is not Class:
        return bool(a.name == b.name and getattr(a, "bound", 0) == getattr(b, "bound", 0))
    if ka is Alias and kb is Alias:
        return equal(vm, a.origin, b.origin) and equal(vm, a.args, b.args)
    return False


def _deep(depth: int) -> None:
    if depth > DEEPEST:
        raise error("RecursionError", "maximum recursion depth exceeded in comparison")


def _equal_instances(vm: Machine, a: Any, b: Any) -> bool:
    for left, right in ((a, b), (b, a)):
        if type(left) is Instance:
            method = lookup(left.cls, "__eq__")
            if method is not None:
                said = call_now(vm, method, left, right)
                if said is not NOT_IMPLEMENTED:
                    return said is True or bool(said)
            elif left.value is not None and left.cls.kind not in ("", "exception"):
                other = right.value if type(right) is Instance else right
                return equal(vm, left.value, other)
    return False


def find(vm: Machine, items: dict[Any, Any], key: Any) -> Any:
    """Find the key of a dict that equals a key: it, or NO_KEY."""
    if type(key) in SIMPLE:
        return key if key in items else NO_KEY
    found = key_of(vm, items, key)
    return found if found in items else NO_KEY


def has(vm: Machine, items: dict[Any, Any], key: Any) -> bool:
    """Tell whether a dict has a key."""
    return find(vm, items, key) is not NO_KEY


def key_of(vm: Machine, items: dict[Any, Any], key: Any) -> Any:
    """Give the key under which a dict keeps, or is to keep, a key; raises TypeError."""
    kind = type(key)
    if kind in SIMPLE:
        return key
    if kind is tuple:
        if all(type(one) in SIMPLE for one in key):
            return key
        for one in key:
            key_of(vm, {}, one)
        return _search(vm, items, key, (tuple,))
    if kind is Instance:
        if key.cls.eq:
            if lookup_hash(key) is None:
                raise error("TypeError", f"unhashable type: {key.cls.name!r}")
            return _search(vm, items, key, (Instance,))
        if key.cls.kind in ("list", "dict", "set"):
            raise error("TypeError", f"unhashable type: {key.cls.name!r}")
        if type(key.value) in SIMPLE and key.value is not None and key.value in items:
            return key.value
        if key.cls.kind == "tuple" or key.cls.names.get(".hash"):
            return _search(vm, items, key, (tuple, Instance))
        return key
    if kind in (list, dict, ByteArray) or (kind is Set and not key.frozen):
        raise error("TypeError", f"unhashable type: {name_of(key)!r}")
    if kind in (Set, Bound, Range, Alias):
        return _search(vm, items, key, (kind,))
    return key


def lookup_hash(value: Instance) -> Any:
    """Give the `__hash__` of an object whose class has its own `__eq__`; None: unhashable."""
    for one in value.cls.order:
        if "__hash__" in one.names:
            return one.names["__hash__"]
        if "__eq__" in one.names:
            return None
    return None


def _search(vm: Machine, items: dict[Any, Any], key: Any, kinds: tuple[type, ...]) -> Any:
    if kinds == (tuple,) and key in items:
        return key
    for one in items:
        if type(one) in kinds and equal(vm, one, key):
            return one
    return key


def put(vm: Machine, items: dict[Any, Any], key: Any, value: Any) -> None:
    """Set a dict's item."""
    items[key if type(key) in SIMPLE else key_of(vm, items, key)] = value


def make_set(vm: Machine, values: Iterable[Any], frozen: bool = False) -> Set:
    """Make a set of values."""
    items: dict[Any, None] = {}
    for one in values:
        items[one if type(one) in SIMPLE else key_of(vm, items, one)] = None
    return Set(items, frozen)


def less(vm: Machine, a: Any, b: Any, depth: int = 0) -> bool:
    """Tell whether one value is less than another, as `<` would; raises TypeError."""
    ka, kb = type(a), type(b)
    if ka in SIMPLE and kb in SIMPLE:
        try:
            return bool(a < b)
        except TypeError:
            raise _no_order("<", a, b) from None
    if ka is Instance or kb is Instance:
        return _less_instances(vm, a, b)
    if ka is kb and (ka is list or ka is tuple):
        _deep(depth)
        for x, y in zip(a, b, strict=False):
            if not equal(vm, x, y):
                return less(vm, x, y, depth + 1)
        return len(a) < len(b)
    if ka is Set and kb is Set:
        return len(a.items) < len(b.items) and all(has(vm, b.items, one) for one in a.items)
    raise _no_order("<", a, b)


def _less_instances(vm: Machine, a: Any, b: Any) -> bool:
    if type(a) is Instance and (method := lookup(a.cls, "__lt__")) is not None:
        said = call_now(vm, method, a, b)
        if said is not NOT_IMPLEMENTED:
            return bool(said)
    if type(b) is Instance and (method := lookup(b.cls, "__gt__")) is not None:
        said = call_now(vm, method, b, a)
        if said is not NOT_IMPLEMENTED:
            return bool(said)
    left, right = (
        one.value if type(one) is Instance and one.cls.kind != "exception" else one
        for one in (a, b)
    )
    if left is None or right is None or (left is a and right is b):
        raise _no_order("<", a, b)
    return less(vm, left, right)


def _no_order(word: str, a: Any, b: Any) -> Any:
    return error("TypeError", f"{word!r} not supported between instances of {name_of(a)!r} and "
                              f"{name_of(b)!r}")  # fmt: skip


def sort(vm: Machine, rows: list[Any], keys: list[Any], reverse: bool = False) -> list[Any]:
    """Sort rows by keys, stably."""
    if all(type(key) in (int, float, bool) for key in keys) or all(type(k) is str for k in keys):
        order = sorted(range(len(rows)), key=keys.__getitem__, reverse=reverse)
        return [rows[at] for at in order]
    order = sorted(range(len(rows)), key=lambda at: _Key(vm, keys[at]), reverse=reverse)
    return [rows[at] for at in order]


class _Key:
    """A key whose order is the program's."""

    __slots__ = ("value", "vm")

    def __init__(self, vm: Machine, value: Any) -> None:
        self.vm = vm
        self.value = value

    def __lt__(self, other: _Key) -> bool:
        return less(self.vm, self.value, other.value)
