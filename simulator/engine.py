"""One lab's machinery: the calendar, the store, the streams, and every component on them.

An engine is made from (scenario, seed) at t = 0, or from a keyframe at any later instant. What
it knows is in the store, in the tables and in the calendar, all plain data; the components only
hold references to those and caches that they can rebuild.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import Any

import orjson

from . import components
from .calendar import Calendar
from .commands import kind_of
from .errors import BadCommand, DrydockError
from .log import Entry
from .plain import Object, canonical
from .scenario import Scenario
from .store import Store
from .streams import Streams
from .timing import rfc3339, rfc3339_nano

ENGINE_VERSION = "5"
"""Changes whenever the same log may give another history; see CHANGELOG, "Simulated behaviour"."""

Handler = Callable[[Entry], dict[str, Any]]


class Engine(components.Parts):
    """Everything that makes a lab go on. Use it through `Lab`."""

    def __init__(self, scenario: Scenario, seed: int, keyframe: bytes | None = None) -> None:
        state = orjson.loads(zlib.decompress(keyframe)) if keyframe is not None else None
        self.scenario = scenario
        self.seed = seed
        self.start = scenario.start
        self._tables: dict[str, dict[str, Any]] = state["tables"] if state else {}
        self._handlers: dict[str, Handler] = {}
        self._setups: list[Callable[[], None]] = []
        self.outcomes = self.table("outcomes")
        """Refusals, and exit codes of lines of which nothing else is kept, by entry number."""
        self.loops: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self._chain: str = state["chain"] if state else ""
        self.calendar = Calendar(state["calendar"]["now_us"] if state else 0)
        self.streams = Streams(seed, self.table("streams"))
        self.store = Store(self.streams.uid, self.timestamp)
        if state:
            self.store.load(state["store"])
        self.store.watch("*", self._link)
        components.build(self)
        if state:
            self.calendar.load(state["calendar"])
        else:
            for setup in self._setups:
                setup()

    # For components

    @property
    def now_us(self) -> int:
        """Simulated time in microseconds."""
        return self.calendar.now_us

    def timestamp(self, at_us: int | None = None) -> str:
        """Give a moment (now) as Kubernetes writes it."""
        return rfc3339(self.start, self.now_us if at_us is None else at_us)

    def timestamp_nano(self, at_us: int | None = None) -> str:
        """Give a moment (now) as Docker writes it."""
        return rfc3339_nano(self.start, self.now_us if at_us is None else at_us)

    def table(self, name: str) -> dict[str, Any]:
        """Give a component's own table: a dict of plain data with text keys, kept in keyframes."""
        return self._tables.setdefault(name, {})

    def peek(self, name: str) -> dict[str, Any]:
        """Give a table to read only: {} where nobody has written it, and none is made."""
        return self._tables.get(name, {})

    def handle(self, kind: str, handler: Handler) -> None:
        """Name who carries out the commands of a kind; it answers {"output", "exit_code", ...}."""
        self._handlers[kind] = handler

    def at_setup(self, setup: Callable[[], None]) -> None:
        """Call `setup` once, at t = 0 of a new lab, in the order of registration."""
        self._setups.append(setup)

    def touch(self, table: str) -> None:
        """Say that a table changed, for those who draw it."""
        self.versions[table] = self.versions.get(table, 0) + 1

    # For the lab

    def apply(self, entry: Entry) -> dict[str, Any]:
        """Carry a command out at this instant; a refusal is an answer, not an exception."""
        kind = kind_of(entry.command)
        handler = self._handlers.get(kind)
        if handler is None:
            error = f"this lab has nothing that could do {kind!r}"
            refusal = {"output": "", "exit_code": 1, "error": error, "hint": None}
            self.outcomes[str(entry.n)] = refusal
            return refusal
        try:
            result = handler(entry)
            self.marks.command(entry)
            if self.goals.checks:
                self.goals.evaluate()
            return result
        except DrydockError as error:
            refusal = {"output": "", "exit_code": 1, "error": error.message, "hint": error.hint}
            if not isinstance(error, BadCommand):
                refusal["reason"] = type(error).__name__
            self.outcomes[str(entry.n)] = refusal
            return refusal

    def keyframe(self) -> bytes:
        """Give the whole state as bytes from which an engine can go on."""
        state = {
            "chain": self._chain,
            "store": self.store.dump(),
            "tables": self._tables,
            "calendar": self.calendar.dump(),
        }
        return zlib.compress(orjson.dumps(state), 1)

    def digest(self) -> str:
        """Digest the history up to now: every change in order, the tables, what is pending."""
        h = hashlib.sha256()
        h.update(canonical([ENGINE_VERSION, self.seed, self.scenario.data, self._chain]))
        h.update(canonical(self._tables))
        h.update(canonical(self.calendar.dump()))
        return h.hexdigest()

    def _link(self, change: str, obj: Object, old: Object | None) -> None:
        """Add a change to the chain of digests over all changes."""
        link = hashlib.blake2b(self._chain.encode(), digest_size=16)
        link.update(f"{self.now_us} {change} ".encode())
        link.update(canonical(obj))
        self._chain = link.hexdigest()
