"""Ingresses and NetworkPolicies.   Source: pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

import ipaddress

from simulator.plain import Object

from ..names import (
    dns1035_label_problems,
    dns1123_label_problems,
    path_segment_problems,
    subdomain_problems,
    wildcard_problems,
)
from ..status import FieldValue, field_forbidden, invalid_value, required, too_long, unsupported
from .common import (
    Body,
    Problems,
    body,
    cidr,
    domain_path,
    items,
    label_selector,
    names,
    port_name,
    port_number,
    port_or_name,
)

PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
PROTOCOLS = ("TCP", "UDP", "SCTP")
POLICY_TYPES = ("Ingress", "Egress")
MAX_CONTROLLER = 250
CLASS = "kubernetes.io/ingress.class"
_ABSOLUTE = "must be an absolute path"


def ingress(obj: Object) -> Problems:
    """Check an Ingress."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        why = "either `defaultBackend` or `rules` must be specified"
        empty = "[]networking.IngressRule{}" if spec.get("rules") == [] else None
        shown = FieldValue(empty or "[]networking.IngressRule(nil)")
        out.append(invalid_value("spec", shown, why))
    if spec.get("defaultBackend") is not None:
        out += _backend(body(spec["defaultBackend"]), "spec.defaultBackend")
    for n, rule in items(spec.get("rules")):
        out += _rule(body(rule), f"spec.rules[{n}]")
    for n, one in items(spec.get("tls")):
        for m, host in enumerate(one.get("hosts") or ()):
            check = wildcard_problems if "*" in str(host) else subdomain_problems
            out += names(str(host), f"spec.tls[{n}].hosts[{m}]", check)
        if one.get("secretName"):
            out += names(str(one["secretName"]), f"spec.tls[{n}].secretName", subdomain_problems)
    if spec.get("ingressClassName") is not None:
        out += names(str(spec["ingressClassName"]), "spec.ingressClassName", subdomain_problems)
    return out


def ingress_annotation(obj: Object) -> Problems:
    """Check that a new Ingress names one class only."""
    given = body(obj["metadata"].get("annotations")).get(CLASS)
    named = body(obj.get("spec")).get("ingressClassName")
    if given in (None, "") or named is None or given == named:
        return []
    why = "must match `ingressClassName` when both are specified"
    return [invalid_value(f"annotations.{CLASS}", given, why)]


def _rule(rule: Body, path: str) -> Problems:
    out: Problems = []
    host, http = str(rule.get("host") or ""), rule.get("http")
    if host:
        where = f"{path}.host"
        if _is_ip(host):
            out.append(invalid_value(where, host, "must be a DNS name, not an IP address"))
        out += names(host, where, wildcard_problems if "*" in host else subdomain_problems)
    if http is not None and not http.get("paths"):
        out.append(required(f"{path}.http.paths"))
    for n, one in items(body(http).get("paths")):
        out += _path(one, f"{path}.http.paths[{n}]")
    return out


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _path(one: Body, path: str) -> Problems:
    out: Problems = []
    kind, text, where = one.get("pathType"), str(one.get("path") or ""), f"{path}.path"
    if kind is None:
        return [required(f"{path}.pathType", "pathType must be specified")]
    if kind in ("Exact", "Prefix"):
        if not text.startswith("/"):
            out.append(invalid_value(where, text, _ABSOLUTE))
        if text:
            out += [
                invalid_value(where, text, f"must not contain '{part}'")
                for part in ("//", "/./", "/../", "%2f", "%2F")
                if part in text
            ]
            out += [
                invalid_value(where, text, f"cannot end with '{part}'")
                for part in ("/..", "/.")
                if text.endswith(part)
            ]
    elif kind == "ImplementationSpecific":
        if text and not text.startswith("/"):
            out.append(invalid_value(where, text, _ABSOLUTE))
    else:
        out.append(unsupported(f"{path}.pathType", kind, PATH_TYPES))
    return out + _backend(body(one.get("backend")), f"{path}.backend")


def _backend(backend: Body, path: str) -> Problems:
    service, resource = backend.get("service"), backend.get("resource")
    if service is not None and resource is not None:
        return [invalid_value(path, "", "cannot set both resource and service backends")]
    if resource is not None:
        return _resource(body(resource), f"{path}.resource")
    if service is None:
        return [invalid_value(path, "", "resource or service backend is required")]
    out: Problems = []
    name, port = str(service.get("name") or ""), body(service.get("port"))
    if name:
        out += names(name, f"{path}.service.name", dns1035_label_problems)
    else:
        out.append(required(f"{path}.service.name"))
    number, word = port.get("number") or 0, str(port.get("name") or "")
    if word and number:
        out.append(invalid_value(path, "", "cannot set both port name & port number"))
    elif word:
        out += port_name(word, f"{path}.service.port.name")
    elif number:
        out += port_number(number, f"{path}.service.port.number")
    else:
        out.append(required(path, "port name or number is required"))
    return out


