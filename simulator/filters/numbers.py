"""seq, expr, basename and dirname: programs that compute their output from their words."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from simulator.patterns import to_regex

from .call import Call, Filter

MOST_NUMBERS = 100_000
_WHOLE = re.compile(r"-?\d{1,18}")


def seq(call: Call) -> int:
    """Print numbers from FIRST to LAST; `-s` between them, `-w` equally wide."""
    words, separator, wide = [], "\n", False
    rest = list(call.argv[1:])
    while rest:
        word = rest.pop(0)
        if word in ("-w", "--equal-width"):
            wide = True
        elif word.startswith("-s"):
            separator = word[2:] or (rest.pop(0) if rest else "")
        else:
            words.append(word)
    if not 1 <= len(words) <= 3:
        return call.fail("missing operand" if not words else f"extra operand ‘{words[3]}’")
    try:
        numbers = [Decimal(word) for word in words]
    except InvalidOperation:
        numbers = []
    if not numbers or not all(abs(number) < 10**15 for number in numbers):
        bad = next((word for word in words if not re.fullmatch(r"[-+]?\d*\.?\d+", word)), words[0])
        return call.fail(f"invalid floating point argument: ‘{bad}’")
    first, last = (numbers[0] if len(numbers) > 1 else Decimal(1)), numbers[-1]
    step = numbers[1] if len(numbers) > 2 else Decimal(1)
    if step == 0:
        return call.fail(f"invalid Zero increment value: ‘{words[1]}’")
    count = min(int((last - first) / step) + 1 if (last - first) / step >= 0 else 0, MOST_NUMBERS)
    places = max(0, *(-int(n.as_tuple().exponent) for n in (first, step)))
    found = [f"{first + step * at:.{places}f}" for at in range(count)]
    size = max(map(len, found), default=0) if wide else 0
    call.out(separator.join(text.zfill(size) for text in found) + ("\n" if found else ""))
    return 0


class _Fault(Exception):
    """What is wrong with an expression."""


class _Reader:
    """Reads an expression of `expr`, whose values are texts."""

    LEVELS = (("|",), ("&",), ("<", "<=", "=", "==", "!=", ">=", ">"), ("+", "-"), ("*", "/", "%"))

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0

    def take(self) -> str:
        if self.at >= len(self.words):
            last = self.words[-1] if self.words else ""
            raise _Fault(f"syntax error: missing argument after ‘{last}’")
        self.at += 1
        return self.words[self.at - 1]

    def binary(self, level: int = 0) -> str:
        if level == len(self.LEVELS):
            return self.matched()
        left = self.binary(level + 1)
        while self.at < len(self.words) and self.words[self.at] in self.LEVELS[level]:
            operator = self.take()
            left = _computed(left, operator, self.binary(level + 1))
        return left

    def matched(self) -> str:
        left = self.primary()
        while self.words[self.at : self.at + 1] == [":"]:
            self.at += 1
            left = _match(left, self.primary())
        return left

    def primary(self) -> str:
        word = self.take()
        if word == "(":
            value = self.binary()
            if self.take() != ")":
                raise _Fault("syntax error: expecting ')'")
            return value
        if self.at < len(self.words) and self.words[self.at] not in ("=", ":", "+"):
            if word == "length":
                return str(len(self.primary()))
            if word == "match":
                return _match(self.primary(), self.primary())
            if word == "index":
                text, chars = self.primary(), self.primary()
                return str(min((text.find(c) + 1 for c in chars if c in text), default=0))
            if word == "substr":
                text, start, size = self.primary(), _whole(self.primary()), _whole(self.primary())
                return text[start - 1 : start - 1 + size] if start > 0 and size > 0 else ""
        return word


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise _Fault("non-integer argument")
    return int(text)


def _match(text: str, pattern: str) -> str:
    regex = to_regex(pattern, extended=False)
    found = regex.match(text) if regex is not None else None
    if regex is not None and regex.groups:
        return (found[1] or "") if found else ""
    return str(len(found[0])) if found else "0"


def _computed(left: str, operator: str, right: str) -> str:
    if operator == "|":
        return left if left not in ("", "0") else right or "0"
    if operator == "&":
        return left if left not in ("", "0") and right not in ("", "0") else "0"
    if operator in _Reader.LEVELS[2]:
        numbers = _WHOLE.fullmatch(left) and _WHOLE.fullmatch(right)
        a, b = (int(left), int(right)) if numbers else (left, right)
        order = (a > b) - (a < b)  # type: ignore[operator]
        return str(int({"<": order < 0, "<=": order <= 0, "=": order == 0, "==": order == 0,
                        "!=": order != 0, ">=": order >= 0, ">": order > 0}[operator]))  # fmt: skip
    one, two = _whole(left), _whole(right)
    if operator in "/%" and two == 0:
        raise _Fault("division by zero")
    sign = -1 if (one < 0) != (two < 0) and two else 1
    quotient = sign * (abs(one) // abs(two)) if two else 0
    return str({"+": one + two, "-": one - two, "*": one * two, "/": quotient,
                "%": one - two * quotient}[operator])  # fmt: skip


def expr(call: Call) -> int:
    """Work an expression out; the status is 1 for 0 and for the empty text."""
    words = call.argv[2:] if call.argv[1:2] == ["--"] else call.argv[1:]
    if not words:
        return call.fail("missing operand", 2)
    reader = _Reader(words)
    try:
        value = reader.binary()
        if reader.at < len(words):
            raise _Fault(f"syntax error: unexpected argument ‘{words[reader.at]}’")
    except _Fault as fault:
        return call.fail(str(fault), 2)
    except RecursionError:
        return call.fail("syntax error", 2)
    call.out(f"{value}\n")
    return int(value in ("", "0"))


def basename(call: Call) -> int:
    """Print the last part of paths, without a suffix."""
    flags, words = call.options("s", {"suffix": "s", "multiple": "a"})
    if not words:
        return call.fail("missing operand")
    suffix = flags["s"][-1] if "s" in flags else words[1] if len(words) == 2 else ""
    for word in words if {"a", "s"} & set(flags) else words[:1]:
        name = word.rstrip("/").rpartition("/")[2] or ("/" if word.startswith("/") else "")
        call.out((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


def dirname(call: Call) -> int:
    """Print paths without their last part."""
    _, words = call.options()
    if not words:
        return call.fail("missing operand")
    for word in words:
        head, slash, _ = word.rstrip("/").rpartition("/")
        call.out((head.rstrip("/") or ("/" if slash or word.startswith("/") else ".")) + "\n")
    return 0


ALL: dict[str, Filter] = {"seq": seq, "expr": expr, "basename": basename, "dirname": dirname}
