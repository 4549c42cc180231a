"""What a room has answered: kept for retries, and made whole once a line has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from simulator import Entry, Lab

from . import keyframes

Result = dict[str, Any]
REMEMBERED_KEYS = 1_000


class Replies:
    """The answers to commands with a key of their own, and who waits for a line to end."""

    def __init__(self, lab: Lab, kept: keyframes.Answers | None = None) -> None:
        self._lab = lab
        self.by_key: keyframes.Answers = dict(kept or {})
        self._ends: dict[int, asyncio.Future[bool]] = {}

    @property
    def is_awaited(self) -> bool:
        """Say whether somebody waits for a line to end."""
        return bool(self._ends)

    def remember(self, entry: Entry, result: Result) -> None:
        """Keep the answer to a command that had a key of its own, for a retry."""
        key = entry.command.get("key")
        if key:
            self.by_key[key] = result
            while len(self.by_key) > REMEMBERED_KEYS:
                del self.by_key[next(iter(self.by_key))]

    def again(self, first: Result) -> Result:
        """Give the answer to a retried command: the first one, with the output it has by now."""
        line = None if first.get("undone") else self._lab.terminal(first["entry"])
        if line is None:
            return first
        again = {**first, "output": line["text"] + line["screen"], "exit_code": line["exit_code"]}
        again.pop("reads", None)
        more = {key: line[key] for key in ("reads", "cwd", "machine") if line[key] is not None}
        return {**again, **more}

    async def whole(self, first: Result, wait_s: float) -> Result:
        """Wait some real seconds for a line's end; answers what is known then."""
        loop = asyncio.get_running_loop()
        end = self._ends.setdefault(first["entry"], loop.create_future())
        if wait_s > 0:
            await asyncio.wait([end], timeout=wait_s)
        if end.done() and not end.result():
            return {**first, "undone": True}
        return self.again(first)

    def notice(self, ended: Iterable[int]) -> None:
        """Wake who waits for these lines, and for lines that stand at a prompt."""
        for entry in ended:
            self._end(entry, True)
        for entry in list(self._ends):
            line = self._lab.terminal(entry)
            if line is not None and line["reads"] is not None:
                self._end(entry, True)

    def before_going_back(self) -> keyframes.Answers:
        """Give all answers with the output they have by now, while it is still there."""
        return {key: self.again(result) for key, result in self.by_key.items()}

    def after_going_back(self, answers: keyframes.Answers) -> None:
        """What was answered stays so, but its entries are on another branch."""
        kept = self._lab.entries
        for key, result in answers.items():
            is_gone = (result.get("entry") or 0) > kept
            self.by_key[key] = {**result, "undone": True} if is_gone else result
        for entry in [entry for entry in self._ends if entry > kept]:
            self._end(entry, False)

    def let_all_go(self) -> None:
        """Nobody waits any more."""
        for entry in list(self._ends):
            self._end(entry, True)

    def _end(self, entry: int, is_real: bool) -> None:
        """Wake who waits for a line: it has ended, or the lab went back to before it."""
        end = self._ends.pop(entry, None)
        if end is not None and not end.done():
            end.set_result(is_real)
