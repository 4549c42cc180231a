"""Claims, volumes, classes.   Source: pkg/apis/{core,storage,node}/validation."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from ..names import dns1123_label_problems, qualified_name_problems, subdomain_problems
from ..quantity import QuantityError, go_struct, parse
from ..status import (
    FieldValue,
    duplicate,
    field_forbidden,
    invalid_value,
    required,
    unsupported,
)
from .common import (
    Body,
    Problems,
    body,
    items,
    label_name,
    label_selector,
    names,
    not_negative,
    one_of,
)
from .scheduling import node_selector
from .volumes import ONE_TYPE, driver_name, local, source

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
ORDER = ("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs",
         "rbd", "quobyte", "cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile",
         "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO",
         "local", "storageos", "csi")  # fmt: skip
"""The sources of a volume in the order in which upstream looks at them."""
_OWN_CLAIM = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
_SECRETS = ("controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef",
            "nodeExpandSecretRef")  # fmt: skip


def claim(obj: Object) -> Problems:
    """Check a PersistentVolumeClaim."""
    return claim_spec(body(obj.get("spec")), "spec")


def claim_spec(spec: Body, path: str) -> Problems:
    """Check what a claim asks for."""
    out: Problems = []
    if not spec.get("accessModes"):
        out.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    if spec.get("selector") is not None:
        out += label_selector(spec["selector"], f"{path}.selector")
    out += _modes(spec, path)
    amount = body(body(spec.get("resources")).get("requests")).get("storage")
    if amount is None:
        out.append(required(f"{path}.resources[storage]"))
    else:
        out += _positive(amount, f"{path}.resources[storage]")
    if spec.get("storageClassName"):
        field = f"{path}.storageClassName"
        out += names(str(spec["storageClassName"]), field, subdomain_problems)
    out += one_of(spec, path, "volumeMode", VOLUME_MODES)
    for field in ("dataSource", "dataSourceRef"):
        if spec.get(field) is not None:
            out += _data_source(body(spec[field]), f"{path}.{field}")
    return out


def _data_source(given: Body, path: str) -> Problems:
    out = [required(f"{path}.{name}") for name in ("name", "kind") if not given.get(name)]
    group, kind = str(given.get("apiGroup") or ""), given.get("kind") or ""
    if not group and kind != "PersistentVolumeClaim":
        out.append(invalid_value(path, kind, _OWN_CLAIM))
    return out + (names(group, f"{path}.apiGroup", subdomain_problems) if group else [])


def _modes(spec: Body, path: str) -> Problems:
    out: Problems = []
    modes = spec.get("accessModes") or []
    for mode in modes:
        if mode not in ACCESS_MODES:
            out.append(unsupported(f"{path}.accessModes", mode, ACCESS_MODES))
    if "ReadWriteOncePod" in modes and any(mode != "ReadWriteOncePod" for mode in modes):
        why = "may not use ReadWriteOncePod with other access modes"
        out.append(field_forbidden(f"{path}.accessModes", why))
    return out


def _positive(amount: object, path: str) -> Problems:
    try:
        found = parse(str(amount))
    except QuantityError:
        return []
    return [] if found.nanos > 0 else [invalid_value(path, str(found), "must be greater than zero")]


def volume(obj: Object) -> Problems:
    """Check a PersistentVolume."""
    spec = body(obj.get("spec"))
    out: Problems = [] if spec.get("accessModes") else [required("spec.accessModes")]
    out += _modes(spec, "spec") + _capacity(body(spec.get("capacity")))
    policies = ("Delete", "Recycle", "Retain")
    out += one_of(spec, "spec", "persistentVolumeReclaimPolicy", policies)
    affinity, where = spec.get("nodeAffinity"), "spec.nodeAffinity.required"
    if affinity is not None and affinity.get("required") is None:
        out.append(required(where, "must specify required node constraints"))
    elif affinity is not None:
        out += node_selector(body(affinity["required"]), where)
    out += _sources(spec)
    path = body(spec.get("hostPath")).get("path")
    if path == "/" and spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        why = "may not be 'recycle' for a hostPath mount of '/'"
        out.append(field_forbidden("spec.persistentVolumeReclaimPolicy", why))
    if spec.get("storageClassName"):
        name = str(spec["storageClassName"])
        out += names(name, "spec.storageClassName", subdomain_problems)
    return out + one_of(spec, "spec", "volumeMode", VOLUME_MODES)


def _capacity(capacity: Body) -> Problems:
    out: Problems = [] if capacity else [required("spec.capacity")]
    if "storage" not in capacity or len(capacity) > 1:
        inside = ", ".join(f'"{name}":{go_struct(one)}' for name, one in sorted(capacity.items()))
        shown = f"core.ResourceList{{{inside}}}" if capacity else "core.ResourceList(nil)"
        out.append(unsupported("spec.capacity", FieldValue(shown), ("storage",)))
    for name, amount in sorted(capacity.items()):
        where = f"spec.capacity[{name}]"
        if parse(amount).value() < 0:
            why = "must be a valid resource quantity"
            out.append(invalid_value(where, parse(amount).value(), why))
        out += _positive(amount, where)
    return out


def _sources(spec: Body) -> Problems:
    given = [kind for kind in ORDER if spec.get(kind) is not None]
    if not given:
        return [required("spec", "must specify a volume type")]
    kind, path = given[0], f"spec.{given[0]}"
    one = body(spec[kind])
    if kind == "local":
        out = local(one, path)
        if spec.get("nodeAffinity") is None:
            out.append(required("spec.nodeAffinity", "Local volume requires node affinity"))
    elif kind == "csi":
        out = _csi(one, path)
    else:
        out = source(kind, one, path)
    return out + [field_forbidden(f"spec.{extra}", ONE_TYPE) for extra in given[1:]]


def _csi(one: Body, path: str) -> Problems:
    out = driver_name(str(one.get("driver") or ""), f"{path}.driver")
    if not one.get("volumeHandle"):
        out.append(required(f"{path}.volumeHandle"))
    for field in _SECRETS:
        secret = one.get(field)
        if secret is not None:
            out += [
                required(f"{path}.{field}.{name}")
                for name in ("name", "namespace")
                if not secret.get(name)
            ]
    return out


def storage_class(obj: Object) -> Problems:
    """Check a StorageClass."""
    name = str(obj.get("provisioner") or "")
    out: Problems = [] if name else [required("provisioner")]
    if name:
        wrong = qualified_name_problems(name.lower())
        out += [invalid_value("provisioner", name, why) for why in wrong]
    if "" in body(obj.get("parameters")):
        out.append(invalid_value("parameters", "", "field can not be empty."))
    out += one_of(obj, "", "reclaimPolicy", ("Delete", "Retain"))
    mode = obj.get("volumeBindingMode")
    if mode not in BINDING_MODES:
        out.append(unsupported("volumeBindingMode", mode or "", BINDING_MODES))
    for _, term in items(obj.get("allowedTopologies")):
        out += _topology(term, "allowedTopologies")
    return out


def _topology(term: Body, path: str) -> Problems:
    out: Problems = []
    keys: set[Any] = set()
    for n, one in items(term.get("matchLabelExpressions")):
        where = f"{path}.matchLabelExpressions[{n}]"
        values = one.get("values") or []
        if not values:
            out.append(required(f"{where}.values"))
        for m, value in enumerate(values):
            if value in values[:m]:
                out.append(duplicate(f"{where}.values[{m}]", value))
        out += label_name(one.get("key"), f"{where}.key")
        if one.get("key") in keys:
            out.append(duplicate(f"{where}.key", one.get("key")))
        keys.add(one.get("key"))
    return out


def runtime_class(obj: Object) -> Problems:
    """Check a RuntimeClass."""
    return names(str(obj.get("handler") or ""), "handler", dns1123_label_problems)


def lease(obj: Object) -> Problems:
    """Check a Lease."""
    spec = body(obj.get("spec"))
    seconds = spec.get("leaseDurationSeconds")
    out: Problems = []
    if seconds is not None and seconds <= 0:
        out.append(invalid_value("spec.leaseDurationSeconds", seconds, "must be greater than 0"))
    return out + not_negative(spec, "spec", "leaseTransitions")


CHECKS = {
    "PersistentVolumeClaim": claim,
    "PersistentVolume": volume,
    "StorageClass": storage_class,
    "RuntimeClass": runtime_class,
    "Lease": lease,
}
