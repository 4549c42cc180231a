"""Splits a script into tokens; words keep their quoting as a list of parts.

A token is ["op", text] or ["word", parts]; a part is ["lit", text, quoted],
["var", name, operator, word, quoted], ["cmd", script, quoted] or ["math", expression, quoted].
"""

from __future__ import annotations

import re
from typing import Any

Part = list[Any]
Token = list[Any]

OPERATORS = ("&&", "||", ";;", "<<-", "<<", ">>", ">&", "<&", "&>", ">|", "|", "&", ";", "(", ")",
             "<", ">", "\n")  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_ARRAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_EXPANSION = re.compile(
    r"(#?)([A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?|[0-9]+|[@*#?$!-])(:?[-=+?]|##?|%%?)?", re.S
)


class ShellSyntaxError(Exception):
    """A script that a shell refuses to parse."""


class Lexer:
    """Reads one script."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\\\n", "")
        self.at = 0
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        """Give all tokens; raises ShellSyntaxError."""
        text, size = self.text, len(self.text)
        while self.at < size:
            char = text[self.at]
            if char in " \t\r":
                self.at += 1
            elif char == "#":
                end = text.find("\n", self.at)
                self.at = size if end < 0 else end
            elif (fd := re.match(r"([0-9])([<>])", text[self.at : self.at + 2])) is not None:
                self.tokens.append(["fd", fd[1]])
                self.at += 1
            else:
                operator = next((op for op in OPERATORS if text.startswith(op, self.at)), None)
                if operator is None:
                    self._plain_word()
                else:
                    self.tokens.append(["op", operator])
                    self.at += len(operator)
        return self.tokens

    def _plain_word(self) -> None:
        """Read a word; between bash's `[[` and `]]`, operators are words and nothing is split."""
        parts = self._word(" \t\r\n;&|<>()")
        first = str(parts[0][1]) if len(parts) == 1 else ""
        if _ARRAY.fullmatch(first) and self.text.startswith("(", self.at):
            self._array(first[:-1])
            return
        self.tokens.append(["word", parts])
        if parts != [["lit", "[[", False]]:
            return
        text = self.text
        while True:
            while text[self.at : self.at + 1] in (" ", "\t", "\n"):
                self.at += 1
            if self.at >= len(text):
                raise ShellSyntaxError('end of file unexpected (expecting "]]")')
            inner = self._bracket_word()
            self.tokens.append(["word", inner])
            if inner == [["lit", "]]", True]]:
                return

    def _array(self, name: str) -> None:
        """Read bash's `name=(a b c)` as an assignment to each element."""
        self.at += 1
        count = 0
        while True:
            while self.text[self.at : self.at + 1] in (" ", "\t", "\n"):
                self.at += 1
            if self.at >= len(self.text):
                raise ShellSyntaxError('end of file unexpected (expecting ")")')
            if self.text[self.at] == ")":
                self.at += 1
                return
            value = self._word(" \t\n)")
            self.tokens.append(["word", [["lit", f"{name}[{count}]=", False], *value]])
            count += 1

    def _bracket_word(self) -> list[Part]:
        text = self.text
        if text.startswith("]]", self.at):
            self.at += 2
            return [["lit", "]]", True]]
        operator = next((o for o in ("&&", "||", "(", ")") if text.startswith(o, self.at)), None)
        last = self.tokens[-1][1]
        if operator is not None and last != [["lit", "=~", True]]:
            self.at += len(operator)
            return [["lit", operator, True]]
        stops = " \t\n" if last == [["lit", "=~", True]] else " \t\n&|)"
        parts: list[Part] = []
        word = self._word(stops)
        if not word:
            raise ShellSyntaxError(f'"{text[self.at]}" unexpected')
        for part in word:
            quoted = [*part[:-1], True]
            if quoted[0] == "lit" and parts and parts[-1][0] == "lit":
                parts[-1][1] += quoted[1]
            else:
                parts.append(quoted)
        return parts

    def _word(self, stops: str) -> list[Part]:
        parts: list[Part] = []
        text, size = self.text, len(self.text)
        while self.at < size and text[self.at] not in stops:
            char = text[self.at]
            if char == "\\":
                _add(parts, text[self.at + 1 : self.at + 2], True)
                self.at += 2
            elif char == "'":
                end = text.find("'", self.at + 1)
                if end < 0:
                    raise ShellSyntaxError("Unterminated quoted string")
                _add(parts, text[self.at + 1 : end], True, empty=True)
                self.at = end + 1
            elif char == '"':
                self.at += 1
                self._double(parts)
            elif char in "$`":
                self._dollar(parts, False)
            else:
                _add(parts, char, False)
                self.at += 1
        return parts

    def _double(self, parts: list[Part]) -> None:
        text, size = self.text, len(self.text)
        _add(parts, "", True, empty=True)
        while self.at < size and text[self.at] != '"':
            char = text[self.at]
            if char == "\\" and text[self.at + 1 : self.at + 2] in ('"', "\\", "$", "`"):
                _add(parts, text[self.at + 1], True)
                self.at += 2
            elif char in "$`":
                self._dollar(parts, True)
            else:
                _add(parts, char, True)
                self.at += 1
        if self.at >= size:
            raise ShellSyntaxError("Unterminated quoted string")
        self.at += 1

    def _dollar(self, parts: list[Part], quoted: bool) -> None:
        text = self.text
        if text[self.at] == "`":
            end = text.find("`", self.at + 1)
            if end < 0:
                raise ShellSyntaxError("EOF in backquote substitution")
            parts.append(["cmd", text[self.at + 1 : end], quoted])
            self.at = end + 1
        elif text.startswith("$((", self.at):
            end = self._close(self.at + 3, "(", ")")
            parts.append(["math", text[self.at + 3 : end], quoted])
            self.at = end + 2
        elif text.startswith("$(", self.at):
            end = self._close(self.at + 2, "(", ")")
            parts.append(["cmd", text[self.at + 2 : end], quoted])
            self.at = end + 1
        elif text.startswith("${", self.at):
            end = self._close(self.at + 2, "{", "}")
            parts.append(_expansion(text[self.at + 2 : end], quoted))
            self.at = end + 1
        else:
            match = _NAME.match(text, self.at + 1)
            if match is None:
                _add(parts, "$", quoted)
                self.at += 1
            else:
                parts.append(["var", match[0], "", None, quoted])
                self.at = match.end()

    def _close(self, start: int, opening: str, closing: str) -> int:
        """Find the closing bracket that belongs to one before `start`, quotes skipped."""
        depth, at, text = 1, start, self.text
        quote = ""
        while at < len(text):
            char = text[at]
            if quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == "\\":
                at += 1
            elif char == opening:
                depth += 1
            elif char == closing:
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        raise ShellSyntaxError(f'end of file unexpected (expecting "{closing}")')


def _expansion(body: str, quoted: bool) -> Part:
    match = _EXPANSION.match(body)
    if match is None:
        raise ShellSyntaxError("Bad substitution")
    if match[1] and match.end() == len(body):
        return ["var", match[2], "length", None, quoted]
    operator = match[3] or ""
    rest = body[match.end() :]
    if not operator and rest:
        raise ShellSyntaxError("Bad substitution")
    return ["var", match[2], operator, Lexer(rest)._word("") if operator else None, quoted]


def _add(parts: list[Part], text: str, quoted: bool, empty: bool = False) -> None:
    if parts and parts[-1][0] == "lit" and parts[-1][2] == quoted:
        parts[-1][1] += text
    elif text or empty:
        parts.append(["lit", text, quoted])
