"""How fast a HorizontalPodAutoscaler may move: stabilization windows, policies, limits.

Source: pkg/controller/podautoscaler/horizontal.go and pkg/apis/autoscaling/v2/defaults.go,
v1.32; read 2026-11-23.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.kubernetes.controllers.hpa_math import INT32_MAX
from simulator.plain import copy

DOWN_WINDOW_S = 300
"""horizontal-pod-autoscaler-downscale-stabilization."""

_UP: dict[str, Any] = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_DOWN: dict[str, Any] = {
    "stabilizationWindowSeconds": DOWN_WINDOW_S,
    "selectPolicy": "Max",
    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
}

MESSAGES = {
    "ScaleUpLimit": "the desired replica count is increasing faster than the maximum scale rate",
    "ScaleDownLimit": "the desired replica count is decreasing faster than the maximum scale rate",
    "TooManyReplicas": "the desired replica count is more than the maximum replica count",
    "TooFewReplicas": "the desired replica count is less than the minimum replica count",
    "DesiredWithinRange": "the desired count is within the acceptable range",
    "ScaleUpStabilized": (
        "recent recommendations were lower than current one, "
        "applying the lowest recent recommendation"
    ),
    "ScaleDownStabilized": (
        "recent recommendations were higher than current one, "
        "applying the highest recent recommendation"
    ),
    "ReadyForNewScale": "recommended size matches current size",
}
"""Message of the condition for each reason."""

AgedChange = Sequence[int]
"""(age in microseconds, number): a recommendation, or a change of replicas."""


def behavior(spec: Mapping[str, Any] | None) -> dict[str, Any]:
    """Fill in what `spec.behavior` leaves out.   Returns {scaleUp, scaleDown} with all fields."""
    out = {}
    for side, default in (("scaleUp", _UP), ("scaleDown", _DOWN)):
        given = (spec or {}).get(side) or {}
        rules = copy(default)
        rules.update({key: copy(value) for key, value in given.items() if value is not None})
        out[side] = rules
    return out


def stabilized(
    current: int,
    desired: int,
    recommendations: Iterable[AgedChange],
    up_window_us: int,
    down_window_us: int,
) -> tuple[int, str]:
    """Keep to what was recommended within the windows.

    recommendations: (age in microseconds, replicas), the present one not among them; the edge of
    a window is outside it.   Returns (replicas, reason of the AbleToScale condition).
    """
    lowest = highest = desired
    for age_us, replicas in recommendations:
        if age_us < up_window_us:
            lowest = min(lowest, replicas)
        if age_us < down_window_us:
            highest = max(highest, replicas)
    result = min(max(current, lowest), highest)
    if result == desired:
        return result, "ReadyForNewScale"
    return result, "ScaleUpStabilized" if desired >= current else "ScaleDownStabilized"


@dataclass(frozen=True, slots=True)
class History:
    """Recent changes of size: (age in microseconds, number of pods, always positive)."""

    ups: Sequence[AgedChange] = ()
    downs: Sequence[AgedChange] = ()

    def start_of(self, period_s: int, current: int) -> int:
        """Give how many replicas there were when the period began."""
        return current - _within(self.ups, period_s) + _within(self.downs, period_s)


def _within(changes: Sequence[AgedChange], period_s: int) -> int:
    return sum(count for age_us, count in changes if age_us < period_s * 1_000_000)


def limited(
    current: int,
    desired: int,
    minimum: int,
    maximum: int,
    rules: Mapping[str, Any],
    history: History,
) -> tuple[int, str]:
    """Apply the policies, then minimum and maximum.

    rules: as `behavior` gives them.   Returns (replicas, reason of ScalingLimited).
    """
    if desired > current:
        rate = max(up_limit(current, rules["scaleUp"], history), current)
        allowed, reason = (rate, "ScaleUpLimit") if maximum > rate else (maximum, "TooManyReplicas")
        if desired > allowed:
            return allowed, reason
    elif desired < current:
        rate = min(down_limit(current, rules["scaleDown"], history), current)
        allowed, reason = (
            (rate, "ScaleDownLimit") if minimum < rate else (minimum, "TooFewReplicas")
        )
        if desired < allowed:
            return allowed, reason
    return desired, "DesiredWithinRange"


def up_limit(current: int, rules: Mapping[str, Any], history: History) -> int:
    """Give the most replicas that the scale-up policies allow now."""
    if rules["selectPolicy"] == "Disabled":
        return current
    least = rules["selectPolicy"] == "Min"
    result = INT32_MAX if least else -INT32_MAX - 1
    for policy in rules["policies"]:
        start, value = history.start_of(policy["periodSeconds"], current), policy["value"]
        grown = start + value
        if policy["type"] == "Percent":
            # Rounded up: a small set would otherwise never grow.
            grown = math.ceil(start * (1 + value / 100))
        result = min(result, grown) if least else max(result, grown)
    return result


def down_limit(current: int, rules: Mapping[str, Any], history: History) -> int:
    """Give the fewest replicas that the scale-down policies allow now."""
    if rules["selectPolicy"] == "Disabled":
        return current
    least = rules["selectPolicy"] == "Min"
    result = -INT32_MAX - 1 if least else INT32_MAX
    for policy in rules["policies"]:
        start, value = history.start_of(policy["periodSeconds"], current), policy["value"]
        kept = start - value
        if policy["type"] == "Percent":
            kept = int(start * (1 - value / 100))
        result = max(result, kept) if least else min(result, kept)
    return result


def limited_without_behavior(
    current: int, desired: int, minimum: int, maximum: int
) -> tuple[int, str]:
    """Apply the limits of an HPA that states no behavior: at most double, or up to four."""
    rate = max(2 * current, 4)
    allowed, reason = (rate, "ScaleUpLimit") if maximum > rate else (maximum, "TooManyReplicas")
    if desired < minimum:
        return minimum, "TooFewReplicas"
    if desired > allowed:
        return allowed, reason
    return desired, "DesiredWithinRange"
