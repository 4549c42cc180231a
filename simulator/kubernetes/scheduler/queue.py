"""The scheduling queue: pods to try now, pods that back off, and pods that wait for a change.

All its state is one plain table. Source: pkg/scheduler/backend/queue (scheduling_queue.go,
backoff_queue.go), v1.32: back-off 1 s doubling to 10 s, back-off ends seen once a second,
leftovers retried after 5 minutes, looked for every 30 s.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from simulator.timing import MINUTE, SECOND

INITIAL_BACKOFF_US, MAX_BACKOFF_US = SECOND, 10 * SECOND
FLUSH_BACKOFF_US, FLUSH_LEFTOVER_US = SECOND, 30 * SECOND
MAX_IN_UNSCHEDULABLE_US = 5 * MINUTE

ACTIVE, BACKOFF, UNSCHEDULABLE, GATED = "active", "backoff", "unschedulable", "gated"

State = dict[str, Any]


class SchedulingQueue:
    """The queue over its table.

    Table: {"pods": {key: {uid, priority, added_us, sequence, attempts, place, plugins, since_us,
    gates}}, "sequence": last number}. `place` is active, backoff, unschedulable, gated or ""
    (being decided or bound).
    """

    def __init__(self, table: State) -> None:
        self.table = table
        table.setdefault("pods", {})
        table.setdefault("sequence", 0)
        self.pods: dict[str, State] = table["pods"]
        self._heap: list[tuple[int, int, int, str]] = []
        self._places: dict[str, dict[str, None]] = {}
        self.rebuild()

    def rebuild(self) -> None:
        """Make the heap and the lists by place anew from the table."""
        self._heap = [_rank(key, row) for key, row in self.pods.items() if row["place"] == ACTIVE]
        heapq.heapify(self._heap)
        self._places = {place: {} for place in (ACTIVE, BACKOFF, UNSCHEDULABLE, GATED, "")}
        for key, row in self.pods.items():
            self._places[row["place"]][key] = None

    def __len__(self) -> int:
        return len(self._places[ACTIVE])

    def count(self, place: str) -> int:
        """Count the pods in one place."""
        return len(self._places[place])

    def __contains__(self, key: str) -> bool:
        return key in self.pods

    def add(self, key: str, uid: str, priority: int, now_us: int, gates: Iterable[str]) -> None:
        """Take in a new pod, or one whose gates or priority changed."""
        row = self.pods.get(key)
        if row is None or row["uid"] != uid:
            self.remove(key)
            self.table["sequence"] += 1
            row = self.pods[key] = {
                "uid": uid,
                "priority": priority,
                "added_us": now_us,
                "sequence": self.table["sequence"],
                "attempts": 0,
                "place": "",
                "plugins": [],
                "since_us": now_us,
                "gates": [],
            }
            self._places[""][key] = None
        row["priority"] = priority
        row["gates"] = list(gates)
        if row["gates"]:
            self._move(key, row, GATED, now_us)
        elif row["place"] == GATED or (row["place"] == "" and row["attempts"] == 0):
            self._move(key, row, ACTIVE, now_us)

    def remove(self, key: str) -> None:
        """Forget a pod: it is bound, finished or gone."""
        row = self.pods.pop(key, None)
        if row is not None:
            del self._places[row["place"]][key]

    def pop(self) -> str | None:
        """Take the pod to try next: highest priority, then longest in the queue."""
        while self._heap:
            rank = heapq.heappop(self._heap)
            key = rank[3]
            row = self.pods.get(key)
            if row is None or row["place"] != ACTIVE or _rank(key, row) != rank:
                continue
            row["attempts"] += 1
            self._move(key, row, "", row["since_us"])
            return key
        return None

    def rejected(self, key: str, plugins: Iterable[str], now_us: int, retry: bool = False) -> None:
        """Put a pod back that fits nowhere.

        plugins: who rejected it; their events wake it.   retry: only back off, as something may
        have changed meanwhile.
        """
        row = self.pods.get(key)
        if row is not None:
            row["plugins"] = sorted(plugins)
            row["added_us"] = now_us
            self._move(key, row, BACKOFF if retry else UNSCHEDULABLE, now_us)

    def wake(self, key: str, now_us: int) -> None:
        """Bring a waiting pod back: at once, or when its back-off is over."""
        row = self.pods.get(key)
        if row is None or row["place"] != UNSCHEDULABLE:
            return
        over = now_us >= row["since_us"] + backoff_us(row["attempts"])
        self._move(key, row, ACTIVE if over else BACKOFF, row["since_us"])

    def waiting(self) -> list[str]:
        """Name the pods that wait for a change."""
        return list(self._places[UNSCHEDULABLE])

    def flush_backoff(self, now_us: int) -> int:
        """Make the pods active whose back-off is over; answers how many."""
        ready = [
            key
            for key in self._places[BACKOFF]
            if self.pods[key]["since_us"] + backoff_us(self.pods[key]["attempts"]) <= now_us
        ]
        for key in ready:
            self._move(key, self.pods[key], ACTIVE, self.pods[key]["since_us"])
        return len(ready)

    def flush_leftovers(self, now_us: int) -> None:
        """Retry the pods that have waited for five minutes."""
        for key in self.waiting():
            if now_us - self.pods[key]["since_us"] > MAX_IN_UNSCHEDULABLE_US:
                self.wake(key, now_us)

    def _move(self, key: str, row: State, place: str, since_us: int) -> None:
        del self._places[row["place"]][key]
        self._places[place][key] = None
        row["place"], row["since_us"] = place, since_us
        if place == ACTIVE:
            heapq.heappush(self._heap, _rank(key, row))


def _rank(key: str, row: State) -> tuple[int, int, int, str]:
    return (-row["priority"], row["added_us"], row["sequence"], key)


def backoff_us(attempts: int) -> int:
    """Give how long a pod waits after so many attempts: 1 s, 2 s, 4 s, 8 s, then 10 s."""
    return min(INITIAL_BACKOFF_US << max(0, min(attempts, 20) - 1), MAX_BACKOFF_US)
