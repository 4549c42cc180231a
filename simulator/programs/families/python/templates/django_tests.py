"""The conditions of Django's `{% if %}`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import trees as t
from .problems import TemplateProblem

if TYPE_CHECKING:
    from .django_words import Expressions

COMPARE = ("==", "!=", ">", ">=", "<", "<=", "in", "not in", "is", "is not")


class Condition:
    """Reads a condition: `or`, `and`, `not`, then the comparisons, all as strong as each other."""

    def __init__(self, rows: list[str], reader: Expressions) -> None:
        self.rows: list[str] = []
        for row in rows:
            if row == "in" and self.rows[-1:] == ["not"]:
                self.rows[-1] = "not in"
            elif row == "not" and self.rows[-1:] == ["is"]:
                self.rows[-1] = "is not"
            else:
                self.rows.append(row)
        self.pos = 0
        self.reader = reader

    def read(self) -> ast.expr:
        """Translate the whole; raises TemplateProblem."""
        made = self._or()
        if self.pos < len(self.rows):
            raise TemplateProblem(f"Unused '{self.rows[self.pos]}' at end of if expression.",
                                  self.reader.line)  # fmt: skip
        return made

    def _next(self) -> str:
        return self.rows[self.pos] if self.pos < len(self.rows) else ""

    def _or(self) -> ast.expr:
        made = self._and()
        while self._next() == "or":
            self.pos += 1
            made = ast.BoolOp(ast.Or(), [made, self._and()])
        return made

    def _and(self) -> ast.expr:
        made = self._not()
        while self._next() == "and":
            self.pos += 1
            made = ast.BoolOp(ast.And(), [made, self._not()])
        return made

    def _not(self) -> ast.expr:
        if self._next() == "not":
            self.pos += 1
            return ast.UnaryOp(ast.Not(), self._not())
        return self._compare()

    def _compare(self) -> ast.expr:
        made = self._operand()
        while self._next() in COMPARE:
            word = self._next()
            self.pos += 1
            made = t.call("compared", t.const(word), made, self._operand())
        return made

    def _operand(self) -> ast.expr:
        word = self._next()
        if not word:
            raise TemplateProblem("Unexpected end of expression in if tag.", self.reader.line)
        if word in COMPARE or word in ("or", "and"):
            raise TemplateProblem(f"Not expecting '{word}' in this position in if tag.",
                                  self.reader.line)  # fmt: skip
        self.pos += 1
        return self.reader.value(word, None)
