"""Built-in functions on iterators, numbers and attributes."""

from __future__ import annotations

from typing import Any

from ....vm import Function, Machine, Native, Return, Thrown
from .attributes import delete_attr, get_attr, set_attr, try_attr
from .calls import after, call, catches, follows, lookup, native
from .classes import is_instance, is_subclass
from .equality import sort
from .errors import error, is_error
from .iteration import (
    STOP,
    advance,
    all_builtin,
    get_iter,
    next_item,
    quick_list,
    resume,
)
from .library import namespace, need
from .objects import (
    Bound,
    ByteArray,
    Class,
    Generator,
    Instance,
    Iter,
    Module,
    Opaque,
    Range,
    Set,
    View,
)
from .operators import NUMBERS, arithmetic, python_error, unwrap
from .texts import identity, to_repr, to_text
from .types import name_of, type_of

Args = list[Any]
Words = dict[str, Any]


# Iterators


@native("iter")
def _iter(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) > 1:
        return call(vm, namespace("builtins")["_until"], args, {})
    return get_iter(vm, args[0])


@native("next")
def _next(vm: Machine, args: Args, words: Words) -> Any:
    it = args[0]
    if type(it) is Iter:
        item = advance(it)
        if item is not STOP:
            return item
        if len(args) > 1:
            return args[1]
        raise error("StopIteration")
    if type(it) is Generator:
        result = after(vm, resume(vm, it, None), "next", args[1:]) if not it.done else None
        if result is None:
            if len(args) > 1:
                return args[1]
            raise error("StopIteration")
        return result
    return next_item(vm, it, "next", args[1:])


@follows("next")
def _nexted(vm: Machine, data: Any, value: Any) -> Any:
    return value


@catches("next")
def _next_end(vm: Machine, data: Any, thrown: Thrown) -> Any:
    if data and is_error(thrown.value, "StopIteration"):
        return Return(data[0])
    return None


@native("zip")
def _zip(vm: Machine, args: Args, words: Words) -> Any:
    strict = words.get("strict") is True
    if not args:
        return Iter("seq", ())
    iterators = [Iter("seq", one) if type(one) in (list, tuple, str) else
                 get_iter(vm, one) if type(one) in (dict, Set, View, Range, Iter) else None
                 for one in args]  # fmt: skip
    if all_builtin(iterators):
        return Iter("zip", iterators, 0, strict)
    return call(vm, namespace("builtins")["_zip"], [list(args), strict], {})


@native("enumerate")
def _enumerate(vm: Machine, args: Args, words: Words) -> Any:
    start: Any = words.get("start", args[1] if len(args) > 1 else 0)
    if type(args[0]) in (list, tuple, str, dict, Set, View, Range, Iter, bytes):
        return Iter("enumerate", get_iter(vm, args[0]), start)
    return call(vm, namespace("builtins")["_enumerate"], [args[0], start], {})


@native("reversed")
def _reversed(vm: Machine, args: Args, words: Words) -> Any:
    value = unwrap(args[0])
    if type(value) is Instance:
        method = lookup(value.cls, "__reversed__")
        if method is not None:
            return call(vm, method, [value], {})
        return call(vm, namespace("builtins")["_reversed"], [value], {})
    if type(value) is Range:
        part = range(value.start, value.stop, value.step)[::-1]
        return Iter("seq", Range(part.start, part.stop, part.step))
    items = quick_list(value) if type(value) not in (Set, Iter) else None
    if items is None:
        raise error("TypeError", f"{name_of(value)!r} object is not reversible")
    return Iter("reversed", items)


@native("sum")
def _sum(vm: Machine, args: Args, words: Words) -> Any:
    start = args[1] if len(args) > 1 else words.get("start", 0)
    items = quick_list(args[0]) if type(args[0]) is not Range else None
    if type(args[0]) is Range and type(start) is int:
        return sum(range(args[0].start, args[0].stop, args[0].step), start) if len(
            range(args[0].start, args[0].stop, args[0].step)) < 1 << 22 else 0  # fmt: skip
    if items is not None and type(start) in NUMBERS and all(type(x) in NUMBERS for x in items):
        return sum(items, start)
    if type(start) is str:
        raise error("TypeError", "sum() can't sum strings [use ''.join(seq) instead]")
    source = items if items is not None else args[0]
    return call(vm, namespace("builtins")["_sum"], [source, start], {})


@native("builtins._sort")
def _sort(vm: Machine, args: Args, words: Words) -> Any:
    return sort(vm, args[0], args[1], bool(args[2]))


