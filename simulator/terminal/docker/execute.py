"""`docker exec`: a command beside the main process."""

from __future__ import annotations

from simulator.docker.daemon import DockerError

from . import session
from .client import RUNNING, Client, Command
from .optionchecks import OptionError
from .options import environment


class Exec(Command):
    """`docker exec`."""

    def start(self, c: Client) -> int | None:
        """Begin the command; print what it writes until it ends."""
        try:
            env = environment(c.line, c.engine.workspace, c.call.cwd, c.call.env)
            container = c.find(c.args[0])
            attached = not c.line.on("detach")
            keyed = attached and c.line.on("interactive") and c.call.stdin_tty
            if attached and c.line.on("tty") and c.line.on("interactive") and not keyed:
                c.err(session.NOT_A_TTY)
                return 1
            exec_id = c.docker.exec_start(
                c.machine, container["Id"], c.args[1:], env=env, user=c.line.text("user"),
                workdir=c.line.text("workdir"),
                stdin=c.call.stdin if c.line.on("interactive") else "", open=keyed,
                tty=c.line.on("tty"),
            )  # fmt: skip
        except OptionError as error:
            c.err(f"{error}\n")
            return 1
        except DockerError as error:
            return c.daemon_error(error)
        state = c.docker.exec_state(exec_id)
        if state.get("failed"):
            c.docker.exec_forget(exec_id)
            c.out(state["failed"] + "\n\n")
            return int(state["ExitCode"])
        if c.line.on("detach"):
            c.engine.programs.exec_detach(exec_id)
            return 0
        c.state.update(exec=exec_id, shown=0)
        if keyed:
            session.begin(c.call, c.machine, container["Id"], f"exec:{exec_id}",
                          c.line.on("tty"), c.line.text("detach-keys"))  # fmt: skip
        return self.step(c)

    def step(self, c: Client) -> int | None:
        """Print what is new."""
        state = c.docker.exec_state(c.state["exec"])
        chunks = state["Chunks"]
        for stream, text in chunks[c.state["shown"] :]:
            (c.out if stream == "stdout" else c.err)(text)
        c.state["shown"] = len(chunks)
        if state["Running"]:
            c.call.watch("Exec", c.machine, c.state["exec"])
            return RUNNING
        c.docker.exec_forget(c.state["exec"])
        return int(state["ExitCode"])

    def typed(self, c: Client, text: str) -> int | None:
        """Pass on what was typed; the detach keys let the command go on without us."""
        if session.take(c.call, text):
            self.step(c)
            c.engine.programs.exec_detach(c.state["exec"])
            c.err("read escape sequence\n")
            return 1
        return self.step(c)

    def interrupt(self, c: Client) -> int:
        """Let the command go on without us, as the real client does without a terminal."""
        if "typing" in c.state:
            session.take(c.call, "")
        c.engine.programs.exec_detach(c.state["exec"])
        return 130
