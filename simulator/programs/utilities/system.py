"""ps, kill, id, hostname, uname, date, df, free, nproc, top: what the kernel tells."""

from __future__ import annotations

import hashlib
import math
import re
from datetime import timedelta
from typing import Any

from simulator.docker.shellmodel import dates

from ..users import find_user, user_name
from . import Context, Utility, Wait
from .files import split

KERNEL = "6.8.0-52-generic"
MACHINE = {"amd64": "x86_64", "arm64": "aarch64", "arm/v7": "armv7l"}


def _spec(c: Context) -> dict[str, object]:
    found = c.p.engine.store.get("Machine", "", c.p.box["machine"])
    return dict(found["spec"]) if found else {"arch": "amd64", "cpu": 4.0, "memory": 8 << 30}


WIDTH = 2048
"""Characters of a line of `ps` that goes to no terminal (MAX_WIDTH of BusyBox's procps/ps.c)."""


def ps(c: Context) -> int:
    """List processes.

    # Simplified: Containers that share their processes (of a pod, or one for debugging and its
    # target) see each other's in `ps`, but signals reach only those of the container itself.
    """
    busy = c.view.exists("/bin/busybox")
    rows, shift = _seen(c)
    own = {"pid": int(c.p.box["next"]) + shift, "user": c.p.row["user"], "argv": c.argv,
           "parent": c.p.pid + shift, "startedUs": c.p.engine.now_us, "uid": c.p.uid}  # fmt: skip
    if c.p.row["family"] != "utility":
        rows = sorted([*rows, own], key=lambda row: int(row["pid"]))
    if "-p" in c.argv[1:-1]:
        wanted = c.argv[c.argv.index("-p") + 1].split(",")
        rows = [row for row in rows if str(row["pid"]) in wanted]
    if busy:
        c.out("PID   USER     TIME  COMMAND\n")
        for row in rows:
            c.out(f"{row['pid']:>5} {row['user']:<8.8}  0:00 {_shown(row['argv'], ' ')}\n")
        return 0
    if any("e" in word or "a" in word for word in c.argv[1:]):
        c.out("UID          PID    PPID  C STIME TTY          TIME CMD\n")
        stamp = (c.p.engine.start + timedelta(microseconds=c.p.engine.now_us)).strftime("%H:%M")
        for row in rows:
            c.out(f"{row['user']:<8} {row['pid']:>7} {row['parent']:>7}  0 {stamp} ?        "
                  f"00:00:00 {_shown(row['argv'], '?')}\n")  # fmt: skip
        return 0
    c.out("    PID TTY          TIME CMD\n")
    for row in rows:
        name = row["argv"][0].rpartition("/")[2]
        c.out(f"{row['pid']:>7} ?        00:00:00 {name}\n")
    return 0 if rows else 1


def _shown(argv: list[str], control: str) -> str:
    """Write a command line in one line: BusyBox shows control characters as " ", procps as "?"."""
    return re.sub(r"[\0-\x1f]", control, " ".join(argv)[:WIDTH])


def _seen(c: Context) -> tuple[list[dict[str, Any]], int]:
    """Give the processes that a container sees, and what is added to the numbers of its own."""
    pod = c.p.container["drydock"].get("pod") or {}
    if not pod:
        return c.p.programs.processes(c.p.container["Id"]), 0
    found: list[dict[str, Any]] = []
    first = pod.get("target") or pod["container"]
    holders = [one for one in c.p.engine.store.by("Container", "pod", pod["uid"])
               if one["State"]["Running"]]  # fmt: skip
    if pod.get("shared"):  # the pause container is the first process of all
        found.append({"pid": 1, "user": "65535", "argv": ["/pause"], "parent": 0, "uid": 65535,
                      "startedUs": 0})  # fmt: skip
    else:
        own = [one["drydock"]["pod"] for one in holders]
        holders = [h for h, row in zip(holders, own, strict=True)
                   if first in (row["container"], row.get("target"))]  # fmt: skip
        holders.sort(key=lambda one: one["drydock"]["pod"]["container"] != first)
    shift, mine = 6 if found else 0, 0
    for holder in holders:
        rows = c.p.programs.processes(holder["Id"])
        found += [{**row, "pid": int(row["pid"]) + shift,
                   "parent": int(row["parent"]) + shift if int(row["parent"]) else 0}
                  for row in rows]  # fmt: skip
        if holder["Id"] == c.p.container["Id"]:
            mine = shift
        shift += max((int(row["pid"]) for row in rows), default=0) + 1
    return found, mine


def kill(c: Context) -> int:
    """Send a signal."""
    return c.p.programs.kill_command(c.p, c.argv, c.err)


def _named(c: Context, names: list[str], whole: bool) -> list[str]:
    """List the processes of a name, or with `whole` those whose command line holds it."""
    found = []
    for row in c.p.programs.processes(c.p.container["Id"]):
        shown = " ".join(row["argv"]) if whole else row["argv"][0].rpartition("/")[2]
        is_self = row["pid"] == c.p.pid and c.p.row["family"] == "utility"
        if not is_self and any(name in shown for name in names):
            found.append(str(row["pid"]))
    return found


