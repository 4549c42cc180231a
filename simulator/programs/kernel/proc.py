"""/proc: what the kernel tells of the machine, and in `process.py` of each process.

Sources: proc(5), and what these files look like on Ubuntu 24.04.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.timing import SECOND

from . import cgroup, machine, sockets

if TYPE_CHECKING:
    from ..process import Process

MODELS = {
    "laptop": ("GenuineIntel", 6, 186, "13th Gen Intel(R) Core(TM) i7-1360P", 2600.0),
    "server": ("AuthenticAMD", 25, 1, "AMD EPYC 7543P 32-Core Processor", 2800.0),
}
FLAGS = ("fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr "
         "sse sse2 ht syscall nx rdtscp lm constant_tsc rep_good nopl pni pclmulqdq ssse3 fma cx16 "
         "sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm abm avx2 bmi1 "
         "bmi2 erms")  # fmt: skip
PARTS = {"pi": "0xd08"}
"""Arm's number of the core: Cortex-A72 of a Raspberry Pi 4, else Neoverse N1 (0xd0c)."""
BOOT_ID = ("kernel", "boot_id")


def model(p: Process) -> tuple[str, int, int, str, float]:
    """Give (vendor, family, model, name, MHz) of the machine's processor.

    # Simplified: Laptops have one model of processor, all others but Arm boards another.
    """
    return MODELS.get(str(machine.spec(p).get("role")), MODELS["server"])


def cpuinfo(p: Process) -> str:
    """Write a block for each processor: all of the machine's, whatever the limits are."""
    count = machine.processors(p)
    if machine.architecture(p) != "x86_64":
        part = PARTS.get(str(machine.spec(p).get("role")), "0xd0c")
        return "".join(
            f"processor\t: {n}\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\n"
            f"CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n"
            f"CPU part\t: {part}\nCPU revision\t: 3\n\n" for n in range(count)
        )  # fmt: skip
    vendor, family, number, name, mhz = model(p)
    return "".join(
        f"processor\t: {n}\nvendor_id\t: {vendor}\ncpu family\t: {family}\nmodel\t\t: {number}\n"
        f"model name\t: {name}\nstepping\t: 1\ncpu MHz\t\t: {mhz:.3f}\ncache size\t: 512 KB\n"
        f"physical id\t: 0\nsiblings\t: {count}\ncore id\t\t: {n}\ncpu cores\t: {count}\n"
        f"apicid\t\t: {n}\nfpu\t\t: yes\ncpuid level\t: 16\nwp\t\t: yes\nflags\t\t: {FLAGS}\n"
        f"bogomips\t: {mhz * 2:.2f}\nclflush size\t: 64\n"
        "address sizes\t: 46 bits physical, 48 bits virtual\n\n" for n in range(count)
    )  # fmt: skip


def meminfo(p: Process) -> str:
    """Write the machine's memory in KiB: what `free` reads."""
    m = machine.memory(p)
    slab = m["buffers"] // 2
    rows = {
        "MemTotal": m["total"], "MemFree": m["free"], "MemAvailable": m["available"],
        "Buffers": m["buffers"], "Cached": m["cached"], "SwapCached": 0,
        "Active": m["used"] // 2 + m["cached"] // 2, "Inactive": m["cached"] // 2, "Unevictable": 0,
        "Mlocked": 0, "SwapTotal": 0, "SwapFree": 0, "Zswap": 0, "Zswapped": 0, "Dirty": 0,
        "Writeback": 0, "AnonPages": m["used"] // 2, "Mapped": m["used"] // 8,
        "Shmem": m["shared"], "KReclaimable": slab, "Slab": slab * 2, "SReclaimable": slab,
        "SUnreclaim": slab, "KernelStack": 8 << 20, "PageTables": 16 << 20,
        "CommitLimit": m["total"] // 2, "Committed_AS": m["used"], "VmallocTotal": 1 << 45,
        "VmallocUsed": 32 << 20, "VmallocChunk": 0,
    }  # fmt: skip
    text = "".join(f"{name + ':':<16}{size >> 10:>8} kB\n" for name, size in rows.items())
    return text + (f"{'HugePages_Total:':<16}{0:>8}\n{'HugePages_Free:':<16}{0:>8}\n"
                   f"{'Hugepagesize:':<16}{2048:>8} kB\n")  # fmt: skip


def loadavg(p: Process) -> str:
    """Write the load averages, the running and all processes, and the last number given out."""
    rows = p.engine.programs.processes(p.container["Id"])
    running = sum(1 for row in rows if row["cpu"]) or 1
    loads = " ".join(f"{one:.2f}" for one in machine.load(p))
    return f"{loads} {running}/{len(rows) + 180} {int(p.box['next']) - 1}\n"


