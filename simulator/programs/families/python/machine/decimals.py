"""Decimal numbers of modelled Python: texts, reckoned with by the model's own `decimal`."""

from __future__ import annotations

import decimal
import operator
from decimal import Context, Decimal
from typing import Any

from ....vm import Machine
from .calls import native
from .errors import error
from .operators import unwrap

Args = list[Any]
Words = dict[str, Any]
MOST_DIGITS = 2_000
_OPS: dict[str, Any] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
_NAMED = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "divide_int",
          "%": "remainder", "**": "power"}  # fmt: skip


def _failure(problem: ArithmeticError) -> tuple[str]:
    """Name what went wrong as CPython does; the library's module raises it."""
    inner = problem.args[0] if problem.args else None
    first = inner[0] if isinstance(inner, list) and inner else type(problem)
    return (getattr(first, "__name__", "InvalidOperation"),)


@native("decimal._make")
def _make(vm: Machine, args: Args, words: Words) -> Any:
    """Read a number: its text, or (what went wrong,)."""
    value = unwrap(args[0])
    if type(value) is str and len(value) > MOST_DIGITS:
        raise error("ValueError", "Exceeds the limit for integer string conversion")
    try:
        return str(Decimal(value.strip() if type(value) is str else value))
    except ArithmeticError as problem:
        return _failure(problem)


@native("decimal._op")
def _op(vm: Machine, args: Args, words: Words) -> Any:
    """Reckon with two texts: a text, a boolean, or (what went wrong,)."""
    op, a, b, digits = args
    context = Context(prec=max(1, min(int(digits), MOST_DIGITS)))
    try:
        if op in _OPS:
            return bool(_OPS[op](Decimal(a), Decimal(b)))
        return str(getattr(context, _NAMED[op])(Decimal(a), Decimal(b)))
    except ArithmeticError as problem:
        return _failure(problem)


@native("decimal._int")
def _int(vm: Machine, args: Args, words: Words) -> Any:
    number = Decimal(args[0])
    if not number.is_finite() or number.adjusted() > MOST_DIGITS:
        raise error("OverflowError", "cannot convert Infinity to integer")
    return int(number)


@native("decimal._format")
def _format(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return format(Decimal(args[0]), str(args[1])[:20])
    except (ValueError, decimal.DecimalException) as problem:
        raise error("ValueError", str(problem)) from None


@native("decimal._quantize")
def _quantize(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return str(Decimal(args[0]).quantize(Decimal(args[1]), rounding=args[2]))
    except ArithmeticError as problem:
        return _failure(problem)


@native("decimal._round")
def _round(vm: Machine, args: Args, words: Words) -> Any:
    step = Decimal(1).scaleb(-max(-99, min(int(args[1]), 99)))
    try:
        return str(Decimal(args[0]).quantize(step, rounding=args[2]))
    except ArithmeticError:
        return args[0]


@native("decimal._tuple")
def _tuple(vm: Machine, args: Args, words: Words) -> Any:
    return tuple(Decimal(args[0]).as_tuple())


@native("decimal._normalize")
def _normalize(vm: Machine, args: Args, words: Words) -> Any:
    return str(Decimal(args[0]).normalize())
