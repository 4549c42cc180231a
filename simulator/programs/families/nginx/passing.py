"""proxy_pass and its like: which server of an upstream, what it is sent, what when it is down.

Sources: the documentation of ngx_http_proxy_module and ngx_http_upstream_module, nginx.org.
# Simplified: fastcgi_pass, uwsgi_pass and grpc_pass send the request as proxy_pass does; names that
# a variable holds are looked up for every request, whatever `valid` says.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.network.resolve import Source
from simulator.timing import SECOND

from .config import URL, address_of, setting, settings

if TYPE_CHECKING:
    from .variables import Request

FAIL_US = 10 * SECOND
"""fail_timeout: how long a server of several is left alone after it has failed."""
OF_THE_HOP = ("server", "date", "connection", "keep-alive")
"""Headers of an upstream's answer that nginx replaces by its own."""
REASONS = {"refused": "111: Connection refused", "reset": "104: Connection reset by peer",
           "unreachable": "113: Host is unreachable", "timeout": "110: Connection timed out",
           "dns": "113: Host is unreachable"}  # fmt: skip


class Held(Exception):
    """The request waits for an upstream server: the number of the question."""

    def __init__(self, number: int, peer: dict[str, Any], target: str, scheme: str) -> None:
        super().__init__(number)
        self.number = number
        self.row = {"peer": peer, "target": target, "scheme": scheme}


def pass_on(r: Request, name: str, written: str) -> dict[str, Any]:
    """Send a request on and give the answer."""
    text = r.filled(written)
    if name != "proxy_pass" and "://" not in text:
        text = f"http://{text}"
    match = URL.match(re.sub(r"^grpcs?", "http", text))
    if match is None:
        return _failed(r, f'invalid URL prefix in "{text}"', 500)
    host, uri = match[2], match[4] or ""
    r.set["\0proxy_host"] = host + (f":{match[3]}" if match[3] else "")
    port = int(match[3] or (443 if match[1] == "https" else 80))
    peers = r.once(lambda: _peers(r, host, port, "$" in written))
    if isinstance(peers, str):
        return _failed(r, peers, 502)
    target = _target(r, uri, "$" in written)
    status = 502
    for peer in peers:
        answer = r.once(partial(_ask, r, peer, target, match[1]))
        if isinstance(answer, dict) and "raw" in answer:
            return _answered(r, answer["raw"], target)
        if isinstance(answer, dict):
            return answer
        status = int(answer or 502)
    if not peers:
        return _failed(r, "no live upstreams while connecting to upstream", 502, host, target)
    return {"status": status, "body": ""}


def _target(r: Request, uri: str, variables: bool) -> str:
    """Give the path that the server is asked for: the location's part is replaced by a URI."""
    args = f"?{r.args}" if r.args else ""
    if not uri:
        return r.target if not r.internal and r.uri == r.target.partition("?")[0] else r.uri + args
    if variables:
        return uri
    prefix = r.location.get("text", "") if r.location.get("sign") not in ("~", "~*") else ""
    return uri + r.uri[len(prefix) :] + args


def _peers(r: Request, host: str, port: int, variables: bool) -> list[dict[str, Any]] | str:
    """List the servers to try, in order; a text when the name cannot be looked up."""
    found = r.config["upstreams"].get(host)
    if found is not None:
        return _in_turn(r, host, found)
    address = str(r.location.get("address") or "")
    if variables:
        if not re.fullmatch(r"[\d.]+", host) and setting(r.location, "resolver") is None:
            return f"no resolver defined to resolve {host}"
        address = address_of(r.p, host)
        if not address:
            return f"{host} could not be resolved (3: Host not found)"
    return [{"host": host, "port": port, "address": address or host}]


