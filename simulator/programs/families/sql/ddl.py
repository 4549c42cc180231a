"""CREATE, ALTER and DROP of what holds data."""

from __future__ import annotations

from typing import Any

from .casts import convert
from .compiler import Scope, walk
from .dml import Writer
from .errors import my, pg
from .reader import Node
from .run import Column, Run
from .select import compiler, query
from .tables import Table
from .types import Type, from_node, from_plain, to_plain

SERIAL = {"serial": "int4", "bigserial": "int8", "smallserial": "int2", "serial4": "int4",
          "serial8": "int8"}  # fmt: skip


def create_table(run: Run, node: Node) -> dict[str, Any]:
    """Carry out CREATE TABLE.

    # Simplified: A temporary table is made like any other: it stays when its connection ends, and
    other connections see it.
    """
    db, is_pg = run.db, run.dialect == "postgres"
    base, schema, name = db.place(node["table"], new=True)
    if db.store.get(f"cat/{base}") is None:
        raise my(1049, f"Unknown database '{base}'", "42000")
    there = {"parts": [schema or base, name], "at": node["table"]["at"]}
    if db.find(there) is not None or db.view(there) is not None:
        if node["if_not"]:
            if is_pg:
                run.notice(f'relation "{name}" already exists, skipping', sqlstate="42P07")
            return {"tag": "CREATE TABLE"}
        if is_pg:
            raise pg("42P07", f'relation "{name}" already exists')
        raise my(1050, f"Table '{name}' already exists", "42S01")
    row: dict[str, Any] = {"columns": [], "constraints": [], "indexes": [],
                           "owner": run.session["user"], "options": node["options"]}  # fmt: skip
    key = f"{schema}.{name}" if schema else name
    table = Table(base, schema, name, f"rows/{base}/{key}", row)
    if node["like"] is not None:
        row["columns"] = db.need(node["like"]).columns
        if not is_pg:
            row["constraints"] = db.need(node["like"]).row["constraints"]
    for column in node["columns"]:
        add_column(run, table, column)
    for constraint in node["constraints"]:
        add_constraint(run, table, constraint)
    if node["q"] is not None:
        return _create_as(run, table, node)
    if not row["columns"] and not is_pg:
        raise my(1113, "A table must have at least 1 column", "42000")
    _check_auto(run, table)
    _forget(run, table)
    db.save(table, row)
    db.store.put(table.key, {})
    return {"tag": "CREATE TABLE"}


def _forget(run: Run, table: Table) -> None:
    """Let a new table count from one again."""
    if run.dialect == "mysql":
        run.db.store.set_counter(f"{table.key}#auto", int(table.row["options"].get(
            "auto_increment", 1)) - 1 if str(table.row["options"].get("auto_increment", 1)
                                             ).isdigit() else 0)  # fmt: skip


def _check_auto(run: Run, table: Table) -> None:
    autos = [one["name"] for one in table.columns if one.get("auto")]
    keyed = {one["columns"][0] for one in [*table.row["constraints"], *table.row["indexes"]]
             if one.get("columns")}  # fmt: skip
    if len(autos) > 1 or any(name not in keyed for name in autos):
        raise my(1075, "Incorrect table definition; there can be only one auto column and it must "
                 "be defined as a key", "42000")  # fmt: skip


def _create_as(run: Run, table: Table, node: Node) -> dict[str, Any]:
    columns, rows = query(run, node["q"])
    for one in columns:
        kind = one.type if one.type.name != "unknown" else Type("text")
        table.columns.append(_column(one.name, kind))
    run.db.save(table, table.row)
    run.db.store.put(table.key, {})
    writer = Writer(run, table)
    for row in rows:
        writer.add(list(row))
    writer.save()
    return {"tag": f"SELECT {len(rows)}", "count": len(rows)}


def _column(name: str, kind: Type) -> dict[str, Any]:
    return {"name": name, "type": to_plain(kind), "not_null": False, "default": None}


