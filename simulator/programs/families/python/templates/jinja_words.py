"""Jinja's lexer: text, `{{ }}`, `{% %}`, `{# #}`, raw blocks, whitespace control, and tokens."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .problems import TemplateProblem

TOKEN = re.compile(
    r"""\s*(?:(?P<float>\d[\d_]*\.\d+(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+)
    |(?P<integer>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*)
    |(?P<name>[^\W\d]\w*)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<operator>//|\*\*|==|!=|>=|<=|[-+/*%~\[\](){}.,:|=<>;]))""",
    re.X | re.S,
)
RAW = re.compile(r"\{%[-+]?\s*raw\s*(-?)%\}(.*?)\{%([-+]?)\s*endraw\s*([-+]?)%\}", re.S)
CLOSES = {"[": "]", "(": ")", "{": "}"}


@dataclass(slots=True)
class Token:
    """A token of an expression: kind "name", "string", "integer", "float", "operator" or "end"."""

    kind: str
    text: str
    line: int


@dataclass(slots=True)
class Part:
    """A part of a template: kind "data", "variable" or "block"."""

    kind: str
    text: str
    line: int
    tokens: list[Token] = field(default_factory=list)


def parts(text: str, flags: str) -> list[Part]:
    """Cut a template into its parts. flags: t trim_blocks, l lstrip_blocks, k keep the last line.

    Raises TemplateProblem.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "k" not in flags and text.endswith("\n"):
        text = text[:-1]
    return list(_Cutter(text, flags).all())


class _Cutter:
    def __init__(self, text: str, flags: str) -> None:
        self.text, self.flags, self.pos, self.line = text, flags, 0, 1
        self.strip_next = ""
        """What the last tag asks of the text behind it: "-" all space, "n" one line's end."""

    def all(self) -> Iterator[Part]:
        while True:
            found = re.compile(r"\{[{%#]").search(self.text, self.pos)
            end = found.start() if found else len(self.text)
            yield from self._data(end, found)
            if found is None:
                return
            yield from self._tag(found)

    def _data(self, end: int, found: re.Match[str] | None) -> Iterator[Part]:
        data, line = self.text[self.pos : end], self.line
        self.line += data.count("\n")
        if self.strip_next == "-":
            data = data.lstrip()
        elif self.strip_next == "n" and data.startswith("\n"):
            data = data[1:]
        if found is not None:
            mark = self.text[found.end() : found.end() + 1]
            if mark == "-":
                data = data.rstrip()
            elif mark != "+" and "l" in self.flags and found[0] != "{{":
                start = data.rfind("\n") + 1
                at_start = start > 0 or end == 0 or self.text.rfind("\n", 0, end) + 1 >= self.pos
                if at_start and not data[start:].strip():
                    data = data[:start]
        if data:
            yield Part("data", data, line)
        self.pos = end

    def _tag(self, found: re.Match[str]) -> Iterator[Part]:
        opening, start = found[0], found.start()
        if opening == "{#":
            end = self.text.find("#}", start + 2)
            if end < 0:
                raise TemplateProblem("Missing end of comment tag", self.line)
            self._leave(end + 2, self.text[end - 1 : end] if end > start + 2 else "", True)
            return
        if opening == "{%" and (raw := RAW.match(self.text, start)):
            yield from self._raw(raw)
            return
        closing = "}}" if opening == "{{" else "%}"
        tokens, end, mark = self._tokens(start + 2, closing)
        kind = "variable" if opening == "{{" else "block"
        yield Part(kind, "", self.line, tokens)
        self._leave(end, mark, opening == "{%")

    def _leave(self, end: int, mark: str, block: bool) -> None:
        self.line += self.text.count("\n", self.pos, end)
        self.pos = end
        trims = block and "t" in self.flags and mark != "+"
        self.strip_next = "-" if mark == "-" else "n" if trims else ""

    def _raw(self, raw: re.Match[str]) -> Iterator[Part]:
        data = raw[2]
        if raw[1] == "-":
            data = data.lstrip()
        if raw[3] == "-":
            data = data.rstrip()
        if data:
            yield Part("data", data, self.line + self.text.count("\n", raw.start(), raw.start(2)))
        self._leave(raw.end(), raw[4], True)

    def _tokens(self, pos: int, closing: str) -> tuple[list[Token], int, str]:
        """Read tokens up to the end of a tag; also that end, and its sign."""
        tokens: list[Token] = []
        open_: list[str] = []
        if self.text[pos : pos + 1] in ("-", "+"):
            pos += 1
        line, seen = self.line, self.pos
        ending = re.compile(r"\s*([-+]?)" + re.escape(closing))
        while True:
            end = ending.match(self.text, pos)
            if end and not open_:
                tokens.append(Token("end", closing, line))
                return tokens, end.end(), end[1]
            found = TOKEN.match(self.text, pos)
            if found is None or found.end() > len(self.text):
                rest = self.text[pos:].lstrip()
                if not rest:
                    raise TemplateProblem("unexpected end of template, expected "
                                          f"'end of {_what(closing)}'.", line)  # fmt: skip
                place = len(self.text) - len(rest)
                raise TemplateProblem(f"unexpected char {rest[0]!r} at {place}", line)
            line += self.text.count("\n", seen, found.start(str(found.lastgroup)))
            seen = pos = found.end()
            word = found[str(found.lastgroup)]
            _balance(open_, word, found.lastgroup, line)
            tokens.append(Token(str(found.lastgroup), word, line))


def _what(closing: str) -> str:
    return "print statement" if closing == "}}" else "statement block"


def _balance(open_: list[str], word: str, kind: str | None, line: int) -> None:
    if kind != "operator":
        return
    if word in CLOSES:
        open_.append(CLOSES[word])
    elif word in CLOSES.values():
        if not open_:
            raise TemplateProblem(f"unexpected {word!r}", line)
        wanted = open_.pop()
        if wanted != word:
            raise TemplateProblem(f"unexpected {word!r}, expected {wanted!r}", line)


def string_of(token: Token) -> str:
    """Give the value of a string's token."""
    try:
        value = ast.literal_eval(token.text.replace("\n", "\\n"))
    except (SyntaxError, ValueError) as problem:
        raise TemplateProblem(str(problem), token.line) from None
    return str(value)
