"""`.dockerignore`: which files of the folder never reach the build.

A pattern that matches a folder hides all in it; a later pattern with ``!`` shows it again.
``*`` and ``?`` stop at a slash, ``**`` does not. Patterns run as bits (see `shell_pattern`), so
that none can make matching slow.
Source: moby/patternmatcher and its ignorefile package, read 2026-11-23, and the shared tables.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import lru_cache
from posixpath import normpath

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import SPACES, quote

_BAD = "syntax error in pattern"
_MAX_LINE = 65_535
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_WORD = string.ascii_letters + string.digits + "_"
_NAMED = {"d": string.digits, "w": _WORD, "s": "\t\n\f\r "}
Class = tuple[bool, tuple[tuple[str, str], ...]]


def read(text: str) -> list[str]:
    """Read the file's text.   Returns its patterns, cleaned; raises DockerfileError."""
    patterns = []
    for line in text.removeprefix("\ufeff").split("\n"):
        if len(line) * 4 > _MAX_LINE and len(line.encode("utf-8", "replace")) > _MAX_LINE:
            raise DockerfileError("bufio.Scanner: token too long")
        pattern = line.strip(SPACES)
        if line.startswith("#") or not pattern:
            continue
        mark, pattern = ("!", pattern[1:].strip(SPACES)) if pattern[0] == "!" else ("", pattern)
        if pattern:
            pattern = _clean(pattern)
            if len(pattern) > 1:
                pattern = pattern.removeprefix("/")
        patterns.append(mark + pattern)
    return patterns


def _clean(path: str) -> str:
    cleaned = normpath(path)
    return "/" + cleaned.lstrip("/") if cleaned.startswith("//") else cleaned


class Matcher:
    """Cleaned patterns, ready to be asked.   Raises DockerfileError for a bad pattern."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: list[tuple[bool, _Pattern]] = []
        compiled: dict[str, _Pattern] = {}
        for text in patterns:
            pattern = text.strip(SPACES)
            if not pattern:
                continue
            pattern = _clean(pattern)
            exception = pattern.startswith("!")
            if pattern == "!":
                raise DockerfileError(f"illegal exclusion pattern: {quote('!')}")
            pattern = pattern.removeprefix("!") if exception else pattern
            if pattern not in compiled:
                _check(pattern)
                compiled[pattern] = _Pattern(pattern)
            if self._patterns[-1:] != [(exception, compiled[pattern])]:
                self._patterns.append((exception, compiled[pattern]))
        self.has_exceptions = any(exception for exception, _ in self._patterns)

    def has_any(self, *texts: str) -> bool:
        """Tell whether one of these patterns is among those that ignore."""
        return any(not mark and pattern.text in texts for mark, pattern in self._patterns)

    def matches(self, path: str) -> bool:
        """Tell whether a path, or a folder above it, is ignored.   Raises DockerfileError."""
        folders = _folders(path)
        ignored = False
        for exception, pattern in self._patterns:
            # A pattern that could only say again what holds already is not asked.
            if exception != ignored:
                continue
            if pattern.matches(path) or any(map(pattern.matches, folders)):
                ignored = not exception
        return ignored


def _folders(path: str) -> list[str]:
    head, slash, _ = path.rpartition("/")
    parent = _clean(head or "/") if slash else "."
    if parent == ".":
        return []
    parts = parent.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _check(pattern: str) -> None:
    """Refuse what Go's filepath.Match refuses: open or empty classes, a lone escape."""
    at = 0
    while at < len(pattern):
        char, at = pattern[at], at + 1
        if char == "\\":
            if at == len(pattern):
                raise DockerfileError(_BAD)
            at += 1
        elif char == "[":
            at = _check_class(pattern, at)


def _check_class(pattern: str, at: int) -> int:
    at += pattern.startswith("^", at)
    count = 0
    while not (count and pattern.startswith("]", at)):
        at = _check_class_char(pattern, at)
        if pattern.startswith("-", at):
            at = _check_class_char(pattern, at + 1)
        count += 1
    return at + 1


def _check_class_char(pattern: str, at: int) -> int:
    at += 1 if pattern.startswith("\\", at) else 0
    bare = at == 0 or pattern[at - 1] != "\\"
    if at >= len(pattern) - 1 or (bare and pattern[at] in "-]"):
        raise DockerfileError(_BAD)
    return at + 1


