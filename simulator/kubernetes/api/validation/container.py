"""Containers of all sorts: names, images, ports, variables, mounts.

Source: pkg/apis/core/validation/validation.go, validateContainers and what it calls. The order of
the checks is upstream's, because the errors are told in it.
"""

from __future__ import annotations

import re
from typing import Any

from ..names import config_key_problems, dns1123_label_problems, subdomain_problems
from ..status import (
    FieldValue,
    duplicate,
    field_forbidden,
    field_not_found,
    invalid_value,
    required,
    unsupported,
)
from .common import PROTOCOLS, Body, Problems, body, items, names, port_name, port_number
from .downward import ENV_FIELDS, field_selector, resource_selector
from .probes import hooks_and_probes
from .resources import resources
from .security import container_context
from .volumes import descending, no_backsteps

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
SOURCES = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
ONE_SOURCE = "may not have more than one field specified at a time"

Volumes = dict[str, Body]


def all_problems(spec: Body, path: str, volumes: Volumes) -> Problems:
    """Check all containers of a pod's spec.   volumes: those that mounts may use, by name."""
    return (
        _containers(spec, f"{path}.containers", volumes)
        + _init_containers(spec, f"{path}.initContainers", volumes)
        + _host_network(spec, f"{path}.containers")
    )


def _containers(spec: Body, path: str, volumes: Volumes) -> Problems:
    if not spec.get("containers"):
        return [required(path)]
    out: Problems = []
    seen: set[str] = set()
    ports: set[str] = set()
    clashes: Problems = []
    for n, one in items(spec["containers"]):
        where, name = f"{path}[{n}]", str(one.get("name") or "")
        out += _common(spec, one, where, volumes)
        if name in seen:
            out.append(duplicate(f"{where}.name", name))
        seen.add(name)
        out += hooks_and_probes(one, spec.get("terminationGracePeriodSeconds"), where)
        if one.get("restartPolicy") is not None:
            why = "may not be set for non-init containers"
            out.append(field_forbidden(f"{where}.restartPolicy", why))
        clashes += _host_ports(one, f"{where}.ports", ports)
    return out + clashes


def _init_containers(spec: Body, path: str, volumes: Volumes) -> Problems:
    out: Problems = []
    seen = {str(one.get("name") or "") for _, one in items(spec.get("containers"))}
    for n, one in items(spec.get("initContainers")):
        where, name = f"{path}[{n}]", str(one.get("name") or "")
        out += _common(spec, one, where, volumes)
        policy = one.get("restartPolicy")
        if policy not in (None, "Always"):
            out.append(unsupported(f"{where}.restartPolicy", policy, ("Always",)))
        if name in seen:
            out.append(duplicate(f"{where}.name", name))
        elif name:
            seen.add(name)
        out += _host_ports(one, f"{path}[0].ports", set())
        if policy == "Always":
            out += hooks_and_probes(one, spec.get("terminationGracePeriodSeconds"), where)
            continue
        for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if one.get(field) is not None:
                why = "may not be set for init containers without restartPolicy=Always"
                out.append(field_forbidden(f"{where}.{field}", why))
    return out


def _common(spec: Body, one: Body, path: str, volumes: Volumes) -> Problems:
    """Check what any container may have."""
    name = str(one.get("name") or "")
    out: Problems = [] if name else [required(f"{path}.name")]
    if name:
        out += names(name, f"{path}.name", dns1123_label_problems)
    if not one.get("image"):
        out.append(required(f"{path}.image"))
    out += _choice(one, path, "terminationMessagePolicy", MESSAGE_POLICIES)
    out += _ports(one, f"{path}.ports")
    out += _environment(one, f"{path}.env") + _environment_from(one, f"{path}.envFrom")
    out += _mounts(one, f"{path}.volumeMounts", volumes)
    out += _devices(one, f"{path}.volumeDevices", volumes)
    out += _choice(one, path, "imagePullPolicy", PULL_POLICIES)
    out += resources(body(one.get("resources")), f"{path}.resources")
    out += _resize_policies(spec, one, f"{path}.resizePolicy")
    users = spec.get("hostUsers") is not False
    return out + container_context(
        body(one.get("securityContext")), f"{path}.securityContext", users
    )


def _choice(one: Body, path: str, name: str, allowed: tuple[str, ...]) -> Problems:
    value = one.get(name)
    if value in allowed:
        return []
    where = f"{path}.{name}"
    return [unsupported(where, value, allowed)] if value else [required(where)]


