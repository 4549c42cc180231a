"""Large texts, bytes and lists: their size counts, their contents are not held.

# Simplified: A text, list or bytes object of more than 128 KiB is remembered as a repeated
piece and a length, so that a program can fill its container's memory without filling the server's.
"""

from __future__ import annotations

from typing import Any

from ....vm import take
from .errors import error
from .objects import Bulk, ByteArray
from .types import name_of

LARGE = 1 << 17
PIECE = 4096
LARGEST = 1 << 46
"""Bytes of memory that a process can ask for."""
_KINDS: dict[type, str] = {str: "str", bytes: "bytes", list: "list", tuple: "list"}
_WIDTH = {"list": 8}


def make_bulk(kind: str, piece: Any, length: int) -> Bulk:
    """Make a large value; raises MemoryError for one that no machine could hold."""
    weight = length * _WIDTH.get(kind, 1)
    if weight > LARGEST:
        raise error("MemoryError")
    take(weight)
    return Bulk(kind, piece[:PIECE], length, weight)


def repeat(piece: Any, times: int) -> Any:
    """Repeat a sequence."""
    if type(piece) is Bulk:
        return make_bulk(piece.kind, piece.piece, piece.length * max(0, times))
    data = piece.data if type(piece) is ByteArray else piece
    if len(data) * max(0, times) <= LARGE:
        made = data * times
        return ByteArray(made) if type(piece) is ByteArray else made
    if times > LARGEST:
        raise error("OverflowError", "cannot fit 'int' into an index-sized integer")
    kind = "bytearray" if type(piece) is ByteArray else _KINDS[type(piece)]
    return make_bulk(kind, list(data) if type(data) is tuple else data, len(data) * times)


def bulk_binary(word: str, a: Any, b: Any) -> Any:
    """Join large values."""
    kinds = [one.kind if type(one) is Bulk else _KINDS.get(type(one), "bytearray" if type(one) is
             ByteArray else "") for one in (a, b)]  # fmt: skip
    if word != "+" or kinds[0] != kinds[1]:
        raise error("TypeError", f"unsupported operand type(s) for {word}: {name_of(a)!r} and "
                                 f"{name_of(b)!r}")  # fmt: skip
    pieces = [one.piece if type(one) is Bulk else one for one in (a, b)]
    first = pieces[0] if len(pieces[0]) else pieces[1]
    first = first.data if type(first) is ByteArray else first
    piece = list(first) if type(first) is tuple else first
    return make_bulk(kinds[0], piece, size_of(a) + size_of(b))


def size_of(value: Any) -> int:
    """Give the length of a sequence."""
    if type(value) is Bulk:
        return value.length
    return len(value.data) if type(value) is ByteArray else len(value)


def item_of(value: Bulk, at: int) -> Any:
    """Give one item of a large value."""
    if at < 0:
        at += value.length
    if not 0 <= at < value.length:
        noun = {"str": "string"}.get(value.kind, value.kind)
        raise error("IndexError", f"{noun} index out of range")
    return value.piece[at % len(value.piece)]


def part_of(value: Bulk, places: range) -> Any:
    """Give a slice of a large value."""
    if len(places) > LARGE:
        return make_bulk(value.kind, value.piece, len(places))
    parts = [value.piece[at % len(value.piece)] for at in places]
    if value.kind == "str":
        return "".join(parts)
    if value.kind == "list":
        return parts
    return ByteArray(bytes(parts)) if value.kind == "bytearray" else bytes(parts)


def shown(value: Bulk) -> str:
    """Give the beginning of a large value as text."""
    return value.piece if value.kind == "str" else repr(value.piece)
