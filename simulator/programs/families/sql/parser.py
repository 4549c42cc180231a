"""From a statement to a tree; statements about databases, roles, sessions and transactions."""

from __future__ import annotations

from functools import lru_cache

from .administration import Administration
from .reader import Node


class Parser(Administration):
    """Reads one statement."""

    def statement(self) -> Node:
        """Read it to its end; raises SqlError."""
        word = self.word()
        if word == "with":
            return self._ended(self._with_change())
        if word in ("select", "values", "table") or self.sign() == "(":
            found = self.query()
        elif word in ("insert", "replace") and (self.is_pg is False or word == "insert"):
            found = self.insert()
        elif word in _SIMPLE:
            found = getattr(self, _SIMPLE[word])()
        elif self.is_pg and word in _PG_ONLY:
            found = getattr(self, _PG_ONLY[word])()
        elif not self.is_pg and word in _MY_ONLY:
            found = getattr(self, _MY_ONLY[word])()
        else:
            raise self.wrong()
        return self._ended(found)

    def _with_change(self) -> Node:
        """Read WITH before a query, or before INSERT, UPDATE or DELETE."""
        begin = self.i
        holder: Node = {}
        self.with_clause(holder)
        word = self.word()
        if word in ("insert", "update", "delete"):
            found: Node = getattr(self, word)()
            return {**found, **holder}
        self.i = begin
        return self.query()

    def _ended(self, found: Node) -> Node:
        self.accept_sign(";")
        if self.token.kind != "end":
            raise self.wrong()
        found.setdefault("at", 0)
        return found

    # Sessions and transactions

    def begin(self) -> Node:
        """Read BEGIN and START TRANSACTION, with modes that do not matter here."""
        if self.next().value.lower() == "start":
            self.expect("transaction")
        else:
            self.accept_any("transaction", "work")
        while self.accept_any("isolation", "level", "read", "only", "write", "committed",
                              "uncommitted", "repeatable", "serializable", "with", "consistent",
                              "snapshot", "not", "deferrable"):  # fmt: skip
            self.accept_sign(",")
        return {"k": "begin"}

    def finish(self) -> Node:
        """Read COMMIT, END, ROLLBACK, ABORT."""
        word = self.next().value.lower()
        self.accept_any("transaction", "work")
        if word == "rollback" and self.accept("to"):
            self.accept("savepoint")
            return {"k": "rollback to", "name": self.name()}
        self.accept("and", "no", "chain")
        return {"k": "commit" if word in ("commit", "end") else "rollback"}

    def savepoint(self) -> Node:
        """Read SAVEPOINT and RELEASE."""
        word = self.next().value.lower()
        if word == "release":
            self.accept("savepoint")
        return {"k": word, "name": self.name()}

    def set(self) -> Node:
        """Read SET: [{"scope", "name", "value" (a node or words)}]."""
        self.next()
        found: Node = {"k": "set", "items": []}
        while True:
            scope = self.accept_any("session", "local", "global", "persist")
            if self.accept("transaction"):
                while self.token.kind == "word":
                    self.next()
                return found
            found["items"].append(self._set_item(scope))
            if not self.accept_sign(","):
                return found

    def _set_item(self, scope: str) -> Node:
        at = self.token.at
        if self.accept("time", "zone"):
            return {"scope": scope, "name": "timezone", "value": [self.next().value], "at": at}
        if self.accept("role"):
            return {"scope": scope, "name": "role", "value": [self.next().value], "at": at}
        if not self.is_pg and self.accept_any("names", "charset"):
            value = self.next().value
            if self.accept("collate"):
                self.next()
            return {"scope": scope, "name": "names", "value": [value], "at": at}
        if not self.is_pg and self.accept("password"):
            account = self._account() if self.accept("for") else None
            self.expect_sign("=")
            return {"scope": scope, "name": "password", "value": [self.string()],
                    "account": account, "at": at}  # fmt: skip
        if self.token.kind == "variable":
            name = self.next().value
        else:
            name = ".".join(self.dotted()["parts"])
        if not (self.accept_sign("=") or self.accept_sign(":=") or self.accept("to")):
            raise self.wrong()
        if not self.is_pg:
            if self.word() in ("on", "default", "binary"):
                return {"scope": scope, "name": name, "value": [self.next().value], "at": at}
            return {"scope": scope, "name": name, "value": self.expression(), "at": at}
        words = []
        while True:
            sign = "-" if self.accept_sign("-") else ""
            if self.token.kind not in ("word", "string", "number", "quoted"):
                raise self.wrong()
            words.append(sign + self.next().value)
            if not self.accept_sign(","):
                break
        return {"scope": scope, "name": name, "value": words, "at": at}

    def show(self) -> Node:
        """Read SHOW."""
        self.next()
        if self.is_pg:
            if self.accept("time", "zone"):
                return {"k": "show", "name": "timezone"}
            if self.accept("transaction", "isolation", "level"):
                return {"k": "show", "name": "transaction_isolation"}
            name = "all" if self.accept("all") else ".".join(self.dotted()["parts"])
            return {"k": "show", "name": name}
        words: list[str] = []
        found: Node = {"k": "show", "words": words, "table": None, "from": None, "like": None,
                       "where": None, "account": None, "global": False}  # fmt: skip
        while self.accept_any("full", "global", "session", "extended", "count"):
            pass
        while self.token.kind == "word" and self.word() not in ("from", "in", "like", "where",
                                                                "for"):  # fmt: skip
            words.append(self.next().value.lower())
            if words[-2:] in (["create", "table"], ["create", "view"]):
                found["table"] = self.dotted()
                break
            if words == ["create", "database"] or words == ["create", "schema"]:
                found["table"] = self.dotted()
                break
            if words == ["create", "user"]:
                found["account"] = self._account()
                break
        if not words:
            raise self.wrong()
        self._show_rest(found)
        return found

    def _show_rest(self, found: Node) -> None:
        if found["words"][0] in ("columns", "fields", "index", "indexes", "keys"):
            if not self.accept_any("from", "in"):
                raise self.wrong()
            found["table"] = self.dotted()
        if self.accept_any("from", "in"):
            found["from"] = self.name()
        if self.accept("for"):
            found["account"] = self._account()
        if self.accept("like"):
            found["like"] = self.string()
        elif self.accept("where"):
            found["where"] = self.expression()

    def use(self) -> Node:
        """Read USE."""
        self.next()
        return {"k": "use", "name": self.name()}

    def describe(self) -> Node:
        """Read DESCRIBE, or EXPLAIN of a statement."""
        word = self.next().value.lower()
        if self.is_pg and word == "explain":
            return self._explain()
        if self.is_pg or self.word() in ("select", "insert", "update", "delete", "with", "analyze",
                                         "format"):  # fmt: skip
            return self._refused(word.upper() if self.is_pg else "EXPLAIN")
        found: Node = {"k": "show", "words": ["columns"], "table": self.dotted(), "from": None,
                       "like": None, "where": None, "account": None}  # fmt: skip
        if self.token.kind in ("word", "string", "quoted"):
            found["like"] = self.next().value
        return found

    def _explain(self) -> Node:
        found: Node = {"k": "explain", "analyze": False, "costs": True, "at": self.token.at}
        if self.sign() == "(" and self.peek().value.lower() not in ("select", "with", "values"):
            self.next()
            while self.sign() != ")" and self.token.kind != "end":
                option = self.next().value.lower()
                value = self.next().value.lower() if self.token.kind in ("word", "string") else "on"
                if option in ("analyze", "costs"):
                    found[option] = value not in ("off", "false")
                elif option == "format" and value != "text":
                    return self._refused(f"EXPLAIN (FORMAT {value.upper()})")
                self.accept_sign(",")
            self.expect_sign(")")
        while word := self.accept_any("analyze", "verbose"):
            found["analyze"] = found["analyze"] or word == "analyze"
        word = self.word()
        changes = ("insert", "update", "delete")
        found["q"] = getattr(self, word)() if word in changes else self.query()
        return found

    def accepted(self) -> Node:
        """Read what is accepted and changes nothing: ANALYZE, VACUUM, FLUSH ..."""
        word = self.next().value.lower()
        words = []
        while self.token.kind != "end" and self.sign() != ";":
            words.append(self.next().value)
        return {"k": "accepted", "word": word, "words": words}

    def rename(self) -> Node:
        """Read MySQL's RENAME TABLE a TO b."""
        self.next()
        self.expect("table")
        table = self.dotted()
        self.expect("to")
        action = {"k": "rename", "to": self.dotted(), "at": 0}
        return {"k": "alter table", "if_exists": False, "table": table, "actions": [action]}

    def comment(self) -> Node:
        """Read COMMENT ON."""
        self.next()
        self.expect("on")
        word = self.next().value.lower()
        name = self.dotted()
        self.expect("is")
        text = None if self.accept("null") else self.string()
        return {"k": "comment", "word": word, "name": name, "text": text}


