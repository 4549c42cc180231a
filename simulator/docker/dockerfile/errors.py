"""The one error that the Dockerfile front end raises."""

from __future__ import annotations

from simulator.errors import DrydockError


class DockerfileError(DrydockError):
    """A Dockerfile that BuildKit would refuse, in BuildKit's own words.

    first_line, last_line: where, 1-based; None while unknown (a few errors never learn it).
    """

    def __init__(
        self, message: str, first_line: int | None = None, last_line: int | None = None
    ) -> None:
        super().__init__(message)
        self.first_line = first_line
        self.last_line = first_line if last_line is None else last_line

    def at(self, first_line: int, last_line: int) -> DockerfileError:
        """Give the error a place unless it has one: the innermost place is the useful one."""
        if self.first_line is None:
            self.first_line, self.last_line = first_line, max(first_line, last_line)
        return self

    def wrapped(self, prefix: str) -> DockerfileError:
        """Put words before the message, as each caller up the chain does in BuildKit."""
        return DockerfileError(f"{prefix}{self.message}", self.first_line, self.last_line)
