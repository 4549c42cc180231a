"""Libraries that reach over the network: redis, requests, psycopg2 and their like.

Each call goes through the lab's network, so that a name that cannot be found, a refused connection
and a service that is down give the program the error it would have in life.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.network.resolve import Source

from .values import UNKNOWN, PyError, made, to_text

if TYPE_CHECKING:
    from .interpreter import Interpreter

CLIENTS = {
    "redis.Redis": ("redis", 6379), "redis.StrictRedis": ("redis", 6379),
    "redis.from_url": ("redis", 6379), "redis.Redis.from_url": ("redis", 6379),
    "psycopg2.connect": ("postgres", 5432), "psycopg.connect": ("postgres", 5432),
    "mysql.connector.connect": ("mysql", 3306), "pymysql.connect": ("mysql", 3306),
    "pymongo.MongoClient": ("mongo", 27017),
}  # fmt: skip
EAGER = ("postgres", "mysql")
"""Clients that connect when they are made; the others at their first command."""
HTTP = ("get", "post", "put", "delete", "head", "patch")


def construct(i: Interpreter, name: str, args: list[Any], kw: dict[str, Any]) -> Any:
    """Make a client object of a known library; None when the name is no such class."""
    if name not in CLIENTS:
        return None
    kind, port = CLIENTS[name]
    host = to_text(kw.get("host", "localhost"))
    if args and isinstance(args[0], str):
        text = args[0]
        match = re.match(r"\w+(?:\+\w+)?://(?:[^@/]*@)?([^:/]+)(?::(\d+))?", text)
        named = re.search(r"host=(\S+)", text)
        if match:
            host, port = match[1], int(match[2] or port)
        elif named:
            host = named[1]
        else:
            host = text
    if isinstance(kw.get("port"), int):
        port = kw["port"]
    client = made(f"client.{kind}", host=host, port=port)
    i.note_call(host, port)
    if kind in EAGER:
        _reach(i, client)
    return client


def _route(i: Interpreter, host: str, port: int) -> Any:
    source = Source(machine=i.p.box["machine"], container=i.p.container)
    return i.p.engine.network.connect(source, host, port)


def _reach(i: Interpreter, client: dict[str, Any]) -> Any:
    """Connect; PyError in the library's words."""
    host, port, kind = client["host"], client["port"], client["type"].partition(".")[2]
    route = _route(i, host, port)
    if route.error is None:
        return route
    if kind == "redis":
        words = {
            "dns": f"Error -2 connecting to {host}:{port}. Name or service not known.",
            "refused": f"Error 111 connecting to {host}:{port}. Connection refused.",
        }
        raise PyError(
            "redis.exceptions.ConnectionError",
            words.get(route.error, f"Error 110 connecting to {host}:{port}. Connection timed out."),
        )
    if kind == "postgres":
        words = {
            "dns": f'could not translate host name "{host}" to address: '
            "Name or service not known\n",
            "refused": f'connection to server at "{host}", port {port} failed: Connection refused\n'
            "\tIs the server running on that host and accepting TCP/IP connections?\n",
        }
        text = words.get(route.error, f'connection to server at "{host}", port {port} failed: '
                                      "Connection timed out\n")  # fmt: skip
        raise PyError("psycopg2.OperationalError", text)
    raise PyError(f"{kind}.errors.OperationalError",
                  f"2003: Can't connect to server on '{host}:{port}' (111)")  # fmt: skip


def call(i: Interpreter, value: dict[str, Any], name: str, a: list[Any], k: dict[str, Any]) -> Any:
    """Call a client's method."""
    kind = str(value["type"])
    if kind == "client.redis":
        route = _reach(i, value)
        words = [name.upper(), *[to_text(item) for item in a]]
        answer = i.p.programs.respond(route.container, route.port, {"redis": words})
        return answer.get("value", UNKNOWN)
    if kind.startswith("client."):
        _reach(i, value)
    return UNKNOWN


def request(i: Interpreter, method: str, args: list[Any]) -> Any:
    """Carry out `requests.get(url)` and its like."""
    url = to_text(args[0]) if args else ""
    match = re.match(r"(https?)://([^/:]+)(?::(\d+))?(/.*)?$", url)
    if match is None:
        raise PyError("requests.exceptions.MissingSchema",
                      f"Invalid URL {url!r}: No scheme supplied.")  # fmt: skip
    port = int(match[3] or (443 if match[1] == "https" else 80))
    host, path = match[2], match[4] or "/"
    i.note_call(host, port, path)
    route = _route(i, host, port)
    if route.error is not None:
        cause = {
            "dns": f"Failed to resolve '{host}' ([Errno -2] Name or service not known)",
            "refused": "Failed to establish a new connection: [Errno 111] Connection refused",
        }.get(route.error, "Connection timed out")
        raise PyError(
            "requests.exceptions.ConnectionError",
            f"HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: "
            f"{path} (Caused by NewConnectionError({cause!r}))",
        )
    wish = {"method": method.upper(), "path": path, "headers": {"host": host}}
    answer = i.p.programs.respond(route.container, route.port, wish)
    return made("response", status=answer["status"], body=answer["body"])
