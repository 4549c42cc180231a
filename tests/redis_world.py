"""A Redis in a container of a small lab, for the tests."""

from __future__ import annotations

from typing import Any

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for, start

HOST = {"NetworkMode": "shop"}


class World:
    """A lab with a server called "queue" on a network called "shop"."""

    def __init__(self, *argv: str, image: str = "redis:7.0", **host: Any) -> None:
        self.lab: Lab = make_lab()
        self.docker = self.lab.engine.docker
        for ref in dict.fromkeys((image, "redis:7.0", "alpine:3.24")):
            add_image(self.lab, ref)
        self.docker.networks.create("laptop", {"Name": "shop"})
        self.server = start(self.lab, image, *argv, HostConfig={**HOST, **host}, name="queue")

    def ask(self, *words: str, client: str | None = "test") -> Any:
        """Ask the server directly: the value, a status, or the error's text."""
        request: dict[str, Any] = {"redis": list(words), "client": client}
        answer = self.lab.engine.programs.respond(self.server, 6379, request)
        return answer["error"] if "error" in answer else answer["value"]

    def cli(self, *words: str, box: str = "", **options: Any) -> str:
        """Run redis-cli in a container (the server's own): what it prints."""
        return self.docker.exec_("laptop", box or self.server, ["redis-cli", *words], **options)[1]

    def go_on(self, seconds: float) -> None:
        """Let simulated time pass."""
        run_for(self.lab, seconds)

    def other(self, *argv: str, name: str, image: str = "redis:7.0", wait: float = 1.0) -> str:
        """Start another container on the network."""
        return start(self.lab, image, *argv, HostConfig=dict(HOST), name=name, wait=wait)
