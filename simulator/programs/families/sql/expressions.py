"""Expressions: operators by their precedence, and what stands between them.

Sources: the precedence tables of PostgreSQL 18 (SQL Syntax) and MySQL 8.4 (Operator Precedence).
"""

from __future__ import annotations

from .errors import too_deep
from .lexer import Token
from .primaries import Primaries
from .reader import Node

OR, AND, NOT, IS, COMPARE, RANGE, OTHER, ADD, MULTIPLY, POWER, ZONE, COLLATE, UNARY = range(1, 14)
_PG_SIGNS = {
    **dict.fromkeys(("<", ">", "=", "<=", ">=", "<>", "!="), COMPARE),
    "+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "%": MULTIPLY, "^": POWER,
}  # fmt: skip
_PG_STOP = ("(", ")", "[", "]", ",", ";", ":", ".", "..", "::", ":=", "=>")
_MY_SIGNS = {
    "||": OR, "&&": AND,
    **dict.fromkeys(("<", ">", "=", "<=", ">=", "<>", "!=", "<=>"), COMPARE),
    "|": RANGE, "&": OTHER, "<<": ADD - 0, ">>": ADD - 0, "+": ADD, "-": ADD, "*": MULTIPLY,
    "/": MULTIPLY, "%": MULTIPLY, "^": POWER, "->": ZONE, "->>": ZONE,
}  # fmt: skip
MAX_CHAIN = 60
"""Operators one after the other that are not AND or OR."""


def depth_of(node: Node) -> int:
    """Give how deep an operator's operands are nested."""
    return int(node.get("d", 0))


