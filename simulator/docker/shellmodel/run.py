"""The door of the shell model: run one process over a tree and say what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.docker import unknown
from simulator.docker.shellmodel.process import Clock, Exit, Run, Sink, TooLong
from simulator.docker.shellmodel.shell import Shell
from simulator.docker.shellmodel.users import identity
from simulator.docker.tree import Tree, TreeError


@dataclass(slots=True)
class Request:
    """A process to run.

    argv: program and arguments, e.g. ["/bin/sh", "-c", "..."]; tree: changed in place; user: as in
    USER ("" is root); speed: of a core against the reference machine; mbps: of the link, 0 for
    none; arch: of the machine, "" to run anything; caches: names of warm cache mounts.
    """

    tree: Tree
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = "/"
    user: str = ""
    stdin: str = ""
    arch: str = ""
    speed: float = 1.0
    mbps: float = 100.0
    caches: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a process did: exit code, lines of output as (microseconds after start, text), time."""

    exit_code: int
    lines: list[tuple[int, str]]
    duration_us: int
    cwd: str
    downloaded: int

    @property
    def text(self) -> str:
        """All output as one text."""
        return "".join(line + "\n" for _, line in self.lines)


def run(request: Request) -> Outcome:
    """Run a process; its changes are in `request.tree`."""
    clock = Clock(
        arch=request.arch, speed=request.speed, mbps=request.mbps, caches=dict(request.caches)
    )
    shell = _shell(request, clock)
    try:
        status = _start(shell, request)
    except Exit as leave:
        status = leave.status
    except TooLong as error:
        clock.write(f"# stopped: {error}\n")
        status = 137
    except TreeError as error:
        clock.write(f"{request.argv[0]}: {error}\n")
        status = 1
    except RecursionError:
        clock.write("# stopped: nested too deeply\n")
        status = 137
    except Exception as error:  # a gap of the model must not end the lab
        clock.write(f"# the model cannot follow this command: {type(error).__name__}: {error}\n")
        status = 1
    clock.finish()
    return Outcome(status & 255, clock.lines, clock.us + 20_000, shell.cwd, clock.downloaded)


def _shell(request: Request, clock: Clock) -> Shell:
    """Make the shell from which the process is started, with the right user and environment."""
    uid, gid, name, home = identity(request.tree, request.user)
    variables = {"HOME": home, **request.env}
    shell = Shell(
        request.tree, clock, request.cwd or "/", variables, (uid, gid, name), request.stdin
    )
    shell.out = Sink(clock)
    shell.err = Sink(clock)
    return shell


def _start(shell: Shell, request: Request) -> int:
    """Start the first process as runc does: no shell stands between."""
    argv = request.argv
    path = None
    if argv and argv[0]:
        path = shell.find(argv[0])
        path = path or unknown.find_program(shell.tree, argv[0], shell.get("PATH") or "")
    entry = unknown.take(shell.tree, path, shell.cwd) if path is not None else None
    if path is None or entry is None:
        name = argv[0] if argv else ""
        reason = (
            f"stat {name}: no such file or directory"
            if "/" in name
            else "executable file not found in $PATH"
        )
        shell.err.write(
            "runc run failed: unable to start container process: error during "
            f'container init: exec: "{name}": {reason}\n'
        )
        return 127
    wrong = shell._cannot_execute(entry)
    if wrong:
        reason = "exec format error" if "ormat" in wrong else "permission denied"
        shell.err.write(
            "runc run failed: unable to start container process: error during "
            f'container init: exec: "{argv[0]}": {reason}\n'
        )
        return 126 if "permission" in reason else 255
    from simulator.docker.shellmodel import programs

    return programs.execute(Run(shell, argv, path, entry))
