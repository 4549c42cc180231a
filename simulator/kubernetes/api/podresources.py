"""What a whole pod requests and is limited to.

Source: k8s.io/component-helpers resource/helpers.go (PodRequests, PodLimits), v0.32.
"""

from __future__ import annotations

from simulator.plain import Object

from .quantity import Quantity, parse

Amounts = dict[str, Quantity]


def pod_amounts(spec: Object, side: str) -> Amounts:
    """Add up a pod's "requests" or "limits": the larger of its life and any step of its start."""
    total: Amounts = {}
    for container in spec.get("containers") or ():
        _add(total, _of(container, side))
    sidecars: Amounts = {}
    steps: Amounts = {}
    for container in spec.get("initContainers") or ():
        one = dict(sidecars)
        _add(one, _of(container, side))
        if container.get("restartPolicy") == "Always":
            _add(sidecars, _of(container, side))
        _raise(steps, one)
    _add(total, sidecars)
    _raise(total, steps)
    overhead = {name: parse(amount) for name, amount in (spec.get("overhead") or {}).items()}
    if side == "limits":
        overhead = {name: amount for name, amount in overhead.items() if name in total}
    _add(total, overhead)
    return total


def _of(container: Object, side: str) -> Amounts:
    given = (container.get("resources") or {}).get(side) or {}
    return {name: parse(amount) for name, amount in given.items()}


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _raise(total: Amounts, other: Amounts) -> None:
    for name, amount in other.items():
        if name not in total or total[name].nanos < amount.nanos:
            total[name] = amount
