"""Whether an object has reached what its manifest asks for, and if not, why.

A Pod is there when it is ready or has ended well, a workload when all its pods are, a Job when it
is complete, a claim when it is bound, an autoscaler when it finds its target and a metric to
scale by. Kinds that only state something are there at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from .conditions import condition_of, is_true
from .owners import controller_of
from .pods import is_ready, phase_of

if TYPE_CHECKING:
    from simulator.engine import Engine

Check = Callable[["Engine", Object], str]


def why_not_ready(engine: Engine, obj: Object) -> str:
    """Say in one line why an object is not there yet; "" when it is."""
    check = _CHECKS.get(obj["kind"])
    return check(engine, obj) if check is not None else ""


def _pod(engine: Engine, pod: Object) -> str:
    phase = phase_of(pod)
    if phase == "Succeeded" or is_ready(pod) or _is_as_wished(pod):
        return ""
    status = pod.get("status") or {}
    scheduled = condition_of(pod, "PodScheduled")
    if scheduled is not None and scheduled["status"] != "True":
        return f"{scheduled.get('reason', 'Pending')}: {scheduled.get('message', '')}"
    inits = status.get("initContainerStatuses") or []
    initialized = condition_of(pod, "Initialized") or {}
    runs = any("running" in row["state"] and not row.get("ready") for row in inits)
    if initialized.get("status") == "False" and runs:
        why = initialized.get("message") or ""
        return _with_event(engine, pod, f"{initialized.get('reason')}: {why}")
    rows = [*inits, *(status.get("containerStatuses") or ())]
    for row in rows:
        for state in (row.get("state") or {}, row.get("lastState") or {}):
            why = state.get("waiting") or state.get("terminated")
            ended_well = why and why.get("reason") == "Completed" and state is row.get("state")
            if why and not row.get("ready") and not ended_well:
                parts = [row["name"], why.get("reason"), why.get("message")]
                ended = why if "exitCode" in why else (row.get("lastState") or {}).get("terminated")
                if ended and not ended.get("message"):
                    parts.append(f"{ended.get('reason')} with exit code {ended['exitCode']}")
                return _with_event(engine, pod, ": ".join(str(one) for one in parts if one))
    ready = condition_of(pod, "Ready") or {}
    text = f"{phase}: {ready.get('reason', '')} {ready.get('message', '')}".strip(" :")
    return _with_event(engine, pod, text)


def _is_as_wished(pod: Object) -> bool:
    """Tell whether each container is ready, or has ended well and need not run again."""
    rows = (pod.get("status") or {}).get("containerStatuses") or []
    if pod["spec"].get("restartPolicy") == "Always" or len(rows) < len(pod["spec"]["containers"]):
        return False
    states = [(row.get("state") or {}).get("terminated") or {} for row in rows]
    return all(
        row.get("ready") or state.get("exitCode") == 0
        for row, state in zip(rows, states, strict=True)
    )


def _with_event(engine: Engine, obj: Object, text: str) -> str:
    """Add the last warning that was recorded about an object."""
    uid = obj["metadata"]["uid"]
    rows = [
        event
        for event in engine.store.list("Event", obj["metadata"].get("namespace") or "default")
        if event.get("type") == "Warning" and event["involvedObject"].get("uid") == uid
    ]
    if not rows:
        return text
    last = max(rows, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime")))
    return f"{text} ({last['reason']}: {last['message']})"


def _counted(wanted: Callable[[Object], int], have: tuple[str, ...]) -> Check:
    """Make the check of a workload that counts its pods."""

    def check(engine: Engine, obj: Object) -> str:
        status = obj.get("status") or {}
        want = wanted(obj)
        seen = status.get("observedGeneration", 0) >= obj["metadata"].get("generation", 0)
        counts = [int(status.get(name) or 0) for name in have]
        if seen and all(count >= want for count in counts):
            return ""
        text = f"{min(counts)} of {want} pods are ready"
        return f"{text}; {_why_of_pods(engine, obj)}".rstrip("; ")

    return check


def _replicas(obj: Object) -> int:
    wanted = (obj.get("spec") or {}).get("replicas")
    return 1 if wanted is None else int(wanted)


def _desired(obj: Object) -> int:
    return int((obj.get("status") or {}).get("desiredNumberScheduled") or 0)


def _why_of_pods(engine: Engine, owner: Object) -> str:
    """Say why the first pod below a workload is not ready, or what kept it from being made."""
    uids = [owner["metadata"]["uid"]]
    namespace = owner["metadata"].get("namespace") or ""
    for kind in ("ReplicaSet", "Job"):
        for child in engine.store.list(kind, namespace):
            if (controller_of(child) or {}).get("uid") in uids:
                uids.append(child["metadata"]["uid"])
    for pod in engine.store.list("Pod", namespace):
        if (controller_of(pod) or {}).get("uid") in uids:
            why = _pod(engine, pod)
            if why:
                return f"{pod['metadata']['name']}: {why}"
    for event in engine.store.list("Event", namespace):
        if event.get("type") == "Warning" and event["involvedObject"].get("uid") in uids:
            return f"{event['reason']}: {event['message']}"
    return ""


def _job(engine: Engine, job: Object) -> str:
    if is_true(job, "Complete") or job["spec"].get("suspend"):
        return ""
    failed = condition_of(job, "Failed")
    if failed is not None:
        return f"{failed.get('reason')}: {failed.get('message')}"
    why = _why_of_pods(engine, job)
    return f"not complete; {why}".rstrip("; ")


def _claim(engine: Engine, claim: Object) -> str:
    phase = (claim.get("status") or {}).get("phase") or "Pending"
    if phase == "Bound":
        return ""
    uid = claim["metadata"]["uid"]
    rows = [e for e in engine.store.list("Event", claim["metadata"]["namespace"])
            if e["involvedObject"].get("uid") == uid]  # fmt: skip
    return f"{phase}: {rows[-1]['message']}" if rows else str(phase)


def _volume(_: Engine, volume: Object) -> str:
    phase = (volume.get("status") or {}).get("phase") or "Pending"
    return "" if phase in ("Available", "Bound") else str(phase)


def _service(_: Engine, service: Object) -> str:
    if service["spec"].get("type") != "LoadBalancer":
        return ""
    rows: list[Any] = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return "" if rows else "the load balancer has no address yet"


def _condition(kind: str) -> Check:
    def check(_: Engine, obj: Object) -> str:
        if is_true(obj, kind):
            return ""
        found = condition_of(obj, kind) or {}
        text = f"{found.get('reason', '')} {found.get('message', '')}"
        return f"not {kind}: {text}".strip(" :")

    return check


def _autoscaler(_: Engine, autoscaler: Object) -> str:
    """Say what keeps an autoscaler from scaling; a target scaled to zero switches it off."""
    for kind in ("AbleToScale", "ScalingActive"):
        found = condition_of(autoscaler, kind)
        if found is None:
            return f"not {kind}: it has not looked at its target yet"
        if found["status"] != "True" and found.get("reason") != "ScalingDisabled":
            return f"not {kind}: {found.get('reason')}: {found.get('message')}"
    return ""


def _namespace(_: Engine, namespace: Object) -> str:
    phase = str((namespace.get("status") or {}).get("phase"))
    return "" if phase == "Active" else phase


_SETS = _counted(_replicas, ("readyReplicas",))
_CHECKS: dict[str, Check] = {
    "Pod": _pod,
    "Deployment": _counted(_replicas, ("availableReplicas", "updatedReplicas")),
    "ReplicaSet": _SETS,
    "ReplicationController": _SETS,
    "StatefulSet": _SETS,
    "DaemonSet": _counted(_desired, ("numberReady", "updatedNumberScheduled")),
    "Job": _job,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "Service": _service,
    "Namespace": _namespace,
    "Node": _condition("Ready"),
    "HorizontalPodAutoscaler": _autoscaler,
    "CustomResourceDefinition": _condition("Established"),
}
