"""TaintToleration: keep off tainted nodes, and prefer those with fewer soft taints.

Source: pkg/scheduler/framework/plugins/tainttoleration and component-helpers
scheduling/corev1/helpers.go, v1.32; table read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from simulator.kubernetes.scheduler.framework import (
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

HARD = ("NoSchedule", "NoExecute")
SOFT = "PreferNoSchedule"

Taint = Mapping[str, Any]


def is_tolerated_by(taint: Taint, toleration: Taint) -> bool:
    """Tell whether one toleration covers one taint; an empty key or effect covers all."""
    effect, key = toleration.get("effect"), toleration.get("key")
    if effect and effect != taint.get("effect"):
        return False
    if key and key != taint.get("key"):
        return False
    operator = toleration.get("operator") or "Equal"
    if operator == "Exists":
        return True
    return operator == "Equal" and (toleration.get("value") or "") == (taint.get("value") or "")


def tolerates(tolerations: Iterable[Taint], taint: Taint) -> bool:
    """Tell whether any of the tolerations covers the taint."""
    return any(is_tolerated_by(taint, one) for one in tolerations)


def untolerated(taints: Iterable[Taint], tolerations: Sequence[Taint]) -> Taint | None:
    """Give the first taint that keeps the pod off, or None."""
    for taint in taints:
        if taint.get("effect") in HARD and not tolerates(tolerations, taint):
            return taint
    return None


def soft_count(taints: Iterable[Taint], tolerations: Sequence[Taint]) -> int:
    """Count the PreferNoSchedule taints that are not tolerated."""
    soft = [one for one in tolerations if not one.get("effect") or one.get("effect") == SOFT]
    return sum(1 for one in taints if one.get("effect") == SOFT and not tolerates(soft, one))


class TaintToleration(Plugin):
    """Filter by NoSchedule and NoExecute taints, score by PreferNoSchedule ones."""

    name = "TaintToleration"
    filters = scores = True
    wakes = ("Node/Add", "Node/Update")
    tells_by_node = True

    def filter(self, cycle: Cycle, node: NodeInfo) -> Status | None:
        """Reject a node with a taint that the pod does not tolerate."""
        taint = untolerated(node.taints, _tolerations(cycle))
        if taint is None:
            return None
        text = f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value') or ''}}}"
        return Status((text,), UNRESOLVABLE)

    def score(self, cycle: Cycle, node: NodeInfo) -> int:
        """Count the soft taints that the pod does not tolerate."""
        return soft_count(node.taints, _tolerations(cycle))

    def normalize(self, cycle: Cycle, scores: list[int], nodes: Sequence[NodeInfo]) -> list[int]:
        """Give the most to nodes with the fewest."""
        return normalized(scores, reverse=True)

    def rejects(self, cycle: Cycle) -> Mask | None:
        """Reject rows by their set of taints: there are few different ones."""
        columns = cycle.cache.columns
        tolerations = _tolerations(cycle)
        bad = [untolerated(taints, tolerations) is not None for taints in columns.taint_sets]
        return np.array(bad, np.bool_)[columns.taint_ids] if any(bad) else None

    def score_rows(self, cycle: Cycle, rows: Ints) -> Ints:
        """Count by set of taints."""
        columns = cycle.cache.columns
        tolerations = _tolerations(cycle)
        counts = [soft_count(taints, tolerations) for taints in columns.taint_sets]
        if not any(counts):
            return np.zeros(len(rows), np.int64)
        return np.array(counts, np.int64)[columns.taint_ids[rows]]

    def normalize_rows(self, cycle: Cycle, scores: Ints, rows: Ints) -> Ints:
        """Give the most to rows with the fewest."""
        return normalized_rows(scores, reverse=True)


def _tolerations(cycle: Cycle) -> Sequence[Taint]:
    found: Sequence[Taint] = cycle.pod.spec.get("tolerations") or ()
    return found
