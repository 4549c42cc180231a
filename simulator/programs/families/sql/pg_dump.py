"""What pg_dump writes: sections of SQL from a described database, in the order that pg_dump has.

A section is {"name", "type", "schema", "owner", "sql", "drop"} (plain data, so that an archive can
hold it); "data" stands for "sql" in a table's rows.   Source: the output of pg_dump 15.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .deparse import ident, quoted

Section = dict[str, Any]
BEGIN = """SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
{more}SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

"""
_EXTENSIONS = {
    "pgcrypto": "cryptographic functions", "citext": "data type for case-insensitive character "
    "strings", "uuid-ossp": "generate universally unique identifiers (UUIDs)",
    "hstore": "data type for storing sets of (key, value) pairs",
    "pg_trgm": "text similarity measurement and index searching based on trigrams",
    "unaccent": "text search dictionary that removes accents",
    "btree_gin": "support for indexing common datatypes in GIN",
    "pg_stat_statements": "track planning and execution statistics of all SQL statements executed",
}  # fmt: skip
_TABLESPACE = "SET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n"


class Wishes(NamedTuple):
    """Options of pg_dump and pg_restore."""

    tables: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    data: bool = True
    definitions: bool = True
    clean: bool = False
    if_exists: bool = False
    create: bool = False
    owner: bool = True
    inserts: str = ""
    """"plain" for --inserts, "columns" for --column-inserts."""


def sections(
    found: dict[str, Any], wishes: Wishes, rows: Callable[[str, list[str]], list[str]]
) -> list[Section]:
    """Write a database's sections.   rows: gives a table's lines as COPY does."""
    tables = [one for one in found["tables"] if _wanted(one, wishes)]
    names = {(one["schema"], one["name"]) for one in tables}
    made: list[Section] = []
    if wishes.definitions:
        if not wishes.tables:
            made += _globals(found, wishes)
        made += _relations(found, tables, names, wishes)
        for one in tables:
            made += _defaults(one)
    if wishes.data:
        for one in tables:
            made.append(_data(one, wishes, rows))
        for one in found["sequences"]:
            if _kept(one, names, wishes):
                called = str(one["called"]).lower()
                sql = (f"SELECT pg_catalog.setval({quoted(_name(one))}, {one['last']}, "
                       f"{called});\n")  # fmt: skip
                made.append(_section(one, one["name"], "SEQUENCE SET", sql))
    if wishes.definitions:
        made += _ending(tables)
    return made


def _wanted(one: dict[str, Any], wishes: Wishes) -> bool:
    both = (one["name"], f"{one['schema']}.{one['name']}")
    if wishes.without and any(name in wishes.without for name in both):
        return False
    if wishes.schemas and one["schema"] not in wishes.schemas:
        return False
    return not wishes.tables or any(name in wishes.tables for name in both)


def _kept(one: dict[str, Any], names: set[tuple[str, str]], wishes: Wishes) -> bool:
    """Tell whether a sequence goes with the tables that are dumped."""
    if one["owned"]:
        return tuple(one["owned"][:2]) in names
    return _wanted(one, wishes)


def _name(one: dict[str, Any]) -> str:
    return f"{ident(one['schema'])}.{ident(one['name'])}"


def _section(
    one: dict[str, Any], name: str, kind: str, sql: str, drop: str = "", **more: Any
) -> Section:
    return {"name": name, "type": kind, "schema": one.get("schema", "-"), "sql": sql, "drop": drop,
            "owner": one["owner"], **more}  # fmt: skip


def _globals(found: dict[str, Any], wishes: Wishes) -> list[Section]:
    made: list[Section] = []
    for one in found["schemas"]:
        if one["name"] != "public" and (not wishes.schemas or one["name"] in wishes.schemas):
            name = ident(one["name"])
            made.append(_section({**one, "schema": "-"}, one["name"], "SCHEMA",
                                 f"CREATE SCHEMA {name};\n", f"DROP SCHEMA {name};",
                                 alter=f"SCHEMA {name}"))  # fmt: skip
    nobody = {"schema": "-", "owner": ""}
    for name in found["extensions"] if not wishes.schemas else []:
        if name == "plpgsql":
            continue
        sql = f"CREATE EXTENSION IF NOT EXISTS {ident(name)} WITH SCHEMA public;\n"
        made.append(_section({**nobody, "owner": "-"}, name, "EXTENSION", sql,
                             f"DROP EXTENSION {ident(name)};"))  # fmt: skip
        sql = f"COMMENT ON EXTENSION {ident(name)} IS {quoted(_EXTENSIONS.get(name, ''))};\n"
        made.append(_section(nobody, f"EXTENSION {ident(name)}", "COMMENT", sql))
    for one in found["enums"]:
        name = f"public.{ident(one['name'])}"
        labels = ",\n".join(f"    {quoted(label)}" for label in one["labels"])
        place = {"schema": "public", "owner": found["owner"]}
        made.append(_section(place, one["name"], "TYPE",
                             f"CREATE TYPE {name} AS ENUM (\n{labels}\n);\n", f"DROP TYPE {name};",
                             alter=f"TYPE {name}"))  # fmt: skip
    return made


def _relations(
    found: dict[str, Any], tables: list[dict[str, Any]], names: set[tuple[str, str]], wishes: Wishes
) -> list[Section]:
    """Write tables, sequences and views by schema and name; a view comes after what it reads."""
    every: list[tuple[str, str, list[Section], list[str]]] = []
    for one in tables:
        every.append((one["schema"], one["name"], _table(found, one), []))
    for one in found["sequences"]:
        if _kept(one, names, wishes):
            every.append((one["schema"], one["name"], _sequence(found, one), []))
    others = [_name(one) for one in [*tables, *found["views"]]]
    for one in found["views"]:
        if _wanted(one, wishes):
            needs = [name for name in others if name in one["text"] and name != _name(one)]
            every.append((one["schema"], one["name"], [_view(one)], needs))
    made: list[Section] = []
    done: list[str] = []
    waiting = sorted(every, key=lambda row: (row[0], row[1]))
    while waiting:
        at = next((n for n, row in enumerate(waiting) if all(one in done for one in row[3])), 0)
        schema, name, parts, _ = waiting.pop(at)
        made += parts
        done.append(f"{ident(schema)}.{ident(name)}")
    return made


def _table(found: dict[str, Any], one: dict[str, Any]) -> list[Section]:
    lines = []
    for column in one["columns"]:
        line = f"    {ident(column['name'])} {column['type']}"
        if column["generated"]:
            line += f" GENERATED ALWAYS AS {column['generated']} STORED"
        elif column["default"] and "sequence" not in column:
            line += f" DEFAULT {column['default']}"
        lines.append(line + (" NOT NULL" if column["not_null"] else ""))
    lines += [f"    CONSTRAINT {ident(row['name'])} CHECK ({row['plain']})"
              for row in sorted(one["checks"], key=lambda row: str(row["name"]))]  # fmt: skip
    body = ",\n".join(lines)
    body = f" (\n{body}\n);\n" if lines else " (\n);\n"
    name = _name(one)
    made = [_section(one, one["name"], "TABLE", f"CREATE TABLE {name}{body}", f"DROP TABLE {name};",
                     alter=f"TABLE {name}")]  # fmt: skip
    text = found["comments"].get(f"table {one['schema']}.{one['name']}")
    if text:
        sql = f"COMMENT ON TABLE {name} IS {quoted(text)};\n"
        made.append(_section(one, f"TABLE {ident(one['name'])}", "COMMENT", sql))
    for column in one["columns"]:
        key = f"column {one['schema']}.{one['name']}.{column['name']}"
        text = found["comments"].get(key)
        if text:
            sql = f"COMMENT ON COLUMN {name}.{ident(column['name'])} IS {quoted(text)};\n"
            short = f"COLUMN {ident(one['name'])}.{ident(column['name'])}"
            made.append(_section(one, short, "COMMENT", sql))
    return made


def _sequence(found: dict[str, Any], one: dict[str, Any]) -> list[Section]:
    name = _name(one)
    body = (f"    START WITH {one['start']}\n    INCREMENT BY {one['step']}\n    NO MINVALUE\n"
            "    NO MAXVALUE\n    CACHE 1")  # fmt: skip
    if one["identity"]:
        schema, table, column = one["owned"]
        how = next(row["identity"] for row in _columns(found, schema, table)
                   if row["name"] == column)  # fmt: skip
        sql = (f"ALTER TABLE {ident(schema)}.{ident(table)} ALTER COLUMN {ident(column)} ADD "
               f"GENERATED {how.upper()} AS IDENTITY (\n    SEQUENCE NAME {name}\n{body}\n);\n"
               )  # fmt: skip
        return [_section(one, one["name"], "SEQUENCE", sql)]
    kind = f"    AS {one['type']}\n" if one["type"] != "bigint" else ""
    made = [_section(one, one["name"], "SEQUENCE", f"CREATE SEQUENCE {name}\n{kind}{body};\n",
                     f"DROP SEQUENCE {name};", alter=f"TABLE {name}")]  # fmt: skip
    if one["owned"]:
        schema, table, column = one["owned"]
        sql = (f"ALTER SEQUENCE {name} OWNED BY {ident(schema)}.{ident(table)}."
               f"{ident(column)};\n")  # fmt: skip
        made.append(_section(one, one["name"], "SEQUENCE OWNED BY", sql))
    return made


def _columns(found: dict[str, Any], schema: str, table: str) -> list[dict[str, Any]]:
    return next((one["columns"] for one in found["tables"]
                 if (one["schema"], one["name"]) == (schema, table)), [])  # fmt: skip


def _view(one: dict[str, Any]) -> Section:
    name = _name(one)
    names = f"({', '.join(ident(n) for n in one['names'])})" if one["names"] else ""
    text = one["text"].strip().rstrip(";")
    return _section(one, one["name"], "VIEW", f"CREATE VIEW {name}{names} AS\n {text};\n",
                    f"DROP VIEW {name};", alter=f"TABLE {name}")  # fmt: skip


def _defaults(one: dict[str, Any]) -> list[Section]:
    return [
        _section(one, f"{ident(one['name'])} {ident(column['name'])}", "DEFAULT",
                 f"ALTER TABLE ONLY {_name(one)} ALTER COLUMN {ident(column['name'])} SET DEFAULT "
                 f"{column['default']};\n",
                 f"ALTER TABLE {_name(one)} ALTER COLUMN {ident(column['name'])} DROP DEFAULT;")
        for column in one["columns"] if "sequence" in column and not column["identity"]
    ]  # fmt: skip


def _data(
    one: dict[str, Any], wishes: Wishes, rows: Callable[[str, list[str]], list[str]]
) -> Section:
    columns = [column for column in one["columns"] if not column["generated"]]
    names = [ident(column["name"]) for column in columns]
    lines = rows(_name(one), names)
    if not wishes.inserts:
        head = f"COPY {_name(one)} ({', '.join(names)}) FROM stdin;\n"
        sql = head + "".join(f"{line}\n" for line in lines) + "\\.\n\n"
    else:
        from .copying import cells

        shown = f" ({', '.join(names)})" if wishes.inserts == "columns" else ""
        sql = "".join(
            f"INSERT INTO {_name(one)}{shown} VALUES ("
            + ", ".join(_constant(value, column["shown_type"])
                        for value, column in zip(cells(line), columns, strict=True))
            + ");\n" for line in lines) + "\n"  # fmt: skip
    return _section(one, one["name"], "TABLE DATA", sql)


def _constant(value: str | None, kind: str) -> str:
    if value is None:
        return "NULL"
    if kind.partition("(")[0] in ("smallint", "integer", "bigint", "numeric", "real",
                                  "double precision"):  # fmt: skip
        return value if value[:1] not in ("I", "N") else f"'{value}'"
    if kind == "boolean":
        return "true" if value == "t" else "false"
    return "'" + value.replace("'", "''") + "'"


def _ending(tables: list[dict[str, Any]]) -> list[Section]:
    """Write keys, indexes and foreign keys, which come after the data."""
    made: list[Section] = []
    for one in tables:
        for row in sorted(one["keys"], key=lambda row: str(row["name"])):
            word = "PRIMARY KEY" if row["primary"] else "UNIQUE"
            made.append(_constraint(one, row["name"], "CONSTRAINT",
                                    f"{word} ({', '.join(row['columns'])})"))  # fmt: skip
    indexes = [(one, row) for one in tables for row in one["indexes"]]
    for one, row in sorted(indexes, key=lambda pair: (pair[0]["schema"], pair[1]["name"])):
        drop = f"DROP INDEX {ident(one['schema'])}.{ident(row['name'])};"
        made.append(_section(one, row["name"], "INDEX", f"{row['plain']};\n", drop))
    for one in tables:
        for row in sorted(one["foreign"], key=lambda row: str(row["name"])):
            made.append(_constraint(one, row["name"], "FK CONSTRAINT", row["text"]))
    return made


def _constraint(one: dict[str, Any], name: str, kind: str, text: str) -> Section:
    sql = f"ALTER TABLE ONLY {_name(one)}\n    ADD CONSTRAINT {ident(name)} {text};\n"
    drop = f"ALTER TABLE ONLY {_name(one)} DROP CONSTRAINT {ident(name)};"
    return _section(one, f"{ident(one['name'])} {ident(name)}", kind, sql, drop)


# From sections to a script


def script(made: list[Section], wishes: Wishes, head: dict[str, str]) -> str:
    """Write sections as a script.   head: "key" (of \\restrict), "server", "client", "base",
    "owner", "more" (settings of newer versions), "locale"."""
    guard = f"\\restrict {head['key']}\n\n" if head["key"] else ""
    open_ = f"\\unrestrict {head['key']}\n" if head["key"] else ""
    text = f"--\n-- PostgreSQL database dump\n--\n\n{guard}"
    text += (f"-- Dumped from database version {head['server']}\n-- Dumped by pg_dump version "
             f"{head['client']}\n\n{BEGIN.format(more=head['more'])}")  # fmt: skip
    base = ident(head["base"])
    if wishes.create:
        if wishes.clean:
            text += f"DROP DATABASE {'IF EXISTS ' if wishes.if_exists else ''}{base};\n"
        text += _header({"name": head["base"], "type": "DATABASE", "schema": "-",
                         "owner": head["owner"]}, wishes)  # fmt: skip
        text += (f"CREATE DATABASE {base} WITH TEMPLATE = template0 ENCODING = 'UTF8' "
                 f"LOCALE_PROVIDER = libc LOCALE = '{head['locale']}';\n\n\n")  # fmt: skip
        if wishes.owner:
            text += f"ALTER DATABASE {base} OWNER TO {ident(head['owner'])};\n\n"
        text += f"{open_}\\connect {base}\n{guard or chr(10)}{BEGIN.format(more=head['more'])}"
    elif wishes.clean:
        for one in reversed(made):
            if one["drop"]:
                text += _dropped(one["drop"], wishes) + "\n"
    return text + _written(made, wishes) + (
        f"--\n-- PostgreSQL database dump complete\n--\n\n{open_}\n" if open_ else
        "--\n-- PostgreSQL database dump complete\n--\n\n")  # fmt: skip


def _dropped(drop: str, wishes: Wishes) -> str:
    if not wishes.if_exists:
        return drop
    if drop.startswith("ALTER TABLE"):
        drop = drop.replace("DROP CONSTRAINT ", "DROP CONSTRAINT IF EXISTS ", 1)
        return drop.replace("ALTER TABLE ", "ALTER TABLE IF EXISTS ", 1)
    words = drop.split(" ", 2)
    return f"{words[0]} {words[1]} IF EXISTS {words[2]}"


def _written(made: list[Section], wishes: Wishes) -> str:
    text, spaced = "", False
    for one in made:
        if one["type"] == "TABLE" and not spaced:
            text += _TABLESPACE
            spaced = True
        text += _header(one, wishes)
        text += f"{one['sql']}\n"
        if one["type"] != "TABLE DATA":
            text += "\n"
        if one.get("alter") and wishes.owner:
            text += f"ALTER {one['alter']} OWNER TO {ident(one['owner'])};\n\n"
    return text


def _header(one: Section, wishes: Wishes) -> str:
    owner = one["owner"] if wishes.owner else "-"
    data = "Data for " if one["type"] == "TABLE DATA" else ""
    return (f"--\n-- {data}Name: {one['name']}; Type: {one['type']}; Schema: {one['schema']}; "
            f"Owner: {owner}\n--\n\n")  # fmt: skip
