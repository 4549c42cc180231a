"""What was undone and may be done again: where the lab's head had been before it went back.

Only what is in memory: a lab that has rested, or in which something else was done since, has
nothing to do again. Its old branches are in its log all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lab had got to: the branch, the time on it, and its last entry."""

    branch: int
    at_us: int
    entry: int


class Undone:
    """The places that were left by going back, the latest last."""

    def __init__(self) -> None:
        """Begin with nothing undone."""
        self._places: list[Place] = []

    def leave(self, place: Place) -> None:
        """Note a place that the lab goes back from."""
        self._places.append(place)
        del self._places[:-MOST]

    def take(self) -> Place | None:
        """Take the place that was left last."""
        return self._places.pop() if self._places else None

    def note(self, command: dict[str, Any]) -> None:
        """Forget it all when something new is done; saving a file is not more than writing."""
        if "file" not in command:
            self._places.clear()

    def __len__(self) -> int:
        return len(self._places)
