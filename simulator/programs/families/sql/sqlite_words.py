"""Which statement of SQLite becomes what; see `sqlite_text` for expressions."""

from __future__ import annotations

from .errors import SqlError
from .sqlite_text import Names, Piece, affinity, closing, expression, name_of, split_commas, words

CONSTRAINTS = ("constraint", "primary", "not", "null", "unique", "check", "default", "collate",
                "references", "generated", "as")  # fmt: skip


def refuse(what: str) -> SqlError:
    """Say that the model does not follow something."""
    return SqlError(f"{what} is not supported by the modelled SQLite", "0A000")


def create_table(parts: list[Piece], names: Names) -> str:
    """Write CREATE TABLE: types by their affinity, no foreign keys, rowids as a sequence."""
    solid = words(parts)
    at = next((n for n, one in enumerate(solid) if one.low == "("), -1)
    heads = [one.low for one in solid[: at if at >= 0 else len(solid)]]
    if at < 0 or "as" in heads:
        return expression(parts, names)
    end = closing(solid, at)
    found = []
    key = _single_key(split_commas(solid[at + 1 : end]))
    for part in split_commas(solid[at + 1 : end]):
        if not part:
            raise SqlError('near ")": syntax error', "42601")
        first = part[0].low
        if first == "constraint" or (first in ("primary", "unique", "check", "foreign") and (
                len(part) > 1 and part[1].low in ("key", "("))):  # fmt: skip
            made = _table_constraint(part, names)
        else:
            made = _column(part, names, name_of(part[0]).lower() == key)
        if made:
            found.append(made)
    place = [one for one in solid[:at] if one.low not in ("temp", "temporary")]
    head = expression(_spaced(place), names)
    return f"{head} ({', '.join(found)})"


def _spaced(parts: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for one in parts:
        found += [one, Piece("space", " ")]
    return found[:-1]


def _table_constraint(part: list[Piece], names: Names) -> str:
    low = [one.low for one in part]
    if "foreign" in low:
        return ""
    if "conflict" in low:
        at = low.index("conflict")
        part = part[: at - 1] + part[at + 2 :]
    part = [one for one in part if one.low not in ("asc", "desc", "autoincrement")]
    shown = [one._replace(kind="space", text=" KEY ") if one.low == "key" else
             one._replace(text=f"[{name_of(one)}]") if one.kind == "quoted" else one
             for one in part]  # fmt: skip
    return expression(_spaced(shown), names)


def _single_key(parts: list[list[Piece]]) -> str:
    """Give the one column of a PRIMARY KEY that stands by itself; "" for none."""
    for part in parts:
        low = [one.low for one in part]
        if "primary" in low[:3:2] and "(" in low and low.index("(") + 2 == low.index(")"):
            return name_of(part[low.index("(") + 1]).lower()
    return ""


def _column(part: list[Piece], names: Names, is_key: bool = False) -> str:
    name, rest = name_of(part[0]), part[1:]
    at = next((n for n, one in enumerate(rest) if one.low in CONSTRAINTS), len(rest))
    declared = " ".join(one.text for one in rest[:at])
    kind, low = affinity(declared), [one.low for one in rest]
    shown = f'"{name}" '
    if declared.lower() == "integer" and ("primary" in low or is_key):
        return shown + ("bigserial" if is_key else "bigserial PRIMARY KEY")
    shown += kind
    while at < len(rest):
        end = at + 1
        depth = 0
        while end < len(rest) and (
            depth
            or rest[end].low not in CONSTRAINTS
            or (rest[end].low == "null" and rest[end - 1].low in ("not", "default", "set"))
        ):
            depth += {"(": 1, ")": -1}.get(rest[end].low, 0)
            end += 1
        shown += _column_constraint(rest[at:end], names)
        at = end
    return shown


def _column_constraint(part: list[Piece], names: Names) -> str:
    first = part[0].low
    if first in ("collate", "references", "constraint", "null"):
        return ""
    if first in ("generated", "as"):
        raise refuse("a generated column")
    if first == "primary":
        return " PRIMARY KEY"
    if first in ("unique", "not"):
        return " UNIQUE" if first == "unique" else " NOT NULL"
    if first == "default" and len(part) > 1 and part[1].kind == "quoted":
        part = [part[0], Piece("string", "'" + name_of(part[1]).replace("'", "''") + "'")]
    text = expression(_spaced(part[1:]), names).strip()
    return f" {first.upper()} {text}"


def insert(parts: list[Piece], names: Names, facts: dict[str, str]) -> str:
    """Write INSERT: OR IGNORE and OR REPLACE as ON CONFLICT, NULL for a rowid as DEFAULT."""
    solid = words(parts)
    how, at = "", 1
    if solid[0].low == "replace":
        how = "replace"
    elif len(solid) > 2 and solid[1].low == "or":
        how, at = solid[2].low, 3
    if at + 1 >= len(solid) or solid[at].low != "into":
        near = solid[at].text if at < len(solid) else ""
        raise SqlError(f'near "{near}": syntax error' if near else "incomplete input", "42601")
    target = name_of(solid[at + 1])
    row = names.table(target)
    body = solid[at + 2 :]
    columns = [one["name"] for one in row["columns"]] if row else []
    listed = columns
    if body and body[0].low == "(":
        end = closing(body, 0)
        listed = [names.known.get(name_of(one[0]).lower(), name_of(one[0]))
                  for one in split_commas(body[1:end]) if one]  # fmt: skip
        head = ", ".join(names.quote(one) for one in listed)
        body = body[end + 1 :]
        shown = f"INSERT INTO {names.quote(target)} ({head}) "
    else:
        shown = f"INSERT INTO {names.quote(target)} "
    serial = [one["name"] for one in (row["columns"] if row else []) if one.get("serial")]
    shown += _rows(body, names, facts, [n for n, one in enumerate(listed) if one in serial])
    if row is None or how in ("", "abort", "fail", "rollback"):
        return shown
    if how == "ignore":
        return f"{shown} ON CONFLICT DO NOTHING"
    keys = next((one["columns"] for one in row["constraints"] if one["k"] in ("primary", "unique")),
                None)  # fmt: skip
    rest = [one for one in columns if keys and one not in keys]
    if not keys:
        return shown
    put = ", ".join(f"{names.quote(one)} = EXCLUDED.{names.quote(one)}" for one in rest)
    place = ", ".join(names.quote(one) for one in keys)
    return f"{shown} ON CONFLICT ({place}) DO " + (f"UPDATE SET {put}" if put else "NOTHING")


def _rows(body: list[Piece], names: Names, facts: dict[str, str], serial: list[int]) -> str:
    """Write VALUES (...), (...) and what follows; a query stays as it is."""
    if not body or body[0].low != "values" or not serial:
        return expression(_spaced(body), names, facts)
    told, at = [], 1
    while at < len(body) and body[at].low == "(":
        end = closing(body, at)
        row = []
        for n, one in enumerate(split_commas(body[at + 1 : end])):
            empty = n in serial and [piece.low for piece in one] == ["null"]
            row.append("DEFAULT" if empty else expression(_spaced(one), names, facts))
        told.append(f"({', '.join(row)})")
        at = end + 1
        if at < len(body) and body[at].low == ",":
            at += 1
    rest = expression(_spaced(body[at:]), names, facts)
    return f"VALUES {', '.join(told)} {rest}"
