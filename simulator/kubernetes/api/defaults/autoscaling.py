"""Defaults of autoscalers.   Source: kubernetes v1.32 pkg/apis/autoscaling/v2/defaults.go."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

SCALE_UP = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
SCALE_DOWN = {
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}


def horizontal_pod_autoscaler(obj: Object) -> None:
    """Fill in a HorizontalPodAutoscaler; behaviour only where a manifest gives some."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("minReplicas", 1)
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    behavior = spec.get("behavior")
    if behavior is not None:
        _rules(behavior, "scaleUp", SCALE_UP)
        _rules(behavior, "scaleDown", SCALE_DOWN)


def _rules(behavior: dict[str, Any], side: str, given: dict[str, Any]) -> None:
    rules = behavior.setdefault(side, {})
    for key, value in given.items():
        if rules.get(key) is None:
            rules[key] = [dict(policy) for policy in value] if isinstance(value, list) else value


FILLERS = {"HorizontalPodAutoscaler": horizontal_pod_autoscaler}
