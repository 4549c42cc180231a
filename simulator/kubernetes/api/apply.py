"""Server-side apply and managedFields: who wrote which field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .kinds import Kind
    from .server import ApiServer


def server_side_apply(
    api: ApiServer,
    row: Kind,
    namespace: str,
    name: str,
    change: Any,
    manager: str,
    force: bool,
    dry_run: bool,
) -> Object:
    """Create or merge an object from what its manager wants of it."""
    raise NotImplementedError


def note_update(engine: Engine, fresh: Object, old: Object | None, manager: str) -> None:
    """Note in managedFields what a write changed."""
