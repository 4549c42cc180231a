"""What a new cluster has: its namespaces, accounts, priority classes and the service of the API.

In a real cluster the API server and the controller manager make these when they first start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from . import flow, roles
from .addresses import KUBERNETES_IP

if TYPE_CHECKING:
    from simulator.engine import Engine

MANAGER = "kube-apiserver"
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
PRIORITIES = (
    ("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the "
     "cluster, but can be moved to another node if necessary."),
    ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved "
     "from their current node."),
)  # fmt: skip


def has_cluster(engine: Engine) -> bool:
    """Tell whether a lab has a Kubernetes cluster: a machine that is its control plane."""
    machines = engine.scenario.data.get("machines") or ()
    return any(machine.get("role") == "control-plane" for machine in machines)


def setup(engine: Engine) -> None:
    """Make what every cluster has, at t = 0, where there is one."""
    if not has_cluster(engine):
        return
    for name in NAMESPACES:
        _make(engine, _object("v1", "Namespace", name))
        _make(engine, _object("v1", "ServiceAccount", "default", name))
        _make(engine, root_certificate(name))
    for name, value, text in PRIORITIES:
        body = {"value": value, "description": text}
        _make(engine, {**_object("scheduling.k8s.io/v1", "PriorityClass", name), **body})
    for made in (*roles.default_roles(), *roles.default_bindings(), *flow.objects()):
        _make(engine, made)
    labels = {"component": "apiserver", "provider": "kubernetes"}
    port = {"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}
    service = _object("v1", "Service", "kubernetes", "default")
    service["metadata"]["labels"] = labels
    service["spec"] = {"clusterIP": KUBERNETES_IP, "ports": [port]}
    _make(engine, service)


def root_certificate(namespace: str) -> Object:
    """Give the ConfigMap by which pods know the API server."""
    body = _object("v1", "ConfigMap", "kube-root-ca.crt", namespace)
    body["data"] = {"ca.crt": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"}
    return body


def _object(api_version: str, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta}


def _make(engine: Engine, obj: Object) -> None:
    engine.api.create(obj, manager=MANAGER)
