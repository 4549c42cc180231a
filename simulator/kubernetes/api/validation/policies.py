"""When a Job has failed and when it has succeeded.

Source: pkg/apis/batch/validation/validation.go, validatePodFailurePolicy, validateSuccessPolicy.
"""

from __future__ import annotations

import re
from typing import Any

from ..names import qualified_name_problems
from ..status import FieldValue, bad, duplicate, invalid_value, required, too_many, unsupported
from .common import AT_LEAST_0, Body, Problems, body, items, names

ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
OPERATORS = ("In", "NotIn")
STATUSES = ("False", "True", "Unknown")
MAX_RULES, MAX_VALUES = 20, 255
_INTERVAL = re.compile(r"\d+(-\d+)?")


def _go_list(values: tuple[str, ...]) -> str:
    """Write texts as `%q` prints a list of them."""
    return "[" + " ".join(f'"{one}"' for one in values) + "]"


def _go_numbers(values: Any) -> FieldValue:
    if not values:
        return FieldValue("[]int32(nil)")
    return FieldValue(f"[]int32{{{', '.join(str(one) for one in values)}}}")


def pod_failure_policy(spec: Body, path: str) -> Problems:
    """Check what the failures of a Job's pods mean."""
    rules = body(spec.get("podFailurePolicy")).get("rules") or []
    where = f"{path}.rules"
    out: Problems = []
    if len(rules) > MAX_RULES:
        out.append(too_many(where, len(rules), MAX_RULES))
    inner = body(body(spec.get("template")).get("spec"))
    known = [
        one.get("name")
        for group in ("containers", "initContainers")
        for _, one in items(inner.get(group))
    ]
    for n, rule in items(rules):
        out += _rule(spec, rule, f"{where}[{n}]", known)
    return out


def _rule(spec: Body, rule: Body, path: str, known: list[Any]) -> Problems:
    action, codes = rule.get("action"), rule.get("onExitCodes")
    conditions = rule.get("onPodConditions") or []
    out: Problems = []
    if not action:
        out.append(required(f"{path}.action", f"valid values: {_go_list(ACTIONS)}"))
    elif action == "FailIndex":
        if spec.get("backoffLimitPerIndex") is None:
            why = "requires the backoffLimitPerIndex to be set"
            out.append(invalid_value(f"{path}.action", action, why))
    elif action not in ACTIONS:
        out.append(unsupported(f"{path}.action", action, ACTIONS))
    if codes is not None:
        out += _exit_codes(body(codes), f"{path}.onExitCodes", known)
    for n, one in items(conditions):
        out += _condition(one, f"{path}.onPodConditions[{n}]")
    if codes is not None and conditions:
        out.append(bad(path, "specifying both OnExitCodes and OnPodConditions is not supported"))
    if codes is None and not conditions:
        out.append(bad(path, "specifying one of OnExitCodes and OnPodConditions is required"))
    return out


def _exit_codes(codes: Body, path: str, known: list[Any]) -> Problems:
    operator, values = codes.get("operator"), codes.get("values") or []
    out: Problems = []
    if not operator:
        out.append(required(f"{path}.operator", f"valid values: {_go_list(OPERATORS)}"))
    elif operator not in OPERATORS:
        out.append(unsupported(f"{path}.operator", operator, OPERATORS))
    name = codes.get("containerName")
    if name is not None and name not in known:
        why = "must be one of the container or initContainer names in the pod template"
        out.append(invalid_value(f"{path}.containerName", name, why))
    where = f"{path}.values"
    if not values:
        out.append(invalid_value(where, _go_numbers(values), "at least one value is required"))
    elif len(values) > MAX_VALUES:
        out.append(too_many(where, len(values), MAX_VALUES))
    seen: set[int] = set()
    for n, value in enumerate(values):
        if operator == "In" and value == 0:
            out.append(invalid_value(f"{where}[{n}]", 0, "must not be 0 for the In operator"))
        if value in seen:
            out.append(duplicate(f"{where}[{n}]", value))
        seen.add(value)
    if list(values) != sorted(values):
        out.append(invalid_value(where, _go_numbers(values), "must be ordered"))
    return out


def _condition(one: Body, path: str) -> Problems:
    out = names(str(one.get("type") or ""), f"{path}.type", qualified_name_problems)
    status = one.get("status")
    if not status:
        out.append(required(f"{path}.status", f"valid values: {_go_list(STATUSES)}"))
    elif status not in STATUSES:
        out.append(unsupported(f"{path}.status", status, STATUSES))
    return out


def success_policy(spec: Body, path: str) -> Problems:
    """Check which pods of a numbered Job are enough."""
    rules = body(spec.get("successPolicy")).get("rules") or []
    if spec.get("completionMode") != "Indexed":
        why = "requires indexed completion mode"
        return [invalid_value(path, FieldValue(_go_success(rules)), why)]
    where = f"{path}.rules"
    out: Problems = []
    if not rules:
        why = "at least one rules must be specified when the successPolicy is specified"
        out.append(required(where, why))
    if len(rules) > MAX_RULES:
        out.append(too_many(where, len(rules), MAX_RULES))
    for n, rule in items(rules):
        out += _success_rule(rule, f"{where}[{n}]", spec.get("completions") or 0)
    return out


def _go_success(rules: list[Body]) -> str:
    listed = ", ".join(
        "batch.SuccessPolicyRule{SucceededIndexes:(*string)(0xc000012345), "
        "SucceededCount:(*int32)(0xc000012345)}"
        for _ in rules
    )
    return f"batch.SuccessPolicy{{Rules:[]batch.SuccessPolicyRule{{{listed}}}}}"


def _success_rule(rule: Body, path: str, completions: int) -> Problems:
    count, text = rule.get("succeededCount"), rule.get("succeededIndexes")
    out: Problems = []
    if count is None and text is None:
        why = "at least one of succeededCount or succeededIndexes must be specified"
        out.append(required(path, why))
    total = 0
    if text is not None:
        total, why = _indexes(str(text), completions)
        if why:
            why = f"error parsing succeededIndexes: {why}"
            out.append(invalid_value(f"{path}.succeededIndexes", text, why))
    if count is None:
        return out
    where = f"{path}.succeededCount"
    if count < 0:
        out.append(invalid_value(where, count, AT_LEAST_0))
    if count > completions:
        why = f"must be less than or equal to {completions} (the number of specified completions)"
        out.append(invalid_value(where, count, why))
    if text is not None and count > total:
        why = (
            f"must be less than or equal to {total} (the number of indexes in the specified "
            "succeededIndexes field)"
        )
        out.append(invalid_value(where, count, why))
    return out


def _indexes(text: str, completions: int) -> tuple[int, str]:
    """Count the numbers of `1,3-5`; (count, what is wrong with it)."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        if not _INTERVAL.fullmatch(part):
            bits = part.split("-")
            if len(bits) > 2:
                return 0, (
                    f'the fragment "{part}" violates the requirement that an index interval can '
                    "have at most two parts separated by '-'"
                )
            wrong = next((bit for bit in bits if not bit.isdigit()), part)
            return 0, f'cannot convert string to integer for index: "{wrong}"'
        first, _, end = part.partition("-")
        low, high = int(first), int(end or first)
        if low >= completions:
            return 0, f'too large index: "{first}"'
        if end and high >= completions:
            return 0, f'too large index: "{end}"'
        if end and low >= high:
            return 0, f"non-increasing order, previous: {low}, current: {high}"
        if low <= last:
            return 0, f"non-increasing order, previous: {last}, current: {low}"
        total, last = total + high - low + 1, high
    return total, ""
