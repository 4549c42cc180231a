"""Programs known by what they were made from: Go, Rust and C binaries, Java archives, Node scripts.

The source that the builder keeps with a compiled file (`made`) is read for the port it listens on,
the texts it prints, the time it sleeps and the services it calls.
# Simplified: Of compiled programs the model reads ports, printed texts, routes and
sleeps from the source; other logic is not followed.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.timing import MS, SECOND

from ..process import Family, Process
from . import spring

PROFILES = {
    "go": {"start_ms": 8, "memory": 7_000_000, "service_us": 80, "workers": 256},
    "rust": {"start_ms": 5, "memory": 4_000_000, "service_us": 60, "workers": 256},
    "cargo": {"start_ms": 5, "memory": 4_000_000, "service_us": 60, "workers": 256},
    "gcc": {"start_ms": 2, "memory": 2_000_000, "service_us": 60, "workers": 16},
    "node": {"start_ms": 160, "memory": 45_000_000, "service_us": 500, "workers": 1},
    "java": {"start_ms": 900, "memory": 120_000_000, "service_us": 600, "workers": 200},
    "spring": {"start_ms": 3200, "memory": 220_000_000, "service_us": 900, "workers": 200},
    "dotnet": {"start_ms": 450, "memory": 55_000_000, "service_us": 300, "workers": 200},
}  # fmt: skip
"""Start-up, resident bytes, CPU time per request, requests at once. All assumed."""

PORTS = (
    r"ListenAndServe\(\s*\"[^\"]*:(\d+)\"", r"\.Run\(\s*\"[^\"]*:(\d+)\"", r"\.listen\(\s*(\d+)",
    r"\.Listen\(\s*\"[^\"]*:(\d+)\"", r"\.bind\(\s*\(?\"[^\"]*:(\d+)\"",
    r"net\.Listen\([^)]*:(\d+)\"",
    r"InetSocketAddress\(\s*(\d+)\s*\)", r"server\.port\s*[=:]\s*(\d+)",
    r"Addr:\s*\"[^\"]*:(\d+)\"",
    r"PORT\D{0,30}?(\d{2,5})", r"port\s*:?=\s*\"?:?(\d{2,5})",
)  # fmt: skip
GETENV = re.compile(
    r"System\.getenv\(\s*\"(\w+)\"\s*\)"
    r"|System\.getenv\(\)\.getOrDefault\(\s*\"(\w+)\"\s*,\s*\"([^\"\\]*)\"\s*\)"
)
LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"")
SUM = re.compile(rf"{LITERAL.pattern}(?:\s*\+\s*{LITERAL.pattern})+")
STAMPED = "\0"
"""Marks a line of Go's logger, which writes to standard error with the date before it."""
PRINTS = (
    r"fmt\.Println\(\s*\"((?:[^\"\\]|\\.)*)\"\s*\)",
    r"log\.Print(?:ln|f)?\(\s*\"((?:[^\"\\]|\\.)*)\"",
    r"console\.log\(\s*[\"'`]((?:[^\"'`\\]|\\.)*)[\"'`]", r"println!\(\s*\"((?:[^\"\\]|\\.)*)\"",
    r"System\.out\.println\(\s*\"((?:[^\"\\]|\\.)*)\"",
    r"(?:printf|puts)\(\s*\"((?:[^\"\\]|\\.)*)\"",
    r"Console\.WriteLine\(\s*\"((?:[^\"\\]|\\.)*)\"",
)  # fmt: skip


def describe(text: str, env: dict[str, str]) -> dict[str, Any]:
    """Read a source: {"port", "prints", "sleep_us", "routes", "loops"}."""
    port = None
    for pattern in PORTS:
        match = re.search(pattern, text)
        if match:
            port = int(match[1])
            break
    serves = port is not None and bool(re.search(r"listen|Listen|Serve|bind|\.Run\(|server", text))
    if serves and "PORT" in text and env.get("PORT", "").isdigit():
        port = int(env["PORT"])
    sleep = re.search(r"time\.Sleep\(\s*(\d+)?\s*\*?\s*time\.(\w+)", text)
    units = {"Second": SECOND, "Millisecond": MS, "Minute": 60 * SECOND}
    every = re.search(r"setInterval\([\s\S]*?,\s*(\d+)\s*\)", text)
    pause_us = int(sleep[1] or 1) * units.get(sleep[2], SECOND) if sleep else None
    if every:
        pause_us = int(every[1]) * MS
    host = re.search(r"[\"'](127\.0\.0\.1|localhost)(?::\d+)?[\"']", text)
    return {
        "port": port if serves else None, "prints": _prints(_known(text, env)),
        "pause_us": pause_us if re.search(r"for\s*\{|while\s*\(true|setInterval|loop\s*\{", text)
        else None,
        "routes": _routes(text),
        "local": bool(host and serves and not re.search(r"0\.0\.0\.0", text)),
    }  # fmt: skip


