"""What a pod's volumes demand of a node: access, attach limits, zone, and a volume to bind.

Source: pkg/scheduler/framework/plugins/{volumerestrictions,nodevolumelimits,volumezone,
volumebinding}, v1.32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.kubernetes.api import selectors
from simulator.kubernetes.api.quantity import bytes_of
from simulator.kubernetes.scheduler.framework import (
    SKIP,
    UNRESOLVABLE,
    Cycle,
    Plugin,
    Status,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.plugins.node_affinity import matches_term
from simulator.kubernetes.scheduler.podinfo import PodInfo
from simulator.kubernetes.storage_class import class_of
from simulator.plain import Object, get
from simulator.store import Store

RWOP = "ReadWriteOncePod"
RWOP_TAKEN = Status((
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",
))  # fmt: skip
TOO_MANY = Status(("node(s) exceed max volume count",))
NO_ZONE = Status(("node(s) had no available volume zone",), UNRESOLVABLE)
UNBOUND = Status(("pod has unbound immediate PersistentVolumeClaims",), UNRESOLVABLE)
NODE_CONFLICT = Status(("node(s) had volume node affinity conflict",), UNRESOLVABLE)
NOTHING_TO_BIND = Status(
    ("node(s) didn't find available persistent volumes to bind",), UNRESOLVABLE
)
NO_VOLUME = Status(
    ("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",), UNRESOLVABLE
)

WAIT = "WaitForFirstConsumer"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
ZONE_LABELS = (
    "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
)  # fmt: skip
CLAIM_EVENTS = ("PersistentVolumeClaim/Add", "PersistentVolumeClaim/Update")
NODE_EVENTS = ("Node/Add", "Node/Update")


def claim_of(store: Store, pod: PodInfo, name: str) -> Object | None:
    """Give a claim of a pod."""
    return store.get("PersistentVolumeClaim", pod.namespace, name)


def volume_of(store: Store, claim: Object | None) -> Object | None:
    """Give the volume that a claim is bound to."""
    name = get(claim, "spec", "volumeName") if claim else None
    return store.get("PersistentVolume", "", name) if name else None


def bound_volumes(cycle: Cycle) -> list[Object]:
    """Give the volumes that the pod's claims are bound to."""
    store = cycle.cache.store
    found = (volume_of(store, claim_of(store, cycle.pod, name)) for name in cycle.pod.claims)
    return [volume for volume in found if volume is not None]


class VolumeRestrictions(Plugin):
    """Give a ReadWriteOncePod claim to one pod at a time."""

    name = "VolumeRestrictions"
    filters = True
    wakes = ("Pod/Delete", *CLAIM_EVENTS, *NODE_EVENTS)

    def pre_filter(self, cycle: Cycle) -> Any:
        """Find the claims that only one pod may use; skip when there is none."""
        store, pod = cycle.cache.store, cycle.pod
        alone = [
            name
            for name in pod.claims
            if RWOP in get(claim_of(store, pod, name), "spec", "accessModes", default=())
        ]
        return alone or SKIP

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject every node while another pod anywhere uses such a claim, unless evicted here."""
        alone: list[str] = cycle.data[self.name]
        for other in node.pods.values():
            if _shares(cycle.pod, other, alone):
                return RWOP_TAKEN
        for elsewhere in cycle.cache.node_list():
            if elsewhere.name != node.name and any(
                _shares(cycle.pod, other, alone) for other in elsewhere.pods.values()
            ):
                return RWOP_TAKEN
        return None


def _shares(pod: PodInfo, other: PodInfo, alone: Sequence[str]) -> bool:
    same_space = other.namespace == pod.namespace
    return same_space and any(name in other.claims for name in alone)


class NodeVolumeLimits(Plugin):
    """Obey how many volumes a driver can attach to a node (CSINode)."""

    name = "NodeVolumeLimits"
    filters = True
    wakes = ("Pod/Delete", "CSINode/Add", "CSINode/Update", *CLAIM_EVENTS, *NODE_EVENTS)

    def pre_filter(self, cycle: Cycle) -> Any:
        """Skip pods without claims."""
        return None if cycle.pod.claims else SKIP

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node whose drivers are full."""
        store = cycle.cache.store
        csi_node = store.get("CSINode", "", node.name)
        drivers: list[Any] = get(csi_node, "spec", "drivers", default=[]) if csi_node else []
        for driver in drivers:
            limit = get(driver, "allocatable", "count")
            if limit is None:
                continue
            attached = dict.fromkeys(
                handle
                for other in node.pods.values()
                for handle in _handles(store, other, driver["name"])
            )
            new = [h for h in _handles(store, cycle.pod, driver["name"]) if h not in attached]
            if new and len(attached) + len(dict.fromkeys(new)) > limit:
                return TOO_MANY
        return None


def _handles(store: Store, pod: PodInfo, driver: str) -> list[str]:
    """Name a pod's volumes of one driver; an unbound claim stands for the volume it will get."""
    out = []
    for name in pod.claims:
        claim = claim_of(store, pod, name)
        volume = volume_of(store, claim)
        if volume is not None:
            if get(volume, "spec", "csi", "driver") == driver:
                out.append(str(get(volume, "spec", "csi", "volumeHandle")))
        elif claim is not None and _provisioner(store, claim) == driver:
            out.append(f"{pod.namespace}/{name}")
    return out


def storage_class(store: Store, claim: Object) -> Object | None:
    """Give the storage class of a claim."""
    name = class_of(claim)
    return store.get("StorageClass", "", name) if name else None


def _provisioner(store: Store, claim: Object) -> str | None:
    found = storage_class(store, claim)
    return found.get("provisioner") if found else None


