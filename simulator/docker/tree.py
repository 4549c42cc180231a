"""A file system as plain data: what a layer holds and what a build step changes.

`Files` maps an absolute path to an entry, a plain dict that is never changed in place:
`type` ("file", "dir", "link", "bundle"), `mode` (permission bits), `uid`, `gid`, and by type
`size` (bytes) and `digest`, `text` (small text files), `target` (links), `files` (bundles),
`arch` (programs compiled for one architecture) and `made` (what a compiler made it from).

# Simplified: A large directory keeps its important files by name; all the others are one entry of
# type "bundle" whose name begins with `*`, with their number and their bytes.
# Simplified: Files carry no modification times, so a file written again with the same content,
# owner and mode is no change.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.docker import digest as digests

Entry = dict[str, Any]
Files = dict[str, Entry]

MAX_TEXT = 64 * 1024
"""Bytes of a text file that are kept; of a longer file only size and digest are known."""
MAX_LINKS = 40
MAX_PATH = 4096
"""Longest path that the kernel takes (PATH_MAX)."""


class TreeError(Exception):
    """A file operation that the kernel would refuse; `reason` is the errno text."""

    def __init__(self, reason: str, path: str) -> None:
        """Keep the errno text and the path it is about."""
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path


NO_ENTRY = "No such file or directory"
NOT_DIRECTORY = "Not a directory"
IS_DIRECTORY = "Is a directory"
EXISTS = "File exists"
NOT_EMPTY = "Directory not empty"
TOO_LONG = "File name too long"
LOOP = "Too many levels of symbolic links"
READ_ONLY = "Read-only file system"
SETGID = 0o2000
"""Of a folder: what is made in it belongs to its group."""


def file_entry(
    text: str | None = None,
    *,
    size: int = 0,
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    content: str = "",
    **extra: Any,
) -> Entry:
    """Make a file from its text, or from a size and the `content` seed that decides its digest."""
    entry: Entry = {"type": "file", "mode": mode, "uid": uid, "gid": gid}
    if text is None:
        entry["size"] = size
        entry["digest"] = digests.of_text(f"{content}\0{size}")
    else:
        data = text.encode("utf-8", "surrogatepass")
        entry["size"] = len(data)
        entry["digest"] = digests.of_bytes(data)
        if len(data) <= MAX_TEXT:
            entry["text"] = text
    entry.update({key: value for key, value in extra.items() if value is not None})
    return entry


def dir_entry(mode: int = 0o755, uid: int = 0, gid: int = 0) -> Entry:
    """Make a directory entry."""
    return {"type": "dir", "mode": mode, "uid": uid, "gid": gid}


def link_entry(target: str, uid: int = 0, gid: int = 0) -> Entry:
    """Make a symbolic link."""
    return {"type": "link", "mode": 0o777, "uid": uid, "gid": gid, "target": target}


def bundle_entry(size: int, files: int, content: str) -> Entry:
    """Make the entry that stands for the many unnamed files of a directory."""
    return {
        "type": "bundle",
        "mode": 0o644,
        "uid": 0,
        "gid": 0,
        "size": size,
        "files": files,
        "digest": digests.of_text(f"{content}\0{size}\0{files}"),
    }


def bundle_path(folder: str, entry: Entry) -> str:
    """Name a bundle: `*` and a part of its digest, so that layers do not hide each other's."""
    return f"{folder.rstrip('/')}/*{entry['digest'][7:13]}"


def parents(path: str) -> Iterator[str]:
    """Yield the directories above a path, nearest first, without the root."""
    parent = posixpath.dirname(path)
    while parent.strip("/"):  # a path may begin with two slashes
        yield parent
        parent = posixpath.dirname(parent)


def add_parents(files: Files) -> Files:
    """Fill in the directories that hold the given files, as owned by root with mode 755."""
    for path in list(files):
        for parent in parents(path):
            if parent in files:
                break
            files[parent] = dir_entry()
    return files


def total_size(files: Mapping[str, Entry]) -> int:
    """Add up the bytes of all files of a tree or a layer."""
    return sum(entry.get("size", 0) for entry in files.values())


