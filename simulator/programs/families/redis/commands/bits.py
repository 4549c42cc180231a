"""Commands on the bits of strings, and HyperLogLogs, which are strings, too."""

from __future__ import annotations

from hashlib import blake2b
from math import log

from ..binary import to_bytes, to_text
from ..errors import SYNTAX, RedisError
from ..keyspace import OK, STRING, Call
from ..numbers import integer
from ..table import on
from .lists import span
from .strings import replace, store

MODELLED_BITS = 32 << 20
"""Bits beyond would only fill the lab's memory with zeros."""
BAD_OFFSET = "ERR bit offset is not an integer or out of range"
REGISTERS = 1 << 14
EMPTY = "HYLL" + "0" * REGISTERS
NOT_HLL = "WRONGTYPE Key is not a valid HyperLogLog string value."


def _offset(text: str) -> int:
    value = integer(text, BAD_OFFSET)
    if not 0 <= value < 1 << 32 or value > MODELLED_BITS:
        raise RedisError(BAD_OFFSET)
    return value


@on("setbit")
def setbit(c: Call, a: list[str]) -> int:
    """SETBIT key offset 0|1."""
    at = _offset(a[1])
    if a[2] not in ("0", "1"):
        raise RedisError("ERR bit is not an integer or out of range")
    entry = c.need(a[0], STRING)
    data = bytearray(to_bytes(entry[1]) if entry is not None else b"")
    data.extend(bytes(max(0, at // 8 + 1 - len(data))))
    mask = 0x80 >> at % 8
    old = int(bool(data[at // 8] & mask))
    data[at // 8] = data[at // 8] | mask if a[2] == "1" else data[at // 8] & ~mask
    replace(c, a[0], entry, to_text(bytes(data)))
    c.changed(a[0], "setbit")
    return old


@on("getbit")
def getbit(c: Call, a: list[str]) -> int:
    """GETBIT key offset."""
    at = _offset(a[1])
    data = to_bytes(c.read(a[0], STRING) or "")
    return data[at // 8] >> 7 - at % 8 & 1 if at // 8 < len(data) else 0


def _bits(c: Call, a: list[str], rest: list[str]) -> tuple[str, int]:
    """Give the bits of a range as a text of 0 and 1, and the place of the first."""
    ends = [integer(text) for text in rest[:2]]
    by_bit = len(rest) > 2 and rest[2].upper() == "BIT"
    if len(rest) > 3 or (len(rest) == 3 and rest[2].upper() not in ("BIT", "BYTE")):
        raise RedisError(SYNTAX)
    data = to_bytes(c.read(a[0], STRING) or "")
    bits = f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}" if data else ""
    if not ends:
        return bits, 0
    unit = 1 if by_bit else 8
    last = ends[1] if len(ends) > 1 else -1
    start, stop = span(ends[0], last, len(bits) // unit)
    return bits[start * unit : stop * unit], start * unit


@on("bitcount")
def bitcount(c: Call, a: list[str]) -> int:
    """BITCOUNT key [start end [BYTE|BIT]]."""
    if c.read(a[0], STRING) is None:
        return 0
    if len(a) == 2:
        raise RedisError(SYNTAX)
    return _bits(c, a, a[1:])[0].count("1")


@on("bitpos")
def bitpos(c: Call, a: list[str]) -> int:
    """BITPOS key 0|1 [start [end [BYTE|BIT]]]."""
    wanted = integer(a[1])
    if wanted not in (0, 1):
        raise RedisError("ERR The bit argument must be 1 or 0.")
    if c.read(a[0], STRING) is None:
        return -wanted
    bits, first = _bits(c, a, a[2:])
    found = bits.find(str(wanted))
    if found >= 0:
        return first + found
    return first + len(bits) if not wanted and len(a) < 4 else -1


@on("bitop")
def bitop(c: Call, a: list[str]) -> int:
    """BITOP AND|OR|XOR|NOT target key [key ...]."""
    how, target, keys = a[0].upper(), a[1], a[2:]
    if how not in ("AND", "OR", "XOR", "NOT"):
        raise RedisError(SYNTAX)
    if how == "NOT" and len(keys) > 1:
        raise RedisError("ERR BITOP NOT must be called with a single source key.")
    held = [to_bytes(c.read(key, STRING) or "") for key in keys]
    size = max(map(len, held))
    numbers = [int.from_bytes(data.ljust(size, b"\0"), "big") for data in held]
    result = numbers[0] ^ ((1 << size * 8) - 1) if how == "NOT" else numbers[0]
    for number in numbers[1:]:
        result = {"AND": result & number, "OR": result | number, "XOR": result ^ number}[how]
    if size:
        store(c, target, to_text(result.to_bytes(size, "big")))
    elif c.find(target) is not None:
        c.remove(target)
    c.changed(target, "set")
    return size


def _registers(c: Call, key: str) -> str | None:
    entry = c.need(key, STRING)
    if entry is None:
        return None
    if not entry[1].startswith("HYLL") or len(entry[1]) != len(EMPTY):
        raise RedisError(NOT_HLL)
    return str(entry[1])


@on("pfadd")
def pfadd(c: Call, a: list[str]) -> int:
    """PFADD key [element ...].

    # Simplified: A HyperLogLog's registers are those of another hash function than Redis' own, so
    # that large counts differ from Redis' by up to the same one per cent as from the truth.
    """
    old = _registers(c, a[0])
    held = list(old or EMPTY)
    changed = old is None
    for element in a[1:]:
        number = int.from_bytes(blake2b(to_bytes(element), digest_size=8).digest(), "big")
        at, rest = 4 + number % REGISTERS, number // REGISTERS
        zeros = chr(48 + (rest & -rest).bit_length() if rest else 48 + 51)
        if zeros > held[at]:
            held[at] = zeros
            changed = True
    if changed:
        replace(c, a[0], c.find(a[0]), "".join(held))
        c.changed(a[0], "pfadd")
    return int(changed)


def _estimate(registers: str) -> int:
    """Count by the harmonic mean, or by the empty registers when there are many."""
    values = [ord(char) - 48 for char in registers[4:]]
    empty = values.count(0)
    raw = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS**2 / sum(2.0**-value for value in values)
    if raw <= 2.5 * REGISTERS and empty:
        return round(REGISTERS * log(REGISTERS / empty))
    return round(raw)


def _merged(c: Call, keys: list[str]) -> str:
    held = [found for key in keys if (found := _registers(c, key)) is not None]
    return "".join(map(max, *held)) if len(held) > 1 else held[0] if held else EMPTY


@on("pfcount")
def pfcount(c: Call, a: list[str]) -> int:
    """PFCOUNT key [key ...]."""
    return _estimate(_merged(c, a))


@on("pfmerge")
def pfmerge(c: Call, a: list[str]) -> dict[str, str]:
    """PFMERGE target [key ...]."""
    replace(c, a[0], c.need(a[0], STRING), _merged(c, a))
    c.changed(a[0], "pfadd")
    return OK
