"""Map, Set, their weak kin, iterators and generators.

The data of a Map or Set is [places, rows]: rows are [key, value] in order, MISSING where deleted;
places tells the row of a key, by the key's type and value, objects by themselves.
"""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Machine, Thrown
from .calls import proto_for
from .convert import to_text
from .errors import throw
from .iterate import iterator_object, listed, result, step
from .natives_core import arg
from .objects import get_now
from .ops_control import Awaited
from .registry import TABLES, constant, constructor, getter, native
from .values import DONE, ITERATOR, MISSING, NULL, BigInt, Iter, Obj

CROWDED = 32


def _key(value: Any) -> Any:
    """Give what finds a key: equal numbers are one, objects are themselves."""
    kind = type(value)
    if kind is int:
        return value if value > 1 or value < 0 else f"n{value}"
    if kind is float:
        return "n0" if value == 0 else ("nan" if value != value else value)
    if kind is bool:
        return "true" if value else "false"
    if kind is str:
        return f"s{value}"
    if kind is BigInt:
        return f"b{value.value}"
    return value


def _new(kind: str, rows: Any) -> None:
    def make(vm: Any, args: list[Any], target: Any) -> Any:
        made = Obj(proto_for(vm, target, kind), kind, [{}, []])
        given = arg(args, 0)
        if given is None or given is NULL:
            return made
        for row in listed(vm, given):
            if kind in ("Map", "WeakMap"):
                if not isinstance(row, Obj):
                    raise throw(vm, "TypeError", f"Iterator value {to_text(vm, row)} is not an "
                                "entry object")  # fmt: skip
                _put(made, get_now(vm, row, "0"), get_now(vm, row, "1"))
            else:
                _put(made, row, row)
        return made

    constructor(kind, 0)(make)
    constant(f"{kind}.prototype.@@toStringTag", kind)
    rows(kind)


def _put(table: Obj, key: Any, value: Any) -> None:
    places, rows = table.data
    if type(key) is float and key == 0:
        key = 0
    at = places.get(_key(key))
    if at is None:
        places[_key(key)] = len(rows)
        rows.append([key, value])
    else:
        rows[at][1] = value


def _methods(kind: str) -> None:
    def table(vm: Machine, this: Any, name: str) -> Any:
        if not isinstance(this, Obj) or this.kind != kind:
            shown = to_text(vm, this) if not isinstance(this, Obj) else f"#<{this.kind}>"
            raise throw(vm, "TypeError", f"Method {kind}.prototype.{name} called on incompatible "
                        f"receiver {shown}")  # fmt: skip
        return this.data

    @native(f"{kind}.prototype.has", 1)
    def has_(vm: Any, this: Any, args: list[Any]) -> bool:
        return _key(arg(args, 0)) in table(vm, this, "has")[0]

    @native(f"{kind}.prototype.delete", 1)
    def delete_(vm: Any, this: Any, args: list[Any]) -> bool:
        places, rows = table(vm, this, "delete")
        at = places.pop(_key(arg(args, 0)), None)
        if at is None:
            return False
        rows[at] = [MISSING, None]
        if len(rows) > CROWDED and len(places) * 2 < len(rows) and not vm.root.get("looping"):
            _tidy(this)
        return True

    if kind in ("Map", "WeakMap"):

        @native(f"{kind}.prototype.get", 1)
        def get_(vm: Any, this: Any, args: list[Any]) -> Any:
            places, rows = table(vm, this, "get")
            at = places.get(_key(arg(args, 0)))
            return None if at is None else rows[at][1]

        @native(f"{kind}.prototype.set", 2)
        def set_(vm: Any, this: Any, args: list[Any]) -> Any:
            table(vm, this, "set")
            if kind == "WeakMap" and not isinstance(arg(args, 0), Obj):
                raise throw(vm, "TypeError", "Invalid value used as weak map key")
            _put(this, arg(args, 0), arg(args, 1))
            return this
    else:

        @native(f"{kind}.prototype.add", 1)
        def add_(vm: Any, this: Any, args: list[Any]) -> Any:
            table(vm, this, "add")
            _put(this, arg(args, 0), arg(args, 0))
            return this


def _tidy(table: Obj) -> None:
    """Forget the deleted rows."""
    places, rows = table.data
    rows[:] = [row for row in rows if row[0] is not MISSING]
    places.clear()
    for at, row in enumerate(rows):
        places[_key(row[0])] = at


