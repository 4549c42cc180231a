"""Services.   Source: pkg/apis/core/validation/validation.go, ValidateService, in its order."""

from __future__ import annotations

import ipaddress
from typing import Any

from simulator.plain import Object

from ..names import dns1123_label_problems, qualified_name_problems, subdomain_problems
from ..status import (
    FieldValue,
    duplicate,
    field_forbidden,
    invalid_value,
    required,
    unsupported,
)
from .common import (
    PROTOCOLS,
    Body,
    Problems,
    body,
    cidr,
    ip_address,
    items,
    labels,
    names,
    port_number,
    port_or_name,
    unique,
)

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
POLICIES = ("Cluster", "Local")
FAMILIES = ("IPv4", "IPv6")
FAMILY_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
OUTSIDE = ("NodePort", "LoadBalancer")
LONGEST_STICKY = 86400
KUBELET_PORT = 10250
LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'"


def service(obj: Object) -> Problems:
    """Check a Service."""
    spec = body(obj.get("spec"))
    kind, ports = spec.get("type"), [port for _, port in items(spec.get("ports"))]
    headless = _headless(spec)
    out: Problems = []
    if not ports and not headless and kind != "ExternalName":
        out.append(required("spec.ports"))
    out += _by_type(spec, kind, ports, headless)
    out += _ports(ports)
    out += labels(spec.get("selector"), "spec.selector")
    out += _affinity(spec) + address_problems(spec) + _external_addresses(spec)
    if kind not in TYPES:
        out.append(unsupported("spec.type", kind, TYPES) if kind else required("spec.type"))
    if kind == "ClusterIP":
        why = "may not be used when `type` is 'ClusterIP'"
        out += [
            field_forbidden(f"spec.ports[{n}].nodePort", why)
            for n, port in enumerate(ports)
            if port.get("nodePort")
        ]
    out += _twice(ports) + _ranges(spec)
    if spec.get("allocateLoadBalancerNodePorts") is not None and kind != "LoadBalancer":
        out.append(field_forbidden("spec.allocateLoadBalancerNodePorts", LOAD_BALANCER_ONLY))
    return out + _load_balancer_class(spec) + _traffic(spec)


def _headless(spec: Body) -> bool:
    addresses = spec.get("clusterIPs") or [spec.get("clusterIP")]
    return bool(addresses == ["None"])


def _by_type(spec: Body, kind: Any, ports: list[Body], headless: bool) -> Problems:
    out: Problems = []
    if kind == "LoadBalancer":
        why = f"may not expose port {KUBELET_PORT} externally since it is used by kubelet"
        out += [
            invalid_value(f"spec.ports[{n}]", KUBELET_PORT, why)
            for n, port in enumerate(ports)
            if port.get("port") == KUBELET_PORT
        ]
    if kind in OUTSIDE and headless:
        why = f"may not be set to 'None' for {kind} services"
        out.append(invalid_value("spec.clusterIPs[0]", "None", why))
    if kind != "ExternalName":
        return out
    for field in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if spec.get(field) or (field == "clusterIPs" and spec.get("clusterIP")):
            why = "may not be set for ExternalName services"
            out.append(field_forbidden(f"spec.{field}", why))
    name = str(spec.get("externalName") or "").removesuffix(".")
    if not name:
        return [*out, required("spec.externalName")]
    return out + names(name, "spec.externalName", subdomain_problems)


def _ports(ports: list[Body]) -> Problems:
    out: Problems = []
    seen: set[str] = set()
    for n, port in enumerate(ports):
        where, name = f"spec.ports[{n}]", str(port.get("name") or "")
        if name:
            out += names(name, f"{where}.name", dns1123_label_problems)
            if name in seen:
                out.append(duplicate(f"{where}.name", name))
            seen.add(name)
        elif len(ports) > 1:
            out.append(required(f"{where}.name"))
        out += port_number(port.get("port"), f"{where}.port")
        protocol = port.get("protocol")
        if protocol not in PROTOCOLS:
            out.append(unsupported(f"{where}.protocol", protocol, PROTOCOLS))
        out += port_or_name(port.get("targetPort"), f"{where}.targetPort")
        if port.get("appProtocol") is not None:
            text = str(port["appProtocol"])
            out += names(text, f"{where}.appProtocol", qualified_name_problems)
    return out


def _affinity(spec: Body) -> Problems:
    kind, config = spec.get("sessionAffinity"), spec.get("sessionAffinityConfig")
    where = "spec.sessionAffinityConfig"
    if kind not in ("ClientIP", "None"):
        field = "spec.sessionAffinity"
        return [unsupported(field, kind, ("ClientIP", "None")) if kind else required(field)]
    if kind == "None":
        why = "must not be set when session affinity is None"
        return [] if config is None else [field_forbidden(where, why)]
    seconds = body(body(config).get("clientIP")).get("timeoutSeconds")
    if isinstance(seconds, int) and not 0 < seconds <= LONGEST_STICKY:
        why = f"must be greater than 0 and less than {LONGEST_STICKY}"
        return [invalid_value(f"{where}.clientIP.timeoutSeconds", seconds, why)]
    return []


