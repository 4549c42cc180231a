"""Claims, volumes, classes.   Source: pkg/apis/{core,storage}/validation."""

from __future__ import annotations

from simulator.plain import Object

from ..quantity import QuantityError, parse
from ..schema import structs
from ..status import FieldValue, field_forbidden, invalid_value, required, unsupported
from .common import Body, Problems, body, label_selector, one_of

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
BINDING_MODES = ("Immediate", "WaitForFirstConsumer")


def claim(obj: Object) -> Problems:
    """Check a PersistentVolumeClaim."""
    return claim_spec(body(obj.get("spec")), "spec")


def claim_spec(spec: Body, path: str) -> Problems:
    """Check what a claim asks for."""
    out: Problems = []
    if not spec.get("accessModes"):
        out.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    out += _modes(spec, path)
    if spec.get("selector") is not None:
        out += label_selector(spec["selector"], f"{path}.selector")
    amount = body(body(spec.get("resources")).get("requests")).get("storage")
    if amount is None:
        out.append(required(f"{path}.resources[storage]"))
    else:
        out += _positive(amount, f"{path}.resources[storage]")
    return out + one_of(spec, path, "volumeMode", VOLUME_MODES)


def _modes(spec: Body, path: str) -> Problems:
    out: Problems = []
    modes = spec.get("accessModes") or []
    for mode in modes:
        if mode not in ACCESS_MODES:
            out.append(unsupported(f"{path}.accessModes", mode, ACCESS_MODES))
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        why = "may not use ReadWriteOncePod with other access modes"
        out.append(invalid_value(f"{path}.accessModes", modes, why))
    return out


def _positive(amount: object, path: str) -> Problems:
    try:
        fine = parse(str(amount)).nanos > 0
    except QuantityError:
        return []
    return [] if fine else [invalid_value(path, str(amount), "must be greater than zero")]


def volume(obj: Object) -> Problems:
    """Check a PersistentVolume."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if not spec.get("accessModes"):
        out.append(required("spec.accessModes"))
    out += _modes(spec, "spec")
    capacity = body(spec.get("capacity"))
    if not capacity:
        out.append(required("spec.capacity"))
        nothing = FieldValue("core.ResourceList(nil)")
        out.append(unsupported("spec.capacity", nothing, ("storage",)))
    elif "storage" not in capacity or len(capacity) > 1:
        out.append(unsupported("spec.capacity", dict(capacity), ("storage",)))
    else:
        out += _positive(capacity["storage"], "spec.capacity[storage]")
    plain = ("accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity",
             "persistentVolumeReclaimPolicy", "storageClassName", "volumeMode",
             "volumeAttributesClassName")  # fmt: skip
    known = structs()["PersistentVolumeSpec"].fields
    sources = [key for key in spec if key in known and key not in plain]
    if not sources:
        out.append(required("spec", "must specify a volume type"))
    for extra in sources[1:]:
        why = "may not specify more than 1 volume type"
        out.append(field_forbidden(f"spec.{extra}", why))
    if sources[:1] == ["hostPath"] and not body(spec["hostPath"]).get("path"):
        out.append(required("spec.hostPath.path"))
    if spec.get("local") is not None and not spec.get("nodeAffinity"):
        out.append(required("spec.nodeAffinity", "Local volume requires node affinity"))
    policies = ("Delete", "Recycle", "Retain")
    out += one_of(spec, "spec", "persistentVolumeReclaimPolicy", policies)
    return out + one_of(spec, "spec", "volumeMode", VOLUME_MODES)


def storage_class(obj: Object) -> Problems:
    """Check a StorageClass."""
    out: Problems = []
    if not obj.get("provisioner"):
        out.append(required("provisioner"))
    if obj.get("reclaimPolicy") not in ("Delete", "Retain"):
        out.append(unsupported("reclaimPolicy", obj.get("reclaimPolicy"), ("Delete", "Retain")))
    if obj.get("volumeBindingMode") not in BINDING_MODES:
        value = obj.get("volumeBindingMode")
        out.append(unsupported("volumeBindingMode", value, BINDING_MODES))
    return out


CHECKS = {
    "PersistentVolumeClaim": claim,
    "PersistentVolume": volume,
    "StorageClass": storage_class,
}
