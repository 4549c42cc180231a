"""Servers known by name: databases, caches, brokers, proxies. Their data is in services.yaml.

Redis understands its everyday commands; of the others only start, ports, logs and end are modelled.
"""

from __future__ import annotations

import json
import posixpath
import shlex
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from simulator.docker.tree import file_entry
from simulator.timing import MS

from ..process import Family, Process
from .service_ports import ports_of

DUMP = "/data/dump.rdb"


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """Give the table of servers by the name of their program."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (Path(__file__).parent / "services.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # type: ignore[no-any-return]


def known(name: str) -> bool:
    """Tell whether a program is in the table."""
    return name in table()


class Service(Family):
    """A server from the table."""

    name = "service"

    def begin(self, p: Process) -> None:
        """Check what the server needs, initialise its data, start."""
        name = posixpath.basename(str(p.row["path"]))
        name = {"catalina.sh": "tomcat", "valkey-server": "redis-server"}.get(name, name)
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
        if needs and not any(p.env.get(name) for name in needs["any_of"]):
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
        if p.state["service"] == "redis-server" and p.view.exists(DUMP):
            saved = p.view.get(DUMP) or {}
            p.state["keys"] = dict(saved.get("keys") or {})
        self._log(p, row.get("log", []), "stdout")
        self._log(p, row.get("errors", []), "stderr")

    def signal(self, p: Process, name: str) -> bool:
        """End in an orderly way, if this server has a handler for the signal."""
        row = table()[p.state["service"]]
        if name not in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGWINCH") or row["end"] is None:
            return False
        self._log(p, row.get("stop", []), "stdout")
        self._log(p, row.get("stop_errors", []), "stderr")
        if p.state["service"] == "redis-server" and p.state.get("keys"):
            keys = dict(p.state["keys"])
            p.view.put(DUMP, {**file_entry(size=90 + 40 * len(keys), content=str(sorted(keys))),
                              "keys": keys})  # fmt: skip
        p.exit(int(row["end"]), 80 * MS)
        return True

    def _log(self, p: Process, lines: list[str], stream: str) -> None:
        row = table()[p.state["service"]]
        moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
        fields = {
            "now": moment.strftime(row.get("stamp", "%Y-%m-%d %H:%M:%S")),
            "slash": moment.strftime("%Y/%m/%d %H:%M:%S"),
            "iso": moment.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"),
            "epoch": str(int(moment.timestamp())),
            "redis": p.env.get("REDIS_VERSION", "8.2.3"),
            "postgres": p.env.get("PG_VERSION", "18.1-1.pgdg13+2").partition("-")[0],
            "pgdg": p.env.get("PG_VERSION", "18.1-1.pgdg13+2"),
            "host": p.container["Config"]["Hostname"],
            "address": p.container["NetworkSettings"]["IPAddress"] or "127.0.0.1",
        }
        for line in lines:
            (p.out if stream == "stdout" else p.err)(line.format(**fields) + "\n")

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer: a Redis command, a file, or what the server says of itself."""
        service = p.state["service"]
        if "redis" in request:
            return redis_command(p, request["redis"])
        if service == "whoami":
            return _whoami(p, port, request)
        if service == "traefik" and request.get("path") == "/ping" and "--ping" in " ".join(p.argv):
            return {"status": 200, "body": "OK"}
        root = table()[service].get("root")
        path = str(request.get("path") or "/").partition("?")[0]
        if root is None:
            return {"status": 404, "body": "404 page not found\n"}
        target = posixpath.normpath(f"{root}/{path}")
        for candidate in (target, f"{target}/index.html", f"{target}/index.php"):
            if p.view.is_file(candidate):
                return {"status": 200, "body": p.view.text(candidate) or ""}
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


