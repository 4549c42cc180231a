"""Patterns of file names and of `case`: `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]` (POSIX 2.14).

What stands between two stars has a fixed length, so a pattern is matched piece by piece: each as
early as it fits, the last as late. That takes no more than the text's length times the piece's.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .patterns import CLASSES

KEPT = 512
"""Patterns whose pieces are remembered."""

SPECIAL = re.compile(r"[*?\[\\]")


def quoted(text: str) -> str:
    """Make a pattern that matches just this text."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def fits(text: str, pattern: str) -> bool:
    """Tell whether a pattern matches a whole text; a slash or a leading dot is like any other."""
    if not SPECIAL.search(pattern):
        return text == pattern
    return _compiled(pattern).fits(text)


def prefix(text: str, pattern: str, longest: bool = False, at: int = 0) -> int | None:
    """Give where the shortest or longest match that begins at a place ends, or None."""
    return _compiled(pattern).end(text, at, longest)


def suffix(text: str, pattern: str, longest: bool = False) -> int | None:
    """Give where the shortest or longest match that ends with the text begins, or None."""
    end = _compiled(pattern, True).end(text[::-1], 0, longest)
    return None if end is None else len(text) - end


def trimmed(text: str, operator: str, pattern: str) -> str:
    """Take the shortest (`#`, `%`) or longest (`##`, `%%`) match off one end of a text."""
    longest = len(operator) == 2
    if operator[0] == "#":
        return text[prefix(text, pattern, longest) or 0 :]
    return text[: suffix(text, pattern, longest)]


def replaced(text: str, where: str, pattern: str, new: str) -> str:
    """Replace the longest first match (`/`), all (`//`), or that at an end (`#`, `%`)."""
    if where == "#":
        end = prefix(text, pattern, True)
        return text if end is None else new + text[end:]
    if where == "%":
        start = suffix(text, pattern, True)
        return text if start is None else text[:start] + new
    if not pattern:
        return text
    if not SPECIAL.search(pattern):
        return text.replace(pattern, new, -1 if where == "//" else 1)
    if not text:
        return new if fits(text, pattern) else text
    found: list[str] = []
    at = begin = 0
    while at < len(text):
        end = prefix(text, pattern, True, at)
        if end is None or end == at:
            at += 1
            continue
        found += [text[begin:at], new]
        at = begin = end
        if where == "/":
            break
    return "".join(found) + text[begin:]


class _Piece:
    """What stands between two stars: a plain text, or an expression for so many characters."""

    def __init__(self, signs: list[tuple[str, str]]) -> None:
        self.size = len(signs)
        self.plain = "".join(char for char, _ in signs) if all(c for c, _ in signs) else None
        self.regex = re.compile("".join(one for _, one in signs), re.S)

    def at(self, text: str, place: int) -> bool:
        if self.plain is not None:
            return text.startswith(self.plain, place)
        return place >= 0 and self.regex.match(text, place) is not None

    def first(self, text: str, place: int) -> int:
        if self.plain is not None:
            return text.find(self.plain, place)
        found = self.regex.search(text, place)
        return -1 if found is None else found.start()

    def last(self, text: str, place: int) -> int:
        if self.plain is not None:
            return text.rfind(self.plain, place)
        starts = range(len(text) - self.size, place - 1, -1)
        return next((start for start in starts if self.regex.match(text, start)), -1)


class _Pattern:
    def __init__(self, pieces: list[_Piece]) -> None:
        self.pieces = pieces
        self.size = sum(piece.size for piece in pieces)

    def middle(self, text: str, place: int) -> int | None:
        """Give where the first piece and those between stars end at the earliest."""
        head, *rest = self.pieces
        if not head.at(text, place):
            return None
        place += head.size
        for piece in rest[:-1]:
            start = piece.first(text, place)
            if start < 0:
                return None
            place = start + piece.size
        return place

    def fits(self, text: str) -> bool:
        if self.size > len(text):
            return False
        place = self.middle(text, 0)
        if place is None or len(self.pieces) == 1:
            return place == len(text)
        start = len(text) - self.pieces[-1].size
        return start >= place and self.pieces[-1].at(text, start)

    def end(self, text: str, at: int, longest: bool) -> int | None:
        if self.size > len(text) - at:
            return None
        place = self.middle(text, at)
        if place is None or len(self.pieces) == 1:
            return place
        tail = self.pieces[-1]
        start = tail.last(text, place) if longest else tail.first(text, place)
        return None if start < 0 else start + tail.size


@lru_cache(maxsize=KEPT)
def _compiled(pattern: str, reverse: bool = False) -> _Pattern:
    pieces: list[list[tuple[str, str]]] = [[]]
    for sign in _signs(pattern):
        if sign is None:
            pieces.append([])
        else:
            pieces[-1].append(sign)
    if reverse:
        pieces = [piece[::-1] for piece in reversed(pieces)]
    return _Pattern([_Piece(piece) for piece in pieces])


def _signs(pattern: str) -> list[tuple[str, str] | None]:
    """Read a pattern: None for a star, else (the character or "", the expression for one)."""
    signs: list[tuple[str, str] | None] = []
    at, size = 0, len(pattern)
    open_until = pattern.rfind("]")
    while at < size:
        char = pattern[at]
        at += 1
        if char == "*":
            signs.append(None)
            continue
        if char == "?":
            signs.append(("", "."))
            continue
        if char == "[" and at <= open_until:
            end, wish = _bracket(pattern, at)
            if end:
                signs.append(("", wish))
                at = end
                continue
            open_until = -1
        if char == "\\" and at < size:
            char = pattern[at]
            at += 1
        signs.append((char, re.escape(char)))
    return signs


def _bracket(pattern: str, at: int) -> tuple[int, str]:
    """Read what follows a `[`: (where it ends, or 0 if it is not closed; the expression)."""
    negated = pattern[at] in "!^"
    at += negated
    chars: list[str] = []
    first = True
    while at < len(pattern):
        char = pattern[at]
        if char == "]" and not first:
            return at + 1, _set(chars, negated)
        first = False
        if pattern.startswith("[:", at) and (end := pattern.find(":]", at + 2)) > 0:
            chars.append(CLASSES.get(pattern[at + 2 : end], ""))
            at = end + 2
            continue
        low, at = _one(pattern, at)
        if pattern.startswith("-", at) and at + 1 < len(pattern) and pattern[at + 1] != "]":
            high, at = _one(pattern, at + 1)
            if low <= high:
                chars.append(f"{_plain(low)}-{_plain(high)}")
        else:
            chars.append(_plain(low))
    return 0, ""


def _one(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at] == "\\" and at + 1 < len(pattern):
        at += 1
    return pattern[at], at + 1


def _plain(char: str) -> str:
    return "\\" + char if char in "\\]^-[&~|" else char


def _set(chars: list[str], negated: bool) -> str:
    inside = "".join(chars)
    if not inside:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{inside}]"
