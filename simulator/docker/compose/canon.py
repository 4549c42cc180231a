"""Short syntaxes of a compose file brought into the long ones, and defaults.

Imitates compose-go's transform package. The document is of plain data, checked against the schema.
"""

from __future__ import annotations

from typing import Any

from . import syntax
from .errors import ComposeError
from .interpolate import Warnings

Row = dict[str, Any]
SECTIONS = ("networks", "volumes", "secrets", "configs")


def canonical(document: Row, warnings: Warnings) -> Row:
    """Give a document in long form; raises ComposeError."""
    result = dict(document)
    services = document.get("services")
    if isinstance(services, dict):
        result["services"] = {
            name: _service(name, row) if isinstance(row, dict) else row
            for name, row in services.items()
        }
    for section in SECTIONS:
        if isinstance(document.get(section), dict):
            result[section] = {
                key: _resource(f"{section}.{key}", row, warnings)
                for key, row in document[section].items()
            }
    return result


def _resource(place: str, row: Any, warnings: Warnings) -> Any:
    """Read `external: {name: x}`, the old way of saying it."""
    if not isinstance(row, dict) or not isinstance(row.get("external"), dict):
        return row
    name = row["external"].get("name")
    note = f"{place}: external.name is deprecated. Please set name and external: true"
    warnings.append(note)
    if name and row.get("name") and row["name"] != name:
        raise ComposeError(
            f"{place}: name and external.name conflict; only use name"
        )  # fmt: skip
    return {**row, "external": True, **({"name": name} if name else {})}


def _service(name: str, raw: Row) -> Row:
    row = dict(raw)
    for key, act in _SHAPES.items():
        if row.get(key) is not None:
            row[key] = act(row[key])
    for key in ("secrets", "configs"):
        if isinstance(row.get(key), list):
            row[key] = [_grant(one) for one in row[key]]
    if isinstance(row.get("dns"), list):
        row["dns"] = [one for one in row["dns"] if one]
    return row


def _grant(row: Any) -> Any:
    return {"source": row} if isinstance(row, str) else row


def _build(value: Any) -> Row:
    build: Row = {"context": value} if isinstance(value, str) else dict(value)
    if isinstance(build.get("secrets"), list):
        build["secrets"] = [_grant(one) for one in build["secrets"]]
    if build.get("additional_contexts") is not None:
        build["additional_contexts"] = syntax.pairs(build["additional_contexts"])
    if build.get("ssh") is not None:
        build["ssh"] = syntax.pairs(build["ssh"])
    return build


def _depends_on(value: Any) -> Row:
    usual = {"condition": "service_started", "required": True}
    if isinstance(value, list):
        return {str(one): dict(usual) for one in value}
    return {key: {**usual, **(row or {})} for key, row in value.items()}


def _env_files(value: Any) -> list[Row]:
    rows = value if isinstance(value, list) else [value]
    return [{"required": True, **(row if isinstance(row, dict) else {"path": row})} for row in rows]


def _networks(value: Any) -> Row:
    return dict.fromkeys(value) if isinstance(value, list) else dict(value)


def _devices(value: Any) -> list[Any]:
    return [_device(row) if isinstance(row, str) else row for row in value]


def _device(text: str) -> Row:
    source, _, rest = text.partition(":")
    target, _, permissions = (rest or source).partition(":")
    if text.count(":") > 2:
        raise ComposeError(f"confused by device mapping: {text}")
    return {"source": source, "target": target, "permissions": permissions or "rwm"}


def _volumes(value: Any) -> list[Any]:
    return [syntax.short_volume(row) if isinstance(row, str) else row for row in value]


def _gpus(value: Any) -> Any:
    return [{"count": "all"}] if isinstance(value, str) else value


_SHAPES = {
    "build": _build, "depends_on": _depends_on, "env_file": _env_files, "networks": _networks,
    "label_file": syntax.strings, "dns": syntax.strings, "volumes": _volumes,
    "devices": _devices, "ports": syntax.ports, "gpus": _gpus,
}  # fmt: skip


def with_defaults(document: Row) -> Row:
    """Give a document in long form with what compose adds where nothing is said."""
    services = document.get("services")
    if not isinstance(services, dict):
        return document
    return {**document, "services": {
        name: _defaults(row) if isinstance(row, dict) else row for name, row in services.items()
    }}  # fmt: skip


def _defaults(raw: Row) -> Row:
    row = dict(raw)
    if isinstance(row.get("build"), dict):
        row["build"] = {"context": ".", **row["build"]}
    if isinstance(row.get("secrets"), list):
        row["secrets"] = [
            {**one, "target": one.get("target") or f"/run/secrets/{one.get('source')}"}
            for one in row["secrets"]
        ]
    if isinstance(row.get("ports"), list):
        row["ports"] = [{"mode": "ingress", "protocol": "tcp", **one} for one in row["ports"]]
    if isinstance(row.get("gpus"), list):
        row["gpus"] = [_request(one) for one in row["gpus"]]
    deploy = row.get("deploy")
    wished = ((deploy or {}).get("resources") or {}).get("reservations") or {}
    if isinstance(deploy, dict) and wished.get("devices"):
        wished = {**wished, "devices": [_request(one) for one in wished["devices"]]}
        resources = {**deploy["resources"], "reservations": wished}
        row["deploy"] = {**deploy, "resources": resources}
    return row


def _request(row: Row) -> Row:
    return row if "count" in row or "device_ids" in row else {**row, "count": "all"}


# Rules that the schema cannot say


def check_rules(document: Row) -> None:
    """Refuse what contradicts itself within one thing. Imitates compose-go's validation package."""
    for name in sorted(document.get("volumes") or {}):
        _check_external(f"volumes.{name}", document["volumes"][name] or {})
    for section, keys in (("configs", ("file", "environment", "content")),
                          ("secrets", ("file", "environment"))):  # fmt: skip
        for name in sorted(document.get(section) or {}):
            _check_source(f"{section}.{name}", document[section][name] or {}, keys)
    for name, row in sorted((document.get("services") or {}).items()):
        _check_requests(name, row or {})


def _check_external(place: str, row: Row) -> None:
    if not row.get("external"):
        return
    other = [k for k in row if k not in ("name", "external") and not k.startswith("x-")]
    if other:
        raise ComposeError(f'{place}: conflicting parameters "external" and "{other[0]}" specified')


def _check_source(place: str, row: Row, keys: tuple[str, ...]) -> None:
    count = sum(1 for key in keys if key in row)
    if count > 1:
        raise ComposeError(f"{place}: {'|'.join(keys)} attributes are mutually exclusive")
    if not count and "driver" not in row and "external" not in row:
        raise ComposeError(f"{place}: one of {'|'.join(keys)} must be set")


def _check_requests(name: str, row: Row) -> None:
    wished = ((row.get("deploy") or {}).get("resources") or {}).get("reservations") or {}
    for place, rows in ((f"services.{name}.gpus", row.get("gpus")),
                        (f"services.{name}.deploy.resources.reservations.devices",
                         wished.get("devices"))):  # fmt: skip
        for one in rows or []:
            if "count" in one and "device_ids" in one:
                raise ComposeError(f'{place}.[]: "count" and "device_ids" attributes are exclusive')
    for one in (row.get("develop") or {}).get("watch") or []:
        if not one.get("path"):
            raise ComposeError(f"services.{name}.develop.watch.[].path: value can't be blank")
