"""Storage protection: a claim in use by a pod, and a volume bound to a claim, are not removed.

Sources: pkg/controller/volume/pvcprotection and pvprotection, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.kubernetes.controllers import Controller, key_of
from simulator.kubernetes.pods import (
    claims_of,
    index_pods,
    is_finished,
    is_terminating,
    users_of_claim,
)
from simulator.plain import Object, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine

CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"


class StorageProtectionController(Controller):
    """Take the finalizers from claims and volumes that are being deleted and not in use."""

    name = "storage-protection"
    source = "storage-protection-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_pods(self.store)
        self.watch("PersistentVolumeClaim", self._of_claim)
        self.watch("PersistentVolume", self._of_volume)
        self.watch("Pod", self._of_pod)

    def _of_claim(self, claim: Object, old: Object | None) -> Iterable[str]:
        return [f"claim/{key_of(claim)}"] if is_terminating(claim) else []

    def _of_volume(self, volume: Object, old: Object | None) -> Iterable[str]:
        return [f"volume/{volume['metadata']['name']}"] if is_terminating(volume) else []

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        if self.store.get("Pod", namespace, name) is not None and not is_finished(pod):
            return []
        return [f"claim/{namespace}/{one}" for one in claims_of(pod)]

    def reconcile(self, key: str) -> int | None:
        """Let one claim or volume go, if nobody uses it."""
        kind, _, rest = key.partition("/")
        if kind == "volume":
            volume = self.store.get("PersistentVolume", "", rest)
            if volume is not None and get(volume, "status", "phase") != "Bound":
                self._let_go(volume, VOLUME_FINALIZER)
            return None
        namespace, _, name = rest.partition("/")
        claim = self.store.get("PersistentVolumeClaim", namespace, name)
        if claim is not None and not users_of_claim(self.store, namespace, name):
            self._let_go(claim, CLAIM_FINALIZER)
        return None

    def _let_go(self, obj: Object, finalizer: str) -> None:
        finalizers = obj["metadata"].get("finalizers") or []
        if not is_terminating(obj) or finalizer not in finalizers:
            return
        fresh = copy(obj)
        fresh["metadata"]["finalizers"] = [one for one in finalizers if one != finalizer]
        self.update(fresh)
