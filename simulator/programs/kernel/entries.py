"""Files that the kernel makes up when they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.docker.tree import Entry, file_entry

_UNREAD = "sha256:" + "0" * 64


class KernelEntry(dict[str, Any]):
    """An entry of a tree whose `text` is worked out each time somebody asks for it.

    It is never kept: `plain` gives what a copy of the file holds.
    """

    __slots__ = ("read",)

    def __init__(self, read: Callable[[], str], mode: int = 0o444, uid: int = 0, gid: int = 0,
                 **extra: Any) -> None:  # fmt: skip
        super().__init__(type="file", mode=mode, uid=uid, gid=gid, size=0, digest=_UNREAD, **extra)
        self.read = read

    def get(self, key: str, default: Any = None) -> Any:
        """Give a field; "text" is what the file holds now."""
        return self.read() if key == "text" else super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        return self.read() if key == "text" else super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        return key == "text" or super().__contains__(key)

    def plain(self) -> Entry:
        """Give a file with what this one holds now."""
        mode, uid, gid = self["mode"], self["uid"], self["gid"]
        return file_entry(self.read(), mode=mode, uid=uid, gid=gid)


def plain(entry: Any) -> Any:
    """Give an entry, and what an archive remembers of others, as data that can be kept."""
    if isinstance(entry, KernelEntry):
        return entry.plain()
    if isinstance(entry, dict) and ("members" in entry or "made" in entry):
        return {key: plain(value) for key, value in entry.items()}
    if isinstance(entry, dict) and any(isinstance(one, KernelEntry) for one in entry.values()):
        return {key: plain(value) for key, value in entry.items()}
    return entry
