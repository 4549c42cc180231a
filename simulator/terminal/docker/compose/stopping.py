"""Stopping and removing what a project runs: dependents before what they depend on."""

from __future__ import annotations

from typing import Any

from simulator.docker.compose.graph import dependencies
from simulator.docker.daemon import DockerError
from simulator.plain import Object

from ..client import RUNNING
from .board import DONE, ERROR, WARNING, WORKING, Board
from .context import ComposeCommand, Context, service_of, title
from .images import remove_images

NETWORK_US = 90_000
"""Time to take a bridge network down (assumed)."""


class Stopping:
    """Stops containers and, if asked, removes them. `step` answers whether all is done."""

    def __init__(self, c: Context, board: Board, key: str = "stopping") -> None:
        self.c = c
        self._board = board
        self._state: dict[str, Any] = c.state.setdefault(key, {"rows": [], "remove": False})

    def plan(
        self, containers: list[Object], remove: bool = False, volumes: bool = False,
        timeout: str = "", signal: str = "",
    ) -> None:  # fmt: skip
        """Decide what to stop. signal: send only this, as `kill` does."""
        rows = [{"id": one["Id"], "title": title(one), "service": service_of(one), "stage": "wait"}
                for one in containers]  # fmt: skip
        self._state.update(rows=rows, remove=remove, volumes=volumes, signal=signal,
                           timeout=int(timeout) if timeout else None)  # fmt: skip

    def step(self) -> bool:
        """Go on with each container that may."""
        changed = True
        while changed:
            changed = False
            for row in self._state["rows"]:
                before = row["stage"]
                if before != "done" and (before != "wait" or self._may_stop(row)):
                    self._advance(row)
                changed = changed or row["stage"] != before
        return all(row["stage"] == "done" for row in self._state["rows"])

    def _may_stop(self, row: dict[str, Any]) -> bool:
        """Wait until the services that depend on this one have stopped."""
        if self._state["signal"]:
            return True
        services = {}
        if "project" in self.c.state:
            services = {**self.c.project.services, **self.c.project.disabled}
        return not any(
            other["stage"] != "done"
            and other["service"] != row["service"]
            and row["service"] in dependencies(services.get(other["service"]) or {})
            for other in self._state["rows"]
        )

    def _advance(self, row: dict[str, Any]) -> None:
        container = self.c.get(row["id"])
        if container is None:
            self._board.event(row["title"], DONE, "Removed" if self._state["remove"] else "Stopped")
            row["stage"] = "done"
            return
        if row["stage"] == "wait":
            self._begin(row, container)
        elif not _is_up(container):
            self._ended(row)
        else:
            self.c.call.watch("Container", self.c.machine, row["id"])

    def _begin(self, row: dict[str, Any], container: Object) -> None:
        signal = self._state["signal"]
        if not _is_up(container):
            self._ended(row)
            return
        self._board.event(row["title"], WORKING, "Killing" if signal else "Stopping")
        row["stage"] = "stopping"
        if signal:
            self.c.docker.kill(self.c.machine, row["id"], signal)
            if signal not in ("SIGKILL", "KILL", "9"):
                self._board.event(row["title"], DONE, "Killed")
                row["stage"] = "done"
        else:
            self.c.docker.stop(self.c.machine, row["id"], self._state["timeout"])

    def _ended(self, row: dict[str, Any]) -> None:
        row["stage"] = "done"
        self._board.event(row["title"], DONE, "Killed" if self._state["signal"] else "Stopped")
        if not self._state["remove"]:
            return
        try:
            self.c.docker.remove(self.c.machine, row["id"], True, self._state["volumes"])
        except DockerError as error:
            self._board.event(row["title"], ERROR, f"Error while Removing {error.message}")
            return
        self._board.event(row["title"], DONE, "Removed")


def _is_up(container: Object) -> bool:
    return bool(container["State"]["Running"] or container["drydock"]["phase"])


