"""What a process can learn of its network: interfaces, routes, open ports.

netstat, ss, ip and /proc/net show the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..process import Process

TCP_HEAD = ("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
            "timeout inode\n")  # fmt: skip
LISTEN = "0A"


class Interface(NamedTuple):
    """A network interface; peer: the number of its other end on the machine."""

    at: int
    name: str
    mac: str
    address: str
    prefix: int
    gateway: str
    peer: int
    mtu: int = 1500


def interfaces(p: Process) -> list[Interface]:
    """List a container's interfaces beside `lo`.

    # Simplified: A container in the host's network, or in another container's, shows one interface
    with the address that it shares, and a machine's docker0 and veth ends are not shown.
    """
    settings, mode = p.container["NetworkSettings"], str(p.container["HostConfig"]["NetworkMode"])
    if mode == "none":
        return []
    pod = p.container["drydock"].get("pod") or {}
    if mode == "host":
        machine = p.engine.machines
        address = machine.ip(str(p.box["machine"]))
        gate = address.rpartition(".")[0] + ".1"
        return [Interface(2, "eth0", _mac(address), address, 24, gate, 0)]
    if mode.startswith("container:"):
        owner = p.engine.docker.find(str(p.box["machine"]), mode.partition(":")[2])
        settings = owner["NetworkSettings"] if owner else settings
    if pod.get("ip"):
        address = str(pod["ip"])
        gate = address.rpartition(".")[0] + ".1"
        return [Interface(2, "eth0", _mac(address), address, 24, gate, 7, 1450)]
    found: list[Interface] = []
    for name, row in settings["Networks"].items():
        if row and row.get("IPAddress"):
            number = len(found)
            network = p.engine.store.get("Network", str(p.box["machine"]), name) or {}
            gate = "" if network.get("Internal") else str(row.get("Gateway") or "")
            found.append(Interface(
                2 + number, f"eth{number}", str(row.get("MacAddress") or _mac(row["IPAddress"])),
                str(row["IPAddress"]), int(row.get("IPPrefixLen") or 16),
                gate, 11 + number,
            ))  # fmt: skip
    return found


def _mac(address: str) -> str:
    parts = [int(part) for part in address.split(".") if part.isdigit()]
    return "02:42:" + ":".join(f"{part:02x}" for part in (*parts, 0, 0, 0, 0)[:4])


def broadcast(one: Interface) -> str:
    """Give the address of all in an interface's network."""
    return dotted(number(one.address) | (1 << 32 - one.prefix) - 1)


def network_of(one: Interface) -> str:
    """Give the address of an interface's network."""
    return dotted(number(one.address) & ~((1 << 32 - one.prefix) - 1))


def number(address: str) -> int:
    """Read a dotted address."""
    value = 0
    for part in address.split("."):
        value = value << 8 | int(part)
    return value


def dotted(value: int) -> str:
    """Write an address with dots."""
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def default_route(p: Process) -> tuple[str, Interface] | None:
    """Give the gateway and the interface by which packets leave; None where there is no way out."""
    return next(((one.gateway, one) for one in interfaces(p) if one.gateway), None)


def listening(p: Process) -> list[tuple[str, int, dict[str, Any]]]:
    """List (address, port, process) of what listens in the container's network, by port."""
    engine, mode = p.engine, str(p.container["HostConfig"]["NetworkMode"])
    pod = (p.container["drydock"].get("pod") or {}).get("uid")
    holders = engine.store.by("Container", "pod", pod) if pod else [p.container]
    if mode.startswith("container:") and not pod:
        owner = engine.docker.find(str(p.box["machine"]), mode.partition(":")[2])
        holders = [one for one in (owner, p.container) if one]
    found = []
    for holder in holders:
        rows = {int(row["pid"]): row for row in engine.programs.processes(holder["Id"])}
        for port in engine.programs.listening(holder["Id"]):
            serving = engine.programs.open_port(holder["Id"], port) or {}
            address = str(serving.get("address") or "0.0.0.0")
            if address != "socket":
                own = holder["Id"] == p.container["Id"]
                row = rows.get(int(serving.get("pid") or 0), {}) if own else {}
                found.append((address, port, row))
    return found


def tcp(p: Process) -> str:
    """Write /proc/net/tcp: addresses in hexadecimal, the lowest byte first."""
    text = TCP_HEAD
    for at, (address, port, row) in enumerate(listening(p)):
        known = address if address.count(".") == 3 else "0.0.0.0"
        reverse = "".join(f"{int(part):02X}" for part in reversed(known.split(".")))
        text += (f"{at:>4}: {reverse}:{port:04X} 00000000:0000 {LISTEN} 00000000:00000000 "
                 f"00:00000000 00000000 {int(row.get('uid') or 0):>5}        0 {20000 + at} 1 "
                 "0000000000000000 100 0 0 10 0\n")  # fmt: skip
    return text


def devices(p: Process) -> str:
    """Write /proc/net/dev.

    # Simplified: Only requests are counted in /proc/net/dev, with 620 bytes in and 1,240 out each.
    """
    count = p.engine.traffic.queues.requests(p.container["Id"])
    text = ("Inter-|   Receive                                                |  Transmit\n"
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets "
            "errs drop fifo colls carrier compressed\n")  # fmt: skip
    seen = [(one.name, 1090 + count * 620, 126 + count * 1240) for one in interfaces(p)]
    for name, taken, sent in [("lo", 0, 0), *seen]:
        text += (
            f"{name:>6}: {taken:>7} {taken // 90:>7}    0    0    0     0          0         "
            f"0 {sent:>8} {sent // 90:>7}    0    0    0     0       0          0\n"
        )
    return text


def route_table(p: Process) -> str:
    """Write /proc/net/route."""
    text = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    way = default_route(p)
    if way is not None:
        text += f"{way[1].name}\t00000000\t{_reverse(way[0])}\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    for one in interfaces(p):
        mask = dotted((1 << 32) - (1 << 32 - one.prefix))
        text += (f"{one.name}\t{_reverse(network_of(one))}\t00000000\t0001\t0\t0\t0\t"
                 f"{_reverse(mask)}\t0\t0\t0\n")  # fmt: skip
    return text


def _reverse(address: str) -> str:
    return "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
