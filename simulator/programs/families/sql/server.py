"""PostgreSQL, MySQL and MariaDB as servers: first start, connections, data in their folder.

Each file of the data folder that holds tables carries them as plain data beside its size, under the
key "sql", so that they live and go with the container's writable layer or with the volume.
# Simplified: What was committed is on disk at once; there is no log of changes to go through after
a crash, and two servers on the same folder do not notice each other.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from simulator.docker.tree import TreeError, file_entry

from ...process import Process
from .errors import SqlError, my, pg
from .session import Answer, Sessions
from .system import SCHEMAS
from .tables import fresh_catalogue

SERVERS = {"postgres": "postgres", "mysqld": "mysql", "mariadbd": "mysql"}
MAX_SESSIONS = {"postgres": 100, "mysql": 151}
PAGE = 8192
RESERVED = 3
"""superuser_reserved_connections of PostgreSQL."""


def dialect(p: Process) -> str:
    """Give the dialect that a server speaks; "" for none."""
    return SERVERS.get(str(p.state.get("service")), "")


def folder(p: Process) -> str:
    """Give the data folder."""
    if p.state["service"] == "postgres":
        return p.env.get("PGDATA") or "/var/lib/postgresql/data"
    return "/var/lib/mysql"


def settings(p: Process) -> dict[str, str]:
    """Read the settings of a server's command line: `-c name=value`, `--name=value`."""
    found: dict[str, str] = {}
    words = list(p.argv[1:])
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word = words.pop(0)
        elif word.startswith(("-c", "--")):
            word = word[2:]
        name, mark, value = word.partition("=")
        if mark:
            found[name.strip().replace("-", "_").lower()] = value.strip().strip("'")
    return found


def _path(p: Process, key: str) -> str:
    kind, _, rest = key.partition("/")
    if kind in ("cluster", "counters"):
        return f"{folder(p)}/global/{kind}"
    base, _, table = rest.partition("/")
    name = f"t.{quote(table, safe='')}" if kind == "rows" else "catalog"
    return f"{folder(p)}/base/d.{quote(base, safe='')}/{name}"


def read_key(p: Process, key: str) -> Any:
    """Read what is kept under a key; None when there is nothing."""
    try:
        entry = p.view.get(_path(p, key))
    except TreeError:
        return None
    return None if entry is None else entry.get("sql")


def write_key(p: Process, key: str, value: Any) -> None:
    """Keep something under a key; None removes it. Raises SqlError when the disk refuses."""
    path = _path(p, key)
    try:
        if value is None:
            p.view.remove(path)
            return
        count = len(value) if isinstance(value, dict) else 1
        number = p.state["writes"] = int(p.state.get("writes", 0)) + 1
        entry = file_entry(size=PAGE * (1 + count // 100), mode=0o600, uid=p.uid, gid=p.uid,
                           content=f"{key} {p.engine.now_us} {number}")  # fmt: skip
        p.view.put(path, {**entry, "sql": value})
    except TreeError as error:
        if dialect(p) == "postgres":
            raise pg("58030", f'could not open file "{path}": {error.reason}') from None
        raise my(3, f"Error writing file '{path}' (OS errno 30 - {error.reason})") from None


def own(p: Process, path: str) -> None:
    """Give a file or folder to the server's user; a place that cannot be changed stays as it is."""
    try:
        if p.view.exists(path):
            p.view.change(p.view.resolve(path), uid=p.uid, gid=int(p.row["gid"]))
    except TreeError:
        return


def read_file(p: Process, path: str) -> tuple[str, str]:
    """Read a file for the server: (text, why not)."""
    why = p.unreadable(path)
    return ("", why) if why else (p.view.text(path) or "", "")


def write_file(p: Process, path: str, text: str) -> str:
    """Write a file for the server; says why not."""
    why = p.refusal(path)
    if not why:
        p.view.write(path, text, uid=p.uid, gid=int(p.row["gid"]))
    return why


def secret(p: Process, *names: str) -> str:
    """Read a variable, or the file that its _FILE form names; "" when neither is set."""
    for name in names:
        if p.env.get(name):
            return p.env[name]
        path = p.env.get(f"{name}_FILE")
        if path:
            return (p.view.text(path) or "").rstrip("\n")
    return ""


def version(p: Process) -> str:
    """Give the version as SELECT version() shows it."""
    service = p.state["service"]
    if service == "postgres":
        whole = p.env.get("PG_VERSION", "18.1")
        short = whole.partition("-")[0]
        built = f" (Debian {whole})" if "-" in whole else ""
        return f"PostgreSQL {short}{built} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit"
    if service == "mariadbd":
        whole = p.env.get("MARIADB_VERSION", "12.0.2").replace("1:", "").partition("+")[0]
        return f"{whole}-MariaDB-ubu2404"
    return p.env.get("MYSQL_VERSION", "9.5.0").partition("-")[0]


def lay_out(p: Process) -> None:
    """Make the first databases and roles, as initdb and the image's entry script do."""
    if dialect(p) == "postgres":
        user = secret(p, "POSTGRES_USER") or "postgres"
        role = {"superuser": True, "createdb": True, "createrole": True, "login": True,
                "replication": True, "password": secret(p, "POSTGRES_PASSWORD")}  # fmt: skip
        names = ["postgres", "template0", "template1"]
        base = secret(p, "POSTGRES_DB") or user
        names += [base] if base not in names else []
        roles = {user: role}
        auth = p.env.get("POSTGRES_HOST_AUTH_METHOD") or "scram-sha-256"
    else:
        password = secret(p, "MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD")
        place = secret(p, "MYSQL_ROOT_HOST", "MARIADB_ROOT_HOST") or "%"
        role = {"superuser": True, "password": password}
        names, auth, user = [], "", "root"
        roles = {f"root@{host}": dict(role) for host in ("localhost", place)}
        base = secret(p, "MYSQL_DATABASE", "MARIADB_DATABASE")
        user_name = secret(p, "MYSQL_USER", "MARIADB_USER")
        names = [base] if base else []
        word = secret(p, "MYSQL_PASSWORD", "MARIADB_PASSWORD")
        if user_name and word:
            roles[f"{user_name}@%"] = {"superuser": False, "password": word, "databases": names}
    for name in names:
        write_key(p, f"cat/{name}", fresh_catalogue(user))
    cluster = {"databases": {name: {"owner": user} for name in names}, "roles": roles,
               "auth": auth}  # fmt: skip
    write_key(p, "cluster", cluster)


def now_text(p: Process) -> str:
    """Give the moment as PostgreSQL's log does."""
    moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d} UTC"


