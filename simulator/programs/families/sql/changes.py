"""Statements that change rows: INSERT, UPDATE, DELETE, TRUNCATE, COPY."""

from __future__ import annotations

from .queries import Queries
from .reader import Node


class Changes(Queries):
    """Reads them."""

    def insert(self) -> Node:
        """Read INSERT or REPLACE."""
        token = self.next()
        found: Node = {"k": "insert", "replace": token.value.lower() == "replace", "ignore": False,
                       "columns": None, "rows": None, "q": None, "conflict": None,
                       "returning": None, "alias": None}  # fmt: skip
        if self.is_pg:
            self.expect("into")
        else:
            self.accept_any("low_priority", "delayed", "high_priority")
            found["ignore"] = self.accept("ignore")
            self.accept("into")
        found["table"] = self.dotted()
        if self.is_pg and self.accept("as"):
            found["alias"] = self.name()
        if self.sign() == "(" and not self.begins_query():
            found["columns"] = self._insert_columns()
        if self.is_pg and self.accept("overriding"):
            if not self.accept_any("system", "user"):
                raise self.wrong()
            self.expect("value")
            found["overriding"] = True
        self._insert_source(found)
        if self.is_pg:
            self._on_conflict(found)
        elif self.accept("on"):
            self.expect("duplicate", "key", "update")
            found["conflict"] = {"set": self.assignments(), "columns": None}
        self.returning(found)
        return found

    def _insert_columns(self) -> list[Node]:
        """Read `(a, b)`: [{"name", "at"}]."""
        self.expect_sign("(")
        found: list[Node] = []
        if not self.is_pg and self.accept_sign(")"):
            return found
        while True:
            at = self.token.at
            found.append({"name": self.dotted()["parts"][-1], "at": at})
            if not self.accept_sign(","):
                self.expect_sign(")")
                return found

    def _insert_source(self, found: Node) -> None:
        if self.accept("default", "values") if self.is_pg else False:
            return
        word = self.word()
        if word == "values" or (word == "value" and not self.is_pg):
            self.next()
            found["rows"] = self.value_rows()
            if not self.is_pg and self.accept("as"):
                found["row_alias"] = self.name()
        elif word == "set" and not self.is_pg:
            self.next()
            pairs = self.assignments()
            found["columns"] = [{"name": name, "at": at} for name, _, at in pairs]
            found["rows"] = [[x for _, x, _ in pairs]]
        elif self.begins_query():
            found["q"] = self.query()
        else:
            raise self.wrong()

    def _on_conflict(self, found: Node) -> None:
        if not self.accept("on"):
            return
        self.expect("conflict")
        conflict: Node = {"columns": None, "constraint": None, "set": None, "where": None,
                          "at": self.token.at}  # fmt: skip
        if self.sign() == "(":
            conflict["columns"] = self.names_in_brackets()
        elif self.accept("on", "constraint"):
            conflict["constraint"] = self.name()
        self.expect("do")
        if not self.accept("nothing"):
            self.expect("update", "set")
            conflict["set"] = self.assignments()
            if self.accept("where"):
                conflict["where"] = self.expression()
        found["conflict"] = conflict

    def assignments(self) -> list[tuple[str, Node, int]]:
        """Read `a = 1, b = 2`: [(column, value, place)]."""
        found: list[tuple[str, Node, int]] = []
        while True:
            at = self.token.at
            if self.is_pg and self.sign() == "(":
                names = self.names_in_brackets()
                self.expect_sign("=")
                row = self.primary()
                items = row["items"] if row["k"] == "row" else [row]
                if len(items) != len(names):
                    raise self.wrong()
                found += [(name, item, at) for name, item in zip(names, items, strict=True)]
            else:
                name = self.dotted()["parts"][-1]
                self.expect_sign("=")
                found.append((name, self.expression(), at))
            if not self.accept_sign(","):
                return found

    def returning(self, found: Node) -> None:
        """Read RETURNING, which MySQL has not."""
        if self.is_pg and self.accept("returning"):
            found["returning"] = self.select_items()

    def update(self) -> Node:
        """Read UPDATE."""
        self.next()
        if not self.is_pg:
            self.accept("ignore")
        else:
            self.accept("only")
        found: Node = {"k": "update", "table": self.dotted(), "alias": None, "from": [],
                       "where": None, "returning": None, "order": [], "limit": None}  # fmt: skip
        if self.word() != "set" and (self.accept("as") or self.is_name()):
            found["alias"] = self.name()
        self.expect("set")
        found["set"] = self.assignments()
        if self.is_pg and self.accept("from"):
            found["from"] = self.sources()
        self._narrowed(found)
        self.returning(found)
        return found

    def _narrowed(self, found: Node) -> None:
        if self.accept("where"):
            found["where"] = self.expression()
        if not self.is_pg and self.accept("order"):
            self.expect("by")
            found["order"] = self.order_items()
        if not self.is_pg and self.accept("limit"):
            found["limit"] = self.expression()

    def delete(self) -> Node:
        """Read DELETE."""
        self.next()
        self.expect("from")
        if self.is_pg:
            self.accept("only")
        found: Node = {"k": "delete", "table": self.dotted(), "alias": None, "from": [],
                       "where": None, "returning": None, "order": [], "limit": None}  # fmt: skip
        if self.word() not in ("using", "where") and (self.accept("as") or self.is_name()):
            found["alias"] = self.name()
        if self.is_pg and self.accept("using"):
            found["from"] = self.sources()
        self._narrowed(found)
        self.returning(found)
        return found

    def truncate(self) -> Node:
        """Read TRUNCATE."""
        self.next()
        self.accept("table")
        found: Node = {"k": "truncate", "tables": [self.dotted()], "restart": False,
                       "cascade": False}  # fmt: skip
        while self.is_pg and self.accept_sign(","):
            found["tables"].append(self.dotted())
        if self.is_pg:
            if self.accept("restart", "identity"):
                found["restart"] = True
            else:
                self.accept("continue", "identity")
            found["cascade"] = self.accept("cascade")
            if not found["cascade"]:
                self.accept("restrict")
        return found

    def copy(self) -> Node:
        """Read COPY table FROM STDIN or TO STDOUT."""
        self.next()
        found: Node = {"k": "copy", "columns": None, "q": None, "table": None, "options": {}}
        if self.sign() == "(":
            self.next()
            found["q"] = self.query()
            self.expect_sign(")")
        else:
            found["table"] = self.dotted()
            if self.sign() == "(":
                found["columns"] = self.names_in_brackets()
        found["to"] = self.accept_any("from", "to")
        if not found["to"]:
            raise self.wrong()
        if not (place := self.accept_any("stdin", "stdout")):
            found["path"] = self.string()
        found["place"] = place
        self._copy_options(found["options"])
        return found

    def _copy_options(self, options: dict[str, str]) -> None:
        self.accept("with")
        bracket = self.accept_sign("(")
        while self.token.kind in ("word", "string"):
            word = self.next().value.lower()
            if word in ("csv", "header"):
                options["format" if word == "csv" else word] = word
                if self.word() in ("true", "false"):
                    options[word] = self.next().value.lower()
            elif self.token.kind in ("word", "string"):
                options[word] = self.next().value
            if bracket:
                self.accept_sign(",")
        if bracket:
            self.expect_sign(")")
