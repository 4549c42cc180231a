"""`docker build --progress=rawjson`: the builder's own events, one JSON document per line.

Source: moby/buildkit `util/progress/progressui` (rawJSONDisplay) and `client/graph.go`, recalled.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from simulator.docker import digest as digests
from simulator.docker.build.progress import Logs
from simulator.plain import Object


def raw(build: Object, logs: Logs, now_us: int, stamp: Callable[[int], str]) -> str:
    """Write what happened up to an instant; `stamp` writes an instant as a date."""
    events: list[tuple[int, int, int, dict[str, Any]]] = []
    for row in build["status"]["steps"]:
        number, start, end = row["n"], row["startUs"], row["endUs"]
        vertex = {
            "digest": digests.of([build["metadata"]["name"], number, row["name"]]),
            "name": row["name"],
            "started": stamp(start),
        }
        events.append((start, number, -1, {"vertexes": [vertex]}))
        for order, (offset, kind, text) in enumerate(logs.get(str(number), ())):
            at = start + offset if end is None else min(start + offset, end)
            told = _log if kind == "log" else _status
            event = told(vertex["digest"], text, stamp(start), stamp(at))
            events.append((at, number, order, event))
        if end is not None:
            over = {**vertex, "completed": stamp(end)}
            if row["state"] == "cached":
                over["cached"] = True
            if row["state"] == "error":
                over["error"] = row["error"]
            if row["state"] == "canceled":
                over["error"] = "context canceled"
            events.append((end, number, 1 << 30, {"vertexes": [over]}))
    events = [event for event in events if event[0] <= now_us]
    events.sort(key=lambda event: event[:3])
    return "".join(json.dumps(event[3], separators=(",", ":")) + "\n" for event in events)


def _log(vertex: str, text: str, start: str, at: str) -> dict[str, Any]:
    data = base64.b64encode((text + "\n").encode()).decode()
    return {"logs": [{"vertex": vertex, "stream": 1, "data": data, "timestamp": at}]}


def _status(vertex: str, text: str, start: str, at: str) -> dict[str, Any]:
    name, _, took = text.removesuffix(" done").rpartition(" ")
    if not took.endswith("s") or not took[:1].isdigit():
        name = text.removesuffix(" done")
    row = {"id": name, "vertex": vertex, "current": 0, "timestamp": at, "started": start}
    return {"statuses": [{**row, "completed": at}]}