# Objects


@native("isinstance")
def _isinstance(vm: Machine, args: Args, words: Words) -> Any:
    need(args, 2, 2, "isinstance")
    return is_instance(vm, args[0], args[1])


@native("issubclass")
def _issubclass(vm: Machine, args: Args, words: Words) -> Any:
    if type(args[0]) is not Class:
        raise error("TypeError", "issubclass() arg 1 must be a class")
    return is_subclass(vm, args[0], args[1])


@native("callable")
def _callable(vm: Machine, args: Args, words: Words) -> Any:
    return type(args[0]) in (Function, Native, Bound, Class, Opaque) or lookup(
        type_of(args[0]), "__call__") is not None  # fmt: skip


@native("getattr")
def _getattr(vm: Machine, args: Args, words: Words) -> Any:
    need(args, 2, 3, "getattr")
    if type(args[1]) is not str:
        raise error("TypeError", "attribute name must be string, not " + repr(name_of(args[1])))
    if len(args) > 2:
        return try_attr(vm, args[0], args[1], "or default", args[2])
    return get_attr(vm, args[0], args[1])


@follows("or default")
def _or_default(vm: Machine, data: Any, result: Any) -> Any:
    return result


@catches("or default")
def _default(vm: Machine, data: Any, thrown: Thrown) -> Any:
    if not is_error(thrown.value, "AttributeError"):
        return None
    return Return(data)


@native("hasattr")
def _hasattr(vm: Machine, args: Args, words: Words) -> Any:
    return try_attr(vm, args[0], args[1], "has", None)


@native("setattr")
def _setattr(vm: Machine, args: Args, words: Words) -> Any:
    return after(vm, set_attr(vm, *args[:3]), "value", None)


@native("object.__setattr__")
def _plain_setattr(vm: Machine, args: Args, words: Words) -> Any:
    return after(vm, set_attr(vm, args[0], args[1], args[2], True), "value", None)


@native("delattr", "object.__delattr__")
def _delattr(vm: Machine, args: Args, words: Words) -> Any:
    return after(vm, delete_attr(vm, args[0], args[1]), "value", None)


@native("object.__getattribute__")
def _plain_getattr(vm: Machine, args: Args, words: Words) -> Any:
    return get_attr(vm, args[0], args[1])


@native("object.__eq__")
def _plain_eq(vm: Machine, args: Args, words: Words) -> Any:
    return args[0] is args[1]


@native("object.__str__")
def _plain_str(vm: Machine, args: Args, words: Words) -> Any:
    owner = args[0]
    if type(owner) is Instance and (own := lookup(owner.cls, "__repr__")) is not None and (
        owner.cls.kind == ""
    ):  # fmt: skip
        return call(vm, own, [owner], {})
    return _without(vm, owner, "__str__")


@native("object.__repr__")
def _plain_repr(vm: Machine, args: Args, words: Words) -> Any:
    return _without(vm, args[0], "__repr__")


def _without(vm: Machine, owner: Any, name: str) -> str:
    if type(owner) is not Instance:
        return to_repr(vm, owner)
    from .texts import address, exception_text, full_name

    if owner.cls.kind == "exception":
        if name == "__str__":
            return exception_text(vm, owner)
        inner = to_repr(vm, owner.fields.get("args", ()))
        return owner.cls.name + (inner[:-2] + ")" if inner.endswith(",)") else inner)
    held = unwrap(owner)
    if held is not owner:
        return to_text(vm, held) if name == "__str__" else to_repr(vm, held)
    return f"<{full_name(owner.cls)} object at {address(vm, owner)}>"


@native("id")
def _id(vm: Machine, args: Args, words: Words) -> Any:
    return 0x7F3C50000000 + identity(vm, args[0]) * 48


@native("hash", "object.__hash__")
def _hash(vm: Machine, args: Args, words: Words) -> Any:
    return hash_of(vm, args[0])


