"""Defaults of storage kinds.   Source: kubernetes v1.32 pkg/apis/{core,storage}/v1/defaults.go."""

from __future__ import annotations

from simulator.plain import Object


def claim(obj: Object) -> None:
    """Fill in a PersistentVolumeClaim."""
    obj.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
    if "kubernetes.io/pvc-protection" not in obj["metadata"].get("finalizers", ()) and not obj[
        "metadata"
    ].get("deletionTimestamp"):
        finalizers = obj["metadata"].get("finalizers") or []
        obj["metadata"]["finalizers"] = [*finalizers, "kubernetes.io/pvc-protection"]


def volume(obj: Object) -> None:
    """Fill in a PersistentVolume."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    if "kubernetes.io/pv-protection" not in obj["metadata"].get("finalizers", ()) and not obj[
        "metadata"
    ].get("deletionTimestamp"):
        finalizers = obj["metadata"].get("finalizers") or []
        obj["metadata"]["finalizers"] = [*finalizers, "kubernetes.io/pv-protection"]
    if spec.get("hostPath") is not None:
        spec["hostPath"].setdefault("type", "")


def storage_class(obj: Object) -> None:
    """Fill in a StorageClass."""
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")


FILLERS = {
    "PersistentVolumeClaim": claim,
    "PersistentVolume": volume,
    "StorageClass": storage_class,
}
