"""Python's values that are not those of the model's own Python.

None, booleans, numbers, texts, bytes, lists, dicts and tuples are themselves; all else is one of
these cells. A set keeps its items as the keys of a dict, so that it has an order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ....vm import Frame, cell


@cell("py.class")
@dataclass(slots=True, eq=False)
class Class:
    """A class. kind: the built-in type whose value its instances hold, "" for none."""

    name: str
    bases: list[Class]
    order: list[Class]
    names: dict[str, Any]
    kind: str = ""
    meta: Class | None = None
    eq: bool = False
    """True when it has an `__eq__` of the program's."""


@cell("py.instance")
@dataclass(slots=True, eq=False)
class Instance:
    """An object. value: what a built-in base holds; of an exception its traceback's rows."""

    cls: Class
    fields: dict[str, Any]
    value: Any = None


@cell("py.bound")
@dataclass(slots=True, eq=False)
class Bound:
    """A method with its object."""

    function: Any
    owner: Any


@cell("py.more")
@dataclass(slots=True, eq=False)
class More:
    """What a function knows besides its code (`Function.more`)."""

    name: str
    qualname: str
    module: str
    defaults: list[Any]
    keywords: dict[str, Any]
    annotations: dict[str, Any]
    doc: Any = None
    fields: dict[str, Any] = field(default_factory=dict)


@cell("py.info")
@dataclass(slots=True, eq=False)
class Info:
    """What a frame knows besides its stack (`Frame.more`).

    handling: exceptions whose handlers are at work. generator: whose frame it is. next: what is to
    be done with the result, as [name, data], innermost first.
    """

    handling: list[Any] = field(default_factory=list)
    generator: Any = None
    next: list[list[Any]] = field(default_factory=list)


@cell("py.generator")
@dataclass(slots=True, eq=False)
class Generator:
    """A generator, coroutine or asynchronous generator. result: what it returned."""

    frame: Frame
    kind: str
    name: str
    started: bool = False
    running: bool = False
    done: bool = False
    result: Any = None


@cell("py.module")
@dataclass(slots=True, eq=False)
class Module:
    """A module. names: its own; a library's are found behind them (`library`)."""

    name: str
    names: dict[str, Any]
    library: str = ""


@cell("py.set")
@dataclass(slots=True, eq=False)
class Set:
    """A set or frozenset."""

    items: dict[Any, None]
    frozen: bool = False


@cell("py.iter")
@dataclass(slots=True, eq=False)
class Iter:
    """An iterator that needs no call of the program's.

    kind: "seq" (source: list, tuple, text, bytes, range), "keys" (source: a list of keys, more: the
    dict), "reversed", "zip" (source: iterators), "enumerate" (source: an iterator), "count".
    """

    kind: str
    source: Any
    at: int = 0
    more: Any = None


@cell("py.view")
@dataclass(slots=True, eq=False)
class View:
    """What `dict.keys`, `values` and `items` give."""

    kind: str
    source: Any


@cell("py.range")
@dataclass(slots=True, eq=False)
class Range:
    """A range."""

    start: int
    stop: int
    step: int


@cell("py.slice")
@dataclass(slots=True, eq=False)
class Slice:
    """A slice."""

    start: Any
    stop: Any
    step: Any


@cell("py.array")
@dataclass(slots=True, eq=False)
class ByteArray:
    """A bytearray."""

    data: bytes


@cell("py.bulk")
@dataclass(slots=True, eq=False)
class Bulk:
    """A large text, bytes or list of one repeated piece: it is counted, but not held."""

    kind: str
    piece: Any
    length: int
    ballast: int


@cell("py.property")
@dataclass(slots=True, eq=False)
class Property:
    """A property, classmethod or staticmethod, by its kind."""

    kind: str
    get: Any = None
    set: Any = None
    delete: Any = None
    doc: Any = None


@cell("py.super")
@dataclass(slots=True, eq=False)
class Super:
    """What `super()` gives."""

    cls: Class
    owner: Any


@cell("py.opaque")
@dataclass(slots=True, eq=False)
class Opaque:
    """Something of a library that the model does not know: callable, and of no effect.

    # Simplified: What a Python program takes from a library that is installed but not modelled can
    be called and looked into, counts as true, and does nothing.
    """

    name: str


@cell("py.alias")
@dataclass(slots=True, eq=False)
class Alias:
    """A generic type such as `list[int]` or `int | None` (origin "|")."""

    origin: Any
    args: tuple[Any, ...]