def serve(p: Process, request: dict[str, Any]) -> Answer:
    """Answer a client: a connection, a statement, or its end (see the package's docstring)."""
    sessions: dict[str, Any] = p.state.setdefault("sessions", {})
    name = str(request.get("session") or "0")
    _forget_the_dead(p, sessions)
    if request.get("known") and name not in sessions:
        return {"error": "closed", "us": 0}
    if request.get("close"):
        sessions.pop(name, None)
        return {"closed": True, "us": 0}
    kind = dialect(p)
    try:
        if read_key(p, "cluster") is None:
            raise pg("58P01", "could not open file \"global/pg_filenode.map\": No such file or "
                     "directory", severity="FATAL") if kind == "postgres" else my(
                         1049, "Unknown database 'mysql'", "42000")  # fmt: skip
        if name not in sessions:
            sessions[name] = _connected(p, kind, name, request)
    except SqlError as error:
        _log(p, kind, name, error.fields, "")
        return {"error": error.fields, "results": [], "us": 2000, "notices": []}
    session = sessions[name]
    if "sql" not in request and not request.get("describe"):
        return {"session": name, "version": version(p), "user": session["user"], "us": 3000,
                "database": session["database"], "pid": session["pid"], "results": [],
                "superuser": _is_super(p, session), "tx": session.get("tx"),
                "plugin": plugin(p)}  # fmt: skip
    if request.get("describe"):
        return _sessions(p, kind, sessions).described(session)
    found = _sessions(p, kind, sessions).answer(session, request)
    if "error" in found:
        _log(p, kind, name, found["error"], str(request["sql"]))
    return {**found, "tx": session.get("tx"), "database": session["database"]}


def plugin(p: Process) -> str:
    """Name how passwords are checked; clients of MySQL need more for the newer way."""
    if dialect(p) == "postgres":
        return "scram-sha-256"
    old = p.state["service"] == "mariadbd" or version(p).startswith("5.")
    asked = any("mysql_native_password" in one.replace("-", "_") for one in p.argv)
    return "mysql_native_password" if old or asked else "caching_sha2_password"


def _forget_the_dead(p: Process, sessions: dict[str, Any]) -> None:
    """End the connections of programs that have ended."""
    for name, row in list(sessions.items()):
        if row.get("owner") and not p.programs.is_alive(row["owner"]):
            del sessions[name]


def _is_super(p: Process, session: dict[str, Any]) -> bool:
    key = session["user"] if session["dialect"] == "postgres" else session["account"]
    role = read_key(p, "cluster")["roles"].get(key) or {}
    return bool(role.get("superuser"))


