"""What the entry scripts of the database images do, above all at the first start.

Sources: docker-entrypoint.sh of docker-library/postgres (18), docker-library/mysql (8.4, 9) and
MariaDB/mariadb-docker.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulator.docker.containers.errors import DockerError
from simulator.docker.tree import file_entry

from ...process import Process
from ...users import find_user
from .server import dialect, folder, own, secret, version

ENTRYPOINT = "/usr/local/bin/docker-entrypoint.sh"
SCRIPTS = "/docker-entrypoint-initdb.d"
PACKED = (".sql.gz", ".sql.xz", ".sql.zst", ".sql.bz2")
OLD_PLACE = "/var/lib/postgresql/data"
_OLD = """Error: in 18+, these Docker images are configured to store database data in a
       format which is compatible with "pg_ctlcluster" (specifically, using
       major-version-specific directory names).  This better reflects how
       PostgreSQL itself works, and how upgrades are to be performed.

       See also https://github.com/docker-library/postgres/pull/1259

       Counter to that, there appears to be PostgreSQL data in:
         {places}

       This is usually the result of upgrading the Docker image without
       upgrading the underlying database using "pg_upgrade" (which requires both
       versions).

       The suggested container configuration for 18+ is to place a single mount
       at /var/lib/postgresql which will then place PostgreSQL data in a
       subdirectory, allowing usage of "pg_upgrade --link" without mount point
       boundary issues.

       See https://github.com/docker-library/postgres/issues/37 for a (long)
       discussion around this process, and suggestions for how to do so.
"""
_TRUST = """********************************************************************************
WARNING: POSTGRES_HOST_AUTH_METHOD has been set to "trust". This will allow
         anyone with access to the Postgres port to access your database without
         a password, even if POSTGRES_PASSWORD is set. See PostgreSQL
         documentation about "trust":
         https://www.postgresql.org/docs/current/auth-trust.html
         In Docker's default configuration, this is effectively any other
         container on the same system.

         It is not recommended to use POSTGRES_HOST_AUTH_METHOD=trust. Replace
         it with "-e POSTGRES_PASSWORD=password" instead to set a password in
         "docker run".
********************************************************************************
"""
_NO_MYSQL_PASSWORD = """Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"""
_NO_MARIADB_PASSWORD = """Database is uninitialized and password option is not specified
\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, \
MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD"""
_NOT_ROOT = """{}_USER="root", {}_USER and {}_PASSWORD are for configuring a regular user and \
cannot be used for the root user
    Remove {}_USER="root" and use one of the following to control the root user password:
    - {}_ROOT_PASSWORD
    - {}_ALLOW_EMPTY_PASSWORD
    - {}_RANDOM_ROOT_PASSWORD"""

_PG_SCRIPT = """set -e
docker_process_sql() {
  PGHOST= PGHOSTADDR= psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password \
--no-psqlrc --dbname "$POSTGRES_DB" "$@"
}
psql=( docker_process_sql )
. "$1"
"""
_MY_SCRIPT = """set -e
docker_process_sql() {{
  MYSQL_PWD="$MYSQL_ROOT_PASSWORD" {client} --protocol=socket -uroot -hlocalhost \
--database="$MYSQL_DATABASE" "$@"
}}
mysql=( docker_process_sql )
. "$1"
"""
"""How a script that is not executable is read in: the entry script's own function is at hand."""


def switch_user(p: Process) -> None:
    """Go on as the server's own user, who then owns the data folder."""
    name = "postgres" if dialect(p) == "postgres" else "mysql"
    if p.uid == 0:
        try:
            uid, gid, user, home = find_user(p.view, name)
        except DockerError:
            return
        p.row.update(uid=uid, gid=gid, user=user or str(uid))
        p.env["HOME"] = home
        p.view.make_dir(folder(p), uid=uid, gid=gid, mode=0o700)
        own(p, folder(p))


def fields(p: Process) -> dict[str, str]:
    """Give what the lines of the log name."""
    moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
    since = int(p.state.get("since_us") or p.row["startedUs"])
    began = p.engine.start + timedelta(microseconds=since)
    from ..services import table

    stamp = table()[p.state["service"]].get("stamp", "")
    number = int(p.state.get("temporary") or 2)
    whole = p.env.get("PG_VERSION", "18.1")
    alpine = "-" not in whole
    package = p.env.get("MYSQL_VERSION") or p.env.get("MARIADB_VERSION") or version(p)
    shown = version(p)
    return {
        "entry": moment.strftime("%Y-%m-%d %H:%M:%S+00:00"), "began": began.strftime(stamp),
        "down": (moment if p.state.get("initialise") else began).strftime(
            "%Y-%m-%d %H:%M:%S UTC"), "user": str(p.row["user"]),
        "folder": folder(p), "package": package, "version": shown,
        "maria": shown.removesuffix("-ubu2404"),
        "built": "" if alpine else f"(Debian {whole}) ",
        "compiler": "gcc (Alpine 15.2.0) 15.2.0" if alpine else "gcc (Debian 14.2.0-19) 14.2.0",
        "quote": '"' if major(p) >= 17 else "",
        "checksums": "enabled" if major(p) >= 18 else "disabled",
        "temporary": str(number), "checkpointer": str(number + 1), "starter": str(number + 3),
        "launcher": str(number + 6), "port": str((p.state.get("ports") or [0])[0]),
        "shutdown": str(p.state.get("shutdown", "smart")),
    }  # fmt: skip


