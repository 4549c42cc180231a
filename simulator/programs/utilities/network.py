"""ping, nslookup, getent and nc: what a container can reach, and the real errors."""

from __future__ import annotations

import re
from typing import Any

from simulator.network.public import is_global
from simulator.network.resolve import Source
from simulator.timing import SECOND

from ..kernel import sockets
from . import Context, Utility, Wait, number
from .files import split

PING_WAIT_S = 10
MOST_ECHOES = 1000
"""How long busybox' ping waits for the last answer (-W)."""


def _route(c: Context, host: str, port: int) -> Any:
    """Connect as this container does; answers the network's route."""
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    return c.p.engine.network.connect(source, host, port)


def stands_for_internet(c: Context, host: str) -> bool:
    """Tell whether a name outside is answered by an empty page.

    # Simplified: Where a scenario gives unknown images stand-ins, every page of the Internet may
    # be a program, of which nothing is known.
    """
    outside = "." in host and not host.endswith((".local", ".svc"))
    return outside and bool(c.p.engine.hub.settings.get("stand_ins"))


def process_address(p: Any, host: str) -> str | None:
    """Look a name up as a process' resolver does."""
    if re.fullmatch(r"\d+(\.\d+){3}", host):
        return host
    if host == "localhost":
        return "127.0.0.1"
    if host == p.container["Config"]["Hostname"]:
        return str(p.container["NetworkSettings"]["IPAddress"]) or None
    source = Source(machine=p.box["machine"], container=p.container)
    if source.pod is not None:
        inside = next(iter(p.engine.network.lookup(source, host).addresses), None)
        return inside or _outside(p, source, host)
    found = p.engine.docker.networks.resolve(p.container, host)
    if found:
        return str(found[0])
    if p.engine.machines.get(host) is not None:
        return str(p.engine.machines.ip(host))
    return _outside(p, source, host)


def _outside(p: Any, source: Source, host: str) -> str | None:
    """Give the address of a public name."""
    found: str | None = p.engine.network.internet.lookup(source, host)
    return found


def address_of(c: Context, host: str) -> str | None:
    """Look a name up as the container's resolver does."""
    return process_address(c.p, host)


def ping(c: Context) -> int | Wait:
    """Send echo requests."""
    flags, hosts = split(c.argv, "cWwiIsMQt")
    host, busy = hosts[0] if hosts else "", c.is_busybox
    address = address_of(c, host)
    if address is None:
        text = f"bad address '{host}'" if busy else f"{host}: Name or service not known"
        return c.fail(text, 1 if busy else 2)
    count = min(number(flags.get("c") or "0"), MOST_ECHOES)
    size = number(flags.get("s") or "56")
    c.out(f"PING {host} ({address}): {size} data bytes\n" if busy
          else f"PING {host} ({address}) {size}({size + 28}) bytes of data.\n")  # fmt: skip
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    if not address.startswith("127.") and not _has_way(c, address):
        return c.fail("sendto: Network unreachable" if busy else "connect: Network is unreachable",
                      1 if busy else 2)  # fmt: skip
    ttl, times = 56 if is_global(address) else 64, list[float]()
    for turn in range(count or 1):
        rtt = c.p.engine.network.echo(source, address)
        if rtt is not None:
            times.append(rtt / 1000)
            shown = f"seq={turn} ttl={ttl} time={times[-1]:.3f} ms" if busy \
                else f"icmp_seq={turn + 1} ttl={ttl} time={_digits(times[-1])} ms"  # fmt: skip
            c.out(f"{size + 8} bytes from {address}: {shown}\n")
    if not count:
        return Wait(None)
    return _statistics(c, host, count, times)


def _digits(ms: float) -> str:
    """Write a time as ping of iputils does: three digits or more behind the first."""
    return f"{ms:.3f}" if ms < 1 else f"{ms:.2f}" if ms < 10 else f"{ms:.1f}"


def _has_way(c: Context, address: str) -> bool:
    """Tell whether a container has a route to an address: it lies on a network, or beyond one."""
    found = sockets.interfaces(c.p)
    near = any(sockets.network_of(one) == sockets.network_of(one._replace(address=address))
               for one in found)  # fmt: skip
    return near or any(one.gateway for one in found)


