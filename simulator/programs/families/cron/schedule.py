"""Lines of a crontab: when a job is due, and what is wrong with a line.

Sources: crontab(5) of Debian's cron 3.0pl1 and BusyBox 1.37's miscutils/crond.c.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
FIELDS = ("minute", "hour", "day-of-month", "month", "day-of-week")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
NAMED = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}  # fmt: skip
REBOOT = "@reboot"


class BadField(ValueError):
    """A field that cannot be read; the text is its name."""


@lru_cache(maxsize=512)
def times(text: str) -> tuple[tuple[int, ...], ...]:
    """Read five fields: for each the numbers at which it is due; raises BadField."""
    words = NAMED.get(text, text).split()
    if len(words) != 5:
        raise BadField(FIELDS[min(len(words), 4)])
    return tuple(_field(word, index) for index, word in enumerate(words))


def _field(text: str, index: int) -> tuple[int, ...]:
    low, high = RANGES[index]
    found: dict[int, None] = {}
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = int(step_text) if re.fullmatch(r"[1-9]\d{0,3}", step_text) else 0 if slash else 1
        first, dash, last = span.partition("-")
        start = low if span == "*" else _number(first, index)
        end = (
            high if span == "*" or (slash and not dash) else _number(last if dash else first, index)
        )
        if step == 0 or not low <= start <= high or not start <= end <= high:
            raise BadField(FIELDS[index])
        found.update(dict.fromkeys(range(start, end + 1, step)))
    if index == 4 and 7 in found:
        found[0] = None
    return tuple(sorted(found))


def _number(text: str, index: int) -> int:
    names = {3: MONTHS, 4: DAYS}.get(index, ())
    if text.lower()[:3] in names and len(text) >= 3:
        return names.index(text.lower()[:3]) + (1 if index == 3 else 0)
    if not re.fullmatch(r"\d{1,2}", text):
        raise BadField(FIELDS[index])
    return int(text)


def due(text: str, moment: datetime) -> bool:
    """Tell whether a job of this schedule is due in a minute.

    When day of month and day of week are both restricted, either of them is enough.
    """
    minutes, hours, days, months, weekdays = times(text)
    words = NAMED.get(text, text).split()
    in_day = moment.day in days
    in_week = (moment.weekday() + 1) % 7 in weekdays
    either = not words[2].startswith("*") and not words[4].startswith("*")
    day = (in_day or in_week) if either else (in_day and in_week)
    return moment.minute in minutes and moment.hour in hours and moment.month in months and day


def split_line(line: str) -> tuple[str, str] | None:
    """Take a line apart: (schedule, rest); None for a comment, an empty line or a variable."""
    line = line.strip()
    if not line or line.startswith("#") or re.match(r"[A-Za-z_]\w*\s*=", line):
        return None
    if line.startswith("@"):
        name, _, rest = line.partition(" ")
        return name, rest.strip()
    words = line.split(None, 5)
    return " ".join(words[:5]), words[5] if len(words) > 5 else ""


def variable(line: str) -> tuple[str, str] | None:
    """Read `NAME=value`; None for other lines."""
    match = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*", line)
    return (match[1], match[2].strip("\"'")) if match else None
