"""What scripts may call beside Redis: basic functions, string, table, math and cjson.

# Simplified: Of Lua's libraries scripts have the basic functions, string (patterns with two
# repetitions at most, in texts of up to 500 characters), table, math and cjson; bit, struct and
# cmsgpack are not there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from .running import LONGEST, LuaError, Run, Table, kind, number, show

Function = Callable[[list[Any]], list[Any]]
_CLASSES = {"a": "[A-Za-z]", "d": "[0-9]", "s": r"\s", "w": "[A-Za-z0-9]", "l": "[a-z]",
            "u": "[A-Z]", "x": "[0-9A-Fa-f]", "p": r"[^\w\s]"}  # fmt: skip
MOST_SUBJECT = 500
"""Characters of a text that a pattern is looked for in."""


def _at(given: list[Any], place: int, default: Any = None) -> Any:
    return given[place] if len(given) > place else default


def _text(given: list[Any], place: int) -> str:
    value = _at(given, place)
    if kind(value) not in ("string", "number"):
        raise LuaError(f"bad argument #{place + 1} (string expected, got {kind(value)})")
    return show(value)


def _whole(given: list[Any], place: int, default: int | None = None) -> int:
    value = _at(given, place)
    found = number(value) if value is not None else default
    if found is None or not math.isfinite(found):
        raise LuaError(f"bad argument #{place + 1} (number expected, got {kind(value)})")
    return int(found)


def _float(given: list[Any], place: int) -> float:
    found = number(_at(given, place))
    if found is None:
        got = kind(_at(given, place))
        raise LuaError(f"bad argument #{place + 1} (number expected, got {got})")
    return found


def _table(given: list[Any], place: int = 0) -> Table:
    value = _at(given, place)
    if not isinstance(value, Table):
        raise LuaError(f"bad argument #{place + 1} (table expected, got {kind(value)})")
    return value


def pattern(text: str) -> re.Pattern[str]:
    """Turn a Lua pattern into a regular expression; LuaError for one that is too much."""
    parts, at, many = [], 0, 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "%" and at < len(text):
            found = text[at]
            at += 1
            shape = _CLASSES.get(found.lower(), re.escape(found))
            negated = found.isupper() and found.lower() in _CLASSES
            parts.append(f"(?!{shape})(?s:.)" if negated else shape)
        elif char == "[":
            end = text.find("]", at + 1)
            inner = re.sub(r"%(.)", lambda m: _CLASSES.get(m[1], re.escape(m[1])).strip("[]"),
                           text[at:end])  # fmt: skip
            parts.append(f"[{inner}]")
            at = end + 1 if end > 0 else len(text)
        elif char in "*+-?" and parts:
            many += char != "?"
            parts.append("*?" if char == "-" else char)
        elif char in "().^$":
            parts.append("(?s:.)" if char == "." else char)
        else:
            parts.append(re.escape(char))
    if many > 2:
        raise LuaError("pattern too complex")
    try:
        return re.compile("".join(parts))
    except re.error:
        raise LuaError("malformed pattern") from None


def _match(given: list[Any]) -> list[Any]:
    found = pattern(_text(given, 1)).search(_text(given, 0)[:MOST_SUBJECT])
    return list(found.groups() or (found[0],)) if found else [None]


def _find(given: list[Any]) -> list[Any]:
    text, wanted = _text(given, 0), _text(given, 1)
    start = max(0, _whole(given, 2, 1) - 1)
    if _at(given, 3):
        at = text.find(wanted, start)
        return [float(at + 1), float(at + len(wanted))] if at >= 0 else [None]
    found = pattern(wanted).search(text[:MOST_SUBJECT], start)
    return [float(found.start() + 1), float(found.end()), *found.groups()] if found else [None]


def _gsub(given: list[Any]) -> list[Any]:
    by = _text(given, 2)
    made = re.sub(r"%(\d)", lambda m: f"\\g<{m[1]}>", by.replace("\\", "\\\\"))
    try:
        subject = _text(given, 0)
        if len(subject) > MOST_SUBJECT:
            raise LuaError("string too long for a pattern")
        text, count = pattern(_text(given, 1)).subn(made, subject)
    except (re.error, IndexError):
        raise LuaError("invalid capture index") from None
    return [text, float(count)]


def _format(given: list[Any]) -> list[Any]:
    place = 0

    def one(match: re.Match[str]) -> str:
        nonlocal place
        if match[0] == "%%":
            return "%"
        place += 1
        shape, letter = match[1], match[2]
        if letter in "di":
            return f"%{shape}d" % _whole(given, place)
        if letter in "xXc":
            return f"%{shape}{letter}" % (_whole(given, place) & 0x10FFFF)
        if letter in "fgeG":
            return f"%{shape}{letter}" % _float(given, place)
        text = show(_at(given, place))
        return f'"{text}"' if letter == "q" else f"%{shape}s" % text

    return [re.sub(r"%(-?0?\d{0,2}(?:\.\d{1,2})?)([dixXcfgeGsq])|%%", one, _text(given, 0))]


def _sub(given: list[Any]) -> list[Any]:
    text = _text(given, 0)
    start, end = _whole(given, 1, 1), _whole(given, 2, -1)
    start = max(1, start + len(text) + 1 if start < 0 else start)
    end = end + len(text) + 1 if end < 0 else end
    return [text[start - 1 : max(0, end)]]


def _rep(given: list[Any]) -> list[Any]:
    text, count = _text(given, 0), max(0, _whole(given, 1))
    if len(text) * count > LONGEST:
        raise LuaError("not enough memory")
    return [text * count]


def _concat(given: list[Any]) -> list[Any]:
    parts = [show(item) for item in _table(given).items()]
    return [(show(given[1]) if len(given) > 1 else "").join(parts)]


def _insert(given: list[Any]) -> list[Any]:
    table = _table(given)
    items = table.items()
    if len(given) < 3:
        table.set(float(len(items) + 1), _at(given, 1))
        return []
    items.insert(max(0, _whole(given, 1) - 1), given[2])
    for at, item in enumerate(items, 1):
        table.set(float(at), item)
    return []


def _remove(given: list[Any]) -> list[Any]:
    table = _table(given)
    items = table.items()
    at = _whole(given, 1, len(items))
    if not 1 <= at <= len(items):
        return [None]
    gone = items.pop(at - 1)
    table.set(float(len(items) + 1), None)
    for place, item in enumerate(items, 1):
        table.set(float(place), item)
    return [gone]


def _sort(given: list[Any]) -> list[Any]:
    table = _table(given)
    items = table.items()
    if len({kind(item): 1 for item in items}) > 1 or any(
        kind(item) not in ("number", "string") for item in items
    ):
        raise LuaError("attempt to compare two table values")
    for at, item in enumerate(sorted(items), 1):
        table.set(float(at), item)
    return []


def _ipairs(given: list[Any]) -> list[Any]:
    table = _table(given)

    def step(state: list[Any]) -> list[Any]:
        at = float(state[1]) + 1
        value = table.get(at)
        return [at, value] if value is not None else [None]

    return [step, table, 0.0]


def _pairs(given: list[Any]) -> list[Any]:
    rows = iter(list(_table(given).rows.items()))

    def step(state: list[Any]) -> list[Any]:
        key, value = next(rows, (None, None))
        return [key[1] if isinstance(key, tuple) else key, value]

    return [step, given[0], None]


def _select(given: list[Any]) -> list[Any]:
    if _at(given, 0) == "#":
        return [float(len(given) - 1)]
    return given[max(1, _whole(given, 0)) :]


def _tonumber(given: list[Any]) -> list[Any]:
    base = _whole(given, 1, 10)
    if base == 10 or not 2 <= base <= 36:
        return [number(_at(given, 0))]
    try:
        return [float(int(_text(given, 0), base))]
    except ValueError:
        return [None]


def _assert(given: list[Any]) -> list[Any]:
    if _at(given, 0) in (None, False):
        raise LuaError(_at(given, 1, "assertion failed!"))
    return given


def to_lua(value: Any) -> Any:
    """Turn what JSON holds into Lua's values."""
    if isinstance(value, dict):
        table = Table()
        for key, item in value.items():
            table.set(key, to_lua(item))
        return table
    if isinstance(value, list):
        return Table([to_lua(item) for item in value])
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _plain(value: Any, depth: int = 0) -> Any:
    if depth > 20:
        raise LuaError("Cannot serialise, excessive depth")
    if isinstance(value, Table):
        if value.rows and value.size() == len(value.rows):
            return [_plain(item, depth + 1) for item in value.items()]
        return {show(key): _plain(item, depth + 1) for key, item in value.rows.items()}
    if isinstance(value, float):
        if not math.isfinite(value):
            raise LuaError("Cannot serialise number: must not be NaN or Inf")
        return int(value) if value == int(value) else value
    if callable(value):
        raise LuaError("Cannot serialise function: type not supported")
    return value


