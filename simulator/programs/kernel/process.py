"""/proc/PID: what the kernel tells of one process.   Source: proc(5)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.timing import SECOND

from . import machine, mounts

if TYPE_CHECKING:
    from ..process import Process

Row = dict[str, Any]
Read = Callable[["Process", Row], str]
LAST_CAPABILITY = 40
DEFAULT_CAPABILITIES = 0xA80425FB
"""The 14 that Docker leaves to a container: CHOWN to SETFCAP (moby, oci/caps/defaults.go)."""
_NAMES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
    LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
    SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
    SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
    WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"""
CAPABILITIES = _NAMES.split()
"""In the order of their numbers (linux/capability.h)."""
USUAL_LIMITS = {
    "Max cpu time": ("cpu", "unlimited", "unlimited", "seconds"),
    "Max file size": ("fsize", "unlimited", "unlimited", "bytes"),
    "Max data size": ("data", "unlimited", "unlimited", "bytes"),
    "Max stack size": ("stack", "8388608", "unlimited", "bytes"),
    "Max core file size": ("core", "unlimited", "unlimited", "bytes"),
    "Max resident set": ("rss", "unlimited", "unlimited", "bytes"),
    "Max processes": ("nproc", "unlimited", "unlimited", "processes"),
    "Max open files": ("nofile", "1048576", "1048576", "files"),
    "Max locked memory": ("memlock", "8388608", "8388608", "bytes"),
    "Max address space": ("as", "unlimited", "unlimited", "bytes"),
    "Max file locks": ("locks", "unlimited", "unlimited", "locks"),
    "Max pending signals": ("sigpending", "63396", "63396", "signals"),
    "Max msgqueue size": ("msgqueue", "819200", "819200", "bytes"),
    "Max nice priority": ("nice", "0", "0", ""),
    "Max realtime priority": ("rtprio", "0", "0", ""),
    "Max realtime timeout": ("rttime", "unlimited", "unlimited", "us"),
}


def name_of(row: Row) -> str:
    """Name a process as the kernel does: by the name it was started by, 15 characters of it."""
    name = row["path"] if row.get("title") or row.get("is_worker") else row["argv"][0]
    return posixpath.basename(str(name))[:15]


def state_of(row: Row) -> tuple[str, str]:
    """Give the letter of a process's state, and its word."""
    if row.get("ended"):
        return "Z", "zombie"
    return ("R", "running") if row["cpu"] else ("S", "sleeping")


def capabilities(p: Process) -> int:
    """Give the capabilities of the container, a bit for each."""
    host = p.container["HostConfig"]
    everything = (1 << LAST_CAPABILITY + 1) - 1
    if host.get("Privileged"):
        return everything
    held = DEFAULT_CAPABILITIES
    added, dropped = (
        [str(one).upper().removeprefix("CAP_") for one in host.get(key) or ()]
        for key in ("CapAdd", "CapDrop")
    )
    held = everything if "ALL" in added else 0 if "ALL" in dropped else held
    for name in dropped:
        held &= ~(1 << CAPABILITIES.index(name)) if name in CAPABILITIES else -1
    for name in added:
        held |= 1 << CAPABILITIES.index(name) if name in CAPABILITIES else 0
    return held


def _status(p: Process, row: Row) -> str:
    letter, word = state_of(row)
    uid, gid, kib = int(row["uid"]), int(row["gid"]), max(4, int(row["memory"]) >> 10)
    bound = capabilities(p)
    held = bound if uid == 0 else 0
    allowed = machine.allowed_processors(p)
    mask = f"{sum(1 << n for n in allowed):x}"
    groups = " ".join(str(one) for one in dict.fromkeys([gid, *row.get("groups", ())]))
    options = p.container["HostConfig"].get("SecurityOpt") or ()
    no_new = int(any(str(one).startswith("no-new-privileges") and "false" not in str(one)
                     for one in options))  # fmt: skip
    open_ = p.container["HostConfig"].get("Privileged") or "seccomp=unconfined" in options
    rows = [
        ("Name", name_of(row)), ("Umask", "0022"), ("State", f"{letter} ({word})"),
        ("Tgid", row["pid"]), ("Ngid", 0), ("Pid", row["pid"]), ("PPid", row["parent"]),
        ("TracerPid", 0), ("Uid", "\t".join([str(uid)] * 4)), ("Gid", "\t".join([str(gid)] * 4)),
        ("FDSize", 64), ("Groups", f"{groups} "), ("NStgid", row["pid"]), ("NSpid", row["pid"]),
        ("NSpgid", row["pid"]), ("NSsid", row["pid"]), ("VmPeak", f"{kib * 3:>8} kB"),
        ("VmSize", f"{kib * 3:>8} kB"), ("VmLck", f"{0:>8} kB"), ("VmHWM", f"{kib:>8} kB"),
        ("VmRSS", f"{kib:>8} kB"), ("RssAnon", f"{kib:>8} kB"), ("RssFile", f"{0:>8} kB"),
        ("VmData", f"{kib:>8} kB"), ("VmSwap", f"{0:>8} kB"), ("Threads", 1),
        ("SigQ", "0/63396"), ("SigPnd", "0" * 16), ("SigBlk", "0" * 16), ("SigIgn", "0" * 16),
        ("SigCgt", "0" * 16), ("CapInh", "0" * 16), ("CapPrm", f"{held:016x}"),
        ("CapEff", f"{held:016x}"), ("CapBnd", f"{bound:016x}"), ("CapAmb", "0" * 16),
        ("NoNewPrivs", no_new), ("Seccomp", 0 if open_ else 2),
        ("Seccomp_filters", 0 if open_ else 1), ("Cpus_allowed", mask),
        ("Cpus_allowed_list", machine.ranges(allowed)), ("Mems_allowed_list", 0),
        ("voluntary_ctxt_switches", 10), ("nonvoluntary_ctxt_switches", 0),
    ]  # fmt: skip
    return "".join(f"{name}:\t{value}\n" for name, value in rows)


