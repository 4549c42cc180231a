"""Virtual machines: a whole computer in software, firmware and kernel and all.

They stand beside containers to show what a container leaves out. A VM boots through phases whose
lengths come from one measured EC2 start (Percival, daemonology.net 2021-08-12): 4.90 s until the
instance runs, 17.18 s until kernel and network are up, 5.64 s until its services answer.
# Simplified: A VM boots and runs one app; you cannot log in to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand
from simulator.log import Entry
from simulator.plain import Object
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

PHASES = (
    ("disk and firmware", 4_900 * MS),
    ("kernel", 6_200 * MS),  # the split of the 17.18 s in two is assumed
    ("init and network", 10_980 * MS),
    ("services", 5_640 * MS),
    ("app", 520 * MS),
)
MEMORY = 512 << 20
"""Bytes a small Linux VM holds with its own kernel and services (assumed)."""
IMAGE_BYTES = 2_200_000_000
"""Size of a cloud image's root disk (a Debian or Ubuntu server image; assumed)."""


class VirtualMachines:
    """Starts and stops VMs by the command {"vm": {"machine", "name", "action"}}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.calendar.on("vm.phase", self._phase)
        engine.handle("vm", self._apply)
        engine.store.watch("Machine", self._power)
        engine.calendar.on("vm.lost", self._lost)

    def _apply(self, entry: Entry) -> dict[str, Any]:
        wish = entry.command["vm"]
        action = wish.get("action") or "start"
        machine = str(wish.get("machine") or self._engine.scenario.machine)
        name = str(wish.get("name") or "vm-1")
        if not self._engine.machines.is_up(machine):
            raise BadCommand(f"{machine} is not running")
        if action == "start":
            self.start(machine, name)
        elif action == "stop":
            self.stop(machine, name)
        else:
            raise BadCommand(f"unknown action {action!r}", "actions: start, stop")
        return {"output": f"{name}\n", "exit_code": 0}

    def start(self, machine: str, name: str) -> None:
        """Begin to boot a VM; it is ready after all its phases."""
        store, now = self._engine.store, self._engine.now_us
        if store.get("VirtualMachine", machine, name) is not None:
            raise BadCommand(f"there is a virtual machine {name!r} on {machine} already")
        if len(store.list("VirtualMachine", machine)) >= 8:
            raise BadCommand(f"{machine} has no memory for one more virtual machine")
        stream = self._engine.streams.stream("vm", f"{machine}/{name}")
        phases: list[dict[str, Any]] = []
        at = now
        for phase, median in PHASES:
            end = at + stream.lognormal_us(median, 0.06)
            phases.append({"name": phase, "startUs": at, "endUs": end})
            at = end
        store.create(
            {
                "apiVersion": "drydock/v1",
                "kind": "VirtualMachine",
                "metadata": {"name": name, "namespace": machine},
                "spec": {"memory": MEMORY, "disk": IMAGE_BYTES},
                "status": {
                    "state": "booting",
                    "startedUs": now,
                    "readyUs": None,
                    "phase": 0,
                    "phases": phases,
                },
            }
        )
        self._engine.calendar.at(phases[0]["endUs"], "vm.phase", [machine, name, now])

    def stop(self, machine: str, name: str) -> None:
        """Remove a VM."""
        if self._engine.store.get("VirtualMachine", machine, name) is None:
            raise BadCommand(f"no virtual machine {name!r} on {machine}")
        self._engine.store.delete("VirtualMachine", machine, name)

    def _phase(self, key: list[Any]) -> None:
        machine, name, started = key
        found = self._engine.store.get("VirtualMachine", machine, name)
        if found is None or found["status"]["startedUs"] != started:
            return

        def edit(vm: Object) -> None:
            status = vm["status"]
            status["phase"] += 1
            if status["phase"] == len(status["phases"]):
                status["state"], status["readyUs"] = "running", self._engine.now_us

        fresh = self._engine.store.change("VirtualMachine", machine, name, edit)
        phase = fresh["status"]["phase"]
        if phase < len(fresh["status"]["phases"]):
            self._engine.calendar.at(fresh["status"]["phases"][phase]["endUs"], "vm.phase", key)

    def _power(self, change: str, machine: Object, old: Object | None) -> None:
        if change == "MODIFIED" and machine["status"]["power"] == "off":
            self._engine.calendar.after(0, "vm.lost", machine["metadata"]["name"])

    def _lost(self, machine: str) -> None:
        for vm in self._engine.store.list("VirtualMachine", machine):
            self._engine.store.delete("VirtualMachine", machine, vm["metadata"]["name"])
