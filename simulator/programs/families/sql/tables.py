"""A database as a statement sees it: its catalogue, its tables' rows, what it says of itself."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import system
from .errors import SqlError, my, pg
from .reader import Node
from .run import Column, Run
from .store import Store
from .types import Type, from_plain
from .values import keeper

MAX_ROWS = 20_000
"""Rows that one table holds: more than a lesson needs, and soon looked through."""


class Table(NamedTuple):
    """A table that was found: its database, schema, name, the key of its rows, its definition."""

    database: str
    schema: str
    name: str
    key: str
    row: dict[str, Any]

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Its columns' rows."""
        return self.row["columns"]  # type: ignore[no-any-return]

    def types(self) -> list[Type]:
        """Its columns' types."""
        return [from_plain(one["type"]) for one in self.row["columns"]]


def fresh_catalogue(owner: str) -> dict[str, Any]:
    """Make the catalogue of an empty database."""
    return {"owner": owner, "tables": {}, "views": {}, "sequences": {}, "enums": {},
            "schemas": ["public"]}  # fmt: skip


class Database:
    """The database of a connection; `info` is what the server says of itself."""

    def __init__(self, store: Store, session: dict[str, Any], info: dict[str, Any]) -> None:
        self.store, self.session, self.info = store, session, info

    @property
    def name(self) -> str:
        """The database's name; "" when none is chosen (MySQL)."""
        return str(self.session.get("database") or "")

    @property
    def is_pg(self) -> bool:
        """True for PostgreSQL."""
        return bool(self.session["dialect"] == "postgres")

    def catalogue(self, name: str | None = None) -> dict[str, Any]:
        """Give a database's catalogue; raises SqlError."""
        found = self.store.get(f"cat/{self.name if name is None else name}")
        if found is None:
            if not self.is_pg and not (name or self.name):
                raise my(1046, "No database selected", "3D000")
            raise my(1049, f"Unknown database '{name or self.name}'", "42000")
        return found  # type: ignore[no-any-return]

    def change(self, name: str, **parts: Any) -> None:
        """Change parts of a catalogue."""
        self.store.put(f"cat/{name}", {**self.catalogue(name), **parts})

    def enums(self) -> dict[str, Any]:
        """Give the enumerations, by name."""
        return self.catalogue()["enums"] if self.is_pg else {}

    def path(self) -> list[str]:
        """Give the schemas in which PostgreSQL looks for a name that is not qualified."""
        text = str((self.session.get("settings") or {}).get("search_path", '"$user", public'))
        words = [one.strip().strip('"') for one in text.split(",")]
        own = [str(self.session["user"]) if one == "$user" else one for one in words]
        known = self.catalogue()["schemas"]
        return [one for one in own if one in known]

    def _schema_of(self, short: str, new: bool) -> str:
        path = self.path()
        catalogue = self.catalogue()
        for schema in [] if new else path:
            key = f"{schema}.{short}"
            if key in catalogue["tables"] or key in catalogue["views"]:
                return schema
        if not path:
            raise pg("3F000", "no schema has been selected to create in")
        return path[0]

    def place(self, name: Node, new: bool = False) -> tuple[str, str, str]:
        """Give (database, schema, name) that a written name stands for; raises SqlError.

        new: where something of that name would be made, whatever else there is.
        """
        parts = name["parts"]
        if not self.is_pg:
            base = parts[-2] if len(parts) > 1 else self.name
            if not base:
                raise my(1046, "No database selected", "3D000")
            return base, "", parts[-1]
        if len(parts) == 1:
            return self.name, self._schema_of(parts[-1], new), parts[-1]
        schema = parts[-2]
        known = (*self.catalogue()["schemas"], "pg_catalog", "information_schema")
        if schema not in known:
            raise pg("3F000", f'schema "{schema}" does not exist', name["at"])
        return self.name, schema, parts[-1]

    def find(self, name: Node) -> Table | None:
        """Find a table; None when there is none."""
        try:
            base, schema, short = self.place(name)
        except SqlError as error:
            if error.sqlstate == "3F000":
                return None
            raise
        catalogue = self.store.get(f"cat/{base}")
        short_key = f"{schema}.{short}" if schema else short
        row = catalogue["tables"].get(short_key) if catalogue is not None else None
        if row is None:
            return None
        return Table(base, schema, short, f"rows/{base}/{short_key}", row)

    def need(self, name: Node) -> Table:
        """Find a table; raises SqlError."""
        found = self.find(name)
        if found is None:
            raise self.missing(name)
        return found

    def missing(self, name: Node) -> SqlError:
        """Say that there is no such table."""
        if self.is_pg:
            shown = ".".join(name["parts"])
            return pg("42P01", f'relation "{shown}" does not exist', name["at"])
        base, _, short = self.place(name)
        if self.store.get(f"cat/{base}") is None and base not in system.SCHEMAS:
            return my(1049, f"Unknown database '{base}'", "42000")
        return my(1146, f"Table '{base}.{short}' doesn't exist", "42S02")

    def save(self, table: Table, row: dict[str, Any] | None) -> None:
        """Replace a table's definition; None drops it."""
        key = f"{table.schema}.{table.name}" if table.schema else table.name
        tables = {**self.catalogue(table.database)["tables"], key: row}
        if row is None:
            del tables[key]
        self.change(table.database, tables=tables)

    def rows(self, table: Table) -> dict[str, list[Any]]:
        """Give a table's rows, by their numbers, as plain data."""
        return self.store.get(table.key) or {}

    def lively(self, table: Table) -> list[tuple[str, list[Any]]]:
        """Give a table's rows with values of Python."""
        keepers = [keeper(kind) for kind in table.types()]
        rows = self.rows(table)
        if not any(keepers):
            return list(rows.items())
        return [(n, self.live(row, keepers)) for n, row in rows.items()]

    @staticmethod
    def live(row: list[Any], keepers: list[Any]) -> list[Any]:
        """Make a row's plain data values of Python."""
        return [value if keep is None or value is None else keep(value)
                for value, keep in zip(row, keepers, strict=False)]  # fmt: skip

    def read(self, run: Run, name: Node, query: Any) -> tuple[list[Column], list[list[Any]]]:
        """Give the columns and rows of a table, a view, or a table of the system."""
        found = self.find(name)
        short = name["parts"][-1]
        if found is None:
            view = self.view(name)
            if view is not None:
                return self._from_view(run, short, view, query)  # type: ignore[no-any-return]
            told = system.read(run, self, name)
            if told is None:
                raise self.missing(name)
            return told
        run.spend(len(self.rows(found)))
        columns = [Column(one["name"], short, from_plain(one["type"])) for one in found.columns]
        return columns, self.ordered(found)

    def ordered(self, table: Table) -> list[list[Any]]:
        """Give the rows as they come without ORDER BY: by primary key in MySQL."""
        rows = [row for _, row in self.lively(table)]
        key = self.primary(table)
        loose = not self.is_pg or self.session.get("sqlite")
        if loose and key and all(isinstance(row[key[0]], int) for row in rows):
            rows.sort(key=lambda row: row[key[0]])
        return rows

    def view(self, name: Node) -> dict[str, Any] | None:
        """Find a view."""
        try:
            base, schema, short = self.place(name)
        except SqlError as error:
            if error.sqlstate == "3F000":
                return None
            raise
        catalogue = self.store.get(f"cat/{base}")
        key = f"{schema}.{short}" if schema else short
        return catalogue["views"].get(key) if catalogue is not None else None

    def _from_view(self, run: Run, short: str, view: dict[str, Any], query: Any) -> Any:
        from .parser import parse

        depth = run.views
        if depth > 8:
            raise pg("54001", "stack depth limit exceeded")
        kept, run.text, run.ctes = (run.text, run.ctes), view["text"], {}
        run.views = depth + 1
        try:
            columns, rows = query(run, parse(view["text"], run.dialect), None)
        finally:
            run.text, run.ctes = kept
            run.views = depth
        names = view["columns"] or [one.name for one in columns]
        return [Column(names[n] if n < len(names) else one.name, short, one.type)
                for n, one in enumerate(columns)], rows  # fmt: skip

    def primary(self, table: Table) -> list[int]:
        """Give the places of the primary key's columns."""
        names = [one["name"] for one in table.columns]
        for row in table.row["constraints"]:
            if row["k"] == "primary":
                return [names.index(name) for name in row["columns"]]
        return []

    def primary_slots(self, columns: list[Column]) -> dict[str, set[int]]:
        """Give, for each table of a query, which columns are its primary key."""
        found: dict[str, set[int]] = {}
        for one in columns:
            if one.table and one.table not in found:
                table = self.find({"parts": [one.table], "at": 0}) if self.name else None
                places = self.primary(table) if table else []
                slots = [n for n, other in enumerate(columns) if other.table == one.table]
                found[one.table] = {slots[p] for p in places if p < len(slots)}
        return found

    # What it says of itself

    def says(self, run: Run, key: str) -> Any:
        """Answer version(), current_user and their like."""
        session = self.session
        if key == "version":
            return self.info["version"]
        if key == "user":
            host = session.get("host") or "localhost"
            return session["user"] if self.is_pg else f"{session['user']}@{host}"
        if key == "size":
            return 7_500_000 + sum(len(self.store.get(f"rows/{self.name}/{one}") or {}) * 60
                                   for one in self.catalogue()["tables"])  # fmt: skip
        path = self.path() if self.is_pg and key == "schema" else []
        known = {"database": session.get("database"), "schema": path[0] if path else None,
                 "pid": session["pid"],
                 "address": self.info.get("address"), "port": self.info.get("port"),
                 "client": session.get("client"), "insert_id": session.get("insert_id", 0),
                 "row_count": session.get("row_count", -1), "found_rows": 0}  # fmt: skip
        return known[key]

    def variable(self, run: Run, name: str) -> Any:
        """Give a variable of MySQL: @x or @@x."""
        low = name.lower()
        if not low.startswith("@@"):
            return (self.session.get("variables") or {}).get(low)
        short = low[2:].rpartition(".")[2]
        if short not in system.MY_VARIABLES and short not in self.session.get("settings", {}):
            if short == "version":
                return self.info["version"]
            raise my(1193, f"Unknown system variable '{short}'")
        text = self.session.get("settings", {}).get(short, system.MY_VARIABLES.get(short))
        return int(text) if str(text).isdigit() else text

    def sequence_call(self, run: Run, how: str, *args: Any) -> Any:
        """Carry out nextval() and its like; raises SqlError."""
        if how == "lastval":
            if "lastval" not in self.session:
                raise pg("55000", "lastval is not yet defined in this session")
            return self.session["lastval"]
        name = str(args[0]).replace('"', "")
        if how == "serial":
            table = self.need({"parts": name.split("."), "at": 0})
            row = next((one for one in table.columns if one["name"] == args[1]), None)
            return f"{table.schema}.{row['serial']}" if row and row.get("serial") else None
        name = name.rpartition(".")[2]
        row = self.catalogue()["sequences"].get(name)
        if row is None:
            raise pg("42P01", f'relation "{name}" does not exist')
        key = f"{self.name}/seq/{name}"
        if how == "nextval":
            value = self.store.count(key, int(row["step"]))
            self.session["lastval"] = value
            return value
        if how == "currval":
            return self.store.counter(key)
        called = len(args) < 3 or bool(args[2])
        self.store.set_counter(key, int(args[1]) - (0 if called else int(row["step"])))
        return int(args[1])
