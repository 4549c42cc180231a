"""Regular expressions that a student types: POSIX's, made Python's, and none that takes for ever.

Python's engine tries every way to match; a pattern for which there are exponentially many is
refused here, and one with many open repetitions sees only so much of a line as it can search soon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SEARCHED = {0: 65536, 1: 8192, 2: 400, 3: 120, 4: 70, 5: 48}
"""Characters of a line that are searched, by the pattern's open repetitions."""
LONGEST = 1000
CLASSES = {
    "digit": "0-9",
    "alpha": "a-zA-Z",
    "alnum": "a-zA-Z0-9",
    "space": r"\s",
    "upper": "A-Z",
    "lower": "a-z",
    "blank": " \t",
    "xdigit": "0-9a-fA-F",
    "punct": r"!-/:-@\[-`{-~",
}
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:imsx]*:?|\{\d*,?\d*\}|.", re.S)
_BRACKET = re.compile(r"(?<!\\)\[\^?\]?(?:\\.|[^\]\\])*\]", re.S)
_SET_SIGN = re.compile(r"(?<!\\)[\[&~|]")
"""What may mean something within brackets to Python some day, and nothing to POSIX."""
_REPEATS = re.compile(r"[*+]|\{\d+,\d*\}|\{\d{2,}\}")


def to_regex(
    pattern: str, *, extended: bool = True, fixed: bool = False, ignore_case: bool = False
) -> re.Pattern[str] | None:
    """Turn a POSIX pattern into Python's; None for one that cannot be read, or not soon enough."""
    flags = re.IGNORECASE if ignore_case else 0
    if fixed:
        return re.compile(re.escape(pattern), flags)
    if not extended:
        pattern = re.sub(
            r"\\([(){}|+?])|([(){}|+?])", lambda m: m[1] if m[1] else "\\" + m[2], pattern
        )
    for name, chars in CLASSES.items():
        pattern = pattern.replace(f"[:{name}:]", chars)
    if len(pattern) > LONGEST or may_take_for_ever(pattern):
        return None
    pattern = _BRACKET.sub(lambda match: "[" + _SET_SIGN.sub(r"\\\g<0>", match[0][1:]), pattern)
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError):
        return None


@dataclass(slots=True)
class _Group:
    """An open group: what each alternative begins with, and what is repeated in it."""

    starts: list[str] = field(default_factory=lambda: [""])
    repeats: list[str] = field(default_factory=list)  # single pieces; "" stands for a group

    def may_be_repeated(self) -> bool:
        """Tell whether there is only one way to cut a text into repetitions of this group."""
        first = self.starts[0]
        if len(self.starts) > 1:
            plain = all(len(one) == 1 and one != "." for one in self.starts)
            return plain and len(set(self.starts)) == len(self.starts) and not self.repeats
        if not self.repeats:
            return bool(first)
        mark = first.removeprefix("\\")
        if len(mark) != 1 or first == "." or (first != mark and mark.isalnum()):
            return False
        return not any(not one or _fits(one, mark) for one in self.repeats)


def _fits(piece: str, mark: str) -> bool:
    try:
        return re.fullmatch(piece, mark) is not None
    except re.error:
        return True


def may_take_for_ever(pattern: str) -> bool:
    """Tell whether a repetition repeats what can be cut in several ways."""
    stack = [_Group()]
    closed: _Group | None = None
    pieces: list[str] = _PIECE.findall(pattern)
    for at, piece in enumerate(pieces):
        if _REPEATS.fullmatch(piece):
            if at and (_REPEATS.fullmatch(pieces[at - 1]) or pieces[at - 1] == "?"):
                return True
            if closed is not None and not closed.may_be_repeated():
                return True
            stack[-1].repeats.append("" if closed is not None else pieces[at - 1] if at else "")
            closed = None
            continue
        closed = None
        if piece == "?":
            stack[-1].repeats.append(pieces[at - 1] if at and pieces[at - 1] != ")" else "")
        elif piece.startswith("("):
            stack.append(_Group())
        elif piece == ")" and len(stack) > 1:
            closed = stack.pop()
            stack[-1].repeats += closed.repeats
            stack[-1].starts[-1] = stack[-1].starts[-1] or "."
        elif piece == "|":
            stack[-1].starts.append("")
        elif not stack[-1].starts[-1]:
            stack[-1].starts[-1] = piece
    return False


def searched(regex: re.Pattern[str], line: str) -> str:
    """Cut a line to the length that a pattern can search quickly, by its open repetitions.

    # Simplified: A pattern with many `*` and `+` sees only the beginning of a long line.
    """
    count = len(re.findall(r"(?<!\\)[*+]|\{\d+,\}", regex.pattern))
    return line[: SEARCHED.get(count, 32)]
