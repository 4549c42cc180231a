"""Date: milliseconds since 1970 in simulated time; the time zone is UTC, as in most containers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ...vm import Machine
from .calls import proto_for
from .convert import to_number, to_primitive, to_text
from .errors import throw
from .natives_core import arg
from .registry import constructor, native
from .values import NULL, Obj, num

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
               "September", "October", "November", "December")  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FARTHEST = 200_000_000_000_000
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
                  r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
                  r"\s*(Z|[+-]\d\d:?\d\d)?)?")  # fmt: skip
_WORDS = re.compile(r"(?:\w{3,9},?\s+)?(?:(\d{1,2})\s+(\w{3})\w*|(\w{3})\w*\s+(\d{1,2})),?"
                    r"\s+(\d{4})(?:\s+(\d\d?):(\d\d)(?::(\d\d))?)?"
                    r"(?:\s*(?:GMT|UTC|Z))?.*")  # fmt: skip


def now_ms(vm: Machine) -> int:
    """Give the program's clock."""
    ahead = int(vm.root.get("ahead", 0))
    start = vm.p.engine.start
    return int((start - EPOCH).total_seconds() * 1000) + (vm.now_us + ahead) // 1000


def moment(value: Any) -> datetime | None:
    """Turn a time into its parts; None when it is no time."""
    if value is None or value != value or abs(value) > FARTHEST:
        return None
    try:
        return EPOCH + timedelta(milliseconds=int(value))
    except OverflowError:
        return None


def iso(value: Any) -> str:
    """Write a time as `toISOString` does; "" when it is none."""
    at = moment(value)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z" if at else ""


def made_of(parts: list[Any]) -> int | float:
    """Turn year, month, day and so on, each beyond its bounds if need be, into a time."""
    if any(part != part or abs(part) > 1e12 for part in parts):
        return math.nan
    year, month, day, hour, minute, second, ms = [
        int(part) for part in [*parts, 0, 1, 0, 0, 0, 0][:7]
    ] if len(parts) > 1 else [int(parts[0]), 0, 1, 0, 0, 0, 0]  # fmt: skip
    if len(parts) == 2:
        day, hour, minute, second, ms = 1, 0, 0, 0, 0
    elif len(parts) > 2:
        rest = [int(part) for part in parts[3:]] + [0, 0, 0, 0]
        day = int(parts[2])
        hour, minute, second, ms = rest[:4]
    year += month // 12
    if 0 <= year <= 99 and len(parts) > 1:
        year += 1900
    try:
        start = datetime(year, month % 12 + 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return math.nan
    days = (start - EPOCH).days + day - 1
    return num(float(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + ms))


def read_date(text: str) -> int | float:
    """Read a date as `Date.parse` does: NaN when it is none."""
    match = _ISO.fullmatch(text.strip())
    if match:
        numbers = [int(part) if part else n for part, n in
                   zip(match.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)]  # fmt: skip
        year, month, day, hour, minute, second = numbers
        if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 24 and minute < 60 and second < 60):
            return math.nan
        ms = int((match[7] or "0")[:3].ljust(3, "0"))
        shift = 0
        if match[8] and match[8] != "Z":
            digits = match[8].replace(":", "")
            shift = int(digits[1:3]) * 60 + int(digits[3:5])
            shift = -shift if digits[0] == "-" else shift
        return made_of([year, month - 1, day, hour, minute - shift, second, ms])
    match = _WORDS.fullmatch(text.strip())
    if match:
        name = (match[2] or match[3]).title()
        if name in MONTHS:
            return made_of(
                [
                    int(match[5]),
                    MONTHS.index(name),
                    int(match[1] or match[4]),
                    int(match[6] or 0),
                    int(match[7] or 0),
                    int(match[8] or 0),
                ]
            )
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip())
    return made_of([int(match[3]), int(match[1]) - 1, int(match[2])]) if match else math.nan


def full_text(value: Any) -> str:
    """Write a time as `String(date)` does."""
    at = moment(value)
    if at is None:
        return "Invalid Date"
    return (f"{DAYS[(at.weekday() + 1) % 7]} {MONTHS[at.month - 1]} {at:%d %Y %H:%M:%S} GMT+0000 "
            "(Coordinated Universal Time)")  # fmt: skip


@native("Date", 7)
def _date(vm: Any, this: Any, args: list[Any]) -> str:
    return full_text(now_ms(vm))


@constructor("Date", 7)
def _new_date(vm: Any, args: list[Any], target: Any) -> Any:
    if not args:
        value: Any = now_ms(vm)
    elif len(args) > 1:
        value = made_of([to_number(vm, one) for one in args])
    elif isinstance(args[0], Obj) and args[0].kind == "Date":
        value = args[0].data
    else:
        first = to_primitive(vm, args[0])
        value = read_date(first) if type(first) is str else to_number(vm, first)
        value = num(math.trunc(value)) if value - value == 0 else math.nan
    return Obj(proto_for(vm, target, "Date"), "Date", value)


