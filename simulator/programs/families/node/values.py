"""The values of JavaScript as the machine keeps them.

undefined is None, null is NULL, booleans are bool. A number is an int where it is a whole one
below 2 to the 53rd (never minus zero), else a float. A string is a str of UTF-16 code units: what
lies beyond them stands as two surrogates, so lengths and indices are JavaScript's.
"""

from __future__ import annotations

from math import copysign
from typing import Any

from ...vm import cell, single, take

LARGEST = (1 << 53) - 1
MAX_TEXT = 1 << 18
"""Characters of a string that are kept; of a longer one (`Big`) only the length is known."""
MAX_ITEMS = 1 << 16
"""Elements of an array that are kept; of those beyond only their number is known."""
LONGEST_TEXT = 536_870_888
"""V8's limit for a string's length."""


class Mark:
    """One of a kind, known by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NULL = single("js.null", Mark("null"))
TDZ = single("js.tdz", Mark("not initialised"))
HOLE = single("js.hole", Mark("hole"))
MISSING = single("js.missing", Mark("missing"))
DONE = single("js.done", Mark("done"))


@cell("js.symbol")
class Symbol:
    """A symbol; `name` is its description."""

    __slots__ = ("name",)

    def __init__(self, name: str | None) -> None:
        self.name = name


WELL_KNOWN = {
    name: single(f"js.@@{name}", Symbol(f"Symbol.{name}"))
    for name in (
        "iterator", "asyncIterator", "hasInstance", "toPrimitive", "toStringTag", "species",
        "isConcatSpreadable", "unscopables", "match", "matchAll", "replace", "search", "split",
    )
}  # fmt: skip
ITERATOR, ASYNC_ITERATOR = WELL_KNOWN["iterator"], WELL_KNOWN["asyncIterator"]
CUSTOM = single("js.@@inspect", Symbol("nodejs.util.inspect.custom"))


@cell("js.bigint")
class BigInt:
    """A BigInt."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value


@cell("js.big")
class Big:
    """A long string: its beginning and its length.

    # Simplified: Of a JavaScript string of more than 262,144 characters the model keeps only the
    beginning; its length and its memory count as a whole.
    """

    __slots__ = ("ballast", "text")

    def __init__(self, text: str, length: int) -> None:
        take(length)
        self.text = text[:MAX_TEXT]
        self.ballast = length


@cell("js.prop")
class Prop:
    """A property that is more than a value: an accessor (get or set), or with odd flags."""

    __slots__ = ("accessor", "configurable", "enumerable", "get", "set", "value", "writable")

    def __init__(
        self, value: Any = None, *, get: Any = None, set: Any = None, accessor: bool = False,
        writable: bool = True, enumerable: bool = False, configurable: bool = True,
    ) -> None:  # fmt: skip
        self.value, self.get, self.set, self.accessor = value, get, set, accessor
        self.writable, self.enumerable, self.configurable = writable, enumerable, configurable


@cell("js.object")
class Obj:
    """An object. kind: its class's name inside; data: what only the library sees.

    props: a value, or a Prop. open: False when nothing may be added.
    """

    __slots__ = ("data", "kind", "open", "props", "proto")

    def __init__(self, proto: Obj | None, kind: str = "Object", data: Any = None) -> None:
        self.proto = proto
        self.props: dict[Any, Any] = {}
        self.kind = kind
        self.data = data
        self.open = True


@cell("js.array")
class Arr(Obj):
    """An array: its elements, and `ballast`: eight bytes for each beyond those that are kept.

    # Simplified: Of a JavaScript array of more than 65,536 elements the model keeps only the first;
    its length and its memory count as a whole.
    """

    __slots__ = ("ballast", "items")

    def __init__(self, proto: Obj | None, items: list[Any]) -> None:
        self.proto = proto
        self.props = {}
        self.kind = "Array"
        self.data = None
        self.open = True
        self.ballast = 0
        self.items = items
        if len(items) > MAX_ITEMS:
            self.ballast = 8 * (len(items) - MAX_ITEMS)
            del items[MAX_ITEMS:]

    @property
    def length(self) -> int:
        """The length that the program sees."""
        return len(self.items) + self.ballast // 8


@cell("js.function")
class Fn(Obj):
    """A function of the program. home: where its `super` looks; fields: of a class's instances."""

    __slots__ = ("code", "fields", "home", "scope", "source")

    def __init__(self, proto: Obj | None, source: str, code: int, scope: Any) -> None:
        self.proto = proto
        self.props = {}
        self.kind = "Function"
        self.data = None
        self.open = True
        self.source, self.code, self.scope = source, code, scope
        self.home: Obj | None = None
        self.fields: list[Any] = []


@cell("js.intrinsic")
class Intrinsic(Obj):
    """An object or function of the library, by its name; `data` binds a function's hidden state."""

    __slots__ = ("name",)

    def __init__(self, proto: Obj | None, name: str, kind: str, data: Any = None) -> None:
        super().__init__(proto, kind, data)
        self.name = name


@cell("js.iterator")
class Iter:
    """How far the machine is in a loop: over elements, or over what an object's `next` gives."""

    __slots__ = ("at", "kind", "next", "target")

    def __init__(self, kind: str, target: Any, next_: Any = None) -> None:
        self.kind, self.target, self.next, self.at = kind, target, next_, 0


def num(value: float) -> int | float:
    """Give a number in its one form."""
    if -9007199254740992.0 < value < 9007199254740992.0:
        whole = int(value)
        if whole == value and (whole or copysign(1.0, value) > 0):
            return whole
    return value


def whole(value: int) -> int | float:
    """Give a whole number in its one form."""
    if -LARGEST <= value <= LARGEST:
        return value
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def units(text: str) -> str:
    """Turn a text into UTF-16 code units."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    out = []
    for char in text:
        code = ord(char)
        if code >= 0x10000:
            code -= 0x10000
            out.append(chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF)))
        else:
            out.append(char)
    return "".join(out)


def plain(text: str) -> str:
    """Turn code units into a text that can be written; a lone surrogate becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
