"""Programs of the modelled Node.js and the modelled PostgreSQL and MySQL: pg, mysql2, mysql."""

# ruff: noqa: E501

from __future__ import annotations

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start
from tests.node_world import program
from tests.test_programs_families import ask

HOST = {"NetworkMode": "n"}
POSTGRES = ["POSTGRES_USER=app", "POSTGRES_PASSWORD=secret", "POSTGRES_DB=shop"]
MYSQL = ["MYSQL_ROOT_PASSWORD=r", "MYSQL_USER=app", "MYSQL_PASSWORD=secret", "MYSQL_DATABASE=shop"]


def database(image: str, env: list[str]) -> Lab:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    add_image(lab, image)
    start(lab, image, name="db", HostConfig=HOST, Env=env, wait=40)
    return lab


def postgres(text: str) -> list[str]:
    lab = database("postgres:17", POSTGRES)
    body = f"const {{ Pool, Client }} = require('pg');\nconst url = 'postgres://app:secret@db:5432/shop';\n{text}"
    return output(lab, program(lab, body, packages="pg", HostConfig=HOST, wait=15)).splitlines()


def mysql(text: str, image: str = "mysql:8.4", env: list[str] = MYSQL) -> list[str]:
    lab = database(image, env)
    body = f"const options = {{ host: 'db', user: 'app', password: 'secret', database: 'shop' }};\n{text}"
    made = program(lab, body, packages="mysql2 mysql", HostConfig=HOST, wait=10)
    return output(lab, made).splitlines()


def test_a_pool_of_pg_makes_reads_changes_and_deletes_rows() -> None:
    assert postgres("""const pool = new Pool({ connectionString: url });
(async () => {
  await pool.query('CREATE TABLE todo (id SERIAL PRIMARY KEY, title TEXT NOT NULL, done BOOLEAN DEFAULT false, price NUMERIC(6,2), at TIMESTAMPTZ DEFAULT now(), meta JSONB)');
  const made = await pool.query('INSERT INTO todo (title, price, meta) VALUES ($1, $2, $3) RETURNING *', ["it's", 1.5, { a: [1] }]);
  const row = made.rows[0];
  console.log(made.rowCount, made.command, row.id, row.title, row.done, row.price, row.at instanceof Date, row.meta.a[0]);
  console.log((await pool.query('UPDATE todo SET done = $1 WHERE id = $2', [true, '1'])).rowCount);
  console.log((await pool.query('SELECT id, done FROM todo WHERE id = ANY($1)', [[1, 2]])).rows);
  pool.query('SELECT count(*) FROM todo', (error, found) => console.log(error, found.rows));
  console.log((await pool.query('DELETE FROM todo WHERE id = $1', [9])).rowCount);
  await pool.end();
})();""") == [
        "1 INSERT 1 it's false 1.50 true 1", "1", "[ { id: 1, done: true } ]",
        "null [ { count: '1' } ]", "0",
    ]  # fmt: skip


def test_a_transaction_of_one_client_is_undone_and_the_others_never_saw_it() -> None:
    assert postgres("""const pool = new Pool({ connectionString: url });
(async () => {
  await pool.query('CREATE TABLE account (id INT PRIMARY KEY, sum INT CHECK (sum >= 0))');
  await pool.query('INSERT INTO account VALUES (1, 10), (2, 0)');
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('UPDATE account SET sum = sum + 20 WHERE id = 2');
    console.log((await pool.query('SELECT sum FROM account WHERE id = 2')).rows[0].sum);
    await client.query('UPDATE account SET sum = sum - 20 WHERE id = 1');
    await client.query('COMMIT');
  } catch (error) {
    console.log(error.code, error.constraint, error.message);
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
  console.log((await pool.query('SELECT sum FROM account ORDER BY id')).rows.map((row) => row.sum));
  await pool.end();
})();""") == [
        "0",
        '23514 account_sum_check new row for relation "account" violates check constraint "account_sum_check"',
        "[ 10, 0 ]",
    ]  # fmt: skip


def test_pg_tells_what_is_wrong_in_its_own_words() -> None:
    found = postgres("""const tell = (e) => console.log(e.code, e.message);
(async () => {
  const wrong = (more) => new Client({ host: 'db', user: 'app', password: 'secret', database: 'shop', ...more }).connect().catch(tell);
  await wrong({ password: 'no' });
  await wrong({ password: undefined });
  await wrong({ database: 'none' });
  await wrong({ port: 5433 });
  const client = new Client(url);
  await client.connect();
  await client.query('SELECT * FROM nope').catch(tell);
  await client.query('SELEC 1').catch(tell);
  await client.end();
  await client.query('SELECT 1').catch(tell);
})();""")
    refused = found.pop(3)
    assert refused.startswith("ECONNREFUSED connect ECONNREFUSED 172.") and ":5433" in refused
    assert found == [
        '28P01 password authentication failed for user "app"',
        "undefined SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string",
        '3D000 database "none" does not exist',
        '42P01 relation "nope" does not exist',
        '42601 syntax error at or near "SELEC"',
        "undefined Client was closed and is not queryable",
    ]


