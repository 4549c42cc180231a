"""`docker compose exec` and `run`: commands in a service's container, or in one made for them."""

from __future__ import annotations

from typing import Any

from simulator.docker.compose import ComposeError
from simulator.docker.compose.container import create_body, image_name
from simulator.docker.compose.dotenv import parse_env_file
from simulator.docker.compose.syntax import host_path, ports, short_volume, words
from simulator.docker.daemon import DockerError
from simulator.plain import Object
from simulator.terminal.workspace import HOME

from .. import session
from ..client import RUNNING
from ..execute import Exec as DockerExec
from ..running import Attached
from .board import Board
from .context import ComposeCommand, Context, number_of
from .creating import Creating, put_contents, share
from .images import Images
from .starting import Starting


def _set_terminal(c: Context) -> None:
    """Set -i and -t as compose does: both are on unless something else is said."""
    attached = not c.line.on("detach")
    quiet = c.line.on("no-TTY") or c.line.on("no-tty") or not c.call.tty
    c.line.flags["tty"] = attached and not quiet
    c.line.flags["interactive"] = attached and bool(c.line.flags.get("interactive", True))


class Exec(ComposeCommand):
    """`docker compose exec`: `docker exec` in a container of the service."""

    def start(self, c: Context) -> int | None:
        """Find the container, then begin."""
        name = c.chosen(c.args[:1])[0]
        index = int(c.line.text("index", "0"))
        found = [one for one in c.containers([name])
                 if one["State"]["Running"] and (not index or number_of(one) == index)]  # fmt: skip
        if not found:
            raise ComposeError(
                f'service "{name}" is not running container #{index}'
                if index else f'service "{name}" is not running'
            )  # fmt: skip
        c.line.args = [found[0]["Id"], *c.args[1:]]
        _set_terminal(c)
        return DockerExec().start(c)

    def step(self, c: Context) -> int | None:
        """Print what is new."""
        return DockerExec().step(c)

    def typed(self, c: Context, text: str) -> int | None:
        """Pass on what was typed."""
        c.line.args = ["", *c.args[1:]]
        return DockerExec().typed(c, text)

    def interrupt(self, c: Context) -> int | None:
        """Let go of the command."""
        return DockerExec().interrupt(c)


