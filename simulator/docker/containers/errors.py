"""The error that a Docker daemon answers: an HTTP status and Docker's own sentence."""

from __future__ import annotations

from simulator.errors import DrydockError


class DockerError(DrydockError):
    """A refusal by the daemon; clients print it after `Error response from daemon: `."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def no_such_container(ref: str) -> DockerError:
    """Make the 404 for a container that is not there."""
    return DockerError(404, f"No such container: {ref}")
