"""Results as the clients show them: psql's tables, mysql's boxes and columns, errors."""

from __future__ import annotations

from typing import Any

NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8", "oid", "tinyint", "smallint",
           "mediumint", "int", "bigint", "decimal", "float", "double", "year")  # fmt: skip


def cell(value: Any, dialect: str, null: str = "") -> str:
    """Write a value of an answer."""
    if value is None:
        return null
    if isinstance(value, bool):
        return ("t" if value else "f") if dialect == "postgres" else str(int(value))
    if isinstance(value, list):
        return "{" + ",".join(cell(one, dialect, "NULL") for one in value) + "}"
    if isinstance(value, float):
        from .values import show_float

        return show_float(value, dialect)
    return str(value)


def psql_table(answer: dict[str, Any], bare: bool, tuples: bool, csv: bool, sep: str) -> str:
    """Write rows as psql does; bare: -A, tuples: -t."""
    names = [one["name"] for one in answer["columns"]]
    rows = [[cell(v, "postgres") for v in row] for row in answer["rows"]]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})\n"
    if csv:
        quoted = [[f'"{v}"' if "," in v or '"' in v or "\n" in v else v for v in row]
                  for row in ([] if tuples else [names]) + rows]  # fmt: skip
        return "".join(",".join(row) + "\n" for row in quoted)
    if bare:
        lines = ([] if tuples else [names]) + rows
        return "".join(sep.join(row) + "\n" for row in lines) + ("" if tuples else count)
    widths = [max([len(name)] + [len(row[n]) for row in rows]) for n, name in enumerate(names)]
    right = [one["type"] in NUMBERS for one in answer["columns"]]
    text = ""
    if not tuples:
        text = "|".join(f" {name:^{w}} " for name, w in zip(names, widths, strict=True)) + "\n"
        text += "+".join("-" * (w + 2) for w in widths) + "\n"
    for row in rows:
        cells = [f" {v:>{w}}" if r else f" {v:<{w}}"
                 for v, w, r in zip(row, widths, right, strict=True)]  # fmt: skip
        text += (" |".join(cells)).rstrip(" " if right[-1:] != [True] else "") + "\n"
    return text + ("\n" if tuples else count + "\n")


def pg_error(fields: dict[str, Any], sql: str, prefix: str = "") -> str:
    """Write an error as psql does, with the line and a caret."""
    text = f"{prefix}{fields['severity']}:  {fields['message']}\n"
    at = fields["position"]
    if at is not None and at - 1 <= len(sql):
        number = sql.count("\n", 0, at - 1) + 1
        begin = sql.rfind("\n", 0, at - 1) + 1
        line = sql[begin:].split("\n", 1)[0]
        head = f"LINE {number}: "
        text += f"{head}{line}\n{' ' * (len(head) + at - 1 - begin)}^\n"
    for word in ("detail", "hint"):
        text += f"{word.upper()}:  {fields[word]}\n" if fields[word] else ""
    return text


def my_box(answer: dict[str, Any]) -> str:
    """Write rows as mysql does on a terminal."""
    names = [one["name"] for one in answer["columns"]]
    rows = [[cell(v, "mysql", "NULL") for v in row] for row in answer["rows"]]
    widths = [max([len(name)] + [len(row[n]) for row in rows]) for n, name in enumerate(names)]
    right = [one["type"] in NUMBERS for one in answer["columns"]]
    rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+\n"
    head = "|" + "|".join(f" {n:<{w}} " for n, w in zip(names, widths, strict=True)) + "|\n"
    body = "".join(
        "|"
        + "|".join(
            f" {v:>{w}} " if r else f" {v:<{w}} "
            for v, w, r in zip(row, widths, right, strict=True)
        )
        + "|\n"
        for row in rows
    )
    return rule + head + rule + body + rule


def my_lines(answer: dict[str, Any], names: bool) -> str:
    """Write rows as mysql does into a pipe."""
    rows = [[one["name"] for one in answer["columns"]]] if names else []
    rows += [[cell(v, "mysql", "NULL") for v in row] for row in answer["rows"]]
    return "".join("\t".join(row) + "\n" for row in rows)
