"""Shells as processes: `sh -c TEXT`, script files, and a shell that waits at its prompt."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.docker.tree import IS_DIRECTORY, NO_ENTRY, NOT_DIRECTORY
from simulator.shell import complaints
from simulator.shell.lexer import ShellSyntaxError
from simulator.shell.parser import parse

from ..permissions import DENIED
from ..process import Family, Process
from ..shell import prompt
from ..shell.bash_builtins import take_line
from ..shell.frames import new_state
from ..shell.runner import Runner

MEMORY = 1 << 20
"""Resident size of a small shell (assumed)."""


class Shell(Family):
    """sh, dash, bash, ash: one model for all."""

    name = "shell"

    def runner(self, p: Process) -> Runner:
        """Give what runs the script of a shell."""
        return Runner(p, p.state)

    def begin(self, p: Process) -> None:
        """Read the options and the script, and run it."""
        p.row["memory"] = MEMORY
        name = posixpath.basename(p.argv[0])
        options, rest, command = _options(p.argv[1:])
        if name in ("bash", "zsh"):
            options["bash"] = True
        if command is not None:
            text, args = command, rest[1:]
            shown = rest[0] if rest else p.argv[0]
        elif rest:
            text, args, shown = p.view.text(rest[0], p.cwd) or "", rest[1:], rest[0]
            why = p.unreadable(rest[0])
            if why:
                p.exit(self._no_script(p, rest[0], why))
                return
        else:
            self._interactive(p, options)
            return
        p.state.update(new_state(text, args, shown, p.env))
        p.state.update(options=options, kind=prompt.kind_of(p), script=command is None)
        piped = p.programs.stdin(p)
        if piped:
            p.state["frames"][0]["stdin"] = piped
        if command is not None:
            self._note_last(p, text)
        self._go(p)

    def _no_script(self, p: Process, path: str, why: str) -> int:
        """Complain of a script that cannot be read; answers the status."""
        kind, name = prompt.kind_of(p), p.argv[0]
        if kind == "dash":
            shown = "No such file" if why in (NO_ENTRY, NOT_DIRECTORY) else why
            p.err(f"{name}: 0: cannot open {path}: {shown}\n")
            return 2
        if kind == "bash":
            p.err(f"{name}: {path}: {why}\n")
            return 126 if why in (IS_DIRECTORY, DENIED) else 127
        p.err(f"{name}: can't open '{path}': {why}\n")
        return 2

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

    def _interactive(self, p: Process, options: dict[str, bool]) -> None:
        """Read commands from standard input: typed ones, or those that were piped in."""
        text, typed = p.programs.stdin(p), p.programs.has_input(p)
        if not text and not typed:
            p.exit(0)
            return
        p.state.update(new_state(text, [], prompt.name_of(p), p.env))
        p.state.update(options=options, kind=prompt.kind_of(p))
        if text:
            self._go(p)
            return
        p.state.update(frames=[], interactive=True, pending="")
        prompt.begin(p)
        self.input(p)

    def input(self, p: Process) -> None:
        """Read lines and run them, until one takes time or there are no more."""
        wait = p.state.get("wait")
        if isinstance(wait, list) and wait[0] == "read":
            text = p.read_line()
            if text is not None:
                runner = self.runner(p)
                self._resume(p, take_line(runner, wait[1], text), wait[2])
            return
        while p.state.get("interactive") and not p.state["frames"] and not p.row.get("ended"):
            line = p.read_line()
            if line is None:
                return
            if not line:
                p.out(prompt.farewell(p))
                p.exit(int(p.state["status"]))
                return
            text = str(p.state["pending"]) + line
            if prompt.is_open(text):
                p.state["pending"] = text
                prompt.show(p, "PS2")
                continue
            p.state.update(pending="", line=p.state.get("line", 0) + 1)
            frame = {"text": text, "block": 0, "pc": 0, "args": [], "loops": {}}
            p.state["frames"] = [frame]
            self._go(p)

    def _go(self, p: Process, resumed: tuple[int, bool] | None = None) -> None:
        runner = self.runner(p)
        try:
            code = runner.run(resumed)
        except ShellSyntaxError as error:
            p.err(complaints.syntax_error(p.state, error, str(p.state["frames"][-1]["text"])))
            code = 2
        if code is None:
            return
        if p.state.get("interactive") and not runner.left:
            self._again(p, code)
            return
        trap = p.state["traps"].pop("EXIT", None)
        if trap:
            p.state.update(status=code, ending=code, wait=None)
            p.state["frames"] = [{"text": trap, "block": 0, "pc": 0, "args": [], "loops": {}}]
            self._go(p)
            return
        for pid in p.state["background"]:
            p.programs.orphan(p, pid)
        p.exit(code if runner.left else int(p.state.get("ending", code)))

    def _again(self, p: Process, code: int) -> None:
        """Show the prompt once more, and have waiting lines read."""
        p.state.update(status=code, frames=[], wait=None)
        p.row["reading"] = True
        prompt.show(p)
        p.programs.feed_soon(p)

    def wake(self, p: Process) -> None:
        """Go on after a `sleep`, or after many steps at one instant."""
        wait = p.state["wait"]
        if isinstance(wait, list) and wait[0] == "sleep":
            self._resume(p, wait[1], wait[2])
        elif isinstance(wait, list) and wait[0] == "follow":
            self.runner(p).look_again()
        elif isinstance(wait, list) and wait[0] == "flow":
            self.runner(p).flow_on()
        elif wait == "steps":
            self._go(p)

    def _resume(self, p: Process, code: int, checked: bool) -> None:
        p.state["wait"] = None
        p.state["status"] = code
        if p.state.get("trapped"):
            self._pending_trap(p)
            return
        if p.state.pop("interrupted", False):
            p.out("\n")
            self._again(p, code)
            return
        self._go(p, (code, checked))

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Go on when the command that the shell waits for has ended."""
        if "spawning" in p.state:
            p.state["spawning"].append([pid, code])
            return
        wait = p.state.get("wait")
        if isinstance(wait, list) and wait[0] == "child" and wait[1] == pid:
            self._resume(p, code, wait[2])
        elif isinstance(wait, list) and wait[0] == "capture" and wait[1] == pid:
            text = p.box.get("captures", {}).pop(f"capture:{pid}", "")
            p.state["memo"] = [*p.state.get("memo", ()), [text, code]]
            if p.state.get("interrupted") or p.state.get("trapped"):
                p.state.pop("memo")
                self._resume(p, code, False)
                return
            p.state["wait"] = None
            self._go(p)
        elif isinstance(wait, list) and wait[0] == "flow" and wait[1] == pid:
            self._resume(p, self.runner(p).flow_on(ended=True), wait[4])
        elif isinstance(wait, list) and wait[0] == "any" and pid in wait[1]:
            self._resume(p, code, wait[2])
        else:
            ended = p.state.setdefault("ended", {})
            if pid in p.state.get("background", ()):
                ended[str(pid)] = code
            if isinstance(wait, list) and wait[0] == "all" and pid in wait[1]:
                wait[1].remove(pid)
                if not wait[1]:  # the status is that of the last one that was named
                    self._resume(p, ended.get(wait[3], 127) if wait[3] else 0, wait[2])

    def signal(self, p: Process, name: str) -> bool:
        """Run a trap; without one a shell that is process 1 ignores the signal."""
        key = name.removeprefix("SIG")
        trap = p.state.get("traps", {}).get(key)
        if trap is None and p.state.get("interactive"):
            if name == "SIGINT":
                self._interrupted(p)
            return name in ("SIGTERM", "SIGINT", "SIGQUIT")
        if trap is None:
            return False
        if trap == "":
            return True
        p.state["trapped"] = [*p.state.get("trapped", []), trap]
        wait = p.state.get("wait")
        if isinstance(wait, list) and wait[0] in ("child", "sleep", "follow", "capture", "flow"):
            return True  # a shell runs a trap only after its foreground command
        self._pending_trap(p)
        return True

    def _interrupted(self, p: Process) -> None:
        """Take Ctrl-C at the prompt, or while a command runs: the line is dropped."""
        wait = p.state.get("wait")
        if isinstance(wait, list) and wait[0] in ("child", "capture", "flow"):
            p.state["interrupted"] = True  # the command gets the signal, too
            return
        p.engine.calendar.cancel(p.row["booked"])
        p.row["booked"] = None
        p.state["pending"] = ""
        p.out("\n")
        self._again(p, 130)

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
