"""Volumes of pods, and the sources that they share with PersistentVolumes.

Source: pkg/apis/core/validation/validation.go, ValidateVolumes and what it calls.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from ..names import dns1123_label_problems, subdomain_problems
from ..quantity import parse
from ..status import duplicate, field_forbidden, invalid_value, required, too_long, unsupported
from .common import Body, Problems, annotation_texts, body, items, labels, names
from .downward import field_selector, resource_selector

ONE_TYPE = "may not specify more than 1 volume type"
HOST_PATH_TYPES = ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                   "FileOrCreate", "Socket")  # fmt: skip
ORDER = ("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret",
         "nfs", "iscsi", "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs",
         "quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume",
         "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected",
         "scaleIO", "csi", "ephemeral", "image")  # fmt: skip
"""The sources in the order in which upstream looks at them: the first one given counts."""
_MISNAMED = {"downwardAPI": "downwarAPI", "cephfs": "cephFS"}
"""What upstream calls these two when they come second."""
_NEEDED: dict[str, tuple[str, ...]] = {
    "gitRepo": ("repository",),
    "gcePersistentDisk": ("pdName",),
    "awsElasticBlockStore": ("volumeID",),
    "secret": ("secretName",),
    "configMap": ("name",),
    "nfs": ("server", "path"),
    "iscsi": ("targetPortal", "iqn"),
    "glusterfs": ("endpoints", "path"),
    "persistentVolumeClaim": ("claimName",),
    "rbd": ("monitors", "image"),
    "cinder": ("volumeID",),
    "cephfs": ("monitors",),
    "flexVolume": ("driver",),
    "azureFile": ("secretName", "shareName"),
    "vsphereVolume": ("volumePath",),
    "photonPersistentDisk": ("pdID",),
    "portworxVolume": ("volumeID",),
    "azureDisk": ("diskName", "diskURI"),
    "scaleIO": ("gateway", "system", "volumeName"),
    "ephemeral": ("volumeClaimTemplate",),
}
_MODE = "must be a number between 0 and 0777 (octal), both inclusive"
_VOLUME_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace",
                  "metadata.uid")  # fmt: skip


def volumes(spec: Body, path: str, pod: str = "") -> tuple[Problems, dict[str, Body]]:
    """Check a pod's volumes; give those that are fine, by name.   pod: its name, if it is one."""
    out: Problems = []
    fine: dict[str, Body] = {}
    made = {f"{pod}-{v.get('name')}" for _, v in items(spec.get("volumes")) if v.get("ephemeral")}
    for n, volume in items(spec.get("volumes")):
        where, name = f"{path}[{n}]", str(volume.get("name") or "")
        wrong = sources(volume, where, ORDER)
        if not name:
            wrong.append(required(f"{where}.name"))
        else:
            wrong += names(name, f"{where}.name", dns1123_label_problems)
        if name in fine:
            wrong.append(duplicate(f"{where}.name", name))
        if not wrong:
            fine[name] = volume
        out += wrong
        claim = body(volume.get("persistentVolumeClaim")).get("claimName")
        if pod and claim in made:
            why = "must not reference a PVC that gets created for an ephemeral volume"
            out.append(invalid_value(f"{where}.persistentVolumeClaim.claimName", claim, why))
    return out, fine


def sources(volume: Body, path: str, order: tuple[str, ...]) -> Problems:
    """Check that a volume has one source, and that source."""
    given = [kind for kind in order if volume.get(kind) is not None]
    if not given:
        return [required(path, "must specify a volume type")]
    out = source(given[0], body(volume[given[0]]), f"{path}.{given[0]}")
    for extra in given[1:]:
        out.append(field_forbidden(f"{path}.{_MISNAMED.get(extra, extra)}", ONE_TYPE))
    return out