def killall(c: Context) -> int:
    """Send a signal to all processes of a name."""
    names = [word for word in c.argv[1:] if not word.startswith("-")]
    flags = [word for word in c.argv[1:] if word.startswith("-")]
    signal = next((word for word in flags if word not in ("-f", "-q", "-x")), "-TERM")
    found = _named(c, names, "-f" in flags)
    if not found:
        return 1 if c.name == "pkill" else c.fail(f"{' '.join(names)}: no process found")
    return c.p.programs.kill_command(c.p, ["kill", signal, *found], c.err)


def pgrep(c: Context) -> int:
    """Print the process numbers of a name: pgrep one a line, pidof in one line."""
    names = [word for word in c.argv[1:] if not word.startswith("-")]
    found = _named(c, names, any("f" in word for word in c.argv[1:] if word.startswith("-")))
    if found:
        c.out((" " if c.name == "pidof" else "\n").join(found) + "\n")
    return 0 if found else 1


def identity(c: Context) -> int:
    """Print user and groups."""
    flags, names = split(c.argv)
    uid, gid = c.p.uid, int(c.p.row["gid"])
    if names:
        uid, gid, _, _ = find_user(c.view, names[0])
    name = user_name(c.view, uid)
    if c.name == "whoami":
        if not name:
            return c.fail(f"cannot find name for user ID {uid}")
        c.out(name + "\n")
        return 0
    if "u" in flags or "g" in flags:
        number = uid if "u" in flags else gid
        c.out((name if "n" in flags and "u" in flags else str(number)) + "\n")
        return 0
    shown = f"({name})" if name else ""
    groups = [gid] if names else sorted(dict.fromkeys(c.p.groups))
    if "G" in flags:
        c.out(" ".join(str(one) for one in groups) + "\n")
        return 0
    listed = ",".join(f"{one}{_group(c, one)}" for one in groups)
    c.out(f"uid={uid}{shown} gid={gid}{_group(c, gid)} groups={listed}\n")
    return 0


def _group(c: Context, gid: int) -> str:
    """Give a group's name in brackets; "" when /etc/group has none."""
    for line in (c.view.text("/etc/group") or "").splitlines():
        parts = line.split(":")
        if len(parts) >= 3 and parts[2] == str(gid):
            return f"({parts[0]})"
    return "(root)" if gid == 0 else ""


def hostname(c: Context) -> int:
    """Print the host's name, or its addresses with -i."""
    if "-i" in c.argv or "-I" in c.argv:
        networks = c.p.container["NetworkSettings"]["Networks"].values()
        found = [row["IPAddress"] for row in networks if row.get("IPAddress")]
        own = c.p.container["NetworkSettings"]["IPAddress"]
        c.out(" ".join(dict.fromkeys([*found, *([own] if own else [])])) + "\n")
        return 0
    name = str(c.p.container["Config"]["Hostname"])
    full = _full_name(c, name)
    if any(flag in c.argv for flag in ("-f", "--fqdn", "--long")):
        name = full
    elif "-d" in c.argv:
        name = full.partition(".")[2]
    c.out(name + "\n")
    return 0


def _full_name(c: Context, name: str) -> str:
    """Give the host's name with its domain, as /etc/hosts has it."""
    for line in (c.view.text("/etc/hosts") or "").splitlines():
        words = line.split()
        if name in words[1:]:
            return words[1]
    return name


def sysctl(c: Context) -> int:
    """Set or print kernel parameters; only a privileged container may set them.

    # Simplified: A kernel parameter that is set is not remembered.
    """
    _, words = split(c.argv)
    for word in words:
        name, sets, value = word.partition("=")
        if not sets:
            own = c.p.container["HostConfig"].get("Sysctls") or {}
            c.out(f"{name} = {own.get(name, KERNEL_PARAMETERS.get(name, '0'))}\n")
        elif not c.p.container["HostConfig"].get("Privileged"):
            return c.fail(f"error setting key '{name}': Read-only file system")
        else:
            c.out(f"{name} = {value}\n")
    return 0


KERNEL_PARAMETERS = {"vm.max_map_count": "65530", "net.core.somaxconn": "4096"}
"""Linux 6's defaults."""


def uname(c: Context) -> int:
    """Print kernel and machine: the kernel is the host's."""
    flags, _ = split(c.argv)
    arch = MACHINE.get(str(_spec(c)["arch"]), "x86_64")
    name = c.p.container["Config"]["Hostname"]
    if "a" in flags:
        c.out(f"Linux {name} {KERNEL} #1 SMP PREEMPT_DYNAMIC {arch} GNU/Linux\n")
        return 0
    parts = [text for flag, text in (("s", "Linux"), ("n", name), ("r", KERNEL), ("m", arch))
             if flag in flags]  # fmt: skip
    c.out(" ".join(parts or ["Linux"]) + "\n")
    return 0


def date(c: Context) -> int:
    """Print simulated time."""
    moment = c.p.engine.start + timedelta(microseconds=c.p.engine.now_us)
    text, wrong = dates.printed(c.argv, moment)
    if wrong and c.is_busybox:
        wrong = wrong.replace("‘", "'").replace("’", "'")
    c.out(text)
    return c.fail(wrong) if wrong else 0


