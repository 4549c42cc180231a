"""The objects of ingress-nginx, as its manifest for clouds has them, without what has no effect.

Source: kubernetes/ingress-nginx deploy/static/provider/cloud, controller v1.12.
# Simplified: The admission webhook and the roles of ingress-nginx are left out.
"""

from __future__ import annotations

from typing import Any

from simulator.network.ingress import CONTROLLER, DEFAULT_CLASS, NAME, NAMESPACE
from simulator.plain import Object

VERSION = "1.12.1"
IMAGE = f"registry.k8s.io/ingress-nginx/controller:v{VERSION}"
SELECTOR = {
    "app.kubernetes.io/name": "ingress-nginx",
    "app.kubernetes.io/instance": "ingress-nginx",
    "app.kubernetes.io/component": "controller",
}


def objects() -> list[Object]:
    """Give all objects, in the order in which they are applied."""
    return [
        _object("v1", "Namespace", "ingress-nginx", ""),
        _object("v1", "ServiceAccount", "ingress-nginx", NAMESPACE),
        {**_object("v1", "ConfigMap", NAME, NAMESPACE), "data": {}},
        _service(),
        _deployment(),
        _ingress_class(),
    ]


def _object(api_version: str, kind: str, name: str, namespace: str) -> Object:
    labels = {**SELECTOR, "app.kubernetes.io/part-of": "ingress-nginx"}
    labels["app.kubernetes.io/version"] = VERSION
    meta: dict[str, Any] = {"name": name, "labels": labels}
    if namespace:
        meta["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": meta}


def _service() -> Object:
    ports = [
        {"name": name, "port": port, "protocol": "TCP", "targetPort": name, "appProtocol": name}
        for name, port in (("http", 80), ("https", 443))
    ]
    spec = {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",
        "ports": ports,
        "selector": SELECTOR,
    }
    return {**_object("v1", "Service", NAME, NAMESPACE), "spec": spec}


def _deployment() -> Object:
    health = {"path": "/healthz", "port": 10254, "scheme": "HTTP"}
    probe = {"httpGet": health, "initialDelaySeconds": 10, "periodSeconds": 10}
    container = {
        "name": "controller",
        "image": IMAGE,
        "args": [
            "/nginx-ingress-controller",
            "--publish-service=$(POD_NAMESPACE)/ingress-nginx-controller",
            "--election-id=ingress-nginx-leader",
            "--controller-class=k8s.io/ingress-nginx",
            "--ingress-class=nginx",
            "--configmap=$(POD_NAMESPACE)/ingress-nginx-controller",
        ],
        "env": [
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {
                "name": "POD_NAMESPACE",
                "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
            },
        ],
        "ports": [
            {"name": "http", "containerPort": 80, "protocol": "TCP"},
            {"name": "https", "containerPort": 443, "protocol": "TCP"},
        ],
        "livenessProbe": {**probe, "failureThreshold": 5},
        "readinessProbe": {**probe, "failureThreshold": 3},
        "resources": {"requests": {"cpu": "100m", "memory": "90Mi"}},
        "securityContext": {
            "runAsUser": 101,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
        },
    }
    template = {
        "metadata": {"labels": SELECTOR},
        "spec": {
            "containers": [container],
            "dnsPolicy": "ClusterFirst",
            "nodeSelector": {"kubernetes.io/os": "linux"},
            "serviceAccountName": "ingress-nginx",
            "terminationGracePeriodSeconds": 300,
        },
    }
    spec = {
        "replicas": 1,
        "minReadySeconds": 0,
        "revisionHistoryLimit": 10,
        "selector": {"matchLabels": SELECTOR},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
        "template": template,
    }
    return {**_object("apps/v1", "Deployment", NAME, NAMESPACE), "spec": spec}


def _ingress_class() -> Object:
    found = _object("networking.k8s.io/v1", "IngressClass", "nginx", "")
    found["metadata"]["annotations"] = {DEFAULT_CLASS: "true"}
    return {**found, "spec": {"controller": CONTROLLER}}
