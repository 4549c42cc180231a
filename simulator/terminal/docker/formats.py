"""How the docker client writes things: tables, sizes, times, ports, commands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.plain import Object
from simulator.timing import DAY, HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

MIN_CELL = 10
PADDING = 3


def table(header: list[str], rows: list[list[str]]) -> str:
    """Lay out a table as the client's tab writer does: cells at least 10 wide, 3 blanks apart."""
    lines = [header, *rows]
    widths = [
        max(MIN_CELL, max(len(line[i]) for line in lines) + PADDING) for i in range(len(header))
    ]
    text = ""
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        text += "".join(cells) + line[-1] + "\n"
    return text


def ellipsis(text: str, most: int) -> str:
    """Shorten a text to `most` characters, the last of them being an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def human_size(size: float, precision: int = 4) -> str:
    """Write bytes as 1.11GB (decimal units, go-units `HumanSizeWithPrecision`)."""
    units = ("B", "kB", "MB", "GB", "TB", "PB")
    index = 0
    value = float(size)
    while value >= 1000.0 and index < len(units) - 1:
        value /= 1000.0
        index += 1
    return f"{value:.{precision}g}{units[index]}"


def bytes_size(size: float) -> str:
    """Write bytes as 7.5MiB (binary units, go-units `BytesSize`)."""
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    index = 0
    value = float(size)
    while value >= 1024.0 and index < len(units) - 1:
        value /= 1024.0
        index += 1
    return f"{value:.4g}{units[index]}"


def human_duration(us: int) -> str:
    """Write a span as "3 minutes" (go-units `HumanDuration`)."""
    seconds = us // SECOND
    if seconds < 1:
        return "Less than a second"
    if seconds == 1:
        return "1 second"
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = us // MINUTE
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = (us + HOUR // 2) // HOUR
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    whole = us // HOUR
    if whole < 24 * 14:
        return f"{whole // 24} days"
    if whole < 24 * 60:
        return f"{whole // 24 // 7} weeks"
    if whole < 24 * 365 * 2:
        return f"{whole // 24 // 30} months"
    return f"{us // DAY // 365} years"


def quote(text: str) -> str:
    """Quote as Go's strconv.Quote."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return f'"{escaped}"'


def command(container: Object) -> str:
    """Give a container's command as `docker ps --no-trunc` shows it, without the quotes."""
    args = [f"'{arg}'" if " " in arg else arg for arg in container["Args"]]
    return " ".join([container["Path"], *args])


def status(container: Object, now_us: int) -> str:
    """Give a container's status in words, "Up 3 minutes (healthy)"."""
    state, more = container["State"], container["drydock"]
    since = human_duration(now_us - int(more["startedUs"] or 0))
    ended = human_duration(now_us - int(more["finishedUs"] or 0))
    if state["Running"]:
        if state["Paused"]:
            return f"Up {since} (Paused)"
        if state["Restarting"]:
            return f"Restarting ({state['ExitCode']}) {ended} ago"
        health = (state.get("Health") or {}).get("Status")
        if health:
            return f"Up {since} ({'health: starting' if health == 'starting' else health})"
        return f"Up {since}"
    if state["Status"] == "created" or more["startedUs"] is None:
        return "Created"
    return f"Exited ({state['ExitCode']}) {ended} ago"


def ports(container: Object) -> str:
    """Give a container's ports, "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"."""
    if not container["State"]["Running"]:
        return ""
    bound: list[tuple[str, int, int, str]] = []
    for port, rows in container["NetworkSettings"]["Ports"].items():
        number, _, protocol = port.partition("/")
        for row in rows or [{"HostIp": "", "HostPort": "0"}]:
            bound.append((row["HostIp"], int(row["HostPort"]), int(number), protocol or "tcp"))
    bound.sort(key=lambda p: (p[2], p[1], p[3]))
    groups: dict[tuple[str, str], list[list[int]]] = {}
    shown: list[str] = []
    for address, outer, inner, protocol in bound:
        if address and outer != inner:
            host = f"[{address}]" if ":" in address else address
            shown.append(f"{host}:{outer}->{inner}/{protocol}")
            continue
        runs = groups.setdefault((address, protocol), [])
        if runs and runs[-1][1] + 1 == inner:
            runs[-1][1] = inner
        else:
            runs.append([inner, inner])
    grouped = [_group(key, first, last) for key, runs in groups.items() for first, last in runs]
    return ", ".join([*shown, *grouped])


def _group(key: tuple[str, str], first: int, last: int) -> str:
    address, protocol = key
    span = str(first) if first == last else f"{first}-{last}"
    if not address:
        return f"{span}/{protocol}"
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{span}->{span}/{protocol}"


def created_at(engine: Engine, at_us: int) -> str:
    """Give a moment as `docker ps` shows CreatedAt, "2026-01-05 09:00:00 +0000 UTC"."""
    stamp = engine.timestamp(at_us)
    return f"{stamp[:10]} {stamp[11:19]} +0000 UTC"


def parse_time(engine: Engine, text: str) -> int | None:
    """Read `--since`: RFC 3339, Unix seconds or a span back from now; microseconds of the lab."""
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?", text)
    if text and match and match[0]:
        hours, minutes, seconds = match[1] or 0, match[2] or 0, match[3] or 0
        span = int(hours) * HOUR + int(minutes) * MINUTE + round(float(seconds) * SECOND)
        return int(engine.now_us) - span
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            moment = datetime.fromtimestamp(float(text), UTC)
        else:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return round((moment - engine.start).total_seconds() * SECOND)
