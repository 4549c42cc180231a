"""A node with what runs on it, as the scheduler counts it.

Source: pkg/scheduler/framework/types.go (NodeInfo, Resource, HostPortInfo), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.kubernetes.scheduler.podinfo import (
    CPU,
    MEMORY,
    PODS,
    PodInfo,
    Port,
    Resources,
    amounts,
)
from simulator.plain import Object

ZONE, REGION = "topology.kubernetes.io/zone", "topology.kubernetes.io/region"
HOSTNAME = "kubernetes.io/hostname"

ANY_IP = "0.0.0.0"


class NodeInfo:
    """One node: its object, the sums over its pods, and the pods that need a second look."""

    __slots__ = (
        "allocatable",
        "images",
        "labels",
        "name",
        "node",
        "pods",
        "requested",
        "scored",
        "taints",
        "unschedulable",
    )

    def __init__(self, node: Object) -> None:
        self.pods: dict[str, PodInfo] = {}
        self.requested: Resources = {}
        self.scored: Resources = {CPU: 0, MEMORY: 0}
        self.set_node(node)

    def set_node(self, node: Object) -> None:
        """Take over a new version of the node object."""
        spec, status = node.get("spec") or {}, node.get("status") or {}
        self.node = node
        self.name: str = node["metadata"]["name"]
        self.labels: dict[str, str] = node["metadata"].get("labels") or {}
        self.taints: list[dict[str, Any]] = spec.get("taints") or []
        self.unschedulable = bool(spec.get("unschedulable"))
        self.allocatable: Resources = amounts(status.get("allocatable") or status.get("capacity"))
        self.images: dict[str, int] = {
            name: int(image.get("sizeBytes") or 0)
            for image in status.get("images") or ()
            for name in image.get("names") or ()
        }

    @property
    def allowed_pods(self) -> int:
        """How many pods the kubelet takes."""
        return self.allocatable.get(PODS, 0)

    def add_pod(self, pod: PodInfo) -> None:
        """Count a pod in."""
        self.pods[pod.key] = pod
        for name, amount in pod.requests.items():
            self.requested[name] = self.requested.get(name, 0) + amount
        self.scored[CPU] += pod.scored.get(CPU, 0)
        self.scored[MEMORY] += pod.scored.get(MEMORY, 0)

    def remove_pod(self, key: str) -> PodInfo | None:
        """Count a pod out; None when it is not here."""
        pod = self.pods.pop(key, None)
        if pod is not None:
            for name, amount in pod.requests.items():
                self.requested[name] -= amount
            self.scored[CPU] -= pod.scored.get(CPU, 0)
            self.scored[MEMORY] -= pod.scored.get(MEMORY, 0)
        return pod

    def clone(self) -> NodeInfo:
        """Copy, so that pods can be taken away for a try."""
        fresh = object.__new__(NodeInfo)
        for name in ("node", "name", "labels", "taints", "unschedulable", "allocatable", "images"):
            setattr(fresh, name, getattr(self, name))
        fresh.pods = dict(self.pods)
        fresh.requested = dict(self.requested)
        fresh.scored = dict(self.scored)
        return fresh

    def has_port_conflict(self, wanted: Iterable[Port]) -> bool:
        """Tell whether a pod here holds one of the wanted host ports."""
        held = [port for pod in self.pods.values() for port in pod.ports]
        return any(
            protocol == other_protocol
            and number == other_number
            and (ip == other_ip or ANY_IP in (ip, other_ip))
            for ip, protocol, number in wanted
            for other_ip, other_protocol, other_number in held
        )


def same_for_scheduling(old: Object, new: Object) -> bool:
    """Tell whether two versions of a node differ in nothing that the scheduler looks at."""
    before, after = old.get("status") or {}, new.get("status") or {}
    return (
        old.get("spec") == new.get("spec")
        and old["metadata"].get("labels") == new["metadata"].get("labels")
        and before.get("allocatable") == after.get("allocatable")
        and before.get("images") == after.get("images")
    )
