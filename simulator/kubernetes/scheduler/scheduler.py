"""The scheduler's loop: watch, take the next pod, decide, bind or say why not.

One pod at a time, as upstream; binding goes on beside it. Table "scheduler": {start, assumed,
nominated: {key: node}, decisions: {key: table}, armed, flush, leftovers, runs, last, last_us}.
Source: pkg/scheduler (scheduler.go, schedule_one.go, eventhandlers.go), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.scheduler import plugins
from simulator.kubernetes.scheduler.binder import Binder, scheduler_of
from simulator.kubernetes.scheduler.cache import FINISHED, Cache
from simulator.kubernetes.scheduler.decide import decide
from simulator.kubernetes.scheduler.framework import Cycle, Decision, Profile
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import PodInfo, pod_info, priority_of
from simulator.kubernetes.scheduler.preemption import Candidate
from simulator.kubernetes.scheduler.queue import (
    BACKOFF,
    FLUSH_BACKOFF_US,
    FLUSH_LEFTOVER_US,
    UNSCHEDULABLE,
    SchedulingQueue,
)
from simulator.kubernetes.scheduler.refusal import Refusals
from simulator.kubernetes.scheduler.table import KEPT_DECISIONS, rows_of
from simulator.plain import Object, get
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

CYCLE_US = (1 * MS, 3 * MS)
"""Assumed: time of one scheduling cycle in a small cluster.

