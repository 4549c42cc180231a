"""The kubelet's own node: registration, status, lease.

A lease is renewed every 10 s, which is all that a healthy node has to write; the status is
written when it changes, and otherwise every five minutes.

Sources: pkg/kubelet/kubelet_node_status.go, pkg/kubelet/nodestatus/setters.go and
k8s.io/component-helpers apimachinery/lease, v1.32; periods from
pkg/kubelet/apis/config/v1beta1/defaults.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import is_true, put_condition
from simulator.plain import Object, get
from simulator.timing import SECOND, rfc3339_nano

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

RENEW_US = 10 * SECOND
LEASE_S = 40
UPDATE_US = 10 * SECOND
REPORT_US = 300 * SECOND
MAX_PODS = 110
EVICTION_HARD_BYTES = 100 << 20
"""memory.available<100Mi is kept back from what pods may ask for."""
DEFAULT_VERSION = "v1.32.4"
RUNTIME = "docker://28.3.2"
OS_IMAGE, KERNEL = "Ubuntu 24.04.2 LTS", "6.8.0-60-generic"
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"

GOOD = {
    "MemoryPressure": (
        "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available",
    ),
    "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    "Ready": ("True", "KubeletReady", "kubelet is posting ready status"),
}  # fmt: skip

PRESSURE_EVENTS = {
    "MemoryPressure": ("NodeHasSufficientMemory", "NodeHasInsufficientMemory"),
    "DiskPressure": ("NodeHasNoDiskPressure", "NodeHasDiskPressure"),
    "PIDPressure": ("NodeHasSufficientPID", "NodeHasInsufficientPID"),
}
"""What is told when a condition is False, and when it is True."""


class Nodes:
    """Table "kubelet.nodes": {name: {"boots", "offsetUs", "status": calendar number or null}}."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        self.rows: dict[str, dict[str, Any]] = engine.table("kubelet.nodes")
        engine.calendar.on("kubelet.lease", self._renew)
        engine.calendar.on("kubelet.status", self._status_due)

    def register(self, machine: Object) -> None:
        """Make the Node and the Lease of a machine, and begin to renew."""
        name = machine["metadata"]["name"]
        offset = self.engine.streams.stream("kubelet", name).below(RENEW_US)
        self.rows[name] = {"boots": 1, "offsetUs": offset, "status": None}
        cidr = self.kubelets.addresses.add_node(name)
        node = node_object(machine, cidr)
        self.engine.api.create(node, manager="kubelet")
        self._write_status(name)
        self._write_lease(name)
        self.engine.calendar.after(offset, "kubelet.lease", name)
        self._plan_status(name, REPORT_US)

    def booted(self, name: str) -> None:
        """The machine is up again: tell so, and post status at once."""
        row = self.rows[name]
        row["boots"] += 1
        if not self.kubelets.hears(name):
            return
        if self.store.get("Node", "", name) is None:
            machine = self.engine.machines.get(name)
            if machine is not None:
                cidr = self.kubelets.addresses.add_node(name)
                self.engine.api.create(node_object(machine, cidr), manager="kubelet")
        self.tell(name, "Normal", "Starting", "Starting kubelet.")
        boot = self._info(name)["bootID"]
        self.tell(name, "Warning", "Rebooted", f"Node {name} has been rebooted, boot id: {boot}")
        self.reconnected(name)

    def reconnected(self, name: str) -> None:
        """The API server can be reached (again): say that the node lives."""
        self._write_lease(name)
        self._write_status(name)

    def changed(self, name: str) -> None:
        """Report the node's images and pressures with the next status, at most 10 s from now."""
        self._plan_status(name, UPDATE_US)

    def tell(self, name: str, type: str, reason: str, message: str) -> None:
        """Record an event of a node from its kubelet."""
        node = self.store.get("Node", "", name)
        if node is not None:
            source = {"component": "kubelet", "host": name}
            self.engine.events.record(node, type, reason, message, source)

    def forget(self, name: str) -> None:
        """The machine has left the cluster."""
        row = self.rows.pop(name)
        if row["status"] is not None:
            self.engine.calendar.cancel(row["status"][0])

    # Lease

    def _renew(self, name: str) -> None:
        if name not in self.rows:
            return
        self.engine.calendar.after(RENEW_US, "kubelet.lease", name)
        if self.kubelets.hears(name):
            self._write_lease(name)

    def _write_lease(self, name: str) -> None:
        now = rfc3339_nano(self.engine.start, self.engine.now_us)[:-4] + "Z"
        lease = self.store.get("Lease", "kube-node-lease", name)
        if lease is not None:
            # Straight into the store: what the kubelet renews needs no checking.
            self.store.update({**lease, "spec": {**lease["spec"], "renewTime": now}})
            return
        node = self.store.get("Node", "", name)
        place = self.store.get("Namespace", "", "kube-node-lease")
        if node is None or place is None or place["metadata"].get("deletionTimestamp"):
            return
        owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
        spec = {"holderIdentity": name, "leaseDurationSeconds": LEASE_S, "renewTime": now}
        self.engine.api.create(
            {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {
                    "name": name,
                    "namespace": "kube-node-lease",
                    "ownerReferences": [owner],
                },
                "spec": spec,
            },
            manager="kubelet",
        )

    # Status

    def _plan_status(self, name: str, delay_us: int) -> None:
        row = self.rows[name]
        due = self.engine.now_us + delay_us
        if row["status"] is not None:
            if row["status"][1] <= due:
                return
            self.engine.calendar.cancel(row["status"][0])
        number = self.engine.calendar.after(delay_us, "kubelet.status", name)
        row["status"] = [number, due]

    def _status_due(self, name: str) -> None:
        self.rows[name]["status"] = None
        if self.kubelets.hears(name):
            self._write_status(name)
        else:
            self._plan_status(name, REPORT_US)

    def _write_status(self, name: str) -> None:
        """Write the node's whole status, as it is now."""
        node = self.store.get("Node", "", name)
        machine = self.engine.machines.get(name)
        if node is None or machine is None:
            return
        self._plan_status(name, REPORT_US)
        was_ready = any(
            one["type"] == "Ready" and one["status"] == "True"
            for one in get(node, "status", "conditions", default=[])
        )
        now = self.engine.timestamp()
        conditions = get(node, "status", "conditions", default=[])
        pressures = self.kubelets.eviction.pressures(name)
        for kind, (status, reason, message) in {**GOOD, **pressures}.items():
            row: dict[str, str] = {"type": kind, "status": status, "lastHeartbeatTime": now}
            row.update(reason=reason, message=message)
            conditions = put_condition(conditions, row, now)
        capacity, allocatable = capacity_of(machine)
        status_now = {
            **(node.get("status") or {}),
            "capacity": capacity,
            "allocatable": allocatable,
            "conditions": conditions,
            "addresses": [
                {"type": "InternalIP", "address": machine["status"]["ip"]},
                {"type": "Hostname", "address": name},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": self._info(name),
            "images": self._images(name),
        }
        self.engine.api.update_status({**node, "status": status_now})
        for kind, words in PRESSURE_EVENTS.items():
            text = words[kind in pressures]
            if not was_ready or is_true(node, kind) != (kind in pressures):
                self.tell(name, "Normal", text, f"Node {name} status is now: {text}")
        if not was_ready:
            self.tell(name, "Normal", "NodeReady", f"Node {name} status is now: NodeReady")

    def _images(self, name: str) -> list[Object]:
        rows: list[Object] = []
        for image in self.engine.images.list(name):
            names = [*(image.get("RepoDigests") or ()), *(image.get("RepoTags") or ())]
            if names:
                rows.append({"names": names, "sizeBytes": image.get("Size") or 0})
        rows.sort(key=_by_size)
        return rows[:50]

    def _info(self, name: str) -> Object:
        machine = self.engine.machines.get(name)
        arch = machine["spec"]["arch"] if machine else "amd64"
        version = kubelet_version(self.engine)
        boots = self.rows[name]["boots"]
        return {
            "machineID": self.engine.streams.hex(32, "machine-id", name),
            "systemUUID": self.engine.streams.uid("system", name),
            "bootID": self.engine.streams.uid("boot", name, boots),
            "kernelVersion": KERNEL,
            "osImage": OS_IMAGE,
            "containerRuntimeVersion": RUNTIME,
            "kubeletVersion": version,
            "kubeProxyVersion": version,
            "operatingSystem": "linux",
            "architecture": go_arch(arch),
        }


def _by_size(image: Object) -> tuple[int, str]:
    return -int(image["sizeBytes"]), str(image["names"][0])


def kubelet_version(engine: Engine) -> str:
    """Give the cluster's Kubernetes version, "v1.32.4"."""
    return str((engine.scenario.data.get("cluster") or {}).get("version") or DEFAULT_VERSION)


def go_arch(arch: str) -> str:
    """Write an architecture as Go names it: `arm/v7` is `arm`."""
    return arch.partition("/")[0]


def capacity_of(machine: Object) -> tuple[Object, Object]:
    """Give a machine's capacity and what of it pods may ask for, as quantities."""
    spec = machine["spec"]
    disk = int(spec["disk"])
    capacity = {
        "cpu": str(int(spec["cpu"])),
        "ephemeral-storage": f"{disk >> 10}Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{int(spec['memory']) >> 10}Ki",
        "pods": str(MAX_PODS),
    }
    allocatable = {
        **capacity,
        "ephemeral-storage": str(disk * 9 // 10),
        "memory": f"{(int(spec['memory']) - EVICTION_HARD_BYTES) >> 10}Ki",
    }
    return capacity, allocatable


def node_object(machine: Object, cidr: str) -> Object:
    """Make the Node of a machine."""
    name, spec = machine["metadata"]["name"], machine["spec"]
    labels = {
        "beta.kubernetes.io/arch": go_arch(spec["arch"]),
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": go_arch(spec["arch"]),
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    }
    node_spec: Object = {"podCIDR": cidr, "podCIDRs": [cidr]}
    if spec["role"] == "control-plane":
        labels[CONTROL_PLANE] = ""
        labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
        node_spec["taints"] = [{"key": CONTROL_PLANE, "effect": "NoSchedule"}]
    if spec.get("taints"):
        node_spec["taints"] = [*node_spec.get("taints", ()), *spec["taints"]]
    if spec.get("zone"):
        labels["topology.kubernetes.io/zone"] = spec["zone"]
        labels["topology.kubernetes.io/region"] = spec["zone"].rpartition("-")[0] or spec["zone"]
    labels.update(spec.get("labels") or {})
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        },
        "spec": node_spec,
    }
