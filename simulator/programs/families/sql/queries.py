"""Queries: SELECT, VALUES, UNION and their like, WITH; where their rows come from."""

from __future__ import annotations

from typing import Any

from .expressions import Expressions
from .reader import Node

JOIN_WORDS = ("join", "inner", "left", "right", "full", "cross", "natural", "straight_join")


class Queries(Expressions):
    """Reads queries."""

    def query(self) -> Node:
        """Read a query with all that may stand around it."""
        self.enter()
        at = self.token.at
        found: Node = {"k": "query", "with": [], "order": [], "limit": None, "offset": None,
                       "lock": False, "at": at}  # fmt: skip
        if self.word() == "with":
            self.with_clause(found)
        found["body"] = self._sets()
        if self.accept("order"):
            self.expect("by")
            found["order"] = self.order_items()
        self._limits(found)
        while self.accept("for"):
            found["lock"] = True
            if self.accept("no"):
                self.expect("key")
            self.accept_any("key")
            if not self.accept_any("update", "share"):
                raise self.wrong()
            if self.accept("of"):
                self.name()
            if self.accept("nowait"):
                found["lock"] = "nowait"
            elif self.accept("skip", "locked"):
                found["lock"] = "skip"
        if self.is_pg and found["lock"]:
            self._limits(found)  # PostgreSQL takes them on either side
        if not self.is_pg:
            self.accept("lock", "in", "share", "mode")
        found["end"] = self.last_end
        self.leave()
        return found

    def with_clause(self, found: Node) -> None:
        """Read WITH and its queries into a node: "with", "recursive"."""
        self.expect("with")
        found["recursive"] = self.accept("recursive")
        found["with"] = [self._cte()]
        while self.accept_sign(","):
            found["with"].append(self._cte())

    def _cte(self) -> Node:
        name = self.name()
        columns = self.names_in_brackets() if self.sign() == "(" else None
        self.expect("as")
        self.accept("not")
        self.accept("materialized")
        self.expect_sign("(")
        changes = {"insert": "insert", "update": "update", "delete": "delete"}
        word = self.word() if self.is_pg else ""
        query = getattr(self, changes[word])() if word in changes else self.query()
        self.expect_sign(")")
        return {"name": name, "columns": columns, "q": query}

    def _limits(self, found: Node) -> None:
        while True:
            if self.word() == "limit" and found["limit"] is None:
                self.next()
                if not self.accept("all"):
                    found["limit"] = self.expression()
                if not self.is_pg and self.accept_sign(","):
                    found["offset"], found["limit"] = found["limit"], self.expression()
            elif self.word() == "offset" and found["offset"] is None:
                self.next()
                found["offset"] = self.expression()
                self.accept_any("row", "rows")
            elif self.is_pg and self.word() == "fetch" and found["limit"] is None:
                self.next()
                if not self.accept_any("first", "next"):
                    raise self.wrong()
                one: Node = {"k": "lit", "v": "1", "t": "number", "at": 0, "end": 0}
                bare = self.word() in ("row", "rows")
                found["limit"] = one if bare else self.expression()
                self.accept_any("row", "rows")
                self.expect("only")
            else:
                return

    def _sets(self) -> Node:
        left = self._intersections()
        while (op := self.accept_any("union", "except", "minus" if not self.is_pg else "")) != "":
            every = self._all()
            right = self._intersections()
            left = {"k": "set", "op": op, "all": every, "l": left, "r": right, "at": left["at"],
                    "d": int(left.get("d", 0)) + 1}  # fmt: skip
            self._check_chain(left)
        return left

    def _check_chain(self, node: Node) -> None:
        if node["d"] > 40:
            from .errors import too_deep

            raise too_deep(self.dialect)

    def _all(self) -> bool:
        every = self.accept("all")
        if not every:
            self.accept("distinct")
        return every

    def _intersections(self) -> Node:
        left = self._core()
        while self.accept("intersect"):
            every = self._all()
            left = {"k": "set", "op": "intersect", "all": every, "l": left, "r": self._core(),
                    "at": left["at"], "d": int(left.get("d", 0)) + 1}  # fmt: skip
            self._check_chain(left)
        return left

    def _core(self) -> Node:
        at = self.token.at
        if self.sign() == "(":
            self.next()
            found = self.query()
            self.expect_sign(")")
            return found
        if self.accept("values"):
            return {"k": "values", "rows": self.value_rows(), "at": at}
        if self.accept("table"):
            source = {"k": "table", "name": self.dotted(), "alias": None, "columns": None}
            star = {"x": {"k": "star", "table": None, "at": at}, "label": None, "text": "*"}
            return {"k": "select", "distinct": False, "items": [star], "from": [source],
                    "where": None, "group": None, "having": None, "at": at}  # fmt: skip
        self.expect("select")
        return self._select(at)

    def value_rows(self) -> list[list[Node]]:
        """Read `(1, 2), (3, 4)`."""
        rows = []
        while True:
            if not self.is_pg:
                self.accept("row")
            self.expect_sign("(")
            row: list[Node] = []
            if self.is_pg or self.sign() != ")":
                row.append(self.expression())
            while self.accept_sign(","):
                row.append(self.expression())
            self.expect_sign(")")
            rows.append(row)
            if not self.accept_sign(","):
                return rows

    def _select(self, at: int) -> Node:
        found: Node = {"k": "select", "distinct": False, "at": at, "from": [], "where": None,
                       "group": None, "having": None, "items": []}  # fmt: skip
        self._distinct(found)
        if not (self.is_pg and self.word() in ("from", "where", "") and self._is_empty_list()):
            found["items"] = self.select_items()
        if self.accept("from") and (self.is_pg or not self.accept("dual")):
            found["from"] = self.sources()
        if self.accept("where"):
            found["where"] = self.expression()
        if self.accept("group"):
            self.expect("by")
            found["group"] = self._group()
        if self.accept("having"):
            found["having"] = self.expression()
        found["windows"] = {}
        while self.accept("window") or (found["windows"] and self.accept_sign(",")):
            name = self.name()
            self.expect("as")
            found["windows"][name] = self.window()
        found["end"] = self.last_end
        return found

    def _is_empty_list(self) -> bool:
        return self.token.kind == "end" or self.word() != "" or self.sign() in (";", ")")

    def _distinct(self, found: Node) -> None:
        while self.accept_any("all", "sql_calc_found_rows", "sql_no_cache", "high_priority"):
            pass
        if self.accept_any("distinct", "distinctrow"):
            found["distinct"] = True
            if self.is_pg and self.accept("on"):
                self.expect_sign("(")
                keys = [self.expression()]
                while self.accept_sign(","):
                    keys.append(self.expression())
                self.expect_sign(")")
                found["distinct"] = keys

    def select_items(self) -> list[Node]:
        """Read what a SELECT or RETURNING gives: [{"x", "label", "text"}]."""
        items = [self._item()]
        while self.accept_sign(","):
            items.append(self._item())
        return items

    def _item(self) -> Node:
        token = self.token
        if self.sign() == "*":
            self.next()
            star = {"k": "star", "table": None, "at": token.at, "end": token.end}
            return {"x": star, "label": None, "text": "*"}
        x = self.expression()
        text = self.text[token.at : self.last_end]
        label = None if x["k"] == "star" else self.label()
        return {"x": x, "label": label, "text": text}

    def _group(self) -> list[Node]:
        keys = [self.expression()]
        while self.accept_sign(","):
            keys.append(self.expression())
        if not self.is_pg:
            self.accept("with", "rollup")
        return keys

    def order_items(self) -> list[Node]:
        """Read what follows ORDER BY: [{"x", "desc", "nulls" ("first", "last" or None)}]."""
        items = []
        while True:
            x = self.expression()
            word = self.accept_any("asc", "desc")
            nulls = None
            if self.is_pg and self.accept("nulls"):
                nulls = self.accept_any("first", "last")
                if not nulls:
                    raise self.wrong()
            items.append({"x": x, "desc": word == "desc", "nulls": nulls})
            if not self.accept_sign(","):
                return items

    def window(self) -> Node:
        """Read what follows OVER: {"partition", "order", "frame" (its words, or None)}."""
        found: Node = {"partition": [], "order": [], "frame": None}
        if self.sign() != "(":
            found["name"] = self.name()
            return found
        self.next()
        if self.is_name() and self.word() not in ("partition", "order", "rows", "range", "groups"):
            found["name"] = self.name()
        if self.accept("partition"):
            self.expect("by")
            found["partition"] = self._group()
        if self.accept("order"):
            self.expect("by")
            found["order"] = self.order_items()
        if self.word() in ("rows", "range", "groups"):
            words = []
            while self.sign() != ")" and self.token.kind != "end":
                words.append(self.next().value.lower())
            found["frame"] = words
        self.expect_sign(")")
        return found

    # Where rows come from

    def sources(self) -> list[Node]:
        """Read what follows FROM."""
        found = [self._joined()]
        while self.accept_sign(","):
            found.append(self._joined())
        return found

    def _joined(self) -> Node:
        left = self._source()
        while self.word() in JOIN_WORDS:
            left = self._join(left)
            self._check_chain(left)
        return left

    def _join(self, left: Node) -> Node:
        natural = self.accept("natural")
        kind = self.accept_any("inner", "cross", "left", "right", "full", "straight_join")
        if kind in ("left", "right", "full"):
            self.accept("outer")
        if kind != "straight_join":
            self.expect("join")
        right = self._source()
        join: Node = {"k": "join", "kind": kind or "inner", "natural": natural, "l": left,
                      "r": right, "on": None, "using": None,
                      "d": int(left.get("d", 0)) + 1}  # fmt: skip
        if natural or (kind == "cross" and self.is_pg):
            return join
        if self.accept("on"):
            join["on"] = self.expression()
        elif self.accept("using"):
            join["using"] = self.names_in_brackets()
        elif self.is_pg or kind in ("left", "right"):
            raise self.wrong()
        return join

    def _source(self) -> Node:
        self.enter()
        found = self._one_source()
        self.leave()
        return found

    def _one_source(self) -> Node:
        at = self.token.at
        lateral = self.accept("lateral")
        if self.sign() == "(":
            if self.begins_query():
                self.next()
                query = self.query()
                self.expect_sign(")")
                found: Node = {"k": "derived", "q": query, "lateral": lateral, "at": at}
                return self._aliased(found)
            self.next()
            inner = self._joined()
            self.expect_sign(")")
            return inner
        if self.is_pg:
            self.accept("only")
        if self.is_pg and self.peek().value == "(" and self.token.kind in ("word", "quoted"):
            call = self.primary()
            if call["k"] != "func":
                raise self.wrong()
            ordinality = self.accept("with", "ordinality")
            found = {"k": "call", "func": call, "ordinality": ordinality, "at": at}
            return self._aliased(found)
        found = {"k": "table", "name": self.dotted(), "at": at}
        found = self._aliased(found)
        if not self.is_pg and self.word() in ("use", "force", "ignore") and (
            self.word(1) in ("index", "key")
        ):  # fmt: skip
            self.next()
            self.next()
            self.names_in_brackets()
        return found

    def _aliased(self, found: Node) -> Node:
        found.update(alias=None, columns=None)
        if self.accept("as") or self.is_name():
            found["alias"] = self.name()
            if self.sign() == "(":
                found["columns"] = self._column_names()
        found["end"] = self.last_end
        return found

    def _column_names(self) -> list[Any]:
        self.expect_sign("(")
        names = [self.name()]
        if self.is_pg and self.token.kind == "word" and self.sign() == "":
            self.type_name()
        while self.accept_sign(","):
            names.append(self.name())
            if self.is_pg and self.token.kind == "word":
                self.type_name()
        self.expect_sign(")")
        return names
