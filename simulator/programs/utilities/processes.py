"""ps and top: the processes that a container sees.   Sources: procps-ng 4 and BusyBox 1.37."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator.timing import SECOND

from .. import titles
from ..kernel import machine
from ..kernel.process import name_of
from . import Context, Utility, Wait, number
from .files import split
from .hardware import clock, up_text

WIDTH = 2048
"""Characters of a line of `ps` that goes to no terminal (MAX_WIDTH of BusyBox's procps/ps.c)."""
Row = dict[str, Any]


def seen(c: Context) -> list[Row]:
    """Give the processes that a container sees, the tool itself among them, by number.

    # Simplified: Containers that share their processes (of a pod, or one for debugging and its
    target) see each other's in `ps`, but signals reach only those of the container itself.
    """
    rows, shift = _of_pod(c)
    own = {"pid": int(c.p.box["next"]) + shift, "user": c.p.row["user"], "argv": c.argv,
           "parent": c.p.pid + shift, "startedUs": c.p.engine.now_us, "uid": c.p.uid,
           "gid": c.p.row["gid"], "memory": 3 << 20, "cpu": 0.0, "self": True,
           "input": c.p.row.get("input", "")}  # fmt: skip
    if c.p.row["family"] != "utility":
        return sorted([*rows, own], key=lambda row: int(row["pid"]))
    return [{**row, "self": True} if row["pid"] == c.p.pid + shift else row for row in rows]


def _of_pod(c: Context) -> tuple[list[Row], int]:
    """Give the rows of a container or its pod, and what is added to the numbers of its own."""
    pod = c.p.container["drydock"].get("pod") or {}
    if not pod:
        return _titled(c, c.p.container["Id"]), 0
    found: list[Row] = []
    first = pod.get("target") or pod["container"]
    holders = [one for one in c.p.engine.store.by("Container", "pod", pod["uid"])
               if one["State"]["Running"]]  # fmt: skip
    if pod.get("shared"):  # the pause container is the first process of all
        found.append({"pid": 1, "user": "65535", "argv": ["/pause"], "parent": 0, "uid": 65535,
                      "gid": 65535, "startedUs": 0, "memory": 1 << 19, "cpu": 0.0})  # fmt: skip
    else:
        own = [one["drydock"]["pod"] for one in holders]
        holders = [h for h, row in zip(holders, own, strict=True)
                   if first in (row["container"], row.get("target"))]  # fmt: skip
        holders.sort(key=lambda one: one["drydock"]["pod"]["container"] != first)
    shift, mine = 6 if found else 0, 0
    for holder in holders:
        rows = _titled(c, holder["Id"])
        found += [{**row, "pid": int(row["pid"]) + shift,
                   "parent": int(row["parent"]) + shift if int(row["parent"]) else 0}
                  for row in rows]  # fmt: skip
        if holder["Id"] == c.p.container["Id"]:
            mine = shift
        shift += max((int(row["pid"]) for row in rows), default=0) + 1
    return found, mine


def _titled(c: Context, container: str) -> list[dict[str, Any]]:
    """Give a container's processes with their titles, the workers of servers among them."""
    return titles.shown(c.p.programs.processes(container))


def shown(argv: list[str], control: str) -> str:
    """Write a command line in one line: BusyBox shows control characters as " ", procps as "?"."""
    return re.sub(r"[\0-\x1f]", control, " ".join(argv)[:WIDTH])


def _tty(c: Context, row: Row) -> str:
    channel = c.p.box.get("inputs", {}).get(row.get("input") or "")
    return "pts/0" if channel and channel["tty"] else "?"


def _used_s(c: Context, row: Row) -> int:
    return machine.process_cpu_us(c.p, row) // SECOND


def _stat(c: Context, row: Row) -> str:
    """Give STAT: R runs, S sleeps, s leads a session, + is in the foreground of a terminal."""
    letter = "R" if row.get("self") or row["cpu"] else "Z" if row.get("ended") else "S"
    lead = "s" if int(row["pid"]) == 1 or not int(row["parent"]) else ""
    return letter + lead + ("+" if _tty(c, row) != "?" else "")


def _start(c: Context, row: Row) -> str:
    moment = c.p.engine.start + timedelta(microseconds=int(row["startedUs"]))
    return moment.strftime("%H:%M")


def _share(c: Context, row: Row) -> float:
    return 100 * int(row["memory"]) / int(machine.spec(c.p)["memory"])


def _hours(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _elapsed(c: Context, row: Row) -> str:
    age = (c.p.engine.now_us - int(row["startedUs"])) // SECOND
    return _hours(age) if age >= 3600 else f"{age // 60:02}:{age % 60:02}"


def _user(row: Row) -> str:
    name = str(row["user"])
    return name if len(name) <= 8 else name[:7] + "+"


Column = tuple[str, int, Callable[[Context, Row], str]]
COMMAND: Column = ("COMMAND", 0, lambda c, row: shown(row["argv"], " " if c.is_busybox else "?"))
COMM: Column = ("COMMAND", -15, lambda c, row: name_of(row))
COLUMNS: dict[str, Column] = {
    "pid": ("PID", 7, lambda c, row: str(row["pid"])),
    "ppid": ("PPID", 7, lambda c, row: str(row["parent"])),
    "user": ("USER", -8, lambda c, row: _user(row)),
    "uid": ("UID", 5, lambda c, row: str(row["uid"])),
    "group": ("GROUP", -8, lambda c, row: str(row.get("gid", 0))),
    "comm": COMM, "ucmd": COMM, "args": COMMAND, "cmd": ("CMD", *COMMAND[1:]), "command": COMMAND,
    "pcpu": ("%CPU", 4, lambda c, row: f"{float(row['cpu']) * 100:.1f}"),
    "pmem": ("%MEM", 4, lambda c, row: f"{_share(c, row):.1f}"),
    "rss": ("RSS", 5, lambda c, row: str(int(row["memory"]) >> 10)),
    "vsz": ("VSZ", 6, lambda c, row: str(3 * int(row["memory"]) >> 10)),
    "stat": ("STAT", -4, _stat), "s": ("S", -1, lambda c, row: _stat(c, row)[0]),
    "state": ("S", -1, lambda c, row: _stat(c, row)[0]), "tty": ("TT", -8, _tty),
    "time": ("TIME", 8, lambda c, row: _hours(_used_s(c, row))),
    "etime": ("ELAPSED", 11, _elapsed), "ni": ("NI", 3, lambda c, row: "0"),
    "nlwp": ("NLWP", 4, lambda c, row: "1"), "start": ("START", -8, _start),
}  # fmt: skip
ALIASES = {"%cpu": "pcpu", "%mem": "pmem", "rssize": "rss", "vsize": "vsz", "tt": "tty",
           "tname": "tty", "cputime": "time", "nice": "ni", "euser": "user", "ruser": "user",
           "euid": "uid", "start_time": "start", "thcount": "nlwp"}  # fmt: skip


def ps(c: Context) -> int:
    """List processes."""
    flags, words = split(c.argv, "opCu" if not c.is_busybox else "o")
    every = [row for row in seen(c) if not row.get("ended") or row.get("self")]
    rows = _chosen(c, flags, words, every)
    wanted = [word for at, word in enumerate(c.argv) if at and c.argv[at - 1] in ("-o", "o")]
    wanted += [flags["o"]] if flags.get("o") and not wanted else []
    wanted += [flags["format"]] if "format" in flags else []
    bare = "no-headers" in flags or "no-heading" in flags
    if wanted:
        return _custom(c, rows, wanted, bare)
    if c.is_busybox:
        c.out("PID   USER     TIME  COMMAND\n" + "".join(
            f"{row['pid']:>5} {row['user']:<8.8} {_used_s(c, row) // 60:>2}:"
            f"{_used_s(c, row) % 60:02} {shown(row['argv'], ' ')}\n" for row in rows))  # fmt: skip
        return 0
    bsd = "".join(words[:1]) if words and not words[0].isdigit() else ""
    style = "u" if "u" in bsd or {"a", "u", "x"} <= set(flags) else "x" if bsd else ""
    head, line = STYLES["f" if "f" in flags else style]
    c.out(("" if bare else head + "\n") + "".join(line(c, row) + "\n" for row in rows))
    return 0 if rows else 1


def _chosen(c: Context, flags: dict[str, str], words: list[str], rows: list[Row]) -> list[Row]:
    """Keep the processes that were asked for: by number, by name, or all."""
    if c.is_busybox:
        return rows
    given = flags.get("p") or flags.get("pid") or " ".join(w for w in words if w.isdigit())
    numbers = re.findall(r"\d+", given)
    if numbers:
        return [row for row in rows if str(row["pid"]) in numbers]
    if flags.get("C"):
        return [row for row in rows if name_of(row) in flags["C"].split(",")]
    if any(letter in flags for letter in "eAax") or words:
        return rows
    return [row for row in rows if row.get("input") == c.p.row.get("input")]


def _custom(c: Context, rows: list[Row], wanted: list[str], bare: bool) -> int:
    """Print the columns of -o."""
    columns = []
    for word in re.split(r"[,\s]+", ",".join(wanted).strip(", ")):
        name, sets, title = word.partition("=")
        column = COLUMNS.get(ALIASES.get(name.lower(), name.lower()))
        if column is None:
            if c.is_busybox:
                return c.fail(f"bad -o argument '{name}', supported arguments: user,group,comm,"
                              "args,pid,ppid,pgid,tty,vsz,sid,stat,rss")  # fmt: skip
            c.err(f'error: unknown user-defined format specifier "{name}"\n')
            return 1
        columns.append((title if sets else column[0], column[1], column[2]))
    if c.is_busybox:
        columns = [(name, 5 if width == 7 else width, of) for name, width, of in columns]
    table = [[column[2](c, row) for column in columns] for row in rows]
    if not bare and any(column[0] for column in columns):
        left = [f"{name:<{abs(width)}}" for name, width, _ in columns]
        table.insert(0, left if c.is_busybox else [column[0] for column in columns])
    for line in table:
        cells = [f"{text:<{-width}}" if width <= 0 else f"{text:>{width}}"
                 for text, (_, width, _) in zip(line, columns, strict=True)]  # fmt: skip
        c.out(" ".join(cells).rstrip() + "\n")
    return 0 if rows else 1


def _full(c: Context, row: Row) -> str:
    return (f"{_user(row):<8} {row['pid']:>7} {row['parent']:>7} "
            f"{min(99, round(float(row['cpu']) * 100)):>2} {_start(c, row)} {_tty(c, row):<8} "
            f"{_hours(_used_s(c, row))} {shown(row['argv'], '?')}")  # fmt: skip


def _usage(c: Context, row: Row) -> str:
    rss, used = int(row["memory"]) >> 10, _used_s(c, row)
    command = shown(row["argv"], "?")
    return (f"{_user(row):<8} {row['pid']:>7} {float(row['cpu']) * 100:>4.1f} "
            f"{_share(c, row):>4.1f} {rss * 3:>6} {rss:>5} {_tty(c, row):<8} {_stat(c, row):<4} "
            f"{_start(c, row)} {used // 60:>3}:{used % 60:02} {command}")  # fmt: skip


def _plain(c: Context, row: Row) -> str:
    used = _used_s(c, row)
    return (f"{row['pid']:>7} {_tty(c, row):<8} {_stat(c, row):<4} {used // 60:>3}:{used % 60:02} "
            f"{shown(row['argv'], '?')}")  # fmt: skip


def _brief(c: Context, row: Row) -> str:
    return f"{row['pid']:>7} {_tty(c, row):<8} {_hours(_used_s(c, row))} {name_of(row)}"


STYLES: dict[str, tuple[str, Callable[[Context, Row], str]]] = {
    "f": ("UID          PID    PPID  C STIME TTY          TIME CMD", _full),
    "u": ("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND", _usage),
    "x": ("    PID TTY      STAT   TIME COMMAND", _plain),
    "": ("    PID TTY          TIME CMD", _brief),
}


def top(c: Context) -> int | Wait:
    """Show processes, until stopped or as often as -n says.

    # Simplified: top shows its first picture and not those that follow.
    """
    flags, _ = split(c.argv, "ndpu")
    rows = seen(c)
    (_top_busybox if c.is_busybox else _top_procps)(c, rows)
    turns = number(flags["n"]) if flags.get("n") else 0
    delay = 3 * SECOND * max(0, turns - 1)
    return (Wait(delay) if delay else 0) if turns else Wait(None)


def _busy(c: Context, rows: list[Row]) -> float:
    share = 100 * sum(float(row["cpu"]) for row in rows) / machine.processors(c.p)
    return min(100.0, share)


def _top_procps(c: Context, rows: list[Row]) -> None:
    m, busy = machine.memory(c.p), _busy(c, rows)
    mib = {name: size / (1 << 20) for name, size in m.items()}
    loads = ", ".join(f"{one:.2f}" for one in machine.load(c.p))
    active = sum(1 for row in rows if _stat(c, row)[0] == "R")
    cache = mib["cached"] + mib["buffers"]
    c.out(f"top - {clock(c)} up {up_text(c)},  0 user,  load average: {loads}\n"
          f"Tasks: {len(rows):>3} total, {active:>3} running, {len(rows) - active:>3} sleeping, "
          f"{0:>3} stopped, {0:>3} zombie\n"
          f"%Cpu(s): {busy:>4.1f} us,  0.0 sy,  0.0 ni,{100 - busy:>5.1f} id,  0.0 wa,  0.0 hi,  "
          f"0.0 si,  0.0 st\nMiB Mem : {mib['total']:>8.1f} total, {mib['free']:>8.1f} free, "
          f"{mib['used']:>8.1f} used, {cache:>8.1f} buff/cache\n"
          f"MiB Swap: {0:>8.1f} total, {0:>8.1f} free, {0:>8.1f} used. {mib['available']:>8.1f} "
          "avail Mem \n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ "
          "COMMAND\n")  # fmt: skip
    for row in sorted(rows, key=lambda one: (-float(one["cpu"]), int(one["pid"]))):
        rss, us = int(row["memory"]) >> 10, machine.process_cpu_us(c.p, row)
        spent = f"{us // SECOND // 60}:{us // SECOND % 60:02}.{us % SECOND * 100 // SECOND:02}"
        c.out(f"{row['pid']:>7} {_user(row):<8}  20   0 {rss * 3:>7} {rss:>6} {rss // 2:>6} "
              f"{_stat(c, row)[0]} {float(row['cpu']) * 100:>5.1f} {_share(c, row):>5.1f} "
              f"{spent:>9} {name_of(row)}\n")  # fmt: skip


def _top_busybox(c: Context, rows: list[Row]) -> None:
    m, busy = machine.memory(c.p), round(_busy(c, rows))
    kib = {name: size >> 10 for name, size in m.items()}
    loads = " ".join(f"{one:.2f}" for one in machine.load(c.p))
    total = int(machine.spec(c.p)["memory"])
    c.out(f"Mem: {kib['total'] - kib['free']}K used, {kib['free']}K free, {kib['shared']}K shrd, "
          f"{kib['buffers']}K buff, {kib['cached']}K cached\n"
          f"CPU: {busy:>3}% usr   0% sys   0% nic {100 - busy:>3}% idle   0% io   0% irq   0% "
          f"sirq\nLoad average: {loads} 1/{len(rows) + 180} {rows[-1]['pid']}\n"
          "  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n")  # fmt: skip
    for row in sorted(rows, key=lambda one: (-float(one["cpu"]), int(one["pid"]))):
        vsz = 3 * int(row["memory"])
        share = round(float(row["cpu"]) * 100 / machine.processors(c.p))
        c.out(f"{row['pid']:>5} {row['parent']:>5} {row['user']:<8.8} {_stat(c, row)[0]:<4} "
              f"{vsz >> 10:>5} {round(100 * vsz / total):>3}% {0:>3} {share:>3}% "
              f"{shown(row['argv'], ' ')}\n")  # fmt: skip


ALL: dict[str, Utility] = {"ps": ps, "top": top}
