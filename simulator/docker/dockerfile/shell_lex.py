"""Expand variables and quotes in one word of a Dockerfile, and split words, as BuildKit does.

It looks like a shell, but it is not one: no command substitution, no ``${x:=y}``, and a name that
is not set is simply empty. What is left out: nothing that BuildKit has.
Source: moby/buildkit `frontend/dockerfile/shell`, read 2026-11-23, and the shared tables.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import SPACES, quote
from simulator.docker.dockerfile.shell_pattern import replace, trim_prefix, trim_suffix

END = ""
_SPACE_RUN = re.compile(f"[{SPACES}]+")
_MATCH_COST = 16
_COMPILE_COST = 16
_LONG_PATTERN = 4096
_BLANKS = frozenset("\t\r ")
_SPECIAL_NAMES = frozenset("@*#?-$!")
_Routine = Generator[Any, Any, Any]


@dataclass(slots=True)
class Expansion:
    """What came of a word: the text, its parts, and the names that were looked up, in order."""

    text: str = ""
    words: list[str] = field(default_factory=list)
    matched: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)


class Budget:
    """How many characters variables may still expand to."""

    # Simplified: variables of one build may expand to 8,388,608 characters in all, where BuildKit
    # has no limit and a few lines of ENV A=$A$A would eat the machine's memory.
    LIMIT = 8 * 1024 * 1024

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = self.LIMIT

    def spend(self, characters: int) -> None:
        """Take characters from the budget.   Raises DockerfileError when it is used up."""
        self.left -= characters
        if self.left < 0:
            raise DockerfileError(f"variables expand to more than {self.LIMIT} characters")


@dataclass(frozen=True, slots=True)
class Lexer:
    """How to read words.

    raw_quotes: keep the quotes.   raw_escapes: keep the escapes.   skip_quotes: quotes are plain
    characters.   skip_unset: leave a reference to an unset name as it is written.
    budget: shared by many words; None gives each word its own.
    """

    escape: str = "\\"
    raw_quotes: bool = False
    raw_escapes: bool = False
    skip_quotes: bool = False
    skip_unset: bool = False
    budget: Budget | None = field(default=None, compare=False)

    def process(self, word: str, env: Mapping[str, str]) -> Expansion:
        """Expand one word.   Raises DockerfileError, which names the whole word."""
        found, error = self.attempt(word, env)
        if error is not None:
            raise error
        return found

    def attempt(
        self, word: str, env: Mapping[str, str]
    ) -> tuple[Expansion, DockerfileError | None]:
        """Expand one word.   Returns an empty text, the names met so far and the error if it fails.

        The build checks report unset names also of a word that cannot be expanded.
        """
        word = word.removeprefix("\ufeff")
        if not any(char in word for char in ("$", "'", '"', "<", self.escape)):
            return Expansion(word, _fields(word)), None
        run = _Run(self, word, env)
        try:
            text = _drive(run.until(END, self.raw_escapes, run.words))
        except DockerfileError as error:
            names = Expansion("", [], list(run.matched), list(run.unmatched))
            return names, error.wrapped(f"failed to process {quote(word)}: ")
        return Expansion(text, run.words.finished(), list(run.matched), list(run.unmatched)), None


def expand(word: str, env: Mapping[str, str] | Iterable[str], escape: str = "\\") -> str:
    """Expand one word.   env: a mapping, or ``K=V`` texts where a later one wins."""
    return Lexer(escape).process(word, env_mapping(env)).text


def split_words(word: str, env: Mapping[str, str] | Iterable[str], escape: str = "\\") -> list[str]:
    """Expand and split at unquoted spaces, as EXPOSE does."""
    return Lexer(escape).process(word, env_mapping(env)).words


def env_mapping(env: Mapping[str, str] | Iterable[str]) -> Mapping[str, str]:
    """Turn ``K=V`` texts into a mapping; a mapping is passed on."""
    if isinstance(env, Mapping):
        return env
    out: dict[str, str] = {}
    for entry in env:
        key, _, value = entry.partition("=")
        out[key] = value
    return out


def _fields(text: str) -> list[str]:
    return [part for part in _SPACE_RUN.split(text) if part]


class _Words:
    """Collects the parts of a word; an unquoted space ends a part."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.now: list[str] = []

    def plain(self, text: str) -> None:
        first, *rest = _SPACE_RUN.split(text)
        self.quoted(first)
        if rest:
            if self.now:
                self._close()
            self.done += rest[:-1]
            self.quoted(rest[-1])

    def quoted(self, text: str) -> None:
        if text:
            self.now.append(text)

    def _close(self) -> None:
        self.done.append("".join(self.now))
        self.now = []

    def finished(self) -> list[str]:
        if self.now:
            self._close()
        return self.done


