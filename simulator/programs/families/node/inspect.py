"""How Node shows values: `util.inspect`, by its rules for lines and groups."""

from __future__ import annotations

import math
import re
from typing import Any

from ...vm import Machine
from .inspect_kinds import braces_and_rows
from .numbers import number_text
from .objects import class_name, get, is_callable, keys_of
from .values import CUSTOM, NULL, Arr, Big, BigInt, Fn, Intrinsic, Obj, Symbol, plain

WIDTH = 80
COMPACT = 3
DEPTH = 2
MAX_OBJECTS = 3_000
MAX_SHOWN = 100


class Style:
    """What holds while a value is shown."""

    def __init__(self, depth: float = DEPTH, colors: bool = False, width: int = WIDTH,
                 compact: int = COMPACT, hidden: bool = False) -> None:  # fmt: skip
        self.depth, self.colors, self.width, self.compact = depth, colors, width, compact
        self.hidden = hidden
        self.seen: list[Any] = []
        self.circular: list[Any] = []
        self.indent = 0
        self.current = 0
        self.budget = MAX_OBJECTS


def inspect(vm: Machine, value: Any, style: Style | None = None) -> str:
    """Show a value as `util.inspect` does."""
    return plain(show(vm, value, style or Style(), 0))


def quoted(text: str) -> str:
    """Write a string with the quotes that fit."""
    mark = "'"
    if "'" in text:
        mark = '"' if '"' not in text else ("`" if "`" not in text and "${" not in text else "'")
    shown = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    shown = shown.replace("\r", "\\r").replace("\b", "\\b").replace("\f", "\\f")
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda m: f"\\x{ord(m[0]):02X}", shown)
    if mark == "'":
        shown = shown.replace("'", "\\'")
    return f"{mark}{shown}{mark}"


def primitive(value: Any) -> str | None:
    """Show what is no object; None for objects."""
    if value is None:
        return "undefined"
    if value is NULL:
        return "null"
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else number_text(value)
    if kind is BigInt:
        return f"{value.value}n"
    if kind is Symbol:
        return f"Symbol({value.name or ''})"
    if kind is Big:
        return f"{quoted(value.text[:10_000])}... {value.ballast - 10_000} more characters"
    return None


COLOURS = {"string": "32", "number": "33", "boolean": "33", "bigint": "33", "undefined": "90",
           "null": "1", "symbol": "32", "special": "36", "date": "35", "regexp": "31"}  # fmt: skip


def coloured(style: Style, text: str, kind: str) -> str:
    """Put a terminal's colour around a text, where that is wanted."""
    if not style.colors or kind not in COLOURS:
        return text
    end = "22" if kind == "null" else "39"
    return f"\x1b[{COLOURS[kind]}m{text}\x1b[{end}m"


def _kind(value: Any) -> str:
    from .convert import typeof

    return "null" if value is NULL else typeof(value)


def show(vm: Machine, value: Any, style: Style, level: int) -> str:
    """Show a value at a level of nesting."""
    text = primitive(value)
    if text is not None:
        if type(value) is str and level and len(value) > 16 and "\n" in value:
            lines = value.split("\n")
            if len(value) > style.width - style.indent - 4:
                joint = f" +\n{' ' * (style.indent + 2)}"
                rows = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
                return joint.join(coloured(style, quoted(row), "string") for row in rows)
        return coloured(style, text, _kind(value))
    if style.budget <= 0:
        return "..."
    style.budget -= 1
    if value.kind == "Proxy":
        value = value.data[0]
    custom = get(vm, value, CUSTOM) if not isinstance(value, Intrinsic) else None
    if is_callable(custom):
        return _custom(vm, value, custom, style, level)
    if any(value is one for one in style.seen):
        if not any(value is one for one in style.circular):
            style.circular.append(value)
        number = next(n for n, one in enumerate(style.circular, 1) if one is value)
        return coloured(style, f"[Circular *{number}]", "special")
    return _object(vm, value, style, level)


def _custom(vm: Machine, value: Obj, custom: Any, style: Style, level: int) -> str:
    from .objects import make_object

    options = make_object(vm, {"depth": style.depth})
    made = vm.call_now(custom, [style.depth - level, options], {"this": value})
    if isinstance(made, str):
        return made.replace("\n", "\n" + " " * style.indent)
    return show(vm, made, style, level) if made is not value else "[Object]"


