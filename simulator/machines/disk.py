"""A machine's disk: what its system, its images, containers, volumes and build cache take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine import Engine

SYSTEM_BYTES = 6 << 30
"""An installed server system with its container engine (assumed); at most a tenth of the disk."""

Watcher = Callable[[str], None]


class Disk:
    """Counts bytes; it keeps nothing of its own but who wants to know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watchers: list[Watcher] = []

    def watch(self, grew: Watcher) -> None:
        """Tell `grew(machine)` when more may be stored than before."""
        self._watchers.append(grew)

    def grew(self, name: str) -> None:
        """Something was written to a machine's disk."""
        for watcher in self._watchers:
            watcher(name)

    def capacity(self, name: str) -> int:
        """Give the size of a machine's disk in bytes."""
        machine = self._engine.machines.get(name)
        return int(machine["spec"]["disk"]) if machine else 0

    def available(self, name: str) -> int:
        """Give the bytes of a machine's disk that are free, at least 0."""
        return max(0, self.capacity(name) - self.used(name))

    def used(self, name: str) -> int:
        """Give the bytes of a machine's disk that are taken."""
        engine = self._engine
        system = min(SYSTEM_BYTES, self.capacity(name) // 10)
        volumes = engine.docker.mounts
        return (
            system
            + self.image_bytes(name)
            + sum(engine.docker.files.size(one["Id"]) for one in engine.docker.containers(name))
            + sum(volumes.size(name, one["Name"]) for one in volumes.all(name))
            + engine.builder.cache_usage(name)[1]
        )

    def image_bytes(self, name: str) -> int:
        """Give the bytes of all images' layers; a layer that several images share counts once."""
        sizes: dict[str, int] = {}
        for image in self._engine.store.list("Image", name):
            for row in image["drydock"]["layers"]:
                sizes[row["diffID"]] = int(row["size"])
        return sum(sizes.values())
