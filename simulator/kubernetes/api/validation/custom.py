"""Custom objects, checked by the schema of their definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.plain import Object

from ..kinds import Kind
from .common import Problems

if TYPE_CHECKING:
    from ..server import ApiServer


def problems(api: ApiServer, row: Kind, obj: Object) -> Problems:
    """Say what is wrong with a custom object."""
    return []
