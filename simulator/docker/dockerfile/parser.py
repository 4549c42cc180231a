"""Read a Dockerfile's text into its instructions: directives, comments, continuations, heredocs.

What comes out is the text cut up, not yet understood: an unknown instruction or a missing argument
is found by `instructions`, as in BuildKit, whose parser has the same two phases.
Source: moby/buildkit `frontend/dockerfile/parser`, read 2026-11-23, and the shared tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import SPACES
from simulator.docker.dockerfile.heredoc import Heredoc, openings
from simulator.docker.dockerfile.words import (
    json_strings,
    name_value_triples,
    split_blanks,
    split_command,
    split_healthcheck,
    split_quoted,
)

# bufio.Scanner's limit; a longer line ends the reading.
MAX_LINE_BYTES = 65_535
_DIRECTIVE = re.compile(r"#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=(.+)")
_DIRECTIVES = ("syntax", "escape", "check")
_HEREDOC_INSTRUCTIONS = ("run", "copy", "add")
_ONBUILD = "onbuild"


@dataclass(slots=True)
class Node:
    """One instruction as written.

    instruction: its name as typed.   args: ENV and LABEL as name, value, separator triples; ONBUILD
    as the inner instruction's name and args.   flags: ``--x=y`` words, quotes removed.
    json: the exec form.   comments: the comment lines right above.   text: the logical line.
    """

    instruction: str
    first_line: int
    last_line: int
    args: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    json: bool = False
    heredocs: list[Heredoc] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    text: str = ""
    inner: Node | None = None


@dataclass(slots=True)
class Document:
    """A Dockerfile cut into instructions.

    directives: the parser directives at its top.   empty_continuations: the last lines of the
    instructions whose continuation has an empty line in it.
    """

    nodes: list[Node]
    escape: str
    directives: dict[str, str]
    empty_continuations: list[int]


def parse(text: str) -> Document:
    """Cut a Dockerfile into instructions.   Raises DockerfileError, in BuildKit's words."""
    return _Reader(text).document()


def read_directive(line: str) -> tuple[str, str]:
    """Read a line such as ``# escape=x``.   Returns name and value, both "" when it is not one."""
    found = _DIRECTIVE.fullmatch(line)
    name = found[1].lower() if found else ""
    if found is None or name not in _DIRECTIVES:
        return "", ""
    return name, found[2].strip("\t\n\f\r ") or found[2][-1]


def is_comment(line: str) -> bool:
    """Tell whether a line's first character that is no space is ``#``."""
    return line.lstrip(SPACES).startswith("#")


def _cut_lines(text: str) -> tuple[list[str], bool]:
    """Cut into lines that keep their ends.   Returns the lines, and whether one was too long."""
    clean = text.encode("utf-8", "replace").decode()
    lines = clean.split("\n")
    last = lines.pop()
    out = [line + "\n" for line in lines]
    if last:
        out.append(last)
    for index, line in enumerate(out):
        size = len(line.encode()) if len(line) * 4 > MAX_LINE_BYTES else 0
        if size > MAX_LINE_BYTES + line.endswith("\n"):
            return out[:index], True
    return out, False


