"""`docker run`, `create`, `start -a` and `attach`: containers with somebody looking on."""

from __future__ import annotations

from simulator.docker import reference
from simulator.docker.daemon import DockerError, is_for
from simulator.docker.reference import ReferenceError_
from simulator.plain import Object

from . import session
from .client import RUNNING, Client, Command
from .optionchecks import OptionError
from .options import build_body
from .transfer import Progress, platform_of


def run_error(c: Client, message: str, code: int = 125) -> int:
    """Print an error of `docker run` or `create`, as the client frames it."""
    shown = c.line.shown
    c.err(f"docker: {message}\n\nRun 'docker {shown} --help' for more information\n")
    return code


def start_code(message: str) -> int:
    """Give the exit code for a start that failed. Source: docker/cli run.go."""
    if any(text in message for text in ("executable file not found", "no such file or directory",
                                        "system cannot find the file specified")):  # fmt: skip
        return 127
    if any(text in message for text in ("permission denied", "is a directory")):
        return 126
    return 125


class Attached:
    """Shows what a container writes, from a position in its log on."""

    def __init__(self, c: Client) -> None:
        self.c = c

    def begin(self, container: Object, keys: bool = False) -> None:
        """Look on from now; keys: pass on what is typed, if the container reads it."""
        self.c.state["id"] = container["Id"]
        if keys and self.c.call.stdin_tty and container["Config"]["OpenStdin"]:
            tty, own = bool(container["Config"]["Tty"]), self.c.line.text("detach-keys")
            session.begin(self.c.call, self.c.machine, container["Id"], "log", tty, own)
        self.c.state["position"] = self.c.docker.log.position(container["Id"])
        if not self.c.line.on("detach"):
            self.c.docker.events.container(container, "attach")
        self.watch()

    def watch(self) -> None:
        """Be woken by new output and by changes of the container."""
        key = self.c.state["id"]
        self.c.docker.log.follow(self.c.machine, key)
        self.c.call.watch("Container", self.c.machine, key)
        self.c.call.watch("LogFollow", self.c.machine, key)

    def show(self) -> None:
        """Print what was written since the last look."""
        log = self.c.docker.log
        rows = log.after(self.c.state["id"], self.c.state["position"])
        self.c.state["position"] = log.position(self.c.state["id"])
        for _, stream, text in rows:
            (self.c.out if stream == "stdout" else self.c.err)(text)

    def interrupted(self) -> int | None:
        """Forward Ctrl-C; the client waits for the container, unless it is the third one.

        Source: docker/cli signals.go, and forceExitAfter3TerminationSignals in docker.go.
        """
        count = self.c.state["interrupts"] = int(self.c.state.get("interrupts", 0)) + 1
        if count >= 3:
            self.leave()
            self.c.err("\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n")
            return 1
        container = self.c.engine.store.get("Container", self.c.machine, self.c.state["id"])
        if container is not None and container["State"]["Running"]:
            self.c.docker.life.signal_quietly(container, "SIGINT")
        return RUNNING

    def leave(self) -> None:
        """Look away."""
        self.c.docker.log.unfollow(self.c.machine, self.c.state["id"])


