"""The disks' part of the view: claims with the machine they are attached to, Docker's volumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.quantity import bytes_of
from simulator.kubernetes.api.table_rows_more import MODES
from simulator.kubernetes.pods import claims_of
from simulator.plain import Object, get

from .docker import Rendered

if TYPE_CHECKING:
    from simulator.engine import Engine


def claim(engine: Engine, obj: Object) -> Rendered:
    """Draw a PersistentVolumeClaim: its volume, where that is attached, and who uses it."""
    meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    place = f"{meta['namespace']}/{meta['name']}"
    volume = spec.get("volumeName")
    wished = get(spec, "resources", "requests", "storage")
    attached = [
        {"node": one["spec"]["nodeName"], "attached": bool(get(one, "status", "attached"))}
        for one in engine.store.list("VolumeAttachment")
        if volume and get(one, "spec", "source", "persistentVolumeName") == volume
    ]
    pods = [
        {"name": pod["metadata"]["name"], "node": pod["spec"].get("nodeName")}
        for pod in engine.store.by("Pod", "claim", place)
    ]
    return {
        f"claim/{place}": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "phase": status.get("phase", "Pending"),
            "volume": volume,
            "class": spec.get("storageClassName"),
            "size": bytes_of(get(status, "capacity", "storage") or wished),
            "modes": [MODES.get(mode, mode) for mode in spec.get("accessModes") or ()],
            "attached": attached,
            "pods": pods,
        }
    }


def volume(engine: Engine, obj: Object) -> Rendered:
    """Draw a Docker volume of a machine."""
    machine, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
    users = dict.fromkeys(engine.docker.mounts.users(machine, name))
    return {
        f"volume/{machine}/{name}": {
            "name": name,
            "machine": machine,
            "driver": obj["Driver"],
            "containers": [
                c["Name"].lstrip("/") for c in engine.docker.containers(machine) if c["Id"] in users
            ],
        }
    }


RENDER: dict[str, Any] = {"PersistentVolumeClaim": claim, "Volume": volume}


def also_dirty(engine: Engine, obj: Object) -> Iterator[tuple[str, str, str]]:
    """Name the disks whose drawing depends on this object."""
    kind, meta = obj["kind"], obj["metadata"]
    if kind == "Pod":
        for name in claims_of(obj):
            yield "PersistentVolumeClaim", meta["namespace"], name
    elif kind == "PersistentVolume":
        yield from _claim_of(obj)
    elif kind == "VolumeAttachment":
        name = get(obj, "spec", "source", "persistentVolumeName")
        found = engine.store.get("PersistentVolume", "", name) if name else None
        if found is not None:
            yield from _claim_of(found)
    elif kind == "Container":
        for mount in obj.get("Mounts") or ():
            if mount["Type"] == "volume":
                yield "Volume", meta["namespace"], mount["Name"]


def _claim_of(volume: Object) -> Iterator[tuple[str, str, str]]:
    reference = volume["spec"].get("claimRef")
    if reference:
        yield "PersistentVolumeClaim", reference.get("namespace", ""), reference.get("name", "")
