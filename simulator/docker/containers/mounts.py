"""Volumes, bind mounts and tmpfs of containers.

Imitates moby's volume/ and daemon/create_unix.go: a volume that is empty when a container is
created gets the image's content of that folder (copy-up); a bind mount never does.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from simulator.docker import tree as trees
from simulator.docker.tree import Entry, Files
from simulator.plain import Object

from .errors import DockerError, no_such_container
from .host_files import HostFiles
from .names import is_valid_name

if TYPE_CHECKING:
    from simulator.engine import Engine

ROOT = "/var/lib/docker/volumes"

Mount = dict[str, Any]


class Mounts:
    """Store kind "Volume"; table "docker.volumes": {machine: {volume: files}}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._table = engine.table("docker.volumes")
        self.host = HostFiles(engine)

    # Volumes

    def create(
        self, machine: str, name: str, labels: dict[str, str] | None = None, driver: str = "local",
        options: dict[str, str] | None = None,
    ) -> Object:  # fmt: skip
        """Create a volume, or give the one of that name; raises DockerError."""
        found = self.find(machine, name) if name else None
        if found is not None:
            if driver != found["Driver"]:
                raise DockerError(
                    409, f"create {name}: driver '{found['Driver']}' already has volume '{name}': "
                    "volume name must be unique"
                )  # fmt: skip
            return found
        _check_options(name, options or {})
        if driver != "local":
            raise DockerError(
                404, f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" '
                "not found"
            )  # fmt: skip
        anonymous = not name
        if anonymous:
            count = self._table.setdefault(machine, {"count": 0, "files": {}})
            count["count"] += 1
            name = self._engine.streams.hex(64, "volume", machine, count["count"])
            labels = {"com.docker.volume.anonymous": "", **(labels or {})}
        elif len(name) == 1:
            raise DockerError(
                400,
                f"create {name}: volume name is too short, names should be at least two "
                "alphanumeric characters",
            )
        elif not is_valid_name(name):
            raise DockerError(
                400,
                f'create {name}: "{name}" includes invalid characters for a local volume name, '
                'only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host '
                "directory, use absolute path",
            )
        self._files(machine).setdefault(name, {})
        self._engine.docker.events.volume(machine, name, "create")
        return self._store.create(
            {
                "apiVersion": "docker/v1",
                "kind": "Volume",
                "metadata": {"name": name, "namespace": machine},
                "CreatedAt": self._engine.timestamp(),
                "Driver": driver,
                "Labels": labels or None,
                "Mountpoint": f"{ROOT}/{name}/_data",
                "Name": name,
                "Options": options or None,
                "Scope": "local",
            }
        )

    def find(self, machine: str, name: str) -> Object | None:
        """Find a volume by its name."""
        return self._store.get("Volume", machine, name)

    def all(self, machine: str) -> list[Object]:
        """Give a host's volumes, by name."""
        return self._store.list("Volume", machine)

    def users(self, machine: str, name: str) -> list[str]:
        """Give the ids of the containers that mount a volume."""
        return [
            container["Id"]
            for container in self._store.by("Container", "machine", machine)
            if any(mount.get("Name") == name for mount in container["Mounts"])
        ]

    def remove(self, machine: str, name: str, force: bool = False) -> None:
        """Remove a volume that no container mounts; raises DockerError."""
        if self.find(machine, name) is None:
            if force:
                return
            raise DockerError(404, f"get {name}: no such volume")
        users = self.users(machine, name)
        if users:
            raise DockerError(409, f"remove {name}: volume is in use - [{', '.join(users)}]")
        self._store.delete("Volume", machine, name)
        self._files(machine).pop(name, None)
        self._engine.docker.events.volume(machine, name, "destroy")

    def size(self, machine: str, name: str) -> int:
        """Add up the bytes in a volume."""
        return trees.total_size(self._files(machine).get(name, {}))

    def _files(self, machine: str) -> dict[str, Files]:
        row = self._table.setdefault(machine, {"count": 0, "files": {}})
        return row["files"]  # type: ignore[no-any-return]

    # Mounts of a container

    def plan(self, machine: str, host: dict[str, Any], config: dict[str, Any]) -> list[Mount]:
        """List the mounts that a create body asks for, making volumes; raises DockerError."""
        found: dict[str, Mount] = {}
        for text in host.get("Binds") or []:
            mount = self._from_bind(machine, str(text))
            self._add(found, mount)
        for row in host.get("Mounts") or []:
            self._add(found, self._from_mount(machine, row))
        for place, options in (host.get("Tmpfs") or {}).items():
            writable = "ro" not in options.split(",")
            self._add(found, _mount("tmpfs", "", "", place, options, writable))
        for text in host.get("VolumesFrom") or []:
            for mount in self._from_container(machine, str(text)):
                found.setdefault(mount["Destination"], mount)
        for place in config.get("Volumes") or {}:
            if place.rstrip("/") not in {p.rstrip("/") for p in found}:
                self._add(found, self._volume(machine, "", place, "", True))
        return [found[place] for place in sorted(found)]

    def _from_container(self, machine: str, text: str) -> list[Mount]:
        """Give the mounts of another container (`--volumes-from NAME[:ro]`)."""
        name, _, mode = text.partition(":")
        if mode not in ("", "ro", "rw", "z", "Z"):
            raise DockerError(400, f'invalid mode "{mode}" in volumes-from')
        other = next(
            (
                one
                for one in self._store.by("Container", "machine", machine)
                if one["Id"].startswith(name) or one["Name"] == f"/{name}"
            ),
            None,
        )
        if other is None:
            raise no_such_container(name)
        return [{**mount, "RW": mount["RW"] and mode != "ro"} for mount in other["Mounts"]]

    def _add(self, found: dict[str, Mount], mount: Mount) -> None:
        if mount["Destination"] in found:
            raise DockerError(400, f"Duplicate mount point: {mount['Destination']}")
        found[mount["Destination"]] = mount

    def _from_bind(self, machine: str, text: str) -> Mount:
        parts = text.split(":")
        if len(parts) > 3 or len(parts) < 2 or not all(parts[:2]):
            raise DockerError(400, f"invalid volume specification: '{text}'")
        source, place = parts[0], parts[1]
        mode = parts[2] if len(parts) == 3 else ""
        if not place.startswith("/"):
            raise DockerError(
                400,
                f"invalid volume specification: '{text}': invalid mount config for type "
                f'"{"bind" if source.startswith("/") else "volume"}": invalid mount path: '
                f"'{place}' mount path must be absolute",
            )
        if posixpath.normpath(place) == "/":
            raise DockerError(
                400, f"invalid volume specification: '{text}': invalid mount config for type "
                '"bind": invalid specification: destination can\'t be \'/\''
            )  # fmt: skip
        words = mode.split(",") if mode else []
        known = {"ro", "rw", "z", "Z", "nocopy", "cached", "delegated", "consistent", "rslave"}
        if any(word not in known for word in words):
            raise DockerError(400, f"invalid volume specification: '{text}': invalid mode: {mode}")
        if source.startswith("/"):
            return _mount("bind", "", source, place, mode, "ro" not in words)
        return self._volume(machine, source, place, mode or "z", "ro" not in words)

    def _from_mount(self, machine: str, row: Mount) -> Mount:
        kind, place = row.get("Type") or "volume", str(row.get("Target") or "")
        source, read_only = str(row.get("Source") or ""), bool(row.get("ReadOnly"))
        if not place:
            raise DockerError(
                400, f'invalid mount config for type "{kind}": field Target must not be empty'
            )
        if not place.startswith("/"):
            raise DockerError(
                400,
                f"invalid mount config for type \"{kind}\": invalid mount path: '{place}' mount "
                "path must be absolute",
            )
        if kind == "tmpfs":
            return _mount("tmpfs", "", "", place, "", not read_only)
        if kind == "bind":
            if not source:
                raise DockerError(
                    400, 'invalid mount config for type "bind": field Source must not be empty'
                )
            if not self._host_path_exists(source):
                raise DockerError(
                    400,
                    'invalid mount config for type "bind": bind source path does not exist: '
                    + source,
                )
            return _mount("bind", "", source, place, "", not read_only)
        if kind != "volume":
            raise DockerError(400, f"mount type unknown: {kind}")
        mount = self._volume(machine, source, place, "z", not read_only)
        if (row.get("VolumeOptions") or {}).get("NoCopy"):
            mount["Mode"] = "nocopy"
        return mount

    def _volume(self, machine: str, name: str, place: str, mode: str, writable: bool) -> Mount:
        volume = self.create(machine, name)
        mount = _mount("volume", volume["Name"], volume["Mountpoint"], place, mode, writable)
        return {**mount, "Driver": "local"}

    def _host_path_exists(self, path: str) -> bool:
        workspace = self._engine.workspace
        if workspace.relative(path) is None:
            return True
        return workspace.is_folder("", path) or workspace.read("", path) is not None

    def of(self, container: Object) -> list[Mount]:
        """Give a container's mounts, outer ones first."""
        return sorted(container["Mounts"], key=lambda mount: str(mount["Destination"]))

    def copy_up(self, machine: str, mounts: list[Mount], image: Files) -> None:
        """Fill empty volumes from the image's folders. Source: moby copyExistingContents."""
        tree = trees.Tree(image)
        for mount in mounts:
            if mount["Type"] != "volume" or "nocopy" in mount["Mode"].split(","):
                continue
            real = tree.resolve(mount["Destination"])
            entry = image.get(real)
            files = self._files(machine)
            if files.get(mount["Name"]) or entry is None or entry["type"] != "dir":
                continue
            copied = {path[len(real) :]: image[path] for path in tree.below(real)}
            files[mount["Name"]] = {"": entry, **copied} if copied else {}

    def content(self, container: Object, mount: Mount, layer: dict[str, Any]) -> Files:
        """Give a mount's files by path relative to its destination."""
        if mount["Type"] == "tmpfs":
            found = (layer.get("tmpfs") or {}).get(mount["Destination"].rstrip("/"), {})
            return found or {"": trees.dir_entry(0o1777)}
        if mount["Type"] == "volume":
            machine = container["metadata"]["namespace"]
            row = self._table.get(machine) or {"files": {}}
            return dict(row["files"].get(mount["Name"], {}))
        workspace = self._engine.workspace
        if workspace.relative(mount["Source"]) is None:
            return self.host.read(container["metadata"]["namespace"], mount["Source"])
        text = workspace.read("", mount["Source"])
        if text is not None:
            return {"": trees.file_entry(text, uid=1000, gid=1000)}
        machine = container["metadata"]["namespace"]
        files = {**self.host.read(machine, mount["Source"]),
                 "": trees.dir_entry(uid=1000, gid=1000)}  # fmt: skip
        for path, body in workspace.under("", mount["Source"]).items():
            mode = 0o755 if body.startswith("#!") else 0o644
            files["/" + path] = trees.file_entry(body, mode=mode, uid=1000, gid=1000)
            for parent in trees.parents("/" + path):
                files.setdefault(parent, trees.dir_entry(uid=1000, gid=1000))
        return files

    def store(self, container: Object, mount: Mount, files: Files) -> None:
        """Keep what a container wrote into a volume or a bind mount."""
        if mount["Type"] == "volume":
            self._files(container["metadata"]["namespace"])[mount["Name"]] = dict(files)
            return
        workspace = self._engine.workspace
        if workspace.relative(mount["Source"]) is None:
            self.host.write(container["metadata"]["namespace"], mount["Source"], files)
            return
        before = self.content(container, mount, {})
        for path in before:
            if path not in files and before[path]["type"] == "file":
                workspace.remove("", mount["Source"] + path)
        for path, entry in files.items():
            if _is_text(path, entry) and entry != before.get(path):
                workspace.write("", mount["Source"] + path, entry["text"])
        if workspace.read("", mount["Source"]) is None:
            beside = {path: entry for path, entry in files.items() if not _is_text(path, entry)}
            both = [*beside.values(), *(one for path, one in before.items()
                                        if not _is_text(path, one))]  # fmt: skip
            if any(entry["type"] != "dir" for entry in both):
                self.host.write(container["metadata"]["namespace"], mount["Source"], beside)


def _is_text(path: str, entry: Entry) -> bool:
    """Tell whether a file that a container wrote is shown in the workspace.

    # Simplified: Of what containers write into folders of the laptop only texts are shown there,
    # and nothing below node_modules; the rest is seen by containers alone.
    """
    return entry.get("text") is not None and "/node_modules/" not in path


def _mount(kind: str, name: str, source: str, place: str, mode: str, writable: bool) -> Mount:
    place = posixpath.normpath(place)
    mount: Mount = {"Type": kind}
    if name:
        mount["Name"] = name
    mount.update(Source=source, Destination=place, Mode=mode, RW=writable)
    mount["Propagation"] = "rprivate" if kind == "bind" else ""
    return mount


def _check_options(name: str, options: dict[str, str]) -> None:
    """Refuse options that the local driver does not know. Source: moby volume/local."""
    needed = {"device": ("type",), "type": ("device",), "o": ("device", "type")}
    for key in options:
        if key not in ("type", "o", "device", "size"):
            raise DockerError(400, f'create {name}: invalid option: "{key}"')
    for key in options:
        for other in needed.get(key, ()):
            if not options.get(other):
                raise DockerError(400, f'create {name}: missing required option: "{other}"')
