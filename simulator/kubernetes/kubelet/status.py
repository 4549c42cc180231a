"""The status that a kubelet reports of a pod: phase, conditions, container statuses.

Sources: pkg/kubelet/kubelet_pods.go (getPhase, generateAPIPodStatus) and
pkg/kubelet/status/generate.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.kubelet.rows import (
    Row,
    ended_well,
    has_ended,
    is_running,
    is_starting,
    specs_of,
)
from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

KUBELET_CONDITIONS = (
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
)


def pod_status(engine: Engine, pod: Object, row: Row) -> Object:
    """Make the whole status of a pod from its kubelet's row."""
    old = pod.get("status") or {}
    phase = phase_of(pod, row)
    if row.get("failed"):
        phase = "Failed"
    status: Object = {key: value for key, value in old.items() if key not in _OURS}
    status["phase"] = phase
    now = engine.timestamp()
    conditions: list[Any] = list(old.get("conditions") or ())
    for condition in conditions_of(pod, row, phase):
        conditions = put_condition(conditions, condition, now)
    status["conditions"] = sorted(conditions, key=_condition_order)
    if row.get("failed"):
        status.update(row["failed"])
    host = engine.machines.ip(row["node"])
    status["hostIP"] = host
    status["hostIPs"] = [{"ip": host}]
    if row["ip"] or old.get("podIP"):
        address = row["ip"] or old["podIP"]
        status["podIP"] = address
        status["podIPs"] = [{"ip": address}]
    status["startTime"] = row["startTime"] or now
    init, apps, debug = _container_statuses(engine, pod, row)
    if init:
        status["initContainerStatuses"] = init
    if apps:
        status["containerStatuses"] = apps
    if debug:
        status["ephemeralContainerStatuses"] = debug
    status["qosClass"] = old.get("qosClass") or "BestEffort"
    return status


_OURS = (
    "phase", "conditions", "hostIP", "hostIPs", "podIP", "podIPs", "startTime",
    "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses", "qosClass",
)  # fmt: skip


def _condition_order(condition: Object) -> int:
    kind = condition["type"]
    return KUBELET_CONDITIONS.index(kind) if kind in KUBELET_CONDITIONS else -1


def phase_of(pod: Object, row: Row) -> str:
    """Sum up a pod in one word."""
    policy = pod["spec"].get("restartPolicy") or "Always"
    rows: dict[str, Row] = row["containers"]
    pending_init = failed_init = False
    waiting = running = stopped = succeeded = 0
    for kind, spec in specs_of(pod):
        one = rows[spec["name"]]
        if kind == "ephemeral":
            continue
        if kind == "init":
            failed_init = failed_init or (_has_run(one) and not _went_well(one))
            pending_init = pending_init or not ended_well(one)
        elif kind == "sidecar":
            pending_init = pending_init or not (one["started"] or _has_run(one))
        elif is_running(one) or one.get("redefined"):
            running += 1
        elif _has_run(one):
            stopped += 1
            succeeded += ended_well(one)
        else:
            waiting += 1
    if row["stopping"] and not any(is_running(one) or is_starting(one) for one in rows.values()):
        # A pod that is being deleted ends in a last phase, also when it never ran.
        return "Succeeded" if succeeded == stopped and not waiting else "Failed"
    if failed_init and policy == "Never":
        return "Failed"
    if (pending_init and not row["initialized"]) or waiting:
        return "Pending"
    if running:
        return "Running"
    if policy == "Always" and not row["stopping"]:
        return "Running"
    if stopped == succeeded:
        return "Succeeded"
    return "Failed" if policy == "Never" or row["stopping"] else "Running"


def _has_run(one: Row) -> bool:
    return has_ended(one) or (not is_running(one) and one["last"] is not None)


def _went_well(one: Row) -> bool:
    ended = one["ended"] if has_ended(one) else one["last"]
    return bool(ended and ended["exitCode"] == 0)


