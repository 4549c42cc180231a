"""Operators on Go's values, as compiled expressions; and on constants, exactly."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .types import Type
from .values import Elem, Fn, Ref, Struct, panic, to_float32, wrapper

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MAX_STRING = 1 << 22
MAX_SHIFT = 512


class BadConstant(Exception):
    """What a constant expression cannot be: the compiler's words."""


def divide(a: int, b: int) -> int:
    """Divide as Go does, towards zero."""
    if b == 0:
        raise panic("integer divide by zero")
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def remainder(a: int, b: int) -> int:
    """Give what is left of a division towards zero."""
    return a - b * divide(a, b)


def float_divide(a: float, b: float) -> float:
    """Divide floats as IEEE 754 does."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or a != a:
            return float("nan")
        import math

        return math.copysign(float("inf"), a) * math.copysign(1.0, b)


def shift_left(a: int, b: int) -> int:
    """Shift left; the caller wraps."""
    if b < 0:
        raise panic("negative shift amount")
    return a << b if b < 64 else 0


def shift_right(a: int, b: int) -> int:
    """Shift right; the sign stays."""
    if b < 0:
        raise panic("negative shift amount")
    return a >> min(b, 64)


INT_OPS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
    "%": remainder,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "&^": lambda a, b: a & ~b,
    "<<": shift_left,
    ">>": shift_right,
}
FLOAT_OPS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": float_divide,
}


def _joined(a: str, b: str) -> str:
    if len(a) + len(b) > MAX_STRING:
        raise MemoryError("string too long")
    return a + b


def arithmetic(op: str, kind: Type, a: Fn, b: Fn) -> Fn:
    """Compile `a op b` of operands of one type (shifts: of the left one's)."""
    if kind.kind == "string":
        return lambda r: _joined(a(r), b(r))
    if kind.kind in ("float64", "float32"):
        compute = FLOAT_OPS[op]
        if kind.kind == "float32":
            return lambda r: to_float32(compute(a(r), b(r)))
        if op == "+":
            return lambda r: a(r) + b(r)
        if op == "*":
            return lambda r: a(r) * b(r)
        return lambda r: compute(a(r), b(r))
    compute_int = INT_OPS[op]
    if op in ("&", "|", "^", "%", ">>", "&^") and not kind.kind.startswith("uint"):
        return lambda r: compute_int(a(r), b(r))
    if kind.kind in ("int", "int64") and op in ("+", "-", "*"):
        return _int64(op, a, b)
    wrap = wrapper(kind.kind) or (lambda v: v)
    return lambda r: wrap(compute_int(a(r), b(r)))


def _int64(op: str, a: Fn, b: Fn) -> Fn:
    low, high, whole = -(1 << 63), 1 << 63, 1 << 64

    def add(r: list[Any]) -> int:
        v: int = a(r) + b(r)
        return v if low <= v < high else (v + high) % whole - high

    def subtract(r: list[Any]) -> int:
        v: int = a(r) - b(r)
        return v if low <= v < high else (v + high) % whole - high

    def multiply(r: list[Any]) -> int:
        v: int = a(r) * b(r)
        return v if low <= v < high else (v + high) % whole - high

    return {"+": add, "-": subtract, "*": multiply}[op]


def equality(kind: Type, known: dict[str, Type]) -> Callable[[Any, Any], bool]:
    """Give the function that compares two values of a type with ==."""
    under = kind.under
    if under.kind == "interface":
        return lambda a, b: same_any(a, b, known)
    if under.kind == "struct":
        parts: list[Callable[[Any, Any], bool]] = []

        def struct(a: Any, b: Any) -> bool:
            if len(parts) != len(under.fields):
                parts[:] = [equality(field.type, known) for field in under.fields]
            return all(one(x, y) for one, x, y in zip(parts, a.f, b.f, strict=True))

        return struct
    if under.kind == "array":
        inner = equality(under.elem, known)
        return lambda a, b: all(inner(x, y) for x, y in zip(a, b, strict=True))
    if under.kind == "pointer":
        return same_pointer
    if under.kind in ("slice", "map", "chan", "func"):
        return operator.is_
    return operator.eq


def same_pointer(a: Any, b: Any) -> bool:
    """Tell whether two pointers point to the same."""
    if isinstance(a, Elem) and isinstance(b, Elem):
        return a.items is b.items and a.at == b.at
    return a is b


def same_any(a: Any, b: Any, known: dict[str, Type]) -> bool:
    """Tell whether two interface values are equal; a panic when they cannot be compared."""
    if a is None or b is None:
        return a is b
    if a[0] != b[0]:
        return False
    x, y = a[1], b[1]
    if isinstance(x, str | int | float | bool):
        return bool(x == y)
    kind = known.get(a[0])
    if kind is None or isinstance(x, Ref):
        return x is y
    if kind.kind in ("slice", "map", "func"):
        raise panic(f"comparing uncomparable type {kind.text}")
    if kind.kind == "pointer":
        return same_pointer(x, y)
    return equality(kind, known)(x, y) if isinstance(x, Struct | list) else x is y


# Constants


def constant(op: str, a: Any, b: Any, whole: bool) -> Any:
    """Compute `a op b` of constants; whole: they are integers. Raises BadConstant."""
    if op in COMPARE:
        return COMPARE[op](a, b)
    if op in ("&&", "||"):
        return (a and b) if op == "&&" else (a or b)
    if isinstance(a, str):
        return a + b
    if op == "/" and not whole:
        if b == 0:
            raise BadConstant("invalid operation: division by zero")
        return Fraction(a) / Fraction(b)
    if op in ("/", "%") and b == 0:
        raise BadConstant("invalid operation: division by zero")
    if op == "<<" and (b > MAX_SHIFT or a.bit_length() + b > 2 * MAX_SHIFT):
        raise BadConstant("constant shift overflow")
    value = INT_OPS[op](a, b) if op != "<<" else a << b
    if isinstance(value, int) and value.bit_length() > MAX_SHIFT:
        names = {"*": "multiplication", "+": "addition", "-": "subtraction", "<<": "shift"}
        raise BadConstant(f"constant {names.get(op, 'operation')} overflow")
    return value
