"""The Deployment controller: rolls pods from one template to the next through ReplicaSets.

Source: pkg/controller/deployment (deployment_controller.go, rolling.go, recreate.go, sync.go,
progress.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.kubernetes.controllers import Controller, key_of, rollout, split_key
from simulator.kubernetes.controllers import deployment_sets as sets_of
from simulator.kubernetes.controllers import deployment_status as status_of
from simulator.kubernetes.controllers.deployment_sets import DESIRED, REVISION, Sets, replicas_of
from simulator.kubernetes.owners import claim, controller_of, index_owners, owned
from simulator.kubernetes.pods import is_finished, is_terminating
from simulator.plain import Object, copy
from simulator.timing import SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine


class DeploymentController(Controller):
    """Keep every Deployment's ReplicaSets at the sizes that its rollout needs."""

    name = "deployment"
    source = "deployment-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_owners(self.store, "ReplicaSet")
        index_owners(self.store, "Pod")
        self.watch("Deployment", lambda obj, old: [key_of(obj)])
        self.watch("ReplicaSet", self._of_set)
        self.watch("Pod", self._of_pod)

    def _of_set(self, one: Object, old: Object | None) -> Iterable[str]:
        reference = controller_of(one)
        namespace = one["metadata"]["namespace"]
        if reference is None:
            return [key_of(each) for each in self.store.list("Deployment", namespace)]
        return [f"{namespace}/{reference['name']}"] if reference["kind"] == "Deployment" else []

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        """Only Recreate waits for pods: look again when one of them is gone or has ended."""
        present = self.store.get("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
        if present is not None and not is_finished(pod):
            return []
        reference = controller_of(pod)
        if reference is None or reference["kind"] != "ReplicaSet":
            return []
        owner = self.store.get("ReplicaSet", pod["metadata"]["namespace"], reference["name"])
        above = controller_of(owner) if owner is not None else None
        return [f"{pod['metadata']['namespace']}/{above['name']}"] if above is not None else []

    def reconcile(self, key: str) -> int | None:
        """Move one Deployment's rollout a step on."""
        deployment = self.store.get("Deployment", *split_key(key))
        if deployment is None:
            return None
        mine = claim(self.engine, "ReplicaSet", deployment, deployment["spec"]["selector"])
        if is_terminating(deployment):
            return self._write_status(deployment, sets_of.split(deployment, mine), plain=True)
        deployment = self._note_pause(deployment)
        if deployment["spec"].get("paused") or self._is_scaled(deployment, mine):
            return self._scale(deployment, mine)
        if sets_of.strategy(deployment)[0] == rollout.RECREATE:
            return self._recreate(deployment, mine)
        return self._roll(deployment, mine)

    # The two strategies

    def _roll(self, deployment: Object, mine: list[Object]) -> int | None:
        deployment, sets = self._sync_revision(deployment, mine, create=True)
        new = sets.new
        assert new is not None
        wanted = replicas_of(deployment)
        total = sum(replicas_of(one) for one in sets.all)
        size = rollout.new_set_replicas(
            rollout.ROLLING_UPDATE, wanted, replicas_of(new), total, sets_of.surge_of(deployment)
        )
        changed = self._resize(deployment, {new["metadata"]["name"]: size}, [new])
        if not changed:
            sizes = rollout.scale_down_old(
                [sets_of.size_of(one) for one in sets.old],
                sets_of.size_of(new),
                wanted,
                sets_of.unavailable_of(deployment),
            )
            changed = self._resize(deployment, sizes, sets.old)
        return self._finish(deployment, changed)

    def _recreate(self, deployment: Object, mine: list[Object]) -> int | None:
        deployment, sets = self._sync_revision(deployment, mine, create=False)
        down = {one["metadata"]["name"]: 0 for one in sets.old}
        if self._resize(deployment, down, sets.old) or self._old_pods_run(sets):
            return self._finish(deployment, changed=True)
        deployment, sets = self._sync_revision(deployment, sets.all, create=True)
        assert sets.new is not None
        up = {sets.new["metadata"]["name"]: replicas_of(deployment)}
        return self._finish(deployment, self._resize(deployment, up, [sets.new]))

    def _old_pods_run(self, sets: Sets) -> bool:
        pods = [pod for one in sets.old for pod in owned(self.store, "Pod", one)]
        return any(not is_finished(pod) for pod in pods)

    def _finish(self, deployment: Object, changed: bool) -> int | None:
        mine = owned(self.store, "ReplicaSet", deployment)
        sets = sets_of.split(deployment, mine)
        if not changed and status_of.is_complete(deployment, deployment.get("status") or {}):
            self._clean_up(deployment, sets)
        return self._write_status(deployment, sets)

    # Scaling, also while paused

    def _is_scaled(self, deployment: Object, mine: list[Object]) -> bool:
        """Say whether `replicas` was edited since the active sets were last sized."""
        wanted = replicas_of(deployment)
        noted = [sets_of.annotation_number(one, DESIRED) for one in mine if replicas_of(one) > 0]
        return any(number is not None and number != wanted for number in noted)

    def _scale(self, deployment: Object, mine: list[Object]) -> int | None:
        deployment, sets = self._sync_revision(deployment, mine, create=False)
        self._resize(deployment, self._scaled_sizes(deployment, sets), sets.all, note=True)
        sets = sets_of.split(deployment, owned(self.store, "ReplicaSet", deployment))
        if deployment["spec"].get("paused"):
            self._clean_up(deployment, sets)
        return self._write_status(deployment, sets, plain=True)

    def _scaled_sizes(self, deployment: Object, sets: Sets) -> dict[str, int]:
        wanted = replicas_of(deployment)
        new = sets_of.size_of(sets.new) if sets.new else None
        old = [sets_of.size_of(one) for one in sets.old]
        one = rollout.active_or_latest(new, old)
        if one is not None:
            return {one.name: wanted}
        if new is not None and sets.new is not None:
            annotated = sets_of.annotation_number(sets.new, DESIRED)
            if rollout.is_saturated(wanted, new.replicas, new.available, annotated):
                return {each.name: 0 for each in old}
        if sets_of.strategy(deployment)[0] != rollout.ROLLING_UPDATE:
            return {}
        everyone = [*old, new] if new is not None else old
        replicas = (deployment.get("status") or {}).get("replicas", 0)
        surge = sets_of.surge_of(deployment)
        return rollout.proportional_sizes(everyone, wanted, surge, replicas)

    def _resize(
        self, deployment: Object, sizes: dict[str, int], among: list[Object], note: bool = False
    ) -> bool:
        """Give ReplicaSets new sizes; answers whether any size changed."""
        changed = False
        for one in among:
            name, before = one["metadata"]["name"], replicas_of(one)
            size = sizes.get(name, before)
            if size == before and not (note and name in sizes):
                continue
            fresh = copy(one)
            fresh["spec"]["replicas"] = size
            sets_of.annotate_sizes(fresh, deployment)
            self.update(fresh)
            if size != before:
                changed = True
                self._say_scaled(deployment, name, before, size)
        return changed

    def _say_scaled(self, deployment: Object, name: str, before: int, after: int) -> None:
        way = "up" if after > before else "down"
        message = f"Scaled {way} replica set {name} from {before} to {after}"
        self.record(deployment, "Normal", "ScalingReplicaSet", message)

    # Revisions

    def _sync_revision(
        self, deployment: Object, mine: list[Object], create: bool
    ) -> tuple[Object, Sets]:
        """Number the new ReplicaSet, making it if need be; answers the deployment as it is now."""
        sets = sets_of.split(deployment, mine)
        revision = max((sets_of.revision_of(one) for one in sets.old), default=0) + 1
        if sets.new is not None:
            fresh = copy(sets.new)
            sets_of.annotate_revision(fresh, deployment, revision)
            fresh["spec"]["minReadySeconds"] = deployment["spec"].get("minReadySeconds") or 0
            if not fresh["spec"]["minReadySeconds"]:
                fresh["spec"].pop("minReadySeconds")
            new = self.update(fresh)
            return self._note_revision(deployment, new, "FoundNewReplicaSet"), Sets(new, sets.old)
        if not create:
            return deployment, sets
        total = sum(replicas_of(one) for one in sets.old)
        wanted = replicas_of(deployment)
        kind = sets_of.strategy(deployment)[0]
        size = rollout.new_set_replicas(kind, wanted, 0, total, sets_of.surge_of(deployment))
        new = self.create(sets_of.new_set(deployment, size, revision))
        if size > 0:
            self._say_scaled(deployment, new["metadata"]["name"], 0, size)
        deployment = self._note_revision(deployment, new, "NewReplicaSetCreated")
        return deployment, Sets(new, sets.old)

    def _note_revision(self, deployment: Object, new: Object, reason: str) -> Object:
        revision = new["metadata"]["annotations"][REVISION]
        if (deployment["metadata"].get("annotations") or {}).get(REVISION) != revision:
            fresh = copy(deployment)
            fresh["metadata"].setdefault("annotations", {})[REVISION] = revision
            deployment = self.update(fresh)
        conditions = (deployment.get("status") or {}).get("conditions") or []
        found = status_of.find(conditions, "Progressing")
        created = reason == "NewReplicaSetCreated"
        if deployment["spec"].get("progressDeadlineSeconds") is None or (found and not created):
            return deployment
        verb = "Created" if created else "Found"
        message = f'{verb} new replica set "{new["metadata"]["name"]}"'
        return self._put_condition(deployment, "True", reason, message)

    def _put_condition(self, deployment: Object, status: str, reason: str, text: str) -> Object:
        fresh = copy(deployment)
        body = fresh.setdefault("status", {})
        new = status_of.condition("Progressing", status, reason, text, self.engine.timestamp())
        body["conditions"] = status_of.put(body.get("conditions") or [], new)
        return self.engine.api.update_status(fresh)

    def _note_pause(self, deployment: Object) -> Object:
        """Say in the condition Progressing that the rollout was paused or resumed."""
        if deployment["spec"].get("progressDeadlineSeconds") is None:
            return deployment
        found = status_of.find(
            (deployment.get("status") or {}).get("conditions") or [], "Progressing"
        )
        reason = (found or {}).get("reason")
        if reason == "ProgressDeadlineExceeded":
            return deployment
        paused = bool(deployment["spec"].get("paused"))
        if paused and reason != "DeploymentPaused":
            return self._put_condition(
                deployment, "Unknown", "DeploymentPaused", "Deployment is paused"
            )
        if not paused and reason == "DeploymentPaused":
            return self._put_condition(
                deployment, "Unknown", "DeploymentResumed", "Deployment is resumed"
            )
        return deployment

    def _clean_up(self, deployment: Object, sets: Sets) -> None:
        """Remove the oldest empty ReplicaSets beyond the revision history limit."""
        limit = deployment["spec"].get("revisionHistoryLimit")
        if limit is None:
            return
        old = [one for one in sets.old if not is_terminating(one)]
        for one in sorted(old, key=sets_of.revision_of)[: max(0, len(old) - limit)]:
            status, meta = one.get("status") or {}, one["metadata"]
            unseen = meta.get("generation", 1) > status.get("observedGeneration", 0)
            if status.get("replicas") or replicas_of(one) or unseen:
                continue
            self.engine.api.delete("ReplicaSet", meta["namespace"], meta["name"])

    # Status

    def _write_status(self, deployment: Object, sets: Sets, plain: bool = False) -> int | None:
        """Write counts and conditions; answers when to look whether the deadline has passed."""
        now = self.engine.timestamp()
        status = status_of.counted(deployment, sets, now)
        if not plain:
            current = status_of.find(status["conditions"], "Progressing")
            updated_us = since_start(self.engine.start, (current or {}).get("lastUpdateTime"))
            since_us = self.engine.now_us - (updated_us or 0)
            status_of.progressed(deployment, sets, status, since_us, now)
            status_of.failed(sets, status, now)
        if status != deployment.get("status"):
            deployment = self.engine.api.update_status({**deployment, "status": status})
        return None if plain else self._deadline_us(deployment)

    def _deadline_us(self, deployment: Object) -> int | None:
        deadline = deployment["spec"].get("progressDeadlineSeconds")
        conditions = (deployment.get("status") or {}).get("conditions") or []
        current = status_of.find(conditions, "Progressing")
        if deadline is None or deadline == rollout.NO_DEADLINE or current is None:
            return None
        if current.get("reason") in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
            return None
        updated_us = since_start(self.engine.start, current["lastUpdateTime"]) or 0
        due_us = updated_us + (int(deadline) + 1) * SECOND
        return max(SECOND, due_us - self.engine.now_us)
