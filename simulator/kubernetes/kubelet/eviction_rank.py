"""Whom a kubelet under pressure evicts first, and whom never.

First those that use more than they asked for, then by priority, then by how much more they use.

Source: pkg/kubelet/eviction/helpers.go (rankMemoryPressure, rankDiskPressureFunc) and
pkg/kubelet/types/pod_update.go (IsCriticalPod), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api.quantity import bytes_of, bytes_text
from simulator.kubernetes.kubelet.admission import requests_of
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

CRITICAL_PRIORITY = 2_000_000_000
"""system-cluster-critical; system-node-critical is above it."""
MIRROR = "kubernetes.io/config.mirror"


def is_critical(pod: Object) -> bool:
    """Say whether a pod is never evicted and always admitted: static, or of the system's rank."""
    if MIRROR in (pod["metadata"].get("annotations") or {}):
        return True
    return int(pod["spec"].get("priority") or 0) >= CRITICAL_PRIORITY


def bears_memory_pressure(pod: Object) -> bool:
    """Say whether a node short of memory still takes a pod: it asked for some, or tolerates it."""
    if get(pod, "status", "qosClass", default="BestEffort") != "BestEffort":
        return True
    for one in pod["spec"].get("tolerations") or ():
        if one.get("effect") in (None, "", "NoSchedule"):
            key = one.get("key")
            if key == "node.kubernetes.io/memory-pressure" or (
                not key and one.get("operator") == "Exists"
            ):
                return True
    return False


def ranked(engine: Engine, resource: str, pods: list[Object]) -> list[Object]:
    """Sort pods, the first to be evicted first."""

    def rank(pod: Object) -> tuple[bool, int, int, str]:
        used = sum(usage_of(engine, resource, pod).values())
        over = used - _asked(resource, pod)
        return over <= 0, int(pod["spec"].get("priority") or 0), -over, pod["metadata"]["name"]

    return sorted(pods, key=rank)


def larger_than_asked(engine: Engine, resource: str, pod: Object) -> str:
    """Tell of the containers that use more than they asked for, as the eviction's message does."""
    text = ""
    used = usage_of(engine, resource, pod)
    for container in pod["spec"]["containers"]:
        name = container["name"]
        asked = get(container, "resources", "requests", resource, default="0")
        if used.get(name, 0) > bytes_of(asked):
            text += (
                f"Container {name} was using {bytes_text(used[name])}, request is {asked}, "
                f"has larger consumption of {resource}. "
            )
    return text


def usage_of(engine: Engine, resource: str, pod: Object) -> dict[str, int]:
    """Give the bytes that each container of a pod uses of memory or of its node's disk."""
    found = {}
    for container in engine.store.by("Container", "pod", pod["metadata"]["uid"]):
        name = str(get(container, "drydock", "pod", "container", default=""))
        if resource == "memory":
            if container["State"]["Running"]:
                found[name] = int(engine.programs.usage(container["Id"])["memory_bytes"])
        else:
            found[name] = found.get(name, 0) + int(engine.docker.files.size(container["Id"]))
    return found


def _asked(resource: str, pod: Object) -> int:
    if resource == "memory":
        return requests_of(pod)["memory"]
    return sum(
        bytes_of(get(container, "resources", "requests", resource, default="0"))
        for container in pod["spec"]["containers"]
    )
