"""The student's files: a small tree under the home folder, the same on every machine.

# Simplified: The workspace folder is the same on every machine of a lab, as if it were synced, and
# nothing outside of it can be written to from a terminal.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulator.docker import tree
from simulator.docker.tree import Entry, Files, GuardedTree, TreeError
from simulator.errors import BadCommand
from simulator.log import Entry as LogEntry

if TYPE_CHECKING:
    from simulator.engine import Engine

HOME = "/home/student"
UID = 1000
MAX_FILES = 200
NO_SPACE = "No space left on device"
SYSTEM = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n"
    f"student:x:{UID}:{UID}:Student,,,:{HOME}:/bin/bash\n",
    "/etc/group": f"root:x:0:\ndocker:x:999:student\nstudent:x:{UID}:\n",
    "/etc/os-release": 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\n'
    'VERSION="24.04.3 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n',
}
"""Files of every machine's system that somebody may look at."""


class Workspace:
    """Texts by path relative to the home folder. Table "files": {path: text}.

    Table "files.more": what else there is: {path: entry} of folders that were made, of links and
    archives, and {path: {"mode"}} of texts with a mode of their own.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.files: dict[str, str] = engine.table("files")
        self.told: list[Callable[[str], None]] = []
        """Who is told of a file, by its absolute path, that was written or removed."""
        self.more: dict[str, Any] = engine.table("files.more")
        engine.handle("file", self._apply)

    def setup(self) -> None:
        """Lay out the scenario's files."""
        self.files.update(self._engine.scenario.data.get("files") or {})

    def resolve(self, cwd: str, path: str) -> str:
        """Make an absolute path of what was typed in `cwd`."""
        if path == "~" or path.startswith("~/"):
            path = HOME + path[1:]
        return posixpath.normpath(posixpath.join(cwd or HOME, path))

    def relative(self, absolute: str) -> str | None:
        """Give a path relative to the home folder; None when it is outside."""
        if absolute == HOME:
            return ""
        return absolute[len(HOME) + 1 :] if absolute.startswith(HOME + "/") else None

    def read(self, cwd: str, path: str) -> str | None:
        """Give a file's text, or None."""
        inside = self.relative(self.resolve(cwd, path))
        return None if inside is None else self.files.get(inside)

    def is_folder(self, cwd: str, path: str) -> bool:
        """Say whether a path is a folder that exists."""
        inside = self.relative(self.resolve(cwd, path))
        if inside is None:
            return self.resolve(cwd, path) in ("/", "/home")
        made = self.more.get(inside, {}).get("type") == "dir"
        names = (*self.files, *self.more)
        return inside == "" or made or any(name.startswith(inside + "/") for name in names)

    def children(self, cwd: str, path: str) -> list[tuple[str, bool]]:
        """List a folder as (name, is it a folder), sorted."""
        inside = self.relative(self.resolve(cwd, path))
        if inside is None:
            return []
        prefix = inside + "/" if inside else ""
        found: dict[str, bool] = {}
        for name in (*self.files, *self.more):
            if name.startswith(prefix):
                head, slash, _ = name[len(prefix) :].partition("/")
                made = self.more.get(prefix + head, {}).get("type") == "dir"
                found[head] = found.get(head, False) or bool(slash) or made
        return sorted(found.items())

    def under(self, cwd: str, path: str) -> dict[str, str]:
        """Give all files below a folder, by path relative to it (a build context, say)."""
        inside = self.relative(self.resolve(cwd, path))
        if inside is None:
            return {}
        prefix = inside + "/" if inside else ""
        return {
            name[len(prefix) :]: text
            for name, text in sorted(self.files.items())
            if name.startswith(prefix)
        }

    def write(self, cwd: str, path: str, text: str) -> str | None:
        """Write a file; answers what is wrong, or None."""
        inside = self.relative(self.resolve(cwd, path))
        if not inside:
            return f"{path}: Permission denied" if inside is None else f"{path}: Is a directory"
        if self.is_folder(cwd, path):
            return f"{path}: Is a directory"
        if inside not in self.files and len(self.files) >= MAX_FILES:
            return f"{path}: {NO_SPACE}"
        changed = self.files.get(inside) != text
        self.files[inside] = text
        self._engine.touch("files")
        if changed:
            self._tell(inside)
        return None

    def _tell(self, inside: str) -> None:
        for told in self.told:
            told(f"{HOME}/{inside}")

    def remove(self, cwd: str, path: str) -> bool:
        """Remove a file; answers whether there was one."""
        inside = self.relative(self.resolve(cwd, path))
        if inside is None or inside not in self.files:
            return False
        del self.files[inside]
        self.more.pop(inside, None)
        self._engine.touch("files")
        self._tell(inside)
        return True

    # The tree that a machine's programs see

    def view(self, machine: str, programs: tuple[str, ...]) -> GuardedTree:
        """Give a machine's files, home folder and all, to be kept by `keep`."""
        files = dict(_system(machine, programs))
        for name, text in self.files.items():
            mode = self.more.get(name, {}).get("mode", 0o644)
            files[f"{HOME}/{name}"] = tree.file_entry(text, mode=mode, uid=UID, gid=UID)
        for name, entry in self.more.items():
            if name not in self.files:
                files[f"{HOME}/{name}"] = entry
        for path in list(files):
            if path.startswith(HOME + "/"):
                for above in tree.parents(path):
                    files.setdefault(above, tree.dir_entry(uid=UID, gid=UID))
        return _HomeTree(files, ["/"], [HOME])

    def keep(self, view: GuardedTree) -> None:
        """Take over what programs have changed below the home folder."""
        changed, gone = view.difference()
        for path in gone:
            inside = self.relative(path) or ""
            for table in (self.files, self.more):
                for name in [n for n in table if n == inside or n.startswith(inside + "/")]:
                    del table[name]
            above = posixpath.dirname(path)
            if above != HOME and view.is_dir(above):
                self.more[self.relative(above) or ""] = view.files[above]
        for path, entry in changed.items():
            if path.startswith(HOME + "/"):
                self._keep_entry(path[len(HOME) + 1 :], entry)
        if changed or gone:
            self._engine.touch("files")
        for path in (*gone, *changed):
            if path.startswith(HOME + "/"):
                self._tell(path[len(HOME) + 1 :])

    def _keep_entry(self, inside: str, entry: Entry) -> None:
        self.more.pop(inside, None)
        if entry["type"] == "file" and "text" in entry:
            self.files[inside] = entry["text"]
            if entry["mode"] != 0o644:
                self.more[inside] = {"type": "file", "mode": entry["mode"]}
        else:
            self.files.pop(inside, None)
            self.more[inside] = entry

    def _apply(self, entry: LogEntry) -> dict[str, Any]:
        value = entry.command["file"]
        if value.get("text") is None:
            if not self.remove(HOME, value["path"]):
                raise BadCommand(f"{value['path']}: No such file or directory")
            return {"output": "", "exit_code": 0}
        wrong = self.write(HOME, value["path"], value["text"])
        if wrong:
            raise BadCommand(wrong)
        return {"output": "", "exit_code": 0}


class _HomeTree(GuardedTree):
    """A machine's files; the home folder holds so many and no more."""

    def put(self, path: str, entry: Entry, cwd: str = "/") -> str:
        """Place an entry; raises TreeError when the disk is full."""
        real = self.resolve(path, cwd)
        if real not in self.files:
            held = sum(1 for name in self.files if name.startswith(HOME + "/"))
            if held >= MAX_FILES:
                raise TreeError(NO_SPACE, path)
        return super().put(path, entry, cwd)


@lru_cache(maxsize=64)
def _system(machine: str, programs: tuple[str, ...]) -> Files:
    """Make the part of a machine's files that nobody changes."""
    files: Files = {path: tree.file_entry(text) for path, text in SYSTEM.items()}
    files["/etc/hostname"] = tree.file_entry(f"{machine}\n")
    for name in (*programs, "bash", "sh"):
        files[f"/usr/bin/{name}"] = tree.file_entry(size=100_000, mode=0o755, content=name)
    files["/bin"] = tree.link_entry("usr/bin")
    files["/tmp"] = tree.dir_entry(0o1777)
    files[HOME] = tree.dir_entry(0o755, UID, UID)
    return tree.add_parents(files)
