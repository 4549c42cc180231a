"""The DaemonSet controller: one pod on every node that may have one.

The pods are bound by the scheduler; an affinity to their node's name sees to it that they come
to the right one. Source: pkg/controller/daemon (daemon_controller.go, update.go,
util/daemonset_util.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError
from simulator.kubernetes.controllers import Controller, Retry, key_of, split_key
from simulator.kubernetes.controllers import daemonset_surge as surge
from simulator.kubernetes.controllers.pod_template import pod_from_template
from simulator.kubernetes.controllers.revisions import REVISION_LABEL, Revisions
from simulator.kubernetes.controllers.rollout import scaled_value
from simulator.kubernetes.owners import claim, controller_of, index_owners
from simulator.kubernetes.pods import (
    is_finished,
    is_ready,
    is_terminating,
    phase_of,
    unavailable_for_us,
)
from simulator.kubernetes.scheduler.plugins.node_affinity import matches_node
from simulator.kubernetes.scheduler.plugins.taint_toleration import untolerated
from simulator.plain import Object, copy, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

PREFIX = "node.kubernetes.io/"
TOLERATED = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)
"""Taints that a daemon bears without being asked (AddOrUpdateDaemonPodTolerations)."""
BACKOFF_US, LONGEST_BACKOFF_US = SECOND, 900 * SECOND
"""Between a failed daemon pod and the next: 1 s doubling to 15 min."""


class DaemonSetController(Controller):
    """Table "daemonset": {"uid/node": {"failures", "dueUs"}} of nodes whose pods fail."""

    name = "daemonset"
    source = "daemonset-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_owners(self.store, "Pod")
        self.revisions = Revisions(engine)
        self.failed: dict[str, dict[str, int]] = engine.table("daemonset")
        self.watch("DaemonSet", lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)
        self.watch("Node", self._of_node)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        reference = controller_of(pod)
        if reference is None or reference["kind"] != "DaemonSet":
            return []
        return [f"{pod['metadata']['namespace']}/{reference['name']}"]

    def _of_node(self, node: Object, old: Object | None) -> Iterable[str]:
        same = old is not None and _placing(node) == _placing(old)
        if same and self.store.get("Node", "", node["metadata"]["name"]) is not None:
            return []
        return [key_of(one) for one in self.store.list("DaemonSet")]

    def reconcile(self, key: str) -> int | None:
        """Give each node its pod, roll out a new template, write the status."""
        one = self.store.get("DaemonSet", *split_key(key))
        if one is None:
            return None
        pods = claim(self.engine, "Pod", one, one["spec"]["selector"])
        if is_terminating(one):
            return None
        revision = self.revisions.sync(one)
        by_node = _by_node(pods)
        waits, failure = self._place(one, by_node, revision)
        if get(one, "spec", "updateStrategy", "type", default="RollingUpdate") == "RollingUpdate":
            self._roll(one, by_node, revision)
        waits += self._write_status(one, revision)
        self.revisions.clean_up(one, pods)
        if failure is not None:
            raise Retry
        return min(waits, default=None)

    # One pod a node

    def _place(
        self, one: Object, by_node: dict[str, list[Object]], revision: str
    ) -> tuple[list[int], DrydockError | None]:
        """Create missing pods, delete those too many; answers waiting times and an error."""
        waits: list[int] = []
        failure: DrydockError | None = None
        spec = daemon_spec(one)
        for node in self.store.list("Node"):
            name = node["metadata"]["name"]
            should_run, may_stay = wanted_on(spec, node)
            mine = [pod for pod in by_node.get(name, []) if not is_terminating(pod)]
            ended = [pod for pod in mine if phase_of(pod) == "Failed"]
            for pod in ended:
                wait = self._replace_failed(one, pod, name)
                waits += [wait] if wait else []
            running = [pod for pod in mine if not is_finished(pod)]
            if should_run and not mine and not by_node.get(name):
                try:
                    self._create(one, name, revision)
                except DrydockError as error:
                    failure = error
                    text = f"Error creating: {error.message}"
                    self.record(one, "Warning", "FailedCreate", text)
            elif not may_stay:
                for pod in running:
                    self._delete(one, pod)
            else:
                for pod in self._too_many(one, sorted(running, key=_age), revision):
                    self._delete(one, pod)
        return waits, failure

    def _too_many(self, one: Object, running: list[Object], revision: str) -> list[Object]:
        """Name the pods that one node has too many of.   running: the oldest first."""
        if not surge.surge_of(one, 1):
            return running[1:]
        return surge.too_many(running, revision, self._judge(one))

    def _judge(self, one: Object) -> surge.IsAvailable:
        min_ready_s = one["spec"].get("minReadySeconds") or 0
        return lambda pod: unavailable_for_us(self.engine, pod, min_ready_s) == 0

    def _replace_failed(self, one: Object, pod: Object, node: str) -> int | None:
        """Delete a failed daemon pod, unless it failed too recently; answers the wait then."""
        key = f"{one['metadata']['uid']}/{node}"
        row = self.failed.setdefault(key, {"failures": 0, "dueUs": 0})
        now = self.engine.now_us
        if row["dueUs"] > now:
            return row["dueUs"] - now
        wait = min(BACKOFF_US << min(row["failures"], 20), LONGEST_BACKOFF_US)
        row.update(failures=row["failures"] + 1, dueUs=now + wait)
        meta = pod["metadata"]
        place = f"{meta['namespace']}/{meta['name']}"
        text = f"Found failed daemon pod {place} on node {node}, will try to kill it"
        self.record(one, "Warning", "FailedDaemonPod", text)
        self._delete(one, pod)
        return None

    def _create(self, one: Object, node: str, revision: str) -> None:
        pod = pod_from_template(one["spec"]["template"], one)
        labels = pod["metadata"].setdefault("labels", {})
        labels[REVISION_LABEL] = revision
        labels["pod-template-generation"] = get(
            one, "metadata", "annotations", "deprecated.daemonset.template.generation", default="1"
        )
        pin(pod["spec"], node)
        made = self.create(pod)
        text = f"Created pod: {made['metadata']['name']}"
        self.record(one, "Normal", "SuccessfulCreate", text)

    def _delete(self, one: Object, pod: Object) -> None:
        meta = pod["metadata"]
        self.engine.api.delete("Pod", meta["namespace"], meta["name"])
        self.record(one, "Normal", "SuccessfulDelete", f"Deleted pod: {meta['name']}")

    # Rolling update

    def _roll(self, one: Object, by_node: dict[str, list[Object]], revision: str) -> None:
        """Delete old pods as far as maxUnavailable allows; `_place` makes new ones later.

        With maxSurge it is the other way round: new ones are made here, `_place` deletes old ones.
        """
        spec = daemon_spec(one)
        wanted = sum(wanted_on(spec, node)[0] for node in self.store.list("Node"))
        extra = surge.surge_of(one, wanted)
        if extra:
            for name in surge.next_nodes(by_node, revision, extra, self._judge(one)):
                self._create(one, name, revision)
            return
        given = get(one, "spec", "updateStrategy", "rollingUpdate", "maxUnavailable", default=1)
        most = max(1, scaled_value(given, wanted, round_up=True))
        old_ready, down = [], 0
        for name in sorted(by_node):
            pods = by_node[name]
            alive = [pod for pod in pods if not is_terminating(pod) and not is_finished(pod)]
            if not alive or not any(map(is_ready, alive)):
                down += 1
            for pod in alive:
                if get(pod, "metadata", "labels", REVISION_LABEL) == revision:
                    continue
                if is_ready(pod):
                    old_ready.append(pod)
                else:
                    self._delete(one, pod)
        down += max(0, wanted - len(by_node))
        for pod in old_ready[: max(0, most - down)]:
            self._delete(one, pod)

    # Status

    def _write_status(self, one: Object, revision: str) -> list[int]:
        pods = claim(self.engine, "Pod", one, one["spec"]["selector"])
        by_node = _by_node([pod for pod in pods if not is_terminating(pod)])
        counts = {
            "currentNumberScheduled": 0,
            "numberMisscheduled": 0,
            "desiredNumberScheduled": 0,
            "numberReady": 0,
        }
        more = {"updatedNumberScheduled": 0, "numberAvailable": 0}
        waits = []
        spec = daemon_spec(one)
        min_ready_s = one["spec"].get("minReadySeconds") or 0
        for node in self.store.list("Node"):
            mine = by_node.get(node["metadata"]["name"], [])
            if not wanted_on(spec, node)[0]:
                counts["numberMisscheduled"] += bool(mine)
                continue
            counts["desiredNumberScheduled"] += 1
            if not mine:
                continue
            counts["currentNumberScheduled"] += 1
            pod = min(mine, key=_age)
            wait = unavailable_for_us(self.engine, pod, min_ready_s)
            counts["numberReady"] += is_ready(pod)
            more["numberAvailable"] += wait == 0
            more["updatedNumberScheduled"] += (
                get(pod, "metadata", "labels", REVISION_LABEL) == revision
            )
            waits += [wait] if wait else []
        more["numberUnavailable"] = counts["desiredNumberScheduled"] - more["numberAvailable"]
        status = {**counts, "observedGeneration": one["metadata"].get("generation", 1)}
        status.update({key: count for key, count in more.items() if count})
        if status != one.get("status"):
            self.engine.api.update_status({**one, "status": status})
        return waits


def _age(pod: Object) -> tuple[bool, str, str]:
    meta = pod["metadata"]
    return not pod["spec"].get("nodeName"), meta["creationTimestamp"], meta["name"]


def _placing(node: Object) -> list[Any]:
    return [
        node["metadata"].get("labels"),
        node["spec"].get("taints"),
        node["spec"].get("unschedulable"),
    ]


def _by_node(pods: list[Object]) -> dict[str, list[Object]]:
    """Group pods by the node they run on, or are meant for."""
    found: dict[str, list[Object]] = {}
    for pod in pods:
        found.setdefault(node_of(pod), []).append(pod)
    return found


def node_of(pod: Object) -> str:
    """Name the node that a daemon pod runs on, or is meant for."""
    if pod["spec"].get("nodeName"):
        return str(pod["spec"]["nodeName"])
    path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in get(pod, "spec", *path, "nodeSelectorTerms", default=[]):
        for field in term.get("matchFields") or ():
            if field["key"] == "metadata.name":
                return str(field["values"][0])
    return ""


def pin(spec: Object, node: str) -> None:
    """Give a pod's spec (changed in place) the affinity and tolerations of a daemon."""
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    affinity = spec.setdefault("affinity", {}).setdefault("nodeAffinity", {})
    term = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    affinity["requiredDuringSchedulingIgnoredDuringExecution"] = term
    _tolerate(spec)


def _tolerate(spec: Object) -> None:
    rows = list(spec.get("tolerations") or ())
    wanted = [*TOLERATED, ("network-unavailable", "NoSchedule")]
    for name, effect in wanted if spec.get("hostNetwork") else TOLERATED:
        row = {"key": PREFIX + name, "operator": "Exists", "effect": effect}
        if row not in rows:
            rows.append(row)
    spec["tolerations"] = rows


def daemon_spec(one: Object) -> Object:
    """Give the spec of a set's pods with what daemons tolerate, not yet meant for any node."""
    spec: Object = copy(one["spec"]["template"]["spec"])
    _tolerate(spec)
    return spec


def wanted_on(spec: Object, node: Object) -> tuple[bool, bool]:
    """Say whether a node should get a daemon's pod of this spec, and whether it may keep one."""
    name, labels = node["metadata"]["name"], node["metadata"].get("labels") or {}
    if spec.get("nodeName") not in (None, "", name) or not matches_node(spec, labels, name):
        return False, False
    taints = node["spec"].get("taints") or []
    executing = [taint for taint in taints if taint["effect"] == "NoExecute"]
    if untolerated(taints, spec["tolerations"]) is None:
        return True, True
    return False, untolerated(executing, spec["tolerations"]) is None
