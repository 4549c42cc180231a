"""stress, stress-ng and vish/stress: programs that use up CPU and memory on purpose.

Sources: stress 1.0.4 (src/stress.c) and github.com/vishh/stress (main.go).
# Simplified: A worker's memory is there at once, and disk workers write nothing.
"""

from __future__ import annotations

import posixpath
import re

from simulator.kubernetes.api.quantity import QuantityError, bytes_of
from simulator.timing import DAY, HOUR, MINUTE, MS, SECOND

from ..process import Family, Process

MEMORY = 1 << 20
"""Resident size of the program itself (assumed)."""
WORKER_BYTES = 256 << 20
"""What a `--vm` worker takes unless it is told."""
VM_CPU = 0.9
"""Cores that a `--vm` worker keeps busy with its memory, unless it hangs (assumed)."""
UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
TIMES = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "y": 365 * DAY}
SHORT = {"c": "cpu", "i": "io", "m": "vm", "d": "hdd", "t": "timeout", "v": "verbose"}
TAKES = ("cpu", "io", "vm", "hdd", "timeout", "vm-bytes", "vm-hang", "vm-stride", "hdd-bytes",
         "backoff", "cpu-load", "cpu-method", "vm-method", "vm-populate", "vm-ops")  # fmt: skip


class Stress(Family):
    """`stress --cpu N --vm N --vm-bytes SIZE --timeout TIME`."""

    name = "stress"

    def begin(self, p: Process) -> None:
        """Start the workers."""
        options = _options(p.argv[1:])
        counts = {kind: _count(options.get(kind)) for kind in ("cpu", "io", "vm", "hdd")}
        if not any(counts.values()):
            p.out(f"Usage: {posixpath.basename(p.argv[0])} [OPTION [ARG]] ...\n")
            p.exit(0)
            return
        shown = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        p.out(f"stress: info: [{p.pid}] dispatching hogs: {shown}\n")
        each = _size(options.get("vm-bytes", "")) if "vm-bytes" in options else WORKER_BYTES
        hangs = "vm-hang" in options
        p.row["cpu"] = counts["cpu"] + (0.0 if hangs else VM_CPU * counts["vm"])
        time = re.fullmatch(r"(\d+)([smhdy]?)", options.get("timeout", ""))
        if time:
            p.state["seconds"] = int(time[1]) * TIMES[time[2] or "s"] // SECOND
            p.wake(int(p.state["seconds"]) * SECOND)
        p.use_memory(MEMORY + counts["vm"] * each)

    def wake(self, p: Process) -> None:
        """End when the time is up."""
        seconds = p.state["seconds"]
        p.out(f"stress: info: [{p.pid}] successful run completed in {seconds}s\n")
        p.exit(0)


class VishStress(Family):
    """The `/stress` of the image vish/stress: `-cpus N -mem-total SIZE`."""

    name = "vish-stress"

    def begin(self, p: Process) -> None:
        """Keep the CPUs busy and take memory, chunk by chunk."""
        options = _options(p.argv[1:], every=True)
        total, chunk = options.get("mem-total", "0"), options.get("mem-alloc-size", "4Ki")
        pause = options.get("mem-alloc-sleep", "1ms")
        now = p.engine.timestamp()
        head = f"I{now[5:7]}{now[8:10]} {now[11:19]}.000000       1 main.go"
        p.err(f'{head}:26] Allocating "{total}" memory, in "{chunk}" chunks, with a {pause} sleep '
              "between allocations\n")  # fmt: skip
        cpus = _count(options.get("cpus"))
        p.err(f"{head}:39] Spawning a thread to consume CPU\n" * cpus)
        p.row["cpu"] = float(cpus)
        try:
            p.state.update(left=bytes_of(total), chunk=max(1, bytes_of(chunk)))
        except QuantityError:
            p.exit(2)
            return
        found = re.fullmatch(r"(\d+)(ms|s)", pause)
        step = int(found[1]) * (MS if found[2] == "ms" else SECOND) if found else MS
        p.state["step"] = max(step, MS)
        p.use_memory(MEMORY)
        if p.state["left"]:
            p.wake(SECOND)

    def wake(self, p: Process) -> None:
        """Take what a second of chunks adds up to."""
        chunks = max(1, SECOND // int(p.state["step"]))
        more = min(int(p.state["left"]), chunks * int(p.state["chunk"]))
        p.state["left"] -= more
        if p.state["left"]:
            p.wake(max(SECOND, int(p.state["step"])))
        p.use_memory(int(p.row["memory"]) + more)


def _options(words: list[str], every: bool = False) -> dict[str, str]:
    """Read `--name value`, `--name=value` and `-x value`.   every: all of them take a value."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            continue
        name, has, value = word.lstrip("-").partition("=")
        if not word.startswith("--") and not every:
            name, value = SHORT.get(name[:1], name), name[1:] or value
            has = has or value
        takes = every or name in TAKES
        if not has and takes and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        found[name] = value
    return found


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _size(text: str) -> int:
    """Read `150M` or `1g`; 0 for what is none."""
    match = re.fullmatch(r"(\d+)([bkmg]?)b?", text.lower())
    return int(match[1]) * UNITS[match[2] or "b"] if match else 0


FAMILIES: list[Family] = [Stress(), VishStress()]