# Simplified: A scheduling cycle takes 1 to 3 ms whatever the number of nodes, and the scheduler's
# own limit of requests to the API server is left out.
"""

_EMPTY: dict[str, Any] = {
    "start": 0, "armed": None, "flush": None, "leftovers": None,
    "runs": 0, "last": "", "last_us": 0,
}  # fmt: skip

OWNER_KINDS = ("ReplicaSet", "StatefulSet", "ReplicationController")
OTHER_KINDS = ("PersistentVolumeClaim", "PersistentVolume", "StorageClass", "CSINode")


class Scheduler:
    """kube-scheduler, as a component of the engine."""

    name = "scheduler"

    def __init__(self, engine: Engine) -> None:
        self.engine, self.store = engine, engine.store
        self.state: dict[str, Any] = engine.table("scheduler")
        for key, value in _EMPTY.items():
            self.state.setdefault(key, value)
        self.nominated: dict[str, str] = self.state.setdefault("nominated", {})
        self.decisions: dict[str, Any] = self.state.setdefault("decisions", {})
        self.profiles = _profiles(engine)
        self._waking = _waking(self.profiles)
        self.cache = Cache(engine.store)
        self.queue = SchedulingQueue(engine.table("scheduler/queue"))
        self.binder = Binder(engine, self.cache, self.state, self._binding_lost)
        self.refusals = Refusals(engine, self.nominated, self._info)
        self.cache.rebuild(self.binder.nodes())
        self._infos: dict[str, PodInfo] = {}
        self._stream = engine.streams.stream("scheduler", "cycle")
        self._ties = engine.streams.stream("scheduler", "ties")
        calendar = engine.calendar
        calendar.on("scheduler/cycle", self._cycle)
        calendar.on("scheduler/backoff", self._flush_backoff)
        calendar.on("scheduler/leftovers", self._flush_leftovers)
        self.store.watch("Pod", self._on_pod)
        self.store.watch("Node", self._on_node)
        self.store.watch("Service", self._on_service)
        for kind in OWNER_KINDS:
            self.store.watch(kind, self._on_owner)
        for kind in OTHER_KINDS:
            self.store.watch(kind, self._on_other)
        engine.loops[self.name] = self

    def __len__(self) -> int:
        return len(self.queue)

    def decision(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Give the table of the last decision about a pod, if it is still kept."""
        return self.decisions.get(f"{namespace}/{name}")

    def resume(self) -> None:
        """Go on after the control plane had no power."""
        self._arm()

    # What happens in the cluster

    def _on_pod(self, change: str, pod: Object, old: Object | None) -> None:
        meta = pod["metadata"]
        key = f"{meta['namespace']}/{meta['name']}"
        if change == "DELETED" or get(pod, "status", "phase") in FINISHED:
            self._pod_gone(key)
        elif pod["spec"].get("nodeName"):
            self._pod_placed(key, pod)
        elif scheduler_of(pod) in self.profiles and "deletionTimestamp" not in meta:
            self._pod_waits(key, pod, old)

    def _pod_gone(self, key: str) -> None:
        self.queue.remove(key)
        self.binder.forget(key)
        self._infos.pop(key, None)
        self.nominated.pop(key, None)
        if self.decisions.pop(key, None) is not None:
            self.engine.touch("scheduler")
        if self.cache.remove_pod(key) is not None:
            self._happened("Pod/Delete")

    def _pod_placed(self, key: str, pod: Object) -> None:
        node = pod["spec"]["nodeName"]
        known = self.cache.pod(key)
        if known is not None and self.cache.where.get(key) == node and _is_same(known.obj, pod):
            known.obj = pod
            if self.binder.assumed:
                self.binder.forget(key)
            if key in self.queue:
                self._left_queue(key)
                self._happened("Pod/Add")
            return
        self._left_queue(key)
        self.binder.forget(key)
        self.cache.add_pod(pod_info(pod), node)
        self._happened("Pod/Add" if known is None else "Pod/Update")

    def _left_queue(self, key: str) -> None:
        self.queue.remove(key)
        self._infos.pop(key, None)
        self.nominated.pop(key, None)

    def _pod_waits(self, key: str, pod: Object, old: Object | None) -> None:
        if key in self.binder.assumed:
            return
        same = old is not None and _is_same(old, pod)
        if same and key in self._infos:
            self._infos[key].obj = pod
        else:
            self._infos[key] = pod_info(pod)
        gates = [gate["name"] for gate in pod["spec"].get("schedulingGates") or ()]
        meta = pod["metadata"]
        self.queue.add(key, meta["uid"], priority_of(pod), self.engine.now_us, gates)
        if old is not None and not same and not gates:
            self.queue.wake(key, self.engine.now_us)
        self._arm()

    def _on_node(self, change: str, node: Object, old: Object | None) -> None:
        name = node["metadata"]["name"]
        if change == "DELETED":
            self.cache.remove_node(name)
            self._happened("Node/Delete")
        elif self.cache.set_node(node):
            info = self.cache.nodes[name]
            self._happened("Node/Add" if change == "ADDED" else "Node/Update", info)

    def _on_service(self, change: str, service: Object, old: Object | None) -> None:
        self.cache.forget_services(service["metadata"].get("namespace") or "")

    def _on_owner(self, change: str, owner: Object, old: Object | None) -> None:
        if change != "MODIFIED":
            self.cache.forget_workloads()

    def _on_other(self, change: str, obj: Object, old: Object | None) -> None:
        if change != "DELETED":
            verb = "Add" if change == "ADDED" else "Update"
            self._happened(f"{obj['kind']}/{verb}")

    def _happened(self, event: str, node: NodeInfo | None = None) -> None:
        """Wake the pods that this event may help (upstream's queueing hints)."""
        waking = self._waking.get(event, {})
        for key in self.queue.waiting():
            rejecting = self.queue.pods[key]["plugins"]
            if rejecting and not any(name in waking for name in rejecting):
                continue
            pod = self._info(key)
            if pod is not None and (not rejecting or self._may_help(rejecting, pod, event, node)):
                self.queue.wake(key, self.engine.now_us)
        self._arm()

    def _may_help(
        self, rejecting: list[str], pod: PodInfo, event: str, node: NodeInfo | None
    ) -> bool:
        cycle = Cycle(pod, self.cache)
        return any(
            plugin.name in rejecting
            and event in plugin.wakes
            and plugin.is_worth_retrying(cycle, event, node)
            for plugin in self.profiles[scheduler_of(pod.obj)].plugins
        )

    # The loop

    def _arm(self) -> None:
        state, calendar, queue = self.state, self.engine.calendar, self.queue
        if state["armed"] is None and len(queue):
            delay = self._stream.between_us(*CYCLE_US)
            state["armed"] = calendar.after(delay, "scheduler/cycle")
        if state["flush"] is None and queue.count(BACKOFF):
            wait = FLUSH_BACKOFF_US - self.engine.now_us % FLUSH_BACKOFF_US
            state["flush"] = calendar.after(wait, "scheduler/backoff")
        if state["leftovers"] is None and queue.count(UNSCHEDULABLE):
            wait = FLUSH_LEFTOVER_US - self.engine.now_us % FLUSH_LEFTOVER_US
            state["leftovers"] = calendar.after(wait, "scheduler/leftovers")

    def _flush_backoff(self, _: object) -> None:
        self.state["flush"] = None
        self.queue.flush_backoff(self.engine.now_us)
        self._arm()

    def _flush_leftovers(self, _: object) -> None:
        self.state["leftovers"] = None
        self.queue.flush_leftovers(self.engine.now_us)
        self._arm()

    def _is_up(self) -> bool:
        """Say whether the machine of the control plane has power."""
        cluster = getattr(self.engine, "cluster", None)
        return cluster is None or bool(cluster.is_up())

    def _info(self, key: str) -> PodInfo | None:
        """Give what is known of a waiting pod, read from the store where it must be."""
        return self._infos.get(key) or self._read(key)

    def _read(self, key: str) -> PodInfo | None:
        namespace, _, name = key.partition("/")
        pod = self.store.get("Pod", namespace, name)
        if pod is None:
            return None
        info = self._infos[key] = pod_info(pod)
        return info

    def _cycle(self, _: object) -> None:
        self.state["armed"] = None
        if not self._is_up():
            return
        key = self.queue.pop()
        pod = self._info(key) if key is not None else None
        if key is not None and pod is not None:
            self._schedule(key, pod)
        elif key is not None:
            self.queue.remove(key)
        self._arm()

    def _schedule(self, key: str, pod: PodInfo) -> None:
        state = self.state
        state["runs"] += 1
        state["last"], state["last_us"] = key, self.engine.now_us
        profile = self.profiles[scheduler_of(pod.obj)]
        decision, state["start"] = decide(
            pod, self.cache, profile, self._ties.below, state["start"], self._nominations()
        )
        if decision.node:
            self._keep(decision, profile)
            self.binder.start(pod, decision.node)
        else:
            budgets = self.store.list("PodDisruptionBudget")
            outcome = self.refusals.preempt(decision, profile, budgets)
            self._keep(decision, profile, outcome.candidate)
            self.queue.rejected(key, decision.plugins(), self.engine.now_us)
            self.refusals.tell(decision, outcome)

    def _nominations(self) -> dict[str, list[PodInfo]]:
        out: dict[str, list[PodInfo]] = {}
        for key, node in self.nominated.items():
            pod = self._info(key)
            if pod is not None and key not in self.binder.assumed:
                out.setdefault(node, []).append(pod)
        return out

    def _keep(
        self, decision: Decision, profile: Profile, candidate: Candidate | None = None
    ) -> None:
        """Keep a decision's table, unless so many pods wait that it would be gone at once.

        Whom the pod preempted stays known when it is decided about again.
        """
        if len(self.queue) >= KEPT_DECISIONS:
            return
        key = decision.pod.key
        old = self.decisions.pop(key, None) or {}
        preempted = old.get("preempted")
        if candidate is not None:
            victims = [victim.key for victim in candidate.victims]
            preempted = {"node": candidate.node, "victims": victims}
        rows = rows_of(decision, profile, self.engine.now_us)
        self.decisions[key] = {**rows, "preempted": preempted}
        if len(self.decisions) > KEPT_DECISIONS:
            del self.decisions[next(iter(self.decisions))]
        self.engine.touch("scheduler")

    def _binding_lost(self, key: str, message: str) -> None:
        """Try a pod again whose binding failed."""
        pod = self._read(key)
        if pod is None:
            self.queue.remove(key)
            return
        self.refusals.say(pod.obj, "SchedulerError", message)
        self.queue.rejected(key, (), self.engine.now_us, retry=True)
        self._arm()


def _profiles(engine: Engine) -> dict[str, Profile]:
    """Make the profiles: those the scenario states (`cluster.scheduler`), or the default one."""
    given = get(engine.scenario.data, "cluster", "scheduler", default=None) or [{}]
    made = [plugins.profile(one) for one in given]
    return {one.name: one for one in made}


def _waking(profiles: dict[str, Profile]) -> dict[str, dict[str, None]]:
    """Give for each cluster event the plugins whose rejections it may undo."""
    out: dict[str, dict[str, None]] = {}
    for profile in profiles.values():
        for plugin in profile.plugins:
            for event in plugin.wakes:
                out.setdefault(event, {})[plugin.name] = None
    return out


def _is_same(old: Object, new: Object) -> bool:
    """Tell whether two versions of a pod weigh the same for the scheduler."""
    before, after = old["metadata"], new["metadata"]
    return (
        before.get("uid") == after.get("uid")
        and before.get("labels") == after.get("labels")
        and ("deletionTimestamp" in before) == ("deletionTimestamp" in after)
        and (old["spec"] is new["spec"] or _without_node(old["spec"]) == _without_node(new["spec"]))
    )


def _without_node(spec: Object) -> Object:
    return {key: value for key, value in spec.items() if key != "nodeName"}
