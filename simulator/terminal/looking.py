"""Does a typed line only look? Such a line is answered at once and never logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulator.programs.shell.prompt import is_open
from simulator.shell.lexer import ShellSyntaxError
from simulator.shell.parser import Node, parse

from .host import ALIASES, READERS
from .program import Program

NOWHERE = "/dev/null"
_SIGNS = re.compile(r"[*?\[~]|\{[^{}]*(?:,|\.\.)")
"""What makes more of a word than it says."""


class Looking:
    """Judges lines by their programs and by what earlier lines have set."""

    def __init__(self, programs: Mapping[str, Program], shells: Mapping[str, Any]) -> None:
        self.programs = programs
        self.shells = shells

    def line(self, text: str) -> bool:
        """Say whether a line changes nothing and ends at once; one that is not whole does so."""
        if is_open(f"{text}\n"):
            return True
        try:
            return self._node(parse(text))
        except ShellSyntaxError:
            return True

    def _node(self, node: Node) -> bool:
        kind = node[0]
        if kind in ("seq", "pipe"):
            return all(self._node(one) for one in node[1])
        if kind in ("and", "or"):
            return self._node(node[1]) and self._node(node[2])
        return kind == "simple" and self._simple(node)

    def _simple(self, node: Node) -> bool:
        _, assignments, words, redirects, _ = node
        if not words:
            return not assignments and all(self._redirect(one) for one in redirects)
        texts = [word for _, _, _, word in assignments]
        targets = [word for _, _, word in redirects]
        if not all(self._word(word) for word in (*texts, *words, *targets)):
            return False
        return all(self._redirect(one) for one in redirects) and self._command(words)

    def _word(self, word: list[Any]) -> bool:
        """Say whether working out a word only looks."""
        return all(self._part(part) for part in word)

    def _part(self, part: list[Any]) -> bool:
        if part[0] == "cmd":
            return self.line(str(part[1]))
        # What may set something: ${x:=y}, arithmetic, <(...), arrays.
        return part[0] == "lit" or (part[0] == "var" and not part[3])

    def _redirect(self, redirect: list[Any]) -> bool:
        _, operator, word = redirect
        target = str(word[0][1]) if len(word) == 1 and word[0][0] == "lit" else ""
        if operator in ("<", "<<", "<<-", "<<<", "<&") or target == NOWHERE:
            return True
        return operator == ">&" and target.isdigit()

    def _command(self, words: list[list[Any]]) -> bool:
        argv = [_literal(word) for word in words]
        name = argv[0]
        if name is None or any(name in shell.get("functions", {}) for shell in self._shells()):
            return False
        given = [word if word is not None else "x" for word in argv]
        for aliases in [ALIASES, *(shell.get("aliases", {}) for shell in self._shells())]:
            if name in aliases:
                given = [*(aliases[name].split() or [":"]), *given[1:]]
                break
        program = self.programs.get(given[0])
        if program is not None:
            return all(_is_plain(word) for word in words) and program.is_read(given)
        if given[0] in READERS:
            return not any(_writes(given[0], word) for word in given[1:])
        return not self._is_known(given[0])

    def _is_known(self, name: str) -> bool:
        from .host import UTILITIES, HostRunner

        return "/" in name or name in (
            *UTILITIES, *HostRunner.own_commands, "alias", "unalias", "bash", "sh", "dash", "sudo",
            "time", "nohup", "env", "timeout", "setsid",
        )  # fmt: skip

    def _shells(self) -> list[Any]:
        return list(self.shells.values())


def _is_plain(word: list[Any]) -> bool:
    """Tell whether a word stays what it is: no variable, no pattern, no braces in it."""
    return all(part[0] == "lit" and (part[2] or not _SIGNS.search(part[1])) for part in word)


def _literal(word: list[Any]) -> str | None:
    """Give a word that is what it says, quotes apart; None when it is worked out."""
    if all(part[0] == "lit" for part in word):
        return "".join(str(part[1]) for part in word)
    return None


def _writes(name: str, word: str) -> bool:
    """Tell whether an argument makes a reader write, or run something, after all."""
    if name in ("awk", "gawk"):
        return any(sign in word for sign in (">", "|", "system"))
    if name == "sed":
        return word.startswith(("-i", "--in-place")) or "w" in word or "e" in word
    if name == "find":
        return word.startswith(("-delete", "-exec", "-ok", "-fprint", "-fls"))
    if name == "sort":
        return word.startswith(("-o", "--output"))
    if name == "uniq":
        return not word.startswith("-")
    return name in ("env", "xargs", "command", "date")
