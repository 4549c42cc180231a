"""Runs a compiled script. All that a running script is stands in `state`, plain data:

frames (see Frames), vars, arrays, integers, constants, status, options, functions, traps, wait
(what it waits for), background.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import globs
from simulator.docker.tree import TreeError
from simulator.shell import complaints, tracing
from simulator.shell.arrays import assign, declare_arrays
from simulator.shell.expand import (
    ExpansionError,
    arithmetic,
    expand,
    expand_pattern,
    expand_text,
)
from simulator.shell.globbing import matching
from simulator.timing import MS

from ..process import Process
from ..utilities import Wait
from . import builtins
from .compiler import compile_script
from .frames import Exit, Frames
from .pipes import Pipes
from .spawning import Spawning, Suspended
from .streams import BadDescriptor, Streams, Unreadable
from .variables import ContainerVariables

STEPS_AT_ONCE = 400
STEP_US = MS
"""What one simple command costs beyond its own waiting (assumed: fork and exec)."""
MAX_CAPTURED_STEPS = 20_000
"""Steps that `$(...)`, pipes and what they hold may do before the script goes on."""
LEAST_STEP_US = 250
"""What every step costs at least (assumed), so that no script holds the lab up."""
FILES_PER_STEP = 4
CHARS_PER_STEP = 200
"""Characters that are written in the time of one step."""
ITEMS_PER_STEP = 20
"""Words of a command or elements of an array that are worked on in the time of one step."""

State = dict[str, Any]


class Runner(Streams, Frames, Pipes, Spawning, ContainerVariables):
    """One run of the interpreter over a state; `captured` collects output instead of a sink."""

    own_commands = builtins.BUILTINS

    def __init__(
        self,
        p: Process,
        state: State,
        captured: list[str] | None = None,
        outer: Runner | None = None,
    ) -> None:
        """Make a runner; outer: the one in which it captures."""
        self.p = p
        self.state = state
        self.captured = captured
        self.outer = outer
        self.source = ""
        self.effort = [0, 0] if outer is None else [outer.effort[0], outer.effort[1] + 1]
        """[steps done, how many runners it stands in]."""
        self.debt_us = 0
        self.stdin: str | None = None
        self.followed: dict[str, int] | None = None
        self.results: list[list[Any]] | None = None
        self.commands = 0
        self.substitutions = 0
        self.globs: dict[str, list[str]] = {}
        self.level = 0
        """How many `$(...)` it stands in."""
        self.line = 1
        """Line of the script that runs."""
        self.left = False
        """True when the script asked to end (`exit`, `set -e`)."""

    # Scope, for expansions

    def args(self) -> list[str]:
        """Give the positional parameters of the function or script that runs."""
        return self.state["frames"][-1]["args"] if self.state["frames"] else []

    def option(self, name: str) -> bool:
        """Tell whether an option is on, or whether the shell is "bash" or "dash"."""
        return name in self.state["options"] or name == self.state.get("kind") == "dash"

    def out(self, text: str) -> None:
        """Write to standard output, which takes its time."""
        self.effort[0] += len(text) // CHARS_PER_STEP
        super().out(text)

    def set_array(self, name: str, items: dict[str, str], is_map: bool = False) -> None:
        """Set a whole array; that is work for each of its elements."""
        self.effort[0] += len(items) // ITEMS_PER_STEP
        super().set_array(name, items, is_map)

    def glob(self, pattern: str) -> list[str]:
        """Give the files that match a pattern; a pattern is matched once in a command."""
        if self.option("f"):
            return []
        found = self.globs.get(pattern)
        if found is None:
            found = matching(self.p.view, pattern, self.p.cwd, self._look)
            self.globs[pattern] = found
        return found

    def _look(self, files: int) -> None:
        """Count the search of so many files as steps."""
        self.effort[0] += files // FILES_PER_STEP

    # Running

    def run(self, resumed: tuple[int, bool] | None = None) -> int | None:
        """Go on until the script ends (answers its code) or waits (None).

        resumed: how the command ended for which the script has waited, and whether `set -e` minds.
        """
        if self.state["wait"] == "steps":
            self.p.row["cpu"] = 0.0
        self.state["wait"] = None
        try:
            if resumed is not None:
                self._guarded(lambda: self.finish(*resumed))
            while self.state["frames"]:
                if self.state["wait"] is not None:
                    return None
                if self._is_tired():
                    return 1 if self.captured is not None else None
                self._guarded(self._step)
        except Exit as end:
            self.left = True
            return end.code
        except ExpansionError as error:
            return self.expansion_failed(error)
        if self.state["wait"] is not None:
            return None
        return int(self.state["status"])

    def _is_tired(self) -> bool:
        """Count a step; tell whether there have been so many that time must pass."""
        effort = self.effort
        effort[0] += 1
        if self.captured is None and effort[0] > STEPS_AT_ONCE:
            self.state["wait"] = "steps"
            self.p.row["cpu"] = 1.0
            self.p.wake(max(self.commands * STEP_US, effort[0] * LEAST_STEP_US))
            return True
        return effort[0] > MAX_CAPTURED_STEPS

    def _guarded(self, act: Callable[[], None]) -> None:
        """Take a step; what ends there a subshell, a redirection or the step itself is minded."""
        top = self.captured is None
        frame, depth = self.frame(), len(self.state["frames"])
        at = frame.get("pc", 0)
        try:
            try:
                self.results = [] if top else self.results
                act()
                if top:
                    self.state.pop("memo", None)
            except Suspended as waiting:
                if not top:
                    raise
                del self.state["frames"][depth:]
                frame["pc"] = at
                self.suspend(waiting.pid)
            except TreeError as error:  # a redirection that the kernel refuses
                self.refused(error, True)
        except (Exit, ExpansionError) as end:
            self.ended(end)

    def _step(self) -> None:
        frame = self.state["frames"][-1]
        step = compile_script(frame["text"])[frame["block"]][frame["pc"]]
        frame["pc"] += 1
        kind, status = step[0], self.state["status"]
        if kind == "run":
            self.simple(step[1], step[2])
        elif kind == "jump":
            frame["pc"] = step[1]
        elif kind == "unless":
            frame["pc"] = frame["pc"] if status == 0 else step[1]
        elif kind == "when":
            frame["pc"] = frame["pc"] if status != 0 else step[1]
        elif kind == "status":
            self.state["status"] = step[1]
        elif kind == "for":
            items = list(self.args())
            if step[2] is not None:
                items = [field for word in step[2] for field in expand(word, self)]
            frame["loops"][step[1]] = items
        elif kind == "next":
            items = frame["loops"][step[1]]
            if items:
                self.trace_head(tracing.of_for(step[2], step[4]))
                self.set(step[2], items.pop(0))
            else:
                frame["pc"] = step[3]
        elif kind == "case":
            self.trace_head(f"case {tracing.source_of(step[1])} in")
        elif kind == "match":
            subject = expand_text(step[1], self)
            if not any(globs.fits(subject, expand_pattern(w, self)) for w in step[2]):
                frame["pc"] = step[3]
        else:
            self._rare(step, frame)

    def _rare(self, step: list[Any], frame: dict[str, Any]) -> None:
        kind = step[0]
        if kind == "def":
            self.state["functions"][step[1]] = [frame["text"], step[2]]
            self.state["status"] = 0
        elif kind == "not":
            self.state["status"] = int(self.state["status"] == 0)
        elif kind == "math":
            self.trace_head(f"(( {step[1].strip()} ))")
            value = arithmetic(step[1], self) if step[1].strip() else 0
            self.finish(int(value == 0), step[2])
        elif kind == "pipe":
            self.pipe(frame, step[1], step[2], step[3])
        elif kind == "bg":
            self.background(step[1])
        elif kind == "sub":
            self._enter(step)
        else:
            self.leave_part()

    def _enter(self, step: list[Any]) -> None:
        """Enter `{ ...; }` or `( ... )`: a part with redirections or variables of its own."""
        fresh = self.part()
        fresh.update(block=step[1], pc=0, loops={}, **self.redirected(step[2]))
        if step[3]:
            self.enter_subshell(fresh, step[4])
        else:
            self.push(fresh, step[4])

    # Simple commands

    def simple(self, node: list[Any], checked: bool) -> None:
        """Run one simple command."""
        self.commands += 1
        self.globs.clear()
        _, assignments, words, redirects, self.line = node
        argv = [field for word in declare_arrays(self, words) for field in expand(word, self)]
        self.effort[0] += len(argv) // ITEMS_PER_STEP
        if not argv:
            ran = self.substitutions
            for one in assignments:
                assign(self, one)  # which may read $? of the command before
            self.trace(assignments, argv)
            if ran == self.substitutions:
                self.state["status"] = 0
            if redirects:
                self.redirected(redirects)
            if self.state["status"]:
                self.finish(int(self.state["status"]), checked)
            return
        extra = {name: expand_text(word, self) for name, _, _, word in assignments}
        self.trace(assignments, argv, extra)
        try:
            opened = self.redirected(redirects)
        except TreeError as error:
            self.refused(error, checked)
            if argv[0] == "exec" and self.state.get("kind") != "bash":
                raise Exit(2) from None
            return
        self.dispatch(argv, extra, opened, checked)

    def trace(
        self, assignments: list[Any], argv: list[str], values: dict[str, str] | None = None
    ) -> None:
        """Show a command before it runs, if `set -x` is on; values: of what is set for it alone."""
        if self.option("x"):
            names = dict.fromkeys(one[0] for one in assignments)
            known = values if values is not None else {n: self.get(n) or "" for n in names}
            self.err(tracing.trace(self, list(known.items()), argv, self.level))

    def trace_head(self, text: str) -> None:
        """Show the head of a loop or a `case`, if `set -x` is on."""
        if self.option("x"):
            self.err(tracing.trace_head(self, text, self.level))

    def refused(self, error: TreeError, checked: bool) -> None:
        """Complain of a redirection that the kernel refuses."""
        if error.path.startswith("/dev/tcp/"):
            head = complaints.where(self.state, self.line)
            self.err(f"{self.state['name']}: connect: {error.reason}\n")
            self.err(f"{head}{error.path}: {error.reason}\n")
        elif isinstance(error, BadDescriptor):
            self.err(f"{complaints.where(self.state, self.line)}{error.path}: {error.reason}\n")
        elif isinstance(error, Unreadable):
            self.err(complaints.cannot_open(self.state, self.line, error.path, error.reason))
        else:
            self.err(complaints.cannot_create(self.state, self.line, error.path, error.reason))
        self.finish(complaints.refused_status(self.state), checked)

    def finish(self, code: int, checked: bool) -> None:
        """Take a command's status; with `set -e` a failure ends the script."""
        self.state["status"] = code
        if code and checked and not self.frame().get("lenient"):
            trap = self.state["traps"].get("ERR")
            if trap:
                self.out(self.run_captured(f"{trap}\n")[0])
                self.state["status"] = code
            if "e" in self.state["options"]:
                raise Exit(code)

    def dispatch(
        self,
        argv: list[str],
        extra: dict[str, str],
        opened: dict[str, Any],
        checked: bool,
        plain: bool = False,
    ) -> None:
        """Run a function, a builtin or a program; plain: no function."""
        name = argv[0]
        function = None if plain else self.state["functions"].get(name)
        if function is not None:
            self.push({
                **self.part(("sink", "errors")), "text": function[0], "block": function[1],
                "pc": 0, "args": argv[1:], "loops": {}, **opened, "function": name,
                "checked": checked,
            }, checked)  # fmt: skip
            return
        outer = self.frame()
        saved = {key: outer.get(key) for key in ("sink", "errors", "fds", "stdin")}
        stdin = opened.get("stdin", self.input())
        if argv != ["exec"]:
            opened.pop("stdin", None)
        outer.update(opened)
        try:
            if name in self.own_commands:
                code = self._builtin(argv, extra, stdin, checked)
            else:
                code = self.external(argv, extra, stdin, checked)
        finally:
            if argv != ["exec"]:  # whose redirections stay
                for key in opened:
                    outer[key] = saved[key]
                    if saved[key] is None:
                        del outer[key]
        if code is not None:
            self.finish(code, checked)

    def _builtin(
        self, argv: list[str], extra: dict[str, str], stdin: str | None, checked: bool
    ) -> int | None:
        """Run one of the shell's own commands; assignments before it last as long as it does."""
        lasting = argv[0] in ("export", "readonly", "exec", "eval", ".", "source", ":")
        lasting = lasting and not self.option("bash")
        kept = {} if lasting else {name: self.state["vars"].get(name) for name in extra}
        for name, value in extra.items():
            self.set(name, value)
        code = self.own_commands[argv[0]](self, argv, stdin, checked)
        for name, old in kept.items():
            if old is None:
                self.state["vars"].pop(name, None)
            else:
                self.set(name, old)
        return code

    def is_typed(self, stdin: str | None) -> bool:
        """Tell whether a command would read what somebody types."""
        return stdin is None and self.captured is None and self.p.programs.has_input(self.p)

    def sleep(self, wait: Wait, checked: bool) -> int | None:
        """Let time pass (for ever when `wait.us` is None)."""
        if self.captured is not None or self.stdin is not None:
            self.debt_us += wait.us or 0
            self.followed = wait.follow
            return wait.code
        if wait.follow:
            self.follow(wait.follow, "", [])
            return None
        self.state["wait"] = ["sleep", wait.code, checked]
        if wait.us is not None:
            self.p.row["cpu"] = 0.0
            self.p.wake(wait.us)
        return None
