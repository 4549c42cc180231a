"""Defaults of roles, priority classes and custom definitions."""

from __future__ import annotations

from simulator.plain import Object

RBAC = "rbac.authorization.k8s.io"


def role_binding(obj: Object) -> None:
    """Fill in a RoleBinding or ClusterRoleBinding."""
    if isinstance(obj.get("roleRef"), dict):
        obj["roleRef"].setdefault("apiGroup", RBAC)
    for subject in obj.get("subjects") or ():
        if subject.get("kind") in ("User", "Group"):
            subject.setdefault("apiGroup", RBAC)
        if subject.get("kind") == "ServiceAccount" and obj["kind"] == "RoleBinding":
            subject.setdefault("namespace", obj["metadata"].get("namespace") or "default")


def priority_class(obj: Object) -> None:
    """Fill in a PriorityClass."""
    obj.setdefault("preemptionPolicy", "PreemptLowerPriority")


def flow_schema(obj: Object) -> None:
    """Fill in a FlowSchema."""
    obj.setdefault("spec", {}).setdefault("matchingPrecedence", 1000)


def priority_level(obj: Object) -> None:
    """Fill in a PriorityLevelConfiguration."""
    limited = obj.setdefault("spec", {}).get("limited")
    if not isinstance(limited, dict):
        return
    limited.setdefault("nominalConcurrencyShares", 30)
    limited.setdefault("lendablePercent", 0)
    queuing = (limited.get("limitResponse") or {}).get("queuing")
    if isinstance(queuing, dict):
        for name, value in (("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)):
            queuing.setdefault(name, value)


def custom_resource_definition(obj: Object) -> None:
    """Fill in a CustomResourceDefinition, and accept its names at once."""
    spec = obj.setdefault("spec", {})
    names = spec.setdefault("names", {})
    if names.get("kind"):
        names.setdefault("singular", names["kind"].lower())
        names.setdefault("listKind", f"{names['kind']}List")
    spec.setdefault("conversion", {"strategy": "None"})


def accepted(obj: Object) -> Object:
    """Give the status of a definition that is accepted and served at once."""
    spec = obj.get("spec") or {}
    stored = [v.get("name") or "" for v in spec.get("versions") or () if v.get("storage")]
    now = obj["metadata"].get("creationTimestamp")
    conditions = [
        {"type": "NamesAccepted", "status": "True", "reason": "NoConflicts",
         "message": "no conflicts found", "lastTransitionTime": now},
        {"type": "Established", "status": "True", "reason": "InitialNamesAccepted",
         "message": "the initial names have been accepted", "lastTransitionTime": now},
    ]  # fmt: skip
    return {
        "acceptedNames": dict(spec.get("names") or {}),
        "conditions": conditions,
        "storedVersions": stored,
    }


def quota_status(obj: Object) -> Object:
    """Give a new quota's status: nothing used; admission counts on from there."""
    hard = (obj.get("spec") or {}).get("hard") or {}
    return {"hard": dict(hard), "used": dict.fromkeys(hard, "0")}


FILLERS = {
    "FlowSchema": flow_schema,
    "PriorityLevelConfiguration": priority_level,
    "RoleBinding": role_binding,
    "ClusterRoleBinding": role_binding,
    "PriorityClass": priority_class,
    "CustomResourceDefinition": custom_resource_definition,
}
