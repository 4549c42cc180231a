"""Rolling updates of DaemonSets that start the new pod of a node before the old one goes.

Source: pkg/controller/daemon (update.go rollingUpdate, daemon_controller.go
podsShouldBeOnNode), v1.32.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.kubernetes.controllers.revisions import REVISION_LABEL
from simulator.kubernetes.controllers.rollout import scaled_value
from simulator.kubernetes.pods import is_finished, is_ready, is_terminating
from simulator.plain import Object, get

IsAvailable = Callable[[Object], bool]


def surge_of(one: Object, wanted: int) -> int:
    """Give how many nodes may have two pods of a set that should be on `wanted` nodes."""
    rolling = get(one, "spec", "updateStrategy", "rollingUpdate", default=None) or {}
    return scaled_value(rolling.get("maxSurge") or 0, wanted, round_up=True)


def too_many(running: list[Object], revision: str, is_available: IsAvailable) -> list[Object]:
    """Name which pods of one node go, the oldest first given: one old and one new may be there.

    The old one goes when the new one is available, or when the old one does not serve anyway.
    """
    old = [pod for pod in running if not _is_new(pod, revision)]
    new = [pod for pod in running if _is_new(pod, revision)]
    gone = [*old[1:], *new[1:]]
    if old and new and (not is_ready(old[0]) or is_available(new[0])):
        gone.append(old[0])
    return gone


def next_nodes(
    by_node: dict[str, list[Object]], revision: str, most: int, is_available: IsAvailable
) -> list[str]:
    """Name the nodes that get their new pod now, beside the old one."""
    at_once, later, surging = [], [], 0
    for name in sorted(by_node):
        alive = [pod for pod in by_node[name] if not is_terminating(pod) and not is_finished(pod)]
        old = [pod for pod in alive if not _is_new(pod, revision)]
        if not old:
            continue
        if len(old) < len(alive):
            surging += 1
        elif is_available(old[0]):
            later.append(name)
        else:
            at_once.append(name)
    return [*at_once, *later[: max(0, most - surging)]]


def _is_new(pod: Object, revision: str) -> bool:
    return bool(get(pod, "metadata", "labels", REVISION_LABEL) == revision)
