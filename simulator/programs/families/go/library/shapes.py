"""What libraries find out about a program's types while it runs: fields, pointers, assignments."""

from __future__ import annotations

import json
from typing import Any

from ..language import program_of
from ..tokens import to_bytes, to_text
from ..types import Type
from ..values import (
    Elem,
    Map,
    Ref,
    Slice,
    Struct,
    byte_slice,
    bytes_of,
    elem,
    items_of,
    new_list,
    zero_maker,
)
from ..writing import quoted, shortest
from .databases import moment_of, moment_text
from .encoding import JsonError, Reader


class Misfit(Exception):
    """A value does not fit into a variable."""


def store(target: Any, kind: Type, value: Any) -> None:
    """Put a value into the variable that a pointer points to."""
    if kind.kind == "struct":
        target.f[:] = value.f
    elif kind.kind == "array":
        target[:] = value
    else:
        target.v = value


def pointer_key(kind: Type) -> str:
    """Give the key of the type of a pointer to a type."""
    return "*" + kind.key


def assign(vm: Any, target: Any, source: Any, wide: bool) -> str:
    """Put a value of a column where a pointer points, as database/sql's convertAssign does.

    wide: also lists and JSON, as pgx does. Answers "" or what is wrong.
    """
    if target is None or not target[0].startswith("*"):
        return "destination not a pointer"
    if target[1] is None:
        return "destination pointer is nil"
    kind = program_of(vm).find_type(target[0]).elem
    try:
        store(target[1], kind, converted(vm, kind, source, wide))
    except Misfit as misfit:
        return str(misfit)
    return ""


def converted(vm: Any, kind: Type, source: Any, wide: bool) -> Any:
    """Make a value of a type of a column's value (in an interface)."""
    if kind.is_interface:
        return source
    if source is None:
        return _null(kind, wide)
    if kind.key == source[0]:
        return source[1]
    if kind.kind == "pointer":
        inner = converted(vm, kind.elem, source, wide)
        return inner if kind.elem.kind in ("struct", "array") else Ref(inner)
    if kind.kind == "slice" and kind.elem.kind == "uint8":
        return byte_slice(_text(vm, source))
    if wide and source[0] == "[]interface {}" and kind.kind == "slice":
        make = [converted(vm, kind.elem, one, wide) for one in items_of(source[1])]
        return new_list(make)
    if kind.is_string:
        return _text(vm, source)
    if kind.is_bool:
        return _bool(vm, source)
    if kind.is_int or kind.is_float:
        return _number(vm, kind, source)
    if wide and kind.kind in ("struct", "map", "slice") and kind.key != "time.Time":
        return _json(vm, kind, source)
    raise Misfit(f"unsupported Scan, storing driver.Value type {shown(source)} into type "
                 f"*{kind.text}")  # fmt: skip


def _null(kind: Type, wide: bool) -> Any:
    if kind.kind == "pointer" or (kind.kind in ("slice", "map") and (
            wide or kind.elem.kind == "uint8")):  # fmt: skip
        return None
    if kind.kind in ("struct", "slice", "map", "array"):
        raise Misfit(f"unsupported Scan, storing driver.Value type <nil> into type *{kind.text}")
    raise Misfit(f"converting NULL to {kind.kind} is unsupported")


def shown(source: Any) -> str:
    """Name the type of a column's value."""
    return str(source[0]) if source is not None else "<nil>"


def _text(vm: Any, source: Any) -> str:
    key, value = source
    if key == "[]uint8":
        return bytes_of(value)
    if key == "time.Time":
        text = moment_text(vm, value, False).replace(" ", "T") + "Z"
        return text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return shortest(value, 64)
    if isinstance(value, Slice):
        from .databases import array_text

        return to_bytes(array_text([to_text(_text(vm, one)) for one in items_of(value)]))
    return value if isinstance(value, str) else str(value)


def _bool(vm: Any, source: Any) -> bool:
    text = _text(vm, source)
    if text in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    if text in ("0", "f", "F", "FALSE", "false", "False"):
        return False
    raise Misfit(f"sql/driver: couldn't convert {quoted(text)} into type bool")


def _number(vm: Any, kind: Type, source: Any) -> Any:
    text = _text(vm, source)
    try:
        if kind.is_float:
            return float(text)
        value = int(text)
    except ValueError:
        why = "invalid syntax"
    else:
        from ..types import INTS

        bits, signed = INTS[kind.kind]
        low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
        if low <= value < high:
            return value
        why = "value out of range"
    raise Misfit(f"converting driver.Value type {shown(source)} ({quoted(text)}) to a "
                 f"{kind.kind}: {why}")  # fmt: skip


def _json(vm: Any, kind: Type, source: Any) -> Any:
    try:
        data = json.loads(to_text(_text(vm, source)))
        return Reader(vm).read(kind, data, zero_maker(kind)(), "")
    except (JsonError, ValueError) as error:
        raise Misfit(f"cannot scan {shown(source)} into *{kind.text}") from error


def _parse_moment(vm: Any, text: str) -> tuple[Any, bool]:
    found = moment_of(to_text(text))
    return (found, True) if found is not None else (Struct([0, False, False]), False)


# Structs


