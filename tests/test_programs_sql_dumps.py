"""Backup and restore: pg_dump, pg_dumpall, pg_restore, mysqldump, COPY, and what psql lists."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (id serial PRIMARY KEY, email varchar(40) UNIQUE NOT NULL,
  role varchar(20) DEFAULT 'user' CHECK (role IN ('user', 'admin')), m mood DEFAULT 'ok',
  price numeric(6,2) CHECK (price > 0), at timestamptz DEFAULT now());
CREATE TABLE posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text,
  user_id int NOT NULL REFERENCES users(id) ON DELETE CASCADE);
CREATE INDEX ON posts (lower(body));
CREATE VIEW names AS SELECT email FROM users;
INSERT INTO users (email, price) VALUES ('ann', 1.5), ('bob', NULL);
INSERT INTO posts (body, user_id) VALUES (E'a\\tb\\nc\\\\d', 1);
"""
"""What follows is compared with PostgreSQL 15's own pg_dump and psql, run on this schema."""


def line(lab: Lab, text: str) -> str:
    entry = lab.do({"terminal": text, "cwd": "/home/student"})
    if entry["entry"] is None:
        return str(entry["output"])
    for _ in range(100):
        found = lab.entry(entry["entry"])
        if found["exit_code"] is not None:
            return str(found["output"])
        run_for(lab, 1)
    raise AssertionError(text)


@pytest.fixture
def lab() -> Lab:
    made = make_lab(**{"schema.sql": SCHEMA, "data.csv": 'email,price\n"a,b",2\ncy,\n'})
    add_image(made, "postgres:17")
    for name in ("db", "other"):
        line(made, f"docker run -d --name {name} -e POSTGRES_PASSWORD=x postgres:17")
    run_for(made, 10)
    line(made, "docker exec -i db psql -U postgres -q < schema.sql")
    return made


def dump(lab: Lab, name: str, more: str = "") -> list[str]:
    text = line(lab, f"docker exec {name} pg_dump -U postgres {more}")
    return [row for row in text.splitlines() if not row.startswith(("\\restrict", "\\unrestrict"))]


def test_a_dump_read_into_another_server_gives_the_same_dump(lab: Lab) -> None:
    line(lab, "docker exec db pg_dump -U postgres > dump.sql")
    said = line(lab, "cat dump.sql | docker exec -i other psql -U postgres")
    assert "ERROR" not in said
    assert "COPY 2\n" in said
    assert dump(lab, "db") == dump(lab, "other")


def test_a_dump_has_the_text_of_the_real_one(lab: Lab) -> None:
    text = "\n".join(dump(lab, "db"))
    for part in (
        "    role character varying(20) DEFAULT 'user'::character varying,\n"
        "    m public.mood DEFAULT 'ok'::public.mood,\n",
        "CONSTRAINT users_price_check CHECK ((price > (0)::numeric)),",
        "CHECK (((role)::text = ANY ((ARRAY['user'::character varying, 'admin'::character varying])"
        "::text[])))",
        "ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'"
        "::regclass);",
        "COPY public.posts (id, body, user_id) FROM stdin;\n1\ta\\tb\\nc\\\\d\t1\n\\.\n",
        "SELECT pg_catalog.setval('public.users_id_seq', 2, true);",
        "CREATE INDEX posts_lower_idx ON public.posts USING btree (lower(body));",
        "    ADD CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) "
        "ON DELETE CASCADE;",
    ):
        assert part in text
    assert "INSERT INTO public.posts VALUES (1, 'a\tb\nc\\d', 1);" in "\n".join(
        dump(lab, "db", "--inserts -t posts")
    )


def test_an_archive_is_restored_and_restored_again(lab: Lab) -> None:
    line(lab, "docker exec db pg_dump -U postgres -Fc -f /tmp/a.dump")
    line(lab, "docker cp db:/tmp/a.dump a.dump")
    line(lab, "docker cp a.dump other:/tmp/a.dump")
    line(lab, "docker exec other createdb -U postgres again")
    for more in ("", "--clean --if-exists"):
        said = line(lab, f"docker exec other pg_restore -U postgres -d again {more} /tmp/a.dump")
        assert said == ""
    assert dump(lab, "db") == dump(lab, "other", "again")
    said = line(lab, "docker exec other pg_restore -U postgres -d again /tmp/a.dump")
    assert 'ERROR:  relation "posts" already exists' in said


def test_all_databases_and_roles_move_with_pg_dumpall(lab: Lab) -> None:
    line(lab, "docker exec db psql -U postgres -c \"create role app login password 'pw'\" -c "
              "'create database shop owner app'")  # fmt: skip
    line(lab, "docker exec db pg_dumpall -U postgres > all.sql")
    said = line(lab, "docker exec -i other psql -U postgres < all.sql")
    assert [row for row in said.splitlines() if "ERROR" in row] == [
        'ERROR:  role "postgres" already exists'
    ]
    found = line(
        lab, "docker exec other psql -U postgres -At -c '\\l' -c 'select count(*) from posts'"
    )
    assert "shop|app|UTF8" in found
    assert found.endswith("\n1\n")


