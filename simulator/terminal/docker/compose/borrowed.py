"""Compose commands that are docker's own, asked of a service instead of a container.

attach, commit, cp, events, export, stats, volumes; `push` sends the images of services; `watch` is
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.docker.compose import ComposeError
from simulator.docker.compose.container import PREFIX, image_name
from simulator.docker.daemon import DockerError

from .. import archives, copying
from ..client import RUNNING
from ..listing import Stats as DockerStats
from ..listing import fields
from ..running import Attach as DockerAttach
from .board import DONE, ERROR, WORKING, Board
from .context import ComposeCommand, Context, number_of


def container_of(c: Context, service: str, running: bool = False) -> str:
    """Give the id of a service's container: of --index, else the first."""
    name = c.chosen([service])[0]
    index = int(c.line.text("index", "0") or 0)
    found = [one for one in c.containers([name], oneoff=c.line.on("all"))
             if (not running or one["State"]["Running"])
             and (not index or number_of(one) == index)]  # fmt: skip
    if not found and running:
        raise ComposeError(f'service "{name}" is not running')
    if not found:
        raise ComposeError(f'no container found for service "{name}"')
    return str(found[0]["Id"])


class Borrowed(ComposeCommand):
    """A docker command that acts at once on the container of the first argument."""

    def __init__(self, act: Callable[[Context], int], running: bool = False) -> None:
        self._act = act
        self._running = running

    def start(self, c: Context) -> int | None:
        """Put the container in the place of the service, and act."""
        c.line.args = [container_of(c, c.args[0], self._running), *c.args[1:]]
        return self._act(c)


def cp(c: Context) -> int:
    """Copy between a service's container and the workspace."""
    args, title = [], ""
    for text in c.args:
        service, colon, path = text.partition(":")
        if colon and not text.startswith((".", "/")):
            title = str(c.find(container_of(c, service))["Name"]).lstrip("/")
            text = f"{title}:{path}"
        args.append(text)
    if not title:
        raise ComposeError("unknown copy direction")
    c.line.args = args
    c.line.flags["quiet"] = True
    code = copying.cp(c)
    if not code:
        board = Board(c, "Copying", key="copying")
        board.event(title, DONE, f"copy {args[0]} to {args[1]}", "Copied")
        board.finish()
    return code


class Attach(ComposeCommand):
    """`docker compose attach`."""

    def start(self, c: Context) -> int | None:
        """Look on from now."""
        c.line.args = [container_of(c, c.args[0], running=True)]
        return DockerAttach().start(c)

    def step(self, c: Context) -> int | None:
        """Show what is new."""
        return DockerAttach().step(c)

    def typed(self, c: Context, text: str) -> int | None:
        """Pass on what was typed."""
        return DockerAttach().typed(c, text)

    def interrupt(self, c: Context) -> int | None:
        """Pass Ctrl-C on to the container."""
        return DockerAttach().interrupt(c)


class Stats(ComposeCommand):
    """`docker compose stats`."""

    def start(self, c: Context) -> int | None:
        """Look at the containers of a service, or of all."""
        return self._of(c, DockerStats().start)

    def step(self, c: Context) -> int | None:
        """Draw again, or end."""
        return self._of(c, DockerStats().step)

    def _of(self, c: Context, act: Callable[[Context], int | None]) -> int | None:
        wanted = c.chosen(c.args[:1]) if c.args else None
        found = [one for one in c.containers(wanted)
                 if c.line.on("all") or one["State"]["Running"]]  # fmt: skip
        c.line.args = [str(one["Id"]) for one in found]
        return act(c) if found else 0


