"""Clients: sources of requests, from one person's click to a crowd, at a target of the lab.

A client is {"name", "target", "rps", "kind", "timeout_us", "users", "next": calendar row}. Its
target is "service/NAMESPACE/NAME" (through kube-proxy of some node), "ingress/HOST/PATH" (through
the ingress controller's service) or "machine/NAME:PORT" (a published port, a node port). Arrivals
are open: they do not wait for answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand
from simulator.log import Entry
from simulator.network.ingress import NAME as INGRESS_NAME
from simulator.network.ingress import NAMESPACE as INGRESS_NAMESPACE
from simulator.network.route import Route, Source
from simulator.plain import Object
from simulator.streams import Stream
from simulator.timing import MS, SECOND, duration_us

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
STATUS = {"ok": 200, "http-4xx": 404, "http-5xx": 503}
"""The status to show for what became of a request."""
MAX_LEGS = 4096
"""Ways that are remembered of one client; only a cache."""
USERS = 100
"""People behind one client, as session affinity tells them apart by their addresses."""
_TARGET = re.compile(
    r"service/(?P<namespace>[^/]+)/(?P<service>[^/]+)"
    r"|machine/(?P<machine>[^/:]+):(?P<port>\d+)"
    r"|ingress/(?P<host>[^/]+)(?P<path>/\S*)?"
)
TARGETS = "service/NAMESPACE/NAME, machine/NAME:PORT or ingress/HOST/PATH"


@dataclass(slots=True)
class Sender:
    """What a client's requests have in common, worked out once."""

    arrivals: Stream
    gap_us: float
    users: Stream
    namespace: str = ""
    service: str = ""
    machine: str = ""
    port: int = 0
    key: str = ""
    request: dict[str, Any] | None = None
    legs: dict[str, list[str]] = field(default_factory=dict)


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
        self._samples: list[Record] = []  # for the picture only; drawn and dropped
        self._n = 0
        self._source = Source()
        self._senders: dict[str, Sender] = {}
        engine.calendar.on("traffic.arrive", self._arrive)
        engine.calendar.on("traffic.tick", self._tick)
        engine.calendar.on("traffic.planned", self._planned)
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
            wish = {key: value for key, value in row.items() if key != "at"}
            self._engine.calendar.at(duration_us(row.get("at") or 0), "traffic.planned", wish)

    def _planned(self, wish: dict[str, Any]) -> None:
        self.set(wish)

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
            raise BadCommand(f"'target' is {TARGETS}")
        users = wish.get("users") or (old and old.get("users")) or USERS
        if not isinstance(users, int) or isinstance(users, bool) or not 1 <= users <= 1_000_000:
            raise BadCommand("'users' must be a whole number from 1")
        if old is not None:
            self._engine.calendar.cancel(old["next"])
        elif len(self.clients) >= MAX_CLIENTS:
            raise BadCommand(f"a lab has at most {MAX_CLIENTS} clients")
        self._engine.touch("traffic")
        self._senders.pop(name, None)
        if rps == 0:
            self.clients.pop(name, None)
            return f"{name} stopped"
        client = {"target": target, "rps": float(rps), "kind": kind, "next": None}
        client["users"] = users
        client["timeout_us"] = int(wish.get("timeout_us") or TIMEOUT_US)
        self.clients[name] = client
        self._next(name)
        self._keep_ticking()
        return f"{name}: {rps:g} requests/s to {target}"

    # Sending

    def _next(self, name: str) -> None:
        client = self.clients[name]
        sender = self._senders.get(name) or self._sender(name, client)
        if client["kind"] == "poisson":
            delay = sender.arrivals.exponential_us(sender.gap_us)
        else:
            delay = round(sender.gap_us)
        client["next"] = self._engine.calendar.after(delay, "traffic.arrive", name)

    def _sender(self, name: str, client: dict[str, Any]) -> Sender:
        """Work out where a client's requests go."""
        streams = self._engine.streams
        match = _TARGET.fullmatch(client["target"])
        assert match is not None
        sender = Sender(
            streams.stream("arrivals", name), SECOND / client["rps"], streams.stream("users", name)
        )
        if match["service"]:
            sender.namespace, sender.service = match["namespace"], match["service"]
            sender.request = {"host": f"{match['service']}.{match['namespace']}", "path": "/"}
        elif match["machine"]:
            sender.machine, sender.port = match["machine"], int(match["port"])
            sender.request = {"host": match["machine"], "path": "/"}
        else:
            sender.namespace, sender.service = INGRESS_NAMESPACE, INGRESS_NAME
            sender.request = {"host": match["host"], "path": match["path"] or "/"}
        sender.key = f"{sender.namespace}/{sender.service}" if sender.service else ""
        self._senders[name] = sender
        return sender

    def _arrive(self, name: str) -> None:
        client = self.clients[name]
        self._next(name)
        now = self._engine.calendar.now_us
        sender = self._senders[name]
        route = self._route(sender, name, client)
        via = route.via
        if route.error is not None or route.container is None:
            self._failed(name, route, now)
            return
        half = route.rtt_us // 2
        sent = now + route.delay_us + half
        record = self.queues.book(route.container, route.port, sent, sender.request)
        if record is None:
            self.statistics.passed(legs_of(sender, name, via), True)
            self.statistics.ended(now + route.rtt_us, route.rtt_us, "reset")
            return
        if record[VIA]:
            via = f"{via};{record[VIA]}"
        failed = record[OUTCOME] != "ok"
        record[CLIENT], record[VIA], record[ARRIVAL] = name, via, now
        record[END] += half
        if record[END] - now > client["timeout_us"]:
            record[END], record[OUTCOME] = now + client["timeout_us"], "timeout"
        self.statistics.passed(legs_of(sender, name, via), failed)
        self.queues.accept(route.container, record)

    def _route(self, sender: Sender, name: str, client: dict[str, Any]) -> Route:
        network = self._engine.network
        key = sender.key
        if not key:
            found = network.proxy.by_node_port(sender.port)
            key = found[0] if found else ""
        rule = network.proxy.rule(key) if key else None
        user = ""
        if rule is not None and rule["affinityS"]:
            # Whose request it is matters only where session affinity looks at addresses.
            user = f"{name}/{sender.users.below(client.get('users') or USERS)}"
        if sender.key:
            return network.to_service(self._source, sender.namespace, sender.service, user)
        return network.connect(self._source, sender.machine, sender.port, user)

    def _failed(self, name: str, route: Route, now: int) -> None:
        wait = CONNECT_TIMEOUT_US if route.error == "timeout" else route.rtt_us or 300
        wait += route.delay_us
        self.statistics.passed(legs_of(self._senders[name], name, route.via), True)
        self.statistics.ended(now + wait, wait, route.error or "refused")
        self._sample([now + wait, 0, now, now, name, route.via, route.error, 0])

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
        record[END], record[OUTCOME] = end_us, outcome
        self._sample(record)

    def _sample(self, record: Record) -> None:
        self._samples.append(record)
        if len(self._samples) >= SAMPLES:
            del self._samples[: SAMPLES // 2]

    def take_samples(self) -> list[dict[str, Any]]:
        """Give the requests that ended since the last call (a part, of many), and forget them."""
        found = [self._drawn(record) for record in self._samples]
        self._samples.clear()
        return found

    def _drawn(self, record: Record) -> dict[str, Any]:
        """Describe one request for the picture: its path, with the time spent where it was served.

        Places behind that one are those of the requests that it caused.
        """
        self._n += 1
        own, _, behind = record[VIA].partition(";")
        places = [f"client/{record[CLIENT]}", *(one for one in own.split(">") if one)]
        path: list[dict[str, Any]] = [{"place": p, "at_us": record[ARRIVAL]} for p in places]
        path[-1].update(
            queued_us=max(0, record[START] - record[ARRIVAL]),
            service_us=max(0, record[END] - record[START]),
        )
        path += [{"place": p, "at_us": record[START]} for p in behind.split(">") if p]
        return {
            "id": self._n,
            "at_us": record[ARRIVAL],
            "client": record[CLIENT],
            "path": path,
            "done_us": record[END],
            "outcome": record[OUTCOME],
            "status": STATUS.get(record[OUTCOME]),
        }

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


def legs_of(sender: Sender, name: str, via: str) -> list[str]:
    """Give the legs "from>to" of a way, from the client to the last place."""
    found = sender.legs.get(via)
    if found is None:
        if len(sender.legs) > MAX_LEGS:
            sender.legs.clear()
        places = [f"client/{name}", *(one for one in re.split("[>;]", via) if one)]
        found = sender.legs[via] = [f"{one}>{other}" for one, other in pairwise(places)]
    return found
