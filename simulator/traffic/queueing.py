"""Requests in containers: each container is a first-come-first-served queue with c servers.

The Kiefer-Wolfowitz way: a container keeps when each of its servers is free next; a request that
arrives at t starts at max(t, earliest free) and ends after its service time. That is exact for
FIFO, and one calendar event per arrival is enough. What is booked is published only when its time
has come, so that a container that dies takes its unfinished requests with it.

A request that makes requests of its own holds one of its program's workers until they are
answered, but a server (a core) only for its own work.

Table "servers": {container id: {"free": [us...], "slots": the same of workers that call others,
"open": heap of records, "cpu_us": done work}}.
A record is [end_us, number, arrival_us, start_us, client, places, outcome, cpu_us]; places are
view keys joined by ">", those of further requests that it made after a ";".
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.network.route import Route, Source
from simulator.plain import Object, get
from simulator.streams import Stream

if TYPE_CHECKING:
    from simulator.engine import Engine

BACKLOG = 1024
"""Requests that may wait in one container; more are reset (a listen queue and its workers)."""

END, NUMBER, ARRIVAL, START, CLIENT, VIA, OUTCOME, CPU = range(8)
Record = list[Any]


MAX_DEPTH = 4
"""Requests that one request may cause, one within the other."""


@dataclass(slots=True)
class Server:
    """What serves a container's port, with what is worth working out once.

    row: the open port's row, as the program keeps it. mean_us, median_us: of the service time.
    """

    row: dict[str, Any]
    workers: int
    servers: int
    speed: float
    mean_us: float
    median_us: float
    sigma: float | None
    stream: Stream
    source: Source
    leaf: bool


class Queues:
    """The queues of all containers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("servers")
        self._servers: dict[tuple[str, int], Server] = {}
        self._capacity: dict[str, tuple[int, float]] = {}
        engine.store.watch("Container", self._container_changed)

    def server(self, container: str, port: int) -> dict[str, Any] | None:
        """Give what serves a container's port, as `engine.programs.server` does."""
        return self._engine.programs.server(container, port)

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

    def book(
        self,
        container: str,
        port: int,
        arrival_us: int,
        request: dict[str, Any] | None = None,
        depth: int = 0,
    ) -> Record | None:
        """Put a request into a container's queue; None when its backlog is full.

        request: {"host", "path"} for those who route by them. The record's OUTCOME is "ok" or an
        error; its VIA has the places of requests that it causes; its client is the caller's to
        fill in.
        """
        server = self._server(container, port)
        if server is None:
            return None
        row = self.state.get(container)
        if row is None:
            free = [0] * server.servers
            row = self.state[container] = {"free": free, "open": [], "cpu_us": 0, "n": 0}
        if len(row["open"]) >= BACKLOG:
            return None
        if server.sigma is None:
            service = server.stream.exponential_us(server.mean_us)
        else:
            service = server.stream.lognormal_us(server.median_us, server.sigma)
        free = row["free"]
        start = free[0] if free[0] > arrival_us else arrival_us
        end, outcome, via = start + service, "ok", ""
        if server.leaf:
            heapq.heapreplace(free, end)
        else:
            slots = row.get("slots")
            if slots is None:
                slots = row["slots"] = [0] * server.workers
            start = max(start, slots[0])
            heapq.heapreplace(free, start + service)
            end, outcome, via = self._downstream(server, start + service, request, depth)
            heapq.heapreplace(slots, end)
        row["n"] += 1
        cpu = round(service * server.speed)
        return [end, row["n"], arrival_us, start, "", via, outcome, cpu]

    def _server(self, container: str, port: int) -> Server | None:
        row = self._engine.programs.open_port(container, port)
        if row is None:
            return None
        key = (container, port)
        found = self._servers.get(key)
        if found is None or found.row is not row:
            found = self._servers[key] = self._new_server(container, row)
        return found

    def _new_server(self, container: str, row: dict[str, Any]) -> Server:
        servers, speed = self.capacity(container, int(row.get("workers") or 1))
        mean = float(row.get("service_us") or 1000) / speed
        sigma = row.get("sigma")
        median = mean if sigma is None else mean * math.exp(-(float(sigma) ** 2) / 2)
        item = self._find(container)
        return Server(
            row=row,
            workers=min(int(row.get("workers") or 1), BACKLOG),
            servers=servers,
            speed=speed,
            mean_us=mean,
            median_us=median,
            sigma=None if sigma is None else float(sigma),
            stream=self._engine.streams.stream("service", container),
            source=Source(item["metadata"]["namespace"] if item else None, item),
            leaf=not (
                row.get("calls") or row.get("router") or int(row.get("status") or 200) >= 400
            ),
        )

    def _downstream(
        self, server: Server, at_us: int, request: dict[str, Any] | None, depth: int
    ) -> tuple[int, str, str]:
        """Call what a server depends on, one after the other; the caller waits for the answers.

        Answers when the last one is there, what became of it, and the places passed.
        # Simplified: A downstream call joins its queue when the upstream request is accepted, not
        when it is sent.
        """
        status = int(server.row.get("status") or 200)
        if status >= 400:
            return at_us, _outcome(status), ""
        if server.row.get("router"):
            return self._forward(server, at_us, request or {}, depth)
        places: list[str] = []
        network = self._engine.network
        for call in server.row["calls"]:
            route = network.connect(server.source, call["host"], int(call["port"]))
            asked = {"host": call["host"], "path": call.get("path") or "/"}
            at_us, outcome = self._call(route, at_us, asked, depth, places)
            if outcome != "ok":
                return at_us, "http-5xx", ">".join(places)
        return at_us, "ok", ">".join(places)

    def _forward(
        self, server: Server, at_us: int, request: dict[str, Any], depth: int
    ) -> tuple[int, str, str]:
        """Let an ingress controller pass a request on to the service that its rules name."""
        found = self._engine.network.ingresses.forward(server.source, request)
        places: list[str] = []
        if found.status or found.route is None:
            places += found.route.places if found.route else []
            return at_us + found.waited_us, _outcome(found.status), ">".join(places)
        asked = {**request, "path": found.path}
        at_us, outcome = self._call(found.route, at_us + found.waited_us, asked, depth, places)
        return at_us, outcome, ">".join(places)

    def _call(
        self, route: Route, at_us: int, request: dict[str, Any], depth: int, places: list[str]
    ) -> tuple[int, str]:
        """Send one request on and wait for its answer: (when it is there, what became of it)."""
        places += route.places
        if route.error or route.container is None or depth > MAX_DEPTH:
            return at_us, "http-5xx"
        half = route.rtt_us // 2
        sent = at_us + route.delay_us + half
        record = self.book(route.container, route.port, sent, request, depth + 1)
        if record is None:
            return at_us, "http-5xx"
        if record[VIA]:
            places += record[VIA].split(">")
        record[VIA] = ""
        heapq.heappush(self.state[route.container]["open"], record)
        return record[END] + half, str(record[OUTCOME])

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

    def requests(self, container: str) -> int:
        """Count the requests that a container has taken since it started."""
        row = self.state.get(container)
        return int(row["n"]) if row else 0

    def _container_changed(self, change: str, obj: Object, old: Object | None) -> None:
        number = obj["Id"]
        self._capacity.pop(number, None)
        for key in [key for key in self._servers if key[0] == number]:
            del self._servers[key]


def _outcome(status: int) -> str:
    """Name what became of a request by its answer's status."""
    if status < 400:
        return "ok"
    return "http-5xx" if status >= 500 else "http-4xx"
