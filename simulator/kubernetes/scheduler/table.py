"""The table of a decision: node by plugin, kept for "why here?" and "why nowhere?"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.kubernetes.scheduler.framework import Decision, Profile, Score

KEPT_DECISIONS = 50
ALL_SHOWN, SHOWN_NODES = 20, 10
"""All nodes have a row where there are no more than the first; else the second says how many.

# Simplified: In clusters of more than 20 nodes a decision's table keeps 10 nodes, the best first.
"""

NOT_VISITED = "not looked at: enough feasible nodes were found before"


def rows_of(
    decision: Decision, profile: Profile, at_us: int, most: int = SHOWN_NODES
) -> dict[str, Any]:
    """Give a decision as the screen shows it.

    {pod, at_us, node, nodes, feasible, message, filters: [{name, skipped}], reasons: [{reason,
    plugin, count}], table: [{node, passed, reason, plugin, scores: [{plugin, raw, normalized,
    weight, weighted}], total}]}; nodes is the cluster's size, plugin the filter that said no.
    """
    skipped = decision.cycle.skipped if decision.cycle is not None else {}
    return {
        "pod": decision.pod.key,
        "at_us": at_us,
        "node": decision.node or None,
        "nodes": decision.nodes,
        "feasible": len(decision.feasible),
        "message": None if decision.node else decision.message(),
        "filters": [{"name": p.name, "skipped": p.name in skipped} for p in profile.filters],
        "reasons": _reasons(decision),
        "table": _table(decision, most),
    }


def _reasons(decision: Decision) -> list[dict[str, Any]]:
    """Count the nodes by why they are out, the commonest first."""
    counts: dict[tuple[str, str], int] = {}
    for status in decision.rejected.values():
        key = ", ".join(status.reasons), status.plugin
        counts[key] = counts.get(key, 0) + 1
    absent = decision.everywhere or decision.excluded
    rest = decision.nodes - len(decision.rejected) - len(decision.feasible)
    if absent is not None and rest > 0:
        counts[", ".join(absent.reasons), absent.plugin] = rest
    rows = [{"reason": key[0], "plugin": key[1], "count": n} for key, n in counts.items()]
    return sorted(rows, key=lambda row: (-row["count"], row["reason"]))


def _table(decision: Decision, most: int) -> list[dict[str, Any]]:
    shown = decision.nodes if decision.nodes <= ALL_SHOWN else most
    picks = _best(decision, shown)
    columns = [_column(score, picks) for score in decision.scores]
    totals = decision.totals
    table = [
        {
            "node": decision.feasible[pick],
            "passed": True,
            "reason": None,
            "plugin": None,
            "scores": [column[n] for column in columns],
            "total": int(totals[pick]),
        }
        for n, pick in enumerate(picks)
    ]
    for name, status in decision.rejected.items():
        if len(table) >= shown:
            break
        table.append(_out(name, ", ".join(status.reasons), status.plugin))
    if len(table) < shown and decision.nodes <= shown and decision.cycle is not None:
        table += _others(decision)
    return table


def _others(decision: Decision) -> list[dict[str, Any]]:
    """Give the nodes that were not looked at one by one."""
    assert decision.cycle is not None
    status = decision.everywhere or decision.excluded
    reason = ", ".join(status.reasons) if status is not None else NOT_VISITED
    known = {**dict.fromkeys(decision.feasible), **dict.fromkeys(decision.rejected)}
    nodes = decision.cycle.cache.node_list()
    plugin = status.plugin if status is not None else ""
    return [_out(node.name, reason, plugin) for node in nodes if node.name not in known]


def _out(node: str, reason: str, plugin: str) -> dict[str, Any]:
    out = {"node": node, "passed": False, "reason": reason, "plugin": plugin or None}
    return {**out, "scores": [], "total": None}


def _best(decision: Decision, shown: int) -> list[int]:
    """Give the places of the nodes to show: the chosen one, then by total."""
    if not decision.feasible:
        return []
    totals = np.asarray(decision.totals)
    if len(totals) > 4 * shown:
        near = np.argpartition(-totals, shown)[:shown]
        order = near[np.lexsort((near, -totals[near]))].tolist()
    else:
        order = np.argsort(-totals, kind="stable").tolist()
    chosen = decision.chosen
    return [chosen, *(pick for pick in order if pick != chosen)][:shown]


def _column(score: Score, picks: Sequence[int]) -> list[dict[str, Any]]:
    raw, rated = _taken(score.raw, picks), _taken(score.normalized, picks)
    weight, plugin = score.weight, score.plugin
    return [
        {"plugin": plugin, "raw": a, "normalized": b, "weight": weight, "weighted": weight * b}
        for a, b in zip(raw, rated, strict=True)
    ]


def _taken(values: Sequence[int], picks: Sequence[int]) -> list[int]:
    if isinstance(values, np.ndarray):
        found: list[int] = values[list(picks)].tolist()
        return found
    return [values[pick] for pick in picks]
