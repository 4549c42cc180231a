"""SQL servers and their clients: tables that live as long as what holds them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from simulator.programs.families.sql import SqlError, bind
from simulator.programs.families.sql.parser import parse
from tests.docker_world import add_image, make_lab, output, run_for, start


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    for image in ("postgres:17", "mysql:8.4"):
        add_image(made, image)
    return made


def line(lab: Lab, text: str) -> str:
    entry = lab.do({"terminal": text, "cwd": "/home/student"})["entry"]
    for _ in range(200):
        found = lab.entry(entry)
        if found["exit_code"] is not None:
            return str(found["output"])
        run_for(lab, 1)
    raise AssertionError(text)


POSTGRES = "docker run -d --name db -e POSTGRES_PASSWORD=s3cret {} postgres:17"
MYSQL = "docker run -d --name db -e MYSQL_ROOT_PASSWORD=s3cret -e MYSQL_DATABASE=shop {} mysql:8.4"
PSQL = 'docker exec db psql -U postgres -c "{}"'
CLIENT = 'docker exec db mysql -uroot -ps3cret shop -e "{}"'


@pytest.mark.parametrize(
    ("run", "ask", "place"),
    [
        (POSTGRES, PSQL, "/var/lib/postgresql/data"),
        (MYSQL, CLIENT, "/var/lib/mysql"),
    ],
)
def test_rows_in_a_volume_outlive_the_container_and_rows_without_one_do_not(
    lab: Lab, run: str, ask: str, place: str
) -> None:
    def again(options: str) -> None:
        line(lab, run.format(options))
        run_for(lab, 30)

    def note() -> str:
        line(lab, ask.format("create table note (id int primary key, word varchar(20))"))
        line(lab, ask.format("insert into note values (1, 'kept')"))
        return line(lab, ask.format("select word from note"))

    again(f"-v data:{place}")
    assert "kept" in note()
    line(lab, "docker kill -s KILL db")
    line(lab, "docker rm db")
    again(f"-v data:{place}")
    assert "kept" in line(lab, ask.format("select word from note"))
    line(lab, "docker rm -f -v db")
    again("")
    assert "kept" not in line(lab, ask.format("select word from note"))


def psql(lab: Lab, text: str) -> str:
    container = start(lab, "postgres:17", Env=["POSTGRES_PASSWORD=x"], wait=10)
    return ask(lab, container, text)


def ask(lab: Lab, container: str, text: str) -> str:
    found = lab.engine.docker.exec_("laptop", container, ["psql", "-U", "postgres"], stdin=text)
    return str(found[1])


def test_psql_shows_rows_tags_and_errors_as_in_life(lab: Lab) -> None:
    shown = psql(
        lab,
        "create table t (id serial primary key, name text not null unique);\n"
        "insert into t (name) values ('ann'), ('bob');\n"
        "select * from t;\n"
        "select * from x;\n"
        "insert into t (name) values ('ann');\n",
    )
    assert shown == (
        "CREATE TABLE\nINSERT 0 2\n id | name \n----+------\n  1 | ann\n  2 | bob\n(2 rows)\n\n"
        'ERROR:  relation "x" does not exist\nLINE 1: select * from x;\n                      ^\n'
        'ERROR:  duplicate key value violates unique constraint "t_name_key"\n'
        "DETAIL:  Key (name)=(ann) already exists.\n"
    )


def test_what_a_transaction_did_is_undone_by_a_rollback_and_by_a_lost_client(lab: Lab) -> None:
    container = start(lab, "postgres:17", Env=["POSTGRES_PASSWORD=x"], wait=10)
    ask(lab, container, "create table t (a int);begin;insert into t values (1);rollback;")
    ask(lab, container, "begin;insert into t values (2);")
    assert "(0 rows)" in ask(lab, container, "select * from t;")


def test_a_row_may_be_locked_before_or_after_the_limit(lab: Lab) -> None:
    line(lab, POSTGRES.format(""))
    run_for(lab, 30)
    for tail in ("limit 1 for update skip locked", "for update skip locked limit 1"):
        asked = f"select n from generate_series(1, 3) as s(n) order by n {tail}"
        assert line(lab, PSQL.format(asked)).splitlines()[2:] == [" 1", "(1 row)", ""]


def test_the_log_of_postgres_has_the_statement_that_failed(lab: Lab) -> None:
    container = start(lab, "postgres:17", Env=["POSTGRES_PASSWORD=x"], wait=10)
    ask(lab, container, "select nope;\n")
    log = "".join(row[2] for row in lab.engine.docker.logs("laptop", container))
    assert 'ERROR:  column "nope" does not exist at character 8' in log
    assert "STATEMENT:  select nope;" in log


def test_over_the_network_postgres_asks_for_the_password(lab: Lab) -> None:
    line(lab, "docker network create shop")
    line(lab, POSTGRES.format("--network shop"))
    run_for(lab, 20)
    client = "docker run --rm --network shop {} postgres:17 psql -h db -U postgres -c 'select 40+2'"
    assert "no password supplied" in line(lab, client.format(""))
    wrong = line(lab, client.format("-e PGPASSWORD=x"))
    assert 'FATAL:  password authentication failed for user "postgres"' in wrong
    assert "42" in line(lab, client.format("-e PGPASSWORD=s3cret"))


def test_scripts_of_the_first_start_run_once(lab: Lab) -> None:
    script = "create table t (a int);\ninsert into t values (7);\n"
    add_image(lab, "postgres:17", name="own:1", files={"/docker-entrypoint-initdb.d/a.sql": script})
    body: dict[str, Any] = {
        "Env": ["POSTGRES_PASSWORD=x"],
        "HostConfig": {"Binds": ["data:/var/lib/postgresql/data"]},
    }
    for number in range(2):
        container = start(lab, "own:1", wait=10, name=f"db{number}", **body)
        assert " 7\n(1 row)" in ask(lab, container, "select a from t;")
        log = "".join(row[2] for row in lab.engine.docker.logs("laptop", container))
        assert ("running /docker-entrypoint-initdb.d/a.sql" in log) is (number == 0)
        lab.engine.docker.remove("laptop", container, force=True)


@pytest.mark.parametrize(
    ("tag", "data", "volume"),
    [
        ("18", "/var/lib/postgresql/18/docker", "/var/lib/postgresql"),
        ("latest", "/var/lib/postgresql/18/docker", "/var/lib/postgresql"),
        ("18-alpine", "/var/lib/postgresql/18/docker", "/var/lib/postgresql"),
        ("17", "/var/lib/postgresql/data", "/var/lib/postgresql/data"),
        ("16-alpine", "/var/lib/postgresql/data", "/var/lib/postgresql/data"),
    ],
)
def test_postgres_keeps_a_folder_per_major_version_since_18(
    lab: Lab, tag: str, data: str, volume: str
) -> None:
    add_image(lab, f"postgres:{tag}")
    container = start(lab, f"postgres:{tag}", wait=30, Env=["POSTGRES_PASSWORD=x"])
    found = lab.engine.docker.need("laptop", container)
    assert [mount["Destination"] for mount in found["Mounts"]] == [volume]
    assert found["State"]["Running"]
    assert line(lab, f"docker exec {container} ls {data}/base")


def test_mysql_answers_in_its_own_words(lab: Lab) -> None:
    line(lab, MYSQL.format(""))
    run_for(lab, 30)
    table = "create table t (id int auto_increment primary key, n int not null)"
    warned = "mysql: [Warning] Using a password on the command line interface can be insecure.\n"
    assert line(lab, CLIENT.format(table)) == warned
    line(lab, CLIENT.format("insert into t (n) values (5), (6)"))
    assert line(lab, CLIENT.format("select * from t")) == (f"{warned}id\tn\n1\t5\n2\t6\n")
    assert "ERROR 1146 (42S02) at line 1: Table 'shop.x' doesn't exist" in line(
        lab, CLIENT.format("select * from x")
    )
    assert "Duplicate entry '1' for key 't.PRIMARY'" in line(
        lab, CLIENT.format("insert into t values (1, 1)")
    )


@pytest.mark.parametrize(
    ("dialect", "text", "words"),
    [
        ("postgres", "select * form t", 'syntax error at or near "form"'),
        ("postgres", "insert into t (a) values (1", "syntax error at end of input"),
        ("postgres", "select a, from t", 'syntax error at or near "from"'),
        ("postgres", "select 'a", 'unterminated quoted string at or near "\'a"'),
        ("mysql", "select a b c from t", "near 'c from t' at line 1"),
        ("mysql", "create table t (id int,)", "near ')' at line 1"),
        ("postgres", "select " + "(" * 100 + "1", "stack depth limit exceeded"),
    ],
)
def test_a_slip_is_found_where_the_servers_parser_finds_it(
    dialect: str, text: str, words: str
) -> None:
    with pytest.raises(SqlError) as caught:
        parse(text, dialect)
    assert words in caught.value.message


def test_parameters_are_written_as_literals() -> None:
    bound = bind("select %s, %s, %s", ["it's", None, 3], "format")
    assert bound == "select 'it''s', NULL, 3"
    assert bind("x = $2 and y = '$1'", [1, "b"], "dollar") == "x = 'b' and y = '$1'"


@pytest.mark.parametrize(
    ("image", "commands", "says"),
    [
        ("mysql:8.4", ["mysqladmin"], "Version: '8.4.9'  socket"),
        ("mariadb:10", ["mysqladmin", "mariadb-admin", "mysql"], "Version: '10.11.17-MariaDB-"),
        ("mariadb:11", ["mariadb-admin", "mariadb"], "Version: '11.8.7-MariaDB-"),
    ],
)
def test_a_server_names_its_own_version_and_brings_its_commands(
    image: str, commands: list[str], says: str
) -> None:
    lab = make_lab()
    add_image(lab, image)
    env = ["MYSQL_ROOT_PASSWORD=x", "MYSQL_DATABASE=shop"]
    server = start(lab, image, wait=20, Env=env)
    text = output(lab, server)
    assert says in text and "[Note] [Entrypoint]: Creating database shop\n" in text
    assert ("MySQL" in text) == image.startswith("mysql")
    found = line(lab, f"docker exec {server} sh -c 'ls /usr/bin/m[ya]*'").replace("/usr/bin/", "")
    assert set(commands) <= set(found.split())
    assert ("mysql" in found.split()) == (image != "mariadb:11")
