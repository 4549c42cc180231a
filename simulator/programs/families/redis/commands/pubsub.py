"""SUBSCRIBE, PUBLISH and their like.

The first SUBSCRIBE of a connection leaves its question pending: the confirmations and all messages
come as further answers to it. What the connection asks later is answered at once.
"""

from __future__ import annotations

from typing import Any

from ..clients import leave, sweep
from ..errors import RedisError
from ..keyspace import Call
from ..patterns import matcher
from ..pubsub import publish
from ..table import on
from .containers import subcommand

TABLES = {"subs": "channels", "psubs": "patterns"}


def _count(c: Call) -> int:
    return len(c.client["subs"]) + len(c.client["psubs"])


def _told(c: Call, rows: list[list[Any]]) -> Any:
    """Confirm: through the question that is pending, or a new one that then stays pending."""
    client = c.client
    first = client["asker"] is None and c.asker is not None and not c.inside and _count(c)
    if not first:
        return {"value": rows[-1], "pushes": rows}
    client["asker"] = c.asker
    for row in rows:
        c.p.programs.answer(c.p, c.asker, {"value": row}, more=True)
    return {"pending": True}


def _kind(c: Call) -> tuple[str, str]:
    name = c.words[0].lower()
    return ("psubs" if name[0] == "p" else "subs"), name


@on("subscribe", "psubscribe")
def subscribe(c: Call, a: list[str]) -> Any:
    """SUBSCRIBE channel [channel ...]; PSUBSCRIBE pattern."""
    kind, name = _kind(c)
    if not c.client["key"] and c.asker is not None:
        c.client["key"] = f"subscriber {c.client['id']}"
        c.state["clients"][c.client["key"]] = c.client
    rows: list[list[Any]] = []
    for channel in a:
        c.client[kind].setdefault(channel, 1)
        listeners = c.state[TABLES[kind]].setdefault(channel, [])
        if c.client["key"] not in listeners:
            listeners.append(c.client["key"])
        rows.append([name, channel, _count(c)])
    return _told(c, rows)


@on("unsubscribe", "punsubscribe")
def unsubscribe(c: Call, a: list[str]) -> Any:
    """UNSUBSCRIBE [channel ...]: of all when none is named."""
    kind, name = _kind(c)
    rows: list[list[Any]] = []
    for channel in a or list(c.client[kind]):
        if c.client[kind].pop(channel, None):
            leave(c.state[TABLES[kind]], channel, c.client["key"])
        rows.append([name, channel, _count(c)])
    rows = rows or [[name, None, _count(c)]]
    if not _count(c) and c.client["asker"] is not None:
        c.p.programs.answer(c.p, c.client["asker"], {"value": rows[-1]})
        c.client["asker"] = None
    return {"value": rows[-1], "pushes": rows}


@on("publish")
def publish_(c: Call, a: list[str]) -> int:
    """PUBLISH channel message."""
    return publish(c, a[0], a[1])


def _channels(c: Call, a: list[str]) -> list[str]:
    if len(a) > 1:
        raise RedisError("ERR wrong number of arguments for 'pubsub|channels' command")
    fits = matcher(a[0] if a else "*")
    return [name for name in c.state["channels"] if fits(name)]


def _numsub(c: Call, a: list[str]) -> list[Any]:
    return [part for name in a for part in (name, len(c.state["channels"].get(name, ())))]


def _numpat(c: Call, a: list[str]) -> int:
    return len(c.state["patterns"])


@on("pubsub")
def pubsub(c: Call, a: list[str]) -> Any:
    """PUBSUB CHANNELS [pattern] | NUMSUB [channel ...] | NUMPAT."""
    sweep(c.p, c.state)
    return subcommand(c, a, "pubsub", {
        "channels": (-2, _channels), "numsub": (-2, _numsub), "numpat": (2, _numpat),
    })  # fmt: skip
