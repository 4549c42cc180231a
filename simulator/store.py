"""The one watched object store: Kubernetes objects, and per machine Docker objects.

As in Kubernetes, everybody meets here: a writer creates, updates and deletes; a reader lists
and watches; a version counts every change. An object is replaced, never edited, so whoever
holds one holds that version for good.

An object is plain data with `apiVersion`, `kind` and `metadata` {name, namespace, uid,
resourceVersion, creationTimestamp}. Objects without a namespace have "" there. Docker's objects
use their machine's name as the namespace.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from .errors import AlreadyExists, Conflict, Gone, NotFound
from .plain import Object, copy

Watcher = Callable[[str, Object, Object | None], None]
"""(type, object, the version before): type is ADDED, MODIFIED or DELETED."""

HISTORY = 4096
"""Changes that a watch may lag behind before it is answered Gone."""

FEW = 16
"""So many places are sorted anew when asked for; the order of more is kept."""

Place = tuple[str, str]
Names: TypeAlias = list[str]
Objects: TypeAlias = list[Object]
Changes: TypeAlias = list[tuple[int, str, Object]]


class Store:
    """Create, update, delete, get, list, watch; Conflict and Gone as in Kubernetes."""

    def __init__(self, uid: Callable[..., str], timestamp: Callable[[], str]) -> None:
        self._uid = uid
        self._timestamp = timestamp
        self._kinds: dict[str, dict[Place, Object]] = {}
        self._order: dict[str, list[Place]] = {}
        self._incarnations: dict[str, int] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self._everything: list[Watcher] = []
        self._indexes: dict[tuple[str, str], _Index] = {}
        self._indexes_of: dict[str, list[_Index]] = {}
        self._history: deque[tuple[int, str, str, Object]] = deque(maxlen=HISTORY)
        self.version = 0
        self.read_only = False

    # Reading

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """Give one object, or None. Do not edit what you get: `plain.copy` it first."""
        return self._kinds.get(kind, {}).get((namespace, name))

    def need(self, kind: str, namespace: str, name: str) -> Object:
        """Give one object; raises NotFound."""
        found = self.get(kind, namespace, name)
        if found is None:
            raise NotFound(f"{kind} {namespace}/{name} not found")
        return found

    def list(self, kind: str, namespace: str | None = None) -> Objects:
        """Give the objects of a kind by namespace and name; of one namespace, or of all."""
        objects = self._kinds.get(kind)
        if not objects:
            return []
        order = self._order.get(kind)
        if order is None:
            order = self._order[kind] = sorted(objects)
        if namespace is None:
            return [objects[place] for place in order]
        first = bisect_left(order, (namespace, ""))
        last = bisect_left(order, (namespace + "\0", ""), first)
        return [objects[place] for place in order[first:last]]

    def kinds(self) -> Names:
        """Name the kinds that have objects, sorted."""
        return sorted(kind for kind, objects in self._kinds.items() if objects)

    def count(self, kind: str) -> int:
        """Count the objects of a kind."""
        return len(self._kinds.get(kind, ()))

    def index(self, kind: str, name: str, values: Callable[[Object], Iterable[str]]) -> None:
        """Keep the objects of a kind findable by what `values` gives for each."""
        key = (kind, name)
        if key not in self._indexes:
            self._indexes[key] = _Index(values)
            self._indexes_of.setdefault(kind, []).append(self._indexes[key])
            for place, item in self._kinds.get(kind, {}).items():
                self._indexes[key].add(place, item)

    def by(self, kind: str, index: str, value: str) -> Objects:
        """Give the objects of a kind that an index has under `value`, by namespace and name."""
        objects = self._kinds.get(kind, {})
        return [objects[place] for place in self._indexes[kind, index].places(value)]

    # Writing

    def create(self, obj: Object) -> Object:
        """Store a new object and answer it with uid, version and timestamp; AlreadyExists."""
        kind, place = obj["kind"], _place(obj)
        if place in self._kinds.get(kind, {}):
            raise AlreadyExists(f'{kind} "{place[1]}" already exists')
        identity = f"{kind}/{place[0]}/{place[1]}"
        born = self._incarnations.get(identity, 0) + 1
        meta = {**obj["metadata"]}
        meta.setdefault("uid", self._uid(kind, *place, born))
        meta.setdefault("creationTimestamp", self._timestamp())
        self._begin()
        self._incarnations[identity] = born
        stored = self._stamp(obj, meta)
        self._kinds.setdefault(kind, {})[place] = stored
        if kind in self._order:
            insort(self._order[kind], place)
        self._changed("ADDED", kind, place, stored, None)
        return stored

    def update(self, obj: Object) -> Object:
        """Replace an object; no change, no new version. NotFound; Conflict for an old version."""
        kind, place = obj["kind"], _place(obj)
        old = self.need(kind, *place)
        given = obj["metadata"].get("resourceVersion")
        if given is not None and given != old["metadata"]["resourceVersion"]:
            raise Conflict(f'{kind} "{place[1]}" has been modified')
        meta = {**obj["metadata"], "resourceVersion": old["metadata"]["resourceVersion"]}
        meta["uid"] = old["metadata"]["uid"]
        if obj == old or {**obj, "metadata": meta} == old:
            return old
        self._begin()
        stored = self._stamp(obj, meta)
        self._kinds[kind][place] = stored
        self._changed("MODIFIED", kind, place, stored, old)
        return stored

    def change(
        self, kind: str, namespace: str, name: str, edit: Callable[[Object], None]
    ) -> Object:
        """Copy an object, let `edit` change the copy, and store that; NotFound."""
        fresh: Object = copy(self.need(kind, namespace, name))
        edit(fresh)
        return self.update(fresh)

    def delete(self, kind: str, namespace: str, name: str) -> Object:
        """Remove an object at once and answer its last version; NotFound.

        Finalizers and grace are the API server's business, in front of this.
        """
        old = self.need(kind, namespace, name)
        self._begin()
        last = self._stamp(old, {**old["metadata"]})
        del self._kinds[kind][namespace, name]
        order = self._order.get(kind)
        if order is not None:
            del order[bisect_left(order, (namespace, name))]
        self._changed("DELETED", kind, (namespace, name), last, old)
        return last

    # Watching

    def watch(self, kind: str, watcher: Watcher) -> None:
        """Call `watcher` at every change of a kind ("*": of any), in order of registration.

        A watcher only notes a key in a queue of its own; the work comes later, by the calendar.
        """
        if kind == "*":
            self._everything.append(watcher)
        else:
            self._watchers.setdefault(kind, []).append(watcher)

    def since(self, version: int, kind: str | None = None) -> Changes:
        """Give the changes after a version as (version, type, object); raises Gone."""
        oldest = self._history[0][0] if self._history else self.version + 1
        if version < oldest - 1 or version > self.version:
            raise Gone(f"too old resource version: {version} ({oldest - 1})")
        return [
            (v, change, item)
            for v, change, k, item in self._history
            if v > version and (kind is None or k == kind)
        ]

    # Keyframes

    def dump(self) -> dict[str, Any]:
        """Give the whole store as plain data."""
        objects = {kind: self.list(kind) for kind in self.kinds()}
        return {
            "version": self.version,
            "incarnations": self._incarnations,
            "objects": objects,
        }

    def load(self, data: dict[str, Any]) -> None:
        """Take a dump's objects over without telling the watchers."""
        self.version = data["version"]
        self._incarnations = data["incarnations"]
        self._kinds = {
            kind: {_place(item): item for item in items} for kind, items in data["objects"].items()
        }
        self._order.clear()
        self._history.clear()
        for (kind, _), index in self._indexes.items():
            index.rebuild(self._kinds.get(kind, {}))

    # Inside

    def _begin(self) -> None:
        if self.read_only:
            raise RuntimeError("a read must not change the store")
        self.version += 1

    def _stamp(self, obj: Object, meta: dict[str, Any]) -> Object:
        meta["resourceVersion"] = str(self.version)
        return {**obj, "metadata": meta}

    def _changed(
        self, change: str, kind: str, place: Place, new: Object, old: Object | None
    ) -> None:
        for index in self._indexes_of.get(kind, ()):
            index.replace(place, old, None if change == "DELETED" else new)
        self._history.append((self.version, change, kind, new))
        for watcher in self._everything:
            watcher(change, new, old)
        for watcher in self._watchers.get(kind, ()):
            watcher(change, new, old)


