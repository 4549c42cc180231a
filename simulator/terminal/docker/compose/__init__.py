"""`docker compose`: projects of several containers on one machine, as compose 2.36 runs them.

`line.py` reads the line; a command goes through the stages `images.py` (build and pull),
`creating.py`, `starting.py` and `stopping.py`, and shows them on the lines of `board.py`. What the
files say is read by simulator/docker/compose; the daemon is the one that `docker run` asks.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.docker.compose import ComposeError
from simulator.docker.daemon import DockerError
from simulator.terminal.program import Call

from ..client import RUNNING, Question
from ..grammar import UsageError
from . import borrowed, configuring, images, listing, running, stopping, up
from .completion import complete
from .context import Act, ComposeCommand, Context, Look
from .follow import Logs
from .line import read
from .up import check_flags
from .waiting import Wait

COMMANDS: dict[str, ComposeCommand] = {
    "up": up.Up(), "create": up.Create(), "scale": up.Scale(), "start": up.Start(),
    "restart": up.Restart(), "stop": stopping.Stop(), "kill": stopping.Kill(),
    "rm": stopping.Remove(), "down": stopping.Down(), "exec": running.Exec(), "run": running.Run(),
    "build": images.Build(), "pull": images.Pull(), "logs": Logs(), "wait": Wait(),
    "ps": Look(listing.ps), "ls": Look(listing.ls), "images": Look(listing.images),
    "top": Look(listing.top), "port": Look(listing.port), "config": Look(configuring.config),
    "version": Look(listing.version), "pause": Act(listing.pause),
    "unpause": Act(listing.unpause), "attach": borrowed.Attach(), "commit": borrowed.COMMIT,
    "cp": Act(borrowed.cp), "events": borrowed.Events(), "export": borrowed.EXPORT,
    "push": borrowed.Push(), "stats": borrowed.Stats(), "volumes": Look(borrowed.volumes),
    "watch": Look(borrowed.watch),
}  # fmt: skip
PROGRESS = ("auto", "tty", "plain", "json", "quiet")
WITHOUT_DAEMON = ("config", "version")
REFUSED = ("dry-run", "watch", "check", "print", "push", "down-project", "lock-image-digests",
           "no-consistency", "no-env-resolution", "no-interpolate", "no-normalize",
           "no-path-resolution", "resolve-image-digests")  # fmt: skip

__all__ = ["complete", "interrupt", "is_read", "needs_daemon", "start", "step"]


def is_read(words: list[str]) -> bool:
    """Say whether a line, without `docker compose`, only looks."""
    try:
        _, line = read(words)
    except UsageError:
        return True
    if line.command == "compose config" and line.text("output"):
        return False
    return _find(line.command).is_read(line)


def needs_daemon(words: list[str]) -> bool:
    """Say whether a line asks the daemon anything."""
    try:
        _, line = read(words)
    except UsageError:
        return False
    return line.command.partition(" ")[2] not in WITHOUT_DAEMON


def _find(command: str) -> ComposeCommand:
    return COMMANDS[command.partition(" ")[2]]


def start(call: Call) -> int | None:
    """Read the line and begin its command.

    # Simplified: `docker compose --dry-run`, `wait --down-project` and what leaves a step out of
    `config` (`--no-interpolate` and the like, `--resolve-image-digests`), `up --watch` and
    `build --check`, `--print` and `--push` are refused; `--ansi`, `--compatibility`, `--menu`,
    `--no-color`, `--parallel`, `build --builder` and `--memory` are taken and change nothing.
    """
    try:
        general, line = read(call.argv[2:])
    except UsageError as error:
        (call.out if error.code == 0 else call.err)(error.text)
        return error.code
    for name, where in (("dry-run", general), *((name, line) for name in REFUSED)):
        if where.on(name) and not check_flags(line):
            call.err(f"docker compose --{name}: not part of this simulator\n")
            return 1
    if general.text("progress", "auto") not in PROGRESS:
        call.err(f'unsupported --progress value "{general.text("progress")}"\n')
        return 1
    c = Context(call, line, general=general)
    return _guarded(c, _find(line.command).start)


def step(call: Call) -> int | None:
    """Go on with a command."""
    general, line = read(call.argv[2:])
    c = Context(call, line, general=general)
    return _guarded(c, _find(line.command).step)


def typed(call: Call, text: str) -> int | None:
    """Take what was typed while a command runs."""
    general, line = read(call.argv[2:])
    c = Context(call, line, general=general)
    command = _find(line.command)
    asked = call.state.pop("asked", None)
    if asked is not None:
        call.state["answers"][asked] = text.rstrip("\n")
        return _guarded(c, command.step if "phase" in call.state else command.start)
    return _guarded(c, lambda c: command.typed(c, text))


def interrupt(call: Call) -> int | None:
    """End a command on Ctrl-C, or begin to."""
    general, line = read(call.argv[2:])
    c = Context(call, line, general=general)
    return _guarded(c, _find(line.command).interrupt)


def _guarded(c: Context, act: Callable[[Context], int | None]) -> int | None:
    """Do one step; what compose or the daemon refuses is printed and ends the line."""
    try:
        return act(c)
    except ComposeError as error:
        return c.fail(error)
    except DockerError as error:
        return c.daemon_error(error)
    except Question as question:
        c.call.read_typed("line")
        c.state["asked"] = question.key
        return RUNNING
