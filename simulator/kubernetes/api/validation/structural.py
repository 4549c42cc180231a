"""Schemas of custom kinds: what they may use, and that they say what every field is.

Source: apiextensions-apiserver v0.32 pkg/apis/apiextensions/validation and
pkg/apiserver/schema/validation.go ("structural schemas").
"""

from __future__ import annotations

from typing import Any

from ..expressions import problem
from ..status import FieldError, FieldValue, field_forbidden, invalid_value, required, unsupported
from . import custom
from .common import Body, Problems, body, items
from .custom import INT_OR_STRING, KEEP

TYPES = ("array", "boolean", "integer", "number", "object", "string")
EMBEDDED = "x-kubernetes-embedded-resource"
LIST_TYPE, MAP_KEYS, MAP_TYPE = (
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
_UNSUPPORTED = ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")
_JUNCTORS = ("allOf", "oneOf", "anyOf")
_EMPTY = {
    "root": "must not be empty at the root",
    "item": "must not be empty for specified array items",
    "field": "must not be empty for specified object fields",
}


def schema_problems(schema: Body, path: str) -> Problems:
    """Check the schema of one version."""
    if not schema:
        return []
    found = sorted(_structure(schema, "root", path), key=str)
    wrong = _use(schema, path) + found
    return wrong or _defaults(schema, path)


def _defaults(schema: Any, path: str) -> Problems:
    """Check that each default is what its own schema asks for."""
    if not isinstance(schema, dict):
        return []
    out: Problems = []
    if schema.get("default") is not None:
        for one in custom.value_problems(schema, schema["default"]):
            where = f"{path}.default.{one.field}".removesuffix(".")
            out.append(FieldError(one.reason, where, one.body))
    for name, inner in sorted(body(schema.get("properties")).items()):
        out += _defaults(inner, f"{path}.properties[{name}]")
    for name in ("items", "additionalProperties"):
        out += _defaults(schema.get(name), f"{path}.{name}")
    return out


def _use(schema: Any, path: str) -> Problems:
    """Refuse what schemas of custom kinds may not use."""
    if not isinstance(schema, dict):
        return []
    out: Problems = []
    kind = schema.get("type")
    if kind and kind not in TYPES:
        out.append(unsupported(f"{path}.type", kind, TYPES))
    for field in _UNSUPPORTED:
        if schema.get(field):
            out.append(field_forbidden(f"{path}.{field}", f"{field} is not supported"))
    if kind == "null":
        why = "type cannot be set to null, use nullable as an alternative"
        out.append(field_forbidden(f"{path}.type", why))
    if isinstance(schema.get("items"), list):
        why = "items must be a schema object and not an array"
        out.append(field_forbidden(f"{path}.items", why))
    if schema.get("uniqueItems"):
        why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        out.append(field_forbidden(f"{path}.uniqueItems", why))
    more = schema.get("additionalProperties")
    if more is not None and more is not True and schema.get("properties"):
        why = "additionalProperties and properties are mutual exclusive"
        out.append(field_forbidden(f"{path}.additionalProperties", why))
    out += _use(more, f"{path}.additionalProperties")
    for name, inner in sorted(body(schema.get("properties")).items()):
        out += _use(inner, f"{path}.properties[{name}]")
    out += _use(schema.get("not"), f"{path}.not")
    for word in _JUNCTORS:
        for n, inner in enumerate(schema.get(word) or ()):
            out += _use(inner, f"{path}.{word}[{n}]")
    return out + _use(schema.get("items"), f"{path}.items") + _extensions(schema, path)


def _extensions(schema: Body, path: str) -> Problems:
    """Check the fields that only Kubernetes has."""
    out: Problems = []
    kind, of_list, keys = schema.get("type"), schema.get(LIST_TYPE), schema.get(MAP_KEYS)
    if schema.get(KEEP) is False:
        out.append(invalid_value(f"{path}.{KEEP}", False, "must be true or undefined"))
    if schema.get(MAP_TYPE) is not None and kind != "object":
        out.append(_must_be(path, kind, f"must be object if {MAP_TYPE} is specified"))
    if schema.get(MAP_TYPE) not in (None, "atomic", "granular"):
        allowed = ("atomic", "granular")
        out.append(unsupported(f"{path}.{MAP_TYPE}", schema[MAP_TYPE], allowed))
    if of_list is not None and kind != "array":
        out.append(_must_be(path, kind, f"must be array if {LIST_TYPE} is specified"))
    if of_list not in (None, "atomic", "set", "map"):
        out.append(unsupported(f"{path}.{LIST_TYPE}", of_list, ("atomic", "map", "set")))
    if keys and of_list is None:
        why = f"must be map if {MAP_KEYS} is non-empty"
        out.append(required(f"{path}.{LIST_TYPE}", why))
    elif keys and of_list != "map":
        why = f"must be map if {MAP_KEYS} is non-empty"
        out.append(invalid_value(f"{path}.{LIST_TYPE}", of_list, why))
    if of_list == "map" and not keys:
        why = f"must not be empty if {LIST_TYPE} is map"
        out.append(required(f"{path}.{MAP_KEYS}", why))
    return out + _rules(schema, path)


def _rules(schema: Body, path: str) -> Problems:
    """Refuse rules that cannot be read."""
    out: Problems = []
    for n, rule in items(schema.get("x-kubernetes-validations")):
        text = str(rule.get("rule") or "")
        where = f"{path}.x-kubernetes-validations[{n}].rule"
        wrong = problem(text) if text.strip() else ""
        if not text.strip():
            out.append(required(where, "rule is not specified"))
        elif wrong:
            value = FieldValue(
                f'apiextensions.ValidationRule{{Rule:"{text}", '
                f'Message:"{rule.get("message") or ""}", MessageExpression:"", '
                'Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", '
                "OptionalOldSelf:(*bool)(nil)}"
            )
            out.append(invalid_value(where, value, f"compilation failed: {wrong}"))
    return out


def _must_be(path: str, kind: Any, why: str) -> Any:
    where = f"{path}.type"
    return invalid_value(where, kind, why) if kind else required(where, why)


def _structure(schema: Any, level: str, path: str) -> Problems:
    """Refuse a schema that leaves open what a field is."""
    if not isinstance(schema, dict):
        return []
    out = _structure(schema.get("items"), "item", f"{path}.items")
    properties = body(schema.get("properties"))
    for name, inner in sorted(properties.items()):
        out += _structure(inner, "field", f"{path}.properties[{name}]")
    more = schema.get("additionalProperties")
    if more is not None and level == "root":
        out.append(field_forbidden(f"{path}.additionalProperties", "must not be used at the root"))
    out += _structure(more, "field", f"{path}.additionalProperties")
    out += _kind(schema, level, path)
    if level == "root" or schema.get(EMBEDDED):
        out += _metadata(properties, path)
    for word in _JUNCTORS:
        for n, inner in enumerate(schema.get(word) or ()):
            out += _junctor(body(inner), f"{path}.{word}[{n}]", bool(schema.get(INT_OR_STRING)))
    return out + _junctor(body(schema.get("not")), f"{path}.not", False)


def _kind(schema: Body, level: str, path: str) -> Problems:
    """Check that a schema says what it is, once."""
    kind, where = schema.get("type") or "", f"{path}.type"
    mixed, embedded = schema.get(INT_OR_STRING), schema.get(EMBEDDED)
    out: Problems = []
    if embedded and kind != "object":
        out.append(_must_be(path, kind, f"must be object if {EMBEDDED} is true"))
    elif not kind and not mixed and not schema.get(KEEP):
        out.append(required(where, _EMPTY[level]))
    if kind and level == "root" and kind != "object":
        out.append(invalid_value(where, kind, "must be object at the root"))
    if mixed and kind:
        out.append(invalid_value(where, kind, f"must be empty if {INT_OR_STRING} is true"))
    if mixed and schema.get(KEEP):
        why = f"must be false if {INT_OR_STRING} is true"
        out.append(invalid_value(f"{path}.{KEEP}", True, why))
    if kind == "array" and schema.get("items") is None:
        out.append(required(f"{path}.items", "must be specified"))
    if embedded and not schema.get(KEEP) and not schema.get("properties"):
        why = f"must not be empty if {EMBEDDED} is true without {KEEP}"
        out.append(required(f"{path}.properties", why))
    return out


def _metadata(properties: Body, path: str) -> Problems:
    """Check what a schema says about the fields that every object has."""
    out: Problems = []
    for name in ("kind", "apiVersion"):
        given = properties.get(name)
        if isinstance(given, dict) and given.get("type") != "string":
            where = f"{path}.properties[{name}].type"
            out.append(invalid_value(where, given.get("type") or "", "must be string"))
    given = properties.get("metadata")
    if not isinstance(given, dict):
        return out
    where = f"{path}.properties[metadata]"
    if given.get("type") != "object":
        out.append(invalid_value(f"{where}.type", given.get("type") or "", "must be object"))
    allowed = {"type", "properties", "description"}
    inside = set(body(given.get("properties"))) - {"name", "generateName"}
    if inside or set(given) - allowed:
        why = "must not specify anything other than name and generateName, but metadata is "
        out.append(field_forbidden(where, f"{why}implicitly specified"))
    return out


def _junctor(schema: Body, path: str, mixed: bool) -> Problems:
    """Refuse a schema within `anyOf` and the like that says more than how a value is checked."""
    out: Problems = []
    if schema.get("type") and not mixed:
        out.append(field_forbidden(f"{path}.type", "must be empty to be structural"))
    for field in ("title", "description"):
        if schema.get(field):
            out.append(field_forbidden(f"{path}.{field}", "must be empty to be structural"))
    for field in ("additionalProperties", "default"):
        if schema.get(field) is not None:
            out.append(field_forbidden(f"{path}.{field}", "must be undefined to be structural"))
    for name, inner in sorted(body(schema.get("properties")).items()):
        out += _junctor(body(inner), f"{path}.properties[{name}]", False)
    return out
