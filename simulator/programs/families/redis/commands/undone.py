"""What a lab's Redis does not do, and small talk.

# Simplified: Functions, modules, clusters and access control lists are not part of
# the model: their commands are refused in Redis' words for a server that has them switched off.
# Simplified: GEO commands, BITFIELD, LCS, DUMP, RESTORE, MIGRATE, sharded channels and the times of
# single hash fields are unknown commands to a lab's Redis.
"""

from __future__ import annotations

from typing import Any

from ..binary import length
from ..errors import RedisError, unknown_option
from ..keyspace import HASH, LIST, OK, SET, STREAM, STRING, ZSET, Call, Entry
from ..numbers import integer, is_integer
from ..table import Command, commands, keys_of, on
from .containers import subcommand

NO_FUNCTIONS = "ERR Functions are not modelled in a lab"
NO_FUNCTION = "ERR Function not found"
NO_CLUSTER = "ERR This instance has cluster support disabled"
NO_DEBUG = (
    'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can '
    "run it from a local connection, otherwise you need to set this option in the configuration "
    "file, and then restart the server."
)
NO_LFU = (
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that "
    "when switching between policies at runtime LRU and LFU data will take some time to adjust."
)
FLAGS = {"w": "write", "r": "readonly", "m": "denyoom", "f": "fast", "a": "admin", "n": "no_auth",
         "p": "pubsub", "b": "blocking", "M": "no_multi", "k": "movablekeys"}  # fmt: skip


@on("fcall", "function")
def functions(c: Call, a: list[str]) -> Any:
    """FUNCTION and FCALL."""
    raise RedisError(NO_FUNCTIONS if c.words[0].lower() == "function" else NO_FUNCTION)


@on("cluster", "readonly", "readwrite")
def cluster(c: Call, a: list[str]) -> Any:
    """CLUSTER."""
    raise RedisError(NO_CLUSTER)


@on("module")
def module(c: Call, a: list[str]) -> Any:
    """MODULE LIST: there are none."""
    return subcommand(c, a, "module", {"list": (2, lambda c, a: [])})


@on("debug")
def debug(c: Call, a: list[str]) -> Any:
    """DEBUG."""
    raise RedisError(NO_DEBUG)


@on("latency")
def latency(c: Call, a: list[str]) -> Any:
    """LATENCY LATEST | HISTORY | RESET."""
    return subcommand(c, a, "latency", {
        "latest": (2, lambda c, a: []), "history": (3, lambda c, a: []),
        "reset": (-2, lambda c, a: 0),
    })  # fmt: skip


@on("lolwut")
def lolwut(c: Call, a: list[str]) -> str:
    """LOLWUT."""
    return f"{c.state['title']} ver. {c.state['shown_version']}\n"


def encoding(c: Call, entry: Entry) -> str:
    """Name the way in which Redis would keep a value."""
    kind, value = entry[0], entry[1]
    config = c.state["config"]
    if kind == STRING:
        size = length(value)
        return "int" if is_integer(value) else "embstr" if size <= 44 else "raw"
    if kind == LIST:
        return "listpack" if entry[2] < 8192 and c.version >= (7, 2) else "quicklist"
    if kind == STREAM:
        return "stream"
    name = {HASH: "hash", SET: "set", ZSET: "zset"}[kind]
    parts = value[0] if kind == ZSET else value
    texts = [*parts, *parts.values()] if kind == HASH else list(parts)
    whole = kind == SET and len(parts) <= int(config["set-max-intset-entries"])
    if whole and all(map(is_integer, texts)):
        return "intset"
    few = len(parts) <= int(config[f"{name}-max-listpack-entries"])
    short = all(length(text) <= int(config[f"{name}-max-listpack-value"]) for text in texts)
    if few and short and (kind != SET or c.version >= (7, 2)):
        return "listpack"
    return "skiplist" if kind == ZSET else "hashtable"


