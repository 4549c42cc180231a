"""Files that a pattern matches, and what it costs to look for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator import globs
from simulator.shell.expand import bare, guarded

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

PATH_MAX = 4096
"""A longer pattern matches no path."""
PLACE_FILES = 10
"""Looking into one more folder costs as much as going by so many files."""
MOST_PLACES = 2000
SPECIAL = re.compile(r"[*?\[]")


def matching(shell: Shell, pattern: str) -> list[str]:
    """Match a pattern, in which what was quoted is shielded, against the tree."""
    if len(pattern) > PATH_MAX:
        return []
    absolute = pattern if pattern.startswith("/") else shell.cwd.rstrip("/") + "/" + pattern
    places = [""]
    for step in [part for part in absolute.split("/") if part]:
        if not SPECIAL.search(step):
            places = [f"{place}/{bare(step)}" for place in places]
            continue
        wanted = guarded(step)
        shell.clock.look_around(len(shell.tree.files) + PLACE_FILES * len(places))
        names = _children(shell, places)
        places = [
            f"{place}/{name}"
            for place in places
            if shell.tree.is_dir(place or "/")
            for name in names(place)
            if globs.fits(name, wanted) and (not name.startswith(".") or step.startswith("."))
        ][:MOST_PLACES]
    found = [
        place
        for place in places
        if shell.tree.exists(place) or shell.tree.resolve(place, follow=False) in shell.tree.files
    ]
    if not pattern.startswith("/"):
        cut = len(shell.cwd.rstrip("/")) + 1
        lead = re.match(r"(\./)*", pattern)
        found = [(lead[0] if lead else "") + place[cut:] for place in found]
    return found


def _children(shell: Shell, places: list[str]) -> Callable[[str], list[str]]:
    """Give what lists a folder; for many folders the tree is gone through once."""
    if len(places) < 4:
        return lambda place: shell.tree.children(place or "/")
    table: dict[str, list[str]] = {}
    for path in shell.tree.files:
        folder, _, name = path.rpartition("/")
        table.setdefault(folder or "/", []).append(name)
    return lambda place: sorted(table.get(shell.tree.resolve(place or "/"), ()))
