"""Volumes of pods on their node: what has to be there before a container can start.

Sources: pkg/kubelet/volumemanager and pkg/volume (configmap, secret, projected, emptydir), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.kubelet.rows import Row
from simulator.plain import Object, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

FIRST_RETRY_US, LONGEST_RETRY_US = 500 * MS, 122 * SECOND
"""Back-off of the volume manager's operations: 500 ms doubling to 2 min 2 s."""


class Volumes:
    """Checks and mounts the volumes of pods."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = engine.store

    def missing(self, row: Row, pod: Object) -> tuple[str, str] | None:
        """Give (reason, message) of the first volume that cannot be mounted, or None."""
        namespace = pod["metadata"]["namespace"]
        for volume in pod["spec"].get("volumes") or ():
            why = self._problem(namespace, volume)
            if why:
                message = f'MountVolume.SetUp failed for volume "{volume["name"]}" : {why}'
                return "FailedMount", message
        row.pop("mountRetryUs", None)
        return None

    def retry_us(self, row: Row) -> int:
        """Give how long to wait before the next try, which doubles."""
        wait = int(row.get("mountRetryUs") or FIRST_RETRY_US)
        row["mountRetryUs"] = min(2 * wait, LONGEST_RETRY_US)
        return wait

    def _problem(self, namespace: str, volume: Object) -> str:
        sources: list[tuple[str, Any]] = []
        if "configMap" in volume:
            sources.append(("ConfigMap", volume["configMap"]))
        if "secret" in volume:
            sources.append(("Secret", volume["secret"]))
        for source in get(volume, "projected", "sources", default=[]):
            if "configMap" in source:
                sources.append(("ConfigMap", source["configMap"]))
            if "secret" in source:
                sources.append(("Secret", source["secret"]))
        for kind, source in sources:
            name = source.get("name") or source.get("secretName")
            if source.get("optional"):
                continue
            found = self.store.get(kind, namespace, name)
            if found is None:
                return f'{kind.lower()} "{name}" not found'
            for item in source.get("items") or ():
                if item["key"] not in {**(found.get("data") or {}), **found.get("binaryData", {})}:
                    return f"{kind.lower()} references non-existent config key: {item['key']}"
        return ""

    def mount(self, row: Row, pod: Object, spec: Object, body: dict[str, Any]) -> None:
        """Add a container's mounts to the body of its create call."""

    def clean_up(self, row: Row) -> None:
        """Remove what a pod's volumes left on its node."""
