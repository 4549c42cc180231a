"""PodTopologySpread: spread pods over zones and machines, strictly or as far as possible.

Source: pkg/scheduler/framework/plugins/podtopologyspread (common.go, filtering.go, scoring.go,
plugin.go), v1.32; table read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.kubernetes.api import selectors
from simulator.kubernetes.scheduler.cache import WorkloadSelector
from simulator.kubernetes.scheduler.columns import matching_pods
from simulator.kubernetes.scheduler.framework import (
    MAX_SCORE,
    NO_NODES,
    SKIP,
    UNRESOLVABLE,
    Cycle,
    Floats,
    Ints,
    Mask,
    Plugin,
    Status,
)
from simulator.kubernetes.scheduler.nodeinfo import HOSTNAME, ZONE, NodeInfo
from simulator.kubernetes.scheduler.plugins.node_affinity import affinity_mask, matches_node
from simulator.kubernetes.scheduler.plugins.taint_toleration import untolerated
from simulator.kubernetes.scheduler.podinfo import PodInfo

TEXT = "node(s) didn't match pod topology spread constraints"
SKEWED = Status((TEXT,))
NO_LABEL = Status((f"{TEXT} (missing required label)",), UNRESOLVABLE)

SYSTEM_DEFAULTS = ((HOSTNAME, 3), (ZONE, 5))
"""(key, maxSkew) for pods without constraints that belong to a service or workload."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a pod.   text: its selector, written."""

    key: str
    max_skew: int
    selector: selectors.Selector
    text: str
    min_domains: int = 1
    honor_affinity: bool = True
    honor_taints: bool = False


