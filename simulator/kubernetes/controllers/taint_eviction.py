"""The taint eviction controller: deletes pods from nodes whose NoExecute taints they do not bear.

A pod that tolerates a taint for some seconds is deleted when they have passed, unless the taint
goes first. Every pod bears not-ready and unreachable for 300 s, by admission.

Source: pkg/controller/tainteviction/taint_eviction.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.pods import index_pods, is_terminating, pods_on
from simulator.kubernetes.scheduler.plugins.taint_toleration import is_tolerated_by
from simulator.plain import Object, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine


class TaintEvictionController(Controller):
    """Table: {pod's key: {"uid", "since_us", "due_us"}} of deletions that wait."""

    name = "taint-eviction"
    source = "taint-eviction-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_pods(self.store)
        self.waiting: dict[str, dict[str, Any]] = engine.table("taint-eviction")
        self.watch("Pod", self._of_pod)
        self.watch("Node", self._of_node)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        if key_of(pod) in self.waiting:
            return [key_of(pod)]
        new_here = old is None or old["spec"] != pod["spec"]
        if not new_here or not pod["spec"].get("nodeName"):
            return []
        node = self.store.get("Node", "", pod["spec"]["nodeName"])
        return [key_of(pod)] if node is not None and _execute_taints(node) else []

    def _of_node(self, node: Object, old: Object | None) -> Iterable[str]:
        if _execute_taints(node) == (_execute_taints(old) if old else []):
            return []
        return [key_of(pod) for pod in pods_on(self.store, node["metadata"]["name"])]

    def reconcile(self, key: str) -> int | None:
        """Delete one pod, or wait as long as it tolerates its node's taints."""
        pod = self.store.get("Pod", *split_key(key))
        waiting = self.waiting.get(key)
        if pod is None or is_terminating(pod) or (waiting and waiting["uid"] != _uid(pod)):
            self.waiting.pop(key, None)
            if pod is None or is_terminating(pod):
                return None
            waiting = None
        node = self.store.get("Node", "", pod["spec"].get("nodeName") or "")
        taints = _execute_taints(node) if node is not None else []
        if not taints:
            self._cancel(key, pod)
            return None
        tolerated_s = tolerated_for_s(taints, pod["spec"].get("tolerations") or [])
        if tolerated_s is None:
            self._cancel(key, pod)
            return None
        since_us = waiting["since_us"] if waiting else self.engine.now_us
        due_us = since_us + tolerated_s * SECOND
        if due_us <= self.engine.now_us:
            self.waiting.pop(key, None)
            self._evict(pod)
            return None
        self.waiting[key] = {"uid": _uid(pod), "since_us": since_us, "due_us": due_us}
        return due_us - self.engine.now_us

    def _cancel(self, key: str, pod: Object) -> None:
        if self.waiting.pop(key, None) is not None:
            message = f"Cancelling deletion of Pod {key}"
            self.record(pod, "Normal", "TaintManagerEviction", message)

    def _evict(self, pod: Object) -> None:
        message = f"Marking for deletion Pod {key_of(pod)}"
        self.record(pod, "Normal", "TaintManagerEviction", message)
        row = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint",
        }
        now = self.engine.timestamp()
        status = {**(pod.get("status") or {})}
        status["conditions"] = put_condition(status.get("conditions"), row, now)
        self.engine.api.update_status({**pod, "status": status})
        meta = pod["metadata"]
        self.engine.api.delete("Pod", meta["namespace"], meta["name"])


def _uid(pod: Object) -> str:
    return str(pod["metadata"]["uid"])


def _execute_taints(node: Object) -> list[dict[str, Any]]:
    taints = get(node, "spec", "taints", default=[])
    return [one for one in taints if one["effect"] == "NoExecute"]


def tolerated_for_s(taints: list[Object], tolerations: list[Object]) -> int | None:
    """Give for how many seconds a pod bears all of these taints: 0 not at all, None for ever."""
    shortest: int | None = None
    for taint in taints:
        matching = [one for one in tolerations if is_tolerated_by(taint, one)]
        if not matching:
            return 0
        for one in matching:
            seconds = one.get("tolerationSeconds")
            if seconds is not None:
                shortest = min(max(0, seconds), shortest if shortest is not None else seconds)
    return shortest
