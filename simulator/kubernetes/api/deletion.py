"""Deleting: grace for pods, finalizers, and what becomes of the dependents.

Source: kubernetes apiserver pkg/registry/rest/delete.go and generic/registry/store.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import put_condition
from simulator.plain import Object, get
from simulator.timing import SECOND

from . import status
from .kinds import Kind

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.store import Store

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
"""What a definition waits for until all its objects are gone."""


TERMINATING = {
    "type": "Terminating",
    "status": "True",
    "reason": "InstanceDeletionPending",
    "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will be "
    "initiated as soon as possible",
}


class Deletion:
    """The part of the API server that deletes."""

    engine: Engine
    store: Store

    if TYPE_CHECKING:

        def row(self, kind: str) -> Kind: ...

        def get(self, kind: str, namespace: str | None, name: str) -> Object: ...

        def _may_go(self, row: Kind, old: Object) -> None: ...

    def delete(
        self,
        kind: str,
        namespace: str | None,
        name: str,
        grace_s: int | None = None,
        propagation: str | None = "Background",
        uid: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Delete an object, or begin to: a pod that runs, and what has finalizers, goes later.

        grace_s: seconds for a pod to end; 0 removes it at once (what the kubelet does in the
        end).   propagation: "Background", "Foreground" or "Orphan".   Answers the last version.
        """
        row = self.row(kind)
        old = self.get(row.store, namespace, name)
        if uid is not None and uid != old["metadata"]["uid"]:
            why = (
                f"Precondition failed: UID in precondition: {uid}, "
                f"UID in object meta: {old['metadata']['uid']}"
            )
            raise status.conflict(row.plural, row.group, name, why)
        self._may_go(row, old)
        grace = self._grace(row, old, grace_s)
        if dry_run:
            return old
        if grace is not None:
            return self._begin_graceful(old, grace)
        finalizers = _finalizers(row, old, propagation)
        if row.kind == "CustomResourceDefinition" and CLEANUP not in finalizers:
            finalizers.append(CLEANUP)
        if not finalizers and not _held_namespace(row, old):
            meta = old["metadata"]
            return self.store.delete(row.store, meta.get("namespace") or "", name)
        return self._mark(row, old, finalizers)

    def _grace(self, row: Kind, old: Object, asked: int | None) -> int | None:
        """Give the seconds that a pod is still given, or None to remove it now."""
        if row.kind != "Pod":
            return None
        grace: int = (
            asked
            if asked is not None
            else get(old, "spec", "terminationGracePeriodSeconds", default=30)
        )
        if grace < 0:
            grace = 1
        if not old["spec"].get("nodeName"):
            return None
        if get(old, "status", "phase") in ("Succeeded", "Failed"):
            return None
        return grace or None

    def _begin_graceful(self, old: Object, grace: int) -> Object:
        meta = old["metadata"]
        if meta.get("deletionTimestamp"):
            before = meta.get("deletionGracePeriodSeconds") or 0
            if grace >= before:
                return old
            begun_us = self.engine.now_us
        else:
            begun_us = self.engine.now_us
        fresh = {
            **meta,
            "deletionTimestamp": self.engine.timestamp(begun_us + grace * SECOND),
            "deletionGracePeriodSeconds": grace,
        }
        return self.store.update({**old, "metadata": fresh})

    def _mark(self, row: Kind, old: Object, finalizers: list[str]) -> Object:
        """Mark an object as going; it is removed when its last finalizer is."""
        meta = {**old["metadata"]}
        meta["finalizers"] = finalizers
        if not finalizers:
            meta.pop("finalizers")
        if not meta.get("deletionTimestamp"):
            meta["deletionTimestamp"] = self.engine.timestamp()
            if "generation" in meta:
                meta["generation"] += 1
        if row.kind != "Namespace":
            meta["deletionGracePeriodSeconds"] = 0
        fresh: dict[str, Any] = {**old, "metadata": meta}
        if row.kind == "Namespace":
            fresh["status"] = {**(old.get("status") or {}), "phase": "Terminating"}
        if row.kind == "CustomResourceDefinition" and not old["metadata"].get("deletionTimestamp"):
            rows = put_condition(
                get(old, "status", "conditions"), TERMINATING, self.engine.timestamp()
            )
            fresh["status"] = {**(old.get("status") or {}), "conditions": rows}
        return self.store.update(fresh)


def _finalizers(row: Kind, old: Object, propagation: str | None) -> list[str]:
    """Give the finalizers an object has to wait for, the one of the propagation included."""
    kept = [f for f in old["metadata"].get("finalizers") or () if f not in (FOREGROUND, ORPHAN)]
    asked = {"Foreground": FOREGROUND, "Orphan": ORPHAN}.get(propagation or "")
    if asked:
        return [*kept, asked]
    if propagation is None:
        return list(old["metadata"].get("finalizers") or ())
    return kept


def _held_namespace(row: Kind, old: Object) -> bool:
    return row.kind == "Namespace" and bool(get(old, "spec", "finalizers"))
