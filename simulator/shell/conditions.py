"""`test` and `[`: conditions on files, texts and numbers.

How many words there are decides how they are read (POSIX, test: "if there are 3 arguments ...").
Sources: posixtest() of bash 5.2's test.c, testcmd() of dash 0.5.12's bltin/test.c and
coreutils/test.c of BusyBox 1.37.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

BINARY = ("=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef")
UNARY = "abcdefghknoprstuvwxzGLNORS"
MAX_DEPTH = 30
_NUMBER = re.compile(r"\s*[-+]?\d{1,18}\s*")


class Files(Protocol):
    """What `test` asks of the files and of the shell."""

    def is_so(self, operator: str, operand: str) -> bool:
        """Tell whether `-f PATH` and its like hold."""

    def compares(self, left: str, operator: str, right: str) -> bool:
        """Tell whether `A -nt B`, `-ot` or `-ef` holds."""


class Fault(Exception):
    """What is wrong with the words of a condition."""


def test(words: list[str], files: Files, kind: str, say: Callable[[str], object]) -> int:
    """Evaluate a condition: 0 true, 1 false, 2 not understood.

    words: all of them, from `test` or `[` on. kind: which shell it is. say: takes a complaint.
    """
    name, args = words[0], words[1:]
    try:
        if name == "[":
            if args[-1:] != ["]"]:
                raise Fault("missing `]'" if kind == "bash" else "missing ]")
            args = args[:-1]
        return 0 if _Reader(args, files, kind).whole() else 1
    except Fault as fault:
        say(str(fault))
        return 2


class _Reader:
    def __init__(self, words: list[str], files: Files, kind: str) -> None:
        self.words = words
        self.files = files
        self.kind = kind
        self.at = 0

    def whole(self) -> bool:
        words, size = self.words, len(self.words)
        if size == 0:
            return False
        if size == 1:
            return words[0] != ""
        if size == 3 and words[1] in BINARY:
            return self.compared(*words)
        if size in (3, 4) and (words[0], words[-1]) == ("(", ")"):
            return _Reader(words[1:-1], self.files, self.kind).whole()
        if size <= 4 and words[0] == "!":
            return not _Reader(words[1:], self.files, self.kind).whole()
        if size == 2 and not _is_unary(words[0]) and self.kind != "dash":
            raise self.unexpected(0, "unary operator expected")
        holds = self.either(0)
        if self.at < size:
            if size == 3 and self.kind == "bash":
                raise self.unexpected(1, "binary operator expected")
            raise self.unexpected(self.at, "too many arguments")
        return holds

    def unexpected(self, at: int, bash: str) -> Fault:
        """Complain of a word at which a condition should have ended; bash: what bash says."""
        if self.kind == "bash":
            return Fault(bash if bash.startswith("too") else f"{self.words[at]}: {bash}")
        if self.kind == "dash":
            return Fault(f"{self.words[max(at - 1, 0)]}: unexpected operator")
        return Fault(f"{self.words[at]}: unknown operand")

    def either(self, depth: int) -> bool:
        if depth > MAX_DEPTH:
            raise Fault("expression too complex")
        holds = self.both(depth)
        while self.next_is("-o"):
            other = self.both(depth)
            holds = holds or other
        return holds

    def both(self, depth: int) -> bool:
        holds = self.one(depth)
        while self.next_is("-a"):
            other = self.one(depth)
            holds = holds and other
        return holds

    def next_is(self, word: str) -> bool:
        found = self.words[self.at : self.at + 1] == [word]
        self.at += found
        return found

    def one(self, depth: int) -> bool:
        rest = self.words[self.at :]
        if not rest:
            raise Fault("argument expected")
        if rest[0] == "!" and len(rest) > 1:
            self.at += 1
            if depth > MAX_DEPTH:
                raise Fault("expression too complex")
            return not self.one(depth + 1)
        if len(rest) > 2 and rest[1] in BINARY:
            self.at += 3
            return self.compared(*rest[:3])
        if len(rest) == 2 and rest[1] in BINARY:
            raise Fault(f"{rest[1]}: argument expected")
        if rest[0] == "(" and len(rest) > 1:
            self.at += 1
            holds = self.either(depth + 1)
            if not self.next_is(")"):
                raise Fault("`)' expected" if self.kind == "bash" else "closing paren expected")
            return holds
        if len(rest) > 1 and _is_unary(rest[0]):
            self.at += 2
            return self.checked(rest[0], rest[1])
        self.at += 1
        return rest[0] != ""

    def checked(self, operator: str, operand: str) -> bool:
        if operator in ("-z", "-n"):
            return (operand == "") == (operator == "-z")
        return self.files.is_so(operator, operand)

    def compared(self, left: str, operator: str, right: str) -> bool:
        if operator in ("=", "=="):
            return left == right
        if operator in ("!=", "<", ">"):
            return left != right if operator == "!=" else (left < right) == (operator == "<")
        if operator in ("-nt", "-ot", "-ef"):
            return self.files.compares(left, operator, right)
        a, b = self.number(left), self.number(right)
        return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b,
                "-ge": a >= b}[operator]  # fmt: skip

    def number(self, text: str) -> int:
        if _NUMBER.fullmatch(text):
            return int(text)
        if self.kind == "bash":
            raise Fault(f"{text}: integer expression expected")
        raise Fault(f"Illegal number: {text}" if self.kind == "dash" else f"{text}: bad number")


def _is_unary(word: str) -> bool:
    return len(word) == 2 and word[0] == "-" and word[1] in UNARY
