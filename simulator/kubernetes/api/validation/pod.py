"""Pods: their spec as a whole, in upstream's order.

Source: pkg/apis/core/validation/validation.go, ValidatePodSpec and ValidatePodCreate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from simulator.plain import Object

from ..names import dns1123_label_problems, qualified_name_problems, subdomain_problems
from ..status import duplicate, field_forbidden, invalid_value, required, unsupported
from . import container, resources, scheduling, security
from .common import Body, Problems, body, ip_address, items, labels, names
from .volumes import volumes

DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
RESTART_POLICIES = ("Always", "OnFailure", "Never")
MAX_NAMESERVERS, MAX_SEARCHES, MAX_SEARCH_LENGTH = 3, 32, 2048
DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"


def problems(obj: Object) -> Problems:
    """Check a pod."""
    meta, spec = body(obj.get("metadata")), body(obj.get("spec"))
    out = pod_annotations(meta.get("annotations"), "metadata.annotations")
    out += spec_problems(spec, "spec", str(meta.get("name") or ""))
    return out + container.untrimmed_images(spec, "spec")


def create_problems(obj: Object) -> Problems:
    """Check what a new pod may not have yet."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if spec.get("ephemeralContainers"):
        out.append(field_forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if spec.get("nodeName") and spec.get("schedulingGates"):
        why = "cannot be set until all schedulingGates have been cleared"
        out.append(field_forbidden("spec.nodeName", why))
    return out


def pod_annotations(given: Any, path: str) -> Problems:
    """Check the annotations that mean something for pods."""
    cost = body(given).get(DELETION_COST)
    if cost is None or _is_int32(str(cost)):
        return []
    return [invalid_value(f"{path}[{DELETION_COST}]", cost, "must be a 32bit integer")]


def _is_int32(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and -(1 << 31) <= int(text) < 1 << 31


def spec_problems(spec: Body, path: str, pod: str = "") -> Problems:
    """Check the spec of a pod, or of a workload's template.   pod: the name of a real pod."""
    out, fine = volumes(spec, f"{path}.volumes", pod)
    out += container.all_problems(spec, path, fine)
    out += _one_of(spec, f"{path}.restartPolicy", "restartPolicy", RESTART_POLICIES)
    out += _one_of(spec, f"{path}.dnsPolicy", "dnsPolicy", DNS_POLICIES)
    out += labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    out += security.pod_context(spec, f"{path}.securityContext")
    out += scheduling.affinity(body(spec.get("affinity")), f"{path}.affinity")
    out += _dns(spec, f"{path}.dnsConfig")
    out += _gates(spec, path)
    where = f"{path}.topologySpreadConstraints"
    out += scheduling.spread(spec.get("topologySpreadConstraints"), where)
    out += security.host_users(spec, path)
    out += _given_names(spec, path, "serviceAccountName", "nodeName")
    deadline = spec.get("activeDeadlineSeconds")
    if isinstance(deadline, int) and not 1 <= deadline < 1 << 31:
        why = "must be between 1 and 2147483647, inclusive"
        out.append(invalid_value(f"{path}.activeDeadlineSeconds", deadline, why))
    out += _given_names(spec, path, "hostname", "subdomain", check=dns1123_label_problems)
    out += scheduling.tolerations(spec.get("tolerations"), f"{path}.tolerations")
    out += _host_aliases(spec, f"{path}.hostAliases")
    out += _given_names(spec, path, "priorityClassName", "runtimeClassName")
    if spec.get("preemptionPolicy") is not None:
        allowed = ("PreemptLowerPriority", "Never")
        out += _one_of(spec, f"{path}.preemptionPolicy", "preemptionPolicy", allowed)
    if spec.get("overhead") is not None:
        out += resources.resources({"limits": spec["overhead"]}, f"{path}.overhead")
    return out + _system(spec.get("os"), f"{path}.os") + security.of_system(spec, path)


def _one_of(spec: Body, path: str, name: str, allowed: tuple[str, ...]) -> Problems:
    value = spec.get(name)
    if value in allowed:
        return []
    return [unsupported(path, value, allowed)] if value else [required(path)]


def _given_names(
    spec: Body,
    path: str,
    *fields: str,
    check: Callable[[str], Sequence[str]] = subdomain_problems,
) -> Problems:
    return [
        one
        for field in fields
        if spec.get(field)
        for one in names(str(spec[field]), f"{path}.{field}", check)
    ]


def _system(system: Any, path: str) -> Problems:
    if system is None:
        return []
    name = body(system).get("name")
    if not name:
        return [required(f"{path}.name", "cannot be empty")]
    allowed = ("linux", "windows")
    return [] if name in allowed else [unsupported(path, name, allowed)]


def _gates(spec: Body, path: str) -> Problems:
    out: Problems = []
    for n, gate in items(spec.get("readinessGates")):
        value = str(gate.get("conditionType") or "")
        where = f"{path}.readinessGates[{n}].conditionType"
        out += names(value, where, qualified_name_problems)
    seen: set[str] = set()
    for n, gate in items(spec.get("schedulingGates")):
        value, where = str(gate.get("name") or ""), f"{path}.schedulingGates[{n}]"
        out += names(value, where, qualified_name_problems)
        if value in seen:
            out.append(duplicate(where, value))
        seen.add(value)
    return out


def _host_aliases(spec: Body, path: str) -> Problems:
    out: Problems = []
    for n, alias in items(spec.get("hostAliases")):
        out += ip_address(alias.get("ip") or "", f"{path}[{n}].ip")
        for m, name in enumerate(alias.get("hostnames") or ()):
            out += names(str(name), f"{path}[{n}].hostnames[{m}]", subdomain_problems)
    return out


def _dns(spec: Body, path: str) -> Problems:
    config = spec.get("dnsConfig")
    servers, searches = (body(config).get(name) or [] for name in ("nameservers", "searches"))
    if spec.get("dnsPolicy") == "None" and config is None:
        return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")]
    if spec.get("dnsPolicy") == "None" and not servers:
        why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        return [required(f"{path}.nameservers", why)]
    out: Problems = []
    if len(servers) > MAX_NAMESERVERS:
        why = f"must not have more than {MAX_NAMESERVERS} nameservers"
        out.append(invalid_value(f"{path}.nameservers", servers, why))
    for n, server in enumerate(servers):
        out += ip_address(server, f"{path}.nameservers[{n}]")
    if len(searches) > MAX_SEARCHES:
        why = f"must not have more than {MAX_SEARCHES} search paths"
        out.append(invalid_value(f"{path}.searches", searches, why))
    if len(" ".join(searches)) > MAX_SEARCH_LENGTH:
        why = f"must not have more than {MAX_SEARCH_LENGTH} characters (including spaces)"
        why += " in the search list"
        out.append(invalid_value(f"{path}.searches", searches, why))
    for n, search in enumerate(searches):
        out += names(search.removesuffix("."), f"{path}.searches[{n}]", subdomain_problems)
    for n, option in items(body(config).get("options")):
        if not option.get("name"):
            out.append(required(f"{path}.options[{n}]", "must not be empty"))
    return out
