"""To come."""

from .command import Command

COMMANDS: tuple[Command, ...] = ()
