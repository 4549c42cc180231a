"""Everything that can go wrong, as commands: {"fault": {"kind": ..., "target": ...}}.

Each fault is one short function here, next to what mends it; the parts that it strikes only see
the store, the links or the containers change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand
from simulator.log import Entry
from simulator.plain import get
from simulator.timing import duration_us

if TYPE_CHECKING:
    from simulator.engine import Engine

Fault = Callable[[str, dict[str, Any]], str]
"""(target, the fault's own fields) -> what happened, in a few words."""

KINDS = (
    "power-off",
    "power-on",
    "kill-container",
    "kill-pod",
    "kill-pod-container",
    "partition",
    "heal",
    "slow-link",
    "packet-loss",
    "latency",
    "hub-down",
    "hub-up",
)


class Faults:
    """Carries out faults and plans those of the scenario."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.kinds: dict[str, Fault] = {
            kind: getattr(self, "_" + kind.replace("-", "_")) for kind in KINDS
        }
        engine.handle("fault", self._apply)
        engine.calendar.on("fault.planned", self._planned)
        engine.at_setup(self._setup)

    def _setup(self) -> None:
        for row in self._engine.scenario.data.get("faults") or []:
            self._engine.calendar.at(duration_us(row["at"]), "fault.planned", row["fault"])

    def _planned(self, fault: dict[str, Any]) -> None:
        self.strike(fault)

    def _apply(self, entry: Entry) -> dict[str, Any]:
        text = self.strike(entry.command["fault"])
        return {"output": text + "\n", "exit_code": 0}

    def strike(self, fault: dict[str, Any]) -> str:
        """Carry out one fault; raises BadCommand for one that cannot happen."""
        kind, target = fault.get("kind"), str(fault.get("target") or "")
        act = self.kinds.get(str(kind))
        if act is None:
            raise BadCommand(f"unknown fault {kind!r}", "faults: " + ", ".join(self.kinds))
        return act(target, fault)

    def _power_off(self, target: str, fault: dict[str, Any]) -> str:
        if self._engine.machines.get(target) and not self._engine.machines.is_up(target):
            raise BadCommand(f"{target} is off already")
        self._engine.machines.power_off(target)
        return f"{target} has no power"

    def _power_on(self, target: str, fault: dict[str, Any]) -> str:
        self._engine.machines.power_on(target)
        return f"{target} boots"

    def _kill_container(self, target: str, fault: dict[str, Any]) -> str:
        machine, _, ref = target.partition("/")
        found = self._engine.docker.find(machine, ref) if ref else None
        if found is None:
            raise BadCommand(f"no container {ref!r} on {machine!r}", "target: MACHINE/CONTAINER")
        if not found["State"]["Running"]:
            raise BadCommand(f"container {ref} is not running")
        self._engine.docker.crash(machine, found["Id"])
        return f"killed {found['Name'].lstrip('/')} on {machine}"

    def _kill_pod(self, target: str, fault: dict[str, Any]) -> str:
        namespace, _, name = target.partition("/")
        pod = self._engine.store.get("Pod", namespace, name)
        if pod is None:
            raise BadCommand(f'pods "{name}" not found', "target: NAMESPACE/POD")
        self._engine.api.delete("Pod", namespace, name, grace_s=None)
        return f'pod "{name}" deleted'

    def _kill_pod_container(self, target: str, fault: dict[str, Any]) -> str:
        """Kill the first container of a pod, or of the first pod with a label ("NS/app=shop")."""
        namespace, _, name = target.partition("/")
        pods = self._engine.store.list("Pod", namespace)
        if "=" in name:
            key, _, value = name.partition("=")
            pods = [p for p in pods if (p["metadata"].get("labels") or {}).get(key) == value]
        else:
            pods = [p for p in pods if p["metadata"]["name"] == name]
        for pod in pods:
            for found in self._engine.store.by("Container", "pod", pod["metadata"]["uid"]):
                if found["State"]["Running"] and get(found, "drydock", "pod", "container"):
                    self._engine.docker.crash(found["metadata"]["namespace"], found["Id"])
                    return f"killed a container of pod {pod['metadata']['name']}"
        raise BadCommand(f"no running container in {target!r}", "target: NAMESPACE/POD")

    def _partition(self, target: str, fault: dict[str, Any]) -> str:
        """Cut a machine off from all others, or only from the one named by `from`."""
        other = fault.get("from")
        if other is None:
            self._engine.network.cut(self._machine(target))
            return f"{target} is cut off from the network"
        self._engine.network.cut(self._machine(target), self._machine(str(other)))
        return f"{target} is cut off from {other}"

    def _heal(self, target: str, fault: dict[str, Any]) -> str:
        self._engine.network.heal(self._machine(target))
        return f"{target} is back on the network"

    def _slow_link(self, target: str, fault: dict[str, Any]) -> str:
        mbps = fault.get("mbps", 1)
        if not isinstance(mbps, int | float) or isinstance(mbps, bool) or not 0 < mbps <= 100_000:
            raise BadCommand("'mbps' must be a number above 0")
        self._engine.network.limit(self._machine(target), float(mbps))
        return f"the link of {target} carries {mbps:g} Mbit/s"

    def _packet_loss(self, target: str, fault: dict[str, Any]) -> str:
        percent = fault.get("percent", 10)
        if (
            not isinstance(percent, int | float)
            or isinstance(percent, bool)
            or not (0 <= percent <= 100)
        ):
            raise BadCommand("'percent' must be a number from 0 to 100")
        self._engine.network.lose(self._machine(target), percent / 100)
        return f"the link of {target} loses {percent:g}% of the packets"

    def _latency(self, target: str, fault: dict[str, Any]) -> str:
        ms = fault.get("ms", 100)
        if not isinstance(ms, int | float) or isinstance(ms, bool) or not 0 <= ms <= 60_000:
            raise BadCommand("'ms' must be a number from 0 to 60000")
        self._engine.network.delay(self._machine(target), round(ms * 1000))
        return f"the link of {target} adds {ms:g} ms to every round trip"

    def _hub_down(self, target: str, fault: dict[str, Any]) -> str:
        self._engine.hub.set_up(False)
        return "the hub does not answer"

    def _hub_up(self, target: str, fault: dict[str, Any]) -> str:
        self._engine.hub.set_up(True)
        return "the hub answers again"

    def _machine(self, target: str) -> str:
        if self._engine.machines.get(target) is None:
            names = ", ".join(self._engine.machines.names())
            raise BadCommand(f"no machine {target!r}", f"machines: {names}")
        return target
