"""Tar archives of images and of containers' files: `docker save`, `load`, `export`, `import`.

# Simplified: An archive lies in the workspace as a text: a line with its digest, and a list of its
# entries as `tar tv` prints it. The content itself is kept by the lab, so an archive may be copied
# and moved, but one that was edited can no longer be loaded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker import reference
from simulator.docker.tree import Entry, Files
from simulator.plain import Object

from .containers.commit import apply_change
from .containers.errors import DockerError

if TYPE_CHECKING:
    from simulator.engine import Engine

HEAD = "drydock archive "
MAX_LISTED = 4000
"""Entries that the text of an archive names."""
KERNEL_FOLDERS = ("/proc", "/sys", "/dev")

Data = dict[str, Any]


class Archives:
    """Table "docker.archives": {digest: content}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table: dict[str, Data] = engine.table("docker.archives")

    def of_images(self, machine: str, refs: list[str]) -> str:
        """Pack images, as the OCI layout that `docker save` writes; answers the archive's text.

        Raises DockerError for an image that is not there.
        """
        images: list[Data] = []
        for ref in refs:
            image = self._engine.images.need(machine, ref)
            names = image["drydock"]["names"]
            asked = _name(ref)
            row = {
                "document": self._engine.images.document(image),
                "names": [asked] if asked in names else [] if asked is None else names,
                "createdUs": image["drydock"]["createdUs"],
            }
            images.append(row)
            self._engine.docker.events.image(machine, "save", image["Id"], image["Id"])
        return self._keep({"kind": "images", "images": images})

    def of_container(self, container: Object) -> str:
        """Pack the files that a container sees, without its mounts; answers the text."""
        docker = self._engine.docker
        mounted = [mount["Destination"] for mount in container["Mounts"]]
        files = {
            path: entry
            for path, entry in sorted(docker.files.view(container).files.items())
            if not any(path.startswith(f"{place}/") for place in (*mounted, *KERNEL_FOLDERS))
        }
        docker.events.container(container, "export")
        return self._keep({"kind": "tree", "files": files})

    def load(self, machine: str, text: str) -> list[str]:
        """Unpack images: what `docker load` says of each. Raises DockerError."""
        data = self._find(text)
        if data is None:
            raise DockerError(400, "archive/tar: invalid tar header")
        if data["kind"] != "images":
            raise DockerError(400, "invalid archive: does not contain a manifest.json")
        said = []
        for row in data["images"]:
            document = row["document"]
            stack = [self._engine.images.layer(one) for one in document["rootfs"]["diff_ids"]]
            image = self._engine.images.add(
                machine, document, stack, row["names"], created_us=row["createdUs"]
            )
            names = [reference.parse(name).familiar for name in row["names"]]
            shown = names[0] if names else image["Id"]
            self._engine.docker.events.image(machine, "load", image["Id"], shown)
            said += [f"Loaded image: {name}" for name in names]
            if not names:
                said.append(f"Loaded image ID: {image['Id']}")
        return said

    def make_image(
        self, machine: str, text: str, name: str, message: str, changes: list[str], source: str,
        platform: str = "",
    ) -> Object:  # fmt: skip
        """Make an image of one layer from an archive of files (`docker import`)."""
        data = self._find(text)
        if data is None:
            raise DockerError(400, "archive/tar: invalid tar header")
        files: Files = data["files"] if data["kind"] == "tree" else self._layout(data)
        config: Data = {}
        for change in changes:
            apply_change(config, change)
        layer = layers.make_layer(files)
        comment = message or f"Imported from {source}"
        history = [{"created_by": "", "comment": comment, "empty_layer": False}]
        wanted = platform or self._engine.machines.platform(machine)
        document = layers.make_config(wanted, config, history, [layer["diffID"]])
        names = [reference.parse(name).normalised] if name else []
        image = self._engine.images.add(machine, document, [layer], names, comment=comment)
        self._engine.docker.events.image(machine, "import", image["Id"], name or image["Id"])
        return image

    def layers_held(self) -> dict[str, None]:
        """Name the layers that archives need."""
        return {
            one: None
            for data in self._table.values()
            for row in data.get("images", ())
            for one in row["document"]["rootfs"]["diff_ids"]
        }

    def _find(self, text: str) -> Data | None:
        match = re.match(rf"{HEAD}(sha256:[0-9a-f]{{64}})\n", text)
        return self._table.get(match[1]) if match else None

    def _keep(self, data: Data) -> str:
        digest = digests.of(data)
        if digest not in self._table:
            self._table[digest] = data
            self._engine.touch("docker.archives")
        files = data["files"] if data["kind"] == "tree" else self._layout(data)
        lines = [_line(path, entry) for path, entry in list(files.items())[:MAX_LISTED]]
        if len(files) > MAX_LISTED:
            lines.append(f"... and {len(files) - MAX_LISTED} more")
        return f"{HEAD}{digest}\n" + "".join(f"{line}\n" for line in lines)

    def _layout(self, data: Data) -> Files:
        """Give the entries of an archive of images, as docker 25 and later write it."""
        found: Files = {"/blobs": _folder(), "/blobs/sha256": _folder()}
        for row in data["images"]:
            document = row["document"]
            blob = digests.of(document).removeprefix("sha256:")
            found[f"/blobs/sha256/{blob}"] = _file(len(digests.canonical(document)))
            for diff_id in document["rootfs"]["diff_ids"]:
                size = int(self._engine.images.layer(diff_id)["unpacked"])
                found[f"/blobs/sha256/{diff_id.removeprefix('sha256:')}"] = _file(size)
        for name in ("index.json", "manifest.json", "oci-layout", "repositories"):
            found[f"/{name}"] = _file(400 * len(data["images"]))
        return dict(sorted(found.items()))


def _name(ref: str) -> str | None:
    """Give the normalised name that a reference is; None for an id."""
    try:
        return reference.parse(ref).normalised
    except reference.ReferenceError_:
        return None


def _folder() -> Entry:
    return {"type": "dir", "mode": 0o755, "uid": 0, "gid": 0}


def _file(size: int) -> Entry:
    return {"type": "file", "mode": 0o644, "uid": 0, "gid": 0, "size": size}


def _line(path: str, entry: Entry) -> str:
    """Write an entry as `tar tv` does, without the time, which entries do not have."""
    bits = "".join(
        letter if int(entry.get("mode", 0o777)) >> (8 - n) & 1 else "-"
        for n, letter in enumerate("rwxrwxrwx")
    )
    kind = {"dir": "d", "link": "l"}.get(entry["type"], "-")
    more = f" -> {entry['target']}" if entry["type"] == "link" else ""
    owner = f"{entry.get('uid', 0)}/{entry.get('gid', 0)}"
    shown = path.lstrip("/") + ("/" if kind == "d" else "")
    return f"{kind}{bits} {owner} {int(entry.get('size', 0)):>9} {shown}{more}"