class _Reader:
    """Walks over the lines; `number` counts the lines taken so far."""

    def __init__(self, text: str) -> None:
        self.lines, self.too_long = _cut_lines(text)
        if self.lines:
            self.lines[0] = self.lines[0].removeprefix("\ufeff")
        self.number = 0
        self.escape = "\\"
        self.directives: dict[str, str] = {}
        self.in_directives = True
        self.comments: list[str] = []
        self.nodes: list[Node] = []
        self.empty_continuations: list[int] = []

    def document(self) -> Document:
        while self.number < len(self.lines):
            self.take()
        if not self.nodes:
            raise DockerfileError("file with no instructions", self.number)
        if self.too_long:
            raise DockerfileError(
                f"dockerfile line greater than max allowed size of {MAX_LINE_BYTES}", self.number
            )
        return Document(self.nodes, self.escape, self.directives, self.empty_continuations)

    def take(self) -> None:
        """Take a comment, an empty line, or one instruction with all that belongs to it."""
        raw = self.lines[self.number]
        line = raw.rstrip("\r\n").lstrip(SPACES)
        comment = is_comment(raw)
        if comment:
            words = raw.rstrip("\r\n")[1:].strip(SPACES)
            self.comments = [*self.comments, words] if words else []
        if self.take_directive(line):
            self.comments.pop()
        self.number += 1
        if comment or not line:
            return
        first = self.number
        line = self.take_continuations(line)
        try:
            node = read_node(line, self.escape)
            node.first_line = first
            self.take_heredocs(node)
        except DockerfileError as error:
            raise error.at(first, self.number) from None
        node.comments, self.comments = self.comments, []
        node.last_line = self.number
        self.nodes.append(node)

    def take_directive(self, line: str) -> bool:
        """Obey ``# escape=`x`` and its kind, which may stand only at the very top."""
        if not self.in_directives:
            return False
        name, value = read_directive(line)
        if not name:
            self.in_directives = False
            return False
        # BuildKit counts the line only afterwards, so these two errors name the line before.
        if name in self.directives:
            raise DockerfileError(f"only one {name} parser directive can be used", self.number)
        if name == "escape" and value not in ("\\", "`"):
            raise DockerfileError(
                f"invalid escape token '{value}' does not match ` or \\", self.number
            )
        self.directives[name] = value
        if name == "escape":
            self.escape = value
        return True

    def continued(self, line: str) -> str | None:
        """Cut the escape at the end of a line that goes on.   Returns None when it does not."""
        line = line.rstrip("\t ")
        if not line.endswith(self.escape) or line[-2:-1] == self.escape:
            return None
        return line[:-1]

    def take_continuations(self, line: str) -> str:
        pieces: list[str] = []
        empty = False
        while (cut := self.continued(line)) is not None:
            pieces.append(cut)
            while True:
                if self.number >= len(self.lines):
                    line = ""
                    break
                line = self.lines[self.number].rstrip("\r\n")
                self.number += 1
                if is_comment(line):
                    continue
                if line.strip(SPACES):
                    break
                empty = True
            if not line:
                break
        if empty:
            self.empty_continuations.append(self.number)
        return "".join([*pieces, line])

    def take_heredocs(self, node: Node) -> None:
        holder = node.inner if node.instruction.lower() == _ONBUILD and node.inner else node
        if holder.json or holder.instruction.lower() not in _HEREDOC_INSTRUCTIONS:
            return
        for opening in openings(node.text):
            body: list[str] = []
            while True:
                if self.number >= len(self.lines):
                    raise DockerfileError("unterminated heredoc")
                line = self.lines[self.number]
                self.number += 1
                end = line.rstrip("\r\n")
                if (end.lstrip("\t") if opening.chomp else end) == opening.name:
                    break
                body.append(line)
            node.heredocs.append(
                Heredoc(opening.name, opening.expand, opening.chomp, "".join(body))
            )


def read_node(line: str, escape: str) -> Node:
    """Read one logical line.   Raises DockerfileError without a place."""
    chain: list[Node] = []
    rest = line
    # ONBUILD nests; a loop, because a line may hold thousands of them.
    while True:
        name, flags, args = split_command(rest, escape)
        node = Node(name, 0, 0, flags=flags, text="" if chain else rest)
        chain.append(node)
        if name.lower() != _ONBUILD or not args:
            break
        rest = args
    _ARGUMENTS.get(name.lower(), _unknown)(node, args, escape)
    for outer, inner in zip(chain[-2::-1], chain[:0:-1], strict=True):
        outer.inner = inner
    if len(chain) > 1:
        chain[0].args = [part for node in chain[1:-1] for part in (node.instruction,)]
        chain[0].args += [chain[-1].instruction, *chain[-1].args]
    return chain[0]


def _unknown(node: Node, text: str, escape: str) -> None:
    node.args = [""]


def _one_text(node: Node, text: str, escape: str) -> None:
    node.args = [text] if text else []


def _words(node: Node, text: str, escape: str) -> None:
    node.args = split_blanks(text)


def _quoted_words(node: Node, text: str, escape: str) -> None:
    node.args = split_quoted(text, escape)


def _triples(node: Node, text: str, escape: str) -> None:
    node.args = name_value_triples(text, node.instruction.upper(), escape)


def _json_or_text(node: Node, text: str, escape: str) -> None:
    strings = json_strings(text) if text else None
    node.json = strings is not None
    node.args = strings if strings is not None else [text] if text else []


def _json_or_words(node: Node, text: str, escape: str) -> None:
    strings = json_strings(text)
    node.json = strings is not None
    node.args = strings if strings is not None else split_blanks(text)


def _health(node: Node, text: str, escape: str) -> None:
    kind, command = split_healthcheck(text)
    if kind:
        _json_or_text(node, command, escape)
        node.args = [kind, *node.args]


_ARGUMENTS: dict[str, Callable[[Node, str, str], None]] = {
    "add": _json_or_words,
    "arg": _quoted_words,
    "cmd": _json_or_text,
    "copy": _json_or_words,
    "entrypoint": _json_or_text,
    "env": _triples,
    "expose": _words,
    "from": _words,
    "healthcheck": _health,
    "label": _triples,
    "maintainer": _one_text,
    "onbuild": _one_text,
    "run": _json_or_text,
    "shell": _json_or_text,
    "stopsignal": _one_text,
    "user": _one_text,
    "volume": _json_or_words,
    "workdir": _one_text,
}
INSTRUCTIONS = sorted(_ARGUMENTS)
