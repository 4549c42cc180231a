"""The nodes as columns: one numpy array a fact, so that a filter or score is one expression.

Only a cache over the NodeInfos, used where there are too many nodes for a plain loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from simulator.kubernetes.api.selectors import Selector
from simulator.kubernetes.scheduler.framework import Ints, Mask
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import CPU, MEMORY, PodInfo
from simulator.plain import canonical

TRACKED_SELECTORS = 128
"""How many (namespace, selector) pairs are counted at once; an older set is dropped."""


class Domains:
    """One topology key: each row's value as a number, -1 without the label."""

    __slots__ = ("everywhere", "ids", "present", "values")

    def __init__(self, key: str, nodes: Sequence[NodeInfo]) -> None:
        numbers: dict[str, int] = {}
        self.ids: Ints = np.array(
            [
                numbers.setdefault(node.labels[key], len(numbers)) if key in node.labels else -1
                for node in nodes
            ],
            np.int64,
        )
        self.values = list(numbers)
        self.present: Mask = self.ids >= 0
        self.everywhere = bool(self.present.all())


class Columns:
    """The arrays; row n is the n-th node of the list it was made from."""

    def __init__(self, nodes: Sequence[NodeInfo]) -> None:
        self.nodes = nodes
        self.rows = {node.name: row for row, node in enumerate(nodes)}
        self.names = [node.name for node in nodes]
        self.n_pods = np.array([len(node.pods) for node in nodes], np.int64)
        self.allowed_pods = np.array([node.allowed_pods for node in nodes], np.int64)
        self.unschedulable = np.array([node.unschedulable for node in nodes], np.bool_)
        self.any_unschedulable = bool(self.unschedulable.any())
        self._allocatable: dict[str, Ints] = {}
        self._requested: dict[str, Ints] = {}
        self._scored = {
            name: np.array([node.scored[name] for node in nodes], np.int64)
            for name in (CPU, MEMORY)
        }
        self._counts: dict[str, dict[str, tuple[Selector, Ints]]] = {}
        self._domains: dict[str, Domains] = {}
        self._images: dict[str, tuple[Ints, int]] = {}
        self._masks: dict[bytes, Mask] = {}
        self._read_taints()

    def _read_taints(self) -> None:
        numbers: dict[bytes, int] = {}
        self.taint_sets: list[list[dict[str, Any]]] = []
        ids = []
        for node in self.nodes:
            sign = canonical(node.taints)
            if sign not in numbers:
                numbers[sign] = len(numbers)
                self.taint_sets.append(node.taints)
            ids.append(numbers[sign])
        self.taint_ids: Ints = np.array(ids, np.int64)

    # Sums that change with every pod

    def allocatable(self, resource: str) -> Ints:
        """Give how much of a resource each node has."""
        found = self._allocatable.get(resource)
        if found is None:
            values = [node.allocatable.get(resource, 0) for node in self.nodes]
            found = self._allocatable[resource] = np.array(values, np.int64)
        return found

    def requested(self, resource: str) -> Ints:
        """Give how much of a resource the pods of each node request."""
        found = self._requested.get(resource)
        if found is None:
            values = [node.requested.get(resource, 0) for node in self.nodes]
            found = self._requested[resource] = np.array(values, np.int64)
        return found

    def scored(self, resource: str) -> Ints:
        """Give the sums for scores, where a container without a request counts with a default."""
        return self._scored[resource] if resource in self._scored else self.requested(resource)

    def pod_changed(self, pod: PodInfo, node: NodeInfo, sign: int) -> None:
        """Take over that a pod came to (1) or left (-1) a node, after the NodeInfo did."""
        row = self.rows[node.name]
        self.n_pods[row] += sign
        for name, amount in pod.requests.items():
            if name in self._requested:
                self._requested[name][row] += sign * amount
        self._scored[CPU][row] += sign * pod.scored.get(CPU, 0)
        self._scored[MEMORY][row] += sign * pod.scored.get(MEMORY, 0)
        if not pod.deleting:
            for selector, counts in self._counts.get(pod.namespace, {}).values():
                if selector.matches(pod.labels):
                    counts[row] += sign

    def counts(self, namespace: str, selector: Selector, text: str) -> Ints:
        """Count on each node the pods of a namespace that a selector matches, deleting ones not.

        text: the selector, written.
        """
        tracked = self._counts.setdefault(namespace, {})
        found = tracked.get(text)
        if found is None:
            if len(tracked) >= TRACKED_SELECTORS:
                tracked.clear()
            counts = np.array(
                [matching_pods(node, namespace, selector) for node in self.nodes], np.int64
            )
            found = tracked[text] = (selector, counts)
        return found[1]

    # Facts that change with the node objects only

    def domains(self, key: str) -> Domains:
        """Number the values of a topology key."""
        found = self._domains.get(key)
        if found is None:
            found = self._domains[key] = Domains(key, self.nodes)
        return found

    def image(self, name: str) -> tuple[Ints, int]:
        """Give an image's size on each node (0: not there), and on how many nodes it is."""
        found = self._images.get(name)
        if found is None:
            sizes = np.array([node.images.get(name, 0) for node in self.nodes], np.int64)
            have = sum(name in node.images for node in self.nodes)
            found = self._images[name] = (sizes, have)
        return found

    def forget_images(self) -> None:
        """Read the nodes' images again when they are asked for next."""
        self._images.clear()

    def mask(self, sign: Mapping[str, Any], test: Callable[[NodeInfo], bool]) -> Mask:
        """Remember which nodes pass a test that depends on `sign` and the node object only."""
        key = canonical(sign)
        found = self._masks.get(key)
        if found is None:
            if len(self._masks) >= TRACKED_SELECTORS:
                self._masks.clear()
            found = np.array([test(node) for node in self.nodes], np.bool_)
            self._masks[key] = found
        return found


def matching_pods(node: NodeInfo, namespace: str, selector: Selector) -> int:
    """Count the pods on a node that a selector matches, those being deleted left out."""
    return sum(
        pod.namespace == namespace and not pod.deleting and selector.matches(pod.labels)
        for pod in node.pods.values()
    )


class RowNames(Sequence[str]):
    """The names of some rows, looked up only when somebody reads them."""

    __slots__ = ("_names", "rows")

    def __init__(self, names: Sequence[str], rows: Ints) -> None:
        self._names, self.rows = names, rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return RowNames(self._names, self.rows[index])
        return self._names[int(self.rows[index])]


_TAGGED = re.compile(r".*:[^/]*$", re.DOTALL)


def image_name(name: str) -> str:
    """Add `:latest` to an image name without tag, as nodes list it."""
    return name if _TAGGED.match(name) else name + ":latest"
