"""A room: one task that lets a lab's time pass and does, in order, what it is asked.

Log first: a command is committed to the database, then applied, then answered. The room lets no
time pass between the stamp and the commit, so the log is always a prefix of what happened.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from simulator import SECOND, BadCommand, DrydockError, Entry, Lab, LabFailed, check

from . import keyframes, labour, storage
from .audience import Audience
from .clock import Clock, Speed
from .errors import LabIsBroken, NotYourRoom, SimulatorFault
from .journal import Journal
from .keeper import Keeper
from .replies import Replies
from .seat import GOING_DOWN, Seat
from .undone import Place, Undone

T = TypeVar("T")
Result = dict[str, Any]
Wish = Callable[[], Awaitable[Any]] | dict[str, Any]
"""What is asked of a room: a command, or something to do at its turn."""
Asked = tuple[Wish, asyncio.Future[Any], Seat | None]

log = logging.getLogger("drydock.rooms")

TICK_S = 0.05
UNSEEN_TICK_S = 0.25
REST_AFTER_S = 60.0
LONGEST_WAIT_S = 300.0
LONGEST_STEP_US = 60 * SECOND


class Room:
    """The host of one live lab. All public coroutines may be called from anywhere on the loop."""

    def __init__(
        self,
        kept: storage.Kept,
        lab: Lab,
        journal: Journal,
        wake: Callable[[], None],
        answers: keyframes.Answers | None = None,
    ) -> None:
        self.id, self.token = kept.id, kept.token
        self.lesson, self.engine = kept.lesson, kept.engine
        self.lab = lab
        self.clock = Clock(lab.now_us, kept.speed, kept.paused)
        self.audience = Audience(lab, self.clock)
        self.closed = False
        self._keeper = Keeper(kept, lab, self.clock, journal)
        self._wake_pump = wake
        self._busy = False
        """True while the lab must stand still: between stamp and commit, and in long work."""
        self._slice_at = 0.0
        self._asked: deque[Asked] = deque()
        self._bell = asyncio.Event()
        self.replies = Replies(lab, answers)
        self._undone = Undone()
        self._used = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to live."""
        self._task = asyncio.create_task(self._live(), name=f"room {self.id}")
        self._wake_pump()

    async def close(self) -> None:
        """Save where the lab stands, send the viewers away, end the task."""
        if not self.closed:
            with suppress(NotYourRoom):  # whoever took the lab over saves it
                await self._ask(self._finish)
        if self._task is not None:
            await asyncio.wait([self._task])

    @property
    def is_unused(self) -> bool:
        """Say whether nobody has looked in for a while, so that the lab may rest."""
        return not self.audience.seats and time.monotonic() - self._used > REST_AFTER_S

    @property
    def last_used(self) -> float:
        """The real time (monotonic) at which somebody last asked for something."""
        return time.monotonic() if self.audience.seats else self._used

    # What can be asked of a room

    async def do(self, command: Any, wait_s: float = 0.0, seat: Seat | None = None) -> Result:
        """Carry out a command; waits up to `wait_s` real seconds for a line that takes time.

        What the answer holds of a line's output is not sent to `seat` once more.
        """
        checked = check(command)
        result: Result = await self._ask(checked, seat)
        entry = result.get("entry")
        if result.get("exit_code") is None and entry is not None and wait_s > 0:
            wait_s = 0.0 if self.clock.paused else min(wait_s, LONGEST_WAIT_S)
            result = await self.replies.whole(result, wait_s)
            self._used = time.monotonic()
        return result

    async def look(self, read: Callable[[Lab], T], long: bool = False) -> T:
        """Read something from the lab; `long` reads are done beside the loop."""

        async def act() -> T:
            return await labour.beside(lambda: read(self.lab)) if long else read(self.lab)

        return await self._ask(act)  # type: ignore[no-any-return]

    async def set_clock(self, speed: Speed | None, paused: bool | None) -> None:
        """Set the viewer's clock; it is saved before this returns."""

        async def act() -> None:
            self.clock.speed = self.clock.speed if speed is None else speed
            self.clock.paused = self.clock.paused if paused is None else paused
            self.clock.restart(self.lab.now_us)
            self._slice_at = 0.0
            self._wake_pump()
            await self._keeper.save()

        await self._ask(act)

    async def advance(self, duration_us: int) -> None:
        """Let time pass as fast as it can, paused or not; the end is saved before this returns."""

        async def act() -> None:
            self._must_be_sound()
            end = self.lab.now_us + duration_us
            while not await labour.beside(
                lambda: self.lab.advance(end, labour.for_s(labour.PIECE_S))
            ):
                self.clock.restart(self.lab.now_us)
                self.replies.notice(self.audience.ended())
                await self.audience.show()
            self.clock.restart(self.lab.now_us)
            await self._keeper.save()

        await self._ask(act)

    async def step(self) -> None:
        """Pause, and go on to the next instant at which something that is shown changes.

        When nothing does for a simulated minute, that minute has passed.
        """

        async def act() -> None:
            self._must_be_sound()
            self.clock.paused = True
            end = self.lab.now_us + LONGEST_STEP_US
            while self.lab.now_us < end:
                due = self.lab.next_us()
                self.lab.advance(end if due is None else min(due + 1, end))
                if self.audience.look():
                    break
                await asyncio.sleep(0)
            self.clock.restart(self.lab.now_us)
            await self._keeper.save()

        await self._ask(act)

    async def rewind(self, at_us: int | None, entry: int | None = None) -> None:
        """Go back to a time or to just after an entry, on a new branch; the old one is kept."""

        async def act() -> None:
            self._undone.leave(Place(self.lab.log.head, self.lab.now_us, self.lab.entries))
            await self._move(at_us, entry)

        await self._ask(act)

    async def redo(self) -> None:
        """Do again what was undone last; raises BadCommand when there is nothing."""

        async def act() -> None:
            place = self._undone.take()
            if place is None:
                raise BadCommand("there is nothing to do again", "undo something first")
            await self._move(place.at_us, place.entry, place.branch)

        await self._ask(act)

    async def _move(self, at_us: int | None, entry: int | None, branch: int | None = None) -> None:
        """Move the head to a place of the log; all viewers see the lab as it was there."""
        await self._keeper.settle()  # what is being saved belongs to the old branch
        answers = self.replies.before_going_back()
        await labour.beside(lambda: self.lab.rewind(at_us, entry, branch))
        self.audience.begin()
        self.replies.after_going_back(answers)
        self.clock.restart(self.lab.now_us)
        await self._keeper.save_head()
        await self.audience.begin_again(self.lab.now_us, len(self._undone))

    def join(self, seat: Seat) -> None:
        """Let a viewer in."""
        self.audience.seats[seat] = None
        self.touch()

    def leave(self, seat: Seat) -> None:
        """Let a viewer go."""
        self.audience.seats.pop(seat, None)
        self.touch()

    def touch(self) -> None:
        """Note that somebody uses the lab, and wake the task."""
        self._used = time.monotonic()
        self._bell.set()

    # For the pump

    def wants_time_at(self) -> float | None:
        """Give the real time (monotonic) at which the lab's next slice is due; None for never."""
        if self.clock.paused or self.lab.failed is not None or self.closed:
            return None
        return time.monotonic() + TICK_S if self._busy else self._slice_at

    def pass_time(self, budget_s: float = labour.SHORT_SLICE_S) -> None:
        """Simulate one slice of real time at most, up to where the clock is."""
        now_us, done = self.lab.now_us, True
        target = self.clock.target_us(now_us)
        if target > now_us and self.lab.failed is None:
            try:
                done = self.lab.advance(target, labour.for_s(budget_s))
            except LabFailed as error:
                self._broken(error)
        if not done:
            self.clock.forgive(self.lab.now_us)
        seen = self.audience.seats or self.replies.is_awaited
        self._slice_at = time.monotonic() + (TICK_S if seen else UNSEEN_TICK_S) * done
        self._bell.set()

    # The task

    async def _ask(self, what: Wish, seat: Seat | None = None) -> Any:
        if self.closed:
            raise NotYourRoom
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append((what, answer, seat))
        self.touch()
        return await answer

    async def _live(self) -> None:
        try:
            while not self.closed:
                self._bell.clear()
                await self._answer_all()
                self.replies.notice(self.audience.ended())
                await self.audience.show()
                self._keeper.now_and_then(self.replies.by_key)
                await self._sleep()
        except NotYourRoom:
            log.warning("lab %s: taken over by another room", self.id)
        except Exception:
            log.exception("lab %s: its room broke down", self.id)
        finally:
            await self._leave_all()

    async def _answer_all(self) -> None:
        if not self._asked:
            return
        if not self.clock.paused:
            self.pass_time()  # what is done now is done at the present of the clock
        self._busy = True
        try:
            await self._answer_each()
        finally:
            self._busy = False
        await asyncio.sleep(0)  # answers go out before the frames that show what they did

    async def _answer_each(self) -> None:
        while self._asked and not self.closed:
            batch = self._take_commands()
            if batch:
                await self._carry_out(batch)
            if batch or not self._asked:
                continue
            what, answer, _ = self._asked.popleft()
            try:
                result = await (what() if callable(what) else self._read(what))
                _resolve(answer, result)
            except NotYourRoom as error:
                _refuse(answer, error)
                raise
            except LabFailed as error:
                _refuse(answer, self._broken(error))
            except DrydockError as error:
                _refuse(answer, error)
            except Exception as error:
                log.exception("lab %s: the simulator broke at %s us", self.id, self.lab.now_us)
                _refuse(answer, SimulatorFault(error))

    def _take_commands(self) -> list[Asked]:
        """Take the commands at the head of the queue that have to be logged."""
        batch: list[Asked] = []
        while self._asked and self.lab.failed is None:
            what, answer, seat = self._asked[0]
            if not isinstance(what, dict) or self.lab.is_read(what):
                break
            self._asked.popleft()
            key = what.get("key")
            if key and key in self.replies.by_key:
                _resolve(answer, self.replies.again(self.replies.by_key[key]))
            elif key and any(key == other[0].get("key") for other in batch):  # type: ignore[union-attr]
                self._asked.appendleft((what, answer, seat))
                break
            else:
                batch.append((what, answer, seat))
        return batch

    async def _carry_out(self, batch: list[Asked]) -> None:
        """Log these commands, all at this instant; when that is committed, do them."""
        first = self.lab.stamp({}).n
        branch, now_us = self.lab.log.head, self.lab.now_us
        entries = [
            Entry(first + at, now_us, command, branch) for at, (command, _, _) in enumerate(batch)
        ]
        try:
            await self._keeper.append(entries)
        except Exception as error:
            for _, answer, _ in batch:
                _refuse(answer, error)
            raise
        for entry, (_, answer, seat) in zip(entries, batch, strict=True):
            try:
                result = self.lab.apply(entry)
            except LabFailed as error:
                _refuse(answer, self._broken(error))
                continue
            self.replies.remember(entry, result)
            self._undone.note(entry.command)
            if result["exit_code"] is None:
                self.audience.watch_line(entry.n)
            if seat is not None:
                seat.answered(entry.n, len(result["output"]), result["exit_code"] is not None)
            _resolve(answer, result)

    async def _read(self, command: dict[str, Any]) -> Result:
        self._must_be_sound()
        return self.lab.read(command)

    async def _sleep(self) -> None:
        """Wait until the pump has simulated something, or somebody asks for something."""
        if self.closed:
            return
        pause = TICK_S if self.audience.is_waiting else None
        try:
            async with asyncio.timeout(pause):
                await self._bell.wait()
        except TimeoutError:
            pass

    def _must_be_sound(self) -> None:
        if self.lab.failed is not None:
            raise LabIsBroken(self.lab.failed)

    def _broken(self, error: LabFailed) -> LabIsBroken:
        log.error("lab %s failed at %s us: %s", self.id, self.lab.now_us, error.message)
        return LabIsBroken(error.message)

    # Leaving

    async def _finish(self) -> None:
        try:
            await self._keeper.save()
            frame = await labour.beside(lambda: self.lab.keyframe(fresh=True))
            await self._keeper.save_keyframe(frame, self.replies.by_key)
            await self._keeper.settle()
        finally:
            self.closed = True

    async def _leave_all(self) -> None:
        """Nobody waits for a room that has ended."""
        self.closed = True
        for _, answer, _ in self._asked:
            _refuse(answer, NotYourRoom())
        self._asked.clear()
        self.replies.let_all_go()
        for seat in list(self.audience.seats):
            await seat.close(GOING_DOWN)
        self.audience.seats.clear()


def _resolve(answer: asyncio.Future[Any], result: Any) -> None:
    if not answer.done():
        answer.set_result(result)


def _refuse(answer: asyncio.Future[Any], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
