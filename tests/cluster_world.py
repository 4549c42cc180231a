"""A small cluster with nginx on its workers, for the tests of controllers and kubelets."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from simulator.plain import Object, get
from simulator.scenario import Scenario
from simulator.timing import SECOND

IMAGES = {"worker": ["nginx:1.27", "busybox:1.36"]}


def make_lab(manifests: str = "", workers: int = 3, seed: int = 7, **more: Any) -> Lab:
    """Make a lab of a control plane and some workers; manifests are applied at t = 0."""
    machines = [{"name": "control-plane", "role": "control-plane", "cpu": 2, "memory": "4Gi"}]
    machines += [{"name": f"worker-{n}", "role": "worker"} for n in range(1, workers + 1)]
    data: dict[str, Any] = {"name": "test", "machines": machines, "images": IMAGES}
    data["cluster"] = {"version": "v1.32.4"}
    if manifests:
        data["manifests"] = [manifests]
    return Lab(Scenario({**data, **more}), seed)


def run(lab: Lab, seconds: float) -> None:
    """Let simulated seconds pass."""
    lab.advance(lab.now_us + round(seconds * SECOND))


def apply(lab: Lab, text: str) -> None:
    """Create the objects of some YAML."""
    for obj in yaml.safe_load_all(text):
        lab.engine.api.create(obj)


def pods(lab: Lab, namespace: str = "default", **labels: str) -> list[Object]:
    """Give the pods of a namespace that carry these labels."""
    found = lab.engine.store.list("Pod", namespace)
    return [
        pod
        for pod in found
        if all((pod["metadata"].get("labels") or {}).get(k) == v for k, v in labels.items())
    ]


def one(lab: Lab, kind: str, name: str, namespace: str = "default") -> Object:
    """Give one object, which must be there."""
    return lab.engine.store.need(kind, namespace, name)


def condition(obj: Object, kind: str) -> Object:
    """Give an object's condition of a type; {} without one."""
    rows = get(obj, "status", "conditions", default=[])
    return next((row for row in rows if row["type"] == kind), {})


def is_ready(pod: Object) -> bool:
    """Say whether a pod's Ready condition is True."""
    return bool(condition(pod, "Ready").get("status") == "True")


def events(lab: Lab, reason: str, name: str = "") -> list[str]:
    """Give the messages of all events of a reason, about objects whose name begins so."""
    found = [
        event
        for event in lab.engine.store.list("Event")
        if event["reason"] == reason and event["involvedObject"]["name"].startswith(name)
    ]
    found.sort(key=lambda event: int(event["metadata"]["resourceVersion"]))
    return [event["message"] for event in found]


def ready_addresses(lab: Lab, service: str, namespace: str = "default") -> list[str]:
    """Give the addresses that a service's slices call ready."""
    found = []
    for piece in lab.engine.store.list("EndpointSlice", namespace):
        if piece["metadata"]["labels"]["kubernetes.io/service-name"] == service:
            rows = piece.get("endpoints") or []
            found += [row["addresses"][0] for row in rows if row["conditions"]["ready"]]
    return sorted(found)


def deployment(name: str = "web", replicas: int = 3, image: str = "nginx:1.27", **spec: Any) -> str:
    """Write a Deployment of nginx."""
    container: Object = {"name": "web", "image": image, "ports": [{"containerPort": 80}]}
    container.update(spec.pop("container", {}))
    labels = {"app": name}
    return yaml.safe_dump(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [container], **spec.pop("pod", {})},
                },
                **spec,
            },
        }
    )


def service(name: str = "web", port: int = 80) -> str:
    """Write the Service in front of it."""
    spec = {"selector": {"app": name}, "ports": [{"port": port}]}
    meta = {"name": name, "namespace": "default"}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec})


def pod(name: str, container: Object, node: str | None = None, **spec: Any) -> str:
    """Write a pod of one container."""
    body: Object = {"containers": [{"name": "main", "image": "busybox:1.36", **container}], **spec}
    if node:
        body["nodeName"] = node
    meta = {"name": name, "namespace": "default"}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": body})
