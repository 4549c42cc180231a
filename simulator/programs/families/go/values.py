"""Values of running Go programs.

Numbers are Python's, wrapped to their width; a string is a text of one character for each byte; nil
is None; a value in an interface is (key of its type, value). A pointer to a struct is the struct;
other pointers are `Ref` (a variable) or `Elem` (a field, an element of a slice). What is copied in
Go (structs, arrays) is copied by `copier` of its type.
"""

from __future__ import annotations

import struct as packing
from collections.abc import Callable
from typing import Any

from ...vm import Scope, Thrown, cell, single
from .types import INTS, WIDTHS, Type

Fn = Callable[[list[Any]], Any]
"""A compiled expression: from a frame's registers to a value."""

NO_SCOPE = single("go.scope", Scope({}))
"""Go's frames keep their variables in registers (`Frame.more`), not in scopes."""
FILLED = 4096
"""Elements of a new slice that exist at once; the others exist when they are written."""
MAX_ELEMENTS = 1_000_000
"""# Simplified: Of one slice the first million elements are kept; later ones read as zero."""


class Cell:
    """A value with slots, compared by identity."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, *values: Any) -> None:
        for name, value in zip(self.__slots__, values, strict=True):
            setattr(self, name, value)


@cell("go.struct")
class Struct(Cell):
    """A struct, or a pointer to it."""

    __slots__ = ("f",)
    f: list[Any]

    def __init__(self, f: list[Any]) -> None:
        self.f = f


@cell("go.ref")
class Ref(Cell):
    """A variable that something points to or a closure shares."""

    __slots__ = ("v",)
    v: Any

    def __init__(self, v: Any) -> None:
        self.v = v


@cell("go.elem")
class Elem(Cell):
    """A pointer into a list: of a struct's fields, or of a slice's elements."""

    __slots__ = ("at", "items")
    items: list[Any]
    at: int

    @property
    def v(self) -> Any:
        return self.items[self.at]

    @v.setter
    def v(self, value: Any) -> None:
        self.items[self.at] = value


def elem(items: list[Any], at: int) -> Elem:
    """Point into a list."""
    return Elem(at, items)


@cell("go.ballast")
class Ballast(Cell):
    """Bytes of memory that an array takes beyond the elements which exist here."""

    __slots__ = ("ballast",)
    ballast: int


@cell("go.slice")
class Slice(Cell):
    """A part of a list: from `off` on `n` elements, room for `cap`; what is absent is zero."""

    __slots__ = ("a", "cap", "n", "off", "room")
    a: list[Any]
    off: int
    n: int
    cap: int
    room: Ballast | None

    def __init__(self, a: list[Any], off: int, n: int, cap: int, room: Any = None) -> None:
        self.a, self.off, self.n, self.cap, self.room = a, off, n, cap, room


@cell("go.map")
class Map(Cell):
    """A map: values by key; `keys` has the keys themselves where they are structs or arrays."""

    __slots__ = ("d", "keys")
    d: dict[Any, Any]
    keys: dict[Any, Any] | None


@cell("go.chan")
class Chan(Cell):
    """A channel: what lies in it, and who waits, as [waiter, index of the case, value]."""

    __slots__ = ("cap", "closed", "items", "receivers", "senders")
    items: list[Any]
    cap: int
    closed: bool
    receivers: list[Any]
    senders: list[Any]


@cell("go.waiter")
class Waiter(Cell):
    """A goroutine that waits for one of several channels."""

    __slots__ = ("done", "task")
    task: Any
    done: bool


@cell("go.func")
class Func(Cell):
    """A function value: its code, the first arguments (a method's receiver), captured variables."""

    __slots__ = ("cap", "code", "pre")
    code: int
    cap: list[Any]
    pre: list[Any]

    def __init__(self, code: int, cap: list[Any], pre: list[Any]) -> None:
        self.code, self.cap, self.pre = code, cap, pre


@cell("go.defers")
class Defers(Cell):
    """What a call has deferred, [function, arguments], and its panic, [value, trace, recovered]."""

    __slots__ = ("calls", "panic")
    calls: list[Any]
    panic: list[Any] | None


def panic(text: str) -> Thrown:
    """Make a run-time error of Go's runtime."""
    return Thrown(("runtime.rtError", text))


def nil_error() -> Thrown:
    """Make the error of a nil pointer that was followed."""
    return panic("invalid memory address or nil pointer dereference")


def new_list(elements: list[Any]) -> Slice:
    """Make a slice of a list, which it then owns."""
    return Slice(elements, 0, len(elements), len(elements))


def items_of(value: Slice | None, zero: Callable[[], Any] = lambda: 0) -> list[Any]:
    """Give the elements of a slice as a list of its own."""
    if value is None:
        return []
    found = value.a[value.off : value.off + value.n]
    missing = min(value.n, MAX_ELEMENTS) - len(found)
    if missing > 0:
        found += [zero() for _ in range(missing)]
    return found


def bytes_of(value: Slice | None) -> str:
    """Give a []byte as a string."""
    return bytes(items_of(value)).decode("latin-1")


def byte_slice(text: str) -> Slice:
    """Give a string as a []byte."""
    return new_list(list(text.encode("latin-1")))


def wrapper(kind: str) -> Callable[[int], int] | None:
    """Give the function that wraps a number to an integer type."""
    if kind not in INTS:
        return None
    bits, signed = INTS[kind]
    if not signed:
        mask = (1 << bits) - 1
        return lambda v: v & mask
    half, whole = 1 << (bits - 1), 1 << bits
    return lambda v: v if -half <= v < half else (v + half) % whole - half


def to_float32(value: float) -> float:
    """Round to a float32."""
    try:
        return float(packing.unpack("f", packing.pack("f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def width(kind: Type, depth: int = 0) -> int:
    """Give the bytes that a value takes in its variable."""
    if kind.kind == "struct" and depth < 8:
        return sum(width(field.type, depth + 1) for field in kind.fields) or 1
    if kind.kind == "array" and depth < 8:
        return kind.length * width(kind.elem, depth + 1)
    return WIDTHS.get(kind.kind, 8)


def zero_maker(kind: Type) -> Callable[[], Any]:
    """Give a function that makes zero values of a type."""
    under = kind.under
    name = under.kind
    if name in INTS or name == "untyped int":
        return int
    if name in ("float32", "float64"):
        return float
    if name == "string":
        return str
    if name == "bool":
        return bool
    if name == "struct":
        made: list[Callable[[], Any]] = []

        def struct() -> Struct:
            if len(made) != len(under.fields):
                made[:] = [zero_maker(field.type) for field in under.fields]
            return Struct([make() for make in made])

        return struct
    if name == "array":
        length, inner = under.length, zero_maker(under.elem)
        return lambda: [inner() for _ in range(min(length, MAX_ELEMENTS))]
    return lambda: None


def copier(kind: Type) -> Callable[[Any], Any] | None:
    """Give the function that copies a value; None where values are never changed in place."""
    under = kind.under
    if under.kind == "struct":
        nested: list[tuple[int, Callable[[Any], Any]]] = []
        ready: list[bool] = []

        def struct(value: Any) -> Any:
            if not ready:
                ready.append(True)
                found = ((at, copier(field.type)) for at, field in enumerate(under.fields))
                nested[:] = [(at, copy) for at, copy in found if copy is not None]
            if value is None:
                raise nil_error()
            fields = value.f[:]
            for at, copy in nested:
                fields[at] = copy(fields[at])
            return Struct(fields)

        return struct
    if under.kind == "array":
        inner = copier(under.elem)
        if inner is None:
            return lambda value: value[:]
        return lambda value: [inner(one) for one in value]
    return None


def assigner(kind: Type) -> Callable[[Any, Any], None]:
    """Give the function that puts a fresh value into a struct or an array that exists."""
    under = kind.under
    if under.kind == "array":
        if copier(under.elem) is None:

            def plain(target: Any, value: Any) -> None:
                target[:] = value

            return plain
        inner = assigner(under.elem)

        def each(target: Any, value: Any) -> None:
            for old, new in zip(target, value, strict=False):
                inner(old, new)

        return each
    nested: list[tuple[int, Callable[[Any, Any], None]]] = []
    ready: list[bool] = []

    def struct(target: Any, value: Any) -> None:
        if not ready:
            ready.append(True)
            nested[:] = [
                (at, assigner(field.type))
                for at, field in enumerate(under.fields)
                if copier(field.type) is not None
            ]
        if target is None:
            raise nil_error()
        if not nested:
            target.f[:] = value.f
            return
        kept = {at: target.f[at] for at, _ in nested}
        new = value.f
        target.f[:] = new
        for at, assign in nested:
            assign(kept[at], new[at])
            target.f[at] = kept[at]

    return struct


def canon(kind: Type) -> Callable[[Any], Any] | None:
    """Give the function that makes a dict's key of a value; None when it is one itself."""
    under = kind.under
    if under.kind == "struct":
        inner = [canon(field.type) or _same for field in under.fields]
        return lambda v: tuple([one(part) for one, part in zip(inner, v.f, strict=True)])
    if under.kind == "array":
        one = canon(under.elem) or _same
        return lambda v: tuple([one(part) for part in v])
    if under.kind == "interface":
        return _canon_any
    return None


def _same(value: Any) -> Any:
    return value


def _canon_any(value: Any) -> Any:
    """# Simplified: Structs in interfaces are compared as map keys by their plain fields."""
    if value is None:
        return None
    key, inner = value
    if type(inner) is bool:
        return (key, inner, "bool")
    if isinstance(inner, Struct) and not key.startswith("*"):
        return (key, tuple(inner.f))
    if isinstance(inner, list | Slice | Map | Func):
        if isinstance(inner, list):
            return (key, tuple(inner))
        raise panic(f"hash of unhashable type {key}")
    return (key, inner)
