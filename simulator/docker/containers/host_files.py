"""Files on a machine's own disk that containers see by bind mounts, outside the workspace.

The kubelet keeps the volumes of pods there; `hostPath` and `docker run -v /data:/data` use it as
well. A folder may be an alias of one that lives elsewhere: a disk attached from the network.

Table "machine.files": {machine: {folder: {path below it: entry}}}; machine "" is the network's
storage. Table "machine.aliases": {machine: {folder: folder in the network's storage}}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import tree as trees
from simulator.docker.tree import Files

if TYPE_CHECKING:
    from simulator.engine import Engine

NETWORK = ""


class HostFiles:
    """Reads and writes folders of machines."""

    def __init__(self, engine: Engine) -> None:
        self._folders: dict[str, dict[str, Files]] = engine.table("machine.files")
        self._aliases: dict[str, dict[str, str]] = engine.table("machine.aliases")

    def read(self, machine: str, path: str) -> Files:
        """Give what lies at a path, by path relative to it; an empty folder for nothing."""
        machine, folder, inner = self._find(machine, path)
        files = self._folders.get(machine, {}).get(folder, {})
        found = {
            place[len(inner) :]: entry
            for place, entry in files.items()
            if place == inner or place.startswith(inner + "/")
        }
        for below in self._below(machine, folder + inner):
            found.setdefault("", trees.dir_entry())
            cut = len(folder + inner)
            found.update({below[cut:] + k: v for k, v in self._folders[machine][below].items()})
        return found or {"": trees.dir_entry()}

    def _below(self, machine: str, path: str) -> list[str]:
        """Name the folders below a path that are kept by themselves, having been there first."""
        return [one for one in self._folders.get(machine, {}) if one.startswith(path + "/")]

    def write(self, machine: str, path: str, files: Files) -> None:
        """Put files (by path relative to `path`) in the place of what lies there."""
        machine, folder, inner = self._find(machine, path)
        folders: dict[str, Any] = self._folders.setdefault(machine, {})
        kept = {
            place: entry
            for place, entry in folders.get(folder, {}).items()
            if inner and place != inner and not place.startswith(inner + "/")
        }
        for below in self._below(machine, folder + inner):
            del folders[below]
        folders[folder] = {**kept, **{inner + place: entry for place, entry in files.items()}}

    def attach(self, machine: str, path: str, disk: str) -> None:
        """Let a folder of a machine show a disk of the network's storage."""
        self._aliases.setdefault(machine, {})[path] = disk

    def remove(self, machine: str, prefix: str) -> None:
        """Forget all folders and attachments that begin with `prefix`."""
        for table in (self._folders, self._aliases):
            rows: dict[str, Any] = table.get(machine, {})
            for place in [place for place in rows if place.startswith(prefix)]:
                del rows[place]
            if not rows:
                table.pop(machine, None)

    def _find(self, machine: str, path: str) -> tuple[str, str, str]:
        """Give (machine, folder, path within it) under which a path is kept."""
        path = path.rstrip("/") or "/"
        aliases, folders = self._aliases.get(machine, {}), self._folders.get(machine, {})
        place = path
        while place:
            if place in aliases:
                return NETWORK, aliases[place], path[len(place) :]
            if place in folders:
                return machine, place, path[len(place) :]
            place = place.rpartition("/")[0]
        return machine, path, ""
