"""What a connection is: where it leaves from and where it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.plain import Object, get

OUTSIDE_IP = "203.0.113.10"
"""The address of somebody outside of the local network (a documentation address, RFC 5737)."""


@dataclass(slots=True)
class Source:
    """Where a connection leaves from: a machine, a container on it, or outside (no machine)."""

    machine: str | None = None
    container: Object | None = None

    @property
    def pod(self) -> tuple[str, str] | None:
        """Namespace and name of the pod whose container this is."""
        row = get(self.container, "drydock", "pod")
        return (row["namespace"], row["name"]) if row else None


@dataclass(slots=True)
class Route:
    """Where a connection ends: a container's port, or an error.

    error: None, "dns", "refused", "reset", "timeout" or "unreachable". places: view
    keys along the way.
    rtt_us: round trip. delay_us: what passes before the request leaves, for example until lost
    packets are sent again. Routes are shared: do not edit one.
    """

    error: str | None = None
    machine: str | None = None
    container: str | None = None
    port: int = 0
    places: list[str] = field(default_factory=list)
    rtt_us: int = 0
    delay_us: int = 0

    @property
    def via(self) -> str:
        """The places joined by ">", as records and flows write them."""
        return ">".join(self.places)
