"""What a server keeps: values of plain data under keys, each a file of its data folder.

A connection's uncommitted changes lie over them: {"base": value when first touched,
"value"}. Values are replaced, never edited, so a savepoint is a copy of the dictionary.

# Simplified: A transaction sees what others have committed at once, and a statement that would wait
for a row that another open transaction has changed fails at once as after a lock timeout.

# Simplified: Rows that SELECT ... FOR UPDATE has locked are passed over by SKIP LOCKED and refused
by NOWAIT; a statement without either does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Overlay = dict[str, dict[str, Any]]


class Store:
    """Keys: "cluster", "counters", "cat/DB", "rows/DB/TABLE".   files: read and write a key."""

    def __init__(
        self, read: Callable[[str], Any], write: Callable[[str, Any], None],
        sessions: dict[str, Any], session: dict[str, Any],
    ) -> None:  # fmt: skip
        self._read, self._write = read, write
        self.sessions, self.session = sessions, session
        self.overlay: Overlay = session.get("overlay") or {}
        self._counters: dict[str, int] | None = None

    def get(self, key: str) -> Any:
        """Give what this connection sees; None when there is nothing."""
        row = self.overlay.get(key)
        return row["value"] if row is not None else self._read(key)

    def put(self, key: str, value: Any) -> None:
        """Change what this connection sees; None removes it."""
        old = self.overlay.get(key)
        base = old["base"] if old is not None else self._read(key)
        self.overlay = {**self.overlay, key: {"base": base, "value": value}}

    @property
    def counters(self) -> dict[str, int]:
        """Numbers that no rollback takes back: of rows, of sequences, of AUTO_INCREMENT."""
        if self._counters is None:
            self._counters = dict(self._read("counters") or {})
        return self._counters

    def count(self, key: str, step: int = 1) -> int:
        """Draw the next number of a counter."""
        value = self.counters.get(key, 0) + step
        self.counters[key] = value
        return value

    def counter(self, key: str) -> int:
        """Give a counter's last number."""
        return self.counters.get(key, 0)

    def set_counter(self, key: str, value: int) -> None:
        """Set a counter."""
        self.counters[key] = value

    def keep_counters(self) -> None:
        """Write the counters, if they have changed."""
        if self._counters is not None and self._counters != (self._read("counters") or {}):
            self._write("counters", self._counters)
        self._counters = None

    def is_locked(self, key: str, row: str) -> bool:
        """Tell whether another open transaction has changed a row."""
        for name, other in self.sessions.items():
            change = (other.get("overlay") or {}).get(key) if name != self.session["id"] else None
            if change is not None and isinstance(change["value"], dict):
                base = change["base"] or {}
                if change["value"].get(row) is not base.get(row):
                    return change["value"].get(row) != base.get(row)
        return False

    def pending(self, key: str) -> list[dict[str, Any]]:
        """Give the rows of a table that other open transactions have added."""
        found = []
        for name, other in self.sessions.items():
            change = (other.get("overlay") or {}).get(key) if name != self.session["id"] else None
            if change is not None and isinstance(change["value"], dict):
                base = change["base"] or {}
                found.append({n: row for n, row in change["value"].items() if n not in base})
        return found

    def commit(self) -> int:
        """Write the changes; answers how many files were written."""
        for key, change in self.overlay.items():
            now, base, value = self._read(key), change["base"], change["value"]
            if (
                now is not base
                and now != base
                and isinstance(value, dict)
                and (key.startswith("rows/") and now is not None)
            ):
                base = base or {}
                changed = {n: row for n, row in value.items() if base.get(n) != row}
                value = {n: row for n, row in {**now, **changed}.items()
                         if n in value or n not in base}  # fmt: skip
            self._write(key, value)
        written = len(self.overlay)
        self.overlay = {}
        return written
