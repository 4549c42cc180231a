"""From a Go source to its tree: packages, imports, declarations and types.

The parser follows the grammar of the Go specification; the words of its errors are those of the gc
compiler's.
# Simplified: After the first syntax error of a file the model's Go compiler stops reading it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .statements import Statements
from .tokens import SourceError, Token, tokens, unquoted
from .tree import File, Node

__all__ = ["SourceError", "parse"]


@lru_cache(maxsize=512)
def parse(text: str) -> File:
    """Parse a source file; raises SourceError."""
    try:
        return Parser(tokens(text)).file()
    except RecursionError:
        raise SourceError(1, 1, "nesting depth limit exceeded") from None


class Parser(Statements):
    """Reads a file."""

    def file(self) -> File:
        """Read all of it."""
        if not self.is_word("package"):
            raise self.wrong("package statement must be first")
        self.next()
        file = File(self.name().text)
        self.want(";")
        while self.is_word("import"):
            self.next()
            self._group(self._import, file.imports)
            self._after_declaration()
        while self.token.kind != "EOF":
            if self.is_word("import"):
                raise self.wrong("imports must appear before other declarations")
            if not self._declaration(file):
                raise self._no_declaration(file)
            self._after_declaration()
        return file

    def _after_declaration(self) -> None:
        if self.token.kind != "EOF" and not self.got(";"):
            raise self.wrong("after top level declaration")

    def _no_declaration(self, file: File) -> SourceError:
        if (
            self.is_op("{")
            and file.decls
            and file.decls[-1].kind == "func"
            and (file.decls[-1].body is None)
        ):
            return self.wrong("unexpected semicolon or newline before {")
        return self.wrong("non-declaration statement outside function body")

    def _declaration(self, file: File) -> bool:
        if self.is_word("func"):
            file.decls.append(self._function())
            return True
        found = self.declarations()
        if found is None:
            return False
        file.decls.extend(found)
        return True

    def _import(self, into: list[Any], group: Any, at: int) -> None:
        name = ""
        start = self.token
        if self.token.kind == "name":
            name = self.name().text
        elif self.is_op("."):
            self.next()
            name = "."
        if self.token.kind != "string":
            raise self.wrong("missing import path; require quoted string")
        token = self.next()
        into.append(Node("import", token if not name else start, name=name, path=unquoted(token)))

    def _function(self) -> Node:
        start = self.next()
        receiver = None
        if self.is_op("("):
            place = self.token
            rows = self.parameters()
            if not rows:
                raise SourceError(place.line, place.column, "method has no receiver")
            if len(rows) > 1:
                raise SourceError(place.line, place.column, "method has multiple receivers")
            receiver = rows[0]
        if self.token.kind != "name":
            raise self.wrong("expected name" if receiver is not None else "expected name or (")
        name = self.name()
        bounds = self.type_parameters() if self.is_op("[") else []
        signature = self.signature(start)
        body = None
        if self.is_op("{"):
            self.depth += 1
            body = self.block()
            self.depth -= 1
        return Node(
            "func",
            name,
            name=name.text,
            receiver=receiver,
            bounds=bounds,
            type=signature,
            body=body,
            end=self.last,
        )

    def place(self) -> Token:
        """Give the token that is next."""
        return self.token
