"""Conversions and comparisons of values, as the language defines them."""

from __future__ import annotations

import math
from typing import Any

from ...vm import Machine
from .numbers import number_text, read_number
from .values import (
    LONGEST_TEXT,
    MAX_TEXT,
    NULL,
    WELL_KNOWN,
    Big,
    BigInt,
    Obj,
    Symbol,
    num,
    whole,
)

MAX_BITS = 20_000
"""Bits of a BigInt."""


def truthy(value: Any) -> bool:
    """Tell whether a value counts as true."""
    if value is None or value is NULL or value is False:
        return False
    kind = type(value)
    if kind is str:
        return bool(value != "")
    if kind is int or kind is float:
        return bool(value != 0 and value == value)
    if kind is BigInt:
        return bool(value.value)
    return True


def typeof(value: Any) -> str:
    """Name a value's type as `typeof` does."""
    from .objects import is_callable

    kind = type(value)
    if value is None:
        return "undefined"
    if kind is bool:
        return "boolean"
    if kind is int or kind is float:
        return "number"
    if kind is str or kind is Big:
        return "string"
    if kind is Symbol:
        return "symbol"
    if kind is BigInt:
        return "bigint"
    return "function" if is_callable(value) else "object"


def to_primitive(vm: Machine, value: Any, hint: str = "default") -> Any:
    """Turn an object into a primitive value by its own methods."""
    from .errors import throw
    from .objects import get_now, is_callable

    if not isinstance(value, Obj):
        return value
    own = get_now(vm, value, WELL_KNOWN["toPrimitive"])
    if is_callable(own):
        made = vm.call_now(own, [hint], {"this": value})
        if not isinstance(made, Obj):
            return made
        raise throw(vm, "TypeError", "Cannot convert object to primitive value")
    names = ("toString", "valueOf") if hint == "string" else ("valueOf", "toString")
    if hint == "default" and value.kind == "Date":
        names = ("toString", "valueOf")
    for name in names:
        method = get_now(vm, value, name)
        if is_callable(method):
            made = vm.call_now(method, [], {"this": value})
            if not isinstance(made, Obj):
                return made
    raise throw(vm, "TypeError", "Cannot convert object to primitive value")


