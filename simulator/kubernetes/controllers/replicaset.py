"""The ReplicaSet controller: keeps as many pods of one template as are wanted.

Source: pkg/controller/replicaset/replica_set.go and pkg/controller/controller_utils.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.api import selectors
from simulator.kubernetes.conditions import condition_of, put_condition, without
from simulator.kubernetes.controllers import Controller, Retry, key_of, split_key
from simulator.kubernetes.controllers.pod_ranking import deletion_order
from simulator.kubernetes.controllers.pod_template import pod_from_template
from simulator.kubernetes.owners import claim, controller_of, index_owners, owned
from simulator.kubernetes.pods import (
    is_active,
    is_terminating,
    phase_of,
    unavailable_for_us,
)
from simulator.plain import Object, get
from simulator.timing import since_start

if TYPE_CHECKING:
    from simulator.engine import Engine

BURST = 500
"""Most pods created or deleted in one sync (BurstReplicas)."""


class ReplicaSetController(Controller):
    """Keep every ReplicaSet's pods at its number of replicas."""

    name = "replicaset"
    source = "replicaset-controller"
    kind = "ReplicaSet"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_owners(self.store, self.kind)
        index_owners(self.store, "Pod")
        self.watch(self.kind, lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        present = self.store.get("Pod", namespace, name) is not None
        if old is not None and present and _counted(pod) == _counted(old):
            return []
        keys = [
            f"{namespace}/{reference['name']}"
            for reference in (controller_of(pod), controller_of(old) if old else None)
            if reference is not None and reference["kind"] == self.kind
        ]
        if controller_of(pod) is None and not is_terminating(pod):
            labels = pod["metadata"].get("labels") or {}
            for one in self.store.list(self.kind, namespace):
                if selectors.of_object(self.selector(one)).matches(labels):
                    keys.append(key_of(one))
        return keys

    def selector(self, one: Object) -> Object:
        """Give the label selector by which a set finds its pods."""
        found: Object = one["spec"]["selector"]
        return found

    def reconcile(self, key: str) -> int | None:
        """Create or delete what is missing or too many, then write the status."""
        one = self.store.get(self.kind, *split_key(key))
        if one is None:
            return None
        pods = [pod for pod in claim(self.engine, "Pod", one, self.selector(one)) if is_active(pod)]
        failure: DrydockError | None = None
        if not is_terminating(one):
            failure = self._make_true(one, pods)
        pods = [pod for pod in owned(self.store, "Pod", one) if is_active(pod)]
        again_us = self._write_status(one, pods, failure)
        self.took(key, len(pods))
        if failure is not None:
            raise Retry
        return again_us

    def _make_true(self, one: Object, pods: list[Object]) -> DrydockError | None:
        difference = len(pods) - one["spec"].get("replicas", 1)
        if difference < 0:
            return self._create(one, min(-difference, BURST))
        if difference > 0:
            self._delete(one, pods, min(difference, BURST))
        return None

    def _create(self, one: Object, count: int) -> DrydockError | None:
        """Create pods in batches of 1, 2, 4, 8 ...; the first batch with an error is the last."""
        batch = 1
        while count > 0:
            failure: DrydockError | None = None
            for _ in range(min(batch, count)):
                try:
                    pod = self.create(pod_from_template(one["spec"]["template"], one))
                except DrydockError as error:
                    failure = error
                    message = f"Error creating: {error.message}"
                    self.record(one, "Warning", "FailedCreate", message)
                else:
                    message = f"Created pod: {pod['metadata']['name']}"
                    self.record(one, "Normal", "SuccessfulCreate", message)
            if failure is not None:
                return failure
            count -= batch
            batch *= 2
        return None

    def _delete(self, one: Object, pods: list[Object], count: int) -> None:
        def micros(text: str | None) -> int | None:
            return since_start(self.engine.start, text)

        order = deletion_order(pods, self._related(one), self.engine.now_us, micros)
        for pod in order[:count]:
            meta = pod["metadata"]
            self.engine.api.delete("Pod", meta["namespace"], meta["name"])
            message = f"Deleted pod: {meta['name']}"
            self.record(one, "Normal", "SuccessfulDelete", message)

    def _related(self, one: Object) -> list[Object]:
        """Give the pods of all ReplicaSets that the same Deployment owns, this one's among them."""
        reference = controller_of(one)
        if reference is None:
            return owned(self.store, "Pod", one)
        siblings = self.store.by(self.kind, "controller", reference["uid"])
        return [pod for each in siblings for pod in owned(self.store, "Pod", each)]

    def _write_status(
        self, one: Object, pods: list[Object], failure: DrydockError | None
    ) -> int | None:
        """Count the pods; answers when the next ready pod becomes available."""
        min_ready_s = one["spec"].get("minReadySeconds") or 0
        waits = [unavailable_for_us(self.engine, pod, min_ready_s) for pod in pods]
        wanted = get(one, "spec", "template", "metadata", "labels", default={}).items()
        labelled = sum(wanted <= pod["metadata"].get("labels", {}).items() for pod in pods)
        counts = {
            "fullyLabeledReplicas": labelled,
            "readyReplicas": sum(wait is not None for wait in waits),
            "availableReplicas": sum(wait == 0 for wait in waits),
        }
        status: Object = {"replicas": len(pods)}
        status.update({key: count for key, count in counts.items() if count})
        status["observedGeneration"] = one["metadata"].get("generation", 1)
        conditions = self._conditions(one, pods, failure)
        if conditions:
            status["conditions"] = conditions
        if status != one.get("status"):
            self.engine.api.update_status({**one, "status": status})
        return min((wait for wait in waits if wait), default=None)

    def _conditions(
        self, one: Object, pods: list[Object], failure: DrydockError | None
    ) -> list[Object]:
        old = get(one, "status", "conditions", default=[])
        if failure is None:
            return without(old, "ReplicaFailure")
        more = len(pods) < one["spec"].get("replicas", 1)
        row = {
            "type": "ReplicaFailure",
            "status": "True",
            "reason": "FailedCreate" if more else "FailedDelete",
            "message": failure.message,
        }
        return put_condition(old, row, self.engine.timestamp())


def _counted(pod: Object) -> tuple[Any, ...]:
    """Give what of a pod its ReplicaSet looks at."""
    meta = pod["metadata"]
    return (
        condition_of(pod, "Ready"),
        phase_of(pod),
        meta.get("deletionTimestamp"),
        meta.get("labels"),
        meta.get("ownerReferences"),
    )
