"""LimitRange: what containers are given by default, and what they may not go below or above.

Source: kubernetes plugin/pkg/admission/limitranger/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import status
from .podresources import pod_amounts
from .quantity import QuantityError, parse

if TYPE_CHECKING:
    from .server import ApiServer

Amounts = dict[str, Any]

FILLED = "kubernetes.io/limit-ranger"
"""The annotation that says what a pod did not ask for itself."""


def fill(api: ApiServer, pod: Object) -> None:
    """Fill in what a new pod's containers request, by the ranges of its namespace; note it."""
    for one in api.store.list("LimitRange", pod["metadata"]["namespace"]):
        given = _given(one)
        told = []
        for group, word in (("containers", "container"), ("initContainers", "init container")):
            for container in pod["spec"].get(group) or ():
                told += [
                    f"{text} for {word} {container['name']}" for text in _fill(container, given)
                ]
        if told:
            marks = pod["metadata"].get("annotations") or {}
            note = {FILLED: f"LimitRanger plugin set: {'; '.join(told)}"}
            pod["metadata"]["annotations"] = {**marks, **note}


def _given(one: Object) -> Amounts:
    """Give what a range fills in: {"requests": {resource: amount}, "limits": {...}}."""
    out: Amounts = {"requests": {}, "limits": {}}
    for item in get(one, "spec", "limits", default=[]):
        if item["type"] == "Container":
            out["requests"].update(item.get("defaultRequest") or {})
            out["limits"].update(item.get("default") or {})
    return out


def _fill(container: Object, given: Amounts) -> list[str]:
    """Fill in one container; say what was set (`cpu, memory request`)."""
    told = []
    for side, word in (("requests", "request"), ("limits", "limit")):
        have = (container.get("resources") or {}).get(side) or {}
        missing = {name: amount for name, amount in given[side].items() if name not in have}
        if missing:
            container.setdefault("resources", {})[side] = {**missing, **have}
            told.append(f"{', '.join(sorted(missing))} {word}")
    return told


def refuse(api: ApiServer, obj: Object) -> None:
    """Check a new Pod or claim by the ranges of its namespace; Forbidden if outside of one."""
    meta = obj["metadata"]
    for one in api.store.list("LimitRange", meta["namespace"]):
        wrong: list[str] = []
        for item in get(one, "spec", "limits", default=[]):
            if obj["kind"] == "Pod" and item["type"] == "Container":
                spec = obj["spec"]
                for group in ("containers", "initContainers"):
                    for container in spec.get(group) or ():
                        wrong += _outside(item, container.get("resources") or {})
            elif obj["kind"] == "Pod" and item["type"] == "Pod":
                wrong += _outside(item, _sum(obj))
            elif obj["kind"] == item["type"] == "PersistentVolumeClaim":
                wrong += _claim(item, get(obj, "spec", "resources", "requests", default={}))
        if wrong:
            plural = "pods" if obj["kind"] == "Pod" else "persistentvolumeclaims"
            texts = list(dict.fromkeys(wrong))
            text = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
            raise status.forbidden(plural, "", meta.get("name") or "", text)


def _sum(pod: Object) -> Amounts:
    """Add up what the containers of a pod request and are limited to."""
    return {
        side: {name: str(amount) for name, amount in pod_amounts(pod["spec"], side).items()}
        for side in ("limits", "requests")
    }


def _below(one: Any, other: Any) -> bool:
    try:
        return parse(one).nanos < parse(other).nanos
    except QuantityError:
        return False


def _outside(item: Amounts, resources: Amounts) -> list[str]:
    out = []
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    kind = item["type"]
    for name, lowest in sorted((item.get("min") or {}).items()):
        head = f"minimum {name} usage per {kind} is {lowest}"
        asked, limit = requests.get(name), limits.get(name)
        if asked is None:
            out.append(f"{head}.  No request is specified")
        elif _below(asked, lowest):
            out.append(f"{head}, but request is {parse(asked)}")
        elif limit is not None and _below(limit, lowest):
            out.append(f"{head}, but limit is {parse(limit)}")
    for name, highest in sorted((item.get("max") or {}).items()):
        head = f"maximum {name} usage per {kind} is {highest}"
        asked, limit = requests.get(name), limits.get(name)
        if limit is None:
            out.append(f"{head}.  No limit is specified")
        elif _below(highest, limit):
            out.append(f"{head}, but limit is {parse(limit)}")
        elif asked is not None and _below(highest, asked):
            out.append(f"{head}, but request is {parse(asked)}")
    for name, ratio in sorted((item.get("maxLimitRequestRatio") or {}).items()):
        head = f"{name} max limit to request ratio per {kind} is {ratio}, but"
        asked, limit = parse(requests.get(name) or 0), parse(limits.get(name) or 0)
        if not asked.nanos:
            out.append(f"{head} no request is specified or request is 0")
        elif not limit.nanos:
            out.append(f"{head} no limit is specified or limit is 0")
        elif limit.nanos / asked.nanos > parse(ratio).nanos / 1e9:
            out.append(f"{head} provided ratio is {limit.nanos / asked.nanos:f}")
    return out


def _claim(item: Amounts, requests: Amounts) -> list[str]:
    """Check a claim, which has requests only."""
    out = []
    for side, word in (("min", "minimum"), ("max", "maximum")):
        for name, bound in sorted((item.get(side) or {}).items()):
            head, asked = f"{word} {name} usage per {item['type']} is {bound}", requests.get(name)
            if asked is None:
                out.append(f"{head}.  No request is specified")
            elif _below(asked, bound) if side == "min" else _below(bound, asked):
                out.append(f"{head}, but request is {parse(asked)}")
    return out
