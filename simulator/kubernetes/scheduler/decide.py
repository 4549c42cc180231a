"""One decision: filter the nodes, score those that are left, pick the best.

There are two ways to the same result: node by node, and with columns when there are many
nodes. Source: pkg/scheduler/schedule_one.go, v1.32; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from simulator.kubernetes.scheduler.cache import Cache
from simulator.kubernetes.scheduler.columns import RowNames
from simulator.kubernetes.scheduler.framework import (
    NO_NODES,
    SKIP,
    UNRESOLVABLE,
    Cycle,
    Decision,
    Ints,
    Mask,
    Profile,
    Score,
    Status,
    feasible_to_find,
    run_filters,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import PodInfo

MANY_NODES = 50
"""Above this many nodes the columns are faster than the plain loop."""

Below = Callable[[int], int]
"""Draws an integer in [0, n)."""

Nominated = Mapping[str, Sequence[PodInfo]]
"""Node name -> pods that are to go there once their victims have left."""


def decide(
    pod: PodInfo,
    cache: Cache,
    profile: Profile,
    below: Below,
    start: int = 0,
    nominated: Nominated | None = None,
    columns: bool | None = None,
) -> tuple[Decision, int]:
    """Choose a node for a pod.   Returns the decision and where the next search starts.

    start: index of the node to begin with, so that samples rotate.   columns: use numpy; by
    default when there are more than 50 nodes.
    """
    decision = Decision(pod, len(cache.nodes))
    if not cache.nodes:
        return decision, start
    cycle = Cycle(pod, cache)
    decision.cycle = cycle
    decision.everywhere = pre_filter(cycle, profile)
    if decision.everywhere is not None:
        return decision, start
    search = _Search(cycle, profile, decision, nominated or {})
    many = len(cache.nodes) > MANY_NODES if columns is None else columns
    if search.only_nominated() or cycle.only is not None:
        many = False
    start = search.by_columns(start) if many else search.by_node(start)
    if decision.feasible:
        _score(cycle, profile, decision, many)
        decision.chosen = _select(decision.totals, below)
        decision.node = decision.feasible[decision.chosen]
    return decision, start


def pre_filter(cycle: Cycle, profile: Profile) -> Status | None:
    """Let every filter prepare; a Status rejects the pod everywhere."""
    for plugin in profile.filters:
        found = plugin.pre_filter(cycle)
        if isinstance(found, Status):
            return Status(found.reasons, found.code, found.plugin or plugin.name)
        if found is SKIP:
            cycle.skipped[plugin.name] = None
        else:
            cycle.data[plugin.name] = found
    return None


class _Search:
    """The filter phase of one decision."""

    def __init__(
        self, cycle: Cycle, profile: Profile, decision: Decision, nominated: Nominated
    ) -> None:
        self.cycle, self.profile, self.decision = cycle, profile, decision
        self.nominated = nominated

    def only_nominated(self) -> bool:
        """Try the node that the pod was nominated for first; if it fits, look no further."""
        name = (self.cycle.pod.obj.get("status") or {}).get("nominatedNodeName")
        node = self.cycle.cache.nodes.get(name or "")
        if node is None or self.check(node) is not None:
            return False
        self.decision.feasible = [node.name]
        return True

    def check(self, node: NodeInfo) -> Status | None:
        """Filter one node, as if the pods nominated for it were there, and as if not."""
        waiting = [
            other
            for other in self.nominated.get(node.name, ())
            if other.priority >= self.cycle.pod.priority and other.key != self.cycle.pod.key
        ]
        if waiting:
            crowded, cycle = node.clone(), self.cycle.fork(self.profile.filters)
            for other in waiting:
                crowded.add_pod(other)
                for plugin in self.profile.filters:
                    plugin.add_pod(cycle, other, crowded)
            status = run_filters(self.profile.filters, cycle, crowded)
            if status is not None:
                return status
        return run_filters(self.profile.filters, self.cycle, node)

    def by_node(self, start: int) -> int:
        """Look at one node after the other."""
        if self.decision.feasible:
            return start
        everyone = self.cycle.cache.node_list()
        nodes = self._named() if self.cycle.only is not None else everyone
        wanted = feasible_to_find(len(nodes), self.profile.percentage)
        looked, passed = 0, []
        for step in range(len(nodes)):
            node = nodes[(start + step) % len(nodes)]
            looked += 1
            status = self.check(node)
            if status is not None:
                self.decision.rejected[node.name] = status
                continue
            passed.append(node.name)
            if len(passed) >= wanted:
                break
        self.decision.feasible = passed
        return (start + looked) % len(everyone)

    def _named(self) -> list[NodeInfo]:
        """Give the nodes that the pod names; the others are out without being looked at."""
        found = [self.cycle.cache.nodes.get(name) for name in self.cycle.only or ()]
        text = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
        self.decision.excluded = Status((text,), UNRESOLVABLE, "NodeAffinity")
        return [node for node in found if node is not None]

    def by_columns(self, start: int) -> int:
        """Look at all nodes at once; only a pod that fits nowhere asks for single reasons."""
        cycle, nodes = self.cycle, self.cycle.cache.node_list()
        alive: Mask = np.ones(len(nodes), np.bool_)
        masks: list[tuple[int, Mask]] = []
        for index, plugin in enumerate(self.profile.filters):
            if plugin.name not in cycle.skipped:
                bad = plugin.rejects(cycle)
                if bad is not None:
                    masks.append((index, bad))
                    alive &= ~bad
        for name in self.nominated:
            row = cycle.cache.columns.rows.get(name)
            if row is not None and alive[row] and self.check(nodes[row]) is not None:
                alive[row] = False
        fitting = np.flatnonzero(alive)
        wanted = feasible_to_find(len(nodes), self.profile.percentage)
        turn = int(np.searchsorted(fitting, start)) if start else 0
        turned = np.concatenate((fitting[turn:], fitting[:turn])) if turn else fitting
        visited = turned[:wanted]
        self.decision.feasible = RowNames(cycle.cache.columns.names, visited)
        if not len(visited):
            self._explain(masks, nodes)
            return start
        if len(visited) < wanted:
            return start
        return (int(visited[-1]) + 1) % len(nodes)

    def _explain(self, masks: Sequence[tuple[int, Mask]], nodes: Sequence[NodeInfo]) -> None:
        """Ask for each node the plugin that rejected it first why it did."""
        for row, node in enumerate(nodes):
            for index, bad in masks:
                if bad[row]:
                    plugin = self.profile.filters[index]
                    status = plugin.filter(self.cycle, node)
                    break
            else:
                plugin, status = None, self.check(node)
            if status is not None:
                name = plugin.name if plugin is not None else status.plugin
                self.decision.rejected[node.name] = Status(status.reasons, status.code, name)


def _score(cycle: Cycle, profile: Profile, decision: Decision, many: bool) -> None:
    """Rate the nodes that passed; with one there is nothing to choose."""
    if len(decision.feasible) == 1:
        decision.totals = [0]
        return
    if many and isinstance(decision.feasible, RowNames):
        _score_rows(cycle, profile, decision, decision.feasible.rows)
    else:
        _score_nodes(cycle, profile, decision)


def _score_nodes(cycle: Cycle, profile: Profile, decision: Decision) -> None:
    nodes = [cycle.cache.nodes[name] for name in decision.feasible]
    totals = [0] * len(nodes)
    for plugin in profile.scorers:
        found = plugin.pre_score(cycle, nodes)
        if found is SKIP:
            continue
        cycle.data[plugin.name] = found
        weight = profile.weight(plugin)
        raw = [plugin.score(cycle, node) for node in nodes]
        rated = plugin.normalize(cycle, raw, nodes)
        decision.scores.append(Score(plugin.name, weight, raw, rated))
        totals = [total + weight * one for total, one in zip(totals, rated, strict=True)]
    decision.totals = totals


def _score_rows(cycle: Cycle, profile: Profile, decision: Decision, rows: Ints) -> None:
    totals = np.zeros(len(rows), np.int64)
    for plugin in profile.scorers:
        found = plugin.pre_score(cycle, NO_NODES)
        if found is SKIP:
            continue
        cycle.data[plugin.name] = found
        weight = profile.weight(plugin)
        raw = plugin.score_rows(cycle, rows)
        rated = plugin.normalize_rows(cycle, raw, rows)
        decision.scores.append(Score(plugin.name, weight, raw, rated))  # type: ignore[arg-type]
        totals += weight * rated
    decision.totals = totals  # type: ignore[assignment]


def _select(totals: Sequence[int], below: Below) -> int:
    """Take the place with the highest total; among equals one by chance."""
    if isinstance(totals, np.ndarray):
        best = np.flatnonzero(totals == totals.max()).tolist()
    else:
        highest = max(totals)
        best = [n for n, total in enumerate(totals) if total == highest]
    return int(best[0] if len(best) == 1 else best[below(len(best))])
