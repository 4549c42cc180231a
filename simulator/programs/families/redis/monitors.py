"""MONITOR: everybody who asked for it sees every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .clients import address
from .words import quoted

if TYPE_CHECKING:
    from .keyspace import Call
    from .table import Command

HIDDEN = ("auth", "hello", "monitor", "exec")


def show(c: Call, command: Command) -> None:
    """Write a command to those who watch; commands for the administrator are not shown."""
    if "a" in command.flags or command.name in HIDDEN:
        return
    at_us = c.state["epoch_us"] + c.now_us
    words = " ".join(quoted(word) for word in c.words)
    line = f"{at_us // 1_000_000}.{at_us % 1_000_000:06d} [{c.number} {address(c.p, c.client)}] "
    for key in list(c.state["monitors"]):
        client = c.state["clients"].get(key)
        if client is None or not c.p.programs.is_asking(client["asker"]):
            c.state["monitors"].remove(key)
            continue
        answer = {"status": line + words, "value": line + words}
        c.p.programs.answer(c.p, client["asker"], answer, more=True)