@dataclass(slots=True)
class Hard:
    """What filtering knows: for each constraint, domain -> matching pods."""

    constraints: tuple[Constraint, ...]
    sums: list[dict[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Soft:
    """What scoring knows.   require_all: nodes that lack a key get nothing.

    sums: per constraint, domain -> matching pods (none for the hostname, which is counted node
    by node).   weights: ln(domains + 2).   ignored: nodes that get nothing.
    """

    constraints: tuple[Constraint, ...]
    require_all: bool
    sums: list[dict[str, int]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)


def domain_weight(domains: int) -> float:
    """Give what one pod counts: more where there are more domains, so that none drowns."""
    return math.log(domains + 2)


def normalized_spread(raw: Sequence[int | None]) -> list[int]:
    """Turn counts into 0..100, most for the fewest; None (a node that lacks a key) gives 0."""
    counted = [one for one in raw if one is not None]
    most, least = max(counted, default=0), min(counted, default=0)
    if most <= 0:
        return [0 if one is None else MAX_SCORE for one in raw]
    return [0 if one is None else MAX_SCORE * (most + least - one) // most for one in raw]


def round_half_up(value: float) -> int:
    """Round as Go's math.Round does a positive number."""
    return math.floor(value + 0.5)


class PodTopologySpread(Plugin):
    """Filter by DoNotSchedule constraints, score by ScheduleAnyway ones."""

    name = "PodTopologySpread"
    filters = scores = True
    wakes = ("Pod/Add", "Pod/Update", "Pod/Delete", "Node/Add", "Node/Delete", "Node/Update")

    def __init__(self, system_defaults: bool = True) -> None:
        self.system_defaults = system_defaults

    # Filter

    def pre_filter(self, cycle: Cycle) -> Any:
        """Sum the matching pods of each domain."""
        constraints = pod_constraints(cycle.pod, "DoNotSchedule")
        if not constraints:
            return SKIP
        state = Hard(constraints, [{} for _ in constraints])
        for node in cycle.cache.node_list():
            if not all(one.key in node.labels for one in constraints):
                continue
            for one, sums in zip(constraints, state.sums, strict=True):
                if is_included(one, cycle.pod, node):
                    value = node.labels[one.key]
                    count = matching_pods(node, cycle.pod.namespace, one.selector)
                    sums[value] = sums.get(value, 0) + count
        return state

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node whose domain would get too far ahead of the emptiest."""
        state: Hard = cycle.data[self.name]
        for one, sums in zip(state.constraints, state.sums, strict=True):
            value = node.labels.get(one.key)
            if value is None:
                return NO_LABEL
            least = min(sums.values(), default=0)
            if len(sums) < one.min_domains:
                least = 0
            own = int(one.selector.matches(cycle.pod.labels))
            if sums.get(value, 0) + own - least > one.max_skew:
                return SKEWED
        return None

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Reject rows by the domain they are in."""
        state: Hard = cycle.data[self.name]
        columns = cycle.cache.columns
        bad = np.zeros(len(columns.nodes), np.bool_)
        for one, sums in zip(state.constraints, state.sums, strict=True):
            domains = columns.domains(one.key)
            least = min(sums.values(), default=0)
            if len(sums) < one.min_domains:
                least = 0
            own = int(one.selector.matches(cycle.pod.labels))
            full = [sums.get(value, 0) + own - least > one.max_skew for value in domains.values]
            bad |= np.array([*full, True], np.bool_)[domains.ids]  # id -1: no label
        return bad

    def clone(self, data: Any) -> Any:
        """Copy the sums."""
        if not isinstance(data, Hard):
            return data
        return Hard(data.constraints, [dict(sums) for sums in data.sums])

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """Count a pod in."""
        self._change(cycle, pod, node, 1)

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """Count a pod out."""
        self._change(cycle, pod, node, -1)

    def _change(self, cycle: Cycle, pod: PodInfo, node: NodeInfo, by: int) -> None:
        state = cycle.data.get(self.name)
        if not isinstance(state, Hard) or pod.namespace != cycle.pod.namespace:
            return
        if not all(one.key in node.labels for one in state.constraints):
            return
        for one, sums in zip(state.constraints, state.sums, strict=True):
            if one.selector.matches(pod.labels) and is_included(one, cycle.pod, node):
                value = node.labels[one.key]
                sums[value] = sums.get(value, 0) + by

    # Score

    def pre_score(self, cycle: Cycle, nodes: Sequence[NodeInfo]) -> Any:
        """Sum the matching pods of each domain in which a candidate is."""
        state = self._soft(cycle)
        if not state.constraints:
            return SKIP
        if nodes is NO_NODES:
            return state
        for node in nodes:
            if state.require_all and not all(one.key in node.labels for one in state.constraints):
                state.ignored[node.name] = None
        scored = [node for node in nodes if node.name not in state.ignored]
        for one in state.constraints:
            if one.key == HOSTNAME:
                state.sums.append({})
                state.weights.append(domain_weight(len(scored)))
            else:
                sums = dict.fromkeys([node.labels.get(one.key, "") for node in scored], 0)
                state.sums.append(sums)
                state.weights.append(domain_weight(len(sums)))
        self._sum(cycle, state)
        return state

    def _sum(self, cycle: Cycle, state: Soft) -> None:
        pairs = [
            (one, sums)
            for one, sums in zip(state.constraints, state.sums, strict=True)
            if one.key != HOSTNAME
        ]
        for node in cycle.cache.node_list() if pairs else ():
            if state.require_all and not all(one.key in node.labels for one in state.constraints):
                continue
            for one, sums in pairs:
                value = node.labels.get(one.key, "")
                if value in sums and is_included(one, cycle.pod, node):
                    sums[value] += matching_pods(node, cycle.pod.namespace, one.selector)

    def _soft(self, cycle: Cycle) -> Soft:
        pod = cycle.pod
        if pod.spec.get("topologySpreadConstraints") or not self.system_defaults:
            return Soft(pod_constraints(pod, "ScheduleAnyway"), require_all=True)
        selector = cycle.cache.workload_selector(pod)
        return Soft(default_constraints(selector) if selector else (), require_all=False)

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Add up the pods in the node's domains, each constraint by its weight."""
        state: Soft = cycle.data[self.name]
        if node.name in state.ignored:
            return 0
        total = 0.0
        for one, sums, weight in zip(state.constraints, state.sums, state.weights, strict=True):
            value = node.labels.get(one.key)
            if value is not None:
                if one.key == HOSTNAME:
                    count = matching_pods(node, cycle.pod.namespace, one.selector)
                else:
                    count = sums[value]
                total += count * weight + (one.max_skew - 1)
        return round_half_up(total)

    def normalize(self, cycle: Cycle, scores: list[int], nodes: Sequence[NodeInfo]) -> list[int]:
        """Give the most to nodes in the emptiest domains."""
        ignored = cycle.data[self.name].ignored
        pairs = zip(scores, nodes, strict=True)
        return normalized_spread([None if node.name in ignored else one for one, node in pairs])

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Add up over rows."""
        state: Soft = cycle.data[self.name]
        columns, pod = cycle.cache.columns, cycle.pod
        present = self._present(cycle, state)
        scored = None if present is None else present[rows]
        size = len(rows) if scored is None else int(scored.sum())
        total: Floats = np.zeros(len(rows), np.float64)
        for one in state.constraints:
            domains = columns.domains(one.key)
            found = columns.counts(pod.namespace, one.selector, one.text)
            weight = domain_weight(size)
            if one.key == HOSTNAME:
                found = found[rows]
            else:
                here = domains.ids[rows]
                found = self._domain_counts(cycle, one, found, present)[here]
                seen = here if scored is None else here[scored]
                weight = domain_weight(int(np.count_nonzero(np.bincount(seen + 1))))
            rated = found * weight + (one.max_skew - 1)
            if not domains.everywhere:
                rated = rated * domains.present[rows]
            total += rated
        result: Ints = np.floor(total + 0.5).astype(np.int64)
        return result if scored is None else np.where(scored, result, -1)

    def _present(self, cycle: Cycle, state: Soft) -> Mask | None:
        """Say which rows have all keys; None: all have, or need not."""
        present: Mask | None = None
        for one in state.constraints if state.require_all else ():
            domains = cycle.cache.columns.domains(one.key)
            if not domains.everywhere:
                present = domains.present if present is None else present & domains.present
        return present

    def _domain_counts(
        self, cycle: Cycle, one: Constraint, counts: Ints, present: Mask | None
    ) -> Ints:
        """Count the pods of each domain; the last entry is for rows without the label."""
        domains = cycle.cache.columns.domains(one.key)
        included = included_mask(one, cycle)
        for mask in (present, None if domains.everywhere else domains.present):
            if mask is not None:
                included = mask if included is None else included & mask
        ids = domains.ids if included is None else domains.ids[included]
        weights = counts if included is None else counts[included]
        size = len(domains.values) + 1
        return np.bincount(ids, weights=weights, minlength=size).astype(np.int64)

    def normalize_rows(self, cycle: Cycle, scores: Ints, rows: Ints) -> Ints:
        """Give the most to rows in the emptiest domains; -1 marks rows that get nothing."""
        ignored = scores < 0
        counted = scores[~ignored] if ignored.any() else scores
        most = int(counted.max()) if counted.size else 0
        if most <= 0:
            return np.where(ignored, 0, MAX_SCORE)
        result = MAX_SCORE * (most + int(counted.min()) - scores) // most
        return np.where(ignored, 0, result)


def default_constraints(workload: WorkloadSelector) -> tuple[Constraint, ...]:
    """Give the constraints that the system adds for pods of a workload without any."""
    selector, text = workload
    return tuple(Constraint(key, skew, selector, text) for key, skew in SYSTEM_DEFAULTS)


def pod_constraints(pod: PodInfo, action: str) -> tuple[Constraint, ...]:
    """Read the constraints of a pod that act in one way (DoNotSchedule, ScheduleAnyway)."""
    return tuple(
        _constraint(pod, one)
        for one in pod.spec.get("topologySpreadConstraints") or ()
        if (one.get("whenUnsatisfiable") or "DoNotSchedule") == action
    )


def _constraint(pod: PodInfo, given: Mapping[str, Any]) -> Constraint:
    selector = selectors.of_object(given.get("labelSelector"))
    keys = [key for key in given.get("matchLabelKeys") or () if key in pod.labels]
    if keys and not selector.nothing:
        more = [selectors.Requirement(key, selectors.IN, (pod.labels[key],)) for key in keys]
        selector = selectors.Selector((*selector.requirements, *more))
    return Constraint(
        key=given["topologyKey"],
        max_skew=int(given.get("maxSkew") or 1),
        selector=selector,
        text=str(selector),
        min_domains=int(given.get("minDomains") or 1),
        honor_affinity=(given.get("nodeAffinityPolicy") or "Honor") == "Honor",
        honor_taints=given.get("nodeTaintsPolicy") == "Honor",
    )


def is_included(one: Constraint, pod: PodInfo, node: NodeInfo) -> bool:
    """Tell whether a node's pods count, by the constraint's node inclusion policies."""
    if one.honor_affinity and not matches_node(pod.spec, node.labels, node.name):
        return False
    if not one.honor_taints:
        return True
    return untolerated(node.taints, pod.spec.get("tolerations") or ()) is None


def included_mask(one: Constraint, cycle: Cycle) -> Mask | None:
    """Say the same for every row; None: all are."""
    spec = cycle.pod.spec
    if not one.honor_taints:
        wishes = one.honor_affinity and (spec.get("nodeSelector") or "affinity" in spec)
        return affinity_mask(cycle) if wishes else None
    nodes = cycle.cache.node_list()
    return np.array([is_included(one, cycle.pod, node) for node in nodes], np.bool_)
