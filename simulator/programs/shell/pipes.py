"""Parts of a script that run to their end at once: pipes, `$(...)`, `<(...)`; and `command &`."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from simulator.shell import complaints
from simulator.shell.lexer import ShellSyntaxError

from ..families.listener import listens
from ..utilities import Wait, follow
from .compiler import compile_script
from .frames import Exit
from .spawning import Suspended

if TYPE_CHECKING:
    from ..process import Process


LINE_FILTERS = ("tee", "grep", "egrep", "sed", "tr", "cut", "cat")
"""Commands whose output for some lines does not depend on the lines before."""


def _name_of(steps: list[Any]) -> str:
    """Name the one simple command of a block; "" when it is anything else."""
    if len(steps) != 2 or steps[0][0] != "run" or not steps[0][1][2]:
        return ""
    first = steps[0][1][2][0]
    return str(first[0][1]) if len(first) == 1 else ""


def _is_loop(steps: list[Any]) -> bool:
    """Tell whether a block is a loop that may read on."""
    return any(step[0] == "jump" and step[1] <= at for at, step in enumerate(steps))


MAX_NESTED = 15
"""Pipes and `$(...)` inside each other; the kernel would refuse more processes much later."""


class Pipes:
    """The part of the runner that runs other runners."""

    p: Process
    effort: list[int]
    state: dict[str, Any]
    captured: list[str] | None
    stdin: str | None
    results: list[list[Any]] | None
    debt_us: int
    substitutions: int
    level: int
    followed: dict[str, int] | None
    ends_on_screen = False
    """Whether the last part of a pipe writes as it goes, not all at its end."""

    def capture(self, script: str) -> str:
        """Run `$(script)` and give what it writes to standard output."""
        self.substitutions += 1
        self.level += 1
        try:
            return self.run_captured(script, lenient=self.option("bash"))[0]
        finally:
            self.level -= 1

    def from_script(self, script: str) -> str:
        """Run `<(script)`; answers the path at which its output can be read."""
        self.state["fds"] = int(self.state.get("fds") or 63) + 1
        path = f"/dev/fd/{self.state['fds'] - 1}"
        output = self.run_captured(script)[0]
        self.p.view.write(path, output, "/", uid=self.p.uid, gid=int(self.p.row["gid"]))
        return path

    def run_captured(
        self, script: str, block: int = 0, stdin: str | None = None, lenient: bool = False
    ) -> tuple[str, int]:
        """Run a script, or a block of it, to its end at once; answers (output, status).

        lenient: `set -e` sleeps in it.
        """
        if self.effort[1] >= MAX_NESTED:
            self.err(complaints.cannot_fork(self.state, 1))
            raise Exit(2)
        frame = {"text": script, "block": block, "pc": 0, "args": self.args(), "loops": {}}
        if lenient:
            frame["lenient"] = True
        cwd, env, kept = self.kept()
        state = {**self.state, **kept, "frames": [frame], "traps": {}, "wait": None}
        inner: Any = type(self)(self.p, state, [], self)  # type: ignore[call-arg]
        inner.stdin, inner.level = stdin or None, self.level
        inner.results = self.results
        try:
            code = inner.run()
            trap = state["traps"].pop("EXIT", None)
            if trap and code is not None:
                state.update(status=code, frames=[{**frame, "text": trap, "block": 0, "pc": 0}])
                code = inner.run() if not inner.left else code
        except ShellSyntaxError as error:
            self.err(complaints.syntax_error(self.state, error, script))
            code = 2
        self.p.row["cwd"] = cwd
        self.p.env.clear()
        self.p.env.update(env)
        self.effort[0] = inner.effort[0]
        self.debt_us += inner.debt_us
        self.followed = inner.followed
        self.state["status"] = code or 0
        return "".join(inner.captured or []), code or 0

    def pipe(self, frame: dict[str, Any], blocks: list[int], negated: bool, checked: bool) -> None:
        """Run `a | b | c`: each to its end, then the next, which reads what it has written."""
        if self.captured is None and self._serves(frame, blocks[-1]):
            text, _ = self._through(frame["text"], blocks[:-1], self.input())
            self._serve(frame, blocks[-1], text or "", checked)
            return
        if self.captured is None and self._streams(frame["text"], blocks):
            self._stream(frame, blocks)
            return
        self.p.state.pop("guessed", None)
        lenient = not checked or bool(frame.get("lenient"))
        try:
            text, codes = self._through(frame["text"], blocks[:1], self.input(), lenient)
        except Suspended as waiting:
            if self.captured is not None or not self._flows(frame["text"], blocks, waiting.pid):
                raise
            self.flow(frame["text"], blocks[1:], waiting.pid, checked)
            return
        followed, self.followed = self.followed, None
        plain = not (followed or negated or self.option("pipefail"))
        if self.ends_on_screen and plain and self.captured is None:
            self._show_last(frame, blocks, text, checked)
            return
        text, more = self._through(frame["text"], blocks[1:], text, lenient)
        codes += more
        self.out(text or "")
        if followed and self.captured is None:
            self.follow(followed, frame["text"], blocks[1:])
            return
        code = codes[-1]
        if self.option("bash"):
            self.set_array("PIPESTATUS", {str(at): str(one) for at, one in enumerate(codes)})
        if self.option("pipefail"):
            code = next((one for one in reversed(codes) if one), 0)
        if negated:
            code = 0 if code else 1
        self.finish(code, checked)
        if self.debt_us and self.captured is None and self.state["wait"] is None:
            debt, self.debt_us = self.debt_us, 0
            self.sleep(Wait(debt, code), checked)

    def _show_last(
        self, frame: dict[str, Any], blocks: list[int], text: str | None, checked: bool
    ) -> None:
        """Run the last part of a pipe in the shell itself: it writes to a terminal at once."""
        text, _ = self._through(frame["text"], blocks[1:-1], text)
        part = {**self.part(), "block": blocks[-1], "pc": 0, "loops": {}, "stdin": text or ""}
        self.enter_subshell(part, checked)
        debt, self.debt_us = self.debt_us, 0
        if debt:
            self.sleep(Wait(debt, 0), False)

    def _through(
        self, script: str, blocks: list[int], text: str | None, lenient: bool = True
    ) -> tuple[str | None, list[int]]:
        """Send a text through the commands of a pipe; answers (what comes out, statuses)."""
        codes: list[int] = []
        for block in blocks:
            text, code = self.run_captured(script, block, text, lenient)
            # What looks for something in the output of an unknown program finds it.
            codes.append(0 if self.p.state.get("guessed") else code)
        return text, codes

    def _flows(self, script: str, blocks: list[int], pid: int) -> bool:
        """Tell whether what a program goes on to write can be passed on line by line."""
        first = _name_of(compile_script(script)[blocks[0]])
        row = self.p.box["processes"].get(str(pid))
        if not first or row is None or posixpath.basename(row["argv"][0]) != first:
            return False
        steps = [compile_script(script)[block] for block in blocks[1:]]
        return all(_name_of(one) in LINE_FILTERS or _is_loop(one) for one in steps)

    def flow(self, script: str, blocks: list[int], pid: int, checked: bool) -> None:
        """Wait for what a program writes, and pass it on whenever there is something.

        # Simplified: Behind a program that goes on, the commands of a pipe begin anew with each
        # piece of what it writes.
        """
        self.p.box.setdefault("flows", {})[f"capture:{pid}"] = self.p.pid
        self.state["wait"] = ["flow", pid, script, blocks, checked]
        self.flow_on()

    def flow_on(self, ended: bool = False) -> int:
        """Pass on the whole lines that a program has written; answers the last status."""
        _, pid, script, blocks, _ = self.state["wait"]
        captures, sink = self.p.box["captures"], f"capture:{pid}"
        text = captures.get(sink, "")
        cut = len(text) if ended else text.rfind("\n") + 1
        if ended:
            captures.pop(sink, None)
            self.p.box["flows"].pop(sink, None)
        else:
            captures[sink] = text[cut:]
        if not cut:
            return 0
        wait = self.state["wait"]
        passed, codes = self._through(script, blocks, text[:cut])
        self.state["wait"] = wait
        self.out(passed or "")
        return codes[-1]

    def follow(self, followed: dict[str, int], script: str, blocks: list[int]) -> None:
        """Wait for news in files; the blocks are what the news are piped through.

        # Simplified: Behind `tail -f`, the commands of a pipe begin anew with each piece of news.
        """
        self.state["wait"] = ["follow", followed, script, blocks]
        self.p.wake(follow.LOOK_US)

    def look_again(self) -> None:
        """Pass on what the followed files have gained."""
        _, followed, script, blocks = self.state["wait"]
        news, errors, followed = follow.news(self.p.view, self.p.cwd, followed)
        self.err(errors)
        self.out((self._through(script, blocks, news)[0] if news else "") or "")
        self.follow(followed, script, blocks)

    def _streams(self, script: str, blocks: list[int]) -> bool:
        """Tell whether a pipe begins with a loop that may last, and goes on line by line."""
        steps = compile_script(script)[blocks[0]]
        loops = any(step[0] == "jump" and step[1] <= at for at, step in enumerate(steps))
        if not loops or any(step[0] == "for" for step in steps):
            return False
        names = [_name_of(compile_script(script)[block]) for block in blocks[1:]]
        return all(name in LINE_FILTERS for name in names)

    def _stream(self, frame: dict[str, Any], blocks: list[int]) -> None:
        """Run a loop in the shell itself, and send each piece that it writes down the pipe."""
        rows = self.state.setdefault("pipes", [])
        rows.append([frame["text"], blocks[1:], frame.get("sink")])
        part = {**self.part(), "block": blocks[0], "pc": 0, "loops": {}}
        self.enter_subshell({**part, "sink": f"pipe:{len(rows) - 1}"}, False)

    def pass_on(self, number: int, text: str) -> None:
        """Send a text down a pipe whose first part is still running."""
        script, blocks, sink = self.state["pipes"][number]
        output, _ = self._through(script, blocks, text)
        self.write_to(sink, "out", output or "")

    def _serves(self, frame: dict[str, Any], block: int) -> bool:
        """Tell whether a part of a pipe is a netcat that waits for connections."""
        steps = compile_script(frame["text"])[block]
        if not _name_of(steps):
            return False
        words = [word[0][1] if len(word) == 1 else "" for word in steps[0][1][2]]
        return listens([str(word) for word in words])

    def _serve(self, frame: dict[str, Any], block: int, text: str, checked: bool) -> None:
        """Run the last part of a pipe beside the shell: it sends a text to who connects."""
        self.simple(compile_script(frame["text"])[block][0][1], checked)
        wait = self.state["wait"]
        child = self.p.box["processes"].get(str(wait[1])) if isinstance(wait, list) else None
        if child is not None:
            child["state"]["answer"] = text

    if TYPE_CHECKING:  # of the runner's other parts

        def args(self) -> list[str]: ...
        def enter_subshell(self, frame: dict[str, Any], checked: bool) -> None: ...
        def err(self, text: str) -> None: ...
        def finish(self, code: int, checked: bool) -> None: ...
        def frame(self) -> dict[str, Any]: ...
        def input(self) -> str | None: ...
        def kept(self) -> list[Any]: ...
        def option(self, name: str) -> bool: ...
        def out(self, text: str) -> None: ...
        def part(self) -> dict[str, Any]: ...
        def set_array(self, name: str, items: dict[str, str], is_map: bool = False) -> None: ...
        def simple(self, node: list[Any], checked: bool) -> None: ...
        def sleep(self, wait: Wait, checked: bool) -> int | None: ...
        def write_to(self, sink: str | None, usual: str, text: str) -> None: ...
