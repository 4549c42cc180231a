"""Programs that the shell runs: at once, in its place, or beside itself, also within `$(...)`.

A `$(...)` or a pipe runs at once. When a program in it goes on (it waits for a queue), the step of
the script is given up and done again when the program has ended: `memo` then has what each program
of the step has written and its status, so that none runs twice.

# Simplified: What the shell itself did in a `$(...)` or a pipe before a program there went on is
# done again when that program has ended, and what it writes comes all at once.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from simulator.shell import complaints

from ..families.listener import listens
from ..lookup import ExecError, LaunchError, find_program
from ..utilities import Context, NeedsInput, NeedsProcess, Wait, is_utility, run_utility
from ..wrappers import removed, unwrapped
from . import refusals
from .frames import Exit

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
    outer: Any
    source: str
    line: int
    commands: int

    def external(
        self, argv: list[str], extra: dict[str, str], stdin: str | None, checked: bool
    ) -> int | None:
        """Run a program of the container; None while it goes on."""
        env = {**self.p.env, **extra}
        path = find_program(self.p.view, argv[0], env, self.p.cwd)
        what, code = refusals.not_runnable(self.p, self.state, argv[0], path)
        if path is None or what:
            self.err(f"{complaints.where(self.state, self.line)}{argv[0]}: {what}\n")
            return code
        inner = unwrapped(argv)
        is_plain = is_utility(self.p.view, path, argv[0]) and not listens(argv)
        timed = posixpath.basename(argv[0]) == "timeout"
        if inner and timed and not self._takes_utility(inner[0], env):
            return self.spawn(argv, extra, checked, stdin)
        if inner and not (is_plain and timed):
            kept, gone = dict(self.p.env), removed(argv, env)
            for name in gone:
                self.p.env.pop(name, None)
            extra = {name: value for name, value in extra.items() if name not in gone}
            try:
                return self.external(inner[0], {**extra, **inner[1]}, stdin, checked)
            finally:
                self.p.env.update(kept)
        if is_plain:
            context = Context(self.p, argv, stdin, self.out, self.err, env, self.is_typed(stdin))
            context.terminal, context.may_spawn = self._shows(), True
            try:
                result = run_utility(context)
            except NeedsProcess:
                return self.spawn(argv, extra, checked, stdin)
            except NeedsInput:  # a process of its own, which the terminal's keys reach
                return self.spawn(argv, extra, checked)
            if context.has_read and stdin and (self.source or stdin is self.input()):
                self.consume("")
            return self.sleep(result, checked) if isinstance(result, Wait) else result
        wrong = refusals.not_loadable(self.p, self.state, path, argv)
        if wrong is not None:
            self.err(wrong[0].format(head=complaints.where(self.state, self.line), name=argv[0]))
            return wrong[1]
        return self.spawn(refusals.as_script(self.p, path, argv), extra, checked, stdin)

    def _shows(self) -> bool:
        """Tell whether what a command writes is shown on a terminal."""
        sink = self.state["frames"][-1].get("sink") if self.state["frames"] else None
        return self.captured is None and sink is None and self.p.on_terminal

    def _takes_utility(self, inner: list[str], env: dict[str, str]) -> bool:
        """Tell whether a command is a utility, which `timeout` holds to its time without more."""
        path = find_program(self.p.view, inner[0], env, self.p.cwd)
        return path is not None and is_utility(self.p.view, path, inner[0])

    def spawn(
        self, argv: list[str], extra: dict[str, str], checked: bool, stdin: str | None = None
    ) -> int | None:
        """Start a program beside the shell; None while it goes on."""
        sink = self.child_sink()
        if self.state.get("exec_last") and self.captured is None:
            self.state["wait"] = ["became"]
            self.p.env.update(extra)
            self.p.row["errors"] = self.child_errors(None)
            self.p.row["sink"] = sink or self.p.row["sink"]
            self.p.row["piped"] = stdin if stdin is not None else self.p.row.get("piped")
            self.p.become(argv)
            return None
        known = self._remembered()
        if known is not None:
            return known
        own = f"capture:{self.p.box['next']}" if self.captured is not None else None
        if own and (sink is None or self.frame().get("errors") == "out"):
            self.p.box.setdefault("captures", {})[own] = ""
        if stdin is not None:
            self.p.row["piping"] = stdin
        self.p.state["spawning"] = []  # also where a captured part runs on a copy of the state
        old = dict(self.p.env)
        self.p.env.update(extra)
        try:
            pid = self.p.spawn(argv, sink or own, self.child_errors(own))
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

    def background(self, block: int) -> None:
        """Start `command &`: a child shell that runs the block on its own."""
        self.commands += 1
        text = {**self.part(), "block": block}
        self.state["spawning"] = []
        try:
            pid = self.p.programs.fork_shell(self.p, text, self.state)
        except ExecError:
            self.err(complaints.cannot_fork(self.state, self.line))
            raise Exit(2) from None
        finally:
            ended = self.state.pop("spawning")
        codes = self.state.setdefault("ended", {})
        codes.update({str(one): code for one, code in ended})
        self.state["background"].append(pid)
        self.state["status"] = 0

    def suspend(self, pid: int) -> None:
        """Wait for a program before the step is run again."""
        self.state.update(memo=self.results, wait=["capture", pid])
        self.debt_us = 0

    def child_sink(self) -> str | None:
        """Give where a child writes when the shell's own output is redirected."""
        sink = self.frame().get("sink")
        if sink is None or not sink.startswith("file:"):
            return "null" if sink == "null" else None
        path = self.p.view.resolve(sink[5:], self.p.cwd)
        if path.startswith("/proc/1/fd/"):
            return f"file:{path}"
        return None if path.startswith(("/dev/", "/proc/")) else f"file:{path}"

    def child_errors(self, capture: str | None) -> str:
        """Give where a child writes its errors; capture: where its output goes in `$(...)`."""
        errors = self.frame().get("errors") or "err"
        if errors == "out":
            return capture or str(self.p.row["sink"])
        if errors == "err" and self.outer is not None:
            return str(self.outer.child_errors(None))
        own = str(self.p.row.get("errors") or self.p.row["sink"])
        if not errors.startswith("file:"):
            return "null" if errors == "null" else own
        path = self.p.view.resolve(errors[5:], self.p.cwd)
        return own if path.startswith("/dev/") else f"file:{path}"

    if TYPE_CHECKING:  # of the runner's other parts

        def consume(self, rest: str) -> None: ...
        def err(self, text: str) -> None: ...
        def frame(self) -> dict[str, Any]: ...
        def input(self) -> str | None: ...
        def is_typed(self, stdin: str | None) -> bool: ...
        def out(self, text: str) -> None: ...
        def part(self) -> dict[str, Any]: ...
        def sleep(self, wait: Wait, checked: bool) -> int | None: ...