def _ports(one: Body, path: str) -> Problems:
    out: Problems = []
    seen: set[str] = set()
    for n, port in items(one.get("ports")):
        where, name = f"{path}[{n}]", str(port.get("name") or "")
        wrong = port_name(name, f"{where}.name") if name else []
        if name in seen:
            wrong.append(duplicate(f"{where}.name", name))
        elif name and not wrong:
            seen.add(name)
        out += wrong
        if port.get("containerPort"):
            out += port_number(port["containerPort"], f"{where}.containerPort")
        else:
            out.append(required(f"{where}.containerPort"))
        if port.get("hostPort"):
            out += port_number(port["hostPort"], f"{where}.hostPort")
        out += _choice(port, where, "protocol", PROTOCOLS)
    return out


def _host_ports(one: Body, path: str, seen: set[str]) -> Problems:
    """Refuse a port of the node that is asked for twice."""
    out: Problems = []
    for n, port in items(one.get("ports")):
        if not port.get("hostPort"):
            continue
        text = f"{port.get('protocol')}/{port.get('hostIP') or ''}/{port['hostPort']}"
        if text in seen:
            out.append(duplicate(f"{path}[{n}].hostPort", text))
        seen.add(text)
    return out


def _host_network(spec: Body, path: str) -> Problems:
    if not spec.get("hostNetwork"):
        return []
    why = "must match `containerPort` when `hostNetwork` is true"
    return [
        invalid_value(f"{path}[{n}].ports[{m}].hostPort", port["hostPort"], why)
        for n, one in items(spec.get("containers"))
        for m, port in items(one.get("ports"))
        if port.get("hostPort") and port["hostPort"] != port.get("containerPort")
    ]


_ENV_NAME = re.compile(r"[ -<>-~]+")
_ENV_WORDS = (
    "a valid environment variable name must consist only of printable ASCII characters other "
    "than '='"
)


def _environment(one: Body, path: str) -> Problems:
    out: Problems = []
    for n, variable in items(one.get("env")):
        where, name = f"{path}[{n}]", variable.get("name") or ""
        if not name:
            out.append(required(f"{where}.name"))
        elif not _ENV_NAME.fullmatch(name):
            out.append(invalid_value(f"{where}.name", name, _ENV_WORDS))
        if variable.get("valueFrom") is not None:
            out += _value_from(variable, f"{where}.valueFrom")
    return out


def _value_from(variable: Body, path: str) -> Problems:
    source = body(variable["valueFrom"])
    out: Problems = []
    if source.get("fieldRef") is not None:
        out += field_selector(body(source["fieldRef"]), f"{path}.fieldRef", ENV_FIELDS)
    if source.get("resourceFieldRef") is not None:
        out += resource_selector(body(source["resourceFieldRef"]), f"{path}.resourceFieldRef")
    for kind in ("configMapKeyRef", "secretKeyRef"):
        if source.get(kind) is not None:
            out += _key_selector(body(source[kind]), f"{path}.{kind}")
    count = sum(value is not None for value in source.values())
    if not count:
        out.append(invalid_value(path, "", SOURCES))
    elif variable.get("value"):
        out.append(invalid_value(path, "", "may not be specified when `value` is not empty"))
    elif count > 1:
        out.append(invalid_value(path, "", ONE_SOURCE))
    return out


def _key_selector(source: Body, path: str) -> Problems:
    out = names(str(source.get("name") or ""), f"{path}.name", subdomain_problems)
    if not source.get("key"):
        return [*out, required(f"{path}.key")]
    return out + names(str(source["key"]), f"{path}.key", config_key_problems)


def _environment_from(one: Body, path: str) -> Problems:
    out: Problems = []
    for n, source in items(one.get("envFrom")):
        where = f"{path}[{n}]"
        if source.get("prefix") and not _ENV_NAME.fullmatch(source["prefix"]):
            out.append(invalid_value(f"{where}.prefix", source["prefix"], _ENV_WORDS))
        kinds = [kind for kind in ("configMapRef", "secretRef") if source.get(kind) is not None]
        for kind in kinds:
            name = str(body(source[kind]).get("name") or "")
            if name:
                out += names(_masked(name), f"{where}.{kind}.name", subdomain_problems)
            else:
                out.append(required(f"{where}.{kind}.name"))
        if not kinds:
            why = "must specify one of: `configMapRef` or `secretRef`"
            out.append(invalid_value(path, "", why))
        elif len(kinds) > 1:
            out.append(invalid_value(path, "", ONE_SOURCE))
    return out


def _masked(name: str) -> str:
    """Give a name that may end with a hyphen an end that others may have."""
    return f"{name[:-2]}a" if len(name) > 1 and name.endswith("-") else name


