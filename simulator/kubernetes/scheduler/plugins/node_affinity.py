"""NodeAffinity: nodeSelector and node affinity, required and preferred.

Source: pkg/scheduler/framework/plugins/nodeaffinity and component-helpers
scheduling/corev1/nodeaffinity, v1.32; table read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simulator.kubernetes.api.selectors import integer
from simulator.kubernetes.scheduler.framework import (
    SKIP,
    UNRESOLVABLE,
    Cycle,
    Ints,
    Mask,
    Plugin,
    Status,
    normalized,
    normalized_rows,
)
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.plain import Object, get

MISMATCH = Status(("node(s) didn't match Pod's node affinity/selector",), UNRESOLVABLE)


def matches_expression(expression: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """Tell whether labels (or fields) meet one node selector requirement."""
    operator = expression["operator"]
    wanted: Sequence[str] = expression.get("values") or []
    value = values.get(expression["key"])
    if operator == "In":
        return value is not None and value in wanted
    if operator == "NotIn":
        return value is None or value not in wanted
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    have, limit = integer(value), integer(wanted[0] if len(wanted) == 1 else None)
    if have is None or limit is None:
        return False
    return have > limit if operator == "Gt" else operator == "Lt" and have < limit


def matches_term(term: Mapping[str, Any], labels: Mapping[str, str], name: str) -> bool:
    """Tell whether a node meets all parts of one term; an empty term meets nothing."""
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    return all(matches_expression(one, labels) for one in expressions) and all(
        matches_expression(one, {"metadata.name": name}) for one in fields
    )


def required_terms(spec: Object) -> list[Any] | None:
    """Give the required node affinity's terms, of which one must match; None without any."""
    path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    required = get(spec, *path)
    return None if required is None else required.get("nodeSelectorTerms") or []


def matches_node(spec: Object, labels: Mapping[str, str], name: str) -> bool:
    """Tell whether a node meets a pod's nodeSelector and required node affinity."""
    for key, value in (spec.get("nodeSelector") or {}).items():
        if labels.get(key) != value:
            return False
    terms = required_terms(spec)
    return terms is None or any(matches_term(term, labels, name) for term in terms)


def named_nodes(terms: Sequence[Any]) -> tuple[str, ...] | None:
    """Give the only nodes that the terms allow by name, None when some term names none.

    This is how a DaemonSet's pod finds its node without looking at the others.
    """
    names: dict[str, None] = {}
    for term in terms:
        allowed: dict[str, None] | None = None
        for field in term.get("matchFields") or ():
            if field["key"] == "metadata.name" and field["operator"] == "In":
                these = dict.fromkeys(field.get("values") or ())
                kept = these if allowed is None else {n: None for n in allowed if n in these}
                allowed = kept
        if allowed is None:
            return None
        names.update(allowed)
    return tuple(sorted(names))


class NodeAffinity(Plugin):
    """Filter by the required part, score by the preferred one."""

    name = "NodeAffinity"
    filters = scores = True
    wakes = ("Node/Add", "Node/Update")
    tells_by_node = True

    def pre_filter(self, cycle: Cycle) -> Any:
        """Skip pods without wishes; narrow the search when nodes are named."""
        spec = cycle.pod.spec
        terms = required_terms(spec)
        if terms is None and not spec.get("nodeSelector"):
            return SKIP
        names = named_nodes(terms) if terms else None
        if names is not None:
            if not names:
                return Status(("pod affinity terms conflict",), UNRESOLVABLE, self.name)
            cycle.only = names
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node that the pod does not want."""
        return None if matches_node(cycle.pod.spec, node.labels, node.name) else MISMATCH

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Reject rows; pods of one template share the answer."""
        return ~affinity_mask(cycle)

    def pre_score(self, cycle: Cycle, nodes: Sequence[NodeInfo]) -> Any:
        """Skip pods that prefer nothing."""
        return _preferred(cycle) or SKIP

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Add up the weights of the preferred terms that match."""
        return sum(
            int(one.get("weight") or 0)
            for one in _preferred(cycle)
            if matches_term(one.get("preference") or {}, node.labels, node.name)
        )

    def normalize(self, cycle: Cycle, scores: list[int], nodes: Sequence[NodeInfo]) -> list[int]:
        """Scale so that the best node gets 100."""
        return normalized(scores)

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Add up over rows, a mask a term."""
        total = np.zeros(len(rows), np.int64)
        for one in _preferred(cycle):
            term = one.get("preference") or {}
            mask = cycle.cache.columns.mask(
                {"term": term},
                lambda node, t=term: matches_term(t, node.labels, node.name),  # type: ignore[misc]
            )
            total += int(one.get("weight") or 0) * mask[rows]
        return total

    def normalize_rows(self, cycle: Cycle, scores: Ints, rows: Ints) -> Ints:
        """Scale so that the best row gets 100."""
        return normalized_rows(scores)


def affinity_mask(cycle: Cycle) -> Mask:
    """Say for every row whether it meets the pod's nodeSelector and required affinity."""
    spec = cycle.pod.spec
    sign = {"selector": spec.get("nodeSelector"), "terms": required_terms(spec)}
    return cycle.cache.columns.mask(sign, lambda node: matches_node(spec, node.labels, node.name))


def _preferred(cycle: Cycle) -> Sequence[Any]:
    path = ("affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
    found: Sequence[Any] = get(cycle.pod.spec, *path, default=())
    return found
