"""The statements of a Go source, and declarations, which may stand among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .expressions import Expressions
from .tokens import SourceError, Token
from .tree import Node

ASSIGN = ("=", ":=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "&^=")


class Statements(Expressions):
    """The part of the parser that reads statements."""

    # Declarations

    def declarations(self) -> list[Node] | None:
        """Read const, type or var; None when something else follows."""
        found: list[Node] = []
        if self.is_word("const"):
            self.next()
            self._group(self._const, found)
        elif self.is_word("type"):
            self.next()
            self._group(self._type, found)
        elif self.is_word("var"):
            self.next()
            self._group(self._var, found)
        else:
            return None
        return found

    def _group(self, read: Callable[[list[Any], Any, int], None], into: list[Any]) -> None:
        if not self.is_op("("):
            read(into, None, 0)
            return
        self.next()
        group: dict[str, Any] = {}
        at = 0
        while not self.is_op(")") and self.token.kind != "EOF":
            read(into, group, at)
            at += 1
            if not self.got(";") and not self.is_op(")"):
                raise self.wrong("after top level declaration" if self.depth == 0 else "expected ;")
        self.want(")")

    def _names(self) -> list[Token]:
        names = [self.name()]
        while self.is_op(","):
            self.next()
            names.append(self.name())
        return names

    def _const(self, into: list[Any], group: Any, at: int) -> None:
        names = self._names()
        kind = None if self.is_op("=") or self.token.kind == ";" or self.is_op(")") else self.type()
        values: list[Node] = []
        if self.is_op("="):
            self.next()
            values = self.expression_list()
        if group is not None:
            if values:
                group["values"], group["type"] = values, kind
            else:
                values, kind = group.get("values", []), group.get("type")
        into.append(Node("const", names[0], names=names, type=kind, values=values, iota=at))

    def _var(self, into: list[Any], group: Any, at: int) -> None:
        names = self._names()
        kind = None if self.is_op("=") else self.type()
        values: list[Node] = []
        if self.is_op("="):
            self.next()
            values = self.expression_list()
        into.append(Node("var", names[0], names=names, type=kind, values=values))

    def _type(self, into: list[Any], group: Any, at: int) -> None:
        name = self.name()
        bounds: list[Any] = []
        if self.is_op("[") and self._generic_follows():
            bounds = self.type_parameters()
        alias = self.is_op("=")
        if alias:
            self.next()
        into.append(
            Node("type", name, name=name.text, bounds=bounds, alias=alias, type=self.type())
        )

    def _generic_follows(self) -> bool:
        """Tell `type T[K any] ...` from `type T [5]int` and `type T []int`."""
        if self.peek(1).kind != "name":
            return False
        after = self.peek(2)
        return (
            after.text == ","
            or after.text not in ("]", "*", "+", "-", ".", "/")
            or (
                after.text == "*"
                and self.peek(4).text in (",", "]")
                and self.peek(3).kind == "name"
                and self.peek(5).text != "]"
                and self.peek(4).text == ","
            )
        )

    # Statements

    def block(self) -> Node:
        """Read `{ ... }`."""
        start = self.want("{")
        body = self.statement_list()
        self.want("}")
        return Node("block", start, body=body, end=self.last)

    def statement_list(self) -> list[Node]:
        """Read statements up to a closing brace or the next case."""
        found: list[Node] = []
        while self.token.kind != "EOF" and self.token.text not in ("}", "case", "default"):
            one = self.statement()
            if one is None:
                break
            if one.kind != "declared" or one.body:
                found.append(one)
            if not self.got(";") and not self.is_op("}"):
                raise self.wrong("at end of statement")
        return found

    def statement(self) -> Node | None:
        """Read a statement; None when none can begin here."""
        token = self.token
        if token.kind == ";":
            return Node("empty", token)
        if token.kind == "keyword":
            if token.text in ("const", "type", "var"):
                return Node("declared", token, body=self.declarations())
            read = getattr(self, f"_{token.text}_statement", None)
            if read is not None:
                return read()  # type: ignore[no-any-return]
            if token.text not in ("func", "struct", "map", "chan", "interface"):
                return None
        elif token.text == "{" and token.kind == "op":
            return self.deeper(self.block)
        elif token.kind == "op" and token.text not in (
            "(",
            "[",
            "*",
            "&",
            "+",
            "-",
            "!",
            "^",
            "<-",
            "~",
        ):
            return None
        elif token.kind == "name" and self.peek(1).text == ":" and self.peek(1).kind == "op":
            return self._labeled()
        return self.simple(False)

    def _labeled(self) -> Node:
        name = self.name()
        self.next()
        if self.is_op("}"):
            return Node("labeled", name, name=name.text, body=Node("empty", name))
        body = self.statement()
        if body is None:
            raise self.wrong("missing statement after label")
        return Node("labeled", name, name=name.text, body=body)

    def simple(self, ranges: bool) -> Node:
        """Read a simple statement; ranges: `range` may follow."""
        start = self.token
        if ranges and self.is_word("range"):
            return self._range_clause(start, [], False)
        left = self.expression_list()
        token = self.token
        if token.kind == "op" and token.text in ASSIGN:
            self.next()
            if token.text in ("=", ":=") and ranges and self.is_word("range"):
                return self._range_clause(start, left, token.text == ":=")
            if token.text == ":=":
                if len(left) == 1 and self.is_word("range"):
                    raise self.wrong("expected expression")
                return Node("define", token, left=left, right=self.expression_list())
            if token.text == "=":
                return Node("assign", token, left=left, right=self.expression_list())
            if len(left) > 1:
                raise SourceError(
                    token.line, token.column, "unexpected op=, expected := or = or comma"
                )
            return Node(
                "opassign", token, op=token.text[:-1], left=left[0], right=self.expression()
            )
        if len(left) > 1:
            raise self.wrong("expected := or = or comma")
        if token.text in ("++", "--") and token.kind == "op":
            self.next()
            return Node("incdec", token, op=token.text[0], left=left[0])
        if self.is_op("<-"):
            self.next()
            return Node("send", start, channel=left[0], value=self.expression())
        return Node("expression", start, x=left[0])

    def _range_clause(self, start: Token, left: list[Node], define: bool) -> Node:
        self.next()
        return Node("range", start, left=left, define=define, x=self.expression())

    def _header(self, word: str) -> tuple[Node | None, Node | None]:
        """Read `init; condition` before a block: (init, condition as a statement)."""
        if self.is_op("{"):
            if word == "if":
                raise self.wrong("missing condition in if statement")
            return None, None
        outer, self.in_header = self.in_header, True
        first = None if self.token.kind == ";" else self.simple(False)
        second = None
        if self.token.kind == ";":
            semicolon = self.next()
            if self.is_op("{"):
                if word == "if":
                    if semicolon.text == "newline":
                        raise SourceError(
                            semicolon.line,
                            semicolon.column,
                            "unexpected newline, expected { after if clause",
                        )
                    raise self.wrong("missing condition in if statement")
            else:
                second = self.simple(False)
        else:
            first, second = None, first
        self.in_header = outer
        return first, second

    def _condition(self, word: str, node: Node | None) -> Node:
        if node is None:
            raise self.wrong(f"missing condition in {word} statement")
        if node.kind != "expression":
            raise SourceError(node.line, node.column, f"cannot use {_said(node)} as value")
        return node.x  # type: ignore[no-any-return]

    def _if_statement(self) -> Node:
        start = self.next()
        init, condition = self._header("if")
        test = self._condition("if", condition)
        if not self.is_op("{"):
            raise self.wrong("expected { after if clause")
        then = self.deeper(self.block)
        other = None
        if self.is_word("else"):
            self.next()
            if self.is_word("if"):
                other = self.deeper(self._if_statement)
            elif self.is_op("{"):
                other = self.deeper(self.block)
            else:
                raise self.wrong("else must be followed by if or statement block")
        return Node("if", start, init=init, test=test, then=then, other=other)

    def _for_statement(self) -> Node:
        start = self.next()
        outer, self.in_header = self.in_header, True
        init = test = post = clause = None
        if not self.is_op("{"):
            first = None if self.token.kind == ";" else self.simple(True)
            if first is not None and first.kind == "range":
                clause = first
            elif self.token.kind == ";":
                if self.token.text == "newline":
                    raise self.wrong("expected { after for clause")
                self.next()
                init = first
                if self.token.kind != ";":
                    if self.is_op("{"):
                        raise self.wrong("expected for loop condition")
                    test = self._condition("for", self.simple(False))
                self.want(";")
                if not self.is_op("{"):
                    post = self.simple(False)
            else:
                test = self._condition("for", first)
        self.in_header = outer
        if not self.is_op("{"):
            raise self.wrong("expected { after for clause")
        body = self.deeper(self.block)
        if clause is not None:
            return Node("forrange", start, clause=clause, body=body)
        return Node("for", start, init=init, test=test, post=post, body=body)

    def _switch_statement(self) -> Node:
        start = self.next()
        init, tag = self._header("switch")
        if not self.is_op("{"):
            raise self.wrong("missing { after switch clause")
        self.next()
        name, subject = None, None
        if (
            tag is not None
            and tag.kind == "define"
            and len(tag.right) == 1
            and (tag.right[0].kind == "assert" and tag.right[0].type is None)
        ):
            name, subject = tag.left[0], tag.right[0].x
        elif (
            tag is not None
            and tag.kind == "expression"
            and tag.x.kind == "assert"
            and (tag.x.type is None)
        ):
            subject = tag.x.x
        cases = self.deeper(lambda: self._cases(subject is not None))
        self.want("}")
        if subject is not None:
            return Node("typeswitch", start, init=init, name=name, x=subject, cases=cases)
        test = None if tag is None else self._condition("switch", tag)
        return Node("switch", start, init=init, tag=test, cases=cases)

    def _cases(self, types: bool) -> list[Node]:
        cases = []
        while self.is_word("case") or self.is_word("default"):
            token = self.next()
            values = None
            if token.text == "case":
                values = self._types() if types else self.expression_list()
            self.want(":")
            cases.append(Node("case", token, values=values, body=self.statement_list()))
        if not self.is_op("}"):
            raise self.wrong("expected case or default or }")
        return cases

    def _types(self) -> list[Node]:
        found = [self.type()]
        while self.is_op(","):
            self.next()
            found.append(self.type())
        return found

    def _select_statement(self) -> Node:
        start = self.next()
        if not self.is_op("{"):
            raise self.wrong("expected { after select clause")
        self.next()
        cases = []
        while self.is_word("case") or self.is_word("default"):
            token = self.next()
            what = self.simple(False) if token.text == "case" else None
            self.want(":")
            cases.append(Node("comm", token, what=what, body=self.deeper(self.statement_list)))
        self.want("}")
        return Node("select", start, cases=cases)

    def _return_statement(self) -> Node:
        start = self.next()
        values: list[Node] = []
        if self.token.kind != ";" and not self.is_op("}"):
            values = self.expression_list()
        return Node("return", start, values=values)

    def _go_statement(self) -> Node:
        start = self.next()
        call = self.expression()
        while call.kind == "paren":
            call = call.x
        if call.kind != "call":
            raise SourceError(
                start.line, start.column, f"expression in {start.text} must be function call"
            )
        return Node(start.text, start, call=call)

    _defer_statement = _go_statement

    def _jump(self) -> Node:
        start = self.next()
        label = self.name().text if self.token.kind == "name" else ""
        return Node(start.text, start, label=label)

    _break_statement = _jump
    _continue_statement = _jump
    _goto_statement = _jump

    def _fallthrough_statement(self) -> Node:
        return Node("fallthrough", self.next())


def _said(node: Node) -> str:
    from .tree import shown

    if node.kind in ("assign", "define"):
        sign = "=" if node.kind == "assign" else ":="
        left = ", ".join(shown(one) for one in node.left)
        right = ", ".join(shown(one) for one in node.right)
        verb = "assignment" if node.kind == "assign" else "declaration"
        del verb
        return f"{left} {sign} {right}"
    return "statement"
