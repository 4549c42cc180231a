"""ConfigMaps, Secrets, namespaces, nodes, endpoints.

Source: pkg/apis/core/validation, pkg/apis/discovery/validation.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from typing import Any

from simulator.plain import Object

from ..names import (
    config_key_problems,
    dns1123_label_problems,
    label_value_problems,
    qualified_name_problems,
    subdomain_problems,
)
from ..status import FieldValue, duplicate, invalid_value, required, too_long, too_many, unsupported
from .common import (
    PROTOCOLS,
    Body,
    Problems,
    body,
    cidr,
    ip_address,
    items,
    label_name,
    names,
    port_number,
)
from .metadata import STANDARD_FINALIZERS
from .scheduling import EFFECTS
from .services import not_special

MAX_DATA = 1 << 20
_SECRET_KEYS = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
}
ACCOUNT = "kubernetes.io/service-account.name"
ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
MAX_ENDPOINTS, MAX_ADDRESSES, MAX_PORTS = 1000, 100, 20000


def config_map(obj: Object) -> Problems:
    """Check a ConfigMap."""
    out: Problems = []
    texts, raw = body(obj.get("data")), body(obj.get("binaryData"))
    for key in sorted(texts):
        out += names(key, f"data[{key}]", config_key_problems)
        if key in raw:
            why = "duplicate of key present in binaryData"
            out.append(invalid_value(f"data[{key}]", key, why))
    for key in sorted(raw):
        out += names(key, f"binaryData[{key}]", config_key_problems)
    size = sum(len(str(text).encode()) for text in texts.values())
    size += sum(len(str(text)) * 3 // 4 for text in raw.values())
    return [*out, too_long("[]", MAX_DATA)] if size > MAX_DATA else out


def secret(obj: Object) -> Problems:
    """Check a Secret."""
    data = {key: text or "" for key, text in body(obj.get("data")).items()}
    kind = str(obj.get("type") or "")
    out: Problems = []
    for key in sorted(data):
        out += names(key, f"data[{key}]", config_key_problems)
    if sum(len(text) * 3 // 4 for text in data.values()) > MAX_DATA:
        out.append(too_long("data", MAX_DATA))
    if kind == "kubernetes.io/service-account-token":
        given = body(obj["metadata"].get("annotations")).get(ACCOUNT)
        return out if given else [*out, required(f"metadata.annotations[{ACCOUNT}]")]
    for key in _SECRET_KEYS.get(kind, ()):
        if key not in data:
            out.append(required(f"data[{key}]"))
        elif key.startswith("."):
            out += _json_object(str(data[key]), f"data[{key}]")
    login = ("username", "password")
    if kind == "kubernetes.io/basic-auth" and not any(key in data for key in login):
        out += [required(f"data[{key}]") for key in login]
    if kind == "kubernetes.io/ssh-auth" and not data.get("ssh-privatekey"):
        out.append(required("data[ssh-privatekey]"))
    return out


def _json_object(text: str, path: str) -> Problems:
    try:
        raw = base64.b64decode(text).decode("utf-8", "replace")
        value = json.loads(raw)
    except ValueError as error:
        return [invalid_value(path, "<secret contents redacted>", _go_json(error))]
    if value is None or isinstance(value, dict):
        return []
    kind = {str: "string", bool: "bool", list: "array"}.get(type(value), "number")
    why = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    return [invalid_value(path, "<secret contents redacted>", why)]


def _go_json(error: ValueError) -> str:
    """Say in Go's words why a text is no JSON."""
    if not isinstance(error, json.JSONDecodeError) or error.pos >= len(error.doc):
        return "unexpected end of JSON input"
    char = error.doc[error.pos]
    shown = "'\\''" if char == "'" else f"'{char}'"
    goals = {
        "Expecting property name": "looking for beginning of object key string",
        "Expecting ',' delimiter": "after object key:value pair",
        "Expecting ':' delimiter": "after object key",
        "Extra data": "after top-level value",
    }
    start = next((v for k, v in goals.items() if error.msg.startswith(k)), "")
    return f"invalid character {shown} {start or 'looking for beginning of value'}"


def namespace(obj: Object) -> Problems:
    """Check a Namespace."""
    out: Problems = []
    for text in body(obj.get("spec")).get("finalizers") or ():
        out += names(str(text), "spec.finalizers", qualified_name_problems)
        if "/" not in str(text) and text not in STANDARD_FINALIZERS:
            why = "name is neither a standard finalizer name nor is it fully qualified"
            out.append(invalid_value("spec.finalizers", text, why))
    return out