class Expressions(Primaries):
    """Reads expressions by precedence climbing."""

    def expression(self, least: int = 0) -> Node:
        """Read an expression whose operators bind at least so tightly."""
        self.enter()
        left = self._prefix()
        while True:
            power = self._power()
            if power <= least:
                break
            left = self._infix(left, power)
            if depth_of(left) > MAX_CHAIN:
                raise too_deep(self.dialect)
        self.leave()
        return left

    def _made(self, left: Node, **fields: object) -> Node:
        nodes = [left, *(one for one in fields.values() if isinstance(one, dict))]
        depth = max(depth_of(node) for node in nodes) + 1
        return {"at": left["at"], "end": self.last_end, "d": depth, **fields}

    def _prefix(self) -> Node:
        token = self.token
        word = self.word()
        if word == "not" or (not self.is_pg and token.value == "!" and token.kind == "op"):
            self.next()
            x = self.expression(NOT if word == "not" else UNARY)
            return {"k": "not", "x": x, "at": token.at, "end": self.last_end,
                    "d": depth_of(x) + 1}  # fmt: skip
        if token.kind == "op" and token.value in ("-", "+", "~", "@", "|/", "||/"):
            self.next()
            if token.value == "-" and self.token.kind == "number":
                self.minus_at = token.at
            x = self.expression(UNARY if token.value in ("-", "+") else OTHER)
            return {"k": "un", "op": token.value, "x": x, "at": token.at, "end": self.last_end,
                    "d": depth_of(x) + 1}  # fmt: skip
        return self.suffixes(self.primary())

    def _power(self) -> int:
        """Say how tightly the operator that comes next binds; 0 when there is none."""
        token = self.token
        if token.kind == "op":
            if self.is_pg:
                return _PG_SIGNS.get(token.value, 0 if token.value in _PG_STOP else OTHER)
            return _MY_SIGNS.get(token.value, 0)
        word = self.word()
        if not word:
            return 0
        if word == "not":
            ahead = self.word(1)
            return RANGE if ahead in ("in", "like", "ilike", "between", "similar", "regexp",
                                      "rlike") else 0  # fmt: skip
        if word in ("or", "and", "is"):
            return {"or": OR, "and": AND, "is": IS}[word]
        if word in ("in", "like", "between"):
            return RANGE
        if self.is_pg:
            if word == "at" and self.word(1) == "time":
                return ZONE
            return {"ilike": RANGE, "similar": RANGE, "isnull": IS, "notnull": IS,
                    "collate": COLLATE}.get(word, 0)  # fmt: skip
        return {"xor": OR, "regexp": RANGE, "rlike": RANGE, "div": MULTIPLY, "mod": MULTIPLY,
                "collate": COLLATE}.get(word, 0)  # fmt: skip

    def _infix(self, left: Node, power: int) -> Node:
        token = self.next()
        word = token.value.lower() if token.kind == "word" else ""
        if power in (OR, AND) and word != "xor":
            return self._logical(left, "or" if power == OR else "and", power)
        if word == "is":
            return self._is(left)
        if word in ("isnull", "notnull"):
            return self._made(left, k="is", x=left, what="null", **{"not": word == "notnull"})
        if power == RANGE and word:
            return self._range(left, token)
        if word == "collate":
            self.dotted()
            return left
        if word == "at":
            self.expect("time", "zone")
            zone = self.expression(ZONE)
            return self._made(left, k="func", name="timezone", args=[zone, left], qualifier=None)
        if token.kind == "op" and self.word() in ("any", "some", "all"):
            return self._quantified(left, token)
        right = self.expression(power)
        return self._made(left, k="bin", op=word or token.value, l=left, r=right,
                          sign_at=token.at)  # fmt: skip

    def _logical(self, left: Node, kind: str, power: int) -> Node:
        right = self.expression(power)
        items = [*left["items"]] if left["k"] == kind and not left.get("bracket") else [left]
        made = self._made(left, k=kind, items=[*items, right])
        made["d"] = max(depth_of(one) for one in made["items"]) + 1
        return made

    def _is(self, left: Node) -> Node:
        negated = self.accept("not")
        what = self.accept_any("null", "true", "false", "unknown")
        if what:
            return self._made(left, k="is", x=left, what=what, **{"not": negated})
        if self.is_pg and self.accept("distinct", "from"):
            right = self.expression(IS)
            return self._made(left, k="distinct", l=left, r=right, **{"not": negated})
        raise self.wrong()

    def _range(self, left: Node, token: Token) -> Node:
        word = token.value.lower()
        negated = word == "not"
        if negated:
            word = self.next().value.lower()
        if word == "in":
            return self._in(left, negated)
        if word == "between":
            symmetric = self.is_pg and self.accept("symmetric")
            low = self.expression(RANGE)
            self.expect("and")
            high = self.expression(RANGE)
            return self._made(left, k="between", x=left, lo=low, hi=high, symmetric=symmetric,
                              **{"not": negated})  # fmt: skip
        if word == "similar":
            self.expect("to")
        right = self.expression(RANGE)
        escape = self.expression(RANGE) if self.accept("escape") else None
        word = "regexp" if word == "rlike" else word
        return self._made(left, k="like", op=word, x=left, r=right, escape=escape,
                          sign_at=token.at, **{"not": negated})  # fmt: skip

    def _in(self, left: Node, negated: bool) -> Node:
        self.expect_sign("(")
        if self.begins_query():
            query = self.query()
            self.expect_sign(")")
            return self._made(left, k="in", x=left, q=query, items=None, **{"not": negated})
        items = [self.expression()]
        while self.accept_sign(","):
            items.append(self.expression())
        self.expect_sign(")")
        return self._made(left, k="in", x=left, q=None, items=items, **{"not": negated})

    def _quantified(self, left: Node, token: Token) -> Node:
        how = "all" if self.next().value.lower() == "all" else "any"
        self.expect_sign("(")
        if self.begins_query():
            query: Node | None = self.query()
            array = None
        else:
            query, array = None, self.expression()
        self.expect_sign(")")
        return self._made(left, k="quantified", op=token.value, how=how, x=left, q=query,
                          array=array, sign_at=token.at)  # fmt: skip
