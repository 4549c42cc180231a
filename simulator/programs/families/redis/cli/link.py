"""The connection of redis-cli to its server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ....process import Process

WARNING = (
    "Warning: Using a password with '-a' or '-u' option on the command line interface may not be "
    "safe.\n"
)
WHY = {"dns": "Name or service not known", "refused": "Connection refused",
       "unreachable": "No route to host", "reset": "Connection reset by peer"}  # fmt: skip


def identity(p: Process) -> str:
    """Name the connection."""
    return f"{p.container['Id'][:12]}/{p.box['run']}/{p.pid}"


def reach(p: Process) -> Any:
    """Find the server; None when it cannot be reached, which is said."""
    from simulator.network.resolve import Source

    options = p.state["options"]
    host, port = str(options["host"]), int(options["port"])
    source = Source(machine=p.box["machine"], container=p.container)
    if options.get("socket"):
        p.err(f"Could not connect to Redis at {options['socket']}: No such file or directory\n")
        return None
    route = p.engine.network.connect(source, host, port)
    if route.error or route.container is None:
        why = WHY.get(str(route.error), "Connection timed out")
        p.err(f"Could not connect to Redis at {host}:{port}: {why}\n")
        p.state["connected"] = ""
        return None
    return route


def connect(p: Process, route: Any) -> None:
    """Log in and select the database, when this is a server that was not spoken to yet."""
    served = p.engine.store.get("Container", route.machine, route.container)
    mark = f"{route.container} {served['drydock']['run'] if served else ''}"
    if p.state.get("connected") == mark:
        return
    p.state.update(connected=mark, tx=False)
    options = p.state["options"]
    if "password" in options:
        user = [options["user"]] if options.get("user") else []
        answer = ask(p, route, ["AUTH", *user, options["password"]])
        if "error" in answer:
            p.err(f"AUTH failed: {answer['error']}\n")
    if options["db"]:
        answer = ask(p, route, ["SELECT", str(options["db"])])
        if "error" in answer:
            p.err(f"SELECT {options['db']} failed: {answer['error']}\n")
        else:
            p.state["db"] = options["db"]


def ask(p: Process, route: Any, words: list[str]) -> dict[str, Any]:
    """Send a command: the answer, or {"pending": number}."""
    request = {"redis": words, "client": identity(p)}
    answer: dict[str, Any] = p.ask(route.container, route.port, request, route.rtt_us)
    if "pending" in answer or "value" in answer or "error" in answer:
        return answer
    return {"error": "closed"}  # whatever listens there speaks another protocol


def close(p: Process) -> None:
    """Close the connection."""
    place = p.state.get("place")
    if place and p.state.get("connected"):
        p.flush()
        request = {"redis_close": True, "client": identity(p)}
        p.programs.respond(place[0], int(place[1]), request)
