"""The lines that a server writes, in the words of its version.

Sources: the log of redis-server 7.0.15; the official images of 7.2 and later write the start at
the level of a notice, the warning of memory first, and say over what they accept connections.

# Simplified: The lines of the modules that come with Redis 8 are left out, and so are its modules.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .keyspace import State

if TYPE_CHECKING:
    from ...process import Process

OVERCOMMIT = (
    "WARNING Memory overcommit must be enabled! Without it, a background save or replication may "
    "fail under low memory condition. Being disabled, it can {also} cause failures without low "
    "memory condition, see https://github.com/jemalloc/jemalloc/issues/1328. To fix this issue add "
    "'vm.overcommit_memory = 1' to /etc/sysctl.conf and then reboot or run the command 'sysctl "
    "vm.overcommit_memory=1' for this to take effect."
)


def say(p: Process, text: str, level: str = "*", role: str = "", pid: int | None = None) -> None:
    """Write a line: its level is `*` (notice) or `#` (warning), its role M, C or S."""
    state = p.state
    role = role or ("S" if state.get("replica_of") else "M")
    moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
    stamp = moment.strftime("%d %b %Y %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
    p.out(f"{p.pid if pid is None else pid}:{role} {stamp} {level} {text}\n")


def greeting(p: Process, state: State, configured: bool) -> None:
    """Write the first lines."""
    old = tuple(state["version"]) < (7, 2)
    level, title = ("#" if old else "*"), state["title"]
    if not old:
        say(p, OVERCOMMIT.format(also="also"), "#", "C")
    say(p, f"oO0OoO0OoO0Oo {title} is starting oO0OoO0OoO0Oo", level, "C")
    say(p, f"{title} version={state['shown_version']}, bits=64, commit=00000000, modified=0, "
           f"pid={p.pid}, just started", level, "C")  # fmt: skip
    if configured:
        say(p, "Configuration loaded", level, "C")
    else:
        name = state["kind"]
        say(p, "Warning: no config file specified, using the default config. In order to specify a "
               f"config file use {name}-server /path/to/{name}.conf", "#", "C")  # fmt: skip
    say(p, "monotonic clock: POSIX clock_gettime")
    mode = "sentinel" if state["sentinel"] else "standalone"
    say(p, f"Running mode={mode}, port={state['port']}.")


def initialised(p: Process, state: State) -> None:
    """Write what comes after the ports were opened."""
    old = tuple(state["version"]) < (7, 2)
    if old:
        say(p, "Server initialized", "#")
        say(p, OVERCOMMIT.format(also="can also"), "#")
    else:
        say(p, "Server initialized")


def accepting(p: Process, state: State) -> None:
    """Write that clients may come."""
    old = tuple(state["version"]) < (7, 2)
    say(p, "Ready to accept connections" + ("" if old else " tcp"))


def stopping(p: Process, signal: str) -> None:
    """Write that a signal asks for the end."""
    epoch = (p.state["epoch_us"] + p.engine.now_us) // 1_000_000
    p.out(f"{p.pid}:signal-handler ({epoch}) Received {signal} scheduling shutdown...\n")
