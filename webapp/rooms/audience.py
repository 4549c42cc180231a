"""A room's viewers: looks at the lab at most 20 times a second and tells each what is new."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import orjson

from simulator import SECOND
from webapp.frames import Frames

from .seat import TOO_SLOW, Seat

if TYPE_CHECKING:
    from simulator import Lab

    from .clock import Clock, Speed

log = logging.getLogger("drydock.rooms")

INTERVAL_S = 0.05
"""Least real time between two frames."""
DRIFT_S = 0.1
"""Real seconds by which a viewer's clock may be wrong before it is told the time again."""
REMEMBERED_LINES = 200


class Audience:
    """The seats of one room and the frames they are shown."""

    def __init__(self, lab: Lab, clock: Clock) -> None:
        self.seats: dict[Seat, None] = {}
        self._lab = lab
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Look at the lab afresh: it is new, or has another history than it had."""
        self._view = self._lab.view()
        self._view.refresh()
        # Numbers go on from the real time, so that no frame of an earlier room, which a page may
        # still hold, has a number of this one: such a page is sent everything.
        self.frames = Frames(self._view.values, time.time_ns() // 1_000_000)
        self._lines = {n: _mark(self._lab, n) for n in self._lab.running()}
        self._printed = dict.fromkeys(self._lines, self.frames.n)
        self._told: tuple[int, float, Speed, bool] = (-1, 0.0, self._clock.speed, True)
        self._due = 0.0
        self._fresh = False
        self.is_waiting = False
        self._is_blind = False

    async def begin_again(self, at_us: int, undone: int) -> None:
        """Tell every viewer that the lab moved to a time; they are sent everything anew.

        undone: how often what was undone can be done again.
        """
        told = orjson.dumps({"t": "rewound", "at_us": at_us, "undone": undone}).decode()
        for seat in [seat for seat in self.seats if seat.ready]:
            await seat.send(told)
            seat.greet(0)
        self._fresh = True

    def watch_line(self, n: int) -> None:
        """Follow the output of a line that is still running."""
        self._lines[n] = _mark(self._lab, n)
        self._printed[n] = self.frames.n + 1
        self._fresh = True

    def ended(self) -> list[int]:
        """Give the followed lines that have ended since the last call."""
        over = [n for n, mark in self._lines.items() if _mark(self._lab, n)[2] is not None]
        for n in over:
            self._note_line(n)
            del self._lines[n]
        return over

    def look(self) -> bool:
        """Take what has changed in the lab into the next frame; True when a viewer sees it move.

        That a control loop has run once more is worth a frame, but not a step of the clock.
        """
        changed, dropped = self._view.refresh()
        requests = self._view.take_requests()
        for n in self._lines:
            self._note_line(n)
        now = time.monotonic()
        moved = self._fresh or any(not key.startswith("loop/") for key in (*changed, *dropped))
        if moved or changed or requests or self._is_drifting(now):
            self._fresh = False
            self.frames.take(changed, dropped, requests)
            self._told = (self._lab.now_us, now, self._clock.speed, self._clock.paused)
        return moved

    def say_the_time(self) -> None:
        """Send a frame soon even if nothing has changed: somebody has come."""
        self._fresh = True

    async def show(self) -> None:
        """Look, if it is time to, and send what each seat may be sent."""
        now = time.monotonic()
        self.is_waiting = bool(self.seats) and now < self._due
        if not self.seats or self.is_waiting or self._is_blind:
            return
        self._due = now + INTERVAL_S
        try:
            self.look()
        except Exception as error:  # the lab itself goes on, and so does its terminal
            log.exception("the view of a lab broke at %s us", self._lab.now_us)
            self._is_blind = True
            await self._say(f"the picture broke: {type(error).__name__}: {error}")
            return
        for seat in list(self.seats):
            await self._send(seat)

    async def _say(self, what: str) -> None:
        hint = "the lab goes on without it; the fault is in the server's log"
        for seat in list(self.seats):
            await seat.send(orjson.dumps({"t": "error", "error": what, "hint": hint}).decode())

    async def send_away_the_lost(self) -> None:
        """Close the seats that have stopped acknowledging; a page that lives connects again."""
        for seat in [seat for seat in self.seats if seat.is_lost()]:
            del self.seats[seat]
            await seat.close(TOO_SLOW)

    async def _send(self, seat: Seat) -> None:
        if seat.may_send(self.frames.n):
            since = seat.newest
            base = seat.acknowledged
            seat.sent(self.frames.n)
            await seat.send(self.frames.text(base, self._header()))
            for n, at in self._printed.items():
                if at > since and (text := self.output(seat, n)) is not None:
                    await seat.send(text)

    def output(self, seat: Seat, n: int) -> str | None:
        """Give the message with what a seat has not got of a line."""
        now = self._lab.terminal(n)
        return None if now is None else seat.output(n, now)

    def _header(self) -> dict[str, Any]:
        now_us, _, speed, paused = self._told
        return {"now_us": now_us, "speed": speed, "paused": paused}

    def _note_line(self, n: int) -> None:
        """Note in which frame a line last wrote something."""
        mark = _mark(self._lab, n)
        if mark != self._lines[n]:
            self._lines[n] = mark
            self._printed.pop(n, None)
            self._printed[n] = self.frames.n + 1
            self._fresh = True
            while len(self._printed) > REMEMBERED_LINES:
                del self._printed[next(iter(self._printed))]

    def _is_drifting(self, now: float) -> bool:
        """Say whether the time that viewers show is not, or no longer, the lab's."""
        told_us, at, speed, paused = self._told
        if (speed, paused) != (self._clock.speed, self._clock.paused):
            return True
        if paused or speed == "max":
            return told_us != self._lab.now_us
        expected = told_us + (now - at) * SECOND * float(speed)
        return abs(self._lab.now_us - expected) > DRIFT_S * SECOND * float(speed)


def _mark(lab: Lab, n: int) -> tuple[int, str, int | None, str | None]:
    line = lab.terminal(n)
    if line is None:
        return 0, "", 0, None
    written = line["dropped"] + len(line["text"])
    return written, line["screen"], line["exit_code"], line["reads"]
