"""Devices without end, and commands that never end and keep a CPU busy: yes, cat /dev/urandom.

# Simplified: `yes` prints a hundred lines, and what reads a device without end 64 KiB of it; after
that they only keep their CPU busy.
"""

from __future__ import annotations

import re

from ..kernel import cgroup
from ..kernel.devices import ENDLESS
from . import BadNumber, Context, Utility, Wait

READERS = ("cat", "dd", "md5sum", "sha1sum", "sha256sum", "sha512sum", "gzip")
LINES = 100
MOST_BYTES = 16 << 20
"""Of a device, for one `head -c`."""
UNITS = {"": 1, "b": 512, "K": 1 << 10, "k": 1 << 10, "M": 1 << 20, "G": 1 << 30, "kB": 1000,
         "KB": 1000, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20,
         "GiB": 1 << 30}  # fmt: skip
KILLED = 137


def size(text: str) -> int:
    """Read a size with a unit (10M, 64k); raises BadNumber."""
    match = re.fullmatch(r"(\d{1,15})([a-zA-Z]{0,3})", text)
    if match is None or match[2] not in UNITS:
        raise BadNumber(text)
    return int(match[1]) * UNITS[match[2]]


def busy(c: Context) -> Wait:
    """Use one core for ever."""
    c.p.row["cpu"] = 1.0
    return Wait(None)


def yes(c: Context) -> Wait:
    """Print a word again and again."""
    c.out(((" ".join(c.argv[1:]) or "y") + "\n") * LINES)
    return busy(c)


def unless_endless(utility: Utility) -> Utility:
    """Let a utility that reads what never ends never end."""

    def run(c: Context) -> int | Wait:
        words = [word.removeprefix("if=") for word in c.argv[1:]]
        counted = any(word.startswith(("count=", "-c", "-n")) for word in c.argv[1:])
        if not counted and any(word in ENDLESS for word in words):
            if c.name == "cat":
                utility(c)
            return busy(c)
        return utility(c)

    return run


def swallow(c: Context) -> int | Wait:
    """Keep in memory what never ends, as `tail /dev/zero` does, until the kernel kills it.

    # Simplified: What reads a device without end into its memory fills it at once.
    """
    if c.p.pid != 1 or c.p.row["family"] != "utility":  # the kernel kills this process alone
        c.err("Killed\n")
        return KILLED
    limit = cgroup.memory_limit(c.p)
    free = c.p.engine.machines.memory.available(str(c.p.box["machine"]))
    c.p.use_memory((limit or int(c.p.row["memory"]) + free) + (1 << 20))
    return Wait(None)
