"""Cron schedules as CronJob reads them: five fields, the @macros, and when they fire.

Source: github.com/robfig/cron v3 (parser.go, spec.go, constantdelay.go), the parser that the
CronJob controller uses, and pkg/controller/cronjob/utils.go; read 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MACROS = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}  # fmt: skip
_EVERY_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_EVERY_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")

SEARCH_YEARS = 5
"""A schedule that does not fire within this many years never does."""


class ScheduleError(ValueError):
    """The text is no schedule; the message is the parser's."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a schedule.   starred: a plain `*` or `?`, which restricts nothing."""

    values: frozenset[int]
    starred: bool = False

    def __contains__(self, value: int) -> bool:
        return value in self.values


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a schedule fires; `every_s` is set for `@every`, the fields otherwise."""

    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field
    every_s: int | None = None

    def next(self, after: datetime) -> datetime | None:
        """Give the first moment strictly after `after`; None when there is none in five years.

        after: aware, in the zone that the schedule is meant for; a naive moment counts as UTC
        and is answered naive.
        """
        if after.tzinfo is None:
            found = self.next(after.replace(tzinfo=UTC))
            return found.replace(tzinfo=None) if found else None
        if self.every_s is not None:
            return _plus(after.replace(microsecond=0), seconds=self.every_s)
        return self._search(_plus(after.replace(microsecond=0), seconds=1))

    def _search(self, moment: datetime) -> datetime | None:
        last_year = moment.year + SEARCH_YEARS
        if moment.second:
            moment = _plus(moment.replace(second=0), minutes=1)
        while moment.year <= last_year:
            if moment.month not in self.month:
                year, month = divmod(moment.year * 12 + moment.month, 12)
                moment = _wall(datetime(year, month + 1, 1), moment.tzinfo)
            elif not self._is_day(moment):
                tomorrow = datetime(moment.year, moment.month, moment.day) + timedelta(days=1)
                moment = _wall(tomorrow, moment.tzinfo)
            elif moment.hour not in self.hour:
                moment = _plus(moment.replace(minute=0), hours=1)
            elif moment.minute not in self.minute:
                moment = _plus(moment, minutes=1)
            else:
                return moment
        return None

    def _is_day(self, moment: datetime) -> bool:
        """Both day fields must hold, except that two restricted ones are alternatives."""
        by_date = moment.day in self.day
        by_weekday = moment.isoweekday() % 7 in self.weekday
        if self.day.starred or self.weekday.starred:
            return by_date and by_weekday
        return by_date or by_weekday


def _plus(moment: datetime, *, hours: int = 0, minutes: int = 0, seconds: int = 0) -> datetime:
    """Add real time, so that clock changes are passed as they are lived."""
    step = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if moment.tzinfo is None:
        return moment + step
    return (moment.astimezone(UTC) + step).astimezone(moment.tzinfo)


def _wall(moment: datetime, zone: tzinfo | None) -> datetime:
    """Give the moment at which the clock on the wall shows this (past a gap, if it is in one)."""
    return moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule:
    """Read a schedule.   Raises ScheduleError."""
    if not text:
        raise ScheduleError("empty spec string")
    if text.startswith("@"):
        if text.startswith("@every "):
            return _every(text)
        if text not in _MACROS:
            raise ScheduleError(f"unrecognized descriptor: {text}")
        return parse(_MACROS[text])
    fields = text.split()
    if len(fields) != 5:
        shown = " ".join(fields)
        raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: [{shown}]")
    minute, hour, day, month, weekday = fields
    return Schedule(
        _field(minute, 0, 59),
        _field(hour, 0, 23),
        _field(day, 1, 31),
        _field(month, 1, 12, {name: n + 1 for n, name in enumerate(_MONTHS)}),
        _field(weekday, 0, 6, {name: n for n, name in enumerate(_DAYS)}),
    )


def _every(text: str) -> Schedule:
    length = text.removeprefix("@every ")
    parts = _EVERY_PART.findall(length)
    if not parts or "".join(number + unit for number, unit in parts) != length:
        raise ScheduleError(f'failed to parse duration {text}: time: invalid duration "{length}"')
    seconds = int(sum(float(number) * _EVERY_UNITS[unit] for number, unit in parts))
    free = Field(frozenset(), starred=True)
    return Schedule(free, free, free, free, free, every_s=max(1, seconds))


def _field(text: str, low: int, high: int, names: dict[str, int] | None = None) -> Field:
    """Read one field: a list of ranges, each with an optional step."""
    values: set[int] = set()
    starred = False
    for part in filter(None, text.split(",")):
        found, star = _range(part, low, high, names or {})
        values.update(found)
        starred = starred or star
    return Field(frozenset(values), starred)


def _range(text: str, low: int, high: int, names: dict[str, int]) -> tuple[range, bool]:
    body, *steps = text.split("/")
    first, *rest = body.split("-")
    star = first in ("*", "?")
    if star:
        start, end = low, high
    else:
        start = _number(first, names)
        if len(rest) > 1:
            raise ScheduleError(f"too many hyphens: {text}")
        end = _number(rest[0], names) if rest else start
    if len(steps) > 1:
        raise ScheduleError(f"too many slashes: {text}")
    step = _number(steps[0], {}) if steps else 1
    if steps and not rest:
        end = high  # "N/step" means from N to the end
    if start < low:
        raise ScheduleError(f"beginning of range ({start}) below minimum ({low}): {text}")
    if end > high:
        raise ScheduleError(f"end of range ({end}) above maximum ({high}): {text}")
    if start > end:
        raise ScheduleError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")
    return range(start, end + 1, step), star and step == 1


def _number(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        why = f'strconv.Atoi: parsing "{text}": invalid syntax'
        raise ScheduleError(f"failed to parse int from {text}: {why}")
    value = int(text)
    if value < 0:
        raise ScheduleError(f"negative number ({value}) not allowed: {text}")
    return value


def most_recent(
    schedule: Schedule, earliest: datetime, now: datetime
) -> tuple[datetime | None, int]:
    """Find the last time in (earliest, now] that the schedule fires, and how many there were.

    earliest: the last time it was acted on.   The count is exact for regular schedules and an
    estimate otherwise, as upstream's; more than 100 makes the controller warn.
    """
    first = schedule.next(earliest)
    if first is None or now < first:
        return None, 0
    second = schedule.next(first)
    if second is None or now < second:
        return first, 1
    between = max(1, round((second - first).total_seconds()))
    missed = int((now - first).total_seconds()) // between + 1
    found = first
    moment = schedule.next(_plus(first, seconds=max(0, missed - 2) * between))
    if moment is None or moment > now:  # an irregular schedule: the estimate went too far
        moment = second
    while moment is not None and moment <= now:
        found = moment
        moment = schedule.next(moment)
    return found, missed
