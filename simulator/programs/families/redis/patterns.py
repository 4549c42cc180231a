"""Glob patterns of KEYS, SCAN and PSUBSCRIBE: `*`, `?`, `[a-z]`, `[^a]` and the backslash."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

Part = Callable[[str], bool]


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Give the test of a pattern; a star goes back only to the last one, so it is never slow."""
    if pattern == "*":
        return lambda text: True
    if not any(char in pattern for char in "*?[\\"):
        return lambda text: text == pattern
    if pattern.endswith("*") and not any(char in pattern[:-1] for char in "*?[\\"):
        prefix = pattern[:-1]
        return lambda text: text.startswith(prefix)
    parts = _parts(pattern)
    return lambda text: _matches(parts, text)


def _parts(pattern: str) -> list[Part | None]:
    """Cut a pattern into tests of one character; None is a star."""
    parts: list[Part | None] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            if not parts or parts[-1] is not None:
                parts.append(None)
        elif char == "?":
            parts.append(lambda one: True)
        elif char == "[":
            part, at = _range(pattern, at)
            parts.append(part)
        else:
            if char == "\\" and at < len(pattern):
                char = pattern[at]
                at += 1
            parts.append(lambda one, wanted=char: one == wanted)  # type: ignore[misc]
    return parts


def _range(pattern: str, at: int) -> tuple[Part, int]:
    """Read what stands between brackets; one that is left open ends with the pattern."""
    negated = pattern[at : at + 1] == "^"
    at += negated
    ranges: list[tuple[str, str]] = []
    while at < len(pattern) and pattern[at] != "]":
        if pattern[at] == "\\" and at + 1 < len(pattern):
            at += 1
            ranges.append((pattern[at], pattern[at]))
        elif pattern[at + 1 : at + 2] == "-" and at + 2 < len(pattern):
            low, high = sorted((pattern[at], pattern[at + 2]))
            ranges.append((low, high))
            at += 2
        else:
            ranges.append((pattern[at], pattern[at]))
        at += 1
    return lambda one: any(low <= one <= high for low, high in ranges) != negated, at + 1


def _nothing(char: str) -> bool:
    return False


def _matches(parts: list[Part | None], text: str) -> bool:
    at = here = 0
    star, mark = -1, 0
    while here < len(text):
        part = parts[at] if at < len(parts) else _nothing
        if part is None:
            star, mark = at, here
            at += 1
        elif part(text[here]):
            at += 1
            here += 1
        elif star >= 0:
            mark += 1
            at, here = star + 1, mark
        else:
            return False
    return all(part is None for part in parts[at:])
