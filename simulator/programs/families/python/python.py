"""The python command: `python -m http.server` for now a server of files."""

from __future__ import annotations

from typing import Any

from simulator.timing import MS

from ...process import Family, Process

START_US = 60 * MS
MEMORY = 18 << 20


class Python(Family):
    """CPython."""

    name = "python"

    def begin(self, p: Process) -> None:
        """Start the interpreter."""
        p.row["memory"] = MEMORY
        p.wake(START_US)

    def wake(self, p: Process) -> None:
        """Serve."""
        words = [w for w in p.argv if w.isdigit()]
        port = int(words[0]) if words else 8000
        p.listen(port, service_us=600, workers=64)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Serve a file."""
        path = p.cwd + str(request.get("path") or "/")
        text = p.view.text(path) or p.view.text(path.rstrip("/") + "/index.html")
        return {"status": 200 if text is not None else 404, "body": text or "", "headers": {}}


FAMILIES: list[Family] = [Python()]