def _encoding(c: Call, a: list[str]) -> str | None:
    entry = c.find(a[0])
    return None if entry is None else encoding(c, entry)


def _idle(c: Call, a: list[str]) -> int | None:
    entry = c.find(a[0])
    return None if entry is None else int((c.now_us - entry[3]) // 1_000_000)


def _references(c: Call, a: list[str]) -> int | None:
    entry = c.find(a[0])
    if entry is None:
        return None
    shared = entry[0] == STRING and entry[1].isdigit() and len(entry[1]) < 5
    return 2147483647 if shared else 1


def _frequency(c: Call, a: list[str]) -> int | None:
    if c.find(a[0]) is None:
        return None
    if "lfu" not in c.state["config"]["maxmemory-policy"]:
        raise RedisError(NO_LFU)
    return 5


@on("object")
def object_(c: Call, a: list[str]) -> Any:
    """OBJECT ENCODING | IDLETIME | REFCOUNT | FREQ key."""
    return subcommand(c, a, "object", {
        "encoding": (3, _encoding), "idletime": (3, _idle), "refcount": (3, _references),
        "freq": (3, _frequency),
    })  # fmt: skip


def _usage(c: Call, a: list[str]) -> int | None:
    if len(a) > 1:
        if a[1].upper() != "SAMPLES" or len(a) != 3:
            raise RedisError("ERR syntax error")
        integer(a[2])
    entry = c.find(a[0])
    return None if entry is None else int(entry[2])


def _doctor(c: Call, a: list[str]) -> str:
    return (
        "Hi Sam, this instance is empty or is using very little memory, my issues detector can't "
        "be used in these conditions. Please, leave for your mission on Earth and fill it with "
        "some data. The new Sam and I will be back to our programming as soon as I finished "
        "rebooting.\n"
    )


@on("memory")
def memory(c: Call, a: list[str]) -> Any:
    """MEMORY USAGE key [SAMPLES n] | DOCTOR | PURGE."""
    return subcommand(c, a, "memory", {
        "usage": (-3, _usage), "doctor": (2, _doctor), "purge": (2, lambda c, a: OK),
    })  # fmt: skip


def _row(command: Command) -> list[Any]:
    flags = [{"status": FLAGS[flag]} for flag in command.flags if flag in FLAGS]
    return [command.name, command.arity, flags, *command.keys, [], [], [], []]


def _info(c: Call, a: list[str]) -> list[Any]:
    known = commands()
    names = a or list(known)
    return [_row(known[name.lower()]) if name.lower() in known else None for name in names]


def _getkeys(c: Call, a: list[str]) -> list[str]:
    command = commands().get(a[0].lower())
    if command is None:
        raise RedisError("ERR Invalid command specified")
    if len(a) != command.arity if command.arity > 0 else len(a) < -command.arity:
        raise RedisError("ERR Invalid number of arguments specified for command")
    found = keys_of(command, a)
    if not found:
        raise RedisError("ERR The command has no key arguments")
    return found


def _docs(c: Call, a: list[str]) -> Any:
    known = commands()
    names = [name.lower() for name in a] or list(known)
    return {"map": [
        [name, {"map": [["summary", str(known[name].run.__doc__ or "").partition("\n")[0]]]}]
        for name in names if name in known
    ]}  # fmt: skip


@on("command")
def command(c: Call, a: list[str]) -> Any:
    """COMMAND [COUNT | INFO | LIST | DOCS | GETKEYS]."""
    if not a:
        return _info(c, [])
    if a[0].lower() not in ("count", "info", "list", "docs", "getkeys", "help"):
        raise unknown_option("COMMAND", a[0])
    return subcommand(c, a, "command", {
        "count": (2, lambda c, a: len(commands())), "info": (-2, _info), "docs": (-2, _docs),
        "list": (2, lambda c, a: list(commands())), "getkeys": (-3, _getkeys),
    })  # fmt: skip