def add_column(run: Run, table: Table, node: Node) -> dict[str, Any]:
    """Add a column to a definition; raises SqlError."""
    is_pg, name = run.dialect == "postgres", node["name"]
    if any(one["name"].lower() == name.lower() for one in table.columns):
        if is_pg:
            raise pg("42701", f'column "{name}" specified more than once')
        raise my(1060, f"Duplicate column name '{name}'", "42S21")
    written = node["type"]
    serial = SERIAL.get(written["name"]) if is_pg else None
    if serial:
        written = {**written, "name": serial}
    row = _column(name, from_node(written, run.dialect, run.db.enums()))
    table.columns.append(row)
    if serial:
        row["not_null"] = True
        row["serial"] = _own_sequence(run, table, name)
    for one in node["constraints"]:
        _column_constraint(run, table, row, one)
    if not is_pg and from_plain(row["type"]).name == "timestamp" and row["default"] is None:
        row.setdefault("nullable", True)
    return row


def sequence_of(x: Node) -> str:
    """Name the sequence of `nextval('name')`; "" for any other expression."""
    inner = x["args"][0] if x["k"] == "func" and x["name"] == "nextval" and x["args"] else None
    if inner is not None and inner["k"] == "cast":
        inner = inner["x"]
    if inner is None or inner.get("t") != "string":
        return ""
    return str(inner["v"]).replace('"', "").rpartition(".")[2]


def _own_sequence(run: Run, table: Table, name: str) -> str:
    catalogue = run.db.catalogue(table.database)
    base = sequence = f"{table.name}_{name}_seq"
    count = 0
    while sequence in catalogue["sequences"]:
        count += 1
        sequence = f"{base}{count}"
    kind = next(one["type"][0] for one in table.columns if one["name"] == name)
    row = {"start": 1, "step": 1, "owner": table.name, "schema": table.schema, "type": kind}
    run.db.change(table.database, sequences={**catalogue["sequences"], sequence: row})
    run.db.store.set_counter(f"{table.database}/seq/{sequence}", 0)
    return sequence


def _column_constraint(run: Run, table: Table, row: dict[str, Any], one: Node) -> None:
    kind, is_pg = one["k"], run.dialect == "postgres"
    if kind == "not null":
        row["not_null"] = True
    elif kind == "default":
        made = compiler(run, Scope([])).expr(one["x"])
        if is_pg and made.text is not None:
            convert(made.text, from_plain(row["type"]), now=run.now, at=one["at"])
        sequence = sequence_of(one["x"]) if is_pg else ""
        row["default"] = None if sequence or one["x"].get("t") == "null" else one["text"]
        if sequence:
            row["serial"] = sequence
    elif kind == "identity":
        row.update(not_null=True, serial=_own_sequence(run, table, row["name"]),
                   identity="always" if one["always"] else "by default")  # fmt: skip
    elif kind == "auto":
        row.update(auto=True, not_null=True)
    elif kind == "on update":
        row["on_update"] = True
    elif kind == "comment":
        row["comment"] = one["text"]
    elif kind == "generated":
        row["generated"] = one["text"]
    elif kind in ("primary", "unique", "foreign", "check"):
        add_constraint(run, table, {**one, "columns": [row["name"]]})


def add_constraint(run: Run, table: Table, node: Node) -> None:
    """Add a constraint or an index to a definition; raises SqlError."""
    kind, is_pg, row = node["k"], run.dialect == "postgres", table.row
    names = {one["name"].lower(): one for one in table.columns}
    for name in node.get("columns") or []:
        if name.lower() not in names:
            if is_pg:
                raise pg("42703", f'column "{name}" named in key does not exist', node.get("at"))
            raise my(1072, f"Key column '{name}' doesn't exist in table", "42000")
    columns = [names[name.lower()]["name"] for name in node.get("columns") or []]
    if kind == "index":
        name = node["name"] or columns[0]
        row["indexes"].append({"name": name, "columns": columns, "unique": False, "text": ""})
        return
    if kind == "primary":
        if any(one["k"] == "primary" for one in row["constraints"]):
            if is_pg:
                raise pg("42P16", f'multiple primary keys for table "{table.name}" are not allowed',
                         node.get("at"))  # fmt: skip
            raise my(1068, "Multiple primary key defined", "42000")
        for name in columns:
            names[name.lower()]["not_null"] = True
    made: dict[str, Any] = {"k": kind, "columns": columns}
    if kind == "check":
        if is_pg:
            found = [one["parts"][-1] for one in walk(node["x"]) if one.get("k") == "col"]
            columns = list(dict.fromkeys(name for name in found if name.lower() in names))
        scope = Scope([Column(one["name"], table.name, from_plain(one["type"]))
                       for one in table.columns])  # fmt: skip
        compiler(run, scope).boolean(node["x"], "CHECK")
        made.update(text=node["text"], columns=columns)
    if kind == "foreign":
        made.update(_foreign(run, table, node, columns))
    made["name"] = node.get("name") or _constraint_name(run, table, kind, columns)
    if any(one["name"] == made["name"] for one in row["constraints"]):
        if is_pg:
            raise pg("42710", f'constraint "{made["name"]}" for relation "{table.name}" already '
                     "exists")  # fmt: skip
        raise my(1061, f"Duplicate key name '{made['name']}'", "42000")
    row["constraints"].append(made)


