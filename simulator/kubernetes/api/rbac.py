"""Who may do what: the rules of roles, summed up over their bindings.

Source: kubernetes plugin/pkg/auth/authorizer/rbac.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.store import Store

ADMINS = ("system:masters", "kubeadm:cluster-admins")


def allows(
    store: Store, user: str, groups: list[str], verb: str, group: str, plural: str, namespace: str
) -> bool:
    """Tell whether a user may do something to a kind of object in a namespace."""
    everyone = [*groups, "system:authenticated"]
    if any(one in ADMINS for one in everyone):
        return True
    bindings = [(b, "") for b in store.list("ClusterRoleBinding")]
    bindings += [(b, namespace) for b in store.list("RoleBinding", namespace)]
    for binding, place in bindings:
        if not any(_is(s, user, everyone, place) for s in binding.get("subjects") or ()):
            continue
        reference = binding["roleRef"]
        role = store.get(
            reference["kind"], place if reference["kind"] == "Role" else "", reference["name"]
        )
        if role is None:
            continue
        if any(_permits(rule, verb, group, plural) for rule in role.get("rules") or ()):
            return True
    return False


def _is(subject: dict[str, Any], user: str, groups: list[str], namespace: str) -> bool:
    if subject["kind"] == "User":
        return bool(subject["name"] == user)
    if subject["kind"] == "Group":
        return subject["name"] in groups
    place = subject.get("namespace") or namespace
    return user == f"system:serviceaccount:{place}:{subject['name']}"


def _permits(rule: Object, verb: str, group: str, plural: str) -> bool:
    def has(field: str, value: str) -> bool:
        listed = rule.get(field) or []
        return "*" in listed or value in listed

    return has("verbs", verb) and has("apiGroups", group) and has("resources", plural)
