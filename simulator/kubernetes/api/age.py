"""Durations as kubectl prints them: the AGE column and the coarser LAST SEEN style.

Source: kubernetes/apimachinery v0.32 pkg/util/duration (table read 2026-11-23).
"""

from __future__ import annotations

SECOND = 1_000_000
INVALID = "<invalid>"


def human_duration(us: int) -> str:
    """Write a duration in at most two units, finer while it is short.

    us: microseconds; up to two seconds below zero are forgiven as clock skew.
    """
    seconds = _seconds(us)
    if seconds < -1:
        return INVALID
    if seconds < 120:
        return f"{max(seconds, 0)}s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 2 * 365:
        return f"{days}d"
    if days < 8 * 365:
        return _two(days // 365, "y", days % 365, "d")
    return f"{days // 365}y"


def short_human_duration(us: int) -> str:
    """Write a duration in one unit, rounded down.   us: microseconds."""
    seconds = _seconds(us)
    if seconds < -1:
        return INVALID
    if seconds < 60:
        return f"{max(seconds, 0)}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < 86400:
        return f"{seconds // 3600}h"
    if seconds < 365 * 86400:
        return f"{seconds // 86400}d"
    return f"{seconds // (365 * 86400)}y"


def _seconds(us: int) -> int:
    """Cut towards zero, as Go's conversion to int does."""
    return us // SECOND if us >= 0 else -(-us // SECOND)


def _two(first: int, first_unit: str, second: int, second_unit: str) -> str:
    return f"{first}{first_unit}{second}{second_unit}" if second else f"{first}{first_unit}"
