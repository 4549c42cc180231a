"""Autoscalers and disruption budgets.   Source: pkg/apis/{autoscaling,policy}/validation."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from ..status import field_forbidden, invalid_value, required
from .common import (
    Body,
    Problems,
    body,
    int_or_percent,
    items,
    label_selector,
    not_over_100,
    one_of,
)

METRICS = ("ContainerResource", "External", "Object", "Pods", "Resource")


def horizontal_pod_autoscaler(obj: Object) -> Problems:
    """Check a HorizontalPodAutoscaler."""
    spec = body(obj.get("spec"))
    out: Problems = []
    target = body(spec.get("scaleTargetRef"))
    lowest, highest = spec.get("minReplicas"), spec.get("maxReplicas") or 0
    if isinstance(lowest, int) and lowest < 1:
        why = "must be greater than or equal to 1"
        out.append(invalid_value("spec.minReplicas", lowest, why))
    if highest < 1:
        out.append(invalid_value("spec.maxReplicas", highest, "must be greater than 0"))
    if isinstance(lowest, int) and highest < lowest:
        why = "must be greater than or equal to `minReplicas`"
        out.append(invalid_value("spec.maxReplicas", highest, why))
    for field in ("kind", "name"):
        if not target.get(field):
            out.append(required(f"spec.scaleTargetRef.{field}"))
    for n, metric in items(spec.get("metrics")):
        out += _metric(metric, f"spec.metrics[{n}]")
    behavior = body(spec.get("behavior"))
    for side in ("scaleUp", "scaleDown"):
        out += _rules(body(behavior.get(side)), f"spec.behavior.{side}")
    return out


def _metric(metric: Body, path: str) -> Problems:
    kind = metric.get("type")
    if not kind:
        return [required(f"{path}.type", "must specify a metric source type")]
    out = one_of(metric, path, "type", METRICS)
    if out:
        return out
    name = kind[0].lower() + kind[1:]
    source = metric.get(name)
    if source is None:
        why = "must populate information for the given metric source"
        return [required(f"{path}.{name}", why)]
    if kind in ("Resource", "ContainerResource"):
        if not source.get("name"):
            out.append(required(f"{path}.{name}.name", "must specify a resource name"))
        out += _target(body(source.get("target")), f"{path}.{name}.target")
    return out


def _target(target: Body, path: str) -> Problems:
    kinds = ("AverageValue", "Utilization", "Value")
    out: Problems = []
    if not target.get("type"):
        out.append(required(f"{path}.type", "must specify a metric target type"))
    else:
        out += one_of(target, path, "type", kinds)
    used: Any = target.get("averageUtilization")
    if isinstance(used, int) and used < 1:
        why = "must be greater than 0"
        out.append(invalid_value(f"{path}.averageUtilization", used, why))
    if used is None and target.get("averageValue") is None:
        why = "must set either a target raw value or a target utilization"
        out.append(required(f"{path}.averageUtilization", why))
    elif used is not None and target.get("averageValue") is not None:
        why = "may not set both a target raw value and a target utilization"
        out.append(field_forbidden(f"{path}.averageValue", why))
    return out


def _rules(rules: Body, path: str) -> Problems:
    out: Problems = []
    window = rules.get("stabilizationWindowSeconds")
    if isinstance(window, int) and window < 0:
        why = "must be greater than or equal to zero"
        out.append(invalid_value(f"{path}.stabilizationWindowSeconds", window, why))
    if isinstance(window, int) and window > 3600:
        why = "must be less than or equal to 3600"
        out.append(invalid_value(f"{path}.stabilizationWindowSeconds", window, why))
    out += one_of(rules, path, "selectPolicy", ("Disabled", "Max", "Min"))
    for n, policy in items(rules.get("policies")):
        where = f"{path}.policies[{n}]"
        out += one_of(policy, where, "type", ("Percent", "Pods"), need=True)
        for field in ("value", "periodSeconds"):
            value = policy.get(field) or 0
            if value <= 0:
                why = "must be greater than zero"
                out.append(invalid_value(f"{where}.{field}", value, why))
    return out


def pod_disruption_budget(obj: Object) -> Problems:
    """Check a PodDisruptionBudget."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        why = "minAvailable and maxUnavailable cannot be both set"
        out.append(invalid_value("spec", spec, why))
    for field in ("minAvailable", "maxUnavailable"):
        if spec.get(field) is not None:
            out += int_or_percent(spec[field], f"spec.{field}")
            out += not_over_100(spec[field], f"spec.{field}")
    return out + label_selector(spec.get("selector"), "spec.selector")


CHECKS = {
    "HorizontalPodAutoscaler": horizontal_pod_autoscaler,
    "PodDisruptionBudget": pod_disruption_budget,
}