def _constraint_name(run: Run, table: Table, kind: str, columns: list[str]) -> str:
    taken = [one["name"] for one in table.row["constraints"]]
    if run.dialect == "postgres":
        end = {"primary": "pkey", "unique": "key", "foreign": "fkey", "check": "check"}[kind]
        middle = "" if kind == "primary" else (
            "_".join(columns if len(columns) < 2 or kind != "check" else []) + "_")  # fmt: skip
        name = f"{table.name}_{middle}{end}".replace("__", "_")[:63]
    else:
        count = 1 + sum(1 for one in table.row["constraints"] if one["k"] == kind)
        name = {"primary": "PRIMARY", "unique": columns[0] if columns else "k",
                "foreign": f"{table.name}_ibfk_{count}", "check": f"{table.name}_chk_{count}",
                }[kind]  # fmt: skip
    extra = 1 if run.dialect == "postgres" else 2
    found = name
    while found in taken:
        found = f"{name}{extra}" if run.dialect == "postgres" else f"{name}_{extra}"
        extra += 1
    return found


def _foreign(run: Run, table: Table, node: Node, columns: list[str]) -> dict[str, Any]:
    db, is_pg = run.db, run.dialect == "postgres"
    own = node["table"]["parts"][-1] == table.name
    other = table if own else db.find(node["table"])
    if other is None and run.trusts_keys and not is_pg and node["to"]:
        base, _, short = db.place(node["table"])
        return {"table": [base, short], "to": node["to"], "delete": node["delete"],
                "update": node["update"]}  # fmt: skip
    if other is None:
        if is_pg:
            raise db.missing(node["table"])
        raise my(1824, f"Failed to open the referenced table '{node['table']['parts'][-1]}'")
    to = node["to"]
    if not to:
        primary = [one for one in other.row["constraints"] if one["k"] == "primary"]
        if not primary:
            raise pg("42830", f'there is no primary key for referenced table "{other.name}"')
        to = primary[0]["columns"]
    keys = [sorted(one["columns"]) for one in other.row["constraints"]
            if one["k"] in ("primary", "unique")]  # fmt: skip
    if is_pg and sorted(to) not in keys:
        raise pg("42830", "there is no unique constraint matching given keys for referenced table "
                 f'"{other.name}"')  # fmt: skip
    if not is_pg and sorted(to) not in keys:
        raise my(1822, "Failed to add the foreign key constraint. Missing index for constraint "
                 f"'{table.name}_ibfk_1' in the referenced table '{other.name}'")  # fmt: skip
    parts = [other.schema, other.name] if other.schema else [other.database, other.name]
    return {"table": parts, "to": to, "delete": node["delete"], "update": node["update"]}


def _copied(table: Table) -> Table:
    """Give a table whose definition may be changed."""
    row = table.row
    return table._replace(row={
        **row, "columns": [dict(one) for one in row["columns"]],
        "constraints": [dict(one) for one in row["constraints"]], "indexes": list(row["indexes"]),
    })  # fmt: skip


