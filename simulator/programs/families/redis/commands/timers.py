"""Commands on the time at which a key expires."""

from __future__ import annotations

from ..errors import RedisError
from ..keyspace import Call
from ..numbers import HIGHEST, LOWEST, integer
from ..table import on


def moment(c: Call, text: str, unit: str, command: str) -> int:
    """Turn the argument of EX, PX, EXAT or PXAT into Unix time in ms; it must lie after zero."""
    value = integer(text)
    wrong = RedisError(f"ERR invalid expire time in '{command}' command")
    if value <= 0:
        raise wrong
    return _absolute(c, value, unit, wrong)


def _absolute(c: Call, value: int, unit: str, wrong: RedisError) -> int:
    value = value * 1000 if unit in ("EX", "EXAT") else value
    value += c.now_ms if unit in ("EX", "PX") else 0
    if not LOWEST <= value <= HIGHEST:
        raise wrong
    return value


_UNITS = {"expire": "EX", "pexpire": "PX", "expireat": "EXAT", "pexpireat": "PXAT"}


def _conditions(words: list[str]) -> list[str]:
    found = [word.upper() for word in words]
    for word, shown in zip(found, words, strict=True):
        if word not in ("NX", "XX", "GT", "LT"):
            raise RedisError(f"ERR Unsupported option {shown}")
    if "NX" in found and len(dict.fromkeys(found, 1)) > 1:
        raise RedisError("ERR NX and XX, GT or LT options at the same time are not compatible")
    if "GT" in found and "LT" in found:
        raise RedisError("ERR GT and LT options at the same time are not compatible")
    return found


@on("expire", "pexpire", "expireat", "pexpireat")
def expire(c: Call, a: list[str]) -> int:
    """EXPIRE key seconds [NX|XX|GT|LT], and its like."""
    name = c.words[0].lower()
    conditions = _conditions(a[2:])
    wrong = RedisError(f"ERR invalid expire time in '{name}' command")
    at_ms = _absolute(c, integer(a[1]), _UNITS[name], wrong)
    if c.find(a[0]) is None:
        return 0
    current = c.expires.get(a[0])
    refused = (
        ("NX" in conditions and current is not None)
        or ("XX" in conditions and current is None)
        or ("GT" in conditions and (current is None or at_ms <= current))
        or ("LT" in conditions and current is not None and at_ms >= current)
    )
    if refused:
        return 0
    if at_ms <= c.now_ms:
        c.remove(a[0])
        c.changed(a[0], "del")
        c.words = ["DEL", a[0]]
        return 1
    c.set_timer(a[0], at_ms)
    c.changed(a[0], "expire")
    c.words = ["PEXPIREAT", a[0], str(at_ms)]
    return 1


@on("persist")
def persist(c: Call, a: list[str]) -> int:
    """PERSIST key."""
    if c.find(a[0]) is None or not c.drop_timer(a[0]):
        return 0
    c.changed(a[0], "persist")
    return 1


@on("ttl", "pttl", "expiretime", "pexpiretime")
def ttl(c: Call, a: list[str]) -> int:
    """TTL key: -2 without the key, -1 without a time."""
    if c.find(a[0]) is None:
        return -2
    at_ms = c.expires.get(a[0])
    if at_ms is None:
        return -1
    name = c.words[0].lower()
    value = at_ms if "time" in name else max(0, at_ms - c.now_ms)
    return value if name.startswith("p") else (value + 500) // 1000
