"""Templates of text/template: the text cut into pieces and read into nodes.

Nodes are tuples, each with its offset into the text last:

    ("text", words) ("action", pipe) ("break",) ("continue",)
    ("if" | "with" | "range", pipe, body, other body) ("template", name, pipe or None)

A pipe is ("pipe", variables, is an assignment, commands, written); a command is
("command", operands, written). Operands: ("dot",) ("nil",) ("bool", value) ("number", value)
("string", value, written) ("field", names) ("variable", name, names) ("word", name)
("chain", operand, names) and pipes. Source: the documentation and messages of text/template/parse.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ..tokens import SourceError, Token, unquoted

Node = tuple[Any, ...]
KEYWORDS = frozenset(
    ["if", "else", "end", "range", "with", "template", "define", "block", "break", "continue"]
)
TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<raw>`[^`]*`)
    |(?P<char>'(?:\\.|[^'\\\n])+')|(?P<number>[+-]?(?:0[xXoObB][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9]*)?
    (?:[eE][+-]?[0-9]+)?|\.[0-9]+))|(?P<field>\.[^\W\d]\w*)|(?P<variable>\$\w*)
    |(?P<word>[^\W\d]\w*)|(?P<declare>:=)|(?P<assign>=)|(?P<pipe>\|)|(?P<open>\()|(?P<close>\))
    |(?P<comma>,)|(?P<dot>\.)""",
    re.X,
)
DEEPEST = 100


