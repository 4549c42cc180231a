"""Who waits in a server: served when a key fills, told when the time is over, dropped when gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import RedisError
from .keyspace import Call, State
from .table import commands

if TYPE_CHECKING:
    from ...process import Process

MOST_ROUNDS = 1000


def leave(state: State, number: str) -> dict[str, Any] | None:
    """Take somebody out of all rows; answers what was kept of them."""
    row: dict[str, Any] | None = state["waiters"].pop(number, None)
    if row is None:
        return None
    for key in dict.fromkeys(row["keys"]):
        place = f"{row['db']} {key}"
        left = [one for one in state["waiting"].get(place, ()) if one != number]
        if left:
            state["waiting"][place] = left
        else:
            state["waiting"].pop(place, None)
    client = state["clients"].get(row["client"])
    if client is not None:
        client["waits"] = None
    return row


def dismiss(p: Process, state: State, number: str, answer: dict[str, Any]) -> None:
    """Let somebody wait no longer."""
    row = leave(state, number)
    if row is not None:
        p.programs.answer(p, row["asker"], answer)


def serve(p: Process, state: State) -> None:
    """Serve those who wait for keys that were filled, in the order in which they came."""
    for _ in range(MOST_ROUNDS):
        if not state["ready"]:
            return
        place = state["ready"].pop(0)
        for number in list(state["waiting"].get(place, ())):
            _serve(p, state, number, place)


def _serve(p: Process, state: State, number: str, place: str) -> None:
    from .execute import finish

    row = state["waiters"].get(number)
    if row is None:
        return
    if not p.programs.is_asking(row["asker"]):
        dismiss(p, state, number, {"error": "closed"})
        return
    database, _, key = place.partition(" ")
    client = state["clients"].get(row["client"]) or {"db": database, "key": "", "resp": 2}
    c = Call(p, state, {**client, "db": database})
    if c.find(key) is None:
        return
    c.words = list(row["words"])
    before = state["dirty"]
    try:
        value = commands()[c.words[0].lower()].run(c, c.words[1:])
    except RedisError as error:
        if str(error).startswith("WRONGTYPE") and c.find(key) is not None and _of_other(c, row):
            return  # Redis leaves those waiting whose key holds another type
        dismiss(p, state, number, {"error": str(error)})
        return
    if value is None:
        return  # with no asker of its own, the command answers that there was nothing
    finish(c, before)
    dismiss(p, state, number, {"value": value})


def _of_other(c: Call, row: dict[str, Any]) -> bool:
    """Tell whether the keys that somebody waits for hold nothing that they could take."""
    kind = {"z": "zset", "x": "stream"}.get(row["words"][0].lower().lstrip("b")[0], "list")
    held = [c.find(key) for key in row["keys"]]
    return not any(entry is not None and entry[0] == kind for entry in held)


def time_out(p: Process, state: State) -> None:
    """Tell those whose time is over."""
    now = p.engine.now_us
    over = [number for number, row in state["waiters"].items()
            if row["until_us"] is not None and row["until_us"] <= now]  # fmt: skip
    for number in over:
        dismiss(p, state, number, {"value": None})


def drop_gone(p: Process, state: State) -> None:
    """Forget those who wait and are gone."""
    for number, row in list(state["waiters"].items()):
        if not p.programs.is_asking(row["asker"]):
            dismiss(p, state, number, {"error": "closed"})
