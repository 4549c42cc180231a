"""Autoscalers and disruption budgets.   Source: pkg/apis/{autoscaling,policy}/validation."""

from __future__ import annotations

from collections.abc import Callable

from simulator.plain import Object

from ..names import path_segment_problems
from ..quantity import parse
from ..status import FieldValue, field_forbidden, invalid_value, required, unsupported
from .common import (
    Body,
    Problems,
    body,
    go_pointer,
    go_quantity,
    int_or_percent,
    items,
    label_selector,
    names,
    not_over_100,
)

METRICS = ("ContainerResource", "External", "Object", "Pods", "Resource")
TARGETS = ("Utilization", "Value", "AverageValue")
MAX_WINDOW_S, MAX_PERIOD_S = 3600, 1800
EVICTIONS = ("AlwaysAllow", "IfHealthyBudget")
_GREATER = "must be greater than zero"


def horizontal_pod_autoscaler(obj: Object) -> Problems:
    """Check a HorizontalPodAutoscaler."""
    spec = body(obj.get("spec"))
    out: Problems = []
    lowest, highest = spec.get("minReplicas"), spec.get("maxReplicas") or 0
    if lowest is not None and lowest < 1:
        why = "must be greater than or equal to 1"
        out.append(invalid_value("spec.minReplicas", lowest, why))
    if highest < 1:
        out.append(invalid_value("spec.maxReplicas", highest, "must be greater than 0"))
    if lowest is not None and highest < lowest:
        why = "must be greater than or equal to `minReplicas`"
        out.append(invalid_value("spec.maxReplicas", highest, why))
    out += _reference(body(spec.get("scaleTargetRef")), "spec.scaleTargetRef")
    for n, metric in items(spec.get("metrics")):
        out += _metric(metric, f"spec.metrics[{n}]")
    behavior = body(spec.get("behavior"))
    for side in ("scaleUp", "scaleDown"):
        if behavior.get(side) is not None:
            out += _rules(body(behavior[side]), f"spec.behavior.{side}")
    return out


def _reference(given: Body, path: str) -> Problems:
    out: Problems = []
    for field in ("kind", "name"):
        text, where = str(given.get(field) or ""), f"{path}.{field}"
        out += names(text, where, path_segment_problems) if text else [required(where)]
    return out


def _metric(metric: Body, path: str) -> Problems:
    kind = str(metric.get("type") or "")
    out: Problems = [] if kind else [required(f"{path}.type", "must specify a metric source type")]
    if kind not in METRICS:
        out.append(unsupported(f"{path}.type", kind, METRICS))
    given = [name for name in _SOURCES if metric.get(name) is not None]
    if given:
        out += _SOURCES[given[0]](body(metric[given[0]]), f"{path}.{given[0]}")
    wanted = f"{kind[:1].lower()}{kind[1:]}"
    if kind in METRICS and wanted not in given:
        why = "must populate information for the given metric source"
        out.append(required(f"{path}.{wanted}", why))
    if len(given) != 1:
        why = "must populate the given metric source only"
        out += [field_forbidden(f"{path}.{name}", why) for name in given if name != wanted]
    return out


def _identifier(given: Body, path: str) -> Problems:
    name = str(given.get("name") or "")
    if not name:
        return [required(f"{path}.name", "must specify a metric name")]
    return names(name, f"{path}.name", path_segment_problems)


def _target(target: Body, path: str) -> Problems:
    kind = target.get("type") or ""
    out: Problems = [] if kind else [required(f"{path}.type", "must specify a metric target type")]
    if kind not in TARGETS:
        why = "must be either Utilization, Value, or AverageValue"
        out.append(invalid_value(f"{path}.type", kind, why))
    for field in ("value", "averageValue"):
        amount = target.get(field)
        if amount is not None and parse(amount).nanos <= 0:
            out.append(invalid_value(f"{path}.{field}", go_quantity(amount), "must be positive"))
    used = target.get("averageUtilization")
    if used is not None and used < 1:
        out.append(invalid_value(f"{path}.averageUtilization", used, "must be greater than 0"))
    return out


def _object(source: Body, path: str) -> Problems:
    target, where = body(source.get("target")), f"{path}.target"
    out = _reference(body(source.get("describedObject")), f"{path}.describedObject")
    out += _identifier(body(source.get("metric")), f"{path}.metric") + _target(target, where)
    if target.get("value") is None and target.get("averageValue") is None:
        why = "must set either a target value or averageValue"
        out.append(required(f"{where}.averageValue", why))
    return out


