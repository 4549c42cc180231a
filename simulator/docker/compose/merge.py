"""Lays one compose file over another, and a service over the one that it extends.

Mappings are merged, lists are joined, single values and commands are replaced; then what a list
says twice is dropped: ports by what they publish, mounts by where they are mounted.
Imitates compose-go's override package.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import syntax
from .errors import ComposeError
from .places import Place, at, shown

Merger = Callable[[Any, Any, Place], Any]
Indexer = Callable[[Any, Place], str]


def merge(under: Any, over: Any, place: Place = ()) -> Any:
    """Give `under` with `over` laid on it; neither is changed. Raises ComposeError."""
    special = at(_SPECIAL, place)
    if special is not None:
        return special(under, over, place)
    if over is None:
        return under
    if isinstance(under, dict):
        if not isinstance(over, dict):
            raise ComposeError(f"cannot override {shown(place)}")
        return _mappings(under, over, place)
    if isinstance(under, list):
        if not isinstance(over, list):
            raise ComposeError(f"cannot override {shown(place)}")
        return [*under, *over]
    return over


def _mappings(under: Any, over: Any, place: Place) -> Any:
    if not isinstance(under or {}, dict) or not isinstance(over or {}, dict):
        return over
    result = dict(under or {})
    for name, value in (over or {}).items():
        known = name in result and not name.startswith("x-")
        result[name] = merge(result[name], value, (*place, name)) if known else value
    return result


def _replaced(under: Any, over: Any, place: Place) -> Any:
    return over


def _ulimit(under: Any, over: Any, place: Place) -> Any:
    return over


def _joined(under: Any, over: Any, place: Place) -> Any:
    return [*_sequence(under), *_sequence(over)]


def _hosts(under: Any, over: Any, place: Place) -> Any:
    first = _sequence(under)
    return [*first, *(row for row in _sequence(over) if row not in first)]


def _sequence(value: Any) -> list[Any]:
    """Write a mapping as a list of NAME=value, as compose does before it joins two."""
    if isinstance(value, dict):
        rows: list[str] = []
        for key, item in value.items():
            items = item if isinstance(item, list) else [item]
            rows += [key if one is None else f"{key}={syntax.text(one)}" for one in items]
        return sorted(rows)
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []


def _build(under: Any, over: Any, place: Place) -> Any:
    long = [{"context": one} if isinstance(one, str) else one for one in (under, over)]
    return _mappings(long[0], long[1], place)


def _dependencies(under: Any, over: Any, place: Place) -> Any:
    usual = {"condition": "service_started", "required": True}
    return _mappings(_mapping(under, usual), _mapping(over, usual), place)


def _networks(under: Any, over: Any, place: Place) -> Any:
    return _mappings(_mapping(under, None), _mapping(over, None), place)


def _mapping(value: Any, usual: dict[str, Any] | None) -> Any:
    if isinstance(value, list):
        return {str(key): dict(usual) if usual else None for key in value}
    return value


def _logging(under: Any, over: Any, place: Place) -> Any:
    both = [one for one in (under, over) if isinstance(one, dict)]
    drivers = [one["driver"] for one in both if "driver" in one]
    if len(drivers) < 2 or drivers[0] == drivers[1]:
        return _mappings(under, over, place)
    return over


def _pools(under: Any, over: Any, place: Place) -> Any:
    """Merge address pools by their subnet."""
    if not isinstance(under, list) or not isinstance(over, list):
        return over
    found: dict[str, Any] = {}
    for row in [*under, *over]:
        key = str(row.get("subnet")) if isinstance(row, dict) else str(row)
        found[key] = _mappings(found.get(key), row, place)
    return list(found.values())


_SPECIAL: dict[str, Merger] = {
    "networks.*.ipam.config": _pools, "networks.*.labels": _joined, "volumes.*.labels": _joined,
    "services.*.annotations": _joined, "services.*.build": _build,
    "services.*.build.args": _joined, "services.*.build.additional_contexts": _joined,
    "services.*.build.extra_hosts": _hosts, "services.*.build.labels": _joined,
    "services.*.command": _replaced, "services.*.depends_on": _dependencies,
    "services.*.deploy.labels": _joined, "services.*.dns": _joined, "services.*.dns_opt": _joined,
    "services.*.dns_search": _joined, "services.*.entrypoint": _replaced,
    "services.*.env_file": _joined, "services.*.label_file": _joined,
    "services.*.environment": _joined, "services.*.extra_hosts": _hosts,
    "services.*.healthcheck.test": _replaced, "services.*.labels": _joined,
    "services.*.logging": _logging, "services.*.networks": _networks,
    "services.*.sysctls": _joined, "services.*.tmpfs": _joined, "services.*.ulimits.*": _ulimit,
}  # fmt: skip


# What a list says twice


def unique(value: Any, place: Place = ()) -> Any:
    """Give a document with each list's later word in the place of the earlier; ComposeError."""
    if isinstance(value, dict):
        return {key: unique(item, (*place, key)) for key, item in value.items()}
    indexer = at(_UNIQUE, place) if isinstance(value, list) else None
    if indexer is None:
        return value
    found: dict[str, Any] = {}
    for number, item in enumerate(value):
        found[indexer(item, (*place, f"[{number}]"))] = item
    return list(found.values())


