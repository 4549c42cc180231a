"""Channels: who hears what is published, and the events of the keyspace."""

from __future__ import annotations

from typing import Any

from .clients import is_there
from .keyspace import Call
from .patterns import matcher

KINDS = {
    "g": ("del", "expire", "persist", "rename_from", "rename_to", "move_from"),
    "l": ("lpush", "rpush", "lpop", "rpop", "lset", "ltrim", "lrem", "linsert", "lmove"),
    "s": ("sadd", "srem", "spop", "sunionstore", "sinterstore", "sdiffstore"),
    "h": ("hset", "hdel", "hincrby", "hincrbyfloat"),
    "t": ("xadd", "xtrim", "xdel"), "x": ("expired",), "e": ("evicted",),
    "$": ("set", "append", "incrby", "incrbyfloat", "setrange", "setbit", "pfadd"),
}  # fmt: skip


def _kind(event: str) -> str:
    return next((kind for kind, events in KINDS.items() if event in events), "z")


def announce(c: Call, event: str, key: str) -> None:
    """Publish a keyspace event, if events of its kind are wanted (notify-keyspace-events)."""
    wanted = c.state["events"]
    kind = _kind(event)
    if kind not in wanted and not ("A" in wanted and kind in "g$lshzxet"):
        return
    if "K" in wanted:
        publish(c, f"__keyspace@{c.number}__:{key}", event)
    if "E" in wanted:
        publish(c, f"__keyevent@{c.number}__:{event}", key)


def publish(c: Call, channel: str, text: str) -> int:
    """Send a message to all who listen; answers to how many."""
    state = c.state
    heard = _send(c, state["channels"].get(channel, ()), ["message", channel, text])
    for pattern in list(state["patterns"]):
        if matcher(pattern)(channel):
            row = ["pmessage", pattern, channel, text]
            heard += _send(c, state["patterns"].get(pattern, ()), row)
    return heard


def _send(c: Call, keys: Any, row: list[str]) -> int:
    from .clients import drop

    heard = 0
    for key in list(keys):
        client = c.state["clients"].get(key)
        if client is None or not is_there(c.p, client):
            drop(c.p, c.state, key)
            continue
        if client["asker"] is not None:
            c.p.programs.answer(c.p, client["asker"], {"value": row}, more=True)
        heard += 1
    return heard
