"""Rows of a table changed within a statement, and held against its constraints."""

from __future__ import annotations

from typing import Any

from .casts import convert, may_assign, my_store
from .compare import group_key
from .compiler import Scope
from .errors import SqlError, my, pg
from .parser import parse
from .run import Column, Run
from .select import compiler
from .tables import MAX_ROWS, Table
from .types import Type, bare
from .values import keep, keeper, show

Rows = dict[str, list[Any]]


class Writer:
    """Changes the rows of one table within one statement."""

    def __init__(self, run: Run, table: Table, alias: str | None = None) -> None:
        self.run, self.table, self.db = run, table, run.db
        self.names = [one["name"] for one in table.columns]
        self.types = table.types()
        self.keepers = [keeper(kind) for kind in self.types]
        self.rows: Rows = dict(self.db.rows(table))
        self.columns = [Column(one["name"], alias or table.name, kind)
                        for one, kind in zip(table.columns, self.types, strict=True)]  # fmt: skip
        self.uniques: list[tuple[dict[str, Any], list[int], dict[Any, str]]] = []
        self.row_number = 0
        for one in self._unique_rows():
            places = [self.names.index(name) for name in one["columns"]]
            index: dict[Any, str] = {}
            for n, row in self.rows.items():
                key = self._key(row, places)
                if key is not None:
                    index[key] = n
            self.uniques.append((one, places, index))
        run.spend(len(self.rows) // 4 * len(self.uniques))
        self.checks = self._checks()

    def _unique_rows(self) -> list[dict[str, Any]]:
        row = self.table.row
        return [*(one for one in row["constraints"] if one["k"] in ("primary", "unique")),
                *(one for one in row["indexes"] if one["unique"] and one["columns"])]  # fmt: skip

    def _checks(self) -> list[tuple[dict[str, Any], Any]]:
        found = []
        for one in self.table.row["constraints"]:
            if one["k"] == "check":
                found.append((one, self.compiled(f"SELECT {one['text']}", self.columns)))
        return found

    def compiled(self, text: str, columns: list[Column]) -> Any:
        """Compile the one expression of a kept SELECT."""
        node = parse(text, self.run.dialect)["body"]["items"][0]["x"]
        kept, self.run.text = self.run.text, text
        try:
            made = compiler(self.run, Scope(columns))
            return made.settled(made.expr(node)).fn
        finally:
            self.run.text = kept

    def _key(self, row: list[Any], places: list[int]) -> Any:
        key = tuple(group_key(row[p], self.run.dialect) for p in places)
        return None if None in key else key

    # Values

    def fit(self, n: int, value: Any, source: Type | None = None, at: int = 0) -> Any:
        """Make a value fit a column; raises SqlError."""
        column, kind = self.table.columns[n], self.types[n]
        if value is None:
            return None
        if self.run.dialect == "mysql":
            return my_store(value, kind, column["name"], max(self.row_number, 1))
        loose = self.run.session.get("sqlite") and source is not None and source.name == "bool"
        if source is not None and not loose and not may_assign(source, kind):
            raise pg("42804", f'column "{column["name"]}" is of type {bare(kind)} but expression '
                     f"is of type {bare(source)}", at,
                     hint="You will need to rewrite or cast the expression.")  # fmt: skip
        return convert(value, kind, now=self.run.now, at=at if isinstance(value, str) else None)

    def default(self, n: int) -> Any:
        """Give a column's default."""
        column = self.table.columns[n]
        if column.get("serial"):
            return self.db.sequence_call(self.run, "nextval", column["serial"])
        if column.get("auto"):
            value = self.db.store.count(f"{self.table.key}#auto")
            if not self.run.insert_id:
                self.run.insert_id = value
            return value
        if column.get("default") is not None:
            value = self.compiled(f"SELECT {column['default']}", [])([])
            return self.fit(n, value)
        return None

    def generated(self, row: list[Any]) -> None:
        """Work out generated columns."""
        for n, column in enumerate(self.table.columns):
            if column.get("generated"):
                fn = self.compiled(f"SELECT {column['generated']}", self.columns)
                row[n] = self.fit(n, fn(row))

    # Checks

    def check(self, row: list[Any]) -> None:
        """Refuse a row that a constraint forbids; raises SqlError."""
        self.generated(row)
        for n, column in enumerate(self.table.columns):
            if row[n] is None and column["not_null"]:
                if self.run.dialect == "mysql":
                    raise my(1048, f"Column '{column['name']}' cannot be null", "23000")
                raise pg("23502", f'null value in column "{column["name"]}" of relation '
                         f'"{self.table.name}" violates not-null constraint',
                         detail=f"Failing row contains ({self._shown(row)}).")  # fmt: skip
        for one, test in self.checks:
            value = test(row)
            if value is not None and not value:
                if self.run.dialect == "mysql":
                    raise my(3819, f"Check constraint '{one['name']}' is violated.")
                raise pg("23514", f'new row for relation "{self.table.name}" violates check '
                         f'constraint "{one["name"]}"',
                         detail=f"Failing row contains ({self._shown(row)}).")  # fmt: skip

    def _shown(self, row: list[Any]) -> str:
        return ", ".join("null" if value is None else show(value, kind)
                         for value, kind in zip(row, self.types, strict=True))  # fmt: skip

    def clash(self, plain: list[Any], but: str | None = None) -> tuple[dict[str, Any], str] | None:
        """Find a unique constraint that a row breaks: (constraint, number of the other row)."""
        for one, places, index in self.uniques:
            key = self._key(plain, places)
            if key is not None and index.get(key, but) != but:
                return one, index[key]
            for rows in self.db.store.pending(self.table.key):
                if key is not None and any(self._key(row, places) == key for row in rows.values()):
                    raise self.locked()
        return None

    def duplicate(self, one: dict[str, Any], plain: list[Any]) -> SqlError:
        """Say that a key is there already."""
        places = [self.names.index(name) for name in one["columns"]]
        values = ["" if plain[p] is None else show(plain[p], self.types[p], self.run.dialect)
                  for p in places]  # fmt: skip
        if self.run.dialect == "mysql":
            name = "PRIMARY" if one["k"] == "primary" else one["name"]
            return my(1062, f"Duplicate entry '{'-'.join(values)}' for key "
                      f"'{self.table.name}.{name}'", "23000")  # fmt: skip
        return pg("23505", f'duplicate key value violates unique constraint "{one["name"]}"',
                  detail=f"Key ({', '.join(one['columns'])})=({', '.join(values)}) already exists.",
                  )  # fmt: skip

    def locked(self) -> SqlError:
        """Say that another transaction holds the row."""
        if self.run.dialect == "mysql":
            self.run.us += 50_000_000
            return my(1205, "Lock wait timeout exceeded; try restarting transaction")
        return pg("55P03", "canceling statement due to lock timeout")

    def _index(self, n: str, plain: list[Any] | None, old: list[Any] | None) -> None:
        for _, places, index in self.uniques:
            if old is not None and index.get(key := self._key(old, places)) == n:
                del index[key]
            if plain is not None and (key := self._key(plain, places)) is not None:
                index[key] = n

    # Changes

    def add(self, row: list[Any]) -> None:
        """Add a row that was checked; raises SqlError for a key that is there."""
        self.check(row)
        plain = [keep(value) for value in row]
        found = self.clash(plain)
        if found is not None:
            raise self.duplicate(found[0], plain)
        self.parents(row)
        if len(self.rows) >= MAX_ROWS:
            if self.run.dialect == "mysql":
                raise my(1114, f"The table '{self.table.name}' is full")
            raise pg("53100", f'could not extend file "base/16384/{self.table.name}": No space '
                     "left on device", hint="Check free disk space.")  # fmt: skip
        n = str(self.db.store.count(f"{self.table.key}#row"))
        self.rows[n] = plain
        self._index(n, plain, None)

    def replace(self, n: str, row: list[Any]) -> None:
        """Put a changed row in the place of an old one; raises SqlError."""
        self.check(row)
        if self.db.store.is_locked(self.table.key, n):
            raise self.locked()
        old, plain = self.rows[n], [keep(value) for value in row]
        found = self.clash(plain, n)
        if found is not None:
            raise self.duplicate(found[0], plain)
        self.parents(row)
        References(self).changed(old, plain)
        if self.run.dialect == "postgres":
            del self.rows[n]  # a new version of a row comes after all others
        self.rows[n] = plain
        self._index(n, plain, old)

    def remove(self, n: str) -> None:
        """Take a row away; raises SqlError."""
        if self.db.store.is_locked(self.table.key, n):
            raise self.locked()
        old = self.rows.pop(n)
        self._index(n, None, old)
        self.save()
        References(self).changed(old, None)
        self.rows = dict(self.db.rows(self.table))

    def parents(self, row: list[Any]) -> None:
        """Refuse a row that refers to none; raises SqlError."""
        for one in self.table.row["constraints"]:
            if one["k"] != "foreign" or self.run.trusts_keys:
                continue
            values = [keep(row[self.names.index(name)]) for name in one["columns"]]
            if None in values:
                continue
            other = self.db.find({"parts": one["table"], "at": 0})
            if other is None:  # made while foreign keys were not looked at
                raise self._orphan(one, values, self.table._replace(name=one["table"][-1]))
            names = [column["name"] for column in other.columns]
            places = [names.index(name) for name in one["to"]]
            there = self.rows if other.key == self.table.key else self.db.rows(other)
            rows = [*there.values(), *([[keep(v) for v in row]] if there is self.rows else [])]
            self.run.spend(len(rows) // 8)
            if not any([line[p] for p in places] == values for line in rows):
                raise self._orphan(one, values, other)

    def _orphan(self, one: dict[str, Any], values: list[Any], other: Table) -> SqlError:
        if self.run.dialect == "mysql":
            return my(1452, "Cannot add or update a child row: a foreign key constraint fails "
                      + foreign_shown(self.table, one), "23000")  # fmt: skip
        shown = ", ".join(str(value) for value in values)
        return pg("23503", f'insert or update on table "{self.table.name}" violates foreign key '
                  f'constraint "{one["name"]}"', detail=f"Key ({', '.join(one['columns'])})="
                  f'({shown}) is not present in table "{other.name}".')  # fmt: skip

    def save(self) -> None:
        """Keep the rows."""
        self.db.store.put(self.table.key, self.rows)


def foreign_shown(table: Table, one: dict[str, Any]) -> str:
    """Write a foreign key as MySQL's errors do."""
    columns = ", ".join(f"`{name}`" for name in one["columns"])
    to = ", ".join(f"`{name}`" for name in one["to"])
    return (f"(`{table.database}`.`{table.name}`, CONSTRAINT `{one['name']}` FOREIGN KEY "
            f"({columns}) REFERENCES `{one['table'][-1]}` ({to}))")  # fmt: skip


class References:
    """What happens to rows that refer to one that changes or goes."""

    def __init__(self, writer: Writer, depth: int = 0) -> None:
        self.writer, self.run, self.db = writer, writer.run, writer.run.db

    def changed(self, old: list[Any], new: list[Any] | None) -> None:
        """Carry out ON DELETE and ON UPDATE; raises SqlError."""
        table = self.writer.table
        for key, row in self.db.catalogue(table.database)["tables"].items():
            for one in row["constraints"]:
                if one["k"] != "foreign" or one["table"][-1] != table.name:
                    continue
                places = [self.writer.names.index(name) for name in one["to"]]
                before = [old[p] for p in places]
                if None in before or (new is not None and [new[p] for p in places] == before):
                    continue
                child = self.db.need({"parts": key.split("."), "at": 0})
                self._react(child, one, before, new and [new[p] for p in places])

    def _react(
        self, child: Table, one: dict[str, Any], before: list[Any], after: list[Any] | None
    ) -> None:
        names = [column["name"] for column in child.columns]
        places = [names.index(name) for name in one["columns"]]
        own = child.key == self.writer.table.key
        rows = self.writer.rows if own else self.db.rows(child)
        hits = [n for n, row in rows.items() if [row[p] for p in places] == before]
        self.run.spend(len(rows) // 8 + 20 * len(hits))
        if not hits:
            return
        how = one["update"] if after is not None else one["delete"]
        if how not in ("cascade", "set null", "set default"):
            raise self._refused(child, one, before)
        other = Writer(self.run, child)
        for n in hits:
            if how == "cascade" and after is None:
                if n in other.rows:
                    other.remove(n)
                continue
            row = self.db.live(other.rows[n], other.keepers)
            for at, place in enumerate(places):
                row[place] = after[at] if how == "cascade" and after else (
                    other.default(place) if how == "set default" else None)  # fmt: skip
            other.rows[n] = [keep(value) for value in row]
        other.save()

    def _refused(self, child: Table, one: dict[str, Any], before: list[Any]) -> SqlError:
        if self.run.dialect == "mysql":
            return my(1451, "Cannot delete or update a parent row: a foreign key constraint fails "
                      + foreign_shown(child, one), "23000")  # fmt: skip
        name = self.writer.table.name
        shown = ", ".join(str(value) for value in before)
        columns = ", ".join(one["to"])
        return pg(
            "23503", f'update or delete on table "{name}" violates foreign key constraint '
            f'"{one["name"]}" on table "{child.name}"',
            detail=f'Key ({columns})=({shown}) is still referenced from table "{child.name}".',
        )  # fmt: skip
