"""The attach/detach controller: brings disks to the nodes whose pods want them, and away again.

A disk that only one node may have is not attached to a second one before the first has let go;
a dead node never lets go, and after six minutes its disks are taken by force.

Source: pkg/controller/volume/attachdetach (reconciler/reconciler.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import is_true
from simulator.kubernetes.controllers import Controller
from simulator.kubernetes.pods import claims_of, index_pods, pods_on, users_of_claim
from simulator.plain import Object, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

ATTACH_US, DETACH_US = (1500 * MS, 4000 * MS), (500 * MS, 2000 * MS)
"""A disk over the network, attached and detached (assumed)."""
FORCE_DETACH_US = 360 * SECOND
"""maxWaitForUnmountDuration: six minutes."""
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
"""Set by people on a node that is lost: its disks need not be waited for."""
LOOK_AGAIN_US = 2 * SECOND
NEVER_ATTACHED = ("hostPath", "local", "nfs")
SHARED = ("ReadWriteMany", "ReadOnlyMany")


class AttachDetachController(Controller):
    """Key: a volume's name. Table: {"volume|node": {"dueUs", "going", "unusedUs"}}."""

    name = "attach-detach"
    source = "attachdetach-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_pods(self.store)
        self.rows: dict[str, dict[str, Any]] = engine.table("attach-detach")
        self.told: dict[str, list[str]] = engine.table("attach-detach.told")
        self.watch("Pod", self._of_pod)
        self.watch("PersistentVolumeClaim", self._of_claim)
        self.watch("VolumeAttachment", self._of_attachment)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        names = claims_of(pod)
        if not names or not pod["spec"].get("nodeName"):
            return []
        namespace = pod["metadata"]["namespace"]
        found = [self.store.get("PersistentVolumeClaim", namespace, name) for name in names]
        return [name for name in (get(one, "spec", "volumeName") for one in found) if name]

    def _of_claim(self, claim: Object, old: Object | None) -> Iterable[str]:
        name = get(claim, "spec", "volumeName")
        return [name] if name else []

    def _of_attachment(self, one: Object, old: Object | None) -> Iterable[str]:
        return [str(one["spec"]["source"]["persistentVolumeName"])]

    def reconcile(self, key: str) -> int | None:
        """See that one volume is where its pods are."""
        volume = self.store.get("PersistentVolume", "", key)
        if volume is None or any(kind in volume["spec"] for kind in NEVER_ATTACHED):
            return None
        pods = self._pods_of(volume)
        wanted: dict[str, Object] = {}
        for pod in pods:
            wanted.setdefault(str(pod["spec"]["nodeName"]), pod)
        attached = {
            str(one["spec"]["nodeName"]): one
            for one in self.store.list("VolumeAttachment")
            if get(one, "spec", "source", "persistentVolumeName") == key
        }
        waits = [self._detach(key, node) for node in attached if node not in wanted]
        for node, pod in wanted.items():
            waits.append(self._attach(volume, node, pod, attached))
        return min((wait for wait in waits if wait is not None), default=None)

    def _pods_of(self, volume: Object) -> list[Object]:
        """Give the pods on nodes that use a volume and may still write to it."""
        reference = volume["spec"].get("claimRef") or {}
        namespace, name = reference.get("namespace") or "", reference.get("name") or ""
        users = users_of_claim(self.store, namespace, name)
        return [pod for pod in users if pod["spec"].get("nodeName")]

    # Attaching

    def _attach(
        self, volume: Object, node: str, pod: Object, attached: dict[str, Object]
    ) -> int | None:
        name = volume["metadata"]["name"]
        row = self.rows.setdefault(f"{name}|{node}", {"dueUs": None, "unusedUs": None})
        row["unusedUs"] = None
        one = attached.get(node)
        if one is not None and get(one, "status", "attached"):
            return None
        shared = any(mode in SHARED for mode in volume["spec"].get("accessModes") or ())
        others = [place for place in attached if place != node]
        if one is None and others and not shared:
            self._tell_multi_attach(volume, pod, others)
            return LOOK_AGAIN_US
        if one is None:
            stream = self.engine.streams.stream("attach")
            row["dueUs"] = self.engine.now_us + stream.between_us(*ATTACH_US)
            attached[node] = self.create(self._attachment(volume, node))
            return int(row["dueUs"] - self.engine.now_us)
        due = row["dueUs"] or 0
        if due > self.engine.now_us:
            return int(due - self.engine.now_us)
        self.engine.api.update_status({**one, "status": {"attached": True}})
        text = f'AttachVolume.Attach succeeded for volume "{name}"'
        self.record(pod, "Normal", "SuccessfulAttachVolume", text)
        return None

    def _attachment(self, volume: Object, node: str) -> Object:
        name = volume["metadata"]["name"]
        driver = get(volume, "spec", "csi", "driver", default="kubernetes.io/network-disk")
        hashed = self.engine.streams.hex(64, "attachment", name, node)
        return {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "VolumeAttachment",
            "metadata": {"name": f"csi-{hashed}"},
            "spec": {
                "attacher": driver,
                "nodeName": node,
                "source": {"persistentVolumeName": name},
            },
        }

    def _tell_multi_attach(self, volume: Object, pod: Object, others: list[str]) -> None:
        name = volume["metadata"]["name"]
        claim = get(volume, "spec", "claimRef", "name")
        users = [
            other["metadata"]["name"]
            for node in others
            for other in pods_on(self.store, node)
            if claim in claims_of(other) and other["metadata"]["uid"] != pod["metadata"]["uid"]
        ]
        why = "Volume is already exclusively attached to one node and can't be attached to another"
        if users:
            why = f"Volume is already used by pod(s) {', '.join(sorted(users))}"
        if name in self.told.get(pod["metadata"]["uid"], []):
            return  # once a pod (MultiAttachErrorReported)
        uids = {one["metadata"]["uid"] for one in self.store.list("Pod")}
        for uid in [uid for uid in self.told if uid not in uids]:
            del self.told[uid]
        self.told.setdefault(pod["metadata"]["uid"], []).append(name)
        text = f'Multi-Attach error for volume "{name}" {why}'
        self.record(pod, "Warning", "FailedAttachVolume", text)

    # Detaching

    def _detach(self, name: str, node: str) -> int | None:
        """Take a disk from a node that no longer needs it; a dead node is given six minutes."""
        row = self.rows.setdefault(f"{name}|{node}", {"dueUs": None, "unusedUs": None})
        now = self.engine.now_us
        if row["unusedUs"] is None:
            row["unusedUs"] = now
            row["detachUs"] = now + self.engine.streams.stream("attach").between_us(*DETACH_US)
        found = self.store.get("Node", "", node)
        alive = found is not None and is_true(found, "Ready")
        taints = get(found, "spec", "taints", default=[])
        given_up = found is None or any(one["key"] == OUT_OF_SERVICE for one in taints)
        due = row["detachUs"] if alive or given_up else row["unusedUs"] + FORCE_DETACH_US
        if due > now:
            return min(int(due - now), LOOK_AGAIN_US) if alive else LOOK_AGAIN_US
        for one in self.store.list("VolumeAttachment"):
            same = get(one, "spec", "source", "persistentVolumeName") == name
            if same and one["spec"]["nodeName"] == node:
                self.engine.api.delete("VolumeAttachment", None, one["metadata"]["name"])
        del self.rows[f"{name}|{node}"]
        return None