def uptime(p: Process) -> str:
    """Write the seconds since the machine's start, and those that its processors were idle."""
    up = machine.uptime_us(p) / SECOND
    return f"{up:.2f} {max(0.0, up * machine.processors(p) - machine.cpu_us(p) / SECOND):.2f}\n"


def stat(p: Process) -> str:
    """Write the processors' time in hundredths of a second."""
    count, up = machine.processors(p), machine.uptime_us(p) * 100 // SECOND
    busy = machine.cpu_us(p) * 100 // SECOND
    each = [f"cpu{n} {busy // count} 0 0 {max(0, up - busy // count)} 0 0 0 0 0 0\n"
            for n in range(count)]  # fmt: skip
    start = round(p.engine.start.timestamp()) + (p.engine.now_us - machine.uptime_us(p)) // SECOND
    return (f"cpu  {busy} 0 0 {max(0, up * count - busy)} 0 0 0 0 0 0\n{''.join(each)}intr 0\n"
            f"ctxt 0\nbtime {start}\nprocesses {p.box['next']}\nprocs_running 1\n"
            "procs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n")  # fmt: skip


def version(p: Process) -> str:
    """Write which kernel runs: the machine's."""
    compiler = f"({machine.architecture(p)}-linux-gnu-gcc-13 (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0)"
    return f"Linux version {machine.RELEASE} (buildd@lcy02) {compiler} {machine.BUILD}\n"


def _fixed(text: str) -> Callable[[Process], str]:
    return lambda p: text


FILES: dict[str, Callable[[Process], str]] = {
    "cgroups": _fixed("#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t0\t120\t1\n"
                      "cpu\t0\t120\t1\nmemory\t0\t120\t1\npids\t0\t120\t1\n"),
    "cmdline": _fixed("BOOT_IMAGE=/boot/vmlinuz root=LABEL=root ro quiet\n"),
    "cpuinfo": cpuinfo,
    "filesystems": _fixed("nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tcgroup2\nnodev\tdevpts\n"
                          "nodev\tmqueue\n\text4\nnodev\toverlay\n"),
    "loadavg": loadavg, "meminfo": meminfo, "modules": _fixed("overlay 192512 1 - Live 0x0\n"),
    "stat": stat, "swaps": _fixed("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
    "uptime": uptime, "version": version,
}  # fmt: skip

PARAMETERS = {
    "fs.file-max": "9223372036854775807", "fs.inotify.max_user_instances": "128",
    "fs.inotify.max_user_watches": "65536", "fs.nr_open": "1048576",
    "kernel.cap_last_cap": "40", "kernel.core_pattern": "core", "kernel.msgmax": "8192",
    "kernel.osrelease": machine.RELEASE, "kernel.ostype": "Linux", "kernel.pid_max": "4194304",
    "kernel.shmall": "18446744073692774399", "kernel.shmmax": "18446744073692774399",
    "kernel.shmmni": "4096", "kernel.threads-max": "126745", "kernel.version": machine.BUILD,
    "net.core.somaxconn": "4096", "net.ipv4.ip_forward": "1",
    "net.ipv4.ip_local_port_range": "32768\t60999",
    "net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.tcp_fin_timeout": "60",
    "net.ipv4.tcp_keepalive_time": "7200", "net.ipv4.tcp_max_syn_backlog": "512",
    "net.ipv4.tcp_syncookies": "1", "net.ipv4.tcp_tw_reuse": "2",
    "net.ipv6.conf.all.disable_ipv6": "1", "vm.dirty_ratio": "20", "vm.max_map_count": "1048576",
    "vm.overcommit_memory": "0", "vm.overcommit_ratio": "50", "vm.swappiness": "60",
}  # fmt: skip
"""Kernel parameters of Ubuntu 24.04, and what Docker sets in a container's namespaces."""


def parameters(p: Process) -> dict[str, str]:
    """Give the kernel parameters of a container, those of --sysctl among them."""
    asked: dict[str, Any] = p.container["HostConfig"].get("Sysctls") or {}
    own = {
        "kernel.hostname": str(p.container["Config"]["Hostname"]),
        "kernel.random.boot_id": p.engine.streams.uid("boot", str(p.box["machine"])),
    }
    if p.container["HostConfig"]["NetworkMode"] == "host":
        own["net.ipv4.ip_unprivileged_port_start"] = "1024"
    return dict(sorted({**PARAMETERS, **own, **{str(k): str(v) for k, v in asked.items()}}.items()))


def network(p: Process) -> dict[str, Callable[[Process], str]]:
    """Give the files of /proc/net."""
    return {"dev": sockets.devices, "route": sockets.route_table, "tcp": sockets.tcp,
            "tcp6": _fixed(sockets.TCP_HEAD), "udp": _fixed(sockets.TCP_HEAD),
            "arp": _fixed("IP address       HW type     Flags       HW address            Mask     "
                          "Device\n")}  # fmt: skip


__all__ = ["FILES", "cgroup", "network", "parameters"]
