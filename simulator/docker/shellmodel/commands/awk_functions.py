"""The values of awk, and its functions on texts and numbers. Source: POSIX.1-2024, awk.

A value is a number, a text, a `Given` (a text from outside, which counts as a number where it
looks like one), or None (never set).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.patterns import searched

from .awk_grammar import AwkError, Node

if TYPE_CHECKING:
    from .awk_expressions import Expressions

Value = float | str | None
_LEAST = {"index": 2, "split": 2, "sub": 2, "gsub": 2, "match": 2, "substr": 2, "sprintf": 1,
          "tolower": 1, "toupper": 1, "atan2": 2}  # fmt: skip


_LOOKS = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
_LEADING = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_MATH: dict[str, Callable[..., float]] = {
    "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "sin": math.sin, "cos": math.cos,
    "atan2": math.atan2, "int": lambda x: float(math.trunc(x)),
}  # fmt: skip


_FORMAT = re.compile(r"%([-+ 0#]*)(\*|\d{1,4})?(?:\.(\*|\d{1,4}))?([a-zA-Z%])")


class Given(str):
    """A text from outside."""

    __slots__ = ()


def text_of(value: Value) -> str:
    """Write a value as a text: whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if math.isinf(value) or math.isnan(value):
        return f"{value:.0f}".replace("-nan", "nan")
    return str(int(value)) if value == int(value) and abs(value) < 1e16 else f"{value:.6g}"


def number_of(value: Value) -> float:
    """Read a value as a number, as far as it begins like one."""
    if isinstance(value, str):
        found = _LEADING.match(value[:64])
        return float(found[0]) if found else 0.0
    return value or 0.0


def truth(value: Value) -> bool:
    """Tell whether a value counts as true."""
    if isinstance(value, Given) and _LOOKS.fullmatch(value):
        return number_of(value) != 0
    return value != "" if isinstance(value, str) else bool(value)


def is_number(value: str) -> bool:
    """Tell whether a text from outside looks like a number."""
    return isinstance(value, Given) and _LOOKS.fullmatch(value) is not None


def format_text(values: list[Value]) -> str:
    """Write values by the format that is the first of them, as printf and sprintf do."""
    rest = values[1:]

    def star() -> str:
        number = number_of(rest.pop(0) if rest else None)
        return str(int(number) % 10_000 if math.isfinite(number) else 0)

    def one(found: re.Match[str]) -> str:
        flags, width, dot, kind = found[1], found[2] or "", found[3], found[4]
        if kind == "%":
            return "%"
        width = star() if width == "*" else width
        dot = star() if dot == "*" else dot
        head = f"%{flags}{width}" + (f".{dot}" if dot is not None else "")
        return _written(head, kind, rest.pop(0) if rest else None)

    return _FORMAT.sub(one, text_of(values[0])) if values else ""


def _written(head: str, kind: str, value: Value) -> str:
    if kind == "c":
        if isinstance(value, float) and math.isfinite(value):
            return (head + "s") % chr(int(value) % 0x110000)
        return (head + "s") % text_of(value)[:1]
    if kind == "s":
        return (head + "s") % text_of(value)
    number = number_of(value)
    if kind in "diouxX":
        if math.isinf(number) or math.isnan(number):
            return (head.split(".")[0] + "s") % text_of(number)
        return (head + ("d" if kind in "iu" else kind)) % int(number)
    if kind in "eEfFgG":
        return (head + kind) % number
    return head + kind


def call(awk: Expressions, name: str, nodes: list[Node]) -> Value:
    """Call a function."""
    if len(nodes) < _LEAST.get(name, 0):
        raise AwkError(f"not enough arguments of {name}")
    if name in ("sub", "gsub"):
        return float(_substitute(awk, nodes, name == "gsub"))
    if name == "split":
        return _split(awk, nodes)
    if name == "match":
        return _match(awk, nodes)
    if name == "length":
        if nodes and nodes[0][0] == "var" and nodes[0][1] in awk.arrays:
            return float(len(awk.arrays[nodes[0][1]]))
        return float(len(text_of(awk.value(nodes[0])) if nodes else awk.record))
    values = [awk.value(one) for one in nodes]
    if name in _MATH:
        try:
            return _MATH[name](*[number_of(one) for one in values])
        except (ValueError, TypeError):
            return math.nan
        except OverflowError:
            return math.inf
    if name == "sprintf":
        return awk.short(format_text(values))
    text = text_of(values[0])
    awk.charge(len(text))
    if name == "index":
        return float(text.find(text_of(values[1])) + 1)
    if name == "substr":
        return _part(text, [number_of(one) for one in values[1:]])
    return text.lower() if name == "tolower" else text.upper()


def _part(text: str, bounds: list[float]) -> str:
    """Cut `substr`'s part out: from a character (1 is the first), so many of them."""
    if any(math.isnan(one) for one in bounds):
        return ""
    limit = float(len(text) + 1)
    start = math.floor(min(limit, max(-limit, bounds[0])) + 0.5)
    count = min(3 * limit, max(0.0, bounds[1])) if len(bounds) > 1 else 3 * limit
    end = min(limit, start + math.floor(count + 0.5))
    return text[max(start, 1) - 1 : max(0, int(end) - 1)]


def _split(awk: Expressions, nodes: list[Node]) -> float:
    text, array = text_of(awk.value(nodes[0])), nodes[1]
    if array[0] != "var":
        raise AwkError("split needs an array")
    mark = text_of(awk.names["FS"])
    if len(nodes) > 2:
        mark = nodes[2][1] if nodes[2][0] == "regex" else text_of(awk.value(nodes[2]))
    pieces = awk.split(text, mark)
    awk.arrays[array[1]] = {str(n): Given(one) for n, one in enumerate(pieces, start=1)}
    return float(len(pieces))


def _match(awk: Expressions, nodes: list[Node]) -> float:
    text, regex = text_of(awk.value(nodes[0])), awk.pattern(nodes[1])
    found = regex.search(searched(regex, text))
    start = float(found.start() + 1) if found else 0.0
    awk.names["RSTART"] = start
    awk.names["RLENGTH"] = float(found.end() - found.start()) if found else -1.0
    return start


def _substitute(awk: Expressions, nodes: list[Node], everywhere: bool) -> int:
    """Replace the first match, or all of them; `&` stands for what was found."""
    regex, new = awk.pattern(nodes[0]), text_of(awk.value(nodes[1]))
    target: Node = nodes[2] if len(nodes) > 2 else ["field", ["num", 0.0]]
    text = text_of(awk.value(target))
    seen = searched(regex, text)
    awk.charge(20 * (len(text) + len(new)))

    def one(found: re.Match[str]) -> str:
        return re.sub(r"\\&|\\\\|&", lambda m: found[0] if m[0] == "&" else m[0][1], new)

    changed, count = regex.subn(one, seen, count=0 if everywhere else 1)
    if count:
        if target[0] not in ("var", "item", "field"):
            raise AwkError("what is changed is no variable")
        awk.store(target, changed + text[len(seen) :])
    return count