def _statistics(c: Context, host: str, count: int, times: list[float]) -> Wait | int:
    lost = 100 * (count - len(times)) // count
    spent = (count - 1) * 1001
    c.out(f"\n--- {host} ping statistics ---\n{count} packets transmitted, {len(times)} ")
    c.out(f"packets received, {lost}% packet loss\n" if c.is_busybox
          else f"received, {lost}% packet loss, time {spent}ms\n")  # fmt: skip
    if not times:
        return Wait((count - 1 + PING_WAIT_S) * SECOND, 1)
    mean = sum(times) / len(times)
    low, high = min(times), max(times)
    if c.is_busybox:
        c.out(f"round-trip min/avg/max = {low:.3f}/{mean:.3f}/{high:.3f} ms\n")
    else:
        spread = (sum((one - mean) ** 2 for one in times) / len(times)) ** 0.5
        c.out(f"rtt min/avg/max/mdev = {low:.3f}/{mean:.3f}/{high:.3f}/{spread:.3f} ms\n")
    return Wait((count - 1) * SECOND) if count > 1 else 0


def nslookup(c: Context) -> int:
    """Look a name up."""
    words = [word for word in c.argv[1:] if not word.startswith("-")] or [""]
    host = words[0] if c.name == "nslookup" else words[-1]
    if c.name == "getent":
        address = address_of(c, host)
        if address is None:
            return 2
        c.out(f"{address:<15} {host}\n")
        return 0
    server = "127.0.0.11"
    for line in (c.view.text("/etc/resolv.conf") or "").splitlines():
        if line.startswith("nameserver "):
            server = line.split()[1]
    server = words[1] if len(words) > 1 else server
    c.out(f"Server:\t\t{server}\nAddress:\t{server}{':' if c.is_busybox else '#'}53\n\n")
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    if source.pod is not None:
        return _ask_cluster(c, source, host)
    address = address_of(c, host)
    if address is None:
        c.err(f"** server can't find {host}: NXDOMAIN\n\n")
        return 1
    c.out(f"Non-authoritative answer:\nName:\t{host}\nAddress: {address}\n\n")
    return 0


def _ask_cluster(c: Context, source: Source, host: str) -> int:
    """Look a name up in a pod: through its resolv.conf, in the cluster's DNS."""
    if not c.p.engine.network.dns_answers(source):
        c.err(";; connection timed out; no servers could be reached\n\n")
        return 1
    answer = c.p.engine.network.lookup(source, host)
    outside = None if answer.found else c.p.engine.network.internet.lookup(source, host)
    if outside:
        c.out(f"Non-authoritative answer:\nName:\t{host}\nAddress: {outside}\n\n")
        return 0
    if not answer.found:
        c.err(f"** server can't find {host}: NXDOMAIN\n\n")
        return 1
    name = answer.name
    for alias in answer.aliases:
        c.out(f"{name}\tcanonical name = {alias}\n")
        name = alias
    c.out("".join(f"Name:\t{name}\nAddress: {one}\n" for one in answer.addresses))
    c.out("".join(f"{name}\tservice = 0 100 {port} {to}\n" for port, to in answer.ports) + "\n")
    return 0


def netcat(c: Context) -> int | Wait:
    """Try a port."""
    flags, words = split(c.argv, "wpqi")
    if len(words) == 1:  # BusyBox also takes HOST:PORT
        words = list(words[0].rpartition(":")[::2])
    if len(words) < 2 or not re.fullmatch("[0-9]{1,5}", words[1]):
        return c.fail("missing port", 1)
    port = int(words[1])
    route = _route(c, words[0], port)
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    if route.error in ("dns", "timeout") and "z" in flags:
        page = c.p.engine.network.internet.answer(source, words[0], port, "/")
        if page is not None:
            c.err(f"{words[0]} ({page['ip']}:{port}) open\n" if "v" in flags else "")
            return 0
    if route.error == "dns":
        return c.fail(f"bad address '{words[0]}'")
    if route.error is None:
        if "v" in flags:
            c.err(f"{words[0]} ({words[0]}:{words[1]}) open\n")
        if "z" not in flags and c.stdin:
            request = {"method": "", "path": "/", "headers": {}, "body": c.stdin, "raw": c.stdin}
            answer = c.p.programs.respond(route.container, route.port, request)
            if answer.get("guessed"):
                c.p.programs.guess(c.p)
            c.out(str(answer["body"]))
        return 0
    if "v" in flags:
        c.err(f"nc: {words[0]} ({words[0]}:{words[1]}): Connection refused\n")
    return 1 if route.error == "refused" else Wait(number(flags.get("w") or "10") * SECOND, 1)


ALL: dict[str, Utility] = {
    "ping": ping, "nslookup": nslookup, "getent": nslookup, "nc": netcat, "ncat": netcat,
    "netcat": netcat,
}  # fmt: skip
