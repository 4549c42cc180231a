"""Names, labels, annotations, finalizers.

Source: apimachinery v0.32 pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

from simulator.plain import Object

from ..kinds import Kind
from ..names import (
    dns1035_label_problems,
    dns1123_label_problems,
    qualified_name_problems,
    subdomain_problems,
)
from ..status import field_forbidden, invalid_value, required, too_long
from .common import Problems, labels

MAX_ANNOTATIONS = 256 << 10
_LABEL_NAMES = ("Namespace",)
_PATH_NAMES = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


def problems(row: Kind, obj: Object, old: Object | None) -> Problems:
    """Say what is wrong with an object's metadata."""
    meta = obj.get("metadata") or {}
    out: Problems = []
    name = meta.get("name") or ""
    if not name:
        if not meta.get("generateName"):
            out.append(required("metadata.name", "name or generateName is required"))
    elif old is None:
        out += [invalid_value("metadata.name", name, why) for why in _name_problems(row, name)]
    out += labels(meta.get("labels"), "metadata.labels")
    size = 0
    for key, text in sorted((meta.get("annotations") or {}).items()):
        wrong = qualified_name_problems(key.lower())
        out += [invalid_value("metadata.annotations", key, why) for why in wrong]
        size += len(key) + len(str(text))
    if size > MAX_ANNOTATIONS:
        out.append(too_long("metadata.annotations", MAX_ANNOTATIONS))
    return out + _owners(meta) + (_changes(meta, old["metadata"]) if old else [])


def _name_problems(row: Kind, name: str) -> list[str]:
    if row.kind in _LABEL_NAMES:
        return list(dns1123_label_problems(name))
    if row.kind == "Service":
        return list(dns1035_label_problems(name))
    if row.kind in _PATH_NAMES:
        return [f"may not contain '{c}'" for c in "/%" if c in name]
    wrong = list(subdomain_problems(name))
    if row.kind == "CronJob" and len(name) > 52:
        wrong.append("must be no more than 52 characters")
    return wrong


def _owners(meta: Object) -> Problems:
    out: Problems = []
    for n, owner in enumerate(meta.get("ownerReferences") or ()):
        for field in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(field):
                where = f"metadata.ownerReferences[{n}].{field}"
                out.append(
                    invalid_value(
                        where,
                        "",
                        f"{'version' if field == 'apiVersion' else field} must not be empty",
                    )
                )
    return out


def _changes(meta: Object, was: Object) -> Problems:
    if not was.get("deletionTimestamp"):
        return []
    new = [one for one in meta.get("finalizers") or () if one not in (was.get("finalizers") or ())]
    if not new:
        return []
    listed = ", ".join(f'"{one}"' for one in new)
    why = (
        "no new finalizers can be added if the object is being deleted, found new finalizers "
        f"[]string{{{listed}}}"
    )
    return [field_forbidden("metadata.finalizers", why)]
