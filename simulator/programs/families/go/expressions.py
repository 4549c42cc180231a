"""The expressions of a Go source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .tokens import SourceError
from .tree import Node
from .type_syntax import DEEPEST, TypeSyntax

PRECEDENCE = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "+": 4,
    "-": 4,
    "|": 4,
    "^": 4,
    "*": 5,
    "/": 5,
    "%": 5,
    "<<": 5,
    ">>": 5,
    "&": 5,
    "&^": 5,
}


class Expressions(TypeSyntax):
    """The part of the parser that reads expressions."""

    # Expressions

    def expression_list(self) -> list[Node]:
        """Read `a, b, c`."""
        found = [self.expression()]
        while self.is_op(","):
            self.next()
            found.append(self.expression())
        return found

    block: Callable[[], Node]

    def expression(self, least: int = 1) -> Node:
        """Read an expression of operators that bind at least so closely."""
        left = self.unary()
        while True:
            token = self.token
            level = PRECEDENCE.get(token.text, 0) if token.kind == "op" else 0
            if level < least:
                return left
            self.next()
            right = self.expression(level + 1)
            left = Node("binary", left, op=token.text, x=left, y=right, at=token)

    def unary(self) -> Node:
        """Read an operand with the operators before it."""
        token = self.token
        if token.kind != "op" or token.text not in ("-", "+", "!", "^", "*", "&", "<-", "~"):
            return self.primary()
        if token.text == "<-" and self.peek(1).text == "chan":
            return self.type()
        self.next()
        self.nesting += 1
        if self.nesting > DEEPEST:
            raise SourceError(token.line, token.column, "nesting depth limit exceeded")
        operand = self.unary()
        self.nesting -= 1
        if token.text == "*":
            return Node("star", token, x=operand)
        return Node("unary", token, op=token.text, x=operand)

    def primary(self) -> Node:
        """Read an operand with what follows it: selectors, calls, indexes."""
        node = self.operand()
        while True:
            token = self.token
            if token.kind != "op":
                return node
            if token.text == ".":
                node = self._selector(node)
            elif token.text == "(":
                node = self._call(node)
            elif token.text == "[":
                node = self.deeper(lambda node=node: self._index(node))  # type: ignore[misc]
            elif token.text == "{" and self._composite_follows(node):
                body = self.literal_body()
                node = Node("composite", node, type=node, items=body, end=self.last)
            else:
                return node

    def _composite_follows(self, node: Node) -> bool:
        if node.kind in ("slicetype", "arraytype", "maptype", "structtype"):
            return True
        if self.in_header:
            return False
        if node.kind == "index":
            node = node.x
        return node.kind == "name" or (node.kind == "selector" and node.x.kind == "name")

    def _selector(self, node: Node) -> Node:
        self.next()
        if self.token.kind == "name":
            token = self.next()
            return Node("selector", node, x=node, name=token.text, at=token)
        if self.is_op("("):
            self.next()
            if self.is_word("type"):
                self.next()
                self.want(")")
                return Node("assert", node, x=node, type=None)
            kind = self.deeper(self.type)
            self.want(")")
            return Node("assert", node, x=node, type=kind)
        raise self.wrong("expected name or (")

    def _call(self, node: Node) -> Node:
        start = self.next()
        args: list[Node] = []
        spread = False

        def read() -> None:
            nonlocal spread
            while not self.is_op(")") and self.token.kind != "EOF":
                args.append(self.argument())
                if self.is_op("..."):
                    self.next()
                    spread = True
                if not self.got(",") and not self.is_op(")"):
                    raise self.wrong("in argument list; possibly missing comma or )")

        self.deeper(read)
        end = self.want(")")
        return Node("call", node, x=node, args=args, spread=spread, at=start, end=end)

    def argument(self) -> Node:
        """Read an argument: an expression, or a type where a built-in takes one."""
        return self.expression()

    def _index(self, node: Node) -> Node:
        start = self.next()
        parts: list[Node | None] = [None if self.is_op(":") else self.argument()]
        if self.is_op("]") and parts[0] is not None:
            self.next()
            return Node("index", node, x=node, args=parts, at=start)
        if self.is_op(","):
            while self.got(","):
                if not self.is_op("]"):
                    parts.append(self.argument())
            self.want("]")
            return Node("index", node, x=node, args=parts, at=start)
        while self.is_op(":") and len(parts) < 3:
            self.next()
            parts.append(None if self.is_op("]") or self.is_op(":") else self.expression())
        if len(parts) == 3 and (parts[1] is None or parts[2] is None):
            place = "middle" if parts[1] is None else "final"
            raise self.wrong(f"{place} index required in 3-index slice")
        self.want("]")
        return Node("slice", node, x=node, parts=parts, at=start)

    def operand(self) -> Node:
        """Read a name, a literal, a parenthesis, a function, or a type."""
        token = self.token
        if token.kind == "name":
            self.next()
            return Node("name", token, name=token.text)
        if token.kind in ("int", "float", "imaginary", "rune", "string"):
            self.next()
            return Node("literal", token, type=token.kind, text=token.text, token=token)
        if token.kind == "op" and token.text == "(":
            self.next()
            inner = self.deeper(self.argument)
            self.want(")")
            return Node("paren", token, x=inner)
        if token.kind == "keyword" and token.text == "func":
            kind = self.type()
            if self.is_op("{"):
                self.depth += 1
                body = self.deeper(self.block)
                self.depth -= 1
                return Node("funclit", token, type=kind, body=body, end=self.last)
            return kind
        if (token.kind == "op" and token.text == "[") or (
            token.kind == "keyword" and token.text in ("struct", "map", "chan", "interface")
        ):
            return self.type()
        raise self.wrong("expected expression")

    def literal_body(self) -> list[Any]:
        """Read `{ key: value, ... }`: (key or None, value)."""
        self.want("{")
        items: list[Any] = []

        def read() -> None:
            while not self.is_op("}") and self.token.kind != "EOF":
                key, value = None, self._element()
                if self.is_op(":"):
                    self.next()
                    key, value = value, self._element()
                items.append((key, value))
                if not self.got(",") and not self.is_op("}"):
                    raise self.wrong("in composite literal; possibly missing comma or }")

        self.deeper(read)
        self.want("}")
        return items

    def _element(self) -> Node:
        if self.is_op("{"):
            start = self.token
            return Node("composite", start, type=None, items=self.literal_body(), end=self.last)
        return self.expression()
