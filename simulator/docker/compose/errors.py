"""The one error of compose files."""

from __future__ import annotations

from simulator.errors import DrydockError


class ComposeError(DrydockError):
    """A project that compose refuses; the message is in its words."""

    warnings: list[str] = []
    """What compose warned of before it refused."""
