"""A server that follows another one: it takes over all data, then each command that changes some.

The replica leaves a question pending with its master, `PSYNC`; the master answers it with
{"value": {"sync": {"dbs", "bytes"}}}, then with {"value": {"do": [database, word ...]}} for each
command. state["link"] of a replica is {"number", "up", "retry_us"}; state["replicas"] of a master
has the rows of its replicas by their connections: {"at", "due_us", "online"}.

# Simplified: A replica that lost its master always takes over all data again, where Redis can often
# go on from where it was; replicas acknowledge at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import copy

from .clients import address, fresh, is_there
from .errors import RedisError
from .keyspace import Call, State
from .logs import say
from .memory import used

if TYPE_CHECKING:
    from ...process import Process

RETRY_US = 1_000_000
WHY = {"refused": "Connection refused", "unreachable": "No route to host"}


# The master's side


def psync(c: Call) -> Any:
    """Take a replica: it gets all data when others had time to come, too."""
    state = c.state
    if c.asker is None or c.inside:
        raise RedisError("ERR Can't SYNC while in a transaction")
    if not c.client["key"]:
        c.client["key"] = f"replica {c.client['id']}"
        state["clients"][c.client["key"]] = c.client
    c.client["asker"] = c.asker
    shown = address(c.p, c.client).rpartition(":")[0] + ":6379"
    delay_us = int(state["config"]["repl-diskless-sync-delay"]) * 1_000_000
    state["replicas"][c.client["key"]] = {
        "at": shown, "due_us": c.now_us + delay_us, "online": False,
    }  # fmt: skip
    say(c.p, f"Replica {shown} asks for synchronization")
    say(c.p, f"Full resync requested by replica {shown}")
    say(c.p, "Delay next BGSAVE for diskless SYNC")
    state["timers"] = True
    return {"pending": True}


def send_due(p: Process, state: State) -> None:
    """Send all data to the replicas whose time has come."""
    now = p.engine.now_us
    for key, row in list(state["replicas"].items()):
        client = state["clients"].get(key)
        if row["online"] or row["due_us"] > now:
            continue
        if client is None or not is_there(p, client):
            del state["replicas"][key]
            continue
        number = int(p.box["next"])
        p.box["next"] = number + 1
        say(p, "Starting BGSAVE for SYNC with target: replicas sockets")
        say(p, f"Background RDB transfer started by pid {number}")
        dbs = {name: copy(db) for name, db in state["dbs"].items() if db["keys"]}
        sync = {"dbs": dbs, "bytes": used(state), "id": state["run_id"], "offset": state["offset"]}
        p.programs.answer(p, client["asker"], {"value": {"sync": sync}}, more=True)
        row["online"] = True
        say(p, "Background RDB transfer terminated with success")
        say(p, f"Synchronization with replica {row['at']} succeeded")


def feed(p: Process, state: State, row: list[str]) -> None:
    """Pass a command on to the replicas, and keep it for the append-only file."""
    if state["aof"] is not None:
        state["aof"]["fresh"].append(row)
    if not state["replicas"]:
        return
    state["offset"] += 14 + sum(map(len, row)) + 6 * len(row)
    for key, replica in list(state["replicas"].items()):
        client = state["clients"].get(key)
        if client is None or not is_there(p, client):
            say(p, f"Connection with replica {replica['at']} lost.", "#")
            del state["replicas"][key]
        elif replica["online"]:
            p.programs.answer(p, client["asker"], {"value": {"do": row}}, more=True)


def online(p: Process, state: State) -> list[str]:
    """List the addresses of the replicas that follow."""
    rows = [(row, state["clients"].get(key)) for key, row in state["replicas"].items()]
    return [row["at"] for row, client in rows if row["online"] and client and is_there(p, client)]


# The replica's side


def follow(p: Process, state: State) -> None:
    """Try to reach the master."""
    from simulator.network.resolve import Source

    host, _, port = state["replica_of"].partition(" ")
    state["link"] = {"number": None, "up": False, "retry_us": p.engine.now_us + RETRY_US}
    say(p, f"Connecting to MASTER {host}:{port}")
    say(p, "MASTER <-> REPLICA sync started")
    source = Source(machine=p.box["machine"], container=p.container)
    route = p.engine.network.connect(source, host, int(port) if port.isdigit() else 0)
    if route.error or route.container is None:
        why = WHY.get(str(route.error), "Operation timed out")
        say(p, "Unable to connect to MASTER: Success" if route.error == "dns" else
               f"Error condition on socket for SYNC: {why}", "#")  # fmt: skip
        return
    say(p, "Non blocking connect for SYNC fired the event.")
    name = f"{p.container['Id'][:12]}/{p.box['run']}/{p.pid}/{p.engine.now_us}"
    request: dict[str, Any] = {"client": name}
    secret = state["config"]["masterauth"]
    if secret:
        p.ask(route.container, route.port, {**request, "redis": ["AUTH", secret]}, route.rtt_us)
    request["redis"] = ["PSYNC", "?", "-1"]
    answer = p.ask(route.container, route.port, request, route.rtt_us)
    if "pending" not in answer:
        say(p, f"Unexpected reply to PSYNC from master: -{answer.get('error', '')}", "#")
        return
    state["link"]["number"] = answer["pending"]
    say(p, "Master replied to PING, replication can continue...")
    say(p, "Partial resynchronization not possible (no cached master)")


def leave(p: Process, state: State) -> None:
    """Follow no longer."""
    link = state["link"]
    if link is not None and link["number"] is not None:
        p.stop_asking(link["number"])
    if link is not None and link["up"]:
        say(p, "Connection with master lost.", "#")
    state["link"] = None


def heard(p: Process, state: State, number: int, answer: dict[str, Any]) -> None:
    """Take what the master sends."""
    link = state["link"]
    if link is None or link["number"] != number:
        return
    value = answer.get("value") or {}
    if "sync" in value:
        _take_over(p, state, value["sync"])
        link["up"] = True
    elif "do" in value:
        _do(p, state, value["do"])
    else:
        say(p, "Connection with master lost.", "#")
        say(p, "Caching the disconnected master state.")
        state["link"] = {"number": None, "up": False, "retry_us": p.engine.now_us + RETRY_US}
    state["timers"] = True


def _take_over(p: Process, state: State, sync: dict[str, Any]) -> None:
    say(p, f"Full resync from master: {sync['id']}:{sync['offset']}")
    say(p, "MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF to disk")
    say(p, "MASTER <-> REPLICA sync: Flushing old data")
    say(p, "MASTER <-> REPLICA sync: Loading DB in memory")
    dbs = copy(sync["dbs"])
    entries = [entry for db in dbs.values() for entry in db["keys"].values()]
    timers = [at_ms for db in dbs.values() for at_ms in db["expires"].values()]
    state.update(
        dbs=dbs, memory=sum(entry[2] for entry in entries) + 32 * len(timers), pool=[],
        made=max([entry[4] for entry in entries], default=0),
        nearest_ms=min(timers, default=None), offset=sync["offset"], dirty=state["dirty"] + 1,
    )  # fmt: skip
    say(p, f"Done loading RDB, keys loaded: {len(entries)}, keys expired: 0.")
    say(p, "MASTER <-> REPLICA sync: Finished with success")


def _do(p: Process, state: State, row: list[str]) -> None:
    """Carry out a command of the master's."""
    from .table import commands

    number, *words = row
    c = Call(p, state, fresh(p, state, "", None))
    state["connected"] -= 1
    state["stats"]["total_connections_received"] -= 1
    c.use(number)
    c.words = list(words)
    command = commands().get(words[0].lower())
    try:
        if command is not None:
            command.run(c, words[1:])
    except RedisError:
        return
    state["offset"] += 14 + sum(map(len, row)) + 6 * len(row)
    feed(p, state, row)
