"""Items: indexing, slicing, assignment, deletion and membership."""

from __future__ import annotations

from typing import Any

from ....vm import Machine, Native
from .bulk import item_of, part_of
from .calls import after, call, follows, lookup
from .equality import NO_KEY, SIMPLE, equal, find, has, put
from .errors import error
from .objects import Alias, Bulk, ByteArray, Class, Instance, Opaque, Range, Set, Slice, View
from .operators import unwrap
from .truth import builtin_length
from .types import TYPE, name_of

_NOUNS = {str: "string", list: "list", tuple: "tuple", bytes: "index", Range: "range object"}


def places(vm: Machine, value: Slice, size: int) -> slice:
    """Give a slice of whole numbers; raises TypeError."""
    parts = []
    for one in (value.start, value.stop, value.step):
        one = unwrap(one)
        if one is not None and type(one) not in (int, bool):
            raise error("TypeError", "slice indices must be integers or None or have an __index__ "
                                     "method")  # fmt: skip
        parts.append(one)
    if parts[2] == 0:
        raise error("ValueError", "slice step cannot be zero")
    return slice(*parts)


def get_item(vm: Machine, value: Any, key: Any) -> Any:
    """Give an item: a value, an Enter or a Suspend."""
    kind = type(value)
    if kind is dict:
        found = key if type(key) in SIMPLE and key in value else find(vm, value, key)
        if found is NO_KEY:
            raise error("KeyError", key)
        return value[found]
    if kind in (list, tuple, str, bytes):
        return _sequence(vm, value, key)
    if kind is Instance:
        method = lookup(value.cls, "__getitem__")
        if method is not None:
            return call(vm, method, [value, key], {})
        held = unwrap(value)
        if held is not value:
            if type(held) is dict and find(vm, held, key) is NO_KEY:
                missing = lookup(value.cls, "__missing__")
                if missing is not None:
                    return call(vm, missing, [value, key], {})
            return get_item(vm, held, key)
    if kind is Range:
        return _range(vm, value, key)
    if kind is ByteArray:
        part = _sequence(vm, value.data, key)
        return ByteArray(part) if type(part) is bytes else part
    if kind is Bulk:
        if type(key) is Slice:
            return part_of(value, range(value.length)[places(vm, key, value.length)])
        return item_of(value, key if type(key) is int else 0)
    if kind is Class:
        return _of_class(vm, value, key)
    if kind is Alias:
        return Alias(value.origin, key if type(key) is tuple else (key,))
    if kind is Opaque:
        return Opaque(f"{value.name}[]")
    if kind is Native:
        return value
    raise error("TypeError", f"{name_of(value)!r} object is not subscriptable")


def _of_class(vm: Machine, value: Class, key: Any) -> Any:
    if value.meta is not None and value.meta is not TYPE:
        method = lookup(value.meta, "__getitem__")
        if method is not None:
            return call(vm, method, [value, key], {})
    method = lookup(value, "__class_getitem__")
    if method is not None:
        return call(vm, method.get, [value, key], {})
    if value.kind or value.names.get("__module__"):
        return Alias(value, key if type(key) is tuple else (key,))
    raise error("TypeError", f"type {value.name!r} is not subscriptable")


def _sequence(vm: Machine, value: Any, key: Any) -> Any:
    kind = type(key)
    if kind is int or kind is bool:
        try:
            return value[key]
        except IndexError:
            raise error("IndexError", f"{_NOUNS[type(value)]} index out of range" if type(value)
                        is not bytes else "index out of range") from None  # fmt: skip
    if kind is Slice:
        return value[places(vm, key, len(value))]
    if kind is Instance and type(unwrap(key)) is int:
        return _sequence(vm, value, unwrap(key))
    noun = {"bytes": "byte"}.get(type(value).__name__, type(value).__name__)
    if noun == "str":
        raise error("TypeError", f"string indices must be integers, not {name_of(key)!r}")
    raise error("TypeError", f"{noun} indices must be integers or slices, not {name_of(key)}")


def _range(vm: Machine, value: Range, key: Any) -> Any:
    numbers = range(value.start, value.stop, value.step)
    if type(key) is Slice:
        part = numbers[places(vm, key, len(numbers))]
        return Range(part.start, part.stop, part.step)
    try:
        return numbers[key]
    except IndexError:
        raise error("IndexError", "range object index out of range") from None
    except TypeError:
        raise error("TypeError", f"range indices must be integers or slices, not {name_of(key)}") \
            from None  # fmt: skip


