"""Commands that work on several sets at once."""

from __future__ import annotations

from ..errors import SYNTAX, RedisError
from ..keyspace import Call
from ..numbers import integer
from ..table import on
from .sets import members, ordered, store


def _union(c: Call, keys: list[str]) -> list[str]:
    found: dict[str, int] = {}
    for key in keys:
        found.update(members(c, key))
    return ordered(found)


def _inter(c: Call, keys: list[str]) -> list[str]:
    held = [members(c, key) for key in keys]
    smallest = min(held, key=len)
    return ordered({one: 1 for one in smallest if all(one in other for other in held)})


def _diff(c: Call, keys: list[str]) -> list[str]:
    first, *rest = [members(c, key) for key in keys]
    return ordered({one: 1 for one in first if not any(one in other for other in rest)})


_HOW = {"sunion": _union, "sinter": _inter, "sdiff": _diff}


@on("sunion", "sinter", "sdiff")
def combine(c: Call, a: list[str]) -> list[str]:
    """SUNION key [key ...], SINTER, SDIFF."""
    return _HOW[c.words[0].lower()](c, a)


@on("sunionstore", "sinterstore", "sdiffstore")
def combine_store(c: Call, a: list[str]) -> int:
    """SUNIONSTORE target key [key ...], SINTERSTORE, SDIFFSTORE."""
    name = c.words[0].lower()
    return store(c, a[0], _HOW[name.removesuffix("store")](c, a[1:]), name)


def numbered(a: list[str], refusal: str | None = None) -> tuple[list[str], list[str]]:
    """Read `numkeys key [key ...]`: the keys, and what follows."""
    small = RedisError("ERR numkeys should be greater than 0")
    count = integer(a[0], str(small)) if refusal is None else integer(a[0])
    if count <= 0:
        raise small if refusal is None else RedisError(refusal)
    return a[1 : count + 1], a[count + 1 :]


@on("sintercard")
def sintercard(c: Call, a: list[str]) -> int:
    """SINTERCARD numkeys key [key ...] [LIMIT n]."""
    keys, rest = numbered(a)
    if len(keys) < int(a[0]):
        raise RedisError("ERR Number of keys can't be greater than number of args")
    limit = limit_of(rest)
    found = len(_inter(c, keys))
    return min(found, limit) if limit else found


def limit_of(rest: list[str]) -> int:
    """Read `[LIMIT n]`; 0 is none."""
    if not rest:
        return 0
    if len(rest) != 2 or rest[0].upper() != "LIMIT":
        raise RedisError(SYNTAX)
    limit = integer(rest[1], "ERR LIMIT can't be negative")
    if limit < 0:
        raise RedisError("ERR LIMIT can't be negative")
    return limit
