"""The STATUS, READY and RESTARTS of a pod as kubectl shows them.

Source: kubernetes v1.32 pkg/printers/internalversion/printers.go (printPod).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.plain import Object, get


@dataclass(frozen=True, slots=True)
class PodLine:
    """What one line says.   last_restart: RFC 3339, or "" if nothing was restarted."""

    ready: int
    total: int
    status: str
    restarts: int
    last_restart: str


def pod_line(pod: Object) -> PodLine:
    """Sum a pod up."""
    spec, status = pod["spec"], pod.get("status") or {}
    phase = status.get("phase") or ""
    reason = status.get("reason") or phase
    conditions = {c["type"]: c for c in status.get("conditions") or ()}
    if get(conditions, "PodScheduled", "reason") == "SchedulingGated":
        reason = "SchedulingGated"
    inits = {c["name"]: c for c in spec.get("initContainers") or ()}
    sidecars = [name for name, c in inits.items() if c.get("restartPolicy") == "Always"]
    total = len(spec.get("containers") or ()) + len(sidecars)
    first = _inits(status.get("initContainerStatuses") or (), sidecars, len(inits))
    ready, restarts, last = first["ready"], first["restarts"], first["last"]
    if first["reason"]:
        reason = first["reason"]
    initialized = get(conditions, "Initialized", "status") == "True"
    if not first["reason"] or initialized:
        restarts, last = first["sidecar_restarts"], first["sidecar_last"]
        running = False
        for one in reversed(status.get("containerStatuses") or ()):
            restarts += one.get("restartCount") or 0
            last = max(last, get(one, "lastState", "terminated", "finishedAt", default=""))
            state = one.get("state") or {}
            word = _word(state)
            if word:
                reason = word
            elif one.get("ready") and state.get("running") is not None:
                running = True
                ready += 1
        if reason == "Completed" and running:
            is_ready = get(conditions, "Ready", "status") == "True"
            reason = "Running" if is_ready else "NotReady"
    if pod["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            reason = "Unknown"
        elif phase not in ("Succeeded", "Failed"):
            reason = "Terminating"
    return PodLine(ready, total, reason, restarts, last)


def _word(state: dict[str, Any]) -> str:
    """Give the word for a container that waits or has ended; "" if it runs."""
    waiting = get(state, "waiting", "reason", default="")
    if waiting:
        return str(waiting)
    ended = state.get("terminated")
    if ended is None:
        return ""
    if ended.get("reason"):
        return str(ended["reason"])
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


def _inits(statuses: Any, sidecars: list[str], count: int) -> dict[str, Any]:
    """Sum the init containers up to the first that is not done."""
    out: dict[str, Any] = {
        "reason": "", "ready": 0, "restarts": 0, "last": "", "sidecar_restarts": 0,
        "sidecar_last": "",
    }  # fmt: skip
    for n, one in enumerate(statuses):
        state = one.get("state") or {}
        ended = state.get("terminated")
        last = get(one, "lastState", "terminated", "finishedAt", default="")
        out["restarts"] += one.get("restartCount") or 0
        out["last"] = max(out["last"], last)
        if one["name"] in sidecars:
            out["sidecar_restarts"] += one.get("restartCount") or 0
            out["sidecar_last"] = max(out["sidecar_last"], last)
        if ended is not None and ended.get("exitCode", 0) == 0:
            continue
        if one["name"] in sidecars and one.get("started"):
            out["ready"] += bool(one.get("ready"))
            continue
        waiting = get(state, "waiting", "reason", default="")
        if ended is not None or (waiting and waiting != "PodInitializing"):
            out["reason"] = f"Init:{_word(state)}"
        else:
            out["reason"] = f"Init:{n}/{count}"
        break
    return out
