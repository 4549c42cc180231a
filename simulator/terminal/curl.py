"""curl: requests from the machine that it is typed on, queued like everybody else's.

What curl sends, follows and prints is in `programs/fetch`; here is how its requests get there and
their answers back. The state of a line: {"memo", "begun_us", "shown"}, and of the request that is
under way "asking": {"target", "request", "begun_us", "stage", "due_us", "error", "route", "answer",
"number"}. stage: "connect" until there is or is no connection, "queue" until a worker of the
container takes the request up, "answer" until the program has answered.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from simulator.network.resolve import Route, Source
from simulator.programs.fetch import Asked, Session, Target, curl
from simulator.timing import MS, SECOND

from .program import RUNNING, Call, Program

CONNECT_TIMEOUT_US = 130 * SECOND
"""What Linux waits for an unanswered SYN: tcp_syn_retries = 6, about 130 s."""
REFUSED_US = 300
Row = dict[str, Any]


class Line(Session):
    """curl's session in the terminal: its files are those of the workspace."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.state["memo"], int(call.state["begun_us"]))
        self._call = call
        self.terminal = call.out_tty

    def stdin(self) -> str:
        """Give what was piped in."""
        return self._call.stdin

    def read(self, path: str) -> str | None:
        """Read a file of the workspace."""
        found: str | None = self._call.engine.workspace.read(self._call.cwd, path)
        return found

    def write(self, path: str, text: str, answer: Row | None = None) -> str | None:
        """Write a file of the workspace."""
        if path == "/dev/null":
            return None
        wrong: str | None = self._call.engine.workspace.write(self._call.cwd, path, text)
        return wrong

    def stamp(self) -> int:
        """Give the lab's time."""
        engine = self._call.engine
        return int((engine.start + timedelta(microseconds=self.now_us)).timestamp())


