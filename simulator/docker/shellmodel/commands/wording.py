"""How the tools of GNU and of BusyBox name a file that they cannot open.

Sources: the messages of coreutils 9, grep 3, sed 4 and util-linux 2.4x, and of BusyBox 1.37.
"""

from __future__ import annotations

from simulator.docker.tree import IS_DIRECTORY

_GNU = {
    "head": "cannot open '{}' for reading", "tail": "cannot open '{}' for reading",
    "sort": "cannot read: {}", "sed": "can't read {}", "rev": "cannot open {}",
}  # fmt: skip
_BUSYBOX = dict.fromkeys(("tail", "sort", "uniq", "cat"), "can't open '{}'")
_GNU_FOLDER = {
    "head": "error reading '{}'", "tail": "error reading '{}'", "sort": "read failed: {}",
    "sed": "read error on {}",
}  # fmt: skip
_STATUS = {"grep": 2, "egrep": 2, "fgrep": 2, "sort": 2}


def unreadable(tool: str, path: str, why: str, busybox: bool) -> tuple[str, int]:
    """Word that a tool cannot read a file; answers (text without the tool's name, exit code)."""
    words = (_BUSYBOX if busybox else _GNU).get(tool, "{}")
    if why == IS_DIRECTORY:
        words = _GNU_FOLDER.get(tool, "{}")
        words = "read error" if busybox and not tool.endswith("grep") else words
    status = 2 if tool == "sed" and not busybox else _STATUS.get(tool, 1)
    return f"{words.format(path)}: {why}", status
