"""The pod garbage collector: removes pods that no kubelet will ever remove.

Every 20 s: pods of nodes that have been gone for 40 s, pods being deleted that were never
scheduled or are on a node that is out of service, and the oldest finished pods when there are
more than 12,500.

Source: pkg/controller/podgc/gc_controller.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import is_true, put_condition
from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.pods import index_pods, is_finished, is_terminating, pods_on
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

EVERY_US = 20 * SECOND
QUARANTINE_US = 40 * SECOND
TERMINATED_THRESHOLD = 12_500
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
"""The taint by which people say that a node that is not ready will not come back by itself."""


class PodGarbageCollector(Controller):
    """Table: {"gone": {node: since us}, "unscheduled": {pod's key: null}, "finished": count}."""

    name = "pod-gc"
    source = "pod-garbage-collector"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_pods(self.store)
        self.state: dict[str, Any] = engine.table("pod-gc")
        self.state.setdefault("gone", {})
        self.state.setdefault("unscheduled", {})
        self.state.setdefault("finished", 0)
        self.store.watch("Node", self._note_node)
        self.store.watch("Pod", self._note_pod)
        engine.at_setup(lambda: self.queue.add_after("gc", EVERY_US))

    def _note_node(self, change: str, node: Object, old: Object | None) -> None:
        if change == "DELETED":
            self.state["gone"][node["metadata"]["name"]] = self.engine.now_us
        elif change == "ADDED":
            self.state["gone"].pop(node["metadata"]["name"], None)

    def _note_pod(self, change: str, pod: Object, old: Object | None) -> None:
        was, now = old is not None and is_finished(old), is_finished(pod)
        if change == "DELETED":
            self.state["finished"] -= int(was)
            self.state["unscheduled"].pop(key_of(pod), None)
            return
        self.state["finished"] += int(now) - int(was)
        if is_terminating(pod) and not pod["spec"].get("nodeName"):
            self.state["unscheduled"][key_of(pod)] = None
        name = pod["spec"].get("nodeName")
        if name and change == "ADDED" and self.store.get("Node", "", name) is None:
            self.state["gone"].setdefault(name, self.engine.now_us)

    def reconcile(self, key: str) -> int | None:
        """Remove what is to be removed now."""
        for pod in self._of_gone_nodes():
            self._remove(pod, "PodGC: node no longer exists")
        for pod in self._of_lost_nodes():
            self._remove(pod, None)
        for place in sorted(self.state["unscheduled"]):
            found = self.store.get("Pod", *split_key(place))
            if found is not None and not found["spec"].get("nodeName"):
                self._remove(found, None)
        self.state["unscheduled"] = {}
        excess = self.state["finished"] - TERMINATED_THRESHOLD
        if excess > 0:
            finished = [pod for pod in self.store.list("Pod") if is_finished(pod)]
            finished.sort(key=lambda pod: pod["metadata"]["creationTimestamp"])
            for pod in finished[:excess]:
                self._remove(pod, None)
        return EVERY_US

    def _of_gone_nodes(self) -> Iterable[Object]:
        gone: dict[str, int] = self.state["gone"]
        for name, since_us in sorted(gone.items()):
            if since_us + QUARANTINE_US <= self.engine.now_us:
                yield from pods_on(self.store, name)
                del gone[name]

    def _of_lost_nodes(self) -> Iterable[Object]:
        """Give the pods that are to go from nodes that somebody has declared out of service."""
        for node in self.store.list("Node"):
            taints = node["spec"].get("taints") or ()
            lost = any(taint["key"] == OUT_OF_SERVICE for taint in taints)
            if lost and not is_true(node, "Ready"):
                pods = pods_on(self.store, node["metadata"]["name"])
                yield from [pod for pod in pods if is_terminating(pod)]

    def _remove(self, pod: Object, why: str | None) -> None:
        """Mark an unfinished pod Failed, then remove it without waiting for anybody."""
        meta = pod["metadata"]
        if not is_finished(pod):
            status = {**(pod.get("status") or {}), "phase": "Failed"}
            if why is not None:
                row = {
                    "type": "DisruptionTarget",
                    "status": "True",
                    "reason": "DeletionByPodGC",
                    "message": why,
                }
                now = self.engine.timestamp()
                status["conditions"] = put_condition(status.get("conditions"), row, now)
            self.engine.api.update_status({**pod, "status": status})
        self.engine.api.delete("Pod", meta["namespace"], meta["name"], grace_s=0)
