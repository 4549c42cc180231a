"""Shells as processes: `sh -c TEXT`, script files, and a shell that waits at its prompt."""

from __future__ import annotations

import posixpath
from typing import Any

from ..process import Family, Process
from ..shell.lexer import ShellSyntaxError
from ..shell.parser import parse
from ..shell.runner import Runner, new_state

MEMORY = 1 << 20
"""Resident size of a small shell (assumed)."""
PROMPTS = {True: "# ", False: "$ "}


class Shell(Family):
    """sh, dash, bash, ash: one model for all."""

    name = "shell"

    def begin(self, p: Process) -> None:
        """Read the options and the script, and run it."""
        p.row["memory"] = MEMORY
        name = posixpath.basename(p.argv[0])
        options, rest, command = _options(p.argv[1:])
        if command is not None:
            text, args = command, rest[1:]
            shown = rest[0] if rest else name
        elif rest:
            text, args, shown = p.view.text(rest[0], p.cwd) or "", rest[1:], rest[0]
            if not p.view.exists(rest[0], p.cwd):
                p.err(f"{name}: 0: cannot open {rest[0]}: No such file\n")
                p.exit(2)
                return
        else:
            self._interactive(p)
            return
        p.state.update(new_state(text, args, shown, p.env))
        p.state["options"] = options
        if name in ("bash", "zsh"):
            p.state["options"]["bash"] = True
        if command is not None:
            self._note_last(p, text)
        self._go(p)

    def wake_fork(self, p: Process) -> None:
        """Begin a forked shell: its state is that of its parent."""
        self._go(p)

    def _note_last(self, p: Process, text: str) -> None:
        """Run a lone simple command in place of the shell, as `sh -c` does without a fork.

        Source: "Optimize dash -c \"command\" to avoid a fork", in dash 0.5.11, busybox ash since
        1.28 (Alpine 3.8) and bash.
        """
        try:
            node = parse(text)
        except ShellSyntaxError:
            return
        if node[0] == "seq" and len(node[1]) == 1 and node[1][0][0] == "simple":
            p.state["exec_last"] = True

    def _interactive(self, p: Process) -> None:
        """Wait at the prompt, if there is somebody who could type; else read end-of-file."""
        config = p.container["Config"]
        stdin = p.programs.stdin(p)
        if p.row["sink"] == "log" and config["OpenStdin"] and not stdin:
            if config["Tty"]:
                p.out(f"{p.cwd} {PROMPTS[p.uid == 0]}")
            p.state["prompt"] = True
            return
        if stdin:
            p.state.update(new_state(stdin, [], posixpath.basename(p.argv[0]), p.env))
            self._go(p)
            return
        p.exit(0)

    def _go(self, p: Process) -> None:
        runner = Runner(p, p.state)
        try:
            code = runner.run()
        except ShellSyntaxError as error:
            p.err(f"{p.state['name']}: 1: Syntax error: {error}\n")
            code = 2
        if code is None:
            return
        trap = p.state["traps"].pop("EXIT", None)
        if trap:
            self._run_trap(p, trap)
        for pid in p.state["background"]:
            p.programs.orphan(p, pid)
        p.exit(code)

    def _run_trap(self, p: Process, text: str) -> int | None:
        """Run a trap's text at once; answers an exit code when it ends the shell."""
        from ..shell.runner import Exit

        runner = Runner(p, {**p.state, "wait": None, "traps": {}})
        runner.state["frames"] = [
            {"text": text, "block": 0, "pc": 0, "args": [], "loops": {}, "trap": True}
        ]
        try:
            output, _ = runner.run_captured(f"{text}\n")
        except Exit as end:
            return end.code
        p.out(output)
        return None

    def wake(self, p: Process) -> None:
        """Go on after a `sleep`, or after many steps at one instant."""
        wait = p.state["wait"]
        if isinstance(wait, list) and wait[0] == "sleep":
            self._resume(p, wait[1], wait[2])
        elif wait == "steps":
            self._go(p)

    def _resume(self, p: Process, code: int, checked: bool) -> None:
        p.state["wait"] = None
        p.state["status"] = code
        if p.state.get("trapped"):
            self._pending_trap(p)
            return
        if code and checked and "e" in p.state["options"]:
            p.exit(code)
            return
        self._go(p)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Go on when the command that the shell waits for has ended."""
        if "spawning" in p.state:
            p.state["spawning"].append([pid, code])
            return
        wait = p.state.get("wait")
        if isinstance(wait, list) and wait[0] == "child" and wait[1] == pid:
            self._resume(p, code, wait[2])
        elif isinstance(wait, list) and wait[0] == "all" and pid in wait[1]:
            wait[1].remove(pid)
            if not wait[1]:
                self._resume(p, code, wait[2])

    def signal(self, p: Process, name: str) -> bool:
        """Run a trap; without one a shell that is process 1 ignores the signal."""
        key = name.removeprefix("SIG")
        trap = p.state.get("traps", {}).get(key)
        if trap is None:
            return bool(p.state.get("prompt")) and name in ("SIGTERM", "SIGINT", "SIGQUIT")
        if trap == "":
            return True
        p.state["trapped"] = [*p.state.get("trapped", []), trap]
        wait = p.state.get("wait")
        if isinstance(wait, list) and wait[0] in ("child", "sleep"):
            return True  # a shell runs a trap only after its foreground command
        self._pending_trap(p)
        return True

    def _pending_trap(self, p: Process) -> None:
        traps: list[str] = p.state.pop("trapped", [])
        frames: list[dict[str, Any]] = p.state["frames"]
        for text in traps:
            frames.append({"text": text, "block": 0, "pc": 0, "args": [], "loops": {}})
        p.state["wait"] = None
        p.engine.calendar.cancel(p.row["booked"])
        self._go(p)


def _options(words: list[str]) -> tuple[dict[str, bool], list[str], str | None]:
    """Read a shell's options: (set options, operands, text of -c)."""
    options: dict[str, bool] = {}
    rest = list(words)
    command = False
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word == "--":
            break
        if word.endswith("o") and not word.startswith("--") and rest:
            named = rest.pop(0)
            options[{"errexit": "e", "nounset": "u", "xtrace": "x"}.get(named, named)] = True
        for letter in word[1:] if not word.startswith("--") else "":
            if letter == "c":
                command = True
            elif letter in "eux":
                options[letter] = True
    if command:
        return options, rest[1:], rest[0] if rest else ""
    return options, rest, None


FAMILIES: list[Family] = [Shell()]