class Run(Command):
    """`docker run`: pull if needed, create, start, look on."""

    creates_only = False

    def start(self, c: Client) -> int | None:
        """Read the flags, then go from phase to phase."""
        if c.line.on("detach") and c.line.all("attach"):
            c.err("conflicting options: cannot specify both --attach and --detach\n")
            return 1
        try:
            reference.parse(c.args[0])
            body = build_body(c.line, c.engine.workspace, c.call.cwd, c.call.env)
        except ReferenceError_ as error:
            if c.engine.images.find(c.machine, c.args[0]) is None:
                return run_error(c, str(error))
            body = build_body(c.line, c.engine.workspace, c.call.cwd, c.call.env)
        except OptionError as error:
            return run_error(c, str(error))
        wants_terminal = body["Tty"] and body["AttachStdin"] and not self.creates_only
        if wants_terminal and not c.call.stdin_tty:
            c.err(session.NOT_A_TTY)
            return 1
        c.state["body"] = body
        pull = c.line.text("pull", "missing")
        image = c.engine.images.find(c.machine, c.args[0])
        if image is not None and platform_of(c) and not is_for(image, platform_of(c)):
            image = None
        if pull == "always" or (image is None and pull != "never"):
            if image is None:
                c.err(f"Unable to find image '{_familiar(c.args[0])}' locally\n")
            return self._pull(c)
        return self._create(c)

    def _pull(self, c: Client) -> int | None:
        name = c.engine.transfers.start_pull(c.machine, c.args[0], platform_of(c))
        c.state["phase"] = "pull"
        Progress(c, c.state.setdefault("pull", {})).begin(name, c.line.on("quiet"), to_err=True)
        return RUNNING

    def _create(self, c: Client) -> int | None:
        name = c.line.text("name") or None
        try:
            container = c.docker.create(
                c.machine,
                c.state["body"],
                name,
                platform=platform_of(c),
                stdin=None if c.call.stdin_tty else c.call.stdin,
            )
        except DockerError as error:
            return run_error(c, f"Error response from daemon: {error.message}")
        self._warn(c, container)
        path = c.line.text("cidfile")
        if path:
            c.engine.workspace.write(c.call.cwd, path, container["Id"])
        if self.creates_only:
            c.out(container["Id"] + "\n")
            return 0
        c.state["phase"] = "start"
        Attached(c).begin(container, bool(container["Config"]["AttachStdin"]))
        c.docker.start(c.machine, container["Id"])
        return RUNNING

    def typed(self, c: Client, text: str) -> int | None:
        """Pass on what was typed; the detach keys leave the container running."""
        if session.take(c.call, text):
            Attached(c).show()
            Attached(c).leave()
            return 0
        return self.step(c)

    def _warn(self, c: Client, container: Object) -> None:
        host, own = c.engine.machines.platform(c.machine), container["drydock"]["platform"]
        if not platform_of(c) and own != host:
            detected = {"linux/amd64": "linux/amd64/v3", "linux/arm64": "linux/arm64/v8"}
            c.err(
                f"WARNING: The requested image's platform ({own}) does not match the detected "
                f"host platform ({detected.get(host, host)}) and no specific platform was "
                "requested\n"
            )

    def step(self, c: Client) -> int | None:
        """Go on."""
        if c.state["phase"] == "pull":
            transfer = Progress(c, c.state["pull"]).step()
            if transfer is None:
                return RUNNING
            status = transfer["status"]
            if status["state"] == "failed":
                return run_error(c, f"Error response from daemon: {status['message']}")
            if not c.line.on("quiet"):
                c.err(f"Digest: {status['digest']}\nStatus: {status['status']}\n")
            return self._create(c)
        return self._look(c)

    def _look(self, c: Client) -> int | None:
        container = c.engine.store.get("Container", c.machine, c.state["id"])
        attached = Attached(c)
        if container is None:  # --rm: what it wrote last was shown before it went
            return int(c.state.get("code", 0))
        if not c.line.on("detach"):
            attached.show()
        failure = container["drydock"]["startError"]
        if failure is not None and container["drydock"]["startedUs"] is None:
            attached.leave()
            if c.line.on("rm"):
                c.docker.remove(c.machine, c.state["id"], force=True, volumes=True)
            return run_error(c, f"Error response from daemon: {failure['message']}",
                             start_code(failure["message"]))  # fmt: skip
        started = container["drydock"]["startedUs"] is not None
        if started and c.line.on("detach"):
            attached.leave()
            c.out(container["Id"] + "\n")
            return 0
        state = container["State"]
        if started and (not state["Running"] or state["Restarting"]):
            attached.leave()
            return int(state["ExitCode"])
        attached.watch()
        return RUNNING

    def interrupt(self, c: Client) -> int | None:
        """Pass Ctrl-C on to the container."""
        return 130 if c.state.get("phase") != "start" else Attached(c).interrupted()


class Create(Run):
    """`docker create`."""

    creates_only = True


