"""What sed makes of a text.

Sources: POSIX.1-2017, sed; the GNU sed 4.9 manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.patterns import searched

from .sedscript import ESCAPES, Address, Command, Script

MOST_STEPS = 300_000
"""Commands that one run may carry out; a script that wants more loops for ever."""
MOST_WRITTEN = 4 << 20
"""Characters that one run may print."""
CHARS_PER_STEP = 4
"""Characters of a replacement that are worked on for the price of one command."""
MOST_SPACE = 1 << 20
"""Characters that the pattern space and the hold space may have."""
_CASES = {"U": str.upper, "L": str.lower}


@dataclass
class Edited:
    """What a script makes of a text. written: what `w` puts into files; ended: it has said `q`."""

    out: list[str] = field(default_factory=list)
    status: int = 0
    ended: bool = False
    written: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that it prints."""
        return "".join(self.out)


class Editor:
    """Runs a script over texts."""

    def __init__(self, script: Script, quiet: bool, read: Callable[[str], str | None]) -> None:
        """Prepare; quiet: print only what is asked for; read: gives a file for `r`."""
        self.script = script
        self.quiet = quiet
        self.read = read
        self.hold = ""
        self.active: dict[int, int | None] = {}
        self.steps = 0
        self.printed = 0
        self.regex: re.Pattern[str] | None = None

    def edit(self, text: str) -> Edited:
        """Edit one text."""
        self.lines = text.split("\n")
        self.ends = self.lines[-1] == ""
        if self.ends:
            self.lines.pop()
        self.number = 0
        self.done = Edited()
        self.active.clear()
        while self.number < len(self.lines) and not self.done.ended:
            self.space = self.take()
            self.cycle()
        return self.done

    def take(self) -> str:
        self.number += 1
        return self.lines[self.number - 1]

    def put(self, text: str) -> None:
        is_last = self.number == len(self.lines) and not self.ends
        if is_last and self.done.out and not self.done.out[-1].endswith("\n"):
            self.done.out.append("\n")
        self.done.out.append(text if is_last else f"{text}\n")
        self.printed += len(text) + 1

    def flush(self, after: list[str]) -> None:
        """End a cycle: print the pattern space, then what waits for the end of the line."""
        if not self.quiet:
            self.put(self.space)
        self.append(after)

    def append(self, after: list[str]) -> None:
        if after and self.done.out and not self.done.out[-1].endswith("\n"):
            self.done.out.append("\n")
        self.done.out += after
        self.printed += sum(map(len, after))
        after.clear()

    def cycle(self) -> None:
        """Run the commands over the pattern space, again from the start after `D`."""
        after: list[str] = []
        at, replaced = 0, False
        while at < len(self.script.commands):
            command = self.script.commands[at]
            at += 1
            self.steps += 1
            if self.is_endless():
                return
            if self.selects(at - 1, command) == command.negated:
                at = command.jump if command.letter == "{" else at
                continue
            letter = command.letter
            if letter == "s":
                replaced = self.substitute(command) or replaced
            elif letter in "bt" or letter == "T":
                if letter == "b" or replaced == (letter == "t"):
                    at = self.script.labels[command.text] if command.text else 1 << 30
                replaced = replaced if letter == "b" else False
            elif letter in "dD":
                self.append(after)
                if letter == "D" and "\n" in self.space:
                    self.space, at = self.space.partition("\n")[2], 0
                    continue
                return
            elif letter in "nN":
                if self.number >= len(self.lines):
                    self.done.ended = True
                    break
                if letter == "n":
                    self.flush(after)
                    self.space = self.take()
                else:
                    self.space += "\n" + self.take()
                    self.append(after)
            elif letter in "qQ":
                self.done.ended, self.done.status = True, int(command.text or 0) & 255
                if letter == "Q":
                    return
                break
            elif letter == "c":
                if command.last is None or command.negated or at - 1 not in self.active:
                    self.put(command.text)
                self.append(after)
                return
            else:
                self.plain(command, after)
        self.flush(after)

    def is_endless(self) -> bool:
        """Tell whether the script does too much, and end it then."""
        if (
            self.steps <= MOST_STEPS
            and self.printed <= MOST_WRITTEN
            and len(self.space) + len(self.hold) <= MOST_SPACE
        ):
            return False
        self.done.ended, self.done.status = True, 4
        return True

    def plain(self, command: Command, after: list[str]) -> None:
        """Carry out a command that neither ends the cycle nor jumps."""
        letter = command.letter
        if letter == "p":
            self.put(self.space)
        elif letter == "P":
            self.put(self.space.partition("\n")[0])
        elif letter == "=":
            self.done.out.append(f"{self.number}\n")
        elif letter == "a":
            after.append(f"{command.text}\n")
        elif letter == "i":
            self.put(command.text)
        elif letter == "y":
            table = {ord(a): b for a, b in zip(command.flags, command.text, strict=True)}
            self.space = self.space.translate(table)
        elif letter in "gG":
            self.space = self.hold if letter == "g" else f"{self.space}\n{self.hold}"
        elif letter in "hH":
            self.hold = self.space if letter == "h" else f"{self.hold}\n{self.space}"
        elif letter == "x":
            self.space, self.hold = self.hold, self.space
        elif letter == "z":
            self.space = ""
        elif letter == "r":
            after.append(self.read(command.text) or "")
        elif letter == "w":
            self.write(command.text, self.space)
        elif letter == "l":
            shown = self.space.encode("unicode_escape").decode().replace("\\\\", "\\")
            self.done.out.append(f"{shown}$\n")

    def write(self, path: str, text: str) -> None:
        if path == "/dev/stdout":
            self.done.out.append(f"{text}\n")
        else:
            self.done.written[path] = self.done.written.get(path, "") + f"{text}\n"

    def selects(self, index: int, command: Command) -> bool:
        """Tell whether the addresses of a command select the line."""
        first, last = command.first, command.last
        if first is None:
            return True
        if last is None:
            return self.matches(first)
        if index in self.active:
            end = self.active[index]
            if end is not None and self.number >= end:
                del self.active[index]
                return self.number == end or last.kind != "n"
            if end is None and self.matches(last):
                del self.active[index]
            return True
        is_zero = first.kind == "n" and first.number == 0 and self.number == 1
        if not (is_zero or self.matches(first)):
            return False
        if is_zero:
            if not self.matches(last):
                self.active[index] = None
            return True
        end = {"n": last.number, "+": self.number + last.number}.get(last.kind)
        if last.kind == "~":
            end = -(-self.number // max(last.number, 1)) * max(last.number, 1)
        if (end is None and not (last.kind == "$" and self.number == len(self.lines))) or (
            end is not None and end > self.number
        ):
            self.active[index] = end
        return True

    def matches(self, address: Address) -> bool:
        if address.kind == "$":
            return self.number == len(self.lines)
        if address.kind == "n":
            return self.number == address.number
        if address.kind == "~~":
            step = address.step
            return self.number == address.number if not step else (
                self.number >= address.number and (self.number - address.number) % step == 0
            )  # fmt: skip
        return self.search(address.regex) is not None

    def search(self, regex: re.Pattern[str] | None) -> re.Match[str] | None:
        self.regex = regex or self.regex
        if self.regex is None:
            return None
        return self.regex.search(searched(self.regex, self.space))

    def substitute(self, command: Command) -> bool:
        """Carry out `s`; tell whether something was replaced."""
        self.regex = command.regex or self.regex
        if self.regex is None:
            return False
        text = searched(self.regex, self.space)
        flags = command.flags.partition("w")[0]
        wanted = int(re.sub(r"\D", "", flags)[:6] or 1)
        pieces: list[str] = []
        end = 0
        count = 0
        for match in self.regex.finditer(text):
            if match.end() == match.start() == end and pieces:
                continue  # nothing, right behind what was replaced
            count += 1
            self.steps += len(command.text) // CHARS_PER_STEP
            if self.steps > MOST_STEPS:
                break
            if count < wanted:
                continue
            pieces += [text[end : match.start()], _filled(command.text, match)]
            end = match.end()
            if "g" not in flags:
                break
        if count < wanted:
            return False
        self.space = "".join(pieces) + text[end:] + self.space[len(text) :]
        if "p" in flags:
            self.put(self.space)
        if "w" in command.flags:
            self.write(command.flags.partition("w")[2], self.space)
        return True


def _filled(new: str, match: re.Match[str]) -> str:
    """Put what was matched into a replacement: `&`, `\\1`, and GNU's `\\U` and `\\l`."""
    if "\\" not in new and "&" not in new:
        return new
    made: list[str] = []
    case, once = "", ""
    for found in re.finditer(r"\\(.)|&|[^\\&]+", new, re.S):
        sign = found[1] or ""
        if sign in tuple("ULE"):
            case, once = ("" if sign == "E" else sign), ""
            continue
        if sign in tuple("ul"):
            once = sign
            continue
        text = ESCAPES.get(sign, sign)
        if found[0] == "&" or sign.isdigit():
            text = match[int(sign or 0)] or ""
        elif not sign:
            text = found[0]
        text = _CASES[case](text) if case else text
        if once and text:
            text = _CASES[once.upper()](text[0]) + text[1:]
            once = ""
        made.append(text)
    return "".join(made)
