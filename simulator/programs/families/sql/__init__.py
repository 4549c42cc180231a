"""SQL servers and their clients: a small engine of our own over plain data.

Modelled programs in other languages talk to a server through `Process.ask` or `Programs.respond`:

    answer = p.programs.respond(container_id, port, {
        "session": "any text that names the connection",   # the first request of a name connects
        "auth": {"user": ..., "password": ..., "database": ...},
        "client": "address of the client",                 # or "local": True for the Unix socket
        "sql": "SELECT ...",                               # none: only connect
        "params": [...] or {...}, "style": "format" | "qmark" | "dollar",   # optional
        "owner": [container id, run, pid, 0],  # optional: the connection ends with this process
        "known": True,                         # optional: {"error": "closed"} for a new name
    })

The answer of a text that went well is that of its last statement, `results` has all of them:

    {"columns": [{"name", "type"}] or None, "rows": [[plain values]], "tag": "INSERT 0 1",
     "count": rows found or changed, "insert_id": AUTO_INCREMENT or None, "notices": [...],
     "us": simulated microseconds that it took, "tx": None | "in" | "failed"}

and of one that failed {"error": {"severity", "sqlstate", "code" (MySQL's number), "message",
"detail", "hint", "position"}, "us", "results"}. Decimal numbers, dates, times and intervals come as
texts; "type" says what they are (numeric, date, timestamp, timestamptz; decimal, datetime).
{"session": name, "close": True} ends a connection, and what was not committed is undone.

`bind(text, params, style, dialect)` puts parameters into a text and raises SqlError.
"""

from .bind import bind
from .errors import SqlError

__all__ = ["SqlError", "bind"]
