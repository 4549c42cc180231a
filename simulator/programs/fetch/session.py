"""One run of a client of HTTP, and what it asks of the world."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Row = dict[str, Any]
WIDTH = 70
"""Columns of a warning: 79 without "Warning: "."""

MOST_WORDS = 200
"""# Simplified: curl and wget take 200 words in a command line at most."""
TOO_LONG = "{}: Argument list too long\n"


@dataclass(slots=True)
class Target:
    """Where a request goes: connect_us, most_us: how long it may take at most (0: no limit)."""

    host: str
    port: int
    https: bool = False
    insecure: bool = False
    connect_us: int = 0
    most_us: int = 0

    def plain(self) -> Row:
        """Give it as plain data."""
        return asdict(self)


class Asked(Exception):
    """A client wants an answer to `request` (None: that `us` microseconds pass)."""

    def __init__(self, target: Target | None, request: Row | None, us: int = 0) -> None:
        super().__init__()
        self.target = target
        self.request = request
        self.us = us


class Session:
    """What a client may do. memo: what it was told so far, each with "now_us".

    An answer is {"status", "headers", "body", "ip", "connected_us"}, or {"error"}: "dns",
    "refused", "unreachable", "timeout" (no connection within its time, or the system's), "late" (no
    answer within its time), "reset", "empty" (the server hung up), "tls" or "certificate".
    version: the client's; newer: it is 8.10 or later, whose words differ. terminal: its output is
    one.
    """

    version = "8.5.0"
    newer = False
    terminal = True

    def __init__(self, memo: list[Row], begun_us: int) -> None:
        self.memo = memo
        self.begun_us = self.now_us = begun_us
        self.chunks: list[tuple[str, str]] = []
        self._at = 0

    def ask(self, target: Target, request: Row) -> Row:
        """Send a request and wait for the answer."""
        return self._next(target, request, 0)

    def sleep(self, us: int) -> None:
        """Let time pass."""
        self._next(None, None, us)

    def _next(self, target: Target | None, request: Row | None, us: int) -> Row:
        if self._at >= len(self.memo):
            raise Asked(target, request, us)
        row = self.memo[self._at]
        self._at += 1
        self.now_us = int(row["now_us"])
        return row

    def out(self, text: str) -> None:
        """Write to standard output."""
        if text:
            self.chunks.append(("out", text))

    def err(self, text: str) -> None:
        """Write to standard error."""
        if text:
            self.chunks.append(("err", text))

    def warn(self, text: str) -> None:
        """Print a warning, broken into lines as curl does."""
        while len(text) > WIDTH:
            cut = text.rfind(" ", 0, WIDTH) + 1 or WIDTH
            self.err(f"Warning: {text[:cut]}\n")
            text = text[cut:]
        self.err(f"Warning: {text}\n")

    def news(self, shown: int) -> tuple[list[tuple[str, str]], int]:
        """Give what was written beyond `shown` characters, and how many there are now."""
        fresh, total = [], 0
        for stream, text in self.chunks:
            beyond = text[max(0, shown - total) :]
            total += len(text)
            if beyond:
                fresh.append((stream, beyond))
        return fresh, max(total, shown)

    # What a place has of its own

    def about(self) -> str:
        """Give what `curl --version` prints."""
        return f"curl {self.version}\n"

    def stdin(self) -> str:
        """Give standard input."""
        return ""

    def read(self, path: str) -> str | None:
        """Give a file's text, or None."""
        return None

    def write(self, path: str, text: str, answer: Row | None = None) -> str | None:
        """Write a file; answers what is wrong, or None. answer: whose body the text is."""
        return None

    def stamp(self) -> int:
        """Give the seconds since 1970, for cookies."""
        return 0