def _drive(routine: _Routine) -> str:
    """Run routines that call each other by `yield`: nesting costs memory, never Python's stack."""
    stack = [routine]
    value: Any = None
    error: DockerfileError | None = None
    while stack:
        try:
            child = stack[-1].throw(error) if error else stack[-1].send(value)
        except StopIteration as stop:
            stack.pop()
            value, error = stop.value, None
        except DockerfileError as problem:
            stack.pop()
            # Without this it would drag the frames and errors of all deeper routines along.
            error = problem.with_traceback(None)
            error.__context__ = None
        else:
            stack.append(child)
            value, error = None, None
    if error:
        raise error
    return str(value)


class _Run:
    """One word being read: where we are, and which names were met."""

    def __init__(self, how: Lexer, text: str, env: Mapping[str, str]) -> None:
        self.how = how
        self.text = text
        self.env = env
        self.at = 0
        self.raw_escapes = how.raw_escapes
        self.budget = how.budget or Budget()
        self.words = _Words()
        self.matched: dict[str, None] = {}
        self.unmatched: dict[str, None] = {}

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else END

    def next(self) -> str:
        char = self.peek()
        self.at += 1
        return char

    def lookup(self, name: str) -> str | None:
        value = self.env.get(name)
        (self.unmatched if value is None else self.matched)[name] = None
        return value

    def until(self, stop: str, raw_escapes: bool, words: _Words | None = None) -> _Routine:
        """Read up to `stop` (END: to the end).   Returns the expanded text."""
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        out: list[str] = []
        if words is None:
            # BuildKit has one buffer for the part it is collecting, and an operand of ``${...}``
            # wipes it: ``80${X:-81}`` is "8081" as a word, but splits into "81".
            self.words.now = []
        while (char := self.peek()) != END:
            if char == stop:
                self.at += 1
                self.raw_escapes = before
                return "".join(out)
            if char == "$":
                piece = yield self.dollar()
                self.budget.spend(len(piece))
                if words:
                    words.plain(piece)
            elif char in "'\"" and not self.how.skip_quotes:
                piece = self.single_quoted() if char == "'" else (yield self.double_quoted())
                if words:
                    words.quoted(piece)
            elif char == "<":
                piece = self.angle()
                if words:
                    words.quoted(piece)
            else:
                piece = self.ordinary(words)
            out.append(piece)
        if stop != END:
            self.raw_escapes = before
            raise DockerfileError(f"unexpected end of statement while looking for matching {stop}")
        return "".join(out)

    def ordinary(self, words: _Words | None) -> str:
        char = self.next()
        if char != self.how.escape:
            if words:
                words.plain(char)
            return char
        piece = (char if self.raw_escapes else "") + self.next()
        if words:
            words.quoted(piece)
        return piece

    def angle(self) -> str:
        """Read ``<``, or ``<<`` and the blanks after it: ``<< EOF`` is one word."""
        start = self.at
        self.at += 1
        if self.peek() == "<":
            self.at += 1
            while self.peek() in _BLANKS:
                self.at += 1
        return self.text[start : self.at]

    def single_quoted(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.text)
            raise DockerfileError(
                "unexpected end of statement while looking for matching single-quote"
            )
        start, self.at = self.at, end + 1
        return self.text[start : end + 1] if self.how.raw_quotes else self.text[start + 1 : end]

    def double_quoted(self) -> _Routine:
        self.at += 1
        mark = '"' if self.how.raw_quotes else ""
        out = [mark]
        while (char := self.peek()) != END:
            if char == '"':
                self.at += 1
                return "".join([*out, mark])
            if char == "$":
                out.append((yield self.dollar()))
                self.budget.spend(len(out[-1]))
                continue
            self.at += 1
            if char == self.how.escape:
                if self.raw_escapes:
                    out.append(char)
                if self.peek() == END:
                    break
                if self.peek() in ('"', "$", self.how.escape):
                    char = self.next()
            out.append(char)
        raise DockerfileError("unexpected end of statement while looking for matching double-quote")

    def name(self) -> str:
        first = self.peek()
        if first != END and first in _SPECIAL_NAMES:
            self.at += 1
            return first
        start = self.at
        if first.isdecimal():
            while self.peek().isdecimal():
                self.at += 1
        else:
            while (char := self.peek()).isalpha() or char.isdecimal() or char == "_":
                self.at += 1
        return self.text[start : self.at]

    def dollar(self) -> _Routine:
        """Read ``$x`` or ``${x...}``."""
        self.at += 1
        if self.peek() != "{":
            name = self.name()
            value = self.lookup(name) if name else "$"
            if value is None:
                return f"${name}" if self.how.skip_unset else ""
            return value
        self.at += 1
        if self.peek() == END:
            raise DockerfileError("syntax error: missing '}'")
        if self.peek() in "{}:":
            raise DockerfileError("syntax error: bad substitution")
        name, sign = self.name(), self.next()
        if sign == "}":
            value = self.lookup(name)
            if value is None:
                return f"${{{name}}}" if self.how.skip_unset else ""
            return value
        if sign == "/":
            return (yield self.substitution(name))
        if sign != END and sign in ":+-?#%":
            return (yield self.modified(name, sign))
        raise _unsupported(sign or "\ufffd")

    def rest(self, stop: str, raw_escapes: bool, missing: str) -> _Routine:
        """Read an operand of ``${...}``; running into the end means that `missing` is missing."""
        try:
            return (yield self.until(stop, raw_escapes))
        except DockerfileError:
            if self.peek() == END:
                raise DockerfileError(f"syntax error: missing {missing}") from None
            raise

    def modified(self, name: str, sign: str) -> _Routine:
        """Read the operand of ``${name<sign>operand}`` and apply it."""
        empty_is_unset, signs = False, sign
        if sign == ":":
            empty_is_unset, sign = True, self.next()
            signs = ":" + (sign or "\ufffd")
            if sign and sign in "#%":
                raise _unsupported(signs)
        word = yield self.rest("}", sign in ("#", "%"), "'}'")
        value = self.lookup(name)
        if value is None and self.how.skip_unset:
            return f"${{{name}{signs}{word}}}"
        absent = value is None or (empty_is_unset and value == "")
        if sign == "-":
            return word if absent else value
        if sign == "+":
            return "" if absent else word
        if sign == "?":
            if not absent:
                return value
            state = "unset" if value is None else "empty"
            raise DockerfileError(f"{name}: {word or f'is not allowed to be {state}'}")
        if sign in ("#", "%"):
            self.spend_match(value or "", word)
            longest = word.startswith(sign)
            trim = trim_prefix if sign == "#" else trim_suffix
            return trim(value or "", word[1:] if longest else word, longest)
        raise _unsupported(signs)

    def substitution(self, name: str) -> _Routine:
        """Read ``${name/pattern/replacement}`` or ``${name//pattern/replacement}``."""
        every = self.peek() == "/"
        if every:
            self.at += 1
        pattern = yield self.rest("/", True, "'/' in ${}")
        replacement = yield self.rest("}", True, "'}'")
        value = self.lookup(name)
        if value is None and self.how.skip_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        self.spend_match(value or "", pattern)
        return replace(value or "", pattern, replacement, every, self.budget.spend)

    def spend_match(self, value: str, pattern: str) -> None:
        """Charge a pattern's work to the budget: it walks over the whole value, in long words."""
        walks = _MATCH_COST * len(value) * (1 + len(pattern) // _LONG_PATTERN)
        self.budget.spend(walks + _COMPILE_COST * len(pattern))


def _unsupported(signs: str) -> DockerfileError:
    return DockerfileError(f"unsupported modifier ({signs}) in substitution")