def _strong(kind: str) -> None:
    _methods(kind)

    @native(f"{kind}.prototype.clear")
    def clear(vm: Any, this: Any, args: list[Any]) -> None:
        this.data[0].clear()
        this.data[1][:] = [[MISSING, None] for _ in this.data[1]]

    @getter(f"{kind}.prototype.size")
    def size(vm: Any, this: Any, args: list[Any]) -> int:
        return len(this.data[0])

    names = {"entries": "map", "keys": "map-keys", "values": "map-values"}
    if kind == "Set":
        names = {"entries": "set-entries", "keys": "set", "values": "set"}
    for name, how in names.items():

        def make(vm: Any, this: Any, args: list[Any], how: str = how) -> Any:
            return iterator_object(vm, Iter(how, this), kind)

        native(f"{kind}.prototype.{name}")(make)
    own = "entries" if kind == "Map" else "values"
    TABLES[f"{kind}.prototype"][ITERATOR] = ("object", f"{kind}.prototype.{own}")


_new("Map", _strong)
_new("Set", _strong)
_new("WeakMap", _methods)
_new("WeakSet", _methods)


@constructor("WeakRef", 1)
def _weak_ref(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(proto_for(vm, target, "WeakRef"), "WeakRef", [arg(args, 0)])


@native("WeakRef.prototype.deref")
def _deref(vm: Any, this: Any, args: list[Any]) -> Any:
    return this.data[0]


# Iterators and generators


@native("Iterator.prototype.@@iterator")
def _itself(vm: Any, this: Any, args: list[Any]) -> Any:
    return this


@native("AsyncGenerator.prototype.@@asyncIterator")
def _itself_async(vm: Any, this: Any, args: list[Any]) -> Any:
    return this


def _next(vm: Any, this: Any, args: list[Any]) -> Any:
    if not isinstance(this, Obj) or not isinstance(this.data, Iter):
        raise throw(vm, "TypeError", "next method called on incompatible receiver")
    value = step(vm, this.data)
    return result(vm, None, True) if value is DONE else result(vm, value, False)


for _name in ("Array", "Map", "Set", "String", "RegExp String"):
    native(f"{_name} Iterator.prototype.next")(_next)
    constant(f"{_name} Iterator.prototype.@@toStringTag", f"{_name} Iterator")


def resume(vm: Machine, generator: Any, value: Any, mode: int) -> Any:
    """Go on with a generator: 0 with a value, 1 by throwing it, 2 by returning it."""
    if not isinstance(generator, Obj) or generator.kind != "Generator":
        raise throw(vm, "TypeError", "next method called on incompatible receiver "
                    + to_text(vm, generator))  # fmt: skip
    state, frame = generator.data
    if state == "running":
        raise throw(vm, "TypeError", "Generator is already running")
    if state == "done" or (state == "start" and mode):
        generator.data[0] = "done"
        if mode == 1:
            raise Thrown(value)
        return result(vm, value if mode == 2 else None, True)
    if state == "suspended":
        frame.stack.extend((value, mode))
    generator.data[0] = "running"
    return Enter(frame)


@native("Generator.prototype.next", 1)
def _generator_next(vm: Any, this: Any, args: list[Any]) -> Any:
    return resume(vm, this, arg(args, 0), 0)


@native("Generator.prototype.throw", 1)
def _generator_throw(vm: Any, this: Any, args: list[Any]) -> Any:
    return resume(vm, this, arg(args, 0), 1)


@native("Generator.prototype.return", 1)
def _generator_return(vm: Any, this: Any, args: list[Any]) -> Any:
    return resume(vm, this, arg(args, 0), 2)


constant("Generator.prototype.@@toStringTag", "Generator")
constant("AsyncGenerator.prototype.@@toStringTag", "AsyncGenerator")


@native("sys.inner", 1)
def _inner(vm: Any, this: Any, args: list[Any]) -> Any:
    """Give the generator behind an async generator."""
    return args[0].data[0]


@native("sys.queue", 2)
def _queue(vm: Any, this: Any, args: list[Any]) -> Any:
    """Give the last promise of an async generator, or set it."""
    if len(args) > 1:
        args[0].data[1] = args[1]
    return args[0].data[1]


@native("sys.isAwait", 1)
def _is_await(vm: Any, this: Any, args: list[Any]) -> bool:
    return type(arg(args, 0)) is Awaited


@native("sys.awaited", 1)
def _awaited(vm: Any, this: Any, args: list[Any]) -> Any:
    return args[0].value
