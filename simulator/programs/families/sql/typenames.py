"""Names of types as they are written: `character varying(20)`, `INT UNSIGNED`, `text[]`."""

from __future__ import annotations

from .reader import Node, Reader

_PG_WORDS = {
    "int": "int4", "integer": "int4", "bigint": "int8", "smallint": "int2", "decimal": "numeric",
    "dec": "numeric", "real": "float4", "boolean": "bool", "char": "bpchar", "character": "bpchar",
    "string": "string",
}  # fmt: skip
_MY_WORDS = {"integer": "int", "dec": "decimal", "numeric": "decimal", "fixed": "decimal",
             "character": "char", "bool": "tinyint", "boolean": "tinyint", "real": "double",
             "nchar": "char", "nvarchar": "varchar"}  # fmt: skip


class TypeNames(Reader):
    """Reads a type: {"name", "args" (numbers or texts), "array" (0 or 1), "unsigned", "at"}."""

    def type_name(self) -> Node:
        """Read the name of a type."""
        token = self.token
        if token.kind not in ("word", "quoted"):
            raise self.wrong()
        found = self._pg_type() if self.is_pg else self._my_type()
        found.update(at=token.at, end=self.last_end)
        return found

    def _pg_type(self) -> Node:
        self.accept("setof")
        word = self.folded(self.next())
        if self.accept_sign("."):
            word = self.folded(self.next())
        args: list[int | str] = []
        if word == "double":
            self.expect("precision")
            word = "float8"
        elif word in ("character", "char") and self.accept("varying"):
            word = "varchar"
        elif word == "national":
            self.next()
            word = "bpchar"
        name = _PG_WORDS.get(word, word)
        if self.sign() == "(":
            args = self._args()
        if name == "float":
            name = "float4" if args and int(args[0]) <= 24 else "float8"
            args = []
        if name in ("time", "timestamp"):
            if self.accept("with", "time", "zone"):
                name += "tz"
            else:
                self.accept("without", "time", "zone")
        if name == "interval":
            while self.accept_any("year", "month", "day", "hour", "minute", "second", "to"):
                pass
        if name == "bpchar" and not args:
            args = [1]
        return {"name": name, "args": args, "array": self._brackets()}

    def _brackets(self) -> int:
        count = 0
        while True:
            if self.sign() == "[":
                self.next()
                if self.token.kind == "number":
                    self.next()
                self.expect_sign("]")
                count = 1
            elif self.word() == "array" and not count:
                self.next()
                count = 1
            else:
                return count

    def _args(self) -> list[int | str]:
        self.expect_sign("(")
        found: list[int | str] = []
        while True:
            if self.token.kind == "string":
                found.append(self.next().value)
            else:
                negative = self.accept_sign("-")
                found.append(-self.integer() if negative else self.integer())
            if not self.accept_sign(","):
                break
        self.expect_sign(")")
        return found

    def _my_type(self) -> Node:
        token = self.next()
        word = token.value.lower()
        name = _MY_WORDS.get(word, word)
        args: list[int | str] = []
        unsigned = False
        if word == "double":
            self.accept("precision")
        elif name == "char" and self.accept("varying"):
            name = "varchar"
        elif word in ("signed", "unsigned"):
            self.accept_any("integer", "int")
            name, unsigned = "bigint", word == "unsigned"
        elif word == "long":
            name = "mediumtext"
        if self.sign() == "(":
            args = self._args()
        if word in ("bool", "boolean"):
            args = [1]
        while (more := self.accept_any("unsigned", "signed", "zerofill", "binary")) != "":
            unsigned = unsigned or more in ("unsigned", "zerofill")
        if self.accept("character", "set") or self.accept("charset"):
            self.next()
        if self.accept("collate"):
            self.next()
        return {"name": name, "args": args, "array": 0, "unsigned": unsigned}
