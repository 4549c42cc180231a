"""Modelled Python's database drivers: over the network to a server, and sqlite3 in a file."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state
from tests.test_programs_families import SERVERS, SITE

DRIVERS = ("psycopg2_binary",)
HOST = {"NetworkMode": "n"}
POSTGRES = ["POSTGRES_PASSWORD=x"]


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    made.engine.docker.networks.create("laptop", {"Name": "n"})
    for image in ("postgres:17", "mysql:8.4"):
        add_image(made, image)
    return made


def app(lab: Lab, source: str, *cmd: str, drivers: tuple[str, ...] = DRIVERS, wait: float = 10,
        **body: object) -> str:  # fmt: skip
    """Run a program on the network n; its image has the drivers' packages."""
    packages = {f"{SITE}/{name}-9.0.dist-info/METADATA": "" for name in drivers}
    files = {"/app/app.py": source, **SERVERS, **packages}
    add_image(lab, "python:3.12-slim", name="app:latest", files=files, WorkingDir="/app")
    given = {"HostConfig": HOST, **body}
    return start(lab, "app:latest", *(cmd or ("python", "app.py")), wait=wait, **given)


def postgres(lab: Lab) -> str:
    return start(lab, "postgres:17", Env=POSTGRES, HostConfig=HOST, name="db", wait=15)


def told(lab: Lab, source: str, **more: object) -> str:
    """What a program prints; the servers are there before."""
    return output(lab, app(lab, source, **more))


URL = "postgresql://postgres:x@db:5432/postgres"


def test_a_driver_that_is_not_installed_cannot_be_imported(lab: Lab) -> None:
    shown = told(lab, "import psycopg2\n", drivers=())
    assert shown.endswith("ModuleNotFoundError: No module named 'psycopg2'\n")


PEOPLE = f"""import datetime
from decimal import Decimal
import psycopg2
from psycopg2.extras import Json, RealDictCursor, execute_values
conn = psycopg2.connect("{URL}")
cur = conn.cursor()
cur.execute("create table t (id serial primary key, name text unique, cost numeric, d date,"
            " j jsonb)")
cur.execute("insert into t (name, cost, d) values (%s, %s, %s) returning id",
            ("o'neil", Decimal("9.50"), datetime.date(2024, 1, 2)))
print(cur.fetchone(), cur.rowcount)
bob = {{"n": "bob", "j": Json({{"a": [1]}})}}
cur.execute("insert into t (name, j) values (%(n)s, %(j)s)", bob)
conn.commit()
execute_values(cur, "insert into t (name) values %s", [("lost",), ("gone",)])
conn.rollback()
with conn, conn.cursor(cursor_factory=RealDictCursor) as rows:
    rows.execute("select name, cost, d, j from t order by id")
    for row in rows:
        print(dict(row))
"""


def test_psycopg2_keeps_what_is_committed_and_gives_values_of_python(lab: Lab) -> None:
    postgres(lab)
    assert told(lab, PEOPLE) == (
        "(1,) 1\n"
        """{'name': "o'neil", 'cost': Decimal('9.50'), 'd': datetime.date(2024, 1, 2), """
        "'j': None}\n{'name': 'bob', 'cost': None, 'd': None, 'j': {'a': [1]}}\n"
    )


WRONG = f"""import psycopg2
conn = psycopg2.connect("{URL}")
cur = conn.cursor()
cur.execute("create table t (name text primary key)")
for text in ("insert into t values ('a'), ('a')", "select 1"):
    try:
        cur.execute(text)
    except psycopg2.IntegrityError as error:
        print(type(error).__name__, error.pgcode, error, end="")
    except psycopg2.Error as error:
        print(type(error).__name__, error, end="")
conn.rollback()
cur.execute("select * from nowhere")
"""


def test_an_error_of_the_server_has_its_class_code_and_words(lab: Lab) -> None:
    postgres(lab)
    assert told(lab, WRONG) == (
        'UniqueViolation 23505 duplicate key value violates unique constraint "t_pkey"\n'
        "DETAIL:  Key (name)=(a) already exists.\n"
        "InFailedSqlTransaction current transaction is aborted, commands ignored until end of "
        "transaction block\nTraceback (most recent call last):\n"
        '  File "/app/app.py", line 13, in <module>\n    cur.execute("select * from nowhere")\n'
        'psycopg2.errors.UndefinedTable: relation "nowhere" does not exist\n'
        "LINE 1: select * from nowhere\n                      ^\n\n"
    )