@native("Date.now")
def _now(vm: Any, this: Any, args: list[Any]) -> int:
    return now_ms(vm)


@native("Date.parse", 1)
def _parse(vm: Any, this: Any, args: list[Any]) -> Any:
    return read_date(to_text(vm, arg(args, 0)))


@native("Date.UTC", 7)
def _utc(vm: Any, this: Any, args: list[Any]) -> Any:
    return made_of([to_number(vm, one) for one in args])


@native("Date.prototype.toISOString")
def _iso(vm: Any, this: Any, args: list[Any]) -> str:
    if moment(this.data) is None:
        raise throw(vm, "RangeError", "Invalid time value")
    return iso(this.data)


@native("Date.prototype.toJSON", 1)
def _json(vm: Any, this: Any, args: list[Any]) -> Any:
    return iso(this.data) or NULL


@native("Date.prototype.@@toPrimitive", 1)
def _primitive(vm: Any, this: Any, args: list[Any]) -> Any:
    return this.data if arg(args, 0) == "number" else full_text(this.data)


def _clock(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'}"


def _day(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at.year}"


TEXTS = {
    "toString": lambda at: full_text((at - EPOCH) / timedelta(milliseconds=1)),
    "toDateString": lambda at: f"{DAYS[(at.weekday() + 1) % 7]} {MONTHS[at.month - 1]} {at:%d %Y}",
    "toTimeString": lambda at: f"{at:%H:%M:%S} GMT+0000 (Coordinated Universal Time)",
    "toUTCString": lambda at: f"{DAYS[(at.weekday() + 1) % 7]}, {at:%d} {MONTHS[at.month - 1]} "
                              f"{at:%Y %H:%M:%S} GMT",
    "toLocaleString": lambda at: f"{_day(at)}, {_clock(at)}",
    "toLocaleDateString": _day, "toLocaleTimeString": _clock,
}  # fmt: skip


def _writers() -> None:
    for name, how in TEXTS.items():

        def make(vm: Any, this: Any, args: list[Any], how: Any = how) -> str:
            at = moment(this.data) if isinstance(this, Obj) and this.kind == "Date" else None
            return str(how(at)) if at else "Invalid Date"

        native(f"Date.prototype.{name}")(make)
    native("Date.prototype.toGMTString")(
        lambda vm, this, args: str(TEXTS["toUTCString"](moment(this.data) or EPOCH)))  # fmt: skip


PARTS: dict[str, Callable[[datetime], int]] = {
    "FullYear": lambda at: at.year, "Month": lambda at: at.month - 1, "Date": lambda at: at.day,
    "Hours": lambda at: at.hour, "Minutes": lambda at: at.minute, "Seconds": lambda at: at.second,
    "Milliseconds": lambda at: at.microsecond // 1000,
}  # fmt: skip


def _fields() -> None:
    for at, name in enumerate(PARTS):
        for zone in ("", "UTC"):

            def read(vm: Any, this: Any, args: list[Any], name: str = name) -> Any:
                when = moment(this.data)
                return PARTS[name](when) if when else math.nan

            def write(vm: Any, this: Any, args: list[Any], at: int = at) -> Any:
                when = moment(this.data) or EPOCH
                parts: list[Any] = [how(when) for how in PARTS.values()]
                for n, one in enumerate(args):
                    if at + n < 7:
                        parts[at + n] = to_number(vm, one)
                this.data = made_of(parts)
                return this.data

            native(f"Date.prototype.get{zone}{name}")(read)
            native(f"Date.prototype.set{zone}{name}", 1)(write)
    for zone in ("", "UTC"):
        native(f"Date.prototype.get{zone}Day")(
            lambda vm, this, args: ((moment(this.data) or EPOCH).weekday() + 1) % 7)  # fmt: skip


_writers()
_fields()


@native("Date.prototype.valueOf")
@native("Date.prototype.getTime")
def _value_of(vm: Any, this: Any, args: list[Any]) -> Any:
    if not isinstance(this, Obj) or this.kind != "Date":
        raise throw(vm, "TypeError", "this is not a Date object.")
    return this.data


@native("Date.prototype.setTime", 1)
def _set_time(vm: Any, this: Any, args: list[Any]) -> Any:
    this.data = to_number(vm, arg(args, 0))
    return this.data


@native("Date.prototype.getTimezoneOffset")
def _offset(vm: Any, this: Any, args: list[Any]) -> int:
    return 0
