"""perl: one-liners that print, sleep, work out pi, or end.

# Simplified: Of Perl the model knows `print`, `say`, `sleep`, `exit` and `die` with plain values
and `bpi(N)`; other statements and script files have no effect.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from simulator.docker.shellmodel.printing import unescape
from simulator.timing import MS, SECOND

from ..process import Family, Process

MEMORY = 24 << 20
"""Resident size with bignum loaded (assumed)."""
DIGIT_US = 3 * MS
"""CPU time for each digit of pi by Math::BigFloat, of some thousands (assumed)."""
MOST_DIGITS = 20_000
_STATEMENT = re.compile(r"""((?:[^;"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')+)""")
_ITEM = re.compile(r"""bpi\((\d+)\)|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(-?\d+(?:\.\d+)?)""")


class Perl(Family):
    """`perl -e 'print ...'`."""

    name = "perl"

    def begin(self, p: Process) -> None:
        """Read the options and run the statements."""
        p.row["memory"] = MEMORY
        if p.argv[1:2] in (["-v"], ["--version"]):
            p.out("\nThis is perl 5, version 40, subversion 0 (v5.40.0)\n")
            p.exit(0)
            return
        text, lines = _one_liner(p.argv[1:])
        p.state.update(todo=[one.strip() for one in _STATEMENT.findall(text)], lines=lines)
        self.wake(p)

    def wake(self, p: Process) -> None:
        """Go on with the next statement."""
        todo: list[str] = p.state["todo"]
        while todo:
            statement = todo[0]
            digits = sum(int(found) for found in re.findall(r"bpi\((\d+)\)", statement))
            if digits and not p.state.get("worked"):
                p.state["worked"] = True
                p.wake(min(digits, MOST_DIGITS) * DIGIT_US)
                return
            p.state["worked"] = False
            todo.pop(0)
            if self._run(p, statement):
                return
        p.exit(0)

    def _run(self, p: Process, statement: str) -> bool:
        """Run a statement; answers whether the program now waits or has ended."""
        word, _, rest = statement.partition(" ")
        if word in ("print", "say"):
            ends = "\n" if p.state["lines"] or word == "say" else ""
            p.out("".join(_values(rest)) + ends)
        elif word == "sleep" and rest.strip().isdigit():
            p.wake(int(rest) * SECOND)
            return True
        elif word in ("exit", "die"):
            code = rest.strip()
            if word == "die":
                p.err("".join(_values(rest)) or "Died at -e line 1.\n")
            p.exit(255 if word == "die" else int(code) % 256 if code.isdigit() else 0)
            return True
        return False


def _one_liner(words: list[str]) -> tuple[str, bool]:
    """Read `-wle TEXT`: the statements, and whether -l adds newlines."""
    text, lines = "", False
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        flags = rest.pop(0)[1:]
        if flags[:1] in "MIm":
            continue
        lines = lines or "l" in flags
        if flags[-1:] in ("e", "E") and rest:
            text += rest.pop(0) + ";"
    return text, lines


def _values(text: str) -> list[str]:
    """Give the values of a list."""
    found: list[str] = []
    for match in _ITEM.finditer(text):
        digits, double, single, number = match.groups()
        if digits is not None:
            found.append(pi(min(int(digits), MOST_DIGITS)))
        elif double is not None:
            found.append(unescape(double))
        else:
            found.append(single if single is not None else str(number))
    return found


@lru_cache(maxsize=8)
def pi(digits: int) -> str:
    """Write pi to so many digits, the last one rounded (by Machin's formula)."""
    if digits < 2:
        return "3"
    one: Any = 10 ** (digits + 9)

    def arctangent(of: int) -> int:
        power = total = one // of
        n, sign = 3, -1
        while power:
            power //= of * of
            total += sign * (power // n)
            n, sign = n + 2, -sign
        return int(total)

    value = 4 * (4 * arctangent(5) - arctangent(239))
    text = str((value + 5 * 10**9) // 10**10)
    return f"{text[0]}.{text[1:]}"


FAMILIES: list[Family] = [Perl()]