def test_psql_describes_tables_as_in_life(lab: Lab) -> None:
    found = line(lab, "docker exec db psql -U postgres -c '\\d users'")
    assert "\n".join(row.rstrip() for row in found.split("\n")) == (
        """\
                                     Table "public.users"
 Column |           Type           | Collation | Nullable |              Default
--------+--------------------------+-----------+----------+-----------------------------------
 id     | integer                  |           | not null | nextval('users_id_seq'::regclass)
 email  | character varying(40)    |           | not null |
 role   | character varying(20)    |           |          | 'user'::character varying
 m      | mood                     |           |          | 'ok'::mood
 price  | numeric(6,2)             |           |          |
 at     | timestamp with time zone |           |          | now()
Indexes:
    "users_pkey" PRIMARY KEY, btree (id)
    "users_email_key" UNIQUE CONSTRAINT, btree (email)
Check constraints:
    "users_price_check" CHECK (price > 0::numeric)
    "users_role_check" CHECK (role::text = ANY (ARRAY['user'::character varying, """
        """'admin'::character varying]::text[]))
Referenced by:
    TABLE "posts" CONSTRAINT "posts_user_id_fkey" FOREIGN KEY (user_id) REFERENCES users(id) """
        """ON DELETE CASCADE

"""
    )
    assert line(lab, "docker exec db psql -U postgres -c '\\dt'") == (
        "         List of relations\n Schema | Name  | Type  |  Owner   \n"
        "--------+-------+-------+----------\n public | posts | table | postgres\n"
        " public | users | table | postgres\n(2 rows)\n\n"
    )
    assert line(lab, "docker exec db psql -U postgres -x -c 'select id from users'") == (
        "-[ RECORD 1 ]\nid | 1\n-[ RECORD 2 ]\nid | 2\n\n"
    )


def test_csv_goes_in_and_out(lab: Lab) -> None:
    copy = '"copy users (email, price) {} csv header"'
    said = line(lab, "cat data.csv | docker exec -i db psql -U postgres -c " + copy.format(
        "from stdin"))  # fmt: skip
    assert said == "COPY 2\n"
    said = line(lab, "docker exec db psql -U postgres -c " + copy.format("to stdout"))
    assert said.splitlines() == ["email,price", "ann,1.50", "bob,", '"a,b",2.00', "cy,"]
    bad = line(lab, "docker exec db psql -U postgres -c \"copy users from '/nope.csv' csv\"")
    assert bad.startswith('ERROR:  could not open file "/nope.csv" for reading: No such file')


def test_a_packed_dump_comes_out_as_it_went_in(lab: Lab) -> None:
    line(lab, "docker exec db sh -c 'pg_dump -U postgres > /tmp/d.sql; gzip -k /tmp/d.sql'")
    said = line(lab, "docker exec db sh -c 'gunzip -c /tmp/d.sql.gz | cmp - /tmp/d.sql; zcat "
                     "/tmp/d.sql.gz | head -2; ls /tmp'")  # fmt: skip
    assert "-- PostgreSQL database dump\n" in said
    assert said.endswith("d.sql\nd.sql.gz\n")


def test_mysqldump_moves_tables_whose_keys_point_ahead() -> None:
    schema = ("create table users (id int auto_increment primary key, name varchar(9), b bool "
              "default true);\ncreate table a (id int primary key, u int, foreign key (u) "
              "references users (id));\ninsert into users (name) values ('it''s'), (null);\n"
              "insert into a values (7, 2);\ncreate view v as select id from users;\n")  # fmt: skip
    lab = make_lab(**{"my.sql": schema})
    add_image(lab, "mysql:8.4")
    for name in ("one", "two"):
        line(lab, f"docker run -d --name {name} -e MYSQL_ROOT_PASSWORD=x -e MYSQL_DATABASE=shop "
                  "mysql:8.4")  # fmt: skip
    run_for(lab, 30)
    call = "docker exec -i -e MYSQL_PWD=x {} {} shop"
    line(lab, f"{call.format('one', 'mysql')} < my.sql")
    text = line(lab, call.format("one", "mysqldump"))
    assert "INSERT INTO `users` VALUES (1,'it\\'s',1),(2,NULL,1);" in text
    assert "  KEY `u` (`u`),\n  CONSTRAINT `a_ibfk_1` FOREIGN KEY (`u`) REFERENCES `users`" in text
    line(lab, f"{call.format('one', 'mysqldump')} > dump.sql")
    assert line(lab, f"{call.format('two', 'mysql')} < dump.sql") == ""
    assert line(lab, f"{call.format('two', 'mysql')} -e 'select * from v; select * from a\\G'") == (
        f"id\n1\n2\n{'*' * 27} 1. row {'*' * 27}\nid: 7\n u: 2\n"
    )
