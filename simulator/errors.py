"""The errors that people meet, each with a sentence for them and a hint where one helps."""

from __future__ import annotations


class DrydockError(Exception):
    """Base of all declared errors: `message` is for people, `hint` says what to do next."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadCommand(DrydockError):
    """A command that has not the form of any command; it is refused before it is logged."""


class BadScenario(DrydockError):
    """A scenario that cannot be used; the message names file, line, field and what is allowed."""


class BadLog(DrydockError):
    """A log that cannot be replayed."""


class LabFailed(DrydockError):
    """The engine met a state it cannot go on from; the log up to here reproduces it."""


class StoreError(DrydockError):
    """Base of what the store answers instead of doing it."""


class NotFound(StoreError):
    """No object of that kind, namespace and name."""


class AlreadyExists(StoreError):
    """There is an object of that kind, namespace and name."""


class Conflict(StoreError):
    """The object was changed since the version that the writer read."""


class Gone(StoreError):
    """The watch asks for changes older than the store still remembers."""