def _encode(given: list[Any]) -> list[Any]:
    return [json.dumps(_plain(_at(given, 0)), separators=(",", ":"), ensure_ascii=False)]


def _decode(given: list[Any]) -> list[Any]:
    try:
        return [to_lua(json.loads(_text(given, 0)))]
    except (ValueError, RecursionError):
        raise LuaError("Expected value but found invalid token at character 1") from None


def _library(rows: dict[str, Any]) -> Table:
    table = Table()
    table.rows.update(rows)
    table.read_only = True
    return table


def _mapped(function: Callable[[float], float]) -> Function:
    def called(given: list[Any]) -> list[Any]:
        try:
            return [float(function(_float(given, 0)))]
        except (ValueError, OverflowError):
            return [float("nan")]

    return called


def libraries(run: Run) -> dict[str, Any]:
    """Give the global names of a script, without `redis`."""

    def pcall(given: list[Any]) -> list[Any]:
        depth = run.depth
        try:
            return [True, *run.call(_at(given, 0), given[1:], run.line, None)]
        except LuaError as error:
            if str(error.value).startswith("Script killed"):
                raise
            run.depth = depth
            return [False, error.value]

    def error(given: list[Any]) -> list[Any]:
        value = _at(given, 0)
        raise run.fail(value) if isinstance(value, str) and _at(given, 1) != 0 else LuaError(value)

    def searched(function: Function) -> Function:
        def called(given: list[Any]) -> list[Any]:
            run.steps += min(MOST_SUBJECT, len(_text(given, 0))) ** 2 // 500
            return function(given)

        return called

    def unpack(given: list[Any]) -> list[Any]:
        return _table(given).items()

    string = {
        "format": _format, "sub": _sub, "rep": _rep, "match": searched(_match),
        "find": searched(_find), "gsub": searched(_gsub),
        "len": lambda a: [float(len(_text(a, 0)))], "lower": lambda a: [_text(a, 0).lower()],
        "upper": lambda a: [_text(a, 0).upper()], "reverse": lambda a: [_text(a, 0)[::-1]],
        "byte": lambda a: [float(ord(one)) for one in _text(a, 0)[_whole(a, 1, 1) - 1 :][:1]],
        "char": lambda a: ["".join(chr(_whole(a, at) & 255) for at in range(len(a)))],
    }  # fmt: skip
    numbers = {
        "floor": _mapped(math.floor), "ceil": _mapped(math.ceil), "abs": _mapped(abs),
        "sqrt": _mapped(math.sqrt), "log": _mapped(math.log), "exp": _mapped(math.exp),
        "max": lambda a: [max(_float(a, at) for at in range(max(1, len(a))))],
        "min": lambda a: [min(_float(a, at) for at in range(max(1, len(a))))],
        "huge": float("inf"), "pi": math.pi,
    }  # fmt: skip
    return {
        "string": _library(string), "math": _library(numbers),
        "table": _library({"concat": _concat, "insert": _insert, "remove": _remove,
                           "sort": _sort, "getn": lambda a: [float(_table(a).size())],
                           "unpack": unpack}),
        "cjson": _library({"encode": _encode, "decode": _decode}),
        "ipairs": _ipairs, "pairs": _pairs, "select": _select, "tonumber": _tonumber,
        "tostring": lambda a: [show(_at(a, 0))], "type": lambda a: [kind(_at(a, 0))],
        "error": error, "assert": _assert, "pcall": pcall, "unpack": unpack,
    }  # fmt: skip
