"""sort and uniq."""

from __future__ import annotations

import re
from typing import Any

from .call import Call, Filter, lines_of

_NUMBER = re.compile(r"\s*(-?\d*\.?\d*)([KMGTP]?)")
_PLACE = r"(\d{1,6})(?:\.(\d{1,6}))?([a-zA-Z]*)"
_KEY = re.compile(f"{_PLACE}(?:,{_PLACE})?")
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
NAMED = {"unique": "u", "reverse": "r", "numeric-sort": "n", "key": "k", "field-separator": "t",
         "ignore-case": "f", "version-sort": "V", "human-numeric-sort": "h", "output": "o",
         "stable": "s", "zero-terminated": "z", "count": "c", "repeated": "d",
         "skip-fields": "f"}  # fmt: skip


def sort(call: Call) -> int:
    """Sort lines: by keys (`-k2,2nr`), numbers (`-n`, `-h`), versions (`-V`); `-u`, `-r`, `-t`."""
    flags, paths = call.options("ktoSTm", NAMED)
    end = "\0" if "z" in flags else "\n"
    rows = call.text(paths).split(end)
    rows = rows[:-1] if rows[-1] == "" else rows
    sign = flags.get("t", [""])[-1]
    sign = {"\\t": "\t"}.get(sign, sign[:1])
    whole = "".join(letter for letter in "nrfhVbd" if letter in flags)
    keys = [_key(text, whole) for text in flags.get("k", [])]
    if None in keys:
        return call.fail(f"invalid number at field start: invalid count at start of "
                         f"‘{flags['k'][keys.index(None)]}’", 2)  # fmt: skip
    known = [key for key in keys if key is not None] or [((1, 0), (0, 0), whole)]
    if "s" not in flags and "u" not in flags:
        rows.sort(reverse="r" in flags)
    for start, stop, options in reversed(known):
        rows.sort(key=lambda row: _value(_cut(row, sign, start, stop), options),
                  reverse="r" in options)  # fmt: skip
    if "u" in flags:
        seen: dict[Any, str] = {}
        for row in rows:
            mark = tuple(str(_value(_cut(row, sign, a, b), options)) for a, b, options in known)
            seen.setdefault(mark, row)
        rows = list(seen.values())
    call.out("".join(row + end for row in rows))
    return call.status


def _key(text: str, whole: str) -> tuple[tuple[int, int], tuple[int, int], str] | None:
    """Read a key `2.1,3nr`: (field and character of its begin, of its end, options)."""
    match = _KEY.fullmatch(text)
    if match is None or match[1] == "0":
        return None
    options = (match[3] or "") + (match[6] or "") or whole
    return (
        (int(match[1]), int(match[2] or 1) - 1),
        (int(match[4] or 0), int(match[5] or 0)),
        options,
    )


def _cut(row: str, sign: str, start: tuple[int, int], stop: tuple[int, int]) -> str:
    if start == (1, 0) and stop == (0, 0):
        return row
    cells = row.split(sign) if sign else re.findall(r"\s*\S+", row)
    mark = sign or ""
    last = stop[0] or len(cells)
    return mark.join(cells[start[0] - 1 : last])[start[1] :]


def _value(text: str, options: str) -> Any:
    if "n" in options or "h" in options:
        match = _NUMBER.match(text)
        digits = match[1] if match else ""
        number = float(digits) if digits not in ("", "-", ".", "-.") else 0.0
        return (_UNITS[match[2]] if match and "h" in options else 0, number)
    if "V" in options:
        return [(part.isdigit(), int(part[:15]) if part.isdigit() else 0, part)
                for part in re.findall(r"\d+|\D+", text)]  # fmt: skip
    if "b" in options:
        text = text.lstrip()
    return text.upper() if "f" in options else text


def uniq(call: Call) -> int:
    """Drop repeated lines that follow each other; `-c` counts, `-d` and `-u` choose."""
    flags, paths = call.options("fsw", NAMED | {"unique": "u", "ignore-case": "i"})
    runs: list[tuple[str, int]] = []
    before: str | None = None
    for line in lines_of(call.text(paths[:1])):
        same = line.lower() if "i" in flags else line
        if same == before:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((line, 1))
        before = same
    for line, count in runs:
        if ("d" in flags and count == 1) or ("u" in flags and count > 1):
            continue
        call.out(f"{count:>7} {line}\n" if "c" in flags else f"{line}\n")
    return call.status


ALL: dict[str, Filter] = {"sort": sort, "uniq": uniq}
