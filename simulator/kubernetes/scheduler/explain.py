"""Why a pod is where it is, for any pod: the decision that is kept, else the same asked again.

Asking again reads a copy of the scheduler's cache, without the pod: nothing is written, and ties
go to the first node instead of being drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.scheduler.binder import scheduler_of
from simulator.kubernetes.scheduler.cache import Cache
from simulator.kubernetes.scheduler.decide import decide
from simulator.kubernetes.scheduler.podinfo import pod_info
from simulator.kubernetes.scheduler.table import rows_of
from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

MIRROR = "kubernetes.io/config.mirror"


def explain(engine: Engine, namespace: str, name: str, now: bool = False) -> dict[str, Any]:
    """Give the table of a decision about a pod (see table.py), with `asked`: "then" or "now".

    now: ask again even if the decision is kept, over all nodes. Raises DrydockError for no such
    pod, and for one that the scheduler has no say in.
    """
    pod = engine.store.get("Pod", namespace, name)
    if pod is None:
        raise DrydockError(f'pods "{name}" not found')
    kept = engine.scheduler.decision(namespace, name)
    if kept is not None and not now:
        return {**kept, "asked": "then"}
    _check_is_asked(engine, pod)
    return {**_asked_again(engine, pod), "asked": "now", "bound": pod["spec"].get("nodeName")}


def _check_is_asked(engine: Engine, pod: Object) -> None:
    name = pod["metadata"]["name"]
    if MIRROR in (pod["metadata"].get("annotations") or {}):
        raise DrydockError(
            f"the scheduler was not asked about {name}",
            "it is a static pod: the kubelet of its machine starts it from a file",
        )
    if scheduler_of(pod) not in engine.scheduler.profiles:
        raise DrydockError(
            f"the scheduler was not asked about {name}",
            f"its schedulerName is {scheduler_of(pod)}, and no such scheduler runs",
        )


def _asked_again(engine: Engine, pod: Object) -> dict[str, Any]:
    scheduler = engine.scheduler
    cache = Cache(engine.store)
    cache.rebuild(scheduler.binder.nodes())
    spec = {key: value for key, value in pod["spec"].items() if key != "nodeName"}
    info = pod_info({**pod, "spec": spec})
    cache.remove_pod(info.key)
    # All nodes are looked at: the question is how each of them compares.
    profile = replace(scheduler.profiles[scheduler_of(pod)], percentage=100)
    decision, _ = decide(info, cache, profile, lambda _: 0, columns=False)
    rows = rows_of(decision, profile, engine.now_us, max(decision.nodes, 1))
    return {**rows, "preempted": None}
