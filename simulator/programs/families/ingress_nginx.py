"""ingress-nginx: nginx behind a controller that reads Ingresses and writes nginx's configuration.

# Simplified: New rules serve at the moment they are stored; the real one reloads within a second.
# Simplified: TLS is not modelled; port 443 answers as port 80 does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.network.route import Source
from simulator.timing import MS

from ..process import Family, Process

MEMORY = 90 << 20
"""Resident size of the idle controller and its nginx workers (assumed)."""
START_US = 900 * MS
"""From the process' start to an nginx that listens (assumed)."""
SERVICE_US = 150
"""CPU time to pass one small request on (assumed)."""
WORKERS = 512
HEALTH_PORT = 10254
STOP_US = 200 * MS
REASONS = {404: "Not Found", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
           504: "Gateway Time-out"}  # fmt: skip


class IngressNginx(Family):
    """The controller of the Ingress class nginx."""

    name = "ingress-nginx"

    def begin(self, p: Process) -> None:
        """Start nginx, then read the Ingresses."""
        p.row["memory"] = MEMORY
        rule = "-" * 79
        p.out(f"{rule}\nNGINX Ingress controller\n  nginx version: nginx/1.25.5\n{rule}\n")
        p.wake(START_US)

    def wake(self, p: Process) -> None:
        """Open the ports, or end after the signal."""
        if p.state.get("stopping"):
            p.exit(0)
            return
        for port in (80, 443):
            p.listen(port, service_us=SERVICE_US, sigma=0.3, workers=WORKERS, router="ingress")
        p.listen(HEALTH_PORT, service_us=SERVICE_US, sigma=0.3, workers=WORKERS)

    def signal(self, p: Process, name: str) -> bool:
        """TERM and QUIT end it when nginx has stopped."""
        if name in ("SIGTERM", "SIGQUIT", "SIGINT"):
            p.state["stopping"] = True
            p.wake(STOP_US)
            return True
        return False

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer for the service that the rules name; 404 without one, 503 without endpoints."""
        path = str(request.get("path") or "/")
        if port == HEALTH_PORT:
            return {"status": 200 if path.startswith("/healthz") else 404, "body": "ok"}
        headers = {key.lower(): value for key, value in (request.get("headers") or {}).items()}
        host = str(headers.get("host") or "")
        source = Source(p.box["machine"], p.container)
        found = p.engine.network.ingresses.forward(source, {"host": host, "path": path})
        if found.status or found.route is None or found.route.container is None:
            status = found.status or 502
            page = _page(status)
            self._log(p, request, path, status, len(page))
            return {"status": status, "body": page, "headers": {"Content-Type": "text/html"}}
        passed = {key: one for key, one in request.items() if key != "asker"}
        passed["path"] = found.path
        place = (found.route.container, found.route.port)
        if request.get("asker") is None:
            answer = p.programs.respond(*place, passed)
        else:
            answer = p.ask(*place, passed, found.route.rtt_us)
        if "pending" in answer:
            held = {**p.state.get("held", {}), str(answer["pending"]): [request, path]}
            p.state["held"] = held
            return {"pending": True}
        self._log(p, request, path, int(answer["status"]), len(str(answer.get("body") or "")))
        return answer

    def may_wait(self, p: Process) -> bool:
        """Tell whether an answer may come later: that of a service."""
        return True

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Hand on the answer of a service that has taken its time."""
        rows = dict(p.state.get("held", {}))
        found = rows.pop(str(number), None)
        if found is None:
            return
        p.state["held"] = rows
        request, path = found
        if "status" not in answer:
            page = {"Content-Type": "text/html"}
            answer = {"status": 502, "body": _page(502), "headers": page}
        self._log(p, request, path, int(answer["status"]), len(str(answer.get("body") or "")))
        p.programs.answer(p, request["asker"], answer)

    def _log(self, p: Process, request: dict[str, Any], path: str, status: int, size: int) -> None:
        method, client = request.get("method") or "GET", request.get("client") or "192.168.1.10"
        p.out(
            f'{client} - - [{_clock(p)}] "{method} {path} HTTP/1.1" {status} {size} '
            '"-" "curl/8.5.0"\n'
        )


def _page(status: int) -> str:
    title = f"{status} {REASONS.get(status, 'Error')}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )


def _clock(p: Process) -> str:
    """Give the time as nginx writes it into its access log."""
    moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
    return moment.strftime("%d/%b/%Y:%H:%M:%S +0000")


FAMILIES: list[Family] = [IngressNginx()]
