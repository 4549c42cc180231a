"""What became of requests, by simulated second: rates, errors by cause, percentiles of latency.

Table "statistics": {"open": {second: accumulator}, "points": {second: point}, "now": {...},
"flows": [{"from>to": [requests, errors]} of the last seconds], "latencies": [[us...]...]}.
"""

from __future__ import annotations

from typing import Any

from simulator.timing import MS, SECOND

KEEP_POINTS = 300
WINDOW = 5
"""Seconds over which percentiles are taken."""
FLOW_SECONDS = 3
MAX_LATENCIES = 2000
"""Latencies kept of one second; of more, a fixed pattern of them."""


class Statistics:
    """Collects ends of requests and closes one point a second."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        state.setdefault("open", {})
        state.setdefault("points", {})
        state.setdefault("flows", [])
        state.setdefault("flow", {})
        state.setdefault("latencies", [])
        state.setdefault("total", {"ok": 0, "errors": 0})

    def ended(self, end_us: int, latency_us: int, outcome: str) -> None:
        """Count a request that ended: well ("ok") or with an error's cause."""
        second = str(end_us // SECOND)
        row = self.state["open"].get(second)
        if row is None:
            row = self.state["open"][second] = {"ok": 0, "errors": {}, "latencies": []}
        if outcome == "ok":
            row["ok"] += 1
            self.state["total"]["ok"] += 1
            if len(row["latencies"]) < MAX_LATENCIES:
                row["latencies"].append(latency_us)
            else:
                row["latencies"][(row["ok"] * 7919) % MAX_LATENCIES] = latency_us
        else:
            row["errors"][outcome] = row["errors"].get(outcome, 0) + 1
            self.state["total"]["errors"] += 1

    def passed(self, legs: list[str], failed: bool) -> None:
        """Count a request on the legs of its way, each "from>to" of view keys."""
        flow = self.state["flow"]
        for leg in legs:
            counts = flow.get(leg)
            if counts is None:
                counts = flow[leg] = [0, 0]
            counts[0] += 1
            if failed:
                counts[1] += 1

    def close(self, now_us: int) -> list[str]:
        """Close all seconds that are over; names them."""
        closed = []
        for second in sorted(self.state["open"], key=int):
            if (int(second) + 1) * SECOND <= now_us:
                self._close(second, self.state["open"].pop(second))
                closed.append(second)
        return closed

    def close_flows(self) -> None:
        """Take the counts of one more second into the flows' window."""
        self.state["flows"].append(self.state["flow"])
        self.state["flow"] = {}
        del self.state["flows"][:-FLOW_SECONDS]

    def flows(self) -> dict[str, list[float]]:
        """Give the rates {"from>to": [requests/s, errors/s]} over the last seconds."""
        sums: dict[str, list[float]] = {}
        history = self.state["flows"]
        for one in history:
            for key, (requests, errors) in one.items():
                total = sums.setdefault(key, [0.0, 0.0])
                total[0] += requests / len(history)
                total[1] += errors / len(history)
        return sums

    def _close(self, second: str, row: dict[str, Any]) -> None:
        window = self.state["latencies"]
        window.append(row["latencies"])
        del window[:-WINDOW]
        ordered = sorted(us for part in window for us in part)
        errors = sum(row["errors"].values())
        self.state["points"][second] = {
            "at_us": int(second) * SECOND,
            "rps": row["ok"] + errors,
            "ok": row["ok"],
            "errors": row["errors"],
            "p50": percentile_ms(ordered, 0.50),
            "p95": percentile_ms(ordered, 0.95),
            "p99": percentile_ms(ordered, 0.99),
        }
        points = self.state["points"]
        for old in list(points)[: max(0, len(points) - KEEP_POINTS)]:
            del points[old]


def percentile_ms(ordered: list[int], q: float) -> float | None:
    """Give a percentile, by nearest rank, of sorted microseconds, in milliseconds."""
    if not ordered:
        return None
    rank = min(len(ordered) - 1, max(0, -(-len(ordered) * q // 1) - 1))
    return round(ordered[int(rank)] / MS, 3)
