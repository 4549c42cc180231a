"""Connections to a server: what it remembers of each, and who has gone.

state["clients"] has a row for each connection that named itself in "client"; one that did not is a
new connection with every request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import waiters
from .keyspace import State

if TYPE_CHECKING:
    from ...process import Process

SWEEP_AT = 64
"""Connections from which on the server looks for those that are gone before it takes another."""
FULL = {"error": "ERR max number of clients reached"}


def fresh(p: Process, state: State, key: str, asker: Any) -> dict[str, Any]:
    """Make the row of a new connection."""
    state["connected"] += 1
    state["stats"]["total_connections_received"] += 1
    return {
        "key": key, "id": state["connected"], "db": 0, "name": "", "auth": False, "resp": 2,
        "queue": None, "refused": False, "broken": False, "watch": [], "subs": {}, "psubs": {},
        "asker": None, "monitor": False, "waits": None, "at": p.engine.now_us,
        "used": p.engine.now_us, "cmd": "NULL", "owner": asker, "lib": ["", ""],
    }  # fmt: skip


def connection(p: Process, state: State, request: dict[str, Any]) -> dict[str, Any] | None:
    """Give the row of the connection that a request came by; None when there are too many."""
    asker = request.get("asker")
    if request.get("client") is None:
        return fresh(p, state, "", asker)
    key = str(request["client"])
    client: dict[str, Any] | None = state["clients"].get(key)
    if client is None:
        if len(state["clients"]) >= SWEEP_AT:
            sweep(p, state)
        if len(state["clients"]) >= int(state["config"]["maxclients"]):
            state["stats"]["rejected_connections"] += 1
            return None
        client = state["clients"][key] = fresh(p, state, key, asker)
    elif client["waits"] is not None:
        _asks_again(p, state, client)
    return client


def _asks_again(p: Process, state: State, client: dict[str, Any]) -> None:
    """Forget what a connection waited for: who asks again has withdrawn the earlier question."""
    row = state["waiters"].get(client["waits"])
    if row is None or not p.programs.is_asking(row["asker"]):
        waiters.dismiss(p, state, client["waits"], {"error": "closed"})
        client["waits"] = None


def drop(p: Process, state: State, key: str) -> None:
    """Forget a connection, and what it waited for, watched and had subscribed to."""
    client = state["clients"].pop(key, None)
    if client is None:
        return
    for kind, table in (("subs", "channels"), ("psubs", "patterns")):
        for name in client[kind]:
            leave(state[table], name, key)
    for place in client["watch"]:
        leave(state["watched"], place, key)
    if client["waits"] is not None:
        waiters.dismiss(p, state, client["waits"], {"error": "closed"})
    if client["monitor"]:
        state["monitors"] = [one for one in state["monitors"] if one != key]
    if client["asker"] is not None:
        p.programs.answer(p, client["asker"], {"error": "closed"})


def leave(table: dict[str, list[str]], name: str, key: str) -> None:
    """Take somebody out of one of the rows of a table, and the row when it is empty."""
    left = [one for one in table.get(name, ()) if one != key]
    if left:
        table[name] = left
    else:
        table.pop(name, None)


def is_there(p: Process, client: dict[str, Any]) -> bool:
    """Tell whether the program at the other end of a connection still runs."""
    if client["asker"] is not None:
        return p.programs.is_asking(client["asker"])
    return client["owner"] is None or p.programs.is_alive(client["owner"])


def sweep(p: Process, state: State) -> None:
    """Forget the connections of programs that are gone."""
    for key, client in list(state["clients"].items()):
        if not is_there(p, client):
            drop(p, state, key)


def address(p: Process, client: dict[str, Any]) -> str:
    """Give the address and port that a connection comes from."""
    port = 32768 + client["id"] * 14 % 28000
    owner = client["owner"]
    if is_local(p, client):
        return f"127.0.0.1:{port}"
    machines = [m["metadata"]["name"] for m in p.engine.store.list("Machine")]
    for machine in (p.box["machine"], *machines):
        found = p.engine.store.get("Container", machine, owner[0])
        if found is not None:
            pod = found["drydock"].get("pod") or {}
            networks = found["NetworkSettings"]["Networks"].values()
            known = [row["IPAddress"] for row in networks if row["IPAddress"]]
            found_ip = pod.get("ip") or found["NetworkSettings"]["IPAddress"] or (known or [""])[0]
            return f"{found_ip or '172.17.0.1'}:{port}"
    return f"172.17.0.1:{port}"


def is_local(p: Process, client: dict[str, Any]) -> bool:
    """Tell whether a connection comes from the server's own container."""
    return client["owner"] is None or client["owner"][0] == p.container["Id"]
