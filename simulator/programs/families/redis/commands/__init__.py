"""The commands by the kind of value they work on; importing a module puts them into the table."""

from . import (
    admin,
    bits,
    clientcmd,
    configcmd,
    connection,
    hashes,
    keys,
    lists,
    pubsub,
    scans,
    scripting,
    setops,
    sets,
    sortedsets,
    sorting,
    streamgroups,
    streams,
    strings,
    timers,
    transactions,
    undone,
    waiting,
    zalgebra,
    zranges,
)

__all__ = [
    "admin", "bits", "clientcmd", "configcmd", "connection", "hashes", "keys", "lists",
    "pubsub", "scans", "scripting", "setops", "sets", "sortedsets", "sorting", "streamgroups",
    "streams", "strings", "timers", "transactions", "undone", "waiting", "zalgebra", "zranges",
]  # fmt: skip
