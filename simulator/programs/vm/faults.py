"""Faults of our own code below a function of a library, which a lab must outlive.

A program may call a function of the library on what it is not made for; Python's complaint about
that becomes the language's own TypeError. A fault of ours would look the same, so that tests and
fuzzing set `Faults.loud`, and what did not come from the function itself is raised as it is.
"""

from __future__ import annotations

from typing import ClassVar


class Faults:
    """loud: whether faults of our own are raised; a lab that serves somebody never does."""

    loud: ClassVar[bool] = False


def note(error: Exception, package: str = "-") -> None:
    """Raise an error that came from outside a package's own modules, when faults are loud.

    package: the dotted name; without one every error of the simulator's own code counts.
    """
    if not Faults.loud:
        return
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = str(trace.tb_frame.f_globals.get("__name__", "")) if trace is not None else ""
    if where.startswith("simulator.") and not where.startswith(package):
        raise error
