"""Marks on the timeline: what was done, what went wrong, and when the cluster noticed.

Table "marks": {number: {"at_us", "text", "kind": "command" | "fault" | "state"}}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.commands import kind_of
from simulator.log import Entry
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

KEEP = 200
MAX_TEXT = 40


class Marks:
    """Notes commands as they are applied, and changes of nodes as they are seen."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: dict[str, Any] = engine.table("marks")
        self.state.setdefault("n", 0)
        self.state.setdefault("rows", {})
        engine.store.watch("Node", self._node)

    def add(self, text: str, kind: str) -> None:
        """Put a mark at this instant."""
        self.state["n"] += 1
        rows = self.state["rows"]
        short = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
        rows[str(self.state["n"])] = {"at_us": self._engine.now_us, "text": short, "kind": kind}
        for old in list(rows)[: max(0, len(rows) - KEEP)]:
            del rows[old]
        self._engine.touch("marks")

    def command(self, entry: Entry) -> None:
        """Mark a command that was just applied."""
        kind = kind_of(entry.command)
        value = entry.command[kind]
        if kind == "terminal":
            self.add(value.strip(), "command")
        elif kind == "fault":
            self.add(f"{value.get('kind')} {value.get('target') or ''}".strip(), "fault")
        elif kind == "traffic":
            self.add(f"traffic {value.get('rps', '')}/s", "command")
        elif kind == "vm":
            self.add(f"{value.get('action') or 'start'} {value.get('name') or 'vm'}", "command")

    def _node(self, change: str, node: Object, old: Object | None) -> None:
        if change != "MODIFIED" or old is None or self._engine.now_us == 0:
            return
        now, before = _ready(node), _ready(old)
        if now != before:
            word = "Ready" if now == "True" else "NotReady"
            self.add(f"{node['metadata']['name']} {word}", "state")


def _ready(node: Object) -> str:
    for condition in get(node, "status", "conditions") or ():
        if condition["type"] == "Ready":
            return str(condition["status"])
    return "Unknown"
