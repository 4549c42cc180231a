"""A Deployment's ReplicaSets: which one is new, which revision it is, how it is made.

Source: pkg/controller/deployment/sync.go and util/deployment_util.go, v1.32.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.kubernetes.controllers import rollout
from simulator.kubernetes.controllers.rollout import SetSize
from simulator.kubernetes.controllers.template_hash import template_hash
from simulator.kubernetes.owners import controller_reference
from simulator.plain import Object, copy, get

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MAX = "deployment.kubernetes.io/max-replicas"
NOT_COPIED = (
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
)


@dataclass(frozen=True, slots=True)
class Sets:
    """A Deployment's ReplicaSets: the one with its present template, if any, and the others."""

    new: Object | None
    old: list[Object]

    @property
    def all(self) -> list[Object]:
        """The old ones and the new one."""
        return [*self.old, self.new] if self.new is not None else list(self.old)


def split(deployment: Object, sets: list[Object]) -> Sets:
    """Tell the new ReplicaSet from the old ones; of several twins the eldest is the new one."""
    wanted = _bare_template(deployment)
    by_age = sorted(sets, key=_age)
    new = next((one for one in by_age if _bare_template(one) == wanted), None)
    old = [one for one in by_age if new is None or one is not new]
    return Sets(new, old)


def _age(one: Object) -> tuple[str, str]:
    return one["metadata"].get("creationTimestamp") or "", one["metadata"]["name"]


def _bare_template(owner: Object) -> Object:
    template = owner["spec"]["template"]
    meta = template.get("metadata") or {}
    labels = {k: v for k, v in (meta.get("labels") or {}).items() if k != HASH_LABEL}
    rest = {key: value for key, value in meta.items() if value and key != "labels"}
    return {"labels": labels, "meta": rest, "spec": template.get("spec")}


def revision_of(obj: Object) -> int:
    """Read the revision annotation; 0 without one."""
    text = get(obj, "metadata", "annotations", REVISION, default="0")
    return int(text) if str(text).isdigit() else 0


def annotation_number(obj: Object, key: str) -> int | None:
    """Read a number from an annotation; None without one."""
    text = get(obj, "metadata", "annotations", key)
    return int(text) if text is not None and str(text).isdigit() else None


def strategy(deployment: Object) -> tuple[str, rollout.IntOrPercent, rollout.IntOrPercent]:
    """Give (type, maxSurge, maxUnavailable) of the deployment's strategy."""
    kind = get(deployment, "spec", "strategy", "type", default=rollout.ROLLING_UPDATE)
    rolling = get(deployment, "spec", "strategy", "rollingUpdate", default={})
    return kind, rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")


def replicas_of(obj: Object) -> int:
    """Give `spec.replicas`; 1 when it is not set."""
    value = obj["spec"].get("replicas")
    return 1 if value is None else int(value)


def surge_of(deployment: Object) -> int:
    """Give how many pods more than wanted a rollout may make."""
    kind, surge, unavailable = strategy(deployment)
    return rollout.effective_max_surge(kind, replicas_of(deployment), surge, unavailable)


def unavailable_of(deployment: Object) -> int:
    """Give how many pods fewer than wanted may be available during a rollout."""
    kind, surge, unavailable = strategy(deployment)
    return rollout.effective_max_unavailable(kind, replicas_of(deployment), surge, unavailable)


def size_of(one: Object) -> SetSize:
    """Read what the rollout's arithmetic needs of a ReplicaSet."""
    return SetSize(
        name=one["metadata"]["name"],
        replicas=replicas_of(one),
        available=get(one, "status", "availableReplicas", default=0),
        created=one["metadata"].get("creationTimestamp") or "",
        max_replicas=annotation_number(one, MAX),
    )


def annotate_sizes(one: Object, deployment: Object) -> None:
    """Note on a ReplicaSet (a copy) what the deployment wants now; scaling needs it later."""
    wanted = replicas_of(deployment)
    notes = one["metadata"].setdefault("annotations", {})
    notes[DESIRED], notes[MAX] = str(wanted), str(wanted + surge_of(deployment))


def annotate_revision(one: Object, deployment: Object, revision: int) -> None:
    """Copy the deployment's annotations to its new ReplicaSet (a copy) and number it."""
    notes = one["metadata"].setdefault("annotations", {})
    for key, value in (deployment["metadata"].get("annotations") or {}).items():
        if key not in NOT_COPIED:
            notes[key] = value
    before = revision_of(one)
    if before < revision:
        notes[REVISION] = str(revision)
        if before > 0:
            history = notes.get(REVISION_HISTORY)
            notes[REVISION_HISTORY] = f"{history},{before}" if history else str(before)


def new_set(deployment: Object, replicas: int, revision: int) -> Object:
    """Make the ReplicaSet for the deployment's present template."""
    template = copy(deployment["spec"]["template"])
    collisions = get(deployment, "status", "collisionCount")
    hashed = template_hash(_bare_template(deployment), collisions)
    labels = {**((template.get("metadata") or {}).get("labels") or {}), HASH_LABEL: hashed}
    template.setdefault("metadata", {})["labels"] = labels
    selector = copy(deployment["spec"]["selector"])
    selector.setdefault("matchLabels", {})[HASH_LABEL] = hashed
    made: Object = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{deployment['metadata']['name']}-{hashed}",
            "namespace": deployment["metadata"]["namespace"],
            "labels": dict(labels),
            "annotations": {},
            "ownerReferences": [controller_reference(deployment)],
        },
        "spec": {"replicas": replicas, "selector": selector, "template": template},
    }
    if deployment["spec"].get("minReadySeconds"):
        made["spec"]["minReadySeconds"] = deployment["spec"]["minReadySeconds"]
    annotate_revision(made, deployment, revision)
    annotate_sizes(made, deployment)
    return made