class TemplateError(Exception):
    """What the parser has against a text: the line, and words."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line, self.words = line, words


@lru_cache(maxsize=256)
def parsed(text: str, left: str, right: str, known: tuple[str, ...]) -> dict[str, tuple[Any, ...]]:
    """Read a text: the nodes of what it defines, by name; "" are its own.

    known: names of functions. Raises TemplateError.
    """
    return Parser(text, left, right, known).read()


class Parser:
    """Reads one text."""

    def __init__(self, text: str, left: str, right: str, known: tuple[str, ...]) -> None:
        self.text, self.left, self.right = text, left or "{{", right or "}}"
        self.known = frozenset(known)
        self.defined: dict[str, tuple[Any, ...]] = {}
        self.at = 0
        self.tokens: list[tuple[str, str, int]] = []
        self.variables = ["$"]
        self.depth = 0
        self.loops = 0
        self.trim = False

    def wrong(self, words: str, at: int | None = None) -> TemplateError:
        """Make an error at a place of the text."""
        place = self.at if at is None else at
        return TemplateError(1 + self.text.count("\n", 0, place), words)

    def read(self) -> dict[str, tuple[Any, ...]]:
        """Read all."""
        body, how = self.body(top=True)
        if how:
            raise self.wrong("unexpected {{" + how + "}}")
        self.defined[""] = body
        return self.defined

    # Pieces

    def body(self, top: bool = False) -> tuple[tuple[Any, ...], str]:
        """Read nodes up to {{end}} or {{else}}: (them, "end", "else" or "" at the end)."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("max expression depth exceeded")
        nodes: list[Node] = []
        while True:
            begin = self.text.find(self.left, self.at)
            words = self.text[self.at :] if begin < 0 else self.text[self.at : begin]
            if self.trim:
                words = words.lstrip(" \t\r\n")
            start = begin + len(self.left)
            trims = begin >= 0 and self.text[start : start + 1] == "-" and (
                self.text[start + 1 : start + 2] in (" ", "\t", "\r", "\n"))  # fmt: skip
            if trims:
                words = words.rstrip(" \t\r\n")
            if words:
                nodes.append(("text", words, self.at))
            if begin < 0:
                self.at = len(self.text)
                self.depth -= 1
                return tuple(nodes), ""
            self.at = start + (2 if trims else 0)
            if self._comment():
                continue
            self._action(begin)
            how = self._node(nodes, top)
            if how:
                self.depth -= 1
                return tuple(nodes), how

    def _comment(self) -> bool:
        if not self.text.startswith("/*", self.at):
            return False
        end = self.text.find("*/", self.at)
        if end < 0:
            raise self.wrong("unclosed comment")
        self.at = end + 2
        self._close()
        return True

    def _close(self) -> None:
        rest = self.text[self.at :]
        self.trim = bool(re.match(r"[ \t\r\n]-", rest)) and rest[2:].startswith(self.right)
        self.at += 2 if self.trim else 0
        if not self.text.startswith(self.right, self.at):
            raise self.wrong("comment ends before closing delimiter")
        self.at += len(self.right)

    def _action(self, begin: int) -> None:
        """Cut an action into its tokens."""
        self.tokens, depth = [], 0
        while True:
            rest = self.text[self.at :]
            trims = re.match(r"[ \t\r\n]-", rest) and rest[2:].startswith(self.right)
            if trims or rest.startswith(self.right):
                if depth:
                    raise self.wrong("unclosed left paren")
                self.trim = bool(trims)
                self.at += len(self.right) + (2 if trims else 0)
                self.tokens.append(("end", self.right, self.at))
                return
            match = TOKEN.match(self.text, self.at)
            if match is None:
                raise self._bad(rest, begin)
            kind, words = str(match.lastgroup), match[0]
            if kind == "close" and depth == 0:
                raise self.wrong("unexpected right paren")
            depth += (kind == "open") - (kind == "close")
            self.tokens.append((kind, words, self.at))
            self.at = match.end()

    def _bad(self, rest: str, begin: int) -> TemplateError:
        sign = rest[:1]
        if not sign:
            return self.wrong("unclosed action", begin)
        if sign == '"':
            return self.wrong("unterminated quoted string")
        if sign == "`":
            return self.wrong("unterminated raw quoted string")
        if sign == ":":
            return self.wrong("expected :=")
        return self.wrong(f"unexpected bad character U+{ord(sign):04X} '{sign}' in command")

    # Tokens

    def peek(self) -> tuple[str, str, int]:
        """Give the next token that is no space."""
        while self.tokens[0][0] == "space":
            self.tokens.pop(0)
        return self.tokens[0]

    def take(self) -> tuple[str, str, int]:
        """Take the next token that is no space."""
        found = self.peek()
        if found[0] != "end":
            self.tokens.pop(0)
        return found

    def unexpected(self, token: tuple[str, str, int], where: str) -> TemplateError:
        """Complain of a token."""
        shown = f"<{token[1]}>" if token[1] in KEYWORDS else f'"{token[1]}"'
        return self.wrong(f"unexpected {shown} in {where}", token[2] - (token[0] == "end"))

    # Nodes

    def _node(self, nodes: list[Node], top: bool) -> str:
        kind, word, at = self.peek()
        if kind == "end":
            raise self.wrong("missing value for command", at - 1)
        if kind != "word" or word not in KEYWORDS:
            nodes.append(("action", self.pipe("command"), at))
            return ""
        self.take()
        if word == "end":
            self._done("end")
            return "end"
        if word == "else":
            if self.peek()[1] in ("if", "with"):
                return "else " + self.peek()[1]
            self._done("else")
            return "else"
        if word in ("break", "continue"):
            if not self.loops:
                raise self.wrong(f"{{{{{word}}}}} outside {{{{range}}}}")
            self._done(word)
            nodes.append((word, at))
        elif word == "define":
            if not top:
                raise self.wrong("unexpected {{define}}")
            self._define()
        elif word in ("template", "block"):
            nodes.append(self._template(word))
        else:
            nodes.append(self._control(word, at))
        return ""

    def _done(self, where: str) -> None:
        token = self.take()
        if token[0] != "end":
            raise self.unexpected(token, where)

    def _name(self, where: str) -> str:
        kind, word, _ = token = self.take()
        if kind not in ("string", "raw"):
            raise self.unexpected(token, where)
        return string(word)

    def _define(self) -> None:
        name = self._name("define clause")
        self._done("define clause")
        outer, self.variables = self.variables, ["$"]
        body, how = self.body()
        self.variables = outer
        if how != "end":
            raise self.wrong("unexpected EOF" if not how else "unexpected {{" + how + "}}")
        self._add(name, body)

    def _add(self, name: str, body: tuple[Any, ...]) -> None:
        if name in self.defined and _solid(self.defined[name]) and _solid(body):
            raise self.wrong(f'multiple definition of template "{name}"')
        self.defined[name] = body

    def _template(self, word: str) -> Node:
        at = self.peek()[2]
        name = self._name(f"{word} clause")
        pipe = None
        if self.peek()[0] != "end":
            pipe = self.pipe(f"{word} clause")
        else:
            self.take()
        if word == "block":
            if pipe is None:
                raise self.wrong("missing value for block clause")
            outer, self.variables = self.variables, ["$"]
            body, how = self.body()
            self.variables = outer
            if how != "end":
                raise self.wrong("unexpected EOF" if not how else "unexpected {{" + how + "}}")
            self._add(name, body)
        return ("template", name, pipe, at)

    def _control(self, word: str, at: int) -> Node:
        height = len(self.variables)
        pipe = self.pipe(word)
        self.loops += word == "range"
        body, how = self.body()
        self.loops -= word == "range"
        other: tuple[Any, ...] = ()
        if how.startswith("else "):
            _, inner, place = self.take()
            other = (self._control(inner, place),)
            how = "end"
        elif how == "else":
            other, how = self.body()
        if how != "end":
            raise self.wrong("unexpected EOF" if not how else "expected end; found {{else}}")
        del self.variables[height:]
        return (word, pipe, body, other, at)

    # Pipes

    def pipe(self, where: str, end: str = "end") -> Node:
        """Read a pipeline up to its end."""
        start = self.peek()[2]
        names, assigns = self._variables(where)
        commands: list[Node] = []
        while True:
            kind = self.peek()[0]
            if kind == end:
                self.take()
                break
            if kind in ("end", "close"):
                raise self.unexpected(self.peek(), where)
            commands.append(self._command(where))
            if self.peek()[0] == "pipe":
                self.take()
                if self.peek()[0] == end:
                    raise self.wrong(f"missing value for {where}")
        if not commands:
            raise self.wrong(f"missing value for {where}", start)
        self._check(commands)
        if not assigns:
            self.variables += names
        written = (", ".join(names) + (" = " if assigns else " := ") if names else "") + " | ".join(
            one[2] for one in commands)  # fmt: skip
        return ("pipe", tuple(names), assigns, tuple(commands), written, start)

    def _check(self, commands: list[Node]) -> None:
        for at, one in enumerate(commands[1:], 2):
            first = one[1][0]
            if first[0] in ("bool", "dot", "nil", "number", "string"):
                raise self.wrong(f"non executable command in pipeline stage {at}")

    def _variables(self, where: str) -> tuple[list[str], bool]:
        tokens = [one for one in self.tokens if one[0] != "space"]
        kinds = [one[0] for one in tokens[:4]]
        count = 0
        if kinds[:2] in (["variable", "declare"], ["variable", "assign"]):
            count = 1
        elif where == "range" and kinds[:4] in (
            ["variable", "comma", "variable", "declare"],
            ["variable", "comma", "variable", "assign"],
        ):
            count = 3
        if not count:
            return [], False
        names = [tokens[at][1] for at in range(0, count, 2)]
        assigns = tokens[count][0] == "assign"
        for _ in range(count + 1):
            self.take()
        if assigns:
            for one in names:
                if one not in self.variables:
                    raise self.wrong(f'undefined variable "{one}"')
        return names, assigns

    def _command(self, where: str) -> Node:
        operands: list[Node] = []
        at = self.peek()[2]
        while True:
            kind = self.peek()[0]
            if kind in ("pipe", "close", "end"):
                break
            operands.append(self._operand(where))
            after = self.tokens[0][0]
            if after not in ("space", "pipe", "close", "end"):
                raise self.unexpected(self.tokens[0], "operand")
        if not operands:
            raise self.wrong("empty command")
        return ("command", tuple(operands), " ".join(shown(one) for one in operands), at)

    def _operand(self, where: str) -> Node:
        node = self._term(where)
        names: list[str] = []
        at = self.tokens[0][2]  # a chain's place is that of its second part
        while self.tokens[0][0] == "field":
            names.append(self.tokens.pop(0)[1][1:])
        if not names:
            return node
        kind = node[0]
        if kind == "field":
            return ("field", node[1] + tuple(names), at)
        if kind == "variable":
            return ("variable", node[1], node[2] + tuple(names), at)
        if kind in ("bool", "string", "number", "nil", "dot"):
            raise self.wrong(f'unexpected . after term "{shown(node)}"')
        return ("chain", node, tuple(names), at)

    def _term(self, where: str) -> Node:
        kind, word, at = token = self.take()
        if kind == "word":
            if word in ("true", "false"):
                return ("bool", word == "true", at)
            if word == "nil":
                return ("nil", at)
            if word in KEYWORDS:
                raise self.unexpected(token, "operand")
            if word not in self.known:
                raise self.wrong(f'function "{word}" not defined', at)
            return ("word", word, at)
        if kind == "dot":
            return ("dot", at)
        if kind == "field":
            return ("field", (word[1:],), at)
        if kind == "variable":
            if word not in self.variables:
                raise self.wrong(f'undefined variable "{word}"', at)
            return ("variable", word, (), at)
        if kind == "number":
            return ("number", number(word), at)
        if kind == "char":
            return (
                "number",
                ord(string('"' + word[1:-1].replace('"', '\\"') + '"')[:1] or " "),
                at,
            )
        if kind in ("string", "raw"):
            return ("string", string(word), word, at)
        if kind == "open":
            return self.pipe("parenthesized pipeline", "close")
        raise self.unexpected(token, where if where == "command" else "operand")


def _solid(body: tuple[Any, ...]) -> bool:
    """Tell whether nodes are more than blanks."""
    return any(one[0] != "text" or one[1].strip() for one in body)


def string(word: str) -> str:
    """Read a quoted string."""
    if word[0] == "`":
        return word[1:-1].replace("\r", "")
    try:
        return unquoted(Token("string", word, 1, 1))
    except SourceError:
        return word[1:-1]


def number(word: str) -> int | float:
    """Read a number."""
    plain = word.replace("_", "")
    try:
        return int(plain, 0)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return int(plain, 8) if plain.lstrip("+-0").isdigit() else 0


def shown(node: Node) -> str:
    """Write an operand as it is shown in messages."""
    kind = node[0]
    if kind == "field":
        return "." + ".".join(node[1])
    if kind == "variable":
        return ".".join([node[1], *node[2]])
    if kind == "chain":
        inner = f"({node[1][4]})" if node[1][0] == "pipe" else shown(node[1])
        return inner + "".join(f".{one}" for one in node[2])
    if kind == "pipe":
        return f"({node[4]})"
    if kind == "string":
        return str(node[2])
    if kind == "bool":
        return "true" if node[1] else "false"
    return {"dot": ".", "nil": "nil"}.get(kind, str(node[1]))