def major(p: Process) -> int:
    """Give PostgreSQL's main number, as the image has it."""
    text = p.env.get("PG_MAJOR") or p.env.get("PG_VERSION", "18").partition(".")[0]
    return int(text) if text.isdigit() else 18


def refused(p: Process) -> bool:
    """Refuse what the entry script or the server refuses before any start; True when it did."""
    if dialect(p) == "postgres":
        return _old_databases(p) or _other_version(p)
    if p.view.exists("/var/lib/mysql/ibdata1"):
        return False
    names = ("MYSQL", "MARIADB") if p.state["service"] == "mariadbd" else ("MYSQL",)
    kinds = ("ROOT_PASSWORD", "ALLOW_EMPTY_PASSWORD", "ALLOW_EMPTY_ROOT_PASSWORD",
             "RANDOM_ROOT_PASSWORD", "ROOT_PASSWORD_HASH")  # fmt: skip
    entry = fields(p)["entry"]
    maria = len(names) > 1
    asked = [f"{name}_{kind}" for name in names for kind in kinds]
    from ..services import secrets_fit

    if not secrets_fit(p, asked):
        return True
    if not any(secret(p, one) for one in asked):
        words = _NO_MARIADB_PASSWORD if maria else _NO_MYSQL_PASSWORD
    elif any(secret(p, f"{name}_USER") == "root" for name in names):
        words = _NOT_ROOT.replace("{}", names[-1])
    else:
        return False
    p.err(f"{entry} [ERROR] [Entrypoint]: {words}\n")
    p.exit(1)
    return True


def _old_databases(p: Process) -> bool:
    """Refuse a folder of the time before 18, which would be left alone and seem to be lost."""
    if folder(p) != f"/var/lib/postgresql/{major(p)}/docker" or _has_data(p, folder(p)):
        return False
    base = "/var/lib/postgresql"
    numbers = [f"{base}/{name}/docker" for name in p.view.children(base)] if (
        p.view.is_dir(base)) else []  # fmt: skip
    places = [one for one in (base, OLD_PLACE, *numbers) if _has_data(p, one)]
    if not places and major(p) >= 18 and OLD_PLACE in p.view.mounts():
        places = [f"{OLD_PLACE} (unused mount/volume)"]
    if not places:
        return False
    p.err(_OLD.replace("{places}", " ".join(places)))
    p.exit(1)
    return True


def _has_data(p: Process, place: str) -> bool:
    return bool((p.view.text(f"{place}/PG_VERSION") or "").strip())


def _other_version(p: Process) -> bool:
    """Refuse the data of another main version, as the server does."""
    there = (p.view.text(f"{folder(p)}/PG_VERSION") or "").strip()
    if not there or there == str(major(p)):
        return False
    from .server import now_text

    whole = p.env.get("PG_VERSION", "18.1")
    short = whole.partition("-")[0] + (f" (Debian {whole})" if "-" in whole else "")
    p.out("\nPostgreSQL Database directory appears to contain a database; Skipping "
          "initialization\n\n")  # fmt: skip
    head = f"{now_text(p)} [1] "
    p.err(f"{head}FATAL:  database files are incompatible with server\n{head}DETAIL:  The data "
          f"directory was initialized by PostgreSQL version {there}, which is not compatible with "
          f"this version {short}.\n")  # fmt: skip
    p.exit(1)
    return True


