"""Values into and out of types: texts that are read, rows that are kept, answers that are shown."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from . import times
from .errors import SqlError, pg
from .types import (
    DECIMALS,
    FLOATS,
    STAMPS,
    Interval,
    Type,
    bare,
    int_range,
    is_int,
    is_text,
)

_INT = re.compile(r"[-+]?\d{1,400}")
_DECIMAL = re.compile(r"[-+]?(\d{1,2000}\.?\d{0,2000}|\.\d{1,2000})([eE][-+]?\d{1,4})?")
_TRUE, _FALSE = ("t", "true", "yes", "on", "y", "1"), ("f", "false", "no", "off", "n", "0")
MAX_DIGITS = 1000
_SPECIAL = {"infinity": "inf", "-infinity": "-inf", "+infinity": "inf", "inf": "inf",
            "-inf": "-inf", "nan": "nan"}  # fmt: skip


def invalid(kind: Type, text: str, at: int | None = None) -> SqlError:
    """Complain of a text that is no value of a type, as PostgreSQL does."""
    name = bare(kind).removesuffix(" without time zone")
    return pg("22P02" if kind.name not in (*STAMPS, "date", "time", "interval") else "22007",
              f'invalid input syntax for type {name}: "{text}"', at)  # fmt: skip


def out_of_range(kind: Type, at: int | None = None) -> SqlError:
    """Complain of a number that is too large."""
    name = "integer" if kind.name == "int4" else bare(kind)
    return pg("22003", f"{name} out of range", at)


def read_text(text: str, kind: Type, now: datetime | None = None, at: int | None = None) -> Any:
    """Read a text as PostgreSQL's input function of a type does; raises SqlError."""
    if kind.array:
        return _read_array(text, kind, now, at)
    name = kind.name
    word = text.strip()
    if is_int(kind):
        return _read_int(text, word, kind, at)
    if name in DECIMALS or name in FLOATS:
        return _read_number(text, word, kind, at)
    if name == "bool":
        if word.lower() in _TRUE or (word and "true".startswith(word.lower())):
            return True
        if word.lower() in _FALSE or (word and "false".startswith(word.lower())):
            return False
        raise invalid(kind, text, at)
    if is_text(kind):
        return text
    if name in ("date", "time", "timetz", "interval", *STAMPS):
        return _read_time(text, word, kind, now, at)
    if name in ("json", "jsonb"):
        return read_json(text, name, at)
    if name == "uuid":
        digits = word.strip("{}").replace("-", "").lower()
        if not re.fullmatch(r"[0-9a-f]{32}", digits):
            raise invalid(kind, text, at)
        cuts = (0, 8, 12, 16, 20, 32)
        return "-".join(digits[a:b] for a, b in pairwise(cuts))
    if name == "bytea":
        return word if word.startswith("\\x") else "\\x" + text.encode("utf-8", "replace").hex()
    if kind.labels:
        if text not in kind.labels:
            raise pg("22P02", f'invalid input value for enum {name}: "{text}"', at)
        return text
    if name in ("inet", "cidr") and not re.fullmatch(r"[0-9a-fA-F.:]{2,45}(/\d{1,3})?", word):
        raise invalid(kind, text, at)
    return text


def _read_int(text: str, word: str, kind: Type, at: int | None) -> int:
    if not _INT.fullmatch(word):
        raise invalid(kind, text, at)
    value = int(word)
    low, high = int_range(kind)
    if not low <= value <= high:
        raise pg("22003", f'value "{word}" is out of range for type {bare(kind)}', at)
    return value


