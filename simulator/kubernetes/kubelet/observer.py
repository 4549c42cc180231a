"""What the kubelet sees when it looks at its containers: started, ended, gone.

Sources: pkg/kubelet/pleg/generic.go, kuberuntime/kuberuntime_container.go
(toKubeContainerStatus), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.kubelet.rows import Row, specs_of
from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

LOST_MESSAGE = "The container could not be located when the pod was deleted"
MESSAGE_LINES, MESSAGE_CHARACTERS = 80, 2048
MESSAGE_PATH, MESSAGE_FILE_CHARACTERS = "/dev/termination-log", 4096
"""Most of a log that FallbackToLogsOnError takes as the termination message."""


class Observer:
    """Brings container rows up to date with the container engine."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets

    def observe(self, row: Row) -> None:
        """Look at all containers of a pod; tell of those that have started or failed to."""
        pod = self.store.get("Pod", row["namespace"], row["name"])
        if pod is not None and pod["metadata"]["uid"] != row["uid"]:
            pod = None
        for name, one in row["containers"].items():
            if one["state"] not in ("starting", "running"):
                continue
            container = self.store.get("Container", row["node"], one["id"])
            if container is None:
                self._lost(one)
            elif container["drydock"].get("startError"):
                self._not_started(pod, name, one, container)
            elif container["State"]["Running"]:
                self._running(row, pod, name, one, container)
            elif container["drydock"].get("finishedUs") is not None:
                self._ended(pod, name, one, container)

    def _running(
        self, row: Row, pod: Object | None, name: str, one: Row, container: Object
    ) -> None:
        if one["state"] == "running":
            return
        spec = _spec(pod, name)
        if pod is not None and spec is not None:
            if one.get("hook") is None:
                message = f"Started container {name}"
                self.kubelets.workers.tell(pod, "Normal", "Started", message, spec)
            if not self.kubelets.post_start.is_done(row, pod, spec):
                return
        one["state"], one["waiting"] = "running", None
        one["startedUs"] = container["drydock"]["startedUs"]
        if pod is not None and spec is not None:
            self.kubelets.probes.begin(row, one, spec)

    def _ended(self, pod: Object | None, name: str, one: Row, container: Object) -> None:
        state = container["State"]
        reason = "Completed" if state["ExitCode"] == 0 else "Error"
        if state.get("OOMKilled"):
            reason = "OOMKilled"
        ended = {
            "exitCode": state["ExitCode"],
            "reason": reason,
            "startedAt": self.engine.timestamp(container["drydock"]["startedUs"] or 0),
            "finishedAt": self.engine.timestamp(container["drydock"]["finishedUs"]),
            "containerID": f"docker://{one['id']}",
        }
        message = self._message(_spec(pod, name), container)
        if message:
            ended["message"] = message
        self._end(one, ended, container["drydock"]["finishedUs"])

    def _message(self, spec: Object | None, container: Object) -> str:
        """Give a container's last words: its message file, or the end of the log of a failure.

        The log is taken only where the pod asks for that, and the file is empty.
        """
        path = (spec or {}).get("terminationMessagePath") or MESSAGE_PATH
        text = self.engine.docker.files.written(container, path)
        policy = (spec or {}).get("terminationMessagePolicy")
        if text or policy != "FallbackToLogsOnError" or container["State"]["ExitCode"] == 0:
            return text[-MESSAGE_FILE_CHARACTERS:]
        machine = container["metadata"]["namespace"]
        lines = self.engine.docker.logs(machine, container["Id"], tail=MESSAGE_LINES)
        return "".join(str(line[2]) for line in lines)[-MESSAGE_CHARACTERS:]

    def _not_started(self, pod: Object | None, name: str, one: Row, container: Object) -> None:
        why = container["drydock"]["startError"]["message"]
        text = f"Error response from daemon: {why}"
        now = self.engine.now_us
        ended = {
            "exitCode": container["State"]["ExitCode"] or 128,
            "reason": "ContainerCannotRun",
            "message": why,
            "startedAt": self.engine.timestamp(now),
            "finishedAt": self.engine.timestamp(now),
            "containerID": f"docker://{one['id']}",
        }
        self._end(one, ended, now)
        message = f'failed to start container "{name}": {text}'
        one["waiting"] = {"reason": "RunContainerError", "message": message}
        spec = _spec(pod, name)
        if pod is not None and spec is not None:
            self.kubelets.workers.tell(pod, "Warning", "Failed", f"Error: {message}", spec)

    def _lost(self, one: Row) -> None:
        ended = {
            "exitCode": 137,
            "reason": "ContainerStatusUnknown",
            "message": LOST_MESSAGE,
            "startedAt": None,
            "finishedAt": None,
        }
        self._end(one, ended, self.engine.now_us)

    def _end(self, one: Row, ended: Object, at_us: int) -> None:
        well = one["kind"] == "init" and ended["exitCode"] == 0
        one.update(
            state="ended", ended=ended, finishedUs=at_us, waiting=None, started=False, ready=well
        )


def _spec(pod: Object | None, name: str) -> Object | None:
    if pod is None:
        return None
    return next((spec for _, spec in specs_of(pod) if spec["name"] == name), None)
