"""Services, ConfigMaps, Secrets, priority classes, roles.

Source: pkg/apis/{core,rbac}/validation.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from simulator.plain import Object

from ..names import dns1123_label_problems, subdomain_problems
from ..quantity import parse
from ..status import FieldValue, field_forbidden, invalid_value, required, too_long
from .common import (
    PROTOCOLS,
    Body,
    Problems,
    body,
    cidr,
    ip_address,
    items,
    labels,
    named,
    one_of,
    port_number,
    port_or_name,
    quantity,
    unique,
)

SERVICE_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
MAX_DATA = 1 << 20
WHOLE = ("pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
         "persistentvolumeclaims", "services.nodeports", "services.loadbalancers")  # fmt: skip
AMOUNTS = ("cpu", "memory", "storage", "ephemeral-storage")
HIGHEST_PRIORITY = 1_000_000_000
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_SECRET_KEYS = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def service(obj: Object) -> Problems:
    """Check a Service."""
    spec = body(obj.get("spec"))
    out = one_of(spec, "spec", "type", SERVICE_TYPES, need=True)
    out += one_of(spec, "spec", "sessionAffinity", ("ClientIP", "None"), need=True)
    out += labels(spec.get("selector"), "spec.selector")
    kind, address = spec.get("type"), spec.get("clusterIP")
    if not spec.get("ports") and kind != "ExternalName" and address != "None":
        out.append(required("spec.ports"))
    if kind == "ExternalName":
        name = str(spec.get("externalName") or "").rstrip(".")
        out += named(name, "spec.externalName", subdomain_problems)
    elif address == "None":
        if kind in ("NodePort", "LoadBalancer"):
            why = f"may not be set to 'None' for {kind} services"
            out.append(invalid_value("spec.clusterIPs[0]", "None", why))
    elif address and not _is_ip(address):
        why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        out.append(invalid_value("spec.clusterIPs[0]", address, why))
    out += _service_ports(spec)
    out += _service_addresses(spec)
    policies = ("Cluster", "Local")
    outside = kind in ("NodePort", "LoadBalancer") or spec.get("externalIPs")
    if spec.get("externalTrafficPolicy") and not outside:
        why = "may only be set for externally-accessible services"
        policy = spec["externalTrafficPolicy"]
        out.append(invalid_value("spec.externalTrafficPolicy", policy, why))
    elif spec.get("externalTrafficPolicy"):
        out += one_of(spec, "spec", "externalTrafficPolicy", policies)
    return out + one_of(spec, "spec", "internalTrafficPolicy", policies)


def _service_addresses(spec: Body) -> Problems:
    out: Problems = []
    for n, address in enumerate(spec.get("externalIPs") or ()):
        out += ip_address(address, f"spec.externalIPs[{n}]")
    ranges = spec.get("loadBalancerSourceRanges") or ()
    if ranges and spec.get("type") != "LoadBalancer":
        why = "may only be used when `type` is 'LoadBalancer'"
        out.append(field_forbidden("spec.LoadBalancerSourceRanges", why))
    else:
        for n, one in enumerate(ranges):
            out += cidr(str(one).strip(), f"spec.LoadBalancerSourceRanges[{n}]")
    seconds = body(body(spec.get("sessionAffinityConfig")).get("clientIP")).get("timeoutSeconds")
    if isinstance(seconds, int) and not 0 < seconds <= 86400:
        path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
        why = "must be greater than 0 and less than 86400"
        out.append(invalid_value(path, seconds, why))
    return out


def _service_ports(spec: Body) -> Problems:
    out: Problems = []
    names: list[tuple[str, Any]] = []
    numbers: list[tuple[str, Any]] = []
    several = len(spec.get("ports") or ()) > 1
    for n, port in items(spec.get("ports")):
        where = f"spec.ports[{n}]"
        if port.get("name"):
            out += named(port["name"], f"{where}.name", dns1123_label_problems)
            names.append((f"{where}.name", port["name"]))
        elif several:
            out.append(required(f"{where}.name"))
        out += port_number(port.get("port"), f"{where}.port")
        out += one_of(port, where, "protocol", PROTOCOLS, need=True)
        out += port_or_name(port.get("targetPort"), f"{where}.targetPort")
        if port.get("nodePort") and spec.get("type") in ("ClusterIP", "ExternalName"):
            why = f"may not be used when `type` is '{spec['type']}'"
            out.append(field_forbidden(f"{where}.nodePort", why))
        key = (
            f'core.ServicePort{{Name:"", Protocol:"{port.get("protocol")}", '
            f"AppProtocol:(*string)(nil), Port:{port.get('port')}, "
            'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}'
        )
        numbers.append((where, FieldValue(key)))
    return out + unique(names) + unique(numbers)


def _is_ip(text: Any) -> bool:
    try:
        ipaddress.ip_address(str(text))
    except ValueError:
        return False
    return True


def config_map(obj: Object) -> Problems:
    """Check a ConfigMap."""
    out: Problems = []
    size = 0
    for field in ("data", "binaryData"):
        for key, text in sorted(body(obj.get(field)).items()):
            out += _config_key(key, f"{field}[{key}]")
            size += len(str(text).encode())
            if field == "binaryData" and key in body(obj.get("data")):
                why = "duplicate of key present in data"
                out.append(invalid_value(f"{field}[{key}]", key, why))
    return [*out, too_long("", MAX_DATA)] if size > MAX_DATA else out


def secret(obj: Object) -> Problems:
    """Check a Secret."""
    data = body(obj.get("data"))
    out: Problems = []
    for key in sorted(data):
        out += _config_key(key, f"data[{key}]")
    if sum(len(text) * 3 // 4 for text in data.values()) > MAX_DATA:
        out.append(too_long("data", MAX_DATA))
    for key in _SECRET_KEYS.get(str(obj.get("type")), ()):
        if key not in data:
            out.append(required(f"data[{key}]"))
    login = ("username", "password")
    if obj.get("type") == "kubernetes.io/basic-auth" and not any(key in data for key in login):
        out += [required(f"data[{key}]") for key in login]
    return out


def _config_key(key: str, path: str) -> Problems:
    if len(key) > 253:
        return [invalid_value(path, key, "must be no more than 253 characters")]
    if _KEY.fullmatch(key):
        return []
    why = (
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
        "'[-._a-zA-Z0-9]+')"
    )
    return [invalid_value(path, key, why)]


def priority_class(obj: Object) -> Problems:
    """Check a PriorityClass."""
    name = obj["metadata"].get("name") or ""
    if name.startswith("system-"):
        why = "priority class names with 'system-' prefix are reserved for system use only"
        return [field_forbidden("metadata.name", why)]
    if (obj.get("value") or 0) > HIGHEST_PRIORITY:
        why = f"maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}"
        return [field_forbidden("value", why)]
    return one_of(obj, "", "preemptionPolicy", ("PreemptLowerPriority", "Never"))


def role(obj: Object) -> Problems:
    """Check the rules of a Role or ClusterRole."""
    out: Problems = []
    for n, rule in items(obj.get("rules")):
        where = f"rules[{n}]"
        if not rule.get("verbs"):
            out.append(required(f"{where}.verbs", "verbs must contain at least one value"))
        if rule.get("nonResourceURLs"):
            if obj["kind"] == "Role":
                why = "namespaced rules cannot apply to non-resource URLs"
                out.append(invalid_value(f"{where}.nonResourceURLs", rule["nonResourceURLs"], why))
            continue
        if not rule.get("apiGroups"):
            why = "resource rules must supply at least one api group"
            out.append(required(f"{where}.apiGroups", why))
        if not rule.get("resources"):
            why = "resource rules must supply at least one resource"
            out.append(required(f"{where}.resources", why))
    return out


def role_binding(obj: Object) -> Problems:
    """Check whom a role is given to."""
    reference = body(obj.get("roleRef"))
    allowed = ("ClusterRole",) if obj["kind"] == "ClusterRoleBinding" else ("Role", "ClusterRole")
    out = one_of(reference, "roleRef", "kind", allowed, need=True)
    if not reference.get("name"):
        out.append(required("roleRef.name"))
    for n, subject in items(obj.get("subjects")):
        where = f"subjects[{n}]"
        if not subject.get("name"):
            out.append(required(f"{where}.name"))
        out += one_of(subject, where, "kind", ("ServiceAccount", "User", "Group"), need=True)
        if subject.get("kind") == "ServiceAccount" and not subject.get("namespace"):
            out.append(required(f"{where}.namespace"))
    return out


def resource_quota(obj: Object) -> Problems:
    """Check a ResourceQuota."""
    out: Problems = []
    for name, amount in sorted(body(body(obj.get("spec")).get("hard")).items()):
        where = f"spec.hard[{name}]"
        if "/" not in name and not _is_quota_name(name):
            why = "must be a standard resource type or fully qualified"
            out.append(invalid_value(where, name, why))
            out.append(invalid_value(where, name, "must be a standard resource for quota"))
        wrong = quantity(amount, where)
        if not wrong and name in WHOLE and parse(amount).nanos % 1_000_000_000:
            wrong = [invalid_value(where, str(parse(amount)), "must be an integer")]
        out += wrong
    return out


def _is_quota_name(name: str) -> bool:
    plain = name.removeprefix("requests.").removeprefix("limits.")
    return name in WHOLE or plain in AMOUNTS or plain.startswith("hugepages-")


CHECKS = {
    "Service": service,
    "ConfigMap": config_map,
    "Secret": secret,
    "PriorityClass": priority_class,
    "Role": role,
    "ClusterRole": role,
    "RoleBinding": role_binding,
    "ClusterRoleBinding": role_binding,
    "ResourceQuota": resource_quota,
}
