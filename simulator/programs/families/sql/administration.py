"""CREATE, ALTER and DROP of databases, roles and the rest; GRANT."""

from __future__ import annotations

from .definitions import Definitions
from .reader import Node

DROPPED = ("table", "view", "index", "schema", "database", "user", "role", "sequence", "type",
           "extension", "function", "procedure", "trigger", "materialized")  # fmt: skip


class Administration(Definitions):
    """Reads them."""

    # CREATE, ALTER, DROP

    def create(self) -> Node:
        """Read CREATE."""
        self.next()
        replace = self.accept("or", "replace")
        unique = self.accept("unique")
        if self.word() == "index":
            self.next()
            return self.create_index(unique)
        temporary = bool(self.accept_any("temporary", "temp", "unlogged"))
        if self.accept("table"):
            return self.create_table(temporary)
        if not self.is_pg:
            while self.word() in ("algorithm", "definer", "sql"):
                self.next()
                while self.word() not in ("view", "sql") and self.token.kind != "end":
                    self.next()
                self.accept("sql", "security")
                self.accept_any("definer", "invoker")
        if self.accept("view"):
            return self.create_view(replace)
        word = self.accept_any("database", "schema", "user", "role", "sequence", "extension",
                               "type")  # fmt: skip
        if word in ("user", "role"):
            return self._create_role(word)
        if word in ("database", "schema"):
            return self._create_database(word)
        if word == "extension" and self.is_pg:
            if_not = self.accept("if", "not", "exists")
            found = {"k": "create extension", "if_not": if_not, "name": self.name()}
            while self.token.kind in ("word", "quoted", "string"):
                self.next()
            return found
        if word == "sequence" and self.is_pg:
            return self._create_sequence(temporary)
        if word == "type" and self.is_pg:
            return self._create_type()
        if self.word() in ("function", "procedure", "trigger", "materialized", "event", "policy"):
            return self._refused(f"CREATE {self.word().upper()}")
        raise self.wrong()

    def _refused(self, what: str) -> Node:
        """Read to the end what the modelled server does not do."""
        at = self.token.at
        while self.token.kind != "end":
            self.next()
        return {"k": "refused", "what": what, "at": at}

    def _create_type(self) -> Node:
        found = {"k": "create type", "name": self.dotted(), "labels": []}
        self.expect("as")
        if not self.accept("enum"):
            return self._refused("CREATE TYPE")
        self.expect_sign("(")
        while self.token.kind == "string":
            found["labels"].append(self.string())  # type: ignore[attr-defined]
            if not self.accept_sign(","):
                break
        self.expect_sign(")")
        return found

    def _create_sequence(self, temporary: bool) -> Node:
        found: Node = {"k": "create sequence", "if_not": self.accept("if", "not", "exists"),
                       "name": self.dotted(), "start": 1, "step": 1}  # fmt: skip
        while word := self.accept_any("start", "increment", "minvalue", "maxvalue", "cache", "no",
                                      "cycle", "as", "owned"):  # fmt: skip
            if word == "no":
                self.next()
            elif word == "as":
                found["type"] = self.type_name()["name"]
            elif word == "owned":
                self.expect("by")
                self.dotted()
            elif word != "cycle":
                self.accept_any("with", "by")
                sign = -1 if self.accept_sign("-") else 1
                value = sign * self.integer()
                found[{"start": "start", "increment": "step"}.get(word, word)] = value
        return found

    def _create_database(self, word: str) -> Node:
        found: Node = {"k": f"create {word}", "if_not": self.accept("if", "not", "exists"),
                       "at": self.token.at, "owner": None}  # fmt: skip
        if word == "schema" and self.is_pg and self.accept("authorization"):
            found["name"] = found["owner"] = self.name()
            return found
        found["name"] = self.name()
        if not self.is_pg:
            found["k"] = "create database"
        self.accept("with")
        while self.token.kind not in ("end", "op"):
            option = self.next().value.lower()
            if option == "default":
                continue
            if option in ("owner", "authorization"):
                self.accept_sign("=")
                found["owner"] = self.name()
            elif self.accept_sign("=") or self.token.kind in ("string", "word", "quoted"):
                self.next()
        return found

    def _create_role(self, word: str) -> Node:
        found: Node = {"k": "create role", "word": word, "login": word == "user",
                       "if_not": self.accept("if", "not", "exists")}  # fmt: skip
        if not self.is_pg:
            found["users"] = self._my_users()
            return found
        found["name"] = self.name()
        self._role_options(found)
        return found

    def _role_options(self, found: Node) -> None:
        self.accept("with")
        flags = {"superuser", "createdb", "createrole", "login", "replication", "inherit",
                 "bypassrls"}  # fmt: skip
        while self.token.kind == "word":
            word = self.next().value.lower()
            bare = word.removeprefix("no")
            if word == "encrypted":
                continue
            if word == "password":
                found["password"] = "" if self.accept("null") else self.string()
            elif bare in flags:
                found[bare] = not word.startswith("no")
            elif word == "in":
                self.accept_any("role", "group")
                found["in"] = [self.name()]
            elif word in ("connection", "valid"):
                self.next()
                self.accept_sign("-")
                self.next()
            else:
                self.i -= 1
                raise self.wrong()

    def _my_users(self) -> list[Node]:
        """Read accounts: [{"user", "host", "password"}]."""
        found = []
        while True:
            one = self._account()
            if self.accept("identified"):
                if self.accept("with"):
                    self.next()
                if self.accept("by"):
                    one["password"] = self.string()
                elif self.accept("as"):
                    self.string()
            found.append(one)
            if not self.accept_sign(","):
                return found

    def _account(self) -> Node:
        token = self.token
        if token.kind not in ("string", "quoted", "word"):
            raise self.wrong()
        self.next()
        found: Node = {"user": token.value, "host": "%", "password": None}
        if self.token.kind == "variable":
            value = self.next().value[1:]
            found["host"] = value or self.next().value
        return found

    def alter(self) -> Node:
        """Read ALTER."""
        self.next()
        if self.accept("table"):
            return self.alter_table()
        if self.accept_any("user", "role"):
            if not self.is_pg:
                if_exists = self.accept("if", "exists")
                return {"k": "alter user", "users": self._my_users(), "if_exists": if_exists}
            found: Node = {"k": "alter role", "name": self.name()}
            if self.accept("in", "database"):
                self.name()
            if self.word() in ("set", "reset"):
                return {**found, "setting": self._setting()}
            if self.word() == "rename":
                return self._refused("ALTER ROLE ... RENAME")
            self._role_options(found)
            return found
        word = self.accept_any("database", "schema", "sequence", "index", "view", "type",
                               "default", "system")  # fmt: skip
        if word == "database" and self.is_pg:
            name = self.name()
            if self.accept("owner", "to"):
                return {"k": "alter database", "name": name, "owner": self.name()}
            if self.accept("rename", "to"):
                return {"k": "alter database", "name": name, "rename": self.name()}
            if self.word() in ("set", "reset"):
                return {"k": "alter database", "name": name, "setting": self._setting()}
        if word in ("schema", "sequence", "index", "view") and self.is_pg:
            return self._alter_other(word)
        if word == "type" and self.is_pg:
            return self._alter_type()
        if word:
            return self._refused(f"ALTER {word.upper()}")
        raise self.wrong()

    def _alter_type(self) -> Node:
        found: Node = {"k": "alter type", "name": self.dotted(), "after": None, "before": None}
        if self.accept("owner", "to"):
            self.name()
        elif self.accept("add", "value"):
            found["if_not"] = self.accept("if", "not", "exists")
            found["add"] = self.string()
            way = self.accept_any("after", "before")
            if way:
                found[way] = self.string()
        elif self.accept("rename", "value"):
            found["old"] = self.string()
            self.expect("to")
            found["new"] = self.string()
        else:
            return self._refused("ALTER TYPE")
        return found

    def _setting(self) -> Node:
        """Read SET name TO value, or RESET name: {name: value}."""
        if self.accept("reset"):
            return {self.name(): None}
        item = self.set()["items"][0]  # type: ignore[attr-defined]
        return {str(item["name"]).lower(): ", ".join(item["value"])}

    def _alter_other(self, word: str) -> Node:
        found: Node = {"k": "alter other", "word": word, "name": self.dotted()}
        if self.accept("owner", "to"):
            self.name()
        elif self.accept("owned", "by"):
            found["owned"] = self.dotted()["parts"]
        elif self.accept("restart"):
            self.accept("with")
            found["restart"] = self.integer() if self.token.kind == "number" else None
        elif self.accept("rename", "to"):
            found["rename"] = self.name()
        else:
            return self._refused(f"ALTER {word.upper()}")
        return found

    def drop(self) -> Node:
        """Read DROP."""
        self.next()
        if not self.is_pg:
            self.accept("temporary")
        word = self.accept_any(*DROPPED)
        if not word:
            raise self.wrong()
        found: Node = {"k": f"drop {'role' if word == 'user' else word}", "word": word,
                       "if_exists": self.accept("if", "exists"), "names": [],
                       "cascade": False}  # fmt: skip
        if not self.is_pg and word in ("user", "role"):
            found["names"] = self._my_users()
            return found
        if word in ("function", "procedure", "trigger", "materialized"):
            return self._refused(f"DROP {word.upper()}")
        found["names"].append(self.dotted())
        while self.accept_sign(","):
            found["names"].append(self.dotted())
        if word == "index" and not self.is_pg:
            self.expect("on")
            found["table"] = self.dotted()
        if word == "database" and self.accept("with"):
            self.expect_sign("(")
            self.expect("force")
            self.expect_sign(")")
        found["cascade"] = self.accept_any("cascade", "restrict") == "cascade"
        return found

    # Privileges

    def grant(self) -> Node:
        """Read GRANT and REVOKE: {"privileges", "on" (words), "to" (names)}."""
        token = self.next()
        kind = token.value.lower()
        found: Node = {"k": kind, "privileges": [], "on": None, "kind": "table", "to": []}
        if kind == "revoke":
            self.accept("grant", "option", "for")
        self._privileges(found)
        if self.accept("on"):
            self._grant_place(found)
        self.expect("from" if kind == "revoke" else "to")
        if self.is_pg:
            self.accept_any("group", "role")
            found["to"].append({"user": self._role_name()})
            while self.accept_sign(","):
                found["to"].append({"user": self._role_name()})
        else:
            found["to"] = self._my_users()
        self.accept("with", "grant", "option")
        self.accept("with", "admin", "option")
        self.accept_any("cascade", "restrict")
        return found

    def _role_name(self) -> str:
        if self.word() in ("current_user", "session_user", "public"):
            return self.next().value.lower()
        return self.name()

    def _privileges(self, found: Node) -> None:
        while True:
            words = []
            while self.token.kind in ("word", "quoted", "string") and self.word() not in (
                "on", "to", "from"
            ):  # fmt: skip
                words.append(self.next().value.lower())
            if not words:
                raise self.wrong()
            if self.sign() == "(":
                self.names_in_brackets()
            found["privileges"].append(" ".join(words))
            if not self.accept_sign(","):
                return

    def _grant_place(self, found: Node) -> None:
        if self.is_pg:
            word = self.accept_any("table", "database", "schema", "sequence", "function", "all")
            if word == "all":
                word = f"all {self.next().value.lower()}"
                self.expect("in", "schema")
            found["kind"] = word or "table"
            found["on"] = [self.dotted()]
            while self.accept_sign(","):
                found["on"].append(self.dotted())
            return
        self.accept("table")
        parts = []
        while True:
            parts.append("*" if self.accept_sign("*") else self.name())
            if not self.accept_sign("."):
                break
        found["on"] = parts
