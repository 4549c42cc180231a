"""Containers: names, images, ports, variables, mounts, resources, probes, hooks.

Source: pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

import re
from typing import Any

from ..names import dns1123_label_problems, qualified_name_problems
from ..quantity import QuantityError, parse
from ..status import (
    FieldValue,
    field_forbidden,
    field_not_found,
    invalid_value,
    required,
    unsupported,
)
from .common import (
    PROTOCOLS,
    Body,
    Problems,
    body,
    items,
    named,
    not_negative,
    one_of,
    port_name,
    port_number,
    port_or_name,
    quantity,
    unique,
)

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
SOURCES = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
ENV_FIELDS = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
              "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
              "status.podIPs")  # fmt: skip
KNOWN_FIELDS = (*ENV_FIELDS, "metadata.annotations", "metadata.labels", "spec.restartPolicy",
                "spec.schedulerName", "status.phase")  # fmt: skip
RESOURCE_FIELDS = ("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
                   "requests.ephemeral-storage", "requests.memory")  # fmt: skip
RESOURCES = ("cpu", "memory", "ephemeral-storage")


def all_problems(spec: Body, path: str, volumes: set[str]) -> Problems:
    """Check all containers of a pod's spec.   volumes: the names that mounts may use."""
    out: Problems = []
    names: list[tuple[str, Any]] = []
    if not spec.get("containers"):
        out.append(required(f"{path}.containers"))
    host_ports: list[tuple[str, Any]] = []
    for group in ("containers", "initContainers"):
        for n, one in items(spec.get(group)):
            where = f"{path}.{group}[{n}]"
            out += _problems(one, where, volumes)
            out += _kind_problems(one, where, group)
            names.append((f"{where}.name", one.get("name")))
            if group == "containers":
                host_ports += _host_ports(one, where)
            if spec.get("hostNetwork"):
                out += _host_network_ports(one, where)
    return out + unique([pair for pair in names if pair[1]]) + unique(host_ports)


def _problems(one: Body, path: str, volumes: set[str]) -> Problems:
    out = named(one.get("name"), f"{path}.name", dns1123_label_problems)
    image = one.get("image") or ""
    if not image:
        out.append(required(f"{path}.image"))
    elif image != image.strip():
        why = "must not have leading or trailing whitespace"
        out.append(invalid_value(f"{path}.image", image, why))
    out += _ports(one, f"{path}.ports")
    out += _environment(one, path)
    out += _mounts(one, f"{path}.volumeMounts", volumes)
    out += one_of(one, path, "imagePullPolicy", PULL_POLICIES)
    policies = ("File", "FallbackToLogsOnError")
    out += one_of(one, path, "terminationMessagePolicy", policies)
    out += resources(body(one.get("resources")), f"{path}.resources")
    return out + _security(body(one.get("securityContext")), f"{path}.securityContext")


def _kind_problems(one: Body, path: str, group: str) -> Problems:
    """Check what only app containers and sidecars may have: probes and hooks."""
    out: Problems = []
    sidecar = one.get("restartPolicy") == "Always"
    for name in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
        if one.get(name) is None:
            continue
        if group == "initContainers" and not sidecar:
            why = "may not be set for init containers without restartPolicy=Always"
            out.append(field_forbidden(f"{path}.{name}", why))
        elif name == "lifecycle":
            for hook, action in body(one[name]).items():
                out += _handler(body(action), f"{path}.lifecycle.{hook}", ("exec", "httpGet",
                                "tcpSocket", "sleep"))  # fmt: skip
        else:
            out += _probe(body(one[name]), f"{path}.{name}", name)
    if group == "initContainers":
        out += one_of(one, path, "restartPolicy", ("Always",))
    if group == "containers" and one.get("restartPolicy"):
        why = "may not be set for non-init containers"
        out.append(field_forbidden(f"{path}.restartPolicy", why))
    return out


def _host_ports(one: Body, path: str) -> list[tuple[str, Any]]:
    return [
        (
            f"{path}.ports[{n}].hostPort",
            FieldValue(f'"{p.get("protocol")}/{p.get("hostIP") or ""}/{p["hostPort"]}"'),
        )
        for n, p in items(one.get("ports"))
        if p.get("hostPort")
    ]


def _host_network_ports(one: Body, path: str) -> Problems:
    return [
        invalid_value(
            f"{path}.ports[{n}].containerPort",
            port["containerPort"],
            "must match `hostPort` when `hostNetwork` is true",
        )
        for n, port in items(one.get("ports"))
        if port.get("containerPort") != port.get("hostPort")
    ]


