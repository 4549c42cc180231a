"""The scheduling framework: plugins, profiles, and one decision about one pod.

A plugin may reject nodes (filter) and rate those that are left (score 0..100 after
normalization). Each has a plain version for one node and may have a second one over all nodes
at once with numpy; both must agree. Source: pkg/scheduler/framework/interface.go,
runtime/framework.go, apis/config/v1/default_plugins.go, v1.32; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import PodInfo

if TYPE_CHECKING:
    from simulator.kubernetes.scheduler.cache import Cache

MAX_SCORE = 100

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

UNSCHEDULABLE = "Unschedulable"
"""Rejected, but evicting pods from the node may help."""
UNRESOLVABLE = "UnschedulableAndUnresolvable"
"""Rejected, and evicting pods would not help."""


@dataclass(frozen=True, slots=True)
class Status:
    """Why a node (or all of them) was rejected."""

    reasons: tuple[str, ...]
    code: str = UNSCHEDULABLE
    plugin: str = ""


class Cycle:
    """What one decision knows: the pod, the cluster, and what each plugin worked out before."""

    __slots__ = ("cache", "data", "only", "pod", "skipped")

    def __init__(self, pod: PodInfo, cache: Cache) -> None:
        self.pod = pod
        self.cache = cache
        self.data: dict[str, Any] = {}
        self.skipped: dict[str, None] = {}
        self.only: tuple[str, ...] | None = None

    def fork(self, plugins: Iterable[Plugin]) -> Cycle:
        """Copy, for a try with other pods on a node."""
        other = Cycle(self.pod, self.cache)
        other.only = self.only
        other.skipped = dict(self.skipped)
        other.data = {
            plugin.name: plugin.clone(self.data[plugin.name])
            for plugin in plugins
            if plugin.name in self.data
        }
        return other


NO_NODES: Sequence[NodeInfo] = ()
"""Given to `pre_score` where whole columns will be scored: no need to look at single nodes."""

SKIP = object()
"""Answered by `pre_filter` and `pre_score`: this plugin has nothing to say about this pod."""


class Plugin:
    """One rule of the scheduler. Subclasses override what concerns them."""

    name = ""
    filters = False
    scores = False
    wakes: tuple[str, ...] = ()
    """Cluster events after which a pod that this plugin rejected is worth another try."""
    tells_by_node = False
    """Whether `filter` needs nothing but the node, so that it can judge a changed node alone."""

    def pre_filter(self, cycle: Cycle) -> Any:
        """Work something out once a pod: SKIP, a Status to reject all nodes, or data kept."""
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node, or None."""
        return None

    def pre_score(self, cycle: Cycle, nodes: Sequence[NodeInfo]) -> Any:
        """Work something out once over the nodes that passed: SKIP, or data kept."""
        return None

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Rate a node, in the plugin's own unit."""
        return 0

    def normalize(self, cycle: Cycle, scores: list[int], nodes: Sequence[NodeInfo]) -> list[int]:
        """Bring the ratings to 0..100."""
        return scores

    # Over all nodes at once

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Say for every row of the cache whether it is rejected; None: nobody is."""
        nodes = cycle.cache.node_list()
        return np.fromiter((self.filter(cycle, node) is not None for node in nodes), np.bool_)

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Rate the nodes of these rows."""
        nodes = cycle.cache.node_list()
        return np.array([self.score(cycle, nodes[row]) for row in rows.tolist()], np.int64)

    def normalize_rows(self, cycle: Cycle, scores: Ints, rows: Ints) -> Ints:
        """Bring the ratings of these rows to 0..100."""
        return scores

    # For preemption, which tries a node with pods taken away

    def clone(self, data: Any) -> Any:
        """Copy what `pre_filter` kept, where `add_pod` and `remove_pod` change it."""
        return data

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """Take into account that a pod was put on a node."""

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        """Take into account that a pod was taken off a node."""

    # For the queue

    def is_worth_retrying(self, cycle: Cycle, event: str, node: NodeInfo | None) -> bool:
        """Tell whether an event may have made a rejected pod fit (upstream's QueueingHint)."""
        if node is None or not self.tells_by_node or not event.startswith("Node/"):
            return True
        return self.filter(cycle, node) is None


