"""Commands that work on several sorted sets at once; a set counts with scores of 1."""

from __future__ import annotations

from typing import Any

from ..errors import SYNTAX, WRONG_TYPE, RedisError
from ..keyspace import SET, ZSET, Call
from ..numbers import INFINITY, double
from ..table import on
from .setops import limit_of, numbered
from .sortedsets import flat, store

Scores = dict[str, float]


def _scores(c: Call, key: str) -> Scores:
    entry = c.find(key)
    if entry is None:
        return {}
    if entry[0] == ZSET:
        return entry[1][0]  # type: ignore[no-any-return]
    if entry[0] == SET:
        return dict.fromkeys(entry[1], 1.0)
    raise RedisError(WRONG_TYPE)


def _times(score: float, weight: float) -> float:
    value = 0.0 if not score or not weight else score * weight
    return max(-INFINITY, min(INFINITY, value))


def _plus(left: float, right: float) -> float:
    if abs(left) >= INFINITY and abs(right) >= INFINITY and (left > 0) != (right > 0):
        return 0.0  # Redis takes infinity less infinity for zero here
    return max(-INFINITY, min(INFINITY, left + right))


_AGGREGATE = {"SUM": _plus, "MIN": min, "MAX": max}


def _read(c: Call, a: list[str], name: str, scored: bool) -> tuple[list[Scores], Any, bool]:
    """Read `numkeys key ... [WEIGHTS ...] [AGGREGATE ...] [WITHSCORES]`."""
    keys, rest = numbered(a, f"ERR at least 1 input key is needed for '{name}' command")
    if len(keys) < int(a[0]):
        raise RedisError(SYNTAX)
    held = [_scores(c, key) for key in keys]
    weights, how, with_scores = [1.0] * len(keys), "SUM", False
    while rest:
        word = rest.pop(0).upper()
        if word == "WEIGHTS" and len(rest) >= len(keys) and "diff" not in name:
            weights = [
                double(text, "ERR weight value is not a float") for text in rest[: len(keys)]
            ]
            rest = rest[len(keys) :]
        elif word == "AGGREGATE" and rest and "diff" not in name:
            how = rest.pop(0).upper()
            if how not in _AGGREGATE:
                raise RedisError(SYNTAX)
        elif word == "WITHSCORES" and scored:
            with_scores = True
        else:
            raise RedisError(SYNTAX)
    if "diff" not in name:
        held = [
            {member: _times(score, weight) for member, score in one.items()}
            for one, weight in zip(held, weights, strict=True)
        ]
    return held, _AGGREGATE[how], with_scores


def _combined(held: list[Scores], how: Any, name: str) -> Scores:
    if "diff" in name:
        return {m: s for m, s in held[0].items() if not any(m in other for other in held[1:])}
    found: Scores = {}
    for one in held:
        for member, score in one.items():
            found[member] = how(found[member], score) if member in found else score
    if "inter" in name:
        return {m: score for m, score in found.items() if all(m in one for one in held)}
    return found


@on("zunion", "zinter", "zdiff")
def combine(c: Call, a: list[str]) -> list[str]:
    """ZUNION numkeys key [key ...] [WEIGHTS n ...] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]."""
    name = c.words[0].lower()
    held, how, with_scores = _read(c, a, name, True)
    found = _combined(held, how, name)
    return flat(c, sorted([score, member] for member, score in found.items()), with_scores)


@on("zunionstore", "zinterstore", "zdiffstore")
def combine_store(c: Call, a: list[str]) -> int:
    """ZUNIONSTORE target numkeys key [key ...] [...]."""
    name = c.words[0].lower()
    held, how, _ = _read(c, a[1:], name, False)
    return store(c, a[0], _combined(held, how, name), name)


@on("zintercard")
def zintercard(c: Call, a: list[str]) -> int:
    """ZINTERCARD numkeys key [key ...] [LIMIT n]."""
    keys, rest = numbered(a, "ERR at least 1 input key is needed for 'zintercard' command")
    if len(keys) < int(a[0]):
        raise RedisError(SYNTAX)
    held = [_scores(c, key) for key in keys]
    limit = limit_of(rest)
    found = sum(all(member in other for other in held) for member in held[0])
    return min(found, limit) if limit else found
