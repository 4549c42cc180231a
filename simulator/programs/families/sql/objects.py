"""Schemas, types, sequences, extensions, comments; what else than tables can be dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import my, not_supported, pg
from .reader import Node
from .run import Run

Result = dict[str, Any]
EXTENSIONS = {
    "plpgsql": "1.0", "pgcrypto": "1.3", "uuid-ossp": "1.1", "citext": "1.6", "hstore": "1.8",
    "pg_trgm": "1.6", "btree_gin": "1.3", "pg_stat_statements": "1.10", "unaccent": "1.1",
}  # fmt: skip
"""Extensions that can be created, with their versions in PostgreSQL 17."""


def comment(run: Run, node: Node) -> Result:
    """Carry out COMMENT ON."""
    if run.dialect == "postgres":
        parts = list(node["name"]["parts"])
        if node["word"] in ("table", "view"):
            parts = list(run.db.place(node["name"])[1:])
        elif node["word"] == "column":
            parts = [*run.db.place({**node["name"], "parts": parts[:-1]})[1:], parts[-1]]
        kept = dict(run.db.catalogue().get("comments") or {})
        key = f"{node['word']} {'.'.join(parts)}"
        kept.pop(key, None)
        if node["text"]:
            kept[key] = node["text"]
        run.db.change(run.db.name, comments=kept)
    return {"tag": "COMMENT"}


def create_extension(run: Run, node: Node) -> Result:
    """Carry out CREATE EXTENSION."""
    name = node["name"]
    if name not in EXTENSIONS:
        raise pg("0A000", f'extension "{name}" is not available', detail="Could not open extension "
                 f'control file "/usr/share/postgresql/extension/{name}.control": No such file or '
                 "directory.", hint="The extension must first be installed on the system where "
                 "PostgreSQL is running.")  # fmt: skip
    there = list(run.db.catalogue().get("extensions") or ["plpgsql"])
    if name in there:
        if not node["if_not"]:
            raise pg("42710", f'extension "{name}" already exists')
        run.notice(f'extension "{name}" already exists, skipping', sqlstate="42710")
    else:
        run.db.change(run.db.name, extensions=[*there, name])
    return {"tag": "CREATE EXTENSION"}


def drop_extension(run: Run, node: Node) -> Result:
    """Carry out DROP EXTENSION."""
    there = list(run.db.catalogue().get("extensions") or ["plpgsql"])
    for name in (one["parts"][-1] for one in node["names"]):
        if name in there:
            there.remove(name)
        elif node["if_exists"]:
            run.notice(f'extension "{name}" does not exist, skipping')
        else:
            raise pg("42704", f'extension "{name}" does not exist')
    run.db.change(run.db.name, extensions=there)
    return {"tag": "DROP EXTENSION"}


def create_schema(run: Run, node: Node) -> Result:
    """Carry out CREATE SCHEMA."""
    catalogue = run.db.catalogue()
    if node["name"] in catalogue["schemas"]:
        if not node["if_not"]:
            raise pg("42P06", f'schema "{node["name"]}" already exists')
        run.notice(f'schema "{node["name"]}" already exists, skipping', sqlstate="42P06")
    else:
        owners = {**(catalogue.get("owners") or {}),
                  node["name"]: node["owner"] or run.session["user"]}  # fmt: skip
        run.db.change(run.db.name, schemas=[*catalogue["schemas"], node["name"]], owners=owners)
    return {"tag": "CREATE SCHEMA"}


def create_type(run: Run, node: Node) -> Result:
    """Carry out CREATE TYPE ... AS ENUM."""
    name, enums = node["name"]["parts"][-1], run.db.enums()
    if name in enums:
        raise pg("42710", f'type "{name}" already exists')
    run.db.change(run.db.name, enums={**enums, name: node["labels"]})
    return {"tag": "CREATE TYPE"}


def alter_type(run: Run, node: Node) -> Result:
    """Carry out ALTER TYPE: of an enumeration's labels."""
    name, enums = node["name"]["parts"][-1], run.db.enums()
    if name not in enums:
        raise pg("42704", f'type "{name}" does not exist')
    labels = list(enums[name])
    if "add" in node:
        if node["add"] in labels:
            if not node["if_not"]:
                raise pg("42710", f'enum label "{node["add"]}" already exists')
            run.notice(f'enum label "{node["add"]}" already exists, skipping', sqlstate="42710")
            return {"tag": "ALTER TYPE"}
        beside = node["after"] or node["before"]
        if beside is not None and beside not in labels:
            raise pg("22023", f'"{beside}" is not an existing enum label')
        at = labels.index(beside) + (node["after"] is not None) if beside else len(labels)
        labels.insert(at, node["add"])
    elif "old" in node:
        if node["old"] not in labels:
            raise pg("22023", f'"{node["old"]}" is not an existing enum label')
        _rename_label(run, name, node["old"], node["new"])
        labels[labels.index(node["old"])] = node["new"]
    tables = {
        key: {
            **row,
            "columns": [
                {**one, "type": [*one["type"][:5], labels]} if one["type"][0] == name else one
                for one in row["columns"]
            ],
        }
        for key, row in run.db.catalogue()["tables"].items()
    }
    run.db.change(run.db.name, enums={**enums, name: labels}, tables=tables)
    return {"tag": "ALTER TYPE"}


