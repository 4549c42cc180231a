"""/dev: the devices that a container has, and what is read from those without end.

# Simplified: The bytes of /dev/urandom and /dev/random lie below 128, as files hold text here, and
one reading gets 64 KiB of a device without end.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from simulator.docker.tree import Files, dir_entry

from .entries import KernelEntry

if TYPE_CHECKING:
    from ..process import Process

ENDLESS_BYTES = 64 << 10
NUMBERS = {"null": "1, 3", "zero": "1, 5", "full": "1, 7", "random": "1, 8", "urandom": "1, 9",
           "tty": "5, 0", "ptmx": "5, 2"}  # fmt: skip
STREAMS = ("stdin", "stdout", "stderr")
RANDOM = ("/dev/random", "/dev/urandom")
STDIN = ("-", "/dev/stdin", "/proc/self/fd/0", "/dev/fd/0")
"""Names of standard input."""
ENDLESS = ("/dev/zero", "/dev/full", *RANDOM)


def chance(p: Process, size: int = ENDLESS_BYTES) -> str:
    """Draw characters below 128 from the container's stream of the lab's luck."""
    draw = p.engine.streams.stream("urandom", p.container["metadata"]["uid"]).bits()
    data = hashlib.shake_256(f"urandom {draw}".encode()).digest(size)
    return bytes(byte & 0x7F for byte in data).decode("ascii")


def read(p: Process, path: str, size: int = ENDLESS_BYTES) -> str:
    """Give the first characters of a device without end."""
    return chance(p, size) if path in RANDOM else "\0" * size


def entries(p: Process) -> Files:
    """Give the entries of /dev: folders, and devices."""
    shm = dir_entry(0o1777)
    found: Files = {"/dev/pts": dir_entry(), "/dev/shm": shm, "/dev/mqueue": dir_entry(0o1777),
                    "/dev/fd": dir_entry(0o500)}  # fmt: skip
    for name, number in NUMBERS.items():
        path = f"/dev/{name}"
        endless = path in ENDLESS
        found[path] = KernelEntry(partial(read, p, path) if endless else str, 0o666, device=number)
    for name in STREAMS:
        found[f"/dev/{name}"] = KernelEntry(str, 0o620, device="136, 0")
    if p.on_terminal:
        found["/dev/console"] = KernelEntry(str, 0o620, device="136, 0")
    for row in p.container["HostConfig"].get("Devices") or ():
        path = str(row.get("PathInContainer") or row.get("PathOnHost") or "")
        if path.startswith("/dev/"):
            found[path] = KernelEntry(str, 0o660, device="8, 0")
    return found
