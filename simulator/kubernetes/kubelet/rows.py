"""What a kubelet remembers of a pod and of each of its containers: plain rows of one table.

Pod's row: {"namespace", "name", "uid", "node", "step": "new" | "sandbox" | "up" | "ended",
"ip", "startTime", "addedUs", "wake": [calendar number, due us] or null, "initialized",
"graceS", "stopping": null or {...}, "containers": {name: container's row}}.

Container's row: {"kind": "init" | "sidecar" | "app" | "ephemeral", "id", "before", "restarts",
"image", "imageID", "state", "last" (as in a ContainerStatus), "waiting", "started", "ready",
"probes", "backoffUs", "backoffSetUs", "cleared" (the id whose back-off is over), "finishedUs",
"startedUs", "pull", "told"}.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

Row = dict[str, Any]


def specs_of(pod: Object) -> list[tuple[str, Object]]:
    """Give a pod's containers in starting order, each with its kind."""
    rows = []
    for container in pod["spec"].get("initContainers") or ():
        kind = "sidecar" if container.get("restartPolicy") == "Always" else "init"
        rows.append((kind, container))
    rows += [("app", container) for container in pod["spec"]["containers"]]
    rows += [("ephemeral", one) for one in pod["spec"].get("ephemeralContainers") or ()]
    return rows


def take_in_ephemeral(row: Row, pod: Object) -> None:
    """Remember the containers that were added to a pod after its start."""
    for container in pod["spec"].get("ephemeralContainers") or ():
        row["containers"].setdefault(container["name"], container_row("ephemeral"))


def pod_row(pod: Object, now_us: int) -> Row:
    """Make the row of a pod that has just been assigned to a node."""
    meta, spec = pod["metadata"], pod["spec"]
    grace = spec.get("terminationGracePeriodSeconds")
    return {
        "namespace": meta["namespace"],
        "name": meta["name"],
        "uid": meta["uid"],
        "node": spec["nodeName"],
        "step": "new",
        "ip": "",
        "startTime": "",
        "addedUs": now_us,
        "wake": None,
        "initialized": False,
        "graceS": 30 if grace is None else grace,
        "stopping": None,
        "containers": {one["name"]: container_row(kind) for kind, one in specs_of(pod)},
    }


def container_row(kind: str) -> Row:
    """Make the row of a container that never ran."""
    return {
        "kind": kind,
        "id": "",
        "before": "",
        "restarts": 0,
        "image": "",
        "imageID": "",
        "state": "none",
        "ended": None,
        "last": None,
        "waiting": None,
        "started": False,
        "ready": False,
        "probes": {},
        "backoffUs": 0,
        "backoffSetUs": 0,
        "startedUs": None,
        "finishedUs": None,
        "pull": None,
        "kill": None,
    }


def is_running(container: Row) -> bool:
    """Say whether a container runs, as far as its kubelet knows."""
    return bool(container["state"] == "running")


def has_ended(container: Row) -> bool:
    """Say whether a container has run and ended."""
    return bool(container["state"] == "ended")


def is_starting(container: Row) -> bool:
    """Say whether the container engine is at starting a container."""
    return bool(container["state"] == "starting")


def ended_well(container: Row) -> bool:
    """Say whether a container has ended with exit code 0."""
    return has_ended(container) and container["ended"]["exitCode"] == 0


def should_restart(policy: str, container: Row) -> bool:
    """Say whether an ended container is started again.   policy: the pod's restartPolicy."""
    if container["kind"] == "ephemeral":
        return False
    if container["kind"] == "sidecar":
        return True
    if container["kind"] == "init":
        return policy != "Never" and not ended_well(container)
    return policy == "Always" or (policy == "OnFailure" and not ended_well(container))


def concerns_kubelet(pod: Object, old: Object) -> bool:
    """Say whether a change of a pod is one that its kubelet acts on."""
    meta, was = pod["metadata"], old["metadata"]
    return bool(
        meta.get("deletionTimestamp") != was.get("deletionTimestamp")
        or meta.get("deletionGracePeriodSeconds") != was.get("deletionGracePeriodSeconds")
        or pod["spec"] != old["spec"]
    )


def shown_state(container: Object) -> str:
    """Give what the kubelet sees of a container: "created", "running", "ended" or "failed"."""
    if container["drydock"].get("startError"):
        return f"failed {container['drydock']['run']}"
    if container["State"]["Running"]:
        return "running"
    return "ended" if container["drydock"].get("finishedUs") is not None else "created"
