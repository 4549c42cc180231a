"""nginx: reads its modelled configuration, serves files, proxies.

# Simplified: Of nginx's configuration the model reads listen, root, index, location (by prefix),
return and proxy_pass; other directives have no effect.
"""

from __future__ import annotations

import posixpath
import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from simulator.timing import MS

from ..process import Family, Process

MEMORY = 8 << 20
"""Resident size of nginx's master and workers (assumed)."""
START_US = 40 * MS
SERVICE_US = 90
"""CPU time for a small static file (assumed: about 11,000 requests a second a core)."""
WORKERS = 512
CONFIG = "/etc/nginx/nginx.conf"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "application/javascript",
         ".json": "application/json", ".png": "image/png", ".svg": "image/svg+xml",
         ".txt": "text/plain"}  # fmt: skip

_DIRECTIVE = re.compile(r"\s*+([^\s;{}]++)([^;{}]*+)([;{}])")

Block = list[Any]


class Nginx(Family):
    """nginx as the official image runs it."""

    name = "nginx"

    def begin(self, p: Process) -> None:
        """Read the configuration; a wrong one ends nginx at once."""
        p.use_memory(MEMORY)
        args = p.argv[1:]
        if "-v" in args or "-V" in args:
            p.err(f"nginx version: nginx/{_version(p)}\n")
            p.exit(0)
            return
        wrong, servers = read_servers(p)
        if wrong:
            p.err(f"nginx: [emerg] {wrong}\n")
            if "-t" in args:
                p.err(f"nginx: configuration file {CONFIG} test failed\n")
            p.exit(1)
            return
        if "-t" in args:
            p.err(f"nginx: the configuration file {CONFIG} syntax is ok\n"
                  f"nginx: configuration file {CONFIG} test is successful\n")  # fmt: skip
            p.exit(0)
            return
        p.state["servers"] = servers
        foreground = any("daemon off" in word for word in args)
        if not foreground and "daemon off" not in (p.view.text(CONFIG) or ""):
            p.state["background"] = True
        p.wake(START_US)

    def wake(self, p: Process) -> None:
        """Open the ports; a daemon leaves the foreground, and with it the container ends."""
        for server in p.state["servers"]:
            for port in server["listen"]:
                wrong = p.listen(port, service_us=SERVICE_US, sigma=0.3, workers=WORKERS,
                                 calls=_calls(server))  # fmt: skip
                if wrong:
                    number = {"Permission denied": 13, "Address already in use": 98}[wrong]
                    p.err(f"nginx: [emerg] bind() to 0.0.0.0:{port} failed ({number}: {wrong})\n")
                    p.exit(1)
                    return
        if p.state.get("background") and p.pid != 1:
            p.programs.detach(p)
        elif p.state.get("background"):
            p.exit(0)
            return
        _notice(p, 'using the "epoll" event method')
        _notice(p, f"nginx/{_version(p)}")
        _notice(p, "start worker processes")

    def signal(self, p: Process, name: str) -> bool:
        """QUIT ends gracefully, TERM and INT at once, HUP reads the configuration again."""
        if name == "SIGHUP":
            wrong, servers = read_servers(p)
            if not wrong:
                p.state["servers"] = servers
            return True
        if name in ("SIGQUIT", "SIGTERM", "SIGINT"):
            number = {"SIGQUIT": 3, "SIGTERM": 15, "SIGINT": 2}[name]
            word = "gracefully shutting down" if name == "SIGQUIT" else "exiting"
            _notice(p, f"signal {number} ({name}) received, {word}")
            p.exit(0, 30 * MS)
            return True
        return name in ("SIGUSR1", "SIGWINCH", "SIGUSR2")

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Serve a file, a `return`, or what a proxied server answers."""
        servers = [s for s in p.state["servers"] if port in s["listen"]]
        path = str(request.get("path") or "/")
        answer: dict[str, Any] = {"status": 404, "body": ""}
        if servers:
            answer = _serve(p, servers[0], path, request)
        if answer["status"] >= 400 and not answer["body"]:
            words = {403: "Forbidden", 404: "Not Found", 502: "Bad Gateway",
                     504: "Gateway Time-out"}.get(answer["status"], "Error")  # fmt: skip
            title = f"{answer['status']} {words}"
            answer["body"] = (f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center>"
                              f"<h1>{title}</h1></center>\r\n<hr><center>nginx/{_version(p)}</center>\r\n"
                              "</body>\r\n</html>\r\n")  # fmt: skip
        headers = {"Server": f"nginx/{_version(p)}", "Content-Type": "text/html",
                   **answer.get("headers", {})}  # fmt: skip
        agent = (request.get("headers") or {}).get("user-agent", "curl/8.5.0")
        client = request.get("client") or "172.17.0.1"
        p.out(f'{client} - - [{_clock(p)}] "{request.get("method") or "GET"} {path} HTTP/1.1" '
              f'{answer["status"]} {len(answer["body"])} "-" "{agent}" "-"\n')  # fmt: skip
        return {**answer, "headers": headers}


def _serve(
    p: Process, server: dict[str, Any], path: str, request: dict[str, Any]
) -> dict[str, Any]:
    clean = path.partition("?")[0]
    fitting = [loc for loc in server["locations"] if clean.startswith(loc["prefix"])]
    location: dict[str, Any] = max(fitting, key=lambda loc: len(loc["prefix"]), default={})
    if "return" in location:
        code, _, text = location["return"].partition(" ")
        return {"status": int(code) if code.isdigit() else 302, "body": text.strip("\"'")}
    if "proxy" in location:
        return _proxy(p, location, path, request)
    root = location.get("root") or server["root"]
    target = posixpath.normpath(root + "/" + clean)
    view = p.view
    if view.is_dir(target):
        for index in location.get("index") or server["index"]:
            if view.is_file(f"{target}/{index}"):
                target = f"{target}/{index}"
                break
        else:
            return {"status": 403 if clean.endswith("/") else 404, "body": ""}
    tries = location.get("try") or []
    if not view.is_file(target) and tries and tries[-1].startswith("/"):
        target = root + tries[-1]
    if not view.is_file(target):
        p.err(f'{_stamp(p)} [error] 29#29: *1 open() "{target}" failed (2: No such file or '
              f'directory), request: "GET {path} HTTP/1.1"\n')  # fmt: skip
        return {"status": 404, "body": ""}
    kind = TYPES.get(posixpath.splitext(target)[1], "application/octet-stream")
    return {"status": 200, "body": view.text(target) or "", "headers": {"Content-Type": kind}}


def _proxy(
    p: Process, location: dict[str, Any], path: str, request: dict[str, Any]
) -> dict[str, Any]:
    from simulator.network.resolve import Source

    host, port, uri = location["proxy"]
    source = Source(machine=p.box["machine"], container=p.container)
    route = p.engine.network.connect(source, host, port)
    if route.error or route.container is None:
        status = 504 if route.error == "timeout" else 502
        p.err(f"{_stamp(p)} [error] 29#29: *1 connect() failed (111: Connection refused) while "
              f'connecting to upstream, upstream: "http://{host}:{port}{path}"\n')  # fmt: skip
        return {"status": status, "body": ""}
    if uri:
        path = uri + path[len(location["prefix"]) :]
    passed = {**request, "path": path, "asker": None}
    return p.programs.respond(route.container, route.port, passed)


def _calls(server: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [loc["proxy"] for loc in server["locations"] if "proxy" in loc]
    return [{"host": host, "port": port, "path": uri or "/"} for host, port, uri in rows[:1]]


def read_servers(p: Process) -> tuple[str, list[dict[str, Any]]]:
    """Read the configuration: (what is wrong, servers)."""
    text = p.view.text(CONFIG)
    if text is None:
        if p.view.exists(CONFIG):
            return "", [_default_server()]
        return f'open() "{CONFIG}" failed (2: No such file or directory)', []
    wrong, tree = _parse(text, CONFIG)
    if wrong:
        return wrong, []
    servers: list[dict[str, Any]] = []
    upstreams: dict[str, str] = {}
    blocks = _included(p, tree, "http")
    for block in blocks:
        if block[0] == "upstream":
            upstreams[block[1]] = next((b[1] for b in block[2] if b[0] == "server"), "")
    for block in blocks:
        if block[0] == "error":
            return block[1], []
        if block[0] == "server":
            server = _server(p, block[2], upstreams)
            if isinstance(server, str):
                return server, []
            servers.append(server)
    return "", servers


def _default_server() -> dict[str, Any]:
    return {"listen": [80], "root": "/usr/share/nginx/html", "index": ["index.html"],
            "locations": []}  # fmt: skip


def _included(p: Process, tree: Block, name: str) -> list[Block]:
    """Give the blocks inside `http {}`, with included files in place."""
    found: list[Block] = []
    for block in tree:
        if block[0] != name:
            continue
        for inner in block[2]:
            if inner[0] != "include" or ("*" not in inner[1] and not inner[1].endswith(".conf")):
                found.append(inner)
                continue
            folder, pattern = posixpath.split(inner[1])
            for child in p.view.children(folder) if p.view.is_dir(folder) else []:
                if child.endswith(".conf") and (pattern.startswith("*") or child == pattern):
                    path = f"{folder}/{child}"
                    wrong, parsed = _parse(p.view.text(path) or "", path)
                    found += [["error", wrong, []]] if wrong else parsed
    return found


def _server(p: Process, block: Block, upstreams: dict[str, str]) -> dict[str, Any] | str:
    server = _default_server()
    server.update(listen=[], index=["index.html", "index.htm"], root="/etc/nginx/html")
    for name, args, inner in block:
        if name == "listen":
            port = re.search(r"(\d+)\s*(?:ssl|default_server|http2|reuseport|\s)*$", args)
            if port and int(port[1]) not in server["listen"]:
                server["listen"].append(int(port[1]))
        elif name == "root":
            server["root"] = args
        elif name == "index":
            server["index"] = args.split()
        elif name == "return":
            server["locations"].append({"prefix": "/", "return": args})
        elif name == "location":
            location = _location(args, inner, upstreams)
            host = (location.get("proxy") or [""])[0]
            if host and not _known(p, host):
                return f'host not found in upstream "{host}" in /etc/nginx/conf.d/default.conf:1'
            server["locations"].append(location)
    server["listen"] = server["listen"] or [80]
    return server


def _known(p: Process, host: str) -> bool:
    """Tell whether nginx can look a proxied host up when it starts."""
    if re.fullmatch(r"[\d.]+|localhost", host) or "." in host:
        return True
    if p.container["drydock"]["pod"] is not None:
        return True
    return bool(p.engine.docker.networks.resolve(p.container, host)) or (
        p.engine.machines.get(host) is not None
    )


def _location(args: str, inner: Block, upstreams: dict[str, str]) -> dict[str, Any]:
    location: dict[str, Any] = {"prefix": args.split()[-1] if args else "/"}
    for name, words, _ in inner:
        if name == "root":
            location["root"] = words
        elif name == "index":
            location["index"] = words.split()
        elif name == "return":
            location["return"] = words
        elif name == "try_files":
            location["try"] = words.split()
        elif name == "proxy_pass":
            match = re.match(r"https?://([^/:]+)(?::(\d+))?(/.*)?$", words)
            if match:
                host, port = match[1], int(match[2] or 80)
                if host in upstreams:
                    host, _, number = upstreams[host].partition(":")
                    port = int(number or 80)
                location["proxy"] = [host, port, match[3] or ""]
    return location


DIRECTIVES = (
    "listen", "root", "index", "server_name", "location", "proxy_pass", "try_files", "return",
    "rewrite", "add_header", "error_page", "access_log", "error_log", "include", "upstream",
    "server", "proxy_set_header",
)  # fmt: skip
LISTEN_WORDS = ("default_server", "ssl", "http2", "quic", "reuseport", "deferred", "bind",
                "proxy_protocol", "spdy")  # fmt: skip


def _refused(match: re.Match[str], line: int, path: str) -> str:
    """Say what nginx has against a directive; line: that of its end.

    # Simplified: A directive is unknown when it is a slip of a common one.
    """
    name, words = match[1], match[2].split()
    if match[3] == "}":
        return f'unexpected "}}" in {path}:{line}'
    if name not in DIRECTIVES and get_close_matches(name, DIRECTIVES, 1, 0.85):
        return f'unknown directive "{name}" in {path}:{line}'
    for word in words[1:] if name == "listen" else []:
        if word not in LISTEN_WORDS and "=" not in word:
            return f'invalid parameter "{word}" in {path}:{line}'
    return ""


@lru_cache(maxsize=256)
def _parse(text: str, path: str) -> tuple[str, Block]:
    """Read blocks [name, arguments, inner blocks]; answers (what is wrong, blocks); not to edit."""
    text = re.sub(r"(^|\s)#[^\n]*", r"\1", text)
    stack: list[Block] = [[]]
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        line = text.count("\n", 0, at) + 1
        if text[at] == "}":
            if len(stack) == 1:
                return f'unexpected "}}" in {path}:{line}', []
            stack.pop()
            at += 1
            continue
        match = _DIRECTIVE.match(text, at)
        if match is not None:
            wrong = _refused(match, text.count("\n", 0, match.start(3)) + 1, path)
            if wrong:
                return wrong, []
        if match is None:
            return f'unexpected end of file, expecting ";" or "}}" in {path}:{line}', []
        block: Block = [match[1], " ".join(match[2].split()), []]
        stack[-1].append(block)
        if match[3] == "{":
            stack.append(block[2])
        at = match.end()
    if len(stack) > 1:
        lines = text.count("\n") + 1
        return f'unexpected end of file, expecting "}}" in {path}:{lines}', []
    return "", stack[0]


def _version(p: Process) -> str:
    return p.env.get("NGINX_VERSION") or "1.28.0"


def _stamp(p: Process) -> str:
    return p.engine.timestamp()[:19].replace("-", "/").replace("T", " ")


def _notice(p: Process, text: str) -> None:
    p.err(f"{_stamp(p)} [notice] 1#1: {text}\n")


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _clock(p: Process) -> str:
    stamp = p.engine.timestamp()
    return f"{stamp[8:10]}/{_MONTHS[int(stamp[5:7]) - 1]}/{stamp[:4]}:{stamp[11:19]} +0000"


FAMILIES: list[Family] = [Nginx()]
