"""Volume snapshots: the add-on `snapshots`, kinds of snapshot.storage.k8s.io and their controller.

A snapshot is what a claim's disk holds at one instant; a new claim may begin with it.

Source: kubernetes-csi/external-snapshotter v8 (client/config/crd, pkg/common-controller,
pkg/sidecar-controller).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.plain import Object, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

GROUP = "snapshot.storage.k8s.io"
SNAPSHOT, CONTENT = f"VolumeSnapshot.{GROUP}", f"VolumeSnapshotContent.{GROUP}"
CLASS = f"VolumeSnapshotClass.{GROUP}"
DEFAULT = "snapshot.storage.kubernetes.io/is-default-class"
TAKE_US = 2 * SECOND
"""From the request to a snapshot that can be used (assumed)."""
RETRY_US = 15 * SECOND


class SnapshotController(Controller):
    """Table "snapshots": {snapshot's uid: [content's name, when it is ready]}."""

    name = "snapshot"
    source = "snapshot-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.state: dict[str, list[Any]] = engine.table("snapshots")
        self.watch(SNAPSHOT, self._of_snapshot)

    def _of_snapshot(self, snapshot: Object, old: Object | None) -> Iterable[str]:
        return [f"{key_of(snapshot)}/{snapshot['metadata']['uid']}"]

    def reconcile(self, key: str) -> int | None:
        """Take one snapshot, or remove what one leaves behind.   key: "namespace/name/uid"."""
        place, _, uid = key.rpartition("/")
        snapshot = self.store.get(SNAPSHOT, *split_key(place))
        if snapshot is None or snapshot["metadata"]["uid"] != uid:
            self._remove(uid)
            return None
        if get(snapshot, "status", "readyToUse"):
            return None
        if uid not in self.state:
            return self._take(snapshot)
        left = int(self.state[uid][1]) - self.engine.now_us
        if left > 0:
            return left
        self._finish(snapshot)
        return None

    def _class_of(self, snapshot: Object) -> Object | None:
        name = snapshot["spec"].get("volumeSnapshotClassName")
        if name:
            return self.store.get(CLASS, "", name)
        for one in self.store.list(CLASS):
            if (one["metadata"].get("annotations") or {}).get(DEFAULT) == "true":
                return one
        return None

    def _take(self, snapshot: Object) -> int:
        """Copy the disk of the snapshot's claim at this instant."""
        meta = snapshot["metadata"]
        name = str(get(snapshot, "spec", "source", "persistentVolumeClaimName", default=""))
        claim = self.store.get("PersistentVolumeClaim", meta["namespace"], name)
        chosen = self._class_of(snapshot)
        why = ""
        if claim is None:
            why = f"cannot get claim from snapshot: persistentvolumeclaim {name!r} not found"
        elif get(claim, "status", "phase") != "Bound":
            why = f"the PVC {name} is not yet bound to a PV, will not attempt to take a snapshot"
        elif chosen is None:
            why = "cannot find default snapshot class"
        if claim is None or chosen is None or why:
            text = f"Failed to create snapshot content with error {why}"
            self.record(snapshot, "Warning", "SnapshotContentCreationFailed", text)
            return RETRY_US
        content, disk = f"snapcontent-{meta['uid']}", str(claim["spec"]["volumeName"])
        files = self.engine.docker.mounts.host
        files.write("", content, files.read("", disk))
        self.create(_content(snapshot, content, disk, chosen))
        text = f"Waiting for a snapshot {key_of(snapshot)} to be created by the CSI driver."
        self.record(snapshot, "Normal", "CreatingSnapshot", text)
        self.state[meta["uid"]] = [content, self.engine.now_us + TAKE_US]
        status = {"boundVolumeSnapshotContentName": content, "readyToUse": False}
        status["creationTime"] = self.engine.timestamp()
        status["restoreSize"] = get(claim, "status", "capacity", "storage", default="0")
        self.engine.api.update_status({**snapshot, "status": status})
        return TAKE_US

    def _finish(self, snapshot: Object) -> None:
        place = key_of(snapshot)
        status = {**snapshot["status"], "readyToUse": True}
        self.engine.api.update_status({**snapshot, "status": status})
        content = self.store.get(CONTENT, "", status["boundVolumeSnapshotContentName"])
        if content is not None:
            self.engine.api.update_status({**content, "status": {"readyToUse": True}})
        text = f"Snapshot {place} was successfully created by the CSI driver."
        self.record(snapshot, "Normal", "SnapshotCreated", text)
        self.record(snapshot, "Normal", "SnapshotReady", f"Snapshot {place} is ready to use.")

    def _remove(self, uid: str) -> None:
        """A snapshot has gone: so has its data, unless its class keeps it."""
        row = self.state.pop(uid, None)
        content = self.store.get(CONTENT, "", str(row[0])) if row else None
        if content is not None and content["spec"]["deletionPolicy"] == "Delete":
            name = content["metadata"]["name"]
            self.engine.api.delete(CONTENT, None, name)
            self.engine.docker.mounts.host.remove("", name)


