"""What a CustomResourceDefinition says of its kind, beside the schema.

Source: apiextensions-apiserver pkg/apiserver/customresource_handler.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.store import Store

    from .kinds import Kind

_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def definition_of(store: Store, row: Kind) -> Object | None:
    """Give the definition of a custom kind."""
    return store.get("CustomResourceDefinition", "", f"{row.plural}.{row.group}")


def is_going(store: Store, row: Kind) -> bool:
    """Tell whether a custom kind's definition is being deleted, and its objects with it."""
    found = definition_of(store, row)
    return found is not None and bool(found["metadata"].get("deletionTimestamp"))


def deprecation(store: Store, row: Kind, version: str) -> str:
    """Give the warning about a version of a custom kind that is deprecated, "" for none."""
    versions: list[dict[str, Any]] = get(definition_of(store, row), "spec", "versions", default=[])
    used = next((one for one in versions if one["name"] == version), {})
    if not used.get("deprecated"):
        return ""
    if used.get("deprecationWarning"):
        return str(used["deprecationWarning"])
    text = f"{row.group}/{version} {row.kind} is deprecated"
    better = [one["name"] for one in versions
              if one.get("served", True) and not one.get("deprecated")
              and version_rank(one["name"]) < version_rank(version)]  # fmt: skip
    if not better:
        return text
    return f"{text}; use {row.group}/{min(better, key=version_rank)} {row.kind}"


def selectable(store: Store, row: Kind) -> list[str] | None:
    """Name the fields that a custom kind can be selected by; None for a built-in kind."""
    if not row.custom:
        return None
    fields = _version(store, row).get("selectableFields") or ()
    return [one["jsonPath"].lstrip(".") for one in fields]


def scale_paths(store: Store, row: Kind) -> dict[str, tuple[str, ...]]:
    """Give where a custom kind keeps replicas wanted, replicas there, and the pods' selector.

    {"spec": path, "status": path, "selector": path or ()}.
    """
    found = get(_version(store, row), "subresources", "scale", default={})
    named = {"spec": "specReplicasPath", "status": "statusReplicasPath",
             "selector": "labelSelectorPath"}  # fmt: skip
    return {key: tuple((found.get(name) or "").split(".")[1:]) for key, name in named.items()}


def _version(store: Store, row: Kind) -> dict[str, Any]:
    versions: list[dict[str, Any]] = get(definition_of(store, row), "spec", "versions", default=[])
    return next((one for one in versions if one["name"] == row.version), {})


def version_rank(name: str) -> tuple[int, int, int, int, str]:
    """Order versions as discovery does, the preferred one first: v2, v1, v1beta1, v1alpha1, x.

    Source: apimachinery pkg/version/helpers.go.
    """
    found = _VERSION.fullmatch(name)
    if found is None:
        return (1, 0, 0, 0, name)
    stage = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return (0, stage, -int(found[1]), -int(found[3] or 0), name)
