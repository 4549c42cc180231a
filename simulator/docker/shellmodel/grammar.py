"""The POSIX shell's grammar: a script becomes a tree of nodes.

Nodes are small frozen dataclasses. A word is a list of parts, each literal text, a parameter, a
command substitution or arithmetic, with a mark for what stood inside quotes.
Source: POSIX.1-2017, Shell Command Language, sections 2.2 to 2.10.
# Simplified: Aliases, job control, arrays, process substitution and `select` are not modelled.
"""

from __future__ import annotations

import re

from simulator.docker.shellmodel.nodes import (
    Case,
    For,
    Function,
    Group,
    If,
    Loop,
    Node,
    Part,
    Pipeline,
    Redirect,
    Sequence_,
    Simple,
    Word,
)

MAX_DEPTH = 40
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FUNCTION = re.compile(r"function[ \t]+([\w.:-]+)(?:[ \t]*\([ \t]*\))?(?=[\s{(])")
"""How bash may begin a function definition."""
ASSIGN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
OPERATORS = ("&&", "||", ";;", "|&", ";", "&", "|", "(", ")", "\n")
REDIRECTS = re.compile(r"(\d*)(&>>|&>|>>|>\||>&|<<<|<<-|<<|<&|<>|>|<)")
RESERVED = ("then", "else", "elif", "fi", "do", "done", "esac", "}", ")", ";;")


class SyntaxError_(ValueError):
    """A script that the shell refuses to run; the text is dash's, without the prefix."""


def parse(text: str) -> Sequence_:
    """Read a script; raises SyntaxError_."""
    reader = _Reader(text)
    body = reader.sequence(())
    if reader.at < len(text):
        raise SyntaxError_(f'"{reader.peek_word()}" unexpected')
    return body


