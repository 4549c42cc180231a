"""The servers as programs: first start, the scripts of the image's folder, requests."""

from __future__ import annotations

from typing import Any

from simulator.timing import MS

from ...lookup import ExecError
from ...process import Family, Process
from ..services import Service, table
from . import first_start
from .server import dialect, lay_out, read_key, serve


class SqlServer(Service):
    """postgres, mysqld, mariadbd.

    state: phase ("init" while the scripts of the first start run), todo (their names), child.
    """

    name = "sql-server"

    def _ready_to_start(self, p: Process, row: dict[str, Any]) -> bool:
        first_start.switch_user(p)
        self._log(p, row.get("entry", []), "stdout")
        if first_start.refused(p) or not super()._ready_to_start(p, row):
            return False
        if read_key(p, "cluster") is not None:
            return True
        first_start.prepare(p)
        lay_out(p)
        p.state["phase"] = "init"
        return True

    def wake(self, p: Process) -> None:
        """Run the scripts of the first start, or open the port."""
        if p.state.get("phase") != "init":
            super().wake(p)
            return
        row = table()[p.state["service"]]
        port = (p.state["ports"] or [row["port"]])[0]
        # Only clients in the container reach the server that the entry script starts for a while.
        p.box["ports"][str(port)] = {"protocol": row["protocol"], "address": "socket", "calls": [],
                                     "service_us": row["service_us"], "sigma": 0.4,
                                     "workers": row["workers"], "pid": p.pid}  # fmt: skip
        self._say(p, row.get("temporary", []))
        first_start.set_up(p)
        p.state["todo"] = first_start.scripts(p)
        self._next(p)

    def _say(self, p: Process, groups: list[dict[str, list[str]]]) -> None:
        for group in groups:
            for stream, lines in group.items():
                self._log(p, lines, "stdout" if stream == "out" else "stderr")

    def _next(self, p: Process) -> None:
        """Go on with the files of the first start until one takes time."""
        while p.state["todo"]:
            name = p.state["todo"].pop(0)
            p.state["child"] = [name, 0, None]
            if not first_start.run(p, name, lambda argv, text: self._spawn(p, argv, text)):
                continue
            code = p.state["child"][2]
            if code is None:
                return
            if not self._ended(p, name, code):
                return
        row = table()[p.state["service"]]
        self._say(p, row.get("temporary_stop", []))
        for port in [port for port, one in p.box["ports"].items() if one["pid"] == p.pid]:
            del p.box["ports"][port]
        p.state.update(phase="up", sessions={}, connections=7, since_us=p.engine.now_us)
        p.wake(int(row["start_ms"]) * MS)

    def _spawn(self, p: Process, argv: list[str], text: str | None) -> None:
        p.row["piping"] = text
        if text is not None:  # which the entry scripts hand over in a file of their own
            p.env["MYSQL_PWD"] = p.env.get("MYSQL_ROOT_PASSWORD", "")
        try:
            p.state["child"][1] = p.spawn(argv)
        except ExecError as error:
            p.err(f"{first_start.ENTRYPOINT}: {error}\n")
            p.state["child"][2] = 126
        finally:
            p.env.pop("MYSQL_PWD", None)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Go on with the next file of the first start."""
        child = p.state.get("child")
        if child is None or child[1] not in (0, pid):
            return
        child[2] = code
        if child[1] == pid and p.state.get("phase") == "init" and self._ended(p, child[0], code):
            self._next(p)

    def _ended(self, p: Process, name: str, code: int) -> bool:
        """Take the end of a file's child; False when the entry script ends with it."""
        if code:
            p.exit(code)
            return False
        p.out("\n" if name.endswith(".sh") else "\n\n")
        return True

    def _fields(self, p: Process) -> dict[str, str]:
        return first_start.fields(p)

    def signal(self, p: Process, name: str) -> bool:
        """End in an orderly way; PostgreSQL has a way for each signal."""
        ways = {"SIGINT": "fast", "SIGQUIT": "immediate"}
        p.state["shutdown"] = ways.get(name, "smart")
        return super().signal(p, name)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a client of the database; anything else as a server that speaks no HTTP."""
        if any(key in request for key in ("sql", "auth", "close")):
            return serve(p, request)
        return super().respond(p, port, request)


__all__ = ["FAMILIES", "dialect", "table"]
FAMILIES: list[Family] = [SqlServer()]
