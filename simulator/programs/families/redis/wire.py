"""The protocol itself, for those who speak it by hand (nc, /dev/tcp), and what HTTP gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .binary import length
from .execute import carry_out
from .keyspace import State
from .logs import say
from .words import split

if TYPE_CHECKING:
    from ...process import Process

MOST_LINES = 200


def answer(p: Process, state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Answer bytes: inline commands or the protocol. HTTP is taken for an attack, as in life."""
    raw = request.get("raw")
    if raw is None or request.get("method"):
        say(p, "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: "
               "commands to Redis. This is likely due to an attacker attempting to use Cross "
               "Protocol Scripting to compromise your Redis instance. Connection aborted.",
            "#")  # fmt: skip
        return {"status": 502, "body": ""}
    client = "by hand"
    state["clients"].pop(client, None)
    parts = []
    for words in commands_in(str(raw)):
        if words is None:
            parts.append("-ERR Protocol error: unbalanced quotes in request\r\n")
            break
        if words:
            parts.append(written(carry_out(p, state, {"redis": words, "client": client})))
    state["clients"].pop(client, None)
    return {"status": 200, "body": "".join(parts)}


def commands_in(raw: str) -> list[list[str] | None]:
    """Cut what was sent into commands; None for a line that cannot be read."""
    lines = raw.replace("\r\n", "\n").split("\n")
    found: list[list[str] | None] = []
    at = 0
    while at < len(lines) and len(found) < MOST_LINES:
        line = lines[at]
        at += 1
        if line.startswith("*") and line[1:].isdigit():
            count = min(int(line[1:]), len(lines))
            found.append([lines[n] for n in range(at + 1, at + 2 * count, 2) if n < len(lines)])
            at += 2 * count
        else:
            found.append(split(line))
    return found


def written(answer: dict[str, Any]) -> str:
    """Write an answer in the protocol (RESP2)."""
    if "error" in answer:
        return f"-{answer['error']}\r\n"
    if "status" in answer:
        return f"+{answer['status']}\r\n"
    return _value(answer.get("value"))


def _value(value: Any) -> str:
    if value is None:
        return "$-1\r\n"
    if isinstance(value, int):
        return f":{value}\r\n"
    if isinstance(value, list):
        return f"*{len(value)}\r\n" + "".join(map(_value, value))
    if isinstance(value, dict):
        if "map" not in value:
            return written(value)
        flat = [part for pair in value["map"] for part in pair]
        return _value(flat)
    return f"${length(str(value))}\r\n{value}\r\n"
