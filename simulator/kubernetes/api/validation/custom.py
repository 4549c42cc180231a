"""Custom objects, checked by the structural schema of their definition.

Source: kubernetes apiextensions-apiserver pkg/apiserver/validation and pruning.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, copy

from ..kinds import Kind
from ..status import (
    FieldError,
    FieldValue,
    duplicate,
    invalid_value,
    required,
    too_many,
    unsupported,
)
from . import custom_rules
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


def schema_of(api: ApiServer, row: Kind, version: str = "") -> dict[str, Any]:
    """Give the schema of one version of a custom kind; {} where there is none."""
    found = version_of(api, row, version)
    return (found.get("schema") or {}).get("openAPIV3Schema") or {}


def version_of(api: ApiServer, row: Kind, version: str = "") -> dict[str, Any]:
    """Give what a definition says of one version (the preferred one); {} where it is gone."""
    crd = api.store.get("CustomResourceDefinition", "", f"{row.plural}.{row.group}") or {}
    versions: list[dict[str, Any]] = (crd.get("spec") or {}).get("versions") or []
    return next((one for one in versions if one["name"] == (version or row.version)), {})


def prune(schema: dict[str, Any], value: Any, top: bool = True) -> None:
    """Drop the fields that a schema does not know, in place."""
    if isinstance(value, list):
        for item in value:
            prune(schema.get("items") or {}, item, False)
    if not isinstance(value, dict) or not schema:
        return
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for name in list(value):
        if name in known:
            prune(known[name], value[name], False)
        elif isinstance(extra, dict):
            prune(extra, value[name], False)
        elif not (extra is True or schema.get(KEEP) or (top and name in ALWAYS)):
            del value[name]


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
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for name, inner in known.items():
        absent = value.get(name) is None and not (name in value and inner.get("nullable"))
        if absent and "default" in inner:
            value[name] = copy(inner["default"])
        if name in value:
            fill(inner, value[name])
    for name in value:
        if name not in known and isinstance(extra, dict):
            fill(extra, value[name])


def problems(api: ApiServer, row: Kind, obj: Object, old: Object | None = None) -> Problems:
    """Say what is wrong with a custom object, and with how it changed."""
    schema = schema_of(api, row)
    if not schema:
        return []
    wrong = _check(schema, {k: v for k, v in obj.items() if k not in ALWAYS}, "")
    return wrong + custom_rules.problems(schema, obj, old, wrong)


def value_problems(schema: dict[str, Any], value: Any) -> Problems:
    """Say what of a value its schema does not allow."""
    return _check(schema, value, "")


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
        out += _repeated(schema, value, path)
    return out + _limits(schema, value, path) + _combined(schema, value, path)


def _repeated(schema: dict[str, Any], value: list[Any], path: str) -> Problems:
    """Refuse what stands twice in a set, or has the keys of another item of a map."""
    form, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys")
    seen: list[Any] = []
    out: Problems = []
    for n, item in enumerate(value):
        shown = item
        if form == "map" and isinstance(item, dict):
            shown = {key: item.get(key) for key in keys or ()}
        elif form != "set":
            continue
        if shown in seen:
            text = shown
            if isinstance(shown, dict):
                inside = json.dumps(shown, separators=(", ", ":"))
                text = FieldValue(f"map[string]interface {{}}{inside}")
            out.append(duplicate(f"{path}[{n}]", text))
        seen.append(shown)
    return out


def _combined(schema: dict[str, Any], value: Any, path: str) -> Problems:
    """Check allOf, anyOf, oneOf and not."""
    empty = FieldValue('""')
    out: Problems = []
    if any(_check(one, value, path) for one in schema.get("allOf") or ()):
        out += [p for one in schema["allOf"] for p in _check(one, value, path)]
        out.append(invalid_value(path, empty, f'"{path}" must validate all the schemas (allOf)'))
    choices = schema.get("anyOf") or ()
    if choices and all(_check(one, value, path) for one in choices):
        why = f'"{path}" must validate at least one schema (anyOf)'
        out.append(invalid_value(path, empty, why))
    choices = schema.get("oneOf") or ()
    fitting = sum(not _check(one, value, path) for one in choices)
    if choices and fitting != 1:
        found = f"Found {fitting} valid alternatives" if fitting else "Found none valid"
        why = f'"{path}" must validate one and only one schema (oneOf). {found}'
        out.append(invalid_value(path, empty, why))
    if schema.get("not") and not _check(schema["not"], value, path):
        out.append(invalid_value(path, empty, f'"{path}" must not validate the schema (not)'))
    return out


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
    wrong = invalid_value(
        path, FieldValue(f'"{found}"'), f'{path} in body must be of type {wanted}: "{found}"'
    )
    return FieldError("FieldValueTypeInvalid", wrong.field, wrong.body)


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
        out += _range(schema, value, path)
    if isinstance(value, dict):
        lowest, highest = schema.get("minProperties"), schema.get("maxProperties")
        if lowest is not None and len(value) < lowest:
            why = f"{path} in body should have at least {lowest} properties"
            out.append(invalid_value(path, len(value), why))
        if highest is not None and len(value) > highest:
            out.append(too_many(path, len(value), highest))
    if isinstance(value, str):
        form = schema.get("format")
        if form in _FORMATS and not re.fullmatch(_FORMATS[form], value):
            why = f'{path} in body must be of type {form}: "{value}"'
            out.append(invalid_value(path, value, why))
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


def _range(schema: dict[str, Any], value: float, path: str) -> Problems:
    out: Problems = []
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if lowest is not None and (value < lowest or (above and value == lowest)):
        why = "greater than" if above else "greater than or equal to"
        out.append(invalid_value(path, value, f"{path} in body should be {why} {lowest:g}"))
    if highest is not None and (value > highest or (below and value == highest)):
        why = "less than" if below else "less than or equal to"
        out.append(invalid_value(path, value, f"{path} in body should be {why} {highest:g}"))
    step = schema.get("multipleOf")
    if step and abs(value / step - round(value / step)) > 1e-9:
        out.append(invalid_value(path, value, f"{path} in body should be a multiple of {step:g}"))
    return out


_FORMATS = {
    "date-time": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)",
    "date": r"\d{4}-\d\d-\d\d",
    "ipv4": r"(\d{1,3}\.){3}\d{1,3}",
    "uuid": r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}",
    "email": r"[^@\s]+@[^@\s]+",
    "duration": r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+|0",
}


def _matches(pattern: str, value: str) -> bool:
    """Match a definition's pattern; one that cannot be compiled, or is costly, lets all pass."""
    if len(pattern) > 200 or len(value) > 1000 or re.search(r"[+*]\)[+*{]", pattern):
        return True
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True
