"""The HorizontalPodAutoscaler's loop: every 15 s, as many replicas as the metrics ask for.

Source: pkg/controller/podautoscaler/horizontal.go, v1.32. The arithmetic is in `hpa_math.py`,
windows and limits are in `hpa_behavior.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.controllers import Controller, hpa_behavior, key_of, split_key
from simulator.kubernetes.controllers.hpa_behavior import DOWN_WINDOW_S, MESSAGES, History
from simulator.kubernetes.controllers.hpa_metrics import MetricFailed, pods_of, read
from simulator.plain import Object, copy, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

SYNC_US = 15 * SECOND
"""--horizontal-pod-autoscaler-sync-period."""
KEPT_US = 3600 * SECOND
"""Longest period that a scaling policy may look back."""

Row = dict[str, Any]


class HorizontalPodAutoscalerController(Controller):
    """Table: {key: {"recommendations", "ups", "downs": [[at us, number]...]}}."""

    name = "horizontal-pod-autoscaler"
    source = "horizontal-pod-autoscaler"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.rows: dict[str, Row] = engine.table("hpa")
        self.watch("HorizontalPodAutoscaler", self._changed)

    def _changed(self, hpa: Object, old: Object | None) -> list[str]:
        """A new autoscaler waits for its first period, an edited one for its next."""
        key = key_of(hpa)
        if self.store.get("HorizontalPodAutoscaler", *split_key(key)) is None:
            return [key]
        if old is None:
            self.queue.add_after(key, SYNC_US)
        return []

    def reconcile(self, key: str) -> int | None:
        """Look at one autoscaler's metrics and scale its target."""
        hpa = self.store.get("HorizontalPodAutoscaler", *split_key(key))
        if hpa is None:
            self.rows.pop(key, None)
            return None
        Sync(self, key, copy(hpa)).run()
        return SYNC_US