def _rename_label(run: Run, name: str, old: str, new: str) -> None:
    """Write the new label into the rows that have the old one."""
    for key, row in run.db.catalogue()["tables"].items():
        places = [n for n, one in enumerate(row["columns"]) if one["type"][0] == name]
        rows = run.db.store.get(f"rows/{run.db.name}/{key}") or {}
        if places and rows:
            run.spend(len(rows))
            run.db.store.put(
                f"rows/{run.db.name}/{key}",
                {
                    n: [new if p in places and v == old else v for p, v in enumerate(values)]
                    for n, values in rows.items()
                },
            )


def create_sequence(run: Run, node: Node) -> Result:
    """Carry out CREATE SEQUENCE."""
    _, schema, name = run.db.place(node["name"], new=True)
    rows = run.db.catalogue()["sequences"]
    if name in rows:
        if node["if_not"]:
            run.notice(f'relation "{name}" already exists, skipping', sqlstate="42P07")
            return {"tag": "CREATE SEQUENCE"}
        raise pg("42P07", f'relation "{name}" already exists')
    row = {"start": node["start"], "step": node["step"], "owner": None, "schema": schema,
           "type": node.get("type", "int8")}  # fmt: skip
    run.db.change(run.db.name, sequences={**rows, name: row})
    run.db.store.set_counter(f"{run.db.name}/seq/{name}", node["start"] - node["step"])
    return {"tag": "CREATE SEQUENCE"}


def alter_other(run: Run, node: Node) -> Result:
    """Carry out ALTER SEQUENCE, INDEX, VIEW, SCHEMA, as far as there is something to do."""
    if node["word"] == "sequence" and ("restart" in node or "owned" in node):
        name, rows = node["name"]["parts"][-1], run.db.catalogue()["sequences"]
        row = rows.get(name)
        if row is None:
            raise pg("42P01", f'relation "{name}" does not exist')
        if "restart" in node:
            start = node["restart"] if node["restart"] is not None else row["start"]
            run.db.store.set_counter(f"{run.db.name}/seq/{name}", start - row["step"])
        else:
            parts = node["owned"]
            owner = parts[-2] if len(parts) > 1 else None
            run.db.change(run.db.name, sequences={**rows, name: {**row, "owner": owner}})
    return {"tag": f"ALTER {node['word'].upper()}"}


def alter_database(run: Run, node: Node) -> Result:
    """Carry out ALTER DATABASE."""
    cluster = run.db.store.get("cluster")
    name = node["name"]
    if name not in cluster["databases"]:
        raise pg("3D000", f'database "{name}" does not exist')
    if "rename" in node:
        raise not_supported(run.dialect, "ALTER DATABASE ... RENAME")
    row = dict(cluster["databases"][name])
    if "owner" in node:
        row["owner"] = node["owner"]
    if "setting" in node:
        row["settings"] = {**(row.get("settings") or {}), **node["setting"]}
    databases = {**cluster["databases"], name: row}
    run.db.store.put("cluster", {**cluster, "databases": databases})
    return {"tag": "ALTER DATABASE"}