class Run(ComposeCommand):
    """`docker compose run`: dependencies first, then a container of its own, looked at."""

    def start(self, c: Context) -> int | None:
        """Plan images, dependencies and the container."""
        name = c.chosen(c.args[:1])[0]
        services = [name] if c.line.on("no-deps") else c.chosen([name], dependencies=True)
        c.state.update(phase="images", service=name, others=[s for s in services if s != name])
        Images(c).plan(services, build=c.line.on("build"), pull=c.line.text("pull"))
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Go on with the phase that is due."""
        try:
            phases = {"images": self._images, "create": self._create, "start": self._start}
            return phases.get(c.state["phase"], self._look)(c)
        except ComposeError:
            Board(c, "Creating", key="creatingboard").finish()
            Board(c).finish()
            raise

    def _images(self, c: Context) -> int | None:
        code = Images(c).step()
        if code is None or code:
            return code
        Creating(c, Board(c, "Creating", key="creatingboard")).plan(c.state["others"], kept=False)
        own = c.project.services[c.state["service"]]
        used = [c.state["service"]] if own.get("networks") or own.get("volumes") else []
        c.state["creating"]["services"] = [*c.state["others"], *used]
        c.state["phase"] = "create"
        return self._create(c)

    def _create(self, c: Context) -> int | None:
        board = Board(c, "Creating", key="creatingboard")
        if not Creating(c, board).step():
            board.draw()
            return RUNNING
        board.finish()
        Starting(c, None).plan(c.containers(c.state["others"]))
        c.state["phase"] = "start"
        return self._start(c)

    def _start(self, c: Context) -> int | None:
        """Start what the service depends on, and wait as the service itself would."""
        board, starting = Board(c), Starting(c, Board(c))
        if not starting.step() or not starting.may_start(c.state["service"]):
            board.draw()
            return RUNNING
        board.finish()
        return self._begin(c)

    def _body(self, c: Context) -> dict[str, Any]:
        """Make the create body: the service's, with what the line says otherwise."""
        name = c.state["service"]
        image = c.engine.images.find(c.machine, image_name(c.project, name))
        body = create_body(c.project, name, 1, str(image["Id"]) if image else "", oneoff=True,
                           aliases=c.line.on("use-aliases"))  # fmt: skip
        share(c, body, c.project.services[name])
        if c.args[1:]:
            body["Cmd"] = c.args[1:]
        if "entrypoint" in c.line.flags:
            body["Entrypoint"] = words(c.line.text("entrypoint"), "entrypoint") or [""]
            body["Cmd"] = c.args[1:] or None
        added = self._variables(c)
        names = [text.partition("=")[0] for text in added]
        body["Env"] = [t for t in body["Env"] if t.partition("=")[0] not in names] + added
        for flag, key in (("user", "User"), ("workdir", "WorkingDir")):
            if c.line.text(flag):
                body[key] = c.line.text(flag)
        body["Labels"].update(dict(t.partition("=")[::2] for t in c.line.all("label")))
        host = body["HostConfig"]
        if not c.line.on("service-ports"):
            host["PortBindings"] = {}
        for row in ports(c.line.all("publish")):
            binding = {"HostIp": row.get("host_ip", ""), "HostPort": row.get("published", "")}
            host["PortBindings"][f"{row['target']}/{row['protocol']}"] = [binding]
        for flag, key in (("cap-add", "CapAdd"), ("cap-drop", "CapDrop")):
            if c.line.all(flag):
                host[key] = [*(host.get(key) or []), *c.line.all(flag)]
        self._volumes(c, body)
        body.update(Tty=c.line.on("tty"), OpenStdin=c.line.on("interactive"))
        host["AutoRemove"] = c.line.on("rm")
        host["RestartPolicy"] = {"Name": "no", "MaximumRetryCount": 0}
        return body

    def _variables(self, c: Context) -> list[str]:
        """Give the variables of --env-from-file and -e."""
        found: dict[str, str] = {}
        for path in c.line.all("env-from-file"):
            text = c.engine.workspace.read(c.call.cwd, path)
            if text is None:
                raise ComposeError(f"open {path}: no such file or directory")
            found.update(parse_env_file(text, path, {**c.call.env, **found}, prefix=""))
        for text in c.line.all("env"):
            name, sign, value = text.partition("=")
            found[name] = value if sign else c.call.env.get(name, "")
        return [f"{name}={value}" for name, value in found.items()]

    def _volumes(self, c: Context, body: dict[str, Any]) -> None:
        """Add the mounts of -v; one at the same place as the service's goes before it."""
        for text in c.line.all("volume"):
            row = short_volume(text)
            source = str(row.get("source") or "")
            if row["type"] == "bind":
                source = host_path(source, c.call.cwd or HOME)
            mode = "ro" if row.get("read_only") else "rw"
            host = body["HostConfig"]
            kept = [b for b in host.get("Binds") or [] if b.split(":")[1] != row["target"]]
            if source:
                host["Binds"] = [*kept, f"{source}:{row['target']}:{mode}"]
            else:
                body.setdefault("Volumes", {})[row["target"]] = {}

    def _begin(self, c: Context) -> int | None:
        unique = c.engine.streams.stream("docker.compose", c.machine).below(16**12)
        name = c.line.text("name") or f"{c.project.name}-{c.state['service']}-run-{unique:012x}"
        _set_terminal(c)
        if c.line.on("tty") and not c.call.stdin_tty:
            raise ComposeError("the input device is not a TTY")
        piped = None if c.call.stdin_tty else c.call.stdin
        try:
            container = c.docker.create(c.machine, self._body(c), name, stdin=piped)
            put_contents(c, container, c.state["service"])
            Attached(c).begin(container, c.line.on("interactive"))
            c.docker.start(c.machine, container["Id"])
        except DockerError as error:
            raise ComposeError(f"Error response from daemon: {error.message}") from None
        c.state.update(phase="look", name=name)
        return RUNNING

    def _look(self, c: Context) -> int | None:
        container: Object | None = c.get(c.state["id"])
        attached = Attached(c)
        if container is None:
            return int(c.state.get("code", 0))
        attached.show()
        more, state = container["drydock"], container["State"]
        if more["startError"] is not None and more["startedUs"] is None:
            attached.leave()
            if c.line.on("rm"):
                c.docker.remove(c.machine, c.state["id"], force=True)
            raise ComposeError(f"Error response from daemon: {more['startError']['message']}")
        if more["startedUs"] is not None and c.line.on("detach"):
            attached.leave()
            c.out(f"{c.state['name']}\n")
            return 0
        if more["startedUs"] is not None and not state["Running"]:
            attached.leave()
            return int(state["ExitCode"])
        attached.watch()
        return RUNNING

    def typed(self, c: Context, text: str) -> int | None:
        """Pass on what was typed."""
        if session.take(c.call, text):
            Attached(c).leave()
            return 0
        return self.step(c)

    def interrupt(self, c: Context) -> int | None:
        """Pass Ctrl-C on to the container."""
        if c.state["phase"] == "images":
            Images(c).cancel()
        if "id" in c.state:
            Attached(c).leave()
            container = c.get(c.state["id"])
            if container is not None and container["State"]["Running"]:
                c.docker.life.signal_quietly(container, "SIGINT")
        Board(c).finish()
        return 130