def _external(source: Body, path: str) -> Problems:
    target, where = body(source.get("target")), f"{path}.target"
    out = _identifier(body(source.get("metric")), f"{path}.metric") + _target(target, where)
    given = [target.get(field) is not None for field in ("value", "averageValue")]
    if not any(given):
        why = "must set either a target value for metric or a per-pod target"
        out.append(required(f"{where}.averageValue", why))
    if all(given):
        why = "may not set both a target value for metric and a per-pod target"
        out.append(field_forbidden(f"{where}.value", why))
    return out


def _pods(source: Body, path: str) -> Problems:
    target, where = body(source.get("target")), f"{path}.target"
    out = _identifier(body(source.get("metric")), f"{path}.metric") + _target(target, where)
    amount = target.get("averageValue")
    if amount is None or parse(amount).nanos <= 0:
        why = "must specify a positive target averageValue"
        out.append(required(f"{where}.averageValue", why))
    return out


def _resource(source: Body, path: str) -> Problems:
    target, where = body(source.get("target")), f"{path}.target"
    out: Problems = []
    if not source.get("name"):
        out.append(required(f"{path}.name", "must specify a resource name"))
    if path.endswith("containerResource") and not source.get("container"):
        out.append(required(f"{path}.container", "must specify a container"))
    out += _target(target, where)
    given = [target.get(field) is not None for field in ("averageUtilization", "averageValue")]
    if not any(given):
        why = "must set either a target raw value or a target utilization"
        out.append(required(f"{where}.averageUtilization", why))
    if all(given):
        why = "may not set both a target raw value and a target utilization"
        out.append(field_forbidden(f"{where}.averageValue", why))
    return out


_SOURCES: dict[str, Callable[[Body, str], Problems]] = {
    "object": _object,
    "external": _external,
    "pods": _pods,
    "resource": _resource,
    "containerResource": _resource,
}
"""Where a metric comes from, in the order in which upstream looks."""


def _rules(rules: Body, path: str) -> Problems:
    out: Problems = []
    window, choice = rules.get("stabilizationWindowSeconds"), rules.get("selectPolicy")
    where = f"{path}.stabilizationWindowSeconds"
    if window is not None and window < 0:
        out.append(invalid_value(where, window, "must be greater than or equal to zero"))
    if window is not None and window > MAX_WINDOW_S:
        out.append(invalid_value(where, window, f"must be less than or equal to {MAX_WINDOW_S}"))
    if choice is not None and choice not in ("Disabled", "Max", "Min"):
        out.append(unsupported(f"{path}.selectPolicy", choice, ("Disabled", "Max", "Min")))
    if not rules.get("policies"):
        out.append(required(f"{path}.policies", "must specify at least one Policy"))
    for n, policy in items(rules.get("policies")):
        where, kind = f"{path}.policies[{n}]", policy.get("type") or ""
        if kind not in ("Percent", "Pods"):
            out.append(unsupported(f"{where}.type", kind, ("Percent", "Pods")))
        value, period = policy.get("value") or 0, policy.get("periodSeconds") or 0
        if value <= 0:
            out.append(invalid_value(f"{where}.value", value, _GREATER))
        if period <= 0:
            out.append(invalid_value(f"{where}.periodSeconds", period, _GREATER))
        if period > MAX_PERIOD_S:
            why = f"must be less than or equal to {MAX_PERIOD_S}"
            out.append(invalid_value(f"{where}.periodSeconds", period, why))
    return out


def pod_disruption_budget(obj: Object) -> Problems:
    """Check a PodDisruptionBudget."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        why = "minAvailable and maxUnavailable cannot be both set"
        out.append(invalid_value("spec", _go_budget(spec), why))
    for field in ("minAvailable", "maxUnavailable"):
        if spec.get(field) is not None:
            out += int_or_percent(spec[field], f"spec.{field}")
            out += not_over_100(spec[field], f"spec.{field}")
    out += label_selector(spec.get("selector"), "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in EVICTIONS:
        out.append(unsupported("spec.unhealthyPodEvictionPolicy", policy, EVICTIONS))
    return out


def _go_budget(spec: Body) -> FieldValue:
    number, policy = "intstr.IntOrString", "policy.UnhealthyPodEvictionPolicyType"
    return FieldValue(
        f"policy.PodDisruptionBudgetSpec{{MinAvailable:{go_pointer(number, 1)}, "
        f"Selector:{go_pointer('v1.LabelSelector', spec.get('selector'))}, "
        f"MaxUnavailable:{go_pointer(number, 1)}, UnhealthyPodEvictionPolicy:"
        f"{go_pointer(policy, spec.get('unhealthyPodEvictionPolicy'))}}}"
    )


CHECKS = {
    "HorizontalPodAutoscaler": horizontal_pod_autoscaler,
    "PodDisruptionBudget": pod_disruption_budget,
}
