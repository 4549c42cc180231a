"""How values are written: str(), repr() and what print shows."""

from __future__ import annotations

from typing import Any

from ....vm import Function, Machine, Native
from .bulk import shown
from .calls import call_now, lookup
from .errors import error
from .objects import (
    Alias,
    Bound,
    Bulk,
    ByteArray,
    Class,
    Generator,
    Instance,
    Iter,
    Module,
    Opaque,
    Property,
    Range,
    Set,
    Slice,
    View,
)
from .operators import unwrap
from .types import BASE_EXCEPTION, ELLIPSIS, NOT_IMPLEMENTED, name_of, type_of

DEEPEST = 40
_PLAIN = frozenset((str, int, float, bool, type(None), bytes))
MOST = 200_000
"""Characters of a written value."""


def to_text(vm: Machine, value: Any) -> str:
    """Write a value as str() does."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is Instance:
        method = lookup(value.cls, "__str__")
        if method is not None:
            return _checked(call_now(vm, method, value), "__str__")
        if BASE_EXCEPTION in value.cls.order:
            return exception_text(vm, value)
        held = unwrap(value)
        if held is not value and lookup(value.cls, "__repr__") is None:
            return to_text(vm, held)
    if kind is Bulk:
        return shown(value)
    return to_repr(vm, value)


def _checked(text: Any, name: str) -> str:
    text = unwrap(text)
    if type(text) is not str:
        raise error("TypeError", f"{name} returned non-string (type {name_of(text)})")
    return text


def exception_text(vm: Machine, value: Instance) -> str:
    """Write an exception's arguments."""
    fields = value.fields
    if "errno" in fields and type(fields.get("strerror")) is str:
        text = f"[Errno {fields['errno']}] {fields['strerror']}"
        name = fields.get("filename")
        return text if name is None else f"{text}: {to_repr(vm, name)}"
    args = fields.get("args", ())
    if not args:
        return ""
    if len(args) == 1:
        if value.cls.name == "KeyError":
            return to_repr(vm, args[0])
        return to_text(vm, args[0])
    if any(one.name == "OSError" for one in value.cls.order) and len(args) == 2:
        return f"[Errno {to_text(vm, args[0])}] {to_text(vm, args[1])}"
    return to_repr(vm, tuple(args))


def to_repr(vm: Machine, value: Any, depth: int = 0) -> str:
    """Write a value as repr() does."""
    kind = type(value)
    if (
        kind is str
        or kind is int
        or kind is float
        or kind is bool
        or value is None
        or kind is bytes
    ):
        try:
            return repr(value)
        except ValueError as problem:  # an integer of too many digits
            raise error("ValueError", str(problem)) from None
    if depth > DEEPEST:
        return "..." if depth > DEEPEST + 1 else f"{'[...]' if kind is list else '{...}'}"
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(vm, value, depth)  # type: ignore[no-any-return]
    return f"<{name_of(value)} object at {address(vm, value)}>"


def _join(vm: Machine, items: Any, depth: int) -> str:
    parts: list[str] = []
    size = 0
    for one in items:
        parts.append(to_repr(vm, one, depth + 1))
        size += len(parts[-1])
        if size > MOST:
            raise error("MemoryError")
    return ", ".join(parts)


def _list(vm: Machine, value: Any, depth: int) -> str:
    if any(one is value for one in value):
        return "[" + ", ".join("[...]" if x is value else to_repr(vm, x, depth + 1)
                               for x in value) + "]"  # fmt: skip
    return f"[{_join(vm, value, depth)}]"


def _tuple(vm: Machine, value: Any, depth: int) -> str:
    return f"({_join(vm, value, depth)}{',' if len(value) == 1 else ''})"


def _dict(vm: Machine, value: Any, depth: int) -> str:
    rows = []
    for key, one in value.items():
        shown_value = "{...}" if one is value else to_repr(vm, one, depth + 1)
        rows.append(f"{to_repr(vm, key, depth + 1)}: {shown_value}")
    return "{" + ", ".join(rows) + "}"


def _set(vm: Machine, value: Set, depth: int) -> str:
    inner = _join(vm, value.items, depth)
    if value.frozen:
        return f"frozenset({{{inner}}})" if inner else "frozenset()"
    return f"{{{inner}}}" if inner else "set()"


