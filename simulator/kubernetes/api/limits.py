"""LimitRange: what containers are given by default, and what they may not go below or above.

Source: kubernetes plugin/pkg/admission/limitranger/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import status
from .podresources import pod_amounts
from .quantity import parse

if TYPE_CHECKING:
    from .server import ApiServer

Amounts = dict[str, Any]


def admit(api: ApiServer, obj: Object) -> None:
    """Fill in and check a new Pod or claim by the ranges of its namespace; Forbidden if outside."""
    meta = obj["metadata"]
    wrong: list[str] = []
    for one in api.store.list("LimitRange", meta["namespace"]):
        for item in get(one, "spec", "limits", default=[]):
            if obj["kind"] == "Pod" and item["type"] == "Container":
                for container in _containers(obj):
                    _defaults(container, item)
                    resources = container.get("resources") or {}
                    wrong += _outside(item, resources)
            elif obj["kind"] == "Pod" and item["type"] == "Pod":
                wrong += _outside(item, _sum(obj))
            elif obj["kind"] == item["type"] == "PersistentVolumeClaim":
                wrong += _outside(item, get(obj, "spec", "resources", default={}))
    if wrong:
        plural = "pods" if obj["kind"] == "Pod" else "persistentvolumeclaims"
        text = wrong[0] if len(wrong) == 1 else "[" + ", ".join(wrong) + "]"
        raise status.forbidden(plural, "", meta.get("name") or "", text)


def _containers(pod: Object) -> list[Object]:
    spec = pod["spec"]
    return [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]


def _defaults(container: Object, item: Amounts) -> None:
    for side, source in (("limits", "default"), ("requests", "defaultRequest")):
        given = item.get(source) or {}
        if given:
            resources = container.setdefault("resources", {})
            resources[side] = {**given, **(resources.get(side) or {})}


def _sum(pod: Object) -> Amounts:
    """Add up what the containers of a pod request and are limited to."""
    return {
        side: {name: str(amount) for name, amount in pod_amounts(pod["spec"], side).items()}
        for side in ("limits", "requests")
    }


def _outside(item: Amounts, resources: Amounts) -> list[str]:
    out = []
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    kind = item["type"]
    for name, lowest in sorted((item.get("min") or {}).items()):
        head = f"minimum {name} usage per {kind} is {lowest}"
        asked, limit = requests.get(name), limits.get(name)
        if asked is None:
            out.append(f"{head}.  No request is specified")
        elif parse(asked).nanos < parse(lowest).nanos:
            out.append(f"{head}, but request is {asked}")
        elif limit is not None and parse(limit).nanos < parse(lowest).nanos:
            out.append(f"{head}, but limit is {limit}")
    for name, highest in sorted((item.get("max") or {}).items()):
        head = f"maximum {name} usage per {kind} is {highest}"
        asked, limit = requests.get(name), limits.get(name)
        if limit is None and kind != "PersistentVolumeClaim":
            out.append(f"{head}.  No limit is specified")
        elif limit is not None and parse(limit).nanos > parse(highest).nanos:
            out.append(f"{head}, but limit is {limit}")
        elif asked is not None and parse(asked).nanos > parse(highest).nanos:
            out.append(f"{head}, but request is {asked}")
    for name, ratio in sorted((item.get("maxLimitRequestRatio") or {}).items()):
        out += _ratio(f"{name} max limit to request ratio per {kind} is {ratio}", ratio,
                      requests.get(name), limits.get(name))  # fmt: skip
    return out


def _ratio(head: str, highest: Any, asked: Any, limit: Any) -> list[str]:
    """Check how many times its request a container may use."""
    if asked is None or not parse(asked).nanos:
        return [f"{head}, but no request is specified or request is 0"]
    if limit is None or not parse(limit).nanos:
        return [f"{head}, but no limit is specified or limit is 0"]
    ratio = parse(limit).nanos / parse(asked).nanos
    if ratio * 1000 > parse(highest).milli_value():
        return [f"{head}, but provided ratio is {ratio:f}"]
    return []
