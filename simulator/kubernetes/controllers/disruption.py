"""The disruption controller: how many pods of a budget may be evicted just now.

Source: pkg/controller/disruption/disruption.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.api import selectors
from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.controllers.rollout import scaled_value
from simulator.kubernetes.owners import controller_of
from simulator.kubernetes.pods import is_finished, is_ready, is_terminating
from simulator.plain import Object, get
from simulator.timing import SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine

DELETION_TIMEOUT_US = 120 * SECOND
"""An evicted pod that is still there after two minutes counts as healthy again."""
NO_SCALE = "Failed to calculate the number of expected pods: found no controllers for pod "


class DisruptionController(Controller):
    """Keep the status of every PodDisruptionBudget."""

    name = "disruption"
    source = "controllermanager"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("PodDisruptionBudget", lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)
        for kind in ("Deployment", "ReplicaSet", "StatefulSet"):
            self.watch(kind, self._of_scaled)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        budgets = self.store.list("PodDisruptionBudget", pod["metadata"]["namespace"])
        labels = pod["metadata"].get("labels")
        return [key_of(one) for one in budgets if _selector(one).matches(labels)]

    def _of_scaled(self, obj: Object, old: Object | None) -> Iterable[str]:
        if old is not None and old["spec"].get("replicas") == obj["spec"].get("replicas"):
            return []
        namespace = obj["metadata"]["namespace"]
        return [key_of(one) for one in self.store.list("PodDisruptionBudget", namespace)]

    def reconcile(self, key: str) -> int | None:
        """Count one budget's pods, the healthy ones and those that may go."""
        budget = self.store.get("PodDisruptionBudget", *split_key(key))
        if budget is None:
            return None
        wanted = _selector(budget)
        pods = [
            pod
            for pod in self.store.list("Pod", budget["metadata"]["namespace"])
            if wanted.matches(pod["metadata"].get("labels")) and not is_finished(pod)
        ]
        if not pods:
            self.record(budget, "Normal", "NoPods", "No matching pods found")
        try:
            expected, desired = self._expected(budget, pods)
        except _NoScale as error:
            self.record(budget, "Warning", "CalculateExpectedPodCountFailed", str(error))
            self._write(budget, 0, 0, 0, {}, "SyncFailed", str(error))
            return None
        disrupted, again_us = self._disrupted(budget, pods)
        healthy = sum(
            is_ready(pod) and not is_terminating(pod) and pod["metadata"]["name"] not in disrupted
            for pod in pods
        )
        self._write(budget, expected, desired, healthy, disrupted)
        return again_us

    def _expected(self, budget: Object, pods: list[Object]) -> tuple[int, int]:
        """Give (pods there should be, healthy pods there must be)."""
        spec = budget["spec"]
        if spec.get("maxUnavailable") is not None:
            expected = self._scale_of(pods)
            most = scaled_value(spec["maxUnavailable"], expected, round_up=True)
            return expected, max(0, expected - most)
        least = spec.get("minAvailable", 1)
        if isinstance(least, int):
            return len(pods), least
        expected = self._scale_of(pods)
        return expected, scaled_value(least, expected, round_up=True)

    def _scale_of(self, pods: list[Object]) -> int:
        """Add up the replicas of the pods' controllers, each counted once."""
        found: dict[str, int] = {}
        for pod in pods:
            reference = controller_of(pod)
            if reference is None:
                raise _NoScale(f'{NO_SCALE}"{pod["metadata"]["name"]}"')
            namespace = pod["metadata"]["namespace"]
            owner = self.store.get(reference["kind"], namespace, reference["name"])
            above = controller_of(owner) if owner is not None else None
            if above is not None:
                reference = above
            if reference["uid"] in found:
                continue
            try:
                scale = self.engine.api.get_scale(reference["kind"], namespace, reference["name"])
            except DrydockError as error:
                raise _NoScale(error.message) from error
            found[reference["uid"]] = int(scale["spec"]["replicas"])
        return sum(found.values())

    def _disrupted(self, budget: Object, pods: list[Object]) -> tuple[dict[str, str], int | None]:
        """Keep the evictions that have been granted but not yet been seen."""
        kept: dict[str, str] = {}
        waits = []
        by_name = {pod["metadata"]["name"]: pod for pod in pods}
        for name, at in (get(budget, "status", "disruptedPods") or {}).items():
            pod = by_name.get(name)
            if pod is None or is_terminating(pod):
                continue
            due = (since_start(self.engine.start, at) or 0) + DELETION_TIMEOUT_US
            if due > self.engine.now_us:
                kept[name] = at
                waits.append(due - self.engine.now_us)
            else:
                text = f"Pod was expected by PDB {key_of(budget)} to be deleted but it wasn't"
                self.record(pod, "Warning", "NotDeleted", text)
        return kept, min(waits, default=None)

    def _write(
        self,
        budget: Object,
        expected: int,
        desired: int,
        healthy: int,
        disrupted: dict[str, str],
        reason: str = "",
        message: str = "",
    ) -> None:
        allowed = max(0, healthy - desired) if expected > 0 else 0
        ok = allowed > 0 and not reason
        row: dict[str, Any] = {
            "type": "DisruptionAllowed",
            "status": "True" if ok else "False",
            "observedGeneration": budget["metadata"].get("generation", 1),
            "reason": reason or ("SufficientPods" if ok else "InsufficientPods"),
            "message": message,
        }
        old = budget.get("status") or {}
        status: Object = {
            "observedGeneration": budget["metadata"].get("generation", 1),
            "disruptionsAllowed": allowed,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "conditions": put_condition(old.get("conditions"), row, self.engine.timestamp()),
        }
        if disrupted:
            status["disruptedPods"] = disrupted
        if status != old:
            self.engine.api.update_status({**budget, "status": status})


class _NoScale(Exception):
    """A pod without anybody who says how many there should be."""


def _selector(budget: Object) -> selectors.Selector:
    return selectors.of_object(budget["spec"].get("selector"))
