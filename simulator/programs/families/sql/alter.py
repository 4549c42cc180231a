"""ALTER TABLE, and checks of all rows after a change of their definition."""

from __future__ import annotations

from typing import Any

from .casts import convert, my_convert
from .ddl import _column_constraint, _copied, add_column, add_constraint, sequence_of
from .dml import Writer
from .errors import my, not_supported, pg
from .reader import Node
from .run import Run
from .tables import Table
from .types import Type, from_node, from_plain, to_plain
from .values import keep


def alter_table(run: Run, node: Node) -> dict[str, Any]:
    """Carry out ALTER TABLE."""
    table = run.db.find(node["table"])
    if table is None and [one["k"] for one in node["actions"]] == ["owner"] and (
        run.db.view(node["table"]) is not None
        or node["table"]["parts"][-1] in run.db.catalogue()["sequences"]
    ):  # fmt: skip
        return {"tag": "ALTER TABLE"}
    if table is None:
        if node["if_exists"]:
            run.notice(f'relation "{node["table"]["parts"][-1]}" does not exist, skipping')
            return {"tag": "ALTER TABLE"}
        raise run.db.missing(node["table"])
    for action in node["actions"]:
        table = _copied(table)
        table = _act(run, table, action)
    return {"tag": "ALTER TABLE", "count": 0}


def _act(run: Run, table: Table, action: Node) -> Table:
    kind, db = action["k"], run.db
    if kind == "owner":
        table.row["owner"] = action["name"]
    elif kind == "add column":
        _add_column(run, table, action)
    elif kind == "drop column":
        _drop_column(run, table, action)
    elif kind == "rename column":
        _rename_column(run, table, action["old"], action["to"], action["at"])
    elif kind == "rename":
        return _rename(run, table, action["to"]["parts"][-1])
    elif kind == "add constraint":
        add_constraint(run, table, action["constraint"])
        db.save(table, table.row)
        _recheck(run, table)
    elif kind == "drop constraint":
        _drop_constraint(run, table, action)
    elif kind == "alter column":
        _alter_column(run, table, action)
    elif kind == "modify":
        _modify(run, table, action)
    elif kind == "keys":
        return table  # InnoDB keeps its indexes up to date either way
    elif kind == "auto":
        db.store.set_counter(f"{table.key}#auto", action["value"] - 1)
    else:
        raise not_supported(run.dialect, f"ALTER TABLE {kind.upper()}", action["at"])
    db.save(table, table.row)
    return table


def _recheck(run: Run, table: Table) -> None:
    """Hold all rows against the definition; raises SqlError."""
    rows = run.db.rows(table)
    run.db.store.put(table.key, {})
    writer = Writer(run, table)
    for n, row in rows.items():
        run.spend(2)
        live = run.db.live(row, writer.keepers)
        writer.check(live)
        plain = [keep(value) for value in live]
        found = writer.clash(plain)
        if found is not None:
            error = writer.duplicate(found[0], plain)
            if run.dialect == "postgres":
                raise pg("23505", f'could not create unique index "{found[0]["name"]}"',
                         detail=str(error.fields["detail"]).replace("already exists",
                                                                    "is duplicated"))  # fmt: skip
            raise error
        writer.parents(live)
        writer.rows[n] = plain
        writer._index(n, plain, None)
    run.db.store.put(table.key, rows)


def _add_column(run: Run, table: Table, action: Node) -> None:
    name = action["column"]["name"]
    if action["if_not"] and any(one["name"] == name for one in table.columns):
        run.notice(f'column "{name}" of relation "{table.name}" already exists, skipping')
        return
    rows = run.db.rows(table)
    column = add_column(run, table, action["column"])
    run.db.save(table, table.row)
    writer = Writer(run, table._replace(row={**table.row, "constraints": []}, key="rows//none"))
    n = len(table.columns) - 1
    added: dict[str, list[Any]] = {}
    for number, row in rows.items():
        run.spend(1)
        value = writer.default(n)
        if value is None and column["not_null"]:
            if run.dialect == "postgres":
                raise pg(
                    "23502", f'column "{name}" of relation "{table.name}" contains null values'
                )
            value = my_convert("", from_plain(column["type"]))
        added[number] = [*row, keep(value)]
    place = n
    if action["first"] or action["after"]:
        names = [one["name"] for one in table.columns]
        place = names.index(action["after"]) + 1 if action["after"] in names else 0
        table.columns.insert(place, table.columns.pop())
        added = {k: [*row[:place], row[-1], *row[place:-1]] for k, row in added.items()}
    run.db.store.put(table.key, added)
    run.db.save(table, table.row)
    _recheck(run, table)


