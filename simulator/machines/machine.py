"""Computers: architecture, CPU, memory, disk, link, and a plug that can be pulled.

A machine is a store object of kind `Machine`; everything that lives on one watches it. When its
power goes, nothing on the machine acts any more; what was on its disk is there after the boot.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from simulator.errors import BadCommand
from simulator.kubernetes.api.quantity import bytes_of
from simulator.plain import Object
from simulator.timing import SECOND

from .disk import Disk
from .memory import Memory

if TYPE_CHECKING:
    from simulator.engine import Engine

BOOT_US = {
    "laptop": 20 * SECOND,
    "server": 90 * SECOND,
    "pi": 35 * SECOND,
    "worker": 29 * SECOND,
    "control-plane": 29 * SECOND,
    "hub": 90 * SECOND,
}
"""From power on to a running daemon. Workers: an EC2 instance's 29.3 s from request to ssh
(Percival, daemonology.net 2021-08-12); the others assumed."""

SPEED = {"pi": 0.4}
"""Speed of one core against the server's (a Raspberry Pi 4 core; assumed)."""

DISK_KIND = {"pi": "sd"}
LAN = "192.168.1."
FIRST_ADDRESS = 10


class Machines:
    """All machines of a lab."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self.memory = Memory(engine)
        self.disk = Disk(engine)
        self.state: dict[str, Any] = engine.table("machines")
        self.state.setdefault("added", [])
        self.state.setdefault("count", 0)
        engine.calendar.on("machine.booted", self._booted)
        engine.calendar.on("machine.gone", self._gone)
        engine.at_setup(self.setup)

    def setup(self) -> None:
        """Make the scenario's machines, all of them running since before t = 0."""
        for index, row in enumerate(self._engine.scenario.data["machines"]):
            self._store.create(machine_object(row, index))

    def names(self) -> list[str]:
        """Name all machines: in the scenario's order, then those that were added."""
        rows = self._engine.scenario.data["machines"]
        return [*(row["name"] for row in rows), *self.state["added"]]

    def add(self, row: dict[str, Any], delay_us: int) -> None:
        """Rent one more machine; it has booted after `delay_us`.   row: as in a scenario."""
        index = len(self._engine.scenario.data["machines"]) + self.state["count"]
        self.state["count"] += 1
        self.state["added"].append(row["name"])
        machine = machine_object(row, index)
        machine["status"].update(power="booting", bootingUs=self._engine.now_us)
        self._store.create(machine)
        self._engine.docker.networks.ensure(row["name"])
        self._engine.calendar.after(delay_us, "machine.booted", row["name"])

    def remove(self, name: str) -> None:
        """Give a machine back that was added: it goes with all that is on it."""
        self.state["added"].remove(name)
        self.power_off(name)
        self._engine.calendar.after(SECOND, "machine.gone", name)

    def _gone(self, name: str) -> None:
        for container in self._engine.docker.containers(name):
            self._engine.docker.remove(name, container["Id"], force=True, volumes=True)
        for kind in ("Container", "Image", "Network", "Volume", "Transfer"):
            for obj in self._store.list(kind, name):
                self._store.delete(kind, name, obj["metadata"]["name"])
        self._store.delete("Machine", "", name)

    def get(self, name: str) -> Object | None:
        """Give a machine, or None."""
        return self._store.get("Machine", "", name)

    def is_up(self, name: str) -> bool:
        """Say whether a machine has power and has booted."""
        found = self.get(name)
        return found is not None and found["status"]["power"] == "on"

    def platform(self, name: str) -> str:
        """Give a machine's platform as Docker writes it, "linux/amd64"."""
        found = self.get(name)
        return f"linux/{found['spec']['arch']}" if found else "linux/amd64"

    def ip(self, name: str) -> str:
        """Give a machine's address in the local network."""
        found = self.get(name)
        return str(found["status"]["ip"]) if found else ""

    def by_ip(self, address: str) -> str | None:
        """Name the machine with an address in the local network."""
        if not address.startswith(LAN):
            return None
        return next((n for n in self.names() if self.ip(n) == address), None)

    def power_off(self, name: str) -> None:
        """Pull the plug: nothing on the machine acts from this instant on."""

        def edit(machine: Object) -> None:
            machine["status"]["power"] = "off"
            machine["status"]["offUs"] = self._engine.now_us

        self._store.change("Machine", "", self._need(name), edit)

    def power_on(self, name: str) -> None:
        """Put the plug back: the machine boots, which takes its time."""
        machine = self._store.need("Machine", "", self._need(name))
        if machine["status"]["power"] != "off":
            raise BadCommand(f"{name} has power already")

        def edit(machine: Object) -> None:
            machine["status"]["power"] = "booting"
            machine["status"]["bootingUs"] = self._engine.now_us

        self._store.change("Machine", "", name, edit)
        boot = BOOT_US.get(machine["spec"]["role"], BOOT_US["server"])
        stream = self._engine.streams.stream("boot", machine["metadata"]["uid"])
        delay = stream.lognormal_us(boot, 0.08)
        self._engine.calendar.after(delay, "machine.booted", name)

    def _need(self, name: str) -> str:
        if self.get(name) is None:
            raise BadCommand(f"no machine {name!r}", "machines: " + ", ".join(self.names()))
        return name

    def _booted(self, name: str) -> None:
        machine = self.get(name)
        if machine is None or machine["status"]["power"] != "booting":
            return

        def edit(fresh: Object) -> None:
            fresh["status"]["power"] = "on"
            fresh["status"]["bootedUs"] = self._engine.now_us

        self._store.change("Machine", "", name, edit)


