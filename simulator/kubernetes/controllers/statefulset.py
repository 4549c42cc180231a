"""The StatefulSet controller: pods with names that stay, one after the other.

Sources: pkg/controller/statefulset (stateful_set_control.go, stateful_set_utils.go,
stateful_pod_control.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.errors import AlreadyExists, DrydockError, LabFailed
from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.controllers import stateful_identity as identity
from simulator.kubernetes.controllers.revisions import REVISION_LABEL, Revisions
from simulator.kubernetes.owners import claim, controller_of, controller_reference, index_owners
from simulator.kubernetes.pods import (
    is_finished,
    is_ready,
    is_terminating,
    phase_of,
    unavailable_for_us,
)
from simulator.plain import Object, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine


class StatefulSetController(Controller):
    """Keep every StatefulSet's pods, in order, with their names and disks."""

    name = "statefulset"
    source = "statefulset-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_owners(self.store, "Pod")
        self.revisions = Revisions(engine)
        self.watch("StatefulSet", lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        reference = controller_of(pod)
        if reference is None or reference["kind"] != "StatefulSet":
            return []
        return [f"{pod['metadata']['namespace']}/{reference['name']}"]

    def reconcile(self, key: str) -> int | None:
        """Bring one set a step nearer to its spec."""
        one = self.store.get("StatefulSet", *split_key(key))
        if one is None or is_terminating(one):
            return None
        pods = claim(self.engine, "Pod", one, one["spec"]["selector"])
        pods = [pod for pod in pods if identity.ordinal_of(one, pod) is not None]
        return Sync(self, one, pods).run()


class Sync:
    """One pass over one set."""

    def __init__(self, controller: StatefulSetController, one: Object, pods: list[Object]) -> None:
        self.controller = controller
        self.engine = controller.engine
        self.one = one
        self.spec = one["spec"]
        self.by_ordinal = {identity.ordinal_of(one, pod): pod for pod in pods}
        self.ordered = self.spec.get("podManagementPolicy") != "Parallel"
        self.min_ready_s = int(self.spec.get("minReadySeconds") or 0)
        self.again_us: int | None = None
        # A StatefulSet's pods carry the revision's name where a DaemonSet's carry its hash.
        self.update = f"{one['metadata']['name']}-{controller.revisions.sync(one)}"
        self.current = get(one, "status", "currentRevision") or self.update

    def run(self) -> int | None:
        """Create, scale down, update; one step at a time when ordered."""
        first = int(get(self.spec, "ordinals", "start", default=0))
        replicas = int(self.spec.get("replicas", 1))
        wanted = range(first, first + replicas)
        failure: DrydockError | None = None
        try:
            if self._fill(wanted) and self._shrink(wanted):
                self._roll(wanted)
        except LabFailed:
            raise
        except DrydockError as error:
            failure = error
        self._write_status(wanted)  # also when a step failed: what was counted holds
        if failure is not None:
            raise failure
        pods = [pod for pod in self.by_ordinal.values() if pod is not None]
        self.controller.revisions.clean_up(self.one, pods, self.current, self.update)
        return self.again_us

    # Steps; each answers whether the next may be taken

    def _fill(self, wanted: range) -> bool:
        """See that every pod of the range is there, runs and is available."""
        for ordinal in wanted:
            pod = self.by_ordinal.get(ordinal)
            if pod is not None and is_finished(pod):
                self._recreate(pod)
                return False
            if pod is None:
                self._create(ordinal)
                if self.ordered:
                    return False
                continue
            if self.ordered and (is_terminating(pod) or not self._is_available(pod)):
                return False
        return True

    def _shrink(self, wanted: range) -> bool:
        """Delete pods beyond the range, the highest first."""
        condemned = sorted(
            (ordinal for ordinal in self.by_ordinal if ordinal is not None), reverse=True
        )
        condemned = [ordinal for ordinal in condemned if ordinal not in wanted]
        for ordinal in condemned:
            pod = self.by_ordinal[ordinal]
            if is_terminating(pod):
                if self.ordered:
                    return False
                continue
            self._delete(pod)
            if self.ordered:
                return False
        return not condemned or not self.ordered

    def _roll(self, wanted: range) -> None:
        """Replace pods of an old revision, from the highest down to the partition."""
        strategy = self.spec.get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return
        partition = int(get(strategy, "rollingUpdate", "partition", default=0))
        for ordinal in reversed(wanted):
            if ordinal < partition:
                return
            pod = self.by_ordinal.get(ordinal)
            if pod is None:
                continue
            if _revision(pod) != self.update and not is_terminating(pod):
                self._delete(pod)
                return
            if is_terminating(pod) or not is_ready(pod):
                return

    def _is_available(self, pod: Object) -> bool:
        wait = unavailable_for_us(self.engine, pod, self.min_ready_s)
        if wait:
            self.again_us = min(wait, self.again_us or wait)
        return phase_of(pod) == "Running" and wait == 0

    # Acts

    def _create(self, ordinal: int) -> None:
        revision = self._revision_for(ordinal)
        template = self.controller.revisions.template(self.one, revision.rpartition("-")[2])
        pod = identity.pod_of(self.one, template, ordinal, revision)
        name, set_name = pod["metadata"]["name"], self.one["metadata"]["name"]
        for made in identity.claims_of(self.one, ordinal):
            meta = made["metadata"]
            if self.engine.store.get("PersistentVolumeClaim", meta["namespace"], meta["name"]):
                continue
            self.controller.create(made)
            text = f"create Claim {meta['name']} Pod {name} in StatefulSet {set_name} success"
            self.controller.record(self.one, "Normal", "SuccessfulCreate", text)
        try:
            self.by_ordinal[ordinal] = self.controller.create(pod)
        except AlreadyExists:
            raise  # upstream keeps quiet about it
        except DrydockError as error:
            text = f"create Pod {name} in StatefulSet {set_name} failed error: {error.message}"
            self.controller.record(self.one, "Warning", "FailedCreate", text)
            raise
        text = f"create Pod {name} in StatefulSet {set_name} successful"
        self.controller.record(self.one, "Normal", "SuccessfulCreate", text)

    def _revision_for(self, ordinal: int) -> str:
        """A pod below the partition comes back in the revision it had."""
        if self.current == self.update:
            return self.update
        strategy = self.spec.get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return self.update
        partition = int(get(strategy, "rollingUpdate", "partition", default=0))
        return str(self.current) if ordinal < partition else self.update

    def _recreate(self, pod: Object) -> None:
        meta = pod["metadata"]
        if is_terminating(pod):
            return
        set_meta = self.one["metadata"]
        place = f"{set_meta['namespace']}/{set_meta['name']}"
        word = "failed" if phase_of(pod) == "Failed" else "terminated"
        text = f"StatefulSet {place} is recreating {word} Pod {meta['name']}"
        reason = "RecreatingFailedPod" if word == "failed" else "RecreatingTerminatedPod"
        kind = "Warning" if word == "failed" else "Normal"
        self.controller.record(self.one, kind, reason, text)
        self._delete(pod)

    def _delete(self, pod: Object) -> None:
        meta = pod["metadata"]
        self._let_claims_go(pod)
        self.engine.api.delete("Pod", meta["namespace"], meta["name"])
        text = f"delete Pod {meta['name']} in StatefulSet {self.one['metadata']['name']} successful"
        self.controller.record(self.one, "Normal", "SuccessfulDelete", text)

    def _let_claims_go(self, pod: Object) -> None:
        """With whenScaled: Delete the claims of a pod beyond the range go with it."""
        ordinal = identity.ordinal_of(self.one, pod)
        first = int(get(self.spec, "ordinals", "start", default=0))
        kept = ordinal is not None and first <= ordinal < first + int(self.spec["replicas"])
        policy = get(self.spec, "persistentVolumeClaimRetentionPolicy", "whenScaled")
        if policy != "Delete" or kept or ordinal is None:
            return
        for made in identity.claims_of(self.one, ordinal):
            meta = made["metadata"]
            found = self.engine.store.get("PersistentVolumeClaim", meta["namespace"], meta["name"])
            if found is not None:
                fresh = copy(found)
                reference = {**controller_reference(pod), "controller": False}
                del reference["blockOwnerDeletion"]
                fresh["metadata"]["ownerReferences"] = [reference]
                self.controller.update(fresh)

    def _write_status(self, wanted: range) -> None:
        pods = [pod for pod in self.by_ordinal.values() if pod is not None]
        pods = [pod for pod in pods if not is_finished(pod)]
        alive = [pod for pod in pods if not is_terminating(pod)]
        current = sum(_revision(pod) == self.current for pod in alive)
        updated = sum(_revision(pod) == self.update for pod in alive)
        ready = sum(map(is_ready, pods))
        count = len(wanted)
        if updated == ready == count == len(pods):
            self.current, current = self.update, updated
        status: Object = {
            "observedGeneration": self.one["metadata"].get("generation", 1),
            "replicas": len(pods),
            "readyReplicas": ready,
            "currentReplicas": current,
            "updatedReplicas": updated,
            "currentRevision": self.current,
            "updateRevision": self.update,
            "collisionCount": 0,
            "availableReplicas": sum(self._is_available(pod) for pod in alive),
        }
        for field in ("readyReplicas", "currentReplicas", "updatedReplicas"):
            if not status[field]:
                del status[field]
        if status != self.one.get("status"):
            self.engine.api.update_status({**self.one, "status": status})


def _revision(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get(REVISION_LABEL))
