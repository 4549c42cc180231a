"""The viewer's clock: turns real seconds into simulated microseconds. Never part of the log."""

from __future__ import annotations

import time

from simulator import SECOND, BadCommand

Speed = float | str
"""0.1 to 100 simulated seconds a second, or "max"."""

MAX_STEP_US = 60 * SECOND
"""How far "max" goes in one tick, so that a lab in which nothing happens does not run away."""
BEHIND_S = 0.25
"""Real seconds by which a lab may lag behind its clock before time is given up."""


def check_speed(value: object) -> Speed:
    """Answer a speed as it is kept; raises BadCommand."""
    if value == "max":
        return "max"
    if isinstance(value, int | float) and not isinstance(value, bool) and 0.1 <= value <= 100:
        return float(value)
    raise BadCommand("no such speed", 'a number from 0.1 to 100, or "max"')


class Clock:
    """Where simulated time should be now."""

    def __init__(self, now_us: int, speed: Speed, paused: bool) -> None:
        self.speed = speed
        self.paused = paused
        self.restart(now_us)

    def restart(self, now_us: int) -> None:
        """Count on from this simulated time and this real instant."""
        self._from_us = now_us
        self._from = time.monotonic()

    def expected_us(self) -> int:
        """Give the simulated time at which a viewer's own clock stands now."""
        if self.paused or self.speed == "max":
            return self._from_us
        return self._from_us + round((time.monotonic() - self._from) * SECOND * float(self.speed))

    def target_us(self, now_us: int) -> int:
        """Give the time up to which the lab should be brought."""
        if self.paused:
            return now_us
        return now_us + MAX_STEP_US if self.speed == "max" else self.expected_us()

    def forgive(self, now_us: int) -> None:
        """After a slice that was not enough: give up time that is too far behind to catch up."""
        if self.speed != "max" and (
            self.expected_us() - now_us > BEHIND_S * SECOND * float(self.speed)
        ):
            self.restart(now_us)