def set_item(vm: Machine, value: Any, key: Any, new: Any) -> Any:
    """Set an item; the result of a call counts for nothing."""
    kind = type(value)
    if kind is dict:
        put(vm, value, key, new)
        return None
    if kind is Instance:
        method = lookup(value.cls, "__setitem__")
        if method is not None:
            return after(vm, call(vm, method, [value, key, new], {}), "drop")
        held = unwrap(value)
        if held is not value:
            return set_item(vm, held, key, new)
    if kind is list:
        if type(key) is Slice:
            from .iteration import listed_now

            where = places(vm, key, len(value))
            try:
                value[where] = listed_now(vm, new)
            except ValueError as problem:
                raise error("ValueError", str(problem)) from None
            return None
        if type(unwrap(key)) not in (int, bool):
            raise error("TypeError", f"list indices must be integers or slices, not {name_of(key)}")
        try:
            value[unwrap(key)] = new
        except IndexError:
            raise error("IndexError", "list assignment index out of range") from None
        return None
    if kind is ByteArray and type(key) is int:
        data = bytearray(value.data)
        try:
            data[key] = new
        except (IndexError, ValueError, TypeError) as problem:
            raise error(type(problem).__name__, str(problem)) from None
        value.data = bytes(data)
        return None
    if kind is Opaque or kind is Bulk:
        return None
    raise error("TypeError", f"{name_of(value)!r} object does not support item assignment")


def delete_item(vm: Machine, value: Any, key: Any) -> Any:
    """Delete an item."""
    kind = type(value)
    if kind is dict:
        found = find(vm, value, key)
        if found is NO_KEY:
            raise error("KeyError", key)
        del value[found]
        return None
    if kind is Instance:
        method = lookup(value.cls, "__delitem__")
        if method is not None:
            return after(vm, call(vm, method, [value, key], {}), "drop")
        held = unwrap(value)
        if held is not value:
            return delete_item(vm, held, key)
    if kind is list:
        try:
            del value[places(vm, key, len(value)) if type(key) is Slice else unwrap(key)]
        except IndexError:
            raise error("IndexError", "list assignment index out of range") from None
        except TypeError:
            raise error("TypeError", f"list indices must be integers or slices, not "
                                     f"{name_of(key)}") from None  # fmt: skip
        return None
    raise error("TypeError", f"{name_of(value)!r} object doesn't support item deletion")


def contains(vm: Machine, value: Any, item: Any) -> Any:
    """Tell whether something is in a value: a bool, an Enter or a Suspend."""
    kind = type(value)
    if kind is dict:
        return has(vm, value, item)
    if kind is Set:
        return has(vm, value.items, item)
    if kind is str or kind is bytes:
        item = unwrap(item)
        if kind is str and type(item) is not str:
            raise error("TypeError", f"'in <string>' requires string as left operand, not "
                                     f"{name_of(item)}")  # fmt: skip
        try:
            return item in value
        except TypeError as problem:
            raise error("TypeError", str(problem)) from None
    if kind is list or kind is tuple:
        return any(one is item or equal(vm, one, item) for one in value)
    if kind is Instance:
        method = lookup(value.cls, "__contains__")
        if method is not None:
            return after(vm, call(vm, method, [value, item], {}), "truth")
        held = unwrap(value)
        if held is not value:
            return contains(vm, held, item)
    if kind is Range and type(item) in (int, bool):
        return item in range(value.start, value.stop, value.step)
    if kind is View and value.kind == "keys":
        return has(vm, value.source, item)
    if kind is Bulk:
        return type(item) is str and value.kind == "str" and item in value.piece * 2
    if kind is Opaque:
        return False
    from .iteration import listed

    if builtin_length(value) < 0 and kind is not Instance and not hasattr(value, "kind"):
        raise error("TypeError", f"argument of type {name_of(value)!r} is not iterable")
    return after(vm, listed(vm, value), "contains", item)


@follows("contains")
def _contains(vm: Machine, item: Any, values: list[Any]) -> bool:
    return any(one is item or equal(vm, one, item) for one in values)