class Start(Command):
    """`docker start`, with -a looking on."""

    def start(self, c: Client) -> int | None:
        """Begin to start all; wait for each."""
        looking = c.line.on("attach") or c.line.on("interactive")
        if c.line.text("checkpoint") and len(c.args) > 1:
            c.err("you cannot restore multiple containers at once\n")
            return 1
        if looking and len(c.args) > 1:
            c.err("you cannot start and attach multiple containers at once\n")
            return 1
        c.state.update(waiting={}, errors=[], done=[])
        for ref in c.args:
            try:
                container = c.find(ref)
                if looking:
                    keys = c.line.on("interactive")
                    if keys and container["Config"]["Tty"] and not c.call.stdin_tty:
                        c.err(session.NOT_A_TTY)
                        return 1
                    Attached(c).begin(container, keys)
                started = c.docker.start(c.machine, ref)
                c.state["waiting"][ref] = [container["Id"], started["drydock"]["run"]]
            except DockerError as error:
                c.state["errors"].append(error.message)
        if looking and c.state["errors"]:
            return c.daemon_error(DockerError(404, c.state["errors"][0]))
        return self.step(c)

    def step(self, c: Client) -> int | None:
        """Print each name when its container runs."""
        if c.line.on("attach") or c.line.on("interactive"):
            return self._look(c)
        for ref, (key, _) in list(c.state["waiting"].items()):
            container = c.engine.store.get("Container", c.machine, key)
            if container is not None and container["drydock"]["phase"] == "starting":
                c.call.watch("Container", c.machine, key)
                continue
            del c.state["waiting"][ref]
            failure = container["drydock"]["startError"] if container else None
            if failure:
                c.state["errors"].append(failure["message"])
            else:
                c.out(f"{ref}\n")
        if c.state["waiting"]:
            return RUNNING
        for message in c.state["errors"]:
            c.err(f"Error response from daemon: {message}\n")
        if c.state["errors"]:
            c.err(f"Error: failed to start containers: {', '.join(self._failed(c))}\n")
        return 1 if c.state["errors"] else 0

    def _failed(self, c: Client) -> list[str]:
        failed = []
        for ref in c.args:
            container = c.docker.find(c.machine, ref)
            if container is None or container["drydock"]["startError"]:
                failed.append(ref)
        return failed

    def _look(self, c: Client) -> int | None:
        container = c.engine.store.get("Container", c.machine, c.state["id"])
        attached = Attached(c)
        if container is None:
            return 0
        attached.show()
        more, state = container["drydock"], container["State"]
        if more["phase"] == "starting":
            attached.watch()
            return RUNNING
        if more["startError"]:
            attached.leave()
            c.err(f"Error response from daemon: {more['startError']['message']}\n")
            return start_code(more["startError"]["message"])
        if not state["Running"] or state["Restarting"]:
            attached.leave()
            return int(state["ExitCode"])
        attached.watch()
        return RUNNING

    def typed(self, c: Client, text: str) -> int | None:
        """Pass on what was typed."""
        if session.take(c.call, text):
            Attached(c).show()
            Attached(c).leave()
            return self.detached(c)
        return self.step(c)

    def detached(self, c: Client) -> int:
        """Answer the keys that detach."""
        return 0

    def interrupt(self, c: Client) -> int | None:
        """Pass Ctrl-C on to the container; one with a terminal is left."""
        container = c.engine.store.get("Container", c.machine, c.state.get("id", ""))
        if container is None:
            return 130
        if not container["Config"]["Tty"] and c.line.flags.get("sig-proxy", True):
            return Attached(c).interrupted()
        Attached(c).leave()
        return 130


class Attach(Start):
    """`docker attach`."""

    def start(self, c: Client) -> int | None:
        """Look on from now."""
        try:
            container = c.find(c.args[0])
        except DockerError as error:
            return c.daemon_error(error)
        if not container["State"]["Running"]:
            c.err("cannot attach to a stopped container, start it first\n")
            return 1
        if container["State"]["Paused"]:
            c.err("cannot attach to a paused container, unpause it first\n")
            return 1
        if container["State"]["Restarting"]:
            c.err("cannot attach to a restarting container, wait until it is running\n")
            return 1
        keys = not c.line.on("no-stdin")
        if keys and container["Config"]["Tty"] and not c.call.stdin_tty:
            c.err(session.NOT_A_TTY)
            return 1
        Attached(c).begin(container, keys)
        return RUNNING

    def step(self, c: Client) -> int | None:
        """Show what is new."""
        return self._look(c)

    def detached(self, c: Client) -> int:
        """Say why the client ends: it prints the escape as an error."""
        c.err("read escape sequence\n")
        return 1


def _familiar(text: str) -> str:
    try:
        return reference.parse(text).familiar
    except ReferenceError_:
        return text
