"""Startup, liveness and readiness probes, asked of what the container's program really does.

Sources: pkg/kubelet/prober (worker.go, prober.go), pkg/probe/http and tcp, v1.32; defaults from
pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.kubelet.rows import Row, is_running, specs_of
from simulator.network.resolve import Source
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

PERIOD_S, FAILURES, SUCCESSES, TIMEOUT_S = 10, 3, 1, 1
FIELDS = {"startup": "startupProbe", "liveness": "livenessProbe", "readiness": "readinessProbe"}
NO_HEADERS = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"


class Probes:
    """Calendar rows "kubelet.probe" [uid, container, probe, container id, exec id or null]."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        engine.calendar.on("kubelet.probe", self._due)

    def begin(self, row: Row, one: Row, spec: Object) -> None:
        """A container has started: plan its probes, and say what holds without any."""
        one["probes"] = {}
        if spec.get("startupProbe"):
            self._plan_first(row, one, spec, "startup")
            return
        self._started(row, one, spec)

    def _started(self, row: Row, one: Row, spec: Object) -> None:
        one["started"] = True
        one["ready"] = not spec.get("readinessProbe")
        if one["kind"] == "init":
            one["ready"] = False
        for kind in ("liveness", "readiness"):
            if spec.get(FIELDS[kind]) and one["kind"] != "init":
                self._plan_first(row, one, spec, kind)

    def _plan_first(self, row: Row, one: Row, spec: Object, kind: str) -> None:
        """Probes tick from the moment the pod came to the node; the first one after the delay."""
        probe = spec[FIELDS[kind]]
        period = _seconds(probe, "periodSeconds", PERIOD_S)
        earliest = one["startedUs"] + _seconds(probe, "initialDelaySeconds", 0)
        now = self.engine.now_us
        if "startup" in one["probes"]:
            due = max(now, earliest)  # the startup probe's success sets the others off at once
        else:
            ticks = -(-(max(now, earliest) - row["addedUs"]) // period)
            due = row["addedUs"] + ticks * period
        one["probes"][kind] = {"ok": 0, "bad": 0}
        key = [row["uid"], spec["name"], kind, one["id"], None]
        self.engine.calendar.after(due - now, "kubelet.probe", key)

    def _due(self, key: list[Any]) -> None:
        uid, name, kind, container_id, exec_id = key
        row = self.kubelets.workers.rows.get(uid)
        one = row["containers"].get(name) if row is not None else None
        if row is None or one is None or one["id"] != container_id or not is_running(one):
            return
        pod = self.store.get("Pod", row["namespace"], row["name"])
        if pod is None or pod["metadata"]["uid"] != uid or one["kill"] is not None:
            return
        if not self.engine.machines.is_up(row["node"]):
            return
        spec = next(spec for _, spec in specs_of(pod) if spec["name"] == name)
        probe = spec[FIELDS[kind]]
        if exec_id is None and "exec" in probe:
            answer = self._begin_exec(row, one, probe, key)
        elif exec_id is not None:
            answer = self._end_exec(exec_id, probe)
        else:
            answer = self._ask(row, pod, spec, probe)
        if answer is not None:
            self._take(row, pod, spec, kind, answer)

    def _take(
        self, row: Row, pod: Object, spec: Object, kind: str, answer: tuple[bool, str]
    ) -> None:
        """Count an answer, act at the threshold, and plan the next question."""
        one, probe = row["containers"][spec["name"]], spec[FIELDS[kind]]
        ok, message = answer
        count = one["probes"][kind]
        count["ok"], count["bad"] = (count["ok"] + 1, 0) if ok else (0, count["bad"] + 1)
        if not ok:
            text = f"{kind.capitalize()} probe failed: {message}"
            self.kubelets.workers.tell(pod, "Warning", "Unhealthy", text, spec)
        if ok and count["ok"] == (probe.get("successThreshold") or SUCCESSES):
            self._passed(row, one, spec, kind)
        if not ok and count["bad"] == (probe.get("failureThreshold") or FAILURES):
            self._failed(row, pod, spec, kind)
        stays = kind != "startup" or not one["started"]
        if stays and one["kill"] is None:
            key = [row["uid"], spec["name"], kind, one["id"], None]
            period = _seconds(probe, "periodSeconds", PERIOD_S)
            self.engine.calendar.after(period, "kubelet.probe", key)

    def _passed(self, row: Row, one: Row, spec: Object, kind: str) -> None:
        if kind == "startup":
            self._started(row, one, spec)
            self.kubelets.workers.wake(row["uid"], 0)
        elif kind == "readiness" and not one["ready"]:
            one["ready"] = True
            self.kubelets.workers.wake(row["uid"], 0)

    def _failed(self, row: Row, pod: Object, spec: Object, kind: str) -> None:
        one = row["containers"][spec["name"]]
        if kind == "readiness":
            if one["ready"]:
                one["ready"] = False
                self.kubelets.workers.wake(row["uid"], 0)
            return
        grace = spec[FIELDS[kind]].get("terminationGracePeriodSeconds")
        grace = row["graceS"] if grace is None else grace
        message = f"Container {spec['name']} failed {kind} probe, will be restarted"
        self.kubelets.stopper.kill(row, pod, spec, message, grace * SECOND)

    # Asking

    def _ask(self, row: Row, pod: Object, spec: Object, probe: Object) -> tuple[bool, str]:
        if "httpGet" in probe:
            timeout = _seconds(probe, "timeoutSeconds", TIMEOUT_S)
            return self.http_get(row, pod, spec, probe["httpGet"], timeout)
        if "grpc" in probe:
            port = int(probe["grpc"]["port"])
            ok, _, where = self._connect(row, None, port)
            return ok, f'timeout: failed to connect service "{where}" within 1s'
        action = probe.get("tcpSocket") or {}
        port = port_number(action.get("port"), spec)
        ok, why, where = self._connect(row, action.get("host"), port)
        return ok, f"dial tcp {where}: {why}"

    def http_get(
        self, row: Row, pod: Object, spec: Object, action: Object, timeout_us: int | None = None
    ) -> tuple[bool, str]:
        """Ask a URL of a container; answers whether it is well, and if not, why."""
        port = port_number(action.get("port"), spec)
        path = action.get("path") or "/"
        ok, why, where = self._connect(row, action.get("host"), port)
        scheme = (action.get("scheme") or "HTTP").lower()
        url = f"{scheme}://{where}{path if path.startswith('/') else '/' + path}"
        if not ok:
            if "timeout" in why:
                return False, f'Get "{url}": {NO_HEADERS}'
            return False, f'Get "{url}": dial tcp {where}: {why}'
        headers = {one["name"]: one["value"] for one in action.get("httpHeaders") or ()}
        headers = {"User-Agent": "kube-probe/1.32", "Host": where, **headers}
        request = {"method": "GET", "path": path, "headers": headers}
        route = self._route(row, action.get("host"), port)
        response = self.engine.programs.respond(route.container, port, request)
        if timeout_us is not None and int(response.get("us") or 0) > timeout_us:
            return False, f'Get "{url}": {NO_HEADERS}'
        status = int(response.get("status") or 200)
        if 200 <= status < 400:
            return True, ""
        return False, f"HTTP probe failed with statuscode: {status}"

    def _route(self, row: Row, host: str | None, port: int) -> Any:
        return self.engine.network.connect(Source(row["node"]), host or row["ip"], port)

    def _connect(self, row: Row, host: str | None, port: int) -> tuple[bool, str, str]:
        """Try to connect from the node; answers success, the reason if not, and host:port."""
        where = f"{host or row['ip']}:{port}"
        error = self._route(row, host, port).error
        if error is None:
            return True, "", where
        why = {"refused": "connect: connection refused", "dns": "no such host"}
        return False, why.get(error, "i/o timeout"), where

    def _begin_exec(
        self, row: Row, one: Row, probe: Object, key: list[Any]
    ) -> tuple[bool, str] | None:
        """Run a command; one that takes its time is looked at again when its time is up."""
        argv = [str(word) for word in probe["exec"].get("command") or ()]
        try:
            exec_id = self.engine.docker.exec_start(row["node"], one["id"], argv)
        except DrydockError as error:
            return False, error.message
        if self.engine.docker.exec_state(exec_id)["Running"]:
            timeout = _seconds(probe, "timeoutSeconds", TIMEOUT_S)
            self.engine.calendar.after(timeout, "kubelet.probe", [*key[:4], exec_id])
            return None
        return self._end_exec(exec_id, probe)

    def _end_exec(self, exec_id: str, probe: Object) -> tuple[bool, str]:
        state = self.engine.docker.exec_state(exec_id)
        if state["Running"]:
            seconds = probe.get("timeoutSeconds") or TIMEOUT_S
            command = " ".join(str(word) for word in probe["exec"].get("command") or ())
            return False, f'command "{command}" timed out after {seconds}s'
        self.engine.docker.exec_forget(exec_id)
        return state["ExitCode"] == 0 or "guessed" in state, str(state["Output"]).strip()


def _seconds(probe: Object, field: str, default: int) -> int:
    """Read a probe's seconds as microseconds."""
    value = probe.get(field)
    return (default if value is None else int(value)) * SECOND


def port_number(port: Any, spec: Object) -> int:
    """Give a port by number, or by its name among the container's ports; 0 for none."""
    if isinstance(port, int):
        return port
    for row in spec.get("ports") or ():
        if row.get("name") == port:
            return int(row["containerPort"])
    text = str(port or "")
    return int(text) if text.isdigit() else 0
