"""Number, BigInt and Math."""

from __future__ import annotations

import math
from typing import Any

from ...vm import Machine
from .calls import proto_for
from .convert import arithmetic, int32, to_integer, to_number, to_numeric, to_text
from .errors import throw
from .natives_core import arg
from .numbers import (
    DIGITS,
    exponential,
    fixed,
    grouped,
    number_text,
    parse_float,
    parse_int,
    precision,
)
from .objects import get_now
from .registry import constant, constructor, namespace, native
from .values import LARGEST, BigInt, Obj, num, whole

namespace("Math")


def number_of(vm: Machine, this: Any) -> Any:
    """Give the number that a method of Number is called on."""
    value = this.data if isinstance(this, Obj) else this
    return value if type(value) in (int, float) else to_number(vm, value)


@native("Number", 1)
def _number(vm: Any, this: Any, args: list[Any]) -> Any:
    if not args:
        return 0
    value = to_numeric(vm, args[0])
    return whole(value.value) if type(value) is BigInt else value


@constructor("Number", 1)
def _new_number(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(proto_for(vm, target, "Number"), "Number", _number(vm, None, args))


for _name, _value in (
    ("MAX_SAFE_INTEGER", LARGEST), ("MIN_SAFE_INTEGER", -LARGEST), ("EPSILON", 2.0**-52),
    ("MAX_VALUE", 1.7976931348623157e308), ("MIN_VALUE", 5e-324), ("NaN", math.nan),
    ("POSITIVE_INFINITY", math.inf), ("NEGATIVE_INFINITY", -math.inf),
):  # fmt: skip
    constant(f"Number.{_name}", _value)


@native("Number.parseFloat", 1)
def _parse_float(vm: Any, this: Any, args: list[Any]) -> Any:
    return parse_float(to_text(vm, arg(args, 0)))


@native("Number.parseInt", 2)
def _parse_int(vm: Any, this: Any, args: list[Any]) -> Any:
    return parse_int(to_text(vm, arg(args, 0)), to_integer(vm, arg(args, 1)))


@native("Number.isInteger", 1)
def _is_integer(vm: Any, this: Any, args: list[Any]) -> bool:
    value = arg(args, 0)
    return type(value) is int or (type(value) is float and value - value == 0
                                  and value == int(value))  # fmt: skip


@native("Number.isSafeInteger", 1)
def _is_safe(vm: Any, this: Any, args: list[Any]) -> bool:
    return type(arg(args, 0)) is int or str(arg(args, 0)) == "-0.0"


@native("Number.isFinite", 1)
def _is_finite(vm: Any, this: Any, args: list[Any]) -> bool:
    value = arg(args, 0)
    return type(value) in (int, float) and value - value == 0


@native("Number.isNaN", 1)
def _is_nan(vm: Any, this: Any, args: list[Any]) -> bool:
    value = arg(args, 0)
    return type(value) is float and value != value


@native("Number.prototype.toString", 1)
def _to_string(vm: Any, this: Any, args: list[Any]) -> str:
    radix = to_integer(vm, arg(args, 0), 10)
    if not 2 <= radix <= 36:
        raise throw(vm, "RangeError", "toString() radix must be between 2 and 36")
    return number_text(number_of(vm, this), radix)


@native("Number.prototype.toFixed", 1)
def _to_fixed(vm: Any, this: Any, args: list[Any]) -> str:
    places = to_integer(vm, arg(args, 0))
    if not 0 <= places <= 100:
        raise throw(vm, "RangeError", "toFixed() digits argument must be between 0 and 100")
    return fixed(number_of(vm, this), places)


@native("Number.prototype.toPrecision", 1)
def _to_precision(vm: Any, this: Any, args: list[Any]) -> str:
    value = number_of(vm, this)
    if arg(args, 0) is None:
        return number_text(value)
    digits = to_integer(vm, args[0])
    if not 1 <= digits <= 100:
        raise throw(vm, "RangeError", "toPrecision() argument must be between 1 and 100")
    return precision(value, digits)


@native("Number.prototype.toExponential", 1)
def _to_exponential(vm: Any, this: Any, args: list[Any]) -> str:
    places = None if arg(args, 0) is None else to_integer(vm, args[0])
    if places is not None and not 0 <= places <= 100:
        raise throw(vm, "RangeError", "toExponential() argument must be between 0 and 100")
    return exponential(number_of(vm, this), places)


@native("Number.prototype.toLocaleString")
def _to_locale(vm: Any, this: Any, args: list[Any]) -> str:
    """Write in the way of en-US.

    # Simplified: Dates and numbers are written for en-US whatever locale is asked for, and of
    Intl only the number and date formats exist.
    """
    least, most = 0, 3
    options = arg(args, 1)
    mark = tail = ""
    value = number_of(vm, this)
    if isinstance(options, Obj):
        style = get_now(vm, options, "style")
        if style == "currency":
            least = most = 2
            mark = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(
                str(get_now(vm, options, "currency")), "$")  # fmt: skip
        elif style == "percent":
            value, most, tail = num(float(value) * 100), 0, "%"
        low = get_now(vm, options, "minimumFractionDigits")
        high = get_now(vm, options, "maximumFractionDigits")
        least = to_integer(vm, low, least)
        most = max(to_integer(vm, high, most), least)
    text = grouped(value, min(least, 20), min(most, 20))
    return f"-{mark}{text[1:]}{tail}" if text.startswith("-") else f"{mark}{text}{tail}"


@native("Number.prototype.valueOf")
def _value_of(vm: Any, this: Any, args: list[Any]) -> Any:
    return number_of(vm, this)


@native("BigInt", 1)
def _bigint(vm: Any, this: Any, args: list[Any]) -> BigInt:
    value = arg(args, 0)
    if type(value) is BigInt:
        return value
    if type(value) is str:
        text = value.strip()
        try:
            return BigInt(int(text[:5000] or "0", 0))
        except ValueError:
            raise throw(vm, "SyntaxError", f"Cannot convert {value} to a BigInt") from None
    number = to_number(vm, value)
    if type(number) is float and (number - number != 0 or number != int(number)):
        raise throw(vm, "RangeError", f"The number {number_text(number)} cannot be converted to a "
                    "BigInt because it is not an integer")  # fmt: skip
    return BigInt(int(number))


@constructor("BigInt", 1)
def _new_bigint(vm: Any, args: list[Any], target: Any) -> Any:
    raise throw(vm, "TypeError", "BigInt is not a constructor")


@native("BigInt.prototype.toString")
def _bigint_text(vm: Any, this: Any, args: list[Any]) -> str:
    value = this.data if isinstance(this, Obj) else this
    radix = to_integer(vm, arg(args, 0), 10)
    if radix == 10:
        return str(value.value)
    text, left = "", abs(value.value)
    while left:
        left, digit = divmod(left, radix)
        text = DIGITS[digit] + text
    return ("-" if value.value < 0 else "") + (text or "0")


@native("BigInt.prototype.toLocaleString")
def _bigint_locale(vm: Any, this: Any, args: list[Any]) -> str:
    return f"{this.value:,}"


# Math

for _name, _value in (
    ("PI", math.pi), ("E", math.e), ("LN2", math.log(2)), ("LN10", math.log(10)),
    ("LOG2E", 1 / math.log(2)), ("LOG10E", 0.4342944819032518), ("SQRT2", math.sqrt(2)),
    ("SQRT1_2", math.sqrt(0.5)),
):  # fmt: skip
    constant(f"Math.{_name}", _value)


def _rounding(name: str, how: Any) -> None:
    @native(f"Math.{name}", 1)
    def make(vm: Any, this: Any, args: list[Any]) -> Any:
        value = to_number(vm, arg(args, 0))
        if type(value) is int or value - value != 0 or value == 0:
            return value
        made = how(value)
        return -0.0 if made == 0 and value < 0 else whole(made)


_rounding("floor", math.floor)
_rounding("ceil", math.ceil)
_rounding("trunc", math.trunc)
_rounding("round", lambda x: math.floor(x + 0.5) if abs(x) < 1e15 else int(x))


def _function(name: str, how: Any) -> None:
    @native(f"Math.{name}", 1)
    def make(vm: Any, this: Any, args: list[Any]) -> Any:
        value = float(to_number(vm, arg(args, 0)))
        try:
            return num(how(value))
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf


for _name, _how in (
    ("sqrt", math.sqrt), ("cbrt", lambda x: math.copysign(round(abs(x) ** (1 / 3), 15), x)),
    ("sin", math.sin), ("cos", math.cos), ("tan", math.tan), ("asin", math.asin),
    ("acos", math.acos), ("atan", math.atan), ("sinh", math.sinh), ("cosh", math.cosh),
    ("tanh", math.tanh), ("exp", math.exp), ("expm1", math.expm1),
    ("log", lambda x: -math.inf if x == 0 else math.log(x)),
    ("log2", lambda x: -math.inf if x == 0 else math.log2(x)),
    ("log10", lambda x: -math.inf if x == 0 else math.log10(x)),
    ("log1p", lambda x: -math.inf if x == -1 else math.log1p(x)), ("abs", abs),
    ("sign", lambda x: x if x == 0 or x != x else math.copysign(1.0, x)),
):  # fmt: skip
    _function(_name, _how)


@native("Math.fround", 1)
def _fround(vm: Any, this: Any, args: list[Any]) -> Any:
    import struct

    try:
        return num(struct.unpack("f", struct.pack("f", to_number(vm, arg(args, 0))))[0])
    except OverflowError:
        return math.inf


@native("Math.atan2", 2)
def _atan2(vm: Any, this: Any, args: list[Any]) -> Any:
    return num(math.atan2(to_number(vm, arg(args, 0)), to_number(vm, arg(args, 1))))


@native("Math.pow", 2)
def _pow(vm: Any, this: Any, args: list[Any]) -> Any:
    return arithmetic(vm, "**", to_number(vm, arg(args, 0)), to_number(vm, arg(args, 1)))


@native("Math.hypot", 2)
def _hypot(vm: Any, this: Any, args: list[Any]) -> Any:
    return num(math.hypot(*[to_number(vm, one) for one in args]))


@native("Math.imul", 2)
def _imul(vm: Any, this: Any, args: list[Any]) -> Any:
    return int32(int32(to_number(vm, arg(args, 0))) * int32(to_number(vm, arg(args, 1))))


@native("Math.clz32", 1)
def _clz(vm: Any, this: Any, args: list[Any]) -> int:
    return 32 - (int32(to_number(vm, arg(args, 0))) & 0xFFFFFFFF).bit_length()


def _extreme(name: str, start: float, better: Any) -> None:
    @native(f"Math.{name}", 2)
    def make(vm: Any, this: Any, args: list[Any]) -> Any:
        best: Any = start
        for one in args:
            value = to_number(vm, one)
            if value != value:
                return math.nan
            if better(value, best):
                best = value
        return best


_extreme("max", -math.inf, lambda a, b: a > b)
_extreme("min", math.inf, lambda a, b: a < b)


@native("Math.random")
def _random(vm: Any, this: Any, args: list[Any]) -> Any:
    return num(vm.p.luck().random())
