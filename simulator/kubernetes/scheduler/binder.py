"""The binding cycle: a pod that was given a node gets its volumes, then the node itself.

Between the decision and the write the pod is "assumed": it counts on its node already. Table
"scheduler"["assumed"]: {key: {node, uid, since_us}}. Source: pkg/scheduler/schedule_one.go
(bindingCycle) and plugins/volumebinding/binder.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.scheduler.cache import Cache
from simulator.kubernetes.scheduler.nodeinfo import NodeInfo
from simulator.kubernetes.scheduler.plugins.volumes import (
    SELECTED_NODE,
    best_volume,
    claim_of,
)
from simulator.kubernetes.scheduler.podinfo import PodInfo
from simulator.plain import Object, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

BIND_US = (4 * MS, 16 * MS)
"""Assumed: one write to an idle API server; kubelets notice within this, too."""

VOLUME_POLL_US, VOLUME_TIMEOUT_US = SECOND, 600 * SECOND
"""bindTimeoutSeconds of the VolumeBinding plugin, asked for once a second."""

VOLUMES_LATE = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'

Lost = Callable[[str, str], None]
"""(key, message): the binding failed, so the pod must be scheduled again."""


class Binder:
    """Writes decisions down."""

    def __init__(self, engine: Engine, cache: Cache, state: dict[str, Any], lost: Lost) -> None:
        self._engine, self._cache, self._lost = engine, cache, lost
        self.assumed: dict[str, dict[str, Any]] = state.setdefault("assumed", {})
        self._stream = engine.streams.stream("scheduler", "bind")
        engine.calendar.on("scheduler/bind", self._bind)

    def nodes(self) -> dict[str, str]:
        """Give the node of each assumed pod."""
        return {key: row["node"] for key, row in self.assumed.items()}

    def start(self, pod: PodInfo, node: str) -> None:
        """Count the pod on its node and begin to bind it."""
        self._cache.add_pod(pod, node)
        self.assumed[pod.key] = {"node": node, "uid": pod.uid, "since_us": self._engine.now_us}
        if pod.claims:
            self._reserve_volumes(pod, self._cache.nodes[node])
        self._engine.calendar.after(self._stream.between_us(*BIND_US), "scheduler/bind", pod.key)

    def forget(self, key: str) -> None:
        """Stop binding a pod, which is gone or was bound."""
        self.assumed.pop(key, None)

    def _bind(self, key: str) -> None:
        row = self.assumed.get(key)
        if row is None:
            return
        namespace, _, name = key.partition("/")
        pod = self._engine.store.get("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != row["uid"]:
            self.forget(key)
            return
        if self._waits_for_volumes(pod):
            if self._engine.now_us - row["since_us"] < VOLUME_TIMEOUT_US:
                self._engine.calendar.after(VOLUME_POLL_US, "scheduler/bind", key)
            else:
                self._undo(key, VOLUMES_LATE)
            return
        node = row["node"]
        try:
            self._engine.api.bind(pod, node)
        except DrydockError as problem:
            why = f'binding rejected: running Bind plugin "DefaultBinder": {problem.message}'
            self._undo(key, why)
            return
        message = f"Successfully assigned {key} to {node}"
        self._engine.events.record(pod, "Normal", "Scheduled", message, scheduler_of(pod))

    def _undo(self, key: str, why: str) -> None:
        self.forget(key)
        self._cache.remove_pod(key)
        self._lost(key, why)

    # Volumes

    def _reserve_volumes(self, pod: PodInfo, node: NodeInfo) -> None:
        """Give each waiting claim a volume that fits on the node, or ask for a new one there."""
        store = self._engine.store
        taken: dict[str, None] = {}
        for name in pod.claims:
            claim = claim_of(store, pod, name)
            if claim is None or get(claim, "spec", "volumeName"):
                continue
            volume = best_volume(store, claim, node, taken)
            if volume is None:
                self._ask_for_volume(claim, node.name)
            else:
                taken[volume["metadata"]["name"]] = None
                self._claim_volume(volume, claim)

    def _claim_volume(self, volume: Object, claim: Object) -> None:
        meta = claim["metadata"]
        reference = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
        }
        notes = {
            **(volume["metadata"].get("annotations") or {}),
            "pv.kubernetes.io/bound-by-controller": "yes",
        }
        self._engine.store.update(
            {
                **volume,
                "metadata": {**volume["metadata"], "annotations": notes},
                "spec": {**volume["spec"], "claimRef": reference},
            }
        )

    def _ask_for_volume(self, claim: Object, node: str) -> None:
        notes = {**(claim["metadata"].get("annotations") or {}), SELECTED_NODE: node}
        meta = {**claim["metadata"], "annotations": notes}
        self._engine.store.update({**claim, "metadata": meta})

    def _waits_for_volumes(self, pod: Object) -> bool:
        info = self._cache.pod(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}")
        for name in info.claims if info is not None else ():
            claim = self._engine.store.get(
                "PersistentVolumeClaim", pod["metadata"]["namespace"], name
            )
            if get(claim, "status", "phase") != "Bound":
                return True
        return False


def scheduler_of(pod: Object) -> str:
    """Name the scheduler that a pod asks for."""
    return str(pod["spec"].get("schedulerName") or "default-scheduler")
