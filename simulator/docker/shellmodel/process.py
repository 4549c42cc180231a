"""What a simulated process is given: its clock, its output, and its view of the tree."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.docker import tree, unknown
from simulator.docker.tree import Entry, Tree, TreeError

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

MAX_STEPS = 20_000
"""Commands that one process may run; a script that wants more loops for ever."""
FILES_PER_STEP = 150
"""Files of a tree that may be searched for the price of one command."""
MAX_OUTPUT = 256 * 1024
DEFAULT_PROGRAM_US = 300_000
"""Time that a program without a model takes (declared)."""
MICRO = 1_000_000


class Exit(Exception):
    """The shell ends."""

    def __init__(self, status: int) -> None:
        """Keep the exit status."""
        super().__init__(status)
        self.status = status


class TooLong(Exception):
    """A process that would never end, or writes without limit."""


@dataclass
class Clock:
    """Time and output of a whole process tree.

    speed: of a core against the reference machine; mbps: of the link (0: no network); lines: rows
    [offset_us, text] of everything written, complete lines only.
    """

    arch: str = ""
    speed: float = 1.0
    mbps: float = 100.0
    us: int = 0
    steps: int = 0
    written: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)
    partial: str = ""
    downloaded: int = 0
    caches: dict[str, None] = field(default_factory=dict)

    def step(self) -> None:
        """Count one command; TooLong for a script that goes on for ever."""
        self.steps += 1
        self.us += 1_000
        if self.steps > MAX_STEPS:
            raise TooLong("more commands than a build step may run")

    def fork(self) -> None:
        """Count a subshell, which is no command: functions that pipe into themselves make many."""
        self.look_around(0)

    def look_around(self, files: int) -> None:
        """Count the search of a whole tree against the commands that a process may run."""
        self.steps += 1 + files // FILES_PER_STEP
        if self.steps > MAX_STEPS:
            raise TooLong("more commands than a build step may run")

    def spend(self, us: int) -> None:
        """Let CPU time pass on this machine."""
        self.us += max(0, int(us / self.speed))

    def write(self, text: str) -> None:
        """Write to the process's output, line by line."""
        self.written += len(text)
        if self.written > MAX_OUTPUT:
            return
        self.partial += text
        while "\n" in self.partial:
            line, _, self.partial = self.partial.partition("\n")
            self.lines.append((self.us, line))

    def finish(self) -> None:
        """Write out an incomplete last line."""
        if self.partial:
            self.lines.append((self.us, self.partial))
            self.partial = ""


@dataclass
class Sink:
    """Where output goes: to a clock, or into memory."""

    clock: Clock | None = None
    pieces: list[str] = field(default_factory=list)
    size: int = 0

    def write(self, text: str) -> None:
        """Take text."""
        if self.clock is not None:
            self.clock.write(text)
            return
        self.size += len(text)
        if self.size > 4 * 1024 * 1024:
            raise TooLong("output too large")
        self.pieces.append(text)

    def text(self) -> str:
        """Return what was written into memory."""
        return "".join(self.pieces)


@dataclass(frozen=True)
class Streams:
    """The open descriptors of a shell: texts that can be read, and sinks; they share what is open.

    inputs: {number: what is left to read}; outputs: {number: sink}.
    """

    inputs: dict[str, str]
    outputs: dict[str, Sink]

    def reading(self, number: str, text: str) -> Streams:
        """Open a descriptor for reading."""
        outputs = {key: sink for key, sink in self.outputs.items() if key != number}
        return Streams({**self.inputs, number: text}, outputs)

    def writing(self, number: str, sink: Sink) -> Streams:
        """Open a descriptor for writing."""
        inputs = {key: text for key, text in self.inputs.items() if key != number}
        return Streams(inputs, {**self.outputs, number: sink})

    def sinks(self) -> list[Sink]:
        """List all that can be written to."""
        return list(self.outputs.values())


