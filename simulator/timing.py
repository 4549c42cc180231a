"""Simulated time: integer microseconds since a lab began, and its texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

US = 1
MS = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"us": US, "µs": US, "ms": MS, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)")


def duration_us(text: str | int | float) -> int:
    """Read "30m", "1h30m", "250ms" or a bare number of seconds as microseconds.

    Raises ValueError for anything else.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return round(text * SECOND)
    text = str(text).strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return round(float(text) * SECOND)
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"invalid duration {text!r}: write for example 30s, 5m or 1h30m")
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)


def parse_start(text: str) -> datetime:
    """Read the scenario's calendar time of t = 0 (RFC 3339); raises ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def rfc3339(start: datetime, at_us: int) -> str:
    """Give the moment `at_us` as Kubernetes writes timestamps: whole seconds, UTC."""
    return _second_text(start, at_us // SECOND)


@lru_cache(maxsize=256)
def _second_text(start: datetime, second: int) -> str:
    """Write one second; many objects are stamped within the same one."""
    return (start + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_nano(start: datetime, at_us: int) -> str:
    """Give the moment `at_us` as Docker writes timestamps: nanoseconds, UTC."""
    moment = start + timedelta(seconds=at_us // SECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_us % SECOND:06d}000Z"


def since_start(start: datetime, text: str | None) -> int | None:
    """Turn an RFC 3339 text back into microseconds since the lab began; None for no text."""
    if not text:
        return None
    body, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(body + "+00:00")
    micros = int((fraction + "000000")[:6]) if fraction else 0
    return int((moment - start).total_seconds()) * SECOND + micros