def _dropping(part: str, word: str) -> Callable[[Run, Node], Result]:
    """Make DROP of views, sequences, types."""

    def drop(run: Run, node: Node) -> Result:
        for name in node["names"]:
            base, schema, short = run.db.place(name)
            rows = dict(run.db.catalogue(base)[part])
            key = f"{schema}.{short}" if part == "views" and schema else short
            if key in rows:
                del rows[key]
                run.db.change(base, **{part: rows})
            elif node["if_exists"]:
                if run.dialect == "postgres":
                    run.notice(f'{word} "{short}" does not exist, skipping')
            elif run.dialect == "mysql":
                raise my(1051, f"Unknown table '{base}.{short}'", "42S02")
            else:
                raise pg("42P01" if word != "type" else "42704",
                         f'{word} "{short}" does not exist')  # fmt: skip
        return {"tag": f"DROP {word.upper()}", "count": 0}

    return drop


def drop_schema(run: Run, node: Node) -> Result:
    """Carry out DROP SCHEMA."""
    for name in (one["parts"][-1] for one in node["names"]):
        catalogue = run.db.catalogue()
        inside = [key for key in catalogue["tables"] if key.startswith(f"{name}.")]
        if name not in catalogue["schemas"]:
            if node["if_exists"]:
                run.notice(f'schema "{name}" does not exist, skipping')
                continue
            raise pg("3F000", f'schema "{name}" does not exist')
        if inside and not node["cascade"]:
            raise pg("2BP01", f"cannot drop schema {name} because other objects depend on it",
                     hint="Use DROP ... CASCADE to drop the dependent objects too.",
                     )  # fmt: skip
        for key in inside:
            run.db.store.put(f"rows/{run.db.name}/{key}", None)
        kept = {
            part: {k: v for k, v in catalogue[part].items() if not k.startswith(f"{name}.")}
            for part in ("tables", "views")
        }
        kept["sequences"] = {k: v for k, v in catalogue["sequences"].items()
                             if v.get("schema", "public") != name}  # fmt: skip
        schemas = [one for one in catalogue["schemas"] if one != name]
        run.db.change(run.db.name, schemas=schemas, **kept)
    return {"tag": "DROP SCHEMA"}


def drop_index(run: Run, node: Node) -> Result:
    """Carry out DROP INDEX."""
    for name in (one["parts"][-1] for one in node["names"]):
        base = run.db.place(node["table"])[0] if "table" in node else run.db.name
        catalogue, hit = run.db.catalogue(base), False
        tables = dict(catalogue["tables"])
        for key, row in catalogue["tables"].items():
            kept = [one for one in row["indexes"] if one["name"] != name]
            if len(kept) != len(row["indexes"]):
                tables[key], hit = {**row, "indexes": kept}, True
        if not hit and node["if_exists"]:
            run.notice(f'index "{name}" does not exist, skipping')
        elif not hit:
            if run.dialect == "mysql":
                raise my(1091, f"Can't DROP '{name}'; check that column/key exists", "42000")
            raise pg("42704", f'index "{name}" does not exist')
        run.db.change(base, tables=tables)
    return {"tag": "DROP INDEX", "count": 0}


STATEMENTS: dict[str, Callable[[Run, Node], Result]] = {
    "comment": comment, "create extension": create_extension, "drop extension": drop_extension,
    "create schema": create_schema, "create type": create_type,
    "create sequence": create_sequence, "alter type": alter_type, "alter other": alter_other,
    "alter database": alter_database, "drop view": _dropping("views", "view"),
    "drop sequence": _dropping("sequences", "sequence"), "drop type": _dropping("enums", "type"),
    "drop schema": drop_schema, "drop index": drop_index,
}  # fmt: skip
