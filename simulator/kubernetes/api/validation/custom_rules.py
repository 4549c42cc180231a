"""The rules of a custom kind's schema (`x-kubernetes-validations`), judged with CEL.

Source: apiextensions-apiserver pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from ..expressions import ExpressionError, Unknown, evaluate
from ..status import FieldError, FieldValue, duplicate, field_forbidden, invalid_value, required
from .common import Problems

RULES = "x-kubernetes-validations"
BLOCKING = ("FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong",
            "FieldValueTooMany", "FieldValueTypeInvalid")  # fmt: skip
UNCHECKED = (
    "some validation rules were not checked because the object was invalid; correct the existing "
    "errors to complete validation"
)
_ANY = object()


def problems(schema: dict[str, Any], obj: Object, old: Object | None, wrong: Problems) -> Problems:
    """Judge every rule of a schema; wrong: what is known to be wrong, which may forbid it."""
    if not _has_rules(schema):
        return []
    if any(one.reason in BLOCKING for one in wrong):
        return [invalid_value("<nil>", None, UNCHECKED)]
    return _walk(schema, obj, _ANY if old is None else old, "")


def _has_rules(schema: Any) -> bool:
    if isinstance(schema, dict):
        return RULES in schema or any(_has_rules(one) for one in schema.values())
    return False


def _walk(schema: dict[str, Any], value: Any, old: Any, path: str) -> Problems:
    if value is None:
        return []
    out = [
        problem
        for rule in schema.get(RULES) or ()
        for problem in _judge(rule, schema, value, old, path)
    ]
    if isinstance(value, dict):
        known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
        for name, item in value.items():
            inner = known.get(name, extra)
            if isinstance(inner, dict):
                before = old.get(name, _ANY) if isinstance(old, dict) else _ANY
                where = f"{path}[{name}]" if name not in known and path else f"{path}.{name}"
                out += _walk(inner, item, before, where.lstrip("."))
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        keys = schema.get("x-kubernetes-list-map-keys") or ()
        for n, item in enumerate(value):
            out += _walk(schema["items"], item, _partner(item, old, keys), f"{path}[{n}]")
    return out


def _partner(item: Any, old: Any, keys: Any) -> Any:
    """Find what a list's item was before; only lists that are maps can tell."""
    if keys and isinstance(old, list) and isinstance(item, dict):
        for one in old:
            if all(one.get(key) == item.get(key) for key in keys):
                return one
    return _ANY


def _judge(rule: Object, schema: dict[str, Any], value: Any, old: Any, path: str) -> Problems:
    text = str(rule["rule"]).strip()
    variables = {"self": _typed(schema, value)}
    if "oldSelf" in text:
        if old is _ANY:
            return []
        variables["oldSelf"] = _typed(schema, old)
    kind, where = FieldValue(f'"{schema.get("type", "")}"'), path or "<nil>"
    try:
        if evaluate(text, variables) is True:
            return []
    except Unknown:
        return []
    except ExpressionError as error:
        shown = str(rule.get("message") or text).strip()
        return [invalid_value(where, kind, f"{error} evaluating rule: {shown}")]
    return [_refusal(rule, text, variables, kind, where + str(rule.get("fieldPath") or ""))]


def _refusal(
    rule: Object, text: str, variables: dict[str, Any], kind: FieldValue, where: str
) -> FieldError:
    detail = str(rule.get("message") or "").strip() or f"failed rule: {text}"
    if rule.get("messageExpression"):
        try:
            said = evaluate(str(rule["messageExpression"]), variables)
        except ExpressionError:
            said = None
        if isinstance(said, str) and said.strip() and "\n" not in said.strip():
            detail = said.strip()
    reason = rule.get("reason")
    if reason == "FieldValueForbidden":
        return field_forbidden(where, detail)
    if reason == "FieldValueRequired":
        return required(where, detail)
    if reason == "FieldValueDuplicate":
        return duplicate(where, kind)
    return invalid_value(where, kind, detail)


def _typed(schema: Any, value: Any) -> Any:
    """Give a value as its schema types it: a number is a double, though written as 1."""
    schema = schema if isinstance(schema, dict) else {}
    if isinstance(value, dict):
        known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
        return {name: _typed(known.get(name, extra), item) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(schema.get("items"), item) for item in value]
    if schema.get("type") == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
