"""The entry scripts of the database images: what they run once, and what they refuse."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state

CLASSIC = """#!/bin/bash
set -e
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<-EOSQL
\tCREATE USER app WITH PASSWORD 'secret';
\tCREATE DATABASE shop;
\tGRANT ALL PRIVILEGES ON DATABASE shop TO app;
EOSQL
"""
SOURCED = 'echo "for $POSTGRES_DB by $(id -un)"\n"${psql[@]}" -c "create table sourced (a int)"\n'
PLACE = "/docker-entrypoint-initdb.d"
ENTRY = "/usr/local/bin/docker-entrypoint.sh"


def ask(lab: Lab, container: str, *argv: str) -> str:
    return str(lab.engine.docker.exec_("laptop", container, list(argv))[1])


def test_scripts_of_the_first_start_run_in_order_against_a_server_that_only_they_reach() -> None:
    lab = make_lab()
    files = {"10.sh": CLASSIC, "20.sh": SOURCED, "30.sql": "select 40 + 2 as n;\n", "40.txt": ""}
    add_image(lab, "postgres:17", name="own:1",
              files={f"{PLACE}/{name}": text for name, text in files.items()})  # fmt: skip
    db = start(lab, "own:1", wait=10, Env=["POSTGRES_PASSWORD=x", "POSTGRES_DB=main"])
    log = output(lab, db)
    parts = [
        "server started\nCREATE DATABASE\n",
        f"{ENTRY}: running {PLACE}/10.sh\nCREATE ROLE\nCREATE DATABASE\nGRANT\n",
        f"{ENTRY}: sourcing {PLACE}/20.sh\nfor main by postgres\nCREATE TABLE\n",
        f"{ENTRY}: running {PLACE}/30.sql\n n  \n----\n 42\n(1 row)\n",
        f"{ENTRY}: ignoring {PLACE}/40.txt\n",
        "server stopped\n\nPostgreSQL init process complete; ready for start up.\n",
        'listening on IPv4 address "0.0.0.0", port 5432',
    ]
    places = [log.index(part) for part in parts]
    assert places == sorted(places)
    assert "shop" in ask(lab, db, "psql", "-U", "postgres", "-l")


def test_a_first_start_that_fails_leaves_a_folder_that_is_taken_for_whole() -> None:
    lab = make_lab()
    add_image(lab, "postgres:17", name="own:1", files={f"{PLACE}/1.sql": "select 1;\nselect no;\n"})
    body = {
        "Env": ["POSTGRES_PASSWORD=x"],
        "HostConfig": {"Binds": ["data:/var/lib/postgresql/data"]},
    }
    first = start(lab, "own:1", wait=10, **body)
    assert state(lab, first)["ExitCode"] == 3
    assert f'psql:{PLACE}/1.sql:2: ERROR:  column "no" does not exist' in output(lab, first)
    second = start(lab, "own:1", wait=10, **body)
    assert state(lab, second)["Running"]
    assert "appears to contain a database; Skipping initialization" in output(lab, second)


def test_only_the_socket_answers_while_the_scripts_of_the_first_start_run() -> None:
    lab = make_lab()
    add_image(lab, "postgres:17", name="own:1", files={f"{PLACE}/1.sh": "sleep 30\n"})
    db = start(lab, "own:1", wait=15, Env=["POSTGRES_PASSWORD=x"])
    assert "accepting connections" in ask(lab, db, "pg_isready")
    assert "no response" in ask(lab, db, "pg_isready", "-h", "localhost")
    run_for(lab, 30)
    assert "accepting connections" in ask(lab, db, "pg_isready", "-h", "localhost")


@pytest.mark.parametrize(
    ("image", "client", "name"),
    [("mysql:8.4", "mysql", "MySQL"), ("mariadb:11", "mariadb", "MariaDB")],
)
def test_mysql_and_mariadb_run_their_scripts_too(image: str, client: str, name: str) -> None:
    lab = make_lab()
    script = 'echo "create table a (n int)" | "${mysql[@]}"\n'
    files = {f"{PLACE}/1.sh": script, f"{PLACE}/2.sql": "insert into a values (7);\n"}
    add_image(lab, image, name="own:1", files=files)
    env = ["MYSQL_ROOT_PASSWORD=x", "MYSQL_DATABASE=shop", "MYSQL_USER=u", "MYSQL_PASSWORD=p"]
    db = start(lab, "own:1", wait=40, Env=env)
    log = output(lab, db)
    assert f"[Note] [Entrypoint]: {ENTRY}: sourcing {PLACE}/1.sh" in log
    assert "[Note] [Entrypoint]: Giving user u access to schema shop" in log
    assert f"[Note] [Entrypoint]: {name} init process done. Ready for start up." in log
    assert "n\n7\n" in ask(lab, db, client, "-uu", "-pp", "shop", "-e", "select * from a")


def test_from_18_on_an_old_mount_is_refused() -> None:
    lab = make_lab()
    add_image(lab, "postgres:18")
    env = ["POSTGRES_PASSWORD=x", "PGDATA=/var/lib/postgresql/18/docker"]
    mount = {"Binds": ["old:/var/lib/postgresql/data"]}
    db = start(lab, "postgres:18", wait=10, Env=env, HostConfig=mount)
    assert state(lab, db)["ExitCode"] == 1
    said = output(lab, db)
    assert said.startswith("Error: in 18+, these Docker images are configured to store database")
    assert "         /var/lib/postgresql/data (unused mount/volume)\n" in said


def test_the_data_of_another_main_version_is_refused() -> None:
    lab = make_lab()
    body = {
        "Env": ["POSTGRES_PASSWORD=x"],
        "HostConfig": {"Binds": ["data:/var/lib/postgresql/data"]},
    }
    for image in ("postgres:16", "postgres:17"):
        add_image(lab, image)
        db = start(lab, image, wait=10, **body)
        if image == "postgres:16":
            lab.engine.docker.remove("laptop", db, force=True)
    assert state(lab, db)["ExitCode"] == 1
    assert "initialized by PostgreSQL version 16, which is not compatible" in output(lab, db)


def test_the_last_connections_are_for_superusers() -> None:
    lab = make_lab()
    add_image(lab, "postgres:17")
    db = start(lab, "postgres:17", "postgres", "-c", "max_connections=5", wait=10,
               Env=["POSTGRES_PASSWORD=x"])  # fmt: skip

    def connect(name: str, user: str) -> str:
        request = {"session": name, "local": True, "auth": {"user": user, "database": "postgres"}}
        answer = lab.engine.programs.respond(db, 5432, request)
        return str((answer.get("error") or {}).get("message", ""))

    assert "5\n" in ask(lab, db, "psql", "-U", "postgres", "-c", "create role app login", "-Atc",
                        "show max_connections")  # fmt: skip
    said = [connect(f"s{n}", user) for n, user in enumerate(["app"] * 3 + ["postgres"] * 4)]
    assert said[:2] == ["", ""]
    assert said[2].startswith("remaining connection slots are reserved")
    assert said[3:] == ["", "", "", "sorry, too many clients already"]
