"""Tracebacks as CPython prints them, with the marks under the part of the line that failed."""

from __future__ import annotations

from typing import Any

from ....vm import Machine
from ..templates import PREFIX, path_of
from .library import text_of
from .objects import Instance
from .texts import full_name, to_text

MOST_ROWS = 60
CHAIN = "\nDuring handling of the above exception, another exception occurred:\n\n"
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"


def format_exception(vm: Machine, value: Instance, depth: int = 0) -> str:
    """Write an exception with its traceback and what it came from."""
    text = ""
    cause = value.fields.get("__cause__")
    context = value.fields.get("__context__")
    if depth < 5 and type(cause) is Instance:
        text = format_exception(vm, cause, depth + 1) + CAUSE
    elif depth < 5 and type(context) is Instance and not value.fields.get("__suppress_context__"):
        text = format_exception(vm, context, depth + 1) + CHAIN
    rows = [row for row in value.value or () if not row[0].startswith("lib:")]
    if rows:
        text += "Traceback (most recent call last):\n" + format_rows(vm, rows)
    return text + last_line(vm, value)


def format_rows(vm: Machine, rows: list[list[Any]]) -> str:
    """Write the frames of a traceback; repeated ones are counted."""
    text, repeated, before = "", 0, None
    for row in rows:
        repeated = repeated + 1 if row == before else 0
        before = row
        if repeated >= 3:
            continue
        text += _frame(vm, *row)
        if len(text) > 20_000:
            break
    more = sum(1 for row in rows if row == before) - 3
    if more > 0:
        text += f"  [Previous line repeated {more} more time{'s' if more > 1 else ''}]\n"
    return text


def _frame(vm: Machine, source: str, name: str, line: int) -> str:
    path = source.partition("\0")[0]
    if path.startswith(PREFIX):
        path = path_of(path)
        name = "template" if name.startswith(("template ", "loop ")) else name
    path = path.partition("#")[0] if path.startswith("<") else path
    text = f'  File "{path}", line {line}, in {name}\n'
    lines = (vm.sources.get(source) or text_of(source)).split("\n")
    if not path.startswith("<") and 0 < line <= len(lines):
        text += f"    {lines[line - 1].strip()}\n"
    return text


def last_line(vm: Machine, value: Instance) -> str:
    """Write an exception's class and words."""
    name = full_name(value.cls)
    name = name.removeprefix("__main__.")
    fields = value.fields
    if value.cls.name in ("SyntaxError", "IndentationError", "TabError") and "lineno" in fields:
        return syntax_lines(fields) + f"{value.cls.name}: {fields['msg']}\n"
    words = to_text(vm, value)
    notes = "".join(f"{note}\n" for note in fields.get("__notes__", ()))
    return (f"{name}: {words}\n" if words else f"{name}\n") + notes


def syntax_lines(fields: dict[str, Any]) -> str:
    """Write where a syntax error is."""
    number = fields["lineno"]
    source = str(fields.get("text") or "").rstrip("\n")
    text = f'  File "{fields["filename"]}", line {number}\n'
    if source:
        stripped = source.lstrip()
        offset = int(fields.get("offset") or 1)
        column = max(0, offset - 1 - (len(source) - len(stripped)))
        width = int(fields.get("end_offset") or 0) - offset
        text += f"    {stripped}\n    {' ' * column}{'^' * max(1, width)}\n"
    return text
