"""Image garbage collection: a kubelet removes unused images when its disk fills up.

Every five minutes; above 85 % of the disk, the images unused for longest go until 80 % is reached.

Source: pkg/kubelet/images/image_gc_manager.go and kubelet.go (StartGarbageCollection), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

PERIOD_US = 300 * SECOND
HIGH_PERCENT, LOW_PERCENT = 85, 80
LEAST_AGE_US = 120 * SECOND
"""imageMinimumGCAge."""


class ImageCollector:
    """Table "kubelet.image-gc": {node: {"images": {id: [first seen, last used]}, "failed": bool}}.

    One row of the calendar stands for the loops of all kubelets.
    """

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.kubelets = kubelets
        self.rows: dict[str, dict[str, Any]] = engine.table("kubelet.image-gc")
        engine.calendar.on("kubelet.image-gc", self._due)

    def begin(self) -> None:
        """Start the loops; the first round comes at once."""
        self.engine.calendar.after(0, "kubelet.image-gc", "")

    def _due(self, _: object) -> None:
        self.engine.calendar.after(PERIOD_US, "kubelet.image-gc", "")
        for node in [name for name in self.rows if not self.kubelets.has(name)]:
            del self.rows[node]
        for node in list(self.kubelets.nodes.rows):
            if self.engine.machines.is_up(node):
                self._collect(node)

    def _collect(self, node: str) -> None:
        """Free space on one node, if its disk is too full."""
        self._detect(node)
        disk = self.engine.machines.disk
        capacity, free = disk.capacity(node), disk.available(node)
        row = self.rows[node]
        if 100 - free * 100 // capacity < HIGH_PERCENT:
            row["failed"] = False
            return
        wanted = capacity * (100 - LOW_PERCENT) // 100 - free
        freed = self.free(node, wanted)
        if freed >= wanted:
            row["failed"] = False
            return
        text = (
            "Failed to garbage collect required amount of images. "
            f"Attempted to free {wanted} bytes, but only found {freed} bytes eligible to free."
        )
        self.kubelets.nodes.tell(node, "Warning", "FreeDiskSpaceFailed", text)
        if row["failed"]:
            self.kubelets.nodes.tell(node, "Warning", "ImageGCFailed", text)
        row["failed"] = True

    def free(self, node: str, wanted: int | None = None) -> int:
        """Remove unused images until `wanted` bytes are free (None: all); answers the bytes."""
        used = self._detect(node)
        seen: dict[str, list[int]] = self.rows[node]["images"]
        images = {str(image["Id"]): image for image in self.engine.images.list(node)}
        freed = 0
        for key in sorted(seen, key=lambda key: (seen[key][1], seen[key][0], key)):
            if wanted is not None and freed >= wanted:
                break
            young = self.engine.now_us - seen[key][0] < LEAST_AGE_US
            if key in images and key not in used and not young:
                freed += self._remove(node, images[key])
        if freed:
            self.kubelets.nodes.changed(node)
        return freed

    def _remove(self, node: str, image: Object) -> int:
        try:
            self.engine.images.remove(node, image["Id"], force=True)
        except DrydockError:
            return 0
        self.rows[node]["images"].pop(image["Id"], None)
        return int(image.get("Size") or 0)

    def _detect(self, node: str) -> dict[str, None]:
        """Note which images there are and are in use now; answers those in use."""
        row = self.rows.setdefault(node, {"images": {}, "failed": False})
        now, before = self.engine.now_us, row["images"]
        used = {str(one["Image"]): None for one in self.engine.docker.containers(node)}
        row["images"] = {
            image["Id"]: [before.get(image["Id"], [now, 0])[0], now]
            if image["Id"] in used
            else before.get(image["Id"], [now, 0])
            for image in self.engine.images.list(node)
        }
        return used
