"""The node lifecycle controller: notices that a node is silent, and taints it.

A node whose lease is not renewed for the grace period becomes Unknown: at once it takes no new
pods (NoSchedule) and its pods stop being ready; then, zone by zone and not too many nodes at a
time, it is tainted NoExecute, upon which the taint eviction controller sends its pods away.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import condition_of, put_condition
from simulator.kubernetes.controllers import Controller
from simulator.kubernetes.controllers import zone_disruption as zones
from simulator.kubernetes.pods import index_pods, is_ready, pods_on
from simulator.plain import Object, copy, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

MONITOR_EVERY_US = 5 * SECOND
GRACE_US = 50 * SECOND
"""--node-monitor-grace-period: 50 s since Kubernetes 1.32, 40 s before."""
STARTUP_GRACE_US = 60 * SECOND

NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
PRESSURE_TAINTS = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure",
    "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure",
    "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
}
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
OURS = (NOT_READY, UNREACHABLE, UNSCHEDULABLE, *PRESSURE_TAINTS.values())
NODE_CONDITIONS = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")

Taint = dict[str, Any]


class NodeLifecycleController(Controller):
    """Watch over leases; table: {"nodes": {name: {seen, probe_us}}, "zones": {zone: ...}}."""

    name = "node-lifecycle"
    source = "node-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_pods(self.store)
        self.state = engine.table("node-lifecycle")
        self.state.setdefault("nodes", {})
        self.state.setdefault("zones", {})
        self.watch("Node", self._of_node)
        engine.at_setup(lambda: self.queue.add("monitor"))

    def _of_node(self, node: Object, old: Object | None) -> Iterable[str]:
        if old is not None and _tainting(node) == _tainting(old):
            return []
        return [f"taint/{node['metadata']['name']}"]

    def reconcile(self, key: str) -> int | None:
        """Check all nodes ("monitor"), one node's taints ("taint/x"), or one zone ("zone/x")."""
        concern, _, name = key.partition("/")
        if concern == "monitor":
            self._monitor()
            return MONITOR_EVERY_US
        if concern == "taint":
            self._taint_conditions(name)
            return None
        return self._taint_next(name)

    def restart(self) -> None:
        """Begin anew after the controller was down: every node gets the whole grace again."""
        for row in self.state["nodes"].values():
            row["probe_us"] = self.engine.now_us

    # Health

    def _monitor(self) -> None:
        rows: dict[str, dict[str, Any]] = self.state["nodes"]
        by_zone: dict[str, list[bool]] = {}
        present = {}
        for node in self.store.list("Node"):
            name = node["metadata"]["name"]
            present[name] = True
            if name not in rows:
                rows[name] = {"seen": "", "probe_us": self.engine.now_us}
                self._zone(node)
                message = f"Node {name} event: Registered Node {name} in Controller"
                self.record(node, "Normal", "RegisteredNode", message)
            node = self._check(node, rows[name])
            ready = condition_of(node, "Ready")
            by_zone.setdefault(zones.zone_of(node), []).append(
                ready is not None and ready["status"] == "True"
            )
            self._queue_taint(node)
        for name in [name for name in rows if name not in present]:
            del rows[name]
        self._judge_zones(by_zone)

    def _check(self, node: Object, row: dict[str, Any]) -> Object:
        """Note signs of life; declare a node Unknown that gave none for the grace period."""
        name = node["metadata"]["name"]
        lease = self.store.get("Lease", "kube-node-lease", name)
        ready = condition_of(node, "Ready")
        signs = f"{get(lease, 'spec', 'renewTime')} {(ready or {}).get('lastHeartbeatTime')}"
        if signs != row["seen"]:
            row["seen"], row["probe_us"] = signs, self.engine.now_us
        grace_us = GRACE_US if ready is not None else STARTUP_GRACE_US
        if self.engine.now_us <= row["probe_us"] + grace_us:
            return node
        if ready is not None and ready["status"] == "Unknown":
            return node
        was_ready = ready is not None and ready["status"] == "True"
        node = self._declare_unknown(node)
        row["seen"] = f"{get(lease, 'spec', 'renewTime')} {get(ready, 'lastHeartbeatTime')}"
        if was_ready:
            message = f"Node {name} status is now: NodeNotReady"
            self.record(node, "Normal", "NodeNotReady", message)
            self._mark_pods_not_ready(name)
        return node

    def _declare_unknown(self, node: Object) -> Object:
        now = self.engine.timestamp()
        conditions = get(node, "status", "conditions", default=[])
        for kind in NODE_CONDITIONS:
            old = condition_of(node, kind)
            row = {
                "type": kind,
                "status": "Unknown",
                "lastHeartbeatTime": (old or {}).get("lastHeartbeatTime") or now,
                "reason": "NodeStatusUnknown" if old else "NodeStatusNeverUpdated",
                "message": "Kubelet stopped posting node status."
                if old
                else "Kubelet never posted node status.",
            }
            conditions = put_condition(conditions, row, now)
        status = {**(node.get("status") or {}), "conditions": conditions}
        return self.engine.api.update_status({**node, "status": status})

    def _mark_pods_not_ready(self, name: str) -> None:
        now = self.engine.timestamp()
        for pod in pods_on(self.store, name):
            if not is_ready(pod):
                continue
            conditions = copy(pod["status"]["conditions"])
            for row in conditions:
                if row["type"] == "Ready":
                    row["status"], row["lastTransitionTime"] = "False", now
            status = {**pod["status"], "conditions": conditions}
            self.engine.api.update_status({**pod, "status": status})
            self.record(pod, "Warning", "NodeNotReady", "Node is not ready")

    # Taints that follow conditions, at once

    def _taint_conditions(self, name: str) -> None:
        node = self.store.get("Node", "", name)
        if node is None:
            return
        wanted = []
        ready = condition_of(node, "Ready")
        if ready is not None and ready["status"] != "True":
            wanted.append(UNREACHABLE if ready["status"] == "Unknown" else NOT_READY)
        for kind, key in PRESSURE_TAINTS.items():
            condition = condition_of(node, kind)
            if condition is not None and condition["status"] == "True":
                wanted.append(key)
        if node["spec"].get("unschedulable"):
            wanted.append(UNSCHEDULABLE)
        self._set_taints(node, wanted, "NoSchedule")

    def _set_taints(self, node: Object, wanted: list[str], effect: str) -> None:
        """Make a node have exactly these of our taints of one effect."""
        taints: list[Taint] = node["spec"].get("taints") or []
        ours = [one for one in taints if one["effect"] == effect and one["key"] in OURS]
        if [one["key"] for one in ours] == wanted:
            return
        kept = [one for one in taints if one not in ours or one["key"] in wanted]
        have = [one["key"] for one in ours]
        now = self.engine.timestamp()
        for key in wanted:
            if key not in have:
                kept.append({"key": key, "effect": effect, "timeAdded": now})
        fresh = copy(node)
        fresh["spec"]["taints"] = kept
        if not kept:
            del fresh["spec"]["taints"]
        self.update(fresh)

    # Taints that send pods away, by zone and not too fast

    def _queue_taint(self, node: Object) -> None:
        """Queue a node that is not ready for its NoExecute taint; take back that of one that is."""
        name, zone = node["metadata"]["name"], self._zone(node)
        wanted = _execute_taint(node)
        have = [
            one["key"]
            for one in node["spec"].get("taints") or ()
            if one["effect"] == "NoExecute" and one["key"] in (NOT_READY, UNREACHABLE)
        ]
        if wanted is None:
            if name in zone["queue"]:
                zone["queue"].remove(name)
            if have:
                self._set_taints(node, [], "NoExecute")
        elif have and have != [wanted]:
            self._set_taints(node, [wanted], "NoExecute")
        elif not have and name not in zone["queue"] and not self.state.get("stopped"):
            zone["queue"].append(name)
            self.queue.add(f"zone/{zones.zone_of(node)}")

    def _taint_next(self, zone_name: str) -> int | None:
        """Taint the next node of a zone's queue, when the zone's rate allows one."""
        zone = self.state["zones"][zone_name]
        wait_us = zones.wait_us(zone["state"], zone["size"])
        if not zone["queue"] or wait_us is None:
            return None
        due_us = zone["last_us"] + wait_us if zone["last_us"] is not None else 0
        if due_us > self.engine.now_us:
            return int(due_us - self.engine.now_us)
        node = self.store.get("Node", "", zone["queue"].pop(0))
        key = _execute_taint(node) if node is not None else None
        if node is not None and key is not None:
            zone["last_us"] = self.engine.now_us
            self._set_taints(node, [key], "NoExecute")
        return wait_us if zone["queue"] else None

    def _zone(self, node: Object) -> dict[str, Any]:
        empty = {"state": zones.NORMAL, "size": 0, "last_us": None, "queue": []}
        row: dict[str, Any] = self.state["zones"].setdefault(zones.zone_of(node), empty)
        return row

    def _judge_zones(self, by_zone: dict[str, list[bool]]) -> None:
        """Slow down or stop where a zone fails as a whole: the fault may be ours, not theirs."""
        states = {name: zones.state_of(ready) for name, ready in by_zone.items()}
        stopped = bool(states) and all(one == zones.FULL for one in states.values())
        if stopped and not self.state.get("stopped"):
            for node in self.store.list("Node"):
                self._set_taints(node, [], "NoExecute")
            for zone in self.state["zones"].values():
                zone["queue"] = []
        if self.state.get("stopped") and not stopped:
            self.restart()
        self.state["stopped"] = stopped
        for name, state in states.items():
            zone = self.state["zones"][name]
            zone["state"], zone["size"] = state, len(by_zone[name])
            if zone["queue"]:
                self.queue.add(f"zone/{name}")


def _execute_taint(node: Object) -> str | None:
    ready = condition_of(node, "Ready")
    if ready is None or ready["status"] == "True":
        return None
    return UNREACHABLE if ready["status"] == "Unknown" else NOT_READY


def _tainting(node: Object) -> list[Any]:
    """Give what of a node its NoSchedule taints follow from."""
    rows = get(node, "status", "conditions", default=[])
    statuses = [[row["type"], row["status"]] for row in rows]
    return [statuses, node["spec"].get("unschedulable"), node["spec"].get("taints")]