def to_text(vm: Machine, value: Any) -> str:
    """Turn a value into a string; of a long one its beginning."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return "undefined"
    if value is NULL:
        return "null"
    if kind is float:
        return number_text(value)
    if kind is Big:
        return value.text  # type: ignore[no-any-return]
    if kind is BigInt:
        return str(value.value)
    if kind is Symbol:
        from .errors import throw

        raise throw(vm, "TypeError", "Cannot convert a Symbol value to a string")
    return to_text(vm, to_primitive(vm, value, "string"))


def to_numeric(vm: Machine, value: Any) -> Any:
    """Turn a value into a number or a BigInt."""
    kind = type(value)
    if kind is int or kind is float or kind is BigInt:
        return value
    if kind is str:
        return read_number(value)
    if kind is bool:
        return int(value)
    if value is None:
        return math.nan
    if value is NULL:
        return 0
    if kind is Symbol:
        from .errors import throw

        raise throw(vm, "TypeError", "Cannot convert a Symbol value to a number")
    if kind is Big:
        return math.nan
    return to_numeric(vm, to_primitive(vm, value, "number"))


def to_number(vm: Machine, value: Any) -> int | float:
    """Turn a value into a number."""
    made = to_numeric(vm, value)
    if type(made) is BigInt:
        from .errors import throw

        raise throw(vm, "TypeError", "Cannot convert a BigInt value to a number")
    return made  # type: ignore[no-any-return]


def to_integer(vm: Machine, value: Any, default: int = 0) -> int:
    """Turn a value into a whole number; very large ones come out as 2 to the 53rd."""
    if value is None:
        return default
    number = to_number(vm, value)
    if type(number) is int:
        return number
    if number != number:
        return 0
    if abs(number) > 9e15:
        return 1 << 53 if number > 0 else -(1 << 53)
    return int(number)


def int32(value: int | float) -> int:
    """Cut a number down to 32 bits with a sign."""
    if type(value) is float:
        if value != value or value in (math.inf, -math.inf):
            return 0
        value = int(value)
    cut = int(value) & 0xFFFFFFFF
    return cut - (1 << 32) if cut & 0x80000000 else cut


def to_key(vm: Machine, value: Any) -> Any:
    """Turn a value into a property key: a str or a Symbol."""
    kind = type(value)
    if kind is str or kind is Symbol:
        return value
    if kind is int:
        return str(value)
    made = to_primitive(vm, value, "string")
    return made if type(made) is Symbol else to_text(vm, made)


def concat(parts: list[Any], vm: Machine) -> Any:
    """Join texts; a result that is too long for the model keeps its beginning and its length."""
    total = sum(len(part) if type(part) is str else part.ballast for part in parts)
    if total <= MAX_TEXT:
        return "".join([part if type(part) is str else part.text for part in parts])
    if total > LONGEST_TEXT:
        from .errors import throw

        raise throw(vm, "RangeError", "Invalid string length")
    head: list[str] = []
    room = MAX_TEXT
    for part in parts:
        text = part if type(part) is str else part.text
        head.append(text[:room])
        room -= len(head[-1])
        if room <= 0 or type(part) is Big:
            break
    return Big("".join(head), total)


def add(vm: Machine, a: Any, b: Any) -> Any:
    """Add, or join as texts."""
    a, b = to_primitive(vm, a), to_primitive(vm, b)
    if type(a) in (str, Big) or type(b) in (str, Big):
        left = a if type(a) is Big else to_text(vm, a)
        right = b if type(b) is Big else to_text(vm, b)
        return concat([left, right], vm)
    return arithmetic(vm, "+", a, b)


def arithmetic(vm: Machine, sign: str, a: Any, b: Any) -> Any:
    """Do sums with two values."""
    a, b = to_numeric(vm, a), to_numeric(vm, b)
    if type(a) is BigInt or type(b) is BigInt:
        if type(a) is not type(b):
            from .errors import throw

            raise throw(vm, "TypeError", "Cannot mix BigInt and other types, use explicit "
                        "conversions")  # fmt: skip
        return _with_bigints(vm, sign, a.value, b.value)
    if sign in ("&", "|", "^", "<<", ">>", ">>>"):
        return _bits(sign, a, b)
    try:
        return _sum(sign, a, b)
    except OverflowError:
        return math.inf


def _sum(sign: str, a: int | float, b: int | float) -> int | float:
    ints = type(a) is int and type(b) is int
    if sign == "+":
        return whole(int(a + b)) if ints else num(float(a) + float(b))
    if sign == "-":
        return whole(int(a - b)) if ints else num(float(a) - float(b))
    if sign == "*":
        if ints and (a and b):
            return whole(int(a * b))
        return num(float(a) * float(b))
    if sign == "/":
        return _divide(float(a), float(b))
    if sign == "%":
        if b == 0 or a in (math.inf, -math.inf) or a != a or b != b:
            return math.nan
        return num(math.fmod(a, b))
    return _power(a, b)


def _divide(a: float, b: float) -> int | float:
    if b == 0:
        if a == 0 or a != a:
            return math.nan
        return math.inf if (a > 0) == (math.copysign(1.0, b) > 0) else -math.inf
    return num(a / b)


def _power(a: int | float, b: int | float) -> int | float:
    if b != b or (abs(a) == 1 and abs(b) == math.inf):
        return math.nan
    if b == 0:
        return 1
    if type(a) is int and type(b) is int and 0 < b < 64:
        return whole(a**b)
    try:
        return num(math.pow(a, b))
    except OverflowError:
        return -math.inf if a < 0 and b % 2 else math.inf
    except ValueError:
        return math.inf if a == 0 else math.nan


def _bits(sign: str, a: int | float, b: int | float) -> int:
    x, y = int32(a), int32(b)
    if sign == "&":
        return x & y
    if sign == "|":
        return x | y
    if sign == "^":
        return x ^ y
    if sign == "<<":
        return int32(x << (y & 31))
    if sign == ">>":
        return x >> (y & 31)
    return (x & 0xFFFFFFFF) >> (y & 31)


def _with_bigints(vm: Machine, sign: str, a: int, b: int) -> BigInt:
    from .errors import throw

    if sign in ("/", "%") and b == 0:
        raise throw(vm, "RangeError", "Division by zero")
    if sign == "**" and b < 0:
        raise throw(vm, "RangeError", "Exponent must be non-negative")
    large = (sign == "**" and a.bit_length() * b > MAX_BITS) or (sign == "<<" and b > MAX_BITS)
    if large or (sign == "*" and a.bit_length() + b.bit_length() > MAX_BITS):
        raise throw(vm, "RangeError", "Maximum BigInt size exceeded")
    if sign == "/":
        made = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    elif sign == "%":
        made = abs(a) % abs(b) * (-1 if a < 0 else 1)
    elif sign in ("<<", ">>"):
        made = a << b if (sign == "<<") == (b >= 0) else a >> abs(b)
    elif sign == ">>>":
        raise throw(vm, "TypeError", "BigInts have no unsigned right shift, use >> instead")
    else:
        sums: dict[str, Any] = {
            "+": a.__add__, "-": a.__sub__, "*": a.__mul__, "&": a.__and__, "|": a.__or__,
            "^": a.__xor__, "**": a.__pow__,
        }  # fmt: skip
        made = sums[sign](b)
    return BigInt(made)


def compare(vm: Machine, sign: str, a: Any, b: Any) -> bool:
    """Compare by order."""
    a, b = to_primitive(vm, a, "number"), to_primitive(vm, b, "number")
    if type(a) is not str or type(b) is not str:
        a, b = to_numeric(vm, a), to_numeric(vm, b)
        a = a.value if type(a) is BigInt else a
        b = b.value if type(b) is BigInt else b
    if sign == "<":
        return bool(a < b)
    if sign == ">":
        return bool(a > b)
    return bool(a <= b) if sign == "<=" else bool(a >= b)


def strictly_equal(a: Any, b: Any) -> bool:
    """Compare with ===."""
    if a is b:
        return type(a) is not float or a == a
    kind, other = type(a), type(b)
    if kind in (int, float) and other in (int, float):
        return bool(a == b)
    if kind is not other:
        return False
    if kind is str:
        return bool(a == b)
    if kind is BigInt:
        return bool(a.value == b.value)
    if kind is Big:
        return bool(a.ballast == b.ballast and a.text == b.text)
    return False


def same_value_zero(a: Any, b: Any) -> bool:
    """Compare as `includes` and Map do: NaN is itself."""
    return strictly_equal(a, b) or (type(a) is float and type(b) is float and a != a and b != b)


def loosely_equal(vm: Machine, a: Any, b: Any) -> bool:
    """Compare with ==."""
    nothing = (a is None or a is NULL, b is None or b is NULL)
    if any(nothing):
        return all(nothing)
    if isinstance(a, Obj) and isinstance(b, Obj):
        return a is b
    if isinstance(a, Obj):
        a = to_primitive(vm, a)
    elif isinstance(b, Obj):
        b = to_primitive(vm, b)
    if type(a) is type(b) or Symbol in (type(a), type(b)):
        return strictly_equal(a, b)
    x, y = to_numeric(vm, a), to_numeric(vm, b)
    x = x.value if type(x) is BigInt else x
    y = y.value if type(y) is BigInt else y
    return bool(x == y)
