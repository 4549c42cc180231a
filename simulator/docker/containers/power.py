"""What a machine's power does to its containers: all die with it, some start again with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from . import restart

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.store import Store

LOST = 255
"""Exit code of a container that the daemon finds dead after the machine lost its power."""


class Power:
    """The part of `Lifecycle` that watches machines; not of use by itself."""

    _engine: Engine
    _store: Store

    def start(self, container: Object) -> Object:
        """Begin to start (see Lifecycle)."""
        raise NotImplementedError

    def _release(self, container: Object) -> None:
        raise NotImplementedError

    def _edit(self, container: Object, edit: Any) -> Object:
        raise NotImplementedError

    def _watch_power(self, change: str, machine: Object, old: Object | None) -> None:
        before = old["status"]["power"] if old else "off"
        if change == "MODIFIED" and machine["status"]["power"] != before:
            name = machine["metadata"]["name"]
            self._engine.calendar.after(0, "docker.power", [name, machine["status"]["power"]])

    def _power(self, key: list[Any]) -> None:
        machine, power = key
        for container in self._store.by("Container", "machine", machine):
            if power == "off":
                self._lose(container)
            elif power == "on" and _is_own(container) and restart.starts_with_daemon(container):
                self.start(container)

    def _lose(self, container: Object) -> None:
        """Note that the machine is gone; policies act when it is back."""
        busy = container["State"]["Running"] or container["drydock"]["phase"]
        if not busy:
            return
        self._release(container)
        self._engine.programs.forget(container["Id"])

        def edit(fresh: Object) -> None:
            if fresh["State"]["Running"]:
                fresh["State"].update(
                    Status="exited", Running=False, Paused=False, Restarting=False, Pid=0,
                    ExitCode=LOST, FinishedAt=self._engine.timestamp_nano(),
                )  # fmt: skip
            more = fresh["drydock"]
            more.update(
                phase="", finishedUs=self._engine.now_us, readyUs=None, restartUs=None, backoffUs=0
            )
            more.pop("stopAsked", None)
            more["run"] += 1

        self._edit(container, edit)


def _is_own(container: Object) -> bool:
    """Tell a container of Docker's own from one of the kubelet's."""
    return container["drydock"]["pod"] is None
