"""Two reasons for which the kubelet itself ends what runs: a deadline, and another image.

Sources: pkg/kubelet/active_deadline.go and kuberuntime/kuberuntime_manager.go
(computePodActions, containerChanged), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.kubelet.rows import Row, is_running, specs_of
from simulator.plain import Object
from simulator.timing import SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

LATE = "Pod was active on the node longer than the specified deadline"


def is_past(engine: Engine, kubelets: Kubelets, row: Row, pod: Object) -> bool:
    """Say whether a pod's activeDeadlineSeconds are over; if not, look again when they are."""
    seconds = pod["spec"].get("activeDeadlineSeconds")
    if seconds is None or not row["startTime"]:
        return False
    begun_us = since_start(engine.start, row["startTime"]) or 0
    left_us = begun_us + int(seconds) * SECOND - engine.now_us
    if left_us > 0:
        kubelets.workers.wake(row["uid"], left_us)
    return left_us <= 0


def end(kubelets: Kubelets, row: Row, pod: Object) -> None:
    """Stop a pod whose time is over; it has failed once its containers have ended."""
    kubelets.workers.tell(pod, "Normal", "DeadlineExceeded", LATE)
    row.update(step="evicting", evicted={"reason": "DeadlineExceeded", "message": LATE})
    for _, spec in specs_of(pod):
        if is_running(row["containers"][spec["name"]]):
            text = f"Stopping container {spec['name']}"
            kubelets.stopper.kill(row, pod, spec, text, row["graceS"] * SECOND)


def redefine(kubelets: Kubelets, row: Row, pod: Object, spec: Object) -> None:
    """End a running container whose image is another one now; it starts anew in any case."""
    one = row["containers"][spec["name"]]
    if one["image"] == spec["image"] or one["kill"] is not None:
        return
    one["redefined"] = True
    text = f"Container {spec['name']} definition changed, will be restarted"
    kubelets.stopper.kill(row, pod, spec, text, row["graceS"] * SECOND)
