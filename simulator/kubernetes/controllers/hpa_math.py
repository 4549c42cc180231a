"""How many replicas a metric asks for: the HorizontalPodAutoscaler's replica calculator.

Metrics and requests are whole milli-units per pod. Ratios are floats, as upstream's, and are
turned into whole replicas before anything depends on them. Source:
pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go, v1.32; where an
old and a new release differ the newest table holds. Read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

INT32_MAX = (1 << 31) - 1
INT64_MAX = (1 << 63) - 1

CPU_INITIALIZATION_S, INITIAL_READINESS_DELAY_S, TOLERANCE = 300, 30, 0.1
"""Flags of kube-controller-manager (podautoscaler/config/v1alpha1/defaults.go)."""


class MetricError(ValueError):
    """No replica count can be computed; the message is upstream's."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a ratio may be from 1 without scaling; the two sides differ from v1.33 on."""

    up: float = TOLERANCE
    down: float = TOLERANCE

    def holds(self, ratio: float) -> bool:
        """Tell whether this ratio is near enough to 1."""
        return 1.0 - self.down <= ratio <= 1.0 + self.up


@dataclass(frozen=True, slots=True)
class PodFacts:
    """What decides whether a pod's sample counts.   Times in microseconds, None = not set.

    ready: status of the Ready condition, None without one.   sample_us: when the sample was
    taken, None when there is none.   window_us: the time the sample covers.
    """

    phase: str = "Running"
    deleting: bool = False
    ready: bool | None = False
    transition_us: int | None = None
    start_us: int | None = None
    sample_us: int | None = None
    window_us: int = 0


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods of a workload, grouped by name: whose samples count, and whose do not.

    unready: set aside (Pending, or still warming up).   missing: no sample.   ignored: failed or
    being deleted.
    """

    ready: tuple[str, ...] = ()
    unready: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def group_of(
    pod: PodFacts,
    resource: str,
    now_us: int,
    initialization_us: int = CPU_INITIALIZATION_S * 1_000_000,
    delay_us: int = INITIAL_READINESS_DELAY_S * 1_000_000,
) -> str:
    """Say in which group a pod is: ready, unready, missing or ignored."""
    if pod.deleting or pod.phase == "Failed":
        return "ignored"
    if pod.phase == "Pending":
        return "unready"
    if pod.sample_us is None:
        return "missing"
    if resource == "cpu" and _is_warming(pod, now_us, initialization_us, delay_us):
        return "unready"
    return "ready"


def _is_warming(pod: PodFacts, now_us: int, initialization_us: int, delay_us: int) -> bool:
    """Tell whether a CPU sample may still show the pod's start rather than its work."""
    if pod.ready is None or pod.start_us is None:
        return True
    transition_us = pod.transition_us
    if pod.start_us + initialization_us > now_us:
        stale = (
            transition_us is not None
            and pod.sample_us is not None
            and pod.sample_us < transition_us + pod.window_us
        )
        return not pod.ready or stale
    never_ready = transition_us is None or pod.start_us + delay_us > transition_us
    return not pod.ready and never_ready


def grouped(pods: Mapping[str, PodFacts], resource: str, now_us: int) -> Pods:
    """Group all pods of a workload with the default periods."""
    rows: dict[str, list[str]] = {"ready": [], "unready": [], "missing": [], "ignored": []}
    for name, pod in pods.items():
        rows[group_of(pod, resource, now_us)].append(name)
    return Pods(**{group: tuple(names) for group, names in rows.items()})


def utilization_ratio(
    metrics: Mapping[str, int], requests: Mapping[str, int], target: int
) -> tuple[float, int, int]:
    """Give (ratio to the target, utilization in whole percent, mean usage a pod)."""
    counted = [name for name in metrics if name in requests]
    usage = sum(metrics[name] for name in counted)
    requested = sum(requests[name] for name in counted)
    if requested == 0:
        raise MetricError("no metrics returned matched known pods")
    percent = usage * 100 // requested
    return percent / target, percent, usage // len(counted)


