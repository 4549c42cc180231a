"""What the drivers of databases need that is not written in JavaScript (lib/npm/pg.js, mysql2.js).

A connection is a session of a server (see `families/sql`), named by the program that opens it.
"""

from __future__ import annotations

from typing import Any

from .convert import to_integer, to_text
from .natives_core import arg
from .natives_net import send, to_plain
from .registry import native
from .values import plain


@native("sys.session", 1)
def _session(vm: Any, this: Any, args: list[Any]) -> str:
    """Name a new connection."""
    number = vm.root["sessions"] = int(vm.root.get("sessions", 0)) + 1
    return f"{vm.p.container['Id'][:12]}.{vm.p.pid}.js{number}"


@native("sys.sql", 4)
def _sql(vm: Any, this: Any, args: list[Any]) -> Any:
    """Send a request of a session: (host, port, request, function), as `sys.ask` does.

    The server hears from which address it comes, and whose end is the end of the session.
    """
    host, port = plain(to_text(vm, arg(args, 0))), to_integer(vm, arg(args, 1))
    local = host in ("localhost", "127.0.0.1", "::1")
    request = to_plain(vm, arg(args, 2)) or {}
    request["client"] = "127.0.0.1" if local else _own_address(vm.p)
    request["owner"] = [vm.p.container["Id"], vm.p.box["run"], vm.p.pid, 0]
    return send(vm, host, port, request, arg(args, 3))


def _own_address(p: Any) -> str:
    settings = p.container.get("NetworkSettings") or {}
    rows = (settings.get("Networks") or {}).values()
    found = next((row["IPAddress"] for row in rows if row.get("IPAddress")), "")
    return str(found or settings.get("IPAddress") or "127.0.0.1")
