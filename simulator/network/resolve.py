"""From a host and a port, as a program names them, to the container that answers, or the error.

Names and addresses are looked up as in life: localhost, machines of the local network and their
published ports, containers of a user-defined Docker network by name, pods, and services through
kube-proxy on the machine that the connection leaves from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from .links import Links
from .services import Services

if TYPE_CHECKING:
    from simulator.engine import Engine


@dataclass(slots=True)
class Source:
    """Where a connection leaves from: a machine, a container on it, or outside (no machine)."""

    machine: str | None = None
    container: Object | None = None


@dataclass(slots=True)
class Route:
    """Where a connection ends: a container's port, or an error.

    error: None, "dns", "refused", "timeout" or "unreachable". places: view keys along the way.
    """

    error: str | None = None
    machine: str | None = None
    container: str | None = None
    port: int = 0
    places: list[str] = field(default_factory=list)
    rtt_us: int = 0
    host_process: str | None = None


class Network(Links):
    """The links, and what can be reached over them."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.services = Services(engine)
        engine.store.index("Pod", "ip", lambda pod: [get(pod, "status", "podIP", default="")])
        engine.store.index("Container", "pod", _pod_of)
        engine.store.index("Container", "address", _addresses)

    def connect(self, source: Source, host: str, port: int, client: str = "") -> Route:
        """Find what answers at a host and port; draws from the proxy's stream to balance."""
        machine, container = source.machine, source.container
        if machine is not None and not self._engine.machines.is_up(machine):
            return Route("unreachable")
        host = host.lower().rstrip(".")
        if host in ("localhost", "127.0.0.1", "::1", "0.0.0.0"):
            return self._loopback(source, port)
        named = self._machine_named(host)
        if named is not None and (container is None or not _in_pod(container)):
            return self._to_machine(source, named, port, client)
        if container is not None and not _in_pod(container):
            route = self._docker_name(source, host, port)
            if route is not None:
                return route
        if machine is None or self._knows_cluster(source):
            route = self._cluster(source, host, port, client)
            if route is not None:
                return route
        if named is not None:
            return self._to_machine(source, named, port, client)
        for found in self._engine.store.by("Container", "address", host):
            if found["metadata"]["namespace"] == machine:
                return self._to_container(source, found, port)
        return Route("timeout" if _is_address(host) else "dns")

    def to_service(self, source: Source, namespace: str, name: str, client: str = "") -> Route:
        """Connect to a service's first port through kube-proxy."""
        service = self._engine.store.get("Service", namespace, name)
        if service is None:
            return Route("dns")
        port = get(service, "spec", "ports", 0, "port", default=80)
        return self._balanced(source, service, port, client)

    # Parts of the way

    def _loopback(self, source: Source, port: int) -> Route:
        if source.container is None:
            return self._to_machine(source, source.machine or "", port, "")
        pod = get(source.container, "drydock", "pod", "uid")
        if pod is None:
            return self._to_container(source, source.container, port, loopback=True)
        for sibling in self._engine.store.by("Container", "pod", pod):
            if port in self._engine.programs.listening(sibling["Id"]):
                return self._to_container(source, sibling, port, loopback=True)
        return Route("refused")

    def _machine_named(self, host: str) -> str | None:
        if self._engine.machines.get(host) is not None:
            return host
        return self._engine.machines.by_ip(host)

    def _to_machine(self, source: Source, machine: str, port: int, client: str) -> Route:
        """Reach a published port, or a node port, of a machine."""
        if not self._reaches(source.machine, machine):
            return Route("timeout")
        for found in self._engine.store.list("Container", machine):
            for inner, bindings in (get(found, "NetworkSettings", "Ports") or {}).items():
                for binding in bindings or ():
                    if binding.get("HostPort") == str(port) and found["State"]["Running"]:
                        return self._to_container(source, found, int(inner.split("/")[0]))
            if get(found, "HostConfig", "NetworkMode") == "host" and (
                port in self._engine.programs.listening(found["Id"])
            ):
                return self._to_container(source, found, port)
        service = self.services.by_node_port(port)
        if service is not None and self._engine.store.get("Node", "", machine) is not None:
            return self._balanced(Source(machine), service[0], service[1], client, machine)
        return Route("refused")

    def _docker_name(self, source: Source, host: str, port: int) -> Route | None:
        """Find a container by name on a user-defined network that both share."""
        assert source.container is not None
        mine = get(source.container, "NetworkSettings", "Networks") or {}
        for other in self._engine.store.list("Container", source.machine or ""):
            theirs = get(other, "NetworkSettings", "Networks") or {}
            for network in mine:
                if network not in theirs or not other["State"]["Running"]:
                    continue
                names = {other["Name"].lstrip("/"), other["Id"][:12]}
                names.update(theirs[network].get("Aliases") or ())
                by_name = host in names and network not in ("bridge", "host", "none")
                if by_name or theirs[network].get("IPAddress") == host:
                    return self._to_container(source, other, port)
        return None

    def _cluster(self, source: Source, host: str, port: int, client: str) -> Route | None:
        """Find a service or pod by cluster name or address."""
        pods = self._engine.store.by("Pod", "ip", host) if host else []
        for pod in pods:
            if get(pod, "status", "phase") not in ("Succeeded", "Failed"):
                return self._to_pod(source, pod, port)
        namespace = get(source.container, "drydock", "pod", "namespace", default="default")
        found = self.services.named(host, str(namespace), source.container is not None)
        if found is None:
            return None
        service, pod_name = found
        if get(service, "spec", "clusterIP") == "None" or pod_name:
            return self._headless(source, service, pod_name, port)
        return self._balanced(source, service, port, client)

    def _headless(self, source: Source, service: Object, pod_name: str, port: int) -> Route:
        backends = self.services.backends(service, None)
        if pod_name:
            backends = [b for b in backends if b["pod"].partition("/")[2] == pod_name]
        if not backends:
            return Route("dns")
        chosen = backends[self._engine.streams.stream("dns").below(len(backends))]
        namespace, _, name = chosen["pod"].partition("/")
        pod = self._engine.store.get("Pod", namespace, name)
        return self._to_pod(source, pod, port) if pod else Route("timeout")

    def _balanced(
        self, source: Source, service: Object, port: int, client: str, via: str | None = None
    ) -> Route:
        meta = service["metadata"]
        place = f"service/{meta.get('namespace')}/{meta['name']}"
        backend = self.services.choose(service, port, source.machine, client)
        if backend is None:
            return Route("refused", places=[place])
        namespace, _, name = backend["pod"].partition("/")
        pod = self._engine.store.get("Pod", namespace, name)
        route = self._to_pod(source, pod, backend["port"]) if pod else Route("timeout")
        route.places.insert(0, place)
        return route

    def _to_pod(self, source: Source, pod: Object, port: int) -> Route:
        node = get(pod, "spec", "nodeName", default="")
        meta = pod["metadata"]
        place = f"pod/{meta['namespace']}/{meta['name']}"
        if not self._reaches(source.machine, node):
            return Route("timeout", machine=node, places=[place])
        for container in self._engine.store.by("Container", "pod", meta["uid"]):
            if port in self._engine.programs.listening(container["Id"]):
                route = self._to_container(source, container, port)
                route.places = [place]
                return route
        return Route("refused", machine=node, places=[place])

    def _to_container(
        self, source: Source, container: Object, port: int, loopback: bool = False
    ) -> Route:
        machine = container["metadata"]["namespace"]
        place = f"container/{machine}/{container['Id']}"
        if not self._reaches(source.machine, machine):
            return Route("timeout", machine=machine, places=[place])
        if not container["State"]["Running"] or container["State"].get("Paused"):
            wrong = "timeout" if container["State"].get("Paused") else "refused"
            return Route(wrong, machine=machine, places=[place])
        if port not in self._engine.programs.listening(container["Id"]):
            return Route("refused", machine, container["Id"], port, [place])
        server = self._engine.programs.server(container["Id"], port)
        if not loopback and server is not None and server.get("address") == "127.0.0.1":
            return Route("refused", machine, container["Id"], port, [place])
        rtt = self.rtt_us(source.machine, machine)
        return Route(None, machine, container["Id"], port, [place], rtt)

    def _reaches(self, a: str | None, b: str) -> bool:
        return self._engine.machines.is_up(b) and self.joined(a, b)

    def _knows_cluster(self, source: Source) -> bool:
        """Nodes have kube-proxy's rules and routes to pods; other machines have not."""
        return self._engine.store.get("Node", "", source.machine or "") is not None


def _pod_of(container: Object) -> list[str]:
    uid = get(container, "drydock", "pod", "uid")
    return [uid] if uid else []


def _addresses(container: Object) -> list[str]:
    networks: dict[str, Any] = get(container, "NetworkSettings", "Networks") or {}
    return [one["IPAddress"] for one in networks.values() if one and one.get("IPAddress")]


def _in_pod(container: Object) -> bool:
    return get(container, "drydock", "pod") is not None


def _is_address(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)
