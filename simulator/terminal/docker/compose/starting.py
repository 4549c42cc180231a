"""Starts a project's containers, each when what it depends on is as far as it wishes.

Imitates docker compose's `waitDependencies`.
"""

from __future__ import annotations

from typing import Any

from simulator.docker.compose import ComposeError
from simulator.docker.compose.service import scale
from simulator.docker.daemon import DockerError
from simulator.plain import Object
from simulator.timing import MS

from .board import DONE, ERROR, WARNING, WORKING, Board
from .context import Context, service_of, title

POLL_US = 500 * MS

Row = dict[str, Any]


class Starting:
    """Starts containers. `step` answers whether all have started; raises ComposeError."""

    def __init__(self, c: Context, board: Board | None) -> None:
        self.c = c
        self._board = board
        self._state: Row = c.state.setdefault("starting", {"rows": [], "free": False})

    @property
    def rows(self) -> list[Row]:
        """One row a container: {id, service, title, stage}."""
        return self._state["rows"]  # type: ignore[no-any-return]

    def plan(self, containers: list[Object], free: bool = False, wait: bool = False) -> None:
        """Decide what is started. free: heed no dependencies; wait: until all are healthy."""
        self._state.update(free=free, wait=wait, rows=[
            {"id": one["Id"], "service": service_of(one), "title": title(one), "stage": "wait"}
            for one in containers
        ])  # fmt: skip

    def step(self) -> bool:
        """Go on."""
        changed = True
        while changed:
            changed = False
            for row in self.rows:
                before = row["stage"]
                if before != "done":
                    self._advance(row)
                changed = changed or row["stage"] != before
        return all(row["stage"] == "done" for row in self.rows)

    def _event(self, thing: str, status: str, word: str) -> None:
        if self._board is not None:
            self._board.event(thing, status, word)

    def _advance(self, row: Row) -> None:
        container = self.c.get(row["id"])
        if container is None:
            raise ComposeError(f"Error response from daemon: No such container: {row['id']}")
        if row["stage"] == "wait":
            if not self._state["free"] and not self.may_start(row["service"]):
                return
            if container["State"]["Running"] and not container["drydock"]["phase"]:
                row["stage"] = "started"
            else:
                self._event(row["title"], WORKING, "Starting")
                self._start(row)
                return
        if row["stage"] == "starting" and container["drydock"]["phase"] != "starting":
            failure = container["drydock"]["startError"]
            if failure is not None:
                raise ComposeError(f"Error response from daemon: {failure['message']}")
            row["stage"] = "started"
            self._event(row["title"], DONE, "Started")
        if row["stage"] == "started" and self._is_far_enough(container):
            row["stage"] = "done"
        if row["stage"] != "done":
            self.c.call.watch("Container", self.c.machine, row["id"])

    def _start(self, row: Row) -> None:
        row["stage"] = "starting"
        try:
            self.c.docker.start(self.c.machine, row["id"])
        except DockerError as error:
            raise ComposeError(f"Error response from daemon: {error.message}") from None
        self.c.call.watch("Container", self.c.machine, row["id"])

    def _is_far_enough(self, container: Object) -> bool:
        """With --wait: healthy, or running where there is no check."""
        if not self._state.get("wait"):
            return True
        name = str(container["Name"]).lstrip("/")
        state = container["State"]
        if not state["Running"]:
            self._event(title(container), ERROR, "Error")
            raise ComposeError(f"container {name} exited ({state['ExitCode']})")
        health = (state.get("Health") or {}).get("Status", "healthy")
        if health == "unhealthy":
            self._event(title(container), ERROR, "Error")
            raise ComposeError(f"container {name} is unhealthy")
        done = health == "healthy"
        self._event(title(container), DONE if done else WORKING, "Healthy" if done else "Waiting")
        return bool(done)

    def may_start(self, name: str) -> bool:
        """Tell whether all that a service depends on is as far as it wishes."""
        ready = True
        for needed, entry in (self.c.project.services[name].get("depends_on") or {}).items():
            rows = [row for row in self.rows if row["service"] == needed]
            if any(row["stage"] in ("wait", "starting") for row in rows):
                ready = False
            elif entry["condition"] != "service_started":
                ready = self._condition(name, needed, entry) and ready
        return ready

    def _condition(self, name: str, needed: str, entry: Row) -> bool:
        found = self.c.containers([needed])
        if not found and needed in self.c.project.services:
            if entry["required"] and scale(self.c.project.services[needed]):
                raise ComposeError(f"{name} is missing dependency {needed}")
            return True
        try:
            for one in found:
                completed = entry["condition"] == "service_completed_successfully"
                done = self._completed(needed, one) if completed else self._healthy(one)
                if not done:
                    self._event(title(one), WORKING, "Waiting")
                    self.c.call.watch("Container", self.c.machine, one["Id"])
                    return False
                self._event(title(one), DONE, "Exited" if completed else "Healthy")
        except ComposeError as error:
            if entry["required"]:
                raise
            for one in found:
                self._event(title(one), WARNING, f"Skipped: {error.message}")
            self.c.warn(f'optional dependency "{needed}" failed to start: {error.message}')
        return True

    def _healthy(self, one: Object) -> bool:
        state, name = one["State"], str(one["Name"]).lstrip("/")
        problem = ""
        if not state["Running"]:
            problem = f"container {name} exited ({state['ExitCode']})"
        elif "Health" not in state:
            early = one["drydock"]["startedUs"] + POLL_US - self.c.engine.now_us
            if early > 0:  # compose looks twice a second, for the first time after half a second
                self.c.call.wake_after(early)
                return False
            problem = f"container {name} has no healthcheck configured"
        elif state["Health"]["Status"] == "unhealthy":
            problem = f"container {name} is unhealthy"
        if problem:
            self._event(title(one), ERROR, "Error")
            raise ComposeError(f"dependency failed to start: {problem}")
        return bool(state["Health"]["Status"] == "healthy")

    def _completed(self, needed: str, one: Object) -> bool:
        state = one["State"]
        if state["Running"] or one["drydock"]["phase"] or one["drydock"]["startedUs"] is None:
            return False
        if state["ExitCode"]:
            message = f'service "{needed}" didn\'t complete successfully: exit {state["ExitCode"]}'
            self._event(title(one), ERROR, message)
            raise ComposeError(message)
        return True
