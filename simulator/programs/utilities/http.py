"""curl and wget in containers: their requests reach other containers, and wait for the answers.

What they send and print is in `programs/fetch`. As a process of its own a client waits as long as
it takes; inside a shell it does where nothing that is asked can wait, else it becomes a process.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator.docker.shellmodel.commands.web import remote_file
from simulator.docker.shellmodel.packages import told
from simulator.docker.shellmodel.packages.versions import key
from simulator.docker.tree import file_entry
from simulator.docker.unknown import GUESSED_BYTES
from simulator.network.resolve import Source
from simulator.timing import MS, SECOND

from ..fetch import Asked, Session, curl, wget
from . import Context, NeedsAnswer, NeedsProcess, Utility, Wait
from .network import address_of, stands_for_internet

CONNECT_TIMEOUT_US = 130 * SECOND
"""What Linux waits for an unanswered SYN: tcp_syn_retries = 6, about 130 s."""
Row = dict[str, Any]
Client = Callable[[Session, list[str]], int]


class Inside(Session):
    """A client's session in a container."""

    def __init__(self, c: Context, memo: list[Row], begun_us: int) -> None:
        super().__init__(memo, begun_us)
        self._c = c
        self.terminal = c.terminal
        self.version = told.version(c.view, "", "curl") or "8.14.1"
        self.newer = key(self.version) >= key("8.10")

    def about(self) -> str:
        """Give what `curl --version` prints."""
        return told.curl(self._c.view, "")

    def stdin(self) -> str:
        """Give standard input."""
        return self._c.stdin or ""

    def read(self, path: str) -> str | None:
        """Read a file of the container."""
        if self._c.p.unreadable(path):
            return None
        return self._c.view.text(path, self._c.p.cwd)

    def write(self, path: str, text: str, answer: Row | None = None) -> str | None:
        """Write a file; a page of which nothing is known may be a program."""
        c = self._c
        if path in ("/dev/null", "/dev/stdout"):
            c.out(text if path == "/dev/stdout" else "")
            return None
        why = c.p.refusal(path)
        if why:
            return f"{path}: {why}"
        if answer and answer.get("unknown"):
            entry = file_entry(size=GUESSED_BYTES, mode=0o644, content=f"from {answer['ip']}")
            c.view.put(path, {**entry, "uid": c.p.uid}, c.p.cwd)
        elif answer and answer.get("url") and "text" not in remote_file(answer["url"]):
            c.view.put(path, {**remote_file(answer["url"]), "uid": c.p.uid}, c.p.cwd)
        else:
            c.view.write(path, text, c.p.cwd, uid=c.p.uid)
        return None

    def stamp(self) -> int:
        """Give the lab's time."""
        engine = self._c.p.engine
        return int((engine.start + timedelta(microseconds=self.now_us)).timestamp())


def drive(c: Context, client: Client) -> int | Wait:
    """Run a client until it ends, or until it must wait (raises NeedsAnswer or NeedsProcess)."""
    kept: Row = c.kept if c.kept is not None else {"memo": [], "shown": 0}
    begun = int(c.p.row["startedUs"]) if c.kept is not None else c.p.engine.now_us
    while True:
        session = Inside(c, kept["memo"], begun)
        wanted, code = None, 0
        try:
            code = client(session, c.argv)
        except Asked as asked:
            wanted = asked
        fresh, kept["shown"] = session.news(int(kept["shown"]))
        for stream, text in fresh:
            (c.out if stream == "out" else c.err)(text)
        if wanted is None:
            waited = session.now_us - begun
            return Wait(waited, code) if c.kept is None and waited > 0 else code
        kept["memo"] = [*kept["memo"], _answer(c, wanted, session.now_us)]


def _answer(c: Context, asked: Asked, now_us: int) -> Row:
    """Get what a client waits for, or say how long that takes."""
    if asked.target is None or asked.request is None:
        return _after(c, {}, asked.us, now_us)
    target, request = asked.target, dict(asked.request)
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    route = c.p.engine.network.connect(source, target.host, target.port)
    ip = address_of(c, target.host) or target.host
    path = str(request.get("path") or "/")
    if route.error == "dns" and stands_for_internet(c, target.host):
        page = {"status": 200, "body": "", "headers": {}, "unknown": True, "ip": target.host}
        return _after(c, page, 0, now_us)
    if route.error in ("dns", "timeout"):
        found = c.p.engine.network.internet.answer(source, target.host, target.port, path)
        if found is not None:
            us = int(found.pop("us"))
            return _after(c, {**found, "connected_us": now_us + us // 2}, us, now_us)
    if route.error == "timeout":
        limits = [one for one in (target.connect_us, target.most_us) if one]
        wait = min(limits) + MS if limits else CONNECT_TIMEOUT_US
        return _after(c, {"error": "timeout", "ip": ip}, wait, now_us)
    if route.error is not None or route.container is None:
        return _after(c, {"error": route.error or "refused", "ip": ip}, 0, now_us)
    if c.may_spawn and c.p.programs.may_wait(route.container, route.port):
        raise NeedsProcess
    if route.container == c.p.container["Id"]:
        c.p.flush()
    more = {"ip": ip, "connected_us": now_us + route.delay_us + route.rtt_us}
    if c.kept is None:
        answer = c.p.programs.respond(route.container, route.port, request)
    else:
        answer = c.p.ask(route.container, route.port, request, route.rtt_us)
    if "pending" in answer:
        until = c.p.engine.now_us + target.most_us + MS if target.most_us else None
        raise NeedsAnswer({**more, "error": "late"}, until, int(answer["pending"]))
    if answer.get("guessed"):
        c.p.programs.guess(c.p)
    us = int(answer.pop("us", 0))
    if target.most_us and us > target.most_us:
        return _after(c, {**more, "error": "late"}, target.most_us + MS, now_us)
    return _after(c, {**more, **settled(answer)}, us, now_us)


def settled(answer: Row) -> Row:
    """Make of a program's answer what a client is told: a server that hangs up says nothing."""
    gone = answer.get("closed") or answer.get("error") or "status" not in answer
    return {"error": "empty"} if gone else answer


def _after(c: Context, answer: Row, us: int, now_us: int) -> Row:
    """Give an answer that comes after a time: a process waits for it, a shell's part adds it up."""
    if c.kept is not None and us > 0:
        raise NeedsAnswer(answer, c.p.engine.now_us + us)
    return {**answer, "now_us": now_us + us}


def _curl(c: Context) -> int | Wait:
    """Send requests and print the answers."""
    return drive(c, curl)


def _wget(c: Context) -> int | Wait:
    """Fetch pages."""
    busy = c.is_busybox
    return drive(c, lambda s, argv: wget(s, argv, busy))


ALL: dict[str, Utility] = {"wget": _wget, "curl": _curl}
