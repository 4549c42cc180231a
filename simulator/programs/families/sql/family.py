"""The servers as programs: first start, the scripts of the image's folder, requests."""

from __future__ import annotations

from typing import Any

from ...process import Family, Process
from ..services import Service, table
from .server import add_database, dialect, lay_out, read_key, secret, serve
from .session import split

SCRIPTS = "/docker-entrypoint-initdb.d"


class SqlServer(Service):
    """postgres, mysqld, mariadbd."""

    name = "sql-server"

    def _ready_to_start(self, p: Process, row: dict[str, Any]) -> bool:
        if not super()._ready_to_start(p, row):
            return False
        if read_key(p, "cluster") is not None:
            return True
        lay_out(p)
        if dialect(p) == "postgres":
            user = secret(p, "POSTGRES_USER") or "postgres"
            name = secret(p, "POSTGRES_DB") or user
            if name != "postgres":
                add_database(p, name, user)
                p.out("CREATE DATABASE\n")
        if not self._scripts(p):
            return False
        self._log(p, row.get("init_end", []), "stdout")
        return True

    def _scripts(self, p: Process) -> bool:
        """Run the scripts of the first start; False when one fails.

        # Simplified: Of the scripts that a database's image runs at its first start only those that
        end in .sql are run.
        """
        names = p.view.children(SCRIPTS) if p.view.is_dir(SCRIPTS) else []
        for name in names:
            path = f"{SCRIPTS}/{name}"
            if not name.endswith(".sql"):
                p.out(f"/usr/local/bin/docker-entrypoint.sh: ignoring {path}\n\n")
                continue
            p.out(f"/usr/local/bin/docker-entrypoint.sh: running {path}\n")
            if not self._script(p, path, p.view.text(path) or ""):
                return False
            p.out("\n\n")
        return True

    def _script(self, p: Process, path: str, text: str) -> bool:
        is_pg = dialect(p) == "postgres"
        user = (secret(p, "POSTGRES_USER") or "postgres") if is_pg else "root"
        base = (secret(p, "POSTGRES_DB") or user) if is_pg else (
            secret(p, "MYSQL_DATABASE", "MARIADB_DATABASE"))  # fmt: skip
        password = secret(p, "MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD")
        wish = {"session": "init", "local": True,
                "auth": {"user": user, "database": base, "password": password}}  # fmt: skip
        answer: dict[str, Any] = {}
        try:
            parts = split(text, dialect(p))
        except Exception:  # a text that cannot be cut is sent whole, and fails in its own words
            parts = [(0, text)]
        for offset, part in parts:
            answer = serve(p, {**wish, "sql": part})
            if "error" in answer:
                at = offset + len(part) - len(part.lstrip())
                line = text.count("\n", 0, at) + 1
                fault = answer["error"]
                p.err(f"psql:{path}:{line}: ERROR:  {fault['message']}\n" if is_pg else
                      f"ERROR {fault['code']} ({fault['sqlstate']}) at line {line}: "
                      f"{fault['message']}\n")  # fmt: skip
                p.exit(3 if is_pg else 1)
                return False
            p.out(f"{answer['tag']}\n" if is_pg and answer.get("tag") else "")
        serve(p, {"session": "init", "close": True})
        return True

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a client of the database; anything else as a server that speaks no HTTP."""
        if any(key in request for key in ("sql", "auth", "close")):
            return serve(p, request)
        return super().respond(p, port, request)


__all__ = ["FAMILIES", "table"]
FAMILIES: list[Family] = [SqlServer()]