class _Reader:
    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        self.pending: list[tuple[list[Part], str, bool, bool]] = []

    # --- characters ------------------------------------------------------------------------

    def blanks(self) -> None:
        """Skip blanks, continued lines and a comment."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in " \t\r":
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            else:
                break

    def lines(self) -> None:
        """Skip blanks and newlines."""
        self.blanks()
        while self.at < len(self.text) and self.text[self.at] == "\n":
            self.newline()
            self.blanks()

    def newline(self) -> None:
        """Step over a newline and read the here-documents that begin after it."""
        self.at += 1
        for parts, mark, strip, plain in self.pending:
            lines = []
            while True:
                end = self.text.find("\n", self.at)
                line = self.text[self.at :] if end < 0 else self.text[self.at : end]
                at_end = end < 0
                self.at = len(self.text) if at_end else end + 1
                if strip:
                    line = line.lstrip("\t")
                if line == mark or (at_end and not line):
                    break
                lines.append(line + "\n")
                if at_end:
                    break
            body = "".join(lines)
            parts += [Part("text", body, True)] if plain else _Reader(body, self.depth).quoted("")
        self.pending = []

    def operator(self) -> str:
        """Return the operator at this place, or ""."""
        self.blanks()
        return next((o for o in OPERATORS if self.text.startswith(o, self.at)), "")

    def peek_word(self) -> str:
        """Return the plain word at this place without reading it."""
        self.blanks()
        match = re.compile(r"[^\s;&|()<>]+").match(self.text, self.at)
        return match[0] if match else self.text[self.at : self.at + 1]

    def expect(self, word: str) -> None:
        """Read a reserved word or fail."""
        self.lines()
        if self.at >= len(self.text):
            raise SyntaxError_(f'end of file unexpected (expecting "{word}")')
        if self.peek_word() != word:
            raise SyntaxError_(f'"{self.peek_word()}" unexpected (expecting "{word}")')
        self.at += len(word)

    # --- lists -----------------------------------------------------------------------------

    def sequence(self, ends: tuple[str, ...]) -> Sequence_:
        """Read commands up to one of the reserved words in `ends` (not read)."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxError_("nested too deeply")
        items: list[tuple[str, Node]] = []
        joiner = ";"
        while True:
            self.lines()
            if (
                self.at >= len(self.text)
                or self.peek_word() in ends
                or (")" in ends and self.operator() == ")")
                or (";;" in ends and self.operator() == ";;")
            ):
                break
            if self.operator() in (")", ";;", ";", "&", "&&", "||", "|"):
                raise SyntaxError_(f'"{self.operator()}" unexpected')
            if self.peek_word() in RESERVED:
                raise SyntaxError_(f'"{self.peek_word()}" unexpected')
            items.append((joiner, self.pipeline()))
            joiner = self.joiner()
        if joiner in ("&&", "||"):
            raise SyntaxError_("end of file unexpected")
        self.depth -= 1
        return Sequence_(items)

    def joiner(self) -> str:
        """Read what stands after a pipeline; "&" counts as ";"."""
        found = self.operator()
        if found in ("&&", "||", ";", "&"):
            self.at += len(found)
            return ";" if found == "&" else found
        if found == "\n":
            self.newline()
        return ";"

    def pipeline(self) -> Node:
        """Read commands joined by pipes."""
        negated = False
        while self.peek_word() == "!":
            self.at += 1
            negated = not negated
        commands = [self.command()]
        while self.operator() in ("|", "|&"):
            self.at += len(self.operator())
            self.lines()
            commands.append(self.command())
        if len(commands) == 1 and not negated:
            return commands[0]
        return Pipeline(commands, negated)

    # --- commands --------------------------------------------------------------------------

    def command(self) -> Node:
        """Read one command, compound or simple."""
        word = self.peek_word()
        if self.operator() == "(":
            self.at += 1
            body = self.sequence((")",))
            self.close(")")
            return Group(body, True, self.redirects())
        if word in ("{", "if", "while", "until", "for", "case"):
            self.at += len(word)
            node = self.compound(word)
            redirects = self.redirects()
            return Group(node, False, redirects) if redirects else node
        if word in RESERVED or not word:
            raise SyntaxError_(f'"{word}" unexpected' if word else "end of file unexpected")
        return self.simple()

    def close(self, mark: str) -> None:
        """Read a closing parenthesis or fail."""
        self.lines()
        if not self.text.startswith(mark, self.at):
            raise SyntaxError_(f'end of file unexpected (expecting "{mark}")')
        self.at += len(mark)

    def compound(self, word: str) -> Node:
        """Read the rest of a compound command."""
        if word == "{":
            body = self.sequence(("}",))
            self.expect("}")
            return Group(body, False, [])
        if word == "if":
            return self.conditional()
        if word in ("while", "until"):
            condition = self.sequence(("do",))
            self.expect("do")
            body = self.sequence(("done",))
            self.expect("done")
            return Loop(condition, body, word == "until")
        return self.for_loop() if word == "for" else self.case()

    def conditional(self) -> If:
        """Read an `if` after its first word."""
        branches, otherwise = [], None
        while True:
            condition = self.sequence(("then",))
            self.expect("then")
            branches.append((condition, self.sequence(("elif", "else", "fi"))))
            word = self.peek_word()
            if word == "elif":
                self.at += 4
                continue
            if word == "else":
                self.at += 4
                otherwise = self.sequence(("fi",))
            self.expect("fi")
            return If(list(branches), otherwise)

    def for_loop(self) -> For:
        """Read a `for` after its first word."""
        self.blanks()
        match = NAME.match(self.text, self.at)
        if match is None:
            raise SyntaxError_("Bad for loop variable")
        self.at = match.end()
        self.lines()
        words: list[Word] | None = None
        if self.peek_word() == "in":
            self.at += 2
            words = []
            while self.operator() not in (";", "\n") and self.at < len(self.text):
                words.append(self.word())
        if self.operator() == ";":
            self.at += 1
        self.expect("do")
        body = self.sequence(("done",))
        self.expect("done")
        return For(match[0], words, body)

    def case(self) -> Case:
        """Read a `case` after its first word."""
        self.blanks()
        subject = self.word()
        self.expect("in")
        branches: list[tuple[list[Word], Node]] = []
        while True:
            self.lines()
            if self.at >= len(self.text):
                raise SyntaxError_('end of file unexpected (expecting ";;")')
            if self.peek_word() == "esac":
                self.at += 4
                return Case(subject, branches)
            if self.operator() == "(":
                self.at += 1
            patterns = [self.word()]
            while self.operator() == "|":
                self.at += 1
                patterns.append(self.word())
            self.close(")")
            branches.append((patterns, self.sequence(("esac", ";;"))))
            self.lines()
            if self.operator() == ";;":
                self.at += 2

    def simple(self) -> Node:
        """Read a simple command or a function definition."""
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        line = self.text.count("\n", 0, self.at) + 1
        while True:
            self.blanks()
            if self.at >= len(self.text):
                break
            match = REDIRECTS.match(self.text, self.at)
            if match:
                redirects.append(self.redirect(match))
                continue
            if self.operator():
                break
            assigned = None if words else ASSIGN.match(self.text, self.at)
            if assigned:
                self.at = assigned.end()
                value = self.word(empty=True)
                assignments.append((assigned[0][:-1], value))
                continue
            keyword = None if words or assignments else FUNCTION.match(self.text, self.at)
            if keyword:
                self.at = keyword.end()
                self.lines()
                return Function(keyword[1], self.command())
            words.append(self.word())
            if len(words) == 1 and not assignments and self.is_function(words[0]):
                self.lines()
                return Function(words[0][0].text, self.command())
        if not (assignments or words or redirects):
            raise SyntaxError_(f'"{self.peek_word()}" unexpected')
        return Simple(assignments, words, redirects, line)

    def is_function(self, word: Word) -> bool:
        """Read `()` after a name, if it is there."""
        match = re.compile(r"[ \t]*\([ \t]*\)").match(self.text, self.at)
        if match is None or len(word) != 1 or not NAME.fullmatch(word[0].text):
            return False
        self.at = match.end()
        return True

    def redirects(self) -> list[Redirect]:
        """Read the redirections after a compound command."""
        found: list[Redirect] = []
        while True:
            self.blanks()
            match = REDIRECTS.match(self.text, self.at)
            if not match:
                return found
            found.append(self.redirect(match))

    def redirect(self, match: re.Match[str]) -> Redirect:
        """Read one redirection."""
        self.at = match.end()
        operator = match[2]
        fd = int(match[1][:4]) if match[1] else (0 if operator.startswith("<") else 1)
        self.blanks()
        if self.at >= len(self.text) or self.operator():
            raise SyntaxError_("newline unexpected")
        target = self.word()
        if operator in ("<<", "<<-"):
            parts: list[Part] = []
            mark = "".join(part.text for part in target)
            self.pending.append((parts, mark, operator == "<<-", any(p.quoted for p in target)))
            return Redirect(fd, "<<", parts)
        return Redirect(fd, operator, target)

    # --- words -----------------------------------------------------------------------------

    def word(self, *, empty: bool = False) -> Word:
        """Read one word; an `empty` one is allowed after `NAME=`."""
        if not empty:
            self.blanks()
        parts: list[Part] = []
        text = self.text
        start = self.at
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n;&|()<>":
                break
            if char == "\\":
                if self.at + 1 < len(text) and text[self.at + 1] == "\n":
                    self.at += 2
                    continue
                parts.append(Part("text", text[self.at + 1 : self.at + 2], True))
                self.at += 2
            elif char == "'":
                end = text.find("'", self.at + 1)
                if end < 0:
                    raise SyntaxError_("Unterminated quoted string")
                parts.append(Part("text", text[self.at + 1 : end], True))
                self.at = end + 1
            elif char == '"':
                self.at += 1
                inside = self.quoted('"')
                parts += inside or [Part("text", "", True)]
            elif char in "$`":
                parts.append(self.expansion(False))
            else:
                match = re.compile(r"[^ \t\r\n;&|()<>\\'\"$`]+").match(text, self.at)
                assert match is not None
                parts.append(Part("text", match[0]))
                self.at = match.end()
        if self.at == start and not empty:
            raise SyntaxError_(f'"{text[self.at : self.at + 1]}" unexpected')
        return parts

    def quoted(self, end: str) -> list[Part]:
        """Read to the closing double quote (or the end of a here-document) and over it."""
        parts: list[Part] = []
        text = self.text
        while True:
            if self.at >= len(text):
                if end:
                    raise SyntaxError_("Unterminated quoted string")
                return parts
            char = text[self.at]
            if char == end and end:
                self.at += 1
                return parts
            if char == "\\" and self.at + 1 < len(text):
                after = text[self.at + 1]
                self.at += 2
                if after == "\n":
                    continue
                plain = after if after in '$`"\\' else "\\" + after
                parts.append(Part("text", plain, True))
            elif char in "$`":
                parts.append(self.expansion(True))
            else:
                match = re.compile(r'[^"\\$`]+' if end else r"[^\\$`]+").match(text, self.at)
                taken = match[0] if match else char
                parts.append(Part("text", taken, True))
                self.at += len(taken)

    def expansion(self, quoted: bool) -> Part:
        """Read what begins with `$` or a backquote."""
        text = self.text
        if text[self.at] == "`":
            end = self.at + 1
            while end < len(text) and text[end] != "`":
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise SyntaxError_("EOF in backquote substitution")
            body = re.sub(r"\\([$`\\])", r"\1", text[self.at + 1 : end])
            self.at = end + 1
            return Part("cmd", body, quoted)
        if text.startswith("$((", self.at):
            end = text.find("))", self.at)
            if end >= 0:
                body = text[self.at + 3 : end]
                self.at = end + 2
                return Part("math", body, quoted)
        if text.startswith("$(", self.at):
            inner = _Reader(text[self.at + 2 :], self.depth)
            inner.sequence((")",))
            inner.lines()
            if not inner.text.startswith(")", inner.at):
                raise SyntaxError_('end of file unexpected (expecting ")")')
            body = inner.text[: inner.at]
            self.at += 2 + inner.at + 1
            return Part("cmd", body, quoted)
        if text.startswith("${", self.at):
            return self.braces(quoted)
        match = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])").match(text, self.at)
        if match is None:
            self.at += 1
            return Part("text", "$", quoted)
        self.at = match.end()
        return Part("var", match[1], quoted)

    def braces(self, quoted: bool) -> Part:
        """Read `${...}`."""
        match = re.compile(
            r"\$\{(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(:?[-=?+]|##?|%%?|//?|:)?"
        ).match(self.text, self.at)
        if match is None:
            raise SyntaxError_("Bad substitution")
        self.at = match.end()
        if match[1] and match[2]:
            self.close_brace()
            return Part("var", match[2], quoted, "length")
        argument: Word = []
        while self.at < len(self.text) and self.text[self.at] != "}":
            char = self.text[self.at]
            if char == "'" and not quoted:
                end = self.text.find("'", self.at + 1)
                if end < 0:
                    raise SyntaxError_("Unterminated quoted string")
                argument.append(Part("text", self.text[self.at + 1 : end], True))
                self.at = end + 1
            elif char == '"':
                self.at += 1
                argument += self.quoted('"')
            elif char in "$`":
                argument.append(self.expansion(quoted))
            elif char == "\\":
                argument.append(Part("text", self.text[self.at + 1 : self.at + 2], True))
                self.at += 2
            else:
                argument.append(Part("text", char))
                self.at += 1
        self.close_brace()
        return Part("var", match[2], quoted, match[3] or "", argument)

    def close_brace(self) -> None:
        """Read the closing brace of an expansion or fail."""
        if not self.text.startswith("}", self.at):
            raise SyntaxError_('Missing "}"')
        self.at += 1
