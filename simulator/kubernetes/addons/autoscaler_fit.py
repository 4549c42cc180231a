"""What the cluster autoscaler tries in its head: which pods would fit onto which nodes.

Source: cluster-autoscaler/simulator and estimator/binpacking_estimator.go, 1.32: pods are tried
the largest first, each on the first node that takes it.
# Simplified: Of the scheduler's filters the autoscaler tries resources, host ports, node
affinity, taints, and anti-affinity between pods of one node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.kubernetes.scheduler.nodeinfo import HOSTNAME, NodeInfo
from simulator.kubernetes.scheduler.plugins.node_affinity import matches_node
from simulator.kubernetes.scheduler.plugins.taint_toleration import untolerated
from simulator.kubernetes.scheduler.podinfo import PodInfo, pod_info
from simulator.plain import Object, get

Labels = Mapping[str, Mapping[str, str]]


def fits(pod: PodInfo, node: NodeInfo, namespaces: Labels) -> str:
    """Say why a pod does not fit onto a node, in the scheduler's words; "" when it does."""
    if node.unschedulable:
        return "node(s) were unschedulable"
    if not matches_node(pod.spec, node.labels, node.name):
        return "node(s) didn't match Pod's node affinity/selector"
    if untolerated(node.taints, pod.spec.get("tolerations") or ()) is not None:
        return "node(s) had untolerated taint(s)"
    if len(node.pods) + 1 > node.allowed_pods:
        return "Too many pods"
    for name, amount in pod.requests.items():
        if amount and node.requested.get(name, 0) + amount > node.allocatable.get(name, 0):
            return f"Insufficient {name}"
    if pod.ports and node.has_port_conflict(pod.ports):
        return "node(s) didn't have free ports for the requested pod ports"
    if any(_apart(pod, other, namespaces) for other in node.pods.values()):
        return "node(s) didn't match pod anti-affinity rules"
    return ""


def _apart(pod: PodInfo, other: PodInfo, namespaces: Labels) -> bool:
    """Say whether two pods may not share a node."""
    for one, two in ((pod, other), (other, pod)):
        for term in one.anti_required:
            if term.topology_key == HOSTNAME and term.matches(two, namespaces):
                return True
    return False


def place(pods: Iterable[PodInfo], nodes: list[NodeInfo], namespaces: Labels) -> list[PodInfo]:
    """Put pods onto nodes (which are changed) where they fit; answers those left over."""
    left = []
    for pod in sorted(pods, key=_size):
        node = next((one for one in nodes if not fits(pod, one, namespaces)), None)
        if node is None:
            left.append(pod)
        else:
            node.add_pod(pod)
    return left


def _size(pod: PodInfo) -> tuple[int, int, str]:
    return -pod.requests.get("cpu", 0), -pod.requests.get("memory", 0), pod.key


def template(node: Object, status: Object, daemons: Iterable[Object]) -> NodeInfo:
    """Make an empty node as a new one would be, with the pods of DaemonSets on it.

    node: its object; status: {"capacity", "allocatable"}.
    """
    info = NodeInfo({**node, "status": status})
    for one in daemons:
        labels = get(one, "spec", "template", "metadata", "labels", default={})
        meta = {"name": one["metadata"]["name"], "labels": labels}
        meta["namespace"] = one["metadata"]["namespace"]
        pod = pod_info({"metadata": meta, "spec": one["spec"]["template"]["spec"]})
        if not fits(pod, info, {}):
            info.add_pod(pod)
    return info


def utilization(node: NodeInfo) -> float:
    """Give the larger share of a node's CPU or memory that its pods ask for."""
    shares = [
        node.requested.get(name, 0) / node.allocatable[name]
        for name in ("cpu", "memory")
        if node.allocatable.get(name)
    ]
    return max(shares, default=0.0)


SAFE = "cluster-autoscaler.kubernetes.io/safe-to-evict"


def held_by(pods: Iterable[PodInfo]) -> str:
    """Name the pod that keeps its node from being removed, or "".

    Such are pods that nobody would make again, that keep data on the node, or that say so.
    """
    for pod in pods:
        meta = pod.obj["metadata"]
        safe = (meta.get("annotations") or {}).get(SAFE)
        if is_daemon(pod) or safe == "true":
            continue
        owned = any(one.get("controller") for one in meta.get("ownerReferences") or ())
        local = any("emptyDir" in v or "hostPath" in v for v in pod.spec.get("volumes") or ())
        if safe == "false" or not owned or local or pod.namespace == "kube-system":
            return pod.key
    return ""


def is_daemon(pod: PodInfo) -> bool:
    """Say whether a pod belongs to its node: a DaemonSet's, or a static one's mirror."""
    owners = pod.obj["metadata"].get("ownerReferences") or ()
    return any(one.get("controller") and one["kind"] in ("DaemonSet", "Node") for one in owners)
