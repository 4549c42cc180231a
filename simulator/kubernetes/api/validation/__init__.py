"""What the API server refuses, in upstream's words: one file a group of kinds.

Every function answers a list of field errors and changes nothing. Source: kubernetes v1.32
pkg/apis/*/validation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, copy

from ..kinds import Kind
from ..status import FieldError
from . import (
    autoscaling,
    batch,
    control,
    core,
    custom,
    definitions,
    limits,
    metadata,
    networking,
    pod,
    rbac,
    services,
    storage,
    updates,
    workloads,
)

if TYPE_CHECKING:
    from ..server import ApiServer

Check = Callable[[Object], list[FieldError]]

_CHECKS: dict[str, Check] = {
    "Pod": pod.problems,
    **workloads.CHECKS,
    **batch.CHECKS,
    **core.CHECKS,
    **services.CHECKS,
    **rbac.CHECKS,
    **networking.CHECKS,
    **storage.CHECKS,
    **autoscaling.CHECKS,
    **limits.CHECKS,
    **control.CHECKS,
    **definitions.CHECKS,
}
_CREATE: dict[str, Check] = {"Pod": pod.create_problems, "Ingress": networking.ingress_annotation}
"""What only new objects are checked for."""


def metadata_problems(row: Kind, obj: Object, old: Object | None = None) -> list[FieldError]:
    """Say what is wrong with an object's metadata."""
    return metadata.problems(row, obj, old)


def early_problems(row: Kind, obj: Object) -> list[FieldError]:
    """Say what keeps a Service from being given an address: found before all the rest."""
    return services.address_problems(obj.get("spec") or {}) if row.kind == "Service" else []


def problems(api: ApiServer, row: Kind, obj: Object, old: Object | None) -> list[FieldError]:
    """Say what is wrong with the rest of an object, and with how it changed."""
    if row.custom:
        return custom.problems(api, row, obj, old)
    check = _CHECKS.get(row.kind)
    found = check(obj) if check else []
    if old is not None:
        return [*found, *updates.problems(row.kind, obj, old)]
    first = _CREATE.get(row.kind)
    return [*found, *first(obj)] if first else found


def keep_immutable_defaults(kind: str, fresh: Object, old: Object) -> None:
    """Carry over what a client need not repeat when it replaces an object."""
    kept: tuple[str, ...] = ()
    if kind == "Service" and (fresh.get("spec") or {}).get("type") != "ExternalName":
        kept = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
    elif kind == "PersistentVolumeClaim":
        kept = ("volumeName", "storageClassName")
    elif kind == "Pod":
        kept = ("nodeName", "priority", "preemptionPolicy", "tolerations", "serviceAccountName",
                "serviceAccount", "enableServiceLinks")  # fmt: skip
    before: dict[str, Any] = old.get("spec") or {}
    for field in kept:
        spec = fresh.setdefault("spec", {})
        if field in before and spec.get(field) is None:
            spec[field] = copy(before[field])
    if kind == "Service":
        spec = fresh.get("spec") or {}
        moved = spec.get("clusterIP") and spec["clusterIP"] != before.get("clusterIP")
        if moved and spec.get("clusterIPs") == before.get("clusterIPs"):
            spec["clusterIPs"] = [spec["clusterIP"]]  # only the one field was edited
        _drop_type_dependent(fresh.get("spec") or {}, before)


def _drop_type_dependent(spec: dict[str, Any], before: dict[str, Any]) -> None:
    """Drop what only a Service's former type had, unless the client changed it as well.

    Source: pkg/registry/core/service/strategy.go, dropTypeDependentFields.
    """
    outside = ("NodePort", "LoadBalancer")
    wanted = {
        "externalTrafficPolicy": outside,
        "healthCheckNodePort": ("LoadBalancer",),
        "allocateLoadBalancerNodePorts": ("LoadBalancer",),
        "loadBalancerClass": ("LoadBalancer",),
    }
    for field, types in wanted.items():
        had = before.get("type") in types and spec.get("type") not in types
        if had and field in spec and spec[field] == before.get(field):
            del spec[field]