REFUSED = (
    'psycopg2.OperationalError: connection to server at "db" (172.18.0.2), port 5432 failed: '
    "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n"
)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (URL.replace(":x@", ":y@"), 'FATAL:  password authentication failed for user "postgres"'),
        (URL.replace(":x@", "@"), "fe_sendauth: no password supplied"),
        (f"{URL[:-8]}shop", 'FATAL:  database "shop" does not exist'),
        (URL.replace("@db", "@data"), 'could not translate host name "data" to address: Name or '
         "service not known"),
        ("dbname=postgres", 'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" '
         "failed: No such file or directory"),
    ],
)  # fmt: skip
def test_a_connection_fails_in_the_words_of_libpq(lab: Lab, url: str, words: str) -> None:
    postgres(lab)
    assert words in told(lab, f"import psycopg2\npsycopg2.connect('{url}')\n")


WAITS = f"""import time
import psycopg2
while True:
    try:
        conn = psycopg2.connect("{URL}")
        break
    except psycopg2.OperationalError:
        print("not yet", flush=True)
        time.sleep(1)
print("there", conn.server_version)
"""


def test_who_comes_before_the_database_is_ready_dies_unless_he_tries_again(lab: Lab) -> None:
    start(lab, "postgres:17", Env=POSTGRES, HostConfig=HOST, name="db", wait=0.05)
    hasty = app(lab, f"import psycopg2\npsycopg2.connect('{URL}')\n", wait=0.5)
    patient = app(lab, WAITS, wait=0.5)
    run_for(lab, 20)
    assert output(lab, hasty).endswith(f"{REFUSED}\n")
    assert state(lab, hasty)["ExitCode"] == 1
    assert output(lab, patient).startswith("not yet\n")
    assert output(lab, patient).endswith("there 170000\n")


LOSES = f"""import time
import psycopg2
conn = psycopg2.connect("{URL}")
time.sleep(5)
try:
    conn.cursor().execute("select 1")
except psycopg2.OperationalError as error:
    print(error, conn.closed)
conn.cursor()
"""


def test_a_connection_does_not_outlive_its_server(lab: Lab) -> None:
    database = postgres(lab)
    container = app(lab, LOSES, wait=2)
    lab.engine.docker.restart("laptop", database)
    run_for(lab, 20)
    assert "server closed the connection unexpectedly\n\tThis probably" in output(lab, container)
    assert output(lab, container).endswith("psycopg2.InterfaceError: connection already closed\n")


FORGETS = f"""import psycopg2, time
def visit():
    conn = psycopg2.connect("{URL}")
    cur = conn.cursor()
    cur.execute("select count(*) from pg_stat_activity where usename = 'postgres'")
    return cur.fetchone()[0]
for _ in range(150):
    last = visit()
    time.sleep(0.01)
print(last < 20)
"""


def test_connections_that_nothing_refers_to_are_closed(lab: Lab) -> None:
    postgres(lab)
    assert told(lab, FORGETS, wait=30) == "True\n"


def test_connections_end_with_their_program(lab: Lab) -> None:
    postgres(lab)
    many = f"import psycopg2\nall = [psycopg2.connect('{URL}') for _ in range(60)]\nprint(len(all))"
    assert told(lab, many) == "60\n"
    assert told(lab, many) == "60\n"


def test_texts_of_urls_are_read_and_written_as_cpython_does(lab: Lab) -> None:
    source = (
        "from urllib.parse import *\nu = urlparse('http://u:p%40@h:81/a;x?b=1&b=2&c=#d')\n"
        "print(u.scheme, u.hostname, u.port, u.username, u.password, u.path, u.params, u.query)\n"
        "print(quote_plus('p@ss w/rd'), quote('a b/c'), unquote('%C3%A9'), parse_qs(u.query))\n"
        "print(urlencode({'q': 'a b', 'n': 1}), urljoin('http://h/a/b', '../c'), u.geturl())\n"
    )
    assert told(lab, source) == (
        "http h 81 u p%40 /a x b=1&b=2&c=\n"
        "p%40ss+w%2Frd a%20b/c é {'b': ['1', '2']}\n"
        "q=a+b&n=1 http://h/c http://u:p%40@h:81/a;x?b=1&b=2&c=#d\n"
    )


