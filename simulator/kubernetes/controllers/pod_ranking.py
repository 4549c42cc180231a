"""Which pods a ReplicaSet deletes first when it has too many.

Source: pkg/controller/controller_utils.go (ActivePodsWithRanks) and
pkg/controller/replicaset/replica_set.go (getPodsToDelete), v1.32, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cmp_to_key

from simulator.plain import Object, get

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASE_ORDER = {"Pending": 0, "Unknown": 1, "Running": 2}

Micros = Callable[[str | None], int | None]
"""Turns a timestamp of an object into simulated microseconds."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the order looks at.   Times in simulated microseconds, None = not set."""

    assigned: bool
    phase: str
    ready: bool
    cost: int
    rank: int
    ready_us: int | None
    restarts: int
    sidecar_restarts: int
    created_us: int | None
    uid: str = ""


def compare(a: Ranked, b: Ranked, now_us: int) -> int:
    """Say -1 when `a` is deleted before `b`, 1 for the reverse, 0 when neither is."""
    for first, second in (
        (a.assigned, b.assigned),
        (_PHASE_ORDER.get(a.phase, 0), _PHASE_ORDER.get(b.phase, 0)),
        (a.ready, b.ready),
        (a.cost, b.cost),
        (-a.rank, -b.rank),
    ):
        if first != second:
            return -1 if first < second else 1
    if a.ready and b.ready and a.ready_us != b.ready_us:
        return _younger_first(a.ready_us, b.ready_us, now_us, a.uid, b.uid)
    if a.restarts != b.restarts:
        return -1 if a.restarts > b.restarts else 1
    if a.sidecar_restarts != b.sidecar_restarts:
        return -1 if a.sidecar_restarts > b.sidecar_restarts else 1
    if a.created_us != b.created_us:
        return _younger_first(a.created_us, b.created_us, now_us, a.uid, b.uid)
    return 0


def _younger_first(a: int | None, b: int | None, now_us: int, a_uid: str, b_uid: str) -> int:
    """Compare ages by powers of two, so that pods of about one age are picked by chance (UID)."""
    if a is None or b is None:
        return -1 if a is None else 1
    first, second = _magnitude(now_us - a), _magnitude(now_us - b)
    if first == second:
        return (a_uid > b_uid) - (a_uid < b_uid)
    return -1 if first < second else 1


def _magnitude(age_us: int) -> int:
    """Give floor(log2) of an age in nanoseconds; -1 for none."""
    return (age_us * 1000).bit_length() - 1 if age_us > 0 else -1


def ranked(pod: Object, siblings: int, micros: Micros) -> Ranked:
    """Read from a pod what the order looks at.

    siblings: how many active pods of the same owner run on its node.
    """
    status = pod.get("status") or {}
    is_ready, ready_text = _ready(status)
    return Ranked(
        assigned=bool(get(pod, "spec", "nodeName")),
        phase=status.get("phase") or "Pending",
        ready=is_ready,
        cost=deletion_cost(pod),
        rank=siblings,
        ready_us=micros(ready_text) if is_ready else None,
        restarts=_most_restarts(status.get("containerStatuses")),
        sidecar_restarts=_most_restarts(status.get("initContainerStatuses")),
        created_us=micros(pod["metadata"].get("creationTimestamp")),
        uid=pod["metadata"].get("uid") or "",
    )


def _ready(status: Object) -> tuple[bool, str | None]:
    for condition in status.get("conditions") or ():
        if condition.get("type") == "Ready" and condition.get("status") == "True":
            return True, condition.get("lastTransitionTime")
    return False, None


def _most_restarts(statuses: Iterable[Object] | None) -> int:
    return max((int(one.get("restartCount") or 0) for one in statuses or ()), default=0)


def deletion_cost(pod: Object) -> int:
    """Read the pod's deletion cost; 0 when it has none or it is no 32-bit number."""
    text = str(get(pod, "metadata", "annotations", DELETION_COST, default="0"))
    body = text[1:] if text[:1] == "-" else text
    plain = body.isascii() and body.isdigit() and (body == "0" or body[0] != "0")
    if not plain or text == "-0":
        return 0
    return int(text) if -(1 << 31) <= int(text) < 1 << 31 else 0


def is_active(pod: Object) -> bool:
    """Tell whether a pod still counts: not finished and not being deleted."""
    return get(pod, "status", "phase") not in ("Succeeded", "Failed") and not pod["metadata"].get(
        "deletionTimestamp"
    )


def deletion_order(
    pods: Iterable[Object], related: Iterable[Object], now_us: int, micros: Micros
) -> list[Object]:
    """Put pods in the order in which a ReplicaSet deletes them.

    related: all pods of the ReplicaSets with the same owner (these among them).
    """
    on_node: dict[str, int] = {}
    for pod in related:
        if is_active(pod):
            node = get(pod, "spec", "nodeName", default="")
            on_node[node] = on_node.get(node, 0) + 1
    rows: list[tuple[Ranked, Object]] = []
    for pod in pods:
        siblings = on_node.get(get(pod, "spec", "nodeName", default=""), 0)
        rows.append((ranked(pod, siblings, micros), pod))

    def order(a: tuple[Ranked, Object], b: tuple[Ranked, Object]) -> int:
        return compare(a[0], b[0], now_us)

    rows.sort(key=cmp_to_key(order))
    return [pod for _, pod in rows]
