"""The public Internet, as far as it exists: names, addresses, echoes and one page for each name.

# Simplified: Every well-formed public name stands for one address of 198.18.0.0/15, which answers
echo requests, HTTP and HTTPS with a small page that says so; the Internet has nothing else.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from typing import TYPE_CHECKING, Any

from simulator.docker.registry.link import link_mbps
from simulator.docker.shellmodel.commands.web import remote_file
from simulator.plain import get

from .policy import End
from .route import Source

if TYPE_CHECKING:
    from simulator.engine import Engine

WEB_PORTS = (80, 443)
TOP = """com org net edu gov mil int info biz name pro io dev app ai cloud tech xyz site online
    store shop blog page run tools live world zone network systems software services academy"""
TOP_LEVEL = frozenset(TOP.split())
"""Top-level domains beside those of countries, which have two letters (IANA)."""
KNOWN = {
    "dns.google": "8.8.8.8",
    "one.one.one.one": "1.1.1.1",
    "dns.quad9.net": "9.9.9.9",
    "example.com": "23.192.228.80",
    "www.example.com": "23.192.228.80",
}
FIRST, COUNT = (198 << 24) + (18 << 16), 1 << 17
"""198.18.0.0/15, which is kept for tests (RFC 2544)."""
NEAREST_US, FARTHEST_US = 8_000, 40_000
"""Round trips to servers that many use (assumed)."""


def is_public(host: str) -> bool:
    """Tell whether a name is a well-formed one of the public Internet."""
    labels = host.lower().rstrip(".").split(".")
    fits = all(re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", one) for one in labels)
    if len(labels) < 2 or not fits or len(host) > 253:
        return False
    last = labels[-1]
    return bool(last in TOP_LEVEL or re.fullmatch("[a-z]{2}", last) or host in KNOWN)


def is_global(address: str) -> bool:
    """Tell whether an address lies in the public Internet, that of our names among them."""
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return found.is_global or FIRST <= int(found) < FIRST + COUNT


def address_of(host: str) -> str:
    """Give the address of a public name."""
    name = host.lower().rstrip(".")
    return KNOWN.get(name) or str(ipaddress.IPv4Address(FIRST + _number(name) % COUNT))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def page(host: str, path: str, port: int = 80) -> dict[str, Any]:
    """Give the answer to a request: {"status", "headers", "body", "url"}."""
    url = f"{'https' if port == 443 else 'http'}://{host}{path}"
    text = remote_file(url).get("text") or (
        f"<!doctype html>\n<html>\n<head><title>{host}</title></head>\n<body>\n<h1>{host}</h1>\n"
        f"<p>This page stands for {host} in the lab: no request leaves it.</p>\n</body>\n</html>\n"
    )
    headers = {"content-type": "text/html; charset=UTF-8", "content-length": str(len(text))}
    return {"status": 200, "headers": headers, "body": text, "url": url}


class Internet:
    """What can be reached of the Internet from a place in the lab."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lookup(self, source: Source, host: str) -> str | None:
        """Give the address of a public name; None where it is none or nobody answers."""
        if not is_public(host) or not self.is_joined(source):
            return None
        return address_of(host) if self._engine.network.dns_answers(source) else None

    def is_joined(self, source: Source) -> bool:
        """Say whether packets get out: the machine's link is up and the container has a route."""
        machine, container = source.machine, source.container
        if machine is None or link_mbps(self._engine, machine) <= 0:
            return False
        return container is None or source.pod is not None or self._has_route(container)

    def _has_route(self, container: dict[str, Any]) -> bool:
        """Say whether one of a container's networks has a gateway: not "none", not internal."""
        mode = str(get(container, "HostConfig", "NetworkMode", default=""))
        if mode == "none":
            return False
        machine = str(container["metadata"]["namespace"])
        if mode.startswith("container:"):
            owner = self._engine.docker.find(machine, mode.partition(":")[2])
            return owner is not None and self._has_route(owner)
        names = get(container, "NetworkSettings", "Networks", default={}) or {}
        rows = [self._engine.store.get("Network", machine, name) or {} for name in names]
        return not rows or any(not one.get("Internal") for one in rows)

    def rtt_us(self, source: Source, address: str, port: int = 0) -> int | None:
        """Give the round trip to a public address; None when nothing comes back."""
        if not is_global(address) or not self.is_joined(source):
            return None
        network = self._engine.network
        protocol = "TCP" if port else "ICMP"
        if not network.policies.allow(network.end_of(source), End(address), port, protocol):
            return None
        return NEAREST_US + _number(address) % (FARTHEST_US - NEAREST_US)

    def answer(self, source: Source, host: str, port: int, path: str) -> dict[str, Any] | None:
        """Answer a request to a name or address: a page and "us"; None when nobody is there."""
        address = host if is_global(host) else self.lookup(source, host)
        rtt = self.rtt_us(source, address, port) if address else None
        if rtt is None or port not in WEB_PORTS:
            return None
        return {**page(host, path, port), "us": 2 * rtt, "ip": address}
