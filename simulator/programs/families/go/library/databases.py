"""Clients of SQL servers: what database/sql's drivers and pgx need that is not written in Go.

A connection is a session of a server (see `families/sql`), named by the program that opens it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ....vm import Suspend
from ...sql.bind import places
from ...sql.session import split
from ..tokens import to_bytes, to_text
from ..types import Type
from ..values import Ref, Slice, Struct, byte_slice, bytes_of, items_of, new_list
from . import RESUMED
from .web import reach

CLIENT_US = 60
"""CPU time of a request in a driver (assumed)."""
DIAL_US = 120_000_000
"""How long the kernel tries to reach a host that does not answer."""
MOMENTS = frozenset(["date", "timestamp", "timestamptz", "datetime"])
TEXTS = frozenset(["text", "varchar", "bpchar", "char", "name", "character varying"])


def _next_session(vm: Any) -> str:
    """Name a new connection."""
    number = vm.root["sessions"] = int(vm.root.get("sessions", 0)) + 1
    return f"{vm.p.container['Id'][:12]}.{vm.p.pid}.go{number}"


def _address(vm: Any, host: str) -> str:
    """Give the address of a host; "" when it has none."""
    name = to_text(host)
    if name.replace(".", "").isdigit():
        return name
    if name == "localhost":
        return "127.0.0.1"
    found = vm.p.engine.docker.networks.resolve(vm.p.container, name)
    return str(found[0] if isinstance(found, list | tuple) and found else found or "")


def _own_address(p: Any) -> str:
    settings = p.container.get("NetworkSettings") or {}
    rows = (settings.get("Networks") or {}).values()
    found = next((row["IPAddress"] for row in rows if row.get("IPAddress")), "")
    return str(found or settings.get("IPAddress") or "127.0.0.1")


def _request(
    vm: Any, session: str, host: str, port: int, auth: Any, sql: str, values: Any, driver: str,
    limit_ns: int,
) -> Any:  # fmt: skip
    """Connect (with auth: user, password, database) or send a statement.

    Answers (columns, types, rows, tag, count, last id, fields of an error, why it was lost).
    """
    route, why = reach(vm, to_text(host), port)
    limit = limit_ns // 1000 if limit_ns > 0 else None
    if route is None:
        if why.endswith("i/o timeout"):
            return Suspend(min(limit or DIAL_US, DIAL_US), then="sql-dial", data=why)
        return _lost(why)
    local = to_text(host) in ("localhost", "127.0.0.1", "::1")
    asked: dict[str, Any] = {
        "session": session, "client": "127.0.0.1" if local else _own_address(vm.p),
        "owner": [vm.p.container["Id"], vm.p.box["run"], vm.p.pid, 0],
    }  # fmt: skip
    if auth is not None:
        user, password, database = [to_text(one) for one in items_of(auth)]
        asked["auth"] = {"user": user, "password": password, "database": database}
    else:
        asked.update(known=True, sql=to_text(sql))
        if values is not None and values.n:
            style = "qmark" if driver == "mysql" else "dollar"
            asked.update(params=[_plain(vm, one, driver) for one in items_of(values)], style=style)
    vm.spend(CLIENT_US)
    rtt = int(getattr(route, "rtt_us", 0) or 0)
    answer = vm.p.ask(route.container, route.port, asked, rtt)
    if answer.get("pending") is not None:
        return Suspend(limit, int(answer["pending"]), then="sql", data=[driver, None])
    us = rtt + int(answer.get("us") or 0)
    if limit is not None and us > limit:
        return Suspend(limit, then="sql-dial", data="timeout")
    return Suspend(us, then="sql", data=[driver, answer])


def _lost(why: str) -> Any:
    return None, None, None, "", 0, 0, None, to_bytes(why)


def _resumed(vm: Any, task: Any, answer: Any) -> Any:
    driver, kept = task.data
    answer = answer if answer is not None else kept
    if answer is None:
        return _lost("timeout")
    error = answer.get("error")
    if isinstance(error, dict):
        names = ("severity", "sqlstate", "code", "message", "detail", "hint", "position")
        fields = [to_bytes(str(error.get(one) if error.get(one) is not None else "")) for one in
                  names]  # fmt: skip
        return None, None, None, "", 0, 0, new_list(fields), ""
    if error or "results" not in answer:
        return _lost("closed")
    return _read(answer, driver)


RESUMED["sql"] = _resumed
RESUMED["sql-dial"] = lambda vm, task, answer: _lost(task.data)


def _read(answer: dict[str, Any], driver: str) -> Any:
    columns = answer.get("columns") or []
    kinds = [str(one["type"]) for one in columns]
    rows = [
        new_list([_boxed(value, kind, driver) for value, kind in zip(row, kinds, strict=False)])
        for row in answer.get("rows") or []
    ]
    names = new_list([to_bytes(str(one["name"])) for one in columns])
    return (
        names if answer.get("columns") is not None else None,
        new_list([to_bytes(one) for one in kinds]),
        new_list(rows),
        to_bytes(str(answer.get("tag") or "")),
        int(answer.get("count") or 0),
        int(answer.get("insert_id") or 0),
        None,
        "",
    )


# Values of a server, as each driver hands them to database/sql


def _boxed(value: Any, kind: str, driver: str) -> Any:
    """Make a value in an interface of what came for a column."""
    if value is None:
        return None
    if isinstance(value, bool):
        return ("int64", int(value)) if driver == "mysql" else ("bool", value)
    if kind.endswith("[]") or isinstance(value, list):
        if driver != "pgx":
            return ("[]uint8", byte_slice(to_bytes(array_text(value))))
        inner = kind.removesuffix("[]")
        rows = [_boxed(one, inner, driver) for one in value]
        return ("[]interface {}", new_list(rows))
    if kind in MOMENTS and driver != "mysql":
        moment = moment_of(str(value))
        if moment is not None:
            return ("time.Time", moment)
    if isinstance(value, int):
        return ("int64", value)
    if isinstance(value, float):
        return ("float64", value)
    if isinstance(value, dict):
        import json

        value = json.dumps(value)
    text = to_bytes(str(value))
    if kind == "bytea" and text.startswith("\\x"):
        text = bytes.fromhex(text[2:]).decode("latin-1")
        return ("[]uint8", byte_slice(text))
    plain = kind.partition("(")[0] in TEXTS
    return ("string", text) if driver == "pgx" or (plain and driver == "pq") else (
        "[]uint8", byte_slice(text))  # fmt: skip


def array_text(value: Any) -> str:
    """Write an array as PostgreSQL does: {1,2,"a b"}."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return "{" + ",".join(array_text(one) for one in value) + "}"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    if isinstance(value, str) and (
        not text or text.upper() == "NULL" or any(one in ' ,{}"\\' for one in text)
    ):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def moment_of(text: str) -> Struct | None:
    """Make a time.Time of a date or a timestamp; None when it is none."""
    shown = text.replace(" ", "T", 1)
    if len(shown) > 12 and shown[-3] in "+-":
        shown += ":00"
    try:
        moment = datetime.fromisoformat(shown)
    except ValueError:
        return None
    from datetime import UTC, timedelta

    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return Struct([us * 1000, True, False])


