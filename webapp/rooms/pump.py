"""The pump: gives every running lab of this process a slice of time, one after the other.

Between two slices the event loop does everything else, so a command waits for one slice at most,
however many labs want the processor. A lab whose room is busy (a command is being committed, a
long advance is under way) is passed over.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from . import labour

if TYPE_CHECKING:
    from .room import Room

FEW = 8
"""Labs that may have long slices: with more, each round over all of them takes too long."""


class Pump:
    """One task; `rooms` is the registry's own dict of live rooms."""

    def __init__(self, rooms: dict[str, Room]) -> None:
        self._rooms = rooms
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look again who wants time: a lab has begun, or goes on."""
        self._wanted.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="pump")

    async def stop(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        crowd = 0
        while True:
            self._wanted.clear()
            due: list[float] = []
            budget_s = labour.SLICE_S if crowd <= FEW else labour.SHORT_SLICE_S
            crowd = 0
            for room in list(self._rooms.values()):
                at = room.wants_time_at()
                if at is not None and at <= time.monotonic():
                    crowd += 1
                    room.pass_time(budget_s)
                    await asyncio.sleep(0)
                    at = room.wants_time_at()
                if at is not None:
                    due.append(at)
            pause = max(0.0, min(due) - time.monotonic()) if due else None
            try:
                async with asyncio.timeout(pause):
                    await self._wanted.wait()
            except TimeoutError:
                pass
