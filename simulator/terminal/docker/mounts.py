"""`--mount`: one mount as key=value pairs.   Source: docker/cli opts/mount.go."""

from __future__ import annotations

import csv
from typing import Any

from .values import FALSE, TRUE, size_of

NAMES = {"type": "Type", "source": "Source", "src": "Source", "target": "Target", "dst": "Target",
         "destination": "Target", "consistency": "Consistency"}  # fmt: skip
RECURSIVE = ("enabled", "disabled", "writable", "readonly")
MIXED = (("volume", "VolumeOptions"), ("image", "ImageOptions"), ("bind", "BindOptions"),
         ("tmpfs", "TmpfsOptions"))  # fmt: skip

Mount = dict[str, Any]


class MountError(Exception):
    """A mount that the client refuses."""


def parse_mount(text: str) -> Mount:
    """Read one `--mount` text as a row of HostConfig.Mounts; raises MountError."""
    if not text:
        raise MountError("EOF")
    mount: Mount = {"Type": "volume"}
    for part in next(csv.reader([text])):
        key, mark, value = part.partition("=")
        key = key.strip().lower()
        if not mark and key not in ("readonly", "ro", "volume-nocopy", "bind-nonrecursive"):
            raise MountError(f"invalid field '{part}' must be a key=value pair")
        if not _plain(mount, key, mark, value) and not _options(mount, key, mark, value):
            raise MountError(f"unexpected key '{key}' in '{part}'")
    if not mount["Type"]:
        raise MountError("type is required")
    if not mount.get("Target"):
        raise MountError("target is required")
    for kind, field in MIXED:
        if field in mount and mount["Type"] != kind:
            raise MountError(f"cannot mix '{kind}-*' options with mount type '{mount['Type']}'")
    return mount


def _plain(mount: Mount, key: str, mark: str, value: str) -> bool:
    if key in NAMES:
        mount[NAMES[key]] = value.lower() if key in ("type", "consistency") else value
    elif key in ("readonly", "ro"):
        mount["ReadOnly"] = _switch(key, mark, value)
    else:
        return False
    return True


def _options(mount: Mount, key: str, mark: str, value: str) -> bool:
    """Take the options of one type of mount."""
    kind = key.partition("-")[0]
    if key == "bind-propagation":
        mount.setdefault("BindOptions", {})["Propagation"] = value.lower()
    elif key == "bind-nonrecursive":
        mount.setdefault("BindOptions", {})["NonRecursive"] = _switch(key, mark, value)
    elif key == "bind-recursive":
        if value not in RECURSIVE:
            known = '"enabled", "disabled", "writable", or "readonly"'
            raise MountError(f"invalid value for {key}: {value} (must be {known})")
        mount.setdefault("BindOptions", {})["Recursive"] = value
    elif key == "volume-nocopy":
        mount.setdefault("VolumeOptions", {})["NoCopy"] = _switch(key, mark, value)
    elif key in ("volume-subpath", "image-subpath"):
        mount.setdefault(f"{kind.capitalize()}Options", {})["Subpath"] = value
    elif key == "volume-driver":
        mount.setdefault("VolumeOptions", {}).setdefault("DriverConfig", {})["Name"] = value
    elif key in ("volume-label", "volume-opt"):
        options = mount.setdefault("VolumeOptions", {})
        if key == "volume-opt":
            options = options.setdefault("DriverConfig", {})
        name, _, content = value.partition("=")
        options.setdefault("Labels" if key == "volume-label" else "Options", {})[name] = content
    elif key == "tmpfs-size":
        found = size_of(value)
        if isinstance(found, str):
            raise MountError(f"invalid value for {key}: {value}")
        mount.setdefault("TmpfsOptions", {})["SizeBytes"] = found
    elif key == "tmpfs-mode":
        if not value or set(value) - set("01234567"):
            raise MountError(f"invalid value for {key}: {value}")
        mount.setdefault("TmpfsOptions", {})["Mode"] = int(value, 8)
    else:
        return False
    return True


def _switch(key: str, mark: str, value: str) -> bool:
    if mark and value not in TRUE + FALSE:
        raise MountError(f"invalid value for {key}: {value}")
    return not mark or value in TRUE
