"""What `docker events` shows: the last happenings on each host.

# Simplified: A host remembers its last 256 events, as the daemon does; older ones are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

MAX_EVENTS = 256


class Events:
    """Table "docker.events": {machine: {"n": count, "rows": [event...]}}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = engine.table("docker.events")

    def record(
        self, machine: str, kind: str, action: str, actor: str, attributes: dict[str, str]
    ) -> None:
        """Add an event; `kind` is container, image, network or volume."""
        log = self._table.setdefault(machine, {"n": 0, "rows": []})
        log["n"] += 1
        log["rows"].append(
            {
                "Type": kind,
                "Action": action,
                "Actor": {"ID": actor, "Attributes": attributes},
                "scope": "local",
                "atUs": self._engine.now_us,
            }
        )
        del log["rows"][:-MAX_EVENTS]
        self._engine.touch("docker.events")

    def container(self, container: Object, action: str, **more: str) -> None:
        """Add an event about a container."""
        attributes = {
            **{key: str(value) for key, value in (container["Config"]["Labels"] or {}).items()},
            **more,
            "image": container["Config"]["Image"],
            "name": container["Name"].lstrip("/"),
        }
        machine = container["metadata"]["namespace"]
        self.record(machine, "container", action, container["Id"], attributes)

    def network(self, machine: str, network: Object, action: str, container: Object | None = None,
                ) -> None:  # fmt: skip
        """Add an event about a network, perhaps as a container sees it."""
        attributes = {"name": network["Name"], "type": network["Driver"]}
        if container is not None:
            attributes = {"container": container["Id"], **attributes}
        self.record(machine, "network", action, network["Id"], attributes)

    def volume(self, machine: str, name: str, action: str, **more: str) -> None:
        """Add an event about a volume."""
        self.record(machine, "volume", action, name, {**more, "driver": "local"})

    def mounts(self, container: Object, action: str) -> None:
        """Add an event for each volume of a container, "mount" or "unmount"."""
        for mount in container["Mounts"]:
            if mount["Type"] != "volume" or container["drydock"]["pod"] is not None:
                continue
            more = {"container": container["Id"]}
            if action == "mount":
                more.update(destination=mount["Destination"], propagation="")
                more["read/write"] = str(mount["RW"]).lower()
            self.volume(container["metadata"]["namespace"], mount["Name"], action, **more)

    def image(self, machine: str, action: str, actor: str, name: str) -> None:
        """Add an event about an image."""
        self.record(machine, "image", action, actor, {"name": name})

    def after(self, machine: str, count: int) -> tuple[int, list[dict[str, Any]]]:
        """Give (number of events ever, those after the first `count`)."""
        log = self._table.get(machine)
        if log is None:
            return 0, []
        skipped = log["n"] - len(log["rows"])
        return log["n"], list(log["rows"][max(0, count - skipped) :])
