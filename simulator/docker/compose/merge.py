"""Lays one compose file over another, and a service over the one that it extends.

Mappings are merged, lists are joined, single values and commands are replaced; ports and mounts
are told apart by what they publish and where they are mounted. Source: the Compose Specification,
chapter "Merge".
"""

from __future__ import annotations

from typing import Any

REPLACED = ("command", "entrypoint", "test")
"""Lists that a later file replaces as a whole."""


def merge(under: Any, over: Any, key: str = "") -> Any:
    """Give `under` with `over` laid on it; neither is changed."""
    if over is None:
        return under
    if isinstance(under, dict) and isinstance(over, dict):
        result = dict(under)
        for name, value in over.items():
            result[name] = merge(under[name], value, name) if name in under else value
        return result
    if isinstance(under, list) and isinstance(over, list) and key not in REPLACED:
        return _join(under, over, key)
    return over


def clear(document: Any, paths: list[tuple[str, ...]]) -> Any:
    """Give a document without what lies at some paths (`!reset`, `!override` of a later file)."""
    for path in paths:
        document = _without(document, path)
    return document


def _without(value: Any, path: tuple[str, ...]) -> Any:
    if not isinstance(value, dict) or not path or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}
    return {**value, path[0]: _without(value[path[0]], path[1:])}


def _join(under: list[Any], over: list[Any], key: str) -> list[Any]:
    found: dict[str, Any] = {}
    for item in [*under, *over]:
        found[_identity(item, key)] = item
    return list(found.values())


def _identity(item: Any, key: str) -> str:
    """Say by what two items of a list are the same."""
    if isinstance(item, dict):
        if key == "volumes":
            return str(item.get("target"))
        if key == "ports":
            return " ".join(
                str(item.get(field)) for field in ("host_ip", "published", "target", "protocol")
            )
        for field in ("path", "source"):
            if field in item:
                return str(item[field])
    return str(item)
