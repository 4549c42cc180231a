"""Splits a script into tokens; words keep their quoting as a list of parts.

A token is ["op", text], ["fd", digit], ["math", expression] (bash's `((...))`) or ["word", parts].
A part is ["lit", text, quoted], ["var", name, index, operator, argument, quoted], ["cmd", script,
quoted], ["math", expression, quoted], ["from", script, quoted] (`<(script)`) or ["array", name,
append, words, quoted]. A here-document is the word after its `<<`.
"""

from __future__ import annotations

import re
from typing import Any

Part = list[Any]
Token = list[Any]

OPERATORS = ("&>>", "&&", "||", ";;", "<<<", "<<-", "<<", "<>", ">>", ">&", "<&", "&>", ">|", "|&",
             "|", "&", ";", "(", ")", "<", ">", "\n")  # fmt: skip
_STARTS = "&|;<>()\n"
_PLAIN = re.compile(r"[A-Za-z0-9_./:=,+@%*?\[\]{}~^!-]+")
"""Characters that mean nothing to the lexer."""
_QUOTED = re.compile(r'[^"\\$`\n]+')
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_ARRAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "0": "\0"}


MAX_UNCLOSED = 10
"""Brackets without an end for which the whole text is searched; such a script is wrong anyway."""


class ShellSyntaxError(Exception):
    """A script that a shell refuses to parse; `line` is where, `token` the text that it met."""

    def __init__(self, text: str, token: str = "") -> None:
        super().__init__(text)
        self.token = token
        self.line = 1


def lacks_document(text: str) -> bool:
    """Tell whether a script ends before one of its here-documents does."""
    lexer = Lexer(text)
    lexer.run()
    return lexer.unended or bool(lexer.waiting)