def _mounts(one: Body, path: str, volumes: Volumes) -> Problems:
    out: Problems = []
    places: set[str] = set()
    devices = {d.get("name"): d.get("devicePath") for _, d in items(one.get("volumeDevices"))}
    for n, mount in items(one.get("volumeMounts")):
        where = f"{path}[{n}]"
        name, place = str(mount.get("name") or ""), str(mount.get("mountPath") or "")
        if not name:
            out.append(required(f"{where}.name"))
        if name not in volumes:
            out.append(field_not_found(f"{where}.name", name))
        if not place:
            out.append(required(f"{where}.mountPath"))
        if place in places:
            out.append(invalid_value(f"{where}.mountPath", place, "must be unique"))
        places.add(place)
        if name in devices:
            why = "must not already exist in volumeDevices"
            out.append(invalid_value(f"{where}.name", name, why))
        if place in devices.values():
            why = "must not already exist as a path in volumeDevices"
            out.append(invalid_value(f"{where}.mountPath", place, why))
        out += _mount_options(one, mount, path, where)
    return out


def _mount_options(one: Body, mount: Body, path: str, where: str) -> Problems:
    """Check the rest of a mount; upstream tells most of it without the mount's number."""
    out: Problems = []
    inner, expression = str(mount.get("subPath") or ""), str(mount.get("subPathExpr") or "")
    if inner:
        out += descending(inner, f"{path}.subPath")
    if expression:
        if inner:
            why = "subPathExpr and subPath are mutually exclusive"
            out.append(invalid_value(f"{where}.subPathExpr", expression, why))
        out += descending(expression, f"{path}.subPathExpr")
    propagation = mount.get("mountPropagation")
    if propagation is not None and propagation not in PROPAGATIONS:
        out.append(unsupported(f"{path}.mountPropagation", propagation, PROPAGATIONS))
    if propagation == "Bidirectional" and not body(one.get("securityContext")).get("privileged"):
        why = "Bidirectional mount propagation is available only to privileged containers"
        out.append(field_forbidden(f"{path}.mountPropagation", why))
    if mount.get("recursiveReadOnly") in ("Enabled", "IfPossible") and not mount.get("readOnly"):
        why = "may only be specified when readOnly is true"
        out.append(field_forbidden(f"{path}.recursiveReadOnly", why))
    return out


def _devices(one: Body, path: str, volumes: Volumes) -> Problems:
    out: Problems = []
    mounts = {m.get("name"): m.get("mountPath") for _, m in items(one.get("volumeMounts"))}
    seen: set[Any] = set()
    for n, device in items(one.get("volumeDevices")):
        where = f"{path}[{n}]"
        name, place = str(device.get("name") or ""), str(device.get("devicePath") or "")
        volume = volumes.get(name)
        if not name:
            out.append(required(f"{where}.name"))
        if ("name", name) in seen:
            out.append(invalid_value(f"{where}.name", name, "must be unique"))
        if volume is None:
            out.append(field_not_found(f"{where}.name", name))
        elif not (volume.get("persistentVolumeClaim") or volume.get("ephemeral")):
            kinds = "PersistentVolumeClaim or Ephemeral"
            why = f"can only use volume source type of {kinds} for block mode"
            out.append(invalid_value(f"{where}.name", name, why))
        if not place:
            out.append(required(f"{where}.devicePath"))
        if ("path", place) in seen:
            out.append(invalid_value(f"{where}.devicePath", place, "must be unique"))
        if no_backsteps(place, where):
            why = "can not contain backsteps ('..')"
            out.append(invalid_value(f"{where}.devicePath", place, why))
        if name in mounts:
            why = "must not already exist in volumeMounts"
            out.append(invalid_value(f"{where}.name", name, why))
        if place in mounts.values():
            why = "must not already exist as a path in volumeMounts"
            out.append(invalid_value(f"{where}.devicePath", place, why))
        seen.update((("name", name), ("path", place)))
    return out


def _resize_policies(spec: Body, one: Body, path: str) -> Problems:
    out: Problems = []
    seen: set[str] = set()
    allowed = ("NotRequired", "RestartContainer")
    for n, policy in items(one.get("resizePolicy")):
        name, action = str(policy.get("resourceName") or ""), policy.get("restartPolicy")
        if name in seen:
            out.append(duplicate(f"{path}[{n}]", FieldValue(name)))
        seen.add(name)
        if not name:
            out.append(required(path))
        elif name not in ("cpu", "memory"):
            out.append(unsupported(path, FieldValue(name), ("cpu", "memory")))
        if action not in allowed:
            out.append(unsupported(path, action, allowed) if action else required(path))
        if spec.get("restartPolicy") == "Never" and action != "NotRequired":
            why = "must be 'NotRequired' when `restartPolicy` is 'Never'"
            out.append(invalid_value(path, action or "", why))
    return out


def untrimmed_images(spec: Body, path: str) -> Problems:
    """Refuse spaces around an image's name: of pods only, not of templates."""
    why = "must not have leading or trailing whitespace"
    return [
        invalid_value(f"{path}.{group}[{n}].image", one["image"], why)
        for group in ("containers", "initContainers")
        for n, one in items(spec.get(group))
        if str(one.get("image") or "") != str(one.get("image") or "").strip()
    ]
