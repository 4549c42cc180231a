"""One call of a filter: its words, what it can read, and what it writes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
Flags = dict[str, list[str]]
"""Options by letter, each with its values in their order ("" for one that takes none)."""


@dataclass(slots=True)
class Call:
    """argv: the name and the words. read: gives a file's text, or None and complains of it.

    stdin: gives standard input. below: lists the files in a folder, or None for what is none.
    """

    argv: list[str]
    stdin: Callable[[], str]
    read: Callable[[str], str | None]
    below: Callable[[str], list[str] | None]
    out: Callable[[str], None]
    err: Callable[[str], None]
    busybox: bool = False
    utf8: bool = False
    """GNU programs put names into curly quotes (the locale is one of UTF-8)."""
    blind: bool = False
    """A file was read of which only the size is known."""
    status: int = field(default=0)
    """Status that files which could not be read have brought so far."""

    @property
    def name(self) -> str:
        """The program's name, without its folder."""
        return posixpath.basename(self.argv[0])

    def fail(self, text: str, status: int = 1) -> int:
        """Write an error in the program's name; answers the status."""
        text = text if self.utf8 else text.replace("‘", "'").replace("’", "'")
        self.err(f"{self.name}: {text}\n")
        return status

    def options(
        self, valued: str = "", named: dict[str, str] | None = None
    ) -> tuple[Flags, list[str]]:
        """Read the words: (options, operands).

        valued: letters that take a value. named: {long name: letter}.
        """
        flags: Flags = {}
        operands: list[str] = []
        words = iter(self.argv[1:])
        for word in words:
            if word == "--":
                operands += list(words)
            elif word.startswith("--"):
                long, mark, value = word[2:].partition("=")
                letter = (named or {}).get(long, long)
                value = value if mark or letter not in valued else next(words, "")
                flags.setdefault(letter, []).append(value)
            elif word.startswith("-") and word != "-":
                letters = word[1:]
                for at, letter in enumerate(letters):
                    if letter in valued:
                        rest = letters[at + 1 :]
                        flags.setdefault(letter, []).append(rest or next(words, ""))
                        break
                    flags.setdefault(letter, []).append("")
            else:
                operands.append(word)
        return flags, operands

    def texts(self, paths: list[str]) -> list[tuple[str, str]]:
        """Read files, or standard input for none and for `-`: rows (path, text) of what can be."""
        found: list[tuple[str, str]] = []
        for path in paths or ["-"]:
            text = self.stdin() if path in STDIN else self.read(path)
            if text is not None:
                found.append((path, text))
        return found

    def text(self, paths: list[str]) -> str:
        """Read files as one text."""
        return "".join(text for _, text in self.texts(paths))

    def lines(self, paths: list[str]) -> list[str]:
        """Read files line by line."""
        return lines_of(self.text(paths))


def lines_of(text: str) -> list[str]:
    """Cut a text at its line feeds only."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def count_of(text: str) -> int | None:
    """Read a number as head and tail take it (`10`, `+3`, `-2`, `1k`); None when it is none."""
    match = re.fullmatch(r"[-+]?(\d{1,12})([bkKmM]?)B?", text)
    if match is None:
        return None
    return int(match[1]) * {"": 1, "b": 512, "k": 1024, "m": 1 << 20}[match[2].lower()]


Filter = Callable[[Call], int]
