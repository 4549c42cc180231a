"""What a project means although its files do not say it: networks, names, dependencies.

Imitates compose-go's loader/normalize.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import syntax
from .loader import VALUE

Document = dict[str, Any]
SECTIONS = ("networks", "volumes", "secrets", "configs")
SHARED = ("network_mode", "ipc", "pid", "uts", "cgroup")


def normalized(document: Document, project: str, env: Mapping[str, str]) -> Document:
    """Give a project's document, in long form, with all that is implied."""
    data = dict(document)
    services = {
        name: _service(row or {}, env) for name, row in (data.get("services") or {}).items()
    }
    data["services"] = services
    for section in SECTIONS:
        data[section] = {key: dict(row or {}) for key, row in (data.get(section) or {}).items()}
    if any("default" in (one.get("networks") or {}) for one in services.values()):
        data["networks"].setdefault("default", {})
    for section in SECTIONS:
        for key, row in data[section].items():
            _name(project, key, row)
            if "labels" in row:
                row["labels"] = syntax.labels(row["labels"])
            if "driver_opts" in row:
                rows = row["driver_opts"] or {}
                row["driver_opts"] = {name: syntax.text(one) or "" for name, one in rows.items()}
    for row in data["configs"].values():
        if VALUE in row:
            row["content"] = row[VALUE]
    return data


def _name(project: str, key: str, row: Document) -> None:
    if not row.get("name"):
        row["name"] = key if row.get("external") else f"{project}_{key}"


def _service(raw: Document, env: Mapping[str, str]) -> Document:
    row = dict(raw)
    if "network_mode" not in row and "provider" not in row and not row.get("networks"):
        row["networks"] = {"default": None}
    if row.get("pull_policy") == "if_not_present":
        row["pull_policy"] = "missing"
    if row.get("build") is not None:
        row["build"] = _build(row["build"], env)
    if row.get("environment") is not None:
        row["environment"] = {
            key: env.get(key) if value is None else value
            for key, value in syntax.pairs(row["environment"]).items()
        }
    if row.get("volumes"):
        row["volumes"] = [{**one, "target": syntax.clean(one["target"])} for one in row["volumes"]]
    needed = _implied(row)
    if needed or row.get("depends_on"):
        row["depends_on"] = {**needed, **(row.get("depends_on") or {})}
    return row


def _build(raw: Document, env: Mapping[str, str]) -> Document:
    build = dict(raw)
    if build.get("dockerfile") is None and build.get("dockerfile_inline") is None:
        build["dockerfile"] = "Dockerfile"
    if build.get("args") is not None:
        pairs = syntax.pairs(build["args"])
        given = {key: env.get(key) if one is None else one for key, one in pairs.items()}
        build["args"] = {key: one for key, one in given.items() if one is not None}
    return build


def _implied(row: Document) -> Document:
    """Name the services that a service needs because it uses something of theirs."""
    found: Document = {}
    usual = {"condition": "service_started", "restart": True, "required": True}
    for link in row.get("links") or []:
        parts = str(link).split(":")
        found[parts[0] if len(parts) == 2 else str(link)] = dict(usual)
    for key in SHARED:
        kind, _, name = str(row.get(key) or "").partition(":")
        if kind == "service":
            found.setdefault(name, dict(usual))
    for text in row.get("volumes_from") or []:
        if not str(text).startswith("container:"):
            found.setdefault(str(text).partition(":")[0], {**usual, "restart": False})
    return found
