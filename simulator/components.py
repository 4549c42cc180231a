"""The list of an engine's components, in the order in which they are made.

The order is part of the behaviour: at one instant, watchers are told in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terminal.files import FILE_PROGRAMS
from .terminal.jobs import Terminal
from .terminal.workspace import Workspace

if TYPE_CHECKING:
    from .engine import Engine


class Parts:
    """The components by name, as an engine has them."""

    workspace: Workspace
    terminal: Terminal


def build(engine: Engine) -> None:
    """Make every component of an engine; each registers its handlers and watches."""
    engine.workspace = Workspace(engine)
    engine.at_setup(engine.workspace.setup)
    engine.terminal = Terminal(engine, engine.workspace, [*FILE_PROGRAMS])
