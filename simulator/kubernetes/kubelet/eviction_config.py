"""The kubelet's eviction settings: hard and soft thresholds, grace periods, transition period.

A scenario sets them in `cluster.kubelet` by the names of KubeletConfiguration; as there, an
`evictionHard` that is given replaces all defaults. Sources: pkg/kubelet/eviction/helpers.go
(ParseThresholdConfig), defaults_linux.go; KubeletConfiguration v1beta1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api import quantity
from simulator.timing import SECOND, duration_us

if TYPE_CHECKING:
    from simulator.engine import Engine

HARD = {"memory.available": "100Mi", "nodefs.available": "10%", "imagefs.available": "15%"}
RESOURCES = {
    "memory.available": "memory",
    "nodefs.available": "ephemeral-storage",
    "imagefs.available": "ephemeral-storage",
}
"""What runs short at a signal. Images and pods share one disk."""
TRANSITION_US = 300 * SECOND
HARD_GRACE_US = 1 * SECOND
"""What containers get at a hard threshold (immediateEvictionGracePeriodSeconds)."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold: at less than `value` the signal is met; soft ones wait `grace_us` first."""

    signal: str
    value: str
    grace_us: int = 0
    is_hard: bool = True

    @property
    def resource(self) -> str:
        """The resource that runs short."""
        return RESOURCES[self.signal]

    def size(self, capacity: int) -> int:
        """Give the threshold in bytes of a node with so much of the resource."""
        if self.value.endswith("%"):
            return int(capacity * float(self.value[:-1]) / 100)
        return quantity.parse(self.value).value()


class EvictionSettings:
    """The settings of all kubelets of a cluster."""

    def __init__(self, engine: Engine) -> None:
        cluster: dict[str, Any] = engine.scenario.data.get("cluster") or {}
        given: dict[str, Any] = cluster.get("kubelet") or {}
        graces = given.get("evictionSoftGracePeriod") or {}
        soft = [
            Threshold(signal, str(value), duration_us(graces[signal]), False)
            for signal, value in (given.get("evictionSoft") or {}).items()
        ]
        hard = given.get("evictionHard")
        hard = HARD if hard is None else hard
        self.thresholds = [*(Threshold(name, str(value)) for name, value in hard.items()), *soft]
        self.transition_us = TRANSITION_US
        if "evictionPressureTransitionPeriod" in given:
            self.transition_us = duration_us(given["evictionPressureTransitionPeriod"])
        self.max_grace_us = int(given.get("evictionMaxPodGracePeriod") or 0) * SECOND

    def of(self, resource: str) -> list[Threshold]:
        """List the thresholds of a resource."""
        return [one for one in self.thresholds if one.resource == resource]

    def grace_us(self, threshold: Threshold, own_us: int) -> int:
        """Give how long an evicted pod's containers get: at a soft threshold the lesser of two."""
        if threshold.is_hard:
            return HARD_GRACE_US
        return max(min(self.max_grace_us, own_us), HARD_GRACE_US)
