"""sqlite3 and better-sqlite3 in Node.js: a database in a file of the container."""

from __future__ import annotations

from tests.docker_world import make_lab, output, run_for
from tests.node_world import ended, program, said

CALLBACKS = """
const sqlite3 = require('sqlite3').verbose();
const db = new sqlite3.Database('/app/todo.db', (err) => console.log('open', err));
db.serialize(() => {
  db.run('CREATE TABLE todo (id INTEGER PRIMARY KEY, name TEXT UNIQUE, done boolean)');
  db.run('INSERT INTO todo (name, done) VALUES (?, ?)', ["it's", true], function (err) {
    console.log(err, this.lastID, this.changes);
  });
  db.run('INSERT INTO todo (name) VALUES ($name)', { $name: "it's" }, (err) => {
    console.log(err.message, err.code, err.errno);
  });
  db.get('SELECT * FROM todo WHERE id = ?', 1, (err, row) => console.log(row));
  db.all('SELECT name FROM todo WHERE done = ?', [0], (err, rows) => console.log(rows));
  db.each('SELECT id FROM todo', (err, row) => console.log('each', row.id));
  db.all('SELECT * FROM none', (err) => console.log(err));
});
db.close(() => console.log('closed'));
"""


def test_sqlite3_keeps_rows_and_calls_back_in_order() -> None:
    assert said(CALLBACKS, packages="sqlite3") == (
        "open null\nnull 1 1\n"
        "SQLITE_CONSTRAINT: UNIQUE constraint failed: todo.name SQLITE_CONSTRAINT 19\n"
        '{ id: 1, name: "it\'s", done: 1 }\n[]\neach 1\n'
        "[Error: SQLITE_ERROR: no such table: none] {\n  errno: 1,\n  code: 'SQLITE_ERROR'\n}\n"
        "closed\n"
    )


COUNTING = """
const db = new (require('sqlite3').Database)('/app/n.db');
db.run('CREATE TABLE IF NOT EXISTS n (a)', () => db.run('INSERT INTO n VALUES (1)', () =>
  db.get('SELECT count(*) AS c FROM n', (e, row) => console.log('rows', row.c))));
"""


def test_a_database_of_node_outlives_its_program_but_not_its_container() -> None:
    lab = make_lab()
    container = program(lab, COUNTING, packages="sqlite3")
    lab.engine.docker.start("laptop", container)
    run_for(lab, 2)
    assert output(lab, container) == "rows 1\nrows 2\n"
    assert output(lab, program(lab, COUNTING, packages="sqlite3")) == "rows 1\n"


def test_an_error_of_sqlite3_that_nobody_takes_ends_the_program() -> None:
    text = "const db = new (require('sqlite3').Database)('/no/such.db');"
    out, code = ended(text, packages="sqlite3")
    assert "SQLITE_CANTOPEN: unable to open database file" in out and code == 1


BETTER = """
const Database = require('better-sqlite3');
const db = new Database('/app/b.db');
db.pragma('journal_mode = WAL');
db.exec('CREATE TABLE cat (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT)');
const insert = db.prepare('INSERT INTO cat (name, age) VALUES (@name, @age)');
const many = db.transaction((cats) => { for (const cat of cats) insert.run(cat); });
many([{ name: 'Joey', age: 2 }, { name: 'Sally', age: 4 }]);
try {
  many([{ name: 'Tim', age: 1 }, { name: null, age: 1 }]);
} catch (e) { console.log(e.code, e.message); }
const named = db.prepare('SELECT name FROM cat WHERE age > ?');
console.log(named.all(1), db.prepare('SELECT count(*) FROM cat').pluck().get());
console.log(insert.run({ name: 'Jo', age: 9 }), named.get(99));
try { db.prepare('SELECT ?').get(); } catch (e) { console.log(String(e)); }
"""


def test_better_sqlite3_answers_at_once_and_takes_transactions_back() -> None:
    assert said(BETTER, packages="better-sqlite3") == (
        "SQLITE_CONSTRAINT_NOTNULL NOT NULL constraint failed: cat.name\n"
        "[ { name: 'Joey' }, { name: 'Sally' } ] 2\n"
        "{ changes: 1, lastInsertRowid: 3 } undefined\n"
        "RangeError: Too few parameter values were provided\n"
    )
