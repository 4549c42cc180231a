"""The table of kubectl's subcommands, gathered from the modules that hold them."""

from __future__ import annotations

from . import (
    attaching,
    auth,
    create,
    debug,
    delete,
    describe,
    get,
    info,
    logs,
    nodes,
    rollout,
    scale,
    setting,
    waiting,
    writing,
)
from .command import Command

COMMANDS: tuple[Command, ...] = tuple(
    sorted(
        (
            *attaching.COMMANDS,
            *auth.COMMANDS,
            *create.COMMANDS,
            *debug.COMMANDS,
            *delete.COMMANDS,
            *describe.COMMANDS,
            *get.COMMANDS,
            *info.COMMANDS,
            *logs.COMMANDS,
            *nodes.COMMANDS,
            *rollout.COMMANDS,
            *scale.COMMANDS,
            *setting.COMMANDS,
            *waiting.COMMANDS,
            *writing.COMMANDS,
        ),
        key=lambda command: command.name,
    )
)

GROUPS = tuple(dict.fromkeys(c.name.partition(" ")[0] for c in COMMANDS if " " in c.name))

_BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}


def find(name: str) -> Command | None:
    """Give a subcommand by its words."""
    return _BY_NAME.get(name)
