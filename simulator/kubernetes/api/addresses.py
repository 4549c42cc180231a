"""Cluster IPs and node ports: who has which, and what is given to a new Service.

Source: kubernetes pkg/registry/core/service/ipallocator and portallocator: the lower band of a
range is left for addresses that people choose themselves and is used last.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.streams import Stream

from . import status

if TYPE_CHECKING:
    from .server import ApiServer

CIDR = ipaddress.IPv4Network("10.96.0.0/12")
KUBERNETES_IP, DNS_IP = "10.96.0.1", "10.96.0.10"
STATIC_BAND = 256
"""Addresses at the beginning of the range that are tried last: min(max(16, size/16), 256)."""
PORTS = range(30000, 32768)
STATIC_PORTS = 86


def allocate(api: ApiServer, service: Object, old: Object | None, dry_run: bool) -> None:
    """Give a Service its cluster IP and node ports, in place; refuse what is taken."""
    spec = service["spec"]
    before = (old or {}).get("spec") or {}
    if spec["type"] == "ExternalName":
        if spec.get("clusterIP") and not spec.get("clusterIPs"):
            spec["clusterIPs"] = [spec["clusterIP"]]
        for field in ("clusterIP", "clusterIPs"):
            if old is not None and spec.get(field) == before.get(field):
                spec.pop(field, None)  # given back
        return
    _check_families(service)
    if not spec.get("clusterIP"):
        if spec.get("clusterIPs"):
            spec["clusterIP"] = spec["clusterIPs"][0]
        elif before.get("clusterIP"):
            spec["clusterIP"] = before["clusterIP"]
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _free_address(api, dry_run)
    elif spec["clusterIP"] != "None" and spec["clusterIP"] != before.get("clusterIP"):
        _check_address(api, service)
    spec["clusterIPs"] = [spec["clusterIP"]]
    if spec["type"] in ("NodePort", "LoadBalancer"):
        if spec["type"] == "NodePort" or spec.get("allocateLoadBalancerNodePorts", True):
            _node_ports(api, service, before, dry_run)
        _health_port(api, service, before, dry_run)
    elif old is not None:
        for port in spec.get("ports") or ():
            port.pop("nodePort", None)


def _check_families(service: Object) -> None:
    """Refuse what only a cluster with IPv6 can give.

    # Simplified: A cluster has IPv4 only, as most clusters that are made for learning have.
    """
    spec = service["spec"]
    wrong = []
    if spec.get("ipFamilyPolicy") == "RequireDualStack":
        why = "this cluster is not configured for dual-stack services"
        wrong.append(status.invalid_value("spec.ipFamilyPolicy", "RequireDualStack", why))
    for n, family in enumerate(spec.get("ipFamilies") or ()):
        if family == "IPv6":
            why = "not configured on this cluster"
            wrong.append(status.invalid_value(f"spec.ipFamilies[{n}]", family, why))
    if wrong:
        raise status.invalid("Service", "", service["metadata"].get("name") or "", wrong)


def _free_address(api: ApiServer, dry_run: bool) -> str:
    """Draw a free address from the upper band."""
    first, size = int(CIDR.network_address), CIDR.num_addresses
    stream = api.engine.streams.stream("clusterIP")
    while True:
        place = STATIC_BAND + 1 if dry_run else STATIC_BAND + stream.below(size - STATIC_BAND - 1)
        address = str(ipaddress.IPv4Address(first + place))
        if dry_run or not api.store.by("Service", "clusterIP", address):
            return address


def _check_address(api: ApiServer, service: Object) -> None:
    address = service["spec"]["clusterIP"]
    name = service["metadata"].get("name") or ""
    try:
        inside = ipaddress.IPv4Address(address) in CIDR
    except ValueError:
        return  # refused by validation, which comes after
    if not inside:
        why = (
            f"failed to allocate IP {address}: the provided IP ({address}) is not in the valid "
            f"range. The range of valid IPs is {CIDR}"
        )
        problem = status.invalid_value("spec.clusterIPs", [address], why)
        raise status.invalid("Service", "", name, [problem])
    if api.store.by("Service", "clusterIP", address):
        why = f"failed to allocate IP {address}: provided IP is already allocated"
        problem = status.invalid_value("spec.clusterIPs", [address], why)
        raise status.invalid("Service", "", name, [problem])


def used_ports(api: ApiServer, but: Object | None = None) -> dict[tuple[str, int], str]:
    """Give the node ports in use as {(protocol, port): "namespace/name"}, one Service left out."""
    own = (but or {}).get("metadata") or {}
    place = (own.get("namespace"), own.get("name"))
    used: dict[tuple[str, int], str] = {}
    for service in api.store.list("Service"):
        meta = service["metadata"]
        if (meta["namespace"], meta["name"]) == place:
            continue
        for port in service["spec"].get("ports") or ():
            if port.get("nodePort"):
                used[port["protocol"], port["nodePort"]] = f"{meta['namespace']}/{meta['name']}"
        if service["spec"].get("healthCheckNodePort"):
            health = service["spec"]["healthCheckNodePort"]
            used["TCP", health] = f"{meta['namespace']}/{meta['name']}"
    return used


def _node_ports(api: ApiServer, service: Object, before: dict[str, Any], dry_run: bool) -> None:
    used = used_ports(api, service)
    own = {
        (p.get("protocol", "TCP"), p.get("port")): p["nodePort"]
        for p in before.get("ports") or ()
        if p.get("nodePort")
    }
    stream = api.engine.streams.stream("nodePort")
    for n, port in enumerate(service["spec"].get("ports") or ()):
        if not port.get("nodePort"):
            kept = own.get((port["protocol"], port.get("port")))
            port["nodePort"] = kept or _free_port(used, port["protocol"], stream, dry_run)
        else:
            _check_port(service, n, port, used)
        used[port["protocol"], port["nodePort"]] = "this"


def _health_port(api: ApiServer, service: Object, before: dict[str, Any], dry_run: bool) -> None:
    """Give a load balancer that keeps to local pods the port by which it asks nodes for them."""
    spec = service["spec"]
    if spec["type"] != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local":
        return
    if not spec.get("healthCheckNodePort"):
        stream = api.engine.streams.stream("nodePort")
        kept = before.get("healthCheckNodePort")
        spec["healthCheckNodePort"] = kept or _free_port(used_ports(api), "TCP", stream, dry_run)


def _free_port(
    used: dict[tuple[str, int], str], protocol: str, stream: Stream, dry_run: bool
) -> int:
    upper = PORTS[STATIC_PORTS:]
    if dry_run:
        return next(number for number in upper if (protocol, number) not in used)
    for _ in range(len(upper)):
        number = STATIC_PORTS + PORTS.start + stream.below(len(upper))
        if (protocol, number) not in used:
            return number
    left = [number for number in (*upper, *PORTS) if (protocol, number) not in used]
    return int(left[0])


def _check_port(
    service: Object, n: int, port: dict[str, Any], used: dict[tuple[str, int], str]
) -> None:
    number, field = port["nodePort"], f"spec.ports[{n}].nodePort"
    if number not in PORTS:
        why = (
            "provided port is not in the valid range. "
            f"The range of valid ports is {PORTS[0]}-{PORTS[-1]}"
        )
        problem = status.invalid_value(field, number, why)
    elif (port["protocol"], number) in used:
        problem = status.invalid_value(field, number, "provided port is already allocated")
    else:
        return
    raise status.invalid("Service", "", service["metadata"].get("name") or "", [problem])
