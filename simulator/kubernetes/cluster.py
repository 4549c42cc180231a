"""The cluster: what a new one starts with, and whether its control plane runs.

A lab begins with a cluster that has been set up as kubeadm does it, its nodes ready.
# Simplified: The components of the control plane (API server, scheduler, controllers, etcd, DNS)
run with the machines of role control-plane; they are not shown as pods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from simulator.errors import BadScenario, DrydockError
from simulator.kubernetes.api.bootstrap import has_cluster
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

DNS_IP = "10.96.0.10"
API_PORT = 6443
API_START_US = (12 * SECOND, 20 * SECOND)
"""From a booted control-plane machine to an API server that answers (static pods; assumed)."""
CONTROL_PLANE, WORKER = "control-plane", "worker"
PROVISIONER = "rook-ceph.rbd.csi.ceph.com"
"""Disks of the default StorageClass live outside of the nodes and follow their pods."""
MANAGER = "kube-apiserver"


class Cluster:
    """Table "cluster": {"up": bool, "planes": [machines of the control plane]}."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.state: dict[str, Any] = engine.table("cluster")
        self.state.setdefault("up", False)
        self.state.setdefault("planes", [])
        engine.calendar.on("cluster.up", self._come_up)
        engine.calendar.on("cluster.joined", self._joined_again)
        engine.calendar.on("cluster.apply", self._apply_manifests)
        engine.store.watch("Machine", self._machine_changed)
        engine.at_setup(self.setup)

    # Asking

    def exists(self) -> bool:
        """Say whether the scenario has a cluster at all: a machine to be its control plane."""
        return has_cluster(self.engine)

    def is_up(self) -> bool:
        """Say whether the API server and the controllers run."""
        return bool(self.state["up"])

    def reaches(self, machine: str | None) -> bool:
        """Say whether packets get from a machine to a running API server."""
        if not self.state["up"]:
            return False
        planes: list[str] = self.state["planes"]
        joined, is_up = self.engine.network.joined, self.engine.machines.is_up
        return any(is_up(plane) and joined(machine, plane) for plane in planes)

    def server(self) -> str:
        """Give host and port of the API server, as a kubeconfig names it."""
        planes: list[str] = self.state["planes"]
        host = self.engine.machines.ip(planes[0]) if planes else "localhost"
        return f"{host}:{API_PORT}"

    def problem(self, machine: str | None) -> str | None:
        """Say in kubectl's words why a machine cannot reach the API server; None when it can."""
        if self.reaches(machine):
            return None
        server = self.server()
        plane = next(iter(self.state["planes"]), "")
        if self.exists() and self.engine.machines.is_up(plane):
            if not self.engine.network.joined(machine, plane):
                return f"Unable to connect to the server: dial tcp {server}: i/o timeout"
        elif self.exists():
            # A machine without power refuses nothing: nobody answers for its address.
            return f"Unable to connect to the server: dial tcp {server}: connect: no route to host"
        host = server if self.exists() else "localhost:8080"
        return (
            f"The connection to the server {host} was refused - "
            "did you specify the right host or port?"
        )

    # Setting up

    def setup(self) -> None:
        """Make what a new cluster has, and let the scenario's machines join."""
        if not self.exists():
            return
        machines = self.engine.store.list("Machine")
        self.state["planes"] = [
            name
            for name in self.engine.machines.names()
            if self.engine.machines.get(name)["spec"]["role"] == CONTROL_PLANE  # type: ignore[index]
        ]
        self.state["up"] = True
        for obj in first_objects():
            self.engine.api.create(obj, manager=MANAGER)
        by_name = {machine["metadata"]["name"]: machine for machine in machines}
        for name in self.engine.machines.names():
            if by_name[name]["spec"]["role"] in (CONTROL_PLANE, WORKER):
                self.engine.kubelets.register(by_name[name])
        self.engine.kubelets.image_collector.begin()
        if self.engine.scenario.data.get("manifests"):
            self.engine.calendar.after(0, "cluster.apply", "")

    def _apply_manifests(self, _: object) -> None:
        """Apply the scenario's manifests, in their order."""
        for index, entry in enumerate(self.engine.scenario.data["manifests"]):
            for obj in documents(entry):
                try:
                    self.engine.api.create(obj, manager="kubectl-client-side-apply")
                except DrydockError as error:
                    raise BadScenario(f"manifests[{index}]: {error.message}") from error

    # Power

    def _machine_changed(self, change: str, machine: Object, old: Object | None) -> None:
        name = machine["metadata"]["name"]
        if old is None or name not in self.state["planes"]:
            return
        if machine["status"].get("reachable") and not old["status"].get("reachable"):
            self.engine.calendar.after(0, "cluster.joined", "")
        power, was = machine["status"]["power"], old["status"]["power"]
        if power == was:
            return
        if not self._has_quorum():
            self.state["up"] = False
        elif not self.state["up"] and power == "on":
            stream = self.engine.streams.stream("cluster")
            self.engine.calendar.after(stream.between_us(*API_START_US), "cluster.up", "")

    def _has_quorum(self) -> bool:
        """Say whether more than half of the control plane's machines run: etcd needs them."""
        planes: list[str] = self.state["planes"]
        running = sum(self.engine.machines.is_up(plane) for plane in planes)
        return 2 * running > len(planes)

    def _joined_again(self, _: object) -> None:
        """The control plane can be reached again: all kubelets take up the thread."""
        if self.state["up"]:
            self.engine.kubelets.resync()

    def _come_up(self, _: object) -> None:
        if self.state["up"] or not self._has_quorum():
            return
        self.state["up"] = True
        self.engine.controllers.restart()
        for loop in self.engine.loops.values():
            loop.resume()
        self.engine.kubelets.resync()


def documents(entry: str | Object | list[Object]) -> list[Object]:
    """Read one entry of a scenario's manifests: YAML text, an object, or a list of objects."""
    if isinstance(entry, str):
        entry = [one for one in yaml.safe_load_all(entry) if one]
    if isinstance(entry, dict):
        return list(entry["items"]) if entry.get("kind") == "List" else [entry]
    return entry


def first_objects() -> list[Object]:
    """Give what kubeadm and its add-ons leave behind, beside what the API server itself makes."""
    storage = _object("storage.k8s.io/v1", "StorageClass", "standard")
    storage["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    storage = {
        **storage,
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "allowVolumeExpansion": True,
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    return [storage, _dns_service()]


def _object(api_version: str, kind: str, name: str, namespace: str = "") -> Object:
    meta: Object = {"name": name}
    if namespace:
        meta["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": meta}


def _dns_service() -> Object:
    service = _object("v1", "Service", "kube-dns", "kube-system")
    service["metadata"]["labels"] = {
        "k8s-app": "kube-dns",
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
    }
    ports: list[Object] = [
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
    ]
    return {**service, "spec": {"type": "ClusterIP", "clusterIP": DNS_IP, "ports": ports}}
