"""What a server does by itself: keys that expire, clients whose time is over, files to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import logs, memory, persistence, replication, waiters
from .clients import fresh
from .keyspace import Call, State

if TYPE_CHECKING:
    from ...process import Process

NEVER_US = 1 << 62
CYCLE_US = 100_000
"""Expired keys are looked for ten times a second (hz 10); with many keys less often."""
FORK_US = 8_000
KEY_US = 2
SAVE_CYCLE_US = 100_000
"""A background process that has ended is noticed at the next tenth of a second."""


def plan(p: Process, state: State) -> None:
    """Have the server woken at the earliest moment at which there is something to do."""
    state["timers"] = False
    now = p.engine.now_us
    moments = [row["until_us"] for row in state["waiters"].values() if row["until_us"] is not None]
    if state["nearest_ms"] is not None:
        moments.append(max(state["nearest_ms"] * 1000 - state["epoch_us"] + 1000, now + 1))
    if state["background"] is not None:
        moments.append(state["background"]["until_us"])
    due = persistence.due_us(state) if state["points"] else None
    if due is not None:
        moments.append(due)
    if state["aof"] is not None and state["aof"]["fresh"]:
        if state["fsync_us"] is None:
            state["fsync_us"] = now + persistence.FSYNC_US
        moments.append(state["fsync_us"])
    moments += [row["due_us"] for row in state["replicas"].values() if not row["online"]]
    if state["replica_of"] and not (state["link"] or {}).get("number"):
        moments.append(max(now, (state["link"] or {}).get("retry_us", now)))
    earliest = min(min(moments), NEVER_US) if moments else None
    if earliest is None or (earliest == state["wake_us"] and p.row["booked"] is not None):
        return
    state["wake_us"] = earliest
    p.wake(max(0, earliest - now))


def work(p: Process, state: State) -> None:
    """Do what is due."""
    now = p.engine.now_us
    state["wake_us"] = None
    waiters.time_out(p, state)
    nearest = state["nearest_ms"]
    if nearest is not None and nearest * 1000 - state["epoch_us"] + 1000 <= now:
        _expire(p, state)
    if state["fsync_us"] is not None and state["fsync_us"] <= now:
        state["fsync_us"] = None
        persistence.append(p, state)
    if state["background"] is not None and state["background"]["until_us"] <= now:
        _end_background(p, state)
    due = persistence.due_us(state) if state["points"] else None
    if due is not None and due <= now:
        _save_point(p, state)
    replication.send_due(p, state)
    link = state["link"] or {"number": None, "retry_us": now}
    if state["replica_of"] and link["number"] is None and link["retry_us"] <= now:
        replication.follow(p, state)
    memory.tell(p, state)
    plan(p, state)


def _expire(p: Process, state: State) -> None:
    """Take expired keys away, and note when the next one is due."""
    c = Call(p, state, {**fresh(p, state, "", None), "key": ""})
    state["connected"] -= 1
    state["stats"]["total_connections_received"] -= 1
    nearest: int | None = None
    looked = 0
    for number in list(state["dbs"]):
        c.use(number)
        for key in [key for key, at_ms in c.expires.items() if at_ms < c.now_ms]:
            c.expire(key)
        looked += len(c.expires)
        first = min(c.expires.values(), default=None)
        nearest = first if nearest is None or (first is not None and first < nearest) else nearest
    pause_ms = (CYCLE_US + looked * 10) // 1000
    state["nearest_ms"] = None if nearest is None else max(nearest, c.now_ms + pause_ms)


def start_background(p: Process, state: State, kind: str) -> int:
    """Begin to save, or to rewrite the AOF, in a child process; answers its number."""
    number = int(p.box["next"])
    p.box["next"] = number + 1
    keys = sum(len(db["keys"]) for db in state["dbs"].values())
    taken = FORK_US + keys * KEY_US
    state["stats"]["total_forks"] += 1
    state["background"] = {
        "kind": kind, "pid": number, "dirty": state["dirty"], "began_us": p.engine.now_us,
        "until_us": p.engine.now_us + taken + SAVE_CYCLE_US,
    }  # fmt: skip
    what = "saving" if kind == "save" else "append only file rewriting"
    logs.say(p, f"Background {what} started by pid {number}")
    state["timers"] = True
    return number


def _end_background(p: Process, state: State) -> None:
    job = state["background"]
    state["background"] = None
    if job["kind"] == "save":
        state["tried_us"] = p.engine.now_us
        if persistence.write_snapshot(p, state, job["pid"]):
            persistence.saved(p, state, job["dirty"])
            logs.say(p, "Fork CoW for RDB: current 0 MB, peak 0 MB, average 0 MB", "*", "C",
                     job["pid"])  # fmt: skip
            logs.say(p, "Background saving terminated with success")
        else:
            logs.say(p, "Background saving error", "#")
        return
    if state["aof"] is None:
        persistence.open_aof(p, state)
    else:
        persistence.rewrite(p, state)
    logs.say(p, "Background AOF rewrite terminated with success")
    logs.say(p, "Background AOF rewrite finished successfully")


def _save_point(p: Process, state: State) -> None:
    changes = state["dirty"] - state["saved_dirty"]
    passed = p.engine.now_us - state["saved_us"]
    for seconds, wanted in state["points"]:
        if changes >= wanted and passed > seconds * 1_000_000:
            logs.say(p, f"{wanted} changes in {seconds} seconds. Saving...")
            break
    start_background(p, state, "save")
