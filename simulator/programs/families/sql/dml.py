"""INSERT, UPDATE, DELETE: rows checked as the table's definition says, then kept."""

from __future__ import annotations

from typing import Any

from .compiler import Expr, Scope
from .errors import SqlError, my, pg
from .reader import Node
from .run import Column, Run
from .select import compiler, query, sources
from .types import from_plain, is_int
from .values import keep
from .writer import Writer

# Statements: each answers {"columns", "rows", "count", "tag"}


def insert(run: Run, node: Node) -> dict[str, Any]:
    """Carry out INSERT."""
    writer = Writer(run, run.db.need(node["table"]), node["alias"])
    places = _places(run, writer, node["columns"])
    out: list[list[Any]] = []
    count = 0
    for n, given in enumerate(_given(run, writer, node, places), 1):
        writer.row_number = n
        run.spend(5)
        row = [given.get(p) if p in given else writer.default(p)
               for p in range(len(writer.names))]  # fmt: skip
        _check_missing(run, writer, given, row)
        _note_auto(run, writer, given, row)
        try:
            done = _one_insert(run, writer, node, row)
        except SqlError:
            if node["ignore"]:
                continue
            raise
        count += done[0]
        if done[1] is not None:
            out.append(done[1])
    writer.save()
    made = returning(run, node, writer, out)
    return {**made, "count": count, "tag": f"INSERT 0 {count}"}


def _check_missing(run: Run, writer: Writer, given: dict[int, Any], row: list[Any]) -> None:
    if run.dialect != "mysql":
        return
    for n, column in enumerate(writer.table.columns):
        if n not in given and row[n] is None and column["not_null"] and not column.get("generated"):
            raise my(1364, f"Field '{column['name']}' doesn't have a default value")


def _note_auto(run: Run, writer: Writer, given: dict[int, Any], row: list[Any]) -> None:
    """Let AUTO_INCREMENT follow a number that was given; NULL and 0 draw the next one."""
    for n, column in enumerate(writer.table.columns):
        if not column.get("auto") or n not in given:
            continue
        if row[n] in (None, 0):
            row[n] = writer.default(n)
        elif isinstance(row[n], int):
            key = f"{writer.table.key}#auto"
            if run.db.store.counter(key) < row[n]:
                run.db.store.set_counter(key, row[n])


def _one_insert(run: Run, writer: Writer, node: Node, row: list[Any]) -> tuple[int, Any]:
    conflict = node["conflict"]
    if conflict is None and not node["replace"]:
        writer.add(row)
        return 1, row
    plain = [keep(value) for value in row]
    found = writer.clash(plain)
    if conflict is not None and conflict.get("columns"):
        fits = [one for one, _, _ in writer.uniques
                if sorted(one["columns"]) == sorted(conflict["columns"])]  # fmt: skip
        if not fits:
            raise pg("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT "
                     "specification")  # fmt: skip
        if found is not None and found[0] is not fits[0]:
            writer.check(row)
            raise writer.duplicate(found[0], plain)
    if found is None:
        writer.add(row)
        return 1, row
    if node["replace"]:
        writer.check(row)
        writer.remove(found[1])
        writer.add(row)
        return 2, row
    if conflict["set"] is None:
        return 0, None
    old = run.db.live(writer.rows[found[1]], writer.keepers)
    new = _resolved(run, writer, node, old, row)
    if new is None:
        return 0, None
    writer.replace(found[1], new)
    return (1 if run.dialect == "postgres" else 0 if new == old else 2), new


def _resolved(
    run: Run, writer: Writer, node: Node, old: list[Any], row: list[Any]
) -> list[Any] | None:
    """Work out DO UPDATE SET, or ON DUPLICATE KEY UPDATE."""
    label = node.get("row_alias") or "excluded"
    extra = [one._replace(table=label, hidden=True) for one in writer.columns]
    scope = Scope([*writer.columns, *extra])
    both = [*old, *row]
    where = node["conflict"].get("where")
    if where is not None and not compiler(run, scope).boolean(where)(both):
        return None
    new = list(old)
    for name, x, at in node["conflict"]["set"]:
        n = _place(run, writer, name, at)
        if x["k"] == "func" and x["name"] == "values" and run.dialect == "mysql":
            new[n] = row[_place(run, writer, x["args"][0]["parts"][-1], at)]
            continue
        new[n] = _assigned(run, writer, scope, n, x)(both)
    return new


