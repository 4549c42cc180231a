"""Dates, times and intervals: read from texts and written as the servers do."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from .types import Interval

_DATE = re.compile(r"(\d{4,5})[-/.](\d{1,2})[-/.](\d{1,2})")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?\s*(am|pm)?"
    r"\s*(z|utc|gmt|[-+]\d{1,2}(?::?\d{2})?)?$", re.I
)  # fmt: skip
_SPANS = {"microsecond": (0, 0, 1), "us": (0, 0, 1), "millisecond": (0, 0, 1000),
          "ms": (0, 0, 1000), "second": (0, 0, 10**6), "sec": (0, 0, 10**6), "s": (0, 0, 10**6),
          "minute": (0, 0, 6 * 10**7), "min": (0, 0, 6 * 10**7), "m": (0, 0, 6 * 10**7),
          "hour": (0, 0, 36 * 10**8), "h": (0, 0, 36 * 10**8), "hr": (0, 0, 36 * 10**8),
          "day": (0, 1, 0), "d": (0, 1, 0), "week": (0, 7, 0), "w": (0, 7, 0),
          "mon": (1, 0, 0), "month": (1, 0, 0), "quarter": (3, 0, 0), "year": (12, 0, 0),
          "yr": (12, 0, 0), "y": (12, 0, 0), "decade": (120, 0, 0),
          "century": (1200, 0, 0)}  # fmt: skip
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MAX_MONTHS, MAX_DAYS, MAX_US = 10**9, 2 * 10**9, 9 * 10**18


def read_date(text: str) -> date:
    """Read a date; raises ValueError, OverflowError for one that is no day."""
    text = text.strip()
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    match = _DATE.fullmatch(text)
    if match is not None:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    words = re.fullmatch(r"([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})", text) or re.fullmatch(
        r"(\d{1,2})[\s-]+([A-Za-z]{3,9})[\s-]+(\d{4})", text
    )
    if words is not None:
        name, day = (words[1], words[2]) if words[1].isalpha() else (words[2], words[1])
        return _day(int(words[3]), _NAMES.index(name[:3].lower()) + 1, int(day))
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if american is not None:
        return _day(int(american[3]), int(american[1]), int(american[2]))
    raise ValueError(text)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise OverflowError from error


def read_stamp(text: str) -> tuple[datetime, bool]:
    """Read a moment: (in UTC, whether a zone was given); raises ValueError, OverflowError."""
    text = text.strip()
    match = re.match(r"(.+?)(?:[T\s]+(\d{1,2}:.*))?$", text, re.S)
    if match is None or (match[2] is None and ":" in text):
        raise ValueError(text)
    day = read_date(match[1])
    if match[2] is None:
        return datetime(day.year, day.month, day.day), False
    clock, zone = read_clock(match[2])
    moment = datetime.combine(day, clock)
    return moment - timedelta(seconds=zone or 0), zone is not None


def read_clock(text: str) -> tuple[time, int | None]:
    """Read a time of the day: (time, seconds east of UTC or None)."""
    match = _CLOCK.match(text.strip())
    if match is None:
        raise ValueError(text)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    us = int((match[4] or "0").ljust(6, "0")[:6])
    if match[5]:
        hour = hour % 12 + (12 if match[5].lower() == "pm" else 0)
    zone = match[6]
    east = None
    if zone:
        digits = zone[1:].replace(":", "") if zone[0] in "+-" else "0"
        hours, minutes = (int(digits[:2]), int(digits[2:] or 0)) if digits else (0, 0)
        east = (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
    if hour > 23 or minute > 59 or second > 59:
        raise OverflowError(text)
    return time(hour, minute, second, us), east


def read_span(text: str) -> Interval:
    """Read an interval such as `1 day 02:00`; raises ValueError, OverflowError."""
    months = days = us = 0
    rest = text.strip().lower()
    ago = rest.endswith(" ago")
    rest = rest.removesuffix(" ago").removeprefix("@ ")
    if not rest:
        raise ValueError(text)
    pattern = re.compile(r"\s*(?:([-+]?)(\d{1,9}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?"
                         r"|([-+]?\d{1,12}(?:\.\d{1,9})?|[-+]?\.\d{1,9})\s*([a-z]*))")  # fmt: skip
    at = 0
    while at < len(rest):
        match = pattern.match(rest, at)
        if match is None or match.end() == at:
            raise ValueError(text)
        at = match.end()
        if match[6] is None:
            part = ((int(match[2]) * 60 + int(match[3])) * 60 + int(match[4] or 0)) * 10**6
            part += int((match[5] or "0").ljust(6, "0"))
            us += -part if match[1] == "-" else part
            continue
        unit = match[7] or "second"
        span = _SPANS.get(unit) or _SPANS.get(unit.removesuffix("s"))
        if span is None:
            raise ValueError(text)
        value = float(match[6])
        months += int(value * span[0])
        days += int(value * span[1])
        us += round(value * span[2])
        if span[1] and value != int(value):
            us += round((value * span[1] - int(value * span[1])) * 86_400_000_000)
    sign = -1 if ago else 1
    return checked(Interval(sign * months, sign * days, sign * us))


def checked(span: Interval) -> Interval:
    """Refuse an interval that is too long; raises OverflowError."""
    if abs(span.months) > MAX_MONTHS or abs(span.days) > MAX_DAYS or abs(span.us) > MAX_US:
        raise OverflowError
    return span


def unit_span(unit: str, value: float) -> Interval:
    """Make an interval of a number of units (second, day, month ...)."""
    month, day, us = _SPANS[unit]
    return checked(Interval(int(value * month), int(value * day), round(value * us)))


def add(moment: datetime, span: Interval, sign: int = 1) -> datetime:
    """Add an interval to a moment; raises OverflowError."""
    months = moment.year * 12 + moment.month - 1 + sign * span.months
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)).day if (
        year < 9999 or month < 11) else 31  # fmt: skip
    moved = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    return moved + timedelta(days=sign * span.days, microseconds=sign * span.us)


def fraction(us: int, digits: int | None = None) -> str:
    """Write microseconds as PostgreSQL does: without zeros at the end, or so many digits."""
    if digits is not None:
        return f".{us:06d}"[: digits + 1] if digits else ""
    return f".{us:06d}".rstrip("0") if us else ""


def show_stamp(moment: datetime, digits: int | None = None) -> str:
    """Write a moment."""
    text = moment.strftime("%m-%d %H:%M:%S")
    return f"{moment.year:04d}-{text}{fraction(moment.microsecond, digits)}"


def show_clock(clock: time) -> str:
    """Write a time of the day."""
    return clock.strftime("%H:%M:%S") + fraction(clock.microsecond)


def show_span(span: Interval) -> str:
    """Write an interval in PostgreSQL's own style."""
    parts = []
    years, months = divmod(abs(span.months), 12)
    sign = -1 if span.months < 0 else 1
    for value, name in ((years * sign, "year"), (months * sign, "mon"), (span.days, "day")):
        if value:
            parts.append(f"{value} {name}{'' if value == 1 else 's'}")
    if span.us or not parts:
        seconds, us = divmod(abs(span.us), 10**6)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        mark = "-" if span.us < 0 else ("+" if any(p.startswith("-") for p in parts) else "")
        parts.append(f"{mark}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction(us)}")
    return " ".join(parts)
