"""Here-documents: which words of a line open one, and how its body is read.

Source: moby/buildkit `frontend/dockerfile/parser`, read 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.shell_lex import Lexer

_OPENING = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*+([^<]*+)")
_LEADING_TABS = re.compile(r"^\t+", re.MULTILINE)
_LINE = Lexer(raw_quotes=True, raw_escapes=True, skip_unset=True)
_BARE = Lexer(skip_unset=True)
_QUOTED = Lexer(raw_quotes=True, skip_unset=True)


@dataclass(frozen=True, slots=True)
class Heredoc:
    """One here-document.

    name: the word that ends it.   expand: variables are expanded, because the word is not quoted.
    chomp: written ``<<-``, so leading tabs go.   content: the body as written, newlines included.
    """

    name: str
    expand: bool
    chomp: bool
    content: str = ""

    @property
    def body(self) -> str:
        """The body with leading tabs cut when `chomp` asks for it."""
        return _LEADING_TABS.sub("", self.content) if self.chomp else self.content


@lru_cache(maxsize=256)
def read_opening(word: str) -> Heredoc | None:
    """Read a word such as ``<<-"EOF"``.   Returns None for any other; raises DockerfileError."""
    found = _OPENING.fullmatch(word)
    if not found or not found[3]:
        return None
    rest = found[3]
    bare = _BARE.process(rest, {}).words
    if len(bare) != 1:
        return None
    quoted = _QUOTED.process(rest, {}).words
    if len(quoted) != 1:
        raise DockerfileError(f"internal lexing of heredoc produced inconsistent results: {rest}")
    return Heredoc(bare[0], _quotes(bare[0]) == _quotes(quoted[0]), found[2] == "-")


def opening_or_none(word: str) -> Heredoc | None:
    """Read a word as `read_opening`; a word with bad quotes is simply no here-document."""
    try:
        return read_opening(word)
    except DockerfileError:
        return None


def openings(line: str) -> list[Heredoc]:
    """List the here-documents that a line opens.   Raises DockerfileError for a bad end word."""
    if "<<" not in line:
        return []
    try:
        words = _LINE.process(line, {}).words
    except DockerfileError:
        # A line whose quotes do not close opens nothing: the shell will complain when it runs.
        return []
    return [found for word in words if (found := read_opening(word))]


def summary(content: str) -> str:
    """Say what a here-document is about, for a step's name: its first line."""
    lines = content.strip().replace("\r\n", "\n").split("\n")
    return lines[0] + ("..." if len(lines) > 1 else "")


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
