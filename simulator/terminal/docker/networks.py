"""`docker network` and `docker volume`."""

from __future__ import annotations

import ipaddress
from typing import Any

from simulator.docker.containers.network import PREDEFINED
from simulator.docker.daemon import DockerError

from . import formats
from .client import Client
from .listing import fields
from .values import is_ip

NETWORK_COLUMNS = [
    ("ID", "NETWORK ID"), ("Name", "NAME"), ("Driver", "DRIVER"), ("Scope", "SCOPE"),
    ("IPv4", "IPV4"), ("IPv6", "IPV6"), ("Internal", "INTERNAL"), ("Labels", "LABELS"),
    ("CreatedAt", "CREATED AT"),
]  # fmt: skip
VOLUME_COLUMNS = [
    ("Driver", "DRIVER"), ("Name", "VOLUME NAME"), ("Scope", "SCOPE"),
    ("Mountpoint", "MOUNTPOINT"), ("Labels", "LABELS"), ("Size", "SIZE"), ("Links", "LINKS"),
]  # fmt: skip


def network_ls(c: Client) -> int:
    """List networks."""
    rows = []
    for network in c.docker.networks.all(c.machine):
        if not _network_fits(c, network):
            continue
        number = network["Id"] if c.line.on("no-trunc") else network["Id"][:12]
        rows.append({
            "ID": number, "Name": network["Name"], "Driver": network["Driver"],
            "Scope": network["Scope"], "IPv4": "true", "IPv6": "false",
            "Internal": str(network["Internal"]).lower(),
            "Labels": ",".join(f"{k}={v}" for k, v in sorted(network["Labels"].items())),
            "CreatedAt": network["Created"],
        })  # fmt: skip
    if c.line.on("quiet"):
        c.out("".join(f"{row['ID']}\n" for row in rows))
        return 0
    return fields(c, rows, NETWORK_COLUMNS, "ID Name Driver Scope")


def _network_fits(c: Client, network: Any) -> bool:
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        fits = {
            "name": value in network["Name"], "driver": value == network["Driver"],
            "id": network["Id"].startswith(value), "scope": value == network["Scope"],
            "type": (network["Name"] in PREDEFINED) == (value == "builtin"),
        }.get(name, True)  # fmt: skip
        if not fits:
            return False
    return True


def network_create(c: Client) -> int:
    """Create a network."""
    body: dict[str, Any] = {
        "Name": c.args[0],
        "Driver": c.line.text("driver", "bridge"),
        "Internal": c.line.on("internal"),
        "Attachable": c.line.on("attachable"),
        "Labels": dict(text.partition("=")[::2] for text in c.line.all("label")),
        "Options": dict(text.partition("=")[::2] for text in c.line.all("opt")),
    }
    wrong = _pool_complaint(c)
    if wrong:
        c.err(f"{wrong}\n")
        return 1
    pool = {}
    for flag, key in (("subnet", "Subnet"), ("gateway", "Gateway"), ("ip-range", "IPRange")):
        if c.line.all(flag):
            pool[key] = c.line.all(flag)[0]
    if pool:
        body["IPAM"] = {"Config": [pool]}
    try:
        network = c.docker.networks.create(c.machine, body)
    except DockerError as error:
        return c.daemon_error(error)
    c.out(network["Id"] + "\n")
    return 0


def _pool_complaint(c: Client) -> str | None:
    """Say what is wrong with the subnets asked for.

    Source: docker/cli network/create.go (createIPAMConfig).
    """
    texts, ranges = c.line.all("subnet"), c.line.all("ip-range")
    gateways = c.line.all("gateway")
    if len(texts) < len(ranges) or len(texts) < len(gateways):
        return "every ip-range or gateway must have a corresponding subnet"
    subnets: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    for text in texts:
        found = _net(text)
        if found is None:
            return f"invalid CIDR address: {text}"
        if any(found.overlaps(other) for other in subnets if other.version == found.version):
            return "multiple overlapping subnet configuration is not supported"
        subnets.append(found)
    for text in ranges:
        inner = _net(text)
        if inner is None:
            return f"invalid CIDR address: {text}"
        if not any(inner.network_address in subnet for subnet in subnets):
            return f"no matching subnet for range {text}"
    for text in gateways:
        if not is_ip(text):
            return f"invalid gateway address: {text}"
        if not any(ipaddress.ip_address(text) in subnet for subnet in subnets):
            return f"no matching subnet for gateway {text}"
    for text in c.line.all("aux-address"):
        address = text.partition("=")[2]
        if not is_ip(address) or not any(ipaddress.ip_address(address) in s for s in subnets):
            return f"no matching subnet for aux-address {address}"
    return None