def prepare(p: Process) -> None:
    """Set what the entry script exports before it starts the server for a while."""
    number = p.state["temporary"] = int(p.box["next"])
    p.box["next"] = number + 8
    if dialect(p) == "postgres":
        user = secret(p, "POSTGRES_USER") or "postgres"
        p.env.update(POSTGRES_USER=user, POSTGRES_DB=secret(p, "POSTGRES_DB") or user,
                     POSTGRES_PASSWORD=secret(p, "POSTGRES_PASSWORD"))  # fmt: skip
        p.env.setdefault("PGPASSWORD", p.env["POSTGRES_PASSWORD"])
        p.view.put(f"{folder(p)}/PG_VERSION", file_entry(f"{major(p)}\n", mode=0o600))
        own(p, f"{folder(p)}/PG_VERSION")
        if p.env.get("POSTGRES_HOST_AUTH_METHOD") == "trust":
            p.err(_TRUST)
        return
    for name in ("ROOT_PASSWORD", "DATABASE", "USER", "PASSWORD"):
        value = secret(p, f"MYSQL_{name}", f"MARIADB_{name}")
        if not value and name == "ROOT_PASSWORD" and secret(
            p, "MYSQL_RANDOM_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD"
        ):  # fmt: skip
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            luck = p.luck()
            value = "".join(letters[int(luck.random() * 64)] for _ in range(32))
            p.state["generated"] = value
        p.env[f"MYSQL_{name}"] = value
        if p.state["service"] == "mariadbd":
            p.env[f"MARIADB_{name}"] = value


def note(p: Process, text: str, level: str = "Note") -> None:
    """Write a line as the entry scripts of MySQL and MariaDB do."""
    line = f"{fields(p)['entry']} [{level}] [Entrypoint]: {text}\n"
    (p.out if level == "Note" else p.err)(line)


def set_up(p: Process) -> None:
    """Say what is set up on the server that runs for a while."""
    if dialect(p) == "postgres":
        p.out("CREATE DATABASE\n\n\n" if p.env["POSTGRES_DB"] != "postgres" else "\n")
        return
    if p.state.get("generated"):
        note(p, f"GENERATED ROOT PASSWORD: {p.state['generated']}")
    if p.state["service"] == "mariadbd":
        note(p, "Securing system users (equivalent to running mysql_secure_installation)")
    base, user, password = (p.env[f"MYSQL_{name}"] for name in ("DATABASE", "USER", "PASSWORD"))
    if base:
        note(p, f"Creating database {base}")
    if user and password:
        note(p, f"Creating user {user}")
        if base:
            note(p, f"Giving user {user} access to schema {base}")
    elif user or password:
        one, other = ("USER", "PASSWORD") if user else ("PASSWORD", "USER")
        end = "MYSQL_USER will not be created" if user else "MYSQL_PASSWORD will be ignored"
        note(p, f"MYSQL_{one} specified, but missing MYSQL_{other}; {end}", "Warn")
    p.out("\n")


def scripts(p: Process) -> list[str]:
    """List the files of the first start in the order of a shell's pattern."""
    names = p.view.children(SCRIPTS) if p.view.is_dir(SCRIPTS) else []
    shown = sorted(name for name in names if not name.startswith("."))
    # Without a file the pattern itself is left in PostgreSQL's script, which has no nullglob.
    return shown or (["*"] if dialect(p) == "postgres" else [])


def run(p: Process, name: str, spawn: Callable[[list[str], str | None], None]) -> bool:
    """Run one file of the first start by a child; False when it is passed over."""
    path = f"{SCRIPTS}/{name}"
    if name.endswith(".sh"):
        entry = p.view.get(path)
        runs = entry is not None and p.may_execute(entry)
        _told(p, f"{ENTRYPOINT}: {'running' if runs else 'sourcing'} {path}")
        if runs:
            spawn([path], None)
        else:
            text = _PG_SCRIPT if dialect(p) == "postgres" else _MY_SCRIPT.format(client=_client(p))
            spawn(["bash", "-c", text, ENTRYPOINT, path], None)
        return True
    if name.endswith((".sql", *PACKED)):
        _told(p, f"{ENTRYPOINT}: running {path}")
        spawn(*_sql(p, path))
        return True
    _told(p, f"{ENTRYPOINT}: ignoring {path}", "Warn")
    p.out("\n")
    return False


def _told(p: Process, text: str, level: str = "Note") -> None:
    if dialect(p) == "postgres":
        p.out(f"{text}\n")
    else:
        note(p, text, level)


def _client(p: Process) -> str:
    return "mariadb" if p.state["service"] == "mariadbd" else "mysql"


def _sql(p: Process, path: str) -> tuple[list[str], str | None]:
    """Give the client's command line for a file of statements, and what is piped into it."""
    text = p.view.text(path) or ""
    entry: dict[str, Any] = p.view.get(path) or {}
    text = str((entry.get("packed") or {}).get("text") or text)
    if dialect(p) == "postgres":
        words = ["psql", "-v", "ON_ERROR_STOP=1", "--username", p.env["POSTGRES_USER"],
                 "--no-password", "--no-psqlrc", "--dbname", p.env["POSTGRES_DB"]]  # fmt: skip
        if path.endswith(".sql"):
            return [*words, "-f", path], None
        return words, text
    words = [_client(p), "--protocol=socket", "-uroot", "-hlocalhost"]
    if p.env["MYSQL_DATABASE"]:
        words.append(f"--database={p.env['MYSQL_DATABASE']}")
    return words, text
