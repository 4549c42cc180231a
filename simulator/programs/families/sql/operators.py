"""Operators: which there are for which types, and what they give."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

from . import times
from .casts import my_number, my_stamp
from .compare import compare, my_compare, regex
from .errors import SqlError, my, pg
from .json_paths import contains, json_path
from .run import Run
from .types import (
    BOOL,
    DATE,
    DECIMALS,
    DOUBLE,
    FLOATS,
    INT,
    JSON,
    MY_DECIMAL,
    MY_DOUBLE,
    MY_INT,
    MY_STAMP,
    MY_TEXT,
    NUMERIC,
    PG_INTS,
    SPAN,
    STAMP,
    TEXT,
    Interval,
    Type,
    bare,
    int_range,
    is_int,
    is_number,
    is_stamp,
    is_text,
)
from .values import out_of_range, show, show_json

Function = Callable[[Any, Any], Any]
EXACT = Context(prec=80)
COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda c: c == 0, "<>": lambda c: c != 0, "!=": lambda c: c != 0, "<": lambda c: c < 0,
    ">": lambda c: c > 0, "<=": lambda c: c <= 0, ">=": lambda c: c >= 0,
}  # fmt: skip
_RANK = ("int2", "int4", "int8", "numeric", "float4", "float8")


def missing(op: str, left: Type, right: Type, at: int | None) -> SqlError:
    """Say that there is no such operator."""
    return pg(
        "42883", f"operator does not exist: {bare(left)} {op} {bare(right)}", at,
        hint="No operator matches the given name and argument types. You might need to add "
        "explicit type casts.",
    )  # fmt: skip


def comparable(left: Type, right: Type) -> bool:
    """Tell whether PostgreSQL compares two types."""
    if left.name == right.name and left.array == right.array:
        return left.name not in ("json",)
    if left.array or right.array:
        return False
    return any(test(left) and test(right) for test in (is_number, is_text, is_stamp)) or (
        {left.name, right.name} <= {"time", "timetz", "interval"}
    )


def binary(op: str, left: Type, right: Type, at: int | None, run: Run) -> tuple[Function, Type]:
    """Find an operator of PostgreSQL for two types; raises SqlError."""
    if op in COMPARISONS:
        if not comparable(left, right):
            raise missing("<>" if op == "!=" else op, left, right, at)
        test = COMPARISONS[op]
        if op == "=" and left.name == right.name and left.name in (*PG_INTS, "text", "varchar"):
            return (lambda a, b: a == b), BOOL
        return (lambda a, b: test(compare(a, b))), BOOL
    if op == "||":
        return _concatenate(left, right, at)
    if op in ("~", "~*", "!~", "!~*") and is_text(left) and is_text(right):
        fold, no = op.endswith("*"), op.startswith("!")
        return (lambda a, b: regex(a, b, fold, "postgres") is not no), BOOL
    if op in ("->", "->>", "#>", "#>>", "@>", "<@", "?") and left.name in ("json", "jsonb"):
        return _json(op, left, right, at)
    if op in ("@>", "<@", "&&") and left.array and right.array:
        return _arrays(op), BOOL
    if is_number(left) and is_number(right):
        return _arithmetic(op, left, right, at)
    found = _moments(op, left, right)
    if found is None:
        raise missing(op, left, right, at)
    return found


def _concatenate(left: Type, right: Type, at: int | None) -> tuple[Function, Type]:
    if left.array or right.array:
        kind = left if left.array else right
        return (lambda a, b: (a if isinstance(a, list) else [a])
                + (b if isinstance(b, list) else [b])), kind  # fmt: skip
    if left.name == right.name == "jsonb":
        return _json_join, left
    if not (is_text(left) or is_text(right)):
        raise missing("||", left, right, at)
    return (lambda a, b: _text(a, left) + _text(b, right)), TEXT


def _text(value: Any, kind: Type) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return show(value, kind)


def _json_join(a: str, b: str) -> str:
    left, right = json.loads(a), json.loads(b)
    if isinstance(left, dict) and isinstance(right, dict):
        return show_json({**left, **right})
    return show_json((left if isinstance(left, list) else [left])
                     + (right if isinstance(right, list) else [right]))  # fmt: skip


def _json(op: str, left: Type, right: Type, at: int | None) -> tuple[Function, Type]:
    if op in ("@>", "<@"):
        if op == "<@":
            return (lambda a, b: contains(json.loads(b), json.loads(a))), BOOL
        return (lambda a, b: contains(json.loads(a), json.loads(b))), BOOL
    if op == "?":
        return (lambda a, b: b in json.loads(a)), BOOL
    whole = op.endswith(">>")
    kind = TEXT if whole else left
    if op.startswith("#"):
        return (lambda a, b: json_path(a, b, whole)), kind
    if not (is_int(right) or is_text(right)):
        raise missing(op, left, right, at)
    return (lambda a, b: json_path(a, [b], whole)), kind


def _arrays(op: str) -> Function:
    if op == "@>":
        return lambda a, b: all(one in a for one in b)
    if op == "<@":
        return lambda a, b: all(one in b for one in a)
    return lambda a, b: any(one in b for one in a)


def _arithmetic(op: str, left: Type, right: Type, at: int | None) -> tuple[Function, Type]:
    if op not in ("+", "-", "*", "/", "%", "^", "&", "|", "#", "<<", ">>"):
        raise missing(op, left, right, at)
    names = [one.name if one.name in _RANK else "int8" for one in (left, right)]
    name = max(names, key=_RANK.index)
    kind = Type(name)
    if op == "^":
        exact = name == "numeric"
        return _power(exact), NUMERIC if exact else DOUBLE
    if name in PG_INTS:
        return _whole(op, kind), kind
    if op in ("&", "|", "#", "<<", ">>"):
        raise missing(op, left, right, at)
    if name == "numeric":
        return _exact(op), NUMERIC
    if op == "%":
        raise missing(op, left, right, at)
    return _floating(op), DOUBLE


def _whole(op: str, kind: Type) -> Function:
    low, high = int_range(kind)

    def work(a: int, b: int) -> int:
        if op in ("/", "%"):
            if b == 0:
                raise pg("22012", "division by zero")
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            found = quotient if op == "/" else a - quotient * b
        elif op in ("<<", ">>"):
            found = (a << (b % 64)) & (2**64 - 1) if op == "<<" else a >> (b % 64)
            found = found - 2**64 if found > 2**63 - 1 else found
        else:
            found = {"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "#": a ^ b}[op]
        if not low <= found <= high:
            raise out_of_range(kind)
        return found

    return work


def _exact(op: str) -> Function:
    def work(a: Any, b: Any) -> Decimal:
        one, other = Decimal(a), Decimal(b)
        try:
            if op == "+":
                return EXACT.add(one, other)
            if op == "-":
                return EXACT.subtract(one, other)
            if op == "*":
                return EXACT.multiply(one, other)
            if not other:
                raise pg("22012", "division by zero")
            if op == "%":
                return EXACT.remainder(one, other)
            return divided(one, other)
        except DecimalException:
            raise pg("22003", "value overflows numeric format") from None

    return work


def divided(one: Decimal, other: Decimal) -> Decimal:
    """Divide with as many digits as PostgreSQL's select_div_scale() gives."""
    if one.is_nan() or other.is_nan():
        return Decimal("NaN")
    weight = (one.adjusted() // 4 if one else 0) - other.adjusted() // 4
    scale = max(16 - weight * 4, -int(one.as_tuple().exponent), -int(other.as_tuple().exponent), 0)
    return EXACT.divide(one, other).quantize(
        Decimal(1).scaleb(-min(scale, 40)), ROUND_HALF_UP, context=Context(prec=2000)
    )


def _floating(op: str) -> Function:
    def work(a: Any, b: Any) -> float:
        one, other = float(a), float(b)
        if op == "/":
            if other == 0:
                raise pg("22012", "division by zero")
            found = one / other
        else:
            found = {"+": one + other, "-": one - other, "*": one * other}[op]
        if math.isinf(found) and not (math.isinf(one) or math.isinf(other)):
            raise pg("22003", "value out of range: overflow")
        return found

    return work


def _power(exact: bool) -> Function:
    def work(a: Any, b: Any) -> Any:
        try:
            if exact:
                found = EXACT.power(Decimal(a), Decimal(b))
                if found.adjusted() > 1000:
                    raise pg("22003", "value overflows numeric format")
                return found
            return float(a) ** float(b) + 0.0
        except ZeroDivisionError:
            raise pg("2201F", "zero raised to a negative power is undefined") from None
        except (OverflowError, DecimalException):
            raise pg("22003", "value out of range: overflow") from None
        except TypeError:
            raise pg("2201F", "a negative number raised to a non-integer power yields a complex "
                     "result") from None  # fmt: skip

    return work


def _moments(op: str, left: Type, right: Type) -> tuple[Function, Type] | None:
    """Find the operators of dates, times and intervals."""
    names = (left.name, right.name)
    if names == ("date", "date") and op == "-":
        return (lambda a, b: (a - b).days), INT
    if left.name == "date" and is_int(right) and op in "+-":
        sign = 1 if op == "+" else -1
        return (lambda a, b: _moved(a, sign * b)), DATE
    if is_int(left) and right.name == "date" and op == "+":
        return (lambda a, b: _moved(b, a)), DATE
    if is_stamp(left) and is_stamp(right) and op == "-":
        return (lambda a, b: _between(a, b)), SPAN
    if is_stamp(left) and right.name == "interval" and op in "+-":
        kind = STAMP if left.name == "date" else left
        sign = 1 if op == "+" else -1
        return (lambda a, b: plus(a, b, sign)), kind
    if left.name == "interval" and is_stamp(right) and op == "+":
        return (lambda a, b: plus(b, a)), STAMP if right.name == "date" else right
    if names == ("interval", "interval") and op in "+-":
        sign = 1 if op == "+" else -1
        return (lambda a, b: _checked(Interval(*(x + sign * y for x, y in
                                                zip(a, b, strict=True))))), SPAN  # fmt: skip
    if left.name == "interval" and is_number(right) and op in "*/":
        return (lambda a, b: _scaled(a, b, op)), SPAN
    if is_number(left) and right.name == "interval" and op == "*":
        return (lambda a, b: _scaled(b, a, op)), SPAN
    if left.name == "time" and right.name == "interval" and op in "+-":
        sign = 1 if op == "+" else -1
        return (lambda a, b: plus(datetime.combine(date(2000, 1, 2), a), b, sign).time()), left
    if names == ("time", "time") and op == "-":
        base = date(2000, 1, 1)
        return (lambda a, b: _between(datetime.combine(base, a), datetime.combine(base, b))), SPAN
    return None


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise pg("22008", "date out of range") from None


def _between(a: Any, b: Any) -> Interval:
    one, other = my_stamp(a), my_stamp(b)
    assert one is not None and other is not None
    gap = one - other
    us = (gap.days * 86400 + gap.seconds) * 10**6 + gap.microseconds
    days = abs(us) // 86_400_000_000 * (1 if us >= 0 else -1)
    return Interval(0, days, us - days * 86_400_000_000)


def plus(moment: Any, span: Interval, sign: int = 1) -> datetime:
    """Add an interval; raises SqlError."""
    base = my_stamp(moment)
    assert base is not None
    try:
        return times.add(base, span, sign)
    except (OverflowError, ValueError):
        raise pg("22008", "timestamp out of range") from None


def _checked(span: Interval) -> Interval:
    try:
        return times.checked(span)
    except OverflowError:
        raise pg("22008", "interval out of range") from None


def _scaled(span: Interval, by: Any, op: str) -> Interval:
    factor = float(by)
    if op == "/":
        if not factor:
            raise pg("22012", "division by zero")
        factor = 1 / factor
    if math.isnan(factor) or math.isinf(factor) or abs(factor) > 1e12:
        raise pg("22008", "interval out of range")
    months, days = span.months * factor, span.days * factor
    days += (months - int(months)) * 30
    us = span.us * factor + (days - int(days)) * 86_400_000_000
    return _checked(Interval(int(months), int(days), round(us)))


# MySQL


def my_binary(op: str, left: Type, right: Type, run: Run) -> tuple[Function, Type]:
    """Find an operator of MySQL: everything meets everything."""
    if op in COMPARISONS:
        test = COMPARISONS[op]
        return (lambda a, b: int(test(my_compare(a, b)))), MY_INT
    if op in ("->", "->>"):
        return (lambda a, b: json_path(a, b.removeprefix("$").strip(".").split("."),
                                       op == "->>")), JSON  # fmt: skip
    if op == "xor":
        return (lambda a, b: int(bool(my_number(a)) != bool(my_number(b)))), MY_INT
    if op in ("&", "|", "^", "<<", ">>"):
        return (lambda a, b: _my_bits(op, a, b)), MY_INT._replace(unsigned=True)
    inexact = any(one.name in FLOATS or is_text(one) for one in (left, right))
    if is_stamp(left) and right.name == "interval" and op in "+-":
        return (lambda a, b: plus(a, b, 1 if op == "+" else -1)), MY_STAMP
    if op in ("div",):
        return (lambda a, b: _my_div(a, b)), MY_INT
    exact = any(one.name in DECIMALS for one in (left, right)) or op == "/"
    kind = MY_DOUBLE if inexact else MY_DECIMAL if exact else MY_INT
    return (lambda a, b: _my_work(op, a, b, kind)), kind


def _my_bits(op: str, a: Any, b: Any) -> int:
    one, other = int(my_number(a)) & (2**64 - 1), int(my_number(b)) & (2**64 - 1)
    if op in ("<<", ">>"):
        if other > 63:
            return 0
        return (one << other) & (2**64 - 1) if op == "<<" else one >> other
    return {"&": one & other, "|": one | other, "^": one ^ other}[op]


def _my_div(a: Any, b: Any) -> int | None:
    one, other = Decimal(str(my_number(a))), Decimal(str(my_number(b)))
    return None if not other else int(one / other) if one.adjusted() < 60 else 0


def _my_work(op: str, a: Any, b: Any, kind: Type) -> Any:
    one, other = my_number(a), my_number(b)
    if kind is MY_DOUBLE:
        x, y = float(one), float(other)
        if op in ("/", "%", "mod"):
            if not y or math.isinf(x):
                return None
            found = x / y if op == "/" else math.fmod(x, y)
        else:
            found = {"+": x + y, "-": x - y, "*": x * y}[op]
        if math.isinf(found) or math.isnan(found):
            raise my(1690, f"DOUBLE value is out of range in '({x} {op} {y})'", "22003")
        return found
    if op in ("%", "mod"):
        if not other:
            return None
        left, right = Decimal(one), Decimal(other)
        rest = EXACT.remainder(left, right)
        return int(rest) if kind is MY_INT else rest
    if op == "/":
        if not other:
            return None
        scale = max(-int(Decimal(one).as_tuple().exponent), 0) + 4
        ratio = EXACT.divide(Decimal(one), Decimal(other))
        return ratio.quantize(Decimal(1).scaleb(-min(scale, 30)), ROUND_HALF_UP,
                              context=Context(prec=400))  # fmt: skip
    if kind is MY_INT:
        whole = {"+": one + other, "-": one - other, "*": one * other}[op]  # type: ignore[operator]
        if not -(2**63) <= whole < 2**64:
            raise my(1690, f"BIGINT value is out of range in '({one} {op} {other})'", "22003")
        return whole
    left, right = Decimal(one), Decimal(other)
    return {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}[op](left, right)


__all__ = ["MY_TEXT", "binary", "missing", "my_binary", "plus", "time"]