def _assigned(run: Run, writer: Writer, scope: Scope, n: int, x: Node) -> Any:
    if x["k"] == "default":
        return lambda row: writer.default(n)
    if x["k"] != "func" and run.dialect == "mysql":
        x = _without_values(x)
    made = compiler(run, scope).expr(x)
    source = None if made.type.name == "unknown" else made.type
    return lambda row: writer.fit(n, made.fn(row), source, x["at"])


def _without_values(x: Node) -> Node:
    """Read VALUES(c) of ON DUPLICATE KEY UPDATE as the column that was to be inserted."""
    if x["k"] == "func" and x["name"] == "values" and x["args"] and x["args"][0]["k"] == "col":
        return {**x["args"][0], "parts": ["excluded", x["args"][0]["parts"][-1]]}
    return {key: _without_values(value) if isinstance(value, dict) and "k" in value else value
            for key, value in x.items()}  # fmt: skip


def _place(run: Run, writer: Writer, name: str, at: int) -> int:
    for n, own in enumerate(writer.names):
        if own == name or (run.dialect == "mysql" and own.lower() == name.lower()):
            return n
    if run.dialect == "mysql":
        raise my(1054, f"Unknown column '{name}' in 'field list'", "42S22")
    raise pg("42703", f'column "{name}" of relation "{writer.table.name}" does not exist', at)


def _places(run: Run, writer: Writer, columns: list[Node] | None) -> list[int]:
    if not columns:
        return list(range(len(writer.names)))
    found = [_place(run, writer, one["name"], one["at"]) for one in columns]
    for n, place in enumerate(found):
        if place in found[:n]:
            name = columns[n]["name"]
            if run.dialect == "mysql":
                raise my(1110, f"Column '{name}' specified twice", "42000")
            raise pg("42701", f'column "{name}" specified more than once', columns[n]["at"])
    return found


