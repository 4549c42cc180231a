"""sed's words and its script: how they are read, and what it refuses.

Sources: POSIX.1-2017, sed; the GNU sed 4.9 manual and its compile.c for what it refuses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulator.patterns import to_regex

_BRACKET = re.compile(r"\[\^?\]?(?:\[:\w+:\]|[^\]\n])*\]")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


class Fault(Exception):
    """A script that sed refuses, in its words, with the place; `status` is what sed ends with."""

    status = 1


@dataclass(slots=True)
class Address:
    """A line number, `$` (last), a pattern, or `first~step`; of a range's end also `+N`."""

    kind: str
    number: int = 0
    step: int = 0
    regex: re.Pattern[str] | None = None


@dataclass(slots=True)
class Command:
    """One command. text: of a, i, c and replacements, a label or a path. jump: where `{` ends."""

    letter: str
    first: Address | None = None
    last: Address | None = None
    negated: bool = False
    regex: re.Pattern[str] | None = None
    text: str = ""
    flags: str = ""
    jump: int = 0


@dataclass(slots=True)
class Options:
    """The words of sed. suffix: None without -i, else what a copy of the old file is called."""

    scripts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    from_files: list[str] = field(default_factory=list)
    quiet: bool = False
    extended: bool = False
    separate: bool = False
    suffix: str | None = None


def options(argv: list[str]) -> Options:
    """Read the words of sed; the first operand is the script when none is named."""
    found = Options()
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        long, mark, value = word.partition("=")
        if word == "--":
            found.files += words
            break
        if long == "--in-place":
            found.suffix = value
        elif long in ("--expression", "--file"):
            value = value if mark else (words.pop(0) if words else "")
            (found.scripts if long == "--expression" else found.from_files).append(value)
        elif word.startswith("-") and len(word) > 1:
            _letters(found, word, words)
        else:
            found.files.append(word)
    if not found.scripts and not found.from_files and found.files:
        found.scripts.append(found.files.pop(0))
    return found


def _letters(found: Options, word: str, words: list[str]) -> None:
    letters = {"--quiet": "n", "--silent": "n", "--regexp-extended": "E", "--separate": "s"}.get(
        word, word[1:]
    )
    for at, letter in enumerate(letters):
        rest = letters[at + 1 :]
        found.quiet = found.quiet or letter == "n"
        found.extended = found.extended or letter in "Er"
        found.separate = found.separate or letter == "s"
        if letter == "i":
            found.suffix = rest
            return
        if letter in "ef":
            value = rest or (words.pop(0) if words else "")
            (found.scripts if letter == "e" else found.from_files).append(value)
            return


