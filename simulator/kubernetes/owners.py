"""Owner references: who made an object, and which objects somebody made.

Sources: apimachinery pkg/apis/meta/v1/controller_ref.go and
pkg/controller/controller_ref_manager.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api import selectors
from simulator.plain import Object, copy

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.store import Store

MANAGER = "kube-controller-manager"
"""The name under which all controllers write."""

Reference = dict[str, Any]


def controller_reference(owner: Object) -> Reference:
    """Make the reference by which an object names `owner` as its controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(obj: Object) -> Reference | None:
    """Give the owner reference that says `controller: true`, or None."""
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return reference  # type: ignore[no-any-return]
    return None


def index_owners(store: Store, kind: str) -> None:
    """Keep the objects of a kind findable by their controller's uid; see `owned` and `orphans`."""
    store.index(kind, "controller", _controller)


def _controller(obj: Object) -> list[str]:
    reference = controller_of(obj)
    if reference is not None:
        return [str(reference["uid"])]
    return [f"orphan/{obj['metadata'].get('namespace') or ''}"]


def owned(store: Store, kind: str, owner: Object) -> list[Object]:
    """Give the objects of a kind whose controller is `owner`."""
    return store.by(kind, "controller", owner["metadata"]["uid"])


def orphans(store: Store, kind: str, namespace: str) -> list[Object]:
    """Give the objects of a kind in a namespace that have no controller."""
    return store.by(kind, "controller", f"orphan/{namespace}")


def claim(engine: Engine, kind: str, owner: Object, selector: Object) -> list[Object]:
    """Give the objects that are the owner's, after adopting and releasing what has to be.

    An orphan that matches the selector is adopted; an owned one that no longer matches is let
    go. Nothing is adopted by an owner that is being deleted.
    """
    match = selectors.of_object(selector)
    claimed = []
    for obj in owned(engine.store, kind, owner):
        if match.matches(obj["metadata"].get("labels") or {}):
            claimed.append(obj)
        elif not obj["metadata"].get("deletionTimestamp"):
            _set_references(engine, obj, None, owner["metadata"]["uid"])
    if owner["metadata"].get("deletionTimestamp"):
        return claimed
    for obj in orphans(engine.store, kind, owner["metadata"].get("namespace") or ""):
        meta = obj["metadata"]
        if not meta.get("deletionTimestamp") and match.matches(meta.get("labels") or {}):
            reference = controller_reference(owner)
            claimed.append(_set_references(engine, obj, reference, reference["uid"]))
    return claimed


def _set_references(engine: Engine, obj: Object, add: Reference | None, uid: str) -> Object:
    fresh = copy(obj)
    references = fresh["metadata"].get("ownerReferences") or []
    references = [row for row in references if row.get("uid") != uid]
    if add is not None:
        references.append(add)
    fresh["metadata"]["ownerReferences"] = references
    if not references:
        del fresh["metadata"]["ownerReferences"]
    return engine.api.update(fresh, manager=MANAGER)
