"""Object graphs as plain data and back; what is shared or cyclic stays so.

Immutable values (texts, numbers, bytes, tuples) have no identity: two equal ones may be one after
thawing or one may be two, so a language compares them by value even where it asks for identity.

A frozen graph is {"root": value, "cells": [cell]}. A value is a scalar (None, bool, int of 64 bits,
finite float, short text) or [n], the cell n. A cell is [kind, ...]: "l" list, "t" tuple, "d" dict
as keys and values in turn, "b" bytes as latin-1 text, "i" a long integer, "f" nan or inf, "s" a
long text, "u" one with lone surrogates, "1" a single by its name, or the name of a class known by
`cell`, with the values of its slots; a slot "ballast" counts as so many bytes more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

MAX_CELLS = 300_000
"""Objects that a program may hold: a frozen one takes some 20 MB then."""
DEEPEST_TUPLE = 100
INTEGERS = range(-(1 << 63), 1 << 63)

T = TypeVar("T")

_CLASSES: dict[str, type] = {}
_NAMES: dict[type, tuple[str, tuple[str, ...]]] = {}
_SINGLES: dict[str, Any] = {}
_SINGLE_NAMES: dict[int, str] = {}
"""By id; the objects live as long as the module does."""
FINDERS: dict[str, Callable[[str], None]] = {}
"""By the first part of a single's name ("py" of "py:flask:3"): makes what is not there yet."""
MAX_SIZE = 64 << 20
"""Bytes of text that a program may hold."""
LONG = 256
"""Characters of a text from which on equal ones are kept once."""


class FrozenTooLarge(Exception):
    """The program holds more objects than the model can keep."""


def cell(name: str) -> Callable[[type[T]], type[T]]:
    """Let objects of a class with `__slots__` be frozen under a name.

    A slot "ballast" counts bytes that the object stands for and does not hold.
    """

    def register(kind: type[T]) -> type[T]:
        if name in _CLASSES:
            raise ValueError(f"two classes named {name!r}")
        _CLASSES[name] = kind
        slots = [slot for one in reversed(kind.__mro__) for slot in _slots(one)]
        _NAMES[kind] = (name, tuple(dict.fromkeys(slots)))
        return kind

    return register


def _slots(kind: type) -> tuple[str, ...]:
    own = kind.__dict__.get("__slots__", ())
    return (own,) if isinstance(own, str) else tuple(own)


def single(name: str, value: T) -> T:
    """Let one object be frozen by its name: `undefined` is the same one after thawing."""
    if name in _SINGLES:
        raise ValueError(f"two objects named {name!r}")
    _SINGLES[name] = value
    _SINGLE_NAMES[id(value)] = name
    return value


def freeze(root: Any) -> tuple[dict[str, Any], int]:
    """Turn a graph into plain data: (it, the bytes that its objects would take in memory).

    Raises FrozenTooLarge, and TypeError for an object of an unknown class.
    """
    return _Freezer().run(root)


