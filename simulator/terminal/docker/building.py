"""`docker build`: reads the flags, collects the context, and shows how the build goes."""

from __future__ import annotations

from .client import Client, Command


class Build(Command):
    """`docker build`, as BuildKit's client shows it."""

    def start(self, c: Client) -> int | None:
        """Begin the build."""
        c.err("docker build: the builder is not there yet\n")
        return 1