class Lexer:
    """Reads one script."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.tokens: list[Token] = []
        self.unclosed = 0
        self.unended = False
        """True when the text ends within a here-document."""
        self.lines: list[int] = []
        """The line in which each token begins."""
        self.waiting: list[tuple[Token, str]] = []
        """Here-documents whose text begins after the line's end: (token of the word, operator)."""

    def run(self) -> list[Token]:
        """Give all tokens; raises ShellSyntaxError."""
        line, counted = 1, 0
        while self.at < len(self.text):
            line += self.text.count("\n", counted, self.at)
            counted = self.at
            try:
                self._step()
            except ShellSyntaxError as error:
                error.line = line
                raise
            self.lines += [line] * (len(self.tokens) - len(self.lines))
        return self.tokens

    def _step(self) -> None:
        """Read what comes next: a space, a comment, or a token."""
        text, size = self.text, len(self.text)
        char = text[self.at]
        if char in " \t":
            self.at += 1
        elif text.startswith("\\\n", self.at):
            self.at += 2
        elif char == "#":
            end = text.find("\n", self.at)
            self.at = size if end < 0 else end
        elif (fd := re.match(r"([0-9])([<>])", text[self.at : self.at + 2])) is not None:
            self.tokens.append(["fd", fd[1]])
            self.at += 1
        elif not self._math() and not self._operator():
            self._plain_word()

    def _operator(self) -> bool:
        """Read an operator, if one begins here and it does not belong to a word."""
        text = self.text
        first = text[self.at]
        if first not in _STARTS or text.startswith(("<(", ">("), self.at):
            return False
        found = next((op for op in OPERATORS if text.startswith(op, self.at)), None)
        if found is None:
            return False
        self.tokens.append(["op", found])
        self.at += len(found)
        if found in ("<<", "<<-"):
            while text[self.at : self.at + 1] in (" ", "\t"):
                self.at += 1
            self.tokens.append(["word", self._word(" \t\n;&|<>()")])
            self.waiting.append((self.tokens[-1], found))
        elif found == "\n":
            self._here_documents()
        return True

    def _math(self) -> bool:
        """Read bash's `((expression))`, if it is one and not a subshell in a subshell."""
        text = self.text
        if not text.startswith("((", self.at) or self.unclosed > MAX_UNCLOSED:
            return False
        try:
            end = self._close(self.at + 2, "(", ")")
        except ShellSyntaxError:
            self.unclosed += 1
            return False
        if not text.startswith("))", end):
            return False
        self.tokens.append(["math", text[self.at + 2 : end]])
        self.at = end + 2
        return True

    def _here_documents(self) -> None:
        """Read the texts of the here-documents that the line just read has asked for."""
        for token, operator in self.waiting:
            delimiter = "".join(str(part[1]) for part in token[1])
            raw = any(part[-1] for part in token[1])
            lines: list[str] = []
            self.unended = True
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                line = self.text[self.at : end] if end >= 0 else self.text[self.at :]
                self.at = end + 1 if end >= 0 else len(self.text)
                line = line.lstrip("\t") if operator == "<<-" else line
                if line == delimiter:
                    self.unended = False
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            token[1] = [["lit", body, True]] if raw else Lexer(body).quoted_text()
        self.waiting = []

    def quoted_text(self) -> list[Part]:
        """Read the whole text as if it stood in double quotes, in which `"` means itself."""
        parts: list[Part] = []
        self._double(parts, "")
        return parts

    def _plain_word(self) -> None:
        """Read a word; between bash's `[[` and `]]`, operators are words and nothing is split."""
        parts = self._word(" \t\n;&|<>()")
        first = str(parts[0][1]) if len(parts) == 1 else ""
        if _ARRAY.fullmatch(first) and self.text.startswith("(", self.at):
            parts = [["array", first.rstrip("+="), "+" in first, self._array(), False]]
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

    def _array(self) -> list[list[Part]]:
        """Read the words of bash's `name=(a b c)`."""
        self.at += 1
        words: list[list[Part]] = []
        while True:
            while self.text[self.at : self.at + 1] in (" ", "\t", "\n"):
                self.at += 1
            if self.text.startswith("#", self.at):
                self.at += len(self.text[self.at :].partition("\n")[0])
                continue
            if self.at >= len(self.text):
                raise ShellSyntaxError('end of file unexpected (expecting ")")')
            if self.text[self.at] == ")":
                self.at += 1
                return words
            words.append(self._word(" \t\n)"))

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
            if self.at >= len(text):
                raise ShellSyntaxError('end of file unexpected (expecting "]]")')
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
        while self.at < size:
            char = text[self.at]
            if not parts and stops and text.startswith(("<(", ">("), self.at):
                end = self._close(self.at + 2, "(", ")")
                parts.append(["from", text[self.at + 2 : end], True])
                self.at = end + 1
            elif char in stops:
                break
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif char == "\\":
                _add(parts, text[self.at + 1 : self.at + 2], True)
                self.at += 2
            elif text.startswith("$'", self.at):
                self._ansi(parts)
            elif char == "'":
                end = text.find("'", self.at + 1)
                if end < 0:
                    raise ShellSyntaxError("Unterminated quoted string", "'")
                _add(parts, text[self.at + 1 : end], True, empty=True)
                self.at = end + 1
            elif char == '"' or text.startswith('$"', self.at):
                self.at += 1 if char == '"' else 2
                self._double(parts)
            elif char in "$`":
                self._dollar(parts, False)
            elif plain := _PLAIN.match(text, self.at):
                _add(parts, plain[0], False)
                self.at = plain.end()
            else:
                _add(parts, char, False)
                self.at += 1
        return parts

    def _ansi(self, parts: list[Part]) -> None:
        """Read bash's `$'...'`, in which backslash escapes are known."""
        match = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.S).match(self.text, self.at)
        if match is None:
            raise ShellSyntaxError("Unterminated quoted string", "'")
        found = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match[1])
        _add(parts, found, True, empty=True)
        self.at = match.end()

    def _double(self, parts: list[Part], closing: str = '"') -> None:
        text, size = self.text, len(self.text)
        _add(parts, "", True, empty=True)
        while self.at < size and text[self.at] != closing:
            char = text[self.at]
            if text.startswith("\\\n", self.at):
                self.at += 2
            elif char == "\\" and text[self.at + 1 : self.at + 2] in (*closing, "\\", "$", "`"):
                _add(parts, text[self.at + 1], True)
                self.at += 2
            elif char in "$`":
                self._dollar(parts, True)
            elif plain := _QUOTED.match(text, self.at):
                _add(parts, plain[0], True)
                self.at = plain.end()
            else:
                _add(parts, char, True)
                self.at += 1
        if self.at >= size and closing:
            raise ShellSyntaxError("Unterminated quoted string")
        self.at += 1

    def _dollar(self, parts: list[Part], quoted: bool) -> None:
        from .parameters import read_expansion

        text = self.text
        if text[self.at] == "`":
            self._backquotes(parts, quoted)
        elif text.startswith("$((", self.at) and self._is_math(self.at + 3):
            end = self._close(self.at + 3, "(", ")")
            parts.append(["math", text[self.at + 3 : end], quoted])
            self.at = end + 2
        elif text.startswith("$(", self.at):
            end = self._close(self.at + 2, "(", ")")
            parts.append(["cmd", text[self.at + 2 : end], quoted])
            self.at = end + 1
        elif text.startswith("${", self.at):
            end = self._close(self.at + 2, "{", "}")
            parts.append(read_expansion(text[self.at + 2 : end], quoted))
            self.at = end + 1
        else:
            match = _NAME.match(text, self.at + 1)
            if match is None:
                _add(parts, "$", quoted)
                self.at += 1
            else:
                parts.append(["var", match[0], None, "", None, quoted])
                self.at = match.end()

    def _backquotes(self, parts: list[Part], quoted: bool) -> None:
        match = re.compile(r"`((?:[^`\\]|\\.)*)`", re.S).match(self.text, self.at)
        if match is None:
            raise ShellSyntaxError("EOF in backquote substitution")
        marks = r'\\([`$\\"])' if quoted else r"\\([`$\\])"
        parts.append(["cmd", re.sub(marks, r"\1", match[1]), quoted])
        self.at = match.end()

    def _is_math(self, start: int) -> bool:
        """Tell `$((1 + 2))` from `$((cd x; pwd) | wc)`."""
        return self.text.startswith("))", self._close(start, "(", ")"))

    def _close(self, start: int, opening: str, closing: str) -> int:
        """Find the closing bracket that belongs to one before `start`, quotes skipped."""
        depth, at, text = 1, start, self.text
        quote = ""
        while at < len(text):
            char = text[at]
            if char == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == opening:
                depth += 1
            elif char == closing:
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        raise ShellSyntaxError(f'end of file unexpected (expecting "{closing}")', closing)


def _add(parts: list[Part], text: str, quoted: bool, empty: bool = False) -> None:
    if parts and parts[-1][0] == "lit" and parts[-1][2] == quoted:
        parts[-1][1] += text
    elif text or empty:
        parts.append(["lit", text, quoted])
