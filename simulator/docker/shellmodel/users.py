"""Users and groups, as /etc/passwd and /etc/group of a tree name them."""

from __future__ import annotations

from simulator.docker import unknown
from simulator.docker.tree import Tree, is_below

SOMEBODY = 1000
"""Number of a user or group that something unknown may have added (assumed)."""


def rows(tree: Tree, path: str) -> list[list[str]]:
    """Read a colon-separated table."""
    text = tree.text(path) or ""
    return [line.split(":") for line in text.splitlines() if line.count(":") >= 2]


def identity(tree: Tree, user: str) -> tuple[int, int, str, str]:
    """Resolve `user[:group]` to (uid, gid, name, home); unknown numbers stand for themselves.

    Raises LookupError in Docker's words for a name that is not in /etc/passwd.
    """
    if not user:
        return 0, 0, "root", "/root"
    name, _, group = user.partition(":")
    uid, gid, home = (int(name), 0, "/") if name.isdigit() else (-1, -1, "/")
    if not name.isdigit() and name == "root":
        uid, gid, home = 0, 0, "/root"
    for row in rows(tree, "/etc/passwd"):
        if (
            len(row) >= 6
            and (row[0] == name or row[2] == name)
            and row[2].isdigit()
            and row[3].isdigit()
        ):
            uid, gid, name, home = int(row[2]), int(row[3]), row[0], row[5]
            break
    if uid < 0 and unknown.knows(tree, "/etc/passwd", commands=True):
        uid, gid, home = SOMEBODY, SOMEBODY, f"/home/{name}"
    if uid < 0:
        raise LookupError(f"unable to find user {name}: no matching entries in passwd file")
    if group:
        gid = group_id(tree, group)
    return uid, gid, name, home


def group_id(tree: Tree, group: str) -> int:
    """Resolve a group's name or number; LookupError in Docker's words."""
    if group.isdigit():
        return int(group)
    for row in rows(tree, "/etc/group"):
        if row[0] == group and row[2].isdigit():
            return int(row[2])
    if group == "root":
        return 0
    if unknown.knows(tree, "/etc/group", commands=True):
        return SOMEBODY
    raise LookupError(f"unable to find group {group}: no matching entries in group file")


def user_id(tree: Tree, user: str) -> int:
    """Resolve a user's name or number; LookupError when there is none."""
    return identity(tree, user)[0]


def may_write(tree: Tree, user: tuple[int, int], home: str, real: str) -> bool:
    """Tell whether a user (uid, gid) may create or change a real path."""
    uid, gid = user
    if uid == 0:
        return True
    if len(home) > 1 and is_below(real, home) and unknown.knows(tree, home, commands=True):
        return True  # the account of an image whose files are not known
    entry = tree.files.get(real)
    while entry is None and real != "/":
        real = real.rpartition("/")[0] or "/"
        entry = tree.files.get(real)
    if entry is None:
        return False
    shift = 6 if entry["uid"] == uid else 3 if entry["gid"] == gid else 0
    return bool(entry["mode"] >> shift & 2)
