"""A machine's memory: who holds it, and whom the kernel kills when there is none left.

Source: mm/oom_kill.c of Linux (oom_badness: memory held, plus oom_score_adj thousandths of all).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

SYSTEM_BYTES = 600 << 20
"""What a node's kernel, daemons and kubelet hold (assumed)."""
NEVER = -1000
"""oom_score_adj of a process that is never chosen."""
KILL_US = 1 * MS

Watcher = Callable[[str], None]
KillWatcher = Callable[[str, str, int], None]


class Memory:
    """Counts what is held, and kills; it keeps nothing of its own but who wants to know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watchers: list[Watcher] = []
        self._kill_watchers: list[KillWatcher] = []

    def watch(self, grew: Watcher, killed: KillWatcher) -> None:
        """Tell `grew(machine)` when more is held, `killed(machine, process, pid)` of a victim."""
        self._watchers.append(grew)
        self._kill_watchers.append(killed)

    def available(self, name: str) -> int:
        """Give the bytes of a machine that nobody holds; negative when too much is wanted.

        # Simplified: Caches and virtual machines do not count, and there is no swap.
        """
        return self._free(name, self._holders(name))

    def capacity(self, name: str) -> int:
        """Give the memory of a machine in bytes."""
        machine = self._engine.machines.get(name)
        return int(machine["spec"]["memory"]) if machine is not None else 0

    def grew(self, name: str) -> None:
        """Some process on a machine holds more than before: kill one if that is too much."""
        holders = self._holders(name)
        while holders and self._free(name, holders) < 0:
            victim = self._worst(name, holders)
            if victim is None:
                break
            holders = [row for row in holders if row[0] is not victim]
            self._kill(name, victim)
        for watcher in self._watchers:
            watcher(name)

    def _free(self, name: str, holders: list[tuple[Object, int]]) -> int:
        machine = self._engine.machines.get(name)
        if machine is None:
            return 0
        total = int(machine["spec"]["memory"])
        return total - min(SYSTEM_BYTES, total // 4) - sum(held for _, held in holders)

    def _holders(self, name: str) -> list[tuple[Object, int]]:
        """Give the running containers of a machine that are not being killed, with their bytes."""
        programs, found = self._engine.programs, []
        for container in self._engine.store.by("Container", "machine", name):
            if container["State"]["Running"] and not programs.is_out_of_memory(container["Id"]):
                found.append((container, int(programs.usage(container["Id"])["memory_bytes"])))
        return found

    def _worst(self, name: str, holders: list[tuple[Object, int]]) -> Object | None:
        """Choose a victim.

        # Simplified: The kernel counts each process by itself; here a container counts as one.
        """
        total = int(self._engine.store.need("Machine", "", name)["spec"]["memory"])
        best: tuple[int, Object] | None = None
        for container, held in holders:
            adjust = int(container["HostConfig"].get("OomScoreAdj") or 0)
            points = held + adjust * total // 1000
            if adjust > NEVER and (best is None or points > best[0]):
                best = points, container
        return best[1] if best else None

    def _kill(self, name: str, container: Object) -> None:
        path: Any = container.get("Path") or "sh"
        process = str(path).rpartition("/")[2][:15]
        self._engine.programs.out_of_memory(container["Id"])
        self._engine.docker.life.exit_after(container, KILL_US, 137, True)
        for watcher in self._kill_watchers:
            watcher(name, process, int(container["State"]["Pid"]))
