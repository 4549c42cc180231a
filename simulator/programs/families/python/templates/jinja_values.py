"""Jinja's expressions, as trees of Python."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from . import trees as t
from .jinja_words import Token, string_of
from .problems import TemplateProblem

COMPARE: dict[str, Any] = {"==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt,
                           ">=": ast.GtE}  # fmt: skip
BINARY: dict[str, Any] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div,
                          "//": ast.FloorDiv, "%": ast.Mod}  # fmt: skip
NO_ELSE = "the inline if-expression evaluated to false and no else section was defined."
CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}


class Values:
    """Reads expressions from the tokens of a tag; `filters` and `tests` note what was used."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.pos = 0
        self.context = "c0"
        self.filters: dict[str, int] = {}
        self.tests: dict[str, int] = {}
        self.names: set[str] = set()

    # Tokens

    @property
    def token(self) -> Token:
        """The token at hand."""
        return self.tokens[self.pos]

    @property
    def line(self) -> int:
        """Its line."""
        return self.token.line

    def skip(self, *words: str) -> bool:
        """Go past one of these words or signs if it is next."""
        if self.token.kind in ("name", "operator") and self.token.text in words:
            self.pos += 1
            return True
        return False

    def peek(self, *words: str) -> bool:
        """Tell whether one of these is next."""
        return self.token.kind in ("name", "operator") and self.token.text in words

    def want(self, word: str) -> None:
        """Go past a sign that must be there."""
        if not self.skip(word):
            self.unexpected(word)

    def unexpected(self, wanted: str) -> None:
        """Refuse what is next; raises TemplateProblem."""
        got = "end of statement block" if self.token.text == "%}" else (
            "end of print statement" if self.token.kind == "end" else self.token.text)  # fmt: skip
        raise TemplateProblem(f"expected token {wanted!r}, got {got!r}", self.line)

    def word(self) -> str:
        """Take a name."""
        if self.token.kind != "name":
            self.unexpected("name")
        self.pos += 1
        return self.tokens[self.pos - 1].text

    def at_end(self) -> bool:
        """Tell whether the tag is over."""
        return self.token.kind == "end"

    # Expressions, from the weakest to the strongest

    def value(self, ternary: bool = True) -> ast.expr:
        """Read an expression."""
        line = self.line
        made = self._or()
        while ternary and self.skip("if"):
            test = self._or()
            missing = t.call("undefined", t.const(NO_ELSE))
            other = self.value() if self.skip("else") else missing
            made = ast.IfExp(test, made, other)
        return t.at(made, line)

    def _or(self) -> ast.expr:
        made = self._and()
        while self.skip("or"):
            made = ast.BoolOp(ast.Or(), [made, self._and()])
        return made

    def _and(self) -> ast.expr:
        made = self._not()
        while self.skip("and"):
            made = ast.BoolOp(ast.And(), [made, self._not()])
        return made

    def _not(self) -> ast.expr:
        if self.skip("not"):
            return ast.UnaryOp(ast.Not(), self._not())
        return self._compare()

    def _compare(self) -> ast.expr:
        first = self._sum()
        ops: list[Any] = []
        others: list[ast.expr] = []
        while True:
            if self.token.kind == "operator" and self.token.text in COMPARE:
                ops.append(COMPARE[self.token.text]())
                self.pos += 1
            elif self.skip("in"):
                ops.append(ast.In())
            elif self.peek("not") and self.tokens[self.pos + 1].text == "in":
                self.pos += 2
                ops.append(ast.NotIn())
            else:
                break
            others.append(self._sum())
        return ast.Compare(first, ops, others) if ops else first

    def _binary(self, words: tuple[str, ...], inner: Callable[[], ast.expr]) -> ast.expr:
        made = inner()
        while self.token.kind == "operator" and self.token.text in words:
            word = self.token.text
            self.pos += 1
            made = ast.BinOp(made, BINARY[word](), inner())
        return made

    def _sum(self) -> ast.expr:
        return self._binary(("+", "-"), self._joined)

    def _joined(self) -> ast.expr:
        made = self._product()
        if not self.peek("~"):
            return made
        rows = [made]
        while self.skip("~"):
            rows.append(self._product())
        return t.call("joined", t.name("c0"), *rows)

    def _product(self) -> ast.expr:
        return self._binary(("*", "/", "//", "%"), self._power)

    def _power(self) -> ast.expr:
        made = self._unary()
        while self.skip("**"):
            made = ast.BinOp(made, ast.Pow(), self._unary())
        return made

    def _unary(self, filters: bool = True) -> ast.expr:
        made: ast.expr
        if self.skip("-"):
            made = ast.UnaryOp(ast.USub(), self._unary(False))
        elif self.skip("+"):
            made = ast.UnaryOp(ast.UAdd(), self._unary(False))
        else:
            made = self._primary()
        made = self._postfix(made)
        return self._filtered(made) if filters else made

    def _primary(self) -> ast.expr:
        token = self.token
        if token.kind == "name":
            self.pos += 1
            if token.text in CONSTANTS:
                return t.const(CONSTANTS[token.text])
            self.names.add(token.text)
            if token.text == "super" and self.peek("("):
                self.want("(")
                self.want(")")
                return t.call("upper_block", t.name(self.context))
            return t.call("get", t.name(self.context), t.const(token.text))
        if token.kind == "string":
            text = ""
            while self.token.kind == "string":
                text += string_of(self.token)
                self.pos += 1
            return t.const(text)
        if token.kind in ("integer", "float"):
            self.pos += 1
            plain = token.text.replace("_", "")
            return t.const(int(plain, 0) if token.kind == "integer" else float(plain))
        if self.skip("("):
            made = self.tuple_(")")
            self.want(")")
            return made
        if self.skip("["):
            made = t.listed(self._items("]"))
            return made
        if self.skip("{"):
            return self._dict()
        if token.kind == "end":
            name = "end of print statement" if token.text == "}}" else "end of statement block"
            raise TemplateProblem(f"Expected an expression, got {name!r}", token.line)
        raise TemplateProblem(f"unexpected {token.text!r}", token.line)

    def _items(self, closing: str) -> list[ast.expr]:
        rows: list[ast.expr] = []
        while not self.skip(closing):
            if rows:
                self.want(",")
                if self.skip(closing):
                    break
            rows.append(self.value())
        return rows

    def _dict(self) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        while not self.skip("}"):
            if keys:
                self.want(",")
                if self.skip("}"):
                    break
            keys.append(self.value())
            self.want(":")
            values.append(self.value())
        return ast.Dict(keys, values)

    def tuple_(self, *closing: str, ternary: bool = True) -> ast.expr:
        """Read an expression, or several with commas between them: a tuple."""
        rows: list[ast.expr] = []
        comma = False
        while not self.at_end() and not self.peek(*closing):
            rows.append(self.value(ternary))
            comma = self.skip(",")
            if not comma:
                break
            comma = True
        if len(rows) == 1 and self.tokens[self.pos - 1].text != ",":
            return rows[0]
        if not rows and ")" not in closing:
            self._primary()
        return ast.Tuple(rows, ast.Load())

    # What follows a value

    def _postfix(self, made: ast.expr) -> ast.expr:
        while True:
            if self.skip("."):
                token = self.token
                self.pos += 1
                if token.kind == "name":
                    made = t.call("attr", t.name("c0"), made, t.const(token.text))
                elif token.kind == "integer":
                    made = t.call("item", t.name("c0"), made, t.const(int(token.text)))
                else:
                    raise TemplateProblem("expected name or number", token.line)
            elif self.skip("["):
                made = t.call("item", t.name("c0"), made, self._subscript())
                self.want("]")
            elif self.skip("("):
                made = self._called(made)
            else:
                return made

    def _subscript(self) -> ast.expr:
        parts: list[ast.expr | None] = [None]
        while not self.peek("]"):
            if self.skip(":"):
                parts.append(None)
            else:
                parts[-1] = self.value()
                if not self.peek(":", "]"):
                    self.unexpected("]")
        if len(parts) == 1:
            if parts[0] is None:
                raise TemplateProblem("expected subscript expression", self.line)
            return parts[0]
        rows = [t.const(None) if one is None else one for one in parts[:3]]
        return t.call("slice", *rows, *[t.const(None)] * (3 - len(rows)))

    def arguments(self) -> tuple[list[ast.expr], list[ast.keyword]]:
        """Read arguments up to the closing bracket."""
        args: list[ast.expr] = []
        words: list[ast.keyword] = []
        first = True
        while not self.skip(")"):
            if not first:
                self.want(",")
                if self.skip(")"):
                    break
            first = False
            if self.skip("**"):
                words.append(ast.keyword(None, self.value()))
            elif self.skip("*"):
                args.append(ast.Starred(self.value(), ast.Load()))
            elif self.token.kind == "name" and self.tokens[self.pos + 1].text == "=":
                key = self.word()
                self.want("=")
                words.append(ast.keyword(key, self.value()))
            else:
                if words:
                    raise TemplateProblem("invalid syntax for function call expression", self.line)
                args.append(self.value())
        return args, words

    def _called(self, made: ast.expr) -> ast.expr:
        args, words = self.arguments()
        return ast.Call(made, args, words)

    def _filtered(self, made: ast.expr) -> ast.expr:
        while True:
            if self.skip("|"):
                made = self.filter_(made)
            elif self.skip("is"):
                made = self._test(made)
            elif self.peek("("):
                self.pos += 1
                made = self._called(made)
            else:
                return made

    def filter_(self, made: ast.expr) -> ast.expr:
        """Read a filter's name and arguments."""
        line, key = self.line, self.word()
        while self.skip("."):
            key += f".{self.word()}"
        self.filters.setdefault(key, line)
        args: list[ast.expr] = []
        words: list[ast.keyword] = []
        if self.skip("("):
            args, words = self.arguments()
        return ast.Call(t.name("filtered"), [t.name(self.context), t.const(key), made, *args],
                        words)  # fmt: skip

    def _test(self, made: ast.expr) -> ast.expr:
        negated = self.skip("not")
        line, key = self.line, self.word()
        self.tests.setdefault(key, line)
        args: list[ast.expr] = []
        words: list[ast.keyword] = []
        if self.skip("("):
            args, words = self.arguments()
        elif self.token.kind in ("string", "integer", "float") or self.peek("[", "{") or (
            self.token.kind == "name" and not self.peek("else", "or", "and", "is", "if")
        ):  # fmt: skip
            args = [self._postfix(self._primary())]
        test: ast.expr = ast.Call(
            t.name("tested"), [t.name(self.context), t.const(key), made, *args], words
        )
        return ast.UnaryOp(ast.Not(), test) if negated else test
