"""Versions and the ranges that manifests wish: of npm, pip, Poetry, Composer and RubyGems.

A wish is read into alternatives, each a list of comparators (operator, version), all of which must
hold. Sources: semver.org, node-semver's README (ranges), PEP 440 (specifiers), Poetry's
documentation (dependency specification), Composer's (versions), RubyGems' (patterns).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Comparator = tuple[str, str]
Wish = list[list[Comparator]]

ANY: Wish = [[]]
"""A wish that every release meets."""
CALENDAR = 2000
"""From this first number on a version is a year."""
_NUMBERS = re.compile(r"[vV=]?\s*(\d+(?:\.\d+)*)(.*)", re.S)
_PART = re.compile(
    r"(===|==|~=|!=|~>|>=|<=|<>|\^|~|>|<|=)?\s*"
    r"(v?\d[\w.!+*-]*|[xX*](?:\.[xX*])*)\s*(?:,|\s|$)"
)
_HYPHEN = re.compile(r"(v?\d[\w.+-]*)\s+-\s+(v?\d[\w.+-]*)$")
MAX_TEXT = 400
"""Longest wish that is read."""


def key(version: str) -> tuple[tuple[int, ...], int, str]:
    """Give what versions are ordered by: numbers, then pre-release before release before post."""
    match = _NUMBERS.match(version.strip())
    if match is None:
        return (), 0, version
    numbers = tuple(int(n[:9]) for n in match[1].split("."))
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers = numbers[:-1]
    rest = match[2].partition("+")[0].lower().lstrip(".-_")
    stage = 0 if not rest else 1 if re.match(r"post|rev|r\d", rest) else -1
    return numbers, stage, rest


def newest(versions: Iterable[str]) -> str | None:
    """Give the newest of versions; None of none."""
    return max(versions, key=key, default=None)


def read(wish: str, tool: str) -> Wish | None:
    """Read a wish as a tool does; None for a tag, an address, or what is no range.

    tool: npm, pip, poetry, composer or gem; they differ in what `~` and a bare version mean.
    """
    text = wish.strip()
    if len(text) > MAX_TEXT:
        return None
    if text in ("", "*", "x", "X", "latest") and not (text == "latest" and tool != "npm"):
        return ANY
    found: Wish = []
    for part in re.split(r"\|\|?", text):
        row = _row(part.strip(), tool)
        if row is None:
            return None
        found.append(row)
    return found


def _row(text: str, tool: str) -> list[Comparator] | None:
    hyphen = _HYPHEN.match(text)
    if hyphen is not None:
        row = [(">=", hyphen[1])]
        full = hyphen[2].count(".") >= 2
        return [*row, ("<=", hyphen[2]) if full else ("<", _next(hyphen[2], -1))]
    row, at = [], 0
    text = text.strip("() ")
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            return None
        row += _comparators(match[1] or "", match[2], tool)
        at = match.end()
        while at < len(text) and text[at] in ", ":
            at += 1
    return row


def _comparators(op: str, version: str, tool: str) -> list[Comparator]:
    version = version.removeprefix("v")
    if version[0] in "xX*":
        return []
    bare = re.split(r"\.[xX*]", version)[0]
    wild = bare != version
    if op == "^":
        return [(">=", bare), ("<", _caret(bare))]
    if op in ("~", "~>", "~="):
        short = tool in ("npm", "poetry") and op != "~="
        place = min(2, _count(bare)) if short else max(1, _count(bare) - 1)
        return [(">=", bare), ("<", _next(bare, place - _count(bare) - 1))]
    if wild or (tool == "npm" and op in ("", "=") and _count(bare) < 3):
        if op == "!=":
            return [("!=*", bare)]
        if op in ("", "=", "=="):
            return [(">=", bare), ("<", _next(bare, -1))]
        if op in (">", "<="):
            return [(">=" if op == ">" else "<", _next(bare, -1))]
        return [(op, bare)]
    if tool == "npm" and op in (">", "<=") and _count(bare) < 3:
        return [(">=" if op == ">" else "<", _next(bare, -1))]
    return [({"": "=", "==": "=", "===": "=", "<>": "!="}.get(op, op), bare)]


def _count(version: str) -> int:
    match = _NUMBERS.match(version)
    return match[1].count(".") + 1 if match else 1


def _next(version: str, place: int) -> str:
    """Raise a version's number at a place, counted from its end, and drop what follows."""
    match = _NUMBERS.match(version)
    numbers = [int(n[:9]) for n in match[1].split(".")] if match else [0]
    kept = numbers[: len(numbers) + place + 1] or numbers[:1]
    kept[-1] += 1
    return ".".join(str(n) for n in kept)


def _caret(version: str) -> str:
    """Give the first version that `^version` does not allow: its first number beside 0 rises."""
    match = _NUMBERS.match(version)
    numbers = [int(n[:9]) for n in match[1].split(".")] if match else [0]
    at = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
    return ".".join(str(n) for n in [*numbers[:at], numbers[at] + 1])


def allows(wish: Wish, version: str) -> bool:
    """Tell whether a version meets a wish; a pre-release only where one is named."""
    if key(version)[1] < 0 and not any(key(v)[1] < 0 for row in wish for _, v in row):
        return False
    return any(all(_holds(one, version) for one in row) for row in wish)


def _holds(one: Comparator, version: str) -> bool:
    op, limit = one
    a, b = key(version), key(limit)
    if op == "!=*":
        return a[0][: len(b[0])] != b[0]
    if op == "<" and a[1] < 0 and b[1] >= 0 and a[0] == b[0]:
        return False
    return {"=": a == b, "!=": a != b, ">=": a >= b, "<=": a <= b, ">": a > b, "<": a < b}[op]


def exact(wish: Wish) -> str | None:
    """Give the one version that a wish names; None for a range."""
    if len(wish) == 1 and len(wish[0]) == 1 and wish[0][0][0] == "=":
        return wish[0][0][1]
    return None


def choose(known: Iterable[str], wishes: list[Wish], width: int = 3) -> str | None:
    """Choose the newest known release that meets all wishes; else the one that they begin with.

    known: releases, the newest first; none for a package that nobody knows. width: how many
    numbers a version has at least.
    # Simplified: Of a package's releases the catalogue has the last of most lines; a wish that
    # none of them meets is met by the release with which its range begins, if that is no newer
    # major version than the newest known.
    """
    releases = list(known)
    found = newest(v for v in releases if all(allows(w, v) for w in wishes))
    if found is not None:
        return found
    limit = newest(releases)
    for wish in wishes:
        for row in wish:
            for op, version in row:
                if op not in ("=", ">=") or not key(version)[0]:
                    continue
                full = version if op == "=" else padded(version, width)
                if _may_exist(full, limit) and all(allows(w, full) for w in wishes):
                    return full
    return None


def padded(version: str, width: int) -> str:
    """Write a version with at least so many numbers: 4 is 4.0.0."""
    match = _NUMBERS.match(version)
    if match is None:
        return version
    return match[1] + ".0" * max(0, width - _count(version)) + match[2]


def _may_exist(version: str, limit: str | None) -> bool:
    """Tell whether a release that the catalogue lacks may have been published."""
    if limit is None:
        return True
    first, last = key(version)[0][0], key(limit)[0][0]
    return first <= last + (1 if last >= CALENDAR else 0)
