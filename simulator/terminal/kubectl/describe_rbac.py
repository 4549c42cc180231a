"""What `kubectl describe` says of roles and their bindings.

Source: kubectl v0.32 pkg/describe/describe.go (describeRole, describeRoleBinding).
"""

from __future__ import annotations

from simulator.kubernetes.api.rbac import compact
from simulator.plain import Object

from .describe_text import labels, notes
from .session import Session
from .tabwriter import tabulate


def role(session: Session, obj: Object) -> str:
    """Describe a Role or a ClusterRole."""
    out = _head(obj) + "PolicyRule:\n"
    out += "  Resources\tNon-Resource URLs\tResource Names\tVerbs\n"
    out += "  ---------\t-----------------\t--------------\t-----\n"
    for row in compact(list(obj.get("rules") or ())):
        resource, slash, sub = row["resource"].partition("/")
        shown = (f"{resource}.{row['group']}" if row["group"] else resource) + slash + sub
        out += (
            f"  {shown}\t[{row['url']}]\t[{' '.join(row['names'])}]\t[{' '.join(row['verbs'])}]\n"
        )
    return tabulate(out, 0, 2)


def binding(session: Session, obj: Object) -> str:
    """Describe a RoleBinding or a ClusterRoleBinding."""
    reference = obj["roleRef"]
    out = _head(obj) + f"Role:\n  Kind:\t{reference['kind']}\n  Name:\t{reference['name']}\n"
    out += "Subjects:\n  Kind\tName\tNamespace\n  ----\t----\t---------\n"
    for one in obj.get("subjects") or ():
        out += f"  {one['kind']}\t{one['name']}\t{one.get('namespace') or ''}\n"
    return tabulate(out, 0, 2)


def _head(obj: Object) -> str:
    meta = obj["metadata"]
    head = f"Name:\t{meta['name']}\n" + labels("Labels", meta.get("labels"))
    return head + notes("Annotations", meta.get("annotations"))


DESCRIBERS = {
    "Role": role,
    "ClusterRole": role,
    "RoleBinding": binding,
    "ClusterRoleBinding": binding,
}
