"""What a room writes down: entries before they act, the reached time, now and then a keyframe."""

from __future__ import annotations

import asyncio
import logging
import time

from simulator import Entry, Lab

from . import keyframes, storage
from .clock import Clock
from .errors import NotYourRoom
from .journal import Journal

log = logging.getLogger("drydock.rooms")

SAVE_EVERY_S = 1.0
FRAME_EVERY_S = 15.0


class Keeper:
    """The pen of one room. Everything raises NotYourRoom once another room has the lab."""

    def __init__(self, kept: storage.Kept, lab: Lab, clock: Clock, journal: Journal) -> None:
        self._id, self._fence = kept.id, kept.fence
        self._lab, self._clock, self._journal = lab, clock, journal
        self._saved_us = lab.now_us
        self._saved = self._framed = time.monotonic()
        self._framed_at = (-1, -1)
        self._saving: asyncio.Task[None] | None = None

    async def append(self, entries: list[Entry]) -> None:
        """Commit entries; only then may they act."""
        await self._journal.run(lambda: storage.append(self._id, self._fence, entries))

    async def save(self) -> None:
        """Keep how far the lab has got, and the viewer's clock."""
        reached, speed, paused = self._lab.now_us, self._clock.speed, self._clock.paused
        await self._journal.run(
            lambda: storage.save_clock(self._id, self._fence, reached, speed, paused)
        )
        self._saved_us = reached

    async def save_head(self) -> None:
        """Keep the branch to which the lab's head has moved."""
        reached = self._lab.now_us
        await self._journal.run(
            lambda: storage.save_head(self._id, self._fence, self._lab.log, reached)
        )

    async def save_keyframe(
        self, frame: keyframes.Frame | None, answers: keyframes.Answers
    ) -> None:
        """Keep a keyframe, so that waking need not replay what came before it."""
        self._framed = time.monotonic()
        if frame is None or frame[:2] == self._framed_at or self._lab.failed is not None:
            return
        self._framed_at = frame[:2]
        branch, known = self._lab.log.head, dict(answers)
        await self._journal.run(lambda: keyframes.save(self._id, self._fence, branch, frame, known))

    def now_and_then(self, answers: keyframes.Answers) -> None:
        """Save in the background what is due; raises what the last time went wrong."""
        if self._saving is not None:
            if not self._saving.done():
                return
            done, self._saving = self._saving, None
            failure = done.exception()
            if isinstance(failure, NotYourRoom):
                raise failure
            if failure is not None:  # it is tried again in a second
                log.warning("lab %s: could not be saved: %r", self._id, failure)
        now = time.monotonic()
        if now - self._saved >= SAVE_EVERY_S and self._saved_us != self._lab.now_us:
            self._saved = now
            self._saving = asyncio.create_task(self._save_both(answers))

    async def _save_both(self, answers: keyframes.Answers) -> None:
        await self.save()
        if time.monotonic() - self._framed > FRAME_EVERY_S:
            await self.save_keyframe(self._lab.keyframe(), answers)

    async def settle(self) -> None:
        """Wait for what is being saved in the background."""
        if self._saving is not None:
            await asyncio.wait([self._saving])
