"""From one type to another: explicit casts, and what a column takes.

Sources: pg_cast and the input functions of PostgreSQL 18; MySQL 8.4, "Type Conversion in Expression
Evaluation" and "Server SQL Modes" (strict mode, which is the default).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from . import times
from .errors import SqlError, my, pg
from .types import (
    DECIMALS,
    FLOATS,
    STAMPS,
    Interval,
    Type,
    bare,
    int_range,
    is_int,
    is_number,
    is_text,
    shown,
)
from .values import out_of_range, read_json, read_text, show, show_decimal

Clock = Callable[[], datetime]
_SPACES = re.compile(r" *$")


def may_assign(source: Type, target: Type) -> bool:
    """Tell whether PostgreSQL lets an expression of one type into a column of another."""
    if source.name == "unknown" or source.name == target.name:
        return True
    if source.array != target.array:
        return is_text(target)
    if is_text(target) and not target.labels:
        return True
    if is_number(source) and is_number(target):
        return True
    moments = (*STAMPS, "date")
    if source.name in moments and target.name in (*moments, "time"):
        return True
    pairs = (("json", "jsonb"), ("jsonb", "json"), ("time", "interval"), ("interval", "time"),
             ("time", "timetz"))  # fmt: skip
    return (source.name, target.name) in pairs


def may_cast(source: Type, target: Type) -> bool:
    """Tell whether PostgreSQL has an explicit cast."""
    if source.array and target.array:
        return may_cast(source._replace(array=False), target._replace(array=False))
    if may_assign(source, target) or is_text(source):
        return True
    if source.name == "bool" or target.name == "bool":
        return "int4" in (source.name, target.name)
    return is_number(source) and target.name in ("json", "jsonb") and False


def convert(
    value: Any, kind: Type, *, now: datetime | None = None, at: int | None = None,
    explicit: bool = False,
) -> Any:  # fmt: skip
    """Make a value (not NULL) one of a type, as PostgreSQL does; raises SqlError."""
    if kind.array:
        if isinstance(value, list):
            inner = kind._replace(array=False)
            return [None if one is None else convert(one, inner, now=now, at=at, explicit=explicit)
                    for one in value]  # fmt: skip
        return read_text(str(value), kind, now, at)
    name = kind.name
    if kind.labels:
        return read_text(str(value), kind, now, at)
    if name == "bool":
        return value if isinstance(value, bool) else (
            read_text(value, kind, now, at) if isinstance(value, str) else bool(value)
        )  # fmt: skip
    if is_int(kind):
        return _to_int(value, kind, at)
    if name in DECIMALS:
        return _to_decimal(value, kind, at)
    if name in FLOATS:
        return _to_float(value, kind, at)
    if is_text(kind):
        return _to_text(value, kind, at, explicit)
    if name in ("date", "time", "timetz", "interval", *STAMPS):
        return _to_time(value, kind, now, at)
    if name in ("json", "jsonb"):
        return read_json(show(value, kind), name, at)
    return read_text(value, kind, now, at) if isinstance(value, str) else value


def _to_int(value: Any, kind: Type, at: int | None) -> int:
    if isinstance(value, str):
        return int(read_text(value, kind, None, at))
    if isinstance(value, Decimal):
        if value.is_nan():
            raise pg("0A000", f"cannot convert NaN to {bare(kind)}", at)
        value = int(value.to_integral_value(ROUND_HALF_UP))
    elif isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            raise out_of_range(kind, at)
        value = round(value)
    number = int(value)
    low, high = int_range(kind)
    if not low <= number <= high:
        raise out_of_range(kind, at)
    return number


def _to_decimal(value: Any, kind: Type, at: int | None) -> Decimal:
    if isinstance(value, str):
        number = Decimal(read_text(value, Type("numeric"), None, at))
    elif isinstance(value, float):
        if math.isinf(value):
            raise pg("0A000", "cannot convert infinity to numeric", at)
        number = Decimal("NaN") if math.isnan(value) else Decimal(f"{value:.15g}")
    else:
        number = Decimal(value)
    if kind.a is None or number.is_nan():
        return Decimal(number)
    scale = kind.b or 0
    rounded = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    if abs(rounded) >= Decimal(10) ** (kind.a - scale):
        raise pg("22003", "numeric field overflow", detail=f"A field with precision {kind.a}, "
                 f"scale {scale} must round to an absolute value less than "
                 f"{'1' if kind.a == scale else f'10^{kind.a - scale}'}.")  # fmt: skip
    return rounded


def _to_float(value: Any, kind: Type, at: int | None) -> float:
    if isinstance(value, str):
        return float(read_text(value, kind, None, at))
    try:
        number = float(value)
    except OverflowError:
        raise out_of_range(kind, at) from None
    return number


def _to_text(value: Any, kind: Type, at: int | None, explicit: bool) -> str:
    if isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = value if isinstance(value, str) else show(value, kind)
    if kind.a is not None and len(text) > kind.a:
        if not explicit and text[kind.a :].strip(" "):
            raise pg("22001", f"value too long for type {shown(kind)}", at)
        text = text[: kind.a]
    if kind.name == "bpchar" and kind.a is not None:
        text = text.ljust(kind.a)
    return text


def _to_time(value: Any, kind: Type, now: datetime | None, at: int | None) -> Any:
    name = kind.name
    if isinstance(value, str):
        found = read_text(value, kind, now, at)
    elif name == "date":
        found = value.date() if isinstance(value, datetime) else value
    elif name in STAMPS:
        found = value if isinstance(value, datetime) else (
            datetime(value.year, value.month, value.day) if isinstance(value, date) else value
        )  # fmt: skip
    elif name == "interval" and isinstance(value, time):
        found = Interval(0, 0, ((value.hour * 60 + value.minute) * 60 + value.second) * 10**6)
    elif name in ("time", "timetz") and isinstance(value, datetime):
        found = value.time()
    elif name in ("time", "timetz") and isinstance(value, Interval):
        found = (datetime(2000, 1, 1) + timedelta(microseconds=value.us % 86_400_000_000)).time()
    else:
        found = value
    if kind.a is not None and isinstance(found, datetime) and kind.a < 6:
        found = found.replace(microsecond=found.microsecond // 10 ** (6 - kind.a) * 10 ** (
            6 - kind.a))  # fmt: skip
    return found


# MySQL


def my_number(value: Any) -> int | float | Decimal:
    """Take a value as a number, as MySQL does: a text counts as far as it is one."""
    if isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, datetime):
        return int(value.strftime("%Y%m%d%H%M%S"))
    if isinstance(value, date):
        return int(value.strftime("%Y%m%d"))
    if isinstance(value, str):
        match = re.match(r"\s*[-+]?(\d{1,300}\.?\d{0,300}|\.\d{1,300})([eE][-+]?\d{1,3})?", value)
        return float(match[0]) if match else 0.0
    if isinstance(value, time):
        return int(value.strftime("%H%M%S"))
    return 0


def my_stamp(value: Any) -> datetime | None:
    """Take a value as a moment; None for one that is none."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    try:
        return times.read_stamp(str(value))[0]
    except (ValueError, OverflowError):
        return None


