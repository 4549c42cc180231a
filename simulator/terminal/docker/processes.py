"""docker top: a container's processes as the machine sees them, with the columns of `ps`.

Sources: moby's daemon/top_unix.go, procps' ps (standard and BSD columns).
# Simplified: docker top shows no share of the processor and no terminal, and as memory what the
# model of a program takes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator.docker.containers.errors import DockerError
from simulator.programs import titles

from .client import Client

Row = dict[str, Any]
STANDARD = ("uid", "pid", "ppid", "c", "stime", "tty", "time", "cmd")
BSD = ("user", "pid", "%cpu", "%mem", "vsz", "rss", "tty", "stat", "start", "time", "command")
TITLES = {
    "uid": "UID", "pid": "PID", "ppid": "PPID", "c": "C", "stime": "STIME", "tty": "TTY",
    "time": "TIME", "cmd": "CMD", "user": "USER", "%cpu": "%CPU", "%mem": "%MEM", "vsz": "VSZ",
    "rss": "RSS", "stat": "STAT", "start": "START", "command": "COMMAND", "args": "COMMAND",
    "comm": "COMMAND", "ucmd": "CMD", "tt": "TT", "pcpu": "%CPU", "pmem": "%MEM",
    "etime": "ELAPSED", "euser": "EUSER", "ruser": "RUSER", "state": "S", "s": "S", "ni": "NI",
    "nlwp": "NLWP", "group": "GROUP", "gid": "GID", "start_time": "START",
}  # fmt: skip


def top(c: Client) -> int:
    """List a container's processes as the host sees them."""
    try:
        container = c.find(c.args[0])
        if not container["State"]["Running"]:
            raise DockerError(409, f"container {container['Id']} is not running")
        names = columns(c.args[1:])
    except DockerError as error:
        return c.daemon_error(error)
    rows = [[_cell(c, container, row, name) for name in names] for row in listed(c, container)]
    header = [TITLES[name] for name in names]
    widths = [max(20, max(len(line[i]) for line in [header, *rows]) + 3)
              for i in range(len(header))]  # fmt: skip
    for line in [header, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        c.out("".join(cells) + line[-1] + "\n")
    return 0


def listed(c: Client, container: dict[str, Any]) -> list[Row]:
    """Give a container's processes with their titles."""
    return titles.shown(c.engine.programs.processes(container["Id"]))


def columns(words: list[str]) -> list[str]:
    """Read the options of ps: `aux`, `-ef`, `-o pid,comm`; raises DockerError in ps' words."""
    if not words:
        return list(STANDARD)
    chosen: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        letters = word.lstrip("-")
        if letters.endswith("o") and rest:
            chosen += rest.pop(0).split(",")
        elif "o" in letters and "," in letters:
            chosen += letters.partition("o")[2].split(",")
    if not chosen:
        first = words[0]
        return list(BSD if not first.startswith("-") and "u" in first else STANDARD)
    names = [name.partition("=")[0].strip().lower() for name in chosen if name]
    wrong = next((name for name in names if name not in TITLES), None)
    if wrong is not None:
        raise DockerError(500, "ps: exit status 1: error: unknown user-defined format specifier "
                          f'"{wrong}"')  # fmt: skip
    if "pid" not in names:
        raise DockerError(500, "Couldn't find PID field in ps output")
    return names


def _cell(c: Client, container: dict[str, Any], row: Row, name: str) -> str:
    first = int(container["State"]["Pid"])
    parent = first - 21 if row["parent"] == 0 else first + int(row["parent"]) - 1
    started = c.engine.start + timedelta(microseconds=int(row["startedUs"]))
    kib = int(row.get("memory") or 0) // 1024
    command = " ".join(row["argv"])
    made: dict[str, Callable[[], str]] = {
        "pid": lambda: str(first + int(row["pid"]) - 1), "ppid": lambda: str(parent),
        "uid": lambda: str(row["user"]), "c": lambda: "0", "stime": lambda: f"{started:%H:%M}",
        "start": lambda: f"{started:%H:%M}", "start_time": lambda: f"{started:%H:%M}",
        "tty": lambda: "?", "tt": lambda: "?", "time": lambda: "00:00:00",
        "comm": lambda: _short(row), "ucmd": lambda: _short(row), "rss": lambda: str(kib),
        "vsz": lambda: str(kib * 2), "stat": lambda: "Ss" if row["parent"] == 0 else "S",
        "state": lambda: "S", "s": lambda: "S", "ni": lambda: "0", "nlwp": lambda: "1",
        "etime": lambda: _elapsed(c.engine.now_us - int(row["startedUs"])),
        "gid": lambda: str(row.get("gid", 0)), "group": lambda: str(row["user"]),
    }  # fmt: skip
    if name in ("%cpu", "%mem", "pcpu", "pmem"):
        return "0.0"
    if name in ("user", "euser", "ruser"):
        return str(row["user"])
    return made.get(name, lambda: command)()


def _short(row: Row) -> str:
    word = str(row["argv"][0]).partition(" ")[0].rstrip(":")
    return word.rpartition("/")[2][:15]


def _elapsed(us: int) -> str:
    seconds = max(0, us) // 1_000_000
    hours, rest = divmod(seconds, 3600)
    text = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours:02}:{text}" if hours else text
