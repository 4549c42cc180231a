"""The commands by the kind of value they work on; importing a module puts them into the table."""

from . import (
    admin,
    clientcmd,
    configcmd,
    connection,
    hashes,
    keys,
    lists,
    pubsub,
    scans,
    setops,
    sets,
    sortedsets,
    strings,
    timers,
    transactions,
    undone,
    waiting,
    zalgebra,
    zranges,
)

__all__ = [
    "admin", "clientcmd", "configcmd", "connection", "hashes", "keys", "lists", "pubsub", "scans",
    "setops", "sets", "sortedsets", "strings", "timers", "transactions", "undone", "waiting",
    "zalgebra", "zranges",
]  # fmt: skip
