"""print, str, int and the other built-ins that make single values; exceptions."""

from __future__ import annotations

from typing import Any

from ....vm import Machine
from ..output import write
from .attributes import get_attr
from .calls import after, call, follows, lookup, native
from .errors import error, make
from .formatting import format_value
from .library import need
from .objects import (
    ByteArray,
    Instance,
)
from .operators import python_error, unwrap
from .texts import to_repr, to_text
from .truth import length, truth
from .types import OBJECT, name_of, type_of

Args = list[Any]
Words = dict[str, Any]


@native("print")
def _print(vm: Machine, args: Args, words: Words) -> Any:
    sep, end = words.get("sep"), words.get("end")
    text = (" " if sep is None else to_text(vm, sep)).join(to_text(vm, one) for one in args)
    text += "\n" if end is None else to_text(vm, end)
    target = words.get("file")
    if target is None:
        from .library import state_of

        target = state_of(vm, "sys").get("stdout")
    if target is not None:
        method = get_attr(vm, target, "write")
        return after(vm, call(vm, method, [text], {}), "value", None)
    write(vm.p, text, words.get("flush") is True)
    return None


@native(".show")
def _show(vm: Machine, args: Args, words: Words) -> Any:
    write(vm.p, args[0] + "\n")


@native(".nothing")
def _nothing(vm: Machine, args: Args, words: Words) -> Any:
    return None


@native("len")
def _len(vm: Machine, args: Args, words: Words) -> Any:
    if len(args) != 1:
        raise error("TypeError", f"len() takes exactly one argument ({len(args)} given)")
    return length(vm, args[0])


@native("repr", "ascii")
def _repr(vm: Machine, args: Args, words: Words) -> Any:
    need(args, 1, 1, "repr")
    if type(args[0]) is Instance and (method := lookup(args[0].cls, "__repr__")) is not None:
        return after(vm, call(vm, method, [args[0]], {}), "text", "__repr__")
    return to_repr(vm, args[0])


@follows("text")
def _text(vm: Machine, name: str, result: Any) -> Any:
    if type(unwrap(result)) is not str:
        raise error("TypeError", f"{name} returned non-string (type {name_of(result)})")
    return result


@native("str.__new__")
def _str(vm: Machine, args: Args, words: Words) -> Any:
    cls, rest = args[0], args[1:]
    if cls.kind == "str" and cls.bases != [OBJECT]:
        return Instance(cls, {}, to_text(vm, rest[0]) if rest else "")
    if not rest:
        return to_text(vm, words.get("object", ""))
    value = rest[0]
    if (len(rest) > 1 or "encoding" in words or "errors" in words) and type(value) in (
        bytes, ByteArray
    ):  # fmt: skip
        from .methods import decode

        return decode(vm, value, rest[1:], words)
    if type(value) is Instance and (method := lookup(value.cls, "__str__")) is not None:
        return after(vm, call(vm, method, [value], {}), "text", "__str__")
    return to_text(vm, value)


@native("format")
def _format(vm: Machine, args: Args, words: Words) -> Any:
    return format_value(vm, args[0], args[1] if len(args) > 1 else "")


@native("int.__new__")
def _int(vm: Machine, args: Args, words: Words) -> Any:
    cls, rest = args[0], args[1:]
    result = _to_int(vm, rest, words)
    if cls.bases != [OBJECT] and cls.name != "bool" and type(result) is int:
        return Instance(cls, {}, result)
    return result


def _to_int(vm: Machine, rest: Args, words: Words) -> Any:
    if not rest:
        return 0
    value = unwrap(rest[0])
    base = rest[1] if len(rest) > 1 else words.get("base")
    if type(value) is ByteArray:
        value = value.data
    try:
        if base is not None:
            return int(value, base)
        if type(value) in (int, float, bool, str, bytes):
            return int(value)
    except (ValueError, TypeError, OverflowError) as problem:
        raise python_error(problem) from None
    for name in ("__int__", "__index__", "__trunc__"):
        method = lookup(type_of(value), name)
        if method is not None:
            return call(vm, method, [value], {})
    raise error("TypeError", "int() argument must be a string, a bytes-like object or a real "
                             f"number, not {name_of(value)!r}")  # fmt: skip


@native("float.__new__")
def _float(vm: Machine, args: Args, words: Words) -> Any:
    cls, rest = args[0], args[1:]
    value = unwrap(rest[0]) if rest else 0.0
    if type(value) not in (int, float, bool, str, bytes):
        method = lookup(type_of(value), "__float__")
        if method is not None:
            return call(vm, method, [value], {})
        raise error("TypeError", f"float() argument must be a string or a real number, not "
                                 f"{name_of(value)!r}")  # fmt: skip
    try:
        number = float(value)
    except (ValueError, OverflowError) as problem:
        raise python_error(problem) from None
    return Instance(cls, {}, number) if cls.bases != [OBJECT] else number


@native("bool.__new__")
def _bool(vm: Machine, args: Args, words: Words) -> Any:
    return truth(vm, args[1]) if len(args) > 1 else False


@native("object.__new__")
def _object(vm: Machine, args: Args, words: Words) -> Any:
    cls = args[0]
    missing = cls.names.get("__abstractmethods__")
    if missing:
        names = ", ".join(f"'{name}'" for name in sorted(missing))
        plural = "s" if len(missing) > 1 else ""
        raise error("TypeError", f"Can't instantiate abstract class {cls.name} without an "
                    f"implementation for abstract method{plural} {names}")  # fmt: skip
    return Instance(cls, {})


@native("exception.__new__")
def _exception(vm: Machine, args: Args, words: Words) -> Any:
    cls, rest = args[0], tuple(args[1:])
    made = make(cls, rest)
    if any(one.name == "OSError" for one in cls.order) and len(rest) >= 2:
        made.fields.update(errno=rest[0], strerror=rest[1],
                           filename=rest[2] if len(rest) > 2 else None)  # fmt: skip
        made.fields["args"] = rest[:2]
        if cls.name == "OSError":
            from .errors import ERRNO
            from .types import CLASSES

            made.cls = CLASSES[ERRNO.get(rest[0], ("OSError", ""))[0]]
    if any(one.name == "SystemExit" for one in cls.order):
        made.fields["code"] = rest[0] if len(rest) == 1 else rest or None
    if any(one.name == "StopIteration" for one in cls.order):
        made.fields["value"] = rest[0] if rest else None
    if words and lookup(cls, "__init__") is None:
        if "name" in words and any(one.name == "ImportError" for one in cls.order):
            made.fields["name"] = words["name"]
        else:
            raise error("TypeError", f"{cls.name}() takes no keyword arguments")
    return made


@native("exception.__init__")
def _exception_init(vm: Machine, args: Args, words: Words) -> Any:
    args[0].fields["args"] = tuple(args[1:])


@native("exception.with_traceback")
def _with_traceback(vm: Machine, args: Args, words: Words) -> Any:
    return args[0]


@native("exception.add_note")
def _add_note(vm: Machine, args: Args, words: Words) -> Any:
    args[0].fields.setdefault("__notes__", []).append(args[1])
