"""The kubelets: on every node, pods made of the same containers that `docker run` makes.

One component stands for the kubelets of all nodes; its parts keep plain rows per node and pod.
`rows.py` says what is remembered, `workers.py` what is done with it and in which order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import DrydockError
from simulator.kubernetes.kubelet.addresses import Addresses
from simulator.kubernetes.kubelet.admission import Admission
from simulator.kubernetes.kubelet.eviction import Eviction
from simulator.kubernetes.kubelet.hooks import PostStart
from simulator.kubernetes.kubelet.image_gc import ImageCollector
from simulator.kubernetes.kubelet.images import Puller
from simulator.kubernetes.kubelet.node import Nodes
from simulator.kubernetes.kubelet.observer import Observer
from simulator.kubernetes.kubelet.probes import Probes
from simulator.kubernetes.kubelet.static_pods import StaticPods
from simulator.kubernetes.kubelet.stopper import Stopper
from simulator.kubernetes.kubelet.volumes import Volumes
from simulator.kubernetes.kubelet.workers import RELIST_US, PodWorkers
from simulator.kubernetes.pods import index_pods
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.streams import Stream

READY_AFTER_BOOT_US = (SECOND, 3 * SECOND)
"""From a booted machine to a kubelet that posts its status (assumed)."""


class Kubelets:
    """The kubelets of all nodes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        index_pods(engine.store)
        self.addresses = Addresses(engine)
        self.admission = Admission(engine)
        self.volumes = Volumes(engine, self)
        self.observer = Observer(engine, self)
        self.probes = Probes(engine, self)
        self.puller = Puller(engine, self)
        self.stopper = Stopper(engine, self)
        self.post_start = PostStart(engine, self)
        self.nodes = Nodes(engine, self)
        self.workers = PodWorkers(engine, self)
        self.image_collector = ImageCollector(engine, self)
        self.eviction = Eviction(engine, self)
        self.static_pods = StaticPods(engine, self)
        engine.calendar.on("kubelet.boot", self._boot)
        engine.calendar.on("kubelet.reconnect", self._reconnect)
        engine.store.watch("Machine", self._machine_changed)

    def register(self, machine: Object) -> None:
        """Let a machine join the cluster."""
        self.nodes.register(machine)
        self.static_pods.begin(machine["metadata"]["name"])

    def forget(self, node: str) -> None:
        """A machine leaves the cluster for good."""
        self.puller.forget_node(node)
        for uid in [uid for uid, row in self.workers.rows.items() if row["node"] == node]:
            self.workers.forget(uid)
        self.nodes.forget(node)

    def has(self, node: str) -> bool:
        """Say whether a machine of that name runs a kubelet."""
        return node in self.nodes.rows

    def hears(self, node: str) -> bool:
        """Say whether a node has power and can reach the API server."""
        return self.engine.machines.is_up(node) and self.engine.cluster.reaches(node)

    def stream(self, node: str) -> Stream:
        """Open the stream of a node's kubelet."""
        return self.engine.streams.stream("kubelet", node)

    def boot(self, node: str) -> int:
        """Count the boots of a node, the first one included."""
        return int(self.nodes.rows[node]["boots"])

    def until_relist_us(self, node: str) -> int:
        """Give the time until the node's kubelet next looks at all its containers."""
        offset = self.nodes.rows[node]["offsetUs"]
        return int(RELIST_US - (self.engine.now_us - offset) % RELIST_US)

    def remove_container(self, node: str, container_id: str) -> None:
        """Remove a container, if it is still there."""
        try:
            self.engine.docker.remove(node, container_id, force=True, volumes=True)
        except DrydockError:
            return  # somebody was faster

    def resync(self) -> None:
        """The control plane is back: every node that can reach it goes on."""
        for name in self.nodes.rows:
            self.engine.calendar.after(
                self.stream(name).between_us(*READY_AFTER_BOOT_US), "kubelet.reconnect", name
            )

    # Power and links

    def _machine_changed(self, change: str, machine: Object, old: Object | None) -> None:
        name = machine["metadata"]["name"]
        if old is None or not self.has(name):
            return
        status, was = machine["status"], old["status"]
        if status["power"] == "off" and was["power"] != "off":
            self.puller.forget_node(name)
        elif status["power"] == "on" and was["power"] != "on":
            delay = self.stream(name).between_us(*READY_AFTER_BOOT_US)
            self.engine.calendar.after(delay, "kubelet.boot", [name, status["bootedUs"]])
        elif _is_joined(status, was):
            delay = self.stream(name).between_us(*READY_AFTER_BOOT_US)
            self.engine.calendar.after(delay, "kubelet.reconnect", name)

    def _boot(self, key: list[str | int]) -> None:
        name = str(key[0])
        machine = self.engine.machines.get(name)
        if machine is None or not self.engine.machines.is_up(name):
            return
        if machine["status"]["bootedUs"] != key[1]:
            return
        self.nodes.booted(name)
        self.workers.restart_node(name)
        self._catch_up(name)

    def _reconnect(self, name: str) -> None:
        if not self.hears(name):
            return
        self.nodes.reconnected(name)
        self._catch_up(name)

    def _catch_up(self, name: str) -> None:
        """Take in what changed at the API server while it could not be heard."""
        if not self.hears(name):
            return
        self.static_pods.begin(name)
        for pod in self.engine.store.by("Pod", "node", name):
            self.workers.take_in(pod)
        for uid, row in list(self.workers.rows.items()):
            if row["node"] == name:
                self.workers.wake(uid, self.stream(name).between_us(1000, 100_000))


def _is_joined(status: Object, was: Object) -> bool:
    """Say whether a machine reaches another one again that it did not reach before."""
    if status.get("reachable") and not was.get("reachable"):
        return True
    return len(status.get("apartFrom") or ()) < len(was.get("apartFrom") or ())
