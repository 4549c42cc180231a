"""The arithmetic of a Deployment's rollout: how far each ReplicaSet moves in one sync.

Source: pkg/controller/deployment (rolling.go, sync.go, util/deployment_util.go) and
apimachinery pkg/util/intstr, v1.32; read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROLLING_UPDATE, RECREATE = "RollingUpdate", "Recreate"
NO_DEADLINE = (1 << 31) - 1
"""progressDeadlineSeconds of this many seconds means: never."""

IntOrPercent = int | str | None


@dataclass(frozen=True, slots=True)
class SetSize:
    """What the arithmetic needs of a ReplicaSet.

    replicas: of its spec.   available: of its status.   created: a value that grows with time.
    max_replicas: annotation deployment.kubernetes.io/max-replicas, None when absent.
    """

    name: str
    replicas: int
    available: int = 0
    created: int | str = 0
    max_replicas: int | None = None


def scaled_value(value: IntOrPercent, total: int, round_up: bool) -> int:
    """Turn a number or a percentage of `total` into a number.   Raises ValueError, upstream's."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    if not value.endswith("%"):
        raise ValueError("invalid value for IntOrString: invalid type: string is not a percentage")
    digits = value[:-1]
    if not re.fullmatch(r"[+-]?[0-9]+", digits, re.ASCII):
        why = f'strconv.Atoi: parsing "{digits}": invalid syntax'
        raise ValueError(f'invalid value for IntOrString: invalid value "{value}": {why}')
    share = int(digits) * total
    return -(-share // 100) if round_up else share // 100


def fenceposts(
    max_surge: IntOrPercent, max_unavailable: IntOrPercent, replicas: int
) -> tuple[int, int]:
    """Give (maxSurge, maxUnavailable) as numbers: surge rounds up, unavailable down.

    Both zero would stop every rollout, so then one pod may be unavailable.
    """
    surge = scaled_value(max_surge, replicas, round_up=True)
    unavailable = scaled_value(max_unavailable, replicas, round_up=False)
    return (0, 1) if surge == 0 and unavailable == 0 else (surge, unavailable)


def effective_max_unavailable(
    strategy: str, replicas: int, max_surge: IntOrPercent, max_unavailable: IntOrPercent
) -> int:
    """Give how many pods a rolling update may leave unavailable; 0 for Recreate."""
    if strategy != ROLLING_UPDATE or replicas == 0:
        return 0
    return min(replicas, fenceposts(max_surge, max_unavailable, replicas)[1])


def effective_max_surge(
    strategy: str, replicas: int, max_surge: IntOrPercent, max_unavailable: IntOrPercent
) -> int:
    """Give how many pods a rolling update may add; 0 for Recreate."""
    if strategy != ROLLING_UPDATE:
        return 0
    return fenceposts(max_surge, max_unavailable, replicas)[0]


def new_set_replicas(strategy: str, replicas: int, new: int, total: int, surge: int) -> int:
    """Give the size of the new ReplicaSet after one sync.

    replicas: wanted by the Deployment.   new: its size now.   total: of all sets, it included.
    surge: maxSurge as a number.
    """
    if new >= replicas:
        return replicas
    if strategy == RECREATE:
        return replicas
    room = replicas + surge - total
    return new + max(0, min(room, replicas - new))


def removable_old(replicas: int, unavailable: int, total: int, new_unavailable: int) -> int:
    """Give how many old pods may go in one sync.

    unavailable: maxUnavailable as a number.   total: size of all sets.   new_unavailable: pods
    of the new set that are not available yet.   May be negative: nothing then.
    """
    return total - (replicas - unavailable) - new_unavailable


def clean_up_unhealthy(old: Sequence[SetSize], budget: int) -> tuple[dict[str, int], bool]:
    """Take away pods of old sets that are not available, oldest set first.

    Returns the new size of each set that changes, and whether all that was seen made sense: a
    set whose status still counts more available pods than it is to have was scaled down a moment
    ago, and nothing is done until its status is written (cleanupUnhealthyReplicas' error).
    """
    sizes: dict[str, int] = {}
    for one in sorted(old, key=lambda one: (one.created, one.name)):
        if budget <= 0:
            break
        unhealthy = one.replicas - one.available
        if one.replicas == 0 or unhealthy == 0:
            continue
        if unhealthy < 0:
            return sizes, False
        cut = min(budget, unhealthy)
        sizes[one.name] = one.replicas - cut
        budget -= cut
    return sizes, True


def scale_down_healthy(
    old: Sequence[SetSize], replicas: int, unavailable: int, available: int
) -> dict[str, int]:
    """Take away pods of old sets as far as enough stay available, oldest set first.

    available: pods available in all sets.   Returns the new size of each set that changes.
    """
    budget = available - (replicas - unavailable)
    sizes: dict[str, int] = {}
    for one in sorted(old, key=lambda one: (one.created, one.name)):
        if budget <= 0:
            break
        if one.replicas == 0:
            continue
        cut = min(one.replicas, budget)
        sizes[one.name] = one.replicas - cut
        budget -= cut
    return sizes


def scale_down_old(
    old: Sequence[SetSize], new: SetSize | None, replicas: int, unavailable: int
) -> dict[str, int]:
    """Do one sync of the old sets: unhealthy pods first, then healthy ones within bounds.

    Returns the new size of each set that changes.
    """
    everyone = [*old, new] if new is not None else list(old)
    total = sum(one.replicas for one in everyone)
    new_unavailable = new.replicas - new.available if new is not None else 0
    budget = removable_old(replicas, unavailable, total, new_unavailable)
    if sum(one.replicas for one in old) == 0 or budget <= 0:
        return {}
    sizes, makes_sense = clean_up_unhealthy(old, budget)
    if not makes_sense:
        return sizes
    cleaned = [
        SetSize(one.name, sizes.get(one.name, one.replicas), one.available, one.created)
        for one in old
    ]
    available = sum(one.available for one in everyone)
    return sizes | scale_down_healthy(cleaned, replicas, unavailable, available)


def active_or_latest(new: SetSize | None, old: Sequence[SetSize]) -> SetSize | None:
    """Find the one set that scaling concerns; None when several are active."""
    everyone = [*old, new] if new is not None else list(old)
    active = [one for one in everyone if one.replicas > 0]
    if len(active) > 1:
        return None
    if active:
        return active[0]
    if new is not None:
        return new
    return max(old, key=lambda one: (one.created, one.name), default=None)


def proportional_sizes(
    sets: Sequence[SetSize], replicas: int, surge: int, status_replicas: int
) -> dict[str, int]:
    """Share a change of size over all active sets in proportion, while a rollout is under way.

    status_replicas: of the Deployment, used for a set without annotation.   The biggest set
    takes what rounding leaves over.   Returns the size of every active set.
    """
    active = [one for one in sets if one.replicas > 0]
    allowed = replicas + surge if replicas > 0 else 0
    to_add = allowed - sum(one.replicas for one in active)
    # Ties in size: newer sets grow first, older sets shrink first.
    active.sort(key=lambda one: (one.created, one.name), reverse=to_add > 0)
    active.sort(key=lambda one: one.replicas, reverse=True)
    sizes, added = {}, 0
    for one in active:
        share = _proportion(one, replicas, surge, status_replicas, to_add, added)
        sizes[one.name] = one.replicas + share
        added += share
    if active and to_add != 0:
        first = active[0].name
        sizes[first] = max(0, sizes[first] + to_add - added)
    return sizes


def _proportion(
    one: SetSize, replicas: int, surge: int, status_replicas: int, to_add: int, added: int
) -> int:
    if to_add in (0, added):
        return 0
    share = _fraction(one, replicas, surge, status_replicas)
    allowed = to_add - added
    return min(share, allowed) if to_add > 0 else max(share, allowed)


def _fraction(one: SetSize, replicas: int, surge: int, status_replicas: int) -> int:
    """Give the set's fair share of the change, rounded half away from zero."""
    if replicas == 0:
        return -one.replicas
    base = one.max_replicas if one.max_replicas is not None else status_replicas
    if base <= 0:
        return 0
    return (2 * one.replicas * (replicas + surge) + base) // (2 * base) - one.replicas


def is_saturated(
    replicas: int, new_replicas: int, new_available: int, annotated: int | None
) -> bool:
    """Tell whether the new set alone has all wanted pods, available.

    annotated: deployment.kubernetes.io/desired-replicas of that set.
    """
    return annotated == new_replicas == new_available == replicas


def is_complete(
    desired: int, replicas: int, updated: int, available: int, generation_observed: bool
) -> bool:
    """Tell whether every pod is new and available, and the last change was seen."""
    return generation_observed and updated == replicas == available == desired


def is_progressing(old: dict[str, int], new: dict[str, int]) -> bool:
    """Tell whether a status is nearer to the goal than the one before it.

    Both have `replicas`, `updated`, `ready`, `available`; absent counts are 0.
    """
    before = {key: old.get(key, 0) for key in _COUNTS}
    after = {key: new.get(key, 0) for key in _COUNTS}
    return (
        after["updated"] > before["updated"]
        or after["replicas"] - after["updated"] < before["replicas"] - before["updated"]
        or after["ready"] > before["ready"]
        or after["available"] > before["available"]
    )


_COUNTS = ("replicas", "updated", "ready", "available")


def is_timed_out(deadline_s: int | None, since_update_us: int, reason: str) -> bool:
    """Tell whether a rollout makes no progress for longer than its deadline.

    since_update_us: since the Progressing condition was last updated.   reason: of that
    condition; a rollout that had completed never times out.
    """
    if deadline_s is None or deadline_s == NO_DEADLINE or reason == "NewReplicaSetAvailable":
        return False
    if reason == "ProgressDeadlineExceeded":
        return True
    return since_update_us > deadline_s * 1_000_000