def _column_place(run: Run, table: Table, name: str, at: int) -> int:
    for n, one in enumerate(table.columns):
        if one["name"] == name or (run.dialect == "mysql" and one["name"].lower() == name.lower()):
            return n
    if run.dialect == "postgres":
        raise pg("42703", f'column "{name}" of relation "{table.name}" does not exist')
    raise my(1054, f"Unknown column '{name}' in '{table.name}'", "42S22")


def _drop_column(run: Run, table: Table, action: Node) -> None:
    name = action["name"]
    if action["if_exists"] and all(one["name"] != name for one in table.columns):
        run.notice(f'column "{name}" of relation "{table.name}" does not exist, skipping')
        return
    if run.dialect == "mysql" and all(one["name"].lower() != name.lower() for one in table.columns):
        raise my(1091, f"Can't DROP '{name}'; check that column/key exists", "42000")
    n = _column_place(run, table, name, action["at"])
    rows = {k: [*row[:n], *row[n + 1 :]] for k, row in run.db.rows(table).items()}
    run.spend(len(rows))
    del table.columns[n]
    table.row["constraints"] = [one for one in table.row["constraints"]
                                if name not in one["columns"]]  # fmt: skip
    table.row["indexes"] = [one for one in table.row["indexes"] if name not in one["columns"]]
    run.db.store.put(table.key, rows)


def _rename_column(run: Run, table: Table, old: str, new: str, at: int) -> None:
    n = _column_place(run, table, old, at)
    if any(one["name"] == new for one in table.columns):
        if run.dialect == "postgres":
            raise pg("42701", f'column "{new}" of relation "{table.name}" already exists')
        raise my(1060, f"Duplicate column name '{new}'", "42S21")
    table.columns[n]["name"] = new
    for one in [*table.row["constraints"], *table.row["indexes"]]:
        one["columns"] = [new if name == old else name for name in one["columns"]]
        for item in one.get("items") or []:
            item["text"] = new if item["text"] == old else item["text"]


def _rename(run: Run, table: Table, new: str) -> Table:
    db = run.db
    if db.find({"parts": [new], "at": 0}) is not None:
        if run.dialect == "postgres":
            raise pg("42P07", f'relation "{new}" already exists')
        raise my(1050, f"Table '{new}' already exists", "42S01")
    rows = db.rows(table)
    counters = {end: db.store.counter(f"{table.key}#{end}") for end in ("row", "auto")}
    db.save(table, None)
    db.store.put(table.key, None)
    short = f"{table.schema}.{new}" if table.schema else new
    moved = table._replace(name=new, key=f"rows/{table.database}/{short}")
    for end, value in counters.items():
        db.store.set_counter(f"{moved.key}#{end}", value)
    db.store.put(moved.key, rows)
    db.save(moved, moved.row)
    return moved


def _drop_constraint(run: Run, table: Table, action: Node) -> None:
    name = action["name"]
    kept = [one for one in table.row["constraints"] if one["name"] != name]
    indexes = [one for one in table.row["indexes"] if one["name"] != name]
    if len(kept) == len(table.row["constraints"]) and len(indexes) == len(table.row["indexes"]):
        if action["if_exists"]:
            run.notice(f'constraint "{name}" of relation "{table.name}" does not exist, skipping')
            return
        if run.dialect == "mysql":
            raise my(1091, f"Can't DROP '{name}'; check that column/key exists", "42000")
        raise pg("42704", f'constraint "{name}" of relation "{table.name}" does not exist')
    table.row["constraints"], table.row["indexes"] = kept, indexes