def _read_number(text: str, word: str, kind: Type, at: int | None) -> Decimal | float:
    if kind.name in FLOATS:
        word = _SPECIAL.get(word.lower(), word)
        if word in ("inf", "-inf", "nan"):
            return float(word)
    elif word.lower() == "nan":
        return Decimal("NaN")
    if not _DECIMAL.fullmatch(word):
        raise invalid(kind, text, at)
    if kind.name in FLOATS:
        number = float(word)
        if math.isinf(number):
            raise pg("22003", f'"{word}" is out of range for type {bare(kind)}', at)
        return number
    value = Decimal(word)
    if value.adjusted() > MAX_DIGITS or int(value.as_tuple().exponent) < -MAX_DIGITS:
        raise pg("22003", "value overflows numeric format", at)
    if int(value.as_tuple().exponent) > 0:
        value = Decimal(int(value))
    return value


def _read_time(text: str, word: str, kind: Type, now: datetime | None, at: int | None) -> Any:
    name = kind.name
    try:
        if name == "interval":
            return times.read_span(text)
        if name in ("time", "timetz"):
            return times.read_clock(word)[0]
        low = word.lower()
        if low in ("now", "today", "tomorrow", "yesterday") and now is not None:
            days = {"tomorrow": 1, "yesterday": -1}.get(low, 0)
            moment = times.add(now, Interval(0, days, 0))
            if low != "now":
                moment = datetime(moment.year, moment.month, moment.day)
        elif low == "epoch":
            moment = datetime(1970, 1, 1)
        else:
            moment, zoned = times.read_stamp(text)
            if zoned and name == "timestamp":
                moment = times.read_stamp(re.sub(r"(?i)\s*(z|utc|gmt|[-+]\d\d?(:?\d\d)?)$", "",
                                                 text))[0]  # fmt: skip
        return moment.date() if name == "date" else moment
    except OverflowError:
        raise pg("22008", f'date/time field value out of range: "{text}"', at) from None
    except ValueError:
        raise invalid(kind, text, at) from None


def read_json(text: str, name: str, at: int | None = None) -> str:
    """Check a JSON text; jsonb is written anew as PostgreSQL does. Raises SqlError."""
    if text.count("[") + text.count("{") > 64:
        nested = re.sub(r"[^\[\]{}]", "", text)
        if re.search(r"[\[{]{64}", nested):
            raise pg("54001", "stack depth limit exceeded", at)
    try:
        value = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        raise pg("22P02", "invalid input syntax for type json", at,
                 detail=_json_detail(text)) from None  # fmt: skip
    return text if name == "json" else show_json(value)


def _json_detail(text: str) -> str:
    if not text.strip():
        return "The input string ended unexpectedly."
    word = re.match(r"\s*(\w+|\S)", text)
    shown = word[1] if word else text
    return f'Token "{shown}" is invalid.'


def json_text(value: Any, kind: Type) -> str:
    """Write a value as JSON, as to_json() does: rows and arrays without spaces."""
    if value is None:
        return "null"
    if kind.name in ("json", "jsonb") and isinstance(value, str):
        return value
    if isinstance(value, list):
        inner = kind._replace(array=False)
        return f"[{','.join(json_text(one, inner) for one in value)}]"
    if isinstance(value, tuple):
        names = kind.labels or tuple(f"f{n}" for n in range(1, len(value) + 1))
        kinds = kind.fields or (Type("text"),) * len(value)
        parts = (f"{json.dumps(name, ensure_ascii=False)}:{json_text(one, of)}"
                 for name, one, of in zip(names, value, kinds, strict=False))  # fmt: skip
        return "{" + ",".join(parts) + "}"
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, (float, Decimal)):
        return show(value, kind)
    text = show(value, kind)
    text = text.replace(" ", "T", 1) if isinstance(value, datetime) else text
    if kind.name == "timestamptz":
        text += ":00"
    return json.dumps(text, ensure_ascii=False)