def ticks(p: Process, row: Row) -> int:
    """Give the CPU time of a process in hundredths of a second."""
    return machine.process_cpu_us(p, row) * 100 // SECOND


def _stat(p: Process, row: Row) -> str:
    up = machine.uptime_us(p) - (p.engine.now_us - int(row["startedUs"]))
    pages = int(row["memory"]) >> 12
    used = ticks(p, row)
    return (f"{row['pid']} ({name_of(row)}) {state_of(row)[0]} {row['parent']} {row['pid']} "
            f"{row['pid']} 0 -1 4194560 0 0 0 0 {used} 0 0 0 20 0 1 0 {max(0, up) * 100 // SECOND} "
            f"{pages * 3 << 12} {pages} 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 "
            "0 0 0 0 0 0 0 0 0\n")  # fmt: skip


def _statm(p: Process, row: Row) -> str:
    pages = int(row["memory"]) >> 12
    return f"{pages * 3} {pages} 0 1 0 {pages} 0\n"


def _limits(p: Process, row: Row) -> str:
    given = {one["Name"]: one for one in p.container["HostConfig"].get("Ulimits") or []}
    text = f"{'Limit':<26}{'Soft Limit':<21}{'Hard Limit':<21}{'Units':<10}\n"
    for title, (name, soft, hard, unit) in USUAL_LIMITS.items():
        if name in given:
            soft, hard = (str(given[name][key]) if int(given[name][key]) >= 0 else "unlimited"
                          for key in ("Soft", "Hard"))  # fmt: skip
        text += f"{title:<26}{soft:<21}{hard:<21}{unit:<10}\n"
    return text


def _score(p: Process, row: Row) -> str:
    total = int(machine.spec(p)["memory"])
    adjust = int(p.container["HostConfig"].get("OomScoreAdj") or 0)
    return f"{max(0, 666 + (int(row['memory']) * 1000 // total + adjust) * 2 // 3)}\n"


def _adjustment(p: Process, row: Row) -> str:
    return f"{int(p.container['HostConfig'].get('OomScoreAdj') or 0)}\n"


def _joined(words: list[str]) -> str:
    return "".join(f"{word}\0" for word in words)


FILES: dict[str, tuple[int, Read]] = {
    "cgroup": (0o444, lambda p, row: "0::/\n"),
    "cmdline": (0o444, lambda p, row: _joined(row["argv"])),
    "comm": (0o644, lambda p, row: name_of(row) + "\n"),
    "environ": (0o400, lambda p, row: _joined([f"{k}={v}" for k, v in row["env"].items()])),
    "io": (0o400, lambda p, row: "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\n"
                                 "write_bytes: 0\ncancelled_write_bytes: 0\n"),
    "limits": (0o444, _limits),
    "mountinfo": (0o444, lambda p, row: mounts.details(p)),
    "mounts": (0o444, lambda p, row: mounts.table(p)),
    "oom_score": (0o444, _score),
    "oom_score_adj": (0o644, _adjustment),
    "stat": (0o444, _stat), "statm": (0o444, _statm), "status": (0o444, _status),
    "uid_map": (0o644, lambda p, row: "         0          0 4294967295\n"),
    "gid_map": (0o644, lambda p, row: "         0          0 4294967295\n"),
}  # fmt: skip