def _sessions(p: Process, kind: str, sessions: dict[str, Any]) -> Sessions:
    moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
    info = {"version": version(p), "folder": folder(p), "port": (p.state.get("ports") or [0])[0],
            "settings": settings(p),
            "address": p.container["NetworkSettings"]["IPAddress"] or None,
            "uptime": (p.engine.now_us - int(p.row["startedUs"])) // 1_000_000}  # fmt: skip
    return Sessions(
        kind, sessions, lambda key: read_key(p, key), lambda key, value: write_key(p, key, value),
        info, moment.replace(tzinfo=None), lambda: float(p.luck().random()),
        {"read": lambda path: read_file(p, path),
         "write": lambda path, text: write_file(p, path, text)},
    )  # fmt: skip


def _connected(p: Process, kind: str, name: str, request: dict[str, Any]) -> dict[str, Any]:
    """Let a client in; raises SqlError."""
    auth = request.get("auth") or {}
    user = str(auth.get("user") or ("postgres" if kind == "postgres" else "root"))
    sessions = p.state["sessions"]
    most = str(settings(p).get("max_connections", MAX_SESSIONS[kind]))
    free = (int(most) if most.isdigit() else MAX_SESSIONS[kind]) - len(sessions)
    if free < 1:
        if kind == "mysql":
            raise my(1040, "Too many connections", "08004")
        raise pg("53300", "sorry, too many clients already", severity="FATAL")
    role = (read_key(p, "cluster")["roles"].get(user) or {}) if kind == "postgres" else {}
    if kind == "postgres" and free <= RESERVED and role and not role.get("superuser"):
        raise pg("53300", "remaining connection slots are reserved for roles with the SUPERUSER "
                 "attribute", severity="FATAL")  # fmt: skip
    number = p.state["connections"] = int(p.state.get("connections", 7)) + 1
    session: dict[str, Any] = {"id": name, "dialect": kind, "user": user, "tx": None, "overlay": {},
               "pid": number + (60 if kind == "postgres" else 0),
               "client": None if request.get("local") else request.get("client"),
               "database": str(auth.get("database") or ""), "account": "",
               "owner": request.get("owner")}  # fmt: skip
    cluster = read_key(p, "cluster")
    if kind == "postgres":
        session["database"] = session["database"] or user
        _let_in_pg(p, cluster, session, str(auth.get("password") or ""), request)
    else:
        _let_in_my(p, cluster, session, str(auth.get("password") or ""), request)
    return session


def _let_in_pg(
    p: Process, cluster: dict[str, Any], session: dict[str, Any], password: str,
    request: dict[str, Any],
) -> None:  # fmt: skip
    user, role = session["user"], cluster["roles"].get(session["user"])
    client = str(request.get("client") or "")
    trusted = request.get("local") or client.startswith("127.") or cluster["auth"] == "trust"
    if not trusted:
        if not password:
            raise pg("28P01", "fe_sendauth: no password supplied", severity="CLIENT")
        if role is None or role.get("password") != password:
            why = "" if role else f'Role "{user}" does not exist.\n'
            raise pg("28P01", f'password authentication failed for user "{user}"', severity="FATAL",
                     detail=why + f'Connection matched file "{folder(p)}/pg_hba.conf" '
                     'line 128: "host all all all scram-sha-256"')  # fmt: skip
    if role is None:
        raise pg("28000", f'role "{user}" does not exist', severity="FATAL")
    if not role["login"]:
        raise pg("28000", f'role "{user}" is not permitted to log in', severity="FATAL")
    if session["database"] not in cluster["databases"]:
        raise pg("3D000", f'database "{session["database"]}" does not exist', severity="FATAL")


def _let_in_my(
    p: Process, cluster: dict[str, Any], session: dict[str, Any], password: str,
    request: dict[str, Any],
) -> None:  # fmt: skip
    user = session["user"]
    client = str(request.get("client") or "")
    host = "localhost" if request.get("local") or client.startswith("127.") else client
    session["host"] = host
    keys = [key for key in (f"{user}@{host}", f"{user}@%") if key in cluster["roles"]]
    if not keys or cluster["roles"][keys[0]].get("password", "") != password:
        raise my(1045, f"Access denied for user '{user}'@'{host}' (using password: "
                 f"{'YES' if password else 'NO'})", "28000")  # fmt: skip
    session["account"] = keys[0]
    base, role = session["database"], cluster["roles"][keys[0]]
    if base and base not in cluster["databases"] and base not in SCHEMAS:
        raise my(1049, f"Unknown database '{base}'", "42000")
    if base and not role.get("superuser") and base not in (role.get("databases") or []):
        raise my(1044, f"Access denied for user '{user}'@'{keys[0].partition('@')[2]}' to database "
                 f"'{base}'", "42000")  # fmt: skip


def _log(p: Process, kind: str, name: str, fields: dict[str, Any], sql: str) -> None:
    """Write what PostgreSQL's log has of an error; MySQL's has none."""
    if kind != "postgres" or fields["severity"] == "CLIENT":
        return
    session = p.state["sessions"].get(name) or {}
    head = f"{now_text(p)} [{session.get('pid', 60 + int(p.state.get('connections', 8)))}] "
    text = f"{head}{fields['severity']}:  {fields['message']}"
    if fields["position"] is not None and sql:
        text += f" at character {fields['position']}"
    for word in ("detail", "hint", "context"):
        if fields.get(word):
            indented = str(fields[word]).replace("\n", "\n\t")
            text += f"\n{head}{word.upper()}:  {indented}"
    if sql:
        indented = sql.rstrip().replace("\n", "\n\t")
        text += f"\n{head}STATEMENT:  {indented}"
    # pg_ctl, which starts the server of the first start, sends its errors to standard output.
    (p.out if p.state.get("phase") == "init" else p.err)(text + "\n")