def node(obj: Object) -> Problems:
    """Check a Node."""
    spec = body(obj.get("spec"))
    out: Problems = []
    seen: set[Any] = set()
    for n, taint in items(spec.get("taints")):
        where, effect = f"metadata.taints[{n}]", taint.get("effect") or ""
        out += label_name(taint.get("key"), f"{where}.key")
        value = str(taint.get("value") or "")
        wrong = label_value_problems(value)
        if wrong:
            out.append(invalid_value(f"{where}.value", value, ";".join(wrong)))
        if effect not in EFFECTS:
            field = f"{where}.effect"
            out.append(unsupported(field, effect, EFFECTS) if effect else required(field))
        if (taint.get("key"), effect) in seen:
            shown = FieldValue(
                f'core.Taint{{Key:"{taint.get("key") or ""}", Value:"{value}", '
                f'Effect:"{effect}", TimeAdded:<nil>}}'
            )
            out.append(duplicate(where, shown, "taints must be unique by key and effect pair"))
        seen.add((taint.get("key"), effect))
    for n, one in enumerate(spec.get("podCIDRs") or ()):
        out += cidr(one, f"spec.podCIDRs[{n}]")
    return out


def endpoints(obj: Object) -> Problems:
    """Check an Endpoints object."""
    out: Problems = []
    for n, subset in items(obj.get("subsets")):
        where = f"subsets[{n}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            why = "must specify `addresses` or `notReadyAddresses`"
            out.append(required(where, why))
        for group in ("addresses", "notReadyAddresses"):
            for m, one in items(subset.get(group)):
                out += _endpoint_address(one, f"{where}.{group}[{m}]")
        ports = subset.get("ports") or []
        for m, port in items(ports):
            out += _endpoint_port(port, f"{where}.ports[{m}]", len(ports) > 1)
    return out


def _endpoint_address(one: Body, path: str) -> Problems:
    text = str(one.get("ip") or "")
    out = ip_address(text, f"{path}.ip")
    if one.get("hostname"):
        out += names(str(one["hostname"]), f"{path}.hostname", dns1123_label_problems)
    if one.get("nodeName") is not None:
        out += names(str(one["nodeName"]), f"{path}.nodeName", subdomain_problems)
    return out + not_special(text, f"{path}.ip")


def _endpoint_port(port: Body, path: str, need_name: bool) -> Problems:
    name, protocol = str(port.get("name") or ""), port.get("protocol")
    out: Problems = []
    if name:
        out += names(name, f"{path}.name", dns1123_label_problems)
    elif need_name:
        out.append(required(f"{path}.name"))
    out += port_number(port.get("port"), f"{path}.port")
    if protocol not in PROTOCOLS:
        out.append(unsupported(f"{path}.protocol", protocol, PROTOCOLS))
    if port.get("appProtocol") is not None:
        text = str(port["appProtocol"])
        out += names(text, f"{path}.appProtocol", qualified_name_problems)
    return out


def endpoint_slice(obj: Object) -> Problems:
    """Check an EndpointSlice."""
    kind = obj.get("addressType")
    out: Problems = []
    if kind not in ADDRESS_TYPES:
        field = "addressType"
        out.append(unsupported(field, kind, ADDRESS_TYPES) if kind else required(field))
    found = obj.get("endpoints") or []
    if len(found) > MAX_ENDPOINTS:
        return [*out, too_many("endpoints", len(found), MAX_ENDPOINTS)]
    for n, one in items(found):
        out += _slice_endpoint(one, f"endpoints[{n}]", str(kind))
    ports = obj.get("ports") or []
    if len(ports) > MAX_PORTS:
        return [*out, too_many("ports", len(ports), MAX_PORTS)]
    seen: set[str] = set()
    for n, port in items(ports):
        name, protocol = str(port.get("name") or ""), port.get("protocol")
        if name:
            out += names(name, f"ports[{n}].name", dns1123_label_problems)
        if name in seen:
            out.append(duplicate(f"ports[{n}].name", name))
        seen.add(name)
        if protocol not in PROTOCOLS:
            out.append(unsupported(f"ports[{n}].protocol", protocol, PROTOCOLS))
    return out


def _slice_endpoint(one: Body, path: str, kind: str) -> Problems:
    addresses = one.get("addresses") or []
    out: Problems = []
    if not addresses:
        out.append(required(f"{path}.addresses", "must contain at least 1 address"))
    elif len(addresses) > MAX_ADDRESSES:
        out.append(too_many(f"{path}.addresses", len(addresses), MAX_ADDRESSES))
    for n, text in enumerate(addresses):
        where = f"{path}.addresses[{n}]"
        if kind in ("IPv4", "IPv6"):
            if _version(text) != kind:
                out.append(invalid_value(where, text, f"must be a valid {kind} address"))
            out += not_special(text, where)
        else:
            out += names(text.removesuffix("."), where, subdomain_problems)
    if one.get("nodeName") is not None:
        out += names(str(one["nodeName"]), f"{path}.nodeName", subdomain_problems)
    if one.get("hostname") is not None:
        out += names(str(one["hostname"]), f"{path}.hostname", dns1123_label_problems)
    return out


def _version(text: str) -> str:
    try:
        return f"IPv{ipaddress.ip_address(text).version}"
    except ValueError:
        return ""


CHECKS = {
    "ConfigMap": config_map,
    "Secret": secret,
    "Namespace": namespace,
    "Node": node,
    "Endpoints": endpoints,
    "EndpointSlice": endpoint_slice,
}
