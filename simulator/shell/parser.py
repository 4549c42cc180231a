"""Parses tokens into a tree of plain lists.

Nodes: ["simple", assignments, words, redirects, line], ["pipe", nodes, negated], ["and", a, b],
["or", a, b], ["seq", nodes], ["bg", node], ["if", [[condition, body]...], otherwise],
["loop", condition, body, until], ["for", name, words or None, body], ["case", word, [[patterns,
body]...]], ["group", body, redirects], ["subshell", body, redirects], ["func", name, body],
["math", expression], ["cfor", [first, condition, step], body]. An assignment is [name, index word
or None, append, word]; the word of a whole array is one part ["array", name, append, words, ...].
"""

from __future__ import annotations

import re
from typing import Any

from .lexer import Lexer, ShellSyntaxError, Token

Node = list[Any]

RESERVED = ("if", "then", "elif", "else", "fi", "while", "until", "do", "done", "for", "in", "case",
            "esac", "{", "}", "!", "function")  # fmt: skip
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_ELEMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
_REDIRECTS = ("&>>", ">", ">>", "<", "<>", ">&", "<&", "&>", ">|", "<<", "<<-", "<<<")


def parse(text: str) -> Node:
    """Parse a whole script; raises ShellSyntaxError."""
    lexer = Lexer(text)
    parser = _Parser(lexer.run(), lexer.lines)
    try:
        return parser.script()
    except ShellSyntaxError as error:
        error.line = parser.line() if parser.at < len(parser.tokens) else text.count("\n") + 1
        raise


