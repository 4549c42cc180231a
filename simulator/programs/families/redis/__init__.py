"""Redis and Valkey: a server with its data, and its command line client.

Every client asks in the same form, with `Process.ask(container, port, request, rtt_us)`:

    {"redis": [word, ...], "client": text}

The words are the command's. "client" names the connection, so that the server remembers its
database, its password, its transaction and what it listens to; without it each request is a
connection of its own. `{"redis_close": True, "client": text}` closes a connection; one whose
program is gone is forgotten by itself. The answer is one of

    {"value": value}                      None, int, text (a float is a text), list or
                                          {"map": [[key, value], ...]}
    {"status": "OK", "value": "OK"}       a simple string
    {"error": "ERR ..."}                  a refusal; {"error": "closed"}: the server hung up
    {"pending": number}                   later, in `Family.answered`: BLPOP, SUBSCRIBE, MONITOR

In a list (of EXEC) an item may be {"status": text} or {"error": text}. SUBSCRIBE and MONITOR
answer many times: ["subscribe", channel, count], then ["message", channel, text] or ["pmessage",
pattern, channel, text]. A further SUBSCRIBE on the same connection is answered at once (its last
confirmation is the value, all of them are in "pushes"), and the messages go on coming to the
first; when nothing is left after UNSUBSCRIBE, the first gets that as its last answer.
"""

from __future__ import annotations

from ...process import Family
from .cli.client import RedisCli
from .server import RedisServer, is_server

__all__ = ["FAMILIES", "is_server"]

FAMILIES: list[Family] = [RedisServer(), RedisCli()]
