"""Pods: their spec as a whole.   Source: pkg/apis/core/validation/validation.go."""

from __future__ import annotations

from simulator.plain import Object

from ..names import dns1123_label_problems, qualified_name_problems, subdomain_problems
from ..schema import structs
from ..status import FieldValue, duplicate, field_forbidden, invalid_value, required, unsupported
from . import container
from .common import (
    Body,
    Problems,
    body,
    ip_address,
    items,
    label_selector,
    labels,
    named,
    one_of,
    quantity,
)

DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
MAX_NAMESERVERS = 3
HOST_PATH_TYPES = ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                   "FileOrCreate", "Socket")  # fmt: skip
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_SOURCE_NAMES = {
    "secret": "secretName",
    "persistentVolumeClaim": "claimName",
    "configMap": "name",
    "hostPath": "path",
    "nfs": "path",
}


def problems(obj: Object) -> Problems:
    """Check a pod."""
    return spec_problems(body(obj.get("spec")), "spec")


def creation_problems(obj: Object) -> Problems:
    """Check what only holds when a pod is made."""
    if not body(obj.get("spec")).get("ephemeralContainers"):
        return []
    return [field_forbidden("spec.ephemeralContainers", "cannot be set on create")]


def spec_problems(spec: Body, path: str) -> Problems:
    """Check the spec of a pod or of a workload's template."""
    out, volumes = _volumes(spec, f"{path}.volumes")
    out += container.all_problems(spec, path, volumes)
    allowed = ("Always", "OnFailure", "Never")
    out += one_of(spec, path, "restartPolicy", allowed, need=True)
    out += one_of(spec, path, "dnsPolicy", DNS_POLICIES)
    out += labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    for name in ("serviceAccountName", "nodeName"):
        if spec.get(name):
            out += named(spec[name], f"{path}.{name}", subdomain_problems)
    for name in ("hostname", "subdomain"):
        if spec.get(name):
            out += named(spec[name], f"{path}.{name}", dns1123_label_problems)
    if spec.get("priorityClassName"):
        out += named(spec["priorityClassName"], f"{path}.priorityClassName", subdomain_problems)
    out += _names_and_addresses(spec, path)
    out += container.identities(body(spec.get("securityContext")), f"{path}.securityContext")
    for field, key in (("schedulingGates", "name"), ("readinessGates", "conditionType")):
        for n, gate in items(spec.get(field)):
            value = str(gate.get(key) or "")
            where = f"{path}.{field}[{n}]" + (f".{key}" if field == "readinessGates" else "")
            out += [invalid_value(where, value, why) for why in qualified_name_problems(value)]
    deadline = spec.get("activeDeadlineSeconds")
    if isinstance(deadline, int) and not 1 <= deadline < 1 << 31:
        why = "must be between 1 and 2147483647, inclusive"
        out.append(invalid_value(f"{path}.activeDeadlineSeconds", deadline, why))
    out += _tolerations(spec, f"{path}.tolerations")
    out += _affinity(body(spec.get("affinity")), f"{path}.affinity")
    out += _spread(spec, f"{path}.topologySpreadConstraints")
    return out


def _names_and_addresses(spec: Body, path: str) -> Problems:
    """Check the names that a pod is given, and where it asks for others."""
    out: Problems = []
    for n, alias in items(spec.get("hostAliases")):
        where = f"{path}.hostAliases[{n}]"
        out += ip_address(alias.get("ip") or "", f"{where}.ip")
        for name in alias.get("hostnames") or ():
            out += named(name, f"{where}.hostnames", subdomain_problems)
    config, where = spec.get("dnsConfig"), f"{path}.dnsConfig"
    servers = body(config).get("nameservers") or []
    if spec.get("dnsPolicy") == "None" and config is None:
        out.append(required(where, "must provide `dnsConfig` when `dnsPolicy` is None"))
    elif spec.get("dnsPolicy") == "None" and not servers:
        why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        out.append(required(f"{where}.nameservers", why))
    if len(servers) > MAX_NAMESERVERS:
        why = f"must not have more than {MAX_NAMESERVERS} nameservers"
        out.append(invalid_value(f"{where}.nameservers", servers, why))
    for n, server in enumerate(servers):
        out += ip_address(server, f"{where}.nameservers[{n}]")
    return out


def _volumes(spec: Body, path: str) -> tuple[Problems, set[str]]:
    """Check the volumes; give their names too."""
    out: Problems = []
    names: set[str] = set()
    known = structs()["Volume"].fields
    for n, volume in items(spec.get("volumes")):
        where, name = f"{path}[{n}]", volume.get("name")
        out += named(name, f"{where}.name", dns1123_label_problems)
        if name in names:
            out.append(duplicate(f"{where}.name", name))
        names.add(str(name))
        sources = [key for key in volume if key != "name" and key in known]
        if not sources:
            out.append(required(where, "must specify a volume type"))
        for extra in sources[1:]:
            why = "may not specify more than 1 volume type"
            out.append(field_forbidden(f"{where}.{extra}", why))
        if sources:
            out += _volume_source(sources[0], body(volume[sources[0]]), f"{where}.{sources[0]}")
    return out, names


def _volume_source(kind: str, source: Body, path: str) -> Problems:
    need = _SOURCE_NAMES.get(kind)
    if need and not source.get(need):
        return [required(f"{path}.{need}")]
    if kind == "hostPath" and source.get("type") not in (None, *HOST_PATH_TYPES):
        return [unsupported(f"{path}.type", source["type"], HOST_PATH_TYPES)]
    if kind == "emptyDir" and source.get("sizeLimit") is not None:
        return quantity(source["sizeLimit"], f"{path}.sizeLimit")
    out: Problems = []
    for n, item in items(source.get("items")):
        for field in ("key", "path"):
            if field in ("path",) and not item.get("path"):
                out.append(required(f"{path}.items[{n}].path"))
            elif field == "key" and kind != "downwardAPI" and not item.get("key"):
                out.append(required(f"{path}.items[{n}].key"))
    return out


