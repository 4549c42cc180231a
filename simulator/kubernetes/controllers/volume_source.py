"""What a new volume begins with: nothing, a snapshot's data, or a copy of another claim's.

Source: kubernetes-csi/external-provisioner pkg/controller/controller.go (getVolumeContentSource).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.store import Store

SNAPSHOT = "VolumeSnapshot.snapshot.storage.k8s.io"


def source_disk(store: Store, claim: Object) -> tuple[str, str]:
    """Give (disk of the network's storage to copy, "") or ("", why it cannot be had yet).

    ("", "") for a claim that asks for an empty volume.
    """
    spec, namespace = claim["spec"], claim["metadata"]["namespace"]
    source = spec.get("dataSource") or spec.get("dataSourceRef") or {}
    name = str(source.get("name") or "")
    if source.get("kind") == "PersistentVolumeClaim":
        other = store.get("PersistentVolumeClaim", namespace, name)
        disk = str(get(other, "spec", "volumeName", default=""))
        return disk, "" if disk else f"error getting PVC {name} (namespace {namespace}) from api"
    if source.get("kind") == "VolumeSnapshot":
        found = store.get(SNAPSHOT, namespace, name)
        if found is None:
            return "", (
                f"error getting snapshot {name} from api server: "
                f'volumesnapshots.snapshot.storage.k8s.io "{name}" not found'
            )
        if not get(found, "status", "readyToUse"):
            return "", f"snapshot {name} is not Ready"
        return str(found["status"]["boundVolumeSnapshotContentName"]), ""
    return "", ""
