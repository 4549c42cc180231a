"""Functions of one row: texts, numbers, times, JSON, and what the server says of itself.

Each row of a table: name -> (least and most arguments, function of (run, kinds), result type).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Any

from .compare import compare, group_key, my_compare
from .errors import SqlError, my, pg
from .json_functions import (
    array_position,
    binary,
    build,
    build_array,
    json_typeof,
    regexp_replace,
    to_json,
)
from .number_functions import mathematics, modulo, rounded, rounding
from .reader import Node
from .run import Run
from .time_functions import TIMES
from .types import (
    BIGINT,
    BOOL,
    DOUBLE,
    INT,
    JSON,
    MY_INT,
    MY_TEXT,
    NUMERIC,
    TEXT,
    UUID,
    Type,
    bare,
    is_number,
)  # fmt: skip
from .values import show

TAKES_NULL = (
    "json_build_object",
    "jsonb_build_object",
    "json_build_array",
    "jsonb_build_array",
    "array_append",
    "array_position",
    "concat",
    "concat_ws",
    "num_nulls",
    "isnull",
    "format_null",
    "quote_nullable",
    "to_json",
    "to_jsonb",
)
MAX_TEXT = 1 << 20


def unknown(run: Run, name: str, kinds: list[Type], node: Node) -> SqlError:
    """Say that there is no such function."""
    if run.dialect == "mysql":
        return my(1305, f"FUNCTION {run.session.get('database') or ''}.{name} does not exist",
                  "42000")  # fmt: skip
    shown = ", ".join(bare(one) for one in kinds)
    return pg("42883", f"function {name}({shown}) does not exist", node["at"],
              hint="No function matches the given name and argument types. You might need to add "
              "explicit type casts.")  # fmt: skip


def choosing(compiler: Any, name: str, args: list[Any]) -> Any:
    """Compile the functions that do not work out all their arguments; None when it is none."""
    dialect = compiler.run.dialect
    if name == "nullif" and len(args) == 2:
        test, first = compiler._apply("=", args[0], args[1], args[0].at).fn, args[0].fn
        return (lambda row: None if test(row) else first(row)), compiler.settled(args[0]).type
    if name == "if" and len(args) == 3 and dialect == "mysql":
        items, kind = compiler.unify(args[1:], "IF")
        test = args[0].fn
        return (lambda row: items[0 if test(row) else 1].fn(row)), kind
    if (name in ("ifnull", "if", "nullif") and dialect == "postgres") or not args:
        return None
    items, kind = compiler.unify(args, name.upper())
    fns = [one.fn for one in items]
    if name in ("coalesce", "ifnull"):
        return (lambda row: next((v for fn in fns if (v := fn(row)) is not None), None)), kind
    sign = 1 if name == "greatest" else -1
    order = my_compare if dialect == "mysql" else compare

    def most(row: Any) -> Any:
        values = [fn(row) for fn in fns]
        if dialect == "mysql" and None in values:
            return None
        best = None
        for value in values:
            if value is not None and (best is None or order(value, best) * sign > 0):
                best = value
        return best

    return most, kind


def find(run: Run, name: str, kinds: list[Type], node: Node) -> tuple[Callable[..., Any], Type]:
    """Find a function for these types; raises SqlError."""
    table = _PG if run.dialect == "postgres" else _MY
    row = TIMES[run.dialect].get(name) or table.get(name) or _BOTH.get(name)
    if row is None or node.get("qualifier") not in (None, "pg_catalog"):
        raise unknown(run, name, kinds, node)
    least, most, make, kind = row
    if not least <= len(kinds) <= most or node.get("star"):
        if run.dialect == "mysql":
            raise my(1582, f"Incorrect parameter count in the call to native function '{name}'",
                     "42000")  # fmt: skip
        raise unknown(run, name, kinds, node)
    if (
        run.dialect == "postgres"
        and name in _OF_TEXT
        and any(is_number(one) or one.name == "bool" for one in kinds[:1])
    ):
        raise unknown(run, name, kinds, node)
    if run.dialect == "postgres" and name in _OF_NUMBER and not is_number(kinds[0]):
        raise unknown(run, name, kinds, node)
    if name == "date_trunc" and kinds[1].name in ("timestamp", "interval"):
        kind = kinds[1]
    if name == "timezone":
        kind = Type("timestamptz" if kinds[1].name == "timestamp" else "timestamp")
    if node.get("side"):
        return make(run, [*kinds, node["side"]]), kind or TEXT
    return make(run, kinds), (kind or (kinds[0] if kinds else TEXT))


_OF_TEXT = ("lower", "upper", "length", "char_length", "trim", "btrim", "ltrim", "rtrim", "reverse",
            "initcap", "substring", "substr", "replace", "split_part", "repeat", "md5", "left",
            "right", "lpad", "rpad", "strpos", "position")  # fmt: skip
_OF_NUMBER = ("abs", "ceil", "ceiling", "floor", "round", "trunc", "sqrt", "sign", "mod", "power",
              "exp", "ln")  # fmt: skip


def _plain(fn: Callable[..., Any]) -> Callable[[Run, Any], Callable[..., Any]]:
    return lambda run, kinds: fn


def _text(run: Run, value: Any) -> str:
    if isinstance(value, bool):
        return ("t" if value else "f") if run.dialect == "postgres" else str(int(value))
    return show(value, TEXT, run.dialect)


def _texts(fn: Callable[..., Any]) -> Callable[[Run, Any], Callable[..., Any]]:
    """Let a function take its first argument as a text."""
    return lambda run, kinds: lambda first, *rest: fn(_text(run, first), *rest)


def _long(run: Run, size: int) -> None:
    if size > MAX_TEXT:
        if run.dialect == "postgres":
            raise pg("54000", "requested length too large")
        raise my(1301, "Result of function was larger than max_allowed_packet - truncated")
    run.hold(max(size, 0))


def _repeat(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(text: Any, count: Any) -> str:
        text, count = str(_text(run, text)), int(count)
        _long(run, len(text) * max(count, 0))
        return str(text * max(count, 0))

    return work


def _pad(left: bool) -> Callable[[Run, Any], Callable[..., Any]]:
    def make(run: Run, kinds: Any) -> Callable[..., Any]:
        def work(text: Any, size: Any, fill: str = " ") -> str:
            text, size = str(_text(run, text)), max(int(size), 0)
            _long(run, size)
            if len(text) >= size or not fill:
                return str(text[:size])
            extra = (fill * (size // len(fill) + 1))[: size - len(text)]
            return str(extra + text if left else text + extra)

        return work

    return make


def _concat(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(*values: Any) -> Any:
        if run.dialect == "mysql" and None in values:
            return None
        text = "".join(_text(run, one) for one in values if one is not None)
        _long(run, len(text))
        return text

    return work


def _concat_ws(run: Run, kinds: Any) -> Callable[..., Any]:
    return lambda sep, *values: None if sep is None else str(sep).join(
        _text(run, one) for one in values if one is not None)  # fmt: skip


def _substring(text: str, start: Any, count: Any = None) -> str:
    begin = int(start) - 1
    if count is None:
        return text[max(begin, 0) :]
    if int(count) < 0:
        raise pg("22011", "negative substring length not allowed")
    return text[max(begin, 0) : max(begin + int(count), 0)]


def _my_substring(text: str, start: Any, count: Any = None) -> str:
    at = int(start)
    if not at or -at > len(text):
        return ""
    begin = at - 1 if at > 0 else len(text) + at
    return text[begin:] if count is None else text[begin : begin + max(int(count), 0)]


def _trim(run: Run, kinds: Any) -> Callable[..., Any]:
    side = kinds[-1] if kinds and isinstance(kinds[-1], str) else "both"

    def work(text: Any, chars: str = " ") -> str:
        text = _text(run, text)
        if side in ("both", "leading"):
            text = text.lstrip(chars)
        return str(text).rstrip(chars) if side in ("both", "trailing") else text

    return work


def _random(run: Run, kinds: Any) -> Callable[..., Any]:
    return lambda *seed: run.luck()


def _uuid(run: Run, kinds: Any) -> Callable[..., Any]:
    def work() -> str:
        value = 0
        for _ in range(4):
            value = value << 32 | int(run.luck() * 2**32)
        value = value & ~(0xF << 76) | 4 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        text = f"{value & (1 << 128) - 1:032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    return work


def _said(key: str) -> Callable[[Run, Any], Callable[..., Any]]:
    return lambda run, kinds: lambda *rest: run.db.says(run, key)


def _set_config(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(name: Any, value: Any, local: Any) -> Any:
        settings = {**(run.session.get("settings") or {}), str(name).lower(): value}
        run.session["settings"] = settings
        return value

    return work


def _sleep(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(seconds: Any) -> Any:
        run.us += max(0, min(int(float(seconds) * 1_000_000), 3_600_000_000))
        return "" if run.dialect == "postgres" else 0

    return work


def _sequence(name: str) -> Callable[[Run, Any], Callable[..., Any]]:
    return lambda run, kinds: lambda *args: run.db.sequence_call(run, name, *args)


def _left(text: str, count: Any) -> str:
    return text[: int(count)] if count else ""


def _right(text: str, count: Any) -> str:
    number = int(count)
    return text[-number:] if number else ""


def _split(text: str, sep: str, n: Any) -> str:
    parts = text.split(sep) if sep else [text]
    at = int(n) - 1 if int(n) > 0 else int(n)
    return parts[at] if -len(parts) <= at < len(parts) else ""


def _locate(needle: Any, text: Any) -> int:
    return str(text).casefold().find(str(needle).casefold()) + 1


_BOTH: dict[str, Any] = {
    "lower": (1, 1, _texts(str.lower), TEXT), "upper": (1, 1, _texts(str.upper), TEXT),
    "char_length": (1, 1, _texts(len), INT), "character_length": (1, 1, _texts(len), INT),
    "octet_length": (1, 1, _texts(lambda t: len(t.encode("utf-8", "replace"))), INT),
    "concat": (1, 100, _concat, TEXT), "concat_ws": (2, 100, _concat_ws, TEXT),
    "repeat": (2, 2, _repeat, TEXT), "lpad": (2, 3, _pad(True), TEXT),
    "rpad": (2, 3, _pad(False), TEXT), "left": (2, 2, _texts(_left), TEXT),
    "right": (2, 2, _texts(_right), TEXT), "reverse": (1, 1, _texts(lambda t: t[::-1]), TEXT),
    "replace": (3, 3, _texts(lambda t, a, b: t.replace(a, b) if a else t), TEXT),
    "trim": (1, 2, _trim, TEXT), "ltrim": (1, 2, _texts(lambda t, c=" ": t.lstrip(c)), TEXT),
    "rtrim": (1, 2, _texts(lambda t, c=" ": t.rstrip(c)), TEXT),
    "position": (2, 2, _plain(_locate), INT), "ascii": (1, 1, _texts(lambda t: ord(t[0]) if t
                                                                     else 0), INT),
    "md5": (1, 1, _texts(lambda t: hashlib.md5(t.encode("utf-8", "replace"),
                                               usedforsecurity=False).hexdigest()), TEXT),
    "abs": (1, 1, _plain(abs), None), "round": (1, 2, rounded, None),
    "ceil": (1, 1, rounding(ROUND_CEILING), None),
    "ceiling": (1, 1, rounding(ROUND_CEILING), None),
    "floor": (1, 1, rounding(ROUND_FLOOR), None), "mod": (2, 2, modulo, None),
    "sqrt": (1, 1, mathematics("sqrt"), DOUBLE), "power": (2, 2, mathematics("pow"), DOUBLE),
    "pow": (2, 2, mathematics("pow"), DOUBLE), "exp": (1, 1, mathematics("exp"), DOUBLE),
    "ln": (1, 1, mathematics("log"), DOUBLE), "pi": (0, 0, _plain(lambda: math.pi), DOUBLE),
    "sign": (1, 1, _plain(lambda v: (v > 0) - (v < 0)), INT),
    "version": (0, 0, _said("version"), TEXT), "current_user": (0, 0, _said("user"), TEXT),
    "session_user": (0, 0, _said("user"), TEXT), "user": (0, 0, _said("user"), TEXT),
}  # fmt: skip
_PG: dict[str, Any] = {
    "length": (1, 1, _texts(len), INT), "substring": (2, 3, _texts(_substring), TEXT),
    "substr": (2, 3, _texts(_substring), TEXT), "btrim": (1, 2, _trim, TEXT),
    "initcap": (1, 1, _texts(str.title), TEXT), "split_part": (3, 3, _texts(_split), TEXT),
    "strpos": (2, 2, _texts(lambda t, n: t.find(n) + 1), INT),
    "chr": (1, 1, _plain(lambda n: chr(int(n)) if 0 < n < 0xD800 else "?"), TEXT),
    "trunc": (1, 2, rounding(ROUND_DOWN), None), "random": (0, 0, _random, DOUBLE),
    "gen_random_uuid": (0, 0, _uuid, UUID), "uuid_generate_v4": (0, 0, _uuid, UUID),
    "pg_sleep": (1, 1, _sleep, Type("void")), "current_database": (0, 0, _said("database"), TEXT),
    "current_catalog": (0, 0, _said("database"), TEXT),
    "current_schema": (0, 0, _said("schema"), TEXT), "current_role": (0, 0, _said("user"), TEXT),
    "pg_backend_pid": (0, 0, _said("pid"), INT), "inet_server_addr": (0, 0, _said("address"), TEXT),
    "inet_server_port": (0, 0, _said("port"), INT),
    "inet_client_addr": (0, 0, _said("client"), TEXT),
    "pg_is_in_recovery": (0, 0, _plain(lambda: False), BOOL),
    "nextval": (1, 1, _sequence("nextval"), BIGINT),
    "currval": (1, 1, _sequence("currval"), BIGINT),
    "lastval": (0, 0, _sequence("lastval"), BIGINT),
    "setval": (2, 3, _sequence("setval"), BIGINT),
    "pg_get_serial_sequence": (2, 2, _sequence("serial"), TEXT),
    "pg_database_size": (1, 1, _said("size"), BIGINT),
    "pg_total_relation_size": (1, 1, _said("size"), BIGINT),
    "pg_size_pretty": (1, 1, _plain(lambda n: f"{int(n) // 1024} kB" if n > 10239
                                    else f"{int(n)} bytes"), TEXT),
    "set_config": (3, 3, _set_config, TEXT),
    "array_length": (2, 2, _plain(lambda a, n: len(a) or None), INT),
    "cardinality": (1, 1, _plain(len), INT),
    "array_to_string": (2, 3, lambda run, kinds: lambda a, sep, null=None: str(sep).join(
        _text(run, one) if one is not None else null for one in a
        if one is not None or null is not None), TEXT),
    "string_to_array": (2, 2, _plain(lambda t, s: t.split(s) if t and s else [t] if t else []),
                        TEXT._replace(array=True)),
    "json_build_object": (0, 100, build, JSON), "jsonb_build_object": (
        0, 100, binary(build), Type("jsonb")),
    "jsonb_array_length": (1, 1, _plain(lambda t: len(json.loads(t))), INT),
    "json_build_array": (0, 100, build_array, JSON),
    "jsonb_build_array": (0, 100, binary(build_array), Type("jsonb")),
    "jsonb_typeof": (1, 1, _plain(json_typeof), TEXT),
    "json_typeof": (1, 1, _plain(json_typeof), TEXT),
    "json_array_length": (1, 1, _plain(lambda t: len(json.loads(t))), INT),
    "jsonb_pretty": (1, 1, _plain(lambda t: json.dumps(json.loads(t), indent=4,
                                                       ensure_ascii=False)), TEXT),
    "array_position": (2, 2, _plain(array_position), INT),
    "array_append": (2, 2, _plain(lambda a, v: [*a, v]), None),
    "array_remove": (2, 2, _plain(lambda a, v: [one for one in a if one != v]), None),
    "regexp_replace": (3, 4, _plain(lambda t, p, r, f="": regexp_replace(t, p, r, f)), TEXT),
    "starts_with": (2, 2, _plain(lambda t, p: str(t).startswith(p)), BOOL),
    "to_json": (1, 1, to_json, JSON), "to_jsonb": (
        1, 1, binary(to_json), Type("jsonb")), "array_to_json": (1, 1, to_json, JSON),
    "quote_literal": (1, 1, _texts(lambda t: "'" + t.replace("'", "''") + "'"), TEXT),
    "row_to_json": (1, 1, to_json, JSON),
    "pg_typeof": (1, 1, lambda run, kinds: lambda v: bare(kinds[0]), TEXT),
    "log": (1, 1, mathematics("log10"), DOUBLE), "div": (2, 2, modulo, NUMERIC),
}  # fmt: skip
_MY: dict[str, Any] = {
    "length": (1, 1, _texts(lambda t: len(t.encode("utf-8", "replace"))), MY_INT),
    "substring": (2, 3, _texts(_my_substring), MY_TEXT),
    "substr": (2, 3, _texts(_my_substring), MY_TEXT), "mid": (3, 3, _texts(_my_substring), MY_TEXT),
    "ucase": (1, 1, _texts(str.upper), MY_TEXT), "lcase": (1, 1, _texts(str.lower), MY_TEXT),
    "instr": (2, 2, _plain(lambda t, n: _locate(n, t)), MY_INT),
    "locate": (2, 2, _plain(_locate), MY_INT), "rand": (0, 1, _random, DOUBLE),
    "uuid": (0, 0, _uuid, MY_TEXT), "sleep": (1, 1, _sleep, MY_INT),
    "database": (0, 0, _said("database"), MY_TEXT), "schema": (0, 0, _said("database"), MY_TEXT),
    "connection_id": (0, 0, _said("pid"), MY_INT), "system_user": (0, 0, _said("user"), MY_TEXT),
    "last_insert_id": (0, 1, _said("insert_id"), MY_INT),
    "row_count": (0, 0, _said("row_count"), MY_INT),
    "found_rows": (0, 0, _said("found_rows"), MY_INT),
    "truncate": (2, 2, rounding(ROUND_DOWN), None), "isnull": (1, 1, _plain(lambda v: int(
        v is None)), MY_INT), "hex": (1, 1, _plain(lambda v: f"{v:X}" if isinstance(v, int)
        else str(v).encode("utf-8", "replace").hex().upper()), MY_TEXT),
    "format": (2, 2, _plain(lambda v, n: f"{Decimal(str(v)):,.{max(0, min(int(n), 30))}f}"),
               MY_TEXT),
    "sha1": (1, 1, _texts(lambda t: hashlib.sha1(t.encode("utf-8", "replace"),
                                                usedforsecurity=False).hexdigest()), MY_TEXT),
    "values": (1, 1, _plain(lambda v: v), None), "log10": (1, 1, mathematics("log10"), DOUBLE),
}  # fmt: skip

__all__ = ["TAKES_NULL", "choosing", "find", "group_key", "unknown"]
