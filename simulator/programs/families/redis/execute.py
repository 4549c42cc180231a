"""How a command is taken: looked up, checked, queued or carried out, and what follows from it.

The order of the checks is that of processCommand in Redis' server.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import clients, waiters
from .binary import clean
from .errors import DENIED, MISCONF, NOAUTH, OOM, RedisError, arity
from .keyspace import QUEUED, Call, State
from .memory import make_room
from .monitors import show
from .replication import feed
from .table import Command, commands

if TYPE_CHECKING:
    from ...process import Process

SHOWN_ARGUMENTS = 128
IN_SUBSCRIPTION = ("subscribe", "psubscribe", "unsubscribe", "punsubscribe", "ping", "quit",
                   "reset")  # fmt: skip
AT_ONCE_IN_MULTI = ("exec", "discard", "multi", "watch", "quit", "reset")
OF_OTHERS = ("exec", "eval", "evalsha")
"""Commands that consist of others, each of which is passed on by itself."""
SLOW_ITEMS = 2000
MOST_SLOW = 128


def carry_out(p: Process, state: State, request: dict[str, Any]) -> dict[str, Any]:
    """Answer a request of the form that the package describes."""
    client = clients.connection(p, state, request)
    if client is None:
        return dict(clients.FULL)
    words = [clean(str(word)) for word in request["redis"]]
    if not words:
        return {"error": "ERR Protocol error: expected a command"}
    c = Call(p, state, client, request.get("asker"))
    c.words = words
    client["used"] = c.now_us
    state["stats"]["total_commands_processed"] += 1
    try:
        return _take(c, words)
    except RedisError as error:
        text = str(error)
        state["stats"]["total_error_replies"] += 1
        code = text.partition(" ")[0]
        state["errors"][code] = state["errors"].get(code, 0) + 1
        return {"error": text}


def _unknown(words: list[str]) -> RedisError:
    shown = ""
    for word in words[1:]:
        if len(shown) >= SHOWN_ARGUMENTS:
            break
        shown += f"'{word[: SHOWN_ARGUMENTS - len(shown)]}' "
    return RedisError(
        f"ERR unknown command '{words[0][:SHOWN_ARGUMENTS]}', with args beginning with: {shown}"
    )


def _look_up(c: Call, words: list[str]) -> Command:
    from .commands.transactions import discard

    command = commands().get(words[0].lower())
    if command is None:
        raise _unknown(words)
    count = len(words)
    wanted = command.arity
    if command.name in ("zrank", "zrevrank") and c.version < (7, 2):
        wanted = 3
    if count != wanted if wanted > 0 else count < -wanted:
        if command.name == "exec" and c.client["queue"] is not None:
            discard(c)
            raise RedisError(
                "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' "
                "command"
            )
        raise arity(command.name)
    return command


def _take(c: Call, words: list[str]) -> dict[str, Any]:
    state, client = c.state, c.client
    if state["protected"] and not clients.is_local(c.p, client):
        raise RedisError(DENIED)
    try:
        command = _look_up(c, words)
        client["cmd"] = command.name
        _admit(c, command)
    except RedisError:
        if client["queue"] is not None:
            client["refused"] = True
        raise
    if client["queue"] is not None and command.name not in AT_ONCE_IN_MULTI:
        client["queue"].append(words)
        return QUEUED
    if state["monitors"]:
        show(c, command)
    return _run(c, command)


def _admit(c: Call, command: Command) -> None:
    """Refuse what the state of the server or of the connection does not allow."""
    state, client = c.state, c.client
    if state["password"] and not client["auth"] and "n" not in command.flags:
        raise RedisError(NOAUTH)
    if (
        (client["subs"] or client["psubs"])
        and client["resp"] == 2
        and command.name not in IN_SUBSCRIPTION
    ):
        raise RedisError(
            f"ERR Can't execute '{command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / "
            "QUIT / RESET are allowed in this context"
        )
    if state["limit"] and not make_room(c) and command.denied_when_full:
        raise RedisError(OOM)
    strict = state["config"]["stop-writes-on-bgsave-error"] == "yes" and state["points"]
    if command.writes and state["save_failed"] and strict:
        raise RedisError(MISCONF)
    if command.writes and state["replica_of"] and state["config"]["replica-read-only"] == "yes":
        raise RedisError("READONLY You can't write against a read only replica.")
    if client["queue"] is not None and "M" in command.flags:
        raise RedisError("ERR Command not allowed inside a transaction")


def _run(c: Call, command: Command) -> dict[str, Any]:
    state = c.state
    before = state["dirty"]
    state["calls"][command.name] = state["calls"].get(command.name, 0) + 1
    value = command.run(c, c.words[1:])
    if state["dirty"] != before and command.name not in OF_OTHERS:
        finish(c, before)
    if state["ready"] and not c.inside:
        waiters.serve(c.p, state)
    if type(value) is dict and "map" not in value:
        return value
    if type(value) is list and len(value) > SLOW_ITEMS:
        _slow(c, command, len(value))
    return {"value": value}


def finish(c: Call, before: int) -> None:
    """Pass on a command that has changed something: to the append-only file and replicas."""
    if c.state["dirty"] != before and (c.state["aof"] is not None or c.state["replicas"]):
        feed(c.p, c.state, [c.number, *c.words])
    c.state["timers"] = True


def _slow(c: Call, command: Command, items: int) -> None:
    """Keep a command that took long: about 0.15 us for each item of its answer (assumed)."""
    taken = items * 15 // 100
    limit = int(c.state["config"]["slowlog-log-slower-than"])
    if limit < 0 or taken < limit:
        return
    log = c.state["slow"]
    c.state["slowest"] += 1
    log.insert(0, [c.state["slowest"] - 1, c.now_ms // 1000, taken, list(c.words[:32]),
                   clients.address(c.p, c.client), c.client["name"]])  # fmt: skip
    del log[min(MOST_SLOW, int(c.state["config"]["slowlog-max-len"])) :]


def carry_out_inside(c: Call, command: Command, words: list[str]) -> dict[str, Any]:
    """Carry out a command of a script: an answer, never a wait; RedisError when it is refused."""
    c.words = words
    _admit(c, command)
    return _run(c, command)


def run_queued(c: Call, queue: list[list[str]]) -> list[Any]:
    """Carry out the commands of a transaction: their answers, errors among them."""
    found: list[Any] = []
    c.inside = True
    for words in queue:
        c.words = words
        c.use(str(c.client["db"]))
        try:
            answer = _run(c, commands()[words[0].lower()])
        except RedisError as error:
            answer = {"error": str(error)}
        plain = "error" not in answer and "status" not in answer
        found.append(answer.get("value") if plain else answer)
    c.inside = False
    c.words = ["EXEC"]
    return found
