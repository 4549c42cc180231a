"""Places in a document, as compose-go's `tree` package names them: services.*.ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")
Place = tuple[str, ...]
"""Keys from the top of a document down to a value; "[]" or "[3]" for an item of a list."""


def fits(place: Place, pattern: str) -> bool:
    """Tell whether a place is one that a pattern means; `*` is any key."""
    parts = pattern.split(".")
    return len(parts) == len(place) and all(
        part in ("*", key) for part, key in zip(parts, place, strict=True)
    )


def at(table: Mapping[str, T], place: Place) -> T | None:
    """Give what a table has for a place, or None."""
    if not place or place[0] not in ("services", "networks", "volumes", "secrets", "configs"):
        return None
    return next((value for pattern, value in table.items() if fits(place, pattern)), None)


def shown(place: Place) -> str:
    """Write a place, `services.web.ports.[0]`."""
    return ".".join(place)