class _Index:
    """The places of one kind's objects under each value; a cache, rebuilt from the objects."""

    def __init__(self, values: Callable[[Object], Iterable[str]]) -> None:
        self._values = values
        self._places: dict[str, dict[Place, None]] = {}
        self._sorted: dict[str, list[Place]] = {}

    def places(self, value: str) -> list[Place]:
        found = self._sorted.get(value)
        if found is None:
            found = sorted(self._places.get(value, ()))
            if len(found) > FEW:
                self._sorted[value] = found
        return found

    def add(self, place: Place, obj: Object) -> None:
        self.replace(place, None, obj)

    def replace(self, place: Place, old: Object | None, new: Object | None) -> None:
        before = self._values(old) if old is not None else ()
        after = self._values(new) if new is not None else ()
        if before == after:
            return
        for value in before:
            self._sorted.pop(value, None)
            places = self._places.get(value)
            if places is not None:
                places.pop(place, None)
                if not places:
                    del self._places[value]
        for value in after:
            self._sorted.pop(value, None)
            self._places.setdefault(value, {})[place] = None

    def rebuild(self, objects: dict[Place, Object]) -> None:
        self._places.clear()
        self._sorted.clear()
        for place, obj in objects.items():
            self.add(place, obj)


def _place(obj: Object) -> Place:
    meta = obj["metadata"]
    return meta.get("namespace") or "", meta["name"]
