"""What a program of the terminal is, and the call it is given to work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.engine import Engine

RUNNING = None
"""What `start` and `step` answer while a program has not ended."""


@dataclass(slots=True)
class Call:
    """One run of a program. `state` is all it may remember between two steps.

    Write with `out` and `err`; take time by answering RUNNING after `wake_after` or `watch`.
    tty: all that it writes goes to a terminal; out_tty: at least standard output does.
    """

    engine: Engine
    argv: list[str]
    machine: str
    cwd: str
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    entry: int | None = None
    tty: bool = True
    out_tty: bool = True
    columns: int = 120
    state: dict[str, Any] = field(default_factory=dict)
    chunks: list[tuple[str, str]] = field(default_factory=list)
    screen_text: str | None = None
    wake_us: int | None = None
    watches: list[list[str]] = field(default_factory=list)
    stdin_tty: bool = True
    reads: str | None = None
    new_cwd: str | None = None
    new_machine: str | None = None

    def out(self, text: str) -> None:
        """Write to standard output."""
        if text:
            self.chunks.append(("out", text))

    def err(self, text: str) -> None:
        """Write to standard error."""
        if text:
            self.chunks.append(("err", text))

    def screen(self, text: str) -> None:
        """Replace what this run has shown so far (progress that redraws itself)."""
        self.screen_text = text

    def read_typed(self, how: str = "line") -> None:
        """Take what is typed while this runs: by `Program.typed`.

        "line": whole lines, shown as they are typed, Ctrl-C interrupts; "hidden": the same, but
        not shown; "raw": every key as it is, as a terminal within a container wants it.
        """
        self.reads = how

    def wake_after(self, delay_us: int) -> None:
        """Be stepped again after so many microseconds."""
        self.wake_us = delay_us if self.wake_us is None else min(self.wake_us, delay_us)

    def watch(self, kind: str, namespace: str = "", name: str = "") -> None:
        """Be stepped again whenever such an object changes ("" = any)."""
        if [kind, namespace, name] not in self.watches:
            self.watches.append([kind, namespace, name])


class Program:
    """A program by name. Subclass, set `names`, write `start`; `step` if it takes time."""

    names: tuple[str, ...] = ()

    def is_read(self, argv: list[str]) -> bool:
        """Say whether this call changes nothing and ends at once: then it is never logged."""
        return False

    def start(self, call: Call) -> int | None:
        """Run; answer the exit code, or RUNNING."""
        raise NotImplementedError

    def step(self, call: Call) -> int | None:
        """Go on after a wake; answer the exit code, or RUNNING."""
        raise NotImplementedError

    def interrupt(self, call: Call) -> int | None:
        """End on Ctrl-C; answer the exit code (128 + SIGINT), or RUNNING to end in good order."""
        return 130

    def typed(self, call: Call, text: str) -> int | None:
        """Take what was typed, "" for its end; answer the exit code, or RUNNING."""
        return RUNNING

    def complete(self, engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
        """Give what the last of `words` could become on Tab."""
        return []
