"""The databases of a server as plain data, and the handle through which commands reach them.

The server's state has "dbs": {number: {"keys": {key: entry}, "expires": {key: Unix time in ms}}}.
An entry is [type, value, bytes, last used (us), number in the order of making]; the value of a
string is a text, of a list a list, of a hash {field: text}, of a set {member: 1}, of a sorted set
[{member: score}, [[score, member] in order]], of a stream see `commands/streams.py`.

Entries are changed in place: nothing else holds them (a saved file has a copy of its own).

# Simplified: What a value takes in memory is its bytes and a fixed number of bytes for each of its
# parts, so MEMORY USAGE is near to Redis' figures and not the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .binary import length
from .errors import WRONG_TYPE, RedisError

if TYPE_CHECKING:
    from ...process import Process

State = dict[str, Any]
Entry = list[Any]

STRING, LIST, HASH, SET, ZSET, STREAM = "string", "list", "hash", "set", "zset", "stream"
KEY_BYTES = 56
"""Of a key: its entry in the table and its object (a key of one letter takes 48 to 64)."""
TIMER_BYTES = 32
PART_BYTES = {STRING: 0, LIST: 3, HASH: 40, SET: 40, ZSET: 80, STREAM: 12}
EMPTY_BYTES = {STRING: 0, LIST: 80, HASH: 24, SET: 40, ZSET: 24, STREAM: 500}
WAITED_FOR = (LIST, ZSET, STREAM)
"""Types for which a client can wait while there is no such key."""
OK = {"status": "OK", "value": "OK"}
QUEUED = {"status": "QUEUED", "value": "QUEUED"}


class Call:
    """A command that is being carried out, or whatever else works on the databases."""

    __slots__ = ("asker", "client", "expires", "inside", "keys", "now_ms", "now_us", "number", "p",
                 "state", "words")  # fmt: skip

    def __init__(self, p: Process, state: State, client: State, asker: Any = None) -> None:
        self.p = p
        self.state = state
        self.client = client
        self.asker = asker
        self.words: list[str] = []
        self.inside = False  # of EXEC
        self.now_us = p.engine.now_us
        self.now_ms = (state["epoch_us"] + self.now_us) // 1000
        self.use(str(client["db"]))

    def use(self, number: str) -> None:
        """Turn to a database."""
        self.number = number
        db = self.state["dbs"].get(number)
        if db is None:
            db = self.state["dbs"][number] = {"keys": {}, "expires": {}}
        self.keys: dict[str, Entry] = db["keys"]
        self.expires: dict[str, int] = db["expires"]

    @property
    def version(self) -> tuple[int, int]:
        """Which Redis this behaves as: (7, 2)."""
        major, minor = self.state["version"]
        return int(major), int(minor)

    # Looking

    def find(self, key: str) -> Entry | None:
        """Give the entry of a key that has not expired; it is not taken for used."""
        entry = self.keys.get(key)
        if entry is not None and self.expires and self.expires.get(key, self.now_ms) < self.now_ms:
            self.expire(key)
            return None
        return entry

    def need(self, key: str, kind: str) -> Entry | None:
        """Give the entry of a key that is to be changed; RedisError when it has another type."""
        entry = self.find(key)
        if entry is not None:
            if entry[0] != kind:
                raise RedisError(WRONG_TYPE)
            entry[3] = self.now_us
        return entry

    def read(self, key: str, kind: str) -> Any:
        """Give the value of a key that is read, None where there is none; counts hit or miss."""
        entry = self.find(key)
        stats = self.state["stats"]
        if entry is None:
            stats["keyspace_misses"] += 1
            return None
        stats["keyspace_hits"] += 1
        if entry[0] != kind:
            raise RedisError(WRONG_TYPE)
        entry[3] = self.now_us
        return entry[1]

    # Changing

    def put(self, key: str, kind: str, value: Any, size: int) -> Entry:
        """Place a value at a key that is there or not; `size`: the bytes of its parts."""
        state = self.state
        entry = self.keys.get(key)
        whole = KEY_BYTES + EMPTY_BYTES[kind] + length(key) + size
        if entry is None:
            state["made"] += 1
            self.keys[key] = entry = [kind, value, whole, self.now_us, state["made"]]
            state["memory"] += whole
        else:
            state["memory"] += whole - entry[2]
            entry[:4] = [kind, value, whole, self.now_us]
        if state["waiting"] and kind in WAITED_FOR:
            self.ready(key)
        return entry

    def make(self, key: str, kind: str) -> Entry:
        """Give the entry of a key, an empty one when there is none; RedisError for a wrong type."""
        entry = self.need(key, kind)
        if entry is None:
            value: Any = [{}, []] if kind == ZSET else [] if kind == LIST else {}
            entry = self.put(key, kind, value, 0)
        return entry

    def ready(self, key: str) -> None:
        """Note that somebody who waits for a key may be served when the command is done."""
        place = f"{self.number} {key}"
        if place in self.state["waiting"] and place not in self.state["ready"]:
            self.state["ready"].append(place)

    def grow(self, entry: Entry, size: int) -> None:
        """Count bytes that an entry got or lost."""
        entry[2] += size
        self.state["memory"] += size

    def remove(self, key: str) -> bool:
        """Take a key away; answers whether there was one."""
        entry = self.keys.pop(key, None)
        if entry is None:
            return False
        self.state["memory"] -= entry[2]
        if self.expires.pop(key, None) is not None:
            self.state["memory"] -= TIMER_BYTES
        return True

    def expire(self, key: str) -> None:
        """Take away a key whose time is over."""
        self.remove(key)
        self.state["stats"]["expired_keys"] += 1
        self.note("expired", key)
        self.break_watch(key)

    def set_timer(self, key: str, at_ms: int) -> None:
        """Let a key expire at a moment (Unix time in ms)."""
        if key not in self.expires:
            self.state["memory"] += TIMER_BYTES
        self.expires[key] = at_ms
        nearest = self.state["nearest_ms"]
        if nearest is None or at_ms < nearest:
            self.state["nearest_ms"] = at_ms
            self.state["timers"] = True

    def drop_timer(self, key: str) -> bool:
        """Let a key stay; answers whether it had a time."""
        if self.expires.pop(key, None) is None:
            return False
        self.state["memory"] -= TIMER_BYTES
        return True

    def drop_if_empty(self, key: str, entry: Entry, parts: Any) -> None:
        """Take a key away whose last part is gone."""
        if not parts:
            self.remove(key)
            self.note("del", key)

    def changed(self, key: str, event: str, count: int = 1) -> None:
        """Say that a command has changed a key; `event` is its name among keyspace events."""
        self.state["dirty"] += count
        self.break_watch(key)
        if self.state["events"]:
            self.note(event, key)

    def break_watch(self, key: str) -> None:
        """Let the transactions of those fail who watch a key."""
        if not self.state["watched"]:
            return
        for number in self.state["watched"].get(f"{self.number} {key}", ()):
            client = self.state["clients"].get(number)
            if client is not None:
                client["broken"] = True

    def note(self, event: str, key: str) -> None:
        """Publish a keyspace event when somebody wants such events."""
        if self.state["events"]:
            from .pubsub import announce

            announce(self, event, key)


def size_of(texts: list[str], each: int = 0) -> int:
    """Add up the bytes of texts, with so many more for each."""
    return sum(map(length, texts)) + each * len(texts)
