"""What the drivers of databases share that is not written in Python itself (`lib/_sql.pym`).

A connection is a session of a server (see `families/sql`), named by this process. CPython closes a
connection as soon as nothing refers to it; here it is looked for when many are open.
"""

from __future__ import annotations

from typing import Any

from ....vm import FrozenTooLarge, Machine, freeze
from ...sql.bind import literal
from ...sql.shown import pg_error
from .. import console
from .calls import native
from .errors import error
from .library import state_of
from .net import route_to
from .operators import unwrap

Args = list[Any]
Words = dict[str, Any]
MANY = 8
"""Open connections from which on those that nothing refers to are looked for."""


@native("_sql.opened")
def _opened(vm: Machine, args: Args, words: Words) -> Any:
    """Name a new connection to host and port."""
    kept = state_of(vm, "sql")
    open_ = kept.setdefault("open", {})
    if len(open_) >= MANY:
        _sweep(vm, open_)
    kept["n"] = int(kept.get("n", 0)) + 1
    name = f"{vm.p.container['Id'][:12]}.{vm.p.pid}.py{kept['n']}"
    open_[name] = [str(args[0]), int(args[1]), vm.p.engine.now_us]
    return name


@native("_sql.used")
def _used(vm: Machine, args: Args, words: Words) -> Any:
    """Note when a connection was last used."""
    row = state_of(vm, "sql").get("open", {}).get(args[0])
    if row is not None:
        row[2] = vm.p.engine.now_us


@native("_sql.closed")
def _closed(vm: Machine, args: Args, words: Words) -> Any:
    """Forget a connection, and tell its server."""
    row = state_of(vm, "sql").get("open", {}).pop(args[0], None)
    if row is not None:
        _hang_up(vm, args[0], row)


def _hang_up(vm: Machine, name: str, row: list[Any]) -> None:
    route = route_to(vm, row[0], row[1])
    if route.error is None and route.container is not None:
        vm.p.programs.respond(route.container, route.port, {"session": name, "close": True})


def _sweep(vm: Machine, open_: dict[str, list[Any]]) -> None:
    """Close what nothing refers to any more; what was used at this instant may be on a stack."""
    now = vm.p.engine.now_us
    old = [name for name, row in open_.items() if row[2] != now]
    if not old:
        return
    found = reachable(vm, "sql")
    for name in old:
        if f"'{name}'" not in found:
            _hang_up(vm, name, open_.pop(name))


def reachable(vm: Machine, library: str) -> str:
    """Write all that the program can still reach but for one library's own notes.

    The name of a connection that is not forgotten is in it, in quotes.
    """
    rows = vm.root.get("libraries", {})
    others = {key: value for key, value in rows.items() if key != library}
    try:
        return str(freeze({"root": {**vm.root, "libraries": others}, "task": vm.task})[0])
    except FrozenTooLarge:
        return str(list(rows[library]["open"]))


@native("_sql.owner")
def _owner(vm: Machine, args: Args, words: Words) -> Any:
    """Say who holds this program's connections: they end with the process."""
    return [vm.p.container["Id"], vm.p.box["run"], vm.p.pid, 0]


@native("_sql.address")
def _address(vm: Machine, args: Args, words: Words) -> Any:
    """Give the address from which a server at a host sees this program."""
    local = str(args[0]) in ("localhost", "127.0.0.1", "::1")
    return "127.0.0.1" if local else console.own_address(vm.p)


@native("_sql.places")
def _places(vm: Machine, args: Args, words: Words) -> Any:
    """List the parameters of a text: their names, None for those without."""
    from ...sql.bind import places

    return places(str(args[0]), args[1])


@native("_sql.bind")
def _bind(vm: Machine, args: Args, words: Words) -> Any:
    """Put plain values into a text: text, list or dict, style, dialect.

    A value {"raw": text} stands for itself.
    """
    from ...sql.bind import put

    text, params, style, dialect = args
    return put(str(text), lambda key: written(params[key], dialect), style)


@native("_sql.literal")
def _literal(vm: Machine, args: Args, words: Words) -> Any:
    return written(args[0], args[1])


def written(value: Any, dialect: str) -> str:
    """Write a plain value as a literal."""
    value = unwrap(value)
    if type(value) is dict and len(value) == 1 and "raw" in value:
        return str(value["raw"])
    if type(value) in (list, tuple):
        inner = ", ".join(written(one, dialect) for one in value)
        if type(value) is tuple or dialect != "postgres":
            return f"({inner})"
        return f"ARRAY[{inner}]" if value else "'{}'"
    if value is None or type(value) in (bool, int, float, str, bytes):
        return literal(value, dialect)
    raise error("TypeError", "value cannot be written into a statement")


@native("_sql.pg_text")
def _pg_text(vm: Machine, args: Args, words: Words) -> Any:
    """Write an error's fields as libpq does, with the line and a caret."""
    return pg_error(args[0], args[1])