def _known(text: str, env: dict[str, str]) -> str:
    """Join the literals and variables of the environment that a Java source adds up."""

    def value(match: re.Match[str]) -> str:
        found = env.get(match[1] or match[2], match[3] or "null")
        return '"' + found.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return SUM.sub(
        lambda match: '"' + "".join(one[1:-1] for one in LITERAL.findall(match[0])) + '"',
        GETENV.sub(value, text),
    )


def _prints(text: str) -> list[str]:
    found: list[tuple[int, str]] = []
    for pattern in PRINTS:
        mark = STAMPED if pattern.startswith("log") else ""
        found += [(m.start(), mark + m[1]) for m in re.finditer(pattern, text)]
    return [line.replace('\\"', '"').replace("\\n", "") for _, line in sorted(found)][:20]


def _routes(text: str) -> dict[str, str]:
    """Give what each path answers, where the source says so in one literal."""
    routes: dict[str, str] = {}
    starts = [
        (m.start(), m[1])
        for m in re.finditer(
            r"(?:HandleFunc|Handle|\.(?:get|post|use|GET|POST|Get)|GetMapping|MapGet)\(\s*"
            r"[\"'`](?:GET |POST )?(/[^\"'`]*)[\"'`]", text)
    ]  # fmt: skip
    starts = starts or [(0, "/")]
    for index, (at, path) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        match = re.search(
            r"(?:Fprint(?:ln|f)?\(\s*\w+\s*,\s*|\.send\(\s*|\.end\(\s*|\.String\(\s*\d+\s*,\s*|"
            r"Write\(\[\]byte\(\s*|\.json\(\s*|return\s+|write\(\s*)(\"(?:[^\"\\]|\\.)*\"|"
            r"'(?:[^'\\]|\\.)*'|`[^`]*`|\{[^{}]*\})", text[at:end])  # fmt: skip
        if match:
            routes[path] = _literal(match[1])
    return routes


