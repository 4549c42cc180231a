"""Adapters of the Kubernetes tables: each turns a row's input into a call of our own code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator.kubernetes.api import age, quantity, selectors
from simulator.kubernetes.controllers import (
    cron_schedule,
    hpa_behavior,
    hpa_math,
    pod_ranking,
    rollout,
)
from simulator.kubernetes.scheduler.cache import Cache
from simulator.kubernetes.scheduler.framework import SKIP, Cycle, Plugin
from simulator.kubernetes.scheduler.plugins import (
    image_locality,
    node_affinity,
    node_resources,
    pod_topology_spread,
    taint_toleration,
)
from simulator.kubernetes.scheduler.podinfo import pod_info
from simulator.store import Store
from tests.vectors.compare import same, text
from tests.vectors.registry import Answer, table

Row = dict[str, Any]
SECOND = 1_000_000


def differs_as_text(expected: Any, actual: Answer) -> list[str]:
    """Compare a table whose `expected` is one bare value."""
    got = actual.get("value")
    return [] if same(expected, got) else [f"expected {text(expected)}, got {text(got)}"]


def or_error(answer: Callable[..., Answer]) -> Callable[..., Answer]:
    """Turn a declared refusal (every one is a ValueError) into an `error`."""

    @functools.wraps(answer)
    def safe(*args: Any) -> Answer:
        try:
            return answer(*args)
        except ValueError as problem:
            return {"error": str(problem)}

    return safe


# --- quantities, selectors, ages -----------------------------------------------------------


@table("quantity_parse")
@or_error
def quantity_parse(row: str) -> Answer:
    parsed = quantity.parse(row)
    exact = format((Decimal(parsed.nanos) / quantity.NANOS).normalize(), "f")
    return {
        "value": exact,
        "format": parsed.format,
        "printed": str(parsed),
        "normalized": quantity.normalized(parsed.nanos, parsed.format),
        "ceilInt": str(parsed.value()),
    }


@table("quantity_canonical")
@or_error
def quantity_canonical(row: str) -> Answer:
    return {"canonical": quantity.canonical(row)}


@table("quantity_compare")
@or_error
def quantity_compare(row: list[str]) -> Answer:
    return {"cmp": quantity.compare(*row)}


@table("selector_parse")
@or_error
def selector_parse(row: str) -> Answer:
    selector = selectors.parse(row)
    rows = [
        {"key": one.key, "op": one.operator, "values": list(one.values)}
        for one in selector.requirements
    ]
    return {"canonical": str(selector), "requirements": rows}


@table("selector_match")
@or_error
def selector_match(row: Row) -> Answer:
    return {"match": selectors.parse(row["selector"]).matches(row["labels"])}


@table("age_format", differs=differs_as_text)
def age_format(row: Row) -> Answer:
    styles = {"human": age.human_duration, "short": age.short_human_duration}
    return {"value": styles[row["style"]](round(row["ms"] * 1000))}


# --- cron ----------------------------------------------------------------------------------


@table("cron_schedule")
@or_error
def cron(row: Row) -> Answer:
    schedule = cron_schedule.parse(row["schedule"])
    if "at" in row:
        at = datetime.fromisoformat(row["at"])
        return {"fires": schedule.next(at - timedelta(seconds=1)) == at}
    if "after" not in row:
        return {}
    found = schedule.next(datetime.fromisoformat(row["after"]))
    return {"next": found.isoformat() if found else None}


# --- deployments and replica sets -------------------------------------------------------------


@table("deployment_fenceposts")
@or_error
def deployment_fenceposts(row: Row) -> Answer:
    surge, unavailable = rollout.fenceposts(
        row.get("maxSurge"), row.get("maxUnavailable"), row["replicas"]
    )
    return {"maxSurge": surge, "maxUnavailable": unavailable}


@table("deployment_max_unavailable")
@or_error
def deployment_max_unavailable(row: Row) -> Answer:
    count = rollout.effective_max_unavailable(
        row["strategy"], row["replicas"], row.get("maxSurge"), row.get("maxUnavailable")
    )
    return {"maxUnavailable": count}


@table("deployment_new_rs_scale")
@or_error
def deployment_new_rs_scale(row: Row) -> Answer:
    surge = rollout.scaled_value(row.get("maxSurge"), row["replicas"], round_up=True)
    size = rollout.new_set_replicas(
        row["strategy"], row["replicas"], row["newRS"], row["newRS"] + row["otherRSTotal"], surge
    )
    return {"newRS": size, "scaled": size != row["newRS"]}


def unavailable_of(row: Row) -> int:
    return rollout.effective_max_unavailable(
        rollout.ROLLING_UPDATE, row["replicas"], row.get("maxSurge"), row.get("maxUnavailable")
    )


@table("deployment_old_rs_scale")
@or_error
def deployment_old_rs_scale(row: Row) -> Answer:
    old = rollout.SetSize("old", row["oldRS"], row.get("oldAvailable", 0))
    new = rollout.SetSize("new", row["newRS"], row.get("newAvailable", 0), created=1)
    sizes = rollout.scale_down_old([old], new, row["replicas"], unavailable_of(row))
    return {"oldRS": sizes.get("old", row["oldRS"]), "scaled": "old" in sizes}


@table("deployment_old_rs_steps", wants_case=True)
@or_error
def deployment_old_rs_steps(case: Row) -> Answer:
    row = case["input"]
    old = rollout.SetSize("old", row["oldRS"], row["available"])
    if "maxCleanup" in row:
        sizes, _ = rollout.clean_up_unhealthy([old], row["maxCleanup"])
        size = sizes.get("old", row["oldRS"])
        return {"cleaned": row["oldRS"] - size, "oldRS": size}
    sizes = rollout.scale_down_healthy(
        [old], row["replicas"], unavailable_of(row), row["available"]
    )
    size = sizes.get("old", row["oldRS"])
    return {"oldRS": size, "scaled": size != row["oldRS"]}


@table("deployment_status")
@or_error
def deployment_status(row: Row) -> Answer:
    if "old" in row:
        return {"progressing": rollout.is_progressing(row["old"], row["new"])}
    if "desired" in row:
        counts = (row.get(key, 0) for key in ("desired", "replicas", "updated", "available"))
        return {"complete": rollout.is_complete(*counts, row.get("generationObserved", True))}
    timed_out = rollout.is_timed_out(
        row.get("progressDeadlineSeconds"),
        round(row["secondsSinceProgressingUpdate"] * SECOND),
        row.get("progressingReason") or "",
    )
    return {"timedOut": timed_out}


NOW_US = 10**15


def ranked_pod(row: Row) -> pod_ranking.Ranked:
    def moment(seconds: float | None) -> int | None:
        return None if seconds is None else NOW_US - round(seconds * SECOND)

    return pod_ranking.Ranked(
        assigned=bool(row["node"]),
        phase=row["phase"],
        ready=row["ready"],
        cost=row.get("deletionCost") or 0,
        rank=row.get("rank", 0),
        ready_us=moment(row.get("readyAge")),
        restarts=row.get("restarts", 0),
        sidecar_restarts=row.get("sidecarRestarts", 0),
        created_us=moment(row.get("age")),
    )


@table("active_pods_ranking", differs=differs_as_text)
def active_pods_ranking(row: Row) -> Answer:
    order = pod_ranking.compare(ranked_pod(row["a"]), ranked_pod(row["b"]), NOW_US)
    return {"value": {-1: "a", 0: "tie", 1: "b"}[order]}


# --- the autoscaler ---------------------------------------------------------------------------


def tolerance_of(row: Row) -> hpa_math.Tolerance:
    given = row.get("tolerance") or {}
    return hpa_math.Tolerance(given.get("up", 0.1), given.get("down", 0.1))


def pods_of(row: Row, sample: str) -> tuple[hpa_math.Pods, dict[str, int], dict[str, int]]:
    """Give the groups, the samples and the requests of a row's pods."""
    groups: dict[str, list[str]] = {"ready": [], "unready": [], "missing": [], "ignored": []}
    metrics, requests = {}, {}
    for n, pod in enumerate(row["pods"]):
        name = f"p{n}"
        state = {"failed": "ignored", "deleting": "ignored"}.get(pod["state"], pod["state"])
        if state == "ready" and pod.get(sample) is None:
            state = "missing"
        groups[state].append(name)
        requests[name] = pod.get("request") or 0
        if pod.get(sample) is not None:
            metrics[name] = pod[sample]
    return hpa_math.Pods(**{key: tuple(names) for key, names in groups.items()}), metrics, requests


