"""What a server knows when it starts, and what follows from its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import persistence
from .keyspace import State

if TYPE_CHECKING:
    from ...process import Process

STATS = ("total_connections_received", "total_commands_processed", "rejected_connections",
         "expired_keys", "evicted_keys", "keyspace_hits", "keyspace_misses", "total_error_replies",
         "total_forks")  # fmt: skip


def begin(p: Process, identity: dict[str, Any], config: dict[str, Any], path: str) -> State:
    """Make the state of a server."""
    epoch_us = round(p.engine.start.timestamp() * 1_000_000)
    state = p.state
    state.update(
        identity, service="redis-server", config=config, path=path, epoch_us=epoch_us,
        sentinel=False, port=int(config["port"]), dbs={}, clients={}, connected=2, waiters={},
        waiting={}, waited=0, ready=[], watched={}, channels={}, patterns={}, monitors=[],
        stats=dict.fromkeys(STATS, 0), errors={}, calls={}, dirty=0, saved_dirty=0, saves=0,
        saved_us=p.engine.now_us, tried_us=0, save_failed=False, background=None, aof=None,
        memory=0, peak=0, made=0, nearest_ms=None, timers=False, pool=[], slow=[], slowest=0,
        started_us=p.engine.now_us, loaded=0, wake_us=None,
        replicas={}, scripts={}, link=None, offset=0, fsync_us=None, up=False,
        run_id=p.engine.streams.hex(40, "redis", p.container["Id"], p.box["run"]),
    )  # fmt: skip
    apply(state)
    return state


def apply(state: State) -> None:
    """Draw the consequences of the settings."""
    config = state["config"]
    state.update(
        password=config["requirepass"], limit=int(config["maxmemory"]), pool=[],
        protected=config["protected-mode"] == "yes" and not config["requirepass"],
        events="" if not set("KE") & set(config["notify-keyspace-events"])
        else config["notify-keyspace-events"],
        replica_of=config["replicaof"], points=persistence.points(state), timers=True,
    )  # fmt: skip
