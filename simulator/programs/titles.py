"""What `ps` and `docker top` show of the processes that run: titles, and the workers of servers.

A modelled server is one process; in life its master has children, each with a title of its own.
nginx and gunicorn note theirs themselves (see `children.Children.show`); those of others are here.
Sources: PostgreSQL's ps_status.c, php-fpm's fpm_env.c, Apache's mpm_event, and the shebang line by
which the kernel starts a script.
# Simplified: The workers of PostgreSQL, Apache and php-fpm are seen in lists of processes, with
# numbers of their own, but take no signals: the model has one process for all.
"""

from __future__ import annotations

import posixpath
from typing import Any

Row = dict[str, Any]

SCRIPTS = ("gunicorn", "uvicorn", "flask", "celery", "rq", "hypercorn", "daphne", "fastapi",
           "django-admin", "pytest", "waitress-serve", "streamlit")  # fmt: skip
"""Programs of Python packages: scripts whose first line names the interpreter."""
FIRST = {"postgres": 26, "httpd": 6, "php-fpm": 6}
"""How much higher the number of the first child is than the master's (assumed)."""
POSTGRES = ("checkpointer ", "background writer ", "walwriter ", "autovacuum launcher ",
            "logical replication launcher ")  # fmt: skip
APACHE_CHILDREN, FPM_CHILDREN = 3, 2


def shown(rows: list[Row]) -> list[Row]:
    """Give the processes of a container as a list of processes has them, children included."""
    taken = {int(row["pid"]): None for row in rows}
    found: list[Row] = []
    for row in rows:
        title, children = _titles(row)
        found.append({**row, "argv": title})
        kind = _kind(row)
        number = int(row["pid"]) + FIRST.get(kind, 6)
        for argv, user, uid in children:
            while number in taken:
                number += 1
            taken[number] = None
            found.append({**row, "pid": number, "parent": int(row["pid"]), "argv": argv,
                          "user": user, "uid": uid})  # fmt: skip
    return sorted(found, key=lambda row: int(row["pid"]))


def _kind(row: Row) -> str:
    state = row.get("state") or {}
    server = state.get("server") or {}
    return str(state.get("service") or server.get("kind") or row.get("family"))


def _titles(row: Row) -> tuple[list[str], list[tuple[list[str], str, int]]]:
    """Give a process's title and its children: their titles, users and numbers."""
    argv, state = list(row["argv"]), row.get("state") or {}
    user, uid = str(row["user"]), int(row.get("uid", 0))
    kind = _kind(row)
    if kind == "postgres" and state.get("phase") == "up":
        names = [*POSTGRES]
        return argv, [([f"postgres: {name}"], user, uid) for name in names]
    if kind == "php-fpm" and state.get("ports"):
        child = (["php-fpm: pool www"], "www-data", 33)
        title = "php-fpm: master process (/usr/local/etc/php-fpm.conf)"
        return [title], [child] * FPM_CHILDREN
    if kind == "httpd" and state.get("ports"):
        argv = argv if len(argv) > 1 else [*argv, "-DFOREGROUND"]
        return argv, [(argv, "www-data" if uid == 0 else user, 33)] * APACHE_CHILDREN
    name = posixpath.basename(argv[0]) if argv else ""
    if row.get("family") == "python" and name in SCRIPTS and "bin/" in str(row.get("path")):
        path = str(row["path"])
        minor = ".".join(str((row.get("env") or {}).get("PYTHON_VERSION") or "3").split(".")[:2])
        argv = [posixpath.join(posixpath.dirname(path), f"python{minor}"), path, *argv[1:]]
    if kind == "redis-server" and isinstance(state.get("config"), dict):
        port = state["config"].get("port") or "6379"
        return [f"{argv[0]} *:{port if isinstance(port, (str, int)) else 6379}"], []
    return argv, []
