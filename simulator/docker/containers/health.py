"""Health checks: a command run inside the container, again and again.

Imitates moby's daemon/health.go: 30 s between checks, 30 s time-out, 3 failures in a row make a
container unhealthy; failures in the start period do not count, and there the interval is 5 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

DEFAULT_INTERVAL_US = 30 * SECOND
DEFAULT_START_INTERVAL_US = 5 * SECOND
DEFAULT_TIMEOUT_US = 30 * SECOND
DEFAULT_RETRIES = 3
MAX_LOG = 5
MAX_OUTPUT = 4096


class Health:
    """Rows "docker.health" of the calendar: one is due for each container that has a check."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        engine.calendar.on("docker.health", self._probe)
        engine.calendar.on("docker.health_done", self._done)

    def begin(self, container: Object) -> None:
        """Plan the first check of a container that has just started."""
        if "Health" in container["State"]:
            self._plan(container)

    def _plan(self, container: Object) -> None:
        check = container["Config"]["Healthcheck"]
        interval = _us(check, "Interval", DEFAULT_INTERVAL_US)
        if self._is_starting(container):
            interval = min(interval, _us(check, "StartInterval", DEFAULT_START_INTERVAL_US))
        key = [container["metadata"]["namespace"], container["Id"], container["drydock"]["run"]]
        self._engine.calendar.after(interval, "docker.health", key)

    def _is_starting(self, container: Object) -> bool:
        """Tell whether the start period still lasts."""
        period = _us(container["Config"]["Healthcheck"], "StartPeriod", 0)
        ran = self._engine.now_us - int(container["drydock"]["startedUs"] or 0)
        return container["State"]["Health"]["Status"] == "starting" and ran < period

    def _find(self, key: list[Any]) -> Object | None:
        found = self._engine.store.get("Container", key[0], key[1])
        if found is None or found["drydock"]["run"] != key[2] or not found["State"]["Running"]:
            return None
        return found

    def _probe(self, key: list[Any]) -> None:
        container = self._find(key)
        if container is None or "Health" not in container["State"]:
            return
        if container["State"]["Restarting"]:
            return  # the next start begins to check anew
        if container["State"]["Paused"]:
            self._plan(container)
            return
        test = container["Config"]["Healthcheck"]["Test"]
        argv = test[1:]
        if test[0] == "CMD-SHELL":
            argv = ["/bin/sh", "-c", *test[1:]]
        docker = self._engine.docker
        exec_id = docker.exec_start(key[0], key[1], argv)
        state = docker.exec_state(exec_id)
        row = [*key, exec_id, self._engine.timestamp_nano()]
        if state["Running"]:
            timeout = _us(container["Config"]["Healthcheck"], "Timeout", DEFAULT_TIMEOUT_US)
            self._engine.calendar.after(timeout, "docker.health_done", row)
        else:
            self._engine.calendar.after(20 * MS, "docker.health_done", row)

    def _done(self, key: list[Any]) -> None:
        container = self._find(key)
        state = self._engine.docker.exec_state(key[3])
        self._engine.docker.exec_forget(key[3])
        if container is None:
            return
        check = container["Config"]["Healthcheck"]
        code, output = state["ExitCode"], state["Output"]
        if state["Running"]:
            timeout = _us(check, "Timeout", DEFAULT_TIMEOUT_US)
            code, output = -1, f"Health check exceeded timeout ({_go_duration(timeout)})"
        starting = self._is_starting(container)
        before = container["State"]["Health"]["Status"]

        def edit(fresh: Object) -> None:
            health = fresh["State"]["Health"]
            health["Log"] = [
                *health["Log"],
                {
                    "Start": key[4],
                    "End": self._engine.timestamp_nano(),
                    "ExitCode": code,
                    "Output": output[:MAX_OUTPUT],
                },
            ][-MAX_LOG:]
            if code == 0:
                health.update(Status="healthy", FailingStreak=0)
            elif not starting:
                health["FailingStreak"] += 1
                if health["FailingStreak"] >= int(check.get("Retries") or DEFAULT_RETRIES):
                    health["Status"] = "unhealthy"

        fresh = self._engine.store.change("Container", key[0], key[1], edit)
        after = fresh["State"]["Health"]["Status"]
        if after != before:
            self._engine.docker.events.container(fresh, f"health_status: {after}")
        self._plan(fresh)


def _us(check: dict[str, Any], field: str, default: int) -> int:
    nanos = int(check.get(field) or 0)
    return nanos // 1000 if nanos else default


def _go_duration(us: int) -> str:
    seconds = us / SECOND
    return f"{seconds:g}s" if seconds < 60 else f"{int(seconds // 60)}m{seconds % 60:g}s"
