"""The garbage collector: removes objects whose owners are gone.

Background: dependents go after their owner. Foreground: the owner waits, with a finalizer, until
the dependents that block it are gone. Orphan: dependents lose the reference and stay.

Source: pkg/controller/garbagecollector/garbagecollector.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.kubernetes.controllers import Controller
from simulator.kubernetes.owners import MANAGER
from simulator.plain import Object, copy

if TYPE_CHECKING:
    from simulator.engine import Engine

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
NOT_OURS = ("drydock/v1", "docker/v1", "events.k8s.io/v1")
IGNORED_KINDS = ("Event", "Lease")

_DELETION = ("deletionTimestamp", "finalizers")

Place = tuple[str, str, str]


class GarbageCollector(Controller):
    """Follow owner references. What it knows of them is a cache, made anew from the store."""

    name = "garbage-collector"
    source = "garbage-collector-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._places: dict[str, Place] = {}
        self._dependents: dict[str, dict[str, None]] = {}
        for kind in self.store.kinds():
            for obj in self.store.list(kind):
                self._remember(obj)
        self.watch("*", self._note)

    def _note(self, obj: Object, old: Object | None) -> Iterable[str]:
        if not _is_ours(obj):
            return []
        meta = obj["metadata"]
        uid = meta["uid"]
        place = _place(obj)
        if self.store.get(*place) is None:
            self._forget(old or obj)
            owners = [row["uid"] for row in meta.get("ownerReferences") or ()]
            waiting = [owner for owner in owners if self._waits(owner)]
            return [*self._dependents_by_uid(uid), *waiting]
        if old is not None:
            if meta.get("ownerReferences") != old["metadata"].get("ownerReferences"):
                self._forget(old)
                self._remember(obj)
                return [uid]
            # A second delete may ask for another way to go: the finalizers say which.
            news = any(meta.get(k) != old["metadata"].get(k) for k in _DELETION)
            return [uid] if meta.get("deletionTimestamp") and news and _ours_among(meta) else []
        self._remember(obj)
        return [uid] if meta.get("ownerReferences") else []

    def _remember(self, obj: Object) -> None:
        if not _is_ours(obj):
            return
        uid = obj["metadata"]["uid"]
        self._places[uid] = _place(obj)
        for row in obj["metadata"].get("ownerReferences") or ():
            self._dependents.setdefault(row["uid"], {})[uid] = None

    def _forget(self, obj: Object) -> None:
        uid = obj["metadata"]["uid"]
        self._places.pop(uid, None)
        for row in obj["metadata"].get("ownerReferences") or ():
            rows = self._dependents.get(row["uid"])
            if rows is not None:
                rows.pop(uid, None)
                if not rows:
                    del self._dependents[row["uid"]]

    def _find(self, uid: str) -> Object | None:
        place = self._places.get(uid)
        found = self.store.get(*place) if place is not None else None
        return found if found is not None and found["metadata"]["uid"] == uid else None

    def _waits(self, uid: str) -> bool:
        """Say whether an object waits for its dependents to go first."""
        found = self._find(uid)
        return found is not None and _waits_for_dependents(found)

    def reconcile(self, key: str) -> int | None:
        """Look at one object (by uid): what it waits for, and whether its owners are there."""
        obj = self._find(key)
        if obj is None:
            return None
        finalizers = obj["metadata"].get("finalizers") or ()
        if obj["metadata"].get("deletionTimestamp"):
            if ORPHAN in finalizers:
                self._orphan_dependents(obj)
                self._drop_finalizer(obj, ORPHAN)
            elif FOREGROUND in finalizers:
                self._delete_dependents(obj)
            return None
        self._judge(obj)
        return None

    def _dependents_of(self, obj: Object) -> list[Object]:
        uids = self._dependents_by_uid(obj["metadata"]["uid"])
        return [found for found in map(self._find, uids) if found is not None]

    def _dependents_by_uid(self, owner: str) -> list[str]:
        """Name an owner's dependents in an order that a cache made anew has, too."""
        return sorted(self._dependents.get(owner, ()))

    def _orphan_dependents(self, owner: Object) -> None:
        for obj in self._dependents_of(owner):
            fresh = copy(obj)
            rows = fresh["metadata"]["ownerReferences"]
            fresh["metadata"]["ownerReferences"] = [
                row for row in rows if row["uid"] != owner["metadata"]["uid"]
            ]
            if not fresh["metadata"]["ownerReferences"]:
                del fresh["metadata"]["ownerReferences"]
            self.engine.api.update(fresh, manager=MANAGER)

    def _delete_dependents(self, owner: Object) -> None:
        """Delete the dependents in the foreground; let the owner go when none blocks it."""
        blocking = False
        for obj in self._dependents_of(owner):
            rows = obj["metadata"]["ownerReferences"]
            uid = owner["metadata"]["uid"]
            blocks = any(row["uid"] == uid and row.get("blockOwnerDeletion") for row in rows)
            blocking = blocking or blocks
            if not obj["metadata"].get("deletionTimestamp"):
                self._judge(obj)
        if not blocking:
            self._drop_finalizer(owner, FOREGROUND)

    def _drop_finalizer(self, obj: Object, finalizer: str) -> None:
        fresh = copy(obj)
        left = [one for one in fresh["metadata"].get("finalizers") or () if one != finalizer]
        fresh["metadata"]["finalizers"] = left
        if not left:
            del fresh["metadata"]["finalizers"]
        self.engine.api.update(fresh, manager=MANAGER)

    def _owner(self, obj: Object, row: Object) -> Object | None:
        """Give an owner, or None for one that is absent: gone, or of another namespace."""
        found = self._find(row["uid"])
        place = found["metadata"].get("namespace") if found is not None else None
        own = obj["metadata"].get("namespace") or ""
        if found is None or not place or place == own:
            return found
        text = (
            f"ownerRef [{row['apiVersion']}/{row['kind']}, namespace: {own}, name: {row['name']}, "
            f'uid: {row["uid"]}] does not exist in namespace "{own}"'
        )
        self.record(obj, "Warning", "OwnerRefInvalidNamespace", text)
        return None

    def _judge(self, obj: Object) -> None:
        """Delete an object none of whose owners is there any more; forget those that are not."""
        rows = obj["metadata"].get("ownerReferences") or []
        if not rows:
            return
        owners = [(row, self._owner(obj, row)) for row in rows]
        solid = [row for row, owner in owners if owner and not _waits_for_dependents(owner)]
        waiting = [row for row, owner in owners if owner and _waits_for_dependents(owner)]
        kind, namespace, name = _place(obj)
        if solid:
            if len(solid) < len(rows):
                fresh = copy(obj)
                fresh["metadata"]["ownerReferences"] = copy(solid)
                self.engine.api.update(fresh, manager=MANAGER)
            return
        dependents = self._dependents_of(obj)
        foreground = bool(waiting and dependents)
        if foreground and any(_waits_for_dependents(one) for one in dependents):
            obj = self._unblock(obj)
        propagation = "Foreground" if foreground else "Background"
        if ORPHAN in (obj["metadata"].get("finalizers") or ()):
            propagation = "Orphan"
        self.engine.api.delete(kind, namespace, name, propagation=propagation)

    def _unblock(self, obj: Object) -> Object:
        """Let an object block no owner any more: those in a circle would wait for ever."""
        fresh = copy(obj)
        for row in fresh["metadata"]["ownerReferences"]:
            row["blockOwnerDeletion"] = False
        return self.engine.api.update(fresh, manager=MANAGER)


def _is_ours(obj: Object) -> bool:
    return obj["apiVersion"] not in NOT_OURS and obj["kind"] not in IGNORED_KINDS


def _place(obj: Object) -> Place:
    meta = obj["metadata"]
    return obj["kind"], meta.get("namespace") or "", meta["name"]


def _ours_among(meta: Object) -> bool:
    return any(one in (FOREGROUND, ORPHAN) for one in meta.get("finalizers") or ())


def _waits_for_dependents(obj: Object) -> bool:
    meta = obj["metadata"]
    return bool(meta.get("deletionTimestamp")) and FOREGROUND in (meta.get("finalizers") or ())
