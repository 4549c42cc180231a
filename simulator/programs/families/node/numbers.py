"""How JavaScript writes and reads numbers."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .values import num, whole

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
BLANKS = " \t\n\r\v\f\u00a0\ufeff\u2028\u2029\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006" \
         "\u2007\u2008\u2009\u200a\u202f\u205f\u3000"  # fmt: skip
MAX_DIGITS = 2000
"""Digits of a text that are read as a whole number exactly."""


def number_text(value: int | float, radix: int = 10) -> str:
    """Write a number as `String(value)` does."""
    if radix != 10:
        return _in_radix(value, radix)
    if type(value) is int:
        return str(value)
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = int(exponent) + len(digits)
    mark = "-" if sign else ""
    if len(text) <= point <= 21:
        return mark + text + "0" * (point - len(text))
    if 0 < point <= 21:
        return f"{mark}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{mark}0.{'0' * -point}{text}"
    rest = f".{text[1:]}" if len(text) > 1 else ""
    return f"{mark}{text[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _in_radix(value: int | float, radix: int) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return number_text(value)
    left, mark = abs(value), "-" if value < 0 else ""
    integer, fraction = int(left), left - int(left)
    digits = ""
    while integer:
        integer, digit = divmod(integer, radix)
        digits = DIGITS[digit] + digits
    text = mark + (digits or "0")
    if fraction:
        text += "."
        for _ in range(52):
            fraction *= radix
            text += DIGITS[int(fraction)]
            fraction -= int(fraction)
            if not fraction:
                break
    return text


def fixed(value: int | float, places: int) -> str:
    """Write a number with so many decimals, as `toFixed` does."""
    if value != value or abs(value) >= 1e21:
        return number_text(value)
    quantum = Decimal(1).scaleb(-places)
    shown = Decimal(value).quantize(quantum, ROUND_HALF_UP, context=_wide())
    text = format(shown, "f")
    return text[1:] if text.startswith("-") and not shown else text


def _wide() -> Any:
    from decimal import Context

    return Context(prec=200)


def precision(value: int | float, digits: int) -> str:
    """Write a number with so many significant digits, as `toPrecision` does."""
    if value != value or value in (float("inf"), float("-inf")):
        return number_text(value)
    if value == 0:
        return "0" + ("." + "0" * (digits - 1) if digits > 1 else "")
    shown = _context(digits).create_decimal(Decimal(value))
    exponent = shown.adjusted()
    if exponent < -6 or exponent >= digits:
        text = "".join(map(str, shown.as_tuple().digits)).ljust(digits, "0")[:digits]
        mark = "-" if shown < 0 else ""
        rest = f".{text[1:]}" if digits > 1 else ""
        return f"{mark}{text[0]}{rest}e{'+' if exponent >= 0 else '-'}{abs(exponent)}"
    return format(shown.quantize(Decimal(1).scaleb(exponent - digits + 1), context=_wide()), "f")


def _context(digits: int) -> Any:
    from decimal import Context

    return Context(prec=digits, rounding=ROUND_HALF_UP)


def exponential(value: int | float, places: int | None) -> str:
    """Write a number as `toExponential` does."""
    if value != value or value in (float("inf"), float("-inf")):
        return number_text(value)
    text = f"{value:.{places}e}" if places is not None else _shortest(value)
    head, _, exponent = text.partition("e")
    return f"{head}e{exponent[0]}{exponent[1:].lstrip('0') or '0'}"


def _shortest(value: int | float) -> str:
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = int(exponent) + len(digits) - 1 if value else 0
    rest = f".{text[1:]}" if len(text) > 1 else ""
    return f"{'-' if sign else ''}{text[0]}{rest}e{'+' if power >= 0 else '-'}{abs(power)}"


_DECIMAL = re.compile(r"[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


def read_number(text: str) -> int | float:
    """Read a text as `Number(text)` does: NaN when it is none."""
    text = text.strip(BLANKS)
    if not text:
        return 0
    if text[0] == "0" and text[1:2].lower() in ("x", "o", "b"):
        base = {"x": 16, "o": 8, "b": 2}[text[1].lower()]
        try:
            return whole(int(text[2:], base)) if "_" not in text else float("nan")
        except ValueError:
            return float("nan")
    if len(text) > MAX_DIGITS or not text.isascii() or not _DECIMAL.fullmatch(text):
        return float("nan")
    return _read(text)


def _read(text: str) -> int | float:
    if "Infinity" in text:
        return float("-inf") if text[0] == "-" else float("inf")
    return num(float(text))


def parse_float(text: str) -> int | float:
    """Read the beginning of a text as `parseFloat` does."""
    match = _DECIMAL.match(text.strip(BLANKS)[:MAX_DIGITS])
    return _read(match[0]) if match else float("nan")


def parse_int(text: str, radix: int) -> int | float:
    """Read the beginning of a text as `parseInt` does."""
    text = text.strip(BLANKS)[:MAX_DIGITS].lower()
    sign = -1 if text[:1] == "-" else 1
    text = text[1:] if text[:1] in ("+", "-") else text
    if radix in (0, 16) and text[:2] == "0x":
        text, radix = text[2:], 16
    radix = radix or 10
    if not 2 <= radix <= 36:
        return float("nan")
    allowed = DIGITS[:radix]
    end = next((n for n, char in enumerate(text) if char not in allowed), len(text))
    if not end:
        return float("nan")
    value = whole(int(text[:end], radix))
    return -0.0 if sign < 0 and value == 0 else sign * value


def grouped(value: int | float, least: int = 0, most: int = 3) -> str:
    """Write a number in the way of `toLocaleString("en-US")`."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "-∞"
    text = fixed(value, most) if abs(value) < 1e21 else str(int(value))
    head, _, tail = text.partition(".")
    tail = tail.rstrip("0").ljust(least, "0")
    mark = "-" if head.startswith("-") else ""
    head = f"{int(head.lstrip('-')):,}"
    return mark + head + (f".{tail}" if tail else "")
