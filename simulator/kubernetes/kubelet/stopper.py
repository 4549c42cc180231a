"""How a pod ends: preStop, the stop signal, grace, SIGKILL, and the last word to the API server.

All containers are asked at once; sidecars stop after them, in reverse order. Meanwhile, and
without waiting for it, the endpoint slice controller takes the pod out of its services: that is
the race in which requests are lost.

Sources: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer), pkg/kubelet/kubelet.go
(SyncTerminatingPod), pkg/kubelet/status (canBeDeleted), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.kubelet.hooks import begin_hook
from simulator.kubernetes.kubelet.rows import Row, is_running, is_starting, specs_of
from simulator.plain import Object, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

LEAST_GRACE_S = 2
"""What a container still gets when its preStop hook took all the time (minimumGracePeriod)."""
HOOK_POLL_US = 100 * MS
CLEAN_UP_US = (100 * MS, 600 * MS)
"""From the last container's end to the pod's being gone: unmounting, control groups (assumed)."""


class Stopper:
    """Calendar rows "kubelet.hook" [uid, container, id, exec], "kubelet.kill", "kubelet.gone"."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        engine.calendar.on("kubelet.hook", self._hook_done)
        engine.calendar.on("kubelet.kill", self._kill_now)
        engine.calendar.on("kubelet.gone", self._gone)

    # A pod that is being deleted

    def stop(self, uid: str, row: Row, pod: Object) -> None:
        """Go on ending a pod; the kubelet's last act is to delete it for good."""
        grace = pod["metadata"].get("deletionGracePeriodSeconds")
        grace = row["graceS"] if grace is None else grace
        stopping = row["stopping"]
        if stopping is None:
            deadline = self.engine.now_us + grace * SECOND
            stopping = row["stopping"] = {"graceS": grace, "deadlineUs": deadline, "last": False}
        elif grace < stopping["graceS"]:
            stopping["graceS"] = grace
            stopping["deadlineUs"] = self.engine.now_us + grace * SECOND
            self.engine.calendar.after(grace * SECOND, "kubelet.kill", uid)
        if not self._stop_containers(row, pod):
            self.kubelets.workers.report(uid, row)
            return
        self.kubelets.workers.report(uid, row)
        if not stopping["last"]:
            stopping["last"] = True
            delay = self.kubelets.stream(row["node"]).between_us(*CLEAN_UP_US)
            self.engine.calendar.after(delay, "kubelet.gone", uid)

    def _stop_containers(self, row: Row, pod: Object) -> bool:
        """Ask what still runs to end; answers whether nothing runs any more."""
        alive = [
            (kind, spec)
            for kind, spec in specs_of(pod)
            if is_running(one := row["containers"][spec["name"]]) or is_starting(one)
        ]
        first = [spec for kind, spec in alive if kind != "sidecar"]
        if not first and alive:
            first = [alive[-1][1]]
        left_us = row["stopping"]["deadlineUs"] - self.engine.now_us
        for spec in first:
            if row["containers"][spec["name"]]["kill"] is None:
                message = f"Stopping container {spec['name']}"
                self.kill(row, pod, spec, message, max(left_us, 0))
        return not alive

    def stop_sidecars(self, row: Row, pod: Object, specs: list[Object]) -> None:
        """Stop the sidecars of a pod whose containers have all finished, the last one first."""
        spec = specs[-1]
        if row["containers"][spec["name"]]["kill"] is None:
            message = f"Stopping container {spec['name']}"
            self.kill(row, pod, spec, message, row["graceS"] * SECOND)

    # One container

    def kill(self, row: Row, pod: Object, spec: Object, message: str, grace_us: int) -> None:
        """End one container: its preStop hook first, then its stop signal."""
        one = row["containers"][spec["name"]]
        one["kill"] = {"deadlineUs": self.engine.now_us + grace_us}
        self.kubelets.workers.tell(pod, "Normal", "Killing", message, spec)
        hook = get(spec, "lifecycle", "preStop")
        if hook and grace_us > 0 and is_running(one):
            wait, exec_id = self._begin_hook(row, pod, spec, hook)
            key = [row["uid"], spec["name"], one["id"], exec_id]
            self.engine.calendar.after(min(wait, grace_us), "kubelet.hook", key)
            return
        self._signal(row, one)

    def _begin_hook(
        self, row: Row, pod: Object, spec: Object, hook: Object
    ) -> tuple[int, str | None]:
        """Start a preStop hook; answers when to look after it, and its exec id if it is one."""
        wait, exec_id, well = begin_hook(self.engine, self.kubelets, row, pod, spec, hook)
        if not well:
            self._hook_failed(pod, spec)
        return wait, exec_id

    def _hook_failed(self, pod: Object, spec: Object) -> None:
        text = "PreStopHook failed"
        self.kubelets.workers.tell(pod, "Warning", "FailedPreStopHook", text, spec)

    def _hook_done(self, key: list[Any]) -> None:
        """Look after a preStop hook; when it has ended or time is up, send the signal."""
        uid, name, container_id, exec_id = key
        row = self.kubelets.workers.rows.get(uid)
        one = row["containers"].get(name) if row is not None else None
        if row is None or one is None or one["id"] != container_id or not is_running(one):
            return
        if exec_id is not None:
            state = self.engine.docker.exec_state(exec_id)
            left = one["kill"]["deadlineUs"] - self.engine.now_us
            if state["Running"] and left > 0:
                wait = min(HOOK_POLL_US, left)
                self.engine.calendar.after(wait, "kubelet.hook", key)
                return
            if not state["Running"]:
                self.engine.docker.exec_forget(exec_id)
                self._tell_hook(row, name, int(state["ExitCode"] or 0))
        self._signal(row, one)

    def _tell_hook(self, row: Row, name: str, code: int) -> None:
        """Tell of a hook whose command did not end well."""
        pod = self.store.get("Pod", row["namespace"], row["name"])
        if code and pod is not None and pod["metadata"]["uid"] == row["uid"]:
            specs = [spec for _, spec in specs_of(pod) if spec["name"] == name]
            self._hook_failed(pod, specs[0])

    def _signal(self, row: Row, one: Row) -> None:
        left_us = one["kill"]["deadlineUs"] - self.engine.now_us
        seconds = max(LEAST_GRACE_S, -(-left_us // SECOND)) if left_us > 0 else LEAST_GRACE_S
        if left_us <= 0 and row["stopping"] and row["stopping"]["graceS"] <= 1:
            seconds = 1
        try:
            self.engine.docker.stop(row["node"], one["id"], seconds)
        except DrydockError:
            self.kubelets.workers.wake(row["uid"], 0)  # it ended by itself meanwhile

    def _kill_now(self, uid: str) -> None:
        """The grace period was made shorter, and is over."""
        row = self.kubelets.workers.rows.get(uid)
        if row is None or row["stopping"] is None:
            return
        for one in row["containers"].values():
            if is_running(one):
                try:
                    self.engine.docker.kill(row["node"], one["id"])
                except DrydockError:
                    continue

    # The end

    def _gone(self, uid: str) -> None:
        """Remove containers and address, and the pod from the API server."""
        row = self.kubelets.workers.rows.get(uid)
        if row is None:
            return
        if not self.kubelets.hears(row["node"]):
            row["stopping"]["last"] = False  # done again with power, and within reach of the API
            return
        self._forget(uid, row)
        pod = self.store.get("Pod", row["namespace"], row["name"])
        if pod is not None and pod["metadata"]["uid"] == uid:
            self.engine.api.delete("Pod", row["namespace"], row["name"], grace_s=0)

    def stop_removed(self, uid: str, row: Row) -> None:
        """End a pod that the API server no longer has: somebody deleted it by force."""
        alive = [one for one in row["containers"].values() if is_running(one) or is_starting(one)]
        if not alive:
            self._forget(uid, row)
            return
        for one in alive:
            if one["kill"] is None:
                one["kill"] = {"deadlineUs": self.engine.now_us + row["graceS"] * SECOND}
                self._signal(row, one)

    def _forget(self, uid: str, row: Row) -> None:
        for one in row["containers"].values():
            for container_id in (one["before"], one["id"]):
                if container_id:
                    self.kubelets.remove_container(row["node"], container_id)
        self.kubelets.addresses.give_back(row["node"], uid)
        self.kubelets.volumes.clean_up(row)
        if row["wake"] is not None:
            self.engine.calendar.cancel(row["wake"][0])
        del self.kubelets.workers.rows[uid]
