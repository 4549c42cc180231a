"""The POSIX shell's grammar: a script becomes a tree of nodes.

Nodes are small frozen dataclasses; their words are read by `words`.
Source: POSIX.1-2017, Shell Command Language, sections 2.9 and 2.10.
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
from simulator.docker.shellmodel.words import SyntaxError_, WordReader

MAX_DEPTH = 40
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FUNCTION = re.compile(r"function[ \t]+([\w.:-]+)(?:[ \t]*\([ \t]*\))?(?=[\s{(])")
"""How bash may begin a function definition."""
ASSIGN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
REDIRECTS = re.compile(r"(\d*)(&>>|&>|>>|>\||>&|<<<|<<-|<<|<&|<>|>|<)")
RESERVED = ("then", "else", "elif", "fi", "do", "done", "esac", "}", ")", ";;")


def parse(text: str) -> Sequence_:
    """Read a script; raises SyntaxError_."""
    reader = _Reader(text)
    body = reader.sequence(())
    if reader.at < len(text):
        raise SyntaxError_(f'"{reader.peek_word()}" unexpected')
    return body


class _Reader(WordReader):
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
