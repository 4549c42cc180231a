"""What kube-proxy makes of a Service and its EndpointSlices, and which endpoints a packet may take.

A rule is plain data: {"key", "uid", "type", "ips": [...], "external": [...], "ports": [{"port",
"protocol", "name", "nodePort", "backends": [backend...]}], "loose": [backend...] without ports,
"affinityS": 0, "internal", "outer": the traffic policies}.
A backend is {"pod": "ns/name", "ip", "port", "node", "ready", "leaving", "zones": [hints]}.

Sources: pkg/proxy/endpointslicecache.go and pkg/proxy/topology.go (CategorizeEndpoints), v1.32.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object, get

SERVICE_LABEL = "kubernetes.io/service-name"
AFFINITY_S = 10800

Rule = dict[str, Any]
Backend = dict[str, Any]


def service_of(piece: Object) -> str:
    """Give "namespace/name" of the Service that an EndpointSlice belongs to; "" for none."""
    name = (piece["metadata"].get("labels") or {}).get(SERVICE_LABEL)
    return f"{piece['metadata']['namespace']}/{name}" if name else ""


def rule_of(service: Object, slices: list[Object]) -> Rule:
    """Make the rule of a Service from its slices, in their order."""
    meta, spec = service["metadata"], service.get("spec") or {}
    affinity = 0
    if spec.get("sessionAffinity") == "ClientIP":
        affinity = int(
            get(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds", default=AFFINITY_S)
        )
    return {
        "key": f"{meta['namespace']}/{meta['name']}",
        "uid": meta["uid"],
        "type": spec.get("type") or "ClusterIP",
        "headless": spec.get("clusterIP") == "None",
        "ips": [ip for ip in [spec.get("clusterIP")] if ip and ip != "None"],
        "external": external_addresses(service),
        "ports": [_port(row, slices) for row in spec.get("ports") or ()],
        "loose": [] if spec.get("ports") else _portless(slices),
        "affinityS": affinity,
        "internal": spec.get("internalTrafficPolicy") or "Cluster",
        "outer": spec.get("externalTrafficPolicy") or "Cluster",
    }


def external_addresses(service: Object) -> list[str]:
    """Give the addresses at which a Service is reached from outside: its balancer's and others."""
    found = list((service.get("spec") or {}).get("externalIPs") or ())
    for one in get(service, "status", "loadBalancer", "ingress") or ():
        found += [one[key] for key in ("ip", "hostname") if one.get(key)]
    return found


def _port(row: dict[str, Any], slices: list[Object]) -> dict[str, Any]:
    backends: list[Backend] = []
    for piece in slices:
        number = _number(piece, row)
        if number is None:
            continue
        backends += [_backend(one, number) for one in piece.get("endpoints") or ()]
    return {
        "port": row["port"],
        "protocol": row.get("protocol") or "TCP",
        "name": row.get("name") or "",
        "nodePort": row.get("nodePort"),
        "backends": backends,
    }


def _portless(slices: list[Object]) -> list[Backend]:
    """Give the endpoints of a (headless) service that names no port."""
    return [_backend(one, 0) for piece in slices for one in piece.get("endpoints") or ()]


def _number(piece: Object, wanted: dict[str, Any]) -> int | None:
    for one in piece.get("ports") or ():
        same = (one.get("protocol") or "TCP") == (wanted.get("protocol") or "TCP")
        if same and (one.get("name") or "") == (wanted.get("name") or ""):
            return int(one.get("port") or wanted["port"])
    return None


def _backend(endpoint: dict[str, Any], port: int) -> Backend:
    target, conditions = endpoint.get("targetRef") or {}, endpoint.get("conditions") or {}
    ready = conditions.get("ready")
    return {
        "pod": f"{target.get('namespace')}/{target.get('name')}" if target else "",
        "ip": (endpoint.get("addresses") or [""])[0],
        "port": port,
        "node": endpoint.get("nodeName"),
        "hostname": endpoint.get("hostname") or "",
        "ready": True if ready is None else bool(ready),
        "leaving": bool(conditions.get("serving")) and bool(conditions.get("terminating")),
        "zones": [one["name"] for one in get(endpoint, "hints", "forZones") or ()],
    }


def port_of(rule: Rule, port: int | str | None, protocol: str = "TCP") -> dict[str, Any] | None:
    """Find a rule's port by number or name, or its first one (None)."""
    for row in rule["ports"]:
        named = port is None or (isinstance(port, str) and port == row["name"])
        if named or (port == row["port"] and row["protocol"] == protocol):
            return row  # type: ignore[no-any-return]
    return None


def candidates(
    rule: Rule, row: dict[str, Any], node: str, zone: str | None, policy: str
) -> tuple[list[Backend], str | None]:
    """Give the endpoints that kube-proxy on a node balances over, or an error.

    zone: the node's. policy: the traffic policy for the way that the connection came.
    Nobody ready: endpoints that are terminating but still serve. None at all: the connection is
    refused; none on this node, under a Local policy: it is dropped.
    """
    everyone: list[Backend] = row["backends"]
    usable = _usable(everyone)
    if not usable:
        return [], "refused"
    if policy == "Local":
        local = _usable([one for one in everyone if one["node"] == node])
        return local, None if local else "timeout"
    return _near(usable, zone), None


def local_nodes(rule: Rule, row: dict[str, Any]) -> list[str]:
    """Name the nodes that have endpoints of their own, as their health check tells balancers."""
    return sorted({one["node"] for one in _usable(row["backends"]) if one["node"]})


def _usable(backends: list[Backend]) -> list[Backend]:
    ready = [one for one in backends if one["ready"]]
    return ready or [one for one in backends if one["leaving"]]


def _near(backends: list[Backend], zone: str | None) -> list[Backend]:
    """Keep to the endpoints hinted for a zone, if every endpoint has hints and some are for it."""
    if zone is None or not all(one["zones"] for one in backends):
        return backends
    return [one for one in backends if zone in one["zones"]] or backends
