"""What every docker command works with: the machine's daemon, the line, and its own memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.docker.daemon import Docker, DockerError
from simulator.plain import Object
from simulator.terminal.program import Call

from .grammar import Line

if TYPE_CHECKING:
    from simulator.engine import Engine

RUNNING = None


@dataclass(slots=True)
class Client:
    """One run of a docker command; `state` is all it keeps between steps."""

    call: Call
    line: Line

    @property
    def engine(self) -> Engine:
        """The lab's engine."""
        return self.call.engine

    @property
    def docker(self) -> Docker:
        """The container engines."""
        return self.engine.docker

    @property
    def machine(self) -> str:
        """The machine that the line was typed on."""
        return self.call.machine

    @property
    def args(self) -> list[str]:
        """The arguments after the flags."""
        return self.line.args

    @property
    def state(self) -> dict[str, Any]:
        """What is kept between steps."""
        return self.call.state

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.call.out(text)

    def err(self, text: str) -> None:
        """Write to standard error."""
        self.call.err(text)

    def daemon_error(self, error: DockerError, code: int = 1) -> int:
        """Print what the daemon answered; answers the exit code."""
        self.err(f"Error response from daemon: {error.message}\n")
        return code

    def confirmed(self, warning: str, joint: str = "\n") -> bool:
        """Ask, unless -f is given; the answer is typed, or comes from a pipe (`echo y | ...`).

        Raises Question when the answer has yet to be typed: the command then begins once more.
        """
        if self.line.on("force"):
            return True
        answer = self.ask("sure", f"{warning}{joint}Are you sure you want to continue? [y/N] ")
        return answer.strip().lower() in ("y", "yes")

    def ask(self, key: str, prompt: str, hidden: bool = False) -> str:
        """Ask for a line, which is typed or comes from a pipe; hidden: it is not shown.

        Raises Question when it has yet to be typed: the command then begins once more.
        """
        answers: dict[str, str] = self.state.setdefault("answers", {})
        if key not in answers:
            self.out(prompt)
            if self.call.stdin_tty:
                raise Question(key, hidden)
            answers[key] = self.call.stdin.partition("\n")[0]
        return answers[key]

    def find(self, ref: str) -> Object:
        """Find a container; DockerError 404."""
        return self.docker.need(self.machine, ref)

    def each(self, act: Any) -> int:
        """Do `act` for each argument and print the argument; errors come last, as in life."""
        errors = []
        for ref in self.args:
            try:
                act(ref)
            except DockerError as error:
                errors.append(error.message)
            else:
                self.out(f"{ref}\n")
        for message in errors:
            self.err(f"Error response from daemon: {message}\n")
        return 1 if errors else 0


class Question(Exception):
    """A command asked something and waits for a typed line."""

    def __init__(self, key: str, hidden: bool) -> None:
        super().__init__(key)
        self.key = key
        self.hidden = hidden


class Command:
    """A docker command. `start` answers an exit code, or RUNNING and goes on in `step`."""

    def start(self, c: Client) -> int | None:
        """Begin."""
        raise NotImplementedError

    def step(self, c: Client) -> int | None:
        """Go on after a wake."""
        return 0

    def typed(self, c: Client, text: str) -> int | None:
        """Take what was typed, "" for its end."""
        return RUNNING

    def interrupt(self, c: Client) -> int | None:
        """End on Ctrl-C; RUNNING when the client goes on."""
        return 130

    def is_read(self, line: Line) -> bool:
        """Say whether this line only looks and ends at once."""
        return False


class Look(Command):
    """A command that only looks: wrap a function."""

    def __init__(self, act: Any) -> None:
        self._act = act

    def start(self, c: Client) -> int | None:
        """Look."""
        return self._act(c)  # type: ignore[no-any-return]

    def is_read(self, line: Line) -> bool:
        """Only looks."""
        return True


class Act(Command):
    """A command that acts at once: wrap a function."""

    def __init__(self, act: Any) -> None:
        self._act = act

    def start(self, c: Client) -> int | None:
        """Act."""
        return self._act(c)  # type: ignore[no-any-return]
