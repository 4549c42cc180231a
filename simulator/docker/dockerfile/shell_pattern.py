"""The patterns of ``${x#p}``, ``${x%p}`` and ``${x/p/r}``: ``*``, ``?`` and escapes, nothing else.

A pattern is matched by stepping all of its positions at once, one bit each, so that no pattern can
make matching slow. As in BuildKit, no wildcard matches a newline.
Source: moby/buildkit `frontend/dockerfile/shell`, read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.docker.dockerfile.errors import DockerfileError

_TEMPLATE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")
STAR, ANY = "*", "?"


def _tokens(pattern: str) -> list[tuple[str, bool]]:
    """Split into (character, is it a wildcard).   Raises DockerfileError for a bad escape."""
    out, at = [], 0
    while at < len(pattern):
        char, at = pattern[at], at + 1
        if char == "\\":
            char = pattern[at] if at < len(pattern) else "\ufffd"
            at += 1
            if char in "}/":
                out.append((char, False))
                continue
            if char not in "*?\\":
                raise DockerfileError(
                    f"invalid pattern ({pattern}) in substitution: invalid escape '\\{char}'"
                )
            out.append((char, False))
        else:
            out.append((char, char in "*?"))
    return out


def _bits(places: list[int]) -> int:
    """Give the number with these bits set; bit by bit would be quadratic for long patterns."""
    found = bytearray(places[-1] // 8 + 1 if places else 0)
    for place in places:
        found[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(found, "little")


class Pattern:
    """A compiled pattern.   Raises DockerfileError when the pattern has a bad escape."""

    def __init__(self, pattern: str) -> None:
        self._compile(_tokens(pattern))

    def _compile(self, tokens: list[tuple[str, bool]]) -> None:
        # Bit i is "the first i steps are matched"; a star adds no step, it lets a position stay.
        self.steps: list[tuple[str, bool]] = []
        stays: list[int] = []
        places: dict[str, list[int]] = {}
        for char, wild in tokens:
            if wild and char == STAR:
                stays.append(len(self.steps))
                continue
            places.setdefault(ANY if wild else "=" + char, []).append(len(self.steps))
            self.steps.append((char, wild))
        self.stay = _bits(stays)
        self.any_step = _bits(places.pop(ANY, []))
        self.step_on = {char[1:]: _bits(found) for char, found in places.items()}
        self.accept = 1 << len(self.steps)

    def _advance(self, state: int, char: str) -> int:
        if char == "\n":
            return (state & self.step_on.get(char, 0)) << 1
        moved = (state & (self.any_step | self.step_on.get(char, 0))) << 1
        return moved | (state & self.stay)

    def match_end(self, text: str, start: int, longest: bool) -> int:
        """Match from `start`.   Returns where the shortest or longest match ends, or -1."""
        state, end = 1, -1
        for at in range(start, len(text) + 1):
            if state & self.accept:
                end = at
                if not longest:
                    return end
            if not state or at == len(text):
                break
            state = self._advance(state, text[at])
        return end

    def starts(self, text: str) -> list[bool]:
        """For each place in the text (and its end): does a match begin there?"""
        back = object.__new__(Pattern)
        tokens: list[tuple[str, bool]] = []
        for index, step in enumerate(self.steps):
            if self.stay >> index & 1:
                tokens.append((STAR, True))
            tokens.append(step)
        if self.stay >> len(self.steps) & 1:
            tokens.append((STAR, True))
        back._compile(tokens[::-1])
        out = [False] * (len(text) + 1)
        state = 1
        out[len(text)] = bool(state & back.accept)
        for at in range(len(text) - 1, -1, -1):
            state = back._advance(state, text[at]) | 1
            out[at] = bool(state & back.accept)
        return out


def trim_prefix(value: str, pattern: str, longest: bool) -> str:
    """Cut the shortest or longest match of `pattern` off the front."""
    end = Pattern(pattern).match_end(value, 0, longest)
    return value[end:] if end >= 0 else value


def trim_suffix(value: str, pattern: str, longest: bool) -> str:
    """Cut the shortest or longest match of `pattern` off the end, by matching backwards."""
    return trim_prefix(value[::-1], _reversed(pattern), longest)[::-1]


def _reversed(pattern: str) -> str:
    """Reverse a pattern, but keep each escape before what it escapes."""
    pieces, at = [], 0
    while at < len(pattern):
        width = 2 if pattern[at] == "\\" and at + 1 < len(pattern) else 1
        pieces.append(pattern[at : at + width])
        at += width
    return "".join(reversed(pieces))


def replace(
    value: str, pattern: str, replacement: str, every: bool, spend: Callable[[int], None]
) -> str:
    """Put `replacement` for the first match of `pattern`, or for every one.

    With `every`, Go's own replacement runs, which reads ``$0``, ``$name`` and ``$$`` in the text.
    spend: is told of the characters that are put in, before the next ones are.
    """
    matcher = Pattern(pattern)
    starts = matcher.starts(value)
    out, at, copied, last_end = [], 0, 0, -1
    while at <= len(value):
        if not starts[at]:
            at += 1
            continue
        end = matcher.match_end(value, at, True)
        if not every:
            return value[:at] + replacement + value[end:]
        if end == at == last_end:
            at += 1
            continue
        out += [value[copied:at], _filled(replacement, value[at:end])]
        spend(len(out[-1]))
        copied = last_end = end
        at = end if end > at else at + 1
    return "".join(out) + value[copied:]


def _filled(template: str, match: str) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None:
            return "$"
        return match if name.isdecimal() and not name.strip("0") else ""

    return _TEMPLATE.sub(fill, template) if "$" in template else template
