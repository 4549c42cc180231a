"""Quantities: the numbers with suffixes of Kubernetes (`500m`, `1.5Gi`, `2e3`), kept exactly.

Every quantity is a whole number of billionths, because the API server rounds anything finer
away from zero, so plain integers do all the arithmetic. Source: kubernetes/apimachinery v0.32
pkg/api/resource (quantity.go, suffix.go, amount.go), read 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

NANOS = 1_000_000_000
DECIMAL_SI, BINARY_SI, DECIMAL_EXPONENT = "DecimalSI", "BinarySI", "DecimalExponent"

MAX_BINARY = (1 << 63) - 1
"""Values with a binary suffix are cut to this; decimal ones are not (`12E` is fine)."""

MAX_EXPONENT = 4096
# Simplified: an exponent beyond 4096 is refused as a bad suffix, where upstream would compute
# with numbers of that many digits.

_FORM = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
_DECIMAL = {
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip
_DECIMAL_TEXT = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_BINARY_TEXT = ("", *_BINARY)
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)", re.ASCII)

FORMAT_ERROR = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
SUFFIX_ERROR = "unable to parse quantity's suffix"


class QuantityError(ValueError):
    """The text is no quantity; the message is upstream's."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount.

    nanos: billionths.   format: the style it prints in.   text: the spelling that is kept
    verbatim after parsing (upstream reuses texts that already look canonical), else "".
    """

    nanos: int
    format: str = DECIMAL_SI
    text: str = ""

    def __str__(self) -> str:
        return self.text or normalized(self.nanos, self.format)

    def __add__(self, other: Quantity) -> Quantity:
        """Add; zero takes the other's format, as upstream's Add."""
        return Quantity(self.nanos + other.nanos, self.format if self.nanos else other.format)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.nanos - other.nanos, self.format if self.nanos else other.format)

    def __neg__(self) -> Quantity:
        return Quantity(-self.nanos, self.format)

    def __mul__(self, factor: int) -> Quantity:
        return Quantity(self.nanos * factor, self.format)

    def value(self) -> int:
        """Give whole units, rounded away from zero."""
        return _away_from_zero(self.nanos, NANOS)

    def milli_value(self) -> int:
        """Give thousandths, rounded away from zero."""
        return _away_from_zero(self.nanos, NANOS // 1000)


def parse(text: str | int | float) -> Quantity:
    """Read a quantity.   Raises QuantityError in upstream's words."""
    return _parse(text if isinstance(text, str) else str(text))


@lru_cache(maxsize=65536)
def _parse(text: str) -> Quantity:
    match = _FORM.fullmatch(text) if text else None
    if match is None:
        raise QuantityError(FORMAT_ERROR)
    sign, whole, fraction, suffix = match[1], match[2].lstrip("0"), match[3] or "", match[4]
    power, format = _suffix(suffix)
    digits = (whole or "0") + fraction
    scale = -len(fraction) if format == BINARY_SI else power - len(fraction)
    factor = 1 << power if format == BINARY_SI else 1
    if _is_short(digits, whole or "0", fraction, power, format) and scale >= -9:
        amount = int(digits) * factor
        if amount < 1 << 63:
            nanos = _scaled_up(amount, scale + 9)
            keep = _is_kept(digits, int(digits), scale, format) or text == "0"
            return Quantity(-nanos if sign == "-" else nanos, format, text if keep else "")
    nanos = _scaled_up(int(digits) * factor, scale + 9)
    if format == BINARY_SI:
        nanos = min(nanos, MAX_BINARY * NANOS)
        if 0 < nanos < NANOS:
            format = DECIMAL_SI
    return Quantity(-nanos if sign == "-" else nanos, format)


def _suffix(suffix: str) -> tuple[int, str]:
    """Give the power (of ten, or of two for binary suffixes) and the format it asks for."""
    if suffix in _DECIMAL:
        return _DECIMAL[suffix], DECIMAL_SI
    if suffix in _BINARY:
        return _BINARY[suffix], BINARY_SI
    match = _EXPONENT.fullmatch(suffix)
    if match is None or abs(int(match[1])) > MAX_EXPONENT:
        raise QuantityError(SUFFIX_ERROR)
    return int(match[1]), DECIMAL_EXPONENT