NOTES = """import os, sqlite3
conn = sqlite3.connect("/data/notes.db")
conn.row_factory = sqlite3.Row
conn.executescript('''
CREATE TABLE IF NOT EXISTS user (id INTEGER PRIMARY KEY AUTOINCREMENT, Name TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS note (
  id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES user (id), done BOOLEAN DEFAULT 0,
  created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, body TEXT DEFAULT "none"
);''')
for name in ("ann", "ann"):
    try:
        print(conn.execute("INSERT INTO user (name) VALUES (?)", (name,)).lastrowid)
    except sqlite3.IntegrityError as error:
        print(error)
conn.execute("INSERT INTO note VALUES (NULL, :u, 1, CURRENT_TIMESTAMP, :b)", {"u": 1, "b": "x"})
for name in ("ann", "bob"):
    conn.execute("INSERT OR IGNORE INTO user (name) VALUES (?)", (name,))
conn.commit()
conn.execute("DELETE FROM user")
conn.rollback()
for row in conn.execute("SELECT n.*, name FROM note n JOIN user u ON u.id = n.user_id WHERE done"):
    print({key: row[key] for key in row.keys() if key != "created"}, len(row["created"]))
print([tuple(row) for row in conn.execute("SELECT COUNT(*), MAX(id) FROM user")])
"""
WRITES = {"HostConfig": {"Binds": ["notes:/data"]}}


def test_sqlite_keeps_its_tables_in_a_file_of_the_volume(lab: Lab) -> None:
    assert told(lab, NOTES, **WRITES) == (
        "1\nUNIQUE constraint failed: user.Name\n"
        "{'id': 1, 'user_id': 1, 'done': 1, 'body': 'x', 'Name': 'ann'} 19\n[(2, 2)]\n"
    )
    again = "import sqlite3\nprint(sqlite3.connect('/data/notes.db').execute({!r}).fetchall())\n"
    query = "SELECT name FROM sqlite_master WHERE type = 'table' UNION ALL SELECT Name FROM user"
    assert told(lab, again.format(query), **WRITES) == (
        "[('user',), ('note',), ('ann',), ('bob',)]\n"
    )
    assert "no such table: user" in told(lab, "import sqlite3\nconn = sqlite3.connect('x.db')\n"
                                         "conn.execute('SELECT * FROM user')\n")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conn.execute('SELEC 1')", 'OperationalError: near "SELEC": syntax error'),
        ("conn.execute('SELECT nope FROM t')", "OperationalError: no such column: nope"),
        ("conn.execute('SELECT ?, ?', (1,))", "ProgrammingError: Incorrect number of bindings "
         "supplied. The current statement uses 2, and there are 1 supplied."),
        ("conn.execute('INSERT INTO t (b) VALUES (1)')",
         "OperationalError: table t has no column named b"),
        ("conn.execute('SELECT 1; SELECT 2')",
         "ProgrammingError: You can only execute one statement at a time."),
        ("conn.execute('INSERT INTO t VALUES (NULL)')",
         "IntegrityError: NOT NULL constraint failed: t.a"),
        ("sqlite3.connect('/nowhere/x.db')", "OperationalError: unable to open database file"),
        ("sqlite3.connect('app.py').execute('SELECT 1')", "DatabaseError: file is not a database"),
        ("conn.close(); conn.execute('SELECT 1')",
         "ProgrammingError: Cannot operate on a closed database."),
        ("conn.execute('CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END')", "Error: "),
    ],
)  # fmt: skip
def test_sqlite_complains_in_its_own_words(lab: Lab, text: str, words: str) -> None:
    head = "import sqlite3\nconn = sqlite3.connect(':memory:')\n"
    shown = told(lab, f"{head}conn.execute('CREATE TABLE t (a TEXT NOT NULL)')\n{text}\n")
    assert f"sqlite3.{words}" in shown or words == "Error: "
    assert shown.startswith("Traceback")