def for_utilization(
    current: int,
    target: int,
    pods: Pods,
    metrics: Mapping[str, int],
    requests: Mapping[str, int],
    tolerance: Tolerance = Tolerance(),
) -> tuple[int, int, int]:
    """Give (replicas, utilization in percent, mean usage) for a Utilization target.

    current: replicas now.   target: percent of the request.   metrics: pod -> usage;
    requests: pod -> request, for every pod of the workload.   Raises MetricError.
    """
    samples = _counted(metrics, pods)
    ratio, percent, usage = utilization_ratio(samples, requests, target)
    fallback = max(100, target)

    def ratio_of(values: Mapping[str, int]) -> float:
        return utilization_ratio(values, requests, target)[0]

    full = {name: requests.get(name, 0) * fallback // 100 for name in pods.missing}
    return _replicas(current, ratio, pods, samples, full, ratio_of, tolerance), percent, usage


def for_average(
    current: int,
    target: int,
    pods: Pods,
    metrics: Mapping[str, int],
    tolerance: Tolerance = Tolerance(),
) -> tuple[int, int]:
    """Give (replicas, mean value) for an AverageValue target of a resource or Pods metric."""
    samples = _counted(metrics, pods)

    def ratio_of(values: Mapping[str, int]) -> float:
        return (sum(values.values()) // len(values)) / target

    mean = sum(samples.values()) // len(samples)
    full = dict.fromkeys(pods.missing, target)
    return _replicas(current, mean / target, pods, samples, full, ratio_of, tolerance), mean


def _counted(metrics: Mapping[str, int], pods: Pods) -> dict[str, int]:
    aside = (*pods.ignored, *pods.unready)
    samples = {name: value for name, value in metrics.items() if name not in aside}
    if not samples:
        raise MetricError("did not receive metrics for targeted pods (pods might be unready)")
    return samples


def _replicas(
    current: int,
    ratio: float,
    pods: Pods,
    samples: dict[str, int],
    full: Mapping[str, int],
    ratio_of: Callable[[Mapping[str, int]], float],
    tolerance: Tolerance,
) -> int:
    """Turn a ratio into replicas, assuming the worst of pods that have no usable sample.

    full: what a missing pod is taken to use when scaling down; when scaling up it uses nothing.
    """
    rebalance = bool(pods.unready) and ratio > 1.0
    if not rebalance and not pods.missing:
        return current if tolerance.holds(ratio) else ceil_int32(ratio * len(pods.ready))
    if ratio < 1.0:
        samples.update(full)
    elif ratio > 1.0:
        samples.update(dict.fromkeys(pods.missing, 0))
    if rebalance:
        samples.update(dict.fromkeys(pods.unready, 0))
    again = ratio_of(samples)
    if tolerance.holds(again) or (ratio < 1.0 < again) or (ratio > 1.0 > again):
        return current
    replicas = ceil_int32(again * len(samples))
    turned = (again < 1.0 and replicas > current) or (again > 1.0 and replicas < current)
    return current if turned else replicas


def for_value(
    current: int,
    ready: int,
    target: int,
    value: int,
    tolerance: Tolerance = Tolerance(),
) -> int:
    """Give the replicas for an Object or External metric with a Value target.

    ready: pods that run and are ready.   value: of the object, or the sum of all series.
    """
    ratio = value / target
    if current == 0:
        return ceil_int32(ratio)
    return current if tolerance.holds(ratio) else ceil_int32(ratio * ready)


def for_average_value(
    status_replicas: int,
    target: int,
    value: int,
    tolerance: Tolerance = Tolerance(),
) -> tuple[int, int]:
    """Give (replicas, value a pod) for an Object or External metric with AverageValue target."""
    if status_replicas == 0:
        return ceil_int32(value / target), 0
    replicas = status_replicas
    if not tolerance.holds(value / (float(target) * status_replicas)):
        replicas = ceil_int32(value / target)
    return replicas, min(math.ceil(value / status_replicas), INT64_MAX)


def ceil_int32(value: float) -> int:
    """Round up to a whole number of replicas, at most what an int32 holds."""
    return min(math.ceil(value), INT32_MAX) if math.isfinite(value) else INT32_MAX


def resource_samples_error(resource: str) -> MetricError:
    """Make the error for a metrics API that returned nothing."""
    why = "no metrics returned from resource metrics API"
    return MetricError(f"unable to get metrics for resource {resource}: {why}")


def pod_request(resource: str, pod: str, containers: Iterable[tuple[str, int | None]]) -> int:
    """Sum a pod's requests.   containers: (name, milli-units or None).   Raises MetricError."""
    total = 0
    for name, request in containers:
        if request is None:
            raise MetricError(f"missing request for {resource} in container {name} of Pod {pod}")
        total += request
    return total