def my_convert(value: Any, kind: Type) -> Any:
    """Carry out CAST(x AS type) of MySQL: what does not fit is made to fit."""
    name = kind.name
    if is_int(kind):
        number = my_number(value)
        if isinstance(number, float) and (math.isnan(number) or math.isinf(number)):
            return 0
        whole = int(number) if isinstance(value, str) else int(
            Decimal(number).to_integral_value(ROUND_HALF_UP))  # fmt: skip
        low, high = int_range(kind)
        if kind.unsigned and whole < 0 and name == "bigint":
            return max(whole, -(2**63)) + 2**64
        return min(max(whole, low), high)
    if name == "decimal":
        number = Decimal(str(my_number(value)))
        places = Decimal(1).scaleb(-(kind.b or 0))
        return number.quantize(places, ROUND_HALF_UP) if number.adjusted() < 60 else number
    if name in FLOATS:
        return float(my_number(value))
    if is_text(kind):
        text = show(value, kind, "mysql")
        return text[: kind.a] if kind.a is not None else text
    if name in STAMPS:
        return my_stamp(value)
    if name == "date":
        moment = my_stamp(value)
        return moment.date() if moment else None
    if name == "time":
        try:
            return value.time() if isinstance(value, datetime) else times.read_clock(str(value))[0]
        except (ValueError, OverflowError):
            return None
    if name == "json":
        return read_json(show(value, kind, "mysql"), "jsonb")
    return value