def nproc(c: Context) -> int:
    """Print the number of CPUs."""
    c.out(f"{int(float(str(_spec(c)['cpu'])))}\n")
    return 0


def free(c: Context) -> int:
    """Print memory: the host's, whatever the container's limit is."""
    total = int(str(_spec(c)["memory"])) >> 10
    used = total // 4
    c.out("               total        used        free      shared  buff/cache   available\n")
    c.out(f"Mem:    {total:>12}{used:>12}{total - 2 * used:>12}{1024:>12}{used:>12}"
          f"{total - used:>12}\n")  # fmt: skip
    c.out(f"Swap:   {0:>12}{0:>12}{0:>12}\n")
    return 0


def df(c: Context) -> int:
    """Print disks: the root, and the volumes of claims that are mounted.

    # Simplified: df takes a fifth of the root disk for used, and of other mounts it shows only the
    # volumes of claims.
    """
    flags, paths = split(c.argv)
    total = (128 << 30) >> 10
    disks = [("overlay", total, total // 5, "/"), *_volumes(c)]
    if paths:
        real = c.view.resolve(paths[0], c.p.cwd)
        fitting = [
            row for row in disks if real == row[3] or real.startswith(row[3].rstrip("/") + "/")
        ]
        disks = [max(fitting, key=lambda row: len(row[3]))]
    human = "h" in flags
    c.out("Filesystem      Size  Used Avail Use% Mounted on\n" if human
          else "Filesystem     1K-blocks      Used Available Use% Mounted on\n")  # fmt: skip
    for name, size, used, place in disks:
        share = f"{-(-used * 100 // size)}%"
        if human:
            cells = [_human(number) for number in (size, used, size - used)]
            c.out(f"{name:<14} {cells[0]:>5} {cells[1]:>5} {cells[2]:>5} {share:>4} {place}\n")
        else:
            c.out(f"{name:<14} {size:>9} {used:>9} {size - used:>9} {share:>4} {place}\n")
    return 0


def _volumes(c: Context) -> list[tuple[str, int, int, str]]:
    """List the mounted volumes of claims: (device, KiB, KiB used, place)."""
    from simulator.kubernetes.api.quantity import bytes_of

    found = []
    for index, mount in enumerate(c.p.container["Mounts"]):
        match = re.search(r"/volumes/kubernetes\.io~csi/([^/]+)/mount$", str(mount["Source"]))
        volume = c.p.engine.store.get("PersistentVolume", "", match[1]) if match else None
        ref = (volume or {}).get("spec", {}).get("claimRef")
        if not ref:
            continue
        claim = c.p.engine.store.get("PersistentVolumeClaim", ref["namespace"], ref["name"])
        size = bytes_of(((claim or {}).get("status") or {}).get("capacity", {}).get("storage"))
        place = str(mount["Destination"])
        files = [entry for path, entry in c.view.files.items() if path.startswith(place + "/")]
        used = sum(int(entry.get("size") or 0) for entry in files)
        found.append((f"/dev/rbd{index}", max(size >> 10, 1), used >> 10, place))
    return found


def _human(kib: int) -> str:
    """Write KiB as `df -h` does: rounded up, one digit below ten."""
    size, unit = float(kib), 0
    while size >= 1024 and unit < 3:
        size, unit = size / 1024, unit + 1
    if not kib:
        return "0"
    digit = math.ceil(size * 10) / 10
    return (f"{digit:.1f}" if digit < 10 else str(math.ceil(size))) + "KMGT"[unit]


def top(c: Context) -> int | Wait:
    """Show processes until stopped."""
    ps(c)
    return 0 if "-b" in c.argv or "-bn1" in c.argv else Wait(None)


def checksum(c: Context) -> int:
    """Print digests of files."""
    kind = c.name.removesuffix("sum")
    paths = split(c.argv)[1]
    for path in paths or ["-"]:
        if path == "-":
            data = (c.stdin or "").encode()
        elif why := c.p.unreadable(path):
            return c.fail(f"can't open '{path}': {why}" if c.is_busybox else f"{path}: {why}")
        else:
            entry = c.view.get(path, c.p.cwd) or {}
            data = str(entry.get("text", entry.get("digest", ""))).encode()
        c.out(f"{hashlib.new(kind, data).hexdigest()}  {path}\n")
    return 0


def quiet(c: Context) -> int:
    """Do what leaves no trace in the model (sync, clear, ldconfig ...)."""
    return 0


ALL: dict[str, Utility] = {
    "ps": ps, "kill": kill, "killall": killall, "pkill": killall,
    "pgrep": pgrep, "pidof": pgrep, "id": identity,
    "whoami": identity, "hostname": hostname, "uname": uname, "sysctl": sysctl,
    "date": date, "nproc": nproc,
    "free": free, "df": df, "top": top, "sha256sum": checksum, "md5sum": checksum,
    "sha1sum": checksum, "sync": quiet, "clear": quiet, "reset": quiet, "mount": quiet,
}  # fmt: skip