class Stop(ComposeCommand):
    """`docker compose stop`."""

    heading = "Stopping"

    def start(self, c: Context) -> int | None:
        """Ask all to end."""
        names = c.chosen(c.args) if c.args else None
        found = [one for one in c.containers(names) if _is_up(one)]
        Stopping(c, Board(c, self.heading)).plan(found, timeout=c.line.text("timeout"))
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Wait until all have ended."""
        board = Board(c, self.heading)
        if not Stopping(c, board).step():
            board.draw()
            return RUNNING
        board.finish()
        return 0


class Kill(Stop):
    """`docker compose kill`."""

    heading = "Killing"

    def start(self, c: Context) -> int | None:
        """Send the signal."""
        names = c.chosen(c.args) if c.args else None
        found = [one for one in c.containers(names) if one["State"]["Running"]]
        if not found:
            c.err("no container to kill")
            c.err("\n")
            return 0
        try:
            signal = c.line.text("signal", "SIGKILL")
            Stopping(c, Board(c, self.heading)).plan(found, signal=signal)
            return self.step(c)
        except DockerError as error:
            return c.daemon_error(error)


class Remove(Stop):
    """`docker compose rm`."""

    heading = "Removing"

    def start(self, c: Context) -> int | None:
        """Remove what has stopped; with -s stop it first."""
        names = c.chosen(c.args) if c.args else None
        found = [one for one in c.containers(names) if c.line.on("stop") or not _is_up(one)]
        if not found:
            c.err("No stopped containers\n")
            return 0
        shown = ", ".join(title(one).removeprefix("Container ") for one in found)
        if c.line.on("force"):
            c.out(f"Going to remove {shown}\n")
        elif not c.confirm("remove", f"Going to remove {shown}"):
            return 0
        Stopping(c, Board(c, self.heading)).plan(found, True, c.line.on("volumes"))
        return self.step(c)


class Down(ComposeCommand):
    """`docker compose down`: containers, then networks, then what was asked besides."""

    def start(self, c: Context) -> int | None:
        """Ask all containers to end."""
        rmi = c.line.text("rmi")
        if rmi and rmi not in ("all", "local"):
            c.err(f'invalid value for --rmi: "{rmi}"\n')
            return 1
        names = c.chosen(c.args) if c.args else None
        if not c.general.text("project-name") or c.general.all("file"):
            known = {**c.project.services, **c.project.disabled}
            orphans = [one for one in c.containers(oneoff=True) if service_of(one) not in known]
        else:
            c.name()
            orphans = []
        if orphans and not c.line.on("remove-orphans"):
            c.warn_of_orphans(orphans)
        keep = [] if c.line.on("remove-orphans") else [one["Id"] for one in orphans]
        found = [one for one in c.containers(names, oneoff=True) if one["Id"] not in keep]
        volumes = c.volumes() if c.line.on("volumes") else []
        if not (found or rmi or volumes or c.networks()):
            c.warn(f'Warning: No resource found to remove for project "{c.name()}".')
            return 0
        Stopping(c, Board(c)).plan(found, True, c.line.on("volumes"), c.line.text("timeout"))
        c.state["whole"] = names is None
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Wait for the containers, then remove the rest."""
        board = Board(c)
        if "due" not in c.state:
            if not Stopping(c, board).step():
                board.draw()
                return RUNNING
            c.state["due"] = c.engine.now_us + NETWORK_US
            for network in c.networks() if c.state["whole"] else []:
                board.event(f"Network {network['Name']}", WORKING, "Removing")
        if c.engine.now_us < c.state["due"]:
            board.draw()
            c.call.wake_after(c.state["due"] - c.engine.now_us)
            return RUNNING
        if c.state["whole"]:
            self._rest(c, board)
        board.finish()
        return 0

    def _rest(self, c: Context, board: Board) -> None:
        for network in c.networks():
            thing = f"Network {network['Name']}"
            try:
                c.docker.networks.remove(c.machine, network["Name"])
            except DockerError:
                board.event(thing, WARNING, "Resource is still in use")
            else:
                board.event(thing, DONE, "Removed")
        for volume in c.volumes() if c.line.on("volumes") else []:
            thing = f"Volume {volume['Name']}"
            try:
                c.docker.mounts.remove(c.machine, volume["Name"])
            except DockerError:
                board.event(thing, WARNING, "Resource is still in use")
            else:
                board.event(thing, DONE, "Removed")
        rmi = c.line.text("rmi")
        if rmi:
            services = {**c.project.services, **c.project.disabled}
            remove_images(c, board, [
                str(one.get("image") or f"{c.project.name}-{name}")
                for name, one in sorted(services.items())
                if rmi == "all" or not one.get("image")
            ])  # fmt: skip