def _resource(given: Body, path: str) -> Problems:
    """Check a reference to an object that is no Service."""
    group = given.get("apiGroup")
    out: Problems = []
    if group is not None:
        out += names(str(group), f"{path}.apiGroup", subdomain_problems)
    for field in ("kind", "name"):
        text = str(given.get(field) or "")
        out += names(text, f"{path}.{field}", path_segment_problems) if text else [
            required(f"{path}.{field}")
        ]  # fmt: skip
    return out


def ingress_class(obj: Object) -> Problems:
    """Check an IngressClass."""
    spec = body(obj.get("spec"))
    controller, where = str(spec.get("controller") or ""), "spec.controller"
    out: Problems = []
    if len(controller) > MAX_CONTROLLER:
        out.append(too_long(where, MAX_CONTROLLER))
    out += domain_path(controller, where)  # which asks for one, too
    if spec.get("parameters") is not None:
        out += _parameters(body(spec["parameters"]), "spec.parameters")
    return out


def _parameters(given: Body, path: str) -> Problems:
    out = _resource(given, path)
    scope, space = given.get("scope"), given.get("namespace")
    if scope is None:
        return [*out, required(f"{path}.scope")]
    if scope not in ("Cluster", "Namespace"):
        return [*out, unsupported(f"{path}.scope", scope, ("Cluster", "Namespace"))]
    if scope == "Namespace" and space is None:
        why = "`parameters.scope` is set to 'Namespace'"
        out.append(required(f"{path}.namespace", why))
    elif scope == "Namespace":
        out += names(str(space), f"{path}.namespace", dns1123_label_problems)
    if scope == "Cluster" and space is not None:
        why = "`parameters.scope` is set to 'Cluster'"
        out.append(field_forbidden(f"{path}.namespace", why))
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
                out += _peer(body(peer), f"{path}.{peers}[{m}]")
    kinds = spec.get("policyTypes") or []
    if len(kinds) > 2:
        why = "may not specify more than two policyTypes"
        shown = ", ".join(f'"{kind}"' for kind in kinds)
        value = FieldValue(f"[]networking.PolicyType{{{shown}}}")
        return [*out, invalid_value("spec.policyTypes", value, why)]
    for n, kind in enumerate(kinds):
        if kind not in POLICY_TYPES:
            out.append(unsupported(f"spec.policyTypes[{n}]", kind, POLICY_TYPES))
    return out


def _policy_port(port: Body, path: str) -> Problems:
    protocol, first, last = port.get("protocol"), port.get("port"), port.get("endPort")
    out: Problems = []
    if protocol is not None and protocol not in PROTOCOLS:
        out.append(unsupported(f"{path}.protocol", protocol, PROTOCOLS))
    where = f"{path}.endPort"
    if first is None:
        if last is not None:
            why = "may not be specified when `port` is not specified"
            out.append(invalid_value(where, last, why))
        return out
    out += port_or_name(first, f"{path}.port")
    if last is None:
        return out
    if isinstance(first, str):
        why = "may not be specified when `port` is non-numeric"
        return [*out, invalid_value(where, last, why)]
    if last < first:
        out.append(invalid_value(where, first, "must be greater than or equal to `port`"))
    return out + port_number(last, where)


def _peer(peer: Body, path: str) -> Problems:
    given = [key for key in ("podSelector", "namespaceSelector", "ipBlock")
             if peer.get(key) is not None]  # fmt: skip
    out: Problems = []
    for key in given:
        if key == "ipBlock":
            out += _block(body(peer[key]), f"{path}.ipBlock")
        else:
            out += label_selector(peer[key], f"{path}.{key}")
    if not given:
        out.append(required(path, "must specify a peer"))
    elif "ipBlock" in given and len(given) > 1:
        out.append(field_forbidden(path, "may not specify both ipBlock and another peer"))
    return out


def _block(block: Body, path: str) -> Problems:
    """Check a range of addresses and the ranges that are taken out of it."""
    text = str(block.get("cidr") or "")
    if not text:
        return [required(f"{path}.cidr")]
    whole = _network(text)
    out = [] if whole else cidr(text, f"{path}.cidr")
    if whole is None:
        return out
    for n, one in enumerate(block.get("except") or ()):
        where, inner = f"{path}.except[{n}]", _network(one)
        if inner is None:
            out += cidr(one, where)
        elif inner == whole or inner.version != whole.version or not inner.subnet_of(whole):  # type: ignore[arg-type]
            out.append(invalid_value(where, one, "must be a strict subset of `cidr`"))
    return out


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


CHECKS = {
    "Ingress": ingress,
    "IngressClass": ingress_class,
    "NetworkPolicy": network_policy,
}
