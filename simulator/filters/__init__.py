"""Programs that read texts and write texts: head, sort, cut, grep, seq and their like.

A build step and a running container have the same ones: a filter is a function from a `Call` to a
status, and knows of files only what it can read.
Sources: POSIX.1-2017, "Utilities"; the GNU coreutils and grep manuals.
"""

from __future__ import annotations

from simulator.filters.call import Call, Filter

__all__ = ["Call", "Filter", "table"]

_cache: dict[str, Filter] = {}


def table() -> dict[str, Filter]:
    """Give all filters by name."""
    if not _cache:
        from simulator.filters import characters, lines, numbers, searching, sorting

        for module in (characters, lines, numbers, searching, sorting):
            _cache.update(module.ALL)
    return _cache
