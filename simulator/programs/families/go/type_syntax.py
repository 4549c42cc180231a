"""The types of a Go source, and the tokens under all that the parser reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .tokens import SourceError, Token
from .tree import Node

T = TypeVar("T")

DEEPEST = 60
"""Levels of nesting that the model's compiler takes."""


class TypeSyntax:
    """The part of the parser that reads tokens and types."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.token = tokens[0]
        self.last = tokens[0]
        self.in_header = False
        """Before the block of if, for, switch, where `T {` begins no composite literal."""
        self.depth = 0
        self.nesting = 0

    # Tokens

    def next(self) -> Token:
        """Take the next token."""
        self.last = self.token
        if self.at < len(self.tokens) - 1:
            self.at += 1
        self.token = self.tokens[self.at]
        return self.last

    def peek(self, count: int) -> Token:
        """Look ahead."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def is_op(self, text: str) -> bool:
        """Tell whether an operator is next."""
        return self.token.text == text and self.token.kind == "op"

    def is_word(self, text: str) -> bool:
        """Tell whether a keyword is next."""
        return self.token.text == text and self.token.kind == "keyword"

    def got(self, kind: str) -> bool:
        """Take a token of a kind, or an operator, if it is next."""
        if self.token.kind == kind or self.is_op(kind):
            self.next()
            return True
        return False

    def want(self, text: str) -> Token:
        """Take a token; raises SourceError when it is another."""
        if self.token.kind == ";" and text == ";":
            return self.next()
        if not self.is_op(text):
            words = {";": "semicolon or newline", ",": "comma"}
            if text == ";" and self.depth == 0 and self.last.kind == "name":
                raise self.wrong("after package clause")
            raise self.wrong(f"expected {words.get(text, text)}")
        return self.next()

    def name(self) -> Token:
        """Take a name."""
        if self.token.kind != "name":
            raise self.wrong("expected name")
        return self.next()

    def wrong(self, text: str) -> SourceError:
        """Make a syntax error at the next token."""
        token = self.token
        if text.startswith(("in ", "at ", "after ")):
            text = f"unexpected {_said(token)} {text}"
        elif text.startswith("expected "):
            text = f"unexpected {_said(token)}, {text}"
        return SourceError(token.line, token.column, f"syntax error: {text}")

    def deeper(self, read: Callable[[], T]) -> T:
        """Read something one level deeper."""
        self.nesting += 1
        if self.nesting > DEEPEST:
            raise SourceError(self.token.line, self.token.column, "nesting depth limit exceeded")
        outer, self.in_header = self.in_header, False
        found = read()
        self.in_header = outer
        self.nesting -= 1
        return found

    def expression(self, least: int = 1) -> Node:
        """Read an expression (see Expressions)."""
        raise NotImplementedError

    # Types

    def type(self) -> Node:
        """Read a type."""
        return self.deeper(self._type_here)

    def _type_here(self) -> Node:
        token = self.token
        if token.kind == "name":
            return self._named_type()
        if token.kind == "op":
            if token.text == "*":
                self.next()
                return Node("star", token, x=self.type())
            if token.text == "(":
                self.next()
                inner = self.type()
                self.want(")")
                return inner
            if token.text == "[":
                return self._list_type()
            if token.text == "<-":
                self.next()
                self.next()
                return Node("chantype", token, elem=self.type(), way="recv")
        elif token.kind == "keyword":
            if token.text == "map":
                self.next()
                self.want("[")
                key = self.type()
                self.want("]")
                return Node("maptype", token, key=key, elem=self.type())
            if token.text == "chan":
                self.next()
                way = "both"
                if self.is_op("<-"):
                    self.next()
                    way = "send"
                return Node("chantype", token, elem=self.type(), way=way)
            if token.text == "func":
                self.next()
                return self.signature(token)
            if token.text == "struct":
                return self._struct()
            if token.text == "interface":
                return self._interface()
        raise self.wrong("expected type")

    def _named_type(self) -> Node:
        token = self.name()
        node = Node("name", token, name=token.text)
        if self.is_op("."):
            self.next()
            field = self.name()
            node = Node("selector", token, x=node, name=field.text, at=field)
        if self.is_op("[") and self.peek(1).text != "]":
            start = self.next()
            args = [self.type()]
            while self.got(","):
                args.append(self.type())
            self.want("]")
            node = Node("index", token, x=node, args=args, at=start)
        return node

    def _list_type(self) -> Node:
        token = self.next()
        if self.is_op("]"):
            self.next()
            return Node("slicetype", token, elem=self.type())
        length = None
        if self.is_op("..."):
            self.next()
        else:
            length = self.expression()
        self.want("]")
        return Node("arraytype", token, length=length, elem=self.type())

    def signature(self, start: Token) -> Node:
        """Read parameters and results."""
        if not self.is_op("("):
            raise self.wrong("expected (")
        params = self.parameters()
        results: list[Any] = []
        if self.is_op("("):
            results = self.parameters()
        elif self._type_follows():
            kind = self.type()
            results = [Node("param", kind, name=None, type=kind, variadic=False)]
        return Node("functype", start, params=params, results=results)

    def _type_follows(self) -> bool:
        token = self.token
        if token.kind == "name":
            return True
        if token.kind == "op":
            return token.text in ("*", "[", "(", "<-")
        return token.text in ("map", "chan", "func", "struct", "interface")

    def parameters(self) -> list[Node]:
        """Read `(a, b int, c ...string)` or `(int, string)`: "param" nodes."""
        self.want("(")
        rows: list[tuple[Token | None, Node | None, bool]] = []
        named = False

        def read() -> None:
            nonlocal named
            while not self.is_op(")") and self.token.kind != "EOF":
                row = self._parameter()
                named = named or row[0] is not None
                rows.append(row)
                if not self.got(",") and not self.is_op(")"):
                    raise self.wrong("in parameter list; possibly missing comma or )")

        self.deeper(read)
        self.want(")")
        return (
            _named(rows)
            if named
            else [
                Node("param", kind, name=None, type=kind, variadic=dots)
                for _, kind, dots in rows
                if kind is not None
            ]
        )

    def _parameter(self) -> tuple[Token | None, Node | None, bool]:
        token = self.token
        if token.kind == "name":
            after = self.peek(1)
            if after.kind == "op" and after.text == "...":
                self.next()
                self.next()
                return token, self.type(), True
            if after.kind in ("name", "keyword") or (
                after.kind == "op"
                and after.text in ("*", "(", "<-", "[")
                and not (after.text == "[" and self._generic_argument())
            ):
                self.next()
                return token, self.type(), False
        if self.is_op("..."):
            self.next()
            return None, self.type(), True
        return None, self.type(), False

    def _generic_argument(self) -> bool:
        """Tell the type `T[int]` from the parameter `a []int` or `a [3]int`."""
        if self.peek(2).text == "]" or self.peek(2).kind == "int":
            return False
        at, depth = 1, 0
        while True:
            token = self.peek(at)
            if token.text == "[":
                depth += 1
            elif token.text == "]":
                depth -= 1
                if depth == 0:
                    return self.peek(at + 1).text in (",", ")")
            elif token.kind in ("EOF", ";"):
                return False
            at += 1

    def type_parameters(self) -> list[Node]:
        """Read `[K comparable, V any]`: "bound" nodes, one a name."""
        self.want("[")
        found: list[Node] = []
        while not self.is_op("]") and self.token.kind != "EOF":
            names = [self.name()]
            while self.got(","):
                names.append(self.name())
            bound = self._union()
            found += [Node("bound", name, name=name.text, type=bound) for name in names]
            if not self.got(",") and not self.is_op("]"):
                raise self.wrong("in type parameter list; possibly missing comma or ]")
        self.want("]")
        return found

    def _union(self) -> Node:
        start = self.token
        terms = []
        while True:
            tilde = self.got("~")
            terms.append((tilde, self.type()))
            if not self.got("|"):
                break
        if len(terms) == 1 and not terms[0][0]:
            return terms[0][1]
        return Node("union", start, terms=terms)

    def _struct(self) -> Node:
        start = self.next()
        self.want("{")
        fields: list[Node] = []
        while not self.is_op("}") and self.token.kind != "EOF":
            self._field(fields)
            if not self.got(";") and not self.is_op("}"):
                raise self.wrong("in struct type; possibly missing semicolon or newline or }")
        self.want("}")
        return Node("structtype", start, fields=fields)

    def _field(self, fields: list[Node]) -> None:
        token = self.token
        after = self.peek(1)
        embedded = self.is_op("*") or (
            token.kind == "name"
            and (
                after.kind in (";", "string")
                or after.text in (".", "}")
                or (after.text == "[" and self._embedded_generic())
            )
        )
        if embedded:
            kind = self.type()
            names = [kind]
        else:
            tokens = [self.name()]
            while self.got(","):
                tokens.append(self.name())
            kind = self.type()
            names = tokens  # type: ignore[assignment]
        tag = self.next() if self.token.kind == "string" else None
        for name in names:
            fields.append(
                Node(
                    "field",
                    token,
                    name=_embedded_name(kind) if embedded else name.text,
                    type=kind,
                    tag=tag,
                    embedded=embedded,
                )
            )

    def _embedded_generic(self) -> bool:
        at, depth = 1, 0
        while True:
            token = self.peek(at)
            depth += {"[": 1, "]": -1}.get(token.text, 0)
            if depth == 0:
                return self.peek(at + 1).kind == ";" and at > 2 and self.peek(2).kind == "name"
            if token.kind in ("EOF", ";"):
                return False
            at += 1

    def _interface(self) -> Node:
        start = self.next()
        self.want("{")
        methods: list[Node] = []
        unions: list[Node] = []
        while not self.is_op("}") and self.token.kind != "EOF":
            if self.token.kind == "name" and self.peek(1).text == "(":
                name = self.name()
                methods.append(Node("method", name, name=name.text, type=self.signature(name)))
            else:
                unions.append(self._union())
            if not self.got(";") and not self.is_op("}"):
                raise self.wrong("in interface type; possibly missing semicolon or newline or }")
        self.want("}")
        return Node("interfacetype", start, methods=methods, unions=unions)


def _named(rows: list[tuple[Token | None, Node | None, bool]]) -> list[Node]:
    """Give each name of `a, b int` the type that follows it."""
    found: list[Node] = []
    kind: Node | None = None
    dots = False
    for name, own, variadic in reversed(rows):
        if name is None:
            # a bare name: what was read as a type is the parameter's name
            if own is None or own.kind != "name" or kind is None:
                place = own or found[-1]
                raise SourceError(
                    place.line, place.column, "syntax error: mixed named and unnamed parameters"
                )
            found.append(Node("param", own, name=own.name, type=kind, variadic=dots))
            continue
        kind, dots = own, variadic
        found.append(Node("param", name, name=name.text, type=own, variadic=variadic))
    return found[::-1]


def _embedded_name(kind: Node) -> str:
    if kind.kind == "star":
        kind = kind.x
    if kind.kind == "index":
        kind = kind.x
    return str(kind.name)


def _said(token: Token) -> str:
    if token.kind == "name":
        return f"name {token.text}"
    if token.kind == "keyword":
        return f"keyword {token.text}"
    if token.kind in ("int", "float", "imaginary", "rune", "string"):
        return f"literal {token.text}"
    if token.text == ",":
        return "comma"
    return token.text
