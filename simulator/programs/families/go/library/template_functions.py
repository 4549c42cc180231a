"""The functions that every template knows: and, or, eq, index, len, printf ..."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from ..values import Map, Slice, items_of, new_list, zero_maker
from .template_escape import JS, html
from .template_values import ExecError, Value, followed, truth


class Misuse(Exception):
    """What a function has against its arguments."""


def _int(run: Any, value: Value) -> int:
    if value is None:
        raise Misuse("cannot index slice/array with nil")
    if not value[0].is_int:
        raise Misuse(f"cannot index slice/array with type {value[0].text}")
    return int(value[1])


def _index(run: Any, args: list[Value]) -> Value:
    value = followed(args[0]) if args else None
    if value is None:
        raise Misuse("index of untyped nil" if args else "missing item")
    for key in args[1:]:
        if value is None:
            raise Misuse("index of nil pointer")
        kind: Any = value[0]
        v: Any = value[1]
        if kind.kind == "map":
            if key is None or (kind.of_key.is_string != key[0].is_string):
                raise Misuse(f"value has type {key[0].text if key else 'nil'}; should be "
                             f"{kind.of_key.text}")  # fmt: skip
            if v is not None and key[1] in v.d:
                value = run.unboxed(kind.elem, v.d[key[1]])
            else:
                value = run.unboxed(kind.elem, zero_maker(kind.elem)())
        elif kind.kind in ("slice", "array") or kind.is_string:
            at = _int(run, key)
            length = _length(value)
            if not 0 <= at < length:
                inner = "string" if kind.is_string else kind.kind
                raise Misuse(f"reflect: {inner} index out of range" if at == length else
                             f"index out of range: {at}")  # fmt: skip
            if kind.is_string:
                value = (run.program.types["uint8"], ord(v[at]))
            else:
                rows = v if isinstance(v, list) else items_of(v, zero_maker(kind.elem))
                value = run.unboxed(kind.elem, rows[at])
        else:
            raise Misuse(f"can't index item of type {kind.text}")
        value = followed(value) if key is not args[-1] else value
    return value


def _length(value: Value) -> int:
    if value is None:
        raise Misuse("len of nil pointer")
    kind, v = value
    if v is None and kind.kind in ("slice", "map"):
        return 0
    if isinstance(v, Slice):
        return v.n
    if isinstance(v, Map):
        return len(v.d)
    if isinstance(v, str | list):
        return len(v)
    raise Misuse(f"len of type {kind.text}")


def _len(run: Any, args: list[Value]) -> Value:
    _count("len", args, 1)
    if args[0] is None:
        raise Misuse("len of untyped nil")
    return (run.program.types["int"], _length(followed(args[0])))


def _count(name: str, args: list[Value], want: int) -> None:
    if len(args) != want:
        raise Misuse(f"wrong number of args for {name}: want {want} got {len(args)}")


def _slice(run: Any, args: list[Value]) -> Value:
    value = followed(args[0])
    if value is None:
        raise Misuse("slice of untyped nil")
    kind, v = value
    bounds = [_int(run, one) for one in args[1:]]
    length = _length(value)
    low = bounds[0] if bounds else 0
    high = bounds[1] if len(bounds) > 1 else length
    if not 0 <= low <= high <= length:
        raise Misuse(f"index out of range: {high if high > length else low}")
    if kind.is_string:
        return (kind, v[low:high])
    rows = v if isinstance(v, list) else items_of(v, zero_maker(kind.elem))
    return (kind, new_list(rows[low:high]))


def _base(value: Value) -> str:
    if value is None:
        return "nil"
    kind = value[0]
    if kind.is_bool:
        return "bool"
    if kind.is_string:
        return "string"
    if kind.is_int:
        return "int"
    return "float" if kind.is_float else ""


def _equal(run: Any, a: Value, b: Value) -> bool:
    if a is None or b is None:
        return (a is None or a[1] is None) and (b is None or b[1] is None)
    first, second = _base(a), _base(b)
    if first and second:
        if first != second:
            raise Misuse("incompatible types for comparison")
        return bool(a[1] == b[1])
    if a[0].kind in ("slice", "map", "func") or b[0].kind in ("slice", "map", "func"):
        raise Misuse(f"non-comparable type {run.text(a)}: {a[0].text}")
    if a[0].kind == "struct" and a[0].key == b[0].key:
        return bool(a[1].f == b[1].f)
    return a[0].key == b[0].key and a[1] is b[1]


def _eq(run: Any, args: list[Value]) -> Value:
    if len(args) < 2:
        raise Misuse("missing argument for comparison")
    found = any(_equal(run, args[0], one) for one in args[1:])
    return (run.program.types["bool"], found)


def _ne(run: Any, args: list[Value]) -> Value:
    _count("ne", args, 2)
    return (run.program.types["bool"], not _equal(run, *args))


def _less(run: Any, a: Value, b: Value) -> bool:
    if a is None or b is None or not _base(a) or _base(a) == "bool":
        raise Misuse("invalid type for comparison")
    if _base(a) != _base(b):
        raise Misuse("incompatible types for comparison")
    return bool(a[1] < b[1])


def _order(test: Any) -> Any:
    def call(run: Any, args: list[Value]) -> Value:
        _count("comparison", args, 2)
        return (run.program.types["bool"], test(run, *args))

    return call


def _call(run: Any, args: list[Value]) -> Value:
    if not args or args[0] is None:
        raise Misuse("call of nil")
    kind, function = args[0]
    if kind.kind != "func":
        raise Misuse(f"non-function {kind.text} of type {kind.text}")
    try:
        given = run._given(("word", "call", 0), "call", kind, args[1:])
    except ExecError as error:
        raise Misuse(str(error)) from None
    result = run.vm.call_now(function, given, {})
    return run._result(("word", "call", 0), "call", kind, result)  # type: ignore[no-any-return]


def _texts(run: Any, args: list[Value]) -> str:
    return str(run.writer.print([run.boxed(one) for one in args]))


def _string(make: Any) -> Any:
    return lambda run, args: (run.program.types["string"], make(run, args))


def _printf(run: Any, args: list[Value]) -> str:
    if not args or args[0] is None or not args[0][0].is_string:
        raise Misuse("wrong number of args for printf: want at least 1 got 0")
    return str(run.writer.format(args[0][1], [run.boxed(one) for one in args[1:]]))


def _not(run: Any, args: list[Value]) -> Value:
    _count("not", args, 1)
    return (run.program.types["bool"], not truth(args[0]))


def _html(run: Any, args: list[Value]) -> Value:
    """The function html; where html/template escapes anyway, it is not done twice."""
    text = _texts(run, args)
    if run.html:
        return (run.program.types["string"], text)
    return (run.program.types["string"], html(text).replace("&#43;", "+"))


BUILTINS: dict[str, Any] = {
    "call": _call,
    "html": _html,
    "index": _index,
    "slice": _slice,
    "js": _string(lambda run, args: "".join(JS.get(one, one) for one in _texts(run, args))),
    "len": _len,
    "not": _not,
    "print": _string(_texts),
    "printf": _string(_printf),
    "println": _string(lambda run, args: run.writer.println([run.boxed(one) for one in args])),
    "urlquery": _string(lambda run, args: quote_plus(_texts(run, args).encode("latin-1"))),
    "eq": _eq,
    "ne": _ne,
    "lt": _order(_less),
    "le": _order(lambda run, a, b: _less(run, a, b) or _equal(run, a, b)),
    "gt": _order(lambda run, a, b: not _less(run, a, b) and not _equal(run, a, b)),
    "ge": _order(lambda run, a, b: not _less(run, a, b)),
}
NAMES = ("and", "or", *BUILTINS)