def show_json(value: Any) -> str:
    """Write a value as jsonb is shown: keys by length, then by name."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode("utf-8", "replace")), key))
        inner = ", ".join(f"{show_json(key)}: {show_json(value[key])}" for key in keys)
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(show_json(one) for one in value) + "]"
    if isinstance(value, Decimal):
        return show_decimal(value)
    return json.dumps(value, ensure_ascii=False)


def _read_array(text: str, kind: Type, now: datetime | None, at: int | None) -> list[Any]:
    word = text.strip()
    if not (word.startswith("{") and word.endswith("}")):
        raise pg("22P02", f'malformed array literal: "{text}"', at,
                 detail='Array value must start with "{" or dimension information.')  # fmt: skip
    inner = kind._replace(array=False)
    found: list[Any] = []
    pattern = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"{}]*))\s*(?:,|$)', re.S)
    body, place = word[1:-1], 0
    while place < len(body):
        match = pattern.match(body, place)
        if match is None:
            raise pg("22P02", f'malformed array literal: "{text}"', at)
        place = match.end()
        if match[1] is not None:
            found.append(read_text(re.sub(r"\\(.)", r"\1", match[1]), inner, now, at))
        elif match[2].strip().lower() == "null":
            found.append(None)
        else:
            found.append(read_text(match[2].strip(), inner, now, at))
    return found


def show_decimal(value: Decimal) -> str:
    """Write a decimal number without an exponent."""
    if value.is_nan():
        return "NaN"
    text = format(value, "f")
    return text[1:] if text.startswith("-") and not value else text


def show_float(value: float, dialect: str = "postgres") -> str:
    """Write a number of the processor's kind, as shortly as it can be read back."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    mantissa, _, power = text.partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not power:
        return mantissa
    number = int(power)
    if dialect == "mysql":
        return f"{mantissa}e{number}"
    return f"{mantissa}e{'-' if number < 0 else '+'}{abs(number):02d}"


def show(value: Any, kind: Type, dialect: str = "postgres") -> str:
    """Write a value (not NULL) as the server sends it in text form."""
    if isinstance(value, bool):
        return ("t" if value else "f") if dialect == "postgres" else str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return show_decimal(value)
    if isinstance(value, float):
        return show_float(value, dialect)
    if isinstance(value, datetime):
        digits = (kind.a or 0) if dialect == "mysql" else None
        text = times.show_stamp(value, digits)
        return text + "+00" if kind.name == "timestamptz" else text
    if isinstance(value, date):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    if isinstance(value, time):
        return times.show_clock(value)
    if isinstance(value, Interval):
        return times.show_span(value)
    if isinstance(value, list):
        return _show_array(value, kind._replace(array=False), dialect)
    if isinstance(value, tuple):
        parts = ("" if one is None else show(one, Type("text"), dialect) for one in value)
        return "(" + ",".join(parts) + ")"
    return str(value)


def _show_array(value: list[Any], kind: Type, dialect: str) -> str:
    parts = []
    for one in value:
        if one is None:
            parts.append("NULL")
            continue
        text = show(one, kind, dialect)
        plain = re.fullmatch(r"[^\s{}\",\\]+", text) and text.lower() != "null"
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(text if plain else f'"{quoted}"')
    return "{" + ",".join(parts) + "}"


# Rows as they are kept


def keep(value: Any) -> Any:
    """Give a value as plain data."""
    if value is None or isinstance(value, (bool, int, str, float)):
        return value
    if isinstance(value, Decimal):
        return show_decimal(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Interval):
        return list(value)
    if isinstance(value, (list, tuple)):
        return [keep(one) for one in value]
    return str(value)


def keeper(kind: Type) -> Any:
    """Give the function that makes a value of the plain data of its type; None if it is one."""
    name = kind.name
    one: Any = None
    if name in DECIMALS:
        one = Decimal
    elif name == "date":
        one = date.fromisoformat
    elif name in STAMPS:
        one = datetime.fromisoformat
    elif name in ("time", "timetz"):
        one = time.fromisoformat
    elif name == "interval":

        def one(row: Any) -> Any:
            return Interval(*row)

    if kind.array and one is not None:
        inner = one
        return lambda row: [None if item is None else inner(item) for item in row]
    return one
