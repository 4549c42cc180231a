"""Progress as compose shows it: one line a thing, `[+] Running 2/3`, drawn again as things change.

Through a pipe every change is a line of its own. Source: docker/compose pkg/progress.
"""

from __future__ import annotations

from typing import Any

from simulator.timing import MS

from .context import Context

WORKING, DONE, WARNING, ERROR = "working", "done", "warning", "error"
REDRAW_US = 100 * MS
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
MARKS = {DONE: "✔", WARNING: "!", ERROR: "✘"}


class Board:
    """The lines of one operation; kept as plain data in the command's state."""

    def __init__(self, c: Context, heading: str = "Running", key: str = "board") -> None:
        self._c = c
        self._state: dict[str, Any] = c.state.setdefault(key, {"heading": heading, "rows": {}})

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The lines by the thing they are about."""
        return self._state["rows"]  # type: ignore[no-any-return]

    def event(self, thing: str, status: str, word: str, text: str = "", parent: str = "") -> None:
        """Say what a thing is doing, or that it is done."""
        now = self._c.engine.now_us
        row = self.rows.setdefault(thing, {"startUs": now, "status": "", "word": "", "text": ""})
        is_news = (row["status"], row["word"], row["text"]) != (status, word, text)
        if status == WORKING:
            row["endUs"] = None
        elif row["status"] != status or row.get("endUs") is None:
            row["endUs"] = now
        row.update(status=status, word=word, text=text, parent=parent)
        if is_news and not self._c.fancy and not self._c.quiet:
            self._c.err(f" {thing} {text} {word}\n")

    def draw(self) -> None:
        """Show the lines as they stand, and come back while anything is at work."""
        if not self._c.fancy or self._c.quiet or not self.rows:
            return
        self._c.call.screen(self.text())
        if any(row["status"] == WORKING for row in self.rows.values()):
            self._c.call.wake_after(REDRAW_US)

    def finish(self) -> None:
        """Leave the lines standing."""
        if not self._c.fancy or self._c.quiet:
            return
        if self.rows:
            self._c.call.screen("")
            self._c.err(self.text())
        self.rows.clear()

    def text(self) -> str:
        """Lay out the lines."""
        rows = self.rows
        done = sum(1 for row in rows.values() if row["status"] == DONE)
        widest = max(len(f"{thing} {row['text']}") for thing, row in rows.items())
        lines = [f"[+] {self._state['heading']} {done}/{len(rows)}"]
        for thing, row in rows.items():
            if not row["parent"]:
                lines.append(self._line(thing, row, widest, ""))
                lines += [
                    self._line(child, inner, widest, "  ")
                    for child, inner in rows.items()
                    if inner["parent"] == thing
                ]
        return "\n".join(lines) + "\n"

    def _line(self, thing: str, row: dict[str, Any], widest: int, indent: str) -> str:
        now = self._c.engine.now_us
        took = ((row["endUs"] if row["endUs"] is not None else now) - row["startUs"]) / 1e6
        frame = (now // REDRAW_US) % len(SPINNER)
        mark = MARKS.get(row["status"], SPINNER[frame])
        name = f"{thing} {row['text']}"
        word, room = row["word"], self._c.call.columns - len(name) - widest - 15
        if 0 < room < len(word):
            word = word[:room] + "..."
        left = f"{indent} {mark} {name}{' ' * (widest - len(name))} {word}"
        if row["text"] and not row["word"]:
            left = f"{indent} {mark} {name}"
        timer = f"{took:.1f}s "
        return left + " " * max(1, self._c.call.columns - len(left) - len(timer)) + timer
