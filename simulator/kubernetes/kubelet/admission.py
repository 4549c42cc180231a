"""What a kubelet refuses although the scheduler (or nobody) sent it there.

Sources: pkg/kubelet/lifecycle/predicate.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api import quantity
from simulator.kubernetes.kubelet.rows import Row
from simulator.kubernetes.pods import is_finished, pods_on
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

REASONS = {"cpu": "OutOfcpu", "memory": "OutOfmemory", "pods": "OutOfpods"}


class Admission:
    """Refuses a pod for which the node has no room left."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def refusal(self, row: Row, pod: Object) -> Object | None:
        """Give {"reason", "message"} when the pod cannot be taken, or None."""
        node = self.engine.store.get("Node", "", row["node"])
        if node is None:
            return None
        pressed = self.engine.kubelets.eviction.refusal(row["node"], pod)
        if pressed is not None:
            return pressed
        others = [
            other
            for other in pods_on(self.engine.store, row["node"])
            if not is_finished(other) and other["metadata"]["uid"] != row["uid"]
        ]
        allocatable = get(node, "status", "allocatable", default={})
        if len(others) + 1 > int(allocatable.get("pods", "110")):
            limit = allocatable.get("pods", "110")
            return _refusal("pods", 1, len(others), int(limit))
        wants = requests_of(pod)
        for resource in ("cpu", "memory"):
            if not wants[resource]:
                continue
            used = sum(requests_of(other)[resource] for other in others)
            read = quantity.milli_cpu if resource == "cpu" else quantity.bytes_of
            capacity = read(allocatable.get(resource))
            if used + wants[resource] > capacity:
                return _refusal(resource, wants[resource], used, capacity)
        return None


def _refusal(resource: str, wanted: int, used: int, capacity: int) -> Object:
    message = (
        f"Pod was rejected: Node didn't have enough resource: {resource}, "
        f"requested: {wanted}, used: {used}, capacity: {capacity}"
    )
    return {"reason": REASONS[resource], "message": message}


def requests_of(pod: Object) -> dict[str, int]:
    """Give what a pod asks for in all: milli-CPU and bytes.

    The larger of what its containers and sidecars ask for together, and what any step of its
    start asks for (component-helpers resource.PodRequests).
    """
    spec = pod["spec"]
    total = {"cpu": 0, "memory": 0}
    steps = {"cpu": 0, "memory": 0}
    sidecars = {"cpu": 0, "memory": 0}
    for container in spec.get("initContainers") or ():
        one = _of(container)
        for key in total:
            if container.get("restartPolicy") == "Always":
                sidecars[key] += one[key]
                steps[key] = max(steps[key], sidecars[key])
            else:
                steps[key] = max(steps[key], sidecars[key] + one[key])
    for container in spec["containers"]:
        one = _of(container)
        for key in total:
            total[key] += one[key]
    overhead = spec.get("overhead") or {}
    extra = {
        "cpu": quantity.milli_cpu(overhead.get("cpu")),
        "memory": quantity.bytes_of(overhead.get("memory")),
    }
    return {key: max(total[key] + sidecars[key], steps[key]) + extra[key] for key in total}


def _of(container: Object) -> dict[str, int]:
    requests = get(container, "resources", "requests", default={})
    return {
        "cpu": quantity.milli_cpu(requests.get("cpu")),
        "memory": quantity.bytes_of(requests.get("memory")),
    }