def conditions_of(pod: Object, row: Row, phase: str) -> list[Object]:
    """Give the conditions that the kubelet sets."""
    ended = phase in ("Succeeded", "Failed")
    up = row["step"] == "up" and bool(row["ip"]) and not ended
    initialized = _initialized(pod, row, phase)
    unready = [
        spec["name"]
        for kind, spec in specs_of(pod)
        if kind in ("app", "sidecar") and not row["containers"][spec["name"]]["ready"]
    ]
    if phase == "Succeeded":
        ready: Object = {"status": "False", "reason": "PodCompleted"}
    elif phase == "Failed":
        ready = {"status": "False", "reason": "PodFailed"}
    elif unready:
        ready = {
            "status": "False",
            "reason": "ContainersNotReady",
            "message": f"containers with unready status: [{' '.join(unready)}]",
        }
    else:
        ready = {"status": "True"}
    base = {"lastProbeTime": None}
    gates = _gates(pod)
    gated = gates if ready["status"] == "True" and gates else ready
    return [
        {"type": "PodReadyToStartContainers", **base, "status": "True" if up else "False"},
        {"type": "Initialized", **base, **initialized},
        {"type": "Ready", **base, **gated},
        {"type": "ContainersReady", **base, **ready},
        {"type": "PodScheduled", **base, "status": "True"},
    ]


def _initialized(pod: Object, row: Row, phase: str) -> Object:
    left = []
    for kind, spec in specs_of(pod):
        one = row["containers"][spec["name"]]
        done = ended_well(one) if kind == "init" else one["started"] or row["initialized"]
        if kind in ("init", "sidecar") and not done:
            left.append(spec["name"])
    if row["initialized"] or not left:
        reason = {"reason": "PodCompleted"} if phase == "Succeeded" else {}
        return {"status": "True", **reason}
    names = " ".join(left)
    message = f"containers with incomplete status: [{names}]"
    return {"status": "False", "reason": "ContainersNotInitialized", "message": message}


def _gates(pod: Object) -> Object | None:
    """Give why a pod whose containers are ready is not: a readiness gate that nobody opened."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    have = [one["type"] for one in conditions if one["status"] == "True"]
    gates = [gate["conditionType"] for gate in pod["spec"].get("readinessGates") or ()]
    shut = [gate for gate in gates if gate not in have]
    if not shut:
        return None
    texts = [f'corresponding condition of pod readiness gate "{gate}" does not exist.'
             for gate in shut]  # fmt: skip
    return {"status": "False", "reason": "ReadinessGatesNotReady", "message": ", ".join(texts)}


def _container_statuses(
    engine: Engine, pod: Object, row: Row
) -> tuple[list[Object], list[Object], list[Object]]:
    """Give the statuses of init, of main and of ephemeral containers."""
    init: list[Object] = []
    apps: list[Object] = []
    debug: list[Object] = []
    creating = "PodInitializing" if pod["spec"].get("initContainers") else "ContainerCreating"
    for kind, spec in specs_of(pod):
        one = row["containers"][spec["name"]]
        default = creating if kind == "app" or row["initialized"] else "PodInitializing"
        shown = _status(engine, spec, one, default)
        if kind == "ephemeral":  # nobody waits for it to be ready
            shown = {key: value for key, value in shown.items() if key != "started"}
            shown["ready"] = False
        (apps if kind == "app" else debug if kind == "ephemeral" else init).append(shown)
    return init, sorted(apps, key=lambda each: str(each["name"])), debug


def _status(engine: Engine, spec: Object, one: Row, default: str) -> Object:
    again = is_starting(one) and one["last"] is not None  # nothing new is known of it yet
    ended = one["last"] if again else one["ended"]
    last = one["ended"] if has_ended(one) and one["waiting"] else one["last"]
    if is_running(one):
        state: Object = {"running": {"startedAt": engine.timestamp(one["startedUs"])}}
    elif ended is not None and not one["waiting"]:
        state, last = {"terminated": ended}, None if again else last
    else:
        state = {"waiting": one["waiting"] or {"reason": default}}
    status: Object = {
        "name": spec["name"],
        "state": state,
        "lastState": {"terminated": last} if last else {},
        "ready": one["ready"],
        "restartCount": one["restarts"] - int(again),
        "image": one["image"] or spec["image"],
        "imageID": one["imageID"],
        "started": one["started"],
    }
    if one["id"]:
        status["containerID"] = f"docker://{one['before'] if again else one['id']}"
    return status