class Sync:
    """One pass over one autoscaler; `hpa` is a copy whose status is being made."""

    def __init__(self, controller: HorizontalPodAutoscalerController, key: str, hpa: Object):
        self.controller = controller
        self.engine = controller.engine
        self.hpa = hpa
        self.spec = hpa["spec"]
        self.status: Object = copy(hpa.get("status") or {})
        self.metrics: list[Object] = []
        empty: Row = {"recommendations": [], "ups": [], "downs": []}
        self.row = controller.rows.setdefault(key, empty)

    def run(self) -> None:
        """Read the scale, decide, write the scale and the status."""
        target = self.spec["scaleTargetRef"]
        namespace = self.hpa["metadata"]["namespace"]
        api = self.engine.api
        try:
            scaled = api.get(target["kind"], namespace, target["name"])
            scale = api.get_scale(target["kind"], namespace, target["name"])
        except DrydockError as error:
            self.tell("Warning", "FailedGetScale", error.message)
            text = "the HPA controller was unable to get the target's current scale: "
            self.condition("AbleToScale", "False", "FailedGetScale", text + error.message)
            self.write(self.status.get("currentReplicas", 0), self.status.get("desiredReplicas", 0))
            return
        text = "the HPA controller was able to get the target's current scale"
        self.condition("AbleToScale", "True", "SucceededGetScale", text)
        current = int(scale["spec"]["replicas"])
        if not self.row["recommendations"]:
            self.row["recommendations"] = [[self.engine.now_us, current]]
        decided = self.decide(current, scaled)
        if decided is None:
            self.write(current, self.status.get("desiredReplicas", 0))
            return
        desired, why = decided
        if desired != current:
            self.scale(scale, current, desired, why)
        self.write(current, desired, rescaled=desired != current)

    def decide(self, current: int, scaled: Object) -> tuple[int, str] | None:
        """Give (replicas, reason); None when nothing can be said."""
        least, most = int(self.spec.get("minReplicas", 1)), int(self.spec["maxReplicas"])
        if current == 0 and least != 0:
            text = "scaling is disabled since the replica count of the target is zero"
            self.condition("ScalingActive", "False", "ScalingDisabled", text)
            return 0, ""
        if current > most:
            return most, "Current number of replicas above Spec.MaxReplicas"
        if current < least:
            return least, "Current number of replicas below Spec.MinReplicas"
        wanted = self.ask_metrics(current, scaled)
        if wanted is None:
            return None
        proposed, metric = wanted
        why = f"{metric} above target" if proposed > current else "All metrics below target"
        return self.normalize(current, proposed, least, most), why

    def ask_metrics(self, current: int, scaled: Object) -> tuple[int, str] | None:
        """Take the largest of what the metrics ask for."""
        namespace = self.hpa["metadata"]["namespace"]
        pods = pods_of(self.engine, namespace, scaled["spec"]["selector"])
        best: tuple[int, str] | None = None
        failures: list[MetricFailed] = []
        for metric in self.spec.get("metrics") or ():
            try:
                reading = read(self.engine, metric, current, pods)
            except MetricFailed as failure:
                failures.append(failure)
                self.tell("Warning", failure.reason, failure.message)
                continue
            self.metrics.append(reading.status)
            if best is None or reading.replicas > best[0]:
                best = reading.replicas, reading.name
        if failures and (best is None or best[0] < current):
            first, count = failures[0], len(self.spec["metrics"])
            why = (
                f"invalid metrics ({len(failures)} invalid out of {count}), "
                f"first error is: {first.message}"
            )
            text = f"the HPA was unable to compute the replica count: {first.message}"
            self.condition("ScalingActive", "False", first.reason, text)
            self.tell("Warning", "FailedComputeMetricsReplicas", why)
            return None
        if best is not None:
            text = f"the HPA was able to successfully calculate a replica count from {best[1]}"
            self.condition("ScalingActive", "True", "ValidMetricFound", text)
        return best

    def normalize(self, current: int, proposed: int, least: int, most: int) -> int:
        """Hold a proposal within windows, rates and limits."""
        now = self.engine.now_us
        recent = [(now - at, count) for at, count in self.row["recommendations"]]
        self.remember("recommendations", proposed)
        given = self.spec.get("behavior")
        rules = hpa_behavior.behavior(given)
        up_s = rules["scaleUp"]["stabilizationWindowSeconds"] if given is not None else 0
        down_s = rules["scaleDown"]["stabilizationWindowSeconds"] if given else DOWN_WINDOW_S
        held, reason = hpa_behavior.stabilized(
            current, proposed, recent, up_s * SECOND, down_s * SECOND
        )
        self.condition("AbleToScale", "True", reason, MESSAGES[reason])
        if given is None:
            allowed, limit = hpa_behavior.limited_without_behavior(current, held, least, most)
        else:
            history = History(self._aged("ups"), self._aged("downs"))
            allowed, limit = hpa_behavior.limited(current, held, least, most, rules, history)
        within = limit == "DesiredWithinRange"
        self.condition("ScalingLimited", "False" if within else "True", limit, MESSAGES[limit])
        return allowed

    def scale(self, scale: Object, current: int, desired: int, why: str) -> None:
        """Write the new size to the target."""
        fresh = {**scale, "spec": {"replicas": desired}}
        try:
            self.engine.api.update_scale(fresh, manager="kube-controller-manager")
        except DrydockError as error:
            text = f"New size: {desired}; reason: {why}; error: {error.message}"
            self.tell("Warning", "FailedRescale", text)
            text = f"the HPA controller was unable to update the target scale: {error.message}"
            self.condition("AbleToScale", "False", "FailedUpdateScale", text)
            return
        text = f"the HPA controller was able to update the target scale to {desired}"
        self.condition("AbleToScale", "True", "SucceededRescale", text)
        self.tell("Normal", "SuccessfulRescale", f"New size: {desired}; reason: {why}")
        if desired > current:
            self.remember("ups", desired - current)
        else:
            self.remember("downs", current - desired)

    # Writing down

    def remember(self, field: str, number: int) -> None:
        """Keep a recommendation or a change of size as long as a policy may ask for it."""
        now = self.engine.now_us
        kept = [row for row in self.row[field] if now - row[0] <= KEPT_US]
        self.row[field] = [*kept, [now, number]]

    def _aged(self, field: str) -> list[tuple[int, int]]:
        return [(self.engine.now_us - at, count) for at, count in self.row[field]]

    def tell(self, type: str, reason: str, message: str) -> None:
        """Record an event of the autoscaler."""
        self.controller.record(self.hpa, type, reason, message)

    def condition(self, kind: str, status: str, reason: str, message: str) -> None:
        """Put a condition into the new status."""
        row = {"type": kind, "status": status, "reason": reason, "message": message}
        now = self.engine.timestamp()
        self.status["conditions"] = put_condition(self.status.get("conditions"), row, now)

    def write(self, current: int, desired: int, rescaled: bool = False) -> None:
        """Write the status, if it changed."""
        self.status["currentReplicas"] = current
        self.status["desiredReplicas"] = desired
        self.status["currentMetrics"] = self.metrics or None
        generation = get(self.hpa, "metadata", "generation")
        if generation is not None:
            self.status["observedGeneration"] = generation
        if rescaled:
            self.status["lastScaleTime"] = self.engine.timestamp()
        if self.status != self.hpa.get("status"):
            self.engine.api.update_status({**self.hpa, "status": self.status})
