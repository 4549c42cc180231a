"""Limit ranges and definitions of custom kinds.

Source: pkg/apis/core/validation (ValidateLimitRange) and apiextensions-apiserver's validation.
"""

from __future__ import annotations

from simulator.plain import Object

from ..quantity import QuantityError, parse
from ..status import duplicate, field_forbidden, invalid_value, required, unsupported
from .common import Body, Problems, body, items, quantity

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
    return out


CHECKS = {"LimitRange": limit_range, "CustomResourceDefinition": definition}
