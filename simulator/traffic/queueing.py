"""Requests in containers: each container is a first-come-first-served queue with c servers.

The Kiefer-Wolfowitz way: a container keeps when each of its servers is free next; a request that
arrives at t starts at max(t, earliest free) and ends after its service time. That is exact for
FIFO, and one calendar event per arrival is enough. What is booked is published only when its time
has come, so that a container that dies takes its unfinished requests with it.

Table "servers": {container id: {"free": [us...], "open": heap of records, "cpu_us": done work}}.
A record is [end_us, number, arrival_us, start_us, client, service place, outcome, cpu_us].
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

BACKLOG = 1024
"""Requests that may wait in one container; more are reset (a listen queue and its workers)."""

END, NUMBER, ARRIVAL, START, CLIENT, VIA, OUTCOME, CPU = range(8)
Record = list[Any]


class Queues:
    """The queues of all containers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("servers")
        self._servers: dict[str, dict[str, Any] | None] = {}
        self._capacity: dict[str, tuple[int, float]] = {}
        engine.store.watch("Container", self._container_changed)

    def server(self, container: str, port: int) -> dict[str, Any] | None:
        """Give what serves a container's port, as `engine.programs.server` does, cached."""
        key = f"{container}:{port}"
        if key not in self._servers:
            self._servers[key] = self._engine.programs.server(container, port)
        return self._servers[key]

    def capacity(self, container: str, workers: int) -> tuple[int, float]:
        """Give (servers, speed of each against one core of a server machine).

        # Simplified: A container's CPU limit slows each of its workers evenly; machines do not
        # slow down when the containers on them together want more CPU than there is.
        """
        found = self._capacity.get(container)
        if found is None:
            found = self._capacity[container] = self._measure(container, workers)
        return found

    def _measure(self, container: str, workers: int) -> tuple[int, float]:
        item = self._find(container)
        machine = self._engine.machines.get(item["metadata"]["namespace"]) if item else None
        cores = float(get(machine, "spec", "cpu", default=1.0))
        speed = float(get(machine, "spec", "speed", default=1.0))
        nano = get(item, "HostConfig", "NanoCpus", default=0)
        quota = get(item, "HostConfig", "CpuQuota", default=0)
        period = get(item, "HostConfig", "CpuPeriod", default=0) or 100_000
        limit = nano / 1e9 if nano else quota / period if quota and quota > 0 else cores
        limit = min(limit, cores)
        servers = max(1, min(workers, math.ceil(limit)))
        return servers, speed * min(1.0, limit / servers)

    def _find(self, container: str) -> Object | None:
        found = self._engine.store.by("Container", "id", container)
        return found[0] if found else None

    def book(self, container: str, port: int, arrival_us: int) -> Record | None:
        """Put a request into a container's queue; None when its backlog is full.

        The record's OUTCOME is "ok" or an error; its client and place are the caller's to fill.
        """
        spec = self.server(container, port)
        if spec is None:
            return None
        row = self.state.get(container)
        workers = int(spec.get("workers") or 1)
        servers, speed = self.capacity(container, workers)
        if row is None:
            row = self.state[container] = {"free": [0] * servers, "open": [], "cpu_us": 0, "n": 0}
        if len(row["open"]) >= BACKLOG:
            return None
        stream = self._engine.streams.stream("service", container)
        mean = float(spec.get("service_us") or 1000) / speed
        sigma = spec.get("sigma")
        if sigma is None:
            service = stream.exponential_us(mean)
        else:
            service = stream.lognormal_us(mean * math.exp(-(float(sigma) ** 2) / 2), float(sigma))
        start = max(arrival_us, row["free"][0])
        held, outcome = self._downstream(container, spec, start + service, 0)
        end = max(start + service, held)
        heapq.heapreplace(row["free"], end)
        row["n"] += 1
        return [end, row["n"], arrival_us, start, "", "", outcome, round(service * speed)]

    def _downstream(
        self, container: str, spec: dict[str, Any], at_us: int, depth: int
    ) -> tuple[int, str]:
        """Call what a server depends on, one after the other; the caller waits for the answers.

        # Simplified: A downstream call joins its queue when the upstream request is accepted, not
        # when it is sent.
        """
        calls = spec.get("calls") or ()
        if not calls:
            return at_us, "ok" if int(spec.get("status") or 200) < 500 else "http-5xx"
        item = self._find(container)
        from simulator.network.resolve import Source  # network stands above traffic's queues

        for call in calls:
            source = Source(item["metadata"]["namespace"] if item else None, item)
            route = self._engine.network.connect(source, call["host"], int(call["port"]))
            if route.error or route.container is None or depth > 4:
                return at_us, "http-5xx"
            record = self.book(route.container, route.port, at_us + route.rtt_us // 2)
            if record is None:
                return at_us, "http-5xx"
            heapq.heappush(self.state[route.container]["open"], record)
            at_us = record[END] + route.rtt_us // 2
        return at_us, "ok"

    def accept(self, container: str, record: Record) -> None:
        """Keep a booked request until its end comes."""
        heapq.heappush(self.state[container]["open"], record)

    def finished(self, now_us: int) -> list[tuple[str, Record]]:
        """Take out all requests whose end has come, by container."""
        done: list[tuple[str, Record]] = []
        for container, row in self.state.items():
            heap = row["open"]
            while heap and heap[0][END] <= now_us:
                record = heapq.heappop(heap)
                row["cpu_us"] += record[CPU]
                done.append((container, record))
        return done

    def fail(self, container: str, now_us: int) -> list[Record]:
        """Take out what a dead container leaves undone, and forget its queue."""
        row = self.state.pop(container, None)
        return [] if row is None else sorted(row["open"])

    def waiting(self, container: str, now_us: int) -> int:
        """Count the requests in a container that have not ended."""
        row = self.state.get(container)
        return sum(1 for r in row["open"] if r[ARRIVAL] <= now_us < r[END]) if row else 0

    def cpu_us(self, container: str) -> int:
        """Give the CPU time, in microseconds, that a container's requests have used."""
        row = self.state.get(container)
        return int(row["cpu_us"]) if row else 0

    def _container_changed(self, change: str, obj: Object, old: Object | None) -> None:
        number = obj["Id"]
        self._capacity.pop(number, None)
        for key in [key for key in self._servers if key.startswith(number)]:
            del self._servers[key]