def _instance(vm: Machine, value: Instance, depth: int) -> str:
    method = lookup(value.cls, "__repr__")
    if method is not None:
        return _checked(call_now(vm, method, value), "__repr__")
    if value is NOT_IMPLEMENTED:
        return "NotImplemented"
    if value is ELLIPSIS:
        return "Ellipsis"
    if BASE_EXCEPTION in value.cls.order:
        args = value.fields.get("args", ())
        return f"{value.cls.name}({_join(vm, args, depth)})"
    held = unwrap(value)
    if held is not value:
        return to_repr(vm, held, depth)
    return f"<{full_name(value.cls)} object at {address(vm, value)}>"


def full_name(cls: Class) -> str:
    """Give a class's name with its module, as in messages."""
    module = cls.names.get("__module__", "builtins")
    name = cls.names.get("__qualname__", cls.name)
    return str(name) if module == "builtins" else f"{module}.{name}"


def address(vm: Machine, value: Any) -> str:
    """Give an object the address that it is shown with."""
    return f"0x7f3c5{identity(vm, value) * 48:07x}"


def identity(vm: Machine, value: Any) -> int:
    """Give an object's number, in the order in which they were asked for."""
    rows = vm.root.setdefault("numbered", [])
    for at, one in enumerate(rows):
        if one is value or (type(one) in (str, int, float, bytes) and type(one) is type(value)
                            and one == value):  # fmt: skip
            return at + 1
    if len(rows) < 2_000:
        rows.append(value)
    return len(rows)


def _class(vm: Machine, value: Class, depth: int) -> str:
    method = lookup(value.meta, "__repr__") if value.meta is not None else None
    if method is not None:
        return _checked(call_now(vm, method, value), "__repr__")
    return f"<class '{full_name(value)}'>"


def _generator(vm: Machine, value: Generator, depth: int) -> str:
    noun = {"coroutine": "coroutine", "async": "async_generator"}.get(value.kind, "generator")
    return f"<{noun} object {value.name} at {address(vm, value)}>"


def _range(vm: Machine, value: Range, depth: int) -> str:
    step = "" if value.step == 1 else f", {value.step}"
    return f"range({value.start}, {value.stop}{step})"


def _view(vm: Machine, value: View, depth: int) -> str:
    from .iteration import view_items

    return f"dict_{value.kind}([{_join(vm, view_items(value), depth)}])"


def _bound(vm: Machine, value: Bound, depth: int) -> str:
    if type(value.function) is Function:
        return (f"<bound method {value.function.more.qualname} of "
                f"{to_repr(vm, value.owner, depth + 1)}>")  # fmt: skip
    name = getattr(value.function, "name", "method").rpartition(".")[2]
    return f"<built-in method {name} of {type_of(value.owner).name} object at " \
           f"{address(vm, value.owner)}>"  # fmt: skip


def _alias(vm: Machine, value: Alias, depth: int) -> str:
    names = ["None" if one is None else one.name if type(one) is Class else
             to_repr(vm, one, depth + 1) for one in value.args]  # fmt: skip
    if value.origin == "|":
        return " | ".join(names)
    head = value.origin.name if type(value.origin) is Class else to_repr(vm, value.origin)
    return f"{head}[{', '.join(names)}]"


def _module(vm: Machine, value: Module, depth: int) -> str:
    path = value.names.get("__file__")
    return (
        f"<module {value.name!r} from {path!r}>" if path else f"<module {value.name!r} (built-in)>"
    )


_WRITERS: dict[type, Any] = {
    list: _list, tuple: _tuple, dict: _dict, Set: _set, Instance: _instance, Class: _class,
    Generator: _generator, Range: _range, View: _view, Bound: _bound, Alias: _alias,
    Module: _module,
    Function: lambda vm, v, d: f"<function {v.more.qualname} at {address(vm, v)}>",
    Native: lambda vm, v, d: f"<built-in function {v.name.rpartition('.')[2]}>",
    ByteArray: lambda vm, v, d: f"bytearray({v.data!r})",
    Bulk: lambda vm, v, d: repr(v.piece),
    Slice: lambda vm, v, d: f"slice({_join(vm, (v.start, v.stop, v.step), d)})",
    Opaque: lambda vm, v, d: f"<{v.name}>",
    Property: lambda vm, v, d: f"<{v.kind} object at {address(vm, v)}>",
    Iter: lambda vm, v, d: f"<{name_of(v)} object at {address(vm, v)}>",
}  # fmt: skip
