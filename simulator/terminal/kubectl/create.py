"""kubectl create."""

from . import writing
from .command import Command
from .flags import Flag

COMMANDS: tuple[Command, ...] = (
    Command(
        "create",
        "Create a resource from a file or from stdin",
        writing.create_files,
        (*writing._WRITE, Flag("save-config", "bool", default=False)),
        takes="files",
    ),
)