def hash_of(vm: Machine, value: Any) -> Any:
    """Give a value's hash: the same in each run of the lab."""
    import zlib

    if type(value) is Instance:
        from .equality import lookup_hash

        method = lookup(value.cls, "__hash__")
        if method is not None and type(method) is Function:
            return call(vm, method, [value], {})
        if value.cls.eq and lookup_hash(value) is None:
            raise error("TypeError", f"unhashable type: {value.cls.name!r}")
        return hash_of(vm, unwrap(value)) if unwrap(value) is not value else identity(vm, value)
    if type(value) in (list, dict, ByteArray) or (type(value) is Set and not value.frozen):
        raise error("TypeError", f"unhashable type: {name_of(value)!r}")
    if type(value) in (int, bool):
        return (abs(value) % ((1 << 61) - 1)) * (1 if value >= 0 else -1) if value != -1 else -2
    if type(value) is float and value == int(value if abs(value) < 1e300 else 0):
        return hash_of(vm, int(value))
    return zlib.crc32(to_repr(vm, value).encode("utf-8", "surrogatepass")) * 2654435761 % (1 << 61)


@native("globals")
def _globals(vm: Machine, args: Args, words: Words) -> Any:
    frame = vm.task.frames[-1]  # type: ignore[union-attr]
    scope = frame.scope
    while scope.up is not None:
        scope = scope.up
    return scope.names


@native("locals")
def _locals(vm: Machine, args: Args, words: Words) -> Any:
    frame = vm.task.frames[-1]  # type: ignore[union-attr]
    names = frame.scope.names
    return names if frame.scope.up is None else {
        name: value for name, value in names.items() if not name.startswith(".")}  # fmt: skip


@native("vars")
def _vars(vm: Machine, args: Args, words: Words) -> Any:
    if not args:
        return _locals(vm, [], {})
    value = args[0]
    if type(value) is Instance:
        return value.fields
    if type(value) in (Class, Module):
        return value.names
    raise error("TypeError", "vars() argument must have __dict__ attribute")


@native("dir")
def _dir(vm: Machine, args: Args, words: Words) -> Any:
    if not args:
        return sorted(name for name in _locals(vm, [], {}) if not name.startswith("."))
    value = args[0]
    names: dict[str, None] = {}
    if type(value) is Instance:
        names.update(dict.fromkeys(value.fields))
    if type(value) is Module:
        from .imports import public_names

        names.update(dict.fromkeys([*value.names, *public_names(vm, value)]))
    else:
        cls = value if type(value) is Class else type_of(value)
        for one in cls.order:
            names.update(dict.fromkeys(one.names))
    return sorted(name for name in names if type(name) is str and not name.startswith("."))


@native("abs")
def _abs(vm: Machine, args: Args, words: Words) -> Any:
    need(args, 1, 1, "abs")
    value = unwrap(args[0])
    if type(value) in NUMBERS:
        return abs(value)
    method = lookup(type_of(value), "__abs__")
    if method is None:
        raise error("TypeError", f"bad operand type for abs(): {name_of(value)!r}")
    return call(vm, method, [value], {})


@native("round")
def _round(vm: Machine, args: Args, words: Words) -> Any:
    value = unwrap(args[0])
    places = args[1] if len(args) > 1 else words.get("ndigits")
    if type(value) not in NUMBERS:
        method = lookup(type_of(value), "__round__")
        if method is None:
            raise error("TypeError", f"type {name_of(value)} doesn't define __round__ method")
        return call(vm, method, args, {})
    try:
        if type(places) is int and abs(places) > 5000:
            return value if places > 0 else 0
        return round(value, places)
    except (ValueError, TypeError, OverflowError) as problem:
        raise python_error(problem) from None


@native("divmod")
def _divmod(vm: Machine, args: Args, words: Words) -> Any:
    a, b = unwrap(args[0]), unwrap(args[1])
    return (arithmetic("//", a, b), arithmetic("%", a, b))


@native("pow")
def _pow(vm: Machine, args: Args, words: Words) -> Any:
    a, b = unwrap(args[0]), unwrap(args[1])
    modulus = args[2] if len(args) > 2 else words.get("mod")
    if modulus is None:
        from .operators import binary

        return binary(vm, "**", a, b)
    try:
        if max(x.bit_length() for x in (a, b, modulus)) > 4096:
            raise error("MemoryError")
        return pow(a, b, modulus)
    except (ValueError, TypeError) as problem:
        raise python_error(problem) from None


def _plain(name: str, function: Any) -> None:
    @native(name)
    def run(vm: Machine, args: Args, words: Words) -> Any:
        need(args, 1, 1, name)
        value = unwrap(args[0])
        try:
            return function(value)
        except (TypeError, ValueError, OverflowError) as problem:
            raise python_error(problem) from None


for _name, _function in (("ord", ord), ("chr", chr), ("hex", hex), ("oct", oct), ("bin", bin)):
    _plain(_name, _function)