class Push(ComposeCommand):
    """`docker compose push`: the images of services that are built here."""

    def start(self, c: Context) -> int | None:
        """Begin all transfers."""
        names = c.chosen(c.args, dependencies=c.line.on("include-deps"))
        names = [name for name in names if c.project.services[name].get("build") is not None]
        c.state.update(pushes={}, failed={})
        for name in names:
            if not c.project.services[name].get("image"):
                continue  # an image with no name of its own is nobody's to push
            try:
                image = image_name(c.project, name)
                c.state["pushes"][name] = c.engine.transfers.start_push(c.machine, image)
            except DockerError as error:
                c.state["failed"][name] = error.message
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Draw; at the end say what failed."""
        board, waiting = Board(c, "Pushing", key="pushing"), False
        errors: dict[str, str] = dict(c.state["failed"])
        for name, transfer_name in c.state["pushes"].items():
            status = c.engine.transfers.get(c.machine, transfer_name)["status"]
            if status["state"] == "failed":
                errors[name] = status["message"]
            elif status["state"] == "done":
                board.event(name, DONE, "", "Pushed")
            else:
                waiting = True
                board.event(name, WORKING, "", "Pushing")
                c.call.watch("Transfer", c.machine, transfer_name)
        for name, text in errors.items():
            board.event(name, ERROR, text, "Error")
        if waiting:
            if not c.line.on("quiet"):
                board.draw()
            return RUNNING
        if c.line.on("quiet"):
            board.rows.clear()
        board.finish()
        if errors and not c.line.on("ignore-push-failures"):
            c.err(f"{next(iter(errors.values()))}\n")
            return 1
        return 0


class Events(ComposeCommand):
    """`docker compose events`: what happens to the project's containers from now on."""

    def start(self, c: Context) -> int | None:
        """Wait."""
        c.name()
        c.state["count"], _ = c.docker.events.after(c.machine, 0)
        return self._wait(c)

    def _wait(self, c: Context) -> int | None:
        for kind in ("Container", "Exec"):
            c.call.watch(kind, c.machine)
        return RUNNING

    def step(self, c: Context) -> int | None:
        """Print what has happened since."""
        c.state["count"], rows = c.docker.events.after(c.machine, c.state["count"])
        wanted = c.chosen(c.args) if c.args else None
        for row in rows:
            more: dict[str, Any] = row["Actor"]["Attributes"]
            service = more.get(PREFIX + "service")
            own = row["Type"] == "container" and more.get(PREFIX + "project") == c.name()
            if own and (wanted is None or service in wanted):
                self._print(c, row, service or "")
        return self._wait(c)

    def _print(self, c: Context, row: dict[str, Any], service: str) -> None:
        from ..template import to_json

        stamp = c.engine.timestamp_nano(row["atUs"])
        kept = {key: value for key, value in row["Actor"]["Attributes"].items()
                if not key.startswith(PREFIX)}  # fmt: skip
        number = row["Actor"]["ID"]
        if c.line.on("json"):
            c.out(
                to_json(
                    {
                        "action": row["Action"],
                        "attributes": kept,
                        "id": number,
                        "service": service,
                        "time": stamp,
                        "type": "container",
                    }
                )
                + "\n"
            )
            return  # fmt: skip
        more = ", ".join(f"{key}={value}" for key, value in sorted(kept.items()))
        shown = stamp[:26].replace("T", " ")
        c.out(f"{shown} container {row['Action']} {number} ({more})\n")

    def interrupt(self, c: Context) -> int | None:
        """Look away."""
        return 130


def volumes(c: Context) -> int:
    """List the project's volumes, or those of services."""
    found = c.volumes()
    if c.args:
        used = {mount.get("Name") for one in c.containers(c.chosen(c.args))
                for mount in one["Mounts"]}  # fmt: skip
        found = [volume for volume in found if volume["Name"] in used]
    if c.line.on("quiet"):
        c.out("".join(f"{volume['Name']}\n" for volume in found))
        return 0
    rows = [{"Driver": volume["Driver"], "Name": volume["Name"]} for volume in found]
    columns = [("Driver", "DRIVER"), ("Name", "VOLUME NAME")]
    return fields(c, rows, columns, "Driver Name")


def watch(c: Context) -> int:
    """Refuse `watch`.

    # Simplified: `docker compose watch` is refused: change a file and run `docker compose up
    # --build` to see what a rebuild does.
    """
    c.err("docker compose watch: not part of this simulator, use docker compose up --build\n")
    return 1


COMMIT = Borrowed(copying.commit)
EXPORT = Borrowed(archives.export)