def _tolerations(spec: Body, path: str) -> Problems:
    out: Problems = []
    for n, one in items(spec.get("tolerations")):
        where = f"{path}[{n}]"
        key, operator = one.get("key") or "", one.get("operator") or "Equal"
        if key:
            out += [invalid_value(f"{where}.key", key, why) for why in qualified_name_problems(key)]
        elif operator != "Exists":
            why = (
                "operator must be Exists when `key` is empty, "
                'which means "match all values and all keys"'
            )
            out.append(invalid_value(f"{where}.operator", one.get("operator") or "", why))
        if one.get("tolerationSeconds") is not None and one.get("effect") != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            out.append(invalid_value(f"{where}.effect", one.get("effect") or "", why))
        if operator == "Exists" and one.get("value"):
            why = "value must be empty when `operator` is 'Exists'"
            out.append(invalid_value(f"{where}.operator", _go_toleration(one), why))
        elif operator not in ("Exists", "Equal"):
            out.append(unsupported(f"{where}.operator", operator, ("Equal", "Exists")))
        if one.get("effect") and one["effect"] not in EFFECTS:
            out.append(unsupported(f"{where}.effect", one["effect"], EFFECTS))
    return out


def _go_toleration(one: Body) -> FieldValue:
    """Write a toleration as Go prints the struct."""
    words = [f'{name.capitalize()}:"{one.get(name) or ""}"'
             for name in ("key", "operator", "value", "effect")]  # fmt: skip
    return FieldValue(f"core.Toleration{{{', '.join(words)}, TolerationSeconds:(*int64)(nil)}}")


def _affinity(affinity: Body, path: str) -> Problems:
    out: Problems = []
    node = body(affinity.get("nodeAffinity"))
    wanted = node.get("requiredDuringSchedulingIgnoredDuringExecution")
    if wanted is not None:
        where = f"{path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        if not wanted.get("nodeSelectorTerms"):
            why = "must have at least one node selector term"
            out.append(required(f"{where}.nodeSelectorTerms", why))
        for n, term in items(wanted.get("nodeSelectorTerms")):
            out += _node_term(term, f"{where}.nodeSelectorTerms[{n}]")
    for n, one in items(node.get("preferredDuringSchedulingIgnoredDuringExecution")):
        where = f"{path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[{n}]"
        out += _weight(one, where) + _node_term(body(one.get("preference")), f"{where}.preference")
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = body(affinity.get(kind))
        for n, term in items(rules.get("requiredDuringSchedulingIgnoredDuringExecution")):
            where = f"{path}.{kind}.requiredDuringSchedulingIgnoredDuringExecution[{n}]"
            out += _pod_term(term, where)
        for n, one in items(rules.get("preferredDuringSchedulingIgnoredDuringExecution")):
            where = f"{path}.{kind}.preferredDuringSchedulingIgnoredDuringExecution[{n}]"
            out += _weight(one, where)
            out += _pod_term(body(one.get("podAffinityTerm")), f"{where}.podAffinityTerm")
    return out


def _weight(one: Body, path: str) -> Problems:
    weight = one.get("weight") or 0
    if 1 <= weight <= 100:
        return []
    return [invalid_value(f"{path}.weight", weight, "must be in the range 1-100")]


def _node_term(term: Body, path: str) -> Problems:
    out: Problems = []
    for n, one in items(term.get("matchExpressions")):
        where = f"{path}.matchExpressions[{n}]"
        operator, values = one.get("operator"), one.get("values") or []
        if operator in ("In", "NotIn") and not values:
            why = "must be specified when `operator` is 'In' or 'NotIn'"
            out.append(required(f"{where}.values", why))
        elif operator in ("Exists", "DoesNotExist") and values:
            why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            out.append(field_forbidden(f"{where}.values", why))
        elif operator in ("Gt", "Lt") and len(values) != 1:
            why = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            out.append(required(f"{where}.values", why))
        elif operator not in ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"):
            why = "not a valid selector operator"
            out.append(invalid_value(f"{where}.operator", operator or "", why))
        wrong = qualified_name_problems(str(one.get("key") or ""))
        out += [invalid_value(f"{where}.key", one.get("key") or "", why) for why in wrong]
    return out


def _pod_term(term: Body, path: str) -> Problems:
    out = label_selector(term.get("labelSelector"), f"{path}.labelSelector")
    if not term.get("topologyKey"):
        out.append(required(f"{path}.topologyKey", "can not be empty"))
    key = str(term.get("topologyKey") or "")
    wrong = qualified_name_problems(key)
    return out + [invalid_value(f"{path}.topologyKey", key, why) for why in wrong]


def _spread(spec: Body, path: str) -> Problems:
    out: Problems = []
    for n, one in items(spec.get("topologySpreadConstraints")):
        where = f"{path}[{n}]"
        if (one.get("maxSkew") or 0) <= 0:
            why = "must be greater than zero"
            out.append(invalid_value(f"{where}.maxSkew", one.get("maxSkew") or 0, why))
        if not one.get("topologyKey"):
            out.append(required(f"{where}.topologyKey", "can not be empty"))
        allowed = ("DoNotSchedule", "ScheduleAnyway")
        if one.get("whenUnsatisfiable") not in allowed:
            value = one.get("whenUnsatisfiable") or ""
            out.append(unsupported(f"{where}.whenUnsatisfiable", value, allowed))
        out += label_selector(one.get("labelSelector"), f"{where}.labelSelector")
    return out