@table("hpa_resource_utilization")
@or_error
def hpa_resource_utilization(row: Row) -> Answer:
    pods, metrics, requests = pods_of(row, "usage")
    replicas, percent, mean = hpa_math.for_utilization(
        row["currentReplicas"],
        row["targetUtilization"],
        pods,
        metrics,
        requests,
        tolerance_of(row),
    )
    return {"replicas": replicas, "utilization": percent, "rawAverage": mean}


@table("hpa_pod_metric")
@or_error
def hpa_pod_metric(row: Row) -> Answer:
    pods, metrics, _ = pods_of(row, "value")
    replicas, mean = hpa_math.for_average(
        row["currentReplicas"], row["targetAverage"], pods, metrics, tolerance_of(row)
    )
    return {"replicas": replicas, "average": mean}


@table("hpa_value_target")
@or_error
def hpa_value_target(row: Row) -> Answer:
    replicas = hpa_math.for_value(
        row["currentReplicas"],
        row["readyRunningPods"],
        row["targetValue"],
        sum(row["values"]),
        tolerance_of(row),
    )
    return {"replicas": replicas}


@table("hpa_average_value_target")
@or_error
def hpa_average_value_target(row: Row) -> Answer:
    value = row["value"] if "value" in row else sum(row["values"])
    replicas, mean = hpa_math.for_average_value(
        row["statusReplicas"], row["targetAverageValue"], value, tolerance_of(row)
    )
    return {"replicas": replicas, "averagePerPod": mean}


