"""The environment of a pod's container: its own variables, those of services, references.

Sources: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/kubelet/envvars and
k8s.io/utils third_party/forked/golang/expansion, v1.32.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

from simulator.kubernetes.api import quantity
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

_REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")


class ConfigError(Exception):
    """A container that cannot be made: it refers to something that is not there."""


def expand(text: str, values: dict[str, str]) -> str:
    """Replace $(NAME) by its value; unknown names stay, $$ is one dollar."""

    def one(match: re.Match[str]) -> str:
        if match.group(1) == "$":
            return "$"
        return values.get(match.group(2), match.group(0))

    return _REFERENCE.sub(one, text)


def environment(engine: Engine, pod: Object, container: Object, ip: str) -> dict[str, str]:
    """Give a container's variables by name.   ip: the pod's.   Raises ConfigError."""
    services = service_variables(engine, pod)
    values: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        values.update(_from_source(engine, pod, source))
    scope = {**services, **values}
    for row in container.get("env") or ():
        if "valueFrom" in row:
            value = _value_from(engine, pod, container, row["valueFrom"], ip)
            if value is None:
                continue
        else:
            value = expand(str(row.get("value") or ""), scope)
        values[row["name"]] = scope[row["name"]] = value
    return {**values, **{name: text for name, text in services.items() if name not in values}}


def service_variables(engine: Engine, pod: Object) -> dict[str, str]:
    """Give the variables that describe services, as Docker links once did."""
    namespace = pod["metadata"]["namespace"]
    found: dict[str, str] = {}
    for service in engine.store.list("Service", "default"):
        if service["metadata"]["name"] == "kubernetes":
            found.update(_of_service(service))
    if pod["spec"].get("enableServiceLinks") is False:
        return found
    for service in engine.store.list("Service", namespace):
        found.update(_of_service(service))
    return found


def _of_service(service: Object) -> dict[str, str]:
    address = service["spec"].get("clusterIP")
    ports = service["spec"].get("ports") or []
    if not address or address == "None" or not ports:
        return {}
    prefix = service["metadata"]["name"].upper().replace("-", "_")
    found = {f"{prefix}_SERVICE_HOST": address, f"{prefix}_SERVICE_PORT": str(ports[0]["port"])}
    for port in ports:
        if port.get("name"):
            name = port["name"].upper().replace("-", "_")
            found[f"{prefix}_SERVICE_PORT_{name}"] = str(port["port"])
    for index, port in enumerate(ports):
        protocol = (port.get("protocol") or "TCP").lower()
        url = f"{protocol}://{address}:{port['port']}"
        if index == 0:
            found[f"{prefix}_PORT"] = url
        base = f"{prefix}_PORT_{port['port']}_{protocol.upper()}"
        found[base] = url
        found[f"{base}_PROTO"] = protocol
        found[f"{base}_PORT"] = str(port["port"])
        found[f"{base}_ADDR"] = address
    return found


def _from_source(engine: Engine, pod: Object, source: Object) -> dict[str, str]:
    prefix = source.get("prefix") or ""
    for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
        if field in source:
            data = _data(engine, pod, kind, source[field])
            return {prefix + key: value for key, value in data.items()}
    return {}


def _data(engine: Engine, pod: Object, kind: str, reference: Object) -> dict[str, str]:
    """Read a ConfigMap's or Secret's values as texts; raises ConfigError."""
    found = engine.store.get(kind, pod["metadata"]["namespace"], reference["name"])
    if found is None:
        if reference.get("optional"):
            return {}
        raise ConfigError(f'{kind.lower()} "{reference["name"]}" not found')
    return texts_of(found)


def texts_of(obj: Object) -> dict[str, str]:
    """Give the data of a ConfigMap or Secret as texts, by key."""
    if obj["kind"] == "ConfigMap":
        return {key: str(value) for key, value in (obj.get("data") or {}).items()}
    return {
        key: base64.b64decode(value).decode("utf-8", "replace")
        for key, value in (obj.get("data") or {}).items()
    }


def _value_from(
    engine: Engine, pod: Object, container: Object, source: Object, ip: str
) -> str | None:
    for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        if field not in source:
            continue
        reference = source[field]
        value = _data(engine, pod, kind, reference).get(reference["key"])
        if value is None and not reference.get("optional"):
            namespace = pod["metadata"]["namespace"]
            raise ConfigError(
                f"couldn't find key {reference['key']} in {kind} {namespace}/{reference['name']}"
            )
        return value
    if "fieldRef" in source:
        return field_value(engine, pod, source["fieldRef"]["fieldPath"], ip)
    if "resourceFieldRef" in source:
        return resource_value(engine, pod, container, source["resourceFieldRef"])
    return ""


def field_value(engine: Engine, pod: Object, path: str, ip: str) -> str:
    """Give a field of the pod as the downward API does."""
    meta, spec = pod["metadata"], pod["spec"]
    machine = engine.machines.ip(spec.get("nodeName") or "")
    simple = {
        "metadata.name": meta["name"],
        "metadata.namespace": meta["namespace"],
        "metadata.uid": meta["uid"],
        "spec.nodeName": spec.get("nodeName") or "",
        "spec.serviceAccountName": spec.get("serviceAccountName") or "default",
        "status.podIP": ip,
        "status.podIPs": ip,
        "status.hostIP": machine,
        "status.hostIPs": machine,
    }
    if path in simple:
        return str(simple[path])
    match = re.fullmatch(r"metadata\.(labels|annotations)(?:\['([^']*)'\])?", path)
    if match is None:
        return ""
    rows = meta.get(match.group(1)) or {}
    if match.group(2) is not None:
        return str(rows.get(match.group(2), ""))
    quoted = {key: json.dumps(str(text), ensure_ascii=False) for key, text in rows.items()}
    return "\n".join(f"{key}={quoted[key]}" for key in sorted(quoted))


def resource_value(engine: Engine, pod: Object, container: Object, reference: Object) -> str:
    """Give a container's request or limit as a whole number of the divisor's units."""
    named = reference.get("containerName")
    containers = [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]
    container = next((one for one in containers if one["name"] == named), container)
    side, _, resource = reference["resource"].partition(".")
    given = get(container, "resources", side, resource)
    if given is None and side == "limits":
        given = get(
            engine.store.get("Node", "", pod["spec"].get("nodeName") or ""),
            "status", "allocatable", resource, default="0",
        )  # fmt: skip
    divisor = str(reference.get("divisor") or "1")
    divisor = "1" if divisor == "0" else divisor
    if resource == "cpu":
        unit = max(1, quantity.milli_cpu(divisor))
        return str(-(-quantity.milli_cpu(given) // unit))
    return str(-(-quantity.bytes_of(given) // max(1, quantity.bytes_of(divisor))))
