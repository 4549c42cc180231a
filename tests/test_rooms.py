"""Rooms without a server: who may write, who rests, and what a broken lab leaves alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.core.management import call_command

from simulator import Lab, Scenario
from webapp.models import Keyframe
from webapp.rooms import LabIsBroken, NoSuchLab, NotYourRoom, Rooms, SimulatorFault
from webapp.rooms import registry as registry_module
from webapp.rooms import room as room_module
from webapp.rooms.seat import Seat


@pytest.fixture(scope="module", autouse=True)
def database() -> None:
    """The tables, in this run's own data folder."""
    call_command("migrate", verbosity=0)


def in_rooms(act: Callable[[Rooms], Awaitable[Any]]) -> Any:
    """Run something with rooms of its own, and close them."""

    async def run() -> Any:
        rooms = Rooms()
        try:
            return await act(rooms)
        finally:
            await rooms.close()

    return asyncio.run(run())


async def new_room(rooms: Rooms, paused: bool = True) -> Any:
    """Make a lab."""
    return await rooms.create(Scenario.load("laptop"), 1, paused=paused)


def test_commands_given_at_once_are_done_in_order_and_share_commits() -> None:
    async def act(rooms: Rooms) -> str | None:
        room = await new_room(rooms)
        await asyncio.gather(*(room.do({"terminal": f"echo {n} >> x"}) for n in range(50)))
        text: str | None = await room.look(lambda lab: lab.file(_path(lab)))
        return text

    assert in_rooms(act) == "".join(f"{n}\n" for n in range(50))


def _path(lab: Lab) -> str:
    return next(row["path"] for row in lab.files() if row["path"].endswith("x"))


def test_a_lab_that_is_taken_over_is_written_by_the_new_owner_only() -> None:
    async def act(rooms: Rooms) -> None:
        other = Rooms()
        mine = await new_room(rooms)
        theirs = await other.open(mine.id, mine.token)
        await theirs.do({"terminal": "echo theirs > x"})
        with pytest.raises(NotYourRoom):
            await mine.do({"terminal": "echo mine > x"})
        again = await rooms.open(mine.id, mine.token)
        assert await again.look(lambda lab: lab.file(_path(lab))) == "theirs\n"
        await other.close()

    in_rooms(act)


def test_an_unused_lab_rests_and_wakes_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "REST_AFTER_S", 0.1)
    monkeypatch.setattr(registry_module, "TIDY_EVERY_S", 0.1)

    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms)
        await room.do({"terminal": "echo a > x"})
        await room.advance(90_000_000)
        before = await room.look(lambda lab: lab.digest())
        await asyncio.sleep(0.5)
        assert room.id not in rooms.live
        woken = await rooms.open(room.id, room.token)
        assert woken is not room
        assert await woken.look(lambda lab: lab.digest()) == before

    in_rooms(act)


def test_a_lab_whose_engine_breaks_is_marked_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def act(rooms: Rooms) -> None:
        bad, good = await new_room(rooms), await new_room(rooms)
        calendar = bad.lab.engine.calendar
        calendar.on("breaks", lambda key: 1 // 0)
        calendar.after(5, "breaks")
        with pytest.raises(LabIsBroken):
            await bad.advance(1_000_000)
        with pytest.raises(LabIsBroken):
            await bad.do({"terminal": "ls"})
        assert "ZeroDivisionError" in (bad.lab.failed or "")
        assert (await bad.look(lambda lab: lab.export()))["drydock"] == 1
        assert (await good.do({"terminal": "echo fine"}))["output"] == "fine\n"

    in_rooms(act)
    assert "Traceback" not in caplog.text


def test_two_long_advances_take_turns() -> None:
    async def act(rooms: Rooms) -> None:
        labs = [await new_room(rooms) for _ in range(2)]
        await asyncio.gather(*(room.advance(3600_000_000) for room in labs))
        assert {room.lab.now_us for room in labs} == {3600_000_000}

    in_rooms(act)


def test_a_paused_lab_without_viewers_does_nothing() -> None:
    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms)
        await asyncio.sleep(0.3)
        turns = 0
        original = room.audience.show

        async def counted() -> None:
            nonlocal turns
            turns += 1
            await original()

        room.audience.show = counted
        await asyncio.sleep(0.5)
        assert turns == 0

    in_rooms(act)


def test_time_runs_at_the_speed_of_the_clock() -> None:
    async def act(rooms: Rooms) -> int:
        room = await new_room(rooms, paused=False)
        await room.set_clock(10.0, None)
        begin = room.lab.now_us
        await asyncio.sleep(1.0)
        return int(await room.look(lambda lab: lab.now_us)) - begin

    assert 8_000_000 < in_rooms(act) < 13_000_000


def test_the_token_of_another_lab_opens_nothing() -> None:
    async def act(rooms: Rooms) -> None:
        one, two = await new_room(rooms), await new_room(rooms)
        for lab_id, token in ((one.id, two.token), (one.id, ""), ("nothing", one.token)):
            with pytest.raises(NoSuchLab):
                await rooms.open(lab_id, token)

    in_rooms(act)


