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


def custom_resource_definition(obj: Object) -> None:
    """Fill in a CustomResourceDefinition, and accept its names at once."""
    spec = obj.setdefault("spec", {})
    names = spec.setdefault("names", {})
    if names.get("kind"):
        names.setdefault("singular", names["kind"].lower())
        names.setdefault("listKind", f"{names['kind']}List")
    spec.setdefault("conversion", {"strategy": "None"})


FILLERS = {
    "RoleBinding": role_binding,
    "ClusterRoleBinding": role_binding,
    "PriorityClass": priority_class,
    "CustomResourceDefinition": custom_resource_definition,
}