def _literal(text: str) -> str:
    if text[0] == "{":
        pairs = re.findall(r"[\"']?(\w+)[\"']?\s*:\s*([\"'][^\"']*[\"']|[\w.]+)", text)
        shown = []
        for key, value in pairs:
            plain = value.strip("\"'")
            numeric = re.fullmatch(r"\d+|true|false|null", value)
            shown.append(f'"{key}":{value if numeric else chr(34) + plain + chr(34)}')
        return "{" + ",".join(shown) + "}"
    return text[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\t", "\t")


class Compiled(Family):
    """A program whose source is known."""

    name = "compiled"

    def begin(self, p: Process) -> None:
        """Read the source and start."""
        entry = p.view.get(str(p.row["path"])) or {}
        made = entry.get("made") or {}
        kind = "spring" if made.get("spring") else str(made.get("tool") or "go")
        self.launch(p, kind, str(made.get("main") or ""))

    def launch(self, p: Process, kind: str, text: str) -> None:
        """Start a program of a kind with a source."""
        profile = PROFILES.get(kind, PROFILES["go"])
        p.state.update(kind=kind, what=describe(text, p.env), phase="start")
        p.use_memory(profile["memory"])
        machine = p.engine.store.get("Machine", "", p.box["machine"])
        speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
        p.wake(int(p.luck().lognormal_us(profile["start_ms"] * MS / speed, 0.1)))

    def wake(self, p: Process) -> None:
        """Print, and listen, loop or end."""
        what, profile = p.state["what"], PROFILES.get(p.state["kind"], PROFILES["go"])
        host = p.container["Config"]["Hostname"]
        for line in what["prints"]:
            port = str(what["port"] or "")
            shown = re.sub(r"\$\{\s*(?:port|PORT)\s*\}|%s|%d|%v", port, line)
            shown = shown.replace("${hostname}", host).replace("${os.hostname()}", host) + "\n"
            if shown.startswith(STAMPED):
                now = p.engine.timestamp_nano()
                date = f"{now[:10].replace('-', '/')} {now[11:19]} "
                p.err(date + shown.removeprefix(STAMPED))
            else:
                p.out(shown)
        if p.state["kind"] == "spring":
            now = p.engine.timestamp_nano()[:23]
            head = f"{now}Z  INFO {p.pid} --- [           main] {'TomcatWebServer':<40} : Tomcat "
            p.out(f"{head}started on port {what['port'] or 8080} (http) with context path '/'\n")
        number = what["port"] or (8080 if p.state["kind"] == "spring" else None)
        if number is not None:
            address = "127.0.0.1" if what["local"] else "0.0.0.0"
            wrong = p.listen(
                number, address=address, service_us=profile["service_us"], sigma=0.4,
                             workers=profile["workers"])  # fmt: skip
            if wrong:
                self._refused(p, number, wrong)
        elif what["pause_us"]:
            p.wake(max(MS, what["pause_us"]))
        else:
            p.exit(0)

    def _refused(self, p: Process, port: int, wrong: str) -> None:
        if p.state["kind"] == "node":
            name = {"Permission denied": "EACCES", "Address already in use": "EADDRINUSE"}[wrong]
            p.err(f"node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: "
                  f"listen {name}: {wrong.lower()} 0.0.0.0:{port}\n")  # fmt: skip
        else:
            p.err(f"listen tcp :{port}: bind: {wrong.lower()}\n")
        p.exit(1)

    def signal(self, p: Process, name: str) -> bool:
        """The Java machine ends orderly with 143; Go and Node only with a handler of their own."""
        if p.state.get("kind") in ("java", "spring", "dotnet") and name in ("SIGTERM", "SIGINT"):
            p.exit(143 if name == "SIGTERM" else 130, 100 * MS)
            return True
        source = self._source(p)
        if name in ("SIGTERM", "SIGINT") and re.search(
            r"signal\.Notify|process\.on\(\s*[\"']" + name, source
        ):
            p.exit(0, 50 * MS)
            return True
        return False

    def _source(self, p: Process) -> str:
        entry = p.view.get(str(p.row.get("source") or p.row["path"])) or {}
        return str((entry.get("made") or {}).get("main") or entry.get("text") or "")

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer what the source says for the path."""
        if p.state["kind"] == "spring":
            made = (p.view.get(str(p.row.get("source") or p.row["path"])) or {}).get("made") or {}
            sources = [str(one) for one in made.get("controllers") or [self._source(p)]]
            answer = spring.respond(sources, request, p.engine.timestamp_nano())
            if answer is not None:
                if answer["status"] == 501:
                    p.err(f"{spring.NOT_FOLLOWED}\n")
                return answer
        path = str(request.get("path") or "/").partition("?")[0]
        routes: dict[str, str] = p.state["what"]["routes"]
        found = routes.get(path)
        if found is None and p.state["kind"] != "node":
            found = routes.get("/")
        if found is None:
            body = "404 page not found\n"
            if p.state["kind"] == "node":
                body = f"<pre>Cannot {request.get('method') or 'GET'} {path}</pre>\n"
            return {"status": 404, "body": body} if routes else {"status": 200, "body": ""}
        name = p.container["Config"]["Hostname"]
        text = re.sub(r"\$\{[^}]*host[^}]*\}", name, found).replace("%s", name)
        kind = "application/json" if text.startswith("{") else "text/html; charset=utf-8"
        return {"status": 200, "body": text, "headers": {"Content-Type": kind}}


class Hello(Family):
    """hello-world: prints its text and ends.

    The text says in its own words what the original's says, and in the same order.
    """

    name = "hello"

    def begin(self, p: Process) -> None:
        """Print."""
        p.row["memory"] = 600_000
        p.out(HELLO)
        p.exit(0)


HELLO = """
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

"""

FAMILIES: list[Family] = [Compiled(), Hello()]
