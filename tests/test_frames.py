"""Frames: whatever was missed, one difference brings a client to the present view."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.frames import Frames

HEADER: dict[str, Any] = {"now_us": 0, "speed": 1.0, "paused": False}
KEYS = st.sampled_from("abcdef")
CHANGES = st.lists(
    st.tuples(st.lists(st.tuples(KEYS, st.integers(0, 9)), max_size=4), st.lists(KEYS, max_size=2)),
    max_size=20,
)


@settings(max_examples=200, deadline=None)
@given(changes=CHANGES, seen=st.lists(st.booleans(), min_size=20, max_size=20))
def test_a_client_that_misses_any_frames_ends_with_the_view(
    changes: list[tuple[list[tuple[str, int]], list[str]]], seen: list[bool]
) -> None:
    values: dict[str, Any] = {"a": 1}
    frames = Frames(values, 100)
    client: dict[str, Any] = {}
    base = 0
    for (put, drop), looks in zip(changes, seen, strict=False):
        changed = dict(put)
        values.update(changed)
        dropped = [key for key in dict.fromkeys(drop) if key not in changed and key in values]
        for key in dropped:
            del values[key]
        frames.take(list(changed), dropped, [])
        if looks:
            base = _apply(client, frames, base)
    _apply(client, frames, base)
    assert client == values


def _apply(client: dict[str, Any], frames: Frames, base: int) -> int:
    frame = json.loads(frames.text(base, HEADER))
    if frame["base"] == 0:
        client.clear()
    for key in frame["drop"]:
        client.pop(key, None)
    client.update(frame["put"])
    again = dict(client)
    again.update(frame["put"])
    assert again == client, "a frame taken twice does no harm"
    return int(frame["n"])


def test_a_frame_has_only_what_changed_since_the_base() -> None:
    values: dict[str, Any] = {"a": 1, "b": 1}
    frames = Frames(values, 7)
    values["a"] = 2
    frames.take(["a"], [], [])
    assert json.loads(frames.text(7, HEADER))["put"] == {"a": 2}
    assert json.loads(frames.text(8, HEADER))["put"] == {}


def test_a_base_that_was_never_given_out_gets_everything() -> None:
    frames = Frames({"a": 1}, 7)
    for base in (0, 3, 8, 10**12):
        assert json.loads(frames.text(base, HEADER))["base"] == 0


def test_samples_of_requests_are_sent_once_and_at_most_forty() -> None:
    frames = Frames({}, 7)
    frames.take([], [], list(range(60)))
    assert json.loads(frames.text(7, HEADER))["requests"] == list(range(20, 60))
    frames.take(["x"], [], [])
    frames.values["x"] = 1
    assert json.loads(frames.text(8, HEADER))["requests"] == []


def test_old_drops_are_forgotten_and_older_clients_get_everything() -> None:
    frames = Frames({}, 7)
    for number in range(3):
        frames.take([], [f"{number}/{key}" for key in range(10_000)], [])
    assert json.loads(frames.text(7, HEADER))["base"] == 0
    assert json.loads(frames.text(frames.n - 1, HEADER))["base"] == frames.n - 1