@table("hpa_errors")
@or_error
def hpa_errors(row: Row) -> Answer:
    if not row["metricsFor"]:
        raise hpa_math.resource_samples_error("cpu")
    request = None if row.get("requestMissing") else 1000
    requests = {
        name: hpa_math.pod_request("cpu", name, [("container", request)]) for name in row["pods"]
    }
    metrics = dict.fromkeys(row["metricsFor"], 100)
    pods = hpa_math.Pods(
        ready=tuple(name for name in row["pods"] if name in metrics),
        missing=tuple(name for name in row["pods"] if name not in metrics),
    )
    replicas, _, _ = hpa_math.for_utilization(len(row["pods"]), 100, pods, metrics, requests)
    return {"replicas": replicas}


@table("hpa_group_pods")
def hpa_group_pods(row: Row) -> Answer:
    pod = row["pod"]

    def moment(key: str) -> int | None:
        return None if pod.get(key) is None else NOW_US - round(pod[key] * SECOND)

    sampled = pod.get("hasMetric", False)
    facts = hpa_math.PodFacts(
        phase=pod.get("phase", "Running"),
        deleting=pod.get("deleting", False),
        ready=pod.get("ready", False),
        transition_us=moment("readyTransitionAge"),
        start_us=moment("startAge"),
        sample_us=NOW_US - round(pod.get("metricAge", 0) * SECOND) if sampled else None,
        window_us=round(pod.get("metricWindow", 0) * SECOND),
    )
    group = hpa_math.group_of(
        facts,
        row["resource"],
        NOW_US,
        round(row.get("cpuInitializationPeriodS", 300) * SECOND),
        round(row.get("initialReadinessDelayS", 30) * SECOND),
    )
    return {"group": group}


def aged(rows: list[list[float]] | None) -> list[tuple[int, int]]:
    return [(round(seconds * SECOND), int(count)) for seconds, count in rows or []]


@table("hpa_stabilization")
def hpa_stabilization(row: Row) -> Answer:
    replicas, reason = hpa_behavior.stabilized(
        row["currentReplicas"],
        row["desiredReplicas"],
        aged(row.get("recommendations")),
        round(row.get("upWindowS", 0) * SECOND),
        round(row.get("downWindowS", 300) * SECOND),
    )
    return {"replicas": replicas, "reason": reason}


@table("hpa_behavior_rate")
def hpa_behavior_rate(row: Row) -> Answer:
    replicas, reason = hpa_behavior.limited(
        row["currentReplicas"],
        row["desiredReplicas"],
        row.get("minReplicas", 1),
        row["maxReplicas"],
        hpa_behavior.behavior(row),
        hpa_behavior.History(aged(row.get("scaleUpEvents")), aged(row.get("scaleDownEvents"))),
    )
    return {"replicas": replicas, "reason": reason}


# --- the scheduler ------------------------------------------------------------------------------


@table("least_allocated")
def least_allocated(row: Row) -> Answer:
    pod = row["podRequest"]
    scores = []
    for node in row["nodes"]:
        used = node.get("used") or {}
        requested = {name: used.get(name, 0) + pod.get(name, 0) for name in row["weights"]}
        scores.append(
            node_resources.allocation_score(
                requested, node["allocatable"], pod, row["weights"], row.get("most", False)
            )
        )
    return {"scores": scores}


@table("balanced_allocation")
def balanced_allocation(row: Row) -> Answer:
    pod = row["podRequest"]
    scores = []
    for node in row["nodes"]:
        used = node.get("used") or {}
        requested = {name: used.get(name, 0) + pod.get(name, 0) for name in row["resources"]}
        scores.append(
            node_resources.balanced_score(requested, node["allocatable"], pod, row["resources"])
        )
    return {"scores": scores}