class VolumeZone(Plugin):
    """Keep a pod in the zone that its bound volumes are labelled with."""

    name = "VolumeZone"
    filters = True
    wakes = ("PersistentVolume/Add", "PersistentVolume/Update", *CLAIM_EVENTS, *NODE_EVENTS)

    def pre_filter(self, cycle: Cycle) -> Any:
        """Collect the labels; skip when there are none."""
        wanted = [
            (key, tuple(value.split("__")))
            for volume in bound_volumes(cycle)
            for key, value in (volume["metadata"].get("labels") or {}).items()
            if key in ZONE_LABELS
        ]
        return wanted or SKIP

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node of another zone."""
        if not any(key in node.labels for key in ZONE_LABELS):
            return None
        for key, allowed in cycle.data[self.name]:
            if node.labels.get(key) not in allowed:
                return NO_ZONE
        return None


@dataclass(slots=True)
class Claims:
    """A pod's claims: bound ones, and those that wait for the pod's node."""

    bound: list[Object] = field(default_factory=list)
    waiting: list[Object] = field(default_factory=list)


class VolumeBinding(Plugin):
    """Find a node on which every claim is bound, can be bound, or can be provisioned."""

    name = "VolumeBinding"
    filters = True
    wakes = (
        "PersistentVolume/Add", "PersistentVolume/Update", "StorageClass/Add",
        "StorageClass/Update", *CLAIM_EVENTS, *NODE_EVENTS,
    )  # fmt: skip

    def pre_filter(self, cycle: Cycle) -> Any:
        """Sort the claims; a missing one, or one that should be bound by now, rejects all."""
        store, pod = cycle.cache.store, cycle.pod
        if not pod.claims:
            return SKIP
        out, immediate = Claims(), False
        for name in pod.claims:
            claim = claim_of(store, pod, name)
            problem = _problem(store, claim, name)
            if problem:
                return Status((problem,), UNRESOLVABLE, self.name)
            assert claim is not None
            if get(claim, "spec", "volumeName"):
                out.bound.append(claim)
            elif get(storage_class(store, claim), "volumeBindingMode") == WAIT:
                out.waiting.append(claim)
            else:
                immediate = True
        if immediate:
            return Status(UNBOUND.reasons, UNBOUND.code, self.name)
        return out

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node that cannot reach a bound volume, or where one can be neither had."""
        store, claims = cycle.cache.store, cycle.data[self.name]
        for claim in claims.bound:
            volume = volume_of(store, claim)
            if volume is None:
                return NO_VOLUME
            if not reaches(volume, node):
                return NODE_CONFLICT
        taken: dict[str, None] = {}
        for claim in claims.waiting:
            volume = best_volume(store, claim, node, taken)
            if volume is not None:
                taken[volume["metadata"]["name"]] = None
            elif not can_provision(store, claim, node):
                return NOTHING_TO_BIND
        return None


def _problem(store: Store, claim: Object | None, name: str) -> str | None:
    if claim is None:
        return f'persistentvolumeclaim "{name}" not found'
    if claim["metadata"].get("deletionTimestamp"):
        return f'persistentvolumeclaim "{name}" is being deleted'
    if get(claim, "status", "phase") == "Lost":
        volume = get(claim, "spec", "volumeName")
        text = f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
        return text
    return None


def reaches(volume: Object, node: NodeInfo) -> bool:
    """Tell whether a volume can be used on a node."""
    terms = get(volume, "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    return terms is None or any(matches_term(term, node.labels, node.name) for term in terms)


def fits(volume: Object, claim: Object) -> bool:
    """Tell whether a volume would satisfy a claim: class, mode, access, labels, size."""
    have, want = volume["spec"], claim["spec"]
    if get(volume, "status", "phase") not in (None, "Available") or have.get("claimRef"):
        return _is_reserved_for(have.get("claimRef"), claim)
    if class_of(volume) != class_of(claim):
        return False
    if (have.get("volumeMode") or "Filesystem") != (want.get("volumeMode") or "Filesystem"):
        return False
    if not all(mode in (have.get("accessModes") or ()) for mode in want.get("accessModes") or ()):
        return False
    chosen = want.get("selector")
    if chosen and not selectors.of_object(chosen).matches(volume["metadata"].get("labels")):
        return False
    return capacity(volume) >= bytes_of(get(want, "resources", "requests", "storage"))


def _is_reserved_for(reference: Mapping[str, Any] | None, claim: Object) -> bool:
    meta = claim["metadata"]
    return reference is not None and (
        reference.get("namespace") == meta.get("namespace")
        and reference.get("name") == meta["name"]
        and reference.get("uid") in (None, "", meta.get("uid"))
    )


def capacity(volume: Object) -> int:
    """Give a volume's size in bytes."""
    return bytes_of(get(volume, "spec", "capacity", "storage"))


def best_volume(
    store: Store, claim: Object, node: NodeInfo, taken: Mapping[str, None]
) -> Object | None:
    """Find the smallest existing volume for a claim on a node."""
    found = [
        volume
        for volume in store.list("PersistentVolume")
        if volume["metadata"]["name"] not in taken
        and not volume["metadata"].get("deletionTimestamp")
        and fits(volume, claim)
        and reaches(volume, node)
    ]
    return min(found, key=lambda v: (capacity(v), v["metadata"]["name"]), default=None)


def can_provision(store: Store, claim: Object, node: NodeInfo) -> bool:
    """Tell whether a volume can be made for a claim on a node."""
    found = storage_class(store, claim)
    if found is None or found.get("provisioner") in (None, "", NO_PROVISIONER):
        return False
    topologies = found.get("allowedTopologies")
    return not topologies or any(
        all(
            node.labels.get(one["key"]) in (one.get("values") or ())
            for one in topology.get("matchLabelExpressions") or ()
        )
        for topology in topologies
    )
