"""The roles and bindings that every cluster has, read from `roles.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simulator.plain import Object

API = "rbac.authorization.k8s.io"
READ = ("get", "list", "watch")
WRITE = ("create", "delete", "deletecollection", "patch", "update")
_SHORT = {"read": READ, "write": WRITE}
_FILE = Path(__file__).parent / "roles.yaml"


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def default_roles() -> list[Object]:
    """Give the ClusterRoles of a new cluster."""
    return [_role(name, row) for name, row in _table()["roles"].items()]


def default_bindings() -> list[Object]:
    """Give the ClusterRoleBindings of a new cluster."""
    return [_binding(name, row) for name, row in _table()["bindings"].items()]


def _role(name: str, row: dict[str, Any]) -> Object:
    role = _object("ClusterRole", name)
    if "into" in row:
        role["metadata"]["labels"][f"{API}/aggregate-to-{row['into']}"] = "true"
    if "of" in row:
        wanted = {"matchLabels": {f"{API}/aggregate-to-{row['of']}": "true"}}
        role["aggregationRule"] = {"clusterRoleSelectors": [wanted]}
    role["rules"] = [_rule(text) for text in row.get("rules") or ()]
    return role


def _binding(name: str, row: dict[str, Any]) -> Object:
    binding = _object("ClusterRoleBinding", name)
    binding["roleRef"] = {"apiGroup": API, "kind": "ClusterRole", "name": row["role"]}
    binding["subjects"] = [
        {"apiGroup": API, "kind": kind, "name": subject}
        for kind, field in (("Group", "groups"), ("User", "users"))
        for subject in row.get(field) or ()
    ]
    return binding


def _object(kind: str, name: str) -> dict[str, Any]:
    meta: dict[str, Any] = {"name": name}
    if not name.startswith("kubeadm:"):
        meta["annotations"] = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
        meta["labels"] = {"kubernetes.io/bootstrapping": "rbac-defaults"}
    return {"apiVersion": f"{API}/v1", "kind": kind, "metadata": meta}


def _rule(text: str) -> Object:
    """Read one rule in the notation of `roles.yaml`."""
    verbs, *rest = [part.split() for part in text.split("|")]
    shown = sorted(verb for word in verbs for verb in _SHORT.get(word, (word,)))
    if len(rest) == 1:
        return {"nonResourceURLs": rest[0], "verbs": shown}
    groups = ["" if group == "core" else group for group in rest[0]]
    rule = {"apiGroups": groups, "resources": rest[1], "verbs": shown}
    return {**rule, "resourceNames": rest[2]} if len(rest) > 2 else rule
