"""Links: each machine's connection to the local network and to the world.

Table "links": {"cut": {machine: true}, "mbps": {machine: limit}}. A change is also
written to the machine's status, so that whoever watches machines sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

LAN_RTT_US = 300
"""Round trip between two machines of one local network (assumed, of the usual order)."""
LOCAL_RTT_US = 40
"""Round trip within one machine over its bridge (assumed)."""


class Links:
    """What the links can carry just now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("links")
        self.state.setdefault("cut", {})
        self.state.setdefault("mbps", {})

    def joined(self, a: str | None, b: str | None) -> bool:
        """Say whether packets go between two machines (None: somebody outside)."""
        if a == b:
            return True
        cut = self.state["cut"]
        return (a is None or a not in cut) and (b is None or b not in cut)

    def mbps(self, machine: str) -> float:
        """Give the megabits a second of a machine's link."""
        limit = self.state["mbps"].get(machine)
        if limit is not None:
            return float(limit)
        found = self._engine.machines.get(machine)
        return float(found["spec"]["linkMbps"]) if found else 1000.0

    def rtt_us(self, a: str | None, b: str | None) -> int:
        """Give the round trip between two machines, in microseconds."""
        return LOCAL_RTT_US if a == b and a is not None else LAN_RTT_US

    def cut(self, machine: str) -> None:
        """Cut a machine off from all others."""
        self.state["cut"][machine] = True
        self._mark(machine)

    def heal(self, machine: str) -> None:
        """Join a machine again, at its own speed."""
        self.state["cut"].pop(machine, None)
        self.state["mbps"].pop(machine, None)
        self._mark(machine)

    def limit(self, machine: str, mbps: float) -> None:
        """Slow a machine's link down."""
        self.state["mbps"][machine] = mbps
        self._mark(machine)

    def _mark(self, machine: str) -> None:
        def edit(fresh: Object) -> None:
            fresh["status"]["reachable"] = machine not in self.state["cut"]
            fresh["status"]["linkMbps"] = self.mbps(machine)

        self._engine.store.change("Machine", "", machine, edit)
        self._engine.touch("links")
