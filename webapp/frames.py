"""From a view that changes to numbered, idempotent differences of it.

A view is a flat dict of JSON values. Each key has the number of the frame in which it last changed,
so the difference for a client that has frame `base` is every key with a higher number: no old
snapshots are kept, and it does not matter how many frames that client has missed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import orjson

MAX_REQUESTS = 40
REMEMBERED_REQUESTS = 200
REMEMBERED_DROPS = 20_000

Header = dict[str, Any]
"""What every frame says beside its difference: now_us, speed, paused."""


class Frames:
    """The frames of one view. `values` is the view's own dict, read and never changed here."""

    def __init__(self, values: dict[str, Any], first: int) -> None:
        self.values = values
        self.first = first
        """Lowest number that this object has given out; older clients get everything."""
        self.n = first
        self._changed: dict[str, int] = dict.fromkeys(values, first)  # oldest change first
        self._dropped: dict[str, int] = {}
        self._requests: deque[tuple[int, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self._texts: dict[int, str] = {}

    def take(self, changed: list[str], dropped: list[str], requests: list[Any]) -> None:
        """Begin a new frame with these changes."""
        self.n += 1
        self._texts.clear()
        for key in changed:
            self._changed.pop(key, None)
            self._changed[key] = self.n
            self._dropped.pop(key, None)
        for key in dropped:
            self._changed.pop(key, None)
            self._dropped.pop(key, None)
            self._dropped[key] = self.n
        self._requests.extend((self.n, sample) for sample in requests)
        self._forget()

    def text(self, base: int, header: Header) -> str:
        """Give the present frame for a client that has frame `base`, as JSON.

        The text is made once for all clients with the same base.
        """
        if not self.knows(base):
            base = 0
        found = self._texts.get(base)
        if found is None:
            message = {"t": "frame", "n": self.n, "base": base, **header, **self._difference(base)}
            found = self._texts[base] = orjson.dumps(message).decode()
        return found

    def knows(self, base: int) -> bool:
        """Say whether a client with frame `base` can be sent a difference."""
        return self.first <= base <= self.n

    def _difference(self, base: int) -> dict[str, Any]:
        if base == 0:
            return {"put": self.values, "drop": [], "requests": []}
        requests = [sample for n, sample in self._requests if n > base]
        return {
            "put": {key: self.values[key] for key in _newer(self._changed, base)},
            "drop": list(_newer(self._dropped, base)),
            "requests": requests[-MAX_REQUESTS:],
        }

    def _forget(self) -> None:
        """Keep a bounded number of drops; clients from before those get everything."""
        while len(self._dropped) > REMEMBERED_DROPS:
            key = next(iter(self._dropped))
            self.first = max(self.first, self._dropped.pop(key))


def _newer(numbers: dict[str, int], base: int) -> Iterator[str]:
    """Give the keys changed after `base`, newest first; the dict is in order of change."""
    for key in reversed(numbers):
        if numbers[key] <= base:
            return
        yield key