class _Freezer:
    def __init__(self) -> None:
        self.cells: list[list[Any]] = []
        self.numbers: dict[int, int] = {}
        self.texts: dict[str, int] = {}
        self.todo: list[tuple[Any, list[Any]]] = []
        self.size = 0

    def run(self, root: Any) -> tuple[dict[str, Any], int]:
        plain = self.value(root)
        while self.todo:
            item, row = self.todo.pop()
            self.fill(item, row)
        return {"root": plain, "cells": self.cells}, self.size

    def value(self, item: Any) -> Any:
        if item is None or item is True or item is False:
            return item
        kind = type(item)
        if kind is str:
            if len(item) > LONG:
                return self.long(item)
            self.size += 49 + len(item)
            return item if item.isascii() or _encodes(item) else self.odd(["u", _escaped(item)])
        if kind is int:
            return item if item in INTEGERS else self.odd(["i", hex(item)])
        if kind is float:
            finite = item - item == 0
            return item if finite else self.odd(["f", repr(item)])
        if kind is tuple or kind is bytes:
            return [self.place(item)]
        number = self.numbers.get(id(item))
        if number is None:
            number = self.numbers[id(item)] = self.place(item)
        return [number]

    def long(self, item: str) -> Any:
        """Keep a long text once."""
        number = self.texts.get(item)
        if number is None:
            self.size += 49 + len(item)
            if self.size > MAX_SIZE:
                raise FrozenTooLarge
            plain = item.isascii() or _encodes(item)
            number = self.texts[item] = self.odd(["s", item] if plain else ["u", _escaped(item)])[0]
        return [number]

    def odd(self, row: list[Any]) -> list[int]:
        if len(self.cells) >= MAX_CELLS:
            raise FrozenTooLarge
        self.cells.append(row)
        return [len(self.cells) - 1]

    def place(self, item: Any) -> int:
        number = len(self.cells)
        if number >= MAX_CELLS:
            raise FrozenTooLarge
        row: list[Any] = []
        self.cells.append(row)
        self.todo.append((item, row))
        return number

    def fill(self, item: Any, row: list[Any]) -> None:
        kind = type(item)
        value = self.value
        if kind is list or kind is tuple:
            self.size += 56 + 8 * len(item)
            row.append("l" if kind is list else "t")
            row.extend([value(one) for one in item])
        elif kind is dict:
            self.size += 64 + 100 * len(item)
            row.append("d")
            for key, one in item.items():
                row.append(value(key))
                row.append(value(one))
        elif kind is bytes:
            self.size += 33 + len(item)
            row.extend(("b", item.decode("latin-1")))
        elif id(item) in _SINGLE_NAMES:
            row.extend(("1", _SINGLE_NAMES[id(item)]))
        else:
            found = _NAMES.get(kind)
            if found is None:
                raise TypeError(f"cannot freeze a {kind.__name__}")
            self.size += 48 + 8 * len(found[1])
            if "ballast" in found[1]:
                self.size += int(item.ballast)
            row.append(found[0])
            row.extend([value(getattr(item, slot)) for slot in found[1]])


def thaw(frozen: dict[str, Any]) -> Any:
    """Build the graph that was frozen."""
    rows: list[list[Any]] = frozen["cells"]
    made: list[Any] = [None] * len(rows)
    for number, row in enumerate(rows):
        kind = row[0]
        if kind == "l":
            made[number] = []
        elif kind == "d":
            made[number] = {}
        elif kind == "b":
            made[number] = row[1].encode("latin-1")
        elif kind == "i":
            made[number] = int(row[1], 16)
        elif kind == "f":
            made[number] = float(row[1])
        elif kind == "u":
            made[number] = _unescaped(row[1])
        elif kind == "s":
            made[number] = row[1]
        elif kind == "1":
            made[number] = _single(row[1])
        elif kind != "t":
            made[number] = object.__new__(_CLASSES[kind])
    for number, row in enumerate(rows):
        if row[0] == "t" and made[number] is None:
            _tuple(rows, made, number, 0)
    for number, row in enumerate(rows):
        _fill(made[number], row, made)
    root = frozen["root"]
    return made[root[0]] if type(root) is list else root


def _single(name: str) -> Any:
    if name not in _SINGLES:
        FINDERS[name.partition(":")[0]](name)
    return _SINGLES[name]


def _tuple(rows: list[list[Any]], made: list[Any], number: int, depth: int) -> Any:
    """Build a tuple after those that it holds."""
    if depth > DEEPEST_TUPLE:
        return None
    parts = []
    for one in rows[number][1:]:
        if type(one) is not list:
            parts.append(one)
            continue
        if rows[one[0]][0] == "t" and made[one[0]] is None:
            _tuple(rows, made, one[0], depth + 1)
        parts.append(made[one[0]])
    made[number] = tuple(parts)
    return made[number]


def _fill(item: Any, row: list[Any], made: list[Any]) -> None:
    kind = row[0]
    if kind in ("t", "b", "i", "f", "u", "1", "s"):
        return
    values = [made[one[0]] if type(one) is list else one for one in row[1:]]
    if kind == "l":
        item.extend(values)
    elif kind == "d":
        for at in range(0, len(values), 2):
            item[values[at]] = values[at + 1]
    else:
        for slot, one in zip(_NAMES[type(item)][1], values, strict=True):
            object.__setattr__(item, slot, one)


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _escaped(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("latin-1")


def _unescaped(text: str) -> str:
    return text.encode("latin-1").decode("utf-16-le", "surrogatepass")


def is_single(item: Any) -> bool:
    """Tell whether an object is frozen by its name."""
    return id(item) in _SINGLE_NAMES
