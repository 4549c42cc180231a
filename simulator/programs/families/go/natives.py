"""What of Go's library is not written in Go: functions of Python by their Go names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Native = Callable[..., Any]
TABLE: dict[str, Native] = {}
"""By name: functions of (machine, arguments); several results are a tuple."""


def native(name: str) -> Native | None:
    """Give a function of the library by its Go name."""
    if not TABLE:
        from . import library

        library.fill(TABLE)
    return TABLE.get(name)
