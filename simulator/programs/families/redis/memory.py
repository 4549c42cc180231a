"""How much memory a server holds, and what it throws away when that is too much.

# Simplified: The server throws away the very key that was not used for longest, or that expires
# next, where Redis looks at a sample of five; the lfu policies go by the last use, too.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from .keyspace import Call, State

if TYPE_CHECKING:
    from ...process import Process

BASE_USED = 920_000
"""used_memory of a server without keys: 0.9 to 1.0 MB in 7.x."""
BASE_RSS = 9_000_000
STEP = 64 << 10
"""Bytes by which the memory must have changed before the kernel is told."""
OLDEST_AT_ONCE = 64


def used(state: State) -> int:
    """Give used_memory."""
    return BASE_USED + int(state["memory"]) + 20_000 * len(state["clients"])


def tell(p: Process, state: State) -> None:
    """Let the kernel know when the memory has changed."""
    size = BASE_RSS + int(state["memory"])
    state["peak"] = max(state["peak"], used(state))
    if abs(size - int(p.row["memory"])) >= STEP:
        p.use_memory(size)


def make_room(c: Call) -> bool:
    """Throw keys away until the memory fits; False when nothing more can go."""
    while used(c.state) > c.state["limit"]:
        if not _throw_away(c):
            return False
    return True


def _throw_away(c: Call) -> bool:
    from .replication import feed

    policy = c.state["config"]["maxmemory-policy"]
    scope, _, order = policy.partition("-")
    if policy == "noeviction":
        return False
    key = _random(c, scope) if order == "random" else _least(c, scope, order)
    if key is None:
        return False
    number, _, name = key.partition(" ")
    here = c.number
    c.use(number)
    c.remove(name)
    c.state["stats"]["evicted_keys"] += 1
    c.state["dirty"] += 1
    feed(c.p, c.state, [number, "DEL", name])
    c.note("evicted", name)
    c.break_watch(name)
    c.use(here)
    return True


def _random(c: Call, scope: str) -> str | None:
    dbs = c.state["dbs"]
    which = "keys" if scope == "allkeys" else "expires"
    sizes = [(number, len(db[which])) for number, db in dbs.items() if db[which]]
    if not sizes:
        return None
    at = c.p.luck().below(sum(size for _, size in sizes))
    for number, size in sizes:
        if at < size:
            return f"{number} {next(islice(dbs[number][which], at, None))}"
        at -= size
    return None


def _least(c: Call, scope: str, order: str) -> str | None:
    """Find the key to go: by the last use, or the time it has; those found are kept for later."""
    pool = c.state["pool"]
    while pool:
        mark, number, key = pool.pop(0)
        if _mark(c.state, number, key, order) == mark:
            return f"{number} {key}"
    which = "keys" if scope == "allkeys" else "expires"
    rows = [
        [_mark(c.state, number, key, order), number, key]
        for number, db in c.state["dbs"].items()
        for key in db[which]
    ]
    rows.sort()
    c.state["pool"] = pool = rows[: max(OLDEST_AT_ONCE, len(rows) // 8)]
    if not pool:
        return None
    _, number, key = pool.pop(0)
    return f"{number} {key}"


def _mark(state: State, number: str, key: str, order: str) -> list[int] | None:
    db = state["dbs"].get(number) or {"keys": {}, "expires": {}}
    entry = db["keys"].get(key)
    if entry is None:
        return None
    if order == "ttl":
        return [int(db["expires"].get(key, 0)), entry[4]]
    return [int(entry[3]), entry[4]]
