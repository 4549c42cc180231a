"""How the built-in containers are made of what they are given."""

from __future__ import annotations

from typing import Any

from ....vm import Machine
from .bulk import LARGE, make_bulk
from .calls import after, follows, lookup, native
from .classes import begin_class
from .equality import make_set, put
from .errors import error
from .iteration import (
    listed,
    quick_list,
)
from .library import need
from .objects import (
    Bulk,
    ByteArray,
    Class,
    Instance,
    Property,
    Range,
    Set,
    Slice,
    Super,
)
from .operators import python_error, unwrap
from .types import OBJECT, TYPE, name_of, type_of

Args = list[Any]
Words = dict[str, Any]


# Containers


def _container(cls: Class, value: Any) -> Any:
    return Instance(cls, {}, value) if cls.bases != [OBJECT] else value


@native("list.__new__", "tuple.__new__", "set.__new__", "frozenset.__new__")
def _listing(vm: Machine, args: Args, words: Words) -> Any:
    cls = args[0]
    given = args[1] if len(args) > 1 and (cls.bases == [OBJECT] or cls.kind in (
        "tuple", "frozenset") or lookup(cls, "__init__") is None) else None  # fmt: skip
    if len(args) > 2 and cls.bases == [OBJECT]:
        raise error("TypeError", f"{cls.name} expected at most 1 argument, got {len(args) - 1}")
    if len(args) < 2:
        return _fill(vm, cls, [])
    if type(given) is Bulk and cls.kind == "list":
        return make_bulk("list", list(given.piece), given.length)
    return after(vm, [] if given is None and len(args) > 1 and cls.bases != [OBJECT]
                 else listed(vm, given), "fill", cls)  # fmt: skip


@follows("fill")
def _fill(vm: Machine, cls: Class, items: list[Any]) -> Any:
    if cls.kind == "list":
        return _container(cls, items)
    if cls.kind == "tuple":
        return _container(cls, tuple(items))
    return _container(cls, make_set(vm, items, cls.kind == "frozenset"))


@native("list.__init__")
def _list_init(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) > 1 and type(args[0]) is Instance:
        return after(vm, listed(vm, args[1]), "refill", args[0])
    return None


@follows("refill")
def _refill(vm: Machine, owner: Instance, items: list[Any]) -> Any:
    owner.value = make_set(vm, items) if owner.cls.kind == "set" else items


@native("dict.__new__")
def _dict(vm: Machine, args: Args, words: Words) -> Any:
    cls = args[0]
    if cls.bases != [OBJECT]:
        made = Instance(cls, {}, {})
        if lookup(cls, "__init__") is not None:
            return made
        return after(vm, update(vm, made.value, args[1:], words), "value", made)
    items: dict[Any, Any] = {}
    return after(vm, update(vm, items, args[1:], words), "value", items)


def update(vm: Machine, items: dict[Any, Any], args: Args, words: Words) -> Any:
    """Do what dict.update does."""
    if args:
        given = unwrap(args[0])
        if type(given) is dict:
            items.update(given)
        elif type(given) is not Set and (keys := lookup(type_of(args[0]), "keys")) is not None:
            for key in quick_list(vm.call_now(keys, [args[0]], {})) or ():
                put(vm, items, key, vm.call_now(lookup(type_of(args[0]), "__getitem__"),
                                                [args[0], key], {}))  # fmt: skip
        else:
            return after(vm, listed(vm, given), "pairs", [items, words])
    items.update(words)
    return None


@follows("pairs")
def _pairs(vm: Machine, data: list[Any], rows: list[Any]) -> Any:
    items, words = data
    for at, row in enumerate(rows):
        pair = quick_list(unwrap(row))
        if pair is None:
            raise error("TypeError", f"cannot convert dictionary update sequence element #{at} to "
                                     "a sequence")  # fmt: skip
        if len(pair) != 2:
            raise error("ValueError", f"dictionary update sequence element #{at} has length "
                                      f"{len(pair)}; 2 is required")  # fmt: skip
        put(vm, items, pair[0], pair[1])
    items.update(words)


