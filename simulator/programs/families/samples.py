"""Sample servers of the Kubernetes documentation: hello-app and http-echo.

Sources: GoogleCloudPlatform/kubernetes-engine-samples hello-app/main.go; hashicorp/http-echo 1.0.
"""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.timing import MS

from ..process import Family, Process

MEMORY = 6 << 20
START_US = 15 * MS
"""Resident size and start of a small Go server (assumed)."""
ECHO_PORT, HELLO_PORT = 5678, 8080


class Sample(Family):
    """A small web server that always says the same."""

    name = "sample"

    def begin(self, p: Process) -> None:
        """Read what to say and where."""
        p.row["memory"] = MEMORY
        echoes = posixpath.basename(str(p.row["path"])) == "http-echo"
        options = dict(
            word.lstrip("-").partition("=")[::2] for word in p.argv[1:] if word.startswith("-")
        )
        if not echoes:
            port = p.env.get("PORT", "")
        else:
            port = options.get("listen", "").rpartition(":")[2]
            p.state["text"] = options.get("text") or p.env.get("ECHO_TEXT", "")
            if not p.state["text"]:
                p.err("Missing -text option!\n")
                p.exit(127)
                return
        p.state["port"] = int(port) if port.isdigit() else (ECHO_PORT if echoes else HELLO_PORT)
        p.wake(START_US)

    def wake(self, p: Process) -> None:
        """Listen."""
        now = p.engine.timestamp()
        stamp = f"{now[:10].replace('-', '/')} {now[11:19]}"
        port = p.state["port"]
        if "text" in p.state:
            p.err(f"{stamp} [INFO] server is listening on :{port}\n")
        else:
            p.err(f"{stamp} Server listening on port {port}\n")
        p.listen(port, service_us=100, sigma=0.3, workers=64)

    def signal(self, p: Process, name: str) -> bool:
        """End: http-echo well, the other as a Go program without a handler."""
        if name not in ("SIGTERM", "SIGINT"):
            return False
        p.exit(0 if "text" in p.state else 2)
        return True

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Say it."""
        if "text" in p.state:
            return {"status": 200, "body": f"{p.state['text']}\n"}
        now = p.engine.timestamp()
        path = request.get("path") or "/"
        p.err(f"{now[:10].replace('-', '/')} {now[11:19]} Serving request: {path}\n")
        host = p.container["Config"]["Hostname"]
        version = p.env.get("VERSION", "1.0.0")
        body = f"Hello, world!\nVersion: {version}\nHostname: {host}\n"
        return {"status": 200, "body": body}


FAMILIES: list[Family] = [Sample()]
