"""uname, nproc, free, uptime, lscpu, vmstat, sysctl: the machine, as the kernel tells of it.

Sources: what procps-ng 4, util-linux 2.41 and BusyBox 1.37 print.
"""

from __future__ import annotations

from datetime import timedelta

from simulator.timing import DAY, HOUR, MINUTE

from ..kernel import machine, proc
from . import Context, Utility
from .files import split

FREE_UNITS = {
    "b": 1, "bytes": 1, "k": 1 << 10, "kibi": 1 << 10, "m": 1 << 20, "mebi": 1 << 20,
    "g": 1 << 30, "gibi": 1 << 30, "kilo": 1000, "mega": 10**6, "giga": 10**9,
}  # fmt: skip


def sysctl(c: Context) -> int:
    """Set or print kernel parameters; only a privileged container may set them.

    # Simplified: A kernel parameter that is set is not remembered.
    """
    flags, words = split(c.argv)
    known, code = proc.parameters(c.p), 0
    if "a" in flags or "all" in flags:
        c.out("".join(f"{name} = {value}\n" for name, value in known.items()))
        return 0
    for word in words:
        name, sets, value = word.partition("=")
        name = name.replace("/", ".")
        if name not in known:
            what = (
                f"error: '{name}' is an unknown key"
                if c.is_busybox
                else (f"cannot stat /proc/sys/{name.replace('.', '/')}: No such file or directory")
            )
            code = c.fail(what, 1)
        elif sets and not c.p.container["HostConfig"].get("Privileged"):
            code = c.fail(f"error setting key '{name}': Read-only file system")
        else:
            shown = value if sets else known[name]
            c.out(f"{shown}\n" if "n" in flags else f"{name} = {shown}\n")
    return code


def uname(c: Context) -> int:
    """Print kernel and machine: the kernel is the host's."""
    flags, _ = split(c.argv)
    arch, name = machine.architecture(c.p), str(c.p.container["Config"]["Hostname"])
    system = "Linux" if c.is_busybox else "GNU/Linux"
    rows = [("s", "kernel-name", "Linux"), ("n", "nodename", name),
            ("r", "kernel-release", machine.RELEASE), ("v", "kernel-version", machine.BUILD),
            ("m", "machine", arch), ("p", "processor", "unknown"),
            ("i", "hardware-platform", "unknown"), ("o", "operating-system", system)]  # fmt: skip
    whole = "a" in flags or "all" in flags
    parts = [text for letter, word, text in rows
             if letter in flags or word in flags or (whole and text != "unknown")]  # fmt: skip
    c.out(" ".join(parts or ["Linux"]) + "\n")
    return 0


def nproc(c: Context) -> int:
    """Print the number of processors that may be used: --cpuset-cpus counts, --cpus does not."""
    everything = "--all" in c.argv
    count = machine.processors(c.p) if everything else len(machine.allowed_processors(c.p))
    c.out(f"{count}\n")
    return 0


def free(c: Context) -> int:
    """Print memory: the host's, whatever the container's limit is."""
    flags, _ = split(c.argv, "sc")
    m = machine.memory(c.p)
    cache = m["cached"] + m["buffers"]
    human = "h" in flags or "human" in flags
    unit = next((size for word, size in FREE_UNITS.items() if word in flags), 1 << 10)

    def cell(size: int) -> str:
        if human:
            return f"{short(size) if c.is_busybox else scaled(size):>12}"
        return f"{size // unit:>12}"

    names = ("total", "used", "free", "shared", "buff/cache", "available")
    margin = 7 if c.is_busybox else 8
    c.out(" " * margin + "".join(f"{name:>12}" for name in names) + "\n")
    sizes = (m["total"], m["used"], m["free"], m["shared"], cache, m["available"])
    c.out(f"{'Mem:':<{margin}}" + "".join(cell(size) for size in sizes) + "\n")
    c.out(f"{'Swap:':<{margin}}" + cell(0) * 3 + "\n")
    if "t" in flags or "total" in flags:
        c.out(f"{'Total:':<{margin}}" + "".join(cell(size) for size in sizes[:3]) + "\n")
    return 0