def test_a_second_connection_waits_for_the_lock_of_the_first_in_vain(lab: Lab) -> None:
    source = """import sqlite3, time
one, two = sqlite3.connect('x.db'), sqlite3.connect('x.db', timeout=2)
one.execute('CREATE TABLE t (a)')
one.execute('INSERT INTO t VALUES (1)')
start = time.monotonic()
try:
    two.execute('INSERT INTO t VALUES (2)')
except sqlite3.OperationalError as error:
    print(error, round(time.monotonic() - start, 1))
one.commit()
print(two.execute('INSERT INTO t VALUES (2)').rowcount)
"""
    assert told(lab, source) == "database is locked 2.0\n1\n"


def mysql(lab: Lab, *cmd: str) -> str:
    settings = ["MYSQL_ROOT_PASSWORD=x", "MYSQL_DATABASE=shop"]
    return start(lab, "mysql:8.4", *cmd, Env=settings, HostConfig=HOST, name="db", wait=20)


PYMYSQL = """import pymysql
conn = pymysql.connect(host="db", user="root", password="x", database="shop",
                       cursorclass=pymysql.cursors.DictCursor)
with conn.cursor() as cur:
    cur.execute("create table t (id int auto_increment primary key, a varchar(9) unique,"
                " n decimal(5,2))")
    print(cur.execute("insert into t (a, n) values (%s, %s)", ("o'x", 2.5)), cur.lastrowid)
conn.commit()
with conn, conn.cursor() as cur:
    cur.execute("insert into t (a) values ('lost')")
    conn.rollback()
    cur.execute("select * from t")
    print(cur.fetchall())
    for text in ("insert into t (a) values ('o\\\\'x')", "select * from nowhere"):
        try:
            cur.execute(text)
        except pymysql.MySQLError as error:
            print(type(error).__name__, error)
"""


def test_pymysql_speaks_to_mysql_in_its_words(lab: Lab) -> None:
    mysql(lab)
    assert told(lab, PYMYSQL, drivers=("PyMySQL", "cryptography")) == (
        "1 1\n[{'id': 1, 'a': \"o'x\", 'n': Decimal('2.50')}]\n"
        "IntegrityError (1062, \"Duplicate entry 'o'x' for key 't.a'\")\n"
        "ProgrammingError (1146, \"Table 'shop.nowhere' doesn't exist\")\n"
    )


@pytest.mark.parametrize(
    ("given", "packages", "words"),
    [
        ("host='db', user='root', password='x'", ("PyMySQL",), "RuntimeError: 'cryptography' "
         "package is required for sha256_password or caching_sha2_password auth methods"),
        ("host='db', user='root', password='y'", ("PyMySQL", "cryptography"),
         "OperationalError: (1045, \"Access denied for user 'root'@'172.18.0.3' (using password: "
         "YES)\")"),
        ("host='db', port=1", ("PyMySQL",), "OperationalError: (2003, \"Can't connect to MySQL "
         "server on 'db' ([Errno 111] Connection refused)\")"),
    ],
)  # fmt: skip
def test_pymysql_is_refused_as_in_life(
    lab: Lab, given: str, packages: tuple[str, ...], words: str
) -> None:
    mysql(lab)
    assert words in told(lab, f"import pymysql\npymysql.connect({given})\n", drivers=packages)


PSYCOPG = f"""import asyncio
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
with psycopg.connect("{URL}", row_factory=dict_row) as conn:
    conn.execute("create table t (id serial primary key, name text unique, j jsonb)")
    print(conn.execute("insert into t (name, j) values (%s, %s) returning id, j",
                       ("a", Jsonb([1]))).fetchone())
    try:
        with conn.transaction():
            conn.execute("insert into t (name) values ('a')")
    except psycopg.errors.UniqueViolation as error:
        print(error.sqlstate, error)
async def main():
    async with await psycopg.AsyncConnection.connect("{URL}") as conn, conn.cursor() as cur:
        await cur.execute("select name from t where id = %(id)s", {{"id": 1}})
        print(await cur.fetchall())
asyncio.run(main())
psycopg.connect("host=db port=1")
"""


