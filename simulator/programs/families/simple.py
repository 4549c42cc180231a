"""Utilities as processes of their own, and programs of which nothing is known."""

from __future__ import annotations

import posixpath

from simulator.timing import MS

from ..process import Family, Process
from ..utilities import Context, Wait, run_utility, table

MEMORY = 512 << 10
RUN_US = 2 * MS
"""What a small program takes from its start to its end (assumed)."""


class UtilityFamily(Family):
    """echo, sleep, tail -f ...: a utility that is a process by itself."""

    name = "utility"

    def begin(self, p: Process) -> None:
        """Run it; wait if it takes time."""
        p.row["memory"] = MEMORY
        argv = p.argv
        if posixpath.basename(argv[0]) in ("busybox", "coreutils"):
            argv = argv[1:]
        if posixpath.basename(argv[0]) not in table():
            p.err(f"{posixpath.basename(argv[0])}: applet not found\n")
            p.exit(127)
            return
        sink = p.row["sink"]
        stdin = None
        if sink.startswith("exec:"):
            stdin = str(p.programs.exec_state(sink[5:]).get("stdin") or "")
        result = run_utility(Context(p, argv, stdin, p.out, p.err, p.env))
        if isinstance(result, Wait):
            p.state["code"] = result.code
            if result.us is not None:
                p.wake(result.us)
        else:
            p.exit(result)

    def wake(self, p: Process) -> None:
        """End: the time has passed."""
        p.exit(int(p.state["code"]))


class Unknown(Family):
    """A program that the model does not know.

    # Simplified: A program that the simulator does not know does nothing and ends with code 0.
    """

    name = "unknown"

    def begin(self, p: Process) -> None:
        """End well, having done nothing."""
        p.row["memory"] = MEMORY
        p.exit(0, RUN_US if p.pid != 1 else 0)


FAMILIES: list[Family] = [UtilityFamily(), Unknown()]
