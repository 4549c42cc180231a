"""The cluster autoscaler: rents machines while pods have no room, and gives back idle ones.

Every ten seconds it looks for pods that the scheduler could not place, adds as many machines of
the scenario's `cluster.autoscaler` as would take them, and removes those that are little used.

Source: kubernetes/autoscaler cluster-autoscaler (core/static_autoscaler.go, core/scaleup,
core/scaledown, FAQ.md), 1.32: scan 10 s; unneeded for 10 min below half of its requests, and
10 min after the last machine was added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.addons import autoscaler_fit as fit
from simulator.kubernetes.conditions import condition_of, is_true
from simulator.kubernetes.controllers import Controller
from simulator.kubernetes.kubelet.node import capacity_of, node_object
from simulator.kubernetes.pods import is_terminating
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.podinfo import PodInfo, pod_info
from simulator.machines.machine import machine_object
from simulator.plain import Object, copy
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

SCAN_US = 10 * SECOND
PROVISION_US = (180 * SECOND, 240 * SECOND)
"""From the request for a machine to one that boots into the cluster: 3 to 4 min (FAQ.md, GCE)."""
UNNEEDED_US = 600 * SECOND
DELAY_AFTER_ADD_US = 600 * SECOND
THRESHOLD = 0.5
EXPENDABLE_PRIORITY = -10
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
FULL = "max node group size reached"


class ClusterAutoscaler(Controller):
    """Table "cluster-autoscaler": {"machines": [names], "made": count, "lastAddUs": us or null,
    "unneeded": {name: since}, "draining": {name: since}}."""

    name = "cluster-autoscaler"
    source = "cluster-autoscaler"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        cluster = engine.scenario.data.get("cluster") or {}
        self.options: dict[str, Any] = cluster.get("autoscaler") or {}
        self.group = str((self.options.get("machine") or {}).get("name") or "pool")
        self.state: dict[str, Any] = engine.table("cluster-autoscaler")
        for key, empty in (("machines", []), ("made", 0), ("lastAddUs", None)):
            self.state.setdefault(key, empty)
        for key in ("unneeded", "draining"):
            self.state.setdefault(key, {})
        engine.calendar.on("cluster-autoscaler.join", self._join)
        self.store.watch("Machine", self._machine_changed)

    def setup(self) -> None:
        """Make the machines that are always there, and begin to scan."""
        if not self.options or not self.engine.cluster.exists():
            return
        for _ in range(int(self.options.get("min") or 0)):
            name = self._rent(0)
            for image in (self.engine.scenario.data.get("images") or {}).get("worker") or ():
                self.engine.preload.put(name, image)
        self.queue.add_after("scan", SCAN_US)

    def reconcile(self, key: str) -> int | None:
        """Scan once."""
        self._scale_up()
        self._go_on_draining()
        self._scale_down()
        return SCAN_US

    # Machines that come

    def _row(self, name: str) -> dict[str, Any]:
        """Give the scenario row of a machine of the group."""
        return {**(self.options.get("machine") or {}), "name": name, "role": "worker"}

    def _rent(self, delay_us: int) -> str:
        self.state["made"] += 1
        name = f"{self.group}-{self.state['made']}"
        self.state["machines"].append(name)
        self.engine.machines.add(self._row(name), delay_us)
        return name

    def _machine_changed(self, change: str, machine: Object, old: Object | None) -> None:
        name = machine["metadata"]["name"]
        if name not in self.state["machines"] or self.engine.kubelets.has(name):
            return
        if change != "DELETED" and machine["status"]["power"] == "on":
            self.engine.calendar.after(0, "cluster-autoscaler.join", name)

    def _join(self, name: str) -> None:
        """A rented machine has booted: its kubelet registers, as soon as it is heard."""
        machine = self.engine.machines.get(name)
        if machine is None or self.engine.kubelets.has(name):
            return
        if self.engine.kubelets.hears(name):
            self.engine.kubelets.register(machine)
        else:
            self.engine.calendar.after(SCAN_US, "cluster-autoscaler.join", name)

    # Scaling up

    def _pending(self) -> list[PodInfo]:
        """Give the pods that the scheduler found no node for."""
        found = []
        for pod in self.store.list("Pod"):
            if pod["spec"].get("nodeName") or is_terminating(pod):
                continue
            row = condition_of(pod, "PodScheduled") or {}
            refused = row.get("status") == "False" and row.get("reason") == "Unschedulable"
            if refused and int(pod["spec"].get("priority") or 0) >= EXPENDABLE_PRIORITY:
                found.append(pod_info(pod))
        return found

    def _template(self, name: str) -> NodeInfo:
        machine = machine_object(self._row(name), 0)
        capacity, allocatable = capacity_of(machine)
        status = {"capacity": capacity, "allocatable": allocatable}
        return fit.template(node_object(machine, ""), status, self.store.list("DaemonSet"))

    def _nodes(self, without: str = "") -> list[NodeInfo]:
        """Give copies of the nodes that take pods, those not yet joined included."""
        names = [name for name in self.state["machines"] if not self.engine.kubelets.has(name)]
        return [
            *(
                node.clone()
                for node in self.engine.scheduler.cache.node_list()
                if node.name != without and is_true(node.node, "Ready")
            ),
            *(self._template(name) for name in names if name != without),
        ]

    def _scale_up(self) -> None:
        """Add machines for pods that fit nowhere, as far as the group may grow."""
        pods = self._pending()
        if not pods:
            return
        spaces = self.engine.scheduler.cache.namespace_labels()
        left = fit.place(pods, self._nodes(), spaces)
        before, most = len(self.state["machines"]), int(self.options["max"])
        added: list[NodeInfo] = []
        helped: list[PodInfo] = []
        for pod in left:
            why = "" if not fit.place([pod], added, spaces) else self._grow(pod, added, most)
            if why:
                self._tell(pod, "NotTriggerScaleUp", f"pod didn't trigger scale-up: 1 {why}")
            else:
                helped.append(pod)
        if not added:
            return
        size = before + len(added)
        words = f"group {self.group} size set to {size} instead of {before} (max: {most})"
        self._tell_status("ScaledUpGroup", f"Scale-up: {words}")
        for pod in helped:
            text = f"pod triggered scale-up: [{{{self.group} {before}->{size} (max: {most})}}]"
            self._tell(pod, "TriggeredScaleUp", text)
        stream = self.engine.streams.stream(self.name)
        for _ in added:
            self._rent(stream.between_us(*PROVISION_US))
        self.state["lastAddUs"] = self.engine.now_us

    def _grow(self, pod: PodInfo, added: list[NodeInfo], most: int) -> str:
        """Put a pod onto one more new machine; answers why that does not go, or ""."""
        fresh = self._template(f"{self.group}-{self.state['made'] + len(added) + 1}")
        why = fit.fits(pod, fresh, self.engine.scheduler.cache.namespace_labels())
        if why:
            return why
        if len(self.state["machines"]) + len(added) >= most:
            return FULL
        fresh.add_pod(pod)
        added.append(fresh)
        return ""

    # Scaling down

    def _scale_down(self) -> None:
        """Note which machines are not needed, and begin to remove one that long is not."""
        now, since = self.engine.now_us, self.state["unneeded"]
        added = self.state["lastAddUs"]
        unneeded = [name for name in self.state["machines"] if self._is_unneeded(name)]
        for name in [name for name in since if name not in unneeded]:
            del since[name]
        for name in unneeded:
            since.setdefault(name, now)
        if added is not None and now - added < DELAY_AFTER_ADD_US:
            return
        spare = len(self.state["machines"]) - int(self.options.get("min") or 0)
        spare -= len(self.state["draining"])
        for name in unneeded:
            if spare > 0 and now - since[name] >= UNNEEDED_US:
                self._begin_draining(name)
                return

    def _is_unneeded(self, name: str) -> bool:
        """Say whether a machine is little used and its pods would fit elsewhere."""
        node = self.engine.scheduler.cache.nodes.get(name)
        if node is None or name in self.state["draining"] or not is_true(node.node, "Ready"):
            return False
        if fit.utilization(node) >= THRESHOLD or fit.held_by(node.pods.values()):
            return False
        movable = [pod for pod in node.pods.values() if not fit.is_daemon(pod)]
        labels = self.engine.scheduler.cache.namespace_labels()
        return not fit.place(movable, self._nodes(without=name), labels)

    def _begin_draining(self, name: str) -> None:
        node = self.store.need("Node", "", name)
        fresh = copy(node)
        taint = {"key": TO_BE_DELETED, "effect": "NoSchedule"}
        taint["value"] = str(self.engine.now_us // SECOND)
        fresh["spec"]["taints"] = [*(node["spec"].get("taints") or ()), taint]
        self.update(fresh)
        self.record(node, "Normal", "ScaleDown", "marked the node as toBeDeleted/unschedulable")
        del self.state["unneeded"][name]
        self.state["draining"][name] = self.engine.now_us
        pods = self._to_move(name)
        for pod in pods:
            self._tell(pod_info(pod), "ScaleDown", "deleting pod for node scale down")
        info = self.engine.scheduler.cache.nodes.get(name)
        if info is not None and pods:
            names = ", ".join(f"{p['metadata']['namespace']}/{p['metadata']['name']}" for p in pods)
            words = f"utilization: {fit.utilization(info):.2f}, pods to reschedule: {names}"
            self._tell_status("ScaleDown", f"Scale-down: removing node {name}, {words}")
        else:
            text = f'Scale-down: removing empty node "{name}"'
            self._tell_status("ScaleDownEmpty", text)

    def _to_move(self, name: str) -> list[Object]:
        pods = self.store.by("Pod", "node", name)
        return [pod for pod in pods if not fit.is_daemon(pod_info(pod))]

    def _go_on_draining(self) -> None:
        """Evict what is left on the machines that go; give those back that are empty."""
        for name in list(self.state["draining"]):
            pods = self._to_move(name)
            for pod in pods:
                if not is_terminating(pod):
                    self._evict(pod)
            if not pods:
                self._give_back(name)

    def _evict(self, pod: Object) -> None:
        try:
            self.engine.api.evict(pod["metadata"]["namespace"], pod["metadata"]["name"])
        except DrydockError:
            return  # a disruption budget: tried again at the next scan

    def _give_back(self, name: str) -> None:
        node = self.store.get("Node", "", name)
        if node is not None:
            self.record(node, "Normal", "ScaleDown", "node removed by cluster autoscaler")
            self.engine.api.delete("Node", "", name)
        self.state["machines"].remove(name)
        del self.state["draining"][name]
        self.engine.kubelets.forget(name)
        self.engine.machines.remove(name)

    # Events

    def _tell(self, pod: PodInfo, reason: str, message: str) -> None:
        self.record(pod.obj, "Normal", reason, message)

    def _tell_status(self, reason: str, message: str) -> None:
        """Record an event of the autoscaler's own status, a ConfigMap."""
        place = "kube-system", "cluster-autoscaler-status"
        found = self.store.get("ConfigMap", *place)
        if found is None:
            meta = {"namespace": place[0], "name": place[1]}
            found = self.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta})
        self.record(found, "Normal", reason, message)
