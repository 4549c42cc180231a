"""What stands between operators: constants, names, calls, CASE, brackets, subqueries."""

from __future__ import annotations

from typing import Any

from .reader import Node, Reader
from .typenames import TypeNames
from .words import MY_RESERVED, PG_RESERVED

NO_BRACKETS = ("current_date", "current_time", "current_timestamp", "current_user", "session_user",
               "localtime", "localtimestamp", "current_catalog", "current_schema", "current_role",
               "user", "utc_date", "utc_time", "utc_timestamp")  # fmt: skip
"""Functions that are called without brackets."""
UNITS = ("microsecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year",
         "year_month", "day_hour", "day_minute", "day_second", "hour_minute", "hour_second",
         "minute_second")  # fmt: skip
_MY_CALLS = ("left", "right", "if", "replace", "insert", "values", "char", "mod", "repeat",
             "database", "schema", "date", "time", "year", "convert", "rank", "dense_rank",
             "row_number", "lag", "lead", "ntile", "first_value", "last_value", "interval",
             "percent_rank", "cume_dist", "nth_value", "format", "truncate")  # fmt: skip
_TYPED = ("date", "timestamp", "timestamptz", "time", "interval", "json", "jsonb", "uuid")


class Primaries(TypeNames):
    """Reads the operands of operators."""

    def expression(self, least: int = 0) -> Node:
        """Read an expression (see Expressions)."""
        raise NotImplementedError

    def query(self) -> Node:
        """Read a query (see Queries)."""
        raise NotImplementedError

    def begins_query(self) -> bool:
        """Tell whether a query comes next."""
        ahead = 0
        while self.peek(ahead).value == "(" and self.peek(ahead).kind == "op" and ahead < 20:
            ahead += 1
        word = self.word(ahead)
        return word in ("select", "with") or (word in ("values", "table") and not ahead)

    def primary(self) -> Node:
        """Read one operand."""
        token = self.token
        if token.kind == "number":
            self.next()
            return self._literal(token.value, "number", token.at)
        if token.kind in ("string", "bits", "variable"):
            self.next()
            kind = "var" if token.kind == "variable" else "lit"
            value = token.value
            if kind == "var" and value == "@":  # @'name'
                value += self.next().value
            return {"k": kind, "v": value, "t": token.kind, "at": token.at, "end": self.last_end}
        if token.kind == "param":
            self.next()
            return {"k": "param", "v": token.value, "at": token.at, "end": token.end}
        if self.sign() == "(":
            return self._bracket()
        if self.is_pg and self.sign() == "*":
            raise self.wrong()
        return self._word()

    def _literal(self, value: Any, kind: str, at: int) -> Node:
        return {"k": "lit", "v": value, "t": kind, "at": at, "end": self.last_end}

    def _bracket(self) -> Node:
        at = self.token.at
        if self.begins_query():
            self.next()
            query = self.query()
            self.expect_sign(")")
            return {"k": "sub", "q": query, "how": "scalar", "at": at, "end": self.last_end}
        self.next()
        inner = self.expression()
        if self.sign() != ",":
            self.expect_sign(")")
            return {**inner, "bracket": True}
        items = [inner]
        while self.accept_sign(","):
            items.append(self.expression())
        self.expect_sign(")")
        return {"k": "row", "items": items, "at": at, "end": self.last_end}

    def _word(self) -> Node:
        token, word = self.token, self.word()
        if word in ("null", "true", "false"):
            self.next()
            return self._literal(word, word if word == "null" else "bool", token.at)
        if word == "case":
            return self._case()
        if word in ("cast", "try_cast") or (word == "convert" and not self.is_pg):
            return self._cast()
        if word == "exists" and self.peek().value == "(":
            self.next()
            self.expect_sign("(")
            query = self.query()
            self.expect_sign(")")
            return {"k": "sub", "q": query, "how": "exists", "at": token.at, "end": self.last_end}
        if word == "array" and self.is_pg:
            return self._array()
        if word == "row" and self.peek().value == "(":
            self.next()
            found = self._bracket()
            return found if found["k"] == "row" else {**found, "k": "row", "items": [found]}
        if word == "interval" and not (self.is_pg and self.peek().value == "("):
            return self._interval()
        if word == "default":
            self.next()
            return {"k": "default", "at": token.at, "end": token.end}
        if word == "binary" and not self.is_pg:
            self.next()
            return self.expression(13)
        if word in NO_BRACKETS and not (word == "user" and not self.is_pg):
            return self._bare_call(word)
        if self.is_pg and word in _TYPED and self.peek().kind == "string":
            return self._typed_string()
        if not self.is_pg and word in ("date", "time", "timestamp") and (
            self.peek().kind == "string"
        ):  # fmt: skip
            return self._typed_string()
        if self.peek().value == "(" and self.peek().kind == "op" and self._may_call(word):
            return self._call()
        return self._column()

    def _may_call(self, word: str) -> bool:
        if self.token.kind == "quoted":
            return True
        if self.is_pg:
            return bool(word) and word not in PG_RESERVED
        return bool(word) and (word not in MY_RESERVED or word in _MY_CALLS)

    def _bare_call(self, word: str) -> Node:
        at = self.next().at
        args: list[Node] = []
        if self.sign() == "(":
            self.next()
            if self.sign() != ")":
                args.append(self.expression())
            self.expect_sign(")")
        return {"k": "func", "name": word, "args": args, "qualifier": None, "at": at,
                "end": self.last_end, "bare": True}  # fmt: skip

    def _typed_string(self) -> Node:
        at = self.token.at
        kind = self.type_name()
        token = self.next()
        text = {"k": "lit", "v": token.value, "t": "string", "at": token.at, "end": token.end}
        return {"k": "cast", "x": text, "type": kind, "at": at, "end": self.last_end}

    def _case(self) -> Node:
        at = self.next().at
        x = None if self.word() == "when" else self.expression()
        whens: list[tuple[Node, Node]] = []
        while self.accept("when"):
            condition = self.expression()
            self.expect("then")
            whens.append((condition, self.expression()))
        if not whens:
            raise self.wrong()
        other = self.expression() if self.accept("else") else None
        self.expect("end")
        return {"k": "case", "x": x, "whens": whens, "else": other, "at": at, "end": self.last_end}

    def _cast(self) -> Node:
        token = self.next()
        self.expect_sign("(")
        x = self.expression()
        if token.value.lower() == "convert" and self.accept("using"):
            self.next()
            self.expect_sign(")")
            return x
        if token.value.lower() == "convert":
            self.expect_sign(",")
        else:
            self.expect("as")
        kind = self.type_name()
        self.expect_sign(")")
        return {"k": "cast", "x": x, "type": kind, "at": token.at, "end": self.last_end,
                "function": True}  # fmt: skip

    def _array(self) -> Node:
        at = self.next().at
        if self.sign() == "(":
            self.next()
            query = self.query()
            self.expect_sign(")")
            return {"k": "sub", "q": query, "how": "array", "at": at, "end": self.last_end}
        self.expect_sign("[")
        items: list[Node] = []
        while self.sign() != "]":
            items.append(self.expression())
            if not self.accept_sign(","):
                break
        self.expect_sign("]")
        return {"k": "array", "items": items, "at": at, "end": self.last_end}

    def _interval(self) -> Node:
        at = self.next().at
        if self.is_pg:
            text = self.string()
            unit = self.accept_any("year", "month", "day", "hour", "minute", "second")
            value: Node = self._literal(f"{text} {unit}" if unit else text, "string", at)
            kind = {"name": "interval", "args": [], "array": 0}
            return {"k": "cast", "x": value, "type": kind, "at": at, "end": self.last_end}
        value = self.expression()
        unit = self.accept_any(*UNITS)
        if not unit:
            raise self.wrong()
        return {"k": "interval", "x": value, "unit": unit, "at": at, "end": self.last_end}

    def _column(self) -> Node:
        at = self.token.at
        parts = [self.name()]
        while self.sign() == ".":
            self.next()
            if self.sign() == "*":
                self.next()
                return {"k": "star", "table": parts, "at": at, "end": self.last_end}
            if self.token.kind not in ("word", "quoted"):
                raise self.wrong()
            parts.append(self.folded(self.next()))
            if self.sign() == "(" and len(parts) == 2:
                return self._arguments(parts[1], at, parts[0])
        return {"k": "col", "parts": parts, "at": at, "end": self.last_end}

    def _call(self) -> Node:
        token = self.next()
        return self._arguments(self.folded(token).lower(), token.at, None)

    def _arguments(self, name: str, at: int, qualifier: str | None) -> Node:
        self.expect_sign("(")
        node: Node = {"k": "func", "name": name, "qualifier": qualifier, "args": [], "at": at}
        if name == "extract":
            return self._extract(node)
        if name in ("substring", "substr", "position", "trim", "overlay", "group_concat", "char"):
            return self._worded(node)
        if name in ("timestampdiff", "timestampadd") and self.word() in UNITS:
            unit = self.next().value.lower()
            node["args"].append(self._literal(unit, "string", at))
            self.expect_sign(",")
        self._plain_arguments(node)
        return self._call_end(node)

    def _plain_arguments(self, node: Node) -> None:
        if self.sign() == "*":
            self.next()
            node["star"] = True
            return
        node["distinct"] = bool(self.accept("distinct"))
        if not node["distinct"]:
            self.accept("all")
        if self.sign() == ")" and not node["distinct"]:
            return
        node["args"].append(self.expression())
        while self.accept_sign(","):
            node["args"].append(self.expression())
        if self.accept("order"):
            self.expect("by")
            node["order"] = self.order_items()
        if self.accept("separator"):
            node["separator"] = self.string()

    def _call_end(self, node: Node) -> Node:
        self.expect_sign(")")
        if self.is_pg and self.accept("filter"):
            self.expect_sign("(")
            self.expect("where")
            node["filter"] = self.expression()
            self.expect_sign(")")
        if self.word() == "over":
            self.next()
            node["over"] = self.window()
        node["end"] = self.last_end
        return node

    def _extract(self, node: Node) -> Node:
        token = self.next()
        if token.kind not in ("word", "string"):
            raise self.wrong(token)
        self.expect("from")
        field = self._literal(token.value.lower(), "string", token.at)
        node["args"] = [field, self.expression()]
        return self._call_end(node)

    def _worded(self, node: Node) -> Node:
        """Read calls whose arguments are parted by words: substring(x from 1 for 2) ..."""
        name = node["name"]
        if name == "trim":
            side = self.accept_any("leading", "trailing", "both") or "both"
            node["side"] = side
            if self.accept("from"):
                node["args"] = [self.expression()]
                return self._call_end(node)
        if name == "position":
            needle = self.expression(6)
            self.expect("in")
            node["args"] = [needle, self.expression()]
            return self._call_end(node)
        self._plain_arguments(node)
        while (word := self.accept_any("from", "for", "using", "placing")) != "":
            extra = self.expression() if word != "using" else {**node, "k": "lit", "t": "null"}
            if word == "using":
                self.next()
            elif word == "from" and name == "trim":
                node["args"] = [extra, *node["args"]]
            elif word == "for" and len(node["args"]) == 1:
                one: Node = {**extra, "k": "lit", "v": "1", "t": "number"}
                node["args"] += [one, extra]
            else:
                node["args"].append(extra)
        return self._call_end(node)

    def order_items(self) -> list[Node]:
        """Read what follows ORDER BY (see Queries)."""
        raise NotImplementedError

    def window(self) -> Node:
        """Read what follows OVER (see Queries)."""
        raise NotImplementedError

    def suffixes(self, left: Node) -> Node:
        """Read `::type`, `[1]` and `.field` after an operand."""
        while self.is_pg:
            if self.accept_sign("::"):
                kind = self.type_name()
                left = {"k": "cast", "x": left, "type": kind, "at": left["at"],
                        "end": self.last_end, "d": int(left.get("d", 0)) + 1}  # fmt: skip
            elif self.sign() == "[":
                self.next()
                index = self.expression()
                self.expect_sign("]")
                left = {"k": "index", "x": left, "i": index, "at": left["at"],
                        "end": self.last_end}  # fmt: skip
            else:
                break
        return left


__all__ = ["NO_BRACKETS", "Primaries", "Reader"]
