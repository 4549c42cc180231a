"""Requests and limits.   Source: pkg/apis/core/validation, ValidateResourceRequirements."""

from __future__ import annotations

from typing import Any

from ..names import qualified_name_problems
from ..quantity import QuantityError, parse
from ..status import FieldError, FieldValue, field_forbidden, invalid_value, required
from .common import AT_LEAST_0, Body, Problems, body, go_quantity

CONTAINER = ("cpu", "memory", "ephemeral-storage")
COUNTED = ("pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
           "persistentvolumeclaims", "services.nodeports", "services.loadbalancers")  # fmt: skip
QUOTA = (*CONTAINER, "requests.cpu", "requests.memory", "requests.storage",
         "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
         *COUNTED)  # fmt: skip
STANDARD = (*QUOTA, "storage")
NOT_STANDARD = "must be a standard resource type or fully qualified"


def resources(given: Body, path: str) -> Problems:
    """Check requests and limits of a container."""
    out: Problems = []
    limits, requests = body(given.get("limits")), body(given.get("requests"))
    for name, amount in sorted(limits.items()):
        where = f"{path}.limits[{name}]"
        out += container_name(name, where) + amount_of(name, amount, where)
        out += _huge_pages(name, amount, where)
    for name, amount in sorted(requests.items()):
        where = f"{path}.requests[{name}]"
        out += container_name(name, where) + amount_of(name, amount, where)
        out += _against_limit(name, amount, limits.get(name), path)
        out += _huge_pages(name, amount, where)
    both = {**limits, **requests}
    if any(is_huge(name) for name in both) and not ("cpu" in both or "memory" in both):
        out.append(field_forbidden(path, "HugePages require cpu or memory"))
    return out


def container_name(name: str, path: str) -> Problems:
    """Check the name of a resource that containers have."""
    out = standard_name(name, path)
    if "/" not in name and name not in CONTAINER and not is_huge(name):
        out.append(_invalid(path, name, "must be a standard resource for containers"))
    elif "/" in name and not out and name.startswith("requests."):
        why = "doesn't follow extended resource name standard"
        out.append(_invalid(path, name, why))
    return out


def standard_name(name: str, path: str) -> Problems:
    """Check the name of any resource."""
    wrong = [_invalid(path, name, why) for why in qualified_name_problems(name)]
    if wrong or "/" in name or name in STANDARD or is_huge(name.removeprefix("requests.")):
        return wrong
    return [_invalid(path, name, NOT_STANDARD)]


def _invalid(path: str, name: str, why: str) -> FieldError:
    """Refuse a resource's name: the one kind of text that upstream shows without quotes."""
    return invalid_value(path, FieldValue(name), why)


def quota_name(name: str, path: str) -> Problems:
    """Check the name of a resource that a quota limits."""
    out = standard_name(name, path)
    if "/" not in name and name not in QUOTA and not is_huge(name.removeprefix("requests.")):
        out.append(_invalid(path, name, "must be a standard resource for quota"))
    return out


def amount_of(name: str, amount: Any, path: str) -> Problems:
    """Refuse less than nothing, and parts of what is counted."""
    try:
        found = parse(amount)
    except QuantityError as error:
        return [invalid_value(path, amount, str(error))]
    out: Problems = []
    if found.nanos < 0:
        out.append(invalid_value(path, str(found), AT_LEAST_0))
    if (name in COUNTED or is_extended(name)) and found.milli_value() % 1000:
        out.append(invalid_value(path, go_quantity(amount), "must be an integer"))
    return out


def is_huge(name: str) -> bool:
    """Tell whether a resource is memory in huge pages."""
    return name.startswith("hugepages-")


def is_extended(name: str) -> bool:
    """Tell whether a resource is somebody's own, as `example.com/gpu`."""
    return "/" in name and "kubernetes.io/" not in name and not name.startswith("requests.")


def may_overcommit(name: str) -> bool:
    """Tell whether a request may be lower than its limit."""
    return ("/" not in name or "kubernetes.io/" in name) and not is_huge(name)


def _against_limit(name: str, amount: Any, limit: Any, path: str) -> Problems:
    """Check a request against its limit; what cannot be overcommitted needs an equal one."""
    if limit is None:
        why = "Limit must be set for non overcommitable resources"
        return [] if may_overcommit(name) else [required(f"{path}.limits", why)]
    asked, most = parse(amount), parse(limit)
    if asked.nanos != most.nanos and not may_overcommit(name):
        why = f"must be equal to {name} limit of {most}"
    elif asked.nanos > most.nanos:
        why = f"must be less than or equal to {name} limit of {most}"
    else:
        return []
    return [invalid_value(f"{path}.requests", str(asked), why)]


def _huge_pages(name: str, amount: Any, path: str) -> Problems:
    if not is_huge(name):
        return []
    try:
        page = parse(name.removeprefix("hugepages-")).value()
    except QuantityError:
        page = 0
    if page > 0 and parse(amount).value() % page == 0:
        return []
    why = f"{parse(amount)} is not positive integer multiple of {name}"
    return [invalid_value(path, str(parse(amount)), why)]
