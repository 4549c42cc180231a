"""/sys: the few parts that programs read: processors, interfaces, huge pages, cgroups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import cgroup, machine, sockets

if TYPE_CHECKING:
    from ..process import Process

CPU = "/sys/devices/system/cpu"
HUGE = "/sys/kernel/mm/transparent_hugepage"


def _fixed(text: str) -> Callable[[Process], str]:
    return lambda p: text


def files(p: Process) -> dict[str, Callable[[Process], str]]:
    """Give the files by path."""
    found = {f"{cgroup.FOLDER}/{name}": read for name, read in cgroup.FILES.items()}
    for name in ("online", "possible", "present"):
        found[f"{CPU}/{name}"] = lambda p: machine.ranges(list(range(machine.processors(p)))) + "\n"
    found[f"{HUGE}/enabled"] = lambda p: "always [madvise] never\n"
    found[f"{HUGE}/defrag"] = lambda p: "always defer defer+madvise [madvise] never\n"
    for one in sockets.interfaces(p):
        for name, text in (("address", one.mac), ("mtu", str(one.mtu)), ("operstate", "up"),
                           ("ifindex", str(one.at)), ("carrier", "1")):  # fmt: skip
            found[f"/sys/class/net/{one.name}/{name}"] = _fixed(text + "\n")
    found["/sys/class/net/lo/operstate"] = lambda p: "unknown\n"
    return found