@native("dict.fromkeys")
def _from_keys(vm: Machine, args: Args, words: Words) -> Any:
    value = args[2] if len(args) > 2 else None
    return after(vm, listed(vm, args[1]), "from keys", value)


@follows("from keys")
def _from_keys_made(vm: Machine, value: Any, keys: list[Any]) -> Any:
    items: dict[Any, Any] = {}
    for key in keys:
        put(vm, items, key, value)
    return items


@native("bytes.__new__", "bytearray.__new__")
def _bytes(vm: Machine, args: Args, words: Words) -> Any:
    cls, rest = args[0], args[1:]
    value: Any = unwrap(rest[0]) if rest else b""
    kind = type(value)
    if kind is int:
        if value < 0:
            raise error("ValueError", "negative count")
        if value > LARGE:
            return make_bulk(cls.kind, b"\0" * 1024, value)
        data = bytes(value)
    elif kind is str:
        if len(rest) < 2 and "encoding" not in words:
            raise error("TypeError", "string argument without an encoding")
        data = value.encode()
    elif kind in (bytes, ByteArray):
        data = value.data if kind is ByteArray else value
    elif kind is Bulk:
        return make_bulk(cls.kind, value.piece, value.length)
    else:
        return after(vm, listed(vm, value), "bytes", cls)
    return ByteArray(data) if cls.kind == "bytearray" else data


@follows("bytes")
def _bytes_of(vm: Machine, cls: Class, items: list[Any]) -> Any:
    try:
        data = bytes(items)
    except (ValueError, TypeError) as problem:
        raise python_error(problem) from None
    return ByteArray(data) if cls.kind == "bytearray" else data


@native("range.__new__")
def _range(vm: Machine, args: Args, words: Words) -> Any:
    need(args[1:], 1, 3, "range")
    numbers = [unwrap(one) for one in args[1:]]
    for one in numbers:
        if type(one) not in (int, bool):
            raise error("TypeError", f"{name_of(one)!r} object cannot be interpreted as an integer")
    start, stop = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) > 2 else 1
    if step == 0:
        raise error("ValueError", "range() arg 3 must not be zero")
    if max(abs(start), abs(stop), abs(step)) > 1 << 62:
        raise error("OverflowError", "Python int too large to convert to C ssize_t")
    return Range(int(start), int(stop), int(step))


@native("slice.__new__")
def _slice(vm: Machine, args: Args, words: Words) -> Any:
    rest = args[1:]
    if len(rest) == 1:
        return Slice(None, rest[0], None)
    return Slice(rest[0], rest[1], rest[2] if len(rest) > 2 else None)


@native("type.__new__")
def _type(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) == 2:
        return type_of(args[1])
    meta, name, bases, names = args
    names = dict(names)
    names.setdefault("__module__", "__main__")
    if meta is TYPE:
        return begin_class(vm, name, list(bases), names, words)
    from .classes import build

    return build(vm, name, list(bases) or [OBJECT], names, words, meta)


@native("type.__call__")
def _type_call(vm: Machine, args: Args, words: Words) -> Any:
    from .calls import make_object

    return make_object(vm, args[0], args[1:], words)


@native("property.__new__", "classmethod.__new__", "staticmethod.__new__")
def _property(vm: Machine, args: Args, words: Words) -> Any:
    rest = [*args[1:], None, None, None]
    return Property(args[0].kind, words.get("fget", rest[0]), words.get("fset", rest[1]),
                    words.get("fdel", rest[2]))  # fmt: skip


@native("property.setter")
def _setter(vm: Machine, args: Args, words: Words) -> Any:
    return Property("property", args[0].get, args[1], args[0].delete)


@native("property.getter")
def _getter(vm: Machine, args: Args, words: Words) -> Any:
    return Property("property", args[1], args[0].set, args[0].delete)


@native("property.deleter")
def _deleter(vm: Machine, args: Args, words: Words) -> Any:
    return Property("property", args[0].get, args[0].set, args[1])


@native("super.__new__")
def _super(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) < 3:
        raise error("RuntimeError", "super(): no arguments")
    return Super(args[1], args[2])
