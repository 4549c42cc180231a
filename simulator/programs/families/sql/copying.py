"""COPY: tables as text or CSV, from and to clients and files of the server.

Sources: PostgreSQL's page of COPY; src/backend/commands/copyto.c and copyfromparse.c.
"""

from __future__ import annotations

from typing import Any

from . import dml
from .errors import SqlError, pg
from .reader import Node
from .run import Run
from .select import query
from .values import read_text, show

ESCAPES = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_UNESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def copy(run: Run, node: Node, given: list[str] | None, files: Any) -> dict[str, Any]:
    """Carry out COPY; raises SqlError.

    given: the lines that the client sends, None before it has been asked; files: {"read", "write"}
    of the server's folder, or None. Answers {"copy": "in"} when lines are wanted, or the lines.
    """
    form = _Form(node["options"])
    path = node.get("path")
    if path is not None:
        _may_use_files(run, node["to"], files)
    if node["to"] == "to":
        lines, count = _out(run, node, form)
        told = {"tag": f"COPY {count}", "count": count}
        if path is not None:
            text = "".join(f"{line}\n" for line in lines)
            why = files["write"](path, text)
            if why:
                raise pg("58P01", f'could not open file "{path}" for writing: {why}',
                         hint=_hint("TO", "write", "to"))  # fmt: skip
            return told
        return {**told, "copy": lines}
    table = run.db.need(node["table"])
    writer = dml.Writer(run, table)
    places = dml._places(run, writer, [{"name": one, "at": 0} for one in node["columns"] or []])
    if path is not None:
        text, why = files["read"](path)
        if why:
            raise pg("58P01", f'could not open file "{path}" for reading: {why}',
                     hint=_hint("FROM", "read", "from"))  # fmt: skip
        given = text.removesuffix("\n").split("\n") if text else []
    if given is None:
        return {"tag": "", "copy": "in"}
    return _in(run, node, writer, places, given, form)


def _hint(word: str, verb: str, side: str) -> str:
    return (f"COPY {word} instructs the PostgreSQL server process to {verb} a file. You may want "
            "a client-side facility such as psql's \\copy.")  # fmt: skip


def _may_use_files(run: Run, way: str, files: Any) -> None:
    from .admin import may

    if not may(run, "superuser"):
        verb = "write" if way == "to" else "read"
        raise pg("42501", f"permission denied to COPY {way} a file",
                 detail=f'Only roles with privileges of the "pg_{verb}_server_files" role may COPY '
                 f"{way} a file.", hint="Anyone can COPY to stdout or from stdin. psql's \\copy "
                 "command also works for anyone.")  # fmt: skip
    if files is None:
        raise pg("0A000", "COPY from and to files is not supported by the modelled server")


class _Form:
    """How the values are written: {csv, header, sign (between values), null, quote}."""

    def __init__(self, options: dict[str, str]) -> None:
        form = options.get("format", "text").lower()
        if form not in ("text", "csv"):
            if form == "binary":
                raise pg("0A000", "COPY in binary form is not supported by the modelled server")
            raise pg("22023", f'COPY format "{form}" not recognized')
        self.csv = form == "csv"
        self.header = options.get("header", "false").lower() not in ("false", "off", "0")
        self.sign = options.get("delimiter", options.get("delimiters", "," if self.csv else "\t"))
        self.null = options.get("null", "" if self.csv else "\\N")
        self.quote = options.get("quote", '"')


def _out(run: Run, node: Node, form: _Form) -> tuple[list[str], int]:
    columns, rows = query(run, node["q"]) if node["q"] else run.db.read(run, node["table"], query)
    if node["columns"]:
        names = [one.name for one in columns]
        for name in node["columns"]:
            if name not in names:
                table = node["table"]["parts"][-1]
                raise pg("42703", f'column "{name}" of relation "{table}" does not exist')
        places = [names.index(name) for name in node["columns"]]
        columns = [columns[p] for p in places]
        rows = [[row[p] for p in places] for row in rows]
    write = _csv_cell if form.csv else _text_cell
    lines = [form.sign.join(one.name for one in columns)] if form.header else []
    for row in rows:
        lines.append(form.sign.join(
            form.null if value is None else write(show(value, one.type), form)
            for value, one in zip(row, columns, strict=True)))  # fmt: skip
    run.hold(sum(len(line) for line in lines))
    return lines, len(rows)