def redis_command(p: Process, words: list[str]) -> dict[str, Any]:
    """Carry out a Redis command on this server's keys: {"value": ...}."""
    keys: dict[str, Any] = p.state.setdefault("keys", {})
    command, args = words[0].upper(), words[1:]
    key = args[0] if args else ""
    if command in ("INCR", "INCRBY", "DECR"):
        step = int(args[1]) if command == "INCRBY" else (-1 if command == "DECR" else 1)
        text = str(keys.get(key, "0"))
        if not text.lstrip("-").isdigit():
            return {"value": None, "error": "ERR value is not an integer or out of range"}
        keys[key] = str(int(text) + step)
        return {"value": int(keys[key])}
    if command == "SET":
        keys[key] = args[1] if len(args) > 1 else ""
        return {"value": True, "text": "OK"}
    if command == "GET":
        return {"value": keys.get(key)}
    if command in ("LPUSH", "RPUSH"):
        items = list(keys.get(key) or [])
        for item in args[1:]:
            items.insert(0, item) if command == "LPUSH" else items.append(item)
        keys[key] = items
        return {"value": len(items)}
    if command in ("LPOP", "RPOP", "BLPOP", "BRPOP"):
        items = list(keys.get(key) or [])
        if not items:
            return {"value": None}
        item = items.pop(0 if command in ("LPOP", "BLPOP") else -1)
        keys[key] = items
        return {"value": [key, item] if command[0] == "B" else item}
    simple: dict[str, Any] = {
        "PING": "PONG", "LLEN": len(keys.get(key) or []), "EXISTS": int(key in keys),
        "DBSIZE": len(keys), "KEYS": sorted(keys), "FLUSHALL": "OK", "EXPIRE": 1,
        "LRANGE": list(keys.get(key) or []),
    }  # fmt: skip
    if command == "DEL":
        return {"value": sum(1 for name in args if keys.pop(name, None) is not None)}
    if command in ("FLUSHALL", "FLUSHDB"):
        keys.clear()
    if command in simple:
        return {"value": simple[command]}
    return {"value": None, "error": f"ERR unknown command '{words[0]}'"}


class RedisCli(Family):
    """redis-cli: one command sent to a server, or those that are typed at its prompt."""

    name = "redis-cli"

    def begin(self, p: Process) -> None:
        """Connect, send, print."""
        from simulator.network.resolve import Source

        words = list(p.argv[1:])
        host, port = "127.0.0.1", 6379
        while words and words[0].startswith("-"):
            flag = words.pop(0)
            if flag == "-h" and words:
                host = words.pop(0)
            elif flag == "-p" and words:
                port = int(words.pop(0))
            elif flag in ("-a", "-n") and words:
                words.pop(0)
        source = Source(machine=p.box["machine"], container=p.container)
        route = p.engine.network.connect(source, host, port)
        if route.error or route.container is None:
            why = {"dns": "Name or service not known", "refused": "Connection refused"}
            p.err(f"Could not connect to Redis at {host}:{port}: "
                  f"{why.get(str(route.error), 'Connection timed out')}\n")  # fmt: skip
            p.exit(1)
            return
        p.state.update(host=host, port=port)
        if words:
            self._send(p, words)
            p.exit(0)
            return
        if p.on_terminal:
            p.out(f"{host}:{port}> ")
        self.input(p)

    def input(self, p: Process) -> None:
        """Send what is typed, a command a line, until `quit` or the end."""
        while (line := p.read_line()) is not None:
            try:
                words = shlex.split(line)
            except ValueError:
                p.out("Invalid argument(s)\n")
                words = []
            if not line or words[:1] in (["quit"], ["exit"]):
                p.out("" if line or not p.on_terminal else "\n")
                p.exit(0)
                return
            if words:
                self._send(p, words)
            if p.on_terminal:
                p.out(f"{p.state['host']}:{p.state['port']}> ")

    def _send(self, p: Process, words: list[str]) -> None:
        from simulator.network.resolve import Source

        source = Source(machine=p.box["machine"], container=p.container)
        host, port = str(p.state["host"]), int(p.state["port"])
        route = p.engine.network.connect(source, host, port)
        if route.error or route.container is None:
            p.err(f"Could not connect to Redis at {host}:{port}: Connection refused\n")
            return
        answer = p.programs.respond(route.container, route.port, {"redis": words})
        p.out((_formatted(answer) if p.on_terminal else _shown(answer)) + "\n")


def _formatted(answer: dict[str, Any]) -> str:
    """Write an answer as redis-cli does on a terminal: with types, texts in quotes."""
    value = answer.get("value")
    if answer.get("error") or answer.get("text"):
        return _shown(answer)
    if isinstance(value, list):
        if not value:
            return "(empty array)"
        rows = (f"{n}) {_formatted({'value': item})}" for n, item in enumerate(value, 1))
        return "\n".join(rows)
    if value is None:
        return "(nil)"
    if isinstance(value, int):
        return f"(integer) {int(value)}"
    return value if value in ("OK", "PONG") else json.dumps(str(value), ensure_ascii=False)


def _shown(answer: dict[str, Any]) -> str:
    if answer.get("error"):
        return f"(error) {answer['error']}"
    if answer.get("text"):
        return str(answer["text"])
    value = answer.get("value")
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return str(value)


FAMILIES: list[Family] = [Service(), RedisCli()]
