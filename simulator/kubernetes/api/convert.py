"""Versions of one kind, and the kinds that CustomResourceDefinitions bring."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object, get

from .custom import version_rank
from .kinds import Kind


def to_stored(row: Kind, obj: Object) -> Object:
    """Turn an object of another served version into the version that is stored."""
    if obj.get("apiVersion") == row.api_version:
        return obj
    if row.kind == "HorizontalPodAutoscaler":
        obj = _hpa_to_v2(obj)
    return {**obj, "apiVersion": row.api_version}


def _hpa_to_v2(obj: Object) -> Object:
    """Write the one CPU target of autoscaling/v1 as a metric of v2."""
    spec: dict[str, Any] = {**(obj.get("spec") or {})}
    target = spec.pop("targetCPUUtilizationPercentage", None)
    if target is not None:
        wanted = {"type": "Utilization", "averageUtilization": target}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": wanted}}]
    return {**obj, "spec": spec}


def kinds_of_definition(crd: Object) -> list[Kind]:
    """Give the kinds that a CustomResourceDefinition brings: one, in all its served versions.

    # Simplified: Objects are kept in the version that discovery prefers, not in the one that the
    # definition marks for storage, and read in no other.
    """
    spec = crd["spec"]
    names = spec["names"]
    served = [v for v in spec.get("versions") or () if v.get("served", True)]
    if not served:
        return []
    first = min(served, key=lambda version: version_rank(version["name"]))
    return [
        Kind(
            names["kind"],
            names["plural"],
            spec["group"],
            first["name"],
            short=tuple(names.get("shortNames") or ()),
            namespaced=spec.get("scope") != "Cluster",
            categories=tuple(names.get("categories") or ()),
            status=get(first, "subresources", "status") is not None,
            scale=get(first, "subresources", "scale") is not None,
            generation=True,
            custom=True,
            versions=tuple(v["name"] for v in served if v is not first),
        )
    ]
