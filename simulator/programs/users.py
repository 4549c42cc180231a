"""Users and groups, as the container's /etc/passwd and /etc/group have them."""

from __future__ import annotations

import re

from simulator.docker.containers.errors import DockerError
from simulator.docker.tree import Tree

LAST_ID = (1 << 31) - 1
_NUMBER = re.compile(r"[0-9]{1,10}$")
User = tuple[int, int, str, str]
"""(uid, gid, name, home)"""


def find_user(tree: Tree, spec: str) -> User:
    """Read a `--user` text (name, uid, name:group ...); DockerError when a name is unknown."""
    name, _, group = (spec or "0").partition(":")
    _check_range(name, group)
    rows = [line.split(":") for line in (tree.text("/etc/passwd") or "").splitlines()]
    rows = [row for row in rows if len(row) >= 7 and all(map(_NUMBER.match, row[2:4]))]
    if not any(row[0] == "root" for row in rows):
        rows.insert(0, ["root", "x", "0", "0", "root", "/root", "/bin/sh"])
    found = next((row for row in rows if row[0] == name or row[2] == name), None)
    if found is not None:
        uid, gid, shown, home = int(found[2]), int(found[3]), found[0], found[5]
    elif _NUMBER.match(name):
        uid, gid, shown, home = int(name), 0, "", "/"
    else:
        raise DockerError(400, f"unable to find user {name}: no matching entries in passwd file")
    if group:
        gid = find_group(tree, group)
    return uid, gid, shown, home


def _check_range(*names: str) -> None:
    for name in names:
        if name.isdecimal() and not (_NUMBER.match(name) and int(name) <= LAST_ID):
            raise DockerError(400, f"uids and gids must be in range 0-{LAST_ID}")


def find_group(tree: Tree, group: str) -> int:
    """Read a group's name or number; DockerError when the name is unknown."""
    if _NUMBER.match(group):
        return int(group)
    for line in (tree.text("/etc/group") or "").splitlines():
        parts = line.split(":")
        if len(parts) >= 3 and parts[0] == group and _NUMBER.match(parts[2]):
            return int(parts[2])
    raise DockerError(400, f"unable to find group {group}: no matching entries in group file")


def user_name(tree: Tree, uid: int) -> str:
    """Name a user by number; "" when passwd has none."""
    for line in (tree.text("/etc/passwd") or "").splitlines():
        parts = line.split(":")
        if len(parts) >= 3 and parts[2] == str(uid):
            return parts[0]
    return "root" if uid == 0 else ""
