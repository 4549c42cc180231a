"""TCP sockets of Python programs: what a listener accepts, what comes and goes on a connection.

A client's requests are {"tcp": "open" | "send" | "recv" | "close", "conn", "data"} (texts hold a
byte a character); a `recv` for which nothing is there waits as any question does. state of a
machine, "sockets": {"ports": {port: {"backlog", "waiting"}}, "conns": {number: {"in", "out", "eof",
"closed", "reader", "asker"}}}.

# Simplified: Of Python's sockets TCP over IPv4 is followed; UDP, select and raw sockets are not,
and a client that ends without closing its connection leaves it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.timing import SECOND

from ....vm import Machine, Suspend, Task
from .. import console
from .calls import native
from .language import RESUMED
from .library import state_of
from .net import route_to
from .world import Args, Words

if TYPE_CHECKING:
    from ....process import Process

FIRST_PORT = 40000
"""From here on clients' own ports are numbered (assumed)."""


def _state(vm: Machine) -> dict[str, Any]:
    kept = state_of(vm, "sockets")
    kept.setdefault("ports", {})
    kept.setdefault("conns", {})
    return kept


@native("_sock.listen")
def _listen(vm: Machine, args: Args, words: Words) -> Any:
    """Open a port: 0, or the error's number."""
    host, port = str(args[0]), int(args[1])
    address = "127.0.0.1" if host in ("127.0.0.1", "localhost") else "0.0.0.0"
    wrong = vm.p.listen(port, address=address, protocol="socket", calls=[])
    if wrong:
        return {"Permission denied": 13, "Address already in use": 98}[wrong]
    _state(vm)["ports"][port] = {"backlog": [], "waiting": []}
    vm.p.state["server"] = {"kind": "socket", "host": host, "port": port}
    return 0


@native("_sock.unlisten")
def _unlisten(vm: Machine, args: Args, words: Words) -> Any:
    port = int(args[0])
    if _state(vm)["ports"].pop(port, None) is not None:
        vm.p.box["ports"].pop(str(port), None)
        vm.p.engine.touch("programs")


@native("_sock.accept")
def _accept(vm: Machine, args: Args, words: Words) -> Any:
    """Wait for a connection to a port: (number, address, port); None when the time is over."""
    row = _state(vm)["ports"].get(int(args[0]))
    if row is None:
        return None
    if row["backlog"]:
        return row["backlog"].pop(0)
    row["waiting"].append(vm.task)
    return Suspend(_us(args[1]), None, "socket")


def _us(limit: Any) -> int | None:
    return None if limit is None else round(float(limit) * SECOND)


RESUMED["socket"] = lambda vm, data, answer: answer


@native("_sock.recv")
def _recv(vm: Machine, args: Args, words: Words) -> Any:
    """Read from an accepted connection: a text, "" at its end; None when the time is over."""
    conn = _state(vm)["conns"].get(args[0])
    if conn is None or conn["closed"]:
        return ""
    if conn["in"] or conn["eof"]:
        return _taken(conn, int(args[1]))
    conn["reader"] = vm.task
    return Suspend(_us(args[2]), None, "received", [args[0], int(args[1])])


def _taken(conn: dict[str, Any], size: int) -> str:
    text = str(conn["in"])
    conn["in"] = text[size:]
    return text[:size]


def _received(vm: Machine, data: Any, answer: Any) -> Any:
    conn = _state(vm)["conns"].get(data[0])
    if conn is None:
        return ""
    conn["reader"] = None
    return _taken(conn, data[1]) if answer is True else None


RESUMED["received"] = _received


@native("_sock.send")
def _send(vm: Machine, args: Args, words: Words) -> Any:
    """Write to an accepted connection: False when the other end is gone."""
    conn = _state(vm)["conns"].get(args[0])
    if conn is None or conn["closed"] or conn.get("gone"):
        return False
    conn["out"] += str(args[1])
    _hand_out(vm.p, conn)
    return True


@native("_sock.close")
def _close(vm: Machine, args: Args, words: Words) -> Any:
    conn = _state(vm)["conns"].get(args[0])
    if conn is not None:
        conn["closed"] = True
        _hand_out(vm.p, conn)
        if not conn["out"]:
            del _state(vm)["conns"][args[0]]


def _hand_out(p: Process, conn: dict[str, Any]) -> None:
    """Answer a client that waits to read."""
    if conn["asker"] is not None and (conn["out"] or conn["closed"]):
        asker, text = conn["asker"], conn["out"]
        conn["asker"], conn["out"] = None, ""
        p.programs.answer(p, asker, {"data": text})


@native("_sock.peer")
def _peer(vm: Machine, args: Args, words: Words) -> Any:
    """Tell what listens at a host and port: (its protocol or "", this container's address)."""
    route = route_to(vm, str(args[0]), int(args[1]))
    row = vm.p.programs.open_port(route.container or "", route.port)
    return (str(row["protocol"]) if row else "", console.own_address(vm.p))


def respond(p: Process, vm: Machine, port: int, request: dict[str, Any]) -> dict[str, Any]:
    """Take a client's request to a socket; an HTTP client's is one connection by itself."""
    kept = _state(vm)
    verb = request.get("tcp")
    if verb is None or verb == "open":
        number = kept["last"] = int(kept.get("last", 0)) + 1
        conn: dict[str, Any] = {"in": "", "out": "", "eof": False, "closed": False, "reader": None,
                                "asker": None}  # fmt: skip
        kept["conns"][number] = conn
        if verb is None:
            conn["in"] = _http(request)
        row = kept["ports"].get(port)
        if row is None:
            return {"error": "closed", "status": 502}
        peer = (number, str(request.get("client") or "172.17.0.1"), FIRST_PORT + number)
        waiting = row["waiting"].pop(0) if row["waiting"] else None
        if type(waiting) is Task and waiting.waits:
            vm.resume(waiting, peer)
        else:
            row["backlog"].append(peer)
        return {"conn": number} if verb else {"number": number}
    conn = kept["conns"].get(request.get("conn"), {})
    if not conn:
        return {"data": "", "gone": True}
    if verb == "recv":
        if conn["out"] or conn["closed"]:
            text, conn["out"] = conn["out"], ""
            return {"data": text}
        conn["asker"] = request.get("asker")
        return {"pending": True}
    conn["in"] += str(request.get("data") or "")
    conn["eof"] = conn["eof"] or verb in ("close", "shut")
    conn["gone"] = verb == "close"
    if type(conn["reader"]) is Task:
        vm.resume(conn["reader"], True)
    return {"data": ""}


def _http(request: dict[str, Any]) -> str:
    """Write a request as it comes through a socket."""
    headers = "".join(f"{k}: {v}\r\n" for k, v in (request.get("headers") or {}).items())
    head = f"{request.get('method') or 'GET'} {request.get('path') or '/'} HTTP/1.1\r\n{headers}"
    return f"{head}\r\n{request.get('body') or ''}"


def http_answer(vm: Machine, number: int) -> dict[str, Any]:
    """Read what a program has written on a connection as a response of HTTP."""
    conn = _state(vm)["conns"].get(number, {})
    text = str(conn.get("out") or "")
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.split("\n")
    words = first.split(" ")
    _state(vm)["conns"].pop(number, None)
    if not first.startswith("HTTP/") or len(words) < 2 or not words[1].isdigit():
        return {"status": 502, "body": "", "headers": {}, "closed": True}
    rows = [line.partition(":") for line in lines]
    return {"status": int(words[1]), "body": body.encode("latin-1").decode("utf-8", "replace"),
            "headers": {k.strip(): v.strip() for k, _, v in rows if k}}  # fmt: skip