def _object(vm: Machine, value: Obj, style: Style, level: int) -> str:
    name = class_name(vm, value) if value.proto is not None else ""
    if level > style.depth and not isinstance(value, Fn | Intrinsic) and value.kind not in (
        "Error", "RegExp", "Date"
    ) and (keys_of(vm, value) or value.kind in ("Map", "Set")):  # fmt: skip
        style.current = level
        shown = "Array" if isinstance(value, Arr) else name or "Object: null prototype"
        return coloured(style, f"[{shown}]", "special")
    before = style.current
    style.seen.append(value)
    style.current = level
    form, open_, close, base, rows = braces_and_rows(vm, value, name, style, level, show)
    style.seen.pop()
    if form == "text":
        return base
    if any(value is one for one in style.circular):
        number = next(n for n, one in enumerate(style.circular, 1) if one is value)
        mark = coloured(style, f"<ref *{number}>", "special")
        if base:
            base = f"{mark} {base}"
        else:
            open_ = f"{mark} {open_}"
    if not rows:
        style.current = before
        return base if base else f"{open_}{close}"
    return _joined(rows, open_, close, base, style, level, form == "array")


def _joined(
    rows: list[str], open_: str, close: str, base: str, style: Style, level: int, grouped: bool
) -> str:
    """Put the rows on one line when there is room, else on several."""
    entries = len(rows)
    if grouped and entries > 6:
        rows = _grouped(rows, style)
    head = f"{base} " if base else ""
    if style.current - level < style.compact and entries == len(rows):
        start = len(rows) + style.indent + len(_bare(open_)) + len(_bare(base)) + 10
        total = sum(len(_bare(row)) for row in rows) + len(rows) + start
        if total <= style.width and "\n" not in base and not any("\n" in row for row in rows):
            return f"{head}{open_} {', '.join(rows)} {close}"
    pad = "\n" + " " * style.indent
    return f"{head}{open_}{pad}  {f',{pad}  '.join(rows)}{pad}{close}"


def _bare(text: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", text) if "\x1b" in text else text


def _grouped(rows: list[str], style: Style) -> list[str]:
    """Put the elements of a long array in columns."""
    extra = rows[-1] if rows[-1].startswith("... ") else None
    cells = rows[:-1] if extra else rows
    widths = [len(_bare(cell)) + 2 for cell in cells]
    total, longest = sum(widths), max(widths)
    if longest * 3 + style.indent >= style.width or not (
        total / longest > 5 or longest <= 8
    ):  # fmt: skip
        return rows
    bias = math.sqrt(max(0.0, longest - total / len(rows)))
    biased = max(longest - 3 - bias, 1)
    columns = min(
        round_half_up(math.sqrt(2.5 * biased * len(cells)) / biased),
        int((style.width - style.indent) / longest),
        style.compact * 4,
        15,
    )
    if columns <= 1:
        return rows
    limits = [max(widths[at::columns]) for at in range(min(columns, len(cells)))]
    numeric = all(re.fullmatch(r"-?[\d.e+]+n?", _bare(cell)) for cell in cells)
    out = []
    for at in range(0, len(cells), columns):
        line = cells[at : at + columns]
        parts = []
        for n, cell in enumerate(line):
            text = cell + (", " if n < len(line) - 1 else "")
            gap = " " * (limits[n] - len(_bare(text)))
            if numeric:
                gap = " " * (limits[n] - 2 - len(_bare(cell)))
                parts.append(gap + text)
            else:
                parts.append(text + gap if n < len(line) - 1 else text)
        out.append("".join(parts))
    if extra:
        out.append(extra)
    return out


def round_half_up(value: float) -> int:
    """Round as Math.round does."""
    return math.floor(value + 0.5)


def brief(vm: Machine, value: Any) -> str:
    """Show a value as V8's own messages do."""
    text = primitive(value)
    if text is not None:
        return f'"{value}"' if type(value) is str else text
    if isinstance(value, Fn):
        info = vm.code(value.source, value.code).info
        return str(info.text) or "function"
    if isinstance(value, Arr):
        return "[object Array]"
    return f"#<{class_name(vm, value, 'Object')}>"
