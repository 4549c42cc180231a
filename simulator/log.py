"""The command log: entries on a tree of branches with one head; nothing is ever deleted.

The log's JSON form is the only thing that has to be kept of a lab:
{"drydock": 1, "engine": "2", "scenario": {...}, "seed": 7, "now_us": 0, "head": 0,
 "branches": [{"id": 0, "parent": null, "after": 0, "at_us": 0}],
 "entries": [{"branch": 0, "n": 1, "at_us": 0, "command": {...}}]}
A branch begins after entry `after` of its parent, at `at_us`; its own entries count on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .errors import BadLog

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One logged command. `n` counts from 1 along its branch's whole path."""

    n: int
    at_us: int
    command: dict[str, Any]
    branch: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give the entry as it stands in a log."""
        return {"branch": self.branch, "n": self.n, "at_us": self.at_us, "command": self.command}


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of entries that leaves its parent after entry `after`, at `at_us`."""

    id: int
    parent: int | None
    after: int
    at_us: int

    def to_json(self) -> dict[str, Any]:
        """Give the branch as it stands in a log."""
        return {"id": self.id, "parent": self.parent, "after": self.after, "at_us": self.at_us}


@dataclass(slots=True)
class Log:
    """All branches of one lab and the entries on them."""

    branches: list[Branch] = field(default_factory=lambda: [Branch(0, None, 0, 0)])
    entries: list[Entry] = field(default_factory=list)
    head: int = 0

    def path(self, branch: int | None = None) -> list[Entry]:
        """Give the entries from the root to a branch's tip (the head's), in order."""
        limits: dict[int, int | None] = {}
        at: int | None = self.head if branch is None else branch
        limit: int | None = None
        while at is not None:
            limits[at] = limit
            one = self.branches[at]
            limit = one.after if limit is None else min(limit, one.after)
            at = one.parent
        found = [
            entry
            for entry in self.entries
            if entry.branch in limits
            and (limits[entry.branch] is None or entry.n <= limits[entry.branch])  # type: ignore[operator]
        ]
        return sorted(found, key=lambda entry: entry.n)

    def append(self, entry: Entry) -> None:
        """Add an entry to its branch."""
        self.entries.append(entry)

    def grow(self, after: int, at_us: int, of: int | None = None) -> Branch:
        """Begin a new branch of the head, or of another branch, and move the head there."""
        parent = self.head if of is None else of
        while (one := self.branches[parent]).parent is not None and after <= one.after:
            parent = one.parent
            if at_us >= one.at_us:
                break
        branch = Branch(len(self.branches), parent, after, at_us)
        self.branches.append(branch)
        self.head = branch.id
        return branch

    def to_json(self) -> dict[str, Any]:
        """Give branches, entries and head as plain data."""
        return {
            "head": self.head,
            "branches": [branch.to_json() for branch in self.branches],
            "entries": [entry.to_json() for entry in self.entries],
        }

    @classmethod
    def from_json(cls, data: Any) -> Log:
        """Read what `to_json` gave; raises BadLog in plain words."""
        try:
            branches = [
                Branch(int(b["id"]), b["parent"], int(b["after"]), int(b["at_us"]))
                for b in data.get("branches") or [{"id": 0, "parent": None, "after": 0, "at_us": 0}]
            ]
            entries = [
                Entry(int(e["n"]), int(e["at_us"]), dict(e["command"]), int(e.get("branch", 0)))
                for e in data.get("entries") or []
            ]
            head = int(data.get("head", 0))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadLog(f"not a lab's log: {error!r}") from error
        if [b.id for b in branches] != list(range(len(branches))) or head >= len(branches):
            raise BadLog("not a lab's log: its branches are not numbered 0, 1, 2 ...")
        log = cls(branches, entries, head)
        path = log.path()
        if [e.n for e in path] != list(range(1, len(path) + 1)):
            raise BadLog("not a lab's log: entries of the head are missing or out of order")
        if any(a.at_us > b.at_us for a, b in pairwise(path)):
            raise BadLog("not a lab's log: time runs backwards in it")
        return log
