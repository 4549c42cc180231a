"""What others ask of a Pod: is it active, ready, available, whose is it, where does it run.

Sources: pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.plain import Object
from simulator.timing import SECOND, since_start

from .conditions import condition_of

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.store import Store

FINISHED = ("Succeeded", "Failed")


def phase_of(pod: Object) -> str:
    """Give the pod's phase; a pod without one is Pending."""
    return (pod.get("status") or {}).get("phase") or "Pending"


def is_finished(pod: Object) -> bool:
    """Say whether a pod has ended for good."""
    return phase_of(pod) in FINISHED


def is_terminating(obj: Object) -> bool:
    """Say whether an object is being deleted."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def is_active(pod: Object) -> bool:
    """Say whether a pod counts for its controller: neither finished nor being deleted."""
    return not is_finished(pod) and not is_terminating(pod)


def is_ready(pod: Object) -> bool:
    """Say whether a pod's Ready condition is True."""
    condition = condition_of(pod, "Ready")
    return condition is not None and condition.get("status") == "True"


def unavailable_for_us(engine: Engine, pod: Object, min_ready_s: int) -> int | None:
    """Give how long until a ready pod counts as available: 0 when it does, None when not ready."""
    condition = condition_of(pod, "Ready")
    if condition is None or condition.get("status") != "True":
        return None
    if min_ready_s == 0:
        return 0
    since_us = since_start(engine.start, condition.get("lastTransitionTime")) or 0
    return max(0, since_us + min_ready_s * SECOND - engine.now_us)


def index_pods(store: Store) -> None:
    """Keep pods findable by the node they are on and by namespace and label.

    Indexes of kind Pod: "node" -> node's name; "label" -> "namespace/key=value"; "claim" ->
    "namespace/claim".
    """
    store.index("Pod", "claim", _claims)
    store.index("Pod", "node", _node)
    store.index("Pod", "label", _labels)


def claims_of(pod: Object) -> list[str]:
    """Name the persistent volume claims that a pod uses."""
    found = []
    for volume in pod["spec"].get("volumes") or ():
        if "persistentVolumeClaim" in volume:
            found.append(str(volume["persistentVolumeClaim"]["claimName"]))
        elif "ephemeral" in volume:
            found.append(f"{pod['metadata']['name']}-{volume['name']}")
    return found


def _claims(pod: Object) -> list[str]:
    return [f"{pod['metadata'].get('namespace') or ''}/{name}" for name in claims_of(pod)]


def users_of_claim(store: Store, namespace: str, name: str) -> list[Object]:
    """Give the pods that use a claim and have not finished."""
    return [pod for pod in store.by("Pod", "claim", f"{namespace}/{name}") if not is_finished(pod)]


def _node(pod: Object) -> list[str]:
    name = pod["spec"].get("nodeName")
    return [name] if name else []


def _labels(pod: Object) -> list[str]:
    meta = pod["metadata"]
    namespace = meta.get("namespace") or ""
    return [f"{namespace}/{key}={value}" for key, value in (meta.get("labels") or {}).items()]


def pods_on(store: Store, node: str) -> list[Object]:
    """Give the pods bound to a node."""
    return store.by("Pod", "node", node)


def labelled_pods(store: Store, namespace: str, labels: dict[str, str]) -> list[Object]:
    """Give the pods of a namespace that carry all these labels; none for no labels."""
    if not labels:
        return []
    wanted = sorted(labels.items())
    smallest: list[Object] | None = None
    for key, value in wanted:
        found = store.by("Pod", "label", f"{namespace}/{key}={value}")
        if smallest is None or len(found) < len(smallest):
            smallest = found
    return [
        pod
        for pod in smallest or ()
        if all((pod["metadata"].get("labels") or {}).get(key) == value for key, value in wanted)
    ]