def _in_turn(r: Request, name: str, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Order an upstream's servers: round robin by weight, or by the client's address."""
    now, table = r.p.engine.now_us, r.p.state.setdefault("upstreams", {})
    state = table.setdefault(name, {"turn": 0, "failed": {}})
    up = [peer for peer in found["peers"] if not peer["down"]]
    several = len(up) > 1
    live = [peer for peer in up if not several or _lives(state, peer, now)]
    main = [peer for peer in live if not peer["backup"]] or live
    order = [peer for peer in main for _ in range(min(peer["weight"], 100))]
    if not order:
        return []
    if found["method"] in ("ip_hash", "hash"):
        seed = sum(int(part) for part in r.client.split(".")[:3] if part.isdigit())
        start = seed % len(order)
    else:
        start = int(state["turn"]) % len(order)
        state["turn"] = int(state["turn"]) + 1
    # Equal weights take turns; heavier servers are spread by going round in steps.
    order = _spread(main, order)
    chosen = order[start:] + order[:start]
    unique = {f"{peer['address']}:{peer['port']}": peer for peer in reversed(chosen)}
    rest = [peer for peer in chosen if unique.pop(f"{peer['address']}:{peer['port']}", None)]
    return [{**peer, "upstream": name, "several": several} for peer in rest]


def _spread(main: list[dict[str, Any]], order: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spread servers by weight as nginx's smooth weighted round robin does."""
    if all(peer["weight"] == 1 for peer in main):
        return order
    current = [0] * len(main)
    found = []
    for _ in order:
        for at, peer in enumerate(main):
            current[at] += min(peer["weight"], 100)
        best = max(range(len(main)), key=lambda at: (current[at], -at))
        current[best] -= len(order)
        found.append(main[best])
    return found


def _lives(state: dict[str, Any], peer: dict[str, Any], now: int) -> bool:
    failed = state["failed"].get(f"{peer['address']}:{peer['port']}")
    return failed is None or now - failed >= FAIL_US


def _ask(r: Request, peer: dict[str, Any], target: str, scheme: str) -> dict[str, Any] | int | None:
    """Send the request to one server: its answer, or the status when there is none."""
    source = Source(machine=r.p.box["machine"], container=r.p.container)
    host = peer["address"] or peer["host"]
    route = r.p.engine.network.connect(source, host, int(peer["port"]))
    if route.error or route.container is None:
        error = str(route.error)
        if error == "timeout" and r.p.container["drydock"]["pod"] is None and peer["address"]:
            error = "unreachable"  # nobody answers for an address of a container that is gone
        reason = REASONS.get(error, REASONS["refused"])
        if peer.get("several"):
            failed = r.p.state["upstreams"][peer["upstream"]]["failed"]
            failed[f"{peer['address']}:{peer['port']}"] = r.p.engine.now_us
        timed_out = error == "timeout"
        what = "upstream timed out" if timed_out else "connect() failed"
        _failed(r, f"{what} ({reason}) while connecting to upstream", 502, f"{host}:{peer['port']}",
                target, scheme)  # fmt: skip
        return 504 if timed_out else 502
    headers = {"host": r.value("proxy_host"), "connection": "close"}
    kept = {k: v for k, v in r.headers.items() if k not in ("host", "connection", "keep-alive")}
    headers = {**kept, **headers}
    for words in settings(r.location, "proxy_set_header"):
        value = r.filled(words[1])
        headers[words[0].lower()] = value
        if not value:
            del headers[words[0].lower()]
    own = r.p.container["NetworkSettings"]["IPAddress"]
    asked = {"method": r.method, "path": target, "headers": headers,
             "body": r.asked.get("body") or "", "client": own or r.client}  # fmt: skip
    if r.asked.get("asker") is None:
        answer = r.p.programs.respond(route.container, route.port, asked)
    else:
        answer = r.p.ask(route.container, route.port, asked, route.rtt_us)
        if "pending" in answer:
            raise Held(int(answer["pending"]), peer, target, scheme)
    return {"raw": answer}


def _answered(r: Request, answer: dict[str, Any], target: str) -> dict[str, Any]:
    """Make nginx's answer of an upstream server's."""
    intercepts = setting(r.location, "proxy_intercept_errors") == ["on"]
    passed = int(answer["status"]) < 400 or not intercepts
    return {**_redirected(r, answer, target), "passed": passed}


def lost(r: Request, row: dict[str, Any], error: str) -> dict[str, Any] | int:
    """Log that an upstream server has not answered: the status, or the answer if none is tried.

    error: "late" or "closed". What changes something is not sent to a second server.
    """
    peer, late = row["peer"], error == "late"
    what = "upstream timed out (110: Connection timed out)" if late else (
        "upstream prematurely closed connection")  # fmt: skip
    place = f"{peer['address'] or peer['host']}:{peer['port']}"
    status = 504 if late else 502
    _failed(r, f"{what} while reading response header from upstream", status, place,
            row["target"], row["scheme"])  # fmt: skip
    return status if r.method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS") else (
        {"status": status, "body": ""})  # fmt: skip


def read_timeout_us(r: Request) -> int:
    """Give proxy_read_timeout: how long nginx waits for an answer."""
    words = (setting(r.location, "proxy_read_timeout") or ["60s"])[0]
    match = re.fullmatch(r"(\d{1,9})(ms|s|m|h|d)?", words)
    units = {"ms": SECOND // 1000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
    return int(match[1]) * units.get(match[2] or "s", 86_400 * SECOND) if match else 60 * SECOND


def _redirected(r: Request, answer: dict[str, Any], target: str) -> dict[str, Any]:
    """Rewrite the Location of a proxied answer as proxy_redirect's default does."""
    headers = dict(answer.get("headers") or {})
    place = next((key for key in headers if key.lower() == "location"), None)
    root = f"http://{r.value('proxy_host')}/"
    if place and str(headers[place]).startswith(root):
        headers[place] = (r.location.get("text") or "/") + str(headers[place])[len(root) :]
    for name in [one for one in headers if one.lower() in OF_THE_HOP]:
        del headers[name]
    return {**answer, "headers": headers}


def _failed(
    r: Request, text: str, status: int, place: str = "", target: str = "", scheme: str = "http"
) -> dict[str, Any]:
    from .serving import context, stamp, worker

    about = context(r)
    if place:
        shown = f', upstream: "{scheme}://{place}{target}"'
        head, mark, tail = about.partition(', host: "')
        about = head + shown + mark + tail
    r.p.err(f"{stamp(r)} [error] {worker(r)}: *1 {text}{about}\n")
    return {"status": status, "body": ""}
