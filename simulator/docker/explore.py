"""An image taken apart: which file came from which layer, which layer hides it, what is wasted.

Layers count from 0, the base first; a container's own writable layer is the last one. A file that
a later layer replaces or removes is still stored and sent with its layer: its bytes are wasted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator.docker import tree
from simulator.docker.containers.errors import DockerError
from simulator.docker.tree import Entry, Files
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

Row = dict[str, Any]
Layers = Sequence[tuple[Mapping[str, Any], Files, list[str]]]
"""(what is known of a layer, its files, its whiteouts), the base first."""


def explore(engine: Engine, machine: str, ref: str, container: str = "") -> dict[str, Any]:
    """Take an image apart, or what a container sees of its image; DockerError when it is not there.

    {id, tags, machine, arch, size, wasted, efficiency, container, mounts, history: [{createdBy,
    empty, layer, size}], layers: [{digest, diffID, createdBy, size, hides, writable, files}]};
    files: [{path, type, size, mode, change, text, digest?, target?, gone?}], `gone` the layer
    that hides it, `digest` its first 12 hex digits.
    """
    image, found = _image_of(engine, machine, ref, container)
    layers = _layers(engine, image, found)
    rows, hides = _rows(layers)
    size = sum(about["size"] for about, _, _ in layers)
    wasted = sum(hides)
    return {
        "id": image["Id"],
        "tags": list(image["RepoTags"]),
        "machine": machine,
        "arch": image.get("Architecture", ""),
        "container": found["Name"].lstrip("/") if found is not None else None,
        "mounts": _mounts(engine, found),
        "size": size,
        "wasted": wasted,
        "efficiency": 1 - wasted / size if size else 1.0,
        "history": _history(image),
        "layers": [
            {
                "digest": about["digest"],
                "diffID": about["diffID"],
                "createdBy": about["created_by"],
                "size": about["size"],
                "hides": hidden,
                "writable": not about["digest"],
                "files": files,
            }
            for (about, _, _), files, hidden in zip(layers, rows, hides, strict=True)
        ],
    }


def file_of(
    engine: Engine, machine: str, ref: str, container: str, layer: int, path: str
) -> dict[str, Any]:
    """Give one file of one layer, with its text where that is kept; DockerError when missing."""
    image, found = _image_of(engine, machine, ref, container)
    layers = _layers(engine, image, found)
    entry = layers[layer][1].get(path) if 0 <= layer < len(layers) else None
    if entry is None:
        raise DockerError(404, f"no file {path} in layer {layer}")
    shown = ("type", "size", "mode", "uid", "gid", "digest", "target", "text", "files")
    return {"path": path, "layer": layer, **{key: entry.get(key) for key in shown}}


def _image_of(
    engine: Engine, machine: str, ref: str, container: str
) -> tuple[Object, Object | None]:
    """Find the image, and the container when one is named."""
    if not container:
        return engine.images.need(machine, ref), None
    found = engine.docker.need(machine, container)
    return engine.images.need(machine, str(found["Image"])), found


def _layers(engine: Engine, image: Object, container: Object | None) -> Layers:
    stack = engine.images.stack(image)
    about: list[tuple[Mapping[str, Any], Files, list[str]]] = [
        (row, layer["files"], list(layer["whiteouts"]))
        for row, layer in zip(image["drydock"]["layers"], stack, strict=True)
    ]
    if container is not None:
        files, gone = engine.docker.files.layer(container["Id"])
        own = {"digest": "", "diffID": "", "created_by": "", "size": tree.total_size(files)}
        about.append((own, files, gone))
    return about


def _rows(layers: Layers) -> tuple[list[list[Row]], list[int]]:
    """Give each layer's rows, marked with the layer that hides them, and the bytes it hides."""
    seen: Files = {}
    rows_of: dict[str, Row] = {}
    rows, hides = [], []
    for number, (_, files, whiteouts) in enumerate(layers):
        after = tree.apply(seen, files, whiteouts)
        hidden = 0
        for path, entry in seen.items():
            if after.get(path) is not entry:
                rows_of.pop(path)["gone"] = number
                hidden += entry.get("size", 0)
        fresh = {path: _row(path, entry, seen.get(path)) for path, entry in sorted(files.items())}
        removed = [_removed(path) for path in whiteouts]
        rows_of.update(fresh)
        rows.append([*fresh.values(), *removed])
        hides.append(hidden)
        seen = after
    return rows, hides


def _row(path: str, entry: Entry, old: Entry | None) -> Row:
    row = {
        "path": path,
        "type": entry["type"],
        "size": entry.get("size", 0),
        "mode": entry["mode"],
        "change": "modified" if old is not None else "added",
        "text": "text" in entry,
    }
    if "digest" in entry:
        row["digest"] = entry["digest"][7:19]
    if "target" in entry:
        row["target"] = entry["target"]
    if "files" in entry:
        row["files"] = entry["files"]
    return row


def _removed(path: str) -> Row:
    return {"path": path, "type": "whiteout", "size": 0, "mode": 0, "change": "removed"}


def _history(image: Object) -> list[dict[str, Any]]:
    """Give the lines of the history, the base first; an empty one has no layer."""
    sizes = [row["size"] for row in image["drydock"]["layers"]]
    lines: list[dict[str, Any]] = []
    number = 0
    for line in image["drydock"]["history"]:
        has_layer = not line.get("empty_layer") and number < len(sizes)
        lines.append(
            {
                "createdBy": line.get("created_by", ""),
                "empty": not has_layer,
                "layer": number if has_layer else None,
                "size": sizes[number] if has_layer else 0,
            }
        )
        number += has_layer
    return lines


def _mounts(engine: Engine, container: Object | None) -> list[dict[str, Any]]:
    """Give what is mounted into a container: it is in no layer."""
    if container is None:
        return []
    return [
        {
            "path": mount["Destination"],
            "type": mount["Type"],
            "source": get(mount, "Name") or get(mount, "Source") or "",
            "writable": bool(mount["RW"]),
        }
        for mount in engine.docker.mounts.of(container)
    ]
