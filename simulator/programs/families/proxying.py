"""What HAProxy and Caddy answer: backends in turn, files, fixed texts.

Sources: the configuration manual of HAProxy 3.0, the Caddyfile's documentation (caddyserver.com).
# Simplified: Of HAProxy's configuration the model reads bind, default_backend, use_backend with
# path_beg, and server lines; of a Caddyfile addresses, root, file_server, reverse_proxy, respond,
# redir, handle and handle_path with one path. Other lines have no effect.
# Simplified: Apache serves files and no rewritten or proxied paths; PHP's scripts are not run;
# Traefik finds containers by nothing and answers 404.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import Any

from simulator.network.resolve import Source

from ..process import Process

UNAVAILABLE = (
    "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this "
    "request.\n</body></html>\n"
)
Answer = dict[str, Any]


def _passed(p: Process, host: str, port: int, path: str, request: Answer) -> Answer | None:
    """Send a request on; None when nobody answers."""
    source = Source(machine=p.box["machine"], container=p.container)
    route = p.engine.network.connect(source, host, port)
    if route.error or route.container is None:
        return None
    passed = {**request, "path": path, "asker": None}
    return dict(p.programs.respond(route.container, route.port, passed))


def haproxy(p: Process, text: str, port: int, request: Answer) -> Answer:
    """Answer as HAProxy: the frontend of the port, its backend, a server in turn."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (raw.partition("#")[0].strip() for raw in text.splitlines()):
        head = re.fullmatch(r"(global|defaults|frontend|backend|listen)\b\s*(\S*).*", line)
        if head:
            lines = sections.setdefault(f"{head[1]} {head[2]}", [])
        elif line:
            lines.append(line)
    path = str(request.get("path") or "/")
    front = next((rows for name, rows in sections.items() if name.startswith(("frontend", "listen"))
                  and any(re.match(rf"bind\s+\S*:{port}\b", row) for row in rows)), [])  # fmt: skip
    acls = {m[1]: m[2].split() for row in front
            if (m := re.match(r"acl\s+(\S+)\s+path_beg\s+(?:-i\s+)?(.+)", row))}  # fmt: skip
    name = next((m[1] for row in front if (m := re.match(r"default_backend\s+(\S+)", row))), "")
    for row in front:
        use = re.match(r"use_backend\s+(\S+)\s+if\s+(?:\{\s*path_beg\s+(.+?)\s*\}|(\S+))", row)
        if use and path.startswith(tuple(use[2].split() if use[2] else acls.get(use[3], ["\0"]))):
            name = use[1]
            break
    rows = sections.get(f"backend {name}", front)
    servers = [m for row in rows if (m := re.match(r"server\s+\S+\s+([^\s:]+):?(\d*)", row))]
    turns = p.state.setdefault("turns", {})
    start = int(turns.get(name, 0))
    for step in range(len(servers)):
        found = servers[(start + step) % len(servers)]
        answer = _passed(p, found[1], int(found[2] or port), path, request)
        if answer is not None:
            turns[name] = start + step + 1
            return answer
    return {"status": 503, "body": UNAVAILABLE, "headers": {"Content-Type": "text/html"}}


def caddy(p: Process, text: str, port: int, request: Answer) -> Answer:
    """Answer as Caddy: the site of the port, its routes from the most special one on."""
    rows = _blocks(text)
    site = next((inner for words, inner in rows if words and inner
                 and any(_port(one.strip(",")) == port for one in words)), rows)  # fmt: skip
    headers = {"Server": "Caddy"}
    found = _caddy_block(p, site, str(request.get("path") or "/"), request, {"root": "/srv"})
    answer = found or {"status": 200, "body": ""}
    return {**answer, "headers": {**headers, **(answer.get("headers") or {})}}


def _port(address: str) -> int:
    match = re.search(r":(\d+)$", address)
    return int(match[1]) if match else 80 if address.startswith("http://") else 443


def _blocks(text: str) -> list[tuple[list[str], Any]]:
    """Read a Caddyfile into rows of words, each with its inner rows."""
    stack: list[list[tuple[list[str], Any]]] = [[]]
    for line in text.splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        if words == ["}"] and len(stack) > 1:
            stack.pop()
        elif words and words[-1] == "{":
            inner: list[tuple[list[str], Any]] = []
            stack[-1].append((words[:-1], inner))
            stack.append(inner)
        elif words:
            stack[-1].append((words, []))
    return stack[0]


def _caddy_block(
    p: Process, rows: Any, path: str, request: Answer, scope: dict[str, str]
) -> Answer | None:
    """Carry out the directives of a block in Caddy's own order."""
    clean = path.partition("?")[0]
    scope = dict(scope)
    for words, _ in rows:
        if words[0] == "root":
            scope["root"] = words[-1]
    routes = [row for row in rows if row[0][0] in ("handle", "handle_path")]
    routes.sort(key=lambda row: -len(row[0][1]) if len(row[0]) > 1 else 1)
    for words, inner in routes:
        prefix = words[1].rstrip("*") if len(words) > 1 else ""
        if clean.startswith(prefix) or clean == prefix.rstrip("/"):
            rest = path
            if words[0] == "handle_path":
                rest = "/" + path[len(prefix) :].lstrip("/")
            return _caddy_block(p, inner, rest, request, scope)
    for name in ("redir", "respond", "reverse_proxy", "file_server"):
        for words, inner in rows:
            matcher = words[1] if len(words) > 1 and words[1].startswith(("/", "*")) else ""
            if words[0] == name and clean.startswith(matcher.rstrip("*")):
                args = words[2:] if matcher else words[1:]
                return _caddy_directive(p, name, args, inner, path, request, scope)
    return None


def _caddy_directive(
    p: Process, name: str, args: list[str], inner: Any, path: str, request: Answer,
    scope: dict[str, str],
) -> Answer:  # fmt: skip
    if name == "respond":
        alone = args[0] if len(args) == 1 and args[0].isdigit() else ""
        status = alone or (args[1] if len(args) > 1 and args[1].isdigit() else "200")
        return {"status": int(status), "body": "" if alone or not args else args[0]}
    if name == "redir":
        target = (args or ["/"])[0].replace("{uri}", path)
        code = {"permanent": 301, "html": 200}.get((args[1:] or [""])[0], 302)
        return {"status": code, "body": "", "headers": {"Location": target}}
    if name == "file_server":
        target = posixpath.normpath(scope["root"] + "/" + path.partition("?")[0])
        for one in (target, f"{target}/index.html"):
            if p.view.is_file(one):
                return {"status": 200, "body": p.view.text(one) or ""}
        return {"status": 404, "body": ""}
    targets = [*args, *(one for words, _ in inner if words[0] == "to" for one in words[1:])]
    start = int(p.state.get("turn", 0))
    p.state["turn"] = start + 1
    for step in range(len(targets)):
        place = re.sub(r"^\w+://", "", targets[(start + step) % len(targets)])
        host, _, port = place.partition(":")
        answer = _passed(p, host, int(port) if port.isdigit() else 80, path, request)
        if answer is not None:
            return answer
    return {"status": 502, "body": ""}
