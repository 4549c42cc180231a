"""Commands on the connection itself."""

from __future__ import annotations

from typing import Any

from ..clients import drop
from ..errors import SYNTAX, RedisError
from ..keyspace import OK, Call
from ..numbers import integer
from ..table import on
from .keys import database
from .transactions import discard

BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters."
WRONGPASS = "WRONGPASS invalid username-password pair or user is disabled."
SERVER = {"redis": "redis", "valkey": "valkey"}


@on("ping")
def ping(c: Call, a: list[str]) -> Any:
    """PING [text]."""
    if len(a) > 1:
        raise RedisError("ERR wrong number of arguments for 'ping' command")
    if (c.client["subs"] or c.client["psubs"]) and c.client["resp"] == 2:
        return ["pong", a[0] if a else ""]
    return a[0] if a else {"status": "PONG", "value": "PONG"}


@on("echo")
def echo(c: Call, a: list[str]) -> str:
    """ECHO text."""
    return a[0]


@on("select")
def select(c: Call, a: list[str]) -> Any:
    """SELECT number."""
    c.client["db"] = int(database(c, a[0]))
    c.use(a[0])
    return OK


def log_in(c: Call, user: str, password: str) -> None:
    """Check a user and a password; only "default" is there."""
    wanted = c.state["password"]
    if user != "default" or (wanted and password != wanted):
        c.client["auth"] = c.client["auth"] and False
        raise RedisError(WRONGPASS)
    c.client["auth"] = True


@on("auth")
def auth(c: Call, a: list[str]) -> Any:
    """AUTH [user] password."""
    if len(a) > 2:
        raise RedisError(SYNTAX)
    if len(a) == 1 and not c.state["password"]:
        raise RedisError(
            "ERR AUTH <password> called without any password configured for the default user. Are "
            "you sure your configuration is correct?"
        )
    log_in(c, a[0] if len(a) == 2 else "default", a[-1])
    return OK


@on("hello")
def hello(c: Call, a: list[str]) -> Any:
    """HELLO [2|3 [AUTH user password] [SETNAME name]]."""
    protocol = c.client["resp"]
    rest = list(a)
    if rest:
        protocol = integer(rest.pop(0), "ERR Protocol version is not an integer or out of range")
        if protocol not in (2, 3):
            raise RedisError("NOPROTO unsupported protocol version")
    while rest:
        word = rest.pop(0).upper()
        if word == "AUTH" and len(rest) > 1:
            log_in(c, rest.pop(0), rest.pop(0))
        elif word == "SETNAME" and rest:
            name(c, rest.pop(0))
        else:
            raise RedisError(f"ERR Syntax error in HELLO option '{word.lower()}'")
    if c.state["password"] and not c.client["auth"]:
        raise RedisError(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the "
            "HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and "
            "select the RESP protocol version at the same time"
        )
    c.client["resp"] = protocol
    rows = [
        ["server", c.state["kind"]], ["version", c.state["shown_version"]], ["proto", protocol],
        ["id", c.client["id"]], ["mode", "standalone"],
        ["role", "replica" if c.state["replica_of"] else "master"], ["modules", []],
    ]  # fmt: skip
    return {"map": rows}


def name(c: Call, text: str) -> None:
    """Give the connection a name."""
    if any(not "!" <= char <= "~" for char in text):
        raise RedisError(BAD_NAME)
    c.client["name"] = text


@on("quit")
def quit_(c: Call, a: list[str]) -> Any:
    """QUIT."""
    drop(c.p, c.state, c.client["key"])
    return OK


@on("reset")
def reset(c: Call, a: list[str]) -> Any:
    """RESET."""
    discard(c)
    for kind, table in (("subs", "channels"), ("psubs", "patterns")):
        for channel in list(c.client[kind]):
            held = c.state[table].get(channel, [])
            c.state[table][channel] = [one for one in held if one != c.client["key"]]
            if not c.state[table][channel]:
                del c.state[table][channel]
    c.client.update(subs={}, psubs={}, db=0, name="", auth=False, resp=2, monitor=False)
    return {"status": "RESET", "value": "RESET"}