def scaled(size: int) -> str:
    """Write bytes as `free -h` of procps does: 1.9Gi, 15Gi, 0B."""
    value, at = float(size), 0
    while value >= 1024 and at < 4:
        value, at = value / 1024, at + 1
    letter = "BKMGT"[at]
    shown = f"{value:.1f}" if value < 9.95 and letter != "B" else f"{value:.0f}"
    return shown + (letter if letter == "B" else letter + "i")


def short(size: int) -> str:
    """Write bytes as BusyBox does: 15.6G, 588.0M, 0."""
    if not size:
        return "0"
    value, at = float(size), 0
    while value >= 1024 and at < 4:
        value, at = value / 1024, at + 1
    return f"{value:.1f}{' KMGT'[at]}" if at else str(size)


def clock(c: Context) -> str:
    """Give the time of day."""
    now = c.p.engine.start + timedelta(microseconds=c.p.engine.now_us)
    return now.strftime("%H:%M:%S")


def up_text(c: Context) -> str:
    """Write how long the machine runs, as uptime and top do."""
    up = machine.uptime_us(c.p)
    days, rest = divmod(up, DAY)
    text = f"{days} day{'' if days == 1 else 's'}, " if days else ""
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    gap = " " if days and not c.is_busybox else ""
    return text + (f"{gap}{hours:>2}:{minutes:02}" if hours else f"{gap}{minutes} min")


def uptime(c: Context) -> int:
    """Print how long the machine runs, and its load."""
    if "-p" in c.argv or "--pretty" in c.argv:
        minutes = machine.uptime_us(c.p) // MINUTE
        c.out(f"up {minutes} minute{'' if minutes == 1 else 's'}\n")
        return 0
    loads = ", ".join(f"{one:.2f}" for one in machine.load(c.p))
    users = "0 users" if c.is_busybox else "0 user"
    c.out(f" {clock(c)} up {up_text(c)},  {users},  load average: {loads}\n")
    return 0


def lscpu(c: Context) -> int:
    """Print what is known of the processors."""
    count = machine.processors(c.p)
    online = machine.ranges(list(range(count)))
    rows = [("Architecture:", machine.architecture(c.p)),
            ("  CPU op-mode(s):", "32-bit, 64-bit"), ("  Byte Order:", "Little Endian"),
            ("CPU(s):", str(count)), ("  On-line CPU(s) list:", online)]  # fmt: skip
    if machine.architecture(c.p) == "x86_64":
        vendor, family, number, name, mhz = proc.model(c.p)
        rows += [("Vendor ID:", vendor), ("  Model name:", name), ("    CPU family:", str(family)),
                 ("    Model:", str(number)), ("    Thread(s) per core:", "1"),
                 ("    Core(s) per socket:", str(count)), ("    Socket(s):", "1"),
                 ("    Stepping:", "1"), ("    BogoMIPS:", f"{mhz * 2:.2f}"),
                 ("    Flags:", proc.FLAGS)]  # fmt: skip
    else:
        rows += [("Vendor ID:", "ARM"), ("  Model name:", "Cortex-A72"),
                 ("    Thread(s) per core:", "1"), ("    Core(s) per cluster:", str(count)),
                 ("    BogoMIPS:", "108.00")]  # fmt: skip
    c.out("".join(f"{name:<25} {value}\n" for name, value in rows))
    return 0


def vmstat(c: Context) -> int:
    """Print memory and processors in one line."""
    m = machine.memory(c.p)
    count, up = machine.processors(c.p), max(1, machine.uptime_us(c.p))
    busy = min(100, round(100 * machine.cpu_us(c.p) / (up * count)))
    running = sum(1 for row in c.p.programs.processes(c.p.container["Id"]) if row["cpu"])
    c.out("procs -----------memory---------- ---swap-- -----io---- -system-- -------cpu-------\n"
          " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st gu\n"
          f"{running:>2}  0 {0:>6} {m['free'] >> 10:>6} {m['buffers'] >> 10:>6} "
          f"{m['cached'] >> 10:>6} {0:>4} {0:>4} {0:>5} {0:>5} {0:>4} {0:>4} {busy:>2}  0 "
          f"{100 - busy:>2}  0  0  0\n")  # fmt: skip
    return 0


ALL: dict[str, Utility] = {
    "free": free, "lscpu": lscpu, "nproc": nproc, "sysctl": sysctl, "uname": uname,
    "uptime": uptime, "vmstat": vmstat,
}  # fmt: skip
