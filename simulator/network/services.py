"""kube-proxy and cluster DNS: services by name, address and node port, and their backends.

A new connection goes to a ready endpoint, each with the same chance, as kube-proxy's iptables
rules do it; with session affinity, the same client keeps its endpoint. What is learnt from
EndpointSlices is cached until one of them changes.
# Simplified: kube-proxy's rules on every node change at the moment the EndpointSlice does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

SERVICE_LABEL = "kubernetes.io/service-name"
DOMAIN = "svc.cluster.local"

Backend = dict[str, Any]


class Services:
    """Looks services up and chooses among their endpoints."""

    def __init__(self, engine: Engine) -> None:
        self._store = engine.store
        self._engine = engine
        self._backends: dict[str, list[Backend]] = {}
        self._node_ports: dict[int, tuple[str, str, int]] | None = None
        self._addresses: dict[str, tuple[str, str]] | None = None
        self._affinity: dict[str, Any] = engine.table("affinity")
        engine.store.index("EndpointSlice", "service", _service_of)
        engine.store.watch("EndpointSlice", self._slice_changed)
        engine.store.watch("Service", self._service_changed)

    def named(self, host: str, namespace: str, dns: bool) -> tuple[Object, str] | None:
        """Find (service, pod name or "") by cluster IP, load balancer IP or cluster DNS name."""
        if self._addresses is None:
            self._addresses = {}
            for service in self._store.list("Service"):
                meta = service["metadata"]
                for address in _service_addresses(service):
                    self._addresses[address] = (meta["namespace"], meta["name"])
        place = self._addresses.get(host)
        if place is not None:
            return self._found(*place)
        if not dns:
            return None
        for suffix in (f".{DOMAIN}", ".svc"):
            if host.endswith(suffix):
                host = host[: -len(suffix)]
                parts = host.split(".")
                break
        else:
            parts = host.split(".")
            if len(parts) == 1:
                parts = [parts[0], namespace]
        if len(parts) == 2:
            return self._found(parts[1], parts[0])
        if len(parts) == 3:
            found = self._found(parts[2], parts[1])
            return (found[0], parts[0]) if found else None
        return None

    def by_node_port(self, port: int) -> tuple[Object, int] | None:
        """Find (service, its port) by a node port."""
        if self._node_ports is None:
            self._node_ports = {}
            for service in self._store.list("Service"):
                meta = service["metadata"]
                for one in get(service, "spec", "ports") or ():
                    if one.get("nodePort"):
                        place = (meta["namespace"], meta["name"], one["port"])
                        self._node_ports[one["nodePort"]] = place
        found = self._node_ports.get(port)
        if found is None:
            return None
        service = self._store.get("Service", found[0], found[1])  # type: ignore[assignment]
        return (service, found[2]) if service else None

    def choose(
        self, service: Object, port: int, machine: str | None, client: str
    ) -> Backend | None:
        """Choose an endpoint of a service's port for one new connection."""
        backends = self.backends(service, port)
        if get(service, "spec", "internalTrafficPolicy") == "Local" and machine is not None:
            backends = [one for one in backends if one["node"] == machine]
        if not backends:
            return None
        if client and get(service, "spec", "sessionAffinity") == "ClientIP":
            return self._sticky(service, backends, client)
        index = self._engine.streams.stream("proxy").below(len(backends))
        return backends[index]

    def backends(self, service: Object, port: int | None) -> list[Backend]:
        """Give the ready endpoints [{"pod", "port", "ip", "node"}...] of one port, or the first.

        When every endpoint is terminating, those that still serve are given, as upstream does.
        """
        meta = service["metadata"]
        key = f"{meta['namespace']}/{meta['name']}/{port}"
        found = self._backends.get(key)
        if found is None:
            found = self._backends[key] = self._read(service, port)
        return found

    def _read(self, service: Object, port: int | None) -> list[Backend]:
        meta = service["metadata"]
        ports = get(service, "spec", "ports") or []
        wanted = next((one for one in ports if port is None or one["port"] == port), None)
        if wanted is None and port is not None:
            return []
        ready: list[Backend] = []
        leaving: list[Backend] = []
        for piece in self._store.by(
            "EndpointSlice", "service", f"{meta['namespace']}/{meta['name']}"
        ):
            number = _port_of(piece, wanted)
            if number is None and wanted is not None:
                continue
            for endpoint in piece.get("endpoints") or ():
                target = endpoint.get("targetRef") or {}
                row = {
                    "pod": f"{target.get('namespace')}/{target.get('name')}",
                    "port": number or 0,
                    "ip": (endpoint.get("addresses") or [""])[0],
                    "node": endpoint.get("nodeName"),
                }
                conditions = endpoint.get("conditions") or {}
                if conditions.get("ready", True):
                    ready.append(row)
                elif conditions.get("serving") and conditions.get("terminating"):
                    leaving.append(row)
        return ready or leaving

    def _sticky(self, service: Object, backends: list[Backend], client: str) -> Backend:
        timeout = get(
            service, "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds", default=10800
        )
        key = f"{service['metadata']['uid']}/{client}"
        now = self._engine.now_us
        kept = self._affinity.get(key)
        if kept is not None and now - kept[1] < timeout * 1_000_000:
            for one in backends:
                if one["pod"] == kept[0]:
                    self._affinity[key] = [kept[0], now]
                    return one
        chosen = backends[self._engine.streams.stream("proxy").below(len(backends))]
        self._affinity[key] = [chosen["pod"], now]
        return chosen

    def _found(self, namespace: str, name: str) -> tuple[Object, str] | None:
        service = self._store.get("Service", namespace, name)
        return (service, "") if service else None

    def _slice_changed(self, change: str, obj: Object, old: Object | None) -> None:
        self._backends.clear()

    def _service_changed(self, change: str, obj: Object, old: Object | None) -> None:
        self._backends.clear()
        self._node_ports = self._addresses = None


def _service_of(piece: Object) -> list[str]:
    name = (piece["metadata"].get("labels") or {}).get(SERVICE_LABEL)
    return [f"{piece['metadata']['namespace']}/{name}"] if name else []


def _service_addresses(service: Object) -> list[str]:
    spec = service.get("spec") or {}
    found = [ip for ip in [spec.get("clusterIP")] if ip and ip != "None"]
    found += spec.get("externalIPs") or []
    for one in get(service, "status", "loadBalancer", "ingress") or ():
        found += [one[key] for key in ("ip", "hostname") if one.get(key)]
    return found


def _port_of(piece: Object, wanted: dict[str, Any] | None) -> int | None:
    for one in piece.get("ports") or ():
        if wanted is None or (one.get("name") or "") == (wanted.get("name") or ""):
            return int(one["port"])
    return None