def machine_object(row: dict[str, Any], index: int) -> Object:
    """Make the store object of one scenario row."""
    role = row.get("role") or "server"
    machine = _machine_object(row, index, role)
    for key in ("labels", "taints"):
        if row.get(key):
            machine["spec"][key] = row[key]
    if row.get("static_pods"):
        machine["spec"]["staticPods"] = [p for one in row["static_pods"] for p in _documents(one)]
    return machine


def _documents(entry: str | Object) -> list[Object]:
    """Read one file of static pods: YAML text, or an object."""
    found = yaml.safe_load_all(entry) if isinstance(entry, str) else [entry]
    return [one for one in found if isinstance(one, dict)]


def _machine_object(row: dict[str, Any], index: int, role: str) -> Object:
    return {
        "apiVersion": "drydock/v1",
        "kind": "Machine",
        "metadata": {"name": row["name"], "namespace": ""},
        "spec": {
            "role": role,
            "arch": row.get("arch") or "amd64",
            "cpu": float(row.get("cpu") or 4),
            "memory": bytes_of(str(row.get("memory") or "8Gi")),
            "disk": bytes_of(str(row.get("disk") or "128Gi")),
            "diskKind": row.get("disk_kind") or DISK_KIND.get(role, "ssd"),
            "linkMbps": link_mbps(str(row.get("link") or "1Gbps")),
            "speed": float(row.get("speed") or SPEED.get(role, 1.0)),
            "zone": row.get("zone"),
            "docker": bool(row.get("docker", role != "hub")),
        },
        "status": {
            "power": "on",
            "ip": f"{LAN}{FIRST_ADDRESS + index}"
            if index < 240
            else f"10.0.{index >> 8}.{index & 255}",
            "bootedUs": 0,
            "reachable": True,
        },
    }


def link_mbps(text: str) -> float:
    """Read "100Mbps" or "1Gbps" as megabits a second; raises ValueError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG])bps", text)
    if not match:
        raise ValueError(f"invalid link speed {text!r}: write for example 100Mbps or 1Gbps")
    return float(match[1]) * {"K": 0.001, "M": 1.0, "G": 1000.0}[match[2]]
