"""Functions of times. Sources: PostgreSQL 18, "Date/Time Functions"; MySQL 8.4, the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from . import times
from .casts import my_stamp
from .errors import pg
from .run import Run
from .types import (
    DATE,
    DOUBLE,
    MY_INT,
    MY_STAMP,
    MY_TEXT,
    NUMERIC,
    SPAN,
    STAMPTZ,
    TEXT,
    TIME,
    Interval,
)  # fmt: skip

_UNITS = ("microseconds", "milliseconds", "second", "minute", "hour", "day", "month", "year")
_NAMES = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "HH12": "%I", "HH": "%I", "MI": "%M",
          "SS": "%S", "Mon": "%b", "Month": "%B", "Day": "%A", "Dy": "%a", "DDD": "%j",
          "YY": "%y", "AM": "%p", "PM": "%p", "MS": "%f", "US": "%f"}  # fmt: skip
_FORMAT = re.compile("|".join(sorted(_NAMES, key=len, reverse=True)))
_MY_FORMAT = {"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "S": "%S",
              "y": "%y", "M": "%B", "b": "%b", "W": "%A", "a": "%a", "h": "%I", "p": "%p",
              "T": "%H:%M:%S", "f": "%f", "j": "%j", "%": "%%"}  # fmt: skip


def _now(part: str) -> Callable[[Run, Any], Callable[..., Any]]:
    def make(run: Run, kinds: Any) -> Callable[..., Any]:
        now = run.now if run.dialect == "postgres" else run.now.replace(microsecond=0)
        value: Any = now.date() if part == "date" else now.time() if part == "time" else now
        return lambda *digits: value

    return make


def _moment(value: Any) -> datetime:
    if isinstance(value, time):
        return datetime.combine(date(1970, 1, 1), value)
    found = my_stamp(value)
    if found is None:
        raise pg("22007", f'invalid input syntax for type timestamp: "{value}"')
    return found


def extract(field: Any, value: Any) -> Any:
    """Take a field (year, dow, epoch ...) out of a moment or an interval; raises SqlError."""
    field = str(field).lower().removesuffix("s") if str(field).lower() != "dows" else "dow"
    if isinstance(value, Interval):
        whole = {"year": value.months // 12, "month": value.months % 12, "day": value.days,
                 "hour": value.us // 3_600_000_000, "minute": value.us // 60_000_000 % 60,
                 "second": Decimal(value.us % 60_000_000) / 10**6,
                 "epoch": Decimal((value.months * 30 + value.days) * 86400)
                 + Decimal(value.us) / 10**6}  # fmt: skip
        if field in whole:
            return Decimal(str(whole[field]))
        raise pg("22023", f'unit "{field}" not recognized for type interval')
    m = _moment(value)
    since = m - datetime(1970, 1, 1)
    known: dict[str, Any] = {
        "year": m.year, "month": m.month, "day": m.day, "hour": m.hour, "minute": m.minute,
        "second": Decimal(m.second) + Decimal(m.microsecond) / 10**6, "dow": m.isoweekday() % 7,
        "isodow": m.isoweekday(), "doy": m.timetuple().tm_yday, "week": m.isocalendar()[1],
        "quarter": (m.month + 2) // 3, "century": (m.year + 99) // 100, "decade": m.year // 10,
        "epoch": Decimal(since.days * 86400 + since.seconds) + Decimal(m.microsecond) / 10**6,
        "microsecond": m.second * 10**6 + m.microsecond,
        "millisecond": Decimal(m.second * 10**6 + m.microsecond) / 1000,
    }  # fmt: skip
    if field not in known:
        raise pg("22023", f'unit "{field}" not recognized for type timestamp without time zone')
    return Decimal(known[field])


def _trunc(field: Any, value: Any) -> Any:
    m, unit = _moment(value), str(field).lower()
    if unit == "week":
        m = datetime(m.year, m.month, m.day)
        return m - timedelta(days=m.weekday()) if m.year > 1 else m
    if unit == "quarter":
        return datetime(m.year, (m.month - 1) // 3 * 3 + 1, 1)
    if unit not in _UNITS:
        raise pg("22023", f'unit "{field}" not recognized for type timestamp with time zone')
    keep = _UNITS.index(unit)
    parts = [m.year, m.month, m.day, m.hour, m.minute, m.second][: 8 - keep]
    parts += [1] * max(0, 3 - len(parts))
    return m if keep < 2 else datetime(*parts)  # type: ignore[arg-type]


def _to_char(value: Any, pattern: Any) -> str:
    if isinstance(value, (int, float, Decimal)):
        places = len(str(pattern).partition(".")[2].replace("FM", ""))
        text = f"{value:,.{places}f}" if "," in str(pattern) else f"{value:.{places}f}"
        return text if "FM" in str(pattern) else " " + text
    m = _moment(value) if not isinstance(value, Interval) else datetime(1970, 1, 1) + timedelta(
        microseconds=value.us % 86_400_000_000)  # fmt: skip

    def one(match: re.Match[str]) -> str:
        word = match[0]
        if word == "YYYY":
            return f"{m.year:04d}"
        return f"{m.microsecond // 1000:03d}" if word == "MS" else m.strftime(_NAMES[word])

    return _FORMAT.sub(one, str(pattern).replace("FM", "").replace('"', ""))


def _age(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(one: Any, other: Any = None) -> Interval:
        a = datetime(run.now.year, run.now.month, run.now.day) if other is None else _moment(one)
        b = _moment(one if other is None else other)
        sign = 1 if a >= b else -1
        a, b = (a, b) if a >= b else (b, a)
        months = (a.year - b.year) * 12 + a.month - b.month
        while months and times.add(b, Interval(months, 0, 0)) > a:
            months -= 1
        gap = a - times.add(b, Interval(months, 0, 0))
        us = gap.seconds * 10**6 + gap.microseconds
        return Interval(sign * months, sign * gap.days, sign * us)

    return work


def _my_format(value: Any, pattern: Any) -> str | None:
    m = my_stamp(value)
    if m is None:
        return None
    plain = {"c": str(m.month), "e": str(m.day), "k": str(m.hour), "Y": f"{m.year:04d}",
             "w": str(m.isoweekday() % 7)}  # fmt: skip
    return re.sub(r"%(.)", lambda f: plain.get(f[1]) or m.strftime(_MY_FORMAT.get(f[1], f[1])),
                  str(pattern), flags=re.S)  # fmt: skip


def _my_part(name: str) -> Callable[[Run, Any], Callable[..., Any]]:
    def work(value: Any) -> int | None:
        m = my_stamp(value)
        return None if m is None else int(extract(name, m))

    return lambda run, kinds: work


def _my_add(sign: int) -> Callable[[Run, Any], Callable[..., Any]]:
    def work(value: Any, span: Any) -> Any:
        m = my_stamp(value)
        span = span if isinstance(span, Interval) else Interval(0, int(span), 0)
        try:
            found = None if m is None else times.add(m, span, sign)
        except (OverflowError, ValueError):
            return None
        plain = (isinstance(value, date) and not isinstance(value, datetime)) or (
            isinstance(value, str) and ":" not in value)  # fmt: skip
        return found.date() if found is not None and plain and not span.us else found

    return lambda run, kinds: work


def _my_diff(unit: Any, a: Any, b: Any) -> int | None:
    one, other = my_stamp(a), my_stamp(b)
    if one is None or other is None:
        return None
    if unit in ("month", "year", "quarter"):
        months = (other.year - one.year) * 12 + other.month - one.month
        if months > 0 and (other.day, other.time()) < (one.day, one.time()):
            months -= 1
        return int(months / {"month": 1, "quarter": 3, "year": 12}[unit])
    seconds = (other - one).total_seconds()
    size = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}.get(unit, 1)
    return int(seconds / size)


def _plain(fn: Callable[..., Any]) -> Callable[[Run, Any], Callable[..., Any]]:
    return lambda run, kinds: fn


def _unix(run: Run, kinds: Any) -> Callable[..., Any]:
    def work(value: Any = None) -> int | None:
        m = run.now if value is None else my_stamp(value)
        return None if m is None else int((m - datetime(1970, 1, 1)).total_seconds())

    return work


def _seconds(value: Any) -> Any:
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=float(value))
    except (OverflowError, ValueError):
        raise pg("22008", "timestamp out of range") from None


def _from_unix(run: Run, kinds: Any) -> Callable[..., Any]:
    return lambda value, *form: None if abs(float(value)) > 1e11 else _seconds(value)


def _in_zone(run: Run, kinds: Any) -> Any:
    """Carry out AT TIME ZONE: to the clock of a zone, or from it."""
    back = kinds[1].name == "timestamp"

    def work(zone: Any, value: Any) -> Any:
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month,
                                                                    value.day)  # fmt: skip
        try:
            place = ZoneInfo(str(zone)) if str(zone).upper() not in ("UTC", "GMT", "Z") else UTC
        except (ValueError, KeyError, OSError):
            raise pg("22023", f'time zone "{zone}" not recognized') from None
        if back:
            return moment.replace(tzinfo=place).astimezone(UTC).replace(tzinfo=None)
        return moment.replace(tzinfo=UTC).astimezone(place).replace(tzinfo=None)

    return work


TIMES: dict[str, dict[str, Any]] = {
    "postgres": {
        **dict.fromkeys(("now", "current_timestamp", "transaction_timestamp", "clock_timestamp",
                         "statement_timestamp"), (0, 1, _now("stamp"), STAMPTZ)),
        "localtimestamp": (0, 1, _now("stamp"), STAMPTZ._replace(name="timestamp")),
        "current_date": (0, 0, _now("date"), DATE), "current_time": (0, 1, _now("time"), TIME),
        "localtime": (0, 1, _now("time"), TIME), "extract": (2, 2, _plain(extract), NUMERIC),
        "date_part": (2, 2, _plain(lambda f, v: float(extract(f, v))), DOUBLE),
        "date_trunc": (2, 2, _plain(_trunc), STAMPTZ), "to_char": (2, 2, _plain(_to_char), TEXT),
        "age": (1, 2, _age, SPAN), "to_timestamp": (1, 1, _plain(_seconds), STAMPTZ),
        "timezone": (2, 2, _in_zone, STAMPTZ),
    },
    "mysql": {
        **dict.fromkeys(("now", "current_timestamp", "localtimestamp", "sysdate", "localtime",
                         "utc_timestamp"), (0, 1, _now("stamp"), MY_STAMP)),
        **dict.fromkeys(("curdate", "current_date", "utc_date"), (0, 0, _now("date"), DATE)),
        **dict.fromkeys(("curtime", "current_time", "utc_time"), (0, 1, _now("time"), TIME)),
        **{name: (1, 1, _my_part(name), MY_INT) for name in
           ("year", "month", "day", "hour", "minute", "second", "quarter", "week")},
        "dayofmonth": (1, 1, _my_part("day"), MY_INT), "extract": (
            2, 2, _plain(lambda f, v: int(extract(f, v))), MY_INT),
        "dayname": (1, 1, _plain(lambda v: _my_format(v, "%W")), MY_TEXT),
        "date_format": (2, 2, _plain(_my_format), MY_TEXT),
        "date_add": (2, 2, _my_add(1), MY_STAMP), "date_sub": (2, 2, _my_add(-1), MY_STAMP),
        "adddate": (2, 2, _my_add(1), MY_STAMP), "datediff": (
            2, 2, _plain(lambda a, b: _my_diff("day", b, a)), MY_INT),
        "timestampdiff": (3, 3, _plain(_my_diff), MY_INT), "unix_timestamp": (0, 1, _unix, MY_INT),
        "from_unixtime": (1, 2, _from_unix, MY_STAMP),
        "date": (1, 1, _plain(lambda v: m.date() if (m := my_stamp(v)) else None), DATE),
    },
}  # fmt: skip
