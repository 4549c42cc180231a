"""EVAL, EVALSHA and SCRIPT: Lua scripts, which are carried out as a whole."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from ..binary import clean, to_bytes
from ..errors import RedisError
from ..keyspace import OK, Call
from ..lua.library import libraries
from ..lua.reader import read
from ..lua.running import LuaError, Run, Table, kind, show
from ..lua.words import LuaSyntaxError
from ..numbers import integer
from ..table import commands, on
from .containers import subcommand

MOST_SCRIPTS = 500
NOT_IN_SCRIPTS = (
    "auth", "bgrewriteaof", "bgsave", "blmove", "blpop", "brpop", "brpoplpush", "debug", "discard",
    "eval", "evalsha", "exec", "hello", "monitor", "multi", "psubscribe", "psync", "punsubscribe",
    "quit", "replicaof", "reset", "role", "save", "shutdown", "slaveof", "subscribe", "unsubscribe",
    "unwatch", "wait", "watch", "script", "client", "config",
)  # fmt: skip


def digest(script: str) -> str:
    """Name a script."""
    return hashlib.sha1(to_bytes(script)).hexdigest()


def _keep(c: Call, script: str) -> str:
    try:
        read(script)
    except LuaSyntaxError as error:
        what = f"ERR Error compiling script (new function): {error}"
        raise RedisError(what) from None
    name = digest(script)
    scripts = c.state["scripts"]
    if name not in scripts and len(scripts) >= MOST_SCRIPTS:
        scripts.pop(next(iter(scripts)))
    scripts[name] = script
    return name


def _to_lua(answer: Any) -> Any:
    """Turn an answer into Lua's values."""
    if isinstance(answer, dict):
        if "error" in answer or "status" in answer:
            table = Table()
            key = "err" if "error" in answer else "ok"
            table.set(key, answer["error" if key == "err" else "status"])
            return table
        if "map" in answer:
            return Table([_to_lua(part) for pair in answer["map"] for part in pair])
        return _to_lua(answer.get("value"))
    if isinstance(answer, list):
        return Table([_to_lua(item) for item in answer])
    return False if answer is None else float(answer) if isinstance(answer, int) else answer


def _from_lua(value: Any, depth: int = 0) -> Any:
    """Turn what a script returns into an answer."""
    if depth > 40:
        return {"error": "ERR reached lua stack limit"}
    if isinstance(value, Table):
        if isinstance(value.get("err"), str):
            return {"error": clean(value.get("err"))}
        if isinstance(value.get("ok"), str):
            return {"status": clean(value.get("ok")), "value": clean(value.get("ok"))}
        return [_from_lua(item, depth + 1) for item in value.items()]
    if isinstance(value, bool) or value is None:
        return 1 if value else None
    if isinstance(value, float | int):
        return int(value) if math.isfinite(value) and abs(value) < 2**63 else -(2**63)
    return clean(value) if isinstance(value, str) else None


def _called(c: Call, given: list[Any]) -> Any:
    """Carry out a command for a script; RedisError when it is refused."""
    from ..execute import carry_out_inside

    if not given:
        raise RedisError("ERR Please specify at least one argument for this redis lib call")
    if any(kind(word) not in ("string", "number") for word in given):
        raise RedisError("ERR Lua redis lib command arguments must be strings or integers")
    words = [clean(show(word)) for word in given]
    command = commands().get(words[0].lower())
    if command is None:
        raise RedisError("ERR Unknown Redis command called from script")
    count = len(words)
    if count != command.arity if command.arity > 0 else count < -command.arity:
        raise RedisError("ERR Wrong number of args calling Redis command from script")
    if command.name in NOT_IN_SCRIPTS:
        raise RedisError("ERR This Redis command is not allowed from script")
    answer = carry_out_inside(c, command, words)
    if "error" in answer:
        raise RedisError(answer["error"])
    return _to_lua(answer)


def _error_table(text: str) -> Table:
    table = Table()
    table.set("err", text)
    return table


