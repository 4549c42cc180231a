"""The honest list: every comment `# Simplified:` of the simulator, found in its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import simulator

MARK = re.compile(r"^\s*(?:#|//) Simplified:\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Note:
    """One simplification and the line at which its comment stands."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """The simplifications of one part of the simulator: a folder, or a module at the top."""

    title: str
    module: str
    notes: list[Note]


@cache
def simplifications() -> list[Group]:
    """Collect the comments by part, sorted by path."""
    root = Path(simulator.__file__).parent
    groups: dict[str, Group] = {}
    for path in sorted(root.rglob("*.*")):
        if path.suffix not in (".py", ".pym", ".js", ".go"):
            continue
        inside = path.relative_to(root)
        part = inside.parent.as_posix() if len(inside.parts) > 1 else inside.as_posix()
        for number, text in _sentences(path.read_text("utf-8").splitlines()):
            title = Path(part).stem.replace("_", " ").capitalize()
            group = groups.setdefault(part, Group(title, f"simulator/{part}", []))
            group.notes.append(Note(text[:1].upper() + text[1:], f"{inside.name}, line {number}"))
    return list(groups.values())


def _sentences(lines: list[str]) -> list[tuple[int, str]]:
    """Read each mark with its line; its sentence goes on below, up to the first full stop.

    In a comment the lines that follow are comments; in a docstring they are plain text.
    """
    found: list[tuple[int, str]] = []
    quotes = 0
    is_open = False
    for number, line in enumerate(lines, 1):
        inside = quotes % 2 == 1
        quotes += line.count('"""')
        if start := MARK.match(line):
            found.append((number, start.group(1).strip()))
            is_open = True
        elif is_open and line.strip() and (inside or line.lstrip().startswith(("#", "//"))):
            first, text = found[-1]
            found[-1] = (first, f"{text} {line.strip().lstrip('#/ ')}")
        else:
            is_open = False
        if is_open and found[-1][1].endswith((".", '."""')):
            found[-1] = (found[-1][0], found[-1][1].removesuffix('"""'))
            is_open = False
    return found