def normalized(scores: list[int], reverse: bool = False) -> list[int]:
    """Scale so that the largest becomes 100; reversed, the largest becomes 0."""
    largest = max(scores, default=0)
    if largest == 0:
        return [MAX_SCORE] * len(scores) if reverse else scores
    scaled = [MAX_SCORE * score // largest for score in scores]
    return [MAX_SCORE - score for score in scaled] if reverse else scaled


def normalized_rows(scores: Ints, reverse: bool = False) -> Ints:
    """Do what `normalized` does, over an array."""
    largest = int(scores.max()) if scores.size else 0
    if largest == 0:
        return np.full_like(scores, MAX_SCORE) if reverse else scores
    scaled: Ints = MAX_SCORE * scores // largest
    return MAX_SCORE - scaled if reverse else scaled


@dataclass(slots=True)
class Profile:
    """A named set of plugins in order, with the weights of those that score."""

    name: str
    plugins: tuple[Plugin, ...]
    weights: Mapping[str, int]
    percentage: int = 0
    filters: tuple[Plugin, ...] = field(init=False)
    scorers: tuple[Plugin, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.filters = tuple(one for one in self.plugins if one.filters)
        self.scorers = tuple(one for one in self.plugins if one.scores and self.weight(one) > 0)

    def weight(self, plugin: Plugin) -> int:
        """Give a plugin's weight; 1 unless configured."""
        return self.weights.get(plugin.name, 1)


@dataclass(slots=True)
class Score:
    """What one plugin said about each node that passed."""

    plugin: str
    weight: int
    raw: Sequence[int]
    normalized: Sequence[int]


@dataclass(slots=True)
class Decision:
    """The outcome for one pod.

    node: the chosen one, "" when none; `chosen` is its place among the feasible.
    feasible: those that passed, in the order visited.   rejected: node -> why.   excluded: why
    the nodes that were not looked at are out.   preemption: what came of it, as a sentence.
    everywhere: a reason that rejected the pod before any node was looked at.
    """

    pod: PodInfo
    nodes: int
    node: str = ""
    feasible: Sequence[str] = ()
    chosen: int = 0
    rejected: dict[str, Status] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    totals: Sequence[int] = ()
    everywhere: Status | None = None
    excluded: Status | None = None
    preemption: str = ""
    cycle: Cycle | None = None

    def plugins(self) -> list[str]:
        """Name the plugins that rejected something, sorted."""
        found = {status.plugin: None for status in self.rejected.values()}
        for status in (self.everywhere, self.excluded):
            if status is not None:
                found[status.plugin] = None
        return sorted(name for name in found if name)

    def message(self) -> str:
        """Write why the pod fits nowhere, in upstream's words."""
        if self.nodes == 0:
            return "no nodes available to schedule pods"
        text = f"0/{self.nodes} nodes are available:"
        if self.everywhere is not None:
            text += f" {', '.join(self.everywhere.reasons)}."
        else:
            text += f" {histogram(self.rejected.values(), self.excluded, self.nodes)}."
        return f"{text} {self.preemption}" if self.preemption else text


def histogram(statuses: Iterable[Status], absent: Status | None, total: int) -> str:
    """Count the reasons: "2 Insufficient cpu, 1 node(s) were unschedulable", sorted as text.

    absent: the status of all nodes that have none of their own.
    """
    counts: dict[str, int] = {}
    seen = 0
    for status in statuses:
        seen += 1
        for reason in status.reasons:
            counts[reason] = counts.get(reason, 0) + 1
    if absent is not None and seen < total:
        for reason in absent.reasons:
            counts[reason] = counts.get(reason, 0) + total - seen
    return ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items()))


def feasible_to_find(nodes: int, percentage: int = 0) -> int:
    """Say after how many feasible nodes the search may stop.

    percentage: percentageOfNodesToScore; 0 adapts, from 50% of 100 nodes down to 5%.
    """
    if nodes < 100:
        return nodes
    if percentage == 0:
        percentage = max(5, 50 - nodes // 125)
    return min(nodes, max(100, nodes * percentage // 100))


def run_filters(filters: Iterable[Plugin], cycle: Cycle, node: NodeInfo) -> Status | None:
    """Ask all filters about one node; the first that rejects it has the last word."""
    for plugin in filters:
        if plugin.name not in cycle.skipped:
            status = plugin.filter(cycle, node)
            if status is not None:
                return Status(status.reasons, status.code, plugin.name)
    return None
