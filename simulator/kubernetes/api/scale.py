"""The scale subresource: how many replicas something has, whatever kind it is.

Source: kubernetes pkg/registry/apps/*/storage and autoscaling/v1 Scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import custom, selectors, status
from .kinds import Kind

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.store import Store


_PATHS: dict[str, tuple[str, ...]] = {
    "spec": ("spec", "replicas"),
    "status": ("status", "replicas"),
}


def with_value(obj: Object, path: tuple[str, ...], value: Any) -> Object:
    """Answer an object that has a value at a path; nothing else is copied."""
    inner = obj.get(path[0])
    below = with_value(inner or {}, path[1:], value) if len(path) > 1 else value
    return {**obj, path[0]: below}


class ScaleSubresource:
    """The part of the API server that scales."""

    engine: Engine
    store: Store

    if TYPE_CHECKING:

        def row(self, kind: str) -> Kind: ...

        def get(self, kind: str, namespace: str | None, name: str) -> Object: ...

        def _replace(self, obj: Object, sub: str, manager: str, dry_run: bool) -> Object: ...

    def get_scale(self, kind: str, namespace: str | None, name: str) -> Object:
        """Give an object's Scale; NotFound for kinds that have none."""
        row = self.row(kind)
        if not row.scale:
            raise status.no_resource()
        obj = self.get(kind, namespace, name)
        meta, paths = obj["metadata"], _PATHS
        wanted: str | selectors.Selector
        if row.custom:
            paths = custom.scale_paths(self.store, row)
            wanted = get(obj, *paths["selector"], default="") if paths["selector"] else ""
        elif row.kind == "ReplicationController":
            wanted = selectors.of_labels(get(obj, "spec", "selector"))
        else:
            wanted = selectors.of_object(get(obj, "spec", "selector"))
        kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
        return {
            "kind": "Scale",
            "apiVersion": "autoscaling/v1",
            "metadata": {key: meta[key] for key in kept if key in meta},
            "spec": {"replicas": get(obj, *paths["spec"], default=0)},
            "status": {"replicas": get(obj, *paths["status"], default=0), "selector": str(wanted)},
            "of": row.store,
        }

    def update_scale(
        self, scale: Object, manager: str = "unknown", dry_run: bool = False
    ) -> Object:
        """Set the replicas that a Scale asks for; answers the new Scale."""
        meta = scale["metadata"]
        kind = scale["of"]
        old = self.get(kind, meta.get("namespace"), meta["name"])
        row = self.row(kind)
        given = meta.get("resourceVersion")
        if given and given != old["metadata"]["resourceVersion"]:
            raise status.conflict(row.plural, row.group, meta["name"])
        replicas: Any = get(scale, "spec", "replicas", default=0)
        if not isinstance(replicas, int) or replicas < 0:
            why = "must be greater than or equal to 0"
            problem = status.invalid_value("spec.replicas", replicas, why)
            raise status.invalid("Scale", "autoscaling", meta["name"], [problem])
        path = custom.scale_paths(self.store, row)["spec"] if row.custom else _PATHS["spec"]
        fresh = with_value(old, path, replicas)
        self._replace(fresh, "scale", manager, dry_run)
        return self.get_scale(kind, meta.get("namespace"), meta["name"])
