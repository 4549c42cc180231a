"""All live labs of this process: opened when they are asked for, put to rest when they are not."""

from __future__ import annotations

import asyncio
import gc
import hmac
import logging
from typing import Any

from django.conf import settings

from simulator import DrydockError, Lab, Scenario

from . import keyframes, labour, storage
from .errors import NoSuchLab, ServerFull
from .journal import Journal
from .pump import Pump
from .room import Room

log = logging.getLogger("drydock.rooms")

TIDY_EVERY_S = 10.0
MUCH_GARBAGE = 50
"""Engines of resting labs that may lie in memory before a collection stops everybody."""


class Rooms:
    """The rooms by lab. Use from one event loop only."""

    def __init__(self) -> None:
        self.live: dict[str, Room] = {}
        self.journal = Journal()
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._pump = Pump(self.live)
        self._garbage = 0
        self._tidying: asyncio.Task[None] | None = None

    async def create(
        self,
        scenario: Scenario,
        seed: int,
        lesson: str = "",
        paused: bool = False,
        speed: float = 1.0,
    ) -> Room:
        """Make a new lab and open its room."""
        await self._make_space()
        lab = await labour.beside(lambda: Lab(scenario, seed))
        lab_id = await self.journal.run(lambda: storage.create(lab, lesson, None, paused, speed))
        return await self._settle(lab_id, lab)

    async def fork(self, room: Room, at_us: int | None, entry: int | None) -> Room:
        """Make a new lab as this one was at a time, or just after an entry."""
        await self._make_space()
        lab = await room.look(lambda lab: lab.at(at_us=at_us, entry=entry), long=True)
        lab_id = await self.journal.run(
            lambda: storage.create(lab, room.lesson, room.id, paused=True)
        )
        return await self._settle(lab_id, lab)

    async def open(self, lab_id: str, token: str) -> Room:
        """Give the room of a lab to somebody who has its token; raises NoSuchLab."""
        room = self.live.get(lab_id)
        known = room.token if room else await self.journal.run(lambda: storage.token_of(lab_id))
        if known is None or not hmac.compare_digest(known.encode(), token.encode()):
            raise NoSuchLab
        room = self.live.get(lab_id)
        if room is not None and not room.closed:
            room.touch()
            return room
        if lab_id not in self._opening:
            self._opening[lab_id] = asyncio.create_task(self._wake(lab_id))
        return await asyncio.shield(self._opening[lab_id])

    async def close(self) -> None:
        """Close all rooms and write everything that waits."""
        if self._tidying is not None:
            self._tidying.cancel()
        await self._pump.stop()
        await asyncio.gather(*(room.close() for room in list(self.live.values())))
        self.live.clear()
        self.journal.close()

    def census(self) -> dict[str, int]:
        """Count rooms and viewers, for the server's metrics."""
        rooms = list(self.live.values())
        return {
            "rooms": len(rooms),
            "running": sum(not room.clock.paused for room in rooms),
            "failed": sum(room.lab.failed is not None for room in rooms),
            "seats": sum(len(room.audience.seats) for room in rooms),
        }

    # Inside

    async def _wake(self, lab_id: str) -> Room:
        """Bring a resting lab back: replay its log, in pieces, up to where it had got."""
        try:
            await self._make_space()
            kept = await self.journal.run(lambda: storage.take(lab_id))
            lab, known = await self._begin(kept)
            answers: list[tuple[Any, Any]] = []
            try:
                while not await labour.beside(
                    lambda: lab.catch_up(
                        kept.reached_us,
                        labour.for_s(labour.PIECE_S),
                        lambda entry, result: answers.append((entry, result)),
                    )
                ):
                    pass
            except DrydockError as error:
                log.error("lab %s failed on replay: %s", lab_id, error.message)
                lab.failed = lab.failed or error.message
            room = self._house(kept, lab, known)
            for entry, result in answers:
                room.replies.remember(entry, result)
            return room
        finally:
            del self._opening[lab_id]

    async def _begin(self, kept: storage.Kept) -> tuple[Lab, keyframes.Answers]:
        """Make a kept lab's engine, where its keyframe was taken, or at t = 0."""
        stored = await self.journal.run(lambda: keyframes.load(kept))
        scenario = Scenario(kept.scenario)
        if stored is not None:
            frame = stored.frame
            try:
                lab = await labour.beside(lambda: Lab(scenario, kept.seed, kept.log, frame))
                return lab, stored.answers
            except Exception as error:  # a cache that does not work is no reason to fail
                log.warning("lab %s: its keyframe does not load: %r", kept.id, error)
                await self.journal.run(lambda: keyframes.forget(kept.id))
        return await labour.beside(lambda: Lab(scenario, kept.seed, kept.log)), {}

    async def _settle(self, lab_id: str, lab: Lab) -> Room:
        kept = await self.journal.run(lambda: storage.take(lab_id))
        return self._house(kept, lab)

    def _house(
        self, kept: storage.Kept, lab: Lab, answers: keyframes.Answers | None = None
    ) -> Room:
        room = Room(kept, lab, self.journal, self._pump.wake, answers)
        self.live[kept.id] = room
        room.open()
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(self._tidy())
        return room

    async def _make_space(self) -> None:
        """When all rooms are taken, put the lab to rest that was unused for longest."""
        if len(self.live) + len(self._opening) <= settings.MAX_ROOMS:
            return
        free = [room for room in self.live.values() if not room.audience.seats]
        if not free:
            raise ServerFull
        await self._rest(min(free, key=lambda room: room.last_used))

    async def _rest(self, room: Room) -> None:
        await room.close()
        if self.live.get(room.id) is room:
            del self.live[room.id]
            self._garbage += 1

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            for room in list(self.live.values()):
                await room.audience.send_away_the_lost()
                if room.closed or room.is_unused:
                    await self._rest(room)
            if self._garbage and (self._garbage > MUCH_GARBAGE or not self.census()["seats"]):
                self._garbage = 0
                gc.collect()
