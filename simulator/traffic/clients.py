"""Clients: sources of requests, from one person's click to a crowd, at a target of the lab.

A client is {"name", "target", "rps", "kind", "timeout_us", "next": calendar row}. Its target is
"service/NAMESPACE/NAME" (through kube-proxy of some node) or "machine/NAME:PORT" (a published
port). Arrivals are open: they do not wait for answers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand
from simulator.log import Entry
from simulator.network.resolve import Route, Source
from simulator.plain import Object
from simulator.timing import MS, SECOND

from .queueing import ARRIVAL, CLIENT, END, OUTCOME, START, VIA, Queues, Record
from .statistics import Statistics

if TYPE_CHECKING:
    from simulator.engine import Engine

KINDS = ("poisson", "constant")
MAX_RPS = 5000.0
MAX_CLIENTS = 20
TIMEOUT_US = 5 * SECOND
"""How long a client waits for an answer (assumed; browsers wait longer, health checks less)."""
CONNECT_TIMEOUT_US = 3 * SECOND
"""How long a client waits for a connection when nobody answers (assumed)."""
TICK_US = 100 * MS
SAMPLES = 400
_TARGET = re.compile(r"service/([^/]+)/([^/]+)|machine/([^/:]+):(\d+)")


class Traffic:
    """Sends the requests of all clients and follows each to its end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.store.index("Container", "id", lambda c: [c["Id"]])
        self.queues = Queues(engine)
        self.statistics = Statistics(engine.table("statistics"))
        self.state: dict[str, Any] = engine.table("traffic")
        self.state.setdefault("clients", {})
        self.state.setdefault("tick", None)
        self.samples: list[dict[str, Any]] = []  # for the picture only; drawn and dropped
        self._n = 0
        engine.calendar.on("traffic.arrive", self._arrive)
        engine.calendar.on("traffic.tick", self._tick)
        engine.calendar.on("traffic.dead", self._dead)
        engine.handle("traffic", self._apply)
        engine.store.watch("Container", self._container_changed)
        engine.at_setup(self._setup)

    @property
    def clients(self) -> dict[str, dict[str, Any]]:
        """The clients by name."""
        return self.state["clients"]  # type: ignore[no-any-return]

    def _setup(self) -> None:
        for row in self._engine.scenario.data.get("traffic") or []:
            self.set(row)

    def _apply(self, entry: Entry) -> dict[str, Any]:
        return {"output": self.set(entry.command["traffic"]) + "\n", "exit_code": 0}

    def set(self, wish: dict[str, Any]) -> str:
        """Start, change or stop a client; raises BadCommand. Answers what it does now."""
        name = str(wish.get("name") or "users")
        rps, kind = wish.get("rps", 10), wish.get("kind") or "poisson"
        if not isinstance(rps, int | float) or isinstance(rps, bool) or not 0 <= rps <= MAX_RPS:
            raise BadCommand(f"'rps' must be a number from 0 to {MAX_RPS:g}")
        if kind not in KINDS:
            raise BadCommand(f"unknown kind {kind!r}", "kinds: " + ", ".join(KINDS))
        old = self.clients.get(name)
        target = wish.get("target") or (old and old["target"])
        if not isinstance(target, str) or not _TARGET.fullmatch(target):
            raise BadCommand("'target' is service/NAMESPACE/NAME or machine/NAME:PORT")
        if old is not None:
            self._engine.calendar.cancel(old["next"])
        elif len(self.clients) >= MAX_CLIENTS:
            raise BadCommand(f"a lab has at most {MAX_CLIENTS} clients")
        self._engine.touch("traffic")
        if rps == 0:
            self.clients.pop(name, None)
            return f"{name} stopped"
        client = {"target": target, "rps": float(rps), "kind": kind, "next": None}
        client["timeout_us"] = int(wish.get("timeout_us") or TIMEOUT_US)
        self.clients[name] = client
        self._next(name)
        self._keep_ticking()
        return f"{name}: {rps:g} requests/s to {target}"

    # Sending

    def _next(self, name: str) -> None:
        client = self.clients[name]
        gap = SECOND / client["rps"]
        if client["kind"] == "poisson":
            delay = self._engine.streams.stream("arrivals", name).exponential_us(gap)
        else:
            delay = round(gap)
        client["next"] = self._engine.calendar.after(delay, "traffic.arrive", name)

    def _arrive(self, name: str) -> None:
        client = self.clients[name]
        self._next(name)
        now = self._engine.now_us
        route = self._route(client["target"], name)
        place = f"client/{name}"
        for leg in route.places:
            self.statistics.passed(place, leg, route.error is not None)
            place = leg
        if route.error is not None or route.container is None:
            self._failed(name, route, now)
            return
        half = route.rtt_us // 2
        record = self.queues.book(route.container, route.port, now + half)
        if record is None:
            self.statistics.ended(now + route.rtt_us, route.rtt_us, "reset")
            return
        record[CLIENT], record[VIA] = name, ">".join(route.places)
        record[ARRIVAL] = now
        record[END] += half
        if record[END] - now > client["timeout_us"]:
            record[END], record[OUTCOME] = now + client["timeout_us"], "timeout"
        self.queues.accept(route.container, record)

    def _route(self, target: str, client: str) -> Route:
        match = _TARGET.fullmatch(target)
        assert match is not None
        if match[1]:
            return self._engine.network.to_service(Source(), match[1], match[2], client)
        return self._engine.network.connect(Source(), match[3], int(match[4]), client)

    def _failed(self, name: str, route: Route, now: int) -> None:
        wait = CONNECT_TIMEOUT_US if route.error == "timeout" else route.rtt_us or 300
        self.statistics.ended(now + wait, wait, route.error or "refused")
        record = [now + wait, 0, now, now, name, ">".join(route.places), route.error, 0]
        self._sample(record)

    # Ending

    def _keep_ticking(self) -> None:
        if self.state["tick"] is None:
            now = self._engine.now_us
            delay = TICK_US - now % TICK_US
            self.state["tick"] = self._engine.calendar.after(delay, "traffic.tick")

    def _tick(self, _: object) -> None:
        self.state["tick"] = None
        now = self._engine.now_us
        busy = bool(self.clients)
        for _container, record in self.queues.finished(now):
            self._ended(record, record[END], record[OUTCOME])
        if now % SECOND == 0:
            self.statistics.close(now)
            self.statistics.close_flows()
        busy = busy or any(row["open"] for row in self.queues.state.values())
        busy = busy or bool(self.statistics.state["open"]) or any(self.statistics.state["flows"])
        self._engine.touch("traffic")
        if busy:
            self._keep_ticking()

    def _ended(self, record: Record, end_us: int, outcome: str) -> None:
        if not record[CLIENT]:  # a downstream call: part of another request
            return
        self.statistics.ended(end_us, end_us - record[ARRIVAL], outcome)
        self._sample([end_us, *record[1:OUTCOME], outcome, 0])

    def _sample(self, record: Record) -> None:
        self._n += 1
        if len(self.samples) >= SAMPLES:
            del self.samples[: SAMPLES // 2]
        places = [f"client/{record[CLIENT]}", *(p for p in record[VIA].split(">") if p)]
        path: list[dict[str, Any]] = [{"place": p, "at_us": record[ARRIVAL]} for p in places]
        path[-1].update(
            queued_us=max(0, record[START] - record[ARRIVAL]),
            service_us=max(0, record[END] - record[START]),
        )
        self.samples.append(
            {
                "id": self._n,
                "at_us": record[ARRIVAL],
                "client": record[CLIENT],
                "path": path,
                "done_us": record[END],
                "outcome": record[OUTCOME],
                "status": 200 if record[OUTCOME] == "ok" else None,
            }
        )

    def _container_changed(self, change: str, obj: Object, old: Object | None) -> None:
        gone = change == "DELETED" or not obj["State"]["Running"]
        if gone and obj["Id"] in self.queues.state:
            self._engine.calendar.after(0, "traffic.dead", obj["Id"])

    def _dead(self, container: str) -> None:
        now = self._engine.now_us
        for record in self.queues.fail(container, now):
            if record[END] <= now:
                self._ended(record, record[END], record[OUTCOME])
            else:
                self._ended(record, now, "reset")
        self._keep_ticking()
