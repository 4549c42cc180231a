"""How Go writes and reads small texts: BuildKit is written in Go, and its messages show it.

Source: the Go standard library's documentation of strconv, strings, unicode and time;
the "did you mean" rule was read in moby/buildkit `util/suggest`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from simulator.docker.dockerfile.errors import DockerfileError

# Unicode's White_Space property, which Go trims and splits on; Python's str.strip takes more.
SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + ("\u2028\u2029\u202f\u205f\u3000")
)
_SPACE_SET = frozenset(SPACES)
_SHORT_ESCAPES = {
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
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_MAX_INT64 = 2**63 - 1
_DURATION_PART = re.compile(r"([0-9]*)(\.?)([0-9]*)([^0-9.]*)")


def is_space(char: str) -> bool:
    """Tell whether one character is white space to Go."""
    return char in _SPACE_SET


def quote(text: str) -> str:
    """Write a text as Go's %q does."""
    return '"' + "".join(map(_quote_char, text)) + '"'


def _quote_char(char: str) -> str:
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if char == " " or char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_list(texts: Iterable[str]) -> str:
    """Write a list of texts as Go's %q does: ``["a" "b"]``."""
    return "[" + " ".join(map(quote, texts)) + "]"


def plain_list(texts: Iterable[str]) -> str:
    """Write a list of texts as Go's %v does: ``[a b]``."""
    return "[" + " ".join(texts) + "]"


def parse_bool(text: str) -> bool | None:
    """Read a boolean as strconv.ParseBool does.   Returns None for anything else."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def parse_uint(text: str, base: int, bits: int) -> int | None:
    """Read an unsigned number of at most `bits` bits.   Returns None when it is not one."""
    digits = "01234567" if base == 8 else "0123456789"
    if not text or text.strip(digits) or len(text.lstrip("0")) > 24:
        return None
    value = int(text, base)
    return value if value < 2**bits else None


def parse_int(text: str, bits: int = 64) -> int:
    """Read a decimal number as strconv.ParseInt does.   Raises DockerfileError in its words."""
    prefix = f"strconv.ParseInt: parsing {quote(text)}: "
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits or digits.strip("0123456789"):
        raise DockerfileError(prefix + "invalid syntax")
    value = int(text) if len(digits.lstrip("0")) <= 24 else 2**99
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise DockerfileError(prefix + "value out of range")
    return value


def _quote_duration(text: str) -> str:
    """Write a text as Go's time package does: everything but plain ASCII as bytes."""
    out = []
    for char in text:
        if " " <= char < "\x80":
            out.append("\\" + char if char in '"\\' else char)
        else:
            out += [f"\\x{byte:02x}" for byte in char.encode()]
    return '"' + "".join(out) + '"'


def parse_duration(text: str) -> int:
    """Read a duration such as ``1m30s``.   Returns nanoseconds.   Raises DockerfileError."""
    shown = _quote_duration(text)
    rest, sign = (text[1:], -1 if text[0] == "-" else 1) if text[:1] in ("+", "-") else (text, 1)
    if rest == "0":
        return 0
    if not rest:
        raise DockerfileError(f"time: invalid duration {shown}")
    total = 0
    while rest:
        part = _DURATION_PART.match(rest)
        assert part is not None  # every piece of the pattern may be empty
        whole, _, fraction, unit = part.groups()
        if (not whole and not fraction) or len(whole) > 19:
            raise DockerfileError(f"time: invalid duration {shown}")
        if not unit:
            raise DockerfileError(f"time: missing unit in duration {shown}")
        if unit not in _UNIT_NS:
            raise DockerfileError(f"time: unknown unit {_quote_duration(unit)} in duration {shown}")
        total += int(Decimal(f"{whole or 0}.{fraction[:30] or 0}") * _UNIT_NS[unit])
        if total > _MAX_INT64:
            raise DockerfileError(f"time: invalid duration {shown}")
        rest = rest[part.end() :]
    return sign * total


def format_duration(ns: int) -> str:
    """Write nanoseconds as Go does: ``1m30s``, ``100ms``, ``0s``."""
    if ns == 0:
        return "0s"
    sign, ns = ("-", -ns) if ns < 0 else ("", ns)
    if ns < _UNIT_NS["s"]:
        unit = "ns" if ns < 1_000 else "µs" if ns < 1_000_000 else "ms"
        return f"{sign}{_decimal(ns, _UNIT_NS[unit])}{unit}"
    minutes, rest = divmod(ns, _UNIT_NS["m"])
    hours, minutes = divmod(minutes, 60)
    out = f"{_decimal(rest, _UNIT_NS['s'])}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{out}"
    return f"{sign}{minutes}m{out}" if minutes else sign + out


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    digits = str(part).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}" if part else str(whole)


def edit_distance(one: str, other: str, limit: int) -> int:
    """Count the insertions, deletions and substitutions between two texts, or say `limit`."""
    if abs(len(one) - len(other)) >= limit:
        return limit
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
        if min(row) >= limit:
            return limit
    return min(row[-1], limit)


def suggestion(value: str, options: Iterable[str], *, any_case: bool = False) -> str:
    """Find the option that the writer may have meant: the first nearest, within two edits.

    Returns "" when there is none, or when an option equals the value (the mistake is elsewhere).
    """
    wanted = value.lower() if any_case else value
    best, nearest = "", 3
    for option in options:
        shown = option.lower() if any_case else option
        if shown == wanted:
            return ""
        distance = edit_distance(wanted, shown, nearest)
        if distance < nearest:
            best, nearest = shown, distance
    if any_case and value == value.upper() and value != value.lower():
        return best.upper()
    return best


def did_you_mean(value: str, options: Iterable[str], *, any_case: bool = False) -> str:
    """Write the tail of a message, `` (did you mean X?)``, or nothing."""
    found = suggestion(value, options, any_case=any_case)
    return f" (did you mean {found}?)" if found else ""