def source(kind: str, one: Body, path: str) -> Problems:
    """Check one source of a volume."""
    if kind == "gcePersistentDisk":
        path = path.replace("gcePersistentDisk", "persistentDisk")
    out = [required(f"{path}.{name}") for name in _NEEDED.get(kind, ()) if not one.get(name)]
    check = _CHECKS.get(kind)
    return out + (check(one, path) if check else [])


def _empty_dir(one: Body, path: str) -> Problems:
    limit = one.get("sizeLimit")
    if limit is None or parse(limit).nanos >= 0:
        return []
    why = "SizeLimit field must be a valid resource quantity"
    return [field_forbidden(f"{path}.sizeLimit", why)]


def host_path(one: Body, path: str) -> Problems:
    """Check a folder or file of the node."""
    if not one.get("path"):
        return [required(f"{path}.path")]
    out = no_backsteps(str(one["path"]), f"{path}.path")
    if one.get("type") not in (None, *HOST_PATH_TYPES):
        out.append(unsupported(f"{path}.type", one["type"], HOST_PATH_TYPES))
    return out


def _nfs(one: Body, path: str) -> Problems:
    text = str(one.get("path") or "")
    if text.startswith("/"):
        return []
    return [invalid_value(f"{path}.path", text, "must be an absolute path")]


def local(one: Body, path: str) -> Problems:
    """Check a disk of one node."""
    text = str(one.get("path") or "")
    return no_backsteps(text, f"{path}.path") if text else [required(f"{path}.path")]


def csi(one: Body, path: str) -> Problems:
    """Check a volume of a CSI driver."""
    out = driver_name(str(one.get("driver") or ""), f"{path}.driver")
    secret = one.get("nodePublishSecretRef")
    if secret is not None and not secret.get("name"):
        out.append(required(f"{path}.nodePublishSecretRef.name"))
    return out


def driver_name(name: str, path: str) -> Problems:
    """Check the name of a CSI driver."""
    out = [] if name else [required(path)]
    if len(name) > 63:
        out.append(too_long(path, 63))
    return out + [invalid_value(path, name, why) for why in subdomain_problems(name.lower())]


def _flocker(one: Body, path: str) -> Problems:
    if not one.get("datasetName") and not one.get("datasetUUID"):
        return [required(path, "one of datasetName and datasetUUID is required")]
    return []


def _with_items(one: Body, path: str) -> Problems:
    out = mode(one.get("defaultMode"), f"{path}.defaultMode")
    for n, item in items(one.get("items")):
        out += _key_to_path(item, f"{path}.items[{n}]")
    return out


def _key_to_path(item: Body, path: str) -> Problems:
    out = [required(f"{path}.{name}") for name in ("key", "path") if not item.get(name)]
    out += not_reserved(str(item.get("path") or ""), f"{path}.path")
    return out + mode(item.get("mode"), f"{path}.mode")


def _downward(one: Body, path: str) -> Problems:
    out = mode(one.get("defaultMode"), f"{path}.defaultMode")
    for _, item in items(one.get("items")):
        out += _downward_file(item, path)
    return out


def _downward_file(item: Body, path: str) -> Problems:
    text = str(item.get("path") or "")
    out = [] if text else [required(f"{path}.path")]
    out += not_reserved(text, f"{path}.path")
    if item.get("fieldRef") is not None:
        out += field_selector(body(item["fieldRef"]), f"{path}.fieldRef", _VOLUME_FIELDS)
        if item.get("resourceFieldRef") is not None:
            why = "fieldRef and resourceFieldRef can not be specified simultaneously"
            out.append(invalid_value(path, "resource", why))
    elif item.get("resourceFieldRef") is not None:
        where = f"{path}.resourceFieldRef"
        out += resource_selector(body(item["resourceFieldRef"]), where, volume=True)
    else:
        out.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    return out + mode(item.get("mode"), f"{path}.mode")


