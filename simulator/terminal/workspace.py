"""The student's files: a small tree of texts under the home folder.

# Simplified: The workspace folder is the same on every machine of a lab, as if it were synced.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand
from simulator.log import Entry

if TYPE_CHECKING:
    from simulator.engine import Engine

HOME = "/home/student"
MAX_FILES = 200


class Workspace:
    """Texts by path relative to the home folder. Table "files": {path: text}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.files: dict[str, str] = engine.table("files")
        self.told: list[Callable[[str], None]] = []
        """Who is told of a file, by its absolute path, that was written or removed."""
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
        return inside == "" or any(name.startswith(inside + "/") for name in self.files)

    def children(self, cwd: str, path: str) -> list[tuple[str, bool]]:
        """List a folder as (name, is it a folder), sorted."""
        inside = self.relative(self.resolve(cwd, path))
        if inside is None:
            return []
        prefix = inside + "/" if inside else ""
        found: dict[str, bool] = {}
        for name in self.files:
            if name.startswith(prefix):
                head, slash, _ = name[len(prefix) :].partition("/")
                found[head] = bool(slash)
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
            return f"{path}: No space left on device"
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
        self._engine.touch("files")
        self._tell(inside)
        return True

    def _apply(self, entry: Entry) -> dict[str, Any]:
        value = entry.command["file"]
        if value.get("text") is None:
            if not self.remove(HOME, value["path"]):
                raise BadCommand(f"{value['path']}: No such file or directory")
            return {"output": "", "exit_code": 0}
        wrong = self.write(HOME, value["path"], value["text"])
        if wrong:
            raise BadCommand(wrong)
        return {"output": "", "exit_code": 0}
