"""The words of the POSIX shell: quotes, expansions, here-documents, and the signs between words.

A word is a list of parts, each literal text, a parameter, a command substitution or arithmetic,
with a mark for what stood inside quotes. Source: POSIX.1-2017, sections 2.2 to 2.6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.docker.shellmodel.nodes import Part, Word

if TYPE_CHECKING:
    from simulator.docker.shellmodel.nodes import Sequence_

OPERATORS = ("&&", "||", ";;", "|&", ";", "&", "|", "(", ")", "\n")


class SyntaxError_(ValueError):
    """A script that the shell refuses to run; the text is dash's, without the prefix."""


class WordReader:
    """Reads words at a place in a text; `grammar` reads commands with it."""

    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        self.pending: list[tuple[list[Part], str, bool, bool]] = []

    if TYPE_CHECKING:

        def sequence(self, ends: tuple[str, ...]) -> Sequence_: ...

    # --- characters ------------------------------------------------------------------------

    def blanks(self) -> None:
        """Skip blanks, continued lines and a comment."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in " \t\r":
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            else:
                break

    def lines(self) -> None:
        """Skip blanks and newlines."""
        self.blanks()
        while self.at < len(self.text) and self.text[self.at] == "\n":
            self.newline()
            self.blanks()

    def newline(self) -> None:
        """Step over a newline and read the here-documents that begin after it."""
        self.at += 1
        for parts, mark, strip, plain in self.pending:
            lines = []
            while True:
                end = self.text.find("\n", self.at)
                line = self.text[self.at :] if end < 0 else self.text[self.at : end]
                at_end = end < 0
                self.at = len(self.text) if at_end else end + 1
                if strip:
                    line = line.lstrip("\t")
                if line == mark or (at_end and not line):
                    break
                lines.append(line + "\n")
                if at_end:
                    break
            body = "".join(lines)
            parts += (
                [Part("text", body, True)] if plain else type(self)(body, self.depth).quoted("")
            )
        self.pending = []

    def operator(self) -> str:
        """Return the operator at this place, or ""."""
        self.blanks()
        return next((o for o in OPERATORS if self.text.startswith(o, self.at)), "")

    def peek_word(self) -> str:
        """Return the plain word at this place without reading it."""
        self.blanks()
        match = re.compile(r"[^\s;&|()<>]+").match(self.text, self.at)
        return match[0] if match else self.text[self.at : self.at + 1]

    def expect(self, word: str) -> None:
        """Read a reserved word or fail."""
        self.lines()
        if self.at >= len(self.text):
            raise SyntaxError_(f'end of file unexpected (expecting "{word}")')
        if self.peek_word() != word:
            raise SyntaxError_(f'"{self.peek_word()}" unexpected (expecting "{word}")')
        self.at += len(word)

    # --- words -----------------------------------------------------------------------------

    def word(self, *, empty: bool = False) -> Word:
        """Read one word; an `empty` one is allowed after `NAME=`."""
        if not empty:
            self.blanks()
        parts: list[Part] = []
        text = self.text
        start = self.at
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n;&|()<>":
                break
            if char == "\\":
                if self.at + 1 < len(text) and text[self.at + 1] == "\n":
                    self.at += 2
                    continue
                parts.append(Part("text", text[self.at + 1 : self.at + 2], True))
                self.at += 2
            elif char == "'":
                end = text.find("'", self.at + 1)
                if end < 0:
                    raise SyntaxError_("Unterminated quoted string")
                parts.append(Part("text", text[self.at + 1 : end], True))
                self.at = end + 1
            elif char == '"':
                self.at += 1
                inside = self.quoted('"')
                parts += inside or [Part("text", "", True)]
            elif char in "$`":
                parts.append(self.expansion(False))
            else:
                match = re.compile(r"[^ \t\r\n;&|()<>\\'\"$`]+").match(text, self.at)
                assert match is not None
                parts.append(Part("text", match[0]))
                self.at = match.end()
        if self.at == start and not empty:
            raise SyntaxError_(f'"{text[self.at : self.at + 1]}" unexpected')
        return parts

    def quoted(self, end: str) -> list[Part]:
        """Read to the closing double quote (or the end of a here-document) and over it."""
        parts: list[Part] = []
        text = self.text
        while True:
            if self.at >= len(text):
                if end:
                    raise SyntaxError_("Unterminated quoted string")
                return parts
            char = text[self.at]
            if char == end and end:
                self.at += 1
                return parts
            if char == "\\" and self.at + 1 < len(text):
                after = text[self.at + 1]
                self.at += 2
                if after == "\n":
                    continue
                plain = after if after in '$`"\\' else "\\" + after
                parts.append(Part("text", plain, True))
            elif char in "$`":
                parts.append(self.expansion(True))
            else:
                match = re.compile(r'[^"\\$`]+' if end else r"[^\\$`]+").match(text, self.at)
                taken = match[0] if match else char
                parts.append(Part("text", taken, True))
                self.at += len(taken)

    def expansion(self, quoted: bool) -> Part:
        """Read what begins with `$` or a backquote."""
        text = self.text
        if text[self.at] == "`":
            end = self.at + 1
            while end < len(text) and text[end] != "`":
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise SyntaxError_("EOF in backquote substitution")
            body = re.sub(r"\\([$`\\])", r"\1", text[self.at + 1 : end])
            self.at = end + 1
            return Part("cmd", body, quoted)
        if text.startswith("$((", self.at):
            end = text.find("))", self.at)
            if end >= 0:
                body = text[self.at + 3 : end]
                self.at = end + 2
                return Part("math", body, quoted)
        if text.startswith("$(", self.at):
            inner = type(self)(text[self.at + 2 :], self.depth)
            inner.sequence((")",))
            inner.lines()
            if not inner.text.startswith(")", inner.at):
                raise SyntaxError_('end of file unexpected (expecting ")")')
            body = inner.text[: inner.at]
            self.at += 2 + inner.at + 1
            return Part("cmd", body, quoted)
        if text.startswith("${", self.at):
            return self.braces(quoted)
        match = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])").match(text, self.at)
        if match is None:
            self.at += 1
            return Part("text", "$", quoted)
        self.at = match.end()
        return Part("var", match[1], quoted)

    def braces(self, quoted: bool) -> Part:
        """Read `${...}`."""
        match = re.compile(
            r"\$\{(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(:?[-=?+]|##?|%%?|//?|:)?"
        ).match(self.text, self.at)
        if match is None:
            raise SyntaxError_("Bad substitution")
        self.at = match.end()
        if match[1] and match[2]:
            self.close_brace()
            return Part("var", match[2], quoted, "length")
        argument: Word = []
        while self.at < len(self.text) and self.text[self.at] != "}":
            char = self.text[self.at]
            if char == "'" and not quoted:
                end = self.text.find("'", self.at + 1)
                if end < 0:
                    raise SyntaxError_("Unterminated quoted string")
                argument.append(Part("text", self.text[self.at + 1 : end], True))
                self.at = end + 1
            elif char == '"':
                self.at += 1
                argument += self.quoted('"')
            elif char in "$`":
                argument.append(self.expansion(quoted))
            elif char == "\\":
                argument.append(Part("text", self.text[self.at + 1 : self.at + 2], True))
                self.at += 2
            else:
                argument.append(Part("text", char))
                self.at += 1
        self.close_brace()
        return Part("var", match[2], quoted, match[3] or "", argument)

    def close_brace(self) -> None:
        """Read the closing brace of an expansion or fail."""
        if not self.text.startswith("}", self.at):
            raise SyntaxError_('Missing "}"')
        self.at += 1
