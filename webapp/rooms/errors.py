"""What can go wrong around a lab rather than in it."""

from __future__ import annotations

from simulator import DrydockError


class NoSuchLab(DrydockError):
    """There is no lab of this id with this token; the two cases are never told apart."""

    def __init__(self) -> None:
        super().__init__("no such lab", "check the lab's id and its token")


class LabIsBroken(DrydockError):
    """The lab's engine met a state it cannot go on from."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"this lab has failed and stands still: {why}",
            "its log reproduces the failure: fork the lab at an earlier time to go on",
        )


class SimulatorFault(DrydockError):
    """The simulator broke while it answered; nothing in the lab was changed."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"the simulator broke on this: {type(error).__name__}: {error}",
            "nothing was changed; the fault is in the server's log",
        )


class ServerFull(DrydockError):
    """As many labs are in use as this server can hold."""

    def __init__(self) -> None:
        super().__init__("this server is full", "try again in a minute")


class NotYourRoom(DrydockError):
    """Another process has taken the lab over."""

    def __init__(self) -> None:
        super().__init__("this lab has moved to another server process", "connect again")
