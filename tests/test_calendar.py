"""The calendar of pending work."""

from __future__ import annotations

import pytest

from simulator.calendar import LIVELOCK_LIMIT, Calendar
from simulator.errors import LabFailed


def recording() -> tuple[Calendar, list[tuple[int, object]]]:
    """A calendar whose one handler writes down when it was called and with what."""
    calendar = Calendar()
    seen: list[tuple[int, object]] = []
    calendar.on("note", lambda key: seen.append((calendar.now_us, key)))
    return calendar, seen


def test_rows_fire_in_order_of_time_then_of_number() -> None:
    calendar, seen = recording()
    for delay, key in ((5, "c"), (3, "a"), (3, "b")):
        calendar.after(delay, "note", key)
    calendar.run_before(10)
    assert seen == [(3, "a"), (3, "b"), (5, "c")]
    assert calendar.now_us == 10


def test_a_row_due_at_the_end_of_a_run_waits_for_the_next_run() -> None:
    calendar, seen = recording()
    calendar.after(10, "note")
    calendar.run_before(10)
    assert (calendar.now_us, seen) == (10, [])
    calendar.run_before(11)
    assert seen == [(10, "")]


def test_a_cancelled_row_does_not_fire_and_is_not_pending() -> None:
    calendar, seen = recording()
    calendar.cancel(calendar.after(3, "note"))
    assert calendar.next_us() is None
    calendar.run_before(10)
    assert seen == []


@pytest.mark.parametrize("delay", [1.0, 0.5, "3", None, True])
def test_only_whole_microseconds_are_accepted(delay: object) -> None:
    calendar, _ = recording()
    with pytest.raises(TypeError):
        calendar.after(delay, "note")  # type: ignore[arg-type]


def test_a_loop_at_one_instant_is_a_livelock() -> None:
    calendar = Calendar()
    calendar.on("again", lambda key: calendar.after(0, "again") and None)
    calendar.after(1, "again")
    with pytest.raises(LabFailed, match="livelock"):
        calendar.run_before(2)
    assert calendar.fired <= LIVELOCK_LIMIT + 1


def test_a_dump_goes_on_in_the_same_order_elsewhere() -> None:
    calendar, seen = recording()
    for delay, key in ((5, "x"), (5, "y"), (2, "w")):
        calendar.after(delay, "note", key)
    calendar.run_before(1)
    data = calendar.dump()
    other = Calendar(data["now_us"])
    seen_there: list[tuple[int, object]] = []
    other.on("note", lambda key: seen_there.append((other.now_us, key)))
    other.load(data)
    calendar.run_before(9)
    other.run_before(9)
    assert seen_there == seen
    assert other.dump() == calendar.dump()


def test_a_run_can_be_stopped_between_events() -> None:
    calendar, seen = recording()
    for delay in range(100):
        calendar.after(delay, "note", delay)
    assert calendar.run_before(1000, more=lambda: False) is False
    assert 0 < len(seen) < 100
    assert calendar.run_before(1000) is True
    assert len(seen) == 100
