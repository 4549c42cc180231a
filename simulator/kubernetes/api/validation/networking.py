"""Ingresses and NetworkPolicies.   Source: pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

import ipaddress

from simulator.plain import Object

from ..names import dns1035_label_problems, subdomain_problems
from ..status import FieldValue, field_forbidden, invalid_value, required, unsupported
from .common import (
    PROTOCOLS,
    Body,
    Problems,
    body,
    items,
    label_selector,
    named,
    one_of,
    port_number,
    port_or_name,
)

PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")


def ingress(obj: Object) -> Problems:
    """Check an Ingress."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        why = "either `defaultBackend` or `rules` must be specified"
        out.append(invalid_value("spec", FieldValue("[]networking.IngressRule(nil)"), why))
    if spec.get("defaultBackend") is not None:
        out += _backend(body(spec["defaultBackend"]), "spec.defaultBackend")
    for n, rule in items(spec.get("rules")):
        path = f"spec.rules[{n}]"
        if rule.get("host"):
            out += _host(str(rule["host"]), f"{path}.host")
        http = rule.get("http")
        if http is not None and not http.get("paths"):
            out.append(required(f"{path}.http.paths"))
        for m, one in items(body(http).get("paths")):
            out += _path(one, f"{path}.http.paths[{m}]")
    for n, one in items(spec.get("tls")):
        for m, host in enumerate(one.get("hosts") or ()):
            out += _host(str(host), f"spec.tls[{n}].hosts[{m}]")
    if spec.get("ingressClassName"):
        out += named(spec["ingressClassName"], "spec.ingressClassName", subdomain_problems)
    return out


def _host(host: str, path: str) -> Problems:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host.startswith("*."):
            return [invalid_value(path, host, why) for why in subdomain_problems(host[2:])]
        return [invalid_value(path, host, why) for why in subdomain_problems(host)]
    return [invalid_value(path, host, "must be a DNS name, not an IP address")]


def _path(one: Body, path: str) -> Problems:
    out: Problems = []
    kind, text = one.get("pathType"), str(one.get("path") or "")
    if not kind:
        out.append(required(f"{path}.pathType", "pathType must be specified"))
    elif kind in ("Exact", "Prefix"):
        if not text.startswith("/"):
            out.append(invalid_value(f"{path}.path", text, "must be an absolute path"))
        out += [
            invalid_value(f"{path}.path", text, f"must not contain '{part}'")
            for part in ("//", "/./", "/../", "%2f", "%2F")
            if part in text
        ]
    elif kind == "ImplementationSpecific":
        if text and not text.startswith("/"):
            out.append(invalid_value(f"{path}.path", text, "must be an absolute path"))
    else:
        out += one_of(one, path, "pathType", PATH_TYPES)
    return out + _backend(body(one.get("backend")), f"{path}.backend")


def _backend(backend: Body, path: str) -> Problems:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        return [invalid_value(path, "", "cannot set both resource and service backends")]
    if resource is not None:
        return []
    if service is None:
        return [required(path, "resource or service backend is required")]
    out = named(service.get("name"), f"{path}.service.name", dns1035_label_problems)
    port = body(service.get("port"))
    if port.get("name") and port.get("number"):
        out.append(invalid_value(path, "", "cannot set both port name & port number"))
    elif not port.get("name"):
        number = port.get("number") or 0
        if not number:
            out.append(required(path, "port name or number is required"))
        else:
            out += port_number(number, f"{path}.service.port.number")
    return out


def network_policy(obj: Object) -> Problems:
    """Check a NetworkPolicy."""
    spec = body(obj.get("spec"))
    out = label_selector(spec.get("podSelector"), "spec.podSelector")
    for side, peers in (("ingress", "from"), ("egress", "to")):
        for n, rule in items(spec.get(side)):
            path = f"spec.{side}[{n}]"
            for m, port in items(body(rule).get("ports")):
                out += _policy_port(port, f"{path}.ports[{m}]")
            for m, peer in items(body(rule).get(peers)):
                out += _peer(peer, f"{path}.{peers}[{m}]")
    for n, kind in enumerate(spec.get("policyTypes") or ()):
        if kind not in ("Ingress", "Egress"):
            out.append(unsupported(f"spec.policyTypes[{n}]", kind, ("Ingress", "Egress")))
    return out


def _policy_port(port: Body, path: str) -> Problems:
    out = one_of(port, path, "protocol", PROTOCOLS)
    first, last = port.get("port"), port.get("endPort")
    if first is not None:
        out += port_or_name(first, f"{path}.port")
    if last is None:
        return out
    where = f"{path}.endPort"
    if first is None:
        why = "may not be specified when `port` is not specified"
        return [*out, invalid_value(where, last, why)]
    if isinstance(first, str):
        why = "may not be specified when `port` is non-numeric"
        return [*out, invalid_value(where, last, why)]
    if last < first:
        out.append(invalid_value(where, first, "must be greater than or equal to `port`"))
    return out + port_number(last, where)


def _peer(peer: Body, path: str) -> Problems:
    block = peer.get("ipBlock")
    selectors = [key for key in ("podSelector", "namespaceSelector") if peer.get(key) is not None]
    if block is None and not selectors:
        return [required(path, "must specify a peer")]
    if block is not None and selectors:
        why = "may not specify both ipBlock and another peer"
        return [field_forbidden(path, why)]
    out: Problems = []
    for key in selectors:
        out += label_selector(peer[key], f"{path}.{key}")
    if block is not None:
        if not block.get("cidr"):
            return [*out, required(f"{path}.ipBlock.cidr")]
        out += _block(block, f"{path}.ipBlock")
    return out


def _block(block: Body, path: str) -> Problems:
    """Check a range of addresses and the ranges that are taken out of it."""
    why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    whole = _network(block["cidr"])
    if whole is None:
        return [invalid_value(f"{path}.cidr", block["cidr"], why)]
    out: Problems = []
    for n, text in enumerate(block.get("except") or ()):
        inner = _network(text)
        if inner is None:
            out.append(invalid_value(f"{path}.except[{n}]", text, why))
        elif inner == whole or inner.version != whole.version or not inner.subnet_of(whole):  # type: ignore[arg-type]
            within = "must be a strict subset of `cidr`"
            out.append(invalid_value(f"{path}.except[{n}]", text, within))
    return out


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


CHECKS = {"Ingress": ingress, "NetworkPolicy": network_policy}
