"""/sys/fs/cgroup: the limits of a container and what it uses, in the layout of cgroup v2.

Sources: Documentation/admin-guide/cgroup-v2.rst of Linux, and how runc turns Docker's limits into
its files (opencontainers/cgroups).
# Simplified: memory.peak is what is used now, and events and pressure that have passed are not
counted, but for the memory limit that was hit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import machine

if TYPE_CHECKING:
    from ..process import Process

FOLDER = "/sys/fs/cgroup"
PERIOD_US = 100_000
KERNEL_SHARE = 8
"""Of what processes hold, an eighth more is taken for page tables, stacks and the like."""


def _host(p: Process) -> dict[str, Any]:
    return p.container["HostConfig"]  # type: ignore[no-any-return]


def memory_limit(p: Process) -> int:
    """Give the memory limit in bytes; 0 for none."""
    return int(_host(p).get("Memory") or 0)


def memory_used(p: Process) -> int:
    """Give the bytes that the container's processes hold."""
    return int(p.engine.programs.usage(p.container["Id"])["memory_bytes"])


def _limit(number: int) -> str:
    return f"{number}\n" if number > 0 else "max\n"


def _swap(p: Process) -> str:
    """Give memory.swap.max: what --memory-swap leaves beyond the memory; as much if not asked."""
    memory, swap = memory_limit(p), int(_host(p).get("MemorySwap") or 0)
    if not memory or swap < 0:
        return "max\n"
    return f"{max(0, (swap or 2 * memory) - memory)}\n"


def cpu_quota(p: Process) -> tuple[int, int]:
    """Give the CPU time in microseconds allowed in each period; a quota of 0 is none."""
    host = _host(p)
    period = int(host.get("CpuPeriod") or 0) or PERIOD_US
    nano = int(host.get("NanoCpus") or 0)
    quota = nano * PERIOD_US // 1_000_000_000 if nano else int(host.get("CpuQuota") or 0)
    return max(0, quota), PERIOD_US if nano else period


def _cpu_max(p: Process) -> str:
    quota, period = cpu_quota(p)
    return f"{quota or 'max'} {period}\n"


def _cpu_weight(p: Process) -> str:
    """Turn CPU shares (2 to 262144) into a weight (1 to 10000)."""
    shares = int(_host(p).get("CpuShares") or 0)
    return f"{1 + (min(max(shares, 2), 262144) - 2) * 9999 // 262142 if shares else 100}\n"


def _cpu_stat(p: Process) -> str:
    used = machine.cpu_us(p)
    system = used // 5
    return (f"usage_usec {used}\nuser_usec {used - system}\nsystem_usec {system}\n"
            "core_sched.force_idle_usec 0\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n"
            "nr_bursts 0\nburst_usec 0\n")  # fmt: skip


def _memory_stat(p: Process) -> str:
    used = memory_used(p)
    kernel = used // KERNEL_SHARE
    anon = used - kernel
    rows = {
        "anon": anon, "file": 0, "kernel": kernel, "kernel_stack": kernel // 4,
        "pagetables": kernel // 4, "sec_pagetables": 0, "percpu": 0, "sock": 0, "vmalloc": 0,
        "shmem": 0, "file_mapped": 0, "file_dirty": 0, "file_writeback": 0, "swapcached": 0,
        "anon_thp": 0, "inactive_anon": anon, "active_anon": 0, "inactive_file": 0,
        "active_file": 0, "unevictable": 0, "slab_reclaimable": kernel // 4,
        "slab_unreclaimable": kernel // 4, "slab": kernel // 2,
    }  # fmt: skip
    return "".join(f"{name} {number}\n" for name, number in rows.items())


def _memory_events(p: Process) -> str:
    killed = int(p.engine.programs.is_out_of_memory(p.container["Id"]))
    return (f"low 0\nhigh 0\nmax {killed}\noom {killed}\noom_kill {killed}\n"
            "oom_group_kill 0\n")  # fmt: skip


def _processes(p: Process) -> str:
    return "".join(f"{row['pid']}\n" for row in p.engine.programs.processes(p.container["Id"]))


def _count(p: Process) -> str:
    return f"{len(p.engine.programs.processes(p.container['Id']))}\n"


def _fixed(text: str) -> Callable[[Process], str]:
    return lambda p: text


PRESSURE = "".join(f"{kind} avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
                   for kind in ("some", "full"))  # fmt: skip

FILES: dict[str, Callable[[Process], str]] = {
    "cgroup.controllers": _fixed("cpuset cpu io memory hugetlb pids rdma misc\n"),
    "cgroup.events": _fixed("populated 1\nfrozen 0\n"),
    "cgroup.freeze": _fixed("0\n"), "cgroup.max.depth": _fixed("max\n"),
    "cgroup.max.descendants": _fixed("max\n"), "cgroup.procs": _processes,
    "cgroup.stat": _fixed("nr_descendants 0\nnr_dying_descendants 0\n"),
    "cgroup.subtree_control": _fixed(""), "cgroup.threads": _processes,
    "cgroup.type": _fixed("domain\n"), "cpu.idle": _fixed("0\n"), "cpu.max": _cpu_max,
    "cpu.max.burst": _fixed("0\n"), "cpu.pressure": _fixed(PRESSURE), "cpu.stat": _cpu_stat,
    "cpu.weight": _cpu_weight, "cpu.weight.nice": _fixed("0\n"),
    "cpuset.cpus": lambda p: str(_host(p).get("CpusetCpus") or "") + "\n",
    "cpuset.cpus.effective": lambda p: machine.ranges(machine.allowed_processors(p)) + "\n",
    "cpuset.mems": lambda p: str(_host(p).get("CpusetMems") or "") + "\n",
    "cpuset.mems.effective": _fixed("0\n"),
    "io.max": _fixed(""), "io.pressure": _fixed(PRESSURE), "io.stat": _fixed(""),
    "memory.current": lambda p: f"{memory_used(p)}\n", "memory.events": _memory_events,
    "memory.high": _fixed("max\n"),
    "memory.low": lambda p: f"{int(_host(p).get('MemoryReservation') or 0)}\n",
    "memory.max": lambda p: _limit(memory_limit(p)), "memory.min": _fixed("0\n"),
    "memory.oom.group": _fixed("0\n"), "memory.peak": lambda p: f"{memory_used(p)}\n",
    "memory.pressure": _fixed(PRESSURE), "memory.stat": _memory_stat,
    "memory.swap.current": _fixed("0\n"), "memory.swap.max": _swap, "pids.current": _count,
    "pids.max": lambda p: _limit(int(_host(p).get("PidsLimit") or 0)), "pids.peak": _count,
}  # fmt: skip
