"""The view: what a picture needs to know of a lab, as a flat table of small values by key.

A key names one thing ("pod/default/shop-x"), its value is absolute, so a difference of two views
is the keys that changed: sending one twice does no harm. Nothing here writes; nothing draws luck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from . import load, storage, world
from .render import RENDER

if TYPE_CHECKING:
    from simulator.engine import Engine


class View:
    """The view of one engine; `refresh` brings it up to now at the cost of what changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.values: dict[str, Any] = {}
        self._dirty: dict[tuple[str, str, str], Object | None] = {}
        self._keys: dict[tuple[str, str, str], list[str]] = {}
        self._versions: dict[str, int] = {}
        self._second = -1
        engine.store.watch("*", self._note)
        for kind in engine.store.kinds():
            for obj in engine.store.list(kind):
                self._note("ADDED", obj, None)

    def _note(self, change: str, obj: Object, old: Object | None) -> None:
        meta = obj["metadata"]
        place = (obj["kind"], meta.get("namespace") or "", meta["name"])
        if obj["kind"] in RENDER:
            self._dirty[place] = None if change == "DELETED" else obj
        others = *world.also_dirty(self._engine, obj), *storage.also_dirty(self._engine, obj)
        for kind, namespace, name in others:
            found = self._engine.store.get(kind, namespace, name)
            if found is not None:
                self._dirty[kind, namespace, name] = found

    def refresh(self) -> tuple[list[str], list[str]]:
        """Bring `values` up to now; answers (keys that changed, keys that are gone)."""
        changed: list[str] = []
        dropped: list[str] = []
        dirty, self._dirty = self._dirty, {}
        for place, obj in dirty.items():
            rendered = RENDER[place[0]](self._engine, obj) if obj is not None else {}
            for key in self._keys.get(place, ()):
                if key not in rendered:
                    self._drop(key, dropped)
            self._keys[place] = list(rendered)
            if not rendered:
                del self._keys[place]
            for key, value in rendered.items():
                self._put(key, value, changed)
        for source, groups in load.SOURCES:
            if self._moved(source):
                for group in groups:
                    self._replace(group.prefix, group.values(self._engine), changed, dropped)
        return changed, [key for key in dropped if key not in self.values]

    def take_requests(self) -> list[dict[str, Any]]:
        """Take the samples of ended requests since the last call."""
        samples = self._engine.traffic.take_samples()
        return samples[-40:]

    def _moved(self, source: str) -> bool:
        """Say whether a table changed since it was last drawn, or the loops' second is over."""
        if source == "loops":
            version = sum(loop.state["runs"] + len(loop) for loop in self._engine.loops.values())
        else:
            version = self._engine.versions.get(source, 0)
        if self._versions.get(source) == version:
            return False
        self._versions[source] = version
        return True

    def _replace(
        self, prefix: str, fresh: dict[str, Any], changed: list[str], dropped: list[str]
    ) -> None:
        """Make the keys under a prefix exactly `fresh`."""
        for key in [k for k in self.values if k.startswith(prefix) and k not in fresh]:
            self._drop(key, dropped)
        for key, value in fresh.items():
            self._put(key, value, changed)

    def _put(self, key: str, value: Any, changed: list[str]) -> None:
        if self.values.get(key) != value:
            self.values[key] = value
            changed.append(key)

    def _drop(self, key: str, dropped: list[str]) -> None:
        if self.values.pop(key, None) is not None:
            dropped.append(key)
