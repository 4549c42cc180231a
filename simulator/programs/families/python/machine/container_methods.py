"""Methods of dicts, sets and byte arrays; exceptions; methods behind operators."""

from __future__ import annotations

from typing import Any

from ....vm import Machine, Native
from .calls import NATIVES, after
from .equality import NO_KEY, find, has, key_of, make_set, put
from .errors import error
from .iteration import listed_now, quick_list
from .methods import method
from .objects import ByteArray, Property, Set, View
from .operators import unwrap
from .types import CLASSES

Args = list[Any]
Words = dict[str, Any]


# Dicts


@method("dict.get")
def _get(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    found = find(vm, own, args[1])
    if found is not NO_KEY:
        return own[found]
    return args[2] if len(args) > 2 else words.get("default")


@method("dict.pop")
def _dict_pop(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    found = find(vm, own, args[1])
    if found is not NO_KEY:
        return own.pop(found)
    if len(args) > 2:
        return args[2]
    raise error("KeyError", args[1])


@method("dict.popitem")
def _popitem(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    if not own:
        raise error("KeyError", "popitem(): dictionary is empty")
    return own.popitem()


@method("dict.setdefault")
def _setdefault(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    found = find(vm, own, args[1])
    if found is NO_KEY:
        put(vm, own, args[1], args[2] if len(args) > 2 else None)
        found = find(vm, own, args[1])
    return own[found]


@method("dict.update")
def _update(vm: Machine, args: Args, words: Words) -> Any:
    from .constructors import update

    return after(vm, update(vm, unwrap(args[0]), args[1:], words), "value", None)


@method("dict.clear")
def _dict_clear(vm: Machine, args: Args, words: Words) -> Any:
    unwrap(args[0]).clear()


@method("dict.copy")
def _dict_copy(vm: Machine, args: Args, words: Words) -> Any:
    return dict(unwrap(args[0]))


@method("dict.keys")
def _keys(vm: Machine, args: Args, words: Words) -> Any:
    return View("keys", unwrap(args[0]))


@method("dict.values")
def _values(vm: Machine, args: Args, words: Words) -> Any:
    return View("values", unwrap(args[0]))


@method("dict.items")
def _items(vm: Machine, args: Args, words: Words) -> Any:
    return View("items", unwrap(args[0]))


CLASSES["dict"].names["fromkeys"] = Property("classmethod", Native("dict.fromkeys"))


# Sets


@method("set.add")
def _add(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    items[key_of(vm, items, args[1])] = None


@method("set.discard")
def _discard(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    found = find(vm, items, args[1])
    if found is not NO_KEY:
        del items[found]


@method("set.remove")
def _set_remove(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    found = find(vm, items, args[1])
    if found is NO_KEY:
        raise error("KeyError", args[1])
    del items[found]


@method("set.pop")
def _set_pop(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    if not items:
        raise error("KeyError", "pop from an empty set")
    first = next(iter(items))
    del items[first]
    return first


@method("set.clear")
def _set_clear(vm: Machine, args: Args, words: Words) -> Any:
    unwrap(args[0]).items.clear()


@method("set.copy", "frozenset.copy")
def _set_copy(vm: Machine, args: Args, words: Words) -> Any:
    return Set(dict(unwrap(args[0]).items), unwrap(args[0]).frozen)


@method("set.update")
def _set_update(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    for one in args[1:]:
        for item in listed_now(vm, one):
            items[key_of(vm, items, item)] = None


def _set_method(name: str, word: str) -> None:
    def run(vm: Machine, args: Args, words: Words) -> Any:
        from .operators import builtin_binary

        own = unwrap(args[0])
        for one in args[1:]:
            other = one if type(one) is Set else make_set(vm, listed_now(vm, one))
            own = builtin_binary(vm, word, own, other)
        if name.endswith("_update"):
            unwrap(args[0]).items.clear()
            unwrap(args[0]).items.update(own.items)
            return None
        return own if args[1:] else Set(dict(own.items), own.frozen)

    method(f"set.{name}", *([] if name.endswith("_update") else [f"frozenset.{name}"]))(run)


for _name, _word in (("union", "|"), ("intersection", "&"), ("difference", "-"),
                     ("symmetric_difference", "^"), ("intersection_update", "&"),
                     ("difference_update", "-"), ("symmetric_difference_update", "^")):  # fmt: skip
    _set_method(_name, _word)


@method("set.issubset", "frozenset.issubset")
def _issubset(vm: Machine, args: Args, words: Words) -> Any:
    other = make_set(vm, listed_now(vm, args[1])).items
    return all(has(vm, other, one) for one in unwrap(args[0]).items)


@method("set.issuperset", "frozenset.issuperset")
def _issuperset(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    return all(has(vm, items, one) for one in listed_now(vm, args[1]))


@method("set.isdisjoint", "frozenset.isdisjoint")
def _isdisjoint(vm: Machine, args: Args, words: Words) -> Any:
    items = unwrap(args[0]).items
    return not any(has(vm, items, one) for one in listed_now(vm, args[1]))


# Bytearrays, ranges, slices


@method("bytearray.append")
def _array_append(vm: Machine, args: Args, words: Words) -> Any:
    args[0].data += bytes([args[1]])


@method("bytearray.extend")
def _array_extend(vm: Machine, args: Args, words: Words) -> Any:
    value = unwrap(args[1])
    args[0].data += value.data if type(value) is ByteArray else bytes(quick_list(value) or [])


def _reader(cls: str, slot: str) -> None:
    name = f"{cls}.{slot}"
    NATIVES[name] = lambda vm, args, words: getattr(args[0], slot)
    CLASSES[cls].names[slot] = Property("property", Native(name))


for _cls in ("range", "slice"):
    for _slot in ("start", "stop", "step"):
        _reader(_cls, _slot)


def _operator(run: Any, word: str) -> Any:
    return lambda vm, args, words: run(vm, word, unwrap(args[0]), unwrap(args[1]))


def _protocol() -> None:
    """Give the classes the methods behind operators, for `super().__getitem__(...)`."""
    from .items import contains, delete_item, get_item, set_item
    from .iteration import get_iter
    from .operators import binary, compare
    from .truth import length

    def held(run: Any) -> Any:
        return lambda vm, args, words: run(vm, *[unwrap(args[0]), *args[1:]])

    table = {"__getitem__": get_item, "__setitem__": set_item, "__delitem__": delete_item,
             "__contains__": contains, "__len__": length, "__iter__": get_iter}  # fmt: skip
    for cls in ("list", "dict", "tuple", "str", "set", "frozenset", "bytes"):
        for name, run in table.items():
            if name in ("__setitem__", "__delitem__") and cls not in ("list", "dict"):
                continue
            NATIVES[f".{cls}.{name}"] = held(run)
            INNER.setdefault(cls, {})[name] = Native(f".{cls}.{name}")
    for cls in ("int", "float", "str", "list", "tuple"):
        for word, name in (("+", "add"), ("-", "sub"), ("*", "mul"), ("/", "truediv"),
                           ("//", "floordiv"), ("%", "mod")):  # fmt: skip
            NATIVES[f".{cls}.__{name}__"] = _operator(binary, word)  # fmt: skip
            INNER.setdefault(cls, {})[f"__{name}__"] = Native(f".{cls}.__{name}__")
        for word, name in (("==", "eq"), ("<", "lt"), (">", "gt"), ("<=", "le"), (">=", "ge")):
            NATIVES[f".{cls}.__{name}__"] = _operator(compare, word)  # fmt: skip
            INNER.setdefault(cls, {})[f"__{name}__"] = Native(f".{cls}.__{name}__")


INNER: dict[str, dict[str, Native]] = {}
"""Methods of the built-in classes that are found only when asked for by their names."""
_protocol()


def exceptions() -> None:
    """Give the exceptions their methods."""
    base = CLASSES["BaseException"].names
    base["with_traceback"] = Native("exception.with_traceback")
    base["add_note"] = Native("exception.add_note")


exceptions()
