"""`$((...))`, `((...))` and `let`: C's integer arithmetic on the shell's variables.

Source: "Shell Arithmetic" of the Bash Reference Manual. Numbers have 64 bits, as in the shell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .expand import Scope

_TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z]+|\d+|[A-Za-z_]\w*(?:\[[^\]]*\])?"
    r"|\*\*|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),])"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="), ("<<", ">>"),
    ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_OCTAL = re.compile(r"0[0-7]*")
_NUMBER = re.compile(r"[-+]?(?:0[0-7]*|[1-9]\d*|0[xX][0-9a-fA-F]+)")
MAX_DEPTH = 100


class ArithmeticFault(Exception):
    """What is wrong with an expression: a key of `_WORDS`, and the text at which it is."""

    def __init__(self, what: str, token: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.token = token

    def words(self, text: str, kind: str) -> str:
        """Word it as a shell of this kind does; text: the whole expression."""
        bash, dash = _WORDS[self.what]
        if kind == "bash":
            token = f' (error token is "{self.token}")' if self.token else ""
            return f"{text.strip()}: {bash}{token}"
        if kind != "dash":
            return "divide by zero" if self.what == "zero" else "arithmetic syntax error"
        if self.what == "number":
            return f"Illegal number: {self.token}"
        return f'arithmetic expression: {dash}: "{text}"'


_WORDS = {
    "zero": ("division by 0", "division by zero"),
    "operand": ("syntax error: operand expected", "expecting primary"),
    "end": ("syntax error in expression", "expecting EOF"),
    "operator": ("syntax error: invalid arithmetic operator", "expecting EOF"),
    "base": ("value too great for base", "expecting EOF"),
    "number": ("value too great for base", ""),
    "colon": ("`:' expected for conditional expression", "expecting ':'"),
    "bracket": ("missing `)'", "expecting ')'"),
    "exponent": ("exponent less than 0", "expecting primary"),
    "depth": ("expression recursion level exceeded", "expecting primary"),
}  # fmt: skip
"""What bash 5.2 and dash 0.5.12 say."""


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise ArithmeticFault("zero", "0")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_DO: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b), "<<": lambda a, b: a << (b % 64),
    ">>": lambda a, b: a >> (b % 64), "<": lambda a, b: int(a < b), "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b), ">=": lambda a, b: int(a >= b), "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b), "&": lambda a, b: a & b, "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}  # fmt: skip


def evaluate(text: str, scope: Scope, depth: int = 0) -> int:
    """Work an expression out, with its assignments; raises ArithmeticFault."""
    if depth > MAX_DEPTH or len(text) > 2000:
        raise ArithmeticFault("depth", text[:20])
    tokens, places, at = [], [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ArithmeticFault("operator", text[at:].lstrip())
        tokens.append(match[1])
        places.append(match.start(1))
        at = match.end()
    if not tokens:
        return 0
    reader = _Reader(tokens, scope, depth)
    try:
        value = reader.comma()
    except (IndexError, ValueError, RecursionError) as error:
        wrong = places[max(min(reader.at, len(places)) - 1, 0)]
        raise ArithmeticFault("operand", text[wrong:]) from error
    except ArithmeticFault as fault:
        if fault.token.isdigit() and fault.what in ("zero", "colon", "bracket"):
            fault.token = text[places[int(fault.token)] :]
        raise
    if reader.at < len(tokens):
        raise ArithmeticFault("end", text[places[reader.at] :])
    return value


def _wrap(value: int) -> int:
    """Keep 64 bits, as the shell's long does."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


class _Reader:
    def __init__(self, tokens: list[str], scope: Scope, depth: int) -> None:
        self.tokens = tokens
        self.scope = scope
        self.depth = depth
        self.at = 0
        self.quiet = 0
        """Above zero where a part is only read, because its value is not wanted."""

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        """Step over one of the tokens wanted, if it is next; answers it, or ""."""
        found = self.peek()
        if found and found in wanted:
            self.at += 1
            return found
        return ""

    def comma(self) -> int:
        value = self.assignment()
        while self.take(","):
            value = self.assignment()
        return value

    def assignment(self) -> int:
        name = self.peek()
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if _is_name(name) and following.endswith("=") and following not in _DO:
            self.at += 2
            value = self.assignment()
            if following != "=":
                value = _DO[following[:-1]](self.value_of(name), value)
            return self.store(name, value)
        return self.ternary()

    def ternary(self) -> int:
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        first = self.skipped(self.assignment, not condition)
        if not self.take(":"):
            raise ArithmeticFault("colon", str(self.at - 1))
        second = self.skipped(self.assignment, bool(condition))
        return first if condition else second

    def skipped(self, read: Callable[[], int], skip: bool) -> int:
        """Read a part; when it is to be skipped, nothing is assigned in it."""
        self.quiet += skip
        try:
            return read()
        finally:
            self.quiet -= skip

    def binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self.power()
        value = self.binary(level + 1)
        while operator := self.take(*_LEVELS[level]):
            if operator in ("&&", "||"):
                skip = bool(value) == (operator == "||")
                other = self.skipped(lambda: self.binary(level + 1), skip)
                both = bool(value) and bool(other)
                value = int(both if operator == "&&" else bool(value) or bool(other))
                continue
            start = self.at
            right = self.binary(level + 1)
            if right == 0 and operator in "/%" and not self.quiet:
                raise ArithmeticFault("zero", str(start))
            if self.quiet and operator in "/%" and right == 0:
                right = 1
            value = _wrap(_DO[operator](value, right))
        return value

    def power(self) -> int:
        base = self.unary()
        if not self.take("**"):
            return base
        exponent = self.power()
        if exponent < 0:
            raise ArithmeticFault("exponent", str(-exponent))
        return _wrap(pow(base, exponent, 1 << 64))

    def unary(self) -> int:
        operator = self.take("-", "+", "!", "~", "++", "--")
        if operator in ("++", "--"):
            name = self.peek()
            self.at += 1
            return self.store(name, self.value_of(name) + (1 if operator == "++" else -1))
        if operator:
            value = self.unary()
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[operator]
        return self.primary()

    def primary(self) -> int:
        if self.take("("):
            value = self.comma()
            if not self.take(")"):
                raise ArithmeticFault("bracket", str(self.at - 1))
            return value
        word = self.tokens[self.at]
        self.at += 1
        if not _is_name(word):
            return _number(word)
        value = self.value_of(word)
        if step := self.take("++", "--"):
            self.store(word, value + (1 if step == "++" else -1))
        return value

    def value_of(self, name: str) -> int:
        if not _is_name(name):
            raise ValueError(name)
        text = (self.scope.get(name) or "").strip()
        if text and self.scope.option("dash") and not _NUMBER.fullmatch(text):
            raise ArithmeticFault("number", text)
        return evaluate(text, self.scope, self.depth + 1)

    def store(self, name: str, value: int) -> int:
        value = _wrap(value)
        if not _is_name(name):
            raise ValueError(name)
        if not self.quiet:
            self.scope.set(name, str(value))
        return value


def _is_name(word: str) -> bool:
    return word[:1].isalpha() or word[:1] == "_"


def _number(word: str) -> int:
    """Read a number: decimal, 0octal, 0xhex or base#digits."""
    base, mark, digits = word.partition("#")
    if mark:
        return int(digits, int(base))
    if word[:2] in ("0x", "0X"):
        return int(word, 16)
    if len(word) > 1 and word[0] == "0":
        if word.isdigit() and not _OCTAL.fullmatch(word):
            raise ArithmeticFault("base", word)
        return _wrap(int(word, 8))
    return _wrap(int(word))
