"""tail -f and -F: files that are looked at again and again for what is new at their end.

{path: how many characters of it have been seen, or -1 for a file that cannot be opened}

Sources: coreutils 9 src/tail.c and BusyBox 1.37 coreutils/tail.c.
# Simplified: `tail -f` looks once a second, as BusyBox does, also where it would be told at once.
"""

from __future__ import annotations

from simulator.docker.tree import Tree
from simulator.timing import SECOND

Followed = dict[str, int]

LOOK_US = 1 * SECOND
NONE = -1


def begin(view: Tree, cwd: str, paths: list[str]) -> Followed:
    """Give what is followed of some files after their last lines were printed."""
    return {path: _length(view, cwd, path) for path in paths if not path.startswith("/dev/")}


def _length(view: Tree, cwd: str, path: str) -> int:
    return len(view.text(path, cwd) or "") if view.exists(path, cwd) else NONE


def news(view: Tree, cwd: str, followed: Followed) -> tuple[str, str, Followed]:
    """Give what files have gained: (standard output, standard error, followed from now on)."""
    busy = view.exists("/bin/busybox")
    out = err = ""
    now: Followed = {}
    for path, seen in followed.items():
        length = now[path] = _length(view, cwd, path)
        shown = path if busy else f"'{path}'"
        if length == NONE:
            if seen != NONE:
                why = "" if busy else ": No such file or directory"
                err += f"tail: {shown} has become inaccessible{why}\n"
            continue
        if seen == NONE:
            tail = "; following end of new file" if busy else ";  following new file"
            err += f"tail: {shown} has appeared{tail}\n"
            seen = 0
        elif length < seen:
            err += "" if busy else f"tail: {path}: file truncated\n"
            seen = 0
        if length > seen:
            out += (view.text(path, cwd) or "")[seen:]
    return out, err, now