def _given(run: Run, writer: Writer, node: Node, places: list[int]) -> list[dict[int, Any]]:
    """Give the values of each row by the places of their columns."""
    if node["q"] is not None:
        columns, rows = query(run, node["q"])
        _check_width(run, node, places, len(columns), 1, None)
        kinds = [one.type for one in columns]
        return [{p: writer.fit(p, value, kinds[n])
                 for n, (p, value) in enumerate(zip(places, row, strict=False))}
                for row in rows]  # fmt: skip
    if node["rows"] is None:
        return [{}]
    made = compiler(run, Scope([]))
    found = []
    for number, row in enumerate(node["rows"], 1):
        writer.row_number = number
        run.spend(1 + len(row) // 2)
        given: dict[int, Any] = {}
        if row or run.dialect == "postgres":
            _check_width(run, node, places, len(row), number, row)
        for p, x in zip(places, row, strict=False):
            if x["k"] != "default":
                given[p] = _fitted(run, writer, made.expr(x), p, x)
        found.append(given)
    return found


def _fitted(run: Run, writer: Writer, made: Expr, p: int, x: Node) -> Any:
    column = writer.table.columns[p]
    if column.get("identity") == "always":
        raise pg("428C9", f'cannot insert a non-DEFAULT value into column "{column["name"]}"',
                 detail=f'Column "{column["name"]}" is an identity column defined as GENERATED '
                 "ALWAYS.", hint="Use OVERRIDING SYSTEM VALUE to override.")  # fmt: skip
    source = None if made.type.name == "unknown" else made.type
    return writer.fit(p, made.fn([]), source, x["at"])


def _check_width(
    run: Run, node: Node, places: list[int], width: int, number: int, row: list[Node] | None
) -> None:
    if run.dialect == "mysql":
        if width != len(places):
            raise my(1136, f"Column count doesn't match value count at row {number}", "21S01")
        return
    if width > len(places):
        at = row[len(places)]["at"] if row else None
        raise pg("42601", "INSERT has more expressions than target columns", at)
    if width < len(places) and node["columns"]:
        raise pg("42601", "INSERT has more target columns than expressions",
                 node["columns"][width]["at"])  # fmt: skip


def returning(run: Run, node: Node, writer: Writer, rows: list[list[Any]]) -> dict[str, Any]:
    """Work out RETURNING."""
    if not node.get("returning"):
        return {"columns": None, "rows": []}
    from .select import _items

    made = compiler(run, Scope(writer.columns))
    items = _items(run, node["returning"], writer.columns, [{}])
    out = [made.settled(made.expr(one["x"])) for one in items]
    columns = [Column(one["name"], "", expr.type) for one, expr in zip(items, out, strict=True)]
    return {"columns": columns, "rows": [[one.fn(row) for one in out] for row in rows]}


def _hits(run: Run, node: Node, writer: Writer) -> tuple[Scope, list[tuple[str, list[Any]]]]:
    """Give the rows that WHERE names, each with those of FROM beside it."""
    columns, more = sources(run, None).all(node["from"], None)
    scope = Scope([*writer.columns, *columns])
    scope.clause = "where clause"
    test = compiler(run, scope).boolean(node["where"]) if node["where"] is not None else None
    found: dict[str, list[Any]] = {}
    rows = [(n, run.db.live(row, writer.keepers)) for n, row in writer.rows.items()]
    run.spend(len(rows) * max(len(more), 1))
    for n, row in rows:
        for extra in more:
            whole = [*row, *extra]
            if n not in found and (test is None or test(whole)):
                found[n] = whole
    hits = list(found.items())
    if node.get("order"):
        from .select import _order_key
        from .sorting import sort_rows

        keys = [_order_key(run, scope, one, [], []) for one in node["order"]]
        hits = sort_rows(run, [(pair, pair[1]) for pair in hits], keys)
    if node.get("limit") is not None:
        hits = hits[: int(compiler(run, Scope([])).expr(node["limit"]).fn([]))]
    return scope, hits


def update(run: Run, node: Node) -> dict[str, Any]:
    """Carry out UPDATE."""
    writer = Writer(run, run.db.need(node["table"]), node["alias"])
    scope, hits = _hits(run, node, writer)
    scope.clause = "field list"
    changes = [(p := _place(run, writer, name, at), _assigned(run, writer, scope, p, x))
               for name, x, at in node["set"]]  # fmt: skip
    width, changed, out = len(writer.names), 0, []
    for number, (n, whole) in enumerate(hits, 1):
        writer.row_number = number
        new = list(whole[:width])
        for place, fn in changes:
            new[place] = fn(whole)
        if run.dialect == "mysql":
            if new == whole[:width]:
                continue
            _touch(run, writer, new, [place for place, _ in changes])
        run.spend(3)
        writer.replace(n, new)
        changed += 1
        out.append(new)
    if changed:
        writer.save()
    made = returning(run, node, writer, out)
    return {**made, "count": changed, "tag": f"UPDATE {changed}", "matched": len(hits)}


def _touch(run: Run, writer: Writer, row: list[Any], given: list[int]) -> None:
    for n, column in enumerate(writer.table.columns):
        if column.get("on_update") and n not in given:
            row[n] = writer.fit(n, run.now)


def delete(run: Run, node: Node) -> dict[str, Any]:
    """Carry out DELETE."""
    writer = Writer(run, run.db.need(node["table"]), node["alias"])
    _, hits = _hits(run, node, writer)
    referred = any(one["k"] == "foreign" and one["table"][-1] == writer.table.name
                   for row in run.db.catalogue(writer.table.database)["tables"].values()
                   for one in row["constraints"])  # fmt: skip
    for n, _ in hits:
        run.spend(2)
        if referred:
            if n in writer.rows:
                writer.remove(n)
        elif run.db.store.is_locked(writer.table.key, n):
            raise writer.locked()
        else:
            del writer.rows[n]
    writer.save()
    made = returning(run, node, writer, [whole[: len(writer.names)] for _, whole in hits])
    return {**made, "count": len(hits), "tag": f"DELETE {len(hits)}"}


__all__ = ["Writer", "delete", "from_plain", "insert", "is_int", "returning", "update"]
