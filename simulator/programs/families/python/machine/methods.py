"""Methods of texts, bytes, numbers, lists and tuples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....vm import Machine, Native
from .bulk import LARGE, make_bulk
from .calls import NATIVES, NativeFunction, after, call, follows, native
from .equality import equal
from .errors import error
from .formatting import check_width, format_text
from .iteration import listed
from .library import namespace
from .objects import Bulk, ByteArray, Property
from .operators import python_error, unwrap
from .types import CLASSES, name_of

Args = list[Any]
Words = dict[str, Any]
TEXT = [
    "capitalize",
    "casefold",
    "center",
    "count",
    "endswith",
    "expandtabs",
    "find",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
]
BYTES = [
    "count",
    "endswith",
    "find",
    "hex",
    "index",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "isupper",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rjust",
    "ljust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "upper",
    "zfill",
]
NUMBER = {"int": ["bit_length", "bit_count", "to_bytes", "conjugate", "__index__"],
          "float": ["is_integer", "hex", "as_integer_ratio", "conjugate"]}  # fmt: skip
WIDE = ("center", "ljust", "rjust", "zfill", "expandtabs")


def _passed(cls: str, name: str, kind: type) -> None:
    """Let a method of a text or number be that of the model's own Python."""

    @native(f"{cls}.{name}")
    def run(vm: Machine, args: Args, words: Words) -> Any:
        own: Any = unwrap(args[0])
        rest = [unwrap(one) for one in args[1:]]
        if type(own) is Bulk:
            return _of_bulk(own, name)
        if type(own) is ByteArray:
            made = getattr(own.data, name)(*_plain(rest), **words)
            return ByteArray(made) if type(made) is bytes else made
        if not isinstance(own, kind):  # a method that was taken from its class
            raise error("TypeError", f"descriptor {name!r} for {cls!r} objects doesn't apply to a "
                                     f"{name_of(own)!r} object")  # fmt: skip
        if name in WIDE and rest and type(rest[0]) is int:
            check_width(str(rest[0]))
        if name == "replace" and len(rest) > 1 and all(type(x) in (str, bytes) for x in rest[:2]):
            held: Any = own
            grown = held.count(rest[0]) * max(0, len(rest[1]) - len(rest[0])) + len(held)
            if grown > LARGE:
                return make_bulk(cls, own or rest[1], grown)
        try:
            return getattr(own, name)(*_plain(rest), **words)
        except (TypeError, ValueError, OverflowError) as problem:
            text = str(problem)
            for one in rest:
                text = text.replace(type(one).__name__, name_of(one)) if type(one) not in (
                    str, int, float, list, dict, tuple, bytes, bool) else text  # fmt: skip
            raise error(type(problem).__name__, text) from None

    CLASSES[cls].names[name] = Native(f"{cls}.{name}")


def _plain(rest: list[Any]) -> list[Any]:
    return [one.data if type(one) is ByteArray else one for one in rest]


def _of_bulk(value: Bulk, name: str) -> Any:
    if name in ("count", "find", "index", "rfind"):
        return 0
    if name.startswith("is") or name.endswith("with"):
        return False
    return [value] if name in ("split", "splitlines", "rsplit") else value


for _name in TEXT:
    _passed("str", _name, str)
for _name in BYTES:
    _passed("bytes", _name, bytes)
    CLASSES["bytearray"].names[_name] = Native(f"bytes.{_name}")
for _cls, _names in NUMBER.items():
    for _name in _names:
        _passed(_cls, _name, {"int": int, "float": float}[_cls])


def method(*names: str) -> Callable[[NativeFunction], NativeFunction]:
    """Enter a method under `class.name`, and in its class."""

    def register(function: NativeFunction) -> NativeFunction:
        for full in names:
            cls, _, name = full.rpartition(".")
            CLASSES[cls].names[name] = Native(full)
            NATIVES[full] = function
        return function

    return register


@method("str.join", "bytes.join")
def _join(vm: Machine, args: Args, words: Words) -> Any:
    return after(vm, listed(vm, args[1]), "join", unwrap(args[0]))


@follows("join")
def _joined(vm: Machine, own: Any, items: list[Any]) -> Any:
    parts = [unwrap(one) for one in items]
    kind, noun = (str, "str") if type(own) is str else (bytes, "a bytes-like object")
    for at, one in enumerate(parts):
        if type(one) is Bulk:
            return make_bulk(one.kind, one.piece, sum(
                x.length if type(x) is Bulk else len(x) for x in parts))  # fmt: skip
        if type(one) is not kind:
            raise error("TypeError", f"sequence item {at}: expected {noun} "
                                     "instance, "
                                     f"{name_of(one)} found")  # fmt: skip
    if sum(map(len, parts)) + len(own) * len(parts) > LARGE * 8:
        return make_bulk(noun if kind is str else "bytes", parts[0] or own, sum(map(len, parts)))
    return own.join(parts)


