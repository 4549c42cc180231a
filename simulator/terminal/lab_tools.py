"""The lab's own tools: `vm` starts a virtual machine, `fault` breaks things, `traffic` sends load.

They are what the stage's buttons do, as lines; real Docker and Kubernetes have no such commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand

from .program import Call, Program

if TYPE_CHECKING:
    from simulator.engine import Engine

VM_USAGE = "Usage: vm start NAME | vm stop NAME | vm ls\n"


class Vm(Program):
    """The lab's own small tool for virtual machines; real ones have virsh, VirtualBox, a cloud."""

    names = ("vm",)

    def is_read(self, argv: list[str]) -> bool:
        """Only `ls` and help look."""
        return len(argv) < 2 or argv[1] not in ("start", "stop")

    def complete(self, engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete the verb, then names."""
        if len(words) == 2:
            return ["start", "stop", "ls"]
        vms = engine.store.list("VirtualMachine", machine)
        return [vm["metadata"]["name"] for vm in vms]

    def start(self, call: Call) -> int | None:
        """Start, stop or list."""
        words = call.argv[1:]
        if words == ["ls"]:
            call.out(f"{'NAME':<16}{'STATE':<10}{'MEMORY':<10}\n")
            for vm in call.engine.store.list("VirtualMachine", call.machine):
                memory = f"{vm['spec']['memory'] >> 20}MiB"
                call.out(f"{vm['metadata']['name']:<16}{vm['status']['state']:<10}{memory:<10}\n")
            return 0
        if len(words) != 2 or words[0] not in ("start", "stop"):
            call.err(VM_USAGE)
            return 2
        try:
            if words[0] == "start":
                call.engine.virtual_machines.start(call.machine, words[1])
            else:
                call.engine.virtual_machines.stop(call.machine, words[1])
        except BadCommand as error:
            return _refused(call, error)
        call.out(words[1] + "\n")
        return 0


class FaultTool(Program):
    """`fault KIND TARGET`: lets something go wrong, or mends it."""

    names = ("fault",)

    def is_read(self, argv: list[str]) -> bool:
        """Without a kind it only lists the kinds."""
        return len(argv) < 2

    def complete(self, engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete kinds, then machines, containers or pods."""
        if len(words) == 2:
            return list(engine.faults.kinds)
        if words[1] == "kill-container":
            containers = engine.store.list("Container")
            return [f"{c['metadata']['namespace']}{c['Name']}" for c in containers]
        if words[1] in ("kill-pod", "kill-pod-container"):
            metas = [pod["metadata"] for pod in engine.store.list("Pod")]
            return [f"{meta['namespace']}/{meta['name']}" for meta in metas]
        return engine.machines.names()

    def start(self, call: Call) -> int | None:
        """Carry the fault out."""
        if len(call.argv) < 2:
            call.out("Usage: fault KIND [TARGET] [MBPS]\nKinds: ")
            call.out(", ".join(call.engine.faults.kinds) + "\n")
            return 0
        target = call.argv[2] if len(call.argv) > 2 else ""
        fault: dict[str, Any] = {"kind": call.argv[1], "target": target}
        if len(call.argv) > 3:
            fault["mbps"] = _number(call.argv[3])
        try:
            call.out(call.engine.faults.strike(fault) + "\n")
        except BadCommand as error:
            return _refused(call, error)
        return 0


class TrafficTool(Program):
    """`traffic NAME TARGET RATE`: sends requests; a rate of 0 stops them."""

    names = ("traffic",)

    def is_read(self, argv: list[str]) -> bool:
        """Without arguments it only lists the clients."""
        return len(argv) < 2

    def complete(self, engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete client names, then services and machines."""
        if len(words) == 2:
            return list(engine.traffic.clients) or ["users"]
        metas = [service["metadata"] for service in engine.store.list("Service")]
        return [f"service/{meta['namespace']}/{meta['name']}" for meta in metas] + [
            f"machine/{name}:" for name in engine.machines.names()
        ]

    def start(self, call: Call) -> int | None:
        """Start, change or stop a client."""
        words = call.argv[1:]
        if not words:
            for name, one in call.engine.traffic.clients.items():
                call.out(f"{name}: {one['rps']:g} requests/s to {one['target']}\n")
            return 0
        if len(words) not in (2, 3):
            call.err("Usage: traffic NAME TARGET REQUESTS_PER_SECOND | traffic NAME 0\n")
            return 2
        wish: dict[str, Any] = {"name": words[0], "rps": _number(words[-1])}
        if len(words) == 3:
            wish["target"] = words[1]
        try:
            call.out(call.engine.traffic.set(wish) + "\n")
        except BadCommand as error:
            return _refused(call, error)
        return 0


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _refused(call: Call, error: BadCommand) -> int:
    call.err(f"{call.argv[0]}: {error.message}\n")
    if error.hint:
        call.err(f"{error.hint}\n")
    return 1


LAB_TOOLS: list[Program] = [Vm(), FaultTool(), TrafficTool()]
