"""What the kernel lets a process do with files: by owner, mode, mount and what is in the way.

Each answer is the text of an errno, or "" when there is nothing against it.   Sources: the pages
path_resolution(7), open(2), unlink(2) and capabilities(7) of the Linux manual.
# Simplified: Access lists, quotas and the immutable flag of files do not exist here.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from simulator.docker import unknown
from simulator.docker.tree import (
    IS_DIRECTORY,
    NO_ENTRY,
    NOT_DIRECTORY,
    Entry,
    GuardedTree,
    parents,
)
from simulator.plain import Object

READ, WRITE, EXECUTE = 4, 2, 1
DENIED = "Permission denied"
NOT_PERMITTED = "Operation not permitted"
BUSY = "Device or resource busy"
STICKY = 0o1000
MOUNTED = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
"""Files that the runtime mounts: they can be written to, not replaced."""


class Permissions:
    """The part of a process that deals with what it may do."""

    if TYPE_CHECKING:
        container: Object

        @property
        def uid(self) -> int: ...
        @property
        def groups(self) -> list[int]: ...
        @property
        def cwd(self) -> str: ...
        @property
        def view(self) -> GuardedTree: ...

    @property
    def overrides(self) -> bool:
        """True for root, unless the container has dropped CAP_DAC_OVERRIDE."""
        host = self.container["HostConfig"]
        if self.uid != 0 or host.get("Privileged"):
            return self.uid == 0
        names = ("ALL", "DAC_OVERRIDE", "CAP_DAC_OVERRIDE")
        dropped = any(str(one).upper() in names for one in host.get("CapDrop") or ())
        return not dropped or any(str(one).upper() in names for one in host.get("CapAdd") or ())

    def allowed(self, entry: Entry, what: int) -> bool:
        """Tell whether the bits of an entry allow it: READ, WRITE or EXECUTE."""
        mode = int(entry["mode"])
        if self.overrides:
            return what != EXECUTE or entry["type"] == "dir" or bool(mode & 0o111)
        if entry["uid"] == self.uid:
            return bool(mode >> 6 & what)
        return bool(mode >> (3 if entry["gid"] in self.groups else 0) & what)

    def may_enter(self, path: str) -> bool:
        """Tell whether a folder can be entered."""
        entry = self.view.get(path, self.cwd)
        return entry is None or self.allowed(entry, EXECUTE)

    def may_create(self, path: str) -> bool:
        """Tell whether the process may create or remove something at a path."""
        return not self.stays(path)

    def may_write(self, path: str) -> bool:
        """Tell whether the process may write into a file, or make one where there is none."""
        return not self.refusal(path)

    def may_execute(self, entry: Entry) -> bool:
        """Tell whether an entry is a file that the process may run."""
        return entry["type"] == "file" and self.allowed(entry, EXECUTE)

    def hidden(self, path: str) -> str:
        """Say which folder on the way to a path is in the way."""
        real = self.view.resolve(path, self.cwd, follow=False)
        for folder in reversed(list(parents(real))):
            entry = self.view.files.get(folder)
            if entry is None:
                return ""
            if entry["type"] != "dir" and not entry.get("guessed"):
                return NOT_DIRECTORY
            if not self.overrides and not self.allowed(entry, EXECUTE):
                return DENIED
        return ""

    def unreadable(self, path: str) -> str:
        """Say why a file cannot be read."""
        why = self.hidden(path)
        entry = None if why else self.view.get(path, self.cwd)
        if why or entry is None:
            return why or NO_ENTRY
        if not self.allowed(entry, READ):
            return DENIED
        return IS_DIRECTORY if entry["type"] == "dir" else ""

    def refusal(self, path: str, *, folder: bool = False) -> str:
        """Say why a file cannot be written or made at a path; folder: a folder is to be made."""
        why = self.hidden(path)
        if why:
            return why
        view = self.view
        real = view.resolve(path, self.cwd)
        entry = view.get(real)
        if entry is not None and entry["type"] == "dir" and not folder:
            return IS_DIRECTORY
        place = posixpath.dirname(real)
        above = view.get(place)
        if above is None and not unknown.knows(view, real):
            return NO_ENTRY
        if above is not None and above["type"] != "dir" and not above.get("guessed"):
            return NOT_DIRECTORY
        why = view.read_only_reason(real)
        if why:
            return why
        wanted = entry if entry is not None and entry["type"] == "file" else above
        return "" if wanted is None or self.allowed(wanted, WRITE) else DENIED

    def stays(self, path: str) -> str:
        """Say why what is at a path cannot be removed or renamed: that is up to its folder."""
        why = self.hidden(path)
        if why:
            return why
        view = self.view
        real = view.resolve(path, self.cwd, follow=False)
        if real in MOUNTED or real in view.mounts():
            return BUSY
        why = view.read_only_reason(real)
        if why:
            return why
        above = view.get(posixpath.dirname(real))
        if above is None or not self.allowed(above, WRITE):
            return "" if above is None else DENIED
        entry = view.files.get(real)
        if entry is None or self.overrides or not int(above["mode"]) & STICKY:
            return ""
        return "" if self.uid in (entry["uid"], above["uid"]) else NOT_PERMITTED