def drop_table(run: Run, node: Node) -> dict[str, Any]:
    """Carry out DROP TABLE."""
    db, missing = run.db, []
    for name in node["names"]:
        table = db.find(name)
        short = name["parts"][-1]
        if table is None:
            missing.append(name)
            if node["if_exists"] and run.dialect == "postgres":
                run.notice(f'table "{short}" does not exist, skipping')
            continue
        _check_users(run, table, node)
        for column in table.columns:
            if column.get("serial"):
                sequences = dict(db.catalogue(table.database)["sequences"])
                sequences.pop(column["serial"], None)
                db.change(table.database, sequences=sequences)
        db.save(table, None)
        db.store.put(table.key, None)
    if missing and not node["if_exists"]:
        if run.dialect == "postgres":
            raise pg("42P01", f'table "{missing[0]["parts"][-1]}" does not exist')
        shown = ",".join("{}.{}".format(*db.place(name)[::2]) for name in missing)
        raise my(1051, f"Unknown table '{shown}'", "42S02")
    return {"tag": "DROP TABLE", "count": 0}


def _check_users(run: Run, table: Table, node: Node) -> None:
    """Refuse to drop a table that another one refers to."""
    db = run.db
    going = [name["parts"][-1] for name in node["names"]]
    for key, row in db.catalogue(table.database)["tables"].items():
        short = key.rpartition(".")[2]
        for one in row["constraints"]:
            if one["k"] != "foreign" or one["table"][-1] != table.name or short in going:
                continue
            if run.dialect == "mysql" and run.trusts_keys:
                continue
            if run.dialect == "mysql":
                raise my(3730, f"Cannot drop table '{table.name}' referenced by a foreign key "
                         f"constraint '{one['name']}' on table '{short}'.")  # fmt: skip
            if not node["cascade"]:
                raise pg("2BP01", f"cannot drop table {table.name} because other objects depend on "
                         "it", detail=f"constraint {one['name']} on table {short} depends on table "
                         f"{table.name}", hint="Use DROP ... CASCADE to drop the dependent objects "
                         "too.")  # fmt: skip
            run.notice(f"drop cascades to constraint {one['name']} on table {short}")
            child = _copied(db.need({"parts": key.split("."), "at": 0}))
            child.row["constraints"] = [c for c in child.row["constraints"]
                                        if c["name"] != one["name"]]  # fmt: skip
            db.save(child, child.row)


def truncate(run: Run, node: Node) -> dict[str, Any]:
    """Carry out TRUNCATE."""
    db = run.db
    for name in node["tables"]:
        table = db.need(name)
        for key, row in db.catalogue(table.database)["tables"].items():
            users = [
                one
                for one in row["constraints"]
                if one["k"] == "foreign"
                and one["table"][-1] == table.name
                and key.rpartition(".")[2] not in [n["parts"][-1] for n in node["tables"]]
            ]
            if users and run.dialect == "postgres" and not node["cascade"]:
                raise pg("0A000", "cannot truncate a table referenced in a foreign key constraint",
                         detail=f'Table "{key.rpartition(".")[2]}" references "{table.name}".',
                         hint=f'Truncate table "{key.rpartition(".")[2]}" at the same time, or use '
                         "TRUNCATE ... CASCADE.")  # fmt: skip
        db.store.put(table.key, {})
        for column in table.columns:
            if node["restart"] and column.get("serial"):
                db.store.set_counter(f"{table.database}/seq/{column['serial']}", 0)
        if run.dialect == "mysql":
            db.store.set_counter(f"{table.key}#auto", 0)
    return {"tag": "TRUNCATE TABLE", "count": 0}


def create_view(run: Run, node: Node) -> dict[str, Any]:
    """Carry out CREATE VIEW."""
    db = run.db
    base, schema, name = db.place(node["name"], new=True)
    key = f"{schema}.{name}" if schema else name
    there = {"parts": [schema or base, name], "at": node["name"]["at"]}
    if db.find(there) is not None or (db.view(there) and not node["replace"]):
        if run.dialect == "postgres":
            raise pg("42P07", f'relation "{name}" already exists')
        raise my(1050, f"Table '{name}' already exists", "42S01")
    columns, _ = query(run, node["q"])
    row = {"text": node["text"], "columns": node["columns"], "owner": run.session["user"],
           "types": [[one.name, to_plain(one.type)] for one in columns]}  # fmt: skip
    db.change(base, views={**db.catalogue(base)["views"], key: row})
    return {"tag": "CREATE VIEW", "count": 0}


__all__ = ["add_constraint", "create_table", "create_view", "drop_table", "sequence_of",
           "truncate"]  # fmt: skip
