"""The parts of a script that are entered and left: functions, subshells, groups, sourced files.

A frame is {"text", "block", "pc", "args", "loops"} and, where it applies, "sink", "errors", "fds"
and "stdin" (see Streams), "function", "sourced", "locals", "lenient" (`set -e` sleeps, because
somebody asks how the part ends), "checked" (whether `set -e` minds its status) and of a subshell
"saved" (what the shell was before).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.shell import complaints
from simulator.shell.expand import ExpansionError, UnsetError

from .compiler import compile_script

if TYPE_CHECKING:
    from ..process import Process

MAX_FRAMES = 60
KEPT = ("vars", "arrays", "integers", "constants", "options", "functions", "traps")
"""What of a shell's state a subshell has for itself."""


class Exit(Exception):
    """The script ends with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def new_state(text: str, args: list[str], name: str, env: dict[str, str]) -> dict[str, Any]:
    """Make the state of a script that is about to begin."""
    return {
        "frames": [{"text": text, "block": 0, "pc": 0, "args": args, "loops": {}}],
        "name": name,
        "vars": dict(env),
        "arrays": {},
        "integers": [],
        "status": 0,
        "options": {},
        "functions": {},
        "traps": {},
        "constants": [],
        "wait": None,
        "background": [],
    }


class Frames:
    """The part of the runner that enters and leaves parts of a script."""

    p: Process
    state: dict[str, Any]
    line: int

    if TYPE_CHECKING:

        def err(self, text: str) -> None: ...
        def leave(self, frame: dict[str, Any]) -> None: ...
        def finish(self, code: int, checked: bool) -> None: ...
        def frame(self) -> dict[str, Any]: ...

    def push(self, frame: dict[str, Any], checked: bool = True) -> None:
        """Enter a part; checked: `set -e` minds how it ends."""
        if len(self.state["frames"]) >= MAX_FRAMES:
            self.err(f"{self.state['name']}: maximum function nesting level exceeded\n")
            raise Exit(2)
        if not checked or self.frame().get("lenient"):
            frame["lenient"] = True
        self.state["frames"].append(frame)

    def part(self, keys: tuple[str, ...] = ("text", "args", "sink", "errors")) -> dict[str, Any]:
        """Give what a part inherits from the one that runs."""
        frame = self.frame()
        return {key: frame[key] for key in keys if key in frame}

    def kept(self) -> list[Any]:
        """Give a copy of what a subshell may change: [folder, environment, state]."""
        state = {key: self.state.get(key) for key in KEPT}
        copies = {key: dict(v) if isinstance(v, dict) else v for key, v in state.items()}
        return [self.p.cwd, dict(self.p.env), copies]

    def enter_subshell(self, frame: dict[str, Any], checked: bool) -> None:
        """Enter `( ... )`; traps other than ignored signals are not inherited."""
        frame.update(saved=self.kept(), checked=checked)
        self.push(frame, checked)
        traps = self.state["traps"]
        self.state["traps"] = {name: text for name, text in traps.items() if not text}

    def leave_part(self) -> None:
        """Leave the part that has come to its end; a subshell first runs its EXIT trap."""
        frame = self.frame()
        trap = self.state["traps"].pop("EXIT", None) if "saved" in frame else None
        if trap:
            frame["pc"] -= 1
            frame["status"] = self.state["status"]
            self.push({**self.part(("args", "sink", "errors")), "text": trap, "block": 0, "pc": 0,
                       "loops": {}})  # fmt: skip
            return
        self.state["frames"].pop()
        self.leave(frame)
        if "saved" in frame:
            self.p.row["cwd"], env, kept = frame["saved"]
            self.p.env.clear()
            self.p.env.update(env)
            self.state.update(kept)
        if "checked" in frame:
            self.finish(int(frame.get("status", self.state["status"])), frame["checked"])

    def ended(self, end: Exit | ExpansionError) -> None:
        """End the innermost subshell; what ends is raised again when there is none."""
        if not any("saved" in frame for frame in self.state["frames"]):
            raise end
        if isinstance(end, ExpansionError):
            end = Exit(self.expansion_failed(end))
        self.end_part()
        self.frame().pop("status", None)  # of before its EXIT trap, which has ended with another
        self.state["status"] = end.code

    def end_part(self) -> None:
        """Go to the end of the innermost subshell, or of all that the runner has to do."""
        frames = self.state["frames"]
        while len(frames) > 1 and "saved" not in frames[-1]:
            self.leave(frames.pop())
        frames[-1]["pc"] = len(compile_script(frames[-1]["text"])[frames[-1]["block"]]) - 1

    def expansion_failed(self, error: ExpansionError) -> int:
        """Complain of what cannot be expanded; answers the status with which a script ends."""
        self.err(f"{complaints.where(self.state, self.line)}{error}\n")
        return complaints.expansion_status(self.state, isinstance(error, UnsetError))
