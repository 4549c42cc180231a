"""A running process as the families of programs see it: a handle on its row of plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker.tree import GuardedTree
from simulator.plain import Object

from .kernel import view_of
from .permissions import Permissions

if TYPE_CHECKING:
    from simulator.engine import Engine

    from . import Programs

UNPRIVILEGED_PORT = 1024
"""Ports below need root in the host's network namespace. Docker (since 20.10) and containerd 2
set net.ipv4.ip_unprivileged_port_start to 0 in a namespace of the container's own."""


class Process(Permissions):
    """One process; everything it remembers is in `row`, above all in `row["state"]`."""

    def __init__(
        self, programs: Programs, container: Object, box: dict[str, Any], row: dict[str, Any]
    ) -> None:
        self.programs = programs
        self.engine: Engine = programs.engine
        self.container = container
        self.box = box
        self.row = row
        self._view: GuardedTree | None = None

    # What it is

    @property
    def pid(self) -> int:
        """Process number within the container."""
        return int(self.row["pid"])

    @property
    def argv(self) -> list[str]:
        """Command line."""
        return self.row["argv"]  # type: ignore[no-any-return]

    @property
    def env(self) -> dict[str, str]:
        """Environment."""
        return self.row["env"]  # type: ignore[no-any-return]

    @property
    def state(self) -> dict[str, Any]:
        """What the program remembers: plain data."""
        return self.row["state"]  # type: ignore[no-any-return]

    @property
    def cwd(self) -> str:
        """Working directory."""
        return str(self.row["cwd"])

    @property
    def uid(self) -> int:
        """User number."""
        return int(self.row["uid"])

    @property
    def groups(self) -> list[int]:
        """Group numbers: its own, and the further ones of the container."""
        return [int(self.row["gid"]), *self.row.get("groups", ())]

    @property
    def architecture(self) -> str:
        """Processor architecture of the machine."""
        machine = self.engine.store.get("Machine", "", self.box["machine"])
        return str(machine["spec"]["arch"]) if machine else "amd64"

    @property
    def view(self) -> GuardedTree:
        """The container's files; changes are kept when the step ends."""
        if self._view is None:
            self._view = view_of(self)
        return self._view

    def flush(self) -> None:
        """Keep the changes made to the files."""
        if self._view is not None:
            self.engine.docker.files.save(self.container, self._view)
            self._view = None

    # What it does

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.programs.write(self.container, self.row, "stdout", text)

    def err(self, text: str) -> None:
        """Write to standard error."""
        self.programs.write(self.container, self.row, "stderr", text)

    def wake(self, delay_us: int) -> None:
        """Have `Family.wake` called after a delay; a later call replaces an earlier one."""
        self.programs.book_wake(self.container, self.row, delay_us)

    def exit(self, code: int, after_us: int = 0) -> None:
        """End with an exit code, now or after a delay."""
        self.programs.end(self.container, self.row, code, after_us)

    def become(self, argv: list[str]) -> None:
        """Run another program in this process, as execve(2) does."""
        self.engine.calendar.cancel(self.row["booked"])
        self.row.update(argv=argv, state={}, booked=None, asked=[])
        self.programs.exec_in(self, argv)

    def spawn(self, argv: list[str], sink: str | None = None, errors: str | None = None) -> int:
        """Start a child process; `Family.child_ended` is called when it ends. Answers its pid.

        sink, errors: where it writes its output and its errors; None: where this process does.
        """
        return self.programs.spawn(self, argv, sink, errors)

    def read_line(self) -> str | None:
        """Take the next line of standard input: "" at its end, None when `Family.input` follows."""
        return self.programs.read_line(self)

    def ask(self, container_id: str, port: int, request: dict[str, Any], rtt_us: int = 0) -> Any:
        """Send a request: the answer, or {"pending": number} when `Family.answered` gets it."""
        return self.programs.ask(self, container_id, port, request, rtt_us)

    def stop_asking(self, number: int) -> None:
        """Withdraw a question that is pending."""
        self.programs.stop_asking(self, number)

    @property
    def on_terminal(self) -> bool:
        """True when standard input is a terminal."""
        return self.programs.on_terminal(self)

    def use_memory(self, size: int) -> None:
        """Say how many bytes the process holds; beyond the limit the kernel kills it."""
        self.row["memory"] = size
        self.programs.check_memory(self.container, self.box)

    def listen(self, port: int, **serving: Any) -> str | None:
        """Open a port; answers None, or the errno text when that fails.

        serving: protocol, address, service_us, sigma, workers, calls.
        """
        host_mode = self.container["HostConfig"]["NetworkMode"] == "host"
        if port < UNPRIVILEGED_PORT and self.uid != 0 and host_mode:
            return "Permission denied"
        if self.programs.is_taken(self.container, port):
            return "Address already in use"
        row = {
            "protocol": "http",
            "address": "0.0.0.0",
            "service_us": 1000,
            "sigma": 0.5,
            "workers": 1,
            "calls": [],
            **serving,
            "pid": self.pid,
        }
        self.box["ports"][str(port)] = row
        self.programs.became_ready(self.container)
        return None

    def luck(self) -> Any:
        """Open the random stream of this container's programs."""
        return self.engine.streams.stream("program", self.container["metadata"]["uid"])


class Family:
    """A kind of program. A family has no state: everything is in the process."""

    name = ""

    def begin(self, p: Process) -> None:
        """Start: the process was just created."""
        raise NotImplementedError

    def wake(self, p: Process) -> None:
        """Go on: the time asked for by `Process.wake` has come."""

    def input(self, p: Process) -> None:
        """Read: a line has come, or the end, for which the process waited in `read_line`."""

    def may_wait(self, p: Process) -> bool:
        """Tell whether an answer may take time that is not known when the request comes."""
        return False

    def signal(self, p: Process, name: str) -> bool:
        """Take a signal; False leaves it to the kernel's default action."""
        return False

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Take an answer for which the process waits since `Process.ask`."""

    def gone(self, p: Process) -> None:
        """Leave to the kernel what was written and not yet kept: the process has ended."""

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Learn that a child process has ended."""

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request: {"status", "body", "headers", "us" (what it takes, if that matters)}.

        A request with an "asker" may be answered later: {"pending": True} now, then
        `Programs.answer`.
        """
        return {"status": 200, "body": "", "headers": {}}