def _content(snapshot: Object, name: str, disk: str, chosen: Object) -> Object:
    meta = snapshot["metadata"]
    reference = {"apiVersion": f"{GROUP}/v1", "kind": "VolumeSnapshot", "uid": meta["uid"]}
    reference.update(namespace=meta["namespace"], name=meta["name"])
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "VolumeSnapshotContent",
        "metadata": {"name": name},
        "spec": {
            "deletionPolicy": chosen["deletionPolicy"],
            "driver": chosen["driver"],
            "source": {"volumeHandle": disk},
            "volumeSnapshotClassName": chosen["metadata"]["name"],
            "volumeSnapshotRef": reference,
        },
    }


SNAPSHOT_COLUMNS = (
    ("ReadyToUse", "boolean", ".status.readyToUse"),
    ("SourcePVC", "string", ".spec.source.persistentVolumeClaimName"),
    ("SourceSnapshotContent", "string", ".spec.source.volumeSnapshotContentName"),
    ("RestoreSize", "string", ".status.restoreSize"),
    ("SnapshotClass", "string", ".spec.volumeSnapshotClassName"),
    ("SnapshotContent", "string", ".status.boundVolumeSnapshotContentName"),
    ("CreationTime", "date", ".status.creationTime"),
    ("Age", "date", ".metadata.creationTimestamp"),
)
CONTENT_COLUMNS = (
    ("ReadyToUse", "boolean", ".status.readyToUse"),
    ("DeletionPolicy", "string", ".spec.deletionPolicy"),
    ("Driver", "string", ".spec.driver"),
    ("VolumeSnapshotClass", "string", ".spec.volumeSnapshotClassName"),
    ("VolumeSnapshot", "string", ".spec.volumeSnapshotRef.name"),
    ("VolumeSnapshotNamespace", "string", ".spec.volumeSnapshotRef.namespace"),
    ("Age", "date", ".metadata.creationTimestamp"),
)
CLASS_COLUMNS = (
    ("Driver", "string", ".driver"),
    ("DeletionPolicy", "string", ".deletionPolicy"),
    ("Age", "date", ".metadata.creationTimestamp"),
)


def objects(provisioner: str) -> list[Object]:
    """Give the definitions of the three kinds, and the class that is the default."""
    return [
        _definition("VolumeSnapshot", "volumesnapshots", "vs", "Namespaced", SNAPSHOT_COLUMNS),
        _definition(
            "VolumeSnapshotContent", "volumesnapshotcontents", "vsc", "Cluster", CONTENT_COLUMNS
        ),
        _definition(
            "VolumeSnapshotClass", "volumesnapshotclasses", "vsclass", "Cluster", CLASS_COLUMNS
        ),
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "VolumeSnapshotClass",
            "metadata": {"name": "standard", "annotations": {DEFAULT: "true"}},
            "driver": provisioner,
            "deletionPolicy": "Delete",
        },
    ]


def _definition(
    kind: str, plural: str, short: str, scope: str, columns: Iterable[tuple[str, str, str]]
) -> Object:
    """Define one kind.

    # Simplified: The fields of snapshots and their contents are not checked one by one.
    """
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema: Object = {"type": "object", "properties": {"spec": free, "status": free}}
    if kind == "VolumeSnapshotClass":
        text = {"type": "string"}
        properties = {"driver": text, "deletionPolicy": text, "parameters": free}
        schema = {"type": "object", "properties": properties}
    version: Object = {"name": "v1", "served": True, "storage": True}
    version["schema"] = {"openAPIV3Schema": schema}
    version["additionalPrinterColumns"] = [
        {"name": name, "type": type, "jsonPath": path} for name, type, path in columns
    ]
    if kind != "VolumeSnapshotClass":
        version["subresources"] = {"status": {}}
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {**names, "shortNames": [short]},
            "scope": scope,
            "versions": [version],
        },
    }
