"""Clients of databases: they reach their server, or say in their own words why not.

Sources: the manuals and messages of mysql 8, psql 17, mongosh 2. Statements go to the
modelled server; what a script of mongosh prints is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from ..process import Family, Process
from ..utilities.network import process_address
from . import sqlprompt
from .sql import backslash, my_dump, prompt, tools
from .stand_in import stands_in

MYSQL, POSTGRES, MONGO = 3306, 5432, 27017
KINDS = {
    **dict.fromkeys(("mysql", "mysqladmin", "mysqldump", "mysqlshow", "mysqlcheck", "mariadb",
                     "mariadb-admin", "mariadb-dump", "healthcheck.sh"), "mysql"),
    **dict.fromkeys(("psql", "pg_isready", "pg_dump", "pg_dumpall", "pg_restore", "createdb",
                     "dropdb", "createuser", "dropuser"), "postgres"),
    **dict.fromkeys(("mongosh", "mongo", "mongodump"), "mongo"),
}  # fmt: skip
VALUED = {
    "mysql": {
        "h": "host",
        "P": "port",
        "u": "user",
        "e": "execute",
        "D": "database",
        "S": "socket",
    },
    "postgres": {
        "h": "host",
        "p": "port",
        "U": "user",
        "d": "dbname",
        "c": "command",
        "f": "file",
        "v": "set",
        "P": "pset",
        "F": "separator",
        "o": "output",
    },
    "mongo": {"h": "host", "u": "username", "p": "password"},
    "mysqldump": {
        "h": "host",
        "P": "port",
        "u": "user",
        "S": "socket",
        "r": "result-file",
        "w": "where",
    },
    "pg_dump": {
        "h": "host",
        "p": "port",
        "U": "user",
        "d": "dbname",
        "f": "file",
        "t": "table",
        "n": "schema",
        "T": "exclude-table",
        "F": "format",
        "j": "jobs",
        "E": "encoding",
        "Z": "compress",
        "S": "superuser",
        "l": "database",
        "N": "exclude-schema",
    },
    "createdb": {
        "h": "host",
        "p": "port",
        "U": "user",
        "O": "owner",
        "E": "encoding",
        "T": "template",
        "l": "locale",
    },
}
FORMS = {
    **dict.fromkeys(("mysqldump", "mariadb-dump"), "mysqldump"),
    **dict.fromkeys(("pg_dump", "pg_dumpall", "pg_restore"), "pg_dump"),
    **dict.fromkeys(("createdb", "dropdb", "createuser", "dropuser"), "createdb"),
}
"""Programs whose one-letter options are others than those of psql and mysql."""
MANY = ("set", "table", "schema", "exclude-table", "ignore-table", "command", "file")
"""Options that may be given several times: their values are kept line by line."""  # fmt: skip
LONG = ("host", "port", "user", "execute", "database", "dbname", "command", "username", "password",
        "eval", "authenticationDatabase", "protocol", "file", "socket", "timeout",
        "defaults-file", "defaults-extra-file", "connect-timeout", "connect_timeout", "table",
        "schema", "exclude-table", "format", "owner", "template", "variable", "set", "pset",
        "result-file", "where", "ignore-table", "field-separator", "output")  # fmt: skip


_URI = re.compile(
    r"postgres(?:ql)?://(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]+)(?::(\d+))?(?:/([^?]*))?"
)


def options(
    kind: str, argv: list[str], order: list[tuple[str, str]] | None = None
) -> tuple[dict[str, str], list[str]]:
    """Read a client's options: ({long name: value}, operands). Mysql's -p has its value with it.

    order: gets every option as it comes, since psql carries out its -c and -f one after the other.
    """
    found: dict[str, str] = {}
    operands: list[str] = []
    words = list(argv[1:])

    def note(name: str, value: str) -> None:
        name = {"variable": "set"}.get(name, name)
        many = name in MANY and name in found
        found[name] = f"{found[name]}\n{value}" if many else value
        if order is not None:
            order.append((name, value))

    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, mark, value = word[2:].partition("=")
            needs = not mark and name in LONG and words and not (
                kind.startswith("mysql") and name == "password")  # fmt: skip
            note(name, words.pop(0) if needs else value)
        elif kind.startswith("mysql") and word.startswith("-p"):
            note("password", word[2:])
        elif word.startswith("-") and len(word) > 1:
            _letters(VALUED[kind], word[1:], words, note)
        else:
            operands.append(word)
    return found, operands


def _letters(
    valued: dict[str, str], letters: str, rest: list[str], note: Callable[[str, str], None]
) -> None:
    """Read one-letter options written together: the first that takes a value takes what follows."""
    for at, letter in enumerate(letters):
        if letter in valued:
            note(valued[letter], letters[at + 1 :] or (rest.pop(0) if rest else ""))
            return
        note(letter, "")


class DatabaseClient(Family):
    """mysql, psql, mongosh and what comes with them."""

    name = "client"

    def begin(self, p: Process) -> None:
        """Connect, ask, print."""
        name = posixpath.basename(p.argv[0])
        kind = KINDS[name]
        order: list[tuple[str, str]] = []
        given, operands = options(FORMS.get(name, kind), p.argv, order)
        p.state["order"] = [list(one) for one in order if one[0] in ("command", "file")]
        _ASK[kind](p, name, given, operands)

    def input(self, p: Process) -> None:
        """Go on at the prompt."""
        sqlprompt.read(p)

    def signal(self, p: Process, name: str) -> bool:
        """Take Ctrl-C at the prompt."""
        if name == "SIGINT" and "sql" in p.state:
            sqlprompt.interrupt(p)
            return True
        return False


def _reach(p: Process, host: str, port: int) -> tuple[str, Any]:
    """Connect: ("" or why not, the server's container); "" is this container's own socket."""
    if not host:
        up = str(port) in p.box["ports"] or stands_in(p.view)
        return ("" if up else "socket"), p.container["Id"]
    from simulator.network.resolve import Source

    route = p.engine.network.connect(Source(p.box["machine"], p.container), host, port)
    if route.error or route.container is None:
        return str(route.error or "refused"), None
    return "", route.container


def _mysql(p: Process, name: str, given: dict[str, str], operands: list[str]) -> None:
    host = given.get("host") or p.env.get("MYSQL_HOST", "")
    port = int(given.get("port") or MYSQL) if (given.get("port") or "1").isdigit() else MYSQL
    local = host in ("", "localhost") and given.get("protocol", "").lower() != "tcp"
    if given.get("password") and not name.startswith("mariadb") and not _is_maria(p):
        p.err(f"{name}: [Warning] Using a password on the command line interface can be "
              "insecure.\n")  # fmt: skip
    why, _ = _reach(p, "" if local else host or "127.0.0.1", port)
    says = f"{name}: connect to server at '{host or 'localhost'}' failed\nerror: '{{}}'\n"
    says = says if name.endswith("admin") else "{}\n"
    if name.endswith("dump"):
        says = f"{name}: Got error: {{}} when trying to connect\n"
    if why:
        text = {
            "socket": "ERROR 2002 (HY000): Can't connect to local MySQL server through socket "
            "'/var/run/mysqld/mysqld.sock' (2)",
            "dns": f"ERROR 2005 (HY000): Unknown MySQL server host '{host}' (-2)",
        }.get(why, f"ERROR 2003 (HY000): Can't connect to MySQL server on '{host}:{port}' "
                   f"({111 if why == 'refused' else 110})")  # fmt: skip
        if name.endswith("dump"):
            text = re.sub(r"^ERROR (\d+) \(\w+\)", r"\1", text)
        p.err(says.format(text))
        p.exit(2 if name.endswith("dump") else 1)
        return
    if name == "healthcheck.sh":  # of MariaDB's image
        p.exit(0)
        return
    if "ping" in operands:
        p.out("mysqld is alive\n")  # also when it refuses the password
        p.exit(0)
        return
    user = given.get("user") or "root"
    password = given.get("password") or p.env.get("MYSQL_PWD", "")
    named = given.get("database") or (operands[0] if operands and name in ("mysql", "mariadb")
                                      else "")  # fmt: skip
    auth = {"user": user, "password": password, "database": named}
    found = prompt.connect(p, "mysql", "" if local else host or "127.0.0.1", port, auth)
    if "error" in found:
        fault = found["error"]
        dumps_ = name.endswith("dump")
        code = f"{fault['code']}" if dumps_ else f"ERROR {fault['code']} ({fault['sqlstate']})"
        p.err(says.format(f"{code}: {fault['message']}"))
        p.exit(2 if dumps_ else 1)
        return
    if name.endswith("dump") and found:
        p.state["version"] = found.get("version", "")
        my_dump.dump(p, name, given, operands)
        return
    if name not in ("mysql", "mariadb") or not found:
        p.exit(0)
        return
    given = {**given, "execute": given.get("execute") or ""}
    order = [["command", given["execute"]]] if given["execute"] else []
    sqlprompt.work(p, found, given, order)


def _is_maria(p: Process) -> bool:
    """Tell whether the client is MariaDB's, by whatever name."""
    return "MARIADB_VERSION" in p.env or p.view.exists("/usr/bin/mariadb")


def _postgres(p: Process, name: str, given: dict[str, str], operands: list[str]) -> None:
    uri = next((_URI.match(word) for word in [*operands, given.get("dbname", "")]
                if _URI.match(word)), None)  # fmt: skip
    whole = [uri[n] or "" if uri else "" for n in range(6)]
    host = whole[3] or given.get("host") or p.env.get("PGHOST", "")
    text = whole[4] or given.get("port") or p.env.get("PGPORT", "")
    port = int(text) if text.isdigit() else POSTGRES
    local = not host or host.startswith("/")
    why, _ = _reach(p, "" if local else host, port)
    if name == "pg_isready":
        words = {"": ("accepting connections", 0)}.get(why, ("no response", 2))
        if "q" not in given and "quiet" not in given:
            p.out(f"{'/var/run/postgresql' if local else host}:{port} - {words[0]}\n")
        p.exit(words[1])
        return
    if why:
        p.err(f"{name}: error: {_postgres_fault(why, host, port, _address(p, host))}\n")
        p.exit(2 if name == "psql" else 1)
        return
    user = whole[1] or given.get("user") or given.get("username") or p.env.get("PGUSER", "")
    user = user or str(p.row["user"])
    named = next((word for word in operands if "://" not in word), "")
    plain = given.get("dbname", "") if "://" not in given.get("dbname", "") else ""
    if name in ("createdb", "dropdb", "createuser", "dropuser", "pg_dumpall"):
        base = given.get("database") or "postgres"
    else:
        own = named if name != "pg_restore" else ""
        base = whole[5] or plain or own or p.env.get("PGDATABASE") or user
    if name == "pg_restore" and not tools.opens(p, name, given, named):
        return
    auth = {"user": user, "password": whole[2] or p.env.get("PGPASSWORD", ""), "database": base}
    found = prompt.connect(p, "postgres", "" if local else host, port, auth)
    if "error" in found:
        fault = found["error"]
        where = f'at "{host}"{_address(p, host)}, port {port}' if not local else (
            f'on socket "/var/run/postgresql/.s.PGSQL.{port}"')  # fmt: skip
        level = "" if fault["severity"] == "CLIENT" else "FATAL:  "
        p.err(f"{name}: error: connection to server {where} failed: {level}{fault['message']}\n")
        p.exit(2 if name == "psql" else 1)
        return
    if not found:
        p.exit(0)
    elif name in tools.TOOLS:
        tools.TOOLS[name](p, name, given, named or user)
    elif name != "psql":
        p.exit(0)
    elif "l" in given or "list" in given:
        p.state["flags"] = dict(given)
        backslash.meta(p, "\\l")
        prompt.leave(p, 0)
    else:
        sqlprompt.work(p, found, given, p.state["order"])


def _address(p: Process, host: str) -> str:
    """Give the address of a host in brackets, as libpq adds it to a name."""
    if re.fullmatch(r"[\d.]+", host):
        return ""
    found = "127.0.0.1" if host == "localhost" else process_address(p, host)
    return f" ({found})" if found else ""


def _postgres_fault(why: str, host: str, port: int, address: str) -> str:
    if why == "dns":
        return f'could not translate host name "{host}" to address: Name or service not known'
    if why == "socket":
        return (
            f'connection to server on socket "/var/run/postgresql/.s.PGSQL.{port}" failed: No such '
            "file or directory\n\tIs the server running locally and accepting connections on that "
            "socket?"
        )
    cause = "Connection refused" if why == "refused" else "Connection timed out"
    return (
        f'connection to server at "{host}"{address}, port {port} failed: {cause}\n\tIs the server '
        "running on that host and accepting TCP/IP connections?"
    )


def _mongo(p: Process, name: str, given: dict[str, str], operands: list[str]) -> None:
    place = given.get("host") or next((word for word in operands if not word.endswith(".js")), "")
    match = re.match(r"(?:mongodb://)?(?:[^@/]*@)?([A-Za-z0-9_.-]+)?(?::(\d+))?", place)
    named = "." in place or ":" in place or "host" in given or place == "localhost"
    host = (match[1] if match and named else "") or "127.0.0.1"
    text = (match[2] if match else "") or given.get("port", "")
    port = int(text) if text.isdigit() else MONGO
    local = host in ("127.0.0.1", "localhost") and stands_in(p.view)
    why, _ = _reach(p, "" if local else host, port)
    if why:
        cause = f"getaddrinfo ENOTFOUND {host}" if why == "dns" else (
            f"connect ECONNREFUSED {host}:{port}"
        )  # fmt: skip
        old = f"Error: couldn't connect to server {host}:{port}, connection attempt failed: {why}"
        p.err(f"{old if name == 'mongo' else f'MongoNetworkError: {cause}'}\n")
        p.exit(1)
        return
    if re.search(r"\.ok\b", given.get("eval", "")):
        p.out("1\n")
    elif "ping" in given.get("eval", ""):
        p.out('{ "ok" : 1 }\n' if name == "mongo" else "{ ok: 1 }\n")
    elif given.get("eval"):
        p.programs.guess(p)  # what a script prints is not known
    p.exit(0)


_ASK: dict[str, Callable[[Process, str, dict[str, str], list[str]], None]] = {
    "mysql": _mysql,
    "postgres": _postgres,
    "mongo": _mongo,
}
FAMILIES: list[Family] = [DatabaseClient()]
