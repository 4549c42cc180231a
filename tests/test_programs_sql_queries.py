"""Queries as PostgreSQL 15 itself answered them: windows, recursion, JSON, series, locks."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, start

EMP = """create table emp (id int primary key, dept text, salary int, boss int);
insert into emp values (1,'a',10,null),(2,'a',20,1),(3,'b',20,1),(4,'b',30,2),(5,'b',20,3);
"""


class Server:
    """A database server and its connections."""

    def __init__(self, image: str, env: list[str], auth: dict[str, str], port: int) -> None:
        self.lab: Lab = make_lab()
        add_image(self.lab, image)
        self.id = start(self.lab, image, wait=30, Env=env)
        self.auth, self.port = auth, port

    def ask(self, sql: str, session: str = "a") -> dict[str, Any]:
        request = {"session": session, "local": True, "auth": self.auth, "sql": sql}
        return self.lab.engine.programs.respond(self.id, self.port, request)

    def rows(self, sql: str, session: str = "a") -> list[tuple[Any, ...]]:
        answer = self.ask(sql, session)
        assert "error" not in answer, answer
        return [tuple(row) for row in answer["rows"]]


@pytest.fixture
def db() -> Server:
    made = Server("postgres:17", ["POSTGRES_PASSWORD=x"], {"user": "postgres"}, 5432)
    made.ask(EMP)
    return made


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select id, row_number() over (partition by dept order by salary desc, id), rank() over "
         "(order by salary desc), dense_rank() over (order by salary desc) from emp order by id",
         [(1, 2, 5, 3), (2, 1, 2, 2), (3, 2, 2, 2), (4, 1, 1, 1), (5, 3, 2, 2)]),
        ("select lag(salary) over w, lead(salary, 1, 0) over w, sum(salary) over w, count(*) over "
         "() from emp window w as (order by id) order by id",
         [(None, 20, 10, 5), (10, 20, 30, 5), (20, 30, 50, 5), (20, 20, 80, 5), (30, 0, 100, 5)]),
        ("select sum(salary) over (order by salary) from emp order by id",
         [(10,), (70,), (70,), (100,), (70,)]),
        ("select avg(salary) over (order by id rows between 1 preceding and current row) from emp",
         [("10.0000000000000000",), ("15.0000000000000000",), ("20.0000000000000000",),
          ("25.0000000000000000",), ("25.0000000000000000",)]),
        ("select dept, sum(salary), rank() over (order by sum(salary) desc) from emp group by dept",
         [("b", 70, 1), ("a", 30, 2)]),
        ("with recursive t(n) as (values (1) union all select n+1 from t where n < 5) select "
         "sum(n), count(*) from t", [(15, 5)]),
        ("with recursive tree as (select id, id::text as path from emp where boss is null union "
         "all select e.id, t.path || '>' || e.id from emp e join tree t on e.boss = t.id) select "
         "path from tree order by path", [("1",), ("1>2",), ("1>2>4",), ("1>3",), ("1>3>5",)]),
        ("with recursive f(a,b) as (select 0,1 union select b, a+b from f where b < 9) select "
         "array_agg(a) from f", [([0, 1, 1, 2, 3, 5, 8],)]),
        ("with d as (delete from emp where id = 5 returning id) select * from d", [(5,)]),
        ("with x as (select 4 as id) update emp set salary = 9 from x where emp.id = x.id "
         "returning emp.id, salary", [(4, 9)]),
        ("select json_agg(t) from (select id, dept from emp where id < 3 order by id) t",
         [('[{"id":1,"dept":"a"}, \n {"id":2,"dept":"a"}]',)]),
        ("select jsonb_agg(salary order by id), json_object_agg(id, dept) from emp where id < 3",
         [("[10, 20]", '{ "1" : "a", "2" : "a" }')]),
        ("select json_build_object('a', 1, 'b', json_build_array(1, 'x', null)), "
         "jsonb_build_object('a', 1)", [('{"a" : 1, "b" : [1, "x", null]}', '{"a": 1}')]),
        ("select v, i from unnest(array['a','b']) with ordinality as u(v, i)",
         [("a", 1), ("b", 2)]),
        ("select id, unnest(array[7,8]) from emp where id = 1", [(1, 7), (1, 8)]),
        ("select d::date from generate_series('2024-01-31'::date, '2024-02-01', '1 day') d",
         [("2024-01-31",), ("2024-02-01",)]),
        ("select timestamptz '2024-07-01 12:00:00+00' at time zone 'America/New_York', "
         "timestamp '2024-07-01 12:00' at time zone 'Europe/Berlin'",
         [("2024-07-01 08:00:00", "2024-07-01 10:00:00+00")]),
    ],
)  # fmt: skip
def test_postgres_answers_as_the_real_one(db: Server, sql: str, rows: list[Any]) -> None:
    assert db.rows(sql) == rows


def test_a_window_function_is_refused_where_there_are_no_rows_yet(db: Server) -> None:
    error = db.ask("select id from emp where row_number() over () = 1")["error"]
    assert error["message"] == "window functions are not allowed in WHERE"
    error = db.ask("select row_number()")["error"]
    assert error["message"] == "window function row_number requires an OVER clause"


def test_two_workers_take_different_jobs(db: Server) -> None:
    take = "select id from emp order by id limit 1 for update skip locked"
    for session, job in (("one", 1), ("two", 2)):
        db.ask("begin", session)
        assert db.rows(take, session) == [(job,)]
    error = db.ask("select * from emp for update nowait", "three")["error"]
    assert error["message"] == 'could not obtain lock on row in relation "emp"'
    db.ask("delete from emp where id = 1", "one")
    db.ask("commit", "one")
    db.ask("rollback", "two")
    assert db.rows(take, "three") == [(2,)]
    pop = ("update emp set dept = 'done' where id = (select id from emp where dept <> 'done' order "
           "by id for update skip locked limit 1) returning id")  # fmt: skip
    assert [db.rows(pop, session) for session in ("one", "two")] == [[(2,)], [(3,)]]


def test_mysql_has_windows_and_recursion_too() -> None:
    env = ["MYSQL_ROOT_PASSWORD=x", "MYSQL_DATABASE=shop"]
    auth = {"user": "root", "password": "x", "database": "shop"}
    server = Server("mysql:8.4", env, auth, 3306)
    server.ask("create table t (id int primary key, n int)")
    server.ask("insert into t values (1, 5), (2, 7), (3, 7)")
    ranked = "select id, rank() over (order by n desc) as r, sum(n) over (order by id) s from t"
    assert [row[:2] for row in server.rows(f"{ranked} order by id")] == [(1, 3), (2, 1), (3, 1)]
    count = (
        "with recursive c as (select 1 as n union all select n + 1 from c {}) select max(n) from c"
    )
    assert server.rows(count.format("where n < 9")) == [(9,)]
    assert server.ask(count.format(""))["error"]["code"] == 3636


def test_explain_tells_a_scan_of_all_rows_from_a_look_into_an_index(db: Server) -> None:
    def plan(sql: str) -> list[str]:
        return [row[0].partition("  (")[0] for row in db.rows(f"explain {sql}")]

    assert plan("select * from emp where dept = 'a'") == [
        "Seq Scan on emp", "  Filter: (dept = 'a'::text)"]  # fmt: skip
    assert plan("select * from emp where id = 3") == [
        "Index Scan using emp_pkey on emp", "  Index Cond: (id = 3)"]  # fmt: skip
    assert plan("select dept, count(*) from emp group by dept order by dept limit 2") == [
        "Limit", "  ->  Sort", "        Sort Key: dept", "        ->  HashAggregate",
        "              Group Key: dept", "              ->  Seq Scan on emp"]  # fmt: skip
    shown = [row[0] for row in db.rows("explain analyze select * from emp")]
    assert "actual time=" in shown[0] and "rows=5 loops=1)" in shown[0]
    assert shown[-1].startswith("Execution Time: ")
