"""The docker client of the terminal, as 28.2 behaves: same words, same exit codes.

`grammar.py` reads the line, the other modules carry commands out against the machine's daemon.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.docker.daemon import DockerError
from simulator.terminal.program import Call, Program

from . import (
    archives,
    buildx,
    compose,
    contexts,
    copying,
    daemon_info,
    images,
    lifecycle,
    listing,
    manifests,
    networks,
    processes,
    system,
)
from .client import RUNNING, Act, Client, Command, Look, Question
from .completion import complete
from .execute import Exec
from .grammar import Line, UsageError, read
from .inspect import inspect
from .logs import Events, Logs
from .running import Attach, Create, Run, Start
from .transfer import Pull, Push

if TYPE_CHECKING:
    from simulator.engine import Engine

NO_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker " \
            "daemon running?\n"  # fmt: skip
NO_EFFECT = {
    "build": ("allow", "attest", "cgroup-parent", "compress", "cpu-period", "cpu-quota",
              "cpu-shares", "cpuset-cpus", "cpuset-mems", "force-rm", "isolation", "memory",
              "memory-swap", "provenance", "sbom", "security-opt", "squash", "ulimit"),
    "cp": ("archive", "follow-link"), "create": ("disable-content-trust", "use-api-socket", "ip6"),
    "run": ("disable-content-trust", "use-api-socket", "ip6", "link-local-ip"),
    "history": ("human",), "logs": ("details",), "pull": ("disable-content-trust",),
    "push": ("disable-content-trust",), "rmi": ("no-prune",), "start": ("checkpoint-dir",),
    "network create": ("config-from", "config-only", "ingress", "ipam-driver", "ipam-opt", "ipv4",
                       "ipv6"),
    "network inspect": ("verbose",), "volume ls": ("cluster",),
    "network connect": ("ip6", "link-local-ip", "gw-priority"),
    "volume create": ("availability", "group", "limit-bytes", "required-bytes", "sharing",
                      "topology-preferred", "topology-required"),
}  # fmt: skip
"""Flags that are read and change nothing; the client says so aloud."""
WITHOUT_DAEMON = ("login", "logout", "context ls", "context show", "context inspect", "context use",
                  "context create", "context update", "context rm", "version",
                  "manifest inspect")  # fmt: skip


def _commands() -> dict[str, Command]:
    """Give the commands by their short names; the long ones (`container ls`) lead here too."""
    from .building import Build

    return {
        "run": Run(), "create": Create(), "start": Start(), "attach": Attach(), "exec": Exec(),
        "stop": lifecycle.Stop(), "restart": lifecycle.Restart(), "kill": lifecycle.Kill(),
        "wait": lifecycle.Wait(), "pause": Act(lifecycle.pause),
        "unpause": Act(lifecycle.unpause), "rm": Act(lifecycle.remove),
        "rename": Act(lifecycle.rename), "update": Act(lifecycle.update),
        "container prune": Act(lifecycle.prune),
        "ps": Look(listing.ps), "port": Look(listing.port), "top": Look(processes.top),
        "diff": Look(listing.diff), "stats": listing.Stats(),
        "logs": Logs(), "events": Events(),
        "inspect": Look(inspect),
        "container inspect": Look(lambda c: inspect(c, "container")),
        "image inspect": Look(lambda c: inspect(c, "image")),
        "network inspect": Look(lambda c: inspect(c, "network")),
        "volume inspect": Look(lambda c: inspect(c, "volume")),
        "images": Look(images.images), "history": Look(images.history), "tag": Act(images.tag),
        "rmi": Act(images.remove), "image prune": Act(images.prune),
        "search": Look(images.search), "login": Act(images.login), "logout": Act(images.logout),
        "pull": Pull(), "push": Push(), "build": Build(),
        "cp": Act(copying.cp), "commit": Act(copying.commit),
        "network ls": Look(networks.network_ls), "network create": Act(networks.network_create),
        "network rm": Act(networks.network_rm), "network connect": Act(networks.network_connect),
        "network disconnect": Act(networks.network_disconnect),
        "network prune": Act(networks.network_prune),
        "volume ls": Look(networks.volume_ls), "volume create": Act(networks.volume_create),
        "volume rm": Act(networks.volume_rm), "volume prune": Act(networks.volume_prune),
        "builder prune": Act(buildx.prune), "buildx prune": Act(buildx.prune),
        "buildx du": Look(buildx.du), "buildx ls": Look(buildx.ls), "buildx use": Look(buildx.use),
        "buildx inspect": Look(buildx.inspect), "buildx version": Look(buildx.version),
        "version": Look(daemon_info.version), "info": Look(daemon_info.info),
        "system df": Look(system.df), "system prune": Act(system.prune),
        "context ls": Look(contexts.ls), "context show": Look(contexts.show),
        "context create": Act(contexts.create), "context update": Act(contexts.update),
        "context use": Act(contexts.use), "context rm": Act(contexts.remove),
        "export": Act(archives.export), "save": Act(archives.save), "load": Act(archives.load),
        "import": Act(archives.import_), "manifest inspect": Look(manifests.inspect),
        "context inspect": Look(contexts.inspect),
    }  # fmt: skip


def _named(argv: list[str]) -> str:
    """Give the context that a line names before its command; "" for none."""
    for at, word in enumerate(argv[1:], start=1):
        if not word.startswith("-"):
            return ""
        if word in ("-c", "--context"):
            return argv[at + 1] if at + 1 < len(argv) else ""
        if word.startswith("--context="):
            return word.partition("=")[2]
    return ""


class DockerProgram(Program):
    """`docker`, for the daemon of the machine that the terminal is on."""

    names = ("docker",)

    def __init__(self) -> None:
        self._table: dict[str, Command] = {}

    @property
    def commands(self) -> dict[str, Command]:
        """The commands by name."""
        if not self._table:
            self._table.update(_commands())
        return self._table

    def is_read(self, argv: list[str]) -> bool:
        """Say whether a line only looks; what the client refuses changes nothing."""
        if argv[1:2] == ["compose"]:
            return compose.is_read(argv[2:])
        try:
            line = read(argv[1:])
        except UsageError:
            return True
        command = self._find(line)
        return command is None or command.is_read(line)

    def start(self, call: Call) -> int | None:
        """Read the line and begin its command."""
        if call.argv[1:2] == ["compose"]:
            needed = compose.needs_daemon(call.argv[2:])
            refused = self._refuse(call, Line("compose" if needed else "version", "compose", {}))
            return compose.start(call) if refused is None else refused
        try:
            line = read(call.argv[1:])
        except UsageError as error:
            text = error.text
            if call.argv[1:2] == ["build"] and error.code:  # BuildKit's client answers for build
                text = text.replace("docker: 'docker build'", "ERROR: docker: 'docker build'")
                text = text.replace("docker build", "docker buildx build")
            (call.out if error.code == 0 else call.err)(text)
            return error.code
        command = self._find(line)
        if command is None:
            call.err(f"docker {line.shown}: not part of this simulator\n")
            return 1
        refused = self._refuse(call, line)
        if refused is not None:
            return refused
        for flag in NO_EFFECT.get(line.command, ()):
            if flag in line.flags:
                call.err(f"drydock: --{flag} has no effect here\n")
        return self._guarded(Client(call, line), command.start)

    def _guarded(self, c: Client, act: Callable[[Client], int | None]) -> int | None:
        """Do one step; what the daemon refuses is printed and ends the line."""
        try:
            return act(c)
        except DockerError as error:
            return c.daemon_error(error)
        except Question as question:
            c.call.read_typed("hidden" if question.hidden else "line")
            c.state["asked"] = question.key
            return RUNNING

    def _refuse(self, call: Call, line: Line) -> int | None:
        """Answer for a machine without Docker, or without power."""
        machine = call.engine.machines.get(call.machine)
        if machine is not None and not machine["spec"].get("docker", True):
            call.err("bash: docker: command not found\n")
            return 127
        if line.command not in WITHOUT_DAEMON and not call.engine.machines.is_up(call.machine):
            if line.command in ("run", "create"):
                call.err(f"docker: {NO_DAEMON}\nRun 'docker {line.shown} --help' for more "
                         "information\n")  # fmt: skip
                return 125
            call.err(NO_DAEMON)
            return 1
        refused = contexts.refusal(call.engine, call.machine, _named(call.argv))
        if refused and line.command not in WITHOUT_DAEMON:
            call.err(refused)
            return 1
        if any(word.startswith(("-H", "--host")) for word in call.argv[1:2]):
            call.err("drydock: -H is ignored: docker talks to the daemon of this machine\n")
        return None

    def _find(self, line: Line) -> Command | None:
        name = line.command
        if name in self.commands:
            return self.commands[name]
        return self.commands.get(name.rpartition(" ")[2]) if name[:9] in (
            "container", "image ins", "image his", "image tag", "image pul", "image pus",
            "image sav", "image loa", "image imp") else None  # fmt: skip

    def step(self, call: Call) -> int | None:
        """Go on with a command."""
        if not call.engine.machines.is_up(call.machine):
            call.err("error during connect: EOF\n")
            return 1
        if call.argv[1:2] == ["compose"]:
            return compose.step(call)
        line = read(call.argv[1:])
        command = self._find(line)
        return self._guarded(Client(call, line), command.step) if command is not None else 1

    def typed(self, call: Call, text: str) -> int | None:
        """Take what was typed while a command runs."""
        if call.argv[1:2] == ["compose"]:
            return compose.typed(call, text)
        line = read(call.argv[1:])
        command = self._find(line)
        assert command is not None
        asked = call.state.pop("asked", None)
        if asked is not None:
            call.state["answers"][asked] = text.rstrip("\n")
            return self._guarded(Client(call, line), command.start)
        return self._guarded(Client(call, line), lambda c: command.typed(c, text))

    def interrupt(self, call: Call) -> int | None:
        """End a command on Ctrl-C, or begin to."""
        if call.argv[1:2] == ["compose"]:
            return compose.interrupt(call)
        line = read(call.argv[1:])
        command = self._find(line)
        return command.interrupt(Client(call, line)) if command is not None else 130

    def complete(self, engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete commands, flags and the names of things."""
        if words[1:2] == ["compose"] and len(words) > 2:
            return compose.complete(engine, words[2:], cwd)
        return complete(engine, words, machine, cwd)
