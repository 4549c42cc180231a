"""What one metric of a HorizontalPodAutoscaler says: how many replicas, from which readings.

Sources: pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric) and
metrics/client.go, v1.32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api import quantity, selectors
from simulator.kubernetes.conditions import condition_of
from simulator.kubernetes.controllers import hpa_math
from simulator.kubernetes.controllers.hpa_math import MetricError, PodFacts
from simulator.kubernetes.pods import is_terminating, phase_of
from simulator.plain import Object, get
from simulator.timing import since_start

if TYPE_CHECKING:
    from simulator.engine import Engine

NO_CUSTOM = (
    "unable to fetch metrics from {which} metrics API: no {which} metrics API "
    "({which}.metrics.k8s.io) registered"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric's answer.   name: as events and conditions tell it.   status: of the HPA."""

    replicas: int
    name: str
    status: Object


class MetricFailed(Exception):
    """A metric that gives no answer.   reason: of the condition and the event."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def pods_of(engine: Engine, namespace: str, selector: Object) -> list[Object]:
    """Give the pods that the scaled object selects."""
    wanted = selectors.of_object(selector)
    return [
        pod
        for pod in engine.store.list("Pod", namespace)
        if wanted.matches(pod["metadata"].get("labels"))
    ]


def read(engine: Engine, metric: Object, current: int, pods: list[Object]) -> Reading:
    """Compute what one metric of `spec.metrics` asks for; raises MetricFailed."""
    kind = metric["type"]
    if kind == "Resource":
        body = metric["resource"]
        return _resource(engine, body["name"], body["target"], current, pods, None)
    if kind == "ContainerResource":
        body = metric["containerResource"]
        container = body["container"]
        return _resource(engine, body["name"], body["target"], current, pods, container)
    which = "external" if kind == "External" else "custom"
    name = get(metric, kind.lower(), "metric", "name", default="")
    why = NO_CUSTOM.format(which=which)
    message = f"unable to get metric {name}: {why}"
    if kind == "Pods":
        message = f"failed to get pods metric value: {message}"
    else:
        message = f"failed to get {kind.lower()} metric value: {message}"
    raise MetricFailed(f"FailedGet{kind}Metric", message)


def _resource(
    engine: Engine,
    resource: str,
    target: Object,
    current: int,
    pods: list[Object],
    container: str | None,
) -> Reading:
    usage = _usage(engine, resource, pods, container)
    reason = "FailedGetContainerResourceMetric" if container else "FailedGetResourceMetric"
    what = f"{resource} utilization" if target["type"] == "Utilization" else resource
    try:
        if not usage:
            raise hpa_math.resource_samples_error(resource)
        groups = hpa_math.grouped(
            {pod["metadata"]["name"]: _facts(engine, pod) for pod in pods},
            resource,
            engine.now_us,
        )
        if target["type"] == "Utilization":
            requests = {pod["metadata"]["name"]: _request(resource, pod, container) for pod in pods}
            wanted = int(target["averageUtilization"])
            replicas, percent, mean = hpa_math.for_utilization(
                current, wanted, groups, usage, requests
            )
            shown = {"averageUtilization": percent, "averageValue": _text(resource, mean)}
            name = f"{resource} resource utilization (percentage of request)"
        else:
            wanted = _milli(resource, target["averageValue"])
            replicas, mean = hpa_math.for_average(current, wanted, groups, usage)
            shown = {"averageValue": _text(resource, mean)}
            name = f"{resource} resource"
    except MetricError as error:
        raise MetricFailed(reason, f"failed to get {what}: {error}") from error
    if container is None:
        row: Object = {"type": "Resource", "resource": {"name": resource, "current": shown}}
    else:
        name = name.replace("resource", f"container resource of {container}", 1)
        body = {"name": resource, "container": container, "current": shown}
        row = {"type": "ContainerResource", "containerResource": body}
    return Reading(replicas, name, row)


def _usage(
    engine: Engine, resource: str, pods: list[Object], container: str | None
) -> dict[str, int]:
    """Give the last samples in milli-units by pod name; a pod without one is left out."""
    field = "cpu_milli" if resource == "cpu" else "memory_bytes"
    scale = 1 if resource == "cpu" else 1000
    found = {}
    for pod in pods:
        meta = pod["metadata"]
        sample: dict[str, Any] | None = engine.metrics.pod_usage(meta["namespace"], meta["name"])
        if sample is not None and container is not None:
            sample = sample["containers"].get(container)
        if sample is not None:
            found[meta["name"]] = int(sample[field]) * scale
    return found


def _facts(engine: Engine, pod: Object) -> PodFacts:
    meta = pod["metadata"]
    ready = condition_of(pod, "Ready")
    sample = engine.metrics.pod_usage(meta["namespace"], meta["name"])
    return PodFacts(
        phase=phase_of(pod),
        deleting=is_terminating(pod),
        ready=None if ready is None else ready["status"] == "True",
        transition_us=since_start(engine.start, (ready or {}).get("lastTransitionTime")),
        start_us=since_start(engine.start, get(pod, "status", "startTime")),
        sample_us=sample["at_us"] if sample else None,
        window_us=sample["window_us"] if sample else 0,
    )


def _request(resource: str, pod: Object, container: str | None) -> int:
    sidecars = [
        one
        for one in pod["spec"].get("initContainers") or ()
        if one.get("restartPolicy") == "Always"
    ]
    rows = []
    for one in [*pod["spec"]["containers"], *sidecars]:
        if container is None or one["name"] == container:
            given = get(one, "resources", "requests", resource)
            rows.append((one["name"], None if given is None else _milli(resource, given)))
    return hpa_math.pod_request(resource, pod["metadata"]["name"], rows)


def _milli(resource: str, text: Any) -> int:
    if resource == "cpu":
        return quantity.milli_cpu(text)
    return quantity.bytes_of(text) * 1000


def _text(resource: str, milli: int) -> str:
    if resource == "cpu":
        return quantity.cpu_text(milli)
    return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"
