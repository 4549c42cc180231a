"""Which StorageClass a claim or a volume names: by its field, or by the annotation it had before.

Source: GetPersistentVolumeClaimClass and GetPersistentVolumeClass, pkg/apis/core/v1/helper: the
annotation wins, because old manifests still use it.
"""

from __future__ import annotations

from simulator.plain import Object

ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def class_of(obj: Object) -> str:
    """Give the name of the class of a PersistentVolumeClaim or PersistentVolume; "" for none."""
    noted = (obj.get("metadata") or {}).get("annotations") or {}
    if ANNOTATION in noted:
        return str(noted[ANNOTATION])
    return str((obj.get("spec") or {}).get("storageClassName") or "")
