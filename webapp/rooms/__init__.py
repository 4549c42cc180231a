"""Rooms: where labs are alive. A room owns one lab; nothing else touches its engine."""

from .errors import LabIsBroken, NoSuchLab, NotYourRoom, ServerFull, SimulatorFault
from .registry import Rooms

rooms = Rooms()
"""The rooms of this process; used only from the server's event loop."""

__all__ = [
    "LabIsBroken",
    "NoSuchLab",
    "NotYourRoom",
    "Rooms",
    "ServerFull",
    "SimulatorFault",
    "rooms",
]