class _Parser:
    def __init__(self, tokens: list[Token], lines: list[int]) -> None:
        self.tokens = tokens
        self.lines = lines
        self.at = 0

    def script(self) -> Node:
        """Parse all of it."""
        try:
            node = self.sequence(())
        except IndexError:
            raise ShellSyntaxError("end of file unexpected") from None
        except RecursionError:
            raise ShellSyntaxError("nested too deeply") from None
        if self.at < len(self.tokens):
            raise self.unexpected()
        return node

    def line(self) -> int:
        """Give the line of the next token."""
        return self.lines[min(self.at, len(self.lines) - 1)] if self.lines else 1

    def unexpected(self, wanted: str = "") -> ShellSyntaxError:
        """Make the error for the next token, in dash's words; wanted: what should stand here."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        expecting = f' (expecting "{wanted}")' if wanted else ""
        if token is None:
            return ShellSyntaxError(f"end of file unexpected{expecting}")
        if token[0] == "word" and self.word() not in RESERVED:
            return ShellSyntaxError(f"word unexpected{expecting}", self.word())
        if token == ["op", "\n"]:
            return ShellSyntaxError(f"newline unexpected{expecting}", "newline")
        shown = self.word() or str(token[1])
        return ShellSyntaxError(f'"{shown}" unexpected{expecting}', shown)

    def operator(self) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "op":
            return str(self.tokens[self.at][1])
        return ""

    def word(self) -> str:
        """Give the text of an unquoted word token, for comparing with reserved words."""
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
            parts = self.tokens[self.at][1]
            if len(parts) == 1 and parts[0][0] == "lit" and not parts[0][2]:
                return str(parts[0][1])
        return ""

    def expect(self, word: str) -> None:
        if self.word() != word and self.operator() != word:
            raise self.unexpected(word)
        self.at += 1

    def newlines(self) -> None:
        while self.operator() == "\n":
            self.at += 1

    def sequence(self, ends: tuple[str, ...]) -> Node:
        nodes: list[Node] = []
        while True:
            while self.operator() in ("\n", ";"):
                self.at += 1
            if self.at >= len(self.tokens) or self.word() in ends or self.operator() in (")", ";;"):
                break
            if self.word() in RESERVED and self.word() not in (
                "if", "while", "until", "for", "case", "{", "!", "function",
            ):  # fmt: skip
                break
            node = self.and_or()
            if self.operator() == "&":
                self.at += 1
                node = ["bg", node]
            nodes.append(node)
            if node[0] != "bg" and self.operator() not in ("\n", ";"):
                break
        return ["seq", nodes]

    def and_or(self) -> Node:
        node = self.pipeline()
        while self.operator() in ("&&", "||"):
            kind = "and" if self.operator() == "&&" else "or"
            self.at += 1
            self.newlines()
            node = [kind, node, self.pipeline()]
        return node

    def pipeline(self) -> Node:
        negated = False
        while self.word() == "!":
            negated = not negated
            self.at += 1
        nodes = [self.command()]
        while self.operator() in ("|", "|&"):
            if self.operator() == "|&":
                nodes[-1] = ["group", nodes[-1], [["2", ">&", [["lit", "1", False]]]]]
            self.at += 1
            self.newlines()
            nodes.append(self.command())
        if len(nodes) == 1 and not negated:
            return nodes[0]
        return ["pipe", nodes, negated]

    def command(self) -> Node:
        """Parse a command; what follows a compound one redirects all of it."""
        node = self._compound()
        if node is None:
            return self._simple()
        redirects = self._redirects() if node[0] not in ("group", "subshell", "func") else []
        return ["group", node, redirects] if redirects else node

    def _compound(self) -> Node | None:
        word = self.word()
        if word == "if":
            return self._if()
        if word in ("while", "until"):
            self.at += 1
            condition = self.sequence(("do",))
            return ["loop", condition, self._do(), word == "until"]
        if word == "for":
            return self._for()
        if word == "case":
            return self._case()
        if word == "{":
            self.at += 1
            body = self.sequence(("}",))
            self.expect("}")
            return ["group", body, self._redirects()]
        if word == "function":
            self.at += 1
            name = self.word()
            self.at += 1
            if self.operator() == "(":
                return self._function([["lit", name, False]])
            self.newlines()
            return ["func", name, self.command()]
        if self.operator() == "(":
            self.at += 1
            body = self.sequence(())
            self.expect(")")
            return ["subshell", body, self._redirects()]
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "math":
            self.at += 1
            return ["math", self.tokens[self.at - 1][1]]
        return None

    def _do(self) -> Node:
        self.expect("do")
        body = self.sequence(("done",))
        self.expect("done")
        return body

    def _if(self) -> Node:
        branches: list[Node] = []
        otherwise: Node | None = None
        while self.word() in ("if", "elif"):
            self.at += 1
            condition = self.sequence(("then",))
            self.expect("then")
            branches.append([condition, self.sequence(("elif", "else", "fi"))])
        if self.word() == "else":
            self.at += 1
            otherwise = self.sequence(("fi",))
        self.expect("fi")
        return ["if", branches, otherwise]

    def _for(self) -> Node:
        self.at += 1
        if self.tokens[self.at][0] == "math":
            return self._counting_for()
        name = self.word()
        self.at += 1
        self.newlines()
        words: list[Any] | None = None
        if self.word() == "in":
            self.at += 1
            words = []
            while self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
                words.append(self.tokens[self.at][1])
                self.at += 1
        while self.operator() in (";", "\n"):
            self.at += 1
        return ["for", name, words, self._do()]

    def _counting_for(self) -> Node:
        """Parse bash's `for ((i = 0; i < 3; i++))`."""
        parts = str(self.tokens[self.at][1]).split(";")
        if len(parts) != 3:
            raise ShellSyntaxError("arithmetic expression required")
        self.at += 1
        while self.operator() in (";", "\n"):
            self.at += 1
        return ["cfor", parts, self._do()]

    def _case(self) -> Node:
        self.at += 1
        subject = self.tokens[self.at][1]
        self.at += 1
        self.newlines()
        self.expect("in")
        branches: list[Node] = []
        self.newlines()
        while self.word() != "esac":
            if self.operator() == "(":
                self.at += 1
            patterns = []
            while self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
                patterns.append(self.tokens[self.at][1])
                self.at += 1
                if self.operator() == "|":
                    self.at += 1
            self.expect(")")
            branches.append([patterns, self.sequence(("esac",))])
            while self.operator() in (";;", "\n"):
                self.at += 1
            if self.at >= len(self.tokens):
                raise ShellSyntaxError('end of file unexpected (expecting ";;")')
        self.at += 1
        return ["case", subject, branches]

    def _simple(self) -> Node:
        assignments: list[Any] = []
        words: list[Any] = []
        redirects: list[Any] = []
        line = self.line()
        while self.at < len(self.tokens):
            kind, value = self.tokens[self.at]
            if kind == "fd" or (kind == "op" and value in _REDIRECTS):
                redirects += self._redirects()
            elif kind != "word":
                if kind == "op" and value == "(" and len(words) == 1 and not assignments:
                    return self._function(words[0])
                break
            else:
                found = None if words else assignment(value)
                if found is not None:
                    assignments.append(found)
                else:
                    words.append(value)
                self.at += 1
        if not (words or assignments or redirects):
            raise self.unexpected()
        return ["simple", assignments, words, redirects, line]

    def _function(self, name: list[Any]) -> Node:
        self.at += 1
        self.expect(")")
        self.newlines()
        return ["func", name[0][1], self.command()]

    def _redirects(self) -> list[Any]:
        found: list[Any] = []
        while self.at < len(self.tokens):
            kind, value = self.tokens[self.at]
            number = ""
            if kind == "fd":
                number = value
                self.at += 1
                value = self.tokens[self.at][1]
            elif kind != "op" or value not in _REDIRECTS:
                break
            self.at += 1
            if self.at >= len(self.tokens):  # bash takes the end for that of the line
                raise ShellSyntaxError("end of file unexpected", "newline")
            if self.tokens[self.at][0] not in ("word", "fd"):
                raise self.unexpected()
            target = self.tokens[self.at]
            self.at += 1
            word = [["lit", target[1], False]] if target[0] == "fd" else target[1]
            found.append([number, value, word])
        return found


def assignment(word: list[Any]) -> list[Any] | None:
    """Read a word as an assignment [name, index word or None, append, word]; None when it is none.

    `name=x`, `name+=x`, `name[index]=x` and `name=(words)` are.
    """
    first: list[Any] = word[0] if word else ["", "", True]
    if first[0] == "array":
        return [first[1], None, first[2], [first]]
    if first[0] != "lit" or first[2]:
        return None
    match = _ASSIGNMENT.match(first[1])
    if match:
        return [match[1], None, bool(match[2]), _after(word, 0, match.end())]
    element = _ELEMENT.match(first[1])
    for at, part in enumerate(word) if element else ():
        end = re.search(r"\](\+?)=", part[1]) if part[0] == "lit" and not part[2] else None
        if element and end:
            index = [list(one) for one in word[: at + 1]]
            index[at][1] = index[at][1][: end.start()]
            index[0][1] = index[0][1][element.end() :]
            return [element[1], index, bool(end[1]), _after(word, at, end.end())]
    return None


def _after(word: list[Any], at: int, cut: int) -> list[Any]:
    return [["lit", word[at][1][cut:], False], *word[at + 1 :]]
