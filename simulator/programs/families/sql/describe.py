"""A database of PostgreSQL as its clients see it: what psql's \\d and pg_dump ask the catalogue.

The answer is plain data, of the current database unless it says otherwise:

    {"databases": [{"name", "owner", "size"}], "roles": {name: attributes}, "schemas": [{"name",
    "owner"}], "enums": [{"name", "labels"}], "extensions": [names], "tables": [...], "views":
    [...], "sequences": [...], "comments": {"table public.t": text}}

A table has schema, name, owner, size, columns ({"name", "type", "not_null", "default", "shown"
(the default as \\d writes it), "identity", "generated"}), checks ({"name", "plain", "pretty"}),
keys ({"name", "primary", "columns"}), foreign ({"name", "text"}), referenced ({"table", "name",
"text"}), indexes ({"name", "unique", "text", "plain", "columns"}).
"""

from __future__ import annotations

from typing import Any

from .compiler import walk
from .deparse import columns_of, ident, quoted, written
from .errors import SqlError
from .parser import parse
from .run import Run
from .tables import Table
from .types import Type, from_plain, shown

Row = dict[str, Any]
_AS = {"int4": "integer", "int8": "bigint", "int2": "smallint"}


def describe(run: Run) -> Row:
    """Describe the database of a connection."""
    db = run.db
    cluster, catalogue = db.store.get("cluster"), db.catalogue()
    owner = cluster["databases"][db.name]["owner"]
    owners = {"public": "pg_database_owner", **(catalogue.get("owners") or {})}
    tables = [_found(db, key) for key in sorted(catalogue["tables"])]
    return {
        "database": db.name, "owner": owner, "user": run.session["user"], "path": db.path(),
        "version": db.info["version"], "roles": cluster["roles"],
        "databases": [{"name": name, "owner": row["owner"], "size": _base_size(db, name)}
                      for name, row in sorted(cluster["databases"].items())],
        "schemas": [{"name": one, "owner": owners.get(one, owner)}
                    for one in sorted(catalogue["schemas"])],
        "enums": [{"name": name, "labels": list(catalogue["enums"][name])}
                  for name in sorted(catalogue["enums"])],
        "extensions": catalogue.get("extensions") or ["plpgsql"],
        "tables": [_table(run, table, tables) for table in tables],
        "views": [_view(run, key) for key in sorted(catalogue["views"])],
        "sequences": [_sequence(run, name) for name in sorted(catalogue["sequences"])],
        "comments": catalogue.get("comments") or {},
    }  # fmt: skip


def _base_size(db: Any, name: str) -> int:
    catalogue = db.store.get(f"cat/{name}") or {"tables": {}}
    size = sum(_size(db, f"rows/{name}/{key}") for key in catalogue["tables"])
    return 7_500_000 + size


