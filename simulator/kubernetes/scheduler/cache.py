"""The scheduler's view of the cluster: every node with the pods that are, or will be, on it.

It follows the store's changes and can be made anew from the store at any time. A pod that was
given a node but is not bound yet counts there already ("assumed"). Source:
pkg/scheduler/backend/cache (cache.go, node_tree.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.kubernetes.api import selectors
from simulator.kubernetes.scheduler.columns import Columns
from simulator.kubernetes.scheduler.nodeinfo import (
    REGION,
    ZONE,
    NodeInfo,
    same_for_scheduling,
)
from simulator.kubernetes.scheduler.podinfo import PodInfo, pod_info
from simulator.plain import Object, get
from simulator.store import Store

FINISHED = ("Succeeded", "Failed")
REMEMBERED_WORKLOADS = 1024

WorkloadSelector = tuple[selectors.Selector, str]
"""A selector and how it is written."""


class Cache:
    """Nodes and pods, with the sums kept up to date."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.nodes: dict[str, NodeInfo] = {}
        self.where: dict[str, str] = {}
        self.with_affinity: dict[str, str] = {}
        self.orphans: dict[str, PodInfo] = {}
        self._order: list[NodeInfo] | None = None
        self._columns: Columns | None = None
        self._services: dict[str, list[tuple[selectors.Selector, Mapping[str, str]]]] = {}
        self._workloads: dict[tuple[Any, ...], WorkloadSelector | None] = {}

    def rebuild(self, assumed: Mapping[str, str]) -> None:
        """Read everything from the store.   assumed: pod key -> node, for pods not bound yet."""
        self.nodes = {}
        self.where, self.with_affinity, self.orphans = {}, {}, {}
        self._services.clear()
        self._workloads.clear()
        for node in self.store.list("Node"):
            self.set_node(node)
        for pod in self.store.list("Pod"):
            info = pod_info(pod)
            node_name = get(pod, "spec", "nodeName") or assumed.get(info.key)
            if node_name and get(pod, "status", "phase") not in FINISHED:
                self.add_pod(info, node_name)

    # Nodes

    def set_node(self, node: Object) -> bool:
        """Take over a node; answers whether anything changed that scheduling looks at."""
        name = node["metadata"]["name"]
        info = self.nodes.get(name)
        if info is None:
            info = self.nodes[name] = NodeInfo(node)
            self._order = self._columns = None
            for key in [key for key, place in self.where.items() if place == name]:
                if key in self.orphans:
                    self.add_pod(self.orphans.pop(key), name)
            return True
        old = info.node
        if same_for_scheduling(old, node):
            info.node = node
            return False
        old_allocatable, old_place = info.allocatable, _zone(info)
        old_spec, old_labels = old.get("spec"), info.labels
        info.set_node(node)
        if _zone(info) != old_place:
            self._order = None
        if (info.allocatable, node.get("spec"), info.labels) == (
            old_allocatable, old_spec, old_labels,
        ):  # fmt: skip
            if self._columns is not None:
                self._columns.forget_images()
        else:
            self._columns = None
        return True

    def remove_node(self, name: str) -> None:
        """Forget a node; its pods wait for its return or their own removal."""
        info = self.nodes.pop(name, None)
        if info is not None:
            self.orphans.update(info.pods)
            self._order = self._columns = None

    def node_list(self) -> list[NodeInfo]:
        """Give the nodes, one zone after the other in turns, so that samples span zones."""
        if self._order is None:
            zones: dict[str, list[NodeInfo]] = {}
            for name in sorted(self.nodes):
                info = self.nodes[name]
                zones.setdefault(_zone(info), []).append(info)
            self._order = _in_turns(list(zones.values()))
        return self._order

    @property
    def columns(self) -> Columns:
        """The nodes as arrays, in the order of `node_list`."""
        if self._columns is None:
            self._columns = Columns(self.node_list())
        return self._columns

    # Pods

    def add_pod(self, pod: PodInfo, node_name: str) -> None:
        """Count a pod on a node (again, if it was counted before)."""
        self.remove_pod(pod.key)
        self.where[pod.key] = node_name
        if pod.has_affinity:
            self.with_affinity[pod.key] = node_name
        node = self.nodes.get(node_name)
        if node is None:
            self.orphans[pod.key] = pod
            return
        node.add_pod(pod)
        if self._columns is not None:
            self._columns.pod_changed(pod, node, 1)

    def remove_pod(self, key: str) -> PodInfo | None:
        """Stop counting a pod; answers what was known of it."""
        node_name = self.where.pop(key, None)
        if node_name is None:
            return None
        self.with_affinity.pop(key, None)
        self.orphans.pop(key, None)
        node = self.nodes.get(node_name)
        pod = node.remove_pod(key) if node is not None else None
        if pod is not None and node is not None and self._columns is not None:
            self._columns.pod_changed(pod, node, -1)
        return pod

    def pod(self, key: str) -> PodInfo | None:
        """Give a pod that is counted on a node."""
        node = self.nodes.get(self.where.get(key, ""))
        return node.pods.get(key) if node is not None else self.orphans.get(key)

    def pods_with_affinity(self) -> Iterable[tuple[PodInfo, NodeInfo]]:
        """Give the placed pods that have pod affinity terms, with their nodes."""
        for key, node_name in self.with_affinity.items():
            node = self.nodes.get(node_name)
            if node is not None and key in node.pods:
                yield node.pods[key], node

    def namespace_labels(self) -> dict[str, Mapping[str, str]]:
        """Give every namespace's labels."""
        return {
            item["metadata"]["name"]: item["metadata"].get("labels") or {}
            for item in self.store.list("Namespace")
        }

    # Workloads

    def forget_services(self, namespace: str) -> None:
        """Read a namespace's services again when they are asked for next."""
        self._services.pop(namespace, None)
        self._workloads.clear()

    def forget_workloads(self) -> None:
        """Ask again which services and owners pods belong to."""
        self._workloads.clear()

    def workload_selector(self, pod: PodInfo) -> WorkloadSelector | None:
        """Give the selector of the services and the owner that a pod belongs to, or None."""
        owners = pod.obj["metadata"].get("ownerReferences") or ()
        # A selector of a workload never changes, so an owner's uid stands for it.
        key = (pod.namespace, *pod.labels.items(), *[one.get("uid") for one in owners])
        if key not in self._workloads:
            if len(self._workloads) > REMEMBERED_WORKLOADS:
                self._workloads.clear()
            found = self._workload_selector(pod, owners)
            self._workloads[key] = (found, str(found)) if found is not None else None
        return self._workloads[key]

    def _workload_selector(
        self, pod: PodInfo, owners: Iterable[Object]
    ) -> selectors.Selector | None:
        services = self._services.get(pod.namespace)
        if services is None:
            services = self._services[pod.namespace] = [
                (selectors.of_labels(item["spec"]["selector"]), item["spec"]["selector"])
                for item in self.store.list("Service", pod.namespace)
                if get(item, "spec", "selector")
            ]
        merged: dict[str, str] = {}
        for selector, pairs in services:
            if selector.matches(pod.labels):
                merged.update(pairs)
        found = list(selectors.of_labels(merged).requirements)
        for reference in owners:
            if reference.get("controller"):
                found += self._owner_requirements(pod.namespace, reference)
        return selectors.Selector(tuple(found)) if found else None

    def _owner_requirements(
        self, namespace: str, reference: Object
    ) -> tuple[selectors.Requirement, ...]:
        kind = reference["kind"]
        if kind not in ("ReplicaSet", "StatefulSet", "ReplicationController"):
            return ()
        owner = self.store.get(kind, namespace, reference["name"])
        given = get(owner, "spec", "selector") if owner else None
        if given is None:
            return ()
        if kind == "ReplicationController":
            return selectors.of_labels(given).requirements
        return selectors.of_object(given).requirements


def _zone(info: NodeInfo) -> str:
    return f"{info.labels.get(REGION, '')}\0{info.labels.get(ZONE, '')}"


def _in_turns(groups: list[list[NodeInfo]]) -> list[NodeInfo]:
    longest = max((len(group) for group in groups), default=0)
    return [group[n] for n in range(longest) for group in groups if n < len(group)]