def test_psycopg_3_speaks_to_postgres_in_its_words(lab: Lab) -> None:
    postgres(lab)
    shown = told(lab, PSYCOPG, drivers=("psycopg", "psycopg_binary"))
    assert shown.startswith(
        "{'id': 1, 'j': [1]}\n"
        '23505 duplicate key value violates unique constraint "t_name_key"\n'
        "DETAIL:  Key (name)=(a) already exists.\n[('a',)]\n"
    )
    assert shown.endswith(
        "psycopg.OperationalError: connection failed: connection to server at "
        '"172.18.0.2", port 1 failed: Connection refused\n'
        "\tIs the server running on that host and accepting TCP/IP connections?\n"
    )


CONNECTOR = """import mysql.connector, MySQLdb
from mysql.connector import Error
conn = mysql.connector.connect(host="db", user="root", password="x", database="shop")
cur = conn.cursor(dictionary=True)
cur.execute("create table t (id int auto_increment primary key, a varchar(9) unique)")
cur.execute("insert into t (a) values (%s)", ("x",))
conn.commit()
cur.execute("select * from t")
print(cur.fetchall(), cur.lastrowid, conn.is_connected())
for given in ({"host": "db", "user": "root", "password": "n"}, {"host": "no"},
              {"host": "db", "port": 1}):
    for connect in (mysql.connector.connect, MySQLdb.connect):
        try:
            connect(**given)
        except (Error, MySQLdb.Error) as error:
            print(type(error).__name__, error)
old = MySQLdb.connect(host="db", user="root", passwd="x", db="shop").cursor()
old.execute("select a from t where id = %s", (1,))
print(old.fetchall())
"""


def test_the_other_drivers_of_mysql_have_words_of_their_own(lab: Lab) -> None:
    mysql(lab)
    assert told(lab, CONNECTOR, drivers=("mysql_connector_python", "mysqlclient")) == (
        "[{'id': 1, 'a': 'x'}] 0 True\n"
        "ProgrammingError 1045 (28000): Access denied for user 'root'@'172.18.0.3' (using "
        "password: YES)\n"
        "OperationalError (1045, \"Access denied for user 'root'@'172.18.0.3' (using password: "
        'YES)")\n'
        "DatabaseError 2005 (HY000): Unknown MySQL server host 'no' (-2)\n"
        "OperationalError (2005, \"Unknown server host 'no' (-2)\")\n"
        "DatabaseError 2003 (HY000): Can't connect to MySQL server on 'db:1' (111)\n"
        "OperationalError (2002, \"Can't connect to server on 'db' (115)\")\n"
        "(('x',),)\n"
    )


ASYNCPG = f"""import asyncio
import asyncpg
async def main():
    pool = await asyncpg.create_pool("{URL}")
    async with pool.acquire() as conn:
        print(await conn.execute("create table t (id serial primary key, name text unique)"))
        print(await conn.execute("insert into t (name) values ($1)", "a"))
        row = await conn.fetchrow("select * from t where id = $1", 1)
        print(row, row["name"], dict(row), {{**row}}, await conn.fetchval("select count(*) from t"))
        try:
            async with conn.transaction():
                await conn.execute("insert into t (name) values ('b')")
                await conn.execute("insert into t (name) values ('a')")
        except asyncpg.UniqueViolationError as error:
            print(error)
    print(await pool.fetch("select name from t"))
    await asyncpg.connect(host="db", port=1)
asyncio.run(main())
"""


def test_asyncpg_speaks_to_postgres(lab: Lab) -> None:
    postgres(lab)
    shown = told(lab, ASYNCPG, drivers=("asyncpg",))
    assert shown.startswith(
        "CREATE TABLE\nINSERT 0 1\n<Record id=1 name='a'> a {'id': 1, 'name': 'a'} "
        "{'id': 1, 'name': 'a'} 1\n"
        'duplicate key value violates unique constraint "t_name_key"\n'
        "DETAIL:  Key (name)=(a) already exists.\n[<Record name='a'>]\nTraceback"
    )
    assert shown.endswith("ConnectionRefusedError: [Errno 111] Connect call failed "
                          "('172.18.0.2', 1)\n")  # fmt: skip


def test_what_the_model_does_not_follow_of_a_driver_is_refused_aloud(lab: Lab) -> None:
    assert "(the modelled Python does not follow this part of the package)" in told(
        lab, "import psycopg2.tz\n"
    )
    assert "ImportError: cannot import name 'Xid' from 'psycopg2'" in told(
        lab, "from psycopg2 import Xid\n"
    )
