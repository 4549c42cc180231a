"""`$((...))`: integer arithmetic of the shell, read by precedence climbing."""

from __future__ import annotations

import re
from typing import Protocol

TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\$\{?\w+\}?|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||"
    r"[-+*/%()<>!~&|^?:=])"
)
LEVELS = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    "<": 7,
    ">": 7,
    "<=": 7,
    ">=": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "%": 10,
}
LIMIT = 1 << 63


class Variables(Protocol):
    """Anything that knows variables."""

    def get(self, name: str) -> str | None:
        """Return a variable's value, or None."""


def evaluate(text: str, variables: Variables) -> int:
    """Compute an expression; what cannot be read counts as 0, as does division by zero."""
    tokens = TOKEN.findall(text)[:500]
    value, _ = _binary(tokens, 0, 0, variables, 0)
    return (value + LIMIT) % (2 * LIMIT) - LIMIT


def _binary(
    tokens: list[str], at: int, level: int, variables: Variables, depth: int
) -> tuple[int, int]:
    left, at = _unary(tokens, at, variables, depth)
    while at < len(tokens) and LEVELS.get(tokens[at], 0) > level:
        operator = tokens[at]
        right, at = _binary(tokens, at + 1, LEVELS[operator], variables, depth)
        left = _apply(operator, left, right)
    return left, at


def _unary(tokens: list[str], at: int, variables: Variables, depth: int) -> tuple[int, int]:
    if at >= len(tokens) or depth > 60:
        return 0, len(tokens)
    token = tokens[at]
    if token in "+-!~":
        value, at = _unary(tokens, at + 1, variables, depth + 1)
        return {"+": value, "-": -value, "!": int(not value), "~": ~value}[token], at
    if token == "(":
        value, at = _binary(tokens, at + 1, 0, variables, depth + 1)
        return value, at + 1
    if token[0].isdigit():
        return _number(token), at + 1
    name = token.strip("${}")
    return _number((variables.get(name) or "0").strip()) if name else 0, at + 1


def _number(text: str) -> int:
    try:
        return int(text, 16) if text[:2].lower() == "0x" else int(text[:19])
    except ValueError:
        return 0


def _apply(operator: str, left: int, right: int) -> int:
    if operator in ("/", "%"):
        if right == 0:
            return 0
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if operator == "/" else left - quotient * right
    if operator in ("<<", ">>"):
        right = min(63, max(0, right))
        return left << right if operator == "<<" else left >> right
    table = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "&": left & right,
        "|": left | right,
        "^": left ^ right,
        "==": int(left == right),
        "!=": int(left != right),
        "<": int(left < right),
        ">": int(left > right),
        "<=": int(left <= right),
        ">=": int(left >= right),
        "&&": int(bool(left and right)),
        "||": int(bool(left or right)),
    }
    return table[operator]
