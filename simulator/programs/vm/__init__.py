"""The machine under modelled programs: Python, JavaScript and Go run on it, step by step.

A language compiles a source into `Code` (a list of operations on a stack) and says what values do;
the machine keeps frames, tasks (threads, goroutines, requests) and time. Between two steps all of
it is plain data (`freeze`), so a program may wait anywhere, for an hour of simulated time or for
another container's answer, and goes on after a keyframe as if nothing had been.
"""

from .family import Interpreted
from .freeze import FINDERS, FrozenTooLarge, cell, freeze, single, thaw
from .language import Language
from .machine import Machine
from .memory import take
from .parts import (
    NOTHING,
    Code,
    Enter,
    Frame,
    Function,
    Native,
    Return,
    Scope,
    Suspend,
    Task,
    Thrown,
)

__all__ = [
    "FINDERS",
    "NOTHING",
    "Code",
    "Enter",
    "Frame",
    "FrozenTooLarge",
    "Function",
    "Interpreted",
    "Language",
    "Machine",
    "Native",
    "Return",
    "Scope",
    "Suspend",
    "Task",
    "Thrown",
    "cell",
    "freeze",
    "single",
    "take",
    "thaw",
]