def address_problems(spec: Body) -> Problems:
    """Check cluster IPs and their families."""
    if spec.get("type") == "ExternalName":
        return []
    out: Problems = []
    address, addresses = spec.get("clusterIP") or "", spec.get("clusterIPs") or []
    if address and addresses and addresses[0] != address:
        why = "first value must match `clusterIP`"
        out.append(invalid_value("spec.clusterIPs", addresses, why))
    elif addresses and not address:
        why = "must be empty when `clusterIP` is not specified"
        out.append(invalid_value("spec.clusterIPs", addresses, why))
    families = spec.get("ipFamilies") or []
    for n, family in enumerate(families):
        if family not in FAMILIES:
            out.append(unsupported(f"spec.ipFamilies[{n}]", family, FAMILIES))
    out += unique((f"spec.ipFamilies[{n}]", family) for n, family in enumerate(families))
    policy = spec.get("ipFamilyPolicy")
    if policy is not None and policy not in FAMILY_POLICIES:
        out.append(unsupported("spec.ipFamilyPolicy", policy, FAMILY_POLICIES))
    return out + _cluster_ips(addresses or ([address] if address else []), families)


def _cluster_ips(addresses: list[str], families: list[str]) -> Problems:
    where = "spec.clusterIPs"
    out: Problems = []
    for n, one in enumerate(addresses):
        if n == 0 and one == "None":
            if len(addresses) > 1:
                why = "'None' must be the first and only value"
                out.append(invalid_value(where, addresses, why))
            continue
        out += ip_address(one, f"{where}[{n}]")
    broken = bool(out)
    if len(addresses) > 2:
        out.append(invalid_value(where, addresses, "may only hold up to 2 values"))
    if broken or addresses[:1] == ["None"]:
        return out
    found = [f"IPv{ipaddress.ip_address(one).version}" for one in addresses]
    if len(found) > 1 and len(set(found)) == 1:
        why = "may specify no more than one IP for each IP family"
        out.append(invalid_value(where, addresses, why))
    for n, (have, want) in enumerate(zip(found, families, strict=False)):
        if have != want and want in FAMILIES:
            why = f"expected an {want} value as indicated by `ipFamilies[{n}]`"
            out.append(invalid_value(f"{where}[{n}]", addresses[n], why))
    return out


def _external_addresses(spec: Body) -> Problems:
    out: Problems = []
    for n, address in enumerate(spec.get("externalIPs") or ()):
        where = f"spec.externalIPs[{n}]"
        out += ip_address(address, where) or not_special(address, where)
    return out


def not_special(text: str, path: str) -> Problems:
    """Refuse addresses that mean something else on every machine."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return [invalid_value(path, text, "must be a valid IP address")]
    out: Problems = []
    if address.is_unspecified:
        out.append(invalid_value(path, text, f"may not be unspecified ({text})"))
    if address.is_loopback:
        why = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        out.append(invalid_value(path, text, why))
    if address.is_link_local:
        why = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        out.append(invalid_value(path, text, why))
    if text.startswith(("224.0.0.", "ff02:")):
        why = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
        out.append(invalid_value(path, text, why))
    return out


def _twice(ports: list[Body]) -> Problems:
    """Refuse a port, or a node's port, that is given twice for a protocol."""
    out: Problems = []
    seen: set[Any] = set()
    for n, port in enumerate(ports):
        key = (port.get("protocol"), port.get("nodePort"))
        if port.get("nodePort") and key in seen:
            out.append(duplicate(f"spec.ports[{n}].nodePort", port["nodePort"]))
        seen.add(key)
    shown = [
        FieldValue(
            f'core.ServicePort{{Name:"", Protocol:"{port.get("protocol")}", '
            f"AppProtocol:(*string)(nil), Port:{port.get('port')}, "
            'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}'
        )
        for port in ports
    ]
    return out + unique((f"spec.ports[{n}]", text) for n, text in enumerate(shown))


def _ranges(spec: Body) -> Problems:
    where, ranges = "spec.LoadBalancerSourceRanges", spec.get("loadBalancerSourceRanges") or ()
    out: Problems = []
    if ranges and spec.get("type") != "LoadBalancer":
        out.append(field_forbidden(where, LOAD_BALANCER_ONLY))
    for n, one in enumerate(ranges):
        out += cidr(str(one).strip(), f"{where}[{n}]")
    return out


def _load_balancer_class(spec: Body) -> Problems:
    name, where = spec.get("loadBalancerClass"), "spec.loadBalancerClass"
    if name is None:
        return []
    if spec.get("type") != "LoadBalancer":
        return [field_forbidden(where, LOAD_BALANCER_ONLY)]
    return names(str(name), where, qualified_name_problems)


def _traffic(spec: Body) -> Problems:
    """Check how traffic from outside and from inside is spread."""
    out: Problems = []
    kind, policy = spec.get("type"), spec.get("externalTrafficPolicy")
    outside = kind in OUTSIDE or (kind == "ClusterIP" and spec.get("externalIPs"))
    where = "spec.externalTrafficPolicy"
    if policy and not outside:
        why = "may only be set for externally-accessible services"
        out.append(invalid_value(where, policy, why))
    elif policy and policy not in POLICIES:
        out.append(unsupported(where, policy, POLICIES))
    health = spec.get("healthCheckNodePort")
    if health and not (kind == "LoadBalancer" and policy == "Local"):
        why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        out.append(invalid_value("spec.healthCheckNodePort", health, why))
    elif health:
        out += port_number(health, "spec.healthCheckNodePort")
    inside = spec.get("internalTrafficPolicy")
    if inside is not None and inside not in POLICIES:
        out.append(unsupported("spec.internalTrafficPolicy", inside, POLICIES))
    spread = spec.get("trafficDistribution")
    if spread not in (None, "PreferClose"):
        out.append(unsupported("spec.trafficDistribution", spread, ("PreferClose",)))
    return out


CHECKS = {"Service": service}