def my_store(value: Any, kind: Type, column: str, row: int) -> Any:
    """Make a value (not NULL) one that a column takes, in strict mode; raises SqlError."""
    name = kind.name
    if is_int(kind):
        return _my_store_int(value, kind, column, row)
    if name in DECIMALS or name in FLOATS:
        return _my_store_number(value, kind, column, row)
    if name in ("enum", "set"):
        text = show(value, kind, "mysql")
        words = text.split(",") if name == "set" and text else [text]
        known = {label.lower(): label for label in kind.labels}
        if any(word.lower() not in known for word in words if word or name == "enum"):
            raise my(1265, f"Data truncated for column '{column}' at row {row}", "01000")
        return ",".join(known[word.lower()] for word in words if word)
    if is_text(kind):
        text = show(value, kind, "mysql")
        limit = {"tinytext": 255, "text": 65535, "blob": 65535}.get(name, kind.a)
        if limit is not None and len(text) > limit:
            if text[limit:].strip(" ") or name not in ("char", "varchar"):
                raise my(1406, f"Data too long for column '{column}' at row {row}", "22001")
            text = text[:limit]
        return text.rstrip(" ") if name == "char" else text
    if name == "json":
        try:
            return read_json(show(value, kind, "mysql"), "jsonb")
        except SqlError:
            raise my(3140, f"Invalid JSON text: \"Invalid value.\" at position 0 in value for "
                     f"column '{column}'.", "22032") from None  # fmt: skip
    found = my_convert(value, kind)
    if found is None:
        what = "date" if name == "date" else ("time" if name == "time" else "datetime")
        raise my(1292, f"Incorrect {what} value: '{show(value, kind, 'mysql')}' for column "
                 f"'{column}' at row {row}", "22007")  # fmt: skip
    if isinstance(found, datetime) and not kind.a:
        found = (found + timedelta(microseconds=500_000)).replace(microsecond=0)
    return found


def _my_store_int(value: Any, kind: Type, column: str, row: int) -> int:
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[-+]?(\d{1,300}\.?\d{0,300}|\.\d+)([eE][-+]?\d{1,3})?\s*", value):
            raise my(1366, f"Incorrect integer value: '{value}' for column '{column}' at row {row}",
                     "HY000")  # fmt: skip
        value = Decimal(value.strip())
    elif not isinstance(value, (int, float, Decimal)):
        value = my_number(value)
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        value = 2**70
    number = value if isinstance(value, int) else int(
        Decimal(value).to_integral_value(ROUND_HALF_UP))  # fmt: skip
    low, high = int_range(kind)
    if not low <= number <= high:
        raise my(1264, f"Out of range value for column '{column}' at row {row}", "22003")
    return int(number)


def _my_store_number(value: Any, kind: Type, column: str, row: int) -> Any:
    if isinstance(value, str) and not re.fullmatch(
        r"\s*[-+]?(\d{1,300}\.?\d{0,300}|\.\d+)([eE][-+]?\d{1,3})?\s*", value
    ):
        word = "decimal" if kind.name == "decimal" else "double"
        raise my(1366, f"Incorrect {word} value: '{value}' for column '{column}' at row {row}")
    number = my_number(value)
    if kind.name != "decimal":
        return float(number)
    exact = Decimal(str(value).strip()) if isinstance(value, str) else Decimal(str(number))
    if not exact.is_finite() or exact.adjusted() >= (kind.a or 10) - (kind.b or 0):
        raise my(1264, f"Out of range value for column '{column}' at row {row}", "22003")
    rounded = exact.quantize(Decimal(1).scaleb(-(kind.b or 0)), ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


__all__ = ["ROUND_HALF_EVEN", "convert", "may_assign", "may_cast", "my_convert", "my_number",
           "my_stamp", "my_store", "show_decimal"]  # fmt: skip
