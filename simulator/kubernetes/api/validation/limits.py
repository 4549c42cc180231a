"""Limit ranges and definitions of custom kinds.

Source: pkg/apis/core/validation (ValidateLimitRange) and apiextensions-apiserver's validation.
"""

from __future__ import annotations

from simulator.plain import Object

from ..expressions import problem
from ..quantity import QuantityError, parse
from ..status import FieldValue, duplicate, field_forbidden, invalid_value, required, unsupported
from .common import Body, Problems, body, items, quantity

KEEP = "x-kubernetes-preserve-unknown-fields"
SIDES = ("max", "min", "default", "defaultRequest")
_ORDER = (
    ("min", "max", "min", "min value {} is greater than max value {}"),
    ("min", "defaultRequest", "defaultRequest",
     "min value {} is greater than default request value {}"),
    ("defaultRequest", "max", "defaultRequest",
     "default request value {} is greater than max value {}"),
    ("defaultRequest", "default", "defaultRequest",
     "default request value {} is greater than default limit value {}"),
    ("min", "default", "default", "min value {} is greater than default value {}"),
    ("default", "max", "default", "default value {} is greater than max value {}"),
)  # fmt: skip
"""(what must not be above, what, where the error is put, its words)."""


def limit_range(obj: Object) -> Problems:
    """Check a LimitRange."""
    out: Problems = []
    seen: list[str] = []
    for n, limit in items(body(obj.get("spec")).get("limits")):
        where, kind = f"spec.limits[{n}]", str(limit.get("type") or "")
        if kind in seen:
            out.append(duplicate(f"{where}.type", kind))
        seen.append(kind)
        for side in SIDES:
            for name, amount in sorted(body(limit.get(side)).items()):
                out += quantity(amount, f"{where}.{side}[{name}]")
            if kind == "Pod" and side.startswith("default") and limit.get(side):
                why = "may not be specified when `type` is 'Pod'"
                out.append(field_forbidden(f"{where}.{side}", why))
        stored = {*body(limit.get("min")), *body(limit.get("max"))}
        if kind == "PersistentVolumeClaim" and "storage" not in stored:
            why = "either minimum or maximum storage value is required, but neither was provided"
            out.append(required(f"{where}.limits", why))
        out += _in_order(limit, where)
    return out


def _in_order(limit: Body, where: str) -> Problems:
    names = sorted({name for side in SIDES for name in body(limit.get(side))})
    out: Problems = []
    for name in names:
        for lower, upper, at, text in _ORDER:
            low, high = body(limit.get(lower)).get(name), body(limit.get(upper)).get(name)
            try:
                if low is None or high is None or parse(low).nanos <= parse(high).nanos:
                    continue
            except QuantityError:
                continue
            shown = body(limit.get(at))[name]
            why = text.format(parse(low), parse(high))
            out.append(invalid_value(f"{where}.{at}[{name}]", str(parse(shown)), why))
    return out


def definition(obj: Object) -> Problems:
    """Check a CustomResourceDefinition."""
    spec = body(obj.get("spec"))
    names = body(spec.get("names"))
    out: Problems = []
    name = str(obj["metadata"].get("name") or "")
    if name != f"{names.get('plural')}.{spec.get('group')}":
        out.append(invalid_value("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    if not spec.get("group"):
        out.append(required("spec.group"))
    if spec.get("scope") not in ("Cluster", "Namespaced"):
        scope, allowed = spec.get("scope") or "", ("Cluster", "Namespaced")
        out.append(required("spec.scope") if not scope else unsupported("spec.scope", scope,
                                                                        allowed))  # fmt: skip
    for field in ("plural", "kind"):
        if not names.get(field):
            out.append(required(f"spec.names.{field}"))
    stored = [one for _, one in items(spec.get("versions")) if one.get("storage")]
    if len(stored) != 1:
        why = "must have exactly one version marked as storage version"
        out.append(invalid_value("spec.versions", spec.get("versions"), why))
    for n, one in items(spec.get("versions")):
        if not body(one.get("schema")).get("openAPIV3Schema"):
            out.append(required(f"spec.versions[{n}].schema.openAPIV3Schema",
                                "schemas are required"))  # fmt: skip
        schema = body(body(one.get("schema")).get("openAPIV3Schema"))
        alone = len(spec.get("versions") or ()) == 1
        where = "spec.validation" if alone else f"spec.versions[{n}].schema"
        if schema:
            out += _structural(schema, f"{where}.openAPIV3Schema", "at the root")
    return out


def _structural(schema: Body, path: str, place: str) -> Problems:
    """Refuse a part of a schema that has no type, and rules that cannot be read."""
    out: Problems = []
    free = schema.get("x-kubernetes-int-or-string") or schema.get(KEEP)
    if not schema.get("type") and not free:
        out.append(required(f"{path}.type", f"must not be empty {place}"))
    for n, rule in items(schema.get("x-kubernetes-validations")):
        wrong = problem(str(rule.get("rule") or ""))
        where = f"{path}.x-kubernetes-validations[{n}].rule"
        if not str(rule.get("rule") or "").strip():
            out.append(required(where, "rule is not specified"))
        elif wrong:
            value = FieldValue(
                f'apiextensions.ValidationRule{{Rule:"{rule["rule"]}", '
                f'Message:"{rule.get("message") or ""}", MessageExpression:"", '
                'Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", '
                "OptionalOldSelf:(*bool)(nil)}"
            )
            out.append(invalid_value(where, value, f"compilation failed: {wrong}"))
    for name, inner in sorted(body(schema.get("properties")).items()):
        if isinstance(inner, dict) and not (place == "at the root" and name == "metadata"):
            out += _structural(inner, f"{path}.properties[{name}]", "for specified object fields")
    for name, what in (("items", "array items"), ("additionalProperties", "object fields")):
        if isinstance(schema.get(name), dict):
            out += _structural(schema[name], f"{path}.{name}", f"for specified {what}")
    return out


CHECKS = {"LimitRange": limit_range, "CustomResourceDefinition": definition}
