"""What a call needs to know of a compiled function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Spec:
    """What a call needs to know of a function (`Code.info`).

    kind: "" a plain function, "generator", "coroutine" or "async" (an asynchronous generator).
    """

    name: str
    qualname: str
    positional: list[str] = field(default_factory=list)
    only_positional: int = 0
    star: str = ""
    keywords: list[str] = field(default_factory=list)
    double_star: str = ""
    kind: str = ""
    doc: Any = None
    spans: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    """For each operation: first line, column, last line, column, and the kind of its mark."""