class Script:
    """A script that has been read."""

    def __init__(self, text: str, extended: bool) -> None:
        """Read a script; raises Fault."""
        self.text = text
        self.extended = extended
        self.at = 0
        self.unclosed = 0
        """Up to here no bracket is closed."""
        self.commands: list[Command] = []
        self.open: list[int] = []
        self.labels: dict[str, int] = {}
        while self.skip(" \t\n;"):
            self.command()
        if self.open:
            raise Fault("-e expression #1, char 0: unmatched `{'")
        for command in self.commands:
            if command.letter in "btT" and command.text and command.text not in self.labels:
                fault = Fault(f"can't find label for jump to `{command.text}'")
                fault.status = 4
                raise fault

    def fault(self, what: str) -> Fault:
        return Fault(f"-e expression #1, char {self.at}: {what}")

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def skip(self, chars: str) -> bool:
        """Step over characters; tell whether there is more."""
        while self.at < len(self.text) and self.text[self.at] in chars:
            self.at += 1
        return self.at < len(self.text)

    def command(self) -> None:
        command = Command("", *self.addresses())
        self.skip(" \t")
        while self.peek() == "!":
            command.negated = True
            self.at += 1
            self.skip(" \t")
        letter = command.letter = self.peek()
        self.at += 1
        if not letter.strip():
            raise self.fault("missing command")
        if letter == "#":
            self.line()
            return
        if letter == "}":
            if not self.open:
                raise self.fault("unexpected `}'")
            self.commands[self.open.pop()].jump = len(self.commands)
            return
        if letter == "{":
            self.open.append(len(self.commands))
        elif letter in "sy":
            self.substitution(command)
        elif letter in "aic":
            command.text = self.inserted()
        elif letter in ":btTrRwW":
            self.skip(" \t")
            stops = "\n" if letter in "rRwW" else "\n; \t}" if letter != ":" else "\n; \t"
            start = self.at
            while self.peek() and self.peek() not in stops:
                self.at += 1
            command.text = self.text[start : self.at]
            if letter == ":":
                self.labels[command.text] = len(self.commands)
        elif letter in "qQlL":
            self.skip(" \t")
            command.text = self.digits()
        elif letter not in "=dDgGhHnNpPxzF":
            raise self.fault(f"unknown command: `{letter}'")
        self.commands.append(command)
        if letter not in "{aic":
            self.skip(" \t")
            if self.peek() and self.peek() not in ";\n}#":
                self.at += 1
                raise self.fault("extra characters after command")

    def line(self) -> str:
        """Take what is left of the line."""
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        found, self.at = self.text[self.at : end], end
        return found

    def digits(self) -> str:
        match = re.compile(r"\d{0,9}").match(self.text, self.at)
        found = match[0] if match else ""
        self.at += len(found)
        return found

    def addresses(self) -> tuple[Address | None, Address | None]:
        first = self.address()
        self.skip(" \t")
        if first is None or self.peek() != ",":
            return first, None
        self.at += 1
        self.skip(" \t")
        sign = self.peek()
        if sign in ("+", "~"):
            self.at += 1
            return first, Address(sign, int(self.digits() or 0))
        last = self.address()
        if last is None:
            raise self.fault("unexpected `,'")
        return first, last

    def address(self) -> Address | None:
        char = self.peek()
        if char == "$":
            self.at += 1
            return Address("$")
        if char.isdigit():
            number = int(self.digits())
            if self.peek() == "~":
                self.at += 1
                return Address("~~", number, int(self.digits() or 0))
            return Address("n", number)
        if char not in ("/", "\\"):
            return None
        self.at += 1 if char == "/" else 2
        mark = self.text[self.at - 1 : self.at]
        pattern = self.until(mark, "unterminated address regex", True)
        ignore = self.peek() in ("I", "M")
        self.at += ignore
        return Address("/", regex=self.compiled(pattern, ignore))

    def until(self, mark: str, wrong: str, pattern: bool = False) -> str:
        """Take what comes before a mark that is not escaped, nor in a pattern's brackets."""
        found: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == mark:
                self.at += 1
                return "".join(found)
            if char == "\\" and self.at + 1 < len(self.text):
                following = self.text[self.at + 1]
                found.append(following if following == mark and mark not in "|+?(){}1" else
                             char + following)  # fmt: skip
                self.at += 2
                continue
            size = self.bracket() if pattern and char == "[" else 1
            found.append(self.text[self.at : self.at + size])
            self.at += size
        raise self.fault(wrong)

    def bracket(self) -> int:
        """Give how long a bracket expression is, in which the mark means itself; 1 for none."""
        if self.at < self.unclosed:
            return 1
        match = _BRACKET.match(self.text, self.at)
        if match is None:
            end = self.text.find("\n", self.at)
            self.unclosed = end if end >= 0 else len(self.text)
        return len(match[0]) if match else 1

    def compiled(self, pattern: str, ignore: bool = False) -> re.Pattern[str] | None:
        """Compile a pattern; None for the empty one, which is the last one used."""
        if not pattern:
            return None
        regex = to_regex(pattern, extended=self.extended, ignore_case=ignore)
        if regex is None:
            brackets = pattern.count("(") != pattern.count(")")
            raise self.fault("Unmatched ( or \\(" if brackets else "Invalid regular expression")
        return regex

    def substitution(self, command: Command) -> None:
        letter, mark = command.letter, self.peek()
        self.at += 1
        if not mark or mark in "\n\\":
            raise self.fault(f"unterminated `{letter}' command")
        pattern = self.until(mark, f"unterminated `{letter}' command", letter == "s")
        command.text = self.until(mark, f"unterminated `{letter}' command")
        if letter == "y":
            old, new = _plain(pattern), _plain(command.text)
            if len(old) != len(new):
                raise self.fault("strings for `y' command are different lengths")
            command.flags, command.text = old, new
            return
        start = self.at
        while self.peek() and self.peek() in "gpiImMe0123456789":
            self.at += 1
        command.flags = self.text[start : self.at]
        if self.peek() == "w":
            command.flags += "w" + self.line()[1:].strip()
        elif self.peek() and self.peek() not in " \t;\n}#":
            self.at += 1
            raise self.fault("unknown option to `s'")
        command.regex = self.compiled(pattern, bool(set("iI") & set(command.flags)))
        groups = command.regex.groups if command.regex else 9
        most = max((int(one) for one in re.findall(r"\\(\d)", command.text)), default=0)
        if most > groups:
            raise self.fault(f"invalid reference \\{most} on `s' command's RHS")

    def inserted(self) -> str:
        """Take the text of a, i and c: the line, with those that a backslash adds."""
        self.skip(" \t")
        if self.peek() == "\\":
            match = re.compile(r"\\[ \t]*\n?").match(self.text, self.at)
            self.at += len(match[0]) if match and match[0][-1] == "\n" else 1
        elif not self.peek():
            raise self.fault("expected \\ after `a', `c' or `i'")
        text = self.line()
        while text.endswith("\\") and self.at < len(self.text):
            self.at += 1
            text = f"{text[:-1]}\n{self.line()}"
        return re.sub(r"\\(.)", r"\1", text)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), text)
