"""Compiled accesses: fields, elements, parts of strings and slices."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .types import Type
from .values import Fn, Ref, Slice, elem, nil_error, panic, zero_maker

MAX_INDEX = 1 << 60


def exact(text: str) -> Fraction | None:
    """Read a decimal literal exactly, if its exponent is modest."""
    text = text.replace("_", "")
    if text[:2] in ("0x", "0X"):
        return None
    mantissa, _, exponent = text.lower().partition("e")
    if len(exponent) > 4 or (exponent and abs(int(exponent)) > 400) or len(mantissa) > 400:
        return None
    return Fraction(text)


def received(at: int, kind: Type) -> Fn:
    """Compile the value that was received: of a closed channel the zero value."""
    make = zero_maker(kind)
    return lambda r: r[at + 1] if r[at + 2] else make()


def step(base: Fn, index: int) -> Fn:
    def read(r: list[Any]) -> Any:
        value = base(r)
        if value is None:
            raise nil_error()
        return value.f[index]

    return read


def out_of_range(index: int, length: int) -> Any:
    """Make the panic of an index."""
    if index < 0:
        return panic(f"index out of range [{index}]")
    return panic(f"index out of range [{index}] with length {length}")


def string_index(a: Fn, at: Fn) -> Fn:
    def read(r: list[Any]) -> int:
        text, index = a(r), at(r)
        if not 0 <= index < len(text):
            raise out_of_range(index, len(text))
        return ord(text[index])

    return read


def array_index(a: Fn, at: Fn) -> Fn:
    def read(r: list[Any]) -> Any:
        items, index = a(r), at(r)
        if items is None:
            raise nil_error()
        if not 0 <= index < len(items):
            raise out_of_range(index, len(items))
        return items[index]

    return read


def reach(value: Slice, index: int, make: Any) -> bool:
    """Let the element of a slice exist; False when the model does not keep it."""
    from .values import MAX_ELEMENTS

    at = value.off + index
    missing = at + 1 - len(value.a)
    if missing <= 0:
        return True
    if at >= MAX_ELEMENTS:
        return False
    value.a.extend([make() for _ in range(missing)])
    return True


def slice_index(a: Fn, at: Fn, make: Any) -> Fn:
    def read(r: list[Any]) -> Any:
        value, index = a(r), at(r)
        if value is None:
            raise out_of_range(index, 0)
        if not 0 <= index < value.n:
            raise out_of_range(index, value.n)
        try:
            return value.a[value.off + index]
        except IndexError:
            return value.a[value.off + index] if reach(value, index, make) else make()

    return read


def slice_pointer(a: Fn, at: Fn, make: Any) -> Fn:
    def point(r: list[Any]) -> Any:
        value, index = a(r), at(r)
        if value is None or not 0 <= index < value.n:
            raise out_of_range(index, value.n if value is not None else 0)
        return elem(value.a, value.off + index) if reach(value, index, make) else Ref(make())

    return point


def whole(items: list[Any]) -> Slice:
    if items is None:
        raise nil_error()
    return Slice(items, 0, len(items), len(items))


def substring(a: Fn, low: Fn | None, high: Fn | None) -> Fn:
    def cut(r: list[Any]) -> str:
        text: str = a(r)
        start = low(r) if low is not None else 0
        end = high(r) if high is not None else len(text)
        if not 0 <= end <= len(text):
            raise panic(f"slice bounds out of range [:{end}] with length {len(text)}")
        if not 0 <= start <= end:
            raise panic(f"slice bounds out of range [{start}:{end}]")
        return text[start:end]

    return cut


def slice_of(a: Fn, low: Fn | None, high: Fn | None, top: Fn | None) -> Fn:
    def cut(r: list[Any]) -> Slice | None:
        value = a(r)
        length, room = (value.n, value.cap) if value is not None else (0, 0)
        start = low(r) if low is not None else 0
        end = high(r) if high is not None else length
        limit = top(r) if top is not None else room
        if not 0 <= limit <= room:
            raise panic(f"slice bounds out of range [::{limit}] with capacity {room}")
        if not 0 <= end <= limit:
            raise panic(f"slice bounds out of range [:{end}] with capacity {room}")
        if not 0 <= start <= end:
            raise panic(f"slice bounds out of range [{start}:{end}]")
        if value is None:
            return None
        return Slice(value.a, value.off + start, end - start, limit - start, value.room)

    return cut