@dataclass
class Run:
    """One call of a program: its arguments, streams, place and powers."""

    shell: Shell
    argv: list[str]
    path: str
    entry: Entry
    has_read: bool = False
    """It has read standard input to its end."""

    @property
    def name(self) -> str:
        """Name by which the program was called, without its folder."""
        return self.argv[0].rpartition("/")[2]

    @property
    def tree(self) -> Tree:
        """The file system."""
        return self.shell.tree

    @property
    def cwd(self) -> str:
        """The working directory."""
        return self.shell.cwd

    @property
    def stdin(self) -> str:
        """All of standard input."""
        self.has_read = True
        return self.shell.stdin

    @property
    def clock(self) -> Clock:
        """The clock of the process tree."""
        return self.shell.clock

    def env(self, name: str, default: str = "") -> str:
        """Return an environment variable."""
        value = self.shell.get(name)
        return default if value is None else value

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.shell.out.write(text)

    def err(self, text: str) -> None:
        """Write to standard error."""
        self.shell.err.write(text)

    def fail(self, text: str, status: int = 1) -> int:
        """Write an error with the program's name and return the status."""
        self.err(f"{self.name}: {text}\n")
        return status

    def spend(self, us: int) -> None:
        """Let CPU time pass."""
        self.clock.spend(us)

    def download(self, size: int, round_trips: int = 2) -> bool:
        """Fetch bytes from the internet; False without a network."""
        if self.clock.mbps <= 0:
            self.clock.us += 20 * MICRO
            return False
        self.clock.downloaded += size
        self.clock.us += round_trips * 50_000 + int(size * 8 / self.clock.mbps)
        return True

    def real(self, path: str, *, follow: bool = True) -> str:
        """Make a path absolute, links followed."""
        return self.tree.resolve(path, self.cwd, follow=follow)

    def below(self, real: str) -> list[str]:
        """Return the paths below a real path; TooLong for a command that looks for ever."""
        self.clock.look_around(len(self.tree.files))
        return list(self.tree.below(real))

    def get(self, path: str) -> Entry | None:
        """Return the entry at a path."""
        return self.tree.get(path, self.cwd)

    def need(self, path: str, *, folder: bool = False) -> Entry | None:
        """Return the entry at a path that the command cannot do without (see `unknown`)."""
        return self.shell.need(path, folder=folder)

    def may_write(self, path: str) -> bool:
        """Tell whether the user may create or change a path."""
        return self.shell.may_write(self.real(path))

    def refusal(self, path: str) -> str:
        """Say why a file cannot be made or written at a path; "" when it can."""
        real = self.real(path)
        if self.need(posixpath.dirname(real), folder=True) is None:
            return tree.NO_ENTRY
        if self.tree.is_dir(real):
            return tree.IS_DIRECTORY
        return "" if self.shell.may_write(real) else "Permission denied"

    def put(self, path: str, entry: Entry) -> str:
        """Place an entry owned by the current user; TreeError when that is not permitted."""
        if not self.may_write(path):
            raise TreeError("Permission denied", path)
        unknown.open_guess(self.tree, posixpath.dirname(self.real(path)))
        if self.shell.uid or self.shell.gid:
            entry = {**entry, "uid": self.shell.uid, "gid": self.shell.gid}
            self.tree.make_parents(self.real(path), self.shell.uid, self.shell.gid)
        return self.tree.put(path, entry, self.cwd)

    def write(self, path: str, text: str) -> str:
        """Write a text file."""
        if not self.may_write(path):
            raise TreeError("Permission denied", path)
        unknown.open_guess(self.tree, posixpath.dirname(self.real(path)))
        return self.tree.write(path, text, self.cwd, uid=self.shell.uid, gid=self.shell.gid)

    def make_dir(self, path: str, mode: int = 0o755) -> str:
        """Make a directory and those above it."""
        if not self.tree.is_dir(path, self.cwd) and not self.may_write(path):
            raise TreeError("Permission denied", path)
        unknown.open_guess(self.tree, self.real(path))
        return self.tree.make_dir(path, self.cwd, uid=self.shell.uid, gid=self.shell.gid, mode=mode)

    def bundle(self, folder: str, size: int, files: int, content: str) -> None:
        """Add many unnamed files to a directory."""
        entry = tree.bundle_entry(size, files, content)
        self.put(tree.bundle_path(folder, entry), entry)

    def has_flag(self, *names: str) -> bool:
        """Tell whether one of the options stands among the arguments."""
        return any(arg in names for arg in self.argv[1:])

    def operands(self, with_value: tuple[str, ...] = ()) -> list[str]:
        """Return the arguments that are no options; `with_value` lists options that take one."""
        found: list[str] = []
        args = iter(self.argv[1:])
        for arg in args:
            if arg == "--":
                return found + list(args)
            if arg in with_value:
                next(args, None)
            elif not arg.startswith("-") or arg == "-":
                found.append(arg)
        return found
