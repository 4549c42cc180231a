"""df and mount: the file systems of a container.

Sources: what GNU coreutils 9.7, util-linux 2.41 and BusyBox 1.37 print.
"""

from __future__ import annotations

import math

from simulator.docker.tree import NO_ENTRY, is_below

from ..kernel.mounts import Mount, mounts
from . import Context, Utility
from .files import split
from .hardware import short

INODE_KIB = 16
"""KiB of a disk for each inode (mke2fs); of a tmpfs 4."""


def mount(c: Context) -> int:
    """Print the mounts; making one needs CAP_SYS_ADMIN, which a container does not have.

    # Simplified: A privileged container's own mounts are accepted and change nothing.
    """
    flags, words = split(c.argv, "oO")
    if "t" in flags and words:
        kind, *words = words
    else:
        kind = ""
    if not words:
        c.out("".join(f"{one.device} on {one.place} type {one.kind} ({one.options})\n"
                      for one in mounts(c.p) if kind in ("", one.kind)))  # fmt: skip
        return 0
    host = c.p.container["HostConfig"]
    added = [str(one).upper().removeprefix("CAP_") for one in host.get("CapAdd") or ()]
    if host.get("Privileged") or "SYS_ADMIN" in added or "ALL" in added:
        return 0
    if c.is_busybox:
        return c.fail("permission denied (are you root?)")
    return c.fail(f"{words[-1]}: permission denied.\n       dmesg(1) may have more information "
                  "after failed mount system call.", 32)  # fmt: skip


def df(c: Context) -> int:
    """Print the sizes of the file systems, or of those on which files lie."""
    flags, paths = split(c.argv, "t")
    rows, code = [one for one in mounts(c.p) if one.size], 0
    if paths:
        found = []
        for path in paths:
            if not c.view.exists(path, c.p.cwd):
                point = "can't find mount point: " if c.is_busybox else ""
                code = c.fail(f"{path}: {point}{NO_ENTRY}")
                continue
            real = c.view.resolve(path, c.p.cwd)
            fitting = [one for one in rows if is_below(real, one.place)]
            found.append(max(fitting, key=lambda one: len(one.place)))
        if not found:
            return code
        rows = found
    elif not c.is_busybox and "a" not in flags:
        rows = _once(rows)
    rows = [one for one in rows if flags.get("t", one.kind) == one.kind]
    _table(c, rows, flags)
    return code


def _once(rows: list[Mount]) -> list[Mount]:
    """Keep of a file system that is mounted several times the mount with the shortest path."""
    best: dict[str, Mount] = {}
    for one in rows:
        if one.source not in best or len(one.place) < len(best[one.source].place):
            best[one.source] = one
    return [one for one in rows if best[one.source] is one]


def _table(c: Context, rows: list[Mount], flags: dict[str, str]) -> None:
    inodes, typed = "i" in flags, "T" in flags or "print-type" in flags
    human, unit = "h" in flags or "H" in flags, 1024 if "m" in flags else 1
    heads = ["Size" if human else "1M-blocks" if unit > 1 else "1K-blocks", "Used", "Avail", "Use%"]
    if inodes:
        heads = ["Inodes", "IUsed", "IFree", "IUse%"]
    elif c.is_busybox or not human:
        heads[2] = "Available"
    lines = []
    for one in rows:
        size, used = _inodes(c, one) if inodes else (one.size, one.used)
        share = f"{-(-used * 100 // size)}%"
        numbers = [_cell(c, n, human, inodes, unit) for n in (size, used, size - used)]
        lines.append([one.device, *([one.kind] if typed else []), *numbers, share, one.place])
    if c.is_busybox:
        _busybox(c, heads, lines, typed)
        return
    table = [["Filesystem", *(["Type"] if typed else []), *heads, "Mounted on"], *lines]
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]) - 1)]
    widths[0] = max(14, widths[0])
    for row in table:
        names = 2 if typed else 1
        cells = [f"{cell:<{widths[at]}}" if at < names else f"{cell:>{max(widths[at], 4 + human)}}"
                 if at < len(row) - 2 else f"{cell:>{widths[at]}}"
                 for at, cell in enumerate(row[:-1])]  # fmt: skip
        c.out(" ".join([*cells, row[-1]]) + "\n")


def _busybox(c: Context, heads: list[str], lines: list[list[str]], typed: bool) -> None:
    kind = f"{'Type':<10} " if typed else ""
    c.out(f"{'Filesystem':<20} {kind}{heads[0]:>9} {heads[1]:>9} {heads[2]:>9} {heads[3]:>4} "
          "Mounted on\n")  # fmt: skip
    for row in lines:
        name = row[0] if len(row[0]) <= 20 else f"{row[0]}\n{'':<20}"
        kind = f"{row[1]:<10} " if typed else ""
        size, used, left, share, place = row[-5:]
        c.out(f"{name:<20} {kind}{size:>9} {used:>9} {left:>9} {share:>4} {place}\n")


def _cell(c: Context, number: int, human: bool, inodes: bool, unit: int) -> str:
    if human:
        size = number if inodes else number << 10
        return short(size).strip() if c.is_busybox else _rounded_up(size)
    return str(-(-number // unit))


def _inodes(c: Context, one: Mount) -> tuple[int, int]:
    """Give an estimate of a file system's inodes, and of those that are used."""
    if one.kind == "tmpfs":
        return one.size // 4, 1
    return one.size // INODE_KIB, one.used // 24


def _rounded_up(size: int) -> str:
    """Write bytes as GNU's `df -h` does: rounded up, one digit below ten."""
    value, unit = float(size), 0
    while value >= 1024 and unit < 4:
        value, unit = value / 1024, unit + 1
    if not unit:
        return str(size)
    digit = math.ceil(value * 10) / 10
    return (f"{digit:.1f}" if digit < 10 else str(math.ceil(value))) + " KMGT"[unit]


ALL: dict[str, Utility] = {"df": df, "mount": mount}
