"""What `docker build` prints: BuildKit's plain and fancy progress, errors with their excerpt.

Both are functions of the Build object, what its steps wrote and the instant, so the text at any
moment is arithmetic. Source: moby/buildkit `util/progress/progressui` (display, printer), recalled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from simulator.docker.dockerfile import excerpt
from simulator.plain import Object

Logs = Mapping[str, Sequence[Sequence[Any]]]
"""A build's output: {step's n: rows [offset_us, "log" or "status", text]}."""

HEAD = '#0 building with "default" instance using docker driver\n'
ERROR_LINES = 10
"""Last lines of a failed step that are shown again under its name."""
TAIL_LINES = 6
"""Lines of a running step that the fancy form shows."""


def plain(build: Object, logs: Logs, now_us: int) -> str:
    """Write the plain form (`--progress=plain`) of all that happened up to an instant."""
    out = [HEAD]
    current, open_rows = 0, {row["n"]: row for row in build["status"]["steps"]}
    ended: dict[int, None] = {}
    for _, number, _, text, ends in _events(build, logs, now_us):
        if number != current:
            if current and current not in ended:
                out.append(f"#{current} ...\n")
            out.append(f"\n#{number} {open_rows[number]['name']}\n")
            current = number
        if text:
            out.append(f"#{number} {text}\n")
        if ends:
            ended[number] = None
            current = 0
    return "".join(out)


def _events(build: Object, logs: Logs, now_us: int) -> list[tuple[int, int, int, str, bool]]:
    """List what the steps show, in order of time: (time, step, order, text, does the step end)."""
    events = []
    for row in build["status"]["steps"]:
        number, start, end = row["n"], row["startUs"], row["endUs"]
        if start > now_us:
            continue
        events.append((start, number, -1, "", False))
        for order, (offset, kind, text) in enumerate(logs.get(str(number), ())):
            at = start + offset if end is None else min(start + offset, end)
            if at <= now_us:
                shown = f"{seconds(offset)} {text}" if kind == "log" else text
                events.append((at, number, order, shown, False))
        if end is not None and end <= now_us and row["state"] != "running":
            events.append((end, number, 1 << 30, _ending(row), True))
    return sorted(events)


def _ending(row: Mapping[str, Any]) -> str:
    if row["state"] == "cached":
        return "CACHED"
    if row["state"] == "canceled":
        return "CANCELED"
    if row["state"] == "error":
        return f"ERROR: {row['error']}"
    return f"DONE {(row['endUs'] - row['startUs']) / 1e6:.1f}s"


def seconds(us: int) -> str:
    """Write the time before a line of output: four digits, `0.345`, `12.34`."""
    return f"{us / 1e6:#.4g}"[:5]


def fancy(build: Object, logs: Logs, now_us: int, width: int = 80) -> str:
    """Draw the fancy form as it stands on a terminal at an instant."""
    status = build["status"]
    rows = [row for row in status["steps"] if row["startUs"] <= now_us]
    done = [
        row
        for row in rows
        if row["endUs"] is not None and row["endUs"] <= now_us and row["state"] != "running"
    ]
    over = status["state"] != "running" and status["endedUs"] <= now_us
    until = status["endedUs"] if over else now_us
    head = f"[+] Building {(until - status['startedUs']) / 1e6:.1f}s ({len(done)}/{len(rows)})"
    if over:
        head += " FINISHED"
    lines = [_justify(head, "docker:default", width)]
    for row in rows:
        lines += _block(row, logs.get(str(row["n"]), ()), now_us, width)
    return "\n".join(lines) + "\n"


def _block(
    row: Mapping[str, Any], log: Sequence[Sequence[Any]], now_us: int, width: int
) -> list[str]:
    start = row["startUs"]
    over = row["endUs"] is not None and row["endUs"] <= now_us and row["state"] != "running"
    end = row["endUs"] if over else now_us
    mark = (
        {"cached": "CACHED ", "error": "ERROR ", "canceled": "CANCELED "}.get(row["state"], "")
        if over
        else ""
    )
    lines = [_line(" => ", mark + row["name"], end - start, width)]
    if row["state"] == "cached":
        return lines
    for offset, kind, text in log:
        if kind == "status" and start + offset <= now_us:
            lines.append(_status_line(text, width))
    if not over:
        shown = [text for offset, kind, text in log if kind == "log" and start + offset <= now_us]
        lines += [f" => => # {text}"[:width] for text in shown[-TAIL_LINES:]]
    return lines


@lru_cache(maxsize=4096)
def _status_line(text: str, width: int) -> str:
    """Draw what a step reports, `NAME 1.2s done`; the same at every redraw."""
    name, _, took = text.removesuffix(" done").rpartition(" ")
    if not took.endswith("s") or not took[:1].isdigit():
        name, took = text.removesuffix(" done"), "0.0s"
    return _line(" => => ", name, int(float(took[:-1]) * 1e6), width)


@lru_cache(maxsize=4096)
def _line(prefix: str, name: str, us: int, width: int) -> str:
    timer = f"{us / 1e6:.1f}s"
    room = width - len(prefix) - len(timer) - 1
    if len(name) > room:
        name = name[: room - 2].rstrip() + " …" if room > 4 else name[:room]
    return _justify(prefix + name, timer, width)


def _justify(left: str, right: str, width: int) -> str:
    return left + " " * max(1, width - len(left) - len(right)) + right


def error_block(build: Object, logs: Logs, dockerfile: str) -> str:
    """Write what follows the progress of a failed build: the step's output, the place, the error.

    dockerfile: its text, for the excerpt. "" for a build that did not fail.
    """
    status = build["status"]
    out = warnings_text(status["warnings"])
    if status["state"] != "failed":
        return out
    row = status["steps"][status["failedRow"] - 1] if status["failedRow"] else None
    if row is not None:
        out = (
            "------\n > "
            + row["name"]
            + ":\n"
            + "".join(
                f"{seconds(offset)} {text}\n"
                for offset, kind, text in list(logs.get(str(row["n"]), ()))[-ERROR_LINES:]
                if kind == "log"
            )
            + "------\n"
            + out
        )
    first, last = status["errorAt"] or [0, 0]
    if first:
        out += excerpt(dockerfile, first, last, build["spec"]["dockerfile"].rpartition("/")[2])
    if status["message"] == "context canceled":
        return out + "ERROR: failed to build: failed to solve: Canceled: context canceled\n"
    return out + f"ERROR: failed to build: failed to solve: {status['message']}\n"


def warnings_text(warnings: Sequence[Mapping[str, Any]]) -> str:
    """Write the build checks' warnings as they stand at the end of a build."""
    if not warnings:
        return ""
    count = len(warnings)
    head = f"\n {count} warning{'s' if count > 1 else ''} found (use docker --debug to expand):\n"
    return head + "".join(f" - {w['message']}\n" for w in warnings)
