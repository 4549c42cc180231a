"""dig and host: names looked up as BIND's tools show it.   Source: BIND 9.20's output."""

from __future__ import annotations

import re
from datetime import timedelta

from simulator.network.resolve import Source

from . import Context, Utility
from .network import address_of

VERSION = "9.20.11"
TTL, CLUSTER_TTL = 600, 30
"""Seconds that an answer is good for: Docker's resolver's, and that of a cluster's DNS."""
KINDS = ("A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT")


def _server(c: Context) -> str:
    found = re.search(r"^nameserver (\S+)", c.view.text("/etc/resolv.conf") or "", re.M)
    return found[1] if found else "127.0.0.1"


def _addresses(c: Context, name: str, searches: bool) -> list[str] | None:
    """Give the addresses of a name, [] when it has none; None when no server answers."""
    source = Source(machine=c.p.box["machine"], container=c.p.container)
    network = c.p.engine.network
    if source.pod is None:
        found = address_of(c, name)
        return [found] if found else []
    if not network.dns_answers(source):
        return None
    answer = network.lookup(source, name) if searches else network.dns.ask(name)
    outside = None if answer.addresses else network.internet.lookup(source, name)
    return [outside] if outside else list(answer.addresses)


def dig(c: Context) -> int:
    """Look a name up: the whole answer, or with +short the addresses only.

    # Simplified: dig and host ask for addresses of IPv4; other kinds of records have no answer.
    """
    options = {word[1:] for word in c.argv[1:] if word.startswith("+")}
    words = [word for word in c.argv[1:] if word[:1] not in ("+", "-", "@")]
    server = next((word[1:] for word in c.argv[1:] if word.startswith("@")), _server(c))
    kind = next((word.upper() for word in words if word.upper() in KINDS), "A")
    names = [word for word in words if word.upper() not in (*KINDS, "IN")] or ["."]
    name = names[0].rstrip(".")
    found = _addresses(c, name, "search" in options)
    if found is None:
        c.out(f";; communications error to {server}#53: timed out\n"
              ";; no servers could be reached\n")  # fmt: skip
        return 9
    found, is_there = (found if kind in ("A", "ANY") else []), bool(found)
    if "short" in options:
        c.out("".join(f"{one}\n" for one in found))
        return 0
    ttl = CLUSTER_TTL if c.p.container["drydock"].get("pod") else TTL
    rows = "".join(f"{name + '.':<24}{ttl}\tIN\tA\t{one}\n" for one in found)
    if "noall" in options:
        c.out(rows)
        return 0
    now = c.p.engine.start + timedelta(microseconds=c.p.engine.now_us)
    number = int(c.p.engine.streams.hex(4, "dig", name, c.p.engine.now_us), 16)
    answer = f";; ANSWER SECTION:\n{rows}\n" if rows else ""
    c.out(f"\n; <<>> DiG {VERSION} <<>> {' '.join(c.argv[1:])}\n;; global options: +cmd\n"
          f";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: "
          f"{'NOERROR' if is_there else 'NXDOMAIN'}, id: {number}\n;; flags: qr rd ra; QUERY: 1, "
          f"ANSWER: {len(found)}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; OPT PSEUDOSECTION:\n"
          f"; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n"
          f";{name + '.':<23}\tIN\t{kind}\n\n{answer};; Query time: 0 msec\n"
          f";; SERVER: {server}#53({server}) (UDP)\n;; WHEN: {now:%a %b %d %H:%M:%S UTC %Y}\n"
          f";; MSG SIZE  rcvd: {len(name) + 45 + 16 * len(found)}\n\n")  # fmt: skip
    return 0


def host(c: Context) -> int:
    """Look a name up in one line."""
    words = [word for word in c.argv[1:] if not word.startswith("-")]
    if not words:
        return c.fail("missing name")
    found = _addresses(c, words[0].rstrip("."), True)
    if found is None:
        c.out(";; connection timed out; no servers could be reached\n")
        return 1
    if not found:
        c.out(f"Host {words[0]} not found: 3(NXDOMAIN)\n")
        return 1
    c.out("".join(f"{words[0]} has address {one}\n" for one in found))
    return 0


ALL: dict[str, Utility] = {"dig": dig, "host": host}
