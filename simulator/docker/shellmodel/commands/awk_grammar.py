"""The language of awk, read into nested lists: rules of patterns and actions.

A node is a list whose first item names it: ["num", 1.0], ["str", s], ["regex", p], ["var", n],
["item", array, keys], ["field", node], ["set", op, target, node], ["choose", a, b, c],
["both" | "either" | "match" | "cat", a, b], ["op", sign, a, b], ["not" | "minus" | "plus", node],
["step", sign, whether before, target], ["in", keys, array], ["call", name, nodes] and
["group", nodes].   Source: POSIX.1-2024, awk, Grammar.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

Node = list[Any]

KEYWORDS = ("BEGIN", "END", "if", "else", "while", "for", "do", "break", "continue", "next",
            "exit", "delete", "in", "print", "printf")  # fmt: skip
UNMODELLED = ("function", "func", "getline", "system", "close", "fflush", "rand", "srand",
              "systime", "strftime", "nextfile", "return", "gensub", "asort", "asorti")  # fmt: skip
FUNCTIONS = ("length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "tolower",
             "toupper", "int", "sqrt", "exp", "log", "sin", "cos", "atan2")  # fmt: skip
OPERATORS = ("**=", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "^=", "++",
             "--", ">>", "**", "!~", *"{}()[];,+-*/%^!<>=~?:|$")  # fmt: skip
ASSIGN = ("=", "+=", "-=", "*=", "/=", "%=", "^=")
COMPARE = ("<", "<=", "==", "!=", ">", ">=")
DEEPEST, DEEPEST_NODE = 40, 150
"""Brackets within each other, and nodes: a chain of operators is as deep as it is long."""

_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NAME = re.compile(r"[A-Za-z_]\w*")
_BLANK = re.compile(r"(?:[ \t\r]|\\\r?\n|#[^\n]*)+")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"', re.S)
_REGEX = re.compile(r"/((?:[^/\\\n\[]|\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\\n])*\])*)/")


class AwkError(Exception):
    """A program that cannot be read, or that does what is not modelled."""


def unescape(text: str) -> str:
    """Read the escapes of a string; an unknown one stands for itself."""
    plain = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
             "\\": "\\", '"': '"', "/": "/", "\n": ""}  # fmt: skip

    def one(found: re.Match[str]) -> str:
        if found[1][0] in "01234567":
            return chr(int(found[1], 8) & 255)
        return plain.get(found[1], found[0])

    return re.sub(r"\\([0-7]{1,3}|.)", one, text, flags=re.S)


class Token(NamedTuple):
    """One word.   kind: "num", "str", "regex", "name", "call" (a name before a bracket), "op"."""

    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """Cut a program into words; ends of lines are words, too."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        token, at = _token(text, at, found[-1] if found else Token("op", ";"))
        found.append(token)
    return [*found, Token("op", "\n"), Token("end", "")]


def _token(text: str, at: int, last: Token) -> tuple[Token, int]:
    if text[at] == "\n":
        return Token("op", "\n"), at + 1
    after_value = last.kind in ("num", "str", "name") or last.text in (")", "]", "$", "++", "--")
    if text[at] == "/" and not (after_value and last.text not in KEYWORDS):
        if found := _REGEX.match(text, at):
            return Token("regex", found[1].replace("\\/", "/")), found.end()
        raise AwkError("a pattern does not end")
    if found := _STRING.match(text, at):
        return Token("str", unescape(found[1])), found.end()
    if found := _NUMBER.match(text, at):
        return Token("num", found[0]), found.end()
    if found := _NAME.match(text, at):
        kind = "call" if text[found.end() : found.end() + 1] == "(" else "name"
        return Token(kind, found[0]), found.end()
    for sign in OPERATORS:
        if text.startswith(sign, at):
            return Token("op", sign.replace("**", "^")), at + len(sign)
    raise AwkError(f"an unknown sign {text[at]!r}")


def _depth(rules: Any) -> int:
    """Count the levels of lists within each other."""
    level, most = [rules], 0
    while level:
        most += 1
        level = [one for held in level for one in held if isinstance(one, list | tuple)]
    return most


