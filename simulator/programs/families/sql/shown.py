"""Results as the clients show them: psql's tables, mysql's boxes and columns, errors."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Style(NamedTuple):
    """How psql shows rows.   bare: -A; tuples: -t; footer: the count of rows."""

    bare: bool = False
    tuples: bool = False
    csv: bool = False
    expanded: bool = False
    sep: str = "|"
    null: str = ""
    title: str = ""
    footer: bool = True


def psql_table(answer: dict[str, Any], style: Style) -> str:
    """Write rows as psql does."""
    names = [one["name"] for one in answer["columns"]]
    rows = [[cell(v, "postgres", style.null) for v in row] for row in answer["rows"]]
    if style.expanded:
        return _expanded(names, rows, style)
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})\n"
    if style.csv:
        lines = ([] if style.tuples else [names]) + rows
        return "".join(",".join(_quoted(v) for v in row) + "\n" for row in lines)
    if style.bare:
        lines = ([] if style.tuples else [names]) + rows
        title = f"{style.title}\n" if style.title and not style.tuples else ""
        return title + "".join(style.sep.join(row) + "\n" for row in lines) + (
            "" if style.tuples or not style.footer else count)  # fmt: skip
    return _aligned(answer, names, rows, style, count)


def _quoted(value: str) -> str:
    if any(sign in value for sign in (",", '"', "\n")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _aligned(
    answer: dict[str, Any], names: list[str], rows: list[list[str]], style: Style, count: str
) -> str:
    parts = [[value.expandtabs(8).split("\n") for value in row] for row in rows]
    widths = [max([len(name), *(len(line) for row in parts for line in row[n])])
              for n, name in enumerate(names)]  # fmt: skip
    right = [one["type"] in NUMBERS for one in answer["columns"]]
    text = ""
    if not style.tuples:
        width = sum(widths) + 3 * len(widths) - 1
        if style.title:
            indent = max((width - len(style.title)) // 2, 0)
            text += " " * indent + style.title + "\n"
        text += "|".join(f" {_centred(name, w)} " for name, w in
                         zip(names, widths, strict=True)) + "\n"  # fmt: skip
        text += ("+".join("-" * (w + 2) for w in widths) or "--") + "\n"
    for row in parts:
        for n in range(max([len(value) for value in row], default=0)):
            text += _line(row, n, widths, right) + "\n"
    if style.tuples or not style.footer:
        return text + "\n"
    return text + count + "\n"


def _centred(name: str, width: int) -> str:
    left = (width - len(name)) // 2
    return " " * left + name + " " * (width - len(name) - left)


def _line(row: list[list[str]], n: int, widths: list[int], right: list[bool]) -> str:
    """Write one line of a row; a value that goes on in the next has a + behind it."""
    cells = []
    for at, (lines, width) in enumerate(zip(row, widths, strict=True)):
        value = lines[n] if n < len(lines) else ""
        more = n + 1 < len(lines)
        padded = f"{value:>{width}}" if right[at] else f"{value:<{width}}"
        if at == len(row) - 1 and not right[at] and not more:
            padded = value if n < len(lines) else ""
        cells.append(f" {padded}" + ("+" if more else " " if at < len(row) - 1 else ""))
    return "|".join(cells)


def _expanded(names: list[str], rows: list[list[str]], style: Style) -> str:
    """Write each row as a list of its columns, as after \\x."""
    if not rows:
        return "" if style.tuples else "(0 rows)\n\n"
    if style.bare:
        return "\n".join("".join(f"{name}{style.sep}{value}\n" for name, value in
                                 zip(names, row, strict=True)) for row in rows)  # fmt: skip
    left = max((len(name) for name in names), default=0)
    wide = max((len(line) for row in rows for value in row
                for line in value.expandtabs(8).split("\n")),
               default=0)  # fmt: skip
    text = "" if style.tuples or not style.title else f"{style.title}\n"
    for number, row in enumerate(rows, 1):
        if not style.tuples:
            rule = "-" * (left + 1) + "+" + "-" * (wide + 1)
            head = f"-[ RECORD {number} ]"
            text += head + rule[len(head) :] + "\n"
        elif number > 1:
            text += "\n"
        for name, value in zip(names, row, strict=True):
            lines = value.expandtabs(8).split("\n")
            for n, line in enumerate(lines):
                more = f"{line:<{wide}}+" if n + 1 < len(lines) else line
                text += f"{name if not n else '':<{left}} | {more}\n"
    return text + "\n"


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
    for word in ("detail", "hint", "context"):
        text += f"{word.upper()}:  {fields[word]}\n" if fields.get(word) else ""
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


def my_lines(answer: dict[str, Any], names: bool, raw: bool = False) -> str:
    """Write rows as mysql does into a pipe; raw: without escapes (-r)."""
    rows = [[one["name"] for one in answer["columns"]]] if names else []
    rows += [[cell(v, "mysql", "NULL") for v in row] for row in answer["rows"]]
    if not raw:
        rows = [[_escaped(v) for v in row] for row in rows]
    return "".join("\t".join(row) + "\n" for row in rows)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def my_vertical(answer: dict[str, Any]) -> str:
    """Write each row as a list of its columns, as mysql does after \\G."""
    width = max([len(one["name"]) for one in answer["columns"]])
    text = ""
    for number, row in enumerate(answer["rows"], 1):
        text += f"{'*' * 27} {number}. row {'*' * 27}\n"
        for one, value in zip(answer["columns"], row, strict=True):
            text += f"{one['name']:>{width}}: {cell(value, 'mysql', 'NULL')}\n"
    return text