def _alter_column(run: Run, table: Table, action: Node) -> None:
    n = _column_place(run, table, action["name"], action["at"])
    column, what = table.columns[n], action["what"]
    if what == "default":
        column["default"] = action["default"]["text"] if action["default"] else None
        column.pop("serial", None)
        sequence = sequence_of(action["default"]["x"]) if action["default"] else ""
        if sequence:
            column.update(default=None, serial=sequence)
    elif what == "null":
        column["not_null"] = False
    elif what == "not null":
        column["not_null"] = True
        if any(row[n] is None for row in run.db.rows(table).values()):
            raise pg("23502", f'column "{column["name"]}" of relation "{table.name}" contains null '
                     "values")  # fmt: skip
    elif what == "identity":
        _column_constraint(run, table, column, action["default"])
    else:
        _retype(run, table, n, from_node(action["type"], run.dialect, run.db.enums()))


def _retype(run: Run, table: Table, n: int, kind: Type) -> None:
    rows = dict(run.db.rows(table))
    run.spend(len(rows) * 2)
    writer = Writer(run, table._replace(row={**table.row, "constraints": []}))
    for k, row in rows.items():
        live = run.db.live(row, writer.keepers)
        if live[n] is not None:
            live[n] = convert(live[n], kind, now=run.now) if run.dialect == "postgres" else (
                my_convert(live[n], kind))  # fmt: skip
        rows[k] = [keep(value) for value in live]
    table.columns[n]["type"] = to_plain(kind)
    run.db.store.put(table.key, rows)


def _modify(run: Run, table: Table, action: Node) -> None:
    n = _column_place(run, table, action["old"], action["at"])
    column = action["column"]
    if column["name"] != table.columns[n]["name"]:
        _rename_column(run, table, table.columns[n]["name"], column["name"], action["at"])
    _retype(run, table, n, from_node(column["type"], run.dialect, {}))
    row = table.columns[n]
    row.update(not_null=False, default=None, auto=False)
    for one in column["constraints"]:
        _column_constraint(run, table, row, one)
    run.db.save(table, table.row)
    _recheck(run, table)


def _free(run: Run, table: Table, name: str) -> str:
    """Give a name that no index has yet."""
    rows = run.db.catalogue(table.database)["tables"].values()
    taken = [one["name"] for row in rows for one in row["indexes"]]
    found, count = name, 0
    while found in taken:
        count += 1
        found = f"{name}{count}"
    return found


def create_index(run: Run, node: Node) -> dict[str, Any]:
    """Carry out CREATE INDEX.

    # Simplified: A unique index with WHERE, or of an expression, does not refuse equal values.
    """
    table = _copied(run.db.need(node["table"]))
    columns = [one["parts"][-1] for one in node["items"] if one["k"] == "col"]
    for name in columns:
        if all(one["name"] != name for one in table.columns):
            if run.dialect == "postgres":
                raise pg("42703", f'column "{name}" does not exist')
            raise my(1072, f"Key column '{name}' doesn't exist in table", "42000")
    columns = columns if len(columns) == len(node["items"]) else []
    words = [one["parts"][-1] if one["k"] == "col" else one.get("name", "expr")
             for one in node["items"]]  # fmt: skip
    name = node["name"] or _free(run, table, f"{table.name}_{'_'.join(words)}_idx")
    for row in run.db.catalogue(table.database)["tables"].values():
        if any(one["name"] == name for one in row["indexes"]):
            if node["if_not"]:
                run.notice(f'relation "{name}" already exists, skipping')
                return {"tag": "CREATE INDEX"}
            if run.dialect == "postgres":
                raise pg("42P07", f'relation "{name}" already exists')
            raise my(1061, f"Duplicate key name '{name}'", "42000")
    index = {"k": "index", "name": name, "columns": columns, "text": node["text"],
             "unique": node["unique"] and not node.get("where")}  # fmt: skip
    if run.dialect == "postgres":
        index.update(items=node["ways"], method=node["method"], where=node.get("where_text"),
                     is_unique=node["unique"])  # fmt: skip
    table.row["indexes"].append(index)
    run.db.save(table, table.row)
    _recheck(run, table)
    return {"tag": "CREATE INDEX", "count": 0}
