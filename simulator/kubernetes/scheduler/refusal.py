"""What is done about a pod that fits nowhere: say why, and make room if others matter less.

Source: pkg/scheduler/schedule_one.go (handleSchedulingFailure) and
framework/preemption/preemption.go (prepareCandidate), v1.32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import condition_of, put_condition
from simulator.kubernetes.scheduler.binder import scheduler_of
from simulator.kubernetes.scheduler.framework import Decision, Profile
from simulator.kubernetes.scheduler.podinfo import PodInfo
from simulator.kubernetes.scheduler.preemption import Candidate, Outcome, preempt
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine


class Refusals:
    """Writes refusals down.   nominated: the table's {pod key: node}."""

    def __init__(
        self, engine: Engine, nominated: dict[str, str], info: Callable[[str], PodInfo | None]
    ) -> None:
        self._engine, self._store = engine, engine.store
        self._nominated, self._info = nominated, info
        self._ties = engine.streams.stream("scheduler", "ties")

    def preempt(self, decision: Decision, profile: Profile, budgets: Sequence[Object]) -> Outcome:
        """Look whether evicting others would help, and add what came of it to the decision."""
        outcome = preempt(decision, profile, budgets, self._ties.below)
        decision.preemption = outcome.message
        return outcome

    def tell(self, decision: Decision, outcome: Outcome) -> None:
        """Write condition and event, the nomination, and begin to evict the victims."""
        pod = decision.pod
        if outcome.candidate is not None:
            self._nominate(pod, outcome.candidate.node)
        elif "not eligible" not in outcome.message:
            self._nominate(pod, "")
        self.say(pod.obj, "Unschedulable", decision.message())
        if outcome.candidate is not None:
            self._evict(pod, outcome.candidate)

    def say(self, pod: Object, reason: str, message: str) -> None:
        """Write the PodScheduled condition, if it says something new, and the event."""
        new = {
            "type": "PodScheduled",
            "status": "False",
            "lastProbeTime": None,
            "reason": reason,
            "message": message,
        }
        meta = pod["metadata"]
        current = self._store.get("Pod", meta["namespace"], meta["name"])
        found = condition_of(current, "PodScheduled") if current is not None else None
        if current is not None and (
            found is None or (found.get("reason"), found.get("message")) != (reason, message)
        ):
            self._put(current, new)
        self._engine.events.record(pod, "Warning", "FailedScheduling", message, scheduler_of(pod))

    def _put(self, pod: Object, condition: dict[str, Any]) -> Object:
        status = pod.get("status") or {}
        now = self._engine.timestamp()
        conditions = put_condition(status.get("conditions"), condition, now)
        return self._store.update({**pod, "status": {**status, "conditions": conditions}})

    def _nominate(self, pod: PodInfo, node: str) -> None:
        """Note for which node a pod waits; "" for none any more."""
        self._nominated.pop(pod.key, None)
        if node:
            self._nominated[pod.key] = node
        if get(pod.obj, "status", "nominatedNodeName", default="") != node:
            status = {**(pod.obj.get("status") or {}), "nominatedNodeName": node}
            if not node:
                del status["nominatedNodeName"]
            pod.obj = self._store.update({**pod.obj, "status": status})

    def _evict(self, pod: PodInfo, candidate: Candidate) -> None:
        """Delete the victims, gracefully, and take back weaker claims on their node."""
        name = scheduler_of(pod.obj)
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "lastProbeTime": None,
            "reason": "PreemptionByScheduler",
            "message": f"{name}: preempting to accommodate a higher priority pod",
        }
        text = f"Preempted by pod {pod.uid} on node {candidate.node}"
        for victim in candidate.victims:
            current = self._store.get("Pod", victim.namespace, victim.name)
            if current is not None:
                self._engine.events.record(
                    self._put(current, condition), "Normal", "Preempted", text, name
                )
                self._engine.api.delete("Pod", victim.namespace, victim.name)
        for key in [key for key, node in self._nominated.items() if node == candidate.node]:
            other = self._info(key)
            if other is not None and key != pod.key and other.priority < pod.priority:
                self._nominate(other, "")
