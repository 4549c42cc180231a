"""Django's template lexer and its expressions: variables, filters, and the words of a tag."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from . import trees as t
from .problems import TemplateProblem

TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
WORDS = re.compile(r"""((?:[^\s'"]*(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^\s'"]*)+)|\S+)""")
CONSTANT = re.compile(r"""_?\(?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)?""")
NUMBER = re.compile(r"[-+]?\d[\d.e]*$")
VARIABLE = re.compile(r"[\w.+-]+")
FILTER = re.compile(r"\s*\|\s*(\w+)(?::\s*)?")


@dataclass(slots=True)
class Part:
    """A part of a template: kind "data", "variable" or "block"."""

    kind: str
    text: str
    line: int


def parts(text: str) -> list[Part]:
    """Cut a template into its parts; what stands in `{% verbatim %}` is data."""
    found: list[Part] = []
    pos, line, verbatim = 0, 1, ""
    for tag in TAG.finditer(text):
        if tag.start() > pos:
            found.append(Part("data", text[pos : tag.start()], line))
        line += text.count("\n", pos, tag.start())
        pos = tag.end()
        inner = tag[0][2:-2].strip()
        if verbatim:
            if tag[0].startswith("{%") and inner == verbatim:
                verbatim = ""
            else:
                found.append(Part("data", tag[0], line))
        elif tag[0].startswith("{%"):
            if inner.split(" ")[0] == "verbatim":
                verbatim = f"end{inner}"
            else:
                found.append(Part("block", inner, line))
        elif tag[0].startswith("{{"):
            found.append(Part("variable", inner, line))
    if pos < len(text):
        found.append(Part("data", text[pos:], line))
    return found


def words(text: str) -> list[str]:
    """Cut a tag into words; what is quoted stays together."""
    return WORDS.findall(text)


def text_of(literal: str) -> str:
    """Give the value of a string in quotes."""
    body = literal[1:-1]
    return body.replace(f"\\{literal[0]}", literal[0]).replace("\\\\", "\\")


class Expressions:
    """Translates filter expressions; `filters` notes which filters were used, and where."""

    def __init__(self) -> None:
        self.context = "c0"
        self.line = 1
        self.filters: dict[str, int] = {}

    def value(self, text: str, missing: str | None = "") -> ast.expr:
        """Translate `name.of.it|filter:argument`. missing: what stands for an absent variable."""
        made, pos = self._operand(text, 0, missing)
        while pos < len(text):
            found = FILTER.match(text, pos)
            if found is None:
                self._remainder(text, pos)
            assert found is not None
            pos = found.end()
            self.filters.setdefault(found[1], self.line)
            args = [t.name(self.context), t.const(found[1]), made]
            if found[0].rstrip().endswith(":"):
                argument, pos = self._operand(text, pos, None)
                args.append(argument)
            made = t.call("filtered", *args)
        return made

    def _remainder(self, text: str, pos: int) -> None:
        raise TemplateProblem(f"Could not parse the remainder: {text[pos:]!r} from {text!r}",
                              self.line)  # fmt: skip

    def _operand(self, text: str, pos: int, missing: str | None) -> tuple[ast.expr, int]:
        found = CONSTANT.match(text, pos)
        if found:
            return t.call("safe", t.const(text_of(found[1]))), found.end()
        found = VARIABLE.match(text, pos)
        if not found:
            self._remainder(text, pos)
        assert found is not None
        word = found[0]
        if NUMBER.match(word):
            try:
                number = float(word) if "." in word or "e" in word.lower() else int(word)
            except ValueError:
                self._remainder(text, pos)
            return t.const(number), found.end()
        return self.variable(word, missing), found.end()

    def variable(self, word: str, missing: str | None) -> ast.expr:
        """Translate a dotted name."""
        if word in ("True", "False", "None"):
            return t.const({"True": True, "False": False, "None": None}[word])
        if word == "block.super":
            return t.call("upper_block", t.name(self.context))
        steps = word.split(".")
        if any(one.startswith("_") for one in steps):
            raise TemplateProblem("Variables and attributes may not begin with underscores: "
                                  f"{word!r}", self.line)  # fmt: skip
        return t.call("resolve", t.name(self.context), t.const(tuple(steps)), t.const(missing))