def _ports(one: Body, path: str) -> Problems:
    out: Problems = []
    names: list[tuple[str, Any]] = []
    for n, port in items(one.get("ports")):
        where = f"{path}[{n}]"
        if port.get("name"):
            wrong = port_name(str(port["name"]), f"{where}.name")
            out += wrong
            if not wrong:
                names.append((f"{where}.name", port["name"]))
        out += port_number(port.get("containerPort"), f"{where}.containerPort")
        if port.get("hostPort"):
            out += port_number(port["hostPort"], f"{where}.hostPort")
        out += one_of(port, where, "protocol", PROTOCOLS, need=True)
    return out + unique(names)


_ENV_NAME = re.compile(r"[ -<>-~]+")


def _environment(one: Body, path: str) -> Problems:
    out: Problems = []
    for n, variable in items(one.get("env")):
        where, name = f"{path}.env[{n}]", variable.get("name") or ""
        if not name:
            out.append(required(f"{where}.name"))
        elif not _ENV_NAME.fullmatch(name):
            why = (
                "a valid environment variable name must consist only of printable ASCII "
                "characters other than '='"
            )
            out.append(invalid_value(f"{where}.name", name, why))
        if variable.get("valueFrom") is not None:
            out += _value_from(variable, f"{where}.valueFrom")
    for n, source in items(one.get("envFrom")):
        where = f"{path}.envFrom[{n}]"
        kinds = [kind for kind in ("configMapRef", "secretRef") if source.get(kind) is not None]
        if not kinds:
            out.append(
                invalid_value(where, "", "must specify one of: `configMapRef` or `secretRef`")
            )
        elif len(kinds) > 1:
            out.append(
                invalid_value(where, "", "may not have more than one field specified at a time")
            )
        elif not source[kinds[0]].get("name"):
            out.append(required(f"{where}.{kinds[0]}.name"))
    return out


def _value_from(variable: Body, path: str) -> Problems:
    source = body(variable["valueFrom"])
    kinds = [kind for kind in source if source[kind] is not None]
    out: Problems = []
    if not kinds:
        out.append(invalid_value(path, "", SOURCES))
    if variable.get("value"):
        if kinds:
            why = "may not be specified when `value` is not empty"
            out.append(invalid_value(path, "", why))
    elif len(kinds) > 1:
        out.append(invalid_value(path, "", "may not have more than one field specified at a time"))
    for kind in ("configMapKeyRef", "secretKeyRef"):
        if source.get(kind) is not None:
            out += [
                required(f"{path}.{kind}.{field}")
                for field in ("name", "key")
                if not source[kind].get(field)
            ]
    if source.get("fieldRef") is not None and not source["fieldRef"].get("fieldPath"):
        out.append(required(f"{path}.fieldRef.fieldPath"))
    elif source.get("fieldRef") is not None:
        out += _field_path(str(source["fieldRef"]["fieldPath"]), f"{path}.fieldRef.fieldPath")
    if source.get("resourceFieldRef") is not None:
        out += _resource_field(source["resourceFieldRef"], f"{path}.resourceFieldRef")
    return out


def _resource_field(source: Body, path: str) -> Problems:
    name = str(source.get("resource") or "")
    if not name:
        return [required(f"{path}.resource")]
    if name in RESOURCE_FIELDS or ".hugepages-" in name:
        return []
    return [unsupported(f"{path}.resource", name, RESOURCE_FIELDS)]


def _field_path(text: str, path: str) -> Problems:
    """Refuse a field of the pod that the downward API does not give."""
    if re.fullmatch(r"metadata\.(labels|annotations)\['.+'\]", text):
        return []
    if text not in KNOWN_FIELDS:
        why = f"error converting fieldPath: field label not supported: {text}"
        return [invalid_value(path, text, why)]
    return [] if text in ENV_FIELDS else [unsupported(path, text, ENV_FIELDS)]


def _mounts(one: Body, path: str, volumes: set[str]) -> Problems:
    out: Problems = []
    places: set[str] = set()
    for n, mount in items(one.get("volumeMounts")):
        where, name, place = f"{path}[{n}]", mount.get("name"), mount.get("mountPath")
        if not name:
            out.append(required(f"{where}.name"))
        elif name not in volumes:
            out.append(field_not_found(f"{where}.name", name))
        if not place:
            out.append(required(f"{where}.mountPath"))
        elif place in places:
            out.append(invalid_value(f"{where}.mountPath", place, "must be unique"))
        places.add(str(place))
        for field in ("subPath", "subPathExpr"):
            inner = str(mount.get(field) or "")
            if inner.startswith("/"):
                out.append(invalid_value(f"{where}.{field}", inner, "must be a relative path"))
            if ".." in inner.split("/"):
                out.append(invalid_value(f"{where}.{field}", inner, "must not contain '..'"))
    return out