@method("str.format")
def _format(vm: Machine, args: Args, words: Words) -> Any:
    return format_text(vm, unwrap(args[0]), args[1:], words)


@method("str.format_map")
def _format_map(vm: Machine, args: Args, words: Words) -> Any:
    return format_text(vm, unwrap(args[0]), [], unwrap(args[1]))


@method("str.encode")
def _encode(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    if type(own) is Bulk:
        return make_bulk("bytes", own.piece.encode(), own.length)
    try:
        return own.encode(*args[1:], **words)
    except (UnicodeError, LookupError) as problem:
        raise _unicode(problem) from None


def _unicode(problem: Exception) -> Any:
    return error(type(problem).__name__, str(problem))


@method("bytes.decode", "bytearray.decode")
def _decode(vm: Machine, args: Args, words: Words) -> Any:
    return decode(vm, unwrap(args[0]), args[1:], words)


def decode(vm: Machine, value: Any, rest: Args, words: Words) -> Any:
    """Make a text of bytes."""
    if type(value) is Bulk:
        return make_bulk("str", "\0" * 64, value.length)
    data = value.data if type(value) is ByteArray else value
    try:
        return data.decode(*rest, **words)
    except (UnicodeError, LookupError) as problem:
        raise _unicode(problem) from None


@method("bytes.fromhex")
def _from_hex(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return bytes.fromhex(args[-1])
    except (ValueError, TypeError) as problem:
        raise python_error(problem) from None


CLASSES["bytes"].names["fromhex"] = Property("staticmethod", Native("bytes.fromhex"))


@method("str.maketrans")
def _maketrans(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return str.maketrans(*args)
    except (ValueError, TypeError) as problem:
        raise python_error(problem) from None


CLASSES["str"].names["maketrans"] = Property("staticmethod", Native("str.maketrans"))


@method("str.translate")
def _translate(vm: Machine, args: Args, words: Words) -> Any:
    return unwrap(args[0]).translate(unwrap(args[1]))


@method("int.from_bytes")
def _from_bytes(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return int.from_bytes(_plain([args[0]])[0], *args[1:], **words)
    except (ValueError, TypeError) as problem:
        raise python_error(problem) from None


CLASSES["int"].names["from_bytes"] = Property("staticmethod", Native("int.from_bytes"))
for _name in ("real", "numerator"):
    CLASSES["int"].names[_name] = Property("property", Native("int.conjugate"))


# Lists and tuples


@method("list.append")
def _append(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) != 2:
        raise error(
            "TypeError", f"list.append() takes exactly one argument ({len(args) - 1} given)"
        )
    own = unwrap(args[0])
    if type(own) is not Bulk:
        own.append(args[1])


@method("list.extend")
def _extend(vm: Machine, args: Args, words: Words) -> Any:
    return after(vm, after(vm, listed(vm, args[1]), "extend", unwrap(args[0])), "value", None)


@method("list.insert")
def _insert(vm: Machine, args: Args, words: Words) -> Any:
    unwrap(args[0]).insert(unwrap(args[1]), args[2])


@method("list.pop")
def _pop(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    if not own:
        raise error("IndexError", "pop from empty list")
    try:
        return own.pop(*args[1:2])
    except IndexError:
        raise error("IndexError", "pop index out of range") from None


@method("list.remove")
def _remove(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    for at, one in enumerate(own):
        if equal(vm, one, args[1]):
            del own[at]
            return
    raise error("ValueError", "list.remove(x): x not in list")


@method("list.index", "tuple.index")
def _index(vm: Machine, args: Args, words: Words) -> Any:
    own = unwrap(args[0])
    first = args[2] if len(args) > 2 else None
    last = args[3] if len(args) > 3 else None
    for at in range(*slice(first, last, None).indices(len(own))):
        if equal(vm, own[at], args[1]):
            return at
    from .texts import to_repr

    raise error("ValueError", f"{to_repr(vm, args[1])} is not in list" if type(own) is list else
                "tuple.index(x): x not in tuple")  # fmt: skip


@method("list.count", "tuple.count")
def _count(vm: Machine, args: Args, words: Words) -> Any:
    return sum(equal(vm, one, args[1]) for one in unwrap(args[0]))


@method("list.clear")
def _clear(vm: Machine, args: Args, words: Words) -> Any:
    unwrap(args[0]).clear()


@method("list.reverse")
def _reverse(vm: Machine, args: Args, words: Words) -> Any:
    unwrap(args[0]).reverse()


@method("list.copy")
def _copy(vm: Machine, args: Args, words: Words) -> Any:
    return list(unwrap(args[0]))


@method("list.sort")
def _list_sort(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) > 1:
        raise error("TypeError", "sort() takes no positional arguments")
    return call(vm, namespace("builtins")["_list_sort"], [unwrap(args[0])], words)
