"""Links: each machine's connection to the local network and to the world.

Table "links": {"cut": {machine: true}, "apart": {"a|b": true}, "mbps": {machine: limit},
"loss": {machine: share of packets}, "slow": {machine: added round trip in us}}. A change of one
machine's link is also written to its status, so that whoever watches machines sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

LAN_RTT_US = 300
"""Round trip between two machines of one local network (assumed, of the usual order)."""
LOCAL_RTT_US = 40
"""Round trip within one machine over its bridge (assumed)."""
ZONE_RTT_US = 1000
"""What another zone adds to a round trip (assumed; clouds promise below 2 ms)."""
SYN_RETRY_US = 1 * SECOND
"""Linux sends an unanswered SYN again after 1 s, then 2 s, 4 s ... (TCP_TIMEOUT_INIT)."""
SYN_TRIES = 7
"""tcp_syn_retries is 6: after the last one the connection has timed out."""
RTO_US = 200 * MS
"""The least time after which Linux sends an unanswered segment again (TCP_RTO_MIN)."""


class Links:
    """What the links can carry just now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("links")
        for key in ("cut", "apart", "mbps", "loss", "slow"):
            self.state.setdefault(key, {})

    def joined(self, a: str | None, b: str | None) -> bool:
        """Say whether packets go between two machines (None: somebody outside)."""
        if a == b:
            return True
        cut, apart = self.state["cut"], self.state["apart"]
        if cut and (a in cut or b in cut):
            return False
        return not apart or _pair(a, b) not in apart

    def mbps(self, machine: str) -> float:
        """Give the megabits a second of a machine's link."""
        limit = self.state["mbps"].get(machine)
        if limit is not None:
            return float(limit)
        found = self._engine.machines.get(machine)
        return float(found["spec"]["linkMbps"]) if found else 1000.0

    def rtt_us(self, a: str | None, b: str | None) -> int:
        """Give the round trip between two machines, in microseconds."""
        if a == b and a is not None:
            return LOCAL_RTT_US
        rtt = LAN_RTT_US
        if a is not None and b is not None:
            zones = [self.zone(a), self.zone(b)]
            if None not in zones and zones[0] != zones[1]:
                rtt += ZONE_RTT_US
        slow = self.state["slow"]
        return rtt + int(slow.get(a, 0)) + int(slow.get(b, 0))

    def zone(self, machine: str) -> str | None:
        """Give the zone that a machine stands in, if it has one."""
        found = self._engine.machines.get(machine)
        return found["spec"]["zone"] if found else None

    def loss(self, a: str | None, b: str | None) -> float:
        """Give the share of packets lost on the way from one machine to another."""
        loss = self.state["loss"]
        if not loss or a == b:
            return 0.0
        return 1.0 - (1.0 - float(loss.get(a, 0.0))) * (1.0 - float(loss.get(b, 0.0)))

    def loss_delay_us(self, a: str | None, b: str | None) -> int | None:
        """Draw how long lost packets delay one request; None: the connection is not made.

        The handshake and the request each need one packet there and one back.
        # Simplified: Of an established connection only the first request and answer can get lost.
        """
        share = self.loss(a, b)
        if share <= 0.0:
            return 0
        failing = 1.0 - (1.0 - share) ** 2
        stream = self._engine.streams.stream("loss")
        delay = 0
        for attempt in range(SYN_TRIES):
            if stream.random() >= failing:
                break
            delay += SYN_RETRY_US << attempt
        else:
            return None
        wait = RTO_US
        while stream.random() < failing and wait < 120 * SECOND:
            delay += wait
            wait *= 2
        return delay

    def cut(self, machine: str, other: str | None = None) -> None:
        """Cut a machine off from all others, or from one of them."""
        if other is None:
            self.state["cut"][machine] = True
        else:
            self.state["apart"][_pair(machine, other)] = True
            self._mark(other)
        self._mark(machine)

    def heal(self, machine: str) -> None:
        """Join a machine again with all others, at its own speed, without loss."""
        for key in ("cut", "mbps", "loss", "slow"):
            self.state[key].pop(machine, None)
        others = self._apart_from(machine)
        for other in others:
            del self.state["apart"][_pair(machine, other)]
        for one in (*others, machine):
            self._mark(one)

    def limit(self, machine: str, mbps: float) -> None:
        """Slow a machine's link down."""
        self.state["mbps"][machine] = mbps
        self._mark(machine)

    def lose(self, machine: str, share: float) -> None:
        """Let a machine's link lose a share of the packets, each way."""
        self.state["loss"][machine] = share
        self._mark(machine)

    def delay(self, machine: str, rtt_us: int) -> None:
        """Add to every round trip over a machine's link."""
        self.state["slow"][machine] = rtt_us
        self._mark(machine)

    def changed(self, machine: str) -> None:
        """Learn that a link has changed; for those who keep what they found out."""

    def _apart_from(self, machine: str) -> list[str]:
        """Name the machines from which one is cut off singly."""
        pairs = [pair.split("|") for pair in sorted(self.state["apart"])]
        return [b if a == machine else a for a, b in pairs if machine in (a, b)]

    def _mark(self, machine: str) -> None:
        def edit(fresh: Object) -> None:
            fresh["status"]["reachable"] = machine not in self.state["cut"]
            fresh["status"]["apartFrom"] = self._apart_from(machine)
            if not fresh["status"]["apartFrom"]:
                del fresh["status"]["apartFrom"]
            fresh["status"]["linkMbps"] = self.mbps(machine)
            for key, name in (("loss", "packetLoss"), ("slow", "addedRttUs")):
                if machine in self.state[key]:
                    fresh["status"][name] = self.state[key][machine]
                else:
                    fresh["status"].pop(name, None)

        self._engine.store.change("Machine", "", machine, edit)
        self._engine.touch("links")
        self.changed(machine)


def _pair(a: str | None, b: str | None) -> str:
    return "|".join(sorted((a or "", b or "")))