def _target(vm: Any, boxed: Any) -> tuple[Type, Any] | None:
    """Give the struct that a value is or points to."""
    if boxed is None:
        return None
    kind, value = program_of(vm).find_type(boxed[0]), boxed[1]
    while kind.kind == "pointer" and value is not None:
        value = value if kind.elem.kind in ("struct", "array") else value.v
        kind = kind.elem
    if kind.is_interface and value is not None:
        return _target(vm, value)
    return (kind, value) if kind.kind == "struct" and value is not None else None


def pointer_to_field(value: Struct, at: int, kind: Type) -> Any:
    """Make a pointer to a field, in an interface."""
    inner = value.f[at] if kind.kind in ("struct", "array") else elem(value.f, at)
    return (pointer_key(kind), inner)


def _fields(vm: Any, boxed: Any) -> Any:
    """Give names, tags, types, kinds, pointers of a struct's exported fields, embedded ones too."""
    found = _target(vm, boxed)
    rows: list[tuple[str, str, str, str, Any]] = []
    if found is not None:
        _add_fields(rows, *found)
    parts = list(zip(*rows, strict=True)) or [()] * 5
    return tuple([new_list(list(one)) for one in parts])


def _add_fields(rows: list[tuple[str, str, str, str, Any]], kind: Type, value: Struct) -> None:
    for at, field in enumerate(kind.fields):
        if field.name[:1].isupper():
            what = "embedded" if field.embedded else field.type.kind
            pointer = pointer_to_field(value, at, field.type)
            rows.append((field.name, field.tag, field.type.text, what, pointer))
        if field.embedded and field.type.kind == "struct":
            _add_fields(rows, field.type, value.f[at])


def _type_name(vm: Any, boxed: Any) -> tuple[str, str]:
    """Give a value's type as %T prints it, and its kind."""
    if boxed is None:
        return "<nil>", "invalid"
    kind = program_of(vm).find_type(boxed[0])
    return kind.text, kind.kind


def _elem_new(vm: Any, boxed: Any) -> Any:
    """Make a new element for the slice (or what else) that a pointer points to: a pointer to it."""
    kind = program_of(vm).find_type(boxed[0]).elem
    inner = kind.elem if kind.kind == "slice" else kind
    if inner.kind == "pointer":
        inner = inner.elem
    made = zero_maker(inner)()
    return (pointer_key(inner), made if inner.kind in ("struct", "array") else Ref(made))


def _append(vm: Any, boxed: Any, one: Any) -> None:
    """Append what a pointer points to (or the pointer) to the slice that another points to."""
    kind = program_of(vm).find_type(boxed[0]).elem
    value = one[1] if kind.elem.kind == "pointer" or kind.elem.kind == "struct" else one[1].v
    have = items_of(boxed[1].v, zero_maker(kind.elem))
    boxed[1].v = new_list([*have, value])


def _empty(vm: Any, boxed: Any) -> None:
    """Make the slice that a pointer points to an empty one."""
    if boxed is not None and isinstance(boxed[1], Ref | Elem):
        boxed[1].v = new_list([])


def _value(vm: Any, boxed: Any) -> Any:
    """Give what a pointer points to, in an interface."""
    if boxed is None or boxed[1] is None or not boxed[0].startswith("*"):
        return boxed
    kind = program_of(vm).find_type(boxed[0]).elem
    inner = boxed[1] if kind.kind in ("struct", "array") else boxed[1].v
    return inner if kind.is_interface else (kind.key, inner)


def _items(vm: Any, boxed: Any) -> Any:
    """Give the elements of a slice in an interface: pointers to structs, else values."""
    if boxed is None:
        return None
    kind, value = program_of(vm).find_type(boxed[0]), boxed[1]
    if kind.kind == "pointer":
        kind, value = kind.elem, value.v if isinstance(value, Ref | Elem) else value
    if kind.kind not in ("slice", "array") or value is None:
        return None
    found = items_of(value, zero_maker(kind.elem)) if isinstance(value, Slice) else value
    if kind.elem.is_interface:
        return new_list(list(found))
    key = pointer_key(kind.elem) if kind.elem.kind == "struct" else kind.elem.key
    return new_list([(key, one) for one in found])


def _zero(vm: Any, boxed: Any) -> bool:
    """Tell whether a value is the zero value of its type."""
    if boxed is None or boxed[1] is None:
        return True
    value = boxed[1]
    if isinstance(value, Struct):
        return all(_zero(vm, ("", one)) for one in value.f)
    if isinstance(value, Slice):
        return False
    if isinstance(value, list):
        return all(_zero(vm, ("", one)) for one in value)
    if isinstance(value, tuple):
        return _zero(vm, value)
    return not isinstance(value, Map | Ref | Elem) and not value


NATIVES: dict[str, Any] = {
    "internal/shapes.Assign": assign,
    "internal/shapes.ParseMoment": _parse_moment,
    "internal/shapes.Fields": _fields,
    "internal/shapes.TypeName": _type_name,
    "internal/shapes.ElemNew": _elem_new,
    "internal/shapes.Append": _append,
    "internal/shapes.Empty": _empty,
    "internal/shapes.Value": _value,
    "internal/shapes.Items": _items,
    "internal/shapes.IsZero": _zero,
}
