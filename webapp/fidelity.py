"""The honest list: every comment `# Simplified:` of the simulator, found in its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import simulator

MARK = re.compile(r"^\s*# Simplified:\s*(.*)$")
MORE = re.compile(r"^\s*#\s?(.*)$")


@dataclass(frozen=True, slots=True)
class Group:
    """The simplifications of one module, with its path inside simulator/."""

    module: str
    sentences: tuple[str, ...]


@cache
def simplifications() -> list[Group]:
    """Collect the comments by module, sorted by path."""
    root = Path(simulator.__file__).parent
    groups = []
    for path in sorted(root.rglob("*.py")):
        sentences = _sentences(path.read_text("utf-8").splitlines())
        if sentences:
            groups.append(Group(path.relative_to(root).as_posix(), tuple(sentences)))
    return groups


def _sentences(lines: list[str]) -> list[str]:
    """Read each comment; it goes on over the comment lines below it, up to a full stop."""
    found: list[str] = []
    open_comment = False
    for line in lines:
        if start := MARK.match(line):
            found.append(start.group(1).strip())
            open_comment = True
        elif open_comment and (more := MORE.match(line)):
            found[-1] += " " + more.group(1).strip()
        else:
            open_comment = False
        open_comment = open_comment and not found[-1].endswith(".")
    return found