def test_an_express_api_over_pg_keeps_its_rows_when_it_restarts() -> None:
    lab = database("postgres:17", POSTGRES)
    text = """const express = require('express');
const { Pool } = require('pg');
const pool = new Pool({ host: 'db', user: 'app', password: 'secret', database: 'shop' });
const app = express();
app.use(express.json());
app.get('/notes', async (req, res) => res.json((await pool.query('SELECT * FROM note ORDER BY id')).rows));
app.post('/notes', async (req, res) => {
  const found = await pool.query('INSERT INTO note (word) VALUES ($1) RETURNING *', [req.body.word]);
  res.status(201).json(found.rows[0]);
});
pool.query('CREATE TABLE IF NOT EXISTS note (id SERIAL PRIMARY KEY, word TEXT)').then(() => app.listen(3000));"""
    web = program(lab, text, packages="pg express", HostConfig=HOST, wait=3)
    wish = {"method": "POST", "path": "/notes", "body": '{"word": "kept"}',
            "headers": {"content-type": "application/json"}}  # fmt: skip
    made = lab.engine.programs.respond(web, 3000, wish)
    assert (made["status"], made["body"]) == (201, '{"id":1,"word":"kept"}')
    lab.engine.docker.kill("laptop", web)
    run_for(lab, 1)
    lab.engine.docker.start("laptop", web)
    run_for(lab, 3)
    assert ask(lab, web, 3000, "/notes")["body"] == '[{"id":1,"word":"kept"}]'


def test_promises_of_mysql2_make_read_and_change_rows() -> None:
    assert mysql("""const mysql = require('mysql2/promise');
(async () => {
  const pool = mysql.createPool({ ...options, connectionLimit: 2 });
  await pool.query('CREATE TABLE user (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50), mail VARCHAR(50) UNIQUE, born DATE, sum DECIMAL(6,2))');
  const [made] = await pool.execute('INSERT INTO user (name, mail, born, sum) VALUES (?, ?, ?, ?)', ["O'Neil", 'a@x', '2000-02-01', 1.5]);
  console.log(made.insertId, made.affectedRows);
  await pool.query('INSERT INTO user SET ?', { name: 'bob', mail: 'b@x' });
  await pool.query('INSERT INTO user (name, mail) VALUES ?', [[['c', 'c@x'], ['d', 'd@x']]]);
  const [rows, fields] = await pool.query('SELECT * FROM ?? WHERE id IN (?)', ['user', [1, 9]]);
  console.log(rows[0].name, rows[0].born.toISOString(), rows[0].sum, fields[1].name, rows.length);
  const one = await pool.getConnection();
  await one.beginTransaction();
  await one.query('DELETE FROM user');
  console.log((await pool.query('SELECT COUNT(*) AS n FROM user'))[0]);
  await one.rollback();
  one.release();
  console.log((await pool.query('SELECT COUNT(*) AS n FROM user'))[0][0].n);
  for (const sql of ["INSERT INTO user (mail) VALUES ('a@x')", 'SELECT * FROM nope', 'SELECT nope FROM user', 'SELEC 1']) await pool.query(sql).catch((e) => console.log(e.code, e.errno, e.sqlState));
  await pool.end();
})();""") == [
        "1 1", "O'Neil 2000-02-01T00:00:00.000Z 1.50 name 1", "[ { n: 4 } ]", "4",
        "ER_DUP_ENTRY 1062 23000", "ER_NO_SUCH_TABLE 1146 42S02",
        "ER_BAD_FIELD_ERROR 1054 42S22", "ER_PARSE_ERROR 1064 42000",
    ]  # fmt: skip


def test_callbacks_of_mysql2_come_in_order_and_errors_are_mysqls() -> None:
    found = mysql("""const mysql = require('mysql2');
const con = mysql.createConnection(options);
con.connect((error) => {
  console.log('connected', error);
  con.query('SELECT 1 + 1 AS solution', (e, rows) => { console.log(e, rows[0].solution); con.end(); });
});
mysql.createConnection({ ...options, password: 'no' }).connect((e) => console.log(e.code, e.errno));
mysql.createConnection({ ...options, host: 'nowhere' }).on('error', (e) => console.log(e.code, e.fatal));
const pool = mysql.createPool(options);
pool.query('SELECT ? AS a', ['x'], (e, rows) => { console.log(rows); pool.end(); });""")
    assert sorted(found) == [
        "ENOTFOUND true", "ER_ACCESS_DENIED_ERROR 1045",
        "[ { a: 'x' } ]", "connected null", "null 2",
    ]  # fmt: skip


def test_the_old_mysql_package_reaches_mariadb_and_not_mysql_8() -> None:
    text = """require('mysql').createConnection(options).connect((e) => console.log(e ? e.code : 'in'));"""
    assert mysql(text) == ["ER_NOT_SUPPORTED_AUTH_MODE"]
    env = [row.replace("MYSQL_", "MARIADB_") for row in MYSQL]
    assert mysql(text, "mariadb:11", env)[:1] == ["in"]
