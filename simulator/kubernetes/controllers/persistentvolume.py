"""The persistent volume controller: claims find their volumes, volumes are made and reclaimed.

Sources: pkg/controller/volume/persistentvolume (pv_controller.go, index.go), v1.32, and the
external provisioner (kubernetes-csi/external-provisioner), which is a part of this loop here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.kubernetes.controllers import Controller, key_of
from simulator.kubernetes.controllers.volume_source import source_disk
from simulator.kubernetes.pods import is_terminating
from simulator.kubernetes.scheduler.plugins.volumes import SELECTED_NODE, capacity, fits
from simulator.kubernetes.storage_class import class_of
from simulator.plain import Object, copy, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

PROVISION_US = (800 * MS, 2500 * MS)
"""Making a disk on the network's storage (assumed)."""
RESYNC_US = 15 * SECOND
"""A claim that waits is looked at, and told of, again every 15 s (resyncPeriod)."""
WAIT = "WaitForFirstConsumer"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
MADE_FOR = "volume.kubernetes.io/storage-provisioner"
COMPLETED, BY_CONTROLLER = "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"


class PersistentVolumeController(Controller):
    """Table "provisioning": {claim's uid: when its volume will be there, in us}."""

    name = "persistentvolume"
    source = "persistentvolume-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.making: dict[str, int] = engine.table("provisioning")
        self.watch("PersistentVolumeClaim", self._of_claim)
        self.watch("PersistentVolume", self._of_volume)
        self.watch("StorageClass", self._of_class)
        self.watch(
            "VolumeAttachment",
            lambda one, old: [f"volume/{one['spec']['source'].get('persistentVolumeName')}"],
        )

    def _of_claim(self, claim: Object, old: Object | None) -> Iterable[str]:
        keys = [f"claim/{key_of(claim)}"]
        if get(claim, "spec", "volumeName"):
            keys.append(f"volume/{claim['spec']['volumeName']}")
        return keys

    def _of_volume(self, volume: Object, old: Object | None) -> Iterable[str]:
        keys = [f"volume/{volume['metadata']['name']}"]
        reference = volume["spec"].get("claimRef")
        if reference is not None:
            keys.append(f"claim/{reference.get('namespace')}/{reference.get('name')}")
        if reference is None or old is None:
            waiting = self.store.list("PersistentVolumeClaim")
            keys += [f"claim/{key_of(one)}" for one in waiting if not _volume_name(one)]
        return keys

    def _of_class(self, one: Object, old: Object | None) -> Iterable[str]:
        name = one["metadata"]["name"]
        return [
            f"claim/{key_of(claim)}"
            for claim in self.store.list("PersistentVolumeClaim")
            if class_of(claim) == name and not _volume_name(claim)
        ]

    def reconcile(self, key: str) -> int | None:
        """Look at one claim or one volume."""
        kind, _, rest = key.partition("/")
        if kind == "volume":
            volume = self.store.get("PersistentVolume", "", rest)
            if volume is not None:
                self._sync_volume(volume)
            return None
        namespace, _, name = rest.partition("/")
        claim = self.store.get("PersistentVolumeClaim", namespace, name)
        if claim is None or is_terminating(claim):
            return None
        if _volume_name(claim):
            self._sync_bound(claim)
            return None
        return self._sync_unbound(claim)

    # Claims

    def _sync_unbound(self, claim: Object) -> int | None:
        volume = self._find_volume(claim)
        if volume is not None:
            self._bind(claim, volume)
            return None
        name = class_of(claim)
        storage = self.store.get("StorageClass", "", name) if name else None
        selected = get(claim, "metadata", "annotations", SELECTED_NODE)
        if storage is not None and storage.get("volumeBindingMode") == WAIT and not selected:
            text = "waiting for first consumer to be created before binding"
            self.record(claim, "Normal", "WaitForFirstConsumer", text)
            return RESYNC_US
        if not name:
            text = "no persistent volumes available for this claim and no storage class is set"
            self.record(claim, "Normal", "FailedBinding", text)
            return RESYNC_US
        if storage is None:
            text = f'storageclass.storage.k8s.io "{name}" not found'
            self.record(claim, "Warning", "ProvisioningFailed", text)
            return RESYNC_US
        if storage.get("provisioner") in (None, "", NO_PROVISIONER):
            text = "no volume plugin matched name: kubernetes.io/no-provisioner"
            self.record(claim, "Warning", "ProvisioningFailed", text)
            return RESYNC_US
        return self._provision(claim, storage)

    def _find_volume(self, claim: Object) -> Object | None:
        """Give the smallest volume that fits: one reserved for the claim before any other."""
        storage = self.store.get("StorageClass", "", class_of(claim))
        delayed = get(storage, "volumeBindingMode") == WAIT
        found = []
        for volume in self.store.list("PersistentVolume"):
            if is_terminating(volume) or not fits(volume, claim):
                continue
            reserved = volume["spec"].get("claimRef") is not None
            if reserved or not delayed:
                size = capacity(volume)
                found.append((not reserved, size, volume["metadata"]["name"], volume))
        return min(found, key=lambda row: row[:3])[3] if found else None

    def _provision(self, claim: Object, storage: Object) -> int | None:
        """Make a new disk for a claim, which takes a moment."""
        # Simplified: The provisioner that a StorageClass names is always there, whosever it is.
        uid, provisioner = claim["metadata"]["uid"], storage["provisioner"]
        due = self.making.get(uid)
        if due is None:
            stream = self.engine.streams.stream("provisioner")
            wait = stream.between_us(*PROVISION_US)
            self.making[uid] = self.engine.now_us + wait
            fresh = copy(claim)
            notes = fresh["metadata"].setdefault("annotations", {})
            notes[MADE_FOR] = notes["volume.beta.kubernetes.io/storage-provisioner"] = provisioner
            claim = self.update(fresh)
            text = (
                "Waiting for a volume to be created either by the external provisioner "
                f"'{provisioner}' or manually by the system administrator. If volume creation is "
                "delayed, please verify that the provisioner is running and correctly registered."
            )
            self.record(claim, "Normal", "ExternalProvisioning", text)
            text = f'External provisioner is provisioning volume for claim "{key_of(claim)}"'
            self._tell_provisioner(claim, provisioner, "Provisioning", text)
            return wait
        if due > self.engine.now_us:
            return due - self.engine.now_us
        disk, problem = source_disk(self.store, claim)
        if problem:
            text = f'failed to provision volume with StorageClass "{storage["metadata"]["name"]}": '
            self._tell_provisioner(claim, provisioner, "ProvisioningFailed", text + problem)
            return RESYNC_US
        del self.making[uid]
        volume = self.create(volume_for(claim, storage))
        if disk:
            files = self.engine.docker.mounts.host
            files.write("", volume["metadata"]["name"], files.read("", disk))
        text = f"Successfully provisioned volume {volume['metadata']['name']}"
        self._tell_provisioner(claim, provisioner, "ProvisioningSucceeded", text)
        self._bind(claim, volume)
        return None

    def _tell_provisioner(self, claim: Object, source: str, reason: str, text: str) -> None:
        self.engine.events.record(claim, "Normal", reason, text, source)

    def _bind(self, claim: Object, volume: Object) -> None:
        """Point volume and claim at each other."""
        meta = claim["metadata"]
        reference = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
        }
        fresh = copy(volume)
        if get(fresh, "spec", "claimRef", "uid") != meta["uid"]:
            if not fresh["spec"].get("claimRef"):
                fresh["metadata"].setdefault("annotations", {})[BY_CONTROLLER] = "yes"
            fresh["spec"]["claimRef"] = reference
            fresh = self.update(fresh)
        self._set_phase(fresh, "Bound")
        claim = copy(self.store.need("PersistentVolumeClaim", meta["namespace"], meta["name"]))
        claim["spec"]["volumeName"] = volume["metadata"]["name"]
        notes = claim["metadata"].setdefault("annotations", {})
        notes[COMPLETED] = notes[BY_CONTROLLER] = "yes"
        self._sync_bound(self.update(claim))

    def _sync_bound(self, claim: Object) -> None:
        """Keep the status of a claim that names its volume; Lost when that is gone."""
        name = _volume_name(claim)
        volume = self.store.get("PersistentVolume", "", name)
        meta = claim["metadata"]
        reference = get(volume, "spec", "claimRef")
        if volume is None:
            if get(claim, "status", "phase") == "Bound":
                text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
                self.record(claim, "Warning", "ClaimLost", text)
                self.engine.api.update_status({**claim, "status": {"phase": "Lost"}})
            return
        if reference is None and get(claim, "status", "phase") != "Bound":
            self._bind(claim, volume)
            return
        if (reference or {}).get("uid") not in (None, meta["uid"]):
            return
        if not (reference or {}).get("uid"):
            self._bind(claim, volume)
            return
        status = {
            **(claim.get("status") or {}),
            "phase": "Bound",
            "accessModes": volume["spec"].get("accessModes") or [],
            "capacity": dict(volume["spec"].get("capacity") or {}),
        }
        if get(claim, "status", "phase") == "Bound":  # what grows, grows on the node as well
            status["capacity"] = claim["status"].get("capacity") or status["capacity"]
        if status != claim.get("status"):
            self.engine.api.update_status({**claim, "status": status})

    # Volumes

    def _sync_volume(self, volume: Object) -> None:
        reference = volume["spec"].get("claimRef")
        if reference is None:
            self._set_phase(volume, "Available")
            return
        if not reference.get("uid"):
            self._set_phase(volume, "Available")  # reserved for a claim that is still to come
            return
        claim = self.store.get("PersistentVolumeClaim", reference["namespace"], reference["name"])
        if claim is not None and claim["metadata"]["uid"] == reference["uid"]:
            return
        self._set_phase(volume, "Released")
        if volume["spec"].get("persistentVolumeReclaimPolicy") != "Delete":
            return
        if is_terminating(volume) or self._is_attached(volume):
            return
        name = volume["metadata"]["name"]
        self.engine.api.delete("PersistentVolume", None, name)
        self.engine.docker.mounts.host.remove("", name)

    def _is_attached(self, volume: Object) -> bool:
        name = volume["metadata"]["name"]
        return any(
            get(one, "spec", "source", "persistentVolumeName") == name
            for one in self.store.list("VolumeAttachment")
        )

    def _set_phase(self, volume: Object, phase: str) -> None:
        volume = self.store.need("PersistentVolume", "", volume["metadata"]["name"])
        if get(volume, "status", "phase") != phase:
            status = {**(volume.get("status") or {}), "phase": phase}
            status["lastPhaseTransitionTime"] = self.engine.timestamp()
            self.engine.api.update_status({**volume, "status": status})


def _volume_name(claim: Object) -> str:
    return str(get(claim, "spec", "volumeName", default=""))


def volume_for(claim: Object, storage: Object) -> Object:
    """Make the volume that a provisioner makes for a claim."""
    meta, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{meta['uid']}"
    provisioner = storage["provisioner"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: provisioner}},
        "spec": {
            "accessModes": list(spec.get("accessModes") or ["ReadWriteOnce"]),
            "capacity": {"storage": get(spec, "resources", "requests", "storage", default="1Gi")},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": meta["namespace"],
                "name": meta["name"],
                "uid": meta["uid"],
                "resourceVersion": meta["resourceVersion"],
            },
            "csi": {"driver": provisioner, "fsType": "ext4", "volumeHandle": name},
            "persistentVolumeReclaimPolicy": storage.get("reclaimPolicy") or "Delete",
            "storageClassName": storage["metadata"]["name"],
            "volumeMode": spec.get("volumeMode") or "Filesystem",
        },
    }
