"""NodeResourcesFit and NodeResourcesBalancedAllocation: is there room, and where is it best?

Source: pkg/scheduler/framework/plugins/noderesources (fit.go, resource_allocation.go,
least_allocated.go, most_allocated.go, requested_to_capacity_ratio.go,
balanced_allocation.go), v1.32; tables read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simulator.kubernetes.scheduler.framework import (
    MAX_SCORE,
    SKIP,
    Cycle,
    Ints,
    Mask,
    Plugin,
    Status,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import CPU, EPHEMERAL, MEMORY, PODS

Amounts = Mapping[str, int]

NATIVE = (CPU, MEMORY, EPHEMERAL)
LEAST, MOST = "LeastAllocated", "MostAllocated"
DEFAULT_WEIGHTS = {CPU: 1, MEMORY: 1}


def is_scalar(resource: str) -> bool:
    """Tell whether a resource is an extended one (a GPU), not cpu, memory or storage."""
    return resource not in (*NATIVE, PODS)


def least_requested(requested: int, capacity: int) -> int:
    """Give 0..100, more where more is left."""
    return 0 if requested > capacity else (capacity - requested) * MAX_SCORE // capacity


def most_requested(requested: int, capacity: int) -> int:
    """Give 0..100, more where less is left."""
    return min(requested, capacity) * MAX_SCORE // capacity


def allocation_score(
    requested: Amounts, allocatable: Amounts, pod: Amounts, weights: Amounts, most: bool = False
) -> int:
    """Give the weighted mean of the resources' scores, in whole numbers.

    requested: on the node with the pod counted in.   pod: the pod's own request.   Resources
    that the node has not, and extended ones that the pod does not ask for, count nothing.
    """
    total = weight_sum = 0
    rate = most_requested if most else least_requested
    for name, weight in weights.items():
        capacity = allocatable.get(name, 0)
        if capacity == 0 or (is_scalar(name) and not pod.get(name)):
            continue
        total += rate(requested.get(name, 0), capacity) * weight
        weight_sum += weight
    return total // weight_sum if weight_sum else 0


def balanced_score(
    requested: Amounts, allocatable: Amounts, pod: Amounts, resources: Sequence[str]
) -> int:
    """Give 0..100, more where the resources are used to about the same share."""
    shares = []
    for name in resources:
        capacity = allocatable.get(name, 0)
        if capacity == 0 or (is_scalar(name) and not pod.get(name)):
            continue
        shares.append(min(1.0, requested.get(name, 0) / capacity))
    spread = 0.0
    if len(shares) == 2:
        spread = abs((shares[0] - shares[1]) / 2)
    elif len(shares) > 2:
        mean = sum(shares) / len(shares)
        spread = math.sqrt(sum((share - mean) * (share - mean) for share in shares) / len(shares))
    return int((1 - spread) * MAX_SCORE)


class NodeResourcesFit(Plugin):
    """Filter by what is left of each resource; score by how much is left (or how little)."""

    name = "NodeResourcesFit"
    filters = scores = True
    wakes = ("Pod/Delete", "Pod/ScaleDown", "Node/Add", "Node/Update")
    tells_by_node = True

    def __init__(self, strategy: str = LEAST, weights: Amounts | None = None) -> None:
        self.most = strategy == MOST
        self.weights = dict(DEFAULT_WEIGHTS if weights is None else weights)

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node with too many pods or too little of something, naming all that lacks."""
        reasons = []
        if len(node.pods) + 1 > node.allowed_pods:
            reasons.append("Too many pods")
        for name, amount in _in_order(cycle.pod.requests):
            capacity = node.allocatable.get(name, 0)
            if amount > 0 and amount > capacity - node.requested.get(name, 0):
                reasons.append(f"Insufficient {name}")
        return Status(tuple(reasons)) if reasons else None

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Reject rows."""
        columns = cycle.cache.columns
        bad: Mask = columns.n_pods >= columns.allowed_pods
        for name, amount in cycle.pod.requests.items():
            if amount > 0 and name != PODS:
                left = columns.allocatable(name) - columns.requested(name)
                bad = bad | (left < amount)
        return bad

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Rate by what would be left."""
        requested = {
            name: (node.scored[name] + cycle.pod.scored.get(name, 0))
            if name in node.scored
            else node.requested.get(name, 0) + cycle.pod.requests.get(name, 0)
            for name in self.weights
        }
        return allocation_score(
            requested, node.allocatable, cycle.pod.scored, self.weights, self.most
        )

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Rate rows."""
        columns, pod = cycle.cache.columns, cycle.pod
        total = np.zeros(len(rows), np.int64)
        weight_sum = np.zeros(len(rows), np.int64)
        for name, weight in self.weights.items():
            if is_scalar(name) and not pod.scored.get(name):
                continue
            capacity = columns.allocatable(name)[rows]
            used = columns.scored(name)[rows] + pod.scored.get(name, 0)
            has = capacity > 0
            safe = np.maximum(capacity, 1)
            left = np.minimum(used, safe) if self.most else np.maximum(capacity - used, 0)
            total += left * MAX_SCORE // safe * has * weight
            weight_sum += has * weight
        return total // np.maximum(weight_sum, 1)


class BalancedAllocation(Plugin):
    """Prefer nodes on which cpu and memory would be used to the same share."""

    name = "NodeResourcesBalancedAllocation"
    scores = True

    def __init__(self, resources: Sequence[str] = (CPU, MEMORY)) -> None:
        self.resources = tuple(resources)

    def pre_score(self, cycle: Cycle, nodes: Sequence[NodeInfo]) -> Any:
        """Skip pods that request none of the resources."""
        asked = any(cycle.pod.requests.get(name) for name in self.resources)
        return None if asked else SKIP

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Rate by how even the use would be."""
        requested = {
            name: node.requested.get(name, 0) + cycle.pod.requests.get(name, 0)
            for name in self.resources
        }
        return balanced_score(requested, node.allocatable, cycle.pod.requests, self.resources)

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Rate rows; the case of cpu and memory on nodes that have both, in one go."""
        columns, pod = cycle.cache.columns, cycle.pod
        capacities = [columns.allocatable(name)[rows] for name in self.resources]
        if (
            len(self.resources) != 2
            or any(is_scalar(name) for name in self.resources)
            or not all(capacity.all() for capacity in capacities)
        ):
            return super().score_rows(cycle, rows)
        first, second = (
            np.minimum(1.0, (columns.requested(name)[rows] + pod.requests.get(name, 0)) / capacity)
            for name, capacity in zip(self.resources, capacities, strict=True)
        )
        spread = np.abs((first - second) / 2)
        result: Ints = ((1 - spread) * MAX_SCORE).astype(np.int64)
        return result


def _in_order(requests: Amounts) -> list[tuple[str, int]]:
    """Give cpu, memory and storage first, then the extended resources by name."""
    native = [(name, requests[name]) for name in NATIVE if name in requests]
    rest = sorted((n, a) for n, a in requests.items() if n not in NATIVE and n != PODS)
    return native + rest