def _by_name(item: Any, place: Place) -> str:
    if not isinstance(item, str):
        raise ComposeError(f"{shown(place)}: unexpected type {go_type(item)}")
    return item.partition("=")[0]


def go_type(item: Any) -> str:
    """Name a value's type as Go does."""
    names = {bool: "bool", int: "int", float: "float64", str: "string", type(None): "<nil>"}
    return names.get(type(item)) or (
        "map[string]interface {}" if isinstance(item, dict) else "[]interface {}"
    )


def _by_target(item: Any, place: Place) -> str:
    if isinstance(item, dict):
        if not isinstance(item.get("target"), str):
            what = "device" if "devices" in place else "volume"
            raise ComposeError(f"service {what} {shown(place)} is missing a mount target")
        return str(item["target"])
    return str(syntax.short_volume(item)["target"]) if isinstance(item, str) else ""


def _by_device(item: Any, place: Place) -> str:
    if isinstance(item, str):
        return (item.split(":") * 2)[1] if ":" in item else item
    return _by_target(item, place)


def _by_mount(folder: str) -> Indexer:
    def index(item: Any, place: Place) -> str:
        if isinstance(item, str):
            return f"{folder}/{item}"
        if isinstance(item, dict):
            return str(item.get("target") or f"{folder}/{item.get('source')}")
        raise ComposeError(f"{shown(place)}: unsupported expose value {item}")

    return index


def _by_port(item: Any, place: Place) -> str:
    if isinstance(item, dict):
        if not item.get("target"):
            raise ComposeError(f"service ports {shown(place)} is missing a target port")
        host, protocol = item.get("host_ip") or "0.0.0.0", item.get("protocol") or "tcp"
        return f"{host}:{item.get('published')}:{item['target']}/{protocol}"
    return str(item)


def _by_path(item: Any, place: Place) -> str:
    return str(item.get("path")) if isinstance(item, dict) else str(item)


def _by_number(item: Any, place: Place) -> str:
    return re.sub(r"\.0$", "", str(item))


_NAMED = (
    "networks.*.labels services.*.annotations services.*.build.args "
    "services.*.build.additional_contexts services.*.build.tags services.*.build.labels "
    "services.*.cap_add services.*.cap_drop services.*.deploy.labels services.*.dns "
    "services.*.dns_opt services.*.dns_search services.*.environment services.*.labels "
    "services.*.links services.*.networks.*.aliases services.*.networks.*.link_local_ips "
    "services.*.profiles services.*.sysctls services.*.tmpfs"
)
_UNIQUE: dict[str, Indexer] = {
    **dict.fromkeys(_NAMED.split(), _by_name), "services.*.configs": _by_mount(""),
    "services.*.devices": _by_device, "services.*.env_file": _by_path,
    "services.*.expose": _by_number, "services.*.ports": _by_port,
    "services.*.secrets": _by_mount("/run/secrets"), "services.*.volumes": _by_target,
}  # fmt: skip


def clear(document: Any, paths: list[Place]) -> Any:
    """Give a document without what lies at some paths (`!reset`, `!override` of a later file)."""
    for path in paths:
        document = _without(document, path)
    return document


def _without(value: Any, path: Place) -> Any:
    if not isinstance(value, dict) or not path or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}
    return {**value, path[0]: _without(value[path[0]], path[1:])}
