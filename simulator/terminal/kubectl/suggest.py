"""Did you mean this?

Source: cobra's SuggestionsFor: Levenshtein distance of at most 2.
"""

from __future__ import annotations

ORDER = [
    "create",
    "expose",
    "run",
    "set",
    "explain",
    "get",
    "edit",
    "delete",
    "rollout",
    "scale",
    "autoscale",
    "certificate",
    "cluster-info",
    "top",
    "cordon",
    "uncordon",
    "drain",
    "taint",
    "describe",
    "logs",
    "attach",
    "exec",
    "port-forward",
    "proxy",
    "cp",
    "auth",
    "debug",
    "events",
    "diff",
    "apply",
    "patch",
    "replace",
    "wait",
    "kustomize",
    "label",
    "annotate",
    "completion",
    "config",
    "plugin",
    "version",
    "api-versions",
    "api-resources",
    "options",
]
"""The order in which the real client knows its commands: suggestions keep to it."""


def suggestions(typed: str, known: list[str]) -> list[str]:
    """Give the known words that are near, or that begin like what was typed."""
    return [
        word
        for word in ORDER
        if word in known
        and (distance(typed.lower(), word.lower()) <= 2 or word.lower().startswith(typed.lower()))
    ]


def distance(a: str, b: str) -> int:
    """Count the edits between two words."""
    before = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        row = [i]
        for j, right in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (left != right)))
        before = row
    return before[-1]
