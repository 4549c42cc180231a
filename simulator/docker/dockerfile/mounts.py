"""``RUN --mount=...`` and ``RUN --device=...``.

The keys of a mount are checked when its instruction is reached, because they may hold variables;
only `from` is read before, because the stage graph hangs on it.
Source: moby/buildkit `frontend/dockerfile/instructions` (commands_runmount, commands_rundevice),
read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import did_you_mean, parse_bool, parse_uint, quote

BIND, CACHE, TMPFS, SECRET, SSH = "bind", "cache", "tmpfs", "secret", "ssh"
_TYPES = (BIND, CACHE, SECRET, SSH, TMPFS)
_SHARING = ("locked", "private", "shared")
_KEY_NAMES = (
    "type from source target readonly id sharing required size mode uid gid src dst destination"
    " ro rw readwrite env"
)
_KEYS = _KEY_NAMES.split()
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?) ?([kmgtp]?)(i?)b?", re.IGNORECASE)
Expander = Callable[[str], str]


@dataclass(slots=True)
class Mount:
    """One mount of a RUN.

    size: bytes, of a tmpfs.   env: the variable that gets a secret.   readonly: also when nothing
    was said, for all but cache and tmpfs.
    """

    type: str = BIND
    source_from: str = ""
    source: str = ""
    target: str = ""
    readonly: bool = False
    size: int = 0
    id: str = ""
    sharing: str = ""
    required: bool = False
    env: str | None = None
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    said_readonly: bool = False


def csv_fields(text: str, what: str) -> list[str]:
    """Split at commas outside double quotes.   Raises DockerfileError naming `what`."""
    prefix = f"failed to parse csv {what}: "
    if not text:
        raise DockerfileError(prefix + "EOF")
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            value, at = _quoted_field(text, at, prefix)
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            value = text[at:end]
            if '"' in value:
                column = len(text[: at + value.index('"')].encode()) + 1
                raise DockerfileError(
                    f'{prefix}parse error on line 1, column {column}: bare " in non-quoted-field'
                )
            at = end
        fields.append(value)
        if at >= len(text):
            return fields
        at += 1


def _quoted_field(text: str, at: int, prefix: str) -> tuple[str, int]:
    out: list[str] = []
    at += 1
    while True:
        end = text.find('"', at)
        if end < 0:
            break
        out.append(text[at:end])
        if text.startswith('""', end):
            out.append('"')
            at = end + 2
            continue
        if end + 1 == len(text) or text[end + 1] == ",":
            return "".join(out), end + 1
        at = end
        break
    column = len(text[:at].encode()) + 1
    raise DockerfileError(
        f'{prefix}parse error on line 1, column {column}: extraneous or missing " in quoted-field'
    )


def early_mount(text: str) -> Mount:
    """Read what the stage graph needs of a mount: `from`.   Raises DockerfileError."""
    mount = Mount()
    for field in csv_fields(text, "mounts"):
        key, equals, value = field.partition("=")
        if equals and key.lower() == "from":
            if "$" in value[:-1]:
                raise DockerfileError(
                    f"'{key.lower()}' doesn't support variable expansion,"
                    " define alias stage instead"
                )
            mount.source_from = value
    return mount


def read_mount(text: str, expand: Expander) -> Mount:
    """Read a whole mount, variables expanded.   Raises DockerfileError."""
    mount = Mount()
    for field in csv_fields(text, "mounts"):
        key, equals, value = field.partition("=")
        key = key.lower()
        if equals:
            _set(mount, key, expand(value), field)
        else:
            _set_bare(mount, key, field)
    if not mount.said_readonly:
        mount.readonly = mount.type not in (CACHE, TMPFS)
    _check(mount)
    return mount


def _set_bare(mount: Mount, key: str, field: str) -> None:
    if key in ("readonly", "ro", "readwrite", "rw"):
        mount.readonly, mount.said_readonly = key in ("readonly", "ro"), True
    elif key == "required":
        _only_for(mount, key, (SECRET, SSH))
        mount.required = True
    else:
        raise DockerfileError(f"invalid field '{field}' must be a key=value pair")


def _set(mount: Mount, key: str, value: str, field: str) -> None:
    if key in ("readonly", "ro", "readwrite", "rw"):
        mount.readonly = _bool(key, value) == (key in ("readonly", "ro"))
        mount.said_readonly = True
    elif key in ("source", "src"):
        mount.source = value
    elif key in ("target", "dst", "destination"):
        mount.target = value
    elif key in _SETTERS:
        _SETTERS[key](mount, value)
    else:
        raise DockerfileError(f"unexpected key '{key}' in '{field}'" + did_you_mean(key, _KEYS))


def _bool(key: str, value: str) -> bool:
    found = parse_bool(value)
    if found is None:
        raise DockerfileError(f"invalid value for {key}: {value}")
    return found


def _only_for(mount: Mount, key: str, types: tuple[str, ...]) -> None:
    if mount.type not in types:
        raise DockerfileError(f"unexpected key '{key}' for mount type '{mount.type}'")


def _set_type(mount: Mount, value: str) -> None:
    if value.lower() not in _TYPES:
        raise DockerfileError(
            f"unsupported mount type {quote(value)}" + did_you_mean(value, _TYPES)
        )
    mount.type = value.lower()


def _set_from(mount: Mount, value: str) -> None:
    mount.source_from = value


def _set_id(mount: Mount, value: str) -> None:
    mount.id = value


def _set_env(mount: Mount, value: str) -> None:
    mount.env = value


def _set_sharing(mount: Mount, value: str) -> None:
    if value.lower() not in _SHARING:
        raise DockerfileError(
            f"unsupported sharing value {quote(value)}" + did_you_mean(value, _SHARING)
        )
    mount.sharing = value.lower()


def _set_required(mount: Mount, value: str) -> None:
    _only_for(mount, "required", (SECRET, SSH))
    mount.required = _bool("required", value)


def _set_size(mount: Mount, value: str) -> None:
    _only_for(mount, "size", (TMPFS,))
    found = _SIZE.fullmatch(value.strip(" "))
    if not found:
        raise DockerfileError(f"invalid value for size: {value}")
    power = " kmgtp".index(found[2].lower() or " ")
    mount.size = int(float(found[1]) * 1024**power)


def _number(key: str, value: str, base: int) -> int:
    found = parse_uint(value, base, 32)
    if found is None:
        raise DockerfileError(f"invalid value {value} for {key}")
    return found


def _set_mode(mount: Mount, value: str) -> None:
    mount.mode = _number("mode", value, 8)


def _set_uid(mount: Mount, value: str) -> None:
    mount.uid = _number("uid", value, 10)


def _set_gid(mount: Mount, value: str) -> None:
    mount.gid = _number("gid", value, 10)


_SETTERS: dict[str, Callable[[Mount, str], None]] = {
    "type": _set_type,
    "from": _set_from,
    "id": _set_id,
    "env": _set_env,
    "sharing": _set_sharing,
    "required": _set_required,
    "size": _set_size,
    "mode": _set_mode,
    "uid": _set_uid,
    "gid": _set_gid,
}


def _check(mount: Mount) -> None:
    if mount.type not in (SECRET, SSH, CACHE):
        for key in ("mode", "uid", "gid"):
            if getattr(mount, key) is not None:
                raise DockerfileError(f"{key} not allowed for {quote(mount.type)} type mounts")
    if mount.sharing and mount.type != CACHE:
        raise DockerfileError(f"invalid cache sharing set for {mount.type} mount")
    if mount.type == SECRET:
        if mount.source_from:
            raise DockerfileError("secret mount should not have a from")
        if not (mount.source or mount.target or mount.id):
            raise DockerfileError("invalid secret mount. one of source, target required")
        if mount.source and mount.id:
            raise DockerfileError("both source and id can't be set")


def read_device(text: str) -> dict[str, str | bool]:
    """Read a device.   Returns its name and whether it is required.   Raises DockerfileError."""
    name, required = "", False
    for field in csv_fields(text, "devices"):
        key, equals, value = field.partition("=")
        key = key.lower()
        if key == "required":
            required = _bool(key, value) if equals else True
        elif key == "name" and equals:
            if name:
                raise DockerfileError(f"device name already set to {name}")
            name = value
        elif not name:
            name = field
        elif not equals:
            raise DockerfileError(f"invalid field '{field}' must be a key=value pair")
        else:
            keys = ("name", "required")
            raise DockerfileError(f"unexpected key '{key}' in '{field}'" + did_you_mean(key, keys))
    return {"name": name, "required": required}
