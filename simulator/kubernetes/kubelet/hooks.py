"""Lifecycle hooks of containers: a command, a request or a pause, after the start or at the end.

A container counts as running only when its postStart hook is done; one that fails kills it.

Sources: pkg/kubelet/lifecycle/handlers.go and kuberuntime/kuberuntime_container.go
(startContainer), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.kubelet.rows import Row, is_starting, specs_of
from simulator.plain import Object, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

POLL_US = 100 * MS
REQUEST_US = 10 * MS


def begin_hook(
    engine: Engine, kubelets: Kubelets, row: Row, pod: Object, spec: Object, hook: Object
) -> tuple[int, str | None, bool]:
    """Start a hook; answers when to look after it, its exec id if it is one, whether it is well."""
    if "sleep" in hook:
        return int(hook["sleep"]["seconds"]) * SECOND, None, True
    if "exec" in hook:
        argv = [str(word) for word in hook["exec"].get("command") or ()]
        try:
            container = row["containers"][spec["name"]]["id"]
            return POLL_US, engine.docker.exec_start(row["node"], container, argv), True
        except DrydockError:
            return 0, None, False
    if "httpGet" in hook:
        ok, why = kubelets.probes.http_get(row, pod, spec, hook["httpGet"])
        return REQUEST_US, None, ok or "statuscode" in why  # any answer will do
    return 0, None, True


class PostStart:
    """Runs postStart hooks. Calendar rows "kubelet.started" [uid, container, id, exec, well]."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.kubelets = kubelets
        engine.calendar.on("kubelet.started", self._look)

    def is_done(self, row: Row, pod: Object, spec: Object) -> bool:
        """Say whether a container that runs has had its hook; begins it if not."""
        hook = get(spec, "lifecycle", "postStart")
        one = row["containers"][spec["name"]]
        if not hook or one.get("hook") == "done":
            return True
        if one.get("hook") is None:
            one["hook"] = "running"
            wait, exec_id, well = begin_hook(self.engine, self.kubelets, row, pod, spec, hook)
            key = [row["uid"], spec["name"], one["id"], exec_id, well]
            self.engine.calendar.after(wait, "kubelet.started", key)
        return False

    def _look(self, key: list[Any]) -> None:
        """Look after a hook; when it has ended, its container runs, or is killed."""
        uid, name, container_id, exec_id, well = key
        row = self.kubelets.workers.rows.get(uid)
        one = row["containers"].get(name) if row is not None else None
        if row is None or one is None or one["id"] != container_id or not is_starting(one):
            return
        if exec_id is not None:
            state = self.engine.docker.exec_state(exec_id)
            if state["Running"]:
                self.engine.calendar.after(POLL_US, "kubelet.started", key)
                return
            well = state["ExitCode"] == 0
            self.engine.docker.exec_forget(exec_id)
        if not well:
            self._failed(row, name)
            return
        one["hook"] = "done"
        self.kubelets.workers.wake(uid, 0)

    def _failed(self, row: Row, name: str) -> None:
        pod = self.engine.store.get("Pod", row["namespace"], row["name"])
        if pod is None or pod["metadata"]["uid"] != row["uid"]:
            return
        spec = next(spec for _, spec in specs_of(pod) if spec["name"] == name)
        text = "PostStartHook failed"
        self.kubelets.workers.tell(pod, "Warning", "FailedPostStartHook", text, spec)
        grace_us = row["graceS"] * SECOND
        self.kubelets.stopper.kill(row, pod, spec, "FailedPostStartHook", grace_us)
