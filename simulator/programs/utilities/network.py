"""ping, nslookup, nc and ip: what a container can reach, and the real errors."""

from __future__ import annotations

import re
from typing import Any

from simulator.network.resolve import Source
from simulator.timing import SECOND

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

    # Simplified: Where a scenario gives unknown images stand-ins, every page of the Internet is
    # there and empty; in all other labs there is no Internet.
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
        return next(iter(p.engine.network.lookup(source, host).addresses), None)
    found = p.engine.docker.networks.resolve(p.container, host)
    if found:
        return str(found[0])
    if p.engine.machines.get(host) is not None:
        return str(p.engine.machines.ip(host))
    return None


def address_of(c: Context, host: str) -> str | None:
    """Look a name up as the container's resolver does."""
    return process_address(c.p, host)


def ping(c: Context) -> int | Wait:
    """Send echo requests."""
    flags, hosts = split(c.argv, "cWwi")
    host = hosts[0] if hosts else ""
    address = address_of(c, host)
    if address is None:
        text = f"bad address '{host}'" if c.view.exists("/bin/busybox") \
            else f"{host}: Name or service not known"  # fmt: skip
        return c.fail(text, 1 if c.view.exists("/bin/busybox") else 2)
    count = min(number(flags.get("c") or "0"), MOST_ECHOES)
    c.out(f"PING {host} ({address}): 56 data bytes\n")
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    times: list[float] = []
    for turn in range(count or 1):
        rtt = c.p.engine.network.echo(source, address)
        if rtt is not None:
            times.append(rtt / 1000)
            c.out(f"64 bytes from {address}: seq={turn} ttl=64 time={times[-1]:.3f} ms\n")
    if not count:
        return Wait(None)
    lost = 100 * (count - len(times)) // count
    c.out(f"\n--- {host} ping statistics ---\n{count} packets transmitted, {len(times)} packets "
          f"received, {lost}% packet loss\n")  # fmt: skip
    if not times:
        return Wait((count - 1 + PING_WAIT_S) * SECOND, 1)
    mean = sum(times) / len(times)
    c.out(f"round-trip min/avg/max = {min(times):.3f}/{mean:.3f}/{max(times):.3f} ms\n")
    return Wait((count - 1) * SECOND) if count > 1 else 0


def nslookup(c: Context) -> int:
    """Look a name up."""
    host = c.argv[-1]
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
    c.out(f"Server:\t\t{server}\nAddress:\t{server}:53\n\n")
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
    route = _route(c, words[0], int(words[1]))
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


def ip(c: Context) -> int:
    """Show network interfaces."""
    c.out(
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n"
    )
    index = 2
    for row in c.p.container["NetworkSettings"]["Networks"].values():
        if row.get("IPAddress"):
            c.out(
                f"{index}: eth{index - 2}@if{index + 9}: <BROADCAST,MULTICAST,UP,LOWER_UP> "
                f"mtu 1500 qdisc noqueue state UP\n    link/ether {row['MacAddress']} brd "
                f"ff:ff:ff:ff:ff:ff\n    inet {row['IPAddress']}/{row['IPPrefixLen']} scope "
                f"global eth{index - 2}\n       valid_lft forever preferred_lft forever\n"
            )
            index += 1
    return 0


ALL: dict[str, Utility] = {
    "ping": ping, "nslookup": nslookup, "getent": nslookup,
    "nc": netcat, "ncat": netcat, "netcat": netcat, "ip": ip, "ifconfig": ip,
}  # fmt: skip
