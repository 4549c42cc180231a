"""Images for containers: pull policy, one pull at a time on a node, and back-off.

Sources: pkg/kubelet/images/image_manager.go, serial by default (serializeImagePulls), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import reference
from simulator.errors import DrydockError
from simulator.kubernetes.kubelet import backoff
from simulator.kubernetes.kubelet.rows import Row, specs_of
from simulator.plain import Object
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

AGAIN_US = 1500 * MS
"""From a failed pull to the next look at the pod, which finds it backing off (assumed)."""


class Puller:
    """Table "kubelet.pulls": {node: {"queue": [[uid, container]...], "transfer": name or ""}}."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        self.nodes: dict[str, dict[str, Any]] = engine.table("kubelet.pulls")
        engine.calendar.on("kubelet.pulled", self._pulled)
        engine.store.watch("Transfer", self._transfer_changed)

    def ensure(self, uid: str, row: Row, pod: Object, spec: Object) -> str:
        """See to a container's image: "present", "pulling" or "waiting" (told why)."""
        one = row["containers"][spec["name"]]
        pull = one["pull"]
        try:
            reference.parse(spec["image"])
        except reference.ReferenceError_ as error:
            return self._misnamed(uid, pod, spec, one, str(error))
        if pull is not None and pull["state"] in ("queued", "moving"):
            return "pulling"
        if pull is not None and pull["state"] == "done":
            return "present"
        if pull is not None and self.engine.now_us < pull["retryUs"]:
            return self._back_off(uid, pod, spec, one)
        image = self.engine.images.find(row["node"], spec["image"])
        policy = spec.get("imagePullPolicy") or "IfNotPresent"
        if image is not None and policy != "Always":
            message = f'Container image "{spec["image"]}" already present on machine'
            self.kubelets.workers.tell(pod, "Normal", "Pulled", message, spec)
            return "present"
        if policy == "Never":
            return self._never(uid, pod, spec, one)
        self._ask(uid, row, pod, spec)
        return "pulling" if one["pull"]["state"] != "failed" else "waiting"

    def forget_node(self, node: str) -> None:
        """Drop a node's queue: it lost its power."""
        self.nodes.pop(node, None)

    def _misnamed(self, uid: str, pod: Object, spec: Object, one: Row, why: str) -> str:
        """Note that an image's name is none; every pass over the pod finds it again."""
        name = spec["image"]
        why = f'couldn\'t parse image name "{name}": {why}'
        text = f'Failed to apply default image tag "{name}": {why}'
        return self._hopeless(uid, pod, spec, one, "InvalidImageName", "InspectFailed", text)

    def _never(self, uid: str, pod: Object, spec: Object, one: Row) -> str:
        text = f'Container image "{spec["image"]}" is not present with pull policy of Never'
        reason = "ErrImageNeverPull"
        return self._hopeless(uid, pod, spec, one, reason, reason, text)

    def _hopeless(
        self, uid: str, pod: Object, spec: Object, one: Row, reason: str, event: str, text: str
    ) -> str:
        """Note why no image will come, with two events, and look again later."""
        one["waiting"] = {"reason": reason, "message": text}
        self.kubelets.workers.tell(pod, "Warning", event, text, spec)
        self.kubelets.workers.tell(pod, "Warning", "Failed", f"Error: {reason}", spec)
        self.kubelets.workers.wake(uid, 12 * SECOND)
        return "waiting"

    def _back_off(self, uid: str, pod: Object, spec: Object, one: Row) -> str:
        pull = one["pull"]
        text = f'Back-off pulling image "{spec["image"]}"'
        message = f"{text}: ErrImagePull: {pull['error']}"
        one["waiting"] = {"reason": "ImagePullBackOff", "message": message}
        self.kubelets.workers.tell(pod, "Normal", "BackOff", text, spec)
        self.kubelets.workers.tell(pod, "Warning", "Failed", "Error: ImagePullBackOff", spec)
        left = pull["retryUs"] - self.engine.now_us
        self.kubelets.workers.wake(uid, min(left, 12 * SECOND))
        return "waiting"

    def _ask(self, uid: str, row: Row, pod: Object, spec: Object) -> None:
        """Queue a pull; the node does one after the other."""
        one = row["containers"][spec["name"]]
        before = one["pull"] or {}
        one["pull"] = {
            "state": "queued",
            "askedUs": self.engine.now_us,
            "beganUs": None,
            "error": "",
            "backoffUs": before.get("backoffUs", 0),
            "setUs": before.get("setUs", 0),
            "retryUs": 0,
        }
        if one["waiting"] and one["waiting"]["reason"] != "CrashLoopBackOff":
            one["waiting"] = None
        message = f'Pulling image "{spec["image"]}"'
        self.kubelets.workers.tell(pod, "Normal", "Pulling", message, spec)
        node = self.nodes.setdefault(row["node"], {"queue": [], "transfer": ""})
        node["queue"].append([uid, spec["name"]])
        self._next(row["node"])

    def _next(self, name: str) -> None:
        """Start the next pull of a node, unless one is under way."""
        node = self.nodes[name]
        while node["queue"] and not node["transfer"]:
            found = self._find(node["queue"][0])
            if found is None:
                node["queue"].pop(0)
                continue
            row, _, spec = found
            pull = row["containers"][spec["name"]]["pull"]
            pull.update(state="moving", beganUs=self.engine.now_us)
            try:
                node["transfer"] = self.engine.transfers.start_pull(name, spec["image"])
            except DrydockError as error:
                node["queue"].pop(0)
                self._failed(found, f"Error response from daemon: {error}", "ErrImagePull")

    def _find(self, place: list[str]) -> tuple[Row, Object, Object] | None:
        """Give row, pod and container of a queued pull that is still wanted."""
        row = self.kubelets.workers.rows.get(place[0])
        if row is None:
            return None
        pod = self.store.get("Pod", row["namespace"], row["name"])
        if pod is None or pod["metadata"]["uid"] != place[0]:
            return None
        for _, spec in specs_of(pod):
            if spec["name"] == place[1] and row["containers"][place[1]]["pull"] is not None:
                return row, pod, spec
        return None

    def _transfer_changed(self, change: str, transfer: Object, old: Object | None) -> None:
        node = self.nodes.get(transfer["metadata"]["namespace"])
        ended = transfer["status"]["state"] in ("done", "failed")
        if node is not None and ended and node["transfer"] == transfer["metadata"]["name"]:
            place = [transfer["metadata"]["namespace"], transfer["metadata"]["name"]]
            self.engine.calendar.after(0, "kubelet.pulled", place)

    def _pulled(self, key: list[str]) -> None:
        """A pull has ended: tell its pod, and start the next one."""
        name, transfer_name = key
        node = self.nodes.get(name)
        if node is None or node["transfer"] != transfer_name:
            return
        transfer = self.store.get("Transfer", name, transfer_name)
        found = self._find(node["queue"].pop(0))
        node["transfer"] = ""
        if found is not None:
            status = (transfer or {"status": {"state": "failed", "message": ""}})["status"]
            if status["state"] == "done":
                self._arrived(found)
            else:
                why = f"Error response from daemon: {status['message']}"
                self._failed(found, why, "ErrImagePull")
        self._next(name)

    def _arrived(self, found: tuple[Row, Object, Object]) -> None:
        row, pod, spec = found
        one = row["containers"][spec["name"]]
        pull = one["pull"]
        pull["state"] = "done"
        image = self.engine.images.find(row["node"], spec["image"]) or {}
        took = duration_text(self.engine.now_us - pull["beganUs"])
        waited = duration_text(self.engine.now_us - pull["askedUs"])
        message = (
            f'Successfully pulled image "{spec["image"]}" in {took} '
            f"({waited} including waiting). Image size: {image.get('Size', 0)} bytes."
        )
        self.kubelets.workers.tell(pod, "Normal", "Pulled", message, spec)
        self.kubelets.nodes.changed(row["node"])
        self.kubelets.workers.wake(row["uid"], 0)

    def _failed(self, found: tuple[Row, Object, Object], why: str, reason: str) -> None:
        row, pod, spec = found
        one = row["containers"][spec["name"]]
        pull, now = one["pull"], self.engine.now_us
        wait = backoff.next_wait_us(pull["backoffUs"], now - pull["setUs"])
        pull.update(state="failed", error=why, backoffUs=wait, setUs=now, retryUs=now + wait)
        one["waiting"] = {"reason": reason, "message": why}
        text = f'Failed to pull image "{spec["image"]}": {why}'
        self.kubelets.workers.tell(pod, "Warning", "Failed", text, spec)
        self.kubelets.workers.tell(pod, "Warning", "Failed", f"Error: {reason}", spec)
        self.kubelets.workers.report(row["uid"], row)
        self.kubelets.workers.wake(row["uid"], AGAIN_US)


def duration_text(us: int) -> str:
    """Write a duration cut to milliseconds as Go does: "842ms", "1.204s", "1m2.5s"."""
    ms = us // MS
    if ms < 1000:
        return f"{ms}ms"
    minutes, rest = divmod(ms, 60_000)
    seconds = f"{rest // 1000}.{rest % 1000:03d}".rstrip("0").rstrip(".")
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
