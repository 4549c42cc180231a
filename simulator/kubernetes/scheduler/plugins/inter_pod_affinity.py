"""InterPodAffinity: pods that want to be near, or apart from, other pods.

Source: pkg/scheduler/framework/plugins/interpodaffinity (filtering.go, scoring.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.kubernetes.scheduler.framework import (
    MAX_SCORE,
    NO_NODES,
    SKIP,
    UNRESOLVABLE,
    Cycle,
    Ints,
    Plugin,
    Status,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import AffinityTerm, PodInfo

NOT_NEAR = Status(("node(s) didn't match pod affinity rules",), UNRESOLVABLE)
NOT_APART = Status(("node(s) didn't match pod anti-affinity rules",))
DISTURBS = Status(("node(s) didn't satisfy existing pods anti-affinity rules",))

HARD_POD_AFFINITY_WEIGHT = 1
"""What a required affinity of an existing pod counts in scores."""

Places = dict[tuple[str, str], int]
"""(topology key, value) -> number."""


@dataclass(slots=True)
class Rules:
    """What filtering knows: in which places there are pods that matter.

    near: pods that all of the pod's affinity terms mean.   apart: pods that one of its
    anti-affinity terms means.   guarded: pods whose own anti-affinity means this pod.
    """

    near: Places = field(default_factory=dict)
    apart: Places = field(default_factory=dict)
    guarded: Places = field(default_factory=dict)
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class InterPodAffinity(Plugin):
    """Filter by required terms, score by preferred ones, both of this pod and of others."""

    name = "InterPodAffinity"
    filters = scores = True
    wakes = ("Pod/Add", "Pod/Update", "Pod/Delete", "Node/Add", "Node/Update")

    # Filter

    def pre_filter(self, cycle: Cycle) -> Any:
        """Find the places that matter."""
        pod, cache = cycle.pod, cycle.cache
        rules = Rules(namespaces=_namespaces(cycle))
        for other, node in cache.pods_with_affinity():
            self._guard(rules, cycle, other, node, 1)
        if pod.required or pod.anti_required:
            for node in cache.node_list():
                for other in node.pods.values():
                    self._meet(rules, cycle, other, node, 1)
        if not pod.required and not pod.anti_required and not rules.guarded:
            return SKIP
        return rules

    def _guard(self, rules: Rules, cycle: Cycle, other: PodInfo, node: NodeInfo, by: int) -> None:
        for term in other.anti_required:
            if term.matches(cycle.pod, rules.namespaces):
                _count(rules.guarded, term, node, by)

    def _meet(self, rules: Rules, cycle: Cycle, other: PodInfo, node: NodeInfo, by: int) -> None:
        pod = cycle.pod
        if pod.required and all(term.matches(other, rules.namespaces) for term in pod.required):
            for term in pod.required:
                _count(rules.near, term, node, by)
        for term in pod.anti_required:
            if term.matches(other, rules.namespaces):
                _count(rules.apart, term, node, by)

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node by the pods in its places."""
        rules: Rules = cycle.data[self.name]
        if not self._is_near(cycle, rules, node):
            return NOT_NEAR
        if _any_at(rules.apart, cycle.pod.anti_required, node):
            return NOT_APART
        for (key, value), count in rules.guarded.items():
            if count > 0 and node.labels.get(key) == value:
                return DISTURBS
        return None

    def _is_near(self, cycle: Cycle, rules: Rules, node: NodeInfo) -> bool:
        """The first pod of a group that wants to be near itself may go anywhere."""
        near = True
        for term in cycle.pod.required:
            value = node.labels.get(term.topology_key)
            if value is None:
                return False
            if rules.near.get((term.topology_key, value), 0) <= 0:
                near = False
        if near:
            return True
        alone = not any(count > 0 for count in rules.near.values())
        return alone and all(
            term.matches(cycle.pod, rules.namespaces) for term in cycle.pod.required
        )

    def clone(self, data: Any) -> Any:
        """Copy the counts."""
        if not isinstance(data, Rules):
            return data
        return Rules(dict(data.near), dict(data.apart), dict(data.guarded), data.namespaces)

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """Count a pod in."""
        self._change(cycle, pod, node, 1)

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """Count a pod out."""
        self._change(cycle, pod, node, -1)

    def _change(self, cycle: Cycle, pod: PodInfo, node: NodeInfo, by: int) -> None:
        rules = cycle.data.get(self.name)
        if isinstance(rules, Rules):
            self._guard(rules, cycle, pod, node, by)
            self._meet(rules, cycle, pod, node, by)

    # Score

    def pre_score(self, cycle: Cycle, nodes: Sequence[NodeInfo]) -> Any:
        """Weigh every place by the pods in it."""
        pod, cache = cycle.pod, cycle.cache
        own = bool(pod.preferred or pod.anti_preferred)
        if not own and not cache.with_affinity:
            return SKIP
        namespaces = _namespaces(cycle)
        places: Places = {}
        for other, node in cache.pods_with_affinity():
            for terms, sign in (
                (other.preferred, 1),
                (other.anti_preferred, -1),
            ):
                for term in terms:
                    if term.matches(pod, namespaces):
                        _count(places, term, node, sign * term.weight)
            for term in other.required:
                if term.matches(pod, namespaces):
                    _count(places, term, node, HARD_POD_AFFINITY_WEIGHT)
        for node in cache.node_list() if own else ():
            for other in node.pods.values():
                for terms, sign in ((pod.preferred, 1), (pod.anti_preferred, -1)):
                    for term in terms:
                        if term.matches(other, namespaces):
                            _count(places, term, node, sign * term.weight)
        return places or SKIP

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Add up the weights of the node's places."""
        places: Places = cycle.data[self.name]
        return sum(
            weight for (key, value), weight in places.items() if node.labels.get(key) == value
        )

    def normalize(self, cycle: Cycle, scores: list[int], nodes: Sequence[NodeInfo]) -> list[int]:
        """Stretch from the least to 0 to the most to 100; zero is always within."""
        most, least = max(0, *scores), min(0, *scores)
        span = most - least
        if span <= 0:
            return [0] * len(scores)
        return [int(float(MAX_SCORE) * (float(score - least) / span)) for score in scores]

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Add up over rows."""
        places: Places = cycle.data[self.name]
        columns = cycle.cache.columns
        total = np.zeros(len(rows), np.int64)
        for key in dict.fromkeys(key for key, _ in places):
            domains = columns.domains(key)
            weights = [places.get((key, value), 0) for value in domains.values]
            total += np.array([*weights, 0], np.int64)[domains.ids[rows]]
        return total

    def normalize_rows(self, cycle: Cycle, scores: Ints, rows: Ints) -> Ints:
        """Stretch rows."""
        return np.array(self.normalize(cycle, scores.tolist(), NO_NODES), np.int64)


def _count(places: Places, term: AffinityTerm, node: NodeInfo, by: int) -> None:
    value = node.labels.get(term.topology_key)
    if value is not None:
        place = (term.topology_key, value)
        places[place] = places.get(place, 0) + by


def _any_at(places: Places, terms: Iterable[AffinityTerm], node: NodeInfo) -> bool:
    for term in terms:
        value = node.labels.get(term.topology_key)
        if value is not None and places.get((term.topology_key, value), 0) > 0:
            return True
    return False


def _namespaces(cycle: Cycle) -> Mapping[str, Mapping[str, str]]:
    """Give the namespaces' labels, where anybody asks for them."""
    return (
        cycle.cache.namespace_labels()
        if cycle.pod.has_affinity or (cycle.cache.with_affinity)
        else {}
    )