class Tree:
    """A writable file system over an unchanging one, as a build step or a shell sees it."""

    def __init__(self, base: Files) -> None:
        """Start from the merged files of the layers below; they are not changed."""
        self.base = base
        self.files: Files = dict(base)

    # --- looking ---------------------------------------------------------------------------

    def resolve(self, path: str, cwd: str = "/", *, follow: bool = True) -> str:
        """Make a path absolute and follow its links; the last one only when `follow`.

        A missing part is no error: the answer is where the file would be.
        Raises TreeError for a loop of links.
        """
        if len(path) > MAX_PATH:
            raise TreeError(TOO_LONG, path[:60])
        if not path.startswith("/"):
            path = cwd.rstrip("/") + "/" + path
        if ".." not in path:
            quick = self._quick(posixpath.normpath(path), follow)
            if quick is not None:
                return quick
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        done = ""
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                done = posixpath.dirname(done) if done.count("/") > 1 else ""
                continue
            here = f"{done}/{part}"
            entry = self.files.get(here)
            if entry is not None and entry["type"] == "link" and (todo or follow):
                links += 1
                if links > MAX_LINKS:
                    raise TreeError(LOOP, path)
                target = entry["target"]
                if target.startswith("/"):
                    done = ""
                todo.extend(p for p in reversed(target.split("/")) if p not in ("", "."))
                continue
            done = here
        return done or "/"

    def _quick(self, path: str, follow: bool) -> str | None:
        """Answer at once for a path that is no link, or whose directory has no such entry.

        Entries are kept by their real paths: above one that is there, nothing is a link.
        """
        path = "/" + path.lstrip("/")
        entry = self.files.get(path)
        if entry is None:
            folder = self.files.get(posixpath.dirname(path))
            return path if folder is not None and folder["type"] == "dir" else None
        return None if entry["type"] == "link" and follow else path

    def get(self, path: str, cwd: str = "/") -> Entry | None:
        """Return the entry at a path, links followed; None when there is none."""
        real = self.resolve(path, cwd)
        return dir_entry() if real == "/" else self.files.get(real)

    def exists(self, path: str, cwd: str = "/") -> bool:
        """Tell whether something is at a path, links followed."""
        return self.get(path, cwd) is not None

    def is_dir(self, path: str, cwd: str = "/") -> bool:
        """Tell whether a path is a directory, links followed."""
        entry = self.get(path, cwd)
        return entry is not None and entry["type"] == "dir"

    def is_file(self, path: str, cwd: str = "/") -> bool:
        """Tell whether a path is a regular file, links followed."""
        entry = self.get(path, cwd)
        return entry is not None and entry["type"] == "file"

    def text(self, path: str, cwd: str = "/") -> str | None:
        """Return the text of a small text file; None when absent or not known."""
        entry = self.get(path, cwd)
        return None if entry is None else entry.get("text")

    def children(self, path: str) -> list[str]:
        """List the names in a directory, sorted."""
        real = self.resolve(path)
        prefix = "/" if real == "/" else real + "/"
        cut = len(prefix)
        return sorted(p[cut:] for p in self.files if p.startswith(prefix) and "/" not in p[cut:])

    def below(self, path: str) -> list[str]:
        """List all paths under a directory (itself left out), sorted."""
        real = self.resolve(path)
        prefix = "/" if real == "/" else real + "/"
        return sorted(p for p in self.files if p.startswith(prefix))

    # --- changing --------------------------------------------------------------------------

    def put(self, path: str, entry: Entry, cwd: str = "/") -> str:
        """Place an entry at a path, making missing directories; return the real path.

        Raises TreeError when a parent is a file or a directory would be replaced by a file.
        """
        real = self.resolve(path, cwd, follow=entry["type"] == "file")
        old = self.files.get(real)
        if old is not None and old["type"] == "dir" and entry["type"] != "dir":
            raise TreeError(IS_DIRECTORY, path)
        self.make_parents(real)
        self.files[real] = entry
        return real

    def write(self, path: str, text: str, cwd: str = "/", *, uid: int = 0, gid: int = 0) -> str:
        """Write a text file, keeping owner and mode of one that exists."""
        old = self.get(path, cwd)
        if old is not None and old["type"] == "dir":
            raise TreeError(IS_DIRECTORY, path)
        mode = 0o644
        if old is not None:
            mode, uid, gid = old["mode"], old["uid"], old["gid"]
        elif (folder := self.get(posixpath.dirname(self.resolve(path, cwd)))) is not None:
            gid = folder["gid"] if folder["mode"] & SETGID else gid
        return self.put(path, file_entry(text, mode=mode, uid=uid, gid=gid), cwd)

    def make_parents(self, real: str, uid: int = 0, gid: int = 0, mode: int = 0o755) -> None:
        """Create the directories above a real path."""
        for parent in parents(real):
            entry = self.files.get(parent)
            if entry is None:
                self.files[parent] = dir_entry(mode, uid, gid)
            elif entry["type"] != "dir":
                raise TreeError(NOT_DIRECTORY, parent)
            else:
                break

    def make_dir(
        self, path: str, cwd: str = "/", *, uid: int = 0, gid: int = 0, mode: int = 0o755
    ) -> str:
        """Create a directory and those above it; nothing happens when it is there."""
        real = self.resolve(path, cwd)
        entry = self.files.get(real)
        if real == "/" or (entry is not None and entry["type"] == "dir"):
            return real
        if entry is not None:
            raise TreeError(EXISTS, path)
        self.make_parents(real, uid, gid)
        self.files[real] = dir_entry(mode, uid, gid)
        return real

    def remove(self, real: str) -> None:
        """Remove a real path and all below it."""
        entry = self.files.pop(real, None)
        if entry is None or entry["type"] == "dir":
            prefix = real.rstrip("/") + "/"
            for path in [p for p in self.files if p.startswith(prefix)]:
                del self.files[path]

    def change(self, real: str, **fields: Any) -> None:
        """Replace single fields of an entry (mode, uid, gid ...); "/" has none to replace."""
        if real != "/":
            self.files[real] = {**self.files[real], **fields}

    # --- the result ------------------------------------------------------------------------

    def difference(self) -> tuple[Files, list[str]]:
        """Compare with the base: entries added or changed, and whiteouts (paths removed).

        Of a removed directory only the directory itself is listed.
        """
        base, files = self.base, self.files
        changed = {
            path: entry
            for path, entry in files.items()
            if base.get(path) is not entry and base.get(path) != entry
        }
        gone = [path for path in base if path not in files] if len(base) else []
        return changed, topmost(gone)


