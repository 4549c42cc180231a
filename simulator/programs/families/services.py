"""Servers known by name: databases, caches, brokers, proxies. Their data is in services.yaml.

Only start, ports, logs and end are modelled here; Redis has a package of its own.
"""

from __future__ import annotations

import posixpath
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker.tree import file_entry
from simulator.timing import MS

from ..process import Family, Process
from .proxying import caddy, haproxy
from .service_ports import configuration, ports_of

HAPROXY, CADDY = "/usr/local/etc/haproxy/haproxy.cfg", "/etc/caddy/Caddyfile"


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """Give the table of servers by the name of their program."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (Path(__file__).parent / "services.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # type: ignore[no-any-return]


def known(name: str) -> bool:
    """Tell whether a program is in the table."""
    return name in table()


NO_PHP = "drydock: PHP is not followed by the model"
"""# Simplified: Programs in PHP are not followed: a page of PHP answers 501 and says so."""
ENTRYPOINT = "/usr/local/bin/docker-entrypoint.sh"


class Service(Family):
    """A server from the table."""

    name = "service"

    def begin(self, p: Process) -> None:
        """Check what the server needs, initialise its data, start."""
        name = posixpath.basename(str(p.row["path"]))
        name = {"catalina.sh": "tomcat"}.get(name, name)
        row = table()[name]
        p.state["service"] = name
        if any(word in ("--version", "-v", "-V", "version") for word in p.argv[1:2]):
            p.out(f"{name}\n")
            p.exit(0)
            return
        if not self._ready_to_start(p, row):
            return
        p.use_memory(int(row["memory"]))
        p.state["ports"] = ports_of(p, name, row)
        machine = p.engine.store.get("Machine", "", p.box["machine"])
        speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
        delay = int(row["start_ms"]) * MS
        if p.state.get("initialise"):
            delay += int(row["initialise_ms"]) * MS
        p.wake(int(p.luck().lognormal_us(delay / speed, 0.08)))

    def _ready_to_start(self, p: Process, row: dict[str, Any]) -> bool:
        needed = row.get("needs_file")
        if needed and "-f" in p.argv[:-1]:
            needed = p.argv[p.argv.index("-f") + 1]
        if needed and not p.view.exists(needed):
            p.err(f"[ALERT]    (1) : Cannot open configuration file/directory {needed} : No such "
                  "file or directory\n")  # fmt: skip
            p.exit(1)
            return False
        if "mark" not in row:
            return True
        folder = p.env.get("PGDATA") or row["data"]
        mark = f"{folder}/{row['mark']}"
        if p.view.exists(mark):
            self._log(p, row.get("skip_log", []), "stdout")
            return True
        needs = row.get("needs")
        if needs and not secrets_fit(p, needs["any_of"]):
            return False
        if needs and not any(_given(p, name) for name in needs["any_of"]):
            p.err(needs["text"])
            p.exit(int(needs["code"]))
            return False
        self._log(p, row.get("init_log", []), "stdout")
        p.view.put(mark, file_entry("18\n"))
        p.state["initialise"] = True
        return True

    def wake(self, p: Process) -> None:
        """Open the port."""
        row = table()[p.state["service"]]
        for port in p.state["ports"]:
            wrong = p.listen(
                int(port), protocol=row.get("protocol", "http"),
                service_us=row["service_us"], sigma=0.4, workers=row["workers"],
            )  # fmt: skip
            if wrong:
                p.err(f"bind: {wrong}\n")
                p.exit(1)
                return
        self._log(p, row.get("log", []), "stdout")
        self._log(p, row.get("errors", []), "stderr")

    def signal(self, p: Process, name: str) -> bool:
        """End in an orderly way, if this server has a handler for the signal."""
        row = table()[p.state["service"]]
        if name not in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGWINCH") or row["end"] is None:
            return False
        self._log(p, row.get("stop", []), "stdout")
        self._log(p, row.get("stop_errors", []), "stderr")
        p.exit(int(row["end"]), 80 * MS)
        return True

    def _log(self, p: Process, lines: list[str], stream: str) -> None:
        row = table()[p.state["service"]]
        moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
        fields = {
            "now": moment.strftime(row.get("stamp", "%Y-%m-%d %H:%M:%S")),
            "slash": moment.strftime("%Y/%m/%d %H:%M:%S"),
            "php": p.env.get("PHP_VERSION", "8.4.14"),
            "iso": moment.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"),
            "epoch": str(int(moment.timestamp())),
            "postgres": p.env.get("PG_VERSION", "18.1-1.pgdg13+2").partition("-")[0],
            "pgdg": p.env.get("PG_VERSION", "18.1-1.pgdg13+2"),
            "host": p.container["Config"]["Hostname"],
            "address": _address(p),
            **self._fields(p),
        }
        for line in lines:
            (p.out if stream == "stdout" else p.err)(line.format(**fields) + "\n")

    def _fields(self, p: Process) -> dict[str, str]:
        """Give what further the lines of a server's log name."""
        return {}

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer: a file, or what the server says of itself."""
        service = p.state["service"]
        if service == "whoami":
            return _whoami(p, port, request)
        if service == "traefik" and request.get("path") == "/ping" and "--ping" in " ".join(p.argv):
            return {"status": 200, "body": "OK"}
        if service == "haproxy":
            return haproxy(p, configuration(p, HAPROXY), port, request)
        caddyfile = configuration(p, CADDY) if service == "caddy" else ""
        if caddyfile:
            return caddy(p, caddyfile, port, request)
        root = table()[service].get("root")
        path = str(request.get("path") or "/").partition("?")[0]
        if root is None:
            return {"status": 404, "body": "404 page not found\n"}
        target = posixpath.normpath(f"{root}/{path}")
        for candidate in (target, f"{target}/index.html", f"{target}/index.php"):
            if p.view.is_file(candidate):
                text = p.view.text(candidate) or ""
                if candidate.endswith(".php") and "<?" in text:
                    p.err(f"{NO_PHP}\n")
                    return {"status": 501, "body": f"{NO_PHP}\n"}
                return {"status": 200, "body": text}
        return {"status": 404, "body": "<html><body><h1>Not Found</h1></body></html>\n"}


def _whoami(p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
    address = p.container["NetworkSettings"]["IPAddress"]
    host = (request.get("headers") or {}).get("host", f"localhost:{port}")
    body = (f"Hostname: {p.container['Config']['Hostname']}\nIP: 127.0.0.1\nIP: {address}\n"
            f"RemoteAddr: {request.get('client') or '172.17.0.1'}:52344\n"
            f"{request.get('method') or 'GET'} {request.get('path') or '/'} HTTP/1.1\n"
            f"Host: {host}\n"
            "User-Agent: curl/8.5.0\nAccept: */*\n\n")  # fmt: skip
    return {"status": 200, "body": body, "headers": {"Content-Type": "text/plain"}}


FAMILIES: list[Family] = [Service()]


def _address(p: Process) -> str:
    networks = p.container["NetworkSettings"]["Networks"].values()
    return next((str(row["IPAddress"]) for row in networks if row["IPAddress"]), "127.0.0.1")


def secrets_fit(p: Process, names: list[str]) -> bool:
    """Check NAME_FILE, by which an official image takes a value from a file, such as a secret.

    Source: file_env in docker-entrypoint.sh of the images of PostgreSQL and MySQL.
    """
    for name in names:
        path = p.env.get(f"{name}_FILE")
        if path and p.env.get(name):
            p.err(f"error: both {name} and {name}_FILE are set (but are exclusive)\n")
        elif path and not p.view.exists(path):
            p.err(f"{ENTRYPOINT}: line 21: {path}: No such file or directory\n")
        else:
            continue
        p.exit(1)
        return False
    return True


def _given(p: Process, name: str) -> str:
    path = p.env.get(f"{name}_FILE")
    return p.env.get(name) or (str(p.view.text(path) or "").strip() if path else "")
