"""A Deployment's status: the counts, and the conditions Progressing and Available.

Source: pkg/controller/deployment/progress.go, sync.go and util/deployment_util.go, v1.32.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.controllers import rollout
from simulator.kubernetes.controllers.deployment_sets import Sets, replicas_of, unavailable_of
from simulator.plain import Object

Condition = dict[str, Any]


def condition(kind: str, status: str, reason: str, message: str, now: str) -> Condition:
    """Make a Deployment's condition, updated now."""
    return {
        "type": kind,
        "status": status,
        "lastUpdateTime": now,
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }


def find(conditions: list[Condition], kind: str) -> Condition | None:
    """Give the condition of a type, or None."""
    return next((one for one in conditions if one["type"] == kind), None)


def put(conditions: list[Condition], new: Condition) -> list[Condition]:
    """Put a condition in; one of the same status and reason stays as it is."""
    old = find(conditions, new["type"])
    if old is not None and old["status"] == new["status"]:
        if old.get("reason") == new["reason"]:
            return conditions
        new = {**new, "lastTransitionTime": old["lastTransitionTime"]}
    return [*(one for one in conditions if one["type"] != new["type"]), new]


def counted(deployment: Object, sets: Sets, now: str) -> Object:
    """Count the pods of all ReplicaSets, as their own statuses say; with condition Available."""
    old = deployment.get("status") or {}
    available = _sum(sets.all, "availableReplicas")
    wanted = sum(replicas_of(one) for one in sets.all)
    counts = {
        "replicas": _sum(sets.all, "replicas"),
        "updatedReplicas": _sum([sets.new] if sets.new else [], "replicas"),
        "readyReplicas": _sum(sets.all, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, wanted - available),
    }
    status: Object = {"observedGeneration": deployment["metadata"].get("generation", 1)}
    status.update({key: count for key, count in counts.items() if count})
    if old.get("collisionCount") is not None:
        status["collisionCount"] = old["collisionCount"]
    if available >= replicas_of(deployment) - unavailable_of(deployment):
        ok = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        ok = (
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    status["conditions"] = put(list(old.get("conditions") or []), condition("Available", *ok, now))
    return status


def _sum(sets: list[Object], field: str) -> int:
    return sum((one.get("status") or {}).get(field) or 0 for one in sets)


def progressed(deployment: Object, sets: Sets, status: Object, since_us: int, now: str) -> None:
    """Put the condition Progressing into a new status (changed in place).

    since_us: microseconds since the present Progressing condition was last updated.
    """
    conditions: list[Condition] = status["conditions"]
    deadline = deployment["spec"].get("progressDeadlineSeconds")
    current = find(conditions, "Progressing")
    if deadline is None or deadline == rollout.NO_DEADLINE:
        status["conditions"] = [one for one in conditions if one["type"] != "Progressing"]
        return
    done = status.get("replicas", 0) == status.get("updatedReplicas", 0)
    if done and current is not None and current.get("reason") == "NewReplicaSetAvailable":
        return
    name = deployment["metadata"]["name"]
    who = f'Deployment "{name}"'
    if sets.new is not None:
        who = f'ReplicaSet "{sets.new["metadata"]["name"]}"'
    if is_complete(deployment, status):
        text = f"{who} has successfully progressed."
        new = condition("Progressing", "True", "NewReplicaSetAvailable", text, now)
        status["conditions"] = put(conditions, new)
    elif rollout.is_progressing(_short(deployment.get("status") or {}), _short(status)):
        new = condition("Progressing", "True", "ReplicaSetUpdated", f"{who} is progressing.", now)
        if current is not None and current["status"] == "True":
            new["lastTransitionTime"] = current["lastTransitionTime"]
        others = [one for one in conditions if one["type"] != "Progressing"]
        status["conditions"] = [*others, new]
    elif current is not None and rollout.is_timed_out(
        deadline, since_us, current.get("reason") or ""
    ):
        text = f"{who} has timed out progressing."
        new = condition("Progressing", "False", "ProgressDeadlineExceeded", text, now)
        status["conditions"] = put(conditions, new)


def failed(sets: Sets, status: Object, now: str) -> None:
    """Carry a ReplicaSet's ReplicaFailure condition up into a new status (changed in place)."""
    for one in [sets.new, *sets.old]:
        for row in ((one or {}).get("status") or {}).get("conditions") or ():
            if row["type"] == "ReplicaFailure" and row["status"] == "True":
                new = condition("ReplicaFailure", "True", row["reason"], row["message"], now)
                new["lastTransitionTime"] = row.get("lastTransitionTime") or now
                status["conditions"] = put(status["conditions"], new)
                return
    status["conditions"] = [row for row in status["conditions"] if row["type"] != "ReplicaFailure"]


def is_complete(deployment: Object, status: Object) -> bool:
    """Say whether all wanted pods are of the present template, and available."""
    generation = deployment["metadata"].get("generation", 1)
    return rollout.is_complete(
        replicas_of(deployment),
        status.get("replicas", 0),
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        status.get("observedGeneration", 0) >= generation,
    )


def _short(status: Object) -> dict[str, int]:
    return {
        "replicas": status.get("replicas", 0),
        "updated": status.get("updatedReplicas", 0),
        "ready": status.get("readyReplicas", 0),
        "available": status.get("availableReplicas", 0),
    }
