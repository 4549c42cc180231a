"""The nodes of a parsed shell script: words, commands, lists, loops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word: kind "text", "var", "cmd" or "math"."""

    kind: str
    text: str
    quoted: bool = False
    operator: str = ""
    argument: Word | None = None


Word = list[Part]


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirection: file descriptor, operator, target word; a here-document's text is a word."""

    fd: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command."""

    assignments: list[tuple[str, Word]]
    words: list[Word]
    redirects: list[Redirect]
    line: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by pipes; `negated` by a leading `!`."""

    commands: list[Node]
    negated: bool


@dataclass(frozen=True, slots=True)
class Sequence_:
    """Commands in a list, each with the operator before it: ";", "&&" or "||"."""

    items: list[tuple[str, Node]]


@dataclass(frozen=True, slots=True)
class If:
    """`if`, with its `elif` branches as further pairs."""

    branches: list[tuple[Node, Node]]
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Loop:
    """`while`, or `until` when `until`."""

    condition: Node
    body: Node
    until: bool


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`; without words over the positional parameters."""

    name: str
    words: list[Word] | None
    body: Node


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in pattern) list;; esac`."""

    word: Word
    branches: list[tuple[list[Word], Node]]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ ...; }` or, as a subshell, `( ... )`, with redirections."""

    body: Node
    subshell: bool
    redirects: list[Redirect]


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition."""

    name: str
    body: Node


Node = Simple | Pipeline | Sequence_ | If | Loop | For | Case | Group | Function