class Curl(Program):
    """Fetch URLs."""

    names = ("curl",)

    def start(self, call: Call) -> int | None:
        """Begin."""
        call.state.update(memo=[], begun_us=call.engine.now_us, shown=0)
        return self._go(call)

    def _go(self, call: Call) -> int | None:
        """Let curl go on until it waits or ends."""
        while True:
            session = Line(call)
            wanted = None
            try:
                code = curl(session, call.argv)
            except Asked as asked:
                wanted = asked
            fresh, call.state["shown"] = session.news(int(call.state["shown"]))
            for stream, text in fresh:
                (call.out if stream == "out" else call.err)(text)
            if wanted is None:
                self._stop(call)
                return code
            if not self._ask(call, wanted):
                return RUNNING

    def step(self, call: Call) -> int | None:
        """Go on when the time has come, the answer is there, or the container has changed."""
        if not self._goes_on(call):
            return RUNNING
        return self._go(call)

    def interrupt(self, call: Call) -> int | None:
        """Give the request up."""
        self._stop(call)
        return 130

    # One request

    def _ask(self, call: Call, asked: Asked) -> bool:
        """Begin what curl waits for; True when the answer is there already."""
        asking: Row = {"begun_us": call.engine.now_us, "stage": "connect", "error": None}
        call.state["asking"] = asking
        if asked.target is None or asked.request is None:
            asking.update(target=None)
            self._due(call, asking, asked.us)
            return False
        asking.update(target=asked.target.plain(), request=asked.request)
        host, port = asked.target.host, asked.target.port
        where = _resolved(call, f"{host}:{port}") or host
        route = call.engine.network.connect(Source(call.machine), where, port, call.machine)
        asking["ip"] = _address(call, where)
        if route.error in ("dns", "timeout"):
            path = str(asked.request.get("path") or "/")
            page = call.engine.network.internet.answer(Source(call.machine), where, port, path)
            if page is not None:
                self._note(call, page)
                return True
        if route.error == "dns":
            self._note(call, {"error": "dns"})
            return True
        wrong = _tls(call, asked.target, route)
        if wrong is not None:
            self._note(call, {"error": wrong})
            return True
        if route.error is not None:
            lost = route.error == "timeout"
            limits = (asked.target.connect_us, asked.target.most_us)
            limit = min((one for one in limits if one), default=0)
            asking["error"] = route.error
            wait = (limit + MS if limit else CONNECT_TIMEOUT_US) if lost else REFUSED_US
            self._due(call, asking, wait)
            return False
        return self._queue(call, asking, route)

    def _queue(self, call: Call, asking: Row, route: Route) -> bool:
        """Put the request into the container's queue, like everybody else's."""
        assert route.container is not None
        request, now = asking["request"], call.engine.now_us
        sent = now + route.delay_us + route.rtt_us // 2
        place = {"host": request["headers"].get("Host", ""), "path": request["path"]}
        record = call.engine.traffic.queues.book(route.container, route.port, sent, place)
        if record is None:
            self._note(call, {"error": "reset"})
            return True
        call.engine.traffic.queues.accept(route.container, record)
        asking.update(route=asdict(route), stage="queue")
        asking["connected_us"] = now + route.delay_us + route.rtt_us
        self._due(call, asking, record[0] - now + route.rtt_us // 2)
        return False

    def _due(self, call: Call, asking: Row, us: int) -> None:
        """Wait so long, or until the request takes too long altogether."""
        asking["due_us"] = call.engine.now_us + us
        deadline = _deadline(asking)
        if deadline is not None and asking["due_us"] > deadline and asking["error"] is None:
            asking.update(error="late", due_us=max(call.engine.now_us, deadline))
        self._watch(call, asking)

    def _watch(self, call: Call, asking: Row) -> None:
        if asking["due_us"] is not None:
            call.wake_after(max(0, asking["due_us"] - call.engine.now_us))
        route = asking.get("route")
        if route:
            call.watch("Container", route["machine"] or "", route["container"])

    def _goes_on(self, call: Call) -> bool:
        """Take the next stage of the request; True when curl has its answer."""
        asking, now = call.state["asking"], call.engine.now_us
        heard = call.state.pop("heard", {}).get(str(asking.get("number")))
        if heard is not None:
            self._heard(call, heard)
            return True
        if self._is_gone(call, asking):
            self._note(call, {"error": "empty"})
            return True
        if asking["due_us"] is None or now < asking["due_us"]:
            self._watch(call, asking)
            return False
        if asking["target"] is None or asking["error"] is not None:
            self._note(call, {"error": asking["error"]})
            return True
        if asking["stage"] == "queue":
            return self._put(call, asking)
        self._heard(call, asking["answer"])
        return True

    def _is_gone(self, call: Call, asking: Row) -> bool:
        """Tell whether the container has ended meanwhile."""
        route = asking.get("route")
        if not route:
            return False
        container = call.engine.store.get("Container", route["machine"], route["container"])
        return container is None or not container["State"]["Running"]

    def _put(self, call: Call, asking: Row) -> bool:
        """Put the request to the program: it answers at once, after a time, or when it can."""
        route, request = asking["route"], asking["request"]
        answer = call.engine.programs.ask_outside(
            f"line:{call.entry}", "job.answered", route["container"], route["port"], request,
            int(route["rtt_us"]),
        )  # fmt: skip
        asking["stage"] = "answer"
        if "pending" in answer:
            asking.update(number=answer["pending"], due_us=None)
            deadline = _deadline(asking)
            if deadline is not None:
                asking.update(error="late", due_us=max(call.engine.now_us, deadline))
            self._watch(call, asking)
            return False
        us = int(answer.pop("us", 0))
        if us <= 0:
            self._heard(call, answer)
            return True
        asking["answer"] = answer
        self._due(call, asking, us)
        return False

    def _heard(self, call: Call, answer: Row) -> None:
        """Note an answer; a server that ends meanwhile has closed the connection."""
        if answer.get("closed") or answer.get("error") or "status" not in answer:
            answer = {"error": "empty"}
        self._note(call, answer)

    def _note(self, call: Call, answer: Row) -> None:
        asking = call.state.pop("asking")
        if answer.get("error") == "late":
            self._stop(call)
        more = {"ip": asking.get("ip", ""), "connected_us": asking.get("connected_us", 0)}
        call.state["memo"] = [
            *call.state["memo"], {**more, **answer, "now_us": call.engine.now_us},
        ]  # fmt: skip

    def _stop(self, call: Call) -> None:
        """Ask for nothing any more."""
        call.engine.programs.stop_outside(f"line:{call.entry}")


def _deadline(asking: Row) -> int | None:
    """Give the moment at which curl gives up, a millisecond after the time that -m gives it."""
    most = int((asking["target"] or {}).get("most_us") or 0)
    return int(asking["begun_us"]) + most + MS if most else None


def _resolved(call: Call, place: str) -> str:
    """Give the address that --resolve names for a host and port."""
    for at, word in enumerate(call.argv[:-1]):
        text = call.argv[at + 1].lstrip("+")
        if word == "--resolve" and text.startswith(f"{place}:"):
            return text[len(place) + 1 :].strip("[]")
    return ""


def _address(call: Call, host: str) -> str:
    """Give the address that curl says it has connected to."""
    if host == "localhost":
        return "127.0.0.1"
    if re.fullmatch(r"[\d.]+", host) or call.engine.machines.get(host) is None:
        return host
    return str(call.engine.machines.ip(host))


def _tls(call: Call, target: Target, route: Route) -> str | None:
    """Refuse https where no TLS is spoken, and the certificate that an Ingress makes itself."""
    if route.error is not None or not target.https:
        return None
    server = call.engine.traffic.queues.server(route.container or "", route.port)
    if route.port != 443 or not server or not server.get("router"):
        return "tls"
    return None if target.insecure else "certificate"
