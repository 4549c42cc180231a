"""The watched object store."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import AlreadyExists, Conflict, Gone, NotFound
from simulator.store import HISTORY, Store
from simulator.streams import Streams


def fresh() -> Store:
    """A store with a clock that stands still."""
    return Store(Streams(1, {}).uid, lambda: "2026-01-05T09:00:00Z")


def thing(name: str, **body: Any) -> dict[str, Any]:
    """A small object."""
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": name}, **body}


def test_every_change_counts_one_version_up() -> None:
    store = fresh()
    first = store.create(thing("a"))
    second = store.update({**first, "spec": 1})
    assert [int(o["metadata"]["resourceVersion"]) for o in (first, second)] == [1, 2]


def test_an_update_that_changes_nothing_is_no_change() -> None:
    store = fresh()
    made = store.create(thing("a", spec=1))
    assert store.update(thing("a", spec=1) | {"metadata": made["metadata"]}) is made
    assert store.version == 1


def test_a_writer_who_read_an_old_version_gets_a_conflict() -> None:
    store = fresh()
    old = store.create(thing("a"))
    store.update({**old, "spec": 1})
    with pytest.raises(Conflict):
        store.update({**old, "spec": 2})


def test_there_is_one_object_of_a_name_and_none_twice() -> None:
    store = fresh()
    store.create(thing("a"))
    with pytest.raises(AlreadyExists):
        store.create(thing("a"))
    store.delete("Thing", "", "a")
    with pytest.raises(NotFound):
        store.delete("Thing", "", "a")


def test_a_reborn_object_has_another_uid() -> None:
    store = fresh()
    first = store.create(thing("a"))
    store.delete("Thing", "", "a")
    assert store.create(thing("a"))["metadata"]["uid"] != first["metadata"]["uid"]


def test_an_object_already_read_does_not_change_under_the_reader() -> None:
    store = fresh()
    made = store.create(thing("a", spec={"n": [1]}))
    store.change("Thing", "", "a", lambda obj: obj["spec"]["n"].append(2))
    assert made["spec"] == {"n": [1]}


def test_a_watch_that_lags_too_far_is_told_gone() -> None:
    store = fresh()
    store.create(thing("a"))
    for n in range(HISTORY + 5):
        store.change("Thing", "", "a", lambda obj, n=n: obj.update(spec=n))
    with pytest.raises(Gone):
        store.since(1)
    assert len(store.since(store.version - 3)) == 3


def test_a_read_cannot_change_anything() -> None:
    store = fresh()
    store.read_only = True
    with pytest.raises(RuntimeError):
        store.create(thing("a"))


def test_an_index_finds_what_a_scan_finds() -> None:
    store = fresh()
    store.index("Thing", "colour", lambda obj: [obj["spec"]["colour"]])
    for n in range(6):
        store.create(thing(f"t{n}", spec={"colour": "red" if n % 2 else "blue"}))
    store.change("Thing", "", "t1", lambda obj: obj["spec"].update(colour="blue"))
    store.delete("Thing", "", "t3")
    scan = [o["metadata"]["name"] for o in store.list("Thing") if o["spec"]["colour"] == "red"]
    assert [o["metadata"]["name"] for o in store.by("Thing", "colour", "red")] == scan == ["t5"]


NAMES = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(st.sampled_from(["create", "update", "delete"]), NAMES), max_size=60))
def test_the_changes_replayed_give_the_objects(steps: list[tuple[str, str]]) -> None:
    """Whoever lists once and then follows the watch knows all there is."""
    store = fresh()
    seen: dict[str, Any] = {}
    store.watch(
        "Thing",
        lambda change, new, old: seen.__setitem__(
            new["metadata"]["name"], None if change == "DELETED" else new
        ),
    )
    for n, (verb, name) in enumerate(steps):
        found = store.get("Thing", "", name)
        if verb == "create" and found is None:
            store.create(thing(name, spec=n))
        elif verb == "update" and found is not None:
            store.update({**found, "spec": n})
        elif verb == "delete" and found is not None:
            store.delete("Thing", "", name)
    assert [o for _, o in sorted(seen.items()) if o] == store.list("Thing")
    copy = fresh()
    copy.load(store.dump())
    assert copy.list("Thing") == store.list("Thing")
