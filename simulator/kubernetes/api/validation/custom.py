"""Custom objects, checked by the structural schema of their definition.

Source: kubernetes apiextensions-apiserver pkg/apiserver/validation and pruning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, copy

from ..kinds import Kind
from ..status import FieldError, FieldValue, invalid_value, required, unsupported
from .common import Problems

if TYPE_CHECKING:
    from ..server import ApiServer

KEEP = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"
ALWAYS = ("apiVersion", "kind", "metadata")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def schema_of(api: ApiServer, row: Kind) -> dict[str, Any]:
    """Give the schema of a custom kind's stored version; {} where there is none."""
    crd = api.store.get("CustomResourceDefinition", "", f"{row.plural}.{row.group}") or {}
    for version in (crd.get("spec") or {}).get("versions") or ():
        if version["name"] == row.version:
            return (version.get("schema") or {}).get("openAPIV3Schema") or {}
    return {}


def unknown_fields(schema: dict[str, Any], value: Any, path: str = "") -> list[str]:
    """Name the fields that a schema does not know (they would be pruned)."""
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [p for n, v in enumerate(value) for p in unknown_fields(items, v, f"{path}[{n}]")]
    if not isinstance(value, dict) or schema.get(KEEP) or not schema:
        return []
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    found: list[str] = []
    for name, item in sorted(value.items()):
        where = f"{path}.{name}" if path else name
        if name in known:
            found += unknown_fields(known[name], item, where)
        elif isinstance(extra, dict):
            found += unknown_fields(extra, item, where)
        elif not (extra is True or (not path and name in ALWAYS)):
            found.append(where)
    return found


def fill(schema: dict[str, Any], value: Any) -> None:
    """Fill in a schema's defaults, in place."""
    if isinstance(value, list):
        for item in value:
            fill(schema.get("items") or {}, item)
    if not isinstance(value, dict):
        return
    for name, inner in (schema.get("properties") or {}).items():
        if name not in value and "default" in inner:
            value[name] = copy(inner["default"])
        if name in value:
            fill(inner, value[name])


def problems(api: ApiServer, row: Kind, obj: Object) -> Problems:
    """Say what is wrong with a custom object."""
    schema = schema_of(api, row)
    return _check(schema, {k: v for k, v in obj.items() if k not in ALWAYS}, "") if schema else []


def _check(schema: dict[str, Any], value: Any, path: str) -> Problems:
    if value is None and schema.get("nullable"):
        return []
    wrong = _type_problem(schema, value, path)
    if wrong:
        return [wrong]
    out: Problems = []
    if isinstance(value, dict):
        out += [
            required(f"{path}.{name}".lstrip("."))
            for name in schema.get("required") or ()
            if name not in value and not (not path and name in ALWAYS)
        ]
        extra = schema.get("additionalProperties")
        for name, item in value.items():
            inner = (schema.get("properties") or {}).get(name, extra)
            if isinstance(inner, dict):
                out += _check(inner, item, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            out += _check(schema.get("items") or {}, item, f"{path}[{n}]")
        out += _count(schema, len(value), path)
    return out + _limits(schema, value, path)


def _type_problem(schema: dict[str, Any], value: Any, path: str) -> FieldError | None:
    wanted = schema.get("type")
    if schema.get(INT_OR_STRING):
        if isinstance(value, int | str) and not isinstance(value, bool):
            return None
        wanted = "integer,string"
    if not wanted:
        return None
    allowed = _TYPES.get(wanted, ())
    if isinstance(value, allowed) and (wanted == "boolean" or not isinstance(value, bool)):
        return None
    found = next((k for k, t in _TYPES.items() if type(value) in t), "null")
    return invalid_value(
        path, FieldValue(f'"{found}"'), f'{path} in body must be of type {wanted}: "{found}"'
    )


def _count(schema: dict[str, Any], count: int, path: str) -> Problems:
    lowest, highest = schema.get("minItems"), schema.get("maxItems")
    if lowest is not None and count < lowest:
        why = f"{path} in body should have at least {lowest} items"
        return [invalid_value(path, count, why)]
    if highest is not None and count > highest:
        body = f"Too many: {count}: must have at most {highest} items"
        return [FieldError("FieldValueTooMany", path, body)]
    return []


def _limits(schema: dict[str, Any], value: Any, path: str) -> Problems:
    out: Problems = []
    choices = schema.get("enum")
    if choices and value not in choices:
        out.append(unsupported(path, value, [str(one) for one in choices]))
    if isinstance(value, int | float) and not isinstance(value, bool):
        lowest, highest = schema.get("minimum"), schema.get("maximum")
        if lowest is not None and value < lowest:
            why = f"{path} in body should be greater than or equal to {lowest}"
            out.append(invalid_value(path, value, why))
        if highest is not None and value > highest:
            why = f"{path} in body should be less than or equal to {highest}"
            out.append(invalid_value(path, value, why))
    if isinstance(value, str):
        pattern = schema.get("pattern")
        if pattern and not _matches(pattern, value):
            why = f"{path} in body should match '{pattern}'"
            out.append(invalid_value(path, value, why))
        if len(value) < schema.get("minLength", 0):
            why = f"{path} in body should be at least {schema['minLength']} chars long"
            out.append(invalid_value(path, value, why))
        if len(value) > schema.get("maxLength", 1 << 30):
            body = f"Too long: may not be more than {schema['maxLength']} bytes"
            out.append(FieldError("FieldValueTooLong", path, body))
    return out


def _matches(pattern: str, value: str) -> bool:
    """Match a definition's pattern; one that cannot be compiled, or is costly, lets all pass."""
    if len(pattern) > 200 or len(value) > 1000 or re.search(r"[+*]\)[+*{]", pattern):
        return True
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True
