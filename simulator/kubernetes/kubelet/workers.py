"""Pod workers: bring each pod assigned to a node to what its spec says, step by step.

Order of things, as in pkg/kubelet/kubelet.go (SyncPod): volumes, sandbox with its address, init
containers one after the other, then the others in order; each is pulled, created, started. What
takes time leaves a row in the calendar or is watched; `sync` then looks at everything anew.

Sources: pkg/kubelet/kubelet.go, pod_workers.go, kuberuntime/kuberuntime_manager.go, v1.32.
Times: sandbox and network 0.3 to 1 s (kubernetes.md of the fact sheets, section 5); a start
takes as long as the container engine says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import DrydockError
from simulator.kubernetes.kubelet import backoff, deadline
from simulator.kubernetes.kubelet.container_body import container_name, create_body
from simulator.kubernetes.kubelet.environment import ConfigError
from simulator.kubernetes.kubelet.identity import hosts_of
from simulator.kubernetes.kubelet.rows import (
    Row,
    concerns_kubelet,
    ended_well,
    has_ended,
    is_running,
    is_starting,
    pod_row,
    should_restart,
    shown_state,
    specs_of,
    take_in_ephemeral,
)
from simulator.kubernetes.kubelet.status import phase_of, pod_status
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

NOTICE_US = (2 * MS, 40 * MS)
"""From the API server's change to the kubelet's acting on it (a watch; assumed)."""
SANDBOX_US = (300 * MS, 1000 * MS)
RELIST_US = SECOND
"""The pod lifecycle event generator looks for ended containers once a second."""
RETRY_US = 10 * SECOND
"""backOffPeriod: a sync that failed is tried again."""


_UP = ("new", "sandbox", "up")


class PodWorkers:
    """Table "kubelet.pods": {uid: row}, see `rows.py`."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        self.rows: dict[str, Row] = engine.table("kubelet.pods")
        engine.calendar.on("kubelet.sync", self._due)
        engine.calendar.on("kubelet.sandbox", self._sandbox_up)
        engine.store.watch("Pod", self._pod_changed)
        engine.store.watch("Container", self._container_changed)

    # Being woken

    def wake(self, uid: str, delay_us: int) -> None:
        """Sync a pod after a delay; the earliest of several such calls counts."""
        row = self.rows.get(uid)
        if row is None:
            return
        due = self.engine.now_us + delay_us
        if row["wake"] is not None:
            if row["wake"][1] <= due:
                return
            self.engine.calendar.cancel(row["wake"][0])
        row["wake"] = [self.engine.calendar.after(delay_us, "kubelet.sync", uid), due]

    def _due(self, uid: str) -> None:
        row = self.rows.get(uid)
        if row is not None:
            row["wake"] = None
            self.sync(uid)

    def _pod_changed(self, change: str, pod: Object, old: Object | None) -> None:
        node = pod["spec"].get("nodeName")
        if not node or not self.kubelets.hears(node):
            return
        uid = pod["metadata"]["uid"]
        if uid not in self.rows:
            if change == "DELETED" or not self.kubelets.has(node):
                return
            self.rows[uid] = pod_row(pod, self.engine.now_us)
        elif change == "MODIFIED" and old is not None and not concerns_kubelet(pod, old):
            return
        take_in_ephemeral(self.rows[uid], pod)
        self.wake(uid, self.kubelets.stream(node).between_us(*NOTICE_US))

    def forget(self, uid: str) -> None:
        """Drop a pod's row."""
        row = self.rows.pop(uid)
        if row["wake"] is not None:
            self.engine.calendar.cancel(row["wake"][0])

    def take_in(self, pod: Object) -> None:
        """Remember a pod that was assigned to its node while the API server was out of reach."""
        uid = pod["metadata"]["uid"]
        if uid not in self.rows:
            self.rows[uid] = pod_row(pod, self.engine.now_us)
        take_in_ephemeral(self.rows[uid], pod)

    def _container_changed(self, change: str, container: Object, old: Object | None) -> None:
        pod = container["drydock"].get("pod")
        if not pod or pod["uid"] not in self.rows:
            return
        was = shown_state(old) if old is not None else ""
        now = shown_state(container) if change != "DELETED" else "deleted"
        if was == now:
            return
        node = container["metadata"]["namespace"]
        # Simplified: A start is noticed at once, because the kubelet itself asked for it; only
        # an end waits for the next look at all containers, once a second.
        wait = 0 if now == "running" else self.kubelets.until_relist_us(node)
        self.wake(pod["uid"], wait)

    # One pass over one pod

    def sync(self, uid: str) -> None:
        """Look at a pod's containers and do what comes next; does nothing without power."""
        row = self.rows[uid]
        if not self.engine.machines.is_up(row["node"]):
            return
        found = self.store.get("Pod", row["namespace"], row["name"])
        pod = found if found is not None and found["metadata"]["uid"] == uid else None
        pod = self.kubelets.static_pods.keep(row, pod)
        self.kubelets.observer.observe(row)
        if pod is None:
            if self.kubelets.hears(row["node"]):
                self.kubelets.stopper.stop_removed(uid, row)
            return
        known = row["stopping"] is not None or self.kubelets.hears(row["node"])
        if pod["metadata"].get("deletionTimestamp") and known:
            self.kubelets.stopper.stop(uid, row, pod)
            return
        late = row["step"] in _UP and deadline.is_past(self.engine, self.kubelets, row, pod)
        if late:
            deadline.end(self.kubelets, row, pod)
        if row["step"] != "ended":
            self._go_on(uid, row, pod)
        if row["step"] == "evicting":
            self.kubelets.eviction.go_on(row, pod)
        self.report(uid, row)

    def report(self, uid: str, row: Row) -> None:
        """Write the pod's status, if it changed and the API server can be reached."""
        pod = self.store.get("Pod", row["namespace"], row["name"])
        if pod is None or pod["metadata"]["uid"] != uid:
            return
        if not self.kubelets.hears(row["node"]):
            return
        take_in_ephemeral(row, pod)
        status = pod_status(self.engine, pod, row)
        if status != pod.get("status"):
            self.engine.api.update_status({**pod, "status": status})

    def _go_on(self, uid: str, row: Row, pod: Object) -> None:
        if row["step"] == "new":
            self._begin(uid, row, pod)
        if row["step"] != "up":
            return
        self.report(uid, row)
        self._run_containers(uid, row, pod)
        if phase_of(pod, row) in ("Succeeded", "Failed"):
            self._end(uid, row, pod)

    def _begin(self, uid: str, row: Row, pod: Object) -> None:
        """Admit the pod, see to its volumes, and ask for its sandbox."""
        row["startTime"] = row["startTime"] or self.engine.timestamp()
        refused = self.kubelets.admission.refusal(row, pod)
        if refused is not None:
            row["failed"], row["step"] = refused, "ended"
            self.tell(pod, "Warning", refused["reason"], refused["message"])
            return
        missing = self.kubelets.volumes.missing(row, pod)
        if missing is not None:
            reason, message = missing
            if reason:
                self.tell(pod, "Warning", reason, message)
            self.wake(uid, self.kubelets.volumes.retry_us(row))
            return
        row["step"] = "sandbox"
        delay = self.kubelets.stream(row["node"]).between_us(*SANDBOX_US)
        self.engine.calendar.after(delay, "kubelet.sandbox", [uid, self.kubelets.boot(row["node"])])

    def _sandbox_up(self, key: list[str | int]) -> None:
        """The sandbox and its network are there: give the pod its address."""
        uid, boot = str(key[0]), key[1]
        row = self.rows.get(uid)
        if row is None or row["step"] != "sandbox" or boot != self.kubelets.boot(row["node"]):
            return
        pod = self.store.get("Pod", row["namespace"], row["name"])
        host_network = pod is not None and bool(pod["spec"].get("hostNetwork"))
        row["ip"] = self.kubelets.addresses.take(row["node"], uid, host_network)
        if not row["ip"]:
            row["step"] = "new"
            if pod is not None:
                message = (
                    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to "
                    "setup network for sandbox: no IP addresses available in range set"
                )
                self.tell(pod, "Warning", "FailedCreatePodSandBox", message)
            self.wake(uid, RETRY_US)
            return
        row["step"] = "up"
        self.sync(uid)

    # Containers

    def _run_containers(self, uid: str, row: Row, pod: Object) -> None:
        """Start what has to be started, in order; stop where the next must wait."""
        policy = pod["spec"].get("restartPolicy") or "Always"
        finished = _apps_finished(policy, row)
        for spec in pod["spec"].get("ephemeralContainers") or ():
            if row["containers"][spec["name"]]["state"] == "none":
                self._start(uid, row, pod, spec)
        for kind, spec in specs_of(pod):
            one = row["containers"][spec["name"]]
            if kind == "ephemeral" or (kind == "sidecar" and finished):
                continue
            if kind == "init" and (row["initialized"] or ended_well(one)):
                continue
            if kind == "app" and not row["initialized"]:
                row["initialized"] = True
            if is_starting(one):
                return
            if not is_running(one):
                if has_ended(one) and not should_restart(policy, one) and not one.get("redefined"):
                    if kind == "init":
                        return
                    continue
                blocked = self._start(uid, row, pod, spec)
                if blocked or (kind != "app" and not row["initialized"]):
                    return
                continue
            if one["image"] != spec["image"]:
                deadline.redefine(self.kubelets, row, pod, spec)
            if kind == "init" or (
                kind == "sidecar" and not one["started"] and not row["initialized"]
            ):
                return

    def _start(self, uid: str, row: Row, pod: Object, spec: Object) -> bool:
        """Start one container, or note why not; answers whether the ones after it must wait."""
        one = row["containers"][spec["name"]]
        if self._waits(uid, row, pod, spec):
            return False
        word = self.kubelets.puller.ensure(uid, row, pod, spec)
        if word != "present":
            return word == "pulling"
        try:
            body = create_body(self.engine, pod, spec, row["ip"])
            self.kubelets.volumes.mount(row, pod, spec, body)
        except ConfigError as error:
            self._refused(uid, one, pod, spec, "CreateContainerConfigError", str(error))
            return False
        attempt = one["restarts"] + 1 if one["id"] else one["restarts"]
        reference = {key: row[key] for key in ("namespace", "name", "uid", "ip")}
        reference.update(hosts_of(pod, spec))
        try:
            made = self.engine.docker.create(
                row["node"],
                body,
                name=container_name(pod, spec, attempt),
                pod={**reference, "container": spec["name"]},
            )
        except DrydockError as error:
            message = f"Error response from daemon: {error.message}"
            self._refused(uid, one, pod, spec, "CreateContainerError", message)
            return False
        self._replace(row, one, made, attempt)
        self.tell(pod, "Normal", "Created", f"Created container: {spec['name']}", spec)
        self.engine.docker.start(row["node"], made["Id"])
        return True

    def _replace(self, row: Row, one: Row, made: Object, attempt: int) -> None:
        """Remember a new container in the place of the one before; the one before that goes."""
        for note in ("redefined", "hook"):
            one.pop(note, None)
        if one["before"]:
            self.kubelets.remove_container(row["node"], one["before"])
        image = self.engine.images.find(row["node"], made["Image"]) or {}
        digests = image.get("RepoDigests") or []
        one.update(
            before=one["id"],
            id=made["Id"],
            restarts=attempt,
            last=one["ended"] or one["last"],
            ended=None,
            state="starting",
            started=False,
            ready=False,
            probes={},
            kill=None,
            pull=None,
            image=made["Config"]["Image"],
            imageID=f"docker-pullable://{digests[0]}" if digests else f"docker://{made['Image']}",
        )

    def _waits(self, uid: str, row: Row, pod: Object, spec: Object) -> bool:
        """Say whether a container that ended must wait before it is started again."""
        one = row["containers"][spec["name"]]
        if not has_ended(one) or one.get("redefined") or one.get("cleared") == one["id"]:
            return False  # what comes after the back-off, such as a pull, begins no new one
        now = self.engine.now_us
        due = (one["finishedUs"] or now) + one["backoffUs"]
        expired = now - one["backoffSetUs"] > 2 * backoff.LONGEST_US
        meta = pod["metadata"]
        if one["backoffUs"] and not expired and now < due:
            place = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
            message = (
                f"back-off {backoff.text(one['backoffUs'])} restarting failed "
                f"container={spec['name']} pod={place}"
            )
            one["waiting"] = {"reason": "CrashLoopBackOff", "message": message}
            text = f"Back-off restarting failed container {spec['name']} in pod {place}"
            self.tell(pod, "Warning", "BackOff", text, spec)
            self.wake(uid, min(due - now, RETRY_US + 2 * SECOND))
            return True
        since = now - one["backoffSetUs"]
        one["backoffUs"] = backoff.next_wait_us(one["backoffUs"], since)
        one["backoffSetUs"] = now
        one["cleared"] = one["id"]
        return False

    def _refused(
        self, uid: str, one: Row, pod: Object, spec: Object, reason: str, message: str
    ) -> None:
        one["waiting"] = {"reason": reason, "message": message}
        self.tell(pod, "Warning", "Failed", f"Error: {message}", spec)
        self.wake(uid, RETRY_US)

    # The end of a pod that nobody deletes

    def _end(self, uid: str, row: Row, pod: Object) -> None:
        """A pod that has finished keeps its ended containers, but not its address."""
        running = [spec for _, spec in specs_of(pod) if is_running(row["containers"][spec["name"]])]
        if running:
            self.kubelets.stopper.stop_sidecars(row, pod, running)
            return
        row["step"] = "ended"
        self.kubelets.addresses.give_back(row["node"], uid)

    def tell(
        self, pod: Object, type: str, reason: str, message: str, spec: Object | None = None
    ) -> None:
        """Record an event of a pod, or of one of its containers, from its node's kubelet."""
        node = pod["spec"]["nodeName"]
        if not self.kubelets.hears(node):
            return
        path = ""
        if spec is not None:
            groups = ("initContainers", "ephemeralContainers")
            field = next((group for group in groups for one in pod["spec"].get(group) or ()
                          if one["name"] == spec["name"]), "containers")  # fmt: skip
            path = f"spec.{field}{{{spec['name']}}}"
        source = {"component": "kubelet", "host": node}
        self.engine.events.record(pod, type, reason, message, source, path)

    def restart_node(self, node: str) -> None:
        """Begin anew with all pods of a node that has booted: their sandboxes are gone."""
        for uid, row in list(self.rows.items()):
            if row["node"] != node:
                continue
            self.kubelets.observer.observe(row)
            pod = self.store.get("Pod", row["namespace"], row["name"])
            if row["step"] not in ("new", "ended"):
                same = pod is not None and pod["metadata"]["uid"] == uid
                if pod is not None and same and row["step"] == "up" and not is_terminating(pod):
                    text = "Pod sandbox changed, it will be killed and re-created."
                    self.tell(pod, "Normal", "SandboxChanged", text)
                self.kubelets.addresses.give_back(node, uid)
                row.update(step="new", ip="", initialized=False)
                for one in row["containers"].values():
                    if one["kind"] == "init" and has_ended(one):
                        one["last"], one["ended"], one["state"] = one["ended"], None, "none"
                    one["pull"] = None
            self.wake(uid, self.kubelets.stream(node).between_us(*NOTICE_US))


def _apps_finished(policy: str, row: Row) -> bool:
    """Say whether all main containers have ended for good."""
    apps = [one for one in row["containers"].values() if one["kind"] == "app"]
    return all(
        has_ended(one) and not should_restart(policy, one) and not one.get("redefined")
        for one in apps
    )
