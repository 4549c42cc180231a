"""Memory that a program takes at one instant: the kernel does not wait until the program does.

What a program holds is counted when it waits (`Interpreted.keep`). A value of many megabytes counts
at once, so that a program which takes more than its container may have does not get to its next
line.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from .freeze import FrozenTooLarge, freeze

if TYPE_CHECKING:
    from .machine import Machine

AT_WORK: ContextVar[Machine | None] = ContextVar("AT_WORK", default=None)
"""The machine whose operation is being carried out."""
LEAST = 1 << 20
"""Bytes from which on a value counts at once."""
KILLED = 137


class Killed(Exception):
    """The kernel has killed the program's container for its memory."""


def take(size: int) -> None:
    """Take so many bytes for the program at work; raises Killed when it may not have them."""
    machine = AT_WORK.get()
    if machine is not None and size >= LEAST:
        _grow(machine, size)


def _grow(machine: Machine, size: int) -> None:
    process = machine.host
    limit = int(process.container["HostConfig"].get("Memory") or 0)
    machine.taken += size
    known = int(process.row["memory"])
    if not limit or known + machine.taken <= limit:
        return
    try:
        held = freeze(machine.root)[1]
    except FrozenTooLarge:
        return  # ends by itself, when it waits
    total = known - int(process.state.get("held") or 0) + held + size
    machine.taken = total - known
    if total > limit:
        process.use_memory(total)
        raise Killed
