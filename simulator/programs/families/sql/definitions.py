"""CREATE, ALTER and DROP of tables, indexes and views."""

from __future__ import annotations

from .changes import Changes
from .reader import Node

_ACTIONS = ("cascade", "restrict")


class Definitions(Changes):
    """Reads definitions of what holds data."""

    def create_table(self, temporary: bool) -> Node:
        """Read what follows CREATE TABLE."""
        found: Node = {"k": "create table", "columns": [], "constraints": [], "q": None,
                       "if_not": self.accept("if", "not", "exists"), "temporary": temporary,
                       "like": None, "options": {}, "names": None}  # fmt: skip
        found["table"] = self.dotted()
        if self.accept("like"):
            found["like"] = self.dotted()
            return found
        if self.sign() == "(" and not self.begins_query():
            self.next()
            if not (self.is_pg and self.sign() == ")"):
                self._element(found)
            while self.accept_sign(","):
                self._element(found)
            self.expect_sign(")")
        elif self.word() != "as" and not self.begins_query():
            raise self.wrong()
        self._table_options(found)
        if self.accept("as") or self.begins_query():
            found["q"] = self.query()
            if self.is_pg and self.accept("with"):
                self.accept("no")
                self.expect("data")
        return found

    def _table_options(self, found: Node) -> None:
        if self.is_pg:
            if self.word() == "with" and self.peek().value == "(":
                self.next()
                self._skip_brackets()
            if self.accept("tablespace"):
                self.name()
            return
        while self.token.kind == "word" and self.word() not in ("as", "select", "with", "values"):
            word = self.next().value.lower()
            if word == "default":
                word = self.next().value.lower()
            if word == "character":
                self.expect("set")
                word = "charset"
            self.accept_sign("=")
            if self.token.kind not in ("word", "string", "number", "quoted"):
                raise self.wrong()
            found["options"][word] = self.next().value
            self.accept_sign(",")

    def _skip_brackets(self) -> None:
        self.expect_sign("(")
        depth = 1
        while depth:
            token = self.next()
            if token.kind == "end":
                raise self.wrong()
            depth += {"(": 1, ")": -1}.get(token.value, 0) if token.kind == "op" else 0

    def _element(self, found: Node) -> None:
        if self.is_pg and self.word() == "like":
            self.next()
            found["like"] = self.dotted()
            while self.accept_any("including", "excluding"):
                self.next()
            return
        constraint = self.table_constraint()
        if constraint is not None:
            found["constraints"].append(constraint)
        else:
            found["columns"].append(self.column())

    def table_constraint(self) -> Node | None:
        """Read a constraint or key of a table; None when a column follows."""
        at = self.token.at
        name = None
        if self.accept("constraint"):
            name = self.name() if self.is_name() else None
        if self.accept("primary"):
            self.expect("key")
            return {"k": "primary", "name": name, "columns": self.key_columns(), "at": at}
        if self.word() == "unique":
            self.next()
            self.accept_any("key", "index")
            if not self.is_pg and self.is_name():
                name = self.name()
            return {"k": "unique", "name": name, "columns": self.key_columns(), "at": at}
        if self.accept("foreign"):
            self.expect("key")
            if not self.is_pg and self.is_name():
                name = name or self.name()
            columns = self.names_in_brackets()
            found = self._references()
            return {**found, "name": name, "columns": columns, "at": at}
        if self.word() == "check":
            return self._check(name)
        if not self.is_pg and self.word() in ("index", "key", "fulltext"):
            self.next()
            self.accept_any("index", "key")
            index = self.name() if self.is_name() else None
            return {"k": "index", "name": index, "columns": self.key_columns(), "at": at}
        if name is not None:
            raise self.wrong()
        return None

    def _check(self, name: str | None) -> Node:
        at = self.next().at
        self.expect_sign("(")
        begin = self.token.at
        x = self.expression()
        text = self.text[begin : self.last_end]
        self.expect_sign(")")
        if not self.accept("no", "inherit") and not self.accept("not", "enforced"):
            self.accept("enforced")
        return {"k": "check", "name": name, "x": x, "text": text, "at": at}

    def key_columns(self) -> list[str]:
        """Read the columns of a key, with lengths and directions that do not matter here."""
        self.accept("using", "btree")
        self.expect_sign("(")
        found = []
        while True:
            found.append(self.name())
            if self.sign() == "(":
                self._skip_brackets()
            self.accept_any("asc", "desc")
            if self.accept("nulls"):
                self.next()
            if not self.accept_sign(","):
                break
        self.expect_sign(")")
        self.accept("using", "btree")
        return found

    def _references(self) -> Node:
        self.expect("references")
        found: Node = {"k": "foreign", "table": self.dotted(), "to": None, "delete": "no action",
                       "update": "no action"}  # fmt: skip
        if self.sign() == "(":
            found["to"] = self.names_in_brackets()
        while True:
            if self.accept("on"):
                event = self.accept_any("delete", "update")
                if not event:
                    raise self.wrong()
                found[event] = self._reaction()
            elif self.accept("match"):
                self.next()
            elif not (self.accept("not", "deferrable") or self.accept("deferrable")
                      or self.accept("initially", "deferred")
                      or self.accept("initially", "immediate")):  # fmt: skip
                return found

    def _reaction(self) -> str:
        for words in (("cascade",), ("restrict",), ("set", "null"), ("set", "default"),
                      ("no", "action")):  # fmt: skip
            if self.accept(*words):
                return " ".join(words)
        raise self.wrong()

    def column(self) -> Node:
        """Read a column: {"name", "type", "constraints": [...]}."""
        at = self.token.at
        found: Node = {"name": self.name(), "at": at, "type": self.type_name(), "constraints": [],
                       "comment": None}  # fmt: skip
        while True:
            at = self.token.at
            name = self.name() if self.accept("constraint") else None
            one = self._column_constraint(name)
            if one is None:
                if name is not None:
                    raise self.wrong()
                return found
            found["constraints"].append({"name": name, "at": at, **one})

    def _column_constraint(self, name: str | None) -> Node | None:
        word = self.word()
        if self.accept("not", "null"):
            return {"k": "not null"}
        if self.accept("null"):
            return {"k": "null"}
        if self.accept("primary", "key") or (not self.is_pg and self.accept("key")):
            return {"k": "primary"}
        if word == "unique":
            self.next()
            self.accept("key")
            return {"k": "unique"}
        if word == "default":
            return self._default()
        if word == "check":
            return self._check(name)
        if word == "references":
            return self._references()
        if word == "generated":
            return self._generated()
        if word == "collate":
            self.next()
            self.dotted()
            return {"k": "null"}
        return None if self.is_pg else self._my_column_word(word)

    def _my_column_word(self, word: str) -> Node | None:
        if word == "auto_increment":
            self.next()
            return {"k": "auto"}
        if word == "comment":
            self.next()
            return {"k": "comment", "text": self.string()}
        if word == "on" and self.word(1) == "update":
            self.i += 2
            return {"k": "on update", "x": self.expression()}
        if word in ("character", "charset"):
            self.next()
            self.accept("set")
            self.next()
            return {"k": "null"}
        return None

    def _default(self) -> Node:
        self.next()
        at = self.token.at
        # Not past NOT, which may begin NOT NULL; PostgreSQL's grammar has the same exception.
        x = self.expression(3)
        return {"k": "default", "x": x, "text": self.text[at : self.last_end], "at": at}

    def _generated(self) -> Node:
        self.next()
        always = self.accept("always")
        if not always:
            self.expect("by", "default")
        self.expect("as")
        if self.is_pg and self.accept("identity"):
            if self.sign() == "(":
                self._skip_brackets()
            return {"k": "identity", "always": always}
        self.expect_sign("(")
        begin = self.token.at
        x = self.expression()
        text = self.text[begin : self.last_end]
        self.expect_sign(")")
        self.accept_any("stored", "virtual")
        return {"k": "generated", "x": x, "text": text}

    def create_index(self, unique: bool) -> Node:
        """Read what follows CREATE INDEX."""
        if self.is_pg:
            self.accept("concurrently")
        found: Node = {"k": "create index", "unique": unique, "at": self.token.at,
                       "if_not": self.accept("if", "not", "exists"), "name": None}  # fmt: skip
        if self.word() != "on":
            found["name"] = self.name()
        self.expect("on")
        found["table"] = self.dotted()
        found["method"] = self.name() if self.accept("using") else "btree"
        begin = self.token.at
        self.expect_sign("(")
        found["items"], found["ways"] = [], []
        while True:
            at = self.token.at
            found["items"].append(self.expression())
            text = self.text[at : self.last_end]
            if self.is_pg and self.is_name() and self.word() not in ("asc", "desc", "nulls"):
                self.name()  # an operator class
            found["ways"].append({"text": text, "desc": self.accept_any("asc", "desc") == "desc"})
            if self.accept("nulls"):
                self.next()
            if not self.accept_sign(","):
                break
        self.expect_sign(")")
        found["text"] = self.text[begin : self.last_end]
        if self.is_pg and self.accept("where"):
            begin = self.token.at
            found["where"] = self.expression()
            found["where_text"] = self.text[begin : self.last_end]
        return found

    def create_view(self, replace: bool) -> Node:
        """Read what follows CREATE VIEW."""
        found: Node = {"k": "create view", "replace": replace, "name": self.dotted(),
                       "columns": None}  # fmt: skip
        if self.sign() == "(":
            found["columns"] = self.names_in_brackets()
        self.expect("as")
        begin = self.token.at
        found["q"] = self.query()
        found["text"] = self.text[begin : self.last_end]
        return found

    def alter_table(self) -> Node:
        """Read what follows ALTER TABLE."""
        if_exists = self.is_pg and self.accept("if", "exists")
        if self.is_pg:
            self.accept("only")
        found: Node = {"k": "alter table", "if_exists": if_exists, "table": self.dotted(),
                       "actions": [self._action()]}  # fmt: skip
        while self.accept_sign(","):
            found["actions"].append(self._action())
        return found

    def _action(self) -> Node:
        at = self.token.at
        if self.accept("add"):
            return self._add(at)
        if self.accept("drop"):
            return self._drop(at)
        if self.accept("rename"):
            return self._rename(at)
        if self.accept("alter"):
            return self._alter_column(at)
        if self.accept("owner", "to"):
            return {"k": "owner", "name": self.name(), "at": at}
        if not self.is_pg and (word := self.accept_any("modify", "change")):
            self.accept("column")
            old = self.name() if word == "change" else None
            column = self.column()
            if not self.accept("first") and self.accept("after"):
                self.name()
            return {"k": "modify", "old": old or column["name"], "column": column, "at": at}
        if not self.is_pg and self.accept_any("enable", "disable"):
            self.expect("keys")
            return {"k": "keys", "at": at}
        if not self.is_pg and self.accept("auto_increment"):
            self.accept_sign("=")
            return {"k": "auto", "value": self.integer(), "at": at}
        raise self.wrong()

    def _add(self, at: int) -> Node:
        self_at = self.i
        constraint = self.table_constraint() if self.word() != "column" else None
        if constraint is not None:
            return {"k": "add constraint", "constraint": constraint, "at": at}
        self.i = self_at
        self.accept("column")
        if_not = self.accept("if", "not", "exists")
        found = {"k": "add column", "if_not": if_not, "column": self.column(), "at": at,
                 "first": False, "after": None}  # fmt: skip
        if not self.is_pg:
            found["first"] = self.accept("first")
            found["after"] = self.name() if self.accept("after") else None
        return found

    def _drop(self, at: int) -> Node:
        if self.accept("constraint") or (not self.is_pg and self.accept_any("index", "key")):
            if_exists = self.accept("if", "exists")
            found = {"k": "drop constraint", "if_exists": if_exists, "name": self.name(), "at": at}
        elif not self.is_pg and self.accept("foreign", "key"):
            found = {"k": "drop constraint", "if_exists": False, "name": self.name(), "at": at}
        elif not self.is_pg and self.accept("primary", "key"):
            return {"k": "drop constraint", "if_exists": False, "name": "PRIMARY", "at": at}
        else:
            self.accept("column")
            if_exists = self.accept("if", "exists")
            found = {"k": "drop column", "if_exists": if_exists, "name": self.name(), "at": at}
        found["cascade"] = self.accept_any(*_ACTIONS) == "cascade"
        return found

    def _rename(self, at: int) -> Node:
        if self.accept("to") or (not self.is_pg and self.accept("as")):
            return {"k": "rename", "to": self.dotted(), "at": at}
        if self.accept("constraint"):
            old = self.name()
            self.expect("to")
            return {"k": "rename constraint", "old": old, "to": self.name(), "at": at}
        self.accept("column")
        at = self.token.at
        old = self.name()
        self.expect("to")
        return {"k": "rename column", "old": old, "to": self.name(), "at": at}

    def _alter_column(self, at: int) -> Node:
        self.accept("column")
        found: Node = {"k": "alter column", "name": self.name(), "at": at}
        if self.accept("set", "default"):
            found.update(what="default", **{"default": {**self._default_after()}})
        elif self.accept("drop", "default"):
            found.update(what="default", default=None)
        elif self.accept("set", "not", "null"):
            found.update(what="not null")
        elif self.accept("drop", "not", "null"):
            found.update(what="null")
        elif self.accept("type") or self.accept("set", "data", "type"):
            found.update(what="type", type=self.type_name(), using=None)
            if self.accept("using"):
                found["using"] = self.expression()
        elif self.accept("add"):
            found.update(what="identity", default=self._generated())
        else:
            raise self.wrong()
        return found

    def _default_after(self) -> Node:
        at = self.token.at
        return {"k": "default", "x": self.expression(), "text": self.text[at : self.last_end]}
