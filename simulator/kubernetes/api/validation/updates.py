"""What may not change once it is set.

Source: the Validate...Update functions of each API group.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.plain import Object, get

from ..quantity import parse
from ..status import FieldValue, field_forbidden, invalid_value
from .common import IMMUTABLE, Problems, body, go_selector

Check = Callable[[Object, Object], Problems]

POD_CHANGES = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)"
)
SET_FIELDS = ("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
              "persistentVolumeClaimRetentionPolicy", "minReadySeconds")  # fmt: skip
SET_CHANGES = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden"
)
CLAIM_CHANGES = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName "
    "for bound claims"
)


def problems(kind: str, obj: Object, old: Object) -> Problems:
    """Say which changes of an object are not allowed."""
    check = _CHECKS.get(kind)
    return check(obj, old) if check else []


def _selector(obj: Object, old: Object) -> Problems:
    new, was = get(obj, "spec", "selector"), get(old, "spec", "selector")
    if new == was:
        return []
    return [invalid_value("spec.selector", go_selector(new), IMMUTABLE)]


def _pod(obj: Object, old: Object) -> Problems:
    """Check what changes of a pod.

    # Simplified: Where a change is refused, the difference that the real server prints below its
    # message is left out.
    """
    new, was = body(obj.get("spec")), body(old.get("spec"))
    for group in ("containers", "initContainers"):
        if len(new.get(group) or ()) != len(was.get(group) or ()):
            why = "pod updates may not add or remove containers"
            return [field_forbidden(f"spec.{group}", why)]
    out = _deadline(new, was)
    kept = new.get("tolerations") or []
    if any(not _same_but_seconds(one, kept) for one in was.get("tolerations") or ()):
        why = "existing toleration can not be modified except its tolerationSeconds"
        out.append(field_forbidden("spec.tolerations", why))
    gates = [one.get("name") for one in was.get("schedulingGates") or ()]
    for one in new.get("schedulingGates") or ():
        if one.get("name") not in gates:
            why = f"only deletion is allowed, but found new scheduling gate '{one.get('name')}'"
            out.append(field_forbidden("spec.schedulingGates", why))
    if not out and _without_changeable(new) != _without_changeable(was):
        out.append(field_forbidden("spec", POD_CHANGES))
    return out


def _deadline(new: Object, was: Object) -> Problems:
    """Check that a pod is given no more time than it had."""
    path, now, before = (
        "spec.activeDeadlineSeconds",
        new.get("activeDeadlineSeconds"),
        was.get("activeDeadlineSeconds"),
    )
    if now is None and before is not None:
        why = "must not update from a positive integer to nil value"
        return [invalid_value(path, None, why)]
    if now is not None and before is not None and before < now:
        return [invalid_value(path, now, "must be less than or equal to previous value")]
    return []


def _same_but_seconds(one: Object, others: list[Any]) -> bool:
    bare = {key: value for key, value in one.items() if key != "tolerationSeconds"}
    return any({k: v for k, v in o.items() if k != "tolerationSeconds"} == bare for o in others)


def _without_changeable(spec: Object) -> Object:
    left = {
        key: value
        for key, value in spec.items()
        if key not in ("tolerations", "activeDeadlineSeconds", "schedulingGates")
    }
    for group in ("containers", "initContainers"):
        if group in left:
            left[group] = [{k: v for k, v in c.items() if k != "image"} for c in left[group]]
    return left


def _stateful_set(obj: Object, old: Object) -> Problems:
    new = {k: v for k, v in body(obj.get("spec")).items() if k not in SET_FIELDS}
    was = {k: v for k, v in body(old.get("spec")).items() if k not in SET_FIELDS}
    return [] if new == was else [field_forbidden("spec", SET_CHANGES)]


def _job(obj: Object, old: Object) -> Problems:
    out = _completions(body(obj.get("spec")), body(old.get("spec")))
    for field in ("selector", "template", "completionMode", "podFailurePolicy",
                  "backoffLimitPerIndex", "managedBy", "successPolicy"):  # fmt: skip
        new, was = get(obj, "spec", field), get(old, "spec", field)
        if new != was:
            shown = go_selector(new) if field == "selector" else new
            if field == "template":
                shown = FieldValue("core.PodTemplateSpec{...}")
            out.append(invalid_value(f"spec.{field}", shown, IMMUTABLE))
    return out


def _completions(spec: Object, was: Object) -> Problems:
    """Check that only numbered Jobs grow, and their pods at once with them."""
    new, path = spec.get("completions"), "spec.completions"
    if new == was.get("completions"):
        return []
    if spec.get("completionMode") != "Indexed":
        return [invalid_value(path, new, IMMUTABLE)]
    if new == spec.get("parallelism"):
        return []
    return [invalid_value(path, new, "can only be modified in tandem with spec.parallelism")]


def _service(obj: Object, old: Object) -> Problems:
    new, was = body(obj.get("spec")), body(old.get("spec"))
    if "ExternalName" in (new.get("type"), was.get("type")):
        return []
    if new.get("clusterIP") != was.get("clusterIP") and was.get("clusterIP"):
        why = "may not change once set"
        return [invalid_value("spec.clusterIPs[0]", new.get("clusterIPs") or [], why)]
    return []


def _data(obj: Object, old: Object) -> Problems:
    out: Problems = []
    if old.get("kind") == "Secret" and obj.get("type") != old.get("type"):
        out.append(invalid_value("type", obj.get("type"), IMMUTABLE))
    if old.get("immutable"):
        why = "field is immutable when `immutable` is set"
        if not obj.get("immutable"):
            out.append(field_forbidden("immutable", why))
        for field in ("data", "binaryData"):
            if body(obj.get(field)) != body(old.get(field)):
                out.append(field_forbidden(field, why))
    return out


def _claim(obj: Object, old: Object) -> Problems:
    free: tuple[str, ...] = ("volumeAttributesClassName", "volumeName")
    if get(old, "status", "phase") == "Bound":
        free += ("resources",)
    new = {k: v for k, v in body(obj.get("spec")).items() if k not in free}
    was = {k: v for k, v in body(old.get("spec")).items() if k not in free}
    if was.get("storageClassName") is None:
        new.pop("storageClassName", None)
    if new != was:
        return [field_forbidden("spec", CLAIM_CHANGES)]
    path = ("spec", "resources", "requests", "storage")
    asked, before = get(obj, *path, default="0"), get(old, *path, default="0")
    if parse(asked).nanos < parse(before).nanos:
        why = "field can not be less than status.capacity"
        return [field_forbidden("spec.resources.requests.storage", why)]
    return []


def _volume(obj: Object, old: Object) -> Problems:
    new, was = body(obj.get("spec")), body(old.get("spec"))
    plain = ("claimRef", "capacity", "accessModes", "persistentVolumeReclaimPolicy",
             "storageClassName", "mountOptions", "nodeAffinity",
             "volumeAttributesClassName")  # fmt: skip
    if {k: v for k, v in new.items() if k not in plain} != {
        k: v for k, v in was.items() if k not in plain
    }:
        why = "spec.persistentvolumesource is immutable after creation"
        return [field_forbidden("spec.persistentvolumesource", why)]
    return []


def _storage_class(obj: Object, old: Object) -> Problems:
    out: Problems = []
    for field in ("parameters", "provisioner", "reclaimPolicy"):
        if obj.get(field) != old.get(field):
            out.append(field_forbidden(field, f"updates to {field} are forbidden."))
    if obj.get("volumeBindingMode") != old.get("volumeBindingMode"):
        out.append(invalid_value("volumeBindingMode", obj.get("volumeBindingMode"), IMMUTABLE))
    return out


def _priority_class(obj: Object, old: Object) -> Problems:
    out: Problems = []
    if obj.get("value") != old.get("value"):
        out.append(field_forbidden("value", "may not be changed in an update."))
    return out + _same(obj, old, "preemptionPolicy")


def _same(obj: Object, old: Object, *paths: str) -> Problems:
    """Refuse any change of some fields."""
    out: Problems = []
    for path in paths:
        new, was = get(obj, *path.split(".")), get(old, *path.split("."))
        if new != was:
            out.append(invalid_value(path, "" if new is None else new, IMMUTABLE))
    return out


def _definition(obj: Object, old: Object) -> Problems:
    return _same(obj, old, "spec.scope", "spec.names.kind", "spec.group", "spec.names.plural")


def _quota(obj: Object, old: Object) -> Problems:
    new, was = get(obj, "spec", "scopes", default=[]), get(old, "spec", "scopes", default=[])
    if sorted(new) == sorted(was):
        return []
    listed = ", ".join(f'"{one}"' for one in new)
    shown = f"[]core.ResourceQuotaScope{{{listed}}}" if new else "[]core.ResourceQuotaScope(nil)"
    return [invalid_value("spec.scopes", FieldValue(shown), IMMUTABLE)]


def _role_binding(obj: Object, old: Object) -> Problems:
    new = body(obj.get("roleRef"))
    if new == old.get("roleRef"):
        return []
    shown = (
        f'rbac.RoleRef{{APIGroup:"{new.get("apiGroup")}", Kind:"{new.get("kind")}", '
        f'Name:"{new.get("name")}"}}'
    )
    return [invalid_value("roleRef", FieldValue(shown), "cannot change roleRef")]


_CHECKS: dict[str, Check] = {
    "Deployment": _selector,
    "ReplicaSet": _selector,
    "DaemonSet": _selector,
    "StatefulSet": _stateful_set,
    "Pod": _pod,
    "Job": _job,
    "Service": _service,
    "ConfigMap": _data,
    "Secret": _data,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "StorageClass": _storage_class,
    "PriorityClass": _priority_class,
    "CustomResourceDefinition": _definition,
    "ResourceQuota": _quota,
    "IngressClass": lambda obj, old: _same(obj, old, "spec.controller"),
    "RuntimeClass": lambda obj, old: _same(obj, old, "handler"),
    "EndpointSlice": lambda obj, old: _same(obj, old, "addressType"),
    "RoleBinding": _role_binding,
    "ClusterRoleBinding": _role_binding,
}