def _text_cell(text: str, form: _Form) -> str:
    text = text.replace("\\", "\\\\")
    for sign, written in ESCAPES.items():
        text = text.replace(sign, written)
    return text.replace(form.sign, f"\\{form.sign}") if form.sign != "\t" else text


def _csv_cell(text: str, form: _Form) -> str:
    quote = form.quote
    if text == form.null or text == "\\." or any(one in text for one in
                                                 (form.sign, quote, "\n", "\r")):  # fmt: skip
        return f"{quote}{text.replace(quote, quote * 2)}{quote}"
    return text


def _in(
    run: Run, node: Node, writer: Any, places: list[int], lines: list[str], form: _Form
) -> dict[str, Any]:
    name = writer.table.name
    split = _csv_rows(lines, form) if form.csv else _text_rows(lines, form)
    count = 0
    for number, (line, parts) in enumerate(split, 1):
        if number == 1 and form.header:
            continue
        run.spend(3)
        where = f'COPY {name}, line {number}: "{line}"'
        if len(parts) < len(places):
            missing = writer.names[places[len(parts)]]
            raise pg("22P04", f'missing data for column "{missing}"', context=where)
        if len(parts) > len(places):
            raise pg("22P04", "extra data after last expected column", context=where)
        row = [None if p in places else writer.default(p) for p in range(len(writer.names))]
        for place, value in zip(places, parts, strict=True):
            if value is not None:
                row[place] = _read(run, writer, place, value, f"COPY {name}, line {number}")
        writer.row_number = number
        try:
            writer.add(row)
        except SqlError as error:
            error.fields["context"] = where
            raise
        count += 1
    writer.save()
    return {"tag": f"COPY {count}", "count": count}


def _read(run: Run, writer: Any, place: int, value: str, where: str) -> Any:
    try:
        return writer.fit(place, read_text(value, writer.types[place], run.now))
    except SqlError as error:
        error.fields["context"] = f'{where}, column {writer.names[place]}: "{value}"'
        raise


def _text_rows(lines: list[str], form: _Form) -> list[tuple[str, list[str | None]]]:
    return [(line, [None if one == form.null else _unescaped(one)
                    for one in _parted(line, form.sign)]) for line in lines]  # fmt: skip


def _parted(line: str, sign: str) -> list[str]:
    if "\\" + sign not in line:
        return line.split(sign)
    found, at, begin = [], 0, 0
    while at < len(line):
        if line[at] == "\\":
            at += 2
        elif line[at] == sign:
            found.append(line[begin:at])
            at = begin = at + 1
        else:
            at += 1
    return [*found, line[begin:]]


def cells(line: str) -> list[str | None]:
    """Read the values of a line in text form, as COPY writes it."""
    return [None if one == "\\N" else _unescaped(one) for one in _parted(line, "\t")]


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    parts, at = [], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            parts.append(_UNESCAPED.get(text[at + 1], text[at + 1]))
            at += 2
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts)


def _csv_rows(lines: list[str], form: _Form) -> list[tuple[str, list[str | None]]]:
    """Read CSV, in which a quoted value may go over several lines."""
    found: list[tuple[str, list[str | None]]] = []
    held = ""
    for line in lines:
        held = f"{held}\n{line}" if held else line
        if held.count(form.quote) % 2:
            continue
        found.append((held, _csv_cells(held.removesuffix("\r"), form)))
        held = ""
    if held:
        raise pg("22P04", "unterminated CSV quoted field")
    return found


def _csv_cells(line: str, form: _Form) -> list[str | None]:
    cells: list[str | None] = []
    at, quote = 0, form.quote
    while True:
        text, quoted = "", False
        while at < len(line) and line[at] != form.sign:
            if line[at] != quote:
                text += line[at]
                at += 1
                continue
            quoted, at = True, at + 1
            while at < len(line):
                end = line.find(quote, at)
                text += line[at:end]
                at = end + 1
                if line[at : at + 1] != quote:
                    break
                text += quote
                at += 1
        cells.append(text if quoted or text != form.null else None)
        if at >= len(line):
            return cells
        at += 1
        if at == len(line):
            cells.append(None if form.null == "" else "")
            return cells
