"""Numbers as Redis reads and writes them.

Infinity is kept as the largest finite double, because plain data has no infinity.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

from .errors import NOT_FLOAT, NOT_INTEGER, RedisError

LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
INFINITY = 1.7976931348623157e308
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.A)
_INFINITE = re.compile(r"([+-]?)inf(inity)?", re.I | re.A)
_LONG = Context(prec=400)
_EXACT_BELOW = 2.0**52
"""Doubles below hold whole numbers exactly; Redis writes those without a point."""


def integer(text: str, refusal: str = NOT_INTEGER) -> int:
    """Read a 64-bit integer; RedisError unless it is written the one way Redis writes it."""
    try:
        value = int(text)
    except ValueError:
        raise RedisError(refusal) from None
    if not LOWEST <= value <= HIGHEST or str(value) != text:
        raise RedisError(refusal)
    return value


def is_integer(text: str) -> bool:
    """Tell whether a text is a 64-bit integer."""
    if not text or len(text) > 20 or not (text[0] == "-" or text[0].isdigit()):
        return False
    try:
        integer(text)
    except RedisError:
        return False
    return True


def double(text: str, refusal: str = NOT_FLOAT) -> float:
    """Read a double, "inf" and "-inf" included."""
    if _FLOAT.fullmatch(text):
        return max(-INFINITY, min(INFINITY, float(text)))
    found = _INFINITE.fullmatch(text)
    if found is None:
        raise RedisError(refusal)
    return -INFINITY if found[1] == "-" else INFINITY


def shown(value: float, shortest: bool = True) -> str:
    """Write a double: whole numbers without a point; `shortest` since 7.2, %.17g before."""
    if value >= INFINITY:
        return "inf"
    if value <= -INFINITY:
        return "-inf"
    if -_EXACT_BELOW < value < _EXACT_BELOW and value == int(value):
        return "-0" if value == 0 and str(value)[0] == "-" else str(int(value))
    return repr(value) if shortest else f"{value:.17g}"


def decimal(text: str) -> Decimal:
    """Read what INCRBYFLOAT reads, a long double."""
    if len(text) > 400 or not _FLOAT.fullmatch(text):
        raise RedisError(NOT_FLOAT)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise RedisError(NOT_FLOAT) from None
    if value and abs(value.adjusted()) > 300:
        raise RedisError(NOT_FLOAT)
    return value


def add(left: Decimal, right: Decimal) -> str:
    """Add as INCRBYFLOAT does and write the sum: 17 places at most, no zeros at the end."""
    text = f"{_LONG.add(left, right):.17f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def fits(value: int) -> bool:
    """Tell whether a whole number fits into 64 bits with a sign."""
    return LOWEST <= value <= HIGHEST