def _projected(one: Body, path: str) -> Problems:
    out = mode(one.get("defaultMode"), f"{path}.defaultMode")
    seen: set[str] = set()
    for n, part in items(one.get("sources")):
        where = f"{path}.sources[{n}]"
        for kind in ("secret", "configMap"):
            if part.get(kind) is not None:
                out += _projected_keys(body(part[kind]), f"{where}.{kind}", path, seen)
        for _, item in items(body(part.get("downwardAPI")).get("items")):
            out += _downward_file(item, f"{where}.downwardAPI")
            out += _twice(str(item.get("path") or ""), item.get("path"), path, seen)
        if part.get("serviceAccountToken") is not None:
            out += _token(body(part["serviceAccountToken"]), f"{where}.serviceAccountToken", path)
        if sum(value is not None for value in part.values()) > 1:
            out.append(field_forbidden(where, ONE_TYPE))
    return out


def _projected_keys(one: Body, path: str, whole: str, seen: set[str]) -> Problems:
    out = [] if one.get("name") else [required(f"{path}.name")]
    for n, item in items(one.get("items")):
        out += _key_to_path(item, f"{path}.items[{n}]")
        out += _twice(str(item.get("path") or ""), one.get("name") or "", whole, seen)
    return out


def _twice(text: str, shown: Any, path: str, seen: set[str]) -> Problems:
    if not text:
        return []
    if text in seen:
        return [invalid_value(path, shown, "conflicting duplicate paths")]
    seen.add(text)
    return []


def _token(one: Body, path: str, whole: str) -> Problems:
    out: Problems = []
    seconds = one.get("expirationSeconds")
    if isinstance(seconds, int) and seconds < 600:
        why = "may not specify a duration less than 10 minutes"
        out.append(invalid_value(f"{path}.expirationSeconds", seconds, why))
    if isinstance(seconds, int) and seconds > 1 << 32:
        why = "may not specify a duration larger than 2^32 seconds"
        out.append(invalid_value(f"{path}.expirationSeconds", seconds, why))
    if not one.get("path"):
        return [*out, required(f"{whole}.path")]
    return out + not_reserved(str(one["path"]), f"{whole}.path")


def _ephemeral(one: Body, path: str) -> Problems:
    from .storage import claim_spec

    template, where = one.get("volumeClaimTemplate"), f"{path}.volumeClaimTemplate"
    if template is None:
        return []
    meta = body(template.get("metadata"))
    out = annotation_texts(meta.get("annotations"), f"{where}.metadata.annotations")
    out += labels(meta.get("labels"), f"{where}.metadata.labels")
    for name in meta:
        if name not in ("annotations", "labels", "creationTimestamp"):
            out.append(field_forbidden(f"{where}.metadata.{name}", "cannot be set"))
    return out + claim_spec(body(template.get("spec")), f"{where}.spec")


def mode(value: Any, path: str) -> Problems:
    """Refuse what are no permissions of a file."""
    if value is None or 0 <= value <= 0o777:
        return []
    return [invalid_value(path, value, _MODE)]


def no_backsteps(text: str, path: str) -> Problems:
    """Refuse a path that goes up."""
    if ".." in text.split("/"):
        return [invalid_value(path, text, "must not contain '..'")]
    return []


def descending(text: str, path: str) -> Problems:
    """Refuse a path that is absolute or goes up."""
    out: Problems = []
    if posixpath.isabs(text):
        out.append(invalid_value(path, text, "must be a relative path"))
    return out + no_backsteps(text, path)


def not_reserved(text: str, path: str) -> Problems:
    """Refuse a path that is absolute, goes up, or begins with two dots."""
    out = descending(text, path)
    if text.startswith("..") and not text.startswith("../"):
        out.append(invalid_value(path, text, "must not start with '..'"))
    return out


_CHECKS: dict[str, Callable[[Body, str], Problems]] = {
    "emptyDir": _empty_dir,
    "hostPath": host_path,
    "local": local,
    "nfs": _nfs,
    "csi": csi,
    "flocker": _flocker,
    "secret": _with_items,
    "configMap": _with_items,
    "downwardAPI": _downward,
    "projected": _projected,
    "ephemeral": _ephemeral,
}
