"""Roles and whom they are given to.   Source: pkg/apis/rbac/validation/validation.go."""

from __future__ import annotations

from simulator.plain import Object

from ..names import path_segment_problems, subdomain_problems
from ..status import invalid_value, required, unsupported
from .common import Body, Problems, body, items, label_selector, names

GROUP = "rbac.authorization.k8s.io"
SUBJECTS = ("ServiceAccount", "User", "Group")


def role(obj: Object) -> Problems:
    """Check the rules of a Role or ClusterRole."""
    out: Problems = []
    for n, rule in items(obj.get("rules")):
        out += _rule(rule, f"rules[{n}]", obj["kind"] == "Role")
    whole = body(obj.get("aggregationRule"))
    if obj.get("aggregationRule") is not None:
        where = "aggregationRule.clusterRoleSelectors"
        if not whole.get("clusterRoleSelectors"):
            why = "at least one clusterRoleSelector required if aggregationRule is non-nil"
            out.append(required(where, why))
        for n, one in items(whole.get("clusterRoleSelectors")):
            out += label_selector(one, f"{where}[{n}]")
    return out


def _rule(rule: Body, path: str, namespaced: bool) -> Problems:
    out: Problems = []
    if not rule.get("verbs"):
        out.append(required(f"{path}.verbs", "verbs must contain at least one value"))
    urls, where = rule.get("nonResourceURLs"), f"{path}.nonResourceURLs"
    if urls:
        if namespaced:
            why = "namespaced rules cannot apply to non-resource URLs"
            out.append(invalid_value(where, urls, why))
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            why = "rules cannot apply to both regular resources and non-resource URLs"
            out.append(invalid_value(where, urls, why))
        return out
    if not rule.get("apiGroups"):
        why = "resource rules must supply at least one api group"
        out.append(required(f"{path}.apiGroups", why))
    if not rule.get("resources"):
        why = "resource rules must supply at least one resource"
        out.append(required(f"{path}.resources", why))
    return out


def role_binding(obj: Object) -> Problems:
    """Check whom a role is given to."""
    reference = body(obj.get("roleRef"))
    namespaced = obj["kind"] == "RoleBinding"
    allowed = ("Role", "ClusterRole") if namespaced else ("ClusterRole",)
    out: Problems = []
    group, kind = reference.get("apiGroup") or "", reference.get("kind") or ""
    if group != GROUP:
        out.append(unsupported("roleRef.apiGroup", group, (GROUP,)))
    if kind not in allowed:
        out.append(unsupported("roleRef.kind", kind, allowed))
    if reference.get("name"):
        out += names(str(reference["name"]), "roleRef.name", path_segment_problems)
    else:
        out.append(required("roleRef.name"))
    for n, subject in items(obj.get("subjects")):
        out += _subject(subject, f"subjects[{n}]")
    return out


def _subject(subject: Body, path: str) -> Problems:
    name, kind = str(subject.get("name") or ""), subject.get("kind") or ""
    group, where = subject.get("apiGroup") or "", f"{path}.apiGroup"
    out: Problems = [] if name else [required(f"{path}.name")]
    if kind not in SUBJECTS:
        return [*out, unsupported(f"{path}.kind", kind, SUBJECTS)]
    if kind == "ServiceAccount":
        if name:
            out += names(name, f"{path}.name", subdomain_problems)
        if group:
            out.append(unsupported(where, group, ("",)))
        return out if subject.get("namespace") else [*out, required(f"{path}.namespace")]
    if not name:
        why = f"{kind.lower()} name cannot be empty"
        out.append(invalid_value(f"{path}.name", "", why))
    return out if group == GROUP else [*out, unsupported(where, group, (GROUP,))]


CHECKS = {
    "Role": role,
    "ClusterRole": role,
    "RoleBinding": role_binding,
    "ClusterRoleBinding": role_binding,
}
