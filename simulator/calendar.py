"""Pending work as plain rows (time, sequence, kind, key), each riding on one SimPy event.

A handler never waits inside itself: it does its work at one instant and leaves a row for the
next. So everything a lab is going to do stands in this table, and a keyframe can be taken and
resumed at any instant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import simpy
from simpy.events import NORMAL, Event

from .errors import LabFailed

Key = str | int | list[Any] | dict[str, Any]
Handler = Callable[[Any], None]

LIVELOCK_LIMIT = 200_000
"""Events at one instant after which a lab counts as stuck in a loop."""


class Calendar:
    """The one place that schedules events; it accepts whole microseconds only."""

    def __init__(self, now_us: int = 0) -> None:
        self.env = simpy.Environment(initial_time=now_us)
        self._handlers: dict[str, Handler] = {}
        self._rows: dict[int, tuple[int, str, Key]] = {}
        self._sequence = 0
        self._at_instant = 0
        self._instant = -1
        self.fired = 0

    @property
    def now_us(self) -> int:
        """Simulated time, in microseconds."""
        return int(self.env.now)

    def on(self, kind: str, handler: Handler) -> None:
        """Name the handler of all rows of one kind."""
        if kind in self._handlers:
            raise ValueError(f"two handlers for {kind!r}")
        self._handlers[kind] = handler

    def after(self, delay_us: int, kind: str, key: Key = "") -> int:
        """Put a row `delay_us` from now; answers its number, good for `cancel`."""
        if type(delay_us) is not int:
            raise TypeError(f"delay must be whole microseconds, got {delay_us!r}")
        if delay_us < 0:
            raise ValueError(f"delay must not be negative, got {delay_us}")
        if kind not in self._handlers:
            raise ValueError(f"no handler for {kind!r}")
        self._sequence += 1
        return self._put(self._sequence, self.now_us + delay_us, kind, key)

    def at(self, time_us: int, kind: str, key: Key = "") -> int:
        """Put a row at an absolute time, at the earliest now."""
        return self.after(max(0, time_us - self.now_us), kind, key)

    def cancel(self, number: int | None) -> None:
        """Take a row back; one that has fired, or None, is ignored."""
        if number is not None:
            self._rows.pop(number, None)

    def _put(self, number: int, time_us: int, kind: str, key: Key) -> int:
        self._rows[number] = (time_us, kind, key)
        event = Event(self.env)
        event._ok = True
        event._value = number
        event.callbacks = [self._fire]
        self.env.schedule(event, priority=NORMAL, delay=time_us - self.now_us)
        return number

    def _fire(self, event: Event) -> None:
        row = self._rows.pop(event._value, None)
        if row is None:  # cancelled
            return
        time_us, kind, key = row
        if time_us != self._instant:
            self._instant, self._at_instant = time_us, 0
        self._at_instant += 1
        if self._at_instant > LIVELOCK_LIMIT:
            raise LabFailed(f"livelock: more than {LIVELOCK_LIMIT} events at {time_us} us ({kind})")
        self.fired += 1
        self._handlers[kind](key)

    def run_before(self, until_us: int, more: Callable[[], bool] | None = None) -> bool:
        """Fire all rows due before `until_us`, then set the clock to it.

        `more` is asked after each event; when it says no, the run stops early and answers False.
        """
        env = self.env
        while env.peek() < until_us:
            env.step()
            if more is not None and not more():
                return False
        if self.now_us < until_us:
            env.run(until=until_us)
        return True

    def next_us(self) -> int | None:
        """Time of the next row that is not cancelled, or None."""
        return min((row[0] for row in self._rows.values()), default=None)

    def dump(self) -> dict[str, Any]:
        """Give the calendar as plain data."""
        rows = [[n, t, kind, key] for n, (t, kind, key) in sorted(self._rows.items())]
        return {"now_us": self.now_us, "sequence": self._sequence, "rows": rows}

    def load(self, data: dict[str, Any]) -> None:
        """Put all rows of a dump back; call when every handler is registered."""
        self._sequence = data["sequence"]
        for number, time_us, kind, key in sorted(data["rows"], key=lambda row: (row[1], row[0])):
            if kind not in self._handlers:
                raise LabFailed(f"no handler for pending work of kind {kind!r}")
            self._put(number, time_us, kind, key)
