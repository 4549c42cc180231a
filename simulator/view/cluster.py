"""Kubernetes' half of the view: pods, services, workloads, autoscalers, events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.podstatus import pod_line
from simulator.kubernetes.pods import claims_of
from simulator.plain import Object, get
from simulator.timing import since_start

from .docker import Rendered, layers_of

if TYPE_CHECKING:
    from simulator.engine import Engine

SHAPES = {
    "Running": "running",
    "Pending": "waiting",
    "ContainerCreating": "coming",
    "PodInitializing": "coming",
    "Terminating": "going",
    "Completed": "done",
    "Succeeded": "done",
    "SchedulingGated": "waiting",
}


def pod(engine: Engine, obj: Object) -> Rendered:
    """Draw a pod; its word is kubectl's STATUS, its shape follows from that."""
    meta = obj["metadata"]
    line = pod_line(obj)
    containers = engine.store.by("Container", "pod", meta["uid"])
    image = None
    if containers:
        first = containers[0]
        image = engine.store.get(
            "Image", first["metadata"]["namespace"], str(first["Image"]).removeprefix("sha256:")
        )
    owner = next((r for r in meta.get("ownerReferences") or () if r.get("controller")), None)
    statuses = get(obj, "status", "containerStatuses") or []
    status = line.status
    ready = [s.get("ready", False) for s in statuses]
    shape = SHAPES.get(status, "coming" if status.startswith("Init:") else "failed")
    if shape == "running" and not all(ready):
        shape = "coming"
    return {
        f"pod/{meta['namespace']}/{meta['name']}": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "uid": meta["uid"],
            "node": get(obj, "spec", "nodeName"),
            "status": status,
            "shape": shape,
            "ready": f"{line.ready}/{line.total}",
            "restarts": line.restarts,
            "ip": get(obj, "status", "podIP"),
            "image": get(obj, "spec", "containers", 0, "image", default=""),
            "layers": layers_of(image),
            "app": (meta.get("labels") or {}).get("app") or meta["name"],
            "owner": f"{owner['kind']}/{owner['name']}" if owner else None,
            "created": meta.get("creationTimestamp"),
            "created_us": since_start(engine.start, meta.get("creationTimestamp")),
            "containers": [_container_status(s) for s in statuses],
            "claims": claims_of(obj),
            "message": get(obj, "status", "message") or _waiting_message(statuses),
        }
    }


def _container_status(status: dict[str, Any]) -> dict[str, Any]:
    state = status.get("state") or {}
    word = next(iter(state), "waiting")
    return {
        "name": status["name"],
        "state": word,
        "reason": get(state, word, "reason"),
        "ready": status.get("ready", False),
        "restarts": status.get("restartCount", 0),
    }


def _waiting_message(statuses: list[dict[str, Any]]) -> str | None:
    for status in statuses:
        message = get(status, "state", "waiting", "message")
        if message:
            return str(message)
    return None


def service(engine: Engine, obj: Object) -> Rendered:
    """Draw a service with its endpoints; the cluster's own are not shown."""
    meta, spec = obj["metadata"], obj.get("spec") or {}
    if meta["namespace"] == "kube-system" or meta["name"] == "kubernetes":
        return {}
    place = f"{meta['namespace']}/{meta['name']}"
    endpoints = []
    for piece in engine.store.by("EndpointSlice", "service", place):
        for one in piece.get("endpoints") or ():
            target = one.get("targetRef") or {}
            endpoints.append(
                {
                    "pod": f"{target.get('namespace')}/{target.get('name')}",
                    "ip": (one.get("addresses") or [""])[0],
                    "ready": bool(get(one, "conditions", "ready", default=True)),
                }
            )
    return {
        f"service/{place}": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "type": spec.get("type", "ClusterIP"),
            "cluster_ip": spec.get("clusterIP"),
            "ports": [_port(one) for one in spec.get("ports") or ()],
            "endpoints": endpoints,
            "selector": spec.get("selector") or {},
        }
    }


def _port(one: dict[str, Any]) -> str:
    node = f":{one['nodePort']}" if one.get("nodePort") else ""
    return f"{one['port']}{node}/{one.get('protocol', 'TCP')}"


def workload(engine: Engine, obj: Object) -> Rendered:
    """Draw a Deployment, StatefulSet, DaemonSet or Job."""
    meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    if meta["namespace"] == "kube-system":
        return {}
    kind = obj["kind"]
    desired = spec.get("replicas", 1)
    if kind == "DaemonSet":
        desired = status.get("desiredNumberScheduled", 0)
    elif kind == "Job":
        desired = spec.get("completions") or 1
    return {
        f"workload/{meta['namespace']}/{kind}/{meta['name']}": {
            "kind": kind,
            "name": meta["name"],
            "namespace": meta["namespace"],
            "desired": desired,
            "ready": status.get("readyReplicas", status.get("numberReady", status.get("ready", 0))),
            "updated": status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)),
            "available": status.get("availableReplicas", status.get("numberAvailable", 0)),
            "image": get(spec, "template", "spec", "containers", 0, "image", default=""),
        }
    }


def autoscaler(engine: Engine, obj: Object) -> Rendered:
    """Draw a HorizontalPodAutoscaler."""
    meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    target = spec.get("scaleTargetRef") or {}
    wanted = get(spec, "metrics", 0, "resource", "target", "averageUtilization")
    now = get(status, "currentMetrics", 0, "resource", "current", "averageUtilization")
    shown = "<unknown>" if now is None else f"{now}%"
    return {
        f"hpa/{meta['namespace']}/{meta['name']}": {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "target": f"{target.get('kind')}/{target.get('name')}",
            "current": status.get("currentReplicas", 0),
            "desired": status.get("desiredReplicas", 0),
            "min": spec.get("minReplicas", 1),
            "max": spec.get("maxReplicas", 1),
            "metric": f"cpu: {shown}/{wanted}%" if wanted is not None else None,
        }
    }


def event(engine: Engine, obj: Object) -> Rendered:
    """Draw an event, by the number of its last change."""
    involved = obj.get("involvedObject") or obj.get("regarding") or {}
    return {
        f"event/{obj['metadata'].get('namespace')}/{obj['metadata']['name']}": {
            "at": obj.get("lastTimestamp") or obj["metadata"].get("creationTimestamp"),
            "at_us": since_start(engine.start, obj.get("lastTimestamp")) or 0,
            "n": int(obj["metadata"]["resourceVersion"]),
            "type": obj.get("type", "Normal"),
            "reason": obj.get("reason", ""),
            "object": f"{involved.get('kind')}/{involved.get('name')}",
            "message": obj.get("message", ""),
            "source": get(obj, "source", "component") or obj.get("reportingController") or "",
            "count": obj.get("count", 1),
        }
    }


RENDER = {
    "Pod": pod,
    "Service": service,
    "Deployment": workload,
    "StatefulSet": workload,
    "DaemonSet": workload,
    "Job": workload,
    "HorizontalPodAutoscaler": autoscaler,
    "Event": event,
}
