"""Classes are made here: bases, the order of their methods, metaclasses, what a class is told."""

from __future__ import annotations

from typing import Any

from ....vm import Function, Machine
from .calls import after, call, follows, lookup
from .errors import error
from .objects import Alias, Class, Instance, Opaque, Property
from .types import OBJECT, TYPE, type_of

FINAL = ("bool", "NoneType", "function", "range", "slice", "generator")


def linearise(cls: Class) -> list[Class]:
    """Give the method resolution order (C3); raises TypeError."""
    rows = [list(base.order) for base in cls.bases] + [list(cls.bases)]
    order = [cls]
    while any(rows):
        rows = [row for row in rows if row]
        for row in rows:
            head = row[0]
            if not any(head in other[1:] for other in rows):
                break
        else:
            names = ", ".join(base.name for base in cls.bases)
            raise error("TypeError", "Cannot create a consistent method resolution\norder (MRO) "
                                     f"for bases {names}")  # fmt: skip
        order.append(head)
        rows = [row[1:] if row[0] is head else row for row in rows]
    return order


def begin_class(
    vm: Machine, name: str, bases: list[Any], names: dict[str, Any], words: dict[str, Any]
) -> Any:
    """Make a class of its body's names: it, or what its metaclass makes."""
    found = [_base(vm, base) for base in bases]
    plain = [base for base in found if base is not None] or [OBJECT]
    words = dict(words)
    meta: Any = words.pop("metaclass", None)
    if type(meta) is not Class:
        meta = None
    for base in plain:
        if (
            base.meta is not None
            and base.meta is not TYPE
            and (meta is None or meta in base.meta.order)
        ):
            meta = base.meta
    if meta is None or meta is TYPE:
        return build(vm, name, plain, names, words, TYPE)
    args = [meta, name, tuple(plain), names]
    maker = lookup(meta, "__new__")
    if maker is None:
        made = build(vm, name, plain, names, words, meta)
    else:
        maker = maker.get if type(maker) is Property else maker
        made = call(vm, maker, args, words)
    return after(vm, made, "metaclass", [meta, name, tuple(plain), names, words])


@follows("metaclass")
def _metaclass(vm: Machine, data: list[Any], made: Any) -> Any:
    meta, name, bases, names, words = data
    method = lookup(meta, "__init__")
    if method is None or type(made) is not Class:
        return made
    return after(vm, call(vm, method, [made, name, bases, names], words), "value", made)


def _base(vm: Machine, base: Any) -> Class | None:
    if type(base) is Class:
        if base.name in FINAL and "__module__" not in base.names:
            raise error("TypeError", f"type {base.name!r} is not an acceptable base type")
        return base
    if type(base) is Alias and type(base.origin) is Class:
        return base.origin
    if type(base) is Opaque or type(base) is Alias:
        return None
    if type(base) is Instance and (entries := lookup(base.cls, "__mro_entries__")) is not None:
        found = vm.call_now(entries, [base, ()], {})
        return found[0] if type(found) is tuple and found and type(found[0]) is Class else None
    if type(base) is Function:
        return None  # typing.NamedTuple and the like are no classes here
    raise error("TypeError", f"bases must be types, not {type_of(base).name!r}")


def build(
    vm: Machine, name: str, bases: list[Class], names: dict[str, Any], words: dict[str, Any],
    meta: Class,
) -> Any:  # fmt: skip
    """Make a class and tell it and its members of it."""
    made = Class(name, bases, [], names, "", meta)
    made.order = linearise(made)
    made.kind = next((one.kind for one in made.order[1:] if one.kind), "")
    made.eq = "__eq__" in names or any(base.eq for base in bases)
    if "__eq__" in names and "__hash__" not in names:
        names["__hash__"] = None
    for word in ("__new__", "__init_subclass__", "__class_getitem__"):
        if type(names.get(word)) is Function:
            kind = "staticmethod" if word == "__new__" else "classmethod"
            names[word] = Property(kind, names[word])
    tell = []
    for key, value in list(names.items()):
        if type(value) is Instance and (setter := lookup(value.cls, "__set_name__")) is not None:
            tell.append([setter, [value, made, key], {}])
    for base in made.order[1:]:
        hook = base.names.get("__init_subclass__")
        if hook is not None:
            hook = hook.get if type(hook) is Property else hook
            tell.append([hook, [made], words])
            break
    else:
        if words:
            raise error("TypeError", f"{name}.__init_subclass__() takes no keyword arguments")
    return _tell(vm, [made, tell], None)


@follows("tell")
def _tell(vm: Machine, data: list[Any], result: Any) -> Any:
    made, rows = data
    if not rows:
        return made
    function, args, words = rows.pop(0)
    return after(vm, call(vm, function, args, words), "tell", data)


def is_instance(vm: Machine, value: Any, of: Any) -> bool:
    """Tell what isinstance() tells."""
    return is_subclass(vm, type_of(value), of, value)


def is_subclass(vm: Machine, cls: Class, of: Any, value: Any = None) -> bool:
    """Tell what issubclass() tells."""
    kind = type(of)
    if kind is Class:
        if of in cls.order:
            return True
        checker = of.names.get(".check")
        if checker is not None:  # an abstract class that asks for methods
            return all(lookup(cls, name) is not None for name in checker)
        if of.meta is not None and of.meta is not TYPE and value is not None:
            hook = lookup(of.meta, "__instancecheck__")
            if hook is not None:
                return bool(vm.call_now(hook, [of, value], {}))
        return False
    if kind is tuple:
        return any(is_subclass(vm, cls, one, value) for one in of)
    if kind is Alias:
        if of.origin == "|":
            return any(is_subclass(vm, cls, type_of(None) if one is None else one, value)
                       for one in of.args)  # fmt: skip
        return is_subclass(vm, cls, of.origin, value)
    if kind is Opaque:
        return False
    raise error("TypeError", "isinstance() arg 2 must be a type, a tuple of types, or a union")
