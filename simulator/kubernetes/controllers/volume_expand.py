"""Volumes that grow: first the disk, then, on the node that has it, the file system.

The claim says how far it is: Resizing while the disk grows, FileSystemResizePending until a pod
that uses it runs. Sources: kubernetes-csi/external-resizer pkg/controller/controller.go and
pkg/kubelet (volumemanager, operation_generator.go GenerateExpandInUseVolumeFunc), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.quantity import bytes_of
from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.controllers import Controller, key_of
from simulator.kubernetes.pods import claims_of, is_terminating, users_of_claim
from simulator.kubernetes.scheduler.plugins.volumes import capacity
from simulator.kubernetes.storage_class import class_of
from simulator.plain import Object, copy, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

DISK_US = (1 * SECOND, 3 * SECOND)
"""A disk on the network's storage grows (assumed)."""
FILE_SYSTEM_US = (2 * SECOND, 60 * SECOND)
"""Until the kubelet sees the larger disk with its next sync of the pod, a minute at most."""
STAGES = ("Resizing", "FileSystemResizePending")
PENDING = "Waiting for user to (re-)start a pod to finish file system resize of volume on node."


class VolumeExpandController(Controller):
    """Table "volume-expand": {claim's uid: [stage, when it will be done in us]}."""

    name = "volume-expand"
    source = "volume_expand"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.rows: dict[str, list[Any]] = engine.table("volume-expand")
        self.watch("PersistentVolumeClaim", lambda claim, old: [key_of(claim)])
        self.watch("Pod", self._of_pod)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        namespace = pod["metadata"]["namespace"]
        return [f"{namespace}/{name}" for name in claims_of(pod)] if self.rows else []

    def reconcile(self, key: str) -> int | None:
        """Take one claim a stage further, if it asks for more than it has."""
        namespace, _, name = key.partition("/")
        claim = self.store.get("PersistentVolumeClaim", namespace, name)
        if claim is None or is_terminating(claim) or get(claim, "status", "phase") != "Bound":
            return None
        volume = self.store.get("PersistentVolume", "", claim["spec"].get("volumeName") or "")
        storage = self.store.get("StorageClass", "", class_of(claim))
        if volume is None or not (storage or {}).get("allowVolumeExpansion"):
            return None
        wanted = get(claim, "spec", "resources", "requests", "storage")
        if bytes_of(wanted) > capacity(volume):
            return self._grow_disk(claim, volume, str(wanted))
        if capacity(volume) > bytes_of(get(claim, "status", "capacity", "storage")):
            return self._grow_files(claim, volume)
        self.rows.pop(claim["metadata"]["uid"], None)
        return None

    def _left(self, claim: Object, stage: str, span: tuple[int, int]) -> int:
        """Give how long a stage still takes; it begins when it is first asked for."""
        row = self.rows.get(claim["metadata"]["uid"])
        if row is None or row[0] != stage:
            wait = self.engine.streams.stream("volume-expand").between_us(*span)
            row = self.rows[claim["metadata"]["uid"]] = [stage, self.engine.now_us + wait]
        return max(0, int(row[1]) - self.engine.now_us)

    def _grow_disk(self, claim: Object, volume: Object, wanted: str) -> int | None:
        uid, name = claim["metadata"]["uid"], volume["metadata"]["name"]
        driver = get(volume, "spec", "csi", "driver", default="kubernetes.io/network-disk")
        source = f"external-resizer {driver}"
        if self.rows.get(uid, [""])[0] != STAGES[0]:
            self._say(claim, {STAGES[0]: ""})
            text = f"External resizer is resizing volume {name}"
            self.engine.events.record(claim, "Normal", "Resizing", text, source)
        left = self._left(claim, STAGES[0], DISK_US)
        if left:
            return left
        fresh = copy(volume)
        fresh["spec"]["capacity"]["storage"] = wanted
        self.update(fresh)
        self._say(self._again(claim), {STAGES[1]: PENDING})
        text = "Require file system resize of volume on node"
        self.engine.events.record(claim, "Normal", "FileSystemResizeRequired", text, source)
        return 1 * MS

    def _grow_files(self, claim: Object, volume: Object) -> int | None:
        """The kubelet of the node that has the disk makes the file system larger."""
        meta = claim["metadata"]
        users = [
            pod
            for pod in users_of_claim(self.store, meta["namespace"], meta["name"])
            if get(pod, "status", "phase") == "Running"
        ]
        if not users:
            return None
        left = self._left(claim, STAGES[1], FILE_SYSTEM_US)
        if left:
            return left
        self.rows.pop(meta["uid"], None)
        node, name = users[0]["spec"]["nodeName"], volume["metadata"]["name"]
        text = f'MountVolume.NodeExpandVolume succeeded for volume "{name}" {node}'
        for obj in (users[0], claim):
            self.engine.events.record(obj, "Normal", "FileSystemResizeSuccessful", text, "kubelet")
        self._say(self._again(claim), {}, dict(volume["spec"]["capacity"]))
        return None

    def _again(self, claim: Object) -> Object:
        """Give the claim as it is now."""
        meta = claim["metadata"]
        return self.store.need("PersistentVolumeClaim", meta["namespace"], meta["name"])

    def _say(
        self, claim: Object, stages: dict[str, str], size: dict[str, str] | None = None
    ) -> None:
        """Put the conditions of the stage in the claim's status, and no others of ours."""
        status = copy(claim.get("status") or {})
        rows = [row for row in status.pop("conditions", ()) if row["type"] not in STAGES]
        for stage, message in stages.items():
            fresh = {"type": stage, "status": "True"}
            if message:
                fresh["message"] = message
            rows = put_condition(rows, fresh, self.engine.timestamp())
        if rows:
            status["conditions"] = rows
        if size is not None:
            status["capacity"] = size
        self.engine.api.update_status({**claim, "status": status})
