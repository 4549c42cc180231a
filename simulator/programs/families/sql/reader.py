"""A cursor over the tokens of a statement, which complains where the dialect's parser would."""

from __future__ import annotations

from typing import Any

from .errors import SqlError, syntax, too_deep
from .lexer import Token, tokens
from .words import may_be_label, may_be_name

Node = dict[str, Any]
"""A part of a statement: "k" says what it is, "at" and "end" where it stands in the text."""

MAX_DEPTH = 24
"""Brackets and subqueries inside each other: Python's own stack must last for all of them."""


class Reader:
    """Reads one text of one dialect."""

    def __init__(self, text: str, dialect: str) -> None:
        self.text = text
        self.dialect = dialect
        self.tokens = tokens(text, dialect)
        self.i = 0
        self.depth = 0

    @property
    def is_pg(self) -> bool:
        """True for PostgreSQL, False for MySQL."""
        return self.dialect == "postgres"

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.i]

    def peek(self, ahead: int = 1) -> Token:
        """Look further ahead."""
        return self.tokens[min(self.i + ahead, len(self.tokens) - 1)]

    @property
    def last_end(self) -> int:
        """Where the token before this one ended."""
        return self.tokens[self.i - 1].end if self.i else 0

    def word(self, ahead: int = 0) -> str:
        """Give the next token as a keyword in small letters; "" when it is none."""
        token = self.tokens[min(self.i + ahead, len(self.tokens) - 1)]
        return token.value.lower() if token.kind == "word" else ""

    def sign(self) -> str:
        """Give the next token as an operator; "" when it is none."""
        return self.token.value if self.token.kind == "op" else ""

    def next(self) -> Token:
        """Take a token."""
        token = self.token
        if token.kind != "end":
            self.i += 1
        return token

    def wrong(self, token: Token | None = None) -> SqlError:
        """Make the syntax error for a token, the next one if none is given."""
        token = token or self.token
        shown = self.text[token.at : token.end]
        at = token.at
        if token.kind == "end":
            at = len(self.text.rstrip()) if not self.is_pg else len(self.text)
        return syntax(self.dialect, self.text, at, shown)

    def accept(self, *words: str) -> bool:
        """Take these keywords if they are next, one after the other."""
        if all(self.word(n) == word for n, word in enumerate(words)):
            self.i += len(words)
            return True
        return False

    def accept_any(self, *words: str) -> str:
        """Take one of these keywords; "" when none is next."""
        word = self.word()
        if word and word in words:
            self.i += 1
            return word
        return ""

    def expect(self, *words: str) -> None:
        """Take these keywords; raises SqlError where they end."""
        for word in words:
            if self.word() != word:
                raise self.wrong()
            self.i += 1

    def accept_sign(self, sign: str) -> bool:
        """Take an operator if it is next."""
        if self.sign() == sign:
            self.i += 1
            return True
        return False

    def expect_sign(self, sign: str) -> None:
        """Take an operator; raises SqlError."""
        if self.sign() != sign:
            raise self.wrong()
        self.i += 1

    def is_name(self) -> bool:
        """Tell whether a name comes next."""
        token = self.token
        if token.kind == "quoted":
            return True
        return token.kind == "word" and may_be_name(token.value.lower(), self.dialect)

    def name(self) -> str:
        """Take a name: in small letters in PostgreSQL unless quoted, as written in MySQL."""
        if not self.is_name():
            raise self.wrong()
        token = self.next()
        return self.folded(token)

    def folded(self, token: Token) -> str:
        """Give a token's text as a name."""
        limit = 63 if self.is_pg else 64
        value = token.value
        return (value.lower() if self.is_pg and token.kind == "word" else value)[:limit]

    def label(self) -> str | None:
        """Take the name of a result's column, with or without AS."""
        if self.accept("as"):
            token = self.token
            if token.kind in ("word", "quoted") or (token.kind == "string" and not self.is_pg):
                return self.folded(self.next())
            raise self.wrong()
        token = self.token
        if token.kind == "quoted" or (token.kind == "string" and not self.is_pg):
            return self.folded(self.next())
        if token.kind == "word" and may_be_label(token.value.lower(), self.dialect):
            return self.folded(self.next())
        return None

    def string(self) -> str:
        """Take a string; raises SqlError."""
        if self.token.kind != "string":
            raise self.wrong()
        return self.next().value

    def integer(self) -> int:
        """Take a whole number; raises SqlError."""
        if self.token.kind != "number" or not self.token.value.isdigit():
            raise self.wrong()
        return int(self.next().value[:18])

    def dotted(self) -> Node:
        """Take a name that may be qualified: {"k": "name", "parts", "at", "end"}."""
        at = self.token.at
        parts = [self.name()]
        while self.sign() == "." and len(parts) < 3:
            self.next()
            if self.token.kind not in ("word", "quoted"):
                raise self.wrong()
            parts.append(self.folded(self.next()))
        return {"k": "name", "parts": parts, "at": at, "end": self.last_end}

    def names_in_brackets(self) -> list[str]:
        """Take `(a, b)`."""
        self.expect_sign("(")
        found = [self.name()]
        while self.accept_sign(","):
            found.append(self.name())
        self.expect_sign(")")
        return found

    def enter(self) -> None:
        """Go one bracket deeper; raises SqlError when it is too deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep(self.dialect)

    def leave(self) -> None:
        """Come out of a bracket."""
        self.depth -= 1
