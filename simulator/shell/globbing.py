"""Files that a pattern matches, as they are written in a command line, and what that costs."""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator import globs
from simulator.docker.tree import Tree

from .expand import bare, guarded

PATH_MAX = 4096
"""A longer pattern matches no path."""
PLACE_FILES = 10
"""Looking into one more folder costs as much as going by so many files."""
MOST_PLACES = 2000
SPECIAL = re.compile(r"[*?\[]")


def matching(tree: Tree, pattern: str, cwd: str, look: Callable[[int], None]) -> list[str]:
    """Match a pattern, in which what was quoted is shielded, against a tree.

    What stands before the first sign of a pattern, `./` too, is kept as it is written.
    look: is told how many files have been gone by.
    """
    if len(pattern) > PATH_MAX:
        return []
    places = [""]
    for step in re.split(r"(/+)", pattern):
        if not SPECIAL.search(step):
            is_slash = step.startswith("/")
            places = [
                place + bare(step) for place in places
                if not is_slash or not place or tree.is_dir(place, cwd)
            ]  # fmt: skip
            continue
        wanted = guarded(step)
        look(len(tree.files) + PLACE_FILES * len(places))
        names = _children(tree, cwd, places)
        places = [
            place + name
            for place in places
            for name in names(place)
            if globs.fits(name, wanted) and (not name.startswith(".") or step.startswith("."))
        ][:MOST_PLACES]
    return sorted(place for place in places if _is_there(tree, place, cwd))


def _is_there(tree: Tree, path: str, cwd: str) -> bool:
    return tree.exists(path, cwd) or tree.resolve(path, cwd, follow=False) in tree.files


def _children(tree: Tree, cwd: str, places: list[str]) -> Callable[[str], list[str]]:
    """Give what lists a folder; for many folders the tree is gone through once."""
    if len(places) < 4:
        return lambda place: tree.children(tree.resolve(place or ".", cwd))
    table: dict[str, list[str]] = {}
    for path in tree.files:
        folder, _, name = path.rpartition("/")
        table.setdefault(folder or "/", []).append(name)
    return lambda place: table.get(tree.resolve(place or ".", cwd), [])