def _is_short(digits: str, whole: str, fraction: str, power: int, format: str) -> bool:
    """Tell whether upstream takes its 64-bit path, the only one that keeps a spelling."""
    if format == BINARY_SI:
        return not fraction and 15 - len(whole) - power * 3 // 10 - 1 >= 0
    return len(digits) <= 18


def _is_kept(digits: str, value: int, scale: int, format: str) -> bool:
    """Tell whether the spelling is kept as canonical although it may not be."""
    if format == BINARY_SI:
        return value & 7 != 0
    return scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0"


def _scaled_up(amount: int, power: int) -> int:
    """Give amount * 10**power, rounded up."""
    if power >= 0:
        return amount * int(10**power)
    return -(-amount // int(10**-power))


def _away_from_zero(amount: int, unit: int) -> int:
    return -(-amount // unit) if amount >= 0 else amount // unit


def normalized(nanos: int, format: str) -> str:
    """Write an amount in canonical form: the largest suffix that leaves no fraction."""
    if nanos == 0:
        return "0"
    if format == BINARY_SI and nanos % NANOS == 0 and abs(nanos) >= 1024 * NANOS:
        number, times = abs(nanos) // NANOS, 0
        while number % 1024 == 0 and times < len(_BINARY):
            number, times = number // 1024, times + 1
        return f"{'-' if nanos < 0 else ''}{number}{_BINARY_TEXT[times]}"
    number, power = abs(nanos), -9
    while number % 1000 == 0:
        number, power = number // 1000, power + 3
    if format == DECIMAL_EXPONENT or power not in _DECIMAL_TEXT:
        suffix = f"e{power}" if power else ""
    else:
        suffix = _DECIMAL_TEXT[power]
    return f"{'-' if nanos < 0 else ''}{number}{suffix}"


def canonical(text: str | int | float) -> str:
    """Write a quantity as the API server stores and returns it (`1000m` -> `1`)."""
    return str(parse(text))


def compare(left: str | int | float, right: str | int | float) -> int:
    """Say -1, 0 or 1: less, equal, more."""
    a, b = parse(left).nanos, parse(right).nanos
    return (a > b) - (a < b)


@lru_cache(maxsize=65536)
def _milli(text: str | int | float) -> int:
    return parse(text).milli_value()


@lru_cache(maxsize=65536)
def _units(text: str | int | float) -> int:
    return parse(text).value()


def milli_cpu(text: str | int | float | None) -> int:
    """Give a CPU quantity in thousandths of a core, rounded up; 0 for None."""
    return 0 if text is None else _milli(text)


def bytes_of(text: str | int | float | None) -> int:
    """Give a quantity in whole units (bytes, pods, devices), rounded up; 0 for None."""
    return 0 if text is None else _units(text)


def cpu_text(milli: int) -> str:
    """Write thousandths of a core as a quantity (1500 -> `1500m`, 2000 -> `2`)."""
    return normalized(milli * (NANOS // 1000), DECIMAL_SI)


def bytes_text(count: int) -> str:
    """Write bytes as a quantity with a binary suffix where one fits (1073741824 -> `1Gi`)."""
    return normalized(count * NANOS, BINARY_SI)


def go_struct(text: str | int | float) -> str:
    """Write a quantity as Go prints the struct: what field errors show of some."""
    amount = parse(text)
    match = _FORM.fullmatch(str(text))
    whole, fraction = (match[2].lstrip("0") or "0", match[3] or "") if match else ("0", "")
    power, format = _suffix(match[4]) if match else (0, amount.format)
    number, scale = int(whole + fraction), power - len(fraction)
    if format == BINARY_SI:
        number, scale = number << power, 0
    if amount.nanos < 0:
        number = -number
    return (
        f"resource.Quantity{{i:resource.int64Amount{{value:{number}, scale:{scale}}}, "
        f'd:resource.infDecAmount{{Dec:(*inf.Dec)(nil)}}, s:"{amount.text}", Format:"{format}"}}'
    )