def _size(db: Any, key: str) -> int:
    rows = db.store.get(key) or {}
    return 8192 * (1 + len(rows) // 100) if rows else 0


def _has_long(table: Table) -> bool:
    """Tell whether long values of a table are kept apart, which costs it an index."""
    long = ("text", "varchar", "json", "jsonb", "bytea", "numeric", "bpchar", "citext", "xml")
    return any(kind.array or kind.name in long for kind in table.types())


def _found(db: Any, key: str) -> Table:
    found: Table = db.need({"parts": key.split(".", 1), "at": 0})
    return found


def _qualified(schema: str, name: str) -> str:
    return f"{ident(schema)}.{ident(name)}"


def _table(run: Run, table: Table, others: list[Table]) -> Row:
    row = table.row
    own = columns_of(table)
    name = _qualified(table.schema, table.name)
    keys = [one for one in row["constraints"] if one["k"] in ("primary", "unique")]
    return {
        "schema": table.schema, "name": table.name, "owner": row["owner"],
        "size": _size(run.db, table.key) + (8192 if _has_long(table) else 0),
        "columns": [_column(run, table, n) for n in range(len(own))],
        "checks": [{"name": one["name"], "plain": written(run, one["text"], own, False),
                    "pretty": written(run, one["text"], own, True)}
                   for one in row["constraints"] if one["k"] == "check"],
        "keys": [{"name": one["name"], "primary": one["k"] == "primary",
                  "columns": [ident(c) for c in one["columns"]]} for one in keys],
        "foreign": [{"name": one["name"], "text": _reference(one)}
                    for one in row["constraints"] if one["k"] == "foreign"],
        "referenced": [
            {"table": other.name, "schema": other.schema, "name": one["name"],
             "text": _reference(one)}
            for other in others for one in other.row["constraints"]
            if one["k"] == "foreign" and one["table"][-2:] == [table.schema, table.name]],
        "indexes": [_index(run, table, one, name) for one in row["indexes"]],
    }  # fmt: skip


def _column(run: Run, table: Table, n: int) -> Row:
    one = table.columns[n]
    kind = from_plain(one["type"])
    found: Row = {"name": one["name"], "not_null": one["not_null"], "identity": one.get("identity"),
                  "type": _type(run, kind, True), "shown_type": shown(kind), "default": "",
                  "shown": "", "generated": one.get("generated") or ""}  # fmt: skip
    columns = columns_of(table)
    if one.get("identity"):
        found["shown"] = f"generated {one['identity']} as identity"
        found["sequence"] = one["serial"]
    elif one.get("serial"):
        row = run.db.catalogue()["sequences"].get(one["serial"]) or {}
        name = _qualified(row.get("schema", "public"), one["serial"])
        found["default"] = f"nextval({quoted(name)}::regclass)"
        short = ident(one["serial"]) if row.get("schema") in run.db.path() else name
        found["shown"] = f"nextval({quoted(short)}::regclass)"
        found["sequence"] = one["serial"]
    elif found["generated"]:
        text = written(run, found["generated"], columns, False)
        found["generated"] = text if text.startswith("(") else f"({text})"
        pretty = written(run, one["generated"], columns, True)
        found["shown"] = f"generated always as ({pretty}) stored"
    elif one.get("default") is not None:
        found["default"] = written(run, one["default"], columns, False, kind)
        found["shown"] = written(run, one["default"], columns, True, kind)
    return found


def _type(run: Run, kind: Type, qualify: bool) -> str:
    if kind.labels and qualify:
        return f"public.{ident(kind.name)}" + ("[]" if kind.array else "")
    return shown(kind)


def _reference(one: Row) -> str:
    """Write a foreign key with its table's schema; \\d leaves `public.` out."""
    columns, to = (", ".join(ident(name) for name in one[key]) for key in ("columns", "to"))
    schema, name = one["table"][-2:]
    more = "".join(f" ON {event.upper()} {one[event].upper()}" for event in ("update", "delete")
                   if one[event] != "no action")  # fmt: skip
    return f"FOREIGN KEY ({columns}) REFERENCES {_qualified(schema, name)}({to}){more}"


def _index(run: Run, table: Table, one: Row, name: str) -> Row:
    columns = columns_of(table)
    parts = ", ".join(ident(c) for c in one["columns"])
    text = plain = f"({parts})"
    method = one.get("method") or "btree"
    if one.get("items"):
        text, plain = (
            "(" + ", ".join(_index_item(run, item, columns, pretty) for item in one["items"]) + ")"
            for pretty in (True, False))  # fmt: skip
    if one.get("where"):
        text += f" WHERE {written(run, one['where'], columns, True)}"
        plain += f" WHERE {written(run, one['where'], columns, False)}"
    unique = bool(one["unique"] or one.get("is_unique"))
    word = "UNIQUE INDEX" if unique else "INDEX"
    whole = f"CREATE {word} {ident(one['name'])} ON {name} USING {method} {plain}"
    return {"name": one["name"], "unique": unique, "text": f"{method} {text}", "plain": whole}


def _index_item(run: Run, item: Row, columns: list[Any], pretty: bool) -> str:
    text = written(run, item["text"], columns, pretty)
    simple = text.replace("_", "a").isalnum() or text.startswith(('"', "(")) or text.endswith(")")
    return (text if simple else f"({text})") + (" DESC" if item["desc"] else "")


def _view(run: Run, key: str) -> Row:
    schema, _, name = key.partition(".")
    row = run.db.catalogue()["views"][key]
    columns = [{"name": one, "type": shown(from_plain(kind))} for one, kind in row["types"]]
    for n, one in enumerate(row["columns"] or []):
        columns[n]["name"] = one
    return {"schema": schema, "name": name, "owner": row["owner"], "columns": columns,
            "names": row["columns"], "text": _with_schemas(run, row["text"])}  # fmt: skip


def _with_schemas(run: Run, text: str) -> str:
    """Write a query's tables with their schemas, as a dump needs them.

    # Simplified: The query of a view is kept and dumped as it was written, with the schemas of its
    tables added; PostgreSQL writes it anew from its tree.
    """
    try:
        todo: list[Any] = [parse(text, "postgres")]
    except SqlError:
        return text
    places: dict[int, str] = {}
    names: list[str] = []
    while todo:
        for one in walk([todo.pop()]):
            if isinstance(one.get("q"), dict):
                todo.append(one["q"])
            for cte in one.get("with") or []:
                names.append(cte["name"])
                todo.append(cte["q"])
            if one.get("k") == "table" and len(one["name"]["parts"]) == 1:
                places[one["name"]["at"]] = one["name"]["parts"][0]
    for at in sorted(places, reverse=True):
        name = places[at]
        if name not in names:
            schema = run.db.place({"parts": [name], "at": 0})[1]
            text = f"{text[:at]}{ident(schema)}.{text[at:]}"
    return text


def _sequence(run: Run, name: str) -> Row:
    row = run.db.catalogue()["sequences"][name]
    value = run.db.store.counter(f"{run.db.name}/seq/{name}")
    called = value != row["start"] - row["step"]
    found = {"name": name, "schema": row.get("schema", "public"), "start": row["start"],
             "step": row["step"], "type": _AS.get(row.get("type", "int8"), "bigint"),
             "called": called, "last": value if called else row["start"], "owner": "",
             "owned": None, "identity": False}  # fmt: skip
    for key, table in run.db.catalogue()["tables"].items():
        for column in table["columns"]:
            if column.get("serial") == name:
                found["owner"] = table["owner"]
                found["identity"] = bool(column.get("identity"))
                if row.get("owner"):
                    found["owned"] = [*key.split(".", 1), column["name"]]
    found["owner"] = found["owner"] or run.db.catalogue()["owner"]
    return found
