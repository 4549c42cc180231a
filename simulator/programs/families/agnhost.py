"""agnhost: the many-purpose test program of the Kubernetes project.

Source: kubernetes test/images/agnhost 2.53, its README and the folder of each subcommand.
# Simplified: Of agnhost's subcommands those below are modelled; any other one just stays.
"""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.timing import MS, SECOND

from ..process import Family, Process

MEMORY = 12 << 20
START_US = 20 * MS
"""Resident size and start of a small Go server (assumed)."""
HEALTHY_US = 10 * SECOND
"""`liveness` is well for so long."""
PORTS = {"liveness": 8080, "netexec": 8080, "serve-hostname": 9376, "test-webserver": 80,
         "guestbook": 3000, "nettest": 8080, "webhook": 443, "grpc-health-checking": 8080,
         "porter": 0, "port-forward-tester": 8080, "resource-consumer-controller": 8080,
         "crd-conversion-webhook": 443, "fake-gitserver": 8000}  # fmt: skip
PORT_FLAGS = ("--http-port", "--port")


class Agnhost(Family):
    """`/agnhost SUBCOMMAND`."""

    name = "agnhost"

    def begin(self, p: Process) -> None:
        """Begin a subcommand."""
        words = p.argv[1:] or ["help"]
        if posixpath.basename(str(p.row["path"])) == "server":
            words = ["liveness"]  # the image from which this subcommand came
        p.state.update(command=words[0], begunUs=p.engine.now_us)
        p.row["memory"] = MEMORY
        if words[0] in ("help", "--help", "-h", "--version"):
            p.out("Usage:\n  app [command]\n")
            p.exit(0)
        elif words[0] == "entrypoint-tester":
            p.out(f"{p.argv}\n".replace("'", "").replace(",", ""))
            p.exit(0)
        elif words[0] == "pause":
            p.out("Paused\n")
        elif words[0] in PORTS:
            p.state["port"] = _flag(words, PORT_FLAGS, PORTS[words[0]])
            p.wake(START_US)

    def wake(self, p: Process) -> None:
        """Listen."""
        port = int(p.state["port"])
        if port:
            p.listen(port, service_us=120, sigma=0.3, workers=64)
        if p.state["command"] == "grpc-health-checking":
            p.listen(5000, protocol="grpc", service_us=120, sigma=0.3, workers=64)
        if p.state["command"] == "netexec":
            now = p.engine.timestamp().replace("-", "/")
            p.err(f"{now[:10]} {now[11:19]} Started HTTP server on port {port}\n"
                  f"{now[:10]} {now[11:19]} Started UDP server on port  8081\n")  # fmt: skip

    def signal(self, p: Process, name: str) -> bool:
        """End as a Go program without a handler does; `pause` has one."""
        if name not in ("SIGTERM", "SIGINT", "SIGQUIT"):
            return False
        p.exit(0 if p.state["command"] in ("pause", "netexec") else 2)
        return True

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer as the subcommand does."""
        url = urlsplit(str(request.get("path") or "/"))
        asked = {key: values[-1] for key, values in parse_qs(url.query).items()}
        host = p.container["Config"]["Hostname"]
        command = p.state["command"]
        age = p.engine.now_us - int(p.state["begunUs"])
        if command == "liveness":
            return _liveness(url.path, age)
        if command == "serve-hostname":
            return {"status": 200, "body": host}
        if command == "netexec":
            return _netexec(p, url.path, asked, request)
        if command == "test-webserver":
            text = p.view.text(url.path)
            return {"status": 200 if text is not None else 404, "body": text or ""}
        return {"status": 200, "body": ""}


def _liveness(path: str, age_us: int) -> dict[str, Any]:
    """Be well for ten seconds."""
    if path == "/healthz" and age_us > HEALTHY_US:
        return {"status": 500, "body": f"error: {age_us / SECOND:.9f}"}
    if path == "/started":
        return {"status": 200, "body": f"{age_us / SECOND:.9f}s"}
    return {"status": 200, "body": "ok"}


def _netexec(
    p: Process, path: str, asked: dict[str, str], request: dict[str, Any]
) -> dict[str, Any]:
    host = p.container["Config"]["Hostname"]
    client = str(request.get("client") or "127.0.0.1")
    if path == "/echo":
        code = asked.get("code", "200")
        return {"status": int(code) if code.isdigit() else 200, "body": asked.get("msg", "")}
    if path == "/clientip":
        return {"status": 200, "body": f"{client}:52344"}
    if path in ("/hostname", "/hostName"):
        return {"status": 200, "body": host}
    if path == "/healthz":
        return {"status": 200, "body": ""}
    if path == "/":
        return {"status": 200, "body": f"NOW: {p.engine.timestamp()}"}
    return {"status": 404, "body": "404 page not found\n"}


def _flag(words: list[str], names: tuple[str, ...], default: int) -> int:
    """Read a port from `--http-port=80` or `--port 80`."""
    for at, word in enumerate(words):
        name, _, value = word.partition("=")
        if name in names:
            value = value or (words[at + 1] if at + 1 < len(words) else "")
            if value.isdigit():
                return int(value)
    return default


FAMILIES: list[Family] = [Agnhost()]
