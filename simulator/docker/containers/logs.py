"""What containers wrote: the json-file log, as rows [at_us, stream, text] a container.

A row is a line with its newline; the last one may not have ended yet.

# Simplified: Of a container's log the last 2,000 lines are kept, as if max-size were set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.engine import Engine

MAX_LINES = 2000

Lines = list[list[Any]]


class Logs:
    """Table "docker.logs": {container id: {"lines": rows, "written": characters ever written}}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = engine.table("docker.logs")
        self._following: dict[str, str] = engine.table("docker.following")
        engine.calendar.on("docker.log_news", self._news)

    def write(self, container: str, stream: str, text: str) -> None:
        """Append text; each line becomes a row, its newline included."""
        log = self._table.setdefault(container, {"lines": [], "written": 0})
        log["written"] += len(text)
        lines: Lines = log["lines"]
        now_us = self._engine.now_us
        for line in text.splitlines(keepends=True)[-MAX_LINES - 1 :]:  # older ones would go at once
            if lines and lines[-1][1] == stream and not lines[-1][2].endswith("\n"):
                lines[-1][2] += line
            else:
                lines.append([now_us, stream, line])
        extra = len(lines) - MAX_LINES
        if extra > 0:
            del lines[:extra]
        self._engine.touch("docker.logs")
        if container in self._following:
            self._engine.calendar.after(0, "docker.log_news", container)

    def follow(self, machine: str, container: str) -> None:
        """Have the store object `LogFollow` change whenever there is news; for `logs -f`."""
        if container not in self._following:
            self._following[container] = machine
            self._engine.store.create(
                {
                    "apiVersion": "docker/v1",
                    "kind": "LogFollow",
                    "metadata": {"name": container, "namespace": machine},
                    "lines": self.position(container),
                }
            )

    def unfollow(self, machine: str, container: str) -> None:
        """Let go of a log that nobody looks at any more.

        Others who still look are woken by this, and follow again.
        """
        if self._following.pop(container, None) is not None:
            self._engine.store.delete("LogFollow", machine, container)

    def _news(self, container: str) -> None:
        machine = self._following.get(container)
        if machine is not None:
            count = self.position(container)
            self._engine.store.change(
                "LogFollow", machine, container, lambda row: row.update(lines=count)
            )

    def read(self, container: str, tail: int | None = None, since_us: int | None = None) -> Lines:
        """Give the rows, the last `tail` of them, or those from a time on."""
        lines: Lines = self._table.get(container, {}).get("lines", [])
        if since_us is not None:
            lines = [row for row in lines if row[0] >= since_us]
        if tail is not None:
            lines = lines[max(0, len(lines) - tail) :]
        return list(lines)

    def position(self, container: str) -> int:
        """Count the characters ever written; `after` gives what is beyond such a count."""
        log = self._table.get(container)
        return 0 if log is None else int(log["written"])

    def after(self, container: str, position: int) -> Lines:
        """Give what was written since a position: rows, the first of them perhaps in part."""
        log = self._table.get(container)
        left = 0 if log is None else log["written"] - position
        found: Lines = []
        for at_us, stream, text in reversed(log["lines"] if log is not None else []):
            if left <= 0:
                break
            found.append([at_us, stream, text[-left:] if left < len(text) else text])
            left -= len(text)
        return found[::-1]

    def forget(self, container: str) -> None:
        """Drop a container's log; it is removed."""
        self._table.pop(container, None)
        machine = self._following.get(container)
        if machine is not None:
            self.unfollow(machine, container)
