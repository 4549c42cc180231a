"""Numbers and strings as Go writes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .converting import encoded
from .tokens import to_bytes
from .types import Type

if TYPE_CHECKING:
    pass


def int_text(v: int, verb: str, flags: str, kind: Type | None) -> str | None:
    """Write an integer; None when it has no such verb."""
    if verb in "vd":
        if verb == "v" and "#" in flags and kind is not None and kind.kind.startswith("uint"):
            return hex(v)
        text = str(v)
    elif verb in "xX":
        text = f"{v:x}" if verb == "x" else f"{v:X}"
        text = ("-0" if v < 0 else "0") + verb + text.lstrip("-") if "#" in flags else text
    elif verb == "o":
        text = f"{v:o}"
    elif verb == "O":
        text = f"0o{v:o}"
    elif verb == "b":
        text = f"{v:b}"
    elif verb == "c":
        return encoded(v)
    elif verb == "q":
        return "'" + quoted(encoded(v))[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
    elif verb == "U":
        return f"U+{v:04X}"
    else:
        return None
    if v >= 0 and "+" in flags:
        return "+" + text
    return " " + text if v >= 0 and " " in flags else text


def float_text(
    v: float, verb: str, flags: str = "", precision: int | None = None, bits: int = 64
) -> str:
    """Write a float as Go does."""
    if v != v:
        text = "NaN"
    elif math.isinf(v):
        text = "+Inf" if v > 0 else "-Inf"
        return text if "+" in flags or v < 0 or verb in "veEfFgG" else "Inf"
    elif verb in "fF":
        text = f"{v:.{6 if precision is None else precision}f}"
    elif verb in "eE":
        text = f"{v:.{6 if precision is None else precision}{verb}}"
    elif precision is not None:
        text = _exponent(f"{v:.{max(1, precision)}g}")
    else:
        text = shortest(v, bits)
    return "+" + text if "+" in flags and not text.startswith("-") else text


def shortest(v: float, bits: int = 64, limit: int = 21) -> str:
    """Write the shortest text that reads back as the same float, with %e from an exponent on."""
    if v == 0:
        return "-0" if math.copysign(1, v) < 0 else "0"
    text = repr(v) if bits == 64 else _shortest32(v)
    mantissa, _, power = text.partition("e")
    digits = mantissa.replace("-", "").replace(".", "")
    whole = mantissa.lstrip("-").partition(".")[0]
    exponent = int(power or 0) + len(whole) - 1
    stripped = digits.lstrip("0")
    if whole == "0":
        exponent -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0") or "0"
    sign = "-" if v < 0 else ""
    if exponent < -4 or exponent >= limit:
        tail = "." + stripped[1:] if len(stripped) > 1 else ""
        return f"{sign}{stripped[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{stripped}"
    stripped = stripped.ljust(exponent + 1, "0")
    tail = stripped[exponent + 1 :]
    return sign + stripped[: exponent + 1] + ("." + tail if tail else "")


def _shortest32(v: float) -> str:
    from .values import to_float32

    for digits in range(1, 10):
        text = f"{v:.{digits}g}"
        if to_float32(float(text)) == v:
            return repr(float(text))
    return repr(v)


def _exponent(text: str) -> str:
    return text


_QUOTED = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def quoted(value: str) -> str:
    """Write a Go string in quotes."""
    pieces = []
    raw = value.encode("latin-1").decode("utf-8", "surrogateescape")
    for sign in raw:
        if sign in _QUOTED:
            pieces.append(_QUOTED[sign])
        elif "\udc80" <= sign <= "\udcff":
            pieces.append(f"\\x{ord(sign) - 0xDC00:02x}")
        elif sign.isprintable():
            pieces.append(to_bytes(sign))
        elif ord(sign) < 0x80:
            pieces.append(f"\\x{ord(sign):02x}")
        else:
            code = ord(sign)
            pieces.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return '"' + "".join(pieces) + '"'