def moment_text(vm: Any, value: Struct, zone: bool) -> str:
    """Write a time.Time as the drivers send it."""
    from datetime import UTC, timedelta

    if not value.f[1]:
        return "0001-01-01 00:00:00Z" if zone else "0000-00-00 00:00:00"
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value.f[0] // 1000)
    text = moment.strftime("%Y-%m-%d %H:%M:%S") + (
        f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else "")  # fmt: skip
    return text + "+00" if zone else text


def _plain(vm: Any, boxed: Any, driver: str) -> Any:
    """Make a plain value of an argument of a statement."""
    from ..language import program_of

    if boxed is None:
        return None
    return _plain_of(vm, program_of(vm).find_type(boxed[0]), boxed[1], driver)


def _plain_of(vm: Any, kind: Type, value: Any, driver: str) -> Any:
    if value is None:
        return None
    if kind.key == "time.Time":
        return moment_text(vm, value, driver != "mysql")
    if kind.kind == "interface":
        return _plain(vm, value, driver)
    if kind.kind == "pointer":
        inner = value if kind.elem.kind in ("struct", "array") else value.v
        return _plain_of(vm, kind.elem, inner, driver)
    if kind.is_bool or kind.is_int or kind.is_float:
        return int(value) if driver == "mysql" and kind.is_bool else value
    if kind.is_string:
        return to_text(value)
    if kind.kind == "slice" and kind.elem.kind == "uint8":
        text = bytes_of(value)
        return to_text(text) if "�" not in to_text(text) else text.encode("latin-1")
    if kind.kind in ("slice", "array") and driver == "pgx":
        items = items_of(value) if isinstance(value, Slice) else value
        return array_text([_plain_of(vm, kind.elem, one, driver) for one in items])
    if kind.kind in ("struct", "map", "slice") and driver == "pgx":
        from .encoding import JsonError, Writer

        try:
            return to_text(Writer(vm).typed(kind, value, 0))
        except JsonError:
            return None
    return None


# What a driver finds out before it sends anything


def _wanted(vm: Any, sql: str, driver: str) -> int:
    """Count the parameters of a statement."""
    found = places(to_text(sql), "qmark" if driver == "mysql" else "dollar")
    if driver == "mysql":
        return len(found)
    return max([int(one or 0) for one in found], default=0)


def _second(vm: Any, sql: str, driver: str) -> str:
    """Give what follows the first statement of a text; "" when it is the only one."""
    from ...sql import SqlError

    text = to_text(sql)
    try:
        parts = split(text, "mysql" if driver == "mysql" else "postgres")
    except (SqlError, ValueError):
        return ""
    return to_bytes(text[parts[1][0] :].strip()) if len(parts) > 1 else ""


def _close(vm: Any, session: str, host: str, port: int) -> None:
    """Tell the server that a connection is over."""
    route, _ = reach(vm, to_text(host), port)
    if route is not None:
        request = {"session": session, "close": True}
        vm.p.programs.respond(route.container, route.port, request)


def _array(vm: Any, boxed: Any) -> tuple[str, bool]:
    """pq.Array: write a slice as an array; False for a nil one."""
    from ..language import program_of

    if boxed is None or boxed[1] is None:
        return "", False
    kind, value = program_of(vm).find_type(boxed[0]), boxed[1]
    if kind.kind == "pointer":
        kind, value = kind.elem, value.v if isinstance(value, Ref) else value
    if value is None:
        return "", False
    items = items_of(value) if isinstance(value, Slice) else value
    rows = [_plain_of(vm, kind.elem, one, "pgx") for one in items]
    return to_bytes(array_text(rows)), True


NATIVES: dict[str, Any] = {
    "internal/sqlwire.nextSession": _next_session,
    "internal/sqlwire.Address": _address,
    "internal/sqlwire.request": _request,
    "internal/sqlwire.hangUp": _close,
    "internal/sqlwire.Wanted": _wanted,
    "internal/sqlwire.Second": _second,
    "internal/sqlwire.ArrayText": _array,
}
