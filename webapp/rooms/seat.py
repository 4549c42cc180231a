"""One viewer of a room: what it has been sent and what it has acknowledged."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

Send = Callable[[str], Awaitable[None]]
Close = Callable[[int], Awaitable[None]]
Printed = dict[str, Any]
"""What a line has written, see `Lab.terminal`."""

GOING_DOWN, TOO_SLOW, FULL = 4012, 4013, 4014
"""Close codes after which a page connects again; those from 4400 on are for good."""

IN_FLIGHT = 2
"""Frames that may be under way to a viewer; what changes meanwhile is sent as one later."""
PATIENCE_S = 60.0
"""Real seconds after which a viewer that does not acknowledge is sent away."""


class Seat:
    """A viewer's end of a room. `send` and `close` are its socket's."""

    def __init__(self, send: Send, close: Close) -> None:
        self.send = send
        self.close = close
        self.ready = False
        """True once the viewer has said hello."""
        self.acknowledged = 0
        self._under_way: list[int] = []
        self._since = time.monotonic()
        self._printed: dict[int, int] = {}  # entry: characters sent; -1: all, it has ended
        self._redrawn: dict[int, None] = {}  # entries whose last message replaced everything
        self._reading: dict[int, str | None] = {}  # how entries read what is typed, as told last

    def greet(self, last: int) -> None:
        """Begin again with a viewer that has frame `last`."""
        self.ready = True
        self.acknowledged = last
        self._under_way.clear()
        self._printed.clear()
        self._redrawn.clear()
        self._reading.clear()

    def acknowledge(self, n: int) -> None:
        """Note that the viewer has taken frame `n`."""
        if n in self._under_way:
            self.acknowledged = n
            self._under_way = [one for one in self._under_way if one > n]
            self._since = time.monotonic()

    @property
    def newest(self) -> int:
        """Number of the last frame that was sent, or with which the viewer came."""
        return self._under_way[-1] if self._under_way else self.acknowledged

    def may_send(self, n: int) -> bool:
        """Say whether frame `n` is news to the viewer and not too many are under way."""
        return self.ready and n != self.newest and len(self._under_way) < IN_FLIGHT

    def sent(self, n: int) -> None:
        """Note that frame `n` is under way."""
        if not self._under_way:
            self._since = time.monotonic()
        self._under_way.append(n)

    def is_lost(self) -> bool:
        """Say whether the viewer has left frames unanswered for too long."""
        return bool(self._under_way) and time.monotonic() - self._since > PATIENCE_S

    def answered(self, entry: int, characters: int, ended: bool) -> None:
        """Note that the answer to a command held the line's first characters."""
        self._printed[entry] = -1 if ended else characters
        if not ended:
            self._reading.setdefault(entry, None)

    def output(self, entry: int, now: Printed) -> str | None:
        """Give the message with what the viewer has not got of a line's output, or None."""
        before = self._printed.get(entry, 0)
        if before == -1:
            return None
        message = {"t": "output", "entry": entry, "exit_code": now["exit_code"]}
        # One who comes back may know of a prompt that a killed server has yet to come to again.
        news = self._reading.get(entry, "") != now["reads"]
        reads = self._reading[entry] = now["reads"]
        if reads is not None:
            message["reads"] = reads
        message |= {key: now[key] for key in ("cwd", "machine") if now[key] is not None}
        total = now["dropped"] + len(now["text"])
        if now["screen"] or entry in self._redrawn:
            message["screen"] = now["text"] + now["screen"]
            self._redrawn[entry] = None
            if not now["screen"]:
                del self._redrawn[entry]
        else:
            start = max(before, now["dropped"])
            message["offset"] = start
            message["text"] = now["text"][start - now["dropped"] :]
            if not message["text"] and now["exit_code"] is None and not news:
                return None
        self._printed[entry] = total if now["exit_code"] is None else -1
        if now["exit_code"] is not None:
            self._reading.pop(entry)
        return orjson.dumps(message).decode()
