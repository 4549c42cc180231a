"""Node-pressure eviction: a kubelet ends pods before its machine runs out of memory or disk.

Every ten seconds it compares what is free with its hard thresholds. Below one, the node says so
in a condition (which becomes a taint), space on the disk is sought, and then one pod is evicted.

Source: pkg/kubelet/eviction (eviction_manager.go, helpers.go, defaults_linux.go), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.quantity import bytes_text
from simulator.kubernetes.conditions import is_true, put_condition
from simulator.kubernetes.kubelet import eviction_rank as ranks
from simulator.kubernetes.kubelet.rows import Row, is_running, is_starting, specs_of
from simulator.kubernetes.pods import is_finished, is_terminating, pods_on
from simulator.plain import Object, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

MONITOR_US = 10 * SECOND
TRANSITION_US = 300 * SECOND
"""evictionPressureTransitionPeriod: how long a condition stays after its cause has gone."""
MEMORY_BYTES = 100 << 20
DISK_PERCENT = 15
"""imagefs.available<15%. Images and pods share one disk, so that nodefs.available<10% is later."""
GRACE_US = 1 * SECOND
"""What containers get at a hard threshold (immediateEvictionGracePeriodSeconds)."""
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

    A node is in it while its kubelet has reason to look; its next look is in the calendar.
    """

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        self.rows: dict[str, dict[str, int]] = engine.table("kubelet.eviction")
        engine.calendar.on("kubelet.eviction", self._monitor)
        engine.machines.memory.watch(self._memory_grew, self._killed)
        engine.machines.disk.watch(self._look)
        engine.store.watch("Image", self._image_changed)

    # Noticing

    def _memory_grew(self, node: str) -> None:
        if node in self.rows or not self.kubelets.has(node):
            return
        if self.engine.machines.memory.available(node) < MEMORY_BYTES:
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

    def _met(self, node: str) -> dict[str, tuple[int, int]]:
        """Give the resources that are short, memory first: (threshold, available) in bytes."""
        disk, found = self.engine.machines.disk, {}
        memory = max(0, self.engine.machines.memory.available(node))
        if memory < MEMORY_BYTES:
            found["memory"] = (MEMORY_BYTES, memory)
        least, free = disk.capacity(node) * DISK_PERCENT // 100, disk.available(node)
        if free < least:
            found["ephemeral-storage"] = (least, free)
        return found

    # What others ask

    def pressures(self, node: str) -> dict[str, tuple[str, str, str]]:
        """Give the node's conditions that are True: {type: (status, reason, message)}."""
        row = self.rows.get(node) or {}
        return {
            kind: ("True", reason, message)
            for resource, (kind, reason, message) in CONDITIONS.items()
            if resource in row and self.engine.now_us - row[resource] < TRANSITION_US
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
            return
        met = self._met(node)
        row.update(dict.fromkeys(met, self.engine.now_us))
        under = self.pressures(node)
        found = self.store.get("Node", "", node)
        kinds = [kind for kind, _, _ in CONDITIONS.values()]
        if found is not None and any(is_true(found, kind) != (kind in under) for kind in kinds):
            self.kubelets.nodes.changed(node)
        if met:
            self._reclaim(node, next(iter(met)), met)
        if under or met:
            self.engine.calendar.after(MONITOR_US, "kubelet.eviction", node)
        else:
            del self.rows[node]

    def _reclaim(self, node: str, resource: str, met: dict[str, tuple[int, int]]) -> None:
        """Free what can be freed without harm, or else evict the pod that ranks first."""
        text = f"Attempting to reclaim {resource}"
        self.kubelets.nodes.tell(node, "Warning", "EvictionThresholdMet", text)
        if resource == "ephemeral-storage":
            self.kubelets.image_collector.free(node)
            if resource not in self._met(node):
                return
        for pod in ranks.ranked(self.engine, resource, self._candidates(node)):
            if not ranks.is_critical(pod):
                threshold, free = met[resource]
                message = (
                    f"The node was low on resource: {resource}. Threshold quantity: "
                    f"{bytes_text(threshold)}, available: {bytes_text(free)}. "
                )
                self._evict(pod, message + ranks.larger_than_asked(self.engine, resource, pod))
                return

    def _candidates(self, node: str) -> list[Object]:
        rows = self.kubelets.workers.rows
        return [
            pod
            for pod in pods_on(self.store, node)
            if not is_finished(pod) and not is_terminating(pod)
            if rows.get(pod["metadata"]["uid"], {}).get("step") == "up"
        ]

    def _evict(self, pod: Object, message: str) -> None:
        """Stop a pod's containers; it has failed once they have ended."""
        row = self.kubelets.workers.rows[pod["metadata"]["uid"]]
        self.kubelets.workers.tell(pod, "Warning", "Evicted", message)
        row.update(step="evicting", evicted={"reason": "Evicted", "message": message})
        for _, spec in specs_of(pod):
            if is_running(row["containers"][spec["name"]]):
                text = f"Stopping container {spec['name']}"
                self.kubelets.stopper.kill(row, pod, spec, text, GRACE_US)
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
