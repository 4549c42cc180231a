"""Node-pressure eviction: a kubelet ends pods before its machine runs out of memory or disk.

Every ten seconds it compares what is free with its thresholds. Below one, the node says so in a
condition (which becomes a taint); at a soft threshold only after its grace period, space on the
disk is sought, and then one pod is evicted.

Source: pkg/kubelet/eviction (eviction_manager.go, helpers.go, defaults_linux.go), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.quantity import bytes_text
from simulator.kubernetes.conditions import is_true, put_condition
from simulator.kubernetes.kubelet import eviction_rank as ranks
from simulator.kubernetes.kubelet import local_storage
from simulator.kubernetes.kubelet.eviction_config import EvictionSettings, Threshold
from simulator.kubernetes.kubelet.rows import Row, is_running, is_starting, specs_of
from simulator.kubernetes.pods import is_finished, is_terminating, pods_on
from simulator.plain import Object, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

MONITOR_US = 10 * SECOND
CONDITIONS = {
    "memory": (
        "MemoryPressure", "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available",
    ),
    "ephemeral-storage": (
        "DiskPressure", "KubeletHasDiskPressure", "kubelet has disk pressure",
    ),
}  # fmt: skip


class Eviction:
    """Table "kubelet.eviction": {node: {resource: when its threshold was last seen met}}.

    A node is in it while its kubelet has reason to look; its next look is in the calendar. Table
    "kubelet.eviction.first": {node: {signal: since when its soft threshold is met}}.
    """

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        self.settings = EvictionSettings(engine)
        self.rows: dict[str, dict[str, int]] = engine.table("kubelet.eviction")
        self.first: dict[str, dict[str, int]] = engine.table("kubelet.eviction.first")
        engine.calendar.on("kubelet.eviction", self._monitor)
        engine.machines.memory.watch(self._memory_grew, self._killed)
        engine.machines.disk.watch(self._look)
        engine.store.watch("Image", self._image_changed)

    # Noticing

    def _memory_grew(self, node: str) -> None:
        if node in self.rows or not self.kubelets.has(node):
            return
        free, whole = self._state(node, "memory")
        if any(free < threshold.size(whole) for threshold in self.settings.of("memory")):
            self._look(node)

    def _image_changed(self, change: str, image: Object, old: Object | None) -> None:
        if change == "ADDED":
            self._look(image["metadata"]["namespace"])

    def _look(self, node: str) -> None:
        """See to it that the kubelet's next look at its resources is booked."""
        if node in self.rows or not self.kubelets.has(node):
            return
        self.rows[node] = {}
        since = (self.engine.now_us - self.kubelets.nodes.rows[node]["offsetUs"]) % MONITOR_US
        self.engine.calendar.after(MONITOR_US - since, "kubelet.eviction", node)

    def _killed(self, machine: str, process: str, pid: int) -> None:
        if self.kubelets.has(machine):
            text = f"System OOM encountered, victim process: {process}, pid: {pid}"
            self.kubelets.nodes.tell(machine, "Warning", "SystemOOM", text)

    def _state(self, node: str, resource: str) -> tuple[int, int]:
        """Give what is free of a resource, and its whole, in bytes."""
        if resource == "memory":
            memory = self.engine.machines.memory
            return max(0, memory.available(node)), memory.capacity(node)
        disk = self.engine.machines.disk
        return disk.available(node), disk.capacity(node)

    def _met(self, node: str) -> list[tuple[Threshold, int, int]]:
        """List the thresholds that are met, memory first: (threshold, its bytes, free bytes)."""
        found = []
        for resource in CONDITIONS:
            free, whole = self._state(node, resource)
            for threshold in self.settings.of(resource):
                if free < threshold.size(whole):
                    found.append((threshold, threshold.size(whole), free))
        return found

    def _due(
        self, node: str, met: list[tuple[Threshold, int, int]]
    ) -> list[tuple[Threshold, int, int]]:
        """Give the thresholds at which something is to be done: soft ones after their grace."""
        now, old = self.engine.now_us, self.first.get(node) or {}
        first = {
            row[0].signal: old.get(row[0].signal, now) for row in met if not row[0].is_hard
        }  # fmt: skip
        if first or old:
            self.first[node] = first
        return [row for row in met if row[0].is_hard
                or now - first[row[0].signal] >= row[0].grace_us]  # fmt: skip

    # What others ask

    def pressures(self, node: str) -> dict[str, tuple[str, str, str]]:
        """Give the node's conditions that are True: {type: (status, reason, message)}."""
        row = self.rows.get(node) or {}
        return {
            kind: ("True", reason, message)
            for resource, (kind, reason, message) in CONDITIONS.items()
            if resource in row and self.engine.now_us - row[resource] < self.settings.transition_us
        }

    def refusal(self, node: str, pod: Object) -> Object | None:
        """Give {"reason", "message"} when a node under pressure takes no such pod, or None."""
        under = list(self.pressures(node))
        if not under or ranks.is_critical(pod):
            return None
        if under == ["MemoryPressure"] and ranks.bears_memory_pressure(pod):
            return None
        return {"reason": "Evicted", "message": f"The node had condition: [{' '.join(under)}]. "}

    # Acting

    def _monitor(self, node: str) -> None:
        row = self.rows[node]
        if not self.kubelets.has(node) or not self.engine.machines.is_up(node):
            del self.rows[node]  # after its boot, what starts there is noticed anew
            self.first.pop(node, None)
            return
        met = self._met(node)
        row.update({threshold.resource: self.engine.now_us for threshold, _, _ in met})
        due = self._due(node, met)
        under = self.pressures(node)
        found = self.store.get("Node", "", node)
        kinds = [kind for kind, _, _ in CONDITIONS.values()]
        if found is not None and any(is_true(found, kind) != (kind in under) for kind in kinds):
            self.kubelets.nodes.changed(node)
        over = self._over_limits(node)
        if due and not over:
            self._reclaim(node, *due[0])
        if under or met:
            self.engine.calendar.after(MONITOR_US, "kubelet.eviction", node)
        else:
            del self.rows[node]

    def _reclaim(self, node: str, threshold: Threshold, least: int, free: int) -> None:
        """Free what can be freed without harm, or else evict the pod that ranks first."""
        resource = threshold.resource
        text = f"Attempting to reclaim {resource}"
        self.kubelets.nodes.tell(node, "Warning", "EvictionThresholdMet", text)
        if resource == "ephemeral-storage":
            self.kubelets.image_collector.free(node)
            if not any(row[0].resource == resource for row in self._met(node)):
                return
        for pod in ranks.ranked(self.engine, resource, self._candidates(node)):
            if not ranks.is_critical(pod):
                message = (
                    f"The node was low on resource: {resource}. Threshold quantity: "
                    f"{bytes_text(least)}, available: {bytes_text(free)}. "
                )
                message += ranks.larger_than_asked(self.engine, resource, pod)
                self._evict(pod, message, threshold)
                return

    def _candidates(self, node: str) -> list[Object]:
        rows = self.kubelets.workers.rows
        return [
            pod
            for pod in pods_on(self.store, node)
            if not is_finished(pod) and not is_terminating(pod)
            if rows.get(pod["metadata"]["uid"], {}).get("step") == "up"
        ]

    def _over_limits(self, node: str) -> bool:
        """Evict the pods that have written more than they may; say whether there were any."""
        found = [
            (pod, message)
            for pod in self._candidates(node)
            if local_storage.is_limited(pod) and (message := local_storage.excess(self.engine, pod))
        ]
        for pod, message in found:
            self._evict(pod, message, None)
        return bool(found)

    def _evict(self, pod: Object, message: str, threshold: Threshold | None) -> None:
        """Stop a pod's containers; it has failed once they have ended.

        threshold: the one that is met; None for a limit of the pod's own, which has no grace.
        """
        row = self.kubelets.workers.rows[pod["metadata"]["uid"]]
        own_us = int(row["graceS"]) * SECOND
        grace = self.settings.grace_us(threshold, own_us) if threshold else SECOND
        self.kubelets.workers.tell(pod, "Warning", "Evicted", message)
        row.update(step="evicting", evicted={"reason": "Evicted", "message": message})
        for _, spec in specs_of(pod):
            if is_running(row["containers"][spec["name"]]):
                text = f"Stopping container {spec['name']}"
                self.kubelets.stopper.kill(row, pod, spec, text, grace)
        self.kubelets.workers.wake(row["uid"], 0)

    def go_on(self, row: Row, pod: Object) -> None:
        """Look at a pod that is being evicted: when nothing of it runs, it has failed."""
        if any(is_running(one) or is_starting(one) for one in row["containers"].values()):
            return
        row.update(step="ended", failed=row["evicted"])
        self.kubelets.addresses.give_back(row["node"], row["uid"])
        if not self.kubelets.hears(row["node"]) or row["evicted"]["reason"] != "Evicted":
            return
        target: dict[str, Any] = {"type": "DisruptionTarget", "status": "True"}
        target.update(reason="TerminationByKubelet", message=row["evicted"]["message"])
        rows = put_condition(get(pod, "status", "conditions"), target, self.engine.timestamp())
        self.engine.api.update_status({**pod, "status": {**pod["status"], "conditions": rows}})
