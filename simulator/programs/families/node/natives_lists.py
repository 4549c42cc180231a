"""Array: what needs no call of the program; the rest is in lib/array.js."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from ...vm import Machine
from .calls import proto_for
from .convert import concat, same_value_zero, strictly_equal, to_integer, to_text
from .errors import throw
from .iterate import iterator_object, listed
from .natives_core import arg
from .objects import append, get_now, is_callable, make_array, set_length
from .registry import TABLES, constructor, native
from .values import HOLE, ITERATOR, MAX_ITEMS, NULL, Arr, Iter, Obj

MAX_DEPTH = 50


def items_of(vm: Machine, this: Any) -> list[Any]:
    """Give the elements of an array or of what looks like one; a list to read only."""
    if isinstance(this, Arr):
        return this.items
    if isinstance(this, Obj) and this.kind in ("Buffer", "Typed"):
        return list(this.data[0])
    if type(this) is str:
        return list(this)
    if this is None or this is NULL:
        raise throw(vm, "TypeError", "Array.prototype method called on null or undefined")
    count = min(max(0, to_integer(vm, get_now(vm, this, "length"))), MAX_ITEMS)
    return [get_now(vm, this, str(n)) for n in range(count)]


def _changing(vm: Machine, this: Any) -> Arr:
    if not isinstance(this, Arr):
        raise throw(vm, "TypeError", "Array.prototype method called on incompatible receiver")
    if not this.open:
        raise throw(vm, "TypeError", f"Cannot add property {len(this.items)}, object is not "
                    "extensible")  # fmt: skip
    return this


def _given(value: Any) -> Any:
    return None if value is HOLE else value


@native("Array", 1)
def _array(vm: Any, this: Any, args: list[Any]) -> Any:
    return _new_array(vm, args, None)


@constructor("Array", 1)
def _new_array(vm: Any, args: list[Any], target: Any) -> Any:
    made = make_array(vm, [])
    if target is not None:
        made.proto = proto_for(vm, target, "Array")
    if len(args) == 1 and type(args[0]) in (int, float):
        set_length(vm, made, args[0])
    else:
        made.items.extend(args)
    return made


@native("Array.isArray", 1)
def _is_array(vm: Any, this: Any, args: list[Any]) -> bool:
    value = arg(args, 0)
    return isinstance(value, Arr) and value.kind == "Array"


@native("Array.of")
def _of(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, list(args))


@native("sys.listed", 1)
def _listed(vm: Any, this: Any, args: list[Any]) -> Any:
    """List what a value iterates over, or its elements by number."""
    value = arg(args, 0)
    if value is None or value is NULL:
        raise throw(vm, "TypeError",
                    f"{'undefined' if value is None else 'object null'} is not iterable (cannot "
                    "read property Symbol(Symbol.iterator))")  # fmt: skip
    if isinstance(value, Obj) and not is_callable(get_now(vm, value, ITERATOR)):
        length = get_now(vm, value, "length")
        if type(length) is int and length > MAX_ITEMS:
            made = make_array(vm, [])
            set_length(vm, made, length)
            made.items[:] = [None] * len(made.items)
            return made
        return make_array(vm, items_of(vm, value))
    if not isinstance(value, Obj) and type(value) is not str:
        return make_array(vm, [])
    return make_array(vm, listed(vm, value))


@native("Array.prototype.push", 1)
def _push(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    for one in args:
        append(array, one)
    return array.length


@native("Array.prototype.pop")
def _pop(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    if array.ballast:
        array.ballast -= 8
        return None
    return _given(array.items.pop()) if array.items else None


@native("Array.prototype.shift")
def _shift(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    return _given(array.items.pop(0)) if array.items else None


@native("Array.prototype.unshift", 1)
def _unshift(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    array.items[:0] = args
    return array.length


def _range(vm: Machine, args: list[Any], size: int) -> tuple[int, int]:
    a, b = to_integer(vm, arg(args, 0)), to_integer(vm, arg(args, 1), size)
    a = max(0, size + a) if a < 0 else min(a, size)
    b = max(0, size + b) if b < 0 else min(b, size)
    return a, b


@native("Array.prototype.slice", 2)
def _slice(vm: Any, this: Any, args: list[Any]) -> Any:
    items = items_of(vm, this)
    a, b = _range(vm, args, len(items))
    return make_array(vm, items[a:b])


@native("Array.prototype.splice", 2)
def _splice(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    a, _ = _range(vm, args, len(array.items))
    left = len(array.items) - a
    count = left if len(args) == 1 else max(0, min(to_integer(vm, arg(args, 1)), left))
    count = 0 if not args else count
    gone = array.items[a : a + count]
    array.items[a : a + count] = args[2:]
    return make_array(vm, gone)


@native("Array.prototype.toSpliced", 2)
def _to_spliced(vm: Any, this: Any, args: list[Any]) -> Any:
    made = make_array(vm, list(items_of(vm, this)))
    _splice(vm, made, args)
    return made


@native("Array.prototype.concat", 1)
def _concat(vm: Any, this: Any, args: list[Any]) -> Any:
    made = list(items_of(vm, this))
    for one in args:
        if isinstance(one, Arr) and one.kind == "Array":
            made += one.items
        else:
            made.append(one)
    return make_array(vm, made)


@native("Array.prototype.join", 1)
def _join(vm: Any, this: Any, args: list[Any]) -> Any:
    sign = "," if arg(args, 0) is None else to_text(vm, args[0])
    if vm.nested > 8:
        return ""
    nested = vm.root.setdefault("joining", [])
    if any(one is this for one in nested):
        return ""
    nested.append(this)
    try:
        parts = ["" if one in (None, NULL, HOLE) else to_text(vm, one)
                 for one in items_of(vm, this)]  # fmt: skip
    finally:
        nested.pop()
    vm.ops += len(parts)
    out: list[Any] = []
    for at, part in enumerate(parts):
        out += [sign, part] if at and sign else [part]
    return concat(out, vm)


@native("Array.prototype.toString")
def _to_string(vm: Any, this: Any, args: list[Any]) -> Any:
    return _join(vm, this, [])


@native("Array.prototype.reverse")
def _reverse(vm: Any, this: Any, args: list[Any]) -> Any:
    _changing(vm, this).items.reverse()
    return this


@native("Array.prototype.toReversed")
def _to_reversed(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, items_of(vm, this)[::-1])


@native("Array.prototype.with", 2)
def _with(vm: Any, this: Any, args: list[Any]) -> Any:
    made = list(items_of(vm, this))
    at = to_integer(vm, arg(args, 0))
    at += len(made) if at < 0 else 0
    if not 0 <= at < len(made):
        raise throw(vm, "RangeError", "Invalid index : " + to_text(vm, arg(args, 0)))
    made[at] = arg(args, 1)
    return make_array(vm, made)


@native("Array.prototype.at", 1)
def _at(vm: Any, this: Any, args: list[Any]) -> Any:
    items, at = items_of(vm, this), to_integer(vm, arg(args, 0))
    at += len(items) if at < 0 else 0
    return _given(items[at]) if 0 <= at < len(items) else None


@native("Array.prototype.includes", 1)
def _includes(vm: Any, this: Any, args: list[Any]) -> bool:
    wanted = arg(args, 0)
    return any(same_value_zero(_given(one), wanted) for one in items_of(vm, this))


@native("Array.prototype.indexOf", 1)
def _index_of(vm: Any, this: Any, args: list[Any]) -> int:
    items = items_of(vm, this)
    begin, _ = _range(vm, [arg(args, 1)], len(items))
    return next((n for n in range(begin, len(items)) if strictly_equal(items[n], arg(args, 0))), -1)


@native("Array.prototype.lastIndexOf", 1)
def _last_index_of(vm: Any, this: Any, args: list[Any]) -> int:
    items = items_of(vm, this)
    return next((n for n in range(len(items) - 1, -1, -1)
                 if strictly_equal(items[n], arg(args, 0))), -1)  # fmt: skip


@native("Array.prototype.fill", 1)
def _fill(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    a, b = _range(vm, args[1:], len(array.items))
    array.items[a:b] = [arg(args, 0)] * (b - a)
    return this


@native("Array.prototype.copyWithin", 2)
def _copy_within(vm: Any, this: Any, args: list[Any]) -> Any:
    array = _changing(vm, this)
    to, _ = _range(vm, args[:1], len(array.items))
    a, b = _range(vm, args[1:], len(array.items))
    part = array.items[a:b][: len(array.items) - to]
    array.items[to : to + len(part)] = part
    return this


@native("Array.prototype.flat")
def _flat(vm: Any, this: Any, args: list[Any]) -> Any:
    def flat(items: list[Any], depth: int) -> list[Any]:
        out: list[Any] = []
        for one in items:
            if isinstance(one, Arr) and depth > 0:
                out += flat(one.items, depth - 1)
            elif one is not HOLE:
                out.append(one)
        return out

    return make_array(vm, flat(items_of(vm, this), min(to_integer(vm, arg(args, 0), 1), MAX_DEPTH)))


@native("sys.sorted", 1)
def _sorted(vm: Any, this: Any, args: list[Any]) -> Any:
    """Sort an array's elements as texts, undefined last, in a new array."""
    items = items_of(vm, args[0])
    rows = [one for one in items if one is not None and one is not HOLE]
    vm.ops += len(rows) * 4

    def order(a: tuple[str, Any], b: tuple[str, Any]) -> int:
        return (a[0] > b[0]) - (a[0] < b[0])

    made = sorted([(to_text(vm, one), one) for one in rows], key=cmp_to_key(order))
    return make_array(vm, [one for _, one in made] + [None] * (len(items) - len(rows)))


@native("sys.replaceItems", 2)
def _replace_items(vm: Any, this: Any, args: list[Any]) -> Any:
    """Put the elements of the second array into the first."""
    _changing(vm, args[0]).items[:] = args[1].items
    return args[0]


@native("sys.isHole", 2)
def _is_hole(vm: Any, this: Any, args: list[Any]) -> bool:
    array, at = args[:2]
    return isinstance(array, Arr) and type(at) is int and at < len(array.items) and (
        array.items[at] is HOLE)  # fmt: skip


def _iterators() -> None:
    for name, kind in (("values", "array"), ("keys", "keys"), ("entries", "entries")):

        def make(vm: Any, this: Any, args: list[Any], kind: str = kind) -> Any:
            array = this if isinstance(this, Arr) else make_array(vm, items_of(vm, this))
            return iterator_object(vm, Iter(kind, array), "Array")

        native(f"Array.prototype.{name}")(make)


_iterators()
TABLES["Array.prototype"][ITERATOR] = ("object", "Array.prototype.values")
