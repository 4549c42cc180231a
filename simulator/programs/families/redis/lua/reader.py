"""Reads a Lua script: a block is a list of statements, each a tuple that begins with its kind."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .words import LuaSyntaxError, Token, words_of

Node = tuple[Any, ...]
LEVELS = {"or": (1, 1), "and": (2, 2), "<": (3, 3), ">": (3, 3), "<=": (3, 3), ">=": (3, 3),
          "~=": (3, 3), "==": (3, 3), "..": (5, 4), "+": (6, 6), "-": (6, 6), "*": (7, 7),
          "/": (7, 7), "%": (7, 7), "^": (10, 9)}  # fmt: skip
UNARY = 8
DEEPEST = 100


class Reader:
    """A recursive descent over the words."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    @property
    def kind(self) -> str:
        """Kind of the next word."""
        return self.words[self.at][0]

    def take(self) -> Token:
        """Take the next word."""
        self.at += 1
        return self.words[self.at - 1]

    def fail(self, what: str) -> LuaSyntaxError:
        """Complain of the next word."""
        _, value, line = self.words[self.at]
        shown = f"{value:g}" if isinstance(value, float) else value
        return LuaSyntaxError(f"user_script:{line}: {what} near '{shown}'")

    def accept(self, kind: str) -> bool:
        """Take the next word if it is of a kind."""
        if self.kind != kind:
            return False
        self.at += 1
        return True

    def need(self, kind: str) -> Token:
        """Take the next word, which must be of a kind."""
        if self.kind != kind:
            raise self.fail(f"'{'<name>' if kind == 'name' else kind}' expected")
        return self.take()

    def block(self, *ends: str) -> list[Node]:
        """Read statements up to a word that ends them."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail("chunk has too many syntax levels")
        found: list[Node] = []
        while self.kind not in ends:
            if self.kind == "<eof>":
                raise self.fail(f"'{ends[0]}' expected")
            if self.kind == "return":
                self.take()
                stop = (*ends, ";")
                found.append(("return", [] if self.kind in stop else self.expressions()))
                self.accept(";")
                if self.kind not in ends:
                    raise self.fail(f"'{ends[0]}' expected")
                break
            found.append(self.statement())
            self.accept(";")
        self.depth -= 1
        return found

    def statement(self) -> Node:
        """Read one statement."""
        kind, line = self.kind, self.words[self.at][2]
        reader = getattr(self, f"read_{kind}", None) if kind.isalpha() else None
        if reader is not None and kind != "name":
            self.take()
            return reader(line)  # type: ignore[no-any-return]
        first = self.suffixed()
        if self.kind in ("=", ","):
            targets = [first]
            while self.accept(","):
                targets.append(self.suffixed())
            self.need("=")
            if any(target[0] not in ("name", "index") for target in targets):
                raise self.fail("syntax error")
            return ("assign", targets, self.expressions())
        if first[0] not in ("call", "method"):
            raise self.fail("'=' expected" if first[0] in ("name", "index") else "syntax error")
        return ("do_call", first)

    def read_if(self, line: int) -> Node:
        """if ... then ... elseif ... else ... end."""
        parts, other = [], None
        while True:
            condition = self.expression()
            self.need("then")
            parts.append((condition, self.block("end", "else", "elseif")))
            if self.accept("elseif"):
                continue
            if self.accept("else"):
                other = self.block("end")
            self.need("end")
            return ("if", parts, other)

    def read_while(self, line: int) -> Node:
        """while ... do ... end."""
        condition = self.expression()
        self.need("do")
        return ("while", condition, self._to_end())

    def read_repeat(self, line: int) -> Node:
        """repeat ... until ..."""
        body = self.block("until")
        self.need("until")
        return ("repeat", body, self.expression())

    def read_do(self, line: int) -> Node:
        """do ... end."""
        return ("do", self._to_end())

    def _to_end(self) -> list[Node]:
        body = self.block("end")
        self.need("end")
        return body

    def read_break(self, line: int) -> Node:
        """break."""
        return ("break",)

    def read_for(self, line: int) -> Node:
        """for ... do ... end."""
        names = [self.need("name")[1]]
        if self.accept("="):
            ends = self.expressions()
            if len(ends) not in (2, 3):
                raise self.fail("',' expected")
            self.need("do")
            return ("for", names[0], ends, self._to_end(), line)
        while self.accept(","):
            names.append(self.need("name")[1])
        self.need("in")
        values = self.expressions()
        self.need("do")
        return ("for_in", names, values, self._to_end(), line)

    def read_function(self, line: int) -> Node:
        """function name(...) ... end."""
        target: Node = ("name", self.need("name")[1], line)
        while self.accept("."):
            target = ("index", target, ("value", self.need("name")[1]), line)
        return ("assign", [target], [self.body()])

    def read_local(self, line: int) -> Node:
        """local ..."""
        if self.accept("function"):
            name = self.need("name")[1]
            return ("local_function", name, self.body())
        names = [self.need("name")[1]]
        while self.accept(","):
            names.append(self.need("name")[1])
        return ("local", names, self.expressions() if self.accept("=") else [])

    def body(self) -> Node:
        """Read parameters and the body of a function."""
        self.need("(")
        names: list[str] = []
        more = False
        while self.kind != ")":
            if self.accept("..."):
                more = True
                break
            names.append(self.need("name")[1])
            if not self.accept(","):
                break
        self.need(")")
        return ("function", names, more, self._to_end())

    def expressions(self) -> list[Node]:
        """Read expressions between commas."""
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        return found

    def expression(self, limit: int = 0) -> Node:
        """Read an expression whose operators bind more strongly than a limit."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fail("chunk has too many syntax levels")
        if self.kind in ("not", "-", "#"):
            sign, _, line = self.take()
            left: Node = ("unary", sign, self.expression(UNARY), line)
        else:
            left = self.simple()
        while self.kind in LEVELS and LEVELS[self.kind][0] > limit:
            sign, _, line = self.take()
            left = ("binary", sign, left, self.expression(LEVELS[sign][1]), line)
        self.depth -= 1
        return left

    def simple(self) -> Node:
        """Read a value, a table, a function, or what can be called."""
        if self.kind in ("number", "text"):
            return ("value", self.take()[1])
        if self.kind in ("nil", "true", "false"):
            return ("value", {"nil": None, "true": True, "false": False}[self.take()[0]])
        if self.accept("..."):
            return ("more",)
        if self.kind == "{":
            return self.table()
        if self.accept("function"):
            return self.body()
        return self.suffixed()

    def suffixed(self) -> Node:
        """Read a name or `( ... )` and the calls and indices behind it."""
        if self.accept("("):
            found: Node = ("one", self.expression())
            self.need(")")
        elif self.kind == "name":
            found = ("name", *self.take()[1:])
        else:
            raise self.fail("unexpected symbol")
        while True:
            line = self.words[self.at][2]
            if self.accept("."):
                found = ("index", found, ("value", self.need("name")[1]), line)
            elif self.accept("["):
                found = ("index", found, self.expression(), line)
                self.need("]")
            elif self.accept(":"):
                name = self.need("name")[1]
                found = ("method", found, name, self.arguments(), line)
            elif self.kind in ("(", "text", "{"):
                found = ("call", found, self.arguments(), line)
            else:
                return found

    def arguments(self) -> list[Node]:
        """Read what a call is given."""
        if self.kind == "text":
            return [("value", self.take()[1])]
        if self.kind == "{":
            return [self.table()]
        self.need("(")
        found = [] if self.kind == ")" else self.expressions()
        self.need(")")
        return found

    def table(self) -> Node:
        """Read a table: [(key, value) ...], without a key where it is the next number."""
        self.need("{")
        rows: list[tuple[Node | None, Node]] = []
        while self.kind != "}":
            if self.kind == "name" and self.words[self.at + 1][0] == "=":
                key: Node | None = ("value", self.take()[1])
                self.take()
            elif self.accept("["):
                key = self.expression()
                self.need("]")
                self.need("=")
            else:
                key = None
            rows.append((key, self.expression()))
            if not (self.accept(",") or self.accept(";")):
                break
        self.need("}")
        return ("table", rows)


@lru_cache(maxsize=64)
def read(script: str) -> list[Node]:
    """Read a whole script; LuaSyntaxError in Lua's words."""
    reader = Reader(words_of(script))
    return reader.block("<eof>")
