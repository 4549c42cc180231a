"""Defaults of services, secrets, namespaces and the like.

Source: kubernetes v1.32 pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

import base64

from simulator.plain import Object

from ..quantity import canonical


def service(obj: Object) -> None:
    """Fill in a Service."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    if spec["sessionAffinity"] == "ClientIP":
        config = spec.setdefault("sessionAffinityConfig", {})
        config.setdefault("clientIP", {}).setdefault("timeoutSeconds", 10800)
    for port in spec.get("ports") or ():
        port.setdefault("protocol", "TCP")
        if port.get("targetPort") in (None, "", 0):
            port["targetPort"] = port.get("port")
    if spec["type"] in ("NodePort", "LoadBalancer"):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    if spec["type"] != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")


def secret(obj: Object) -> None:
    """Fill in a Secret; `stringData` is written into `data`."""
    obj.setdefault("type", "Opaque")
    for key, text in (obj.pop("stringData", None) or {}).items():
        data = obj.get("data") or {}
        data[key] = base64.b64encode(str(text).encode()).decode()
        obj["data"] = data


def namespace(obj: Object) -> None:
    """Fill in a Namespace: its label by its own name, and what holds its deletion."""
    meta = obj["metadata"]
    labels = meta.get("labels") or {}
    if meta.get("name") and labels.get("kubernetes.io/metadata.name") != meta["name"]:
        meta["labels"] = {**labels, "kubernetes.io/metadata.name": meta["name"]}
    spec = obj.setdefault("spec", {})
    if not meta.get("deletionTimestamp"):
        spec.setdefault("finalizers", ["kubernetes"])


def endpoints(obj: Object) -> None:
    """Fill in an Endpoints object."""
    for subset in obj.get("subsets") or ():
        for port in subset.get("ports") or ():
            port.setdefault("protocol", "TCP")


def limit_range(obj: Object) -> None:
    """Fill in a LimitRange: a maximum is also a default limit, a default limit a request."""
    for item in (obj.get("spec") or {}).get("limits") or ():
        if item.get("type") != "Container":
            continue
        limits = item.get("default") or {}
        requests = item.get("defaultRequest") or {}
        for name, amount in (item.get("max") or {}).items():
            limits.setdefault(name, canonical(amount))
        for name, amount in limits.items():
            requests.setdefault(name, amount)
        for name, amount in (item.get("min") or {}).items():
            requests.setdefault(name, canonical(amount))
        if limits:
            item["default"] = limits
        if requests:
            item["defaultRequest"] = requests


FILLERS = {
    "Service": service,
    "Secret": secret,
    "Namespace": namespace,
    "Endpoints": endpoints,
    "LimitRange": limit_range,
}


NODE_INFO = ("machineID", "systemUUID", "bootID", "kernelVersion", "osImage",
             "containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion", "operatingSystem",
             "architecture")  # fmt: skip


def node_status(obj: Object) -> Object:
    """Give the status of a node of which no kubelet has told anything yet."""
    return {
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
        "nodeInfo": dict.fromkeys(NODE_INFO, ""),
    }
