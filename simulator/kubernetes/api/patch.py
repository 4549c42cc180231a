"""Patches: JSON merge patch, JSON patch and strategic merge patch."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object, Plain, copy


def apply(kind: str, old: Object, change: Any, type: str) -> Object:
    """Answer a copy of `old` with a change applied."""
    result: Object = merge(copy(old), change)
    return result


def merge(target: Plain, change: Plain) -> Plain:
    """Apply a JSON merge patch (RFC 7386): null removes, objects merge, the rest replaces."""
    if not isinstance(change, dict):
        return copy(change)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result
