"""What `date` prints, in a build step and in a container: its formats and the dates it reads.

Source: "date invocation" and "Date input formats" of the GNU coreutils manual, as far as scripts
use them. All times are UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_FIELD = re.compile(r"%([-_0^]?)(:?[A-Za-z%])")
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?\s*(Z|UTC|GMT)?",
    re.I,
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_STEP = re.compile(r"([-+]?)\s*(\d{1,9}|an?|next|last)?\s*(sec|second|min|minute|hour|day|week|"
                   r"fortnight|month|year)s?(\s+ago)?", re.I)  # fmt: skip
_WORDS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
_SECONDS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600, "day": 86400,
            "week": 604800, "fortnight": 1209600}  # fmt: skip
_FORMS = {"R": "%a, %d %b %Y %H:%M:%S +0000", "rfc": "%Y-%m-%d %H:%M:%S+00:00", "I": "%Y-%m-%d",
          "Idate": "%Y-%m-%d", "Ihours": "%Y-%m-%dT%H+00:00", "Iminutes": "%Y-%m-%dT%H:%M+00:00",
          "Iseconds": "%Y-%m-%dT%H:%M:%S+00:00"}  # fmt: skip
USUAL = "%a %b %e %H:%M:%S UTC %Y"


def printed(argv: list[str], now: datetime) -> tuple[str, str]:
    """Carry `date` out: (what it prints, what is wrong with the date it was given)."""
    form, wish = USUAL, None
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        if word.startswith("+"):
            form = word[1:]
        elif word in ("-d", "--date"):
            wish = words.pop(0) if words else ""
        elif word.startswith(("-d", "--date=")):
            wish = word.partition("=")[2] if word.startswith("--") else word[2:]
        elif word.startswith(("-I", "--iso-8601")):
            form = _FORMS.get("I" + re.sub(r"^-I|^--iso-8601=?", "", word), _FORMS["I"])
        elif word in ("-R", "--rfc-2822", "--rfc-email"):
            form = _FORMS["R"]
        elif word.startswith("--rfc-3339"):
            form = _FORMS["Idate" if word.endswith("date") else "rfc"]
        elif re.fullmatch(r"-u[dR]", word):
            words.insert(0, f"-{word[2]}")
    at = now if wish is None else read_date(wish, now)
    return ("", f"invalid date ‘{wish}’") if at is None else (f"{shown(at, form)}\n", "")


def read_date(text: str, now: datetime) -> datetime | None:
    """Read a date such as `2026-01-31 10:00`, `@0`, `yesterday`, `+3 days` or `2 weeks ago`."""
    text = text.strip()
    try:
        if re.fullmatch(r"@-?\d{1,11}(\.\d+)?", text):
            return datetime.fromtimestamp(int(text[1:].partition(".")[0]), UTC)
        at, rest = now, text
        if iso := _ISO.match(text):
            parts = [int(part or 0) for part in iso.groups()[:6]]
            at, rest = datetime(*parts[:3], *parts[3:], tzinfo=UTC), text[iso.end() :]  # type: ignore[arg-type,misc]
        while rest := rest.strip(" ,"):
            word = rest.partition(" ")[0].lower()
            if word in _WORDS or word in ("utc", "gmt", "z"):
                at, rest = at + timedelta(days=_WORDS.get(word, 0)), rest[len(word) :]
            elif clock := _CLOCK.match(rest):
                hour, minute, second = (int(part or 0) for part in clock.groups())
                at = at.replace(hour=hour, minute=minute, second=second, microsecond=0)
                rest = rest[clock.end() :]
            elif step := _STEP.match(rest):
                at, rest = _stepped(at, step), rest[step.end() :]
            else:
                return None
        return at
    except (ValueError, OverflowError, OSError):
        return None


def _stepped(at: datetime, step: re.Match[str]) -> datetime:
    sign, count, unit, ago = step.groups()
    number = int(count) if count and count.isdigit() else -1 if count == "last" else 1
    number = -number if (sign == "-") != bool(ago) else number
    unit = unit.lower()
    if unit in _SECONDS:
        return at + timedelta(seconds=number * _SECONDS[unit])
    months = at.year * 12 + at.month - 1 + number * (12 if unit == "year" else 1)
    first = at.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first + timedelta(days=at.day - 1)


def shown(at: datetime, form: str) -> str:
    """Write a moment by a format; an unknown directive stays as it is."""
    return _FIELD.sub(lambda match: _field(at, match[1], match[2]) or match[0], form)


def _field(at: datetime, flag: str, sign: str) -> str:
    own = {
        "s": str(int(at.timestamp())), "N": f"{at.microsecond:06}000", "z": "+0000", "Z": "UTC",
        ":z": "+00:00", "n": "\n", "t": "\t", "%": "%", "P": f"{at:%p}".lower(), "e": f"{at.day:2}",
        "k": f"{at.hour:2}", "l": f"{at.hour % 12 or 12:2}", "q": str((at.month + 2) // 3),
        "r": f"{at:%I:%M:%S %p}", "R": f"{at:%H:%M}", "T": f"{at:%H:%M:%S}", "D": f"{at:%m/%d/%y}",
        "F": f"{at.year:04}-{at:%m-%d}", "c": f"{at:%a %b} {at.day:2} {at:%H:%M:%S} {at.year}",
        "x": f"{at:%m/%d/%y}", "X": f"{at:%H:%M:%S}", "h": f"{at:%b}", "Y": f"{at.year:04}",
    }  # fmt: skip
    text = own.get(sign) or (f"{at:%{sign}}" if sign in tuple("aAbBCdgGHIjmMpSuUVwWy") else "")
    if flag == "-" and text.lstrip("0 "):
        return text.lstrip("0 ")
    if flag == "_":
        return re.sub(r"^0+(?=\d)", lambda match: " " * len(match[0]), text)
    return text.upper() if flag == "^" else text.replace(" ", "0") if flag == "0" else text
