"""What the shell of a container knows by itself, and what its programs inherit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.shell.variables import Variables

if TYPE_CHECKING:
    from ..process import Process


class ContainerVariables(Variables):
    """Variables of a shell that is a process in a container."""

    p: Process
    line: int

    def exports(self, name: str) -> bool:
        """Tell whether programs inherit a variable."""
        return name in self.p.env

    def export(self, name: str, value: str | None) -> None:
        """Let programs inherit a variable with this value; None: no longer."""
        if value is None:
            self.p.env.pop(name, None)
        else:
            self.p.env[name] = value

    def special(self, name: str, args: list[str]) -> str | None:
        """Give a special parameter; None for an ordinary name."""
        if name == "?":
            return str(self.state["status"])
        if name == "#":
            return str(len(args))
        if name in ("$", "BASHPID"):
            return str(self.p.pid)
        if name == "!":
            return str(self.state["background"][-1]) if self.state["background"] else ""
        if name == "-":
            letters = [*self.state["options"], *("hB" if self.option("bash") else "")]
            return "".join(sorted((one for one in letters if len(one) == 1), key=str.swapcase))
        if name in ("@", "*"):
            return " ".join(args)
        if name == "PWD":
            return self.p.cwd
        if name == "LINENO":
            return str(self.line)
        if name == "FUNCNAME" and self.option("bash"):
            running = [f["function"] for f in self.state["frames"] if f.get("function")]
            return str(running[-1]) if running else None
        if name == "RANDOM":
            return str(self.p.luck().below(1 << 15))
        if name == "SECONDS":
            return str((self.p.engine.now_us - int(self.p.row["startedUs"])) // 1_000_000)
        return None
