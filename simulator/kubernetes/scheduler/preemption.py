"""Preemption: which pods of lower priority would have to go for a pod to fit, and where.

Only computes; the scheduler carries it out. Source: pkg/scheduler/framework/preemption and
plugins/defaultpreemption, v1.32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulator.kubernetes.api import selectors
from simulator.kubernetes.scheduler.framework import (
    UNRESOLVABLE,
    UNSCHEDULABLE,
    Cycle,
    Decision,
    Profile,
    Status,
    histogram,
    run_filters,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import PodInfo
from simulator.plain import Object, get

NOT_HELPFUL = Status(("Preemption is not helpful for scheduling",), UNRESOLVABLE)
NO_VICTIMS = Status(("No preemption victims found for incoming pod",), UNRESOLVABLE)

MIN_CANDIDATES, MIN_CANDIDATES_PERCENT = 100, 10
"""How many nodes are tried: a tenth of the cluster, at least a hundred."""

LOWEST_PRIORITY = -(1 << 31)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node and the pods that would have to leave it, most important first."""

    node: str
    victims: tuple[PodInfo, ...]
    violations: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What preemption came to: a candidate, or the sentence that says why there is none."""

    candidate: Candidate | None
    message: str = ""


def preempt(
    decision: Decision,
    profile: Profile,
    budgets: Sequence[Object],
    offset: Callable[[int], int],
) -> Outcome:
    """Look for a node that a pod that fits nowhere could have.

    budgets: all PodDisruptionBudgets.   offset: draws from [0, n), where the search begins.
    """
    pod, cycle = decision.pod, decision.cycle
    refusal = ineligible(decision)
    if refusal:
        return Outcome(None, f"preemption: {refusal}")
    total = decision.nodes
    helpful = [name for name, status in decision.rejected.items() if status.code == UNSCHEDULABLE]
    if decision.everywhere is not None or not helpful or cycle is None:
        return Outcome(None, _unavailable(total, ()))
    wanted = min(total, max(MIN_CANDIDATES, total * MIN_CANDIDATES_PERCENT // 100))
    first = offset(len(helpful))
    failed: dict[str, Status] = {}
    found: list[Candidate] = []
    for step in range(len(helpful)):
        node = cycle.cache.nodes[helpful[(first + step) % len(helpful)]]
        result = victims_on(pod, cycle, profile, node, budgets)
        if isinstance(result, Status):
            failed[node.name] = result
            continue
        found.append(result)
        if len(found) >= wanted and any(one.violations == 0 for one in found):
            break
    if not found:
        return Outcome(None, _unavailable(total, failed.values()))
    return Outcome(best_candidate(found))


def ineligible(decision: Decision) -> str:
    """Say why a pod may not preempt at all; "" when it may."""
    pod, cycle = decision.pod, decision.cycle
    if pod.spec.get("preemptionPolicy") == "Never":
        return "not eligible due to preemptionPolicy=Never."
    nominated = get(pod.obj, "status", "nominatedNodeName")
    if not nominated or cycle is None:
        return ""
    status = decision.rejected.get(nominated)
    if status is not None and status.code == UNRESOLVABLE:
        return ""
    node = cycle.cache.nodes.get(nominated)
    leaving = node is not None and any(
        other.deleting and other.priority < pod.priority for other in node.pods.values()
    )
    return "not eligible due to a terminating pod on the nominated node." if leaving else ""


def _unavailable(total: int, statuses: Iterable[Status]) -> str:
    reasons = histogram(statuses, NOT_HELPFUL, total)
    return f"preemption: 0/{total} nodes are available: {reasons}."


def victims_on(
    pod: PodInfo, cycle: Cycle, profile: Profile, node: NodeInfo, budgets: Sequence[Object]
) -> Candidate | Status:
    """Find the fewest pods that must leave a node, or say why that would not help.

    All pods of lower priority are taken away, then given back one by one, the most important
    first, those that a disruption budget protects before the others.
    """
    lower = [other for other in node.pods.values() if other.priority < pod.priority]
    if not lower:
        return NO_VICTIMS
    trial = _Trial(cycle.fork(profile.plugins), profile, node.clone())
    for other in lower:
        trial.remove(other)
    status = trial.status()
    if status is not None:
        return status
    lower.sort(key=_importance)
    protected, free = _by_budget(lower, budgets)
    victims: list[PodInfo] = []
    violations = 0
    for group, counts in ((protected, True), (free, False)):
        for other in group:
            trial.add(other)
            if trial.status() is not None:
                trial.remove(other)
                victims.append(other)
                violations += counts
    victims.sort(key=_importance)
    return Candidate(node.name, tuple(victims), violations)


class _Trial:
    """A copy of a node and of what the filters know, to play with."""

    def __init__(self, cycle: Cycle, profile: Profile, node: NodeInfo) -> None:
        self.cycle, self.profile, self.node = cycle, profile, node

    def remove(self, pod: PodInfo) -> None:
        self.node.remove_pod(pod.key)
        for plugin in self.profile.filters:
            plugin.remove_pod(self.cycle, pod, self.node)

    def add(self, pod: PodInfo) -> None:
        self.node.add_pod(pod)
        for plugin in self.profile.filters:
            plugin.add_pod(self.cycle, pod, self.node)

    def status(self) -> Status | None:
        return run_filters(self.profile.filters, self.cycle, self.node)


def started(pod: PodInfo) -> str:
    """Give when a pod started; one that has not started sorts last."""
    return get(pod.obj, "status", "startTime") or "9999"


def _importance(pod: PodInfo) -> tuple[int, str, str]:
    """Sort by priority, then by how long a pod runs already."""
    return (-pod.priority, started(pod), pod.key)


def _by_budget(
    pods: Sequence[PodInfo], budgets: Sequence[Object]
) -> tuple[list[PodInfo], list[PodInfo]]:
    """Part the pods whose eviction would violate a disruption budget from the others."""
    left = [int(get(budget, "status", "disruptionsAllowed", default=0)) for budget in budgets]
    protected: list[PodInfo] = []
    free: list[PodInfo] = []
    for pod in pods:
        violates = False
        for index, budget in enumerate(budgets):
            if _covers(budget, pod):
                left[index] -= 1
                violates = violates or left[index] < 0
        (protected if violates else free).append(pod)
    return protected, free


def _covers(budget: Object, pod: PodInfo) -> bool:
    if budget["metadata"].get("namespace") != pod.namespace or not pod.labels:
        return False
    given: Mapping[str, object] | None = get(budget, "spec", "selector")
    if not given:  # no selector and an empty one protect nobody here
        return False
    already = get(budget, "status", "disruptedPods", default={})
    return pod.name not in already and selectors.of_object(given).matches(pod.labels)


def best_candidate(found: Sequence[Candidate]) -> Candidate:
    """Take the node whose victims are the smallest loss; among equals the first."""
    for one in found:
        if not one.victims:
            return one
    return min(found, key=_loss)


def _loss(one: Candidate) -> tuple[int, int, int, int, tuple[int, ...]]:
    """Rank: budgets violated, highest priority, sum of priorities, number, earliest start.

    The last part is negated: the later the most important victims started, the smaller the loss.
    """
    highest = one.victims[0].priority
    total = sum(victim.priority - LOWEST_PRIORITY for victim in one.victims)
    earliest = min(started(victim) for victim in one.victims if victim.priority == highest)
    later_first = tuple(-ord(letter) for letter in earliest)
    return (one.violations, highest, total, len(one.victims), later_first)