def _net(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def network_rm(c: Client) -> int:
    """Remove networks."""
    failed = 0
    for ref in c.args:
        try:
            c.docker.networks.remove(c.machine, ref)
        except DockerError as error:
            if c.line.on("force") and error.status == 404:
                continue
            failed = 1
            c.err(f"Error response from daemon: {error.message}\n")
        else:
            c.out(f"{ref}\n")
    if failed:
        c.err("exit status 1\n")
    return failed


def network_connect(c: Client) -> int:
    """Connect a container to one more network."""
    if any("=" not in text for text in c.line.all("driver-opt")):
        c.err("invalid key/value pair format in driver options\n")
        return 1
    endpoint: dict[str, Any] = {"Aliases": c.line.all("alias") or None}
    if c.line.text("ip"):
        endpoint["IPAMConfig"] = {"IPv4Address": c.line.text("ip")}
    try:
        c.docker.connect(c.machine, c.args[0], c.args[1], endpoint)
    except DockerError as error:
        return c.daemon_error(error)
    return 0


def network_disconnect(c: Client) -> int:
    """Take a container out of a network."""
    try:
        c.docker.disconnect(c.machine, c.args[0], c.args[1])
    except DockerError as error:
        return c.daemon_error(error)
    return 0


def network_prune(c: Client) -> int:
    """Remove networks that no container uses."""
    what = "all custom networks not used by at least one container"
    if not c.confirmed(f"WARNING! This will remove {what}."):
        return 0
    removed = prune_networks(c)
    if removed:
        c.out("Deleted Networks:\n" + "".join(f"{name}\n" for name in removed) + "\n")
    return 0


def prune_networks(c: Client) -> list[str]:
    """Remove unused networks of the user's own; answers their names."""
    removed = []
    for network in c.docker.networks.all(c.machine):
        used = any(
            network["Name"] in one["NetworkSettings"]["Networks"] or
            network["Name"] in (one["drydock"].get("endpoints") or {})
            for one in c.docker.containers(c.machine)
        )  # fmt: skip
        if network["Name"] not in PREDEFINED and not used:
            removed.append(c.docker.networks.remove(c.machine, network["Name"]))
    return removed


def volume_ls(c: Client) -> int:
    """List volumes."""
    rows = []
    for volume in c.docker.mounts.all(c.machine):
        used = c.docker.mounts.users(c.machine, volume["Name"])
        fits = True
        for text in c.line.all("filter"):
            name, _, value = text.partition("=")
            if name == "dangling":
                fits = fits and (not used) == (value in ("true", "1"))
            elif name == "name":
                fits = fits and value in volume["Name"]
        if fits:
            rows.append({
                "Driver": volume["Driver"], "Name": volume["Name"], "Scope": "local",
                "Mountpoint": volume["Mountpoint"], "Size": "N/A", "Links": "N/A",
                "Labels": ",".join(f"{k}={v}" for k, v in (volume["Labels"] or {}).items()),
            })  # fmt: skip
    if c.line.on("quiet"):
        c.out("".join(f"{row['Name']}\n" for row in rows))
        return 0
    return fields(c, rows, VOLUME_COLUMNS, "Driver Name")


def volume_create(c: Client) -> int:
    """Create a volume."""
    if c.line.text("name") and c.args:
        c.err("conflicting options: cannot specify a volume-name through both --name and as a "
              "positional arg\n")  # fmt: skip
        return 1
    c.args.extend([c.line.text("name")] if c.line.text("name") else [])
    name = c.args[0] if c.args else ""
    if name and c.line.text("name"):
        c.err("conflicting options: cannot specify a volume-name through both --name and as a "
              "positional arg\n")  # fmt: skip
        return 1
    labels = dict(text.partition("=")[::2] for text in c.line.all("label"))
    options = dict(text.partition("=")[::2] for text in c.line.all("opt"))
    try:
        volume = c.docker.mounts.create(
            c.machine, name, labels, c.line.text("driver", "local"), options
        )
    except DockerError as error:
        return c.daemon_error(error)
    c.out(volume["Name"] + "\n")
    return 0


def volume_rm(c: Client) -> int:
    """Remove volumes."""
    return c.each(lambda name: c.docker.mounts.remove(c.machine, name, c.line.on("force")))


def volume_prune(c: Client) -> int:
    """Remove volumes that no container uses: anonymous ones, or all."""
    everything = c.line.on("all")
    if everything and any(text.startswith("all=") for text in c.line.all("filter")):
        c.err("conflicting options: cannot specify both --all and --filter all=1\n")
        return 1
    what = "all local volumes" if everything else "anonymous local volumes"
    if not c.confirmed(f"WARNING! This will remove {what} not used by at least one container."):
        return 0
    removed, space = prune_volumes(c, everything)
    if removed:
        c.out("Deleted Volumes:\n" + "".join(f"{name}\n" for name in removed) + "\n")
    c.out(f"Total reclaimed space: {formats.human_size(space)}\n")
    return 0


def prune_volumes(c: Client, everything: bool) -> tuple[list[str], int]:
    """Remove unused volumes: (names, bytes)."""
    removed, space = [], 0
    for volume in c.docker.mounts.all(c.machine):
        anonymous = "com.docker.volume.anonymous" in (volume["Labels"] or {})
        unused = not c.docker.mounts.users(c.machine, volume["Name"])
        if unused and (everything or anonymous):
            space += c.docker.mounts.size(c.machine, volume["Name"])
            c.docker.mounts.remove(c.machine, volume["Name"])
            removed.append(volume["Name"])
    return removed, space