def _redis(c: Call) -> Table:
    """Make the table `redis` of a script."""

    def call(given: list[Any]) -> list[Any]:
        try:
            return [_called(c, given)]
        except RedisError as error:
            raise LuaError(_error_table(str(error))) from None

    def pcall(given: list[Any]) -> list[Any]:
        try:
            return [_called(c, given)]
        except RedisError as error:
            return [_error_table(str(error))]

    def error_reply(given: list[Any]) -> list[Any]:
        text = show(given[0]) if given else ""
        return [_error_table(text if " " in text.strip() else f"ERR {text}")]

    def status_reply(given: list[Any]) -> list[Any]:
        table = Table()
        table.set("ok", show(given[0]) if given else "")
        return [table]

    def sha1hex(given: list[Any]) -> list[Any]:
        return [digest(show(given[0]) if given else "")]

    def nothing(given: list[Any]) -> list[Any]:
        return []

    table = Table()
    table.rows.update(
        call=call, pcall=pcall, error_reply=error_reply, status_reply=status_reply,
        sha1hex=sha1hex, log=nothing, replicate_commands=nothing, setresp=nothing,
        LOG_DEBUG=0.0, LOG_VERBOSE=1.0, LOG_NOTICE=2.0, LOG_WARNING=3.0,
    )  # fmt: skip
    table.read_only = True
    return table


def _run(c: Call, script: str, name: str, a: list[str]) -> Any:
    count = integer(a[0])
    if count > len(a) - 1:
        raise RedisError("ERR Number of keys can't be greater than number of args")
    if count < 0:
        raise RedisError("ERR Number of keys can't be negative")
    run = Run({"KEYS": Table(list(a[1 : count + 1])), "ARGV": Table(list(a[count + 1 :])),
               "redis": _redis(c)})  # fmt: skip
    run.globals.update(libraries(run))
    words, inside = c.words, c.inside
    c.inside = True
    try:
        answer = _from_lua(run.script(read(script)))
    except LuaError as error:
        value = error.value
        text = str(value.get("err")) if isinstance(value, Table) else f"ERR {show(value)}"
        raise RedisError(clean(f"{text} script: {name}, on @user_script:{run.line}.")) from None
    except RecursionError:
        raise RedisError("ERR stack overflow") from None
    finally:
        c.inside, c.words = inside, words
    return answer if isinstance(answer, dict) else {"value": answer}


@on("eval")
def eval_(c: Call, a: list[str]) -> Any:
    """EVAL script numkeys [key ...] [argument ...]."""
    integer(a[1])
    return _run(c, a[0], _keep(c, a[0]), a[1:])


@on("evalsha")
def evalsha(c: Call, a: list[str]) -> Any:
    """EVALSHA digest numkeys [key ...] [argument ...]."""
    name = a[0].lower()
    script = c.state["scripts"].get(name)
    if script is None:
        raise RedisError("NOSCRIPT No matching script. Please use EVAL.")
    return _run(c, script, name, a[1:])


def _load(c: Call, a: list[str]) -> str:
    return _keep(c, a[0])


def _exists(c: Call, a: list[str]) -> list[int]:
    return [int(name.lower() in c.state["scripts"]) for name in a]


def _flush(c: Call, a: list[str]) -> Any:
    if a and (len(a) > 1 or a[0].upper() not in ("SYNC", "ASYNC")):
        raise RedisError("ERR SCRIPT FLUSH only support SYNC|ASYNC option")
    c.state["scripts"] = {}
    return OK


def _kill(c: Call, a: list[str]) -> Any:
    raise RedisError("NOTBUSY No scripts in execution right now.")


@on("script")
def script_(c: Call, a: list[str]) -> Any:
    """SCRIPT LOAD | EXISTS | FLUSH | KILL."""
    return subcommand(c, a, "script", {
        "load": (3, _load), "exists": (-3, _exists), "flush": (-2, _flush), "kill": (2, _kill),
    })  # fmt: skip
