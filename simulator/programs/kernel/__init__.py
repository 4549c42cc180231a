"""What a process sees of the kernel: /proc, /sys and /dev, made up when somebody looks.

`KernelTree` is a process's view of its files. As long as nobody asks for a path below one of the
three folders it costs nothing; then their entries are laid into it, without their contents, which
are worked out by `KernelEntry` when they are read. None of it is ever kept: not in a layer, not in
`docker diff`, not in `docker cp`.

# Simplified: /proc/self is a folder of its own, not a link, standard streams are
devices, and a small tool that a shell runs reads of the shell there instead of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.docker import tree as trees
from simulator.docker.tree import NO_ENTRY, Entry, Files, GuardedTree, TreeError

from . import devices, proc, process, sysfs
from .entries import KernelEntry, plain

if TYPE_CHECKING:
    from ..process import Process

FOLDERS = ("/proc", "/sys", "/dev")
INSIDE = ("/proc/", "/sys/", "/dev/")

__all__ = ["KernelTree", "view_of"]


def view_of(p: Process) -> KernelTree:
    """Open a process's view of its container's files."""
    base = p.engine.docker.files.view(p.container)
    host = p.container["HostConfig"]
    guarded = [] if host.get("Privileged") else ["/sys", *(host.get("ReadonlyPaths") or ())]
    return KernelTree(p, base, guarded)


class KernelTree(GuardedTree):
    """A container's files with those that the kernel makes up."""

    def __init__(self, p: Process, base: GuardedTree, guarded: list[str]) -> None:
        self.base, self.files = base.base, base.files  # as they are: copies would cost time
        self.read_only, self.writable = [*base.read_only, *guarded], base.writable
        self._p = p
        self._guarded = guarded
        self._laid: set[str] = set()
        self._made: Files = {}

    # Looking

    def resolve(self, path: str, cwd: str = "/", *, follow: bool = True) -> str:
        """Make a path absolute; the folders of the kernel are laid in when it leads there."""
        real = super().resolve(path, cwd, follow=follow)
        while real.startswith(FOLDERS):
            folder = "/" + real[1:].partition("/")[0]
            if folder not in FOLDERS or folder in self._laid:
                break
            self._lay(folder)
            real = super().resolve(path, cwd, follow=follow)
        return real

    def _lay(self, folder: str) -> None:
        self._laid.add(folder)
        lay = {"/proc": _proc, "/sys": _sys, "/dev": devices.entries}[folder]
        found = trees.add_parents(lay(self._p))
        kept = {path: entry for path, entry in found.items()
                if path not in self.files or path == "/dev/null"}  # fmt: skip
        self._made.update(kept)
        self.files.update(kept)

    def mounts(self) -> list[str]:
        """List the places that are mounted, those of the runtime left out."""
        own = ("/", "/dev", "/proc", *self._guarded)
        return [place for place in [*self.read_only, *self.writable] if place not in own]

    # Changing

    def check(self, path: str) -> None:
        """Refuse a write below a read-only place, and anything new in /proc."""
        super().check(path)
        if path.startswith("/proc/") and path not in self.files:
            raise TreeError(NO_ENTRY, path)

    def put(self, path: str, entry: Entry, cwd: str = "/") -> str:
        """Place an entry; of the kernel's files what they hold now."""
        real = self.resolve(path, cwd)
        if real in self._made:  # what is written to the kernel's files is not kept
            self.check(real)
            return real
        return super().put(path, entry.plain() if isinstance(entry, KernelEntry) else entry, cwd)

    def remove(self, real: str) -> None:
        """Remove a path, but never one of the kernel's."""
        if real in self._made or real in FOLDERS:
            self.check(real)
            return
        super().remove(real)

    def difference(self) -> tuple[Files, list[str]]:
        """Compare with the base, the kernel's files left out."""
        if not self._laid:
            return super().difference()
        changed, gone = super().difference()
        kept = {
            path: plain(entry)
            for path, entry in changed.items()
            if self._made.get(path) is not entry and not path.startswith(("/proc/", "/sys/"))
        }
        return kept, gone


def _proc(p: Process) -> Files:
    found: Files = {f"/proc/{name}": _file(p, read) for name, read in proc.FILES.items()}
    for row in p.engine.programs.processes(p.container["Id"]):
        _process(p, row, f"/proc/{row['pid']}", found)
        if row["pid"] == p.pid:
            _process(p, row, "/proc/self", found)
    for name, value in proc.parameters(p).items():
        text = value + "\n"
        found["/proc/sys/" + name.replace(".", "/")] = KernelEntry(partial(str, text), 0o644)
    found["/proc/sys/kernel/random/uuid"] = KernelEntry(partial(_uuid, p))
    found["/proc/mounts"] = trees.link_entry("self/mounts")
    for name, read in proc.network(p).items():
        found[f"/proc/net/{name}"] = _file(p, read)
    return found


def _process(p: Process, row: dict[str, Any], folder: str, found: Files) -> None:
    """Add the entries of one process."""
    uid, gid = int(row["uid"]), int(row["gid"])
    for name, (mode, read) in process.FILES.items():
        found[f"{folder}/{name}"] = KernelEntry(partial(read, p, row), mode, uid, gid)
    for name, target in (("exe", str(row.get("path") or row["argv"][0])), ("cwd", str(row["cwd"])),
                         ("root", "/")):  # fmt: skip
        found[f"{folder}/{name}"] = trees.link_entry(target, uid, gid)
    found[f"{folder}/fd"] = trees.dir_entry(0o500, uid, gid)
    for number in "012":
        found[f"{folder}/fd/{number}"] = KernelEntry(str, 0o700, uid, gid)


def _sys(p: Process) -> Files:
    return {path: _file(p, read) for path, read in sysfs.files(p).items()}


def _file(p: Process, read: Callable[[Process], str]) -> KernelEntry:
    return KernelEntry(partial(read, p))


def _uuid(p: Process) -> str:
    data = bytearray(devices.chance(p, 16).encode())
    data[6], data[8] = data[6] & 0x0F | 0x40, data[8] & 0x3F | 0x80
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])) + "\n"
