"""Which function answers which table: file stem -> adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.vectors import compare

Case = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table's adapter.

    answer: the case's `input` -> what we say; with `wants_case` it is given the whole case instead
        (for `name` or `since`).   differs: (expected, actual) -> lines that say what differs.
    """

    answer: Callable[[Any], Answer]
    differs: Callable[[Mapping[str, Any], Answer], list[str]]
    wants_case: bool = False


TABLES: dict[str, Table] = {}


def table(
    *stems: str,
    multisets: tuple[str, ...] = (),
    differs: Callable[[Mapping[str, Any], Answer], list[str]] | None = None,
    wants_case: bool = False,
) -> Callable[[Callable[[Any], Answer]], Callable[[Any], Answer]]:
    """Register the decorated function for the tables named `stems`.

    multisets: keys of `expected` whose lists are compared without regard to order.
    """

    def register(answer: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
        how = differs or (lambda expected, actual: compare.differs(expected, actual, multisets))
        for stem in stems:
            TABLES[stem] = Table(answer, how, wants_case)
        return answer

    return register
