"""What a process can learn of the machine it runs on: processors, memory, load, time.

A container does not hide its machine: these are the machine's numbers, whatever limits the
container has. Its limits are in /sys/fs/cgroup, see `cgroup.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simulator.timing import SECOND

if TYPE_CHECKING:
    from ..process import Process

RELEASE = "6.8.0-60-generic"
BUILD = "#63-Ubuntu SMP PREEMPT_DYNAMIC Tue Apr 15 19:04:15 UTC 2025"
"""Ubuntu 24.04's kernel: containers have none of their own."""
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64", "arm/v7": "armv7l"}
MOST_CACHE = 2 << 30


def spec(p: Process) -> dict[str, Any]:
    """Give the machine's row: arch, cpu, memory, disk, diskKind, role ..."""
    found = p.engine.machines.get(str(p.box["machine"]))
    usual = {"arch": "amd64", "cpu": 4.0, "memory": 8 << 30, "diskKind": "ssd", "role": "server"}
    return dict(found["spec"]) if found else usual


def architecture(p: Process) -> str:
    """Name the processor's architecture as uname does."""
    return ARCHITECTURES.get(str(spec(p)["arch"]), "x86_64")


def processors(p: Process) -> int:
    """Count the machine's processors."""
    return max(1, int(float(spec(p)["cpu"])))


def allowed_processors(p: Process) -> list[int]:
    """List the processors on which a container's processes may run (--cpuset-cpus)."""
    wished = str(p.container["HostConfig"].get("CpusetCpus") or "")
    found: dict[int, None] = {}
    for part in wished.split(",") if wished else ():
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            found.update(dict.fromkeys(range(int(first), int(last or first) + 1)))
    return [n for n in sorted(found) if n < processors(p)] or list(range(processors(p)))


def ranges(numbers: list[int]) -> str:
    """Write a list of numbers as the kernel does: "0-3,6"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def memory(p: Process) -> dict[str, int]:
    """Give the machine's memory in bytes: total, used, free, cached, available, buffers, shared.

    # Simplified: The page cache of a machine takes an eighth of the memory that no program holds,
    # 2 GiB at most.
    """
    engine, machine = p.engine, str(p.box["machine"])
    total = int(spec(p)["memory"])
    available = min(total, max(0, engine.machines.memory.available(machine)))
    cached = min(MOST_CACHE, available // 8)
    buffers = cached // 16
    return {
        "total": total, "available": available, "cached": cached - buffers, "buffers": buffers,
        "free": available - cached, "used": total - available, "shared": min(1 << 20, total >> 10),
    }  # fmt: skip


def uptime_us(p: Process) -> int:
    """Give how long the machine has been running."""
    found = p.engine.machines.get(str(p.box["machine"]))
    return int(p.engine.now_us - (found["status"].get("bootedUs") or 0 if found else 0))


def load(p: Process) -> tuple[float, float, float]:
    """Give the load averages of 1, 5 and 15 minutes, from what now runs and since when.

    # Simplified: Load averages count the processes that keep a CPU busy now, not those that ended.
    """
    engine, found = p.engine, [0.0, 0.0, 0.0]
    for one in engine.store.by("Container", "machine", str(p.box["machine"])):
        for row in engine.programs.processes(one["Id"]):
            busy, age = float(row["cpu"]), (engine.now_us - int(row["startedUs"])) / SECOND
            for at, window in enumerate((60, 300, 900)):
                found[at] += busy * (1 - math.exp(-age / window))
    return found[0], found[1], found[2]


def cpu_us(p: Process) -> int:
    """Give the CPU time in microseconds that the container's processes have used."""
    engine = p.engine
    own = sum(process_cpu_us(p, row) for row in engine.programs.processes(p.container["Id"]))
    return own + engine.traffic.queues.cpu_us(p.container["Id"])


def process_cpu_us(p: Process, row: dict[str, Any]) -> int:
    """Give the CPU time that one process has used, requests left out."""
    return round(float(row["cpu"]) * (p.engine.now_us - int(row["startedUs"])))