def test_rewinding_moves_to_a_new_branch_and_survives_a_restart() -> None:
    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms)
        await room.do({"terminal": "echo 1 > x"})
        await room.advance(10_000_000)
        await room.do({"terminal": "echo 2 > x"})
        await room.rewind(5_000_000)
        await room.do({"terminal": "echo 3 > x"})
        before = await room.look(lambda lab: lab.digest())
        await room.close()
        again = await rooms.open(room.id, room.token)
        assert await again.look(lambda lab: lab.file(_path(lab))) == "3\n"
        assert await again.look(lambda lab: lab.digest()) == before
        assert len(again.lab.log.entries) == 3

    in_rooms(act)


def test_who_waits_for_a_line_that_is_undone_waits_no_longer() -> None:
    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms, paused=False)
        waiting = asyncio.create_task(room.do({"terminal": "sleep 1000"}, wait_s=60))
        while room.lab.entries == 0:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        await room.rewind(None, 0)
        answer = await asyncio.wait_for(waiting, 5)
        assert (answer["exit_code"], answer["undone"]) == (None, True)

    in_rooms(act)


def _kept_keyframe(lab_id: str) -> Keyframe | None:
    return Keyframe.objects.filter(lab_id=lab_id).first()


async def _rested(rooms: Rooms) -> tuple[Any, str]:
    """Make a lab with a past, put it to rest; answers its closed room and its digest."""
    room = await new_room(rooms)
    await room.do({"terminal": "echo a > x; sleep 100; echo b > x", "key": "k"})
    await room.advance(70_000_000)
    digest = await room.look(lambda lab: lab.digest())
    await room.close()
    return room, digest


def test_waking_from_a_keyframe_is_as_good_as_replaying() -> None:
    async def act(rooms: Rooms) -> None:
        room, digest = await _rested(rooms)
        kept = await rooms.journal.run(lambda: _kept_keyframe(room.id))
        assert kept is not None
        assert kept.at_us == 70_000_000
        woken = await rooms.open(room.id, room.token)
        assert woken.lab.engine.calendar.fired == 0, "nothing was simulated again"
        assert await woken.look(lambda lab: lab.digest()) == digest
        await woken.advance(60_000_000)
        alone = Lab.replay(await woken.look(lambda lab: lab.export()))
        assert await woken.look(lambda lab: lab.digest()) == alone.digest()
        assert (await woken.do({"terminal": "echo again > x", "key": "k"}))["entry"] == 1

    in_rooms(act)


@pytest.mark.parametrize("spoilt", [{"tag": "another source"}, {"state": b"broken"}])
def test_a_keyframe_that_cannot_be_used_is_replaced_by_replaying(spoilt: dict[str, Any]) -> None:
    async def act(rooms: Rooms) -> None:
        room, digest = await _rested(rooms)
        rows = Keyframe.objects.filter(lab_id=room.id)
        await rooms.journal.run(lambda: rows.update(**spoilt))
        woken = await rooms.open(room.id, room.token)
        assert woken.lab.engine.calendar.fired > 0
        assert await woken.look(lambda lab: lab.digest()) == digest
        assert (await woken.do({"terminal": "echo again > x", "key": "k"}))["entry"] == 1

    in_rooms(act)


def test_a_caller_who_goes_away_does_not_stop_the_journal() -> None:
    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms)
        for _ in range(20):
            asking = asyncio.create_task(rooms.open(room.id, "wrong"))
            writing = asyncio.create_task(rooms.journal.run(lambda: None))
            await asyncio.sleep(0)
            asking.cancel()
            writing.cancel()
        assert (await room.do({"terminal": "echo fine > x"}))["exit_code"] == 0

    in_rooms(act)


def test_a_fault_in_a_read_is_an_answer_and_the_room_goes_on() -> None:
    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms)
        with pytest.raises(SimulatorFault, match="ZeroDivisionError"):
            await room.look(lambda lab: 1 // 0)
        assert (await room.do({"terminal": "echo fine"}))["output"] == "fine\n"

    in_rooms(act)


def test_a_fault_in_the_picture_leaves_the_lab_and_its_terminal_alone() -> None:
    async def act(rooms: Rooms) -> None:
        room = await new_room(rooms)
        said: list[str] = []

        async def hear(text: str) -> None:
            said.append(text)

        async def end(code: int) -> None:
            raise AssertionError(code)

        seat = Seat(hear, end)
        seat.greet(0)
        room.audience._view.refresh = lambda: 1 // 0
        room.join(seat)
        assert (await room.do({"terminal": "echo fine"}))["output"] == "fine\n"
        await asyncio.sleep(0.2)
        assert sum("the picture broke" in text for text in said) == 1
        assert not room.closed
        room.leave(seat)

    in_rooms(act)
