"""Ports of machines and names of Docker: what answers before Kubernetes is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker.containers.filesystem import HOST_GATEWAY
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
NAMELESS = ("bridge", "host", "none")
"""Docker's own networks, on which containers are not known by name."""


class Hosts:
    """Looks containers up by the ports and names that their machines give them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._store.index("Container", "pod", _pod_of)
        self._store.index("Container", "address", _addresses)
        self._store.index("Container", "hostNetwork", _host_network)
        self._store.index("Pod", "hostPort", _host_ports)

    def named(self, host: str) -> str | None:
        """Name the machine that a name or address stands for."""
        if self._engine.machines.get(host) is not None:
            return host
        return self._engine.machines.by_ip(host)

    def beyond(self, container: Object | None, machine: str | None, host: str) -> str | None:
        """Name the machine when an address is its own on one of its Docker networks."""
        rows = get(container, "NetworkSettings", "Networks") or {} if container else {}
        own = host == HOST_GATEWAY or any(row.get("Gateway") == host for row in rows.values())
        return machine if own else None

    def listed(self, container: Object | None, host: str) -> str | None:
        """Give the address that a container's hosts file has for a name."""
        if container is None:
            return None
        for row in get(container, "HostConfig", "ExtraHosts") or ():
            name, _, address = row.partition(":")
            if name == host and address == "host-gateway":
                return HOST_GATEWAY
            if name == host and address[:1].isdigit():
                return str(address)
        pod = container["drydock"].get("pod") or {}
        for row in pod.get("aliases") or ():
            if host in row.get("hostnames", ()):
                return str(row["ip"])
        own = container["Config"]["Hostname"]
        return pod.get("ip") or None if pod and host in (own, own.partition(".")[0]) else None

    def behind(self, machine: str, port: int, local: bool) -> tuple[Object, int] | None:
        """Find (container, its port) behind a machine's port.

        local: the connection comes from the machine itself, so that ports that are published
        for 127.0.0.1 only count.
        """
        published = self._engine.docker.networks.published(machine, port)
        if published is not None:
            found = self._store.get("Container", machine, published[0])
            if found is not None and found["State"]["Running"] and _open(found, port, local):
                return found, int(published[1])
        for pod in self._store.by("Pod", "hostPort", f"{machine}:{port}"):
            inner = _inner_port(pod, port)
            for container in self._store.by("Container", "pod", pod["metadata"]["uid"]):
                if self._engine.programs.open_port(container["Id"], inner) is not None:
                    return container, inner
        for container in self._store.by("Container", "hostNetwork", machine):
            if self._engine.programs.open_port(container["Id"], port) is not None:
                return container, port
        return None

    def on_network(self, container: Object, host: str) -> Object | None:
        """Find a container by name or address on a Docker network that both share."""
        host = self._from_file(container, host)
        mine = get(container, "NetworkSettings", "Networks") or {}
        for other in self._store.list("Container", container["metadata"]["namespace"]):
            theirs = get(other, "NetworkSettings", "Networks") or {}
            for network in mine:
                if network not in theirs or not other["State"]["Running"]:
                    continue
                names = {other["Name"].lstrip("/"), other["Id"][:12]}
                names.update(theirs[network].get("Aliases") or ())
                by_name = host in names and network not in NAMELESS
                if by_name or theirs[network].get("IPAddress") == host:
                    return other
        return None

    def _from_file(self, container: Object, host: str) -> str:
        """Give what /etc/hosts says of a name: --add-host, and --link as Docker writes it."""
        for row in get(container, "HostConfig", "ExtraHosts") or ():
            name, _, address = str(row).partition(":")
            if name == host:
                return HOST_GATEWAY if address == "host-gateway" else address.strip("[]")
        for row in get(container, "HostConfig", "Links") or ():
            name, _, alias = str(row).partition(":")
            other = self._engine.docker.find(container["metadata"]["namespace"], name)
            if other is not None and host in (alias or name, name, other["Id"][:12]):
                return _address_for(container, other) or host
        return host

    def at(self, machine: str | None, address: str) -> Object | None:
        """Find a container by its address in a Docker network of a machine."""
        for found in self._store.by("Container", "address", address):
            if found["metadata"]["namespace"] == machine:
                return found
        return None


def _address_for(container: Object, other: Object) -> str:
    """Give a linked container's address: on the default bridge or in a shared network."""
    mine = container["NetworkSettings"]["Networks"]
    shared = (row for name, row in other["NetworkSettings"]["Networks"].items() if name in mine)
    found = next((str(row["IPAddress"]) for row in shared if row.get("IPAddress")), "")
    return str(other["NetworkSettings"]["IPAddress"] or found)


def _open(container: Object, port: int, local: bool) -> bool:
    """Say whether a published port is open to others, or only to the machine itself."""
    ports: dict[str, Any] = get(container, "NetworkSettings", "Ports") or {}
    rows = [row for some in ports.values() for row in some or () if row["HostPort"] == str(port)]
    return local or not rows or any(row.get("HostIp") != "127.0.0.1" for row in rows)


def _inner_port(pod: Object, port: int) -> int:
    for container in pod["spec"]["containers"]:
        for row in container.get("ports") or ():
            if row.get("hostPort") == port:
                return int(row["containerPort"])
    return port


def _pod_of(container: Object) -> list[str]:
    uid = get(container, "drydock", "pod", "uid")
    return [uid] if uid else []


def _addresses(container: Object) -> list[str]:
    networks: dict[str, Any] = get(container, "NetworkSettings", "Networks") or {}
    return [one["IPAddress"] for one in networks.values() if one and one.get("IPAddress")]


def _host_network(container: Object) -> list[str]:
    mode = get(container, "HostConfig", "NetworkMode")
    return [container["metadata"]["namespace"]] if mode == "host" else []


def _host_ports(pod: Object) -> list[str]:
    spec = pod["spec"]
    if not spec.get("nodeName") or spec.get("hostNetwork"):
        return []
    return [
        f"{spec['nodeName']}:{row['hostPort']}"
        for container in spec.get("containers") or ()
        for row in container.get("ports") or ()
        if row.get("hostPort")
    ]
