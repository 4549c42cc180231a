"""SORT and SORT_RO."""

from __future__ import annotations

from typing import Any

from ..errors import SYNTAX, WRONG_TYPE, RedisError
from ..keyspace import HASH, LIST, SET, STRING, ZSET, Call, size_of
from ..numbers import double, integer
from ..table import on
from .lists import EACH


def _options(words: list[str], read_only: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"get": [], "by": None, "store": None, "limit": None}
    rest = list(words)
    while rest:
        word = rest.pop(0).upper()
        if word in ("ASC", "DESC", "ALPHA"):
            found["desc" if word != "ALPHA" else "alpha"] = word != "ASC"
        elif word == "LIMIT" and len(rest) > 1:
            found["limit"] = (integer(rest.pop(0)), integer(rest.pop(0)))
        elif word == "STORE" and rest and not read_only:
            found["store"] = rest.pop(0)
        elif word == "BY" and rest:
            found["by"] = rest.pop(0)
        elif word == "GET" and rest:
            found["get"].append(rest.pop(0))
        else:
            raise RedisError(SYNTAX)
    return found


def _looked_up(c: Call, pattern: str, item: str) -> str | None:
    """Follow a pattern: `w_*` is a key, `h_*->field` a field of a hash, `#` the item itself."""
    if pattern == "#":
        return item
    if "*" not in pattern:
        return None
    key, mark, field = pattern.replace("*", item, 1).partition("->")
    entry = c.find(key if mark and field else key + mark)
    if entry is None or entry[0] != (HASH if mark and field else STRING):
        return None
    value = entry[1].get(field) if mark and field else entry[1]
    return None if value is None else str(value)


def _items(c: Call, key: str) -> list[str]:
    entry = c.find(key)
    if entry is None:
        return []
    if entry[0] not in (LIST, SET, ZSET):
        raise RedisError(WRONG_TYPE)
    return [row[1] for row in entry[1][1]] if entry[0] == ZSET else list(entry[1])


def _ordered(c: Call, items: list[str], options: dict[str, Any]) -> list[str]:
    by = options["by"]
    if by is not None and "*" not in by:
        return items[::-1] if options.get("desc") else items
    marks = {item: item if by is None else _looked_up(c, by, item) for item in items}
    if options.get("alpha"):
        return sorted(
            items, key=lambda item: (marks[item] or "", item), reverse=bool(options.get("desc"))
        )
    scores = {}
    for item, text in marks.items():
        refusal = "ERR One or more scores can't be converted into double"
        scores[item] = 0.0 if text is None else double(text, refusal)
    return sorted(
        items, key=lambda item: (scores[item], item), reverse=bool(options.get("desc"))
    )  # fmt: skip


@on("sort", "sort_ro")
def sort(c: Call, a: list[str]) -> Any:
    """SORT key [BY pattern] [LIMIT start n] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE key]."""
    options = _options(a[1:], c.words[0].lower() == "sort_ro")
    found = _ordered(c, _items(c, a[0]), options)
    if options["limit"] is not None:
        offset, count = options["limit"]
        start = max(0, offset)
        found = found[start:] if count < 0 else found[start : start + count]
    answers: list[str | None] = list(found)
    if options["get"]:
        answers = [_looked_up(c, pattern, item) for item in found for pattern in options["get"]]
    target = options["store"]
    if target is None:
        return answers
    c.drop_timer(target)
    if answers:
        texts = [text or "" for text in answers]
        c.put(target, LIST, texts, size_of(texts, EACH))
        c.changed(target, "sortstore")
    elif c.find(target) is not None:
        c.remove(target)
        c.changed(target, "del")
    return len(answers)
