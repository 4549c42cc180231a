"""Programs that the shell starts beside itself, also within `$(...)` and pipes.

Such a part runs at once. When a program in it goes on (it waits for a queue), the step of the
script is given up and done again when the program has ended: `memo` then has what each program of
the step has written and its status, so that none runs twice.

# Simplified: What the shell itself did in a `$(...)` or a pipe before a program there went on is
# done again when that program has ended, and what it writes comes all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lookup import ExecError, LaunchError

if TYPE_CHECKING:
    from ..process import Process


class Suspended(Exception):
    """A program within `$(...)` or a pipe goes on."""

    def __init__(self, pid: int) -> None:
        super().__init__(pid)
        self.pid = pid


class Spawning:
    """The part of the runner that starts programs."""

    p: Process
    state: dict[str, Any]
    captured: list[str] | None
    results: list[list[Any]] | None
    debt_us: int

    def spawn(
        self, argv: list[str], extra: dict[str, str], checked: bool, stdin: str | None = None
    ) -> int | None:
        """Start a program beside the shell; None while it goes on."""
        sink = self.child_sink()
        if self.state.get("exec_last") and self.captured is None:
            self.state["wait"] = ["became"]
            self.p.env.update(extra)
            self.p.row["errors"] = self.child_errors(sink)
            self.p.row["sink"] = sink or self.p.row["sink"]
            self.p.row["piped"] = stdin if stdin is not None else self.p.row.get("piped")
            self.p.become(argv)
            return None
        known = self._remembered()
        if known is not None:
            return known
        if self.captured is not None and sink is None:
            sink = f"capture:{self.p.box['next']}"
            self.p.box.setdefault("captures", {})[sink] = ""
        if stdin is not None:
            self.p.row["piping"] = stdin
        self.p.state["spawning"] = []  # also where a captured part runs on a copy of the state
        old = dict(self.p.env)
        self.p.env.update(extra)
        try:
            pid = self.p.spawn(argv, sink, self.child_errors(sink))
        except (ExecError, LaunchError) as error:
            self.err(f"{self.state['name']}: {error}\n")
            return 126
        finally:
            self.p.env.clear()
            self.p.env.update(old)
            ended = self.p.state.pop("spawning")
        if self.captured is not None:
            return self._collect(pid, [row for row in ended if row[0] == pid])
        if ended:
            return int(ended[0][1])
        self.state["wait"] = ["child", pid, checked]
        return None

    def _remembered(self) -> int | None:
        """Give what the program did when the step was run before; None when it is new."""
        memo = self.state.get("memo") or ()
        if self.captured is None or self.results is None or len(self.results) >= len(memo):
            return None
        text, code = memo[len(self.results)]
        self.results.append([text, code])
        self.captured.append(text)
        return int(code)

    def _collect(self, pid: int, ended: list[list[int]]) -> int:
        """Take what a program within `$(...)` has written; Suspended when it goes on."""
        sink = f"capture:{pid}"
        if not ended and self.results is not None:
            raise Suspended(pid)
        text = self.p.box.get("captures", {}).pop(sink, "")
        assert self.captured is not None
        self.captured.append(text)
        if not ended:
            self.p.programs.kill_process(self.p, pid)
            return 124
        if self.results is not None:
            self.results.append([text, int(ended[0][1])])
        return int(ended[0][1])

    def suspend(self, pid: int) -> None:
        """Wait for a program before the step is run again."""
        self.state.update(memo=self.results, wait=["capture", pid])
        self.debt_us = 0

    def child_sink(self) -> str | None:
        """Give where a child writes when the shell's own output is redirected."""
        sink = self.state["frames"][-1].get("sink")
        if sink is None or not sink.startswith("file:"):
            return "null" if sink == "null" else None
        path = self.p.view.resolve(sink[5:], self.p.cwd)
        if path.startswith("/proc/1/fd/"):
            return f"file:{path}"
        return None if path.startswith(("/dev/", "/proc/")) else f"file:{path}"

    def child_errors(self, sink: str | None) -> str:
        """Give where a child writes its errors; `sink`: where it writes all else."""
        own = str(self.p.row.get("errors") or self.p.row["sink"])
        errors = self.state["frames"][-1].get("errors")
        if errors == "&1":
            return sink or own
        if not errors or not str(errors).startswith("file:"):
            return str(errors or own)
        path = self.p.view.resolve(errors[5:], self.p.cwd)
        return own if path.startswith("/dev/") else f"file:{path}"

    def err(self, text: str) -> None:
        """Write to standard error (see Streams)."""
        raise NotImplementedError