class _Pattern:
    """One pattern, in the form that matches fastest."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kind, self.regex = _translate(text)
        self.automaton: _Automaton | None = None

    def matches(self, path: str) -> bool:
        if self.kind == "exact":
            return path == self.text
        if self.kind == "prefix":
            return path.startswith(self.text[:-2])
        if self.kind == "suffix":
            suffix = self.text[2:]
            return path.endswith(suffix) or (suffix.startswith("/") and path == suffix[1:])
        if self.automaton is None:
            self.automaton = _Automaton(_tokens(self.regex))
        return self.automaton.matches(path)


def _translate(text: str) -> tuple[str, str]:
    """Turn a pattern into the regular expression that upstream makes of it.

    Returns how to match it, exact, prefix, suffix or regex, and the expression.
    """
    kind, out, at = "exact", [], 0
    while at < len(text):
        start, char = at, text[at]
        at += 1
        if text.startswith("**", start):
            at += 1
            at += text.startswith("/", at)
            if at < len(text):
                out.append("(.*/)?")
                kind = "regex"
            elif kind == "exact":
                kind = "prefix"
            else:
                out.append(".*")
                kind = "regex"
            kind = "suffix" if start == 0 else kind
        elif char in "*?":
            out.append("[^/]*" if char == "*" else "[^/]")
            kind = "regex"
        elif char == "\\":
            out.append("\\" + text[at : at + 1])
            kind = "regex" if at < len(text) else kind
            at += 1
        else:
            out.append("\\" + char if char in ".+()|{}$" else char)
            kind = "regex" if char in "[]" else kind
    return kind, "".join(out)


ANY, ALL, NEVER, FOLDERS = "any", "all", "never", "folders"
Token = tuple[str, object]


def _tokens(regex: str) -> list[Token]:
    """Read the expression: ("char", c), ("class", Class), each perhaps starred, or a named one."""
    out: list[Token] = []
    at = 0
    while at < len(regex):
        if regex.startswith("(.*/)?", at):
            if not out or out[-1][0] != FOLDERS:  # any folders of any folders are any folders
                out.append((FOLDERS, None))
            at += 6
            continue
        char, at = regex[at], at + 1
        token: Token
        if char == "[":
            found, at = _class(regex, at)
            token = ("class", found)
        elif char == "\\":
            token = _escaped(regex[at : at + 1])
            at += 1
        elif char == "^":
            if out:
                out.append((NEVER, None))
            continue
        else:
            token = (ALL, None) if char == "." else ("char", char)
        if regex.startswith("*", at):
            at += 1
            token = ("star", token)
        out.append(token)
    return out


def _escaped(char: str) -> Token:
    if char in _CONTROLS and char:
        return ("char", _CONTROLS[char])
    if char.lower() in _NAMED and char:
        return ("class", (char.isupper(), _ranges(_NAMED[char.lower()])))
    if not char or (char.isascii() and char.isalnum()):
        raise DockerfileError(_BAD)
    return ("char", char)


def _ranges(chars: str) -> tuple[tuple[str, str], ...]:
    return tuple((char, char) for char in chars)


def _class(regex: str, at: int) -> tuple[Class, int]:
    negated = regex.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    first = True
    while first or not regex.startswith("]", at):
        first = False
        low, at = _class_char(regex, at, ranges)
        if low and regex.startswith("-", at) and not regex.startswith("-]", at):
            high, at = _class_char(regex, at + 1, ranges)
            if high < low:
                raise DockerfileError(_BAD)
            ranges.append((low, high))
        elif low:
            ranges.append((low, low))
    return (negated, tuple(ranges)), at + 1


def _class_char(regex: str, at: int, ranges: list[tuple[str, str]]) -> tuple[str, int]:
    """Read one character of a class; a named set such as ``\\d`` goes straight to `ranges`."""
    if at >= len(regex):
        raise DockerfileError(_BAD)
    if regex[at] != "\\":
        return regex[at], at + 1
    kind, value = _escaped(regex[at + 1 : at + 2])
    if kind == "char":
        return str(value), at + 2
    assert isinstance(value, tuple)
    if not value[0]:
        ranges += value[1]
    return "", at + 2


class _Automaton:
    """Steps all positions of a pattern at once; bit i is "the first i steps are matched"."""

    def __init__(self, tokens: list[Token]) -> None:
        self.steps: list[Token] = []
        self.folders = 0
        self.stays: list[tuple[int, Token]] = []
        for kind, value in tokens:
            bit = 1 << len(self.steps)
            if kind == "star":
                assert isinstance(value, tuple)
                self.stays.append((bit, value))
                continue
            if kind == FOLDERS:
                self.folders |= bit
            self.steps.append((kind, value))
        self.accept = 1 << len(self.steps)
        self.masks: dict[str, tuple[int, int]] = {}
        ends_free = not self.steps or any(bit == self.accept for bit, _ in self.stays)
        self.last = "" if ends_free or self.steps[-1][0] != "char" else str(self.steps[-1][1])
        """The character that a path must end with, if there is only one."""

    def _entered(self, state: int) -> int:
        """``**/`` may stand for no folder at all: who comes to it is also behind it."""
        skipped = state & self.folders
        while skipped:
            skipped = (skipped << 1) & ~state
            state |= skipped
            skipped &= self.folders
        return state

    def _mask(self, char: str) -> tuple[int, int]:
        """Which positions a character moves on, and which it leaves where they are."""
        if char not in self.masks:
            move = stay = 0
            for index, token in enumerate(self.steps):
                if token[0] != FOLDERS and _fits(token, char):
                    move |= 1 << index
            for bit, token in self.stays:
                if _fits(token, char):
                    stay |= bit
            if char != "\n":
                stay |= self.folders
            if char == "/":
                move |= self.folders
            self.masks[char] = (move, stay)
        return self.masks[char]

    def matches(self, path: str) -> bool:
        if self.last and not path.endswith(self.last):
            return False
        state = self._entered(1)
        for char in path:
            move, stay = self._mask(char)
            state = self._entered((state & move) << 1) | (state & stay)
            if not state:
                return False
        return bool(state & self.accept)


@lru_cache(maxsize=4096)
def _fits(token: Token, char: str) -> bool:
    kind, value = token
    if kind == "char":
        return char == value
    if kind == ALL:
        return char != "\n"
    if kind != "class":
        return False
    assert isinstance(value, tuple)
    negated, ranges = value
    return bool(any(low <= char <= high for low, high in ranges) != negated)