_SIMPLE = {"update": "update", "delete": "delete", "truncate": "truncate", "create": "create",
           "alter": "alter", "drop": "drop", "grant": "grant", "revoke": "grant",
           "begin": "begin", "start": "begin", "commit": "finish", "rollback": "finish",
           "savepoint": "savepoint", "release": "savepoint", "set": "set", "show": "show",
           "explain": "describe"}  # fmt: skip
_PG_ONLY = {"copy": "copy", "end": "finish", "abort": "finish", "vacuum": "accepted",
            "analyze": "accepted", "reset": "accepted", "checkpoint": "accepted",
            "discard": "accepted", "listen": "accepted", "notify": "accepted",
            "lock": "accepted", "comment": "comment", "reindex": "accepted",
            "refresh": "accepted", "deallocate": "accepted", "cluster": "accepted"}  # fmt: skip
_MY_ONLY = {"use": "use", "describe": "describe", "desc": "describe", "flush": "accepted",
            "lock": "accepted", "unlock": "accepted", "rename": "rename", "optimize": "accepted",
            "analyze": "accepted", "kill": "accepted"}  # fmt: skip


@lru_cache(maxsize=512)
def parse(text: str, dialect: str) -> Node:
    """Read one statement into a tree, which is not to be edited; raises SqlError."""
    reader = Parser(text, dialect)
    if reader.token.kind == "end" or (reader.sign() == ";" and reader.peek().kind == "end"):
        return {"k": "empty", "at": 0}
    return reader.statement()
