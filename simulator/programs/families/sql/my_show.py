"""MySQL's SHOW."""

from __future__ import annotations

from typing import Any

from . import system
from .admin import _cluster, may_use
from .compare import like
from .compiler import Scope
from .errors import my, not_supported
from .my_table import create_text
from .reader import Node
from .run import Column, Run
from .select import compiler
from .tables import Table
from .types import TEXT, Type, from_plain, shown

Result = dict[str, Any]


def show_my(run: Run, node: Node) -> Result:
    """Carry out MySQL's SHOW."""
    words = " ".join(node["words"])
    made = _SHOWS.get(words)
    if made is None:
        raise not_supported("mysql", f"SHOW {words.upper()}")
    names, rows = made(run, node)
    pattern = node["like"]
    if pattern is not None and rows:
        rows = [row for row in rows if like(str(row[0]), pattern, fold=True)[0]]
        if words in ("databases", "tables", "schemas"):
            names = [f"{names[0]} ({pattern})", *names[1:]]
    columns = []
    for n, name in enumerate(names):
        number = bool(rows) and all(isinstance(row[n], int) for row in rows)
        columns.append(Column(name, "", Type("bigint") if number else TEXT))
    if node.get("where") is not None:
        test = compiler(run, Scope(columns)).boolean(node["where"])
        rows = [row for row in rows if test(row)]
    return {"tag": "", "columns": columns, "rows": rows}


def _show_databases(run: Run, node: Node) -> Any:
    names = [name for name in system.databases(run.db) if may_use(run, name)
             or name in ("information_schema", "performance_schema")]  # fmt: skip
    return ["Database"], [[name] for name in names]


def _show_tables(run: Run, node: Node) -> Any:
    base = node["from"] or run.db.name
    catalogue = run.db.catalogue(base)
    return [f"Tables_in_{base}"], [[one] for one in sorted([*catalogue["tables"],
                                                           *catalogue["views"]])]  # fmt: skip


def _show_columns(run: Run, node: Node) -> Any:
    view = run.db.view(node["table"]) if run.db.find(node["table"]) is None else None
    if view is not None:
        names = view["columns"] or [one for one, _ in view["types"]]
        return ["Field", "Type", "Null", "Key", "Default", "Extra"], [
            [name, shown(from_plain(kind), "mysql"), "YES", "", None, ""]
            for name, (_, kind) in zip(names, view["types"], strict=False)]  # fmt: skip
    table = run.db.need(node["table"])
    rows = []
    for one in table.columns:
        kind = from_plain(one["type"])
        default = one.get("default")
        if default is not None:
            default = default.strip("'") if default.startswith("'") else default
            default = "CURRENT_TIMESTAMP" if default.lower().startswith(("now", "current_time")) \
                else default  # fmt: skip
        extra = "auto_increment" if one.get("auto") else ""
        if default == "CURRENT_TIMESTAMP":
            extra = "DEFAULT_GENERATED"
        if one.get("on_update"):
            extra += " on update CURRENT_TIMESTAMP"
        rows.append([one["name"], shown(kind, "mysql"), "NO" if one["not_null"] else "YES",
                     _key_word(table, one["name"]), default, extra.strip()])  # fmt: skip
    return ["Field", "Type", "Null", "Key", "Default", "Extra"], rows


def _key_word(table: Table, name: str) -> str:
    for one in table.row["constraints"]:
        if name in one["columns"] and one["k"] in ("primary", "unique"):
            return "PRI" if one["k"] == "primary" else "UNI" if len(one["columns"]) == 1 else "MUL"
    both = [*table.row["constraints"], *table.row["indexes"]]
    return (
        "MUL" if any(one["columns"][:1] == [name] and one["k"] != "check" for one in both) else ""
    )


def _show_create(run: Run, node: Node) -> Any:
    table = run.db.find(node["table"])
    if table is None:
        view = run.db.view(node["table"])
        if view is None:
            raise run.db.missing(node["table"])
        name = node["table"]["parts"][-1]
        return ["View", "Create View"], [[name, f"CREATE VIEW `{name}` AS {view['text']}"]]
    return ["Table", "Create Table"], [[table.name, create_text(run.db.store, table)]]


def _show_index(run: Run, node: Node) -> Any:
    table = run.db.need(node["table"])
    rows = []
    for one in [*table.row["constraints"], *table.row["indexes"]]:
        if one.get("k") in ("check", "foreign"):
            continue
        for n, name in enumerate(one["columns"], 1):
            free = 0 if one.get("k") in ("primary", "unique") or one.get("unique") else 1
            rows.append([table.name, free, one["name"], n, name])
    return ["Table", "Non_unique", "Key_name", "Seq_in_index", "Column_name"], rows


def _show_variables(run: Run, node: Node) -> Any:
    known = {**system.MY_VARIABLES, "version": run.db.info["version"],
             **(run.session.get("settings") or {})}  # fmt: skip
    return ["Variable_name", "Value"], [[name, str(known[name])] for name in sorted(known)]


def _show_status(run: Run, node: Node) -> Any:
    count = len(run.db.store.sessions)
    rows = [["Connections", str(run.session["pid"])], ["Threads_connected", str(count)],
            ["Uptime", str(run.db.info.get("uptime", 0))]]  # fmt: skip
    return ["Variable_name", "Value"], rows


def _show_processes(run: Run, node: Node) -> Any:
    rows = [[one["pid"], one["user"], one.get("client") or "localhost", one.get("database") or None,
             "Query" if one["id"] == run.session["id"] else "Sleep", 0,
             "init" if one["id"] == run.session["id"] else "", one.get("last")]
            for one in run.db.store.sessions.values()]  # fmt: skip
    return ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"], rows


def _show_grants(run: Run, node: Node) -> Any:
    one = node["account"]
    key = f"{one['user']}@{one['host']}" if one else run.session["account"]
    role = _cluster(run)["roles"].get(key)
    user, _, host = key.partition("@")
    if role is None:
        raise my(
            1141, f"There is no such grant defined for user '{user}' on host '{host}'", "42000"
        )
    rows = [[f"GRANT {'ALL PRIVILEGES' if role.get('superuser') else 'USAGE'} ON *.* TO "
             f"`{user}`@`{host}`"]]  # fmt: skip
    rows += [[f"GRANT ALL PRIVILEGES ON `{base}`.* TO `{user}`@`{host}`"]
             for base in role.get("databases") or []]  # fmt: skip
    return [f"Grants for {user}@{host}"], rows


def _show_warnings(run: Run, node: Node) -> Any:
    return ["Level", "Code", "Message"], [list(one) for one in run.session.get("warnings") or []]


_SHOWS: dict[str, Any] = {
    "databases": _show_databases, "schemas": _show_databases, "tables": _show_tables,
    "columns": _show_columns, "fields": _show_columns, "create table": _show_create,
    "create view": _show_create, "index": _show_index, "indexes": _show_index, "keys": _show_index,
    "variables": _show_variables, "status": _show_status, "processlist": _show_processes,
    "grants": _show_grants, "warnings": _show_warnings,
    "engines": lambda run, node: (["Engine", "Support", "Comment"], [
        ["InnoDB", "DEFAULT", "Supports transactions, row-level locking, and foreign keys"]]),
    "create database": lambda run, node: (["Database", "Create Database"], [
        [node["table"]["parts"][-1], f"CREATE DATABASE `{node['table']['parts'][-1]}` /*!40100 "
         "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */"]]),
}  # fmt: skip