class GuardedTree(Tree):
    """A whole file system in which places that are mounted read-only refuse writes."""

    def __init__(self, base: Files, read_only: Iterable[str], writable: Iterable[str]) -> None:
        """Name the places; of two that hold a path, the deeper one decides."""
        super().__init__(base)
        self.read_only = list(read_only)
        self.writable = list(writable)

    def check(self, path: str) -> None:
        """Refuse a write below a read-only place; raises TreeError."""
        places = (p for p in [*self.read_only, *self.writable] if is_below(path, p))
        if max(places, key=len, default="") in self.read_only:
            raise TreeError(READ_ONLY, path)

    def read_only_reason(self, real: str) -> str:
        """Say why nothing can be changed at a real path; "" when it can."""
        try:
            self.check(real)
        except TreeError as error:
            return error.reason
        return ""

    def mounts(self) -> list[str]:
        """List the places that are mounted, those of the runtime left out."""
        places = [*self.read_only, *self.writable]
        return [place for place in places if place not in ("/", "/dev", "/proc")]

    def put(self, path: str, entry: Entry, cwd: str = "/") -> str:
        """Place an entry, unless the place is read-only."""
        self.check(self.resolve(path, cwd))
        return super().put(path, entry, cwd)

    def make_dir(
        self, path: str, cwd: str = "/", *, uid: int = 0, gid: int = 0, mode: int = 0o755
    ) -> str:
        """Create a directory, unless the place is read-only."""
        if not self.is_dir(path, cwd):
            self.check(self.resolve(path, cwd))
        return super().make_dir(path, cwd, uid=uid, gid=gid, mode=mode)

    def remove(self, real: str) -> None:
        """Remove a path, unless the place is read-only."""
        self.check(real)
        super().remove(real)


def is_below(path: str, place: str) -> bool:
    """Tell whether a path is a place or lies under it."""
    return path == place or path.startswith(place.rstrip("/") + "/")


def topmost(paths: Iterable[str]) -> list[str]:
    """Keep of a set of paths those that lie below no other, sorted."""
    kept: list[str] = []
    for path in sorted(paths, key=lambda p: p.split("/")):
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return kept


def apply(base: Files, changed: Mapping[str, Entry], whiteouts: Iterable[str]) -> Files:
    """Lay one layer over the files below it and return the merged files."""
    files = dict(base)
    for gone in whiteouts:
        files.pop(gone, None)
        prefix = gone + "/"
        for path in [p for p in files if p.startswith(prefix)]:
            del files[path]
    for path, entry in changed.items():
        old = files.get(path)
        if old is not None and old["type"] == "dir" and entry["type"] != "dir":
            prefix = path + "/"
            for below in [p for p in files if p.startswith(prefix)]:
                del files[below]
        files[path] = entry
    return files
