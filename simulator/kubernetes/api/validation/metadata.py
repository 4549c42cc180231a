"""Names, labels, annotations, owners, finalizers.

Source: apimachinery v0.32 pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.plain import Object

from ..kinds import Kind
from ..names import (
    dns1035_label_problems,
    dns1123_label_problems,
    path_segment_problems,
    qualified_name_problems,
    subdomain_problems,
)
from ..status import field_forbidden, invalid_value, required
from .common import Problems, annotation_texts, labels

_NAMES: dict[str, Callable[[str], Sequence[str]]] = {
    "Namespace": dns1123_label_problems,
    "StatefulSet": dns1123_label_problems,
    "Service": dns1035_label_problems,
    "Role": path_segment_problems,
    "ClusterRole": path_segment_problems,
    "RoleBinding": path_segment_problems,
    "ClusterRoleBinding": path_segment_problems,
    "PodDisruptionBudget": path_segment_problems,
}
STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
"""The only finalizers that need no domain in front."""


def problems(row: Kind, obj: Object, old: Object | None) -> Problems:
    """Say what is wrong with an object's metadata."""
    meta = obj.get("metadata") or {}
    out: Problems = []
    name, prefix = meta.get("name") or "", meta.get("generateName") or ""
    check = _NAMES.get(row.kind, subdomain_problems)
    if prefix and old is None:
        wrong = check(_masked(prefix) if check is not path_segment_problems else prefix)
        out += [invalid_value("metadata.generateName", prefix, why) for why in wrong]
    if not name:
        out.append(required("metadata.name", "name or generateName is required"))
    elif old is None:
        out += [invalid_value("metadata.name", name, why) for why in check(name)]
    out += labels(meta.get("labels"), "metadata.labels")
    out += annotation_texts(meta.get("annotations"), "metadata.annotations")
    out += _owners(meta) + _finalizers(meta)
    return out + (_changes(meta, old["metadata"]) if old else [])


def _masked(prefix: str) -> str:
    """Give a prefix that ends with a hyphen an end that a name may have."""
    return f"{prefix[:-2]}a" if len(prefix) > 1 and prefix.endswith("-") else prefix


def _owners(meta: Object) -> Problems:
    where = "metadata.ownerReferences"
    out: Problems = []
    first = ""
    for owner in meta.get("ownerReferences") or ():
        for field in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(field):
                word = "version" if field == "apiVersion" else field
                why = f"{word} must not be empty"
                out.append(invalid_value(f"{where}.{field}", owner.get(field) or "", why))
        if not owner.get("controller"):
            continue
        this = f"{owner.get('kind')}/{owner.get('name')}"
        if first:
            why = (
                'Only one reference can have Controller set to true. Found "true" in references '
                f"for {first} and {this}"
            )
            out.append(invalid_value(where, meta["ownerReferences"], why))
        first = first or this
    return out


def _finalizers(meta: Object) -> Problems:
    finalizers = meta.get("finalizers") or ()
    where = "metadata.finalizers"
    out: Problems = []
    for text in finalizers:
        out += [invalid_value(where, text, why) for why in qualified_name_problems(str(text))]
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        why = "finalizer orphan and foregroundDeletion cannot be both set"
        out.append(invalid_value(where, list(finalizers), why))
    for n, text in enumerate(finalizers):
        if "/" not in str(text) and text not in STANDARD_FINALIZERS:
            why = "name is neither a standard finalizer name nor is it fully qualified"
            out.append(invalid_value(f"{where}[{n}]", text, why))
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
