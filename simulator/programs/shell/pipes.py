"""Parts of a script that run to their end at once: pipes, `$(...)`, `<(...)`; and `command &`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..utilities import Wait
from .lexer import ShellSyntaxError

if TYPE_CHECKING:
    from ..process import Process


class Pipes:
    """The part of the runner that runs other runners."""

    p: Process
    state: dict[str, Any]
    captured: list[str] | None
    stdin: str | None
    debt_us: int

    def capture(self, script: str) -> str:
        """Run `$(script)` and give what it writes to standard output."""
        return self.run_captured(script)[0]

    def from_script(self, script: str) -> str:
        """Run `<(script)`; answers the path at which its output can be read."""
        self.state["fds"] = int(self.state.get("fds") or 63) + 1
        path = f"/dev/fd/{self.state['fds'] - 1}"
        output = self.run_captured(script)[0]
        self.p.view.write(path, output, "/", uid=self.p.uid, gid=int(self.p.row["gid"]))
        return path

    def run_captured(
        self, script: str, block: int = 0, stdin: str | None = None
    ) -> tuple[str, int]:
        """Run a script, or a block of it, to its end at once; answers (output, status)."""
        from .runner import Runner

        frame = {"text": script, "block": block, "pc": 0, "args": self.args(), "loops": {}}
        errors = self.state["frames"][-1].get("errors") if self.state["frames"] else None
        if errors:
            frame["errors"] = errors
        inner = Runner(self.p, {**self.state, "vars": dict(self.state["vars"]),
                                "frames": [frame], "traps": {}, "wait": None}, [])  # fmt: skip
        inner.stdin = stdin or None
        cwd = self.p.cwd
        try:
            code = inner.run()
        except ShellSyntaxError as error:
            self.err(f"{self.state['name']}: {error}\n")
            code = 2
        self.p.row["cwd"] = cwd
        self.debt_us += inner.debt_us
        self.state["status"] = code or 0
        return "".join(inner.captured or []), code or 0

    def pipe(self, frame: dict[str, Any], blocks: list[int], negated: bool, checked: bool) -> None:
        """Run `a | b | c`: each to its end, then the next, which reads what it has written."""
        text = self.input()
        codes: list[int] = []
        for block in blocks:
            text, code = self.run_captured(frame["text"], block, text)
            codes.append(code)
        self.out(text or "")
        code = codes[-1]
        if self.option("pipefail"):
            code = next((one for one in reversed(codes) if one), 0)
        if negated:
            code = 0 if code else 1
        self.finish(code, checked)
        if self.debt_us and self.captured is None and self.state["wait"] is None:
            debt, self.debt_us = self.debt_us, 0
            self.sleep(Wait(debt, code), checked)

    def args(self) -> list[str]:
        """Give the positional parameters (see Runner)."""
        raise NotImplementedError

    def input(self) -> str | None:
        """Give standard input (see Streams)."""
        raise NotImplementedError

    def out(self, text: str) -> None:
        """Write to standard output (see Streams)."""
        raise NotImplementedError

    def err(self, text: str) -> None:
        """Write to standard error (see Streams)."""
        raise NotImplementedError

    def option(self, name: str) -> bool:
        """Tell whether an option is on (see Runner)."""
        raise NotImplementedError

    def finish(self, code: int, checked: bool) -> None:
        """Take a command's status (see Runner)."""
        raise NotImplementedError

    def sleep(self, wait: Wait, checked: bool) -> int | None:
        """Let time pass (see Runner)."""
        raise NotImplementedError
