"""What the API server refuses, in upstream's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.plain import Object

from ..kinds import Kind
from ..status import FieldError

if TYPE_CHECKING:
    from ..server import ApiServer


def metadata_problems(row: Kind, obj: Object, old: Object | None = None) -> list[FieldError]:
    """Say what is wrong with an object's metadata."""
    return []


def problems(api: ApiServer, row: Kind, obj: Object, old: Object | None) -> list[FieldError]:
    """Say what is wrong with the rest of an object."""
    return []


def keep_immutable_defaults(kind: str, fresh: Object, old: Object) -> None:
    """Carry over what a client need not repeat on update (a Service's cluster IP)."""