class Parser:
    """Reads a program: `rules` gives [(pattern, action)], see the module."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.redirects = False  # whether `>` writes to a file, as it does behind print

    def rules(self) -> list[tuple[Node | None, Node | None]]:
        """Read all rules.   pattern: None for every record; action: None prints the record."""
        found: list[tuple[Node | None, Node | None]] = []
        self.skip()
        while self.now.kind != "end":
            pattern: Node | None = None
            if self.now.text in ("BEGIN", "END") and self.now.kind == "name":
                pattern = [self.take().text]
            elif not self.sees("{"):
                pattern = self.expression()
                if self.eat(","):
                    self.lines()
                    pattern = ["range", pattern, self.expression(), len(found)]
            found.append((pattern, self.block() if self.sees("{") else None))
            self.skip()
        if _depth(found) > 2 * DEEPEST_NODE:
            raise AwkError("too deep")
        return found

    # Words

    @property
    def now(self) -> Token:
        """The next word."""
        return self.tokens[self.at]

    def take(self) -> Token:
        """Take the next word."""
        self.at += 1
        return self.tokens[self.at - 1]

    def sees(self, *signs: str) -> bool:
        """Tell whether one of these signs or keywords comes next."""
        return self.now.kind in ("op", "name", "call") and self.now.text in signs

    def eat(self, *signs: str) -> bool:
        """Take one of these signs, if it comes next."""
        if not self.sees(*signs):
            return False
        self.at += 1
        return True

    def need(self, sign: str) -> None:
        """Take a sign that has to be there."""
        if not self.eat(sign):
            raise AwkError(f"{sign} is missing before {self.now.text!r}")

    def lines(self) -> None:
        """Skip ends of lines."""
        while self.eat("\n"):
            pass

    def skip(self) -> None:
        """Skip ends of statements."""
        while self.eat("\n", ";"):
            pass

    # Statements

    def block(self) -> Node:
        """Read `{ statements }`."""
        self.need("{")
        found: Node = ["block"]
        self.skip()
        while not self.eat("}"):
            found.append(self.statement())
            self.skip()
        return found

    def statement(self) -> Node:
        """Read one statement."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise AwkError("too deep")
        try:
            word = self.now.text if self.now.kind in ("name", "call", "op") else ""
            if word == "{":
                return self.block()
            if word in ("if", "while", "do", "for"):
                return getattr(self, f"_{word}")()  # type: ignore[no-any-return]
            return self._simple_end()
        finally:
            self.depth -= 1

    def _simple_end(self) -> Node:
        found = self._simple()
        if not self.sees("}", ";", "\n") and self.now.kind != "end":
            raise AwkError(f"{self.now.text!r} is not expected")
        self.eat(";")
        return found

    def _simple(self) -> Node:
        word = self.now.text
        if self.now.kind in ("name", "call") and word in KEYWORDS:
            self.take()
            if word in ("print", "printf"):
                return self._print(word)
            if word == "exit":
                return ["exit", None if self.sees("}", ";", "\n") else self.expression()]
            if word == "delete":
                name = self.take().text
                return ["delete", name, self._keys() if self.eat("[") else None]
            if word in ("next", "break", "continue"):
                return [word]
            raise AwkError(f"{word} is not expected")
        return ["eval", self.expression()]

    def _keys(self) -> list[Node]:
        found = self.several("]")
        self.need("]")
        return found

    def _print(self, word: str) -> Node:
        self.redirects = True
        nodes = [] if self.sees("}", ";", "\n", ">", ">>", "|") else self.several()
        self.redirects = False
        if len(nodes) == 1 and nodes[0][0] == "group":
            nodes = nodes[0][1]
        if self.sees("|"):
            raise AwkError("pipes are not modelled")
        if self.sees(">", ">>"):
            sign = self.take().text
            return [word, nodes, sign, self.prefix()]
        return [word, nodes, "", None]

    def _body(self) -> Node:
        self.lines()
        return ["block"] if self.eat(";") else self.statement()

    def _if(self) -> Node:
        self.take()
        self.need("(")
        condition = self.expression()
        self.need(")")
        then = self._body()
        mark = self.at
        self.skip()
        if self.eat("else"):
            return ["if", condition, then, self._body()]
        self.at = mark
        return ["if", condition, then, ["block"]]

    def _while(self) -> Node:
        self.take()
        self.need("(")
        condition = self.expression()
        self.need(")")
        return ["while", condition, self._body(), None]

    def _do(self) -> Node:
        self.take()
        body = self._body()
        self.skip()
        self.need("while")
        self.need("(")
        condition = self.expression()
        self.need(")")
        return ["until", body, condition]

    def _for(self) -> Node:
        self.take()
        self.need("(")
        words = [token.text for token in self.tokens[self.at : self.at + 4]]
        if len(words) == 4 and words[1] == "in" and words[3] == ")":
            self.at += 4
            return ["each", words[0], words[2], self._body()]
        first = None if self.sees(";") else self._simple()
        self.need(";")
        condition = None if self.sees(";") else self.expression()
        self.need(";")
        last = None if self.sees(")") else self._simple()
        self.need(")")
        loop: Node = ["while", condition or ["num", 1.0], self._body(), last]
        return ["block", first, loop] if first else loop

    # Expressions

    def several(self, end: str = "") -> list[Node]:
        """Read expressions with commas between them."""
        found: list[Node] = []
        while not (end and self.sees(end)):
            self.lines()
            found.append(self.expression())
            if not self.eat(","):
                break
        return found

    def expression(self, least: int = 0) -> Node:
        """Read an expression whose operators bind at least so tightly."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise AwkError("too deep")
        left = self.prefix()
        while (found := self._rest(left, least)) is not None:
            left = found
        self.depth -= 1
        return left

    def _rest(self, left: Node, least: int) -> Node | None:
        """Read an operator behind `left` and its right side; None when none follows."""
        sign = self.now.text if self.now.kind in ("op", "name") else ""
        if sign in ASSIGN and left[0] in ("var", "item", "field"):
            self.take()
            return ["set", sign[:-1], left, self.expression()]
        if sign == "?" and least <= 2:
            self.take()
            then = self.expression(2)
            self.lines()
            self.need(":")
            return ["choose", left, then, self.expression(2)]
        for level, signs, name in _LEVELS:
            if sign in signs and least <= level and not (sign == ">" and self.redirects):
                return self._binary(left, sign, level, name)
        if least <= 8 and self._begins_operand():
            return ["cat", left, self.expression(9)]
        return None

    def _binary(self, left: Node, sign: str, level: int, name: str) -> Node:
        self.take()
        if name == "in":
            keys = left[1] if left[0] == "group" else [left]
            return ["in", keys, self.take().text]
        if name in ("both", "either"):
            self.lines()
        right = self.expression(level if sign == "^" else level + 1)
        if name == "match":
            found: Node = ["match", left, right]
            return ["not", found] if sign == "!~" else found
        return [name, left, right] if name in ("both", "either") else [name, sign, left, right]

    def _begins_operand(self) -> bool:
        token = self.now
        if token.kind in ("num", "str", "regex", "call"):
            return True
        if token.kind == "name":
            return token.text not in KEYWORDS
        return token.kind == "op" and token.text in ("$", "!", "(", "-", "+", "++", "--")

    def prefix(self) -> Node:
        """Read an operand with the signs before it and the steps behind it."""
        if self.now.kind == "op" and self.now.text in ("!", "-", "+"):
            sign = self.take().text
            return [{"!": "not", "-": "minus", "+": "plus"}[sign], self.expression(11)]
        if self.sees("++", "--") and self.now.kind == "op":
            sign = self.take().text
            return ["step", sign[0], True, self._target(self.primary())]
        found = self.primary()
        if found[0] in ("var", "item", "field") and self.sees("++", "--"):
            return ["step", self.take().text[0], False, found]
        return found

    def _target(self, node: Node) -> Node:
        if node[0] not in ("var", "item", "field"):
            raise AwkError("what is counted is no variable")
        return node

    def primary(self) -> Node:
        """Read one operand."""
        token = self.take()
        if token.kind == "num":
            return ["num", float(token.text)]
        if token.kind in ("str", "regex"):
            return [token.kind, token.text]
        if token.kind in ("name", "call"):
            return self._named(token)
        if token.text == "$":
            if self.sees("++", "--"):
                return ["field", self.prefix()]
            return ["field", self.expression(13) if self.sees("-") else self.primary()]
        if token.text == "(":
            before, self.redirects = self.redirects, False
            nodes = self.several()
            self.lines()
            self.need(")")
            self.redirects = before
            return nodes[0] if len(nodes) == 1 else ["group", nodes]
        raise AwkError(f"{token.text!r} is not expected")

    def _named(self, token: Token) -> Node:
        name = token.text
        if name in UNMODELLED or name in KEYWORDS:
            raise AwkError(f"{name} is not modelled")
        if name in FUNCTIONS:
            nodes: list[Node] = []
            if self.eat("("):
                before, self.redirects = self.redirects, False
                nodes = self.several(")")
                self.need(")")
                self.redirects = before
            return ["call", name, nodes]
        if token.kind == "call":
            raise AwkError(f"{name} is no function")
        return ["item", name, self._keys()] if self.eat("[") else ["var", name]


_LEVELS = (
    (3, ("||",), "either"), (4, ("&&",), "both"), (5, ("in",), "in"), (6, ("~", "!~"), "match"),
    (7, COMPARE, "op"), (9, ("+", "-"), "op"), (10, ("*", "/", "%"), "op"), (12, ("^",), "op"),
)  # fmt: skip
"""How tightly the operators bind: (level, signs, node). 2 is ?:, 8 a text behind a text, 11 a sign
before an operand."""
