"""net/http's servers and clients, net: what leaves the process."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.network.resolve import Source

from ....vm import Suspend
from ..tokens import to_bytes, to_text
from ..values import Struct, new_list
from . import RESUMED

SERVICE_US = 80
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
}


def listen(vm: Any, server: Any, host: str, port: int) -> str:
    """Open a port for a server: "" or why not."""
    address = "127.0.0.1" if host in ("127.0.0.1", "localhost") else "0.0.0.0"
    wrong = vm.p.listen(port, address=address, service_us=SERVICE_US, sigma=0.4, workers=256)
    if wrong:
        return str(wrong).lower()
    servers = vm.root.setdefault("servers", {})
    servers[port] = server
    return ""


def _park(vm: Any, server: Struct) -> Any:
    """Let the goroutine of ListenAndServe wait until the server is shut down."""
    vm.root.setdefault("parked", []).append([server, vm.task])
    return Suspend(then="parked")


def _close(vm: Any, server: Struct) -> None:
    servers = vm.root.get("servers") or {}
    for port in [port for port, one in servers.items() if one is server]:
        del servers[port]
        vm.p.box["ports"].pop(str(port), None)
    for row in vm.root.get("parked") or []:
        if row[0] is server:
            vm.resume(row[1], None)
    vm.root["parked"] = [row for row in vm.root.get("parked") or [] if row[0] is not server]


def reach(vm: Any, host: str, port: int) -> tuple[Any, str]:
    """Find who answers at a host and port: (route, "") or (None, why not in Go's words)."""
    p = vm.p
    p.flush()
    route = p.engine.network.connect(Source(p.box["machine"], p.container), host, port)
    if route.error is None and route.container is not None:
        return route, ""
    if route.error == "dns":
        return None, f"dial tcp: lookup {host} on {resolver(vm)}:53: no such host"
    address = host
    found = p.engine.docker.networks.resolve(p.container, host) if p.container else None
    if isinstance(found, str):
        address = found
    elif isinstance(found, list | tuple) and found and isinstance(found[0], str):
        address = found[0]
    if host == "localhost":
        address = "[::1]"
    words = {
        "refused": "connect: connection refused",
        "unreachable": "connect: no route to host",
        "reset": "read: connection reset by peer",
    }
    return None, f"dial tcp {address}:{port}: {words.get(str(route.error), 'i/o timeout')}"


def resolver(vm: Any) -> str:
    """Give the address of the container's name server."""
    if vm.p.container["drydock"]["pod"] is not None:
        return "10.96.0.10"
    mode = vm.p.container["HostConfig"]["NetworkMode"]
    return "192.168.65.7" if mode in ("default", "bridge", "host") else "127.0.0.11"


def _request(
    vm: Any,
    method: str,
    host: str,
    port: int,
    path: str,
    body: str,
    names: Any,
    values: Any,
    limit_ns: int,
) -> Any:
    """Send a request: (status, body, header names, values, error)."""
    from ..values import items_of

    route, why = reach(vm, to_text(host), port)
    if route is None and ("no such host" in why or why.endswith("i/o timeout")):
        source = Source(vm.p.box["machine"], vm.p.container)
        internet = vm.p.engine.network.internet
        page = internet.answer(source, to_text(host), port, to_text(path))
        if page is not None:
            return Suspend(int(page["us"]), then="response", data=page)
    if route is None:
        if why.endswith("i/o timeout"):
            return Suspend(limit_ns // 1000 if limit_ns else 30_000_000, then="timed-out")
        return 0, "", None, None, why
    headers = {
        to_text(n): to_text(v) for n, v in zip(items_of(names), items_of(values), strict=False)
    }
    headers.setdefault("host", to_text(host) if port in (80, 443) else f"{to_text(host)}:{port}")
    request = {
        "method": method,
        "path": to_text(path),
        "headers": headers,
        "body": to_text(body),
        "client": vm.p.container["NetworkSettings"]["IPAddress"] or "127.0.0.1",
    }
    rtt = int(getattr(route, "rtt_us", 0) or 0)
    answer = vm.p.ask(route.container, route.port, request, rtt)
    if answer.get("pending") is not None:
        us = limit_ns // 1000 if limit_ns else None
        return Suspend(us, int(answer["pending"]), then="response")
    us = rtt + int(answer.get("us") or 0)
    if limit_ns and us > limit_ns // 1000:
        return Suspend(limit_ns // 1000, then="timed-out")
    return Suspend(us, then="response", data=answer) if us else _answer(answer)


def _answer(answer: dict[str, Any]) -> Any:
    if answer.get("error") and not answer.get("status"):
        return 0, "", None, None, "EOF"
    if answer.get("error") == "closed":
        return 0, "", None, None, "EOF"
    headers = answer.get("headers") or {}
    names = new_list([to_bytes(str(one)) for one in headers])
    values = new_list([to_bytes(str(one)) for one in headers.values()])
    return (
        int(answer.get("status") or 200),
        to_bytes(str(answer.get("body") or "")),
        names,
        values,
        "",
    )


def _responded(vm: Any, task: Any, answer: Any) -> Any:
    if answer is None and task.data is not None:
        return _answer(task.data)
    if answer is None:
        return 0, "", None, None, "timeout"
    return _answer(answer)


RESUMED["response"] = _responded
RESUMED["timed-out"] = lambda vm, task, answer: (0, "", None, None, "timeout")
RESUMED["parked"] = lambda vm, task, answer: None


def _type_of(vm: Any, name: str, body: str) -> str:
    found = TYPES.get(posixpath.splitext(name)[1]) if name else None
    if found:
        return found
    start = body.lstrip()[:40].lower()
    if any(
        start.startswith(one)
        for one in (
            "<!doctype html",
            "<html",
            "<h1",
            "<div",
            "<p>",
            "<head",
            "<body",
            "<title",
            "<a",
            "<b",
            "<table",
            "<br",
        )
    ):
        return "text/html; charset=utf-8"
    if start.startswith("<?xml"):
        return "text/xml; charset=utf-8"
    if all(sign >= " " or sign in "\t\n\r\f\x1b" for sign in body[:512]):
        return "text/plain; charset=utf-8"
    return "application/octet-stream"


def _unescape(vm: Any, text: str, plus: bool) -> tuple[str, bool]:
    from urllib.parse import unquote_to_bytes

    text = text.replace("+", " ") if plus else text
    return unquote_to_bytes(text).decode("latin-1"), True


def _escape(vm: Any, text: str, plus: bool) -> str:
    from urllib.parse import quote, quote_plus

    raw = text.encode("latin-1")
    return quote_plus(raw) if plus else quote(raw, safe="")


def _lookup(vm: Any, host: str) -> str:
    p = vm.p
    found = p.engine.network.lookup(Source(p.box["machine"], p.container), to_text(host))
    addresses = getattr(found, "addresses", None) or []
    return str(addresses[0]) if addresses else ""


def _own(vm: Any) -> str:
    from .databases import _own_address

    return _own_address(vm.p)


def _resolved(vm: Any, host: str) -> tuple[str, str]:
    """Look a host up as package net does: (address or "", name server)."""
    from .databases import _address

    found = _address(vm, host) or _lookup(vm, host)
    return to_bytes(found), f"{resolver(vm)}:53"


def _dial(vm: Any, host: str, port: int) -> Any:
    """Try to connect: "" or why not."""
    route, why = reach(vm, to_text(host), port)
    if route is None and why.endswith("i/o timeout"):
        return Suspend(30_000_000, then="dialled", data=why)
    return "" if route is not None else to_bytes(why)


RESUMED["dialled"] = lambda vm, task, answer: to_bytes(task.data)

NATIVES: dict[str, Any] = {
    "net.lookup": _resolved,
    "net.dial": _dial,
    "net.address": _own,
    "net/http.listen": listen,
    "net/http.park": _park,
    "net/http.closeServer": _close,
    "net/http.request": _request,
    "net/http.typeOf": _type_of,
    "net/url.unescape": _unescape,
    "net/url.escape": _escape,
    "net/http.unescape": _unescape,
}
