"""CONFIG GET, SET, RESETSTAT and REWRITE."""

from __future__ import annotations

from typing import Any

from .. import persistence, settings
from .. import state as states
from ..errors import RedisError, arity
from ..keyspace import OK, Call
from ..patterns import matcher
from ..table import on
from ..timers import start_background
from .containers import subcommand

FAILED = "ERR CONFIG SET failed (possibly related to argument '{}') - {}"


def _get(c: Call, a: list[str]) -> Any:
    found: dict[str, str] = {}
    config = c.state["config"]
    for pattern in a:
        fits = matcher(pattern.lower())
        for name, value in sorted(config.items()):
            if isinstance(value, str) and fits(name):
                found[name] = value
        for other, name in settings.OTHER_NAMES.items():
            if fits(other) and not fits(name):
                found[other] = config.get(name, "")
    return {"map": [[name, value] for name, value in found.items()]}


def _set(c: Call, a: list[str]) -> Any:
    if len(a) % 2:
        raise arity("config|set")
    pairs = [(settings.OTHER_NAMES.get(name.lower(), name.lower()), name, value)
             for name, value in zip(a[::2], a[1::2], strict=True)]  # fmt: skip
    config = c.state["config"]
    for name, shown, _ in pairs:
        if name not in settings.DEFAULTS:
            raise RedisError(
                f"ERR Unknown option or number of arguments for CONFIG SET - '{shown}'"
            )
    new = dict(config)
    for name, shown, value in pairs:
        if name in settings.IMMUTABLE:
            raise RedisError(FAILED.format(shown, "can't set immutable config"))
        if name in ("dir", "dbfilename") and config["enable-protected-configs"] == "no":
            raise RedisError(FAILED.format(shown, "can't set protected config"))
        words = value.split(" ") if name in settings.MANY else [value]
        try:
            new[name] = settings.checked(name, words)
        except settings.BadSetting as error:
            raise RedisError(FAILED.format(shown, error)) from None
    if new["port"] != config["port"]:
        _listen(c, int(new["port"]))
    config.update(new)
    states.apply(c.state)
    _switch_aof(c)
    return OK


def _listen(c: Call, port: int) -> None:
    """Move to another port."""
    old = c.p.box["ports"].pop(str(c.state["port"]), {})
    serving = {key: value for key, value in old.items() if key != "pid"}
    if port and c.p.listen(port, **serving):
        c.p.box["ports"][str(c.state["port"])] = old
        raise RedisError(FAILED.format("port", "Unable to listen on this port. Check server logs."))
    c.state["port"] = port


def _switch_aof(c: Call) -> None:
    state = c.state
    wanted = state["config"]["appendonly"] == "yes"
    if wanted and state["aof"] is None and state["background"] is None:
        start_background(c.p, state, "aof")
    elif not wanted and state["aof"] is not None:
        persistence.append(c.p, state)
        state["aof"] = None


def _resetstat(c: Call, a: list[str]) -> Any:
    c.state.update(stats=dict.fromkeys(c.state["stats"], 0), calls={}, errors={})
    return OK


def _rewrite(c: Call, a: list[str]) -> Any:
    if not c.state["path"]:
        raise RedisError("ERR The server is running without a config file")
    view, path = c.p.view, c.state["path"]
    if not c.p.may_write(path):
        raise RedisError("ERR Rewriting config file: Permission denied")
    lines = [line for line in (view.text(path) or "").split("\n") if line.strip()]
    named = {line.split()[0].lower(): at for at, line in enumerate(lines)}
    for name, value in sorted(c.state["config"].items()):
        if not isinstance(value, str) or value == settings.DEFAULTS.get(name, ""):
            continue
        line = f"{name} {value}" if value else f'{name} ""'
        if name in named:
            lines[named[name]] = line
        else:
            lines.append(line)
    view.write(path, "\n".join(lines) + "\n")
    return OK


@on("config")
def config(c: Call, a: list[str]) -> Any:
    """CONFIG GET pattern [pattern ...] | SET name value [name value ...] | RESETSTAT | REWRITE."""
    return subcommand(c, a, "config", {
        "get": (-3, _get), "set": (-4, _set), "resetstat": (2, _resetstat),
        "rewrite": (2, _rewrite),
    })  # fmt: skip
