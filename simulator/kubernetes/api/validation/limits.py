"""Limit ranges, quotas and priorities.

Source: pkg/apis/core/validation (ValidateLimitRange, ValidateResourceQuotaSpec) and
pkg/apis/scheduling/validation.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from ..names import qualified_name_problems
from ..quantity import parse
from ..status import (
    FieldValue,
    duplicate,
    field_forbidden,
    invalid_value,
    required,
    unsupported,
)
from .common import Body, Problems, body, go_quantity, go_strings, items
from .resources import QUOTA, amount_of, container_name, may_overcommit, quota_name, standard_name

LIMIT_TYPES = ("Pod", "Container", "PersistentVolumeClaim")
SCOPES = ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
          "CrossNamespacePodAffinity")  # fmt: skip
HIGHEST_PRIORITY = 1_000_000_000
SYSTEM_CLASSES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
PREEMPTION = ("PreemptLowerPriority", "Never")
_COMPUTE = ("cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory")
_ORDER = (
    ("min", "max", "min", "min", "min value {} is greater than max value {}"),
    ("min", "defaultRequest", "defaultRequest", "defaultRequest",
     "min value {} is greater than default request value {}"),
    ("defaultRequest", "max", "defaultRequest", "defaultRequest",
     "default request value {} is greater than max value {}"),
    ("defaultRequest", "default", "defaultRequest", "defaultRequest",
     "default request value {} is greater than default limit value {}"),
    ("min", "default", "default", "min", "min value {} is greater than default value {}"),
    ("default", "max", "default", "max", "default value {} is greater than max value {}"),
)  # fmt: skip
"""(what must not be above, what, where the error is put, the amount it shows, its words)."""
_EXISTS = (
    "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
    "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


def limit_range(obj: Object) -> Problems:
    """Check a LimitRange."""
    out: Problems = []
    seen: list[str] = []
    for n, limit in items(body(obj.get("spec")).get("limits")):
        where, kind = f"spec.limits[{n}]", str(limit.get("type") or "")
        out += _limit_type(kind, f"{where}.type")
        if kind in seen:
            out.append(duplicate(f"{where}.type", kind))
        seen.append(kind)
        out += _names_of(limit, kind, where)
    return out


def _limit_type(kind: str, path: str) -> Problems:
    out = [invalid_value(path, kind, why) for why in qualified_name_problems(kind)]
    if out or "/" in kind or kind in LIMIT_TYPES:
        return out
    return [invalid_value(path, kind, "must be a standard limit type or fully qualified")]


def _names_of(limit: Body, kind: str, where: str) -> Problems:
    check = container_name if kind in ("Pod", "Container") else standard_name
    out: Problems = []
    for side in ("max", "min", "default", "defaultRequest"):
        given = body(limit.get(side))
        if kind == "Pod" and side.startswith("default"):
            if given:
                why = "may not be specified when `type` is 'Pod'"
                out.append(field_forbidden(f"{where}.{side}", why))
            continue
        for name in sorted(given):
            out += check(name, f"{where}.{side}[{name}]")
    stored = {*body(limit.get("min")), *body(limit.get("max"))}
    if kind == "PersistentVolumeClaim" and "storage" not in stored:
        why = "either minimum or maximum storage value is required, but neither was provided"
        out.append(required(f"{where}.limits", why))
    for name in sorted(body(limit.get("maxLimitRequestRatio"))):
        out += check(name, f"{where}.maxLimitRequestRatio[{name}]")
    if kind == "Pod":
        limit = {k: v for k, v in limit.items() if not k.startswith("default")}
    return out + _in_order(limit, where)


def _in_order(limit: Body, where: str) -> Problems:
    sides = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
    out: Problems = []
    for name in sorted({name for side in sides for name in body(limit.get(side))}):
        given = {side: body(limit.get(side)).get(name) for side in sides}
        for lower, upper, at, value, text in _ORDER:
            low, high = given[lower], given[upper]
            if low is None or high is None or parse(low).nanos <= parse(high).nanos:
                continue
            why = text.format(parse(low), parse(high))
            out.append(invalid_value(f"{where}.{at}[{name}]", go_quantity(given[value]), why))
        out += _ratio(given, f"{where}.maxLimitRequestRatio[{name}]")
        one, other = given["default"], given["defaultRequest"]
        if may_overcommit(name) or one is None or other is None:
            continue
        if parse(one).nanos != parse(other).nanos:
            why = f"default value {parse(one)} must equal to defaultRequest value {parse(other)}"
            field = f"{where}.defaultRequest[{name}]"
            out.append(invalid_value(field, go_quantity(other), f"{why} in {name}"))
    return out


def _ratio(given: Body, path: str) -> Problems:
    ratio, low, high = given["maxLimitRequestRatio"], given["min"], given["max"]
    if ratio is None:
        return []
    out: Problems = []
    most, shown = parse(ratio), go_quantity(ratio)
    if most.nanos < 1_000_000_000:
        out.append(invalid_value(path, shown, f"ratio {most} is less than 1"))
    if low is None or high is None or not parse(low).nanos:
        return out
    largest = parse(high).nanos / parse(low).nanos
    if most.nanos / 1e9 > largest:
        why = f"ratio {most} is greater than max/min = {largest:f}"
        out.append(invalid_value(path, shown, why))
    return out


def resource_quota(obj: Object) -> Problems:
    """Check a ResourceQuota."""
    spec = body(obj.get("spec"))
    hard = body(spec.get("hard"))
    out: Problems = []
    for name, amount in sorted(hard.items()):
        where = f"spec.hard[{name}]"
        out += quota_name(name, where) + amount_of(name, amount, where)
    given = spec.get("scopes") or []
    listed = ", ".join(f'"{one}"' for one in given)
    shown = FieldValue(f"[]core.ResourceQuotaScope{{{listed}}}")
    for scope in given:
        if scope not in SCOPES:
            out.append(invalid_value("spec.scopes", shown, "unsupported scope"))
        if not all(_suits(scope, name) for name in hard):
            why = "unsupported scope applied to resource"
            out.append(invalid_value("spec.scopes", shown, why))
    out += _conflicts(given, "spec.scopes", shown)
    if spec.get("scopeSelector") is not None:
        out += _scope_selector(body(spec["scopeSelector"]), hard)
    return out


def _suits(scope: str, name: str) -> bool:
    """Tell whether a scope means something for what a quota limits."""
    if name not in QUOTA or scope not in SCOPES or name == "pods":
        return True
    return scope != "BestEffort" and name in _COMPUTE


def _conflicts(given: list[Any], path: str, shown: FieldValue) -> Problems:
    pairs = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
    return [
        invalid_value(path, shown, "conflicting scopes")
        for pair in pairs
        if all(one in given for one in pair)
    ]


def _scope_selector(selector: Body, hard: Body) -> Problems:
    path = "spec.scopeSelector.matchExpressions"
    out: Problems = []
    for _, one in items(selector.get("matchExpressions")):
        scope, operator = one.get("scopeName") or "", one.get("operator") or ""
        values = one.get("values") or []
        if scope not in SCOPES:
            out.append(invalid_value(f"{path}.scopeName", scope, "unsupported scope"))
        elif scope != "PriorityClass" and operator != "Exists":
            out.append(invalid_value(f"{path}.operator", operator, _EXISTS))
        if operator in ("In", "NotIn"):
            if not values:
                why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope "
                out.append(required(f"{path}.values", f"{why}selector"))
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                why = "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope "
                out.append(invalid_value(f"{path}.values", go_strings(values), f"{why}selector"))
        else:
            why = "not a valid selector operator"
            out.append(invalid_value(f"{path}.operator", operator, why))
    return out


def priority_class(obj: Object) -> Problems:
    """Check a PriorityClass."""
    name, value = obj["metadata"].get("name") or "", obj.get("value") or 0
    out: Problems = []
    if name.startswith("system-"):
        wrong = _system_class(name, value, bool(obj.get("globalDefault")))
        if wrong:
            why = "priority class names with 'system-' prefix are reserved for system use only"
            out.append(field_forbidden("metadata.name", f"{why}. error: {wrong}"))
    elif value > HIGHEST_PRIORITY:
        why = f"maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}"
        out.append(field_forbidden("value", why))
    policy = obj.get("preemptionPolicy")
    if policy == "":
        out.append(required("preemptionPolicy"))
    elif policy is not None and policy not in PREEMPTION:
        out.append(unsupported("preemptionPolicy", policy, PREEMPTION))
    return out


def _system_class(name: str, value: int, default: bool) -> str:
    """Say why this is none of the classes that Kubernetes itself has."""
    if name not in SYSTEM_CLASSES:
        return f"{name} is not a known system priority class"
    if value != SYSTEM_CLASSES[name]:
        return f"value of {name} PriorityClass must be {SYSTEM_CLASSES[name]}"
    return f"globalDefault of {name} PriorityClass must be false" if default else ""


CHECKS = {
    "LimitRange": limit_range,
    "ResourceQuota": resource_quota,
    "PriorityClass": priority_class,
}