@table("image_locality")
def image_locality_score(row: Row) -> Answer:
    images = [(one["bytes"], one["nodesHaving"]) for one in row["imagesOnNode"]]
    return {"score": image_locality.locality_score(images, row["totalNodes"], row["containers"])}


def cluster_of(nodes: list[Row], pods: list[Row], *others: Row) -> Cache:
    """Make a scheduler's cache over a store with these objects."""
    store = Store(lambda *parts: "-".join(map(str, parts)), lambda: "2026-01-01T00:00:00Z")
    for item in (*nodes, *pods, *others):
        store.create(item)
    cache = Cache(store)
    cache.rebuild({})
    return cache


def node_of(name: str, labels: Row | None = None, **spec: Any) -> Row:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": spec,
        "status": {"allocatable": {"cpu": "64", "memory": "64Gi", "pods": "110"}},
    }


def pod_of(name: str, labels: Row | None = None, **spec: Any) -> Row:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": labels or {}},
        "spec": {"containers": [], **spec},
    }


def filtered(plugin: Plugin, cache: Cache, pod: Row, node: str) -> Answer:
    """Run one filter plugin over one node."""
    cycle = Cycle(pod_info(pod), cache)
    if plugin.pre_filter(cycle) is SKIP:
        return {"fits": True}
    status = plugin.filter(cycle, cache.nodes[node])
    return {"fits": True} if status is None else {"fits": False, "reason": status.reasons[0]}


@table("node_affinity_filter")
def node_affinity_filter(row: Row) -> Answer:
    name = row.get("nodeName") or "node"
    spec: Row = {}
    if "nodeSelector" in row:
        spec["nodeSelector"] = row["nodeSelector"]
    if row.get("requiredTerms") is not None:
        required = {"nodeSelectorTerms": row["requiredTerms"]}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}
        }
    cache = cluster_of([node_of(name, row.get("labels"))], [])
    return filtered(node_affinity.NodeAffinity(), cache, pod_of("pod", **spec), name)


@table("taint_toleration_filter")
def taint_toleration_filter(row: Row) -> Answer:
    cache = cluster_of([node_of("node", taints=row["taints"])], [])
    pod = pod_of("pod", tolerations=row["tolerations"])
    return filtered(taint_toleration.TaintToleration(), cache, pod, "node")


@table("taint_toleration_score")
def taint_toleration_score(row: Row) -> Answer:
    names = [f"node{n:03}" for n in range(len(row["nodeTaints"]))]
    nodes = [node_of(*pair) for pair in zip(names, [None] * len(names), strict=True)]
    for node, taints in zip(nodes, row["nodeTaints"], strict=True):
        node["spec"]["taints"] = taints
    scores = scored(
        taint_toleration.TaintToleration(),
        cluster_of(nodes, []),
        pod_of("pod", tolerations=row["tolerations"]),
        names,
    )
    return {"scores": [scores[name] for name in names]}


def scored(plugin: Plugin, cache: Cache, pod: Row, names: list[str]) -> dict[str, int]:
    """Run one score plugin over some nodes."""
    cycle = Cycle(pod_info(pod), cache)
    nodes = [cache.nodes[name] for name in names]
    cycle.data[plugin.name] = plugin.pre_score(cycle, nodes)
    rated = plugin.normalize(cycle, [plugin.score(cycle, node) for node in nodes], nodes)
    return dict(zip(names, rated, strict=True))


@table("topology_spread_score")
def topology_spread_score(row: Row) -> Answer:
    """Build the row's cluster: each node with so many pods that the constraints select."""
    labels = {"app": "spread"}
    nodes = [node_of(one["name"], one["labels"]) for one in row["nodes"]]
    pods = [
        pod_of(f"{one['name']}-{n}", labels, nodeName=one["name"])
        for one in row["nodes"]
        for n in range(one.get("matchingPods", 0))
    ]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "spread", "namespace": "default"},
        "spec": {"selector": labels},
    }
    pod = pod_of("pod", labels)
    plugin = pod_topology_spread.PodTopologySpread()
    if not row.get("systemDefaults"):
        pod["spec"]["topologySpreadConstraints"] = [
            {**one, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": labels}}
            for one in row["constraints"]
        ]
    names = [one["name"] for one in row["nodes"] if one.get("candidate", True)]
    return {"scores": scored(plugin, cluster_of(nodes, pods, service), pod, names)}