def resources(given: Body, path: str) -> Problems:
    """Check requests and limits."""
    out: Problems = []
    limits, requests = body(given.get("limits")), body(given.get("requests"))
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in sorted(amounts.items()):
            where = f"{path}.{side}[{name}]"
            out += _resource_name(name, where)
            out += quantity(amount, where)
            if _is_extended(name) and parse(amount).nanos % 1_000_000_000:
                out.append(invalid_value(where, str(parse(amount)), "must be an integer"))
    for name, amount in sorted(requests.items()):
        out += _against_limit(name, amount, limits.get(name), path)
    return out


def _against_limit(name: str, amount: Any, limit: Any, path: str) -> Problems:
    """Check a request against its limit; what cannot be overcommitted needs an equal one."""
    extended = _is_extended(name)
    if limit is None:
        why = "Limit must be set for non overcommitable resources"
        return [required(f"{path}.limits", why)] if extended else []
    try:
        asked, most = parse(amount).nanos, parse(limit).nanos
    except QuantityError:
        return []
    if extended and asked != most:
        why = f"must be equal to {name} limit of {parse(limit)}"
    elif asked > most:
        why = f"must be less than or equal to {name} limit of {parse(limit)}"
    else:
        return []
    return [invalid_value(f"{path}.requests", str(parse(amount)), why)]


def _is_extended(name: str) -> bool:
    return "/" in name or name.startswith("hugepages-")


def _resource_name(name: str, path: str) -> Problems:
    wrong = [invalid_value(path, name, why) for why in qualified_name_problems(name)]
    if wrong:
        return wrong
    if "/" not in name and name not in RESOURCES and not name.startswith("hugepages-"):
        return [
            invalid_value(path, name, "must be a standard resource type or fully qualified"),
            invalid_value(path, name, "must be a standard resource for containers"),
        ]
    return []


def _probe(probe: Body, path: str, kind: str) -> Problems:
    out = _handler(probe, path, HANDLERS)
    out += not_negative(
        probe, path, "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
        "failureThreshold",
    )  # fmt: skip
    grace = probe.get("terminationGracePeriodSeconds")
    if kind == "readinessProbe" and grace is not None:
        why = "must not be set for readinessProbes"
        out.append(invalid_value(f"{path}.terminationGracePeriodSeconds", grace, why))
    threshold = probe.get("successThreshold", 1)
    if kind != "readinessProbe" and threshold != 1:
        out.append(invalid_value(f"{path}.successThreshold", threshold, "must be 1"))
    return out


def _handler(handler: Body, path: str, kinds: tuple[str, ...]) -> Problems:
    """Check what a probe or hook does: exactly one thing."""
    given = [kind for kind in kinds if handler.get(kind) is not None]
    if not given:
        return [required(path, "must specify a handler type")]
    out: Problems = [
        field_forbidden(f"{path}.{kind}", "may not specify more than 1 handler type")
        for kind in given[1:]
    ]
    kind, action = given[0], body(handler[given[0]])
    where = f"{path}.{kind}"
    if kind == "exec" and not action.get("command"):
        out.append(required(f"{where}.command"))
    if kind == "httpGet":
        if not action.get("path"):
            out.append(required(f"{where}.path"))
        out += port_or_name(action.get("port"), f"{where}.port")
        out += one_of(action, where, "scheme", ("HTTP", "HTTPS"))
    if kind == "tcpSocket":
        out += port_or_name(action.get("port"), f"{where}.port")
    if kind == "grpc":
        out += port_number(action.get("port"), f"{where}.port")
    return out


def identities(context: Body, path: str) -> Problems:
    """Check the numbers of users and groups."""
    out: Problems = []
    for name in ("runAsUser", "runAsGroup", "fsGroup"):
        value = context.get(name)
        if isinstance(value, int) and not 0 <= value < 1 << 31:
            why = "must be between 0 and 2147483647, inclusive"
            out.append(invalid_value(f"{path}.{name}", value, why))
    return out


def _security(context: Body, path: str) -> Problems:
    out = identities(context, path)
    if context.get("allowPrivilegeEscalation") is False and context.get("privileged"):
        why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        out.append(invalid_value(path, context["privileged"], why))
    return out
