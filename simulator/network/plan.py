"""A connection on its way, and a way that was found: plain notes, kept only as a cache."""

from __future__ import annotations

from dataclasses import dataclass, field

from .policy import End
from .route import Route, Source
from .rules import Backend, Rule


@dataclass(slots=True)
class Way:
    """How a connection gets to where it is balanced: its own end, what it passed, what it took."""

    source: Source
    end: End
    node: str | None
    places: list[str] = field(default_factory=list)
    rtt_us: int = 0
    delay_us: int = 0
    forwarded: bool = False


@dataclass(slots=True)
class Plan:
    """A way that was found: one route, or a choice of parts, nodes to enter by, or backends."""

    route: Route | None = None
    parts: list[Plan] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    inside: list[Plan | None] = field(default_factory=list)
    port: int = 0
    way: Way | None = None
    rule: Rule = field(default_factory=dict)
    place: str = ""
    in_turn: bool = False
    backends: list[Backend] = field(default_factory=list)
    routes: list[Route | None] = field(default_factory=list)
    keep: bool = True
