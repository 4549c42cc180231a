"""On which ports a known server listens: its default, its command line, its configuration file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..process import Process

TRAEFIK_PORT = 8080
"""Traefik's own entry point: the API (when insecure), ping and metrics."""


def ports_of(p: Process, name: str, row: dict[str, Any]) -> list[int]:
    """List the ports of a server of the table; none for one that has none."""
    special = _SPECIAL.get(name)
    found = special(p) if special is not None else []
    wished = _flagged(p.argv) or _int(p.env.get(_VARIABLES.get(name, ""), ""))
    if not found and wished:
        found = [wished]
    return found or ([int(row["port"])] if "port" in row else [])


_VARIABLES = {"whoami": "WHOAMI_PORT_NUMBER", "postgres": "PGPORT", "mysqld": "MYSQL_TCP_PORT"}


def _int(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= 5 else 0


def _flagged(words: list[str]) -> int:
    """Read `--port 1`, `-p 1`, `--port=1` and their like."""
    for at, word in enumerate(words):
        name, mark, value = word.partition("=")
        if name in ("--port", "-port", "-p"):
            value = value if mark else words[at + 1] if at + 1 < len(words) else ""
            if _int(value):
                return _int(value)
    return 0


def configuration(p: Process, usual: str = "") -> str:
    """Give the text of the file that the command line names, else of the usual one, or ""."""
    for word in p.argv[1:]:
        if not word.startswith("-") and p.view.is_file(word, p.cwd):
            return p.view.text(word, p.cwd) or ""
    return (p.view.text(usual) or "") if usual else ""


def _haproxy(p: Process) -> list[int]:
    text = configuration(p) or p.view.text("/usr/local/etc/haproxy/haproxy.cfg") or ""
    found = re.findall(r"^\s*bind\s+\S*?:(\d+)", text, re.M)
    return list(dict.fromkeys(int(port) for port in found))


def _httpd(p: Process) -> list[int]:
    text = p.view.text("/usr/local/apache2/conf/httpd.conf") or ""
    text += p.view.text("/etc/apache2/ports.conf") or ""
    found = re.findall(r"^\s*Listen\s+(?:\S+:)?(\d+)", text, re.M)
    return list(dict.fromkeys(int(port) for port in found))


def _traefik(p: Process) -> list[int]:
    line = " ".join(p.argv[1:]).lower()
    found = re.findall(r"--entrypoints\.[\w-]+\.address=\S*?:(\d+)", line)
    text = "\n".join(p.view.text(f"/etc/traefik/traefik.{end}") or "" for end in ("yml", "yaml"))
    found += re.findall(r"address:\s*[\"']?\S*?:(\d+)", text)
    own = re.search(r"--(api\.insecure(?!=false)|ping|metrics)", line) or "insecure: true" in text
    ports = [int(port) for port in found] or [80]
    return list(dict.fromkeys([*ports, *([TRAEFIK_PORT] if own else [])]))


def _rabbitmq(p: Process) -> list[int]:
    plugins = p.view.text("/etc/rabbitmq/enabled_plugins") or ""
    managed = "rabbitmq_management" in plugins or "15672/tcp" in (
        p.container["Config"].get("ExposedPorts") or {}
    )
    return [5672, 15672] if managed else [5672]


def _caddy(p: Process) -> list[int]:
    """Read the addresses of a Caddyfile's sites: `:8080 {`, `http://shop.example {`, `shop {`."""
    text = configuration(p, "/etc/caddy/Caddyfile")
    found: list[int] = []
    for line in re.findall(r"^([^\s#({@][^{}\n]*?)\s*\{\s*$", text, re.M):
        for one in line.replace(",", " ").split():
            port = re.search(r":(\d{1,5})$", one)
            found.append(int(port[1]) if port else 80 if one.startswith("http://") else 443)
    return list(dict.fromkeys(port for port in found if 0 < port < 65_536))


_SPECIAL: dict[str, Callable[[Process], list[int]]] = {
    "haproxy": _haproxy, "httpd": _httpd, "caddy": _caddy, "apache2": _httpd,
    "traefik": _traefik, "rabbitmq-server": _rabbitmq,
}  # fmt: skip
