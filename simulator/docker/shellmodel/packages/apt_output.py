"""How APT writes: levels of quiet, lists of names that wrap, sizes, the reading of the database."""

from __future__ import annotations

import re

from simulator.docker import tree
from simulator.docker.shellmodel.process import Run

WIDTH = 80
"""Columns of a screen that nobody has."""


class Output:
    """What one call of apt or apt-get prints; without a terminal it is quiet by itself (-q)."""

    def __init__(self, run: Run) -> None:
        """Read how quiet the call shall be."""
        self.run = run
        args = run.argv[1:]
        short = sum(len(re.sub(r"[^q]", "", a)) for a in args if re.fullmatch(r"-[a-zA-Z]+", a))
        numbers = [int(m[1]) for a in args if (m := re.fullmatch(r"-q=(\d)", a))]
        self.quiet = max([short + args.count("--quiet"), *numbers])

    def say(self, text: str) -> None:
        """Write what -qq leaves out."""
        if self.quiet < 2:
            self.run.out(text)

    def names(self, title: str, names: list[str], between: str = " ") -> None:
        """Write a title and names below it, indented and wrapped; nothing when there are none."""
        if not names:
            return
        lines, line = [], ""
        for name in names:
            if line and len(line) + 1 + len(name) > WIDTH - 3:
                lines.append(line)
                line = ""
            line += (between[:1] if line else "") + name
        lines.append(line)
        self.say(title + "\n" + "".join(f"  {one}\n" for one in lines))

    @staticmethod
    def size(count: int) -> str:
        """Write bytes as APT does (SizeToStr): three digits, powers of a thousand, "0 B"."""
        value, unit = float(count), 0
        while True:
            if value < 100 and unit:
                return f"{value:.1f} {' kMGT'[unit]}B"
            if value < 10_000:
                return f"{value:.0f} {' kMGT'[unit].strip()}B"
            value, unit = value / 1000, unit + 1

    def database(self) -> None:
        """Write what dpkg does first; dpkg is as loud with -qq."""
        count = sum(_count(entry) for entry in self.run.tree.files.values())
        self.run.out("(Reading database ... \n")
        self.run.out("".join(f"(Reading database ... {n}%\n" for n in range(5, 101, 5)))
        self.run.out(f"(Reading database ... {count} files and directories currently installed.)\n")


def _count(entry: tree.Entry) -> int:
    return int(entry.get("files", 1)) if entry["type"] == "bundle" else 1
