"""Attributes: how a name of an object is found, bound, set and deleted."""

from __future__ import annotations

from typing import Any

from ....vm import Function, Machine, Native, Thrown
from .calls import NATIVES, NEXT, after, attempt, call, catches, caught, follows, lookup
from .errors import error, is_error
from .objects import (
    Alias,
    Bound,
    Class,
    Generator,
    Instance,
    Module,
    Opaque,
    Property,
    Super,
)
from .types import BASE_EXCEPTION, CLASSES, NONE, OBJECT, TYPE, type_of

MISSING = object()
PLAIN = (Function, Native)


def get_attr(vm: Machine, value: Any, name: str) -> Any:
    """Give an attribute, an Enter or a Suspend; raises AttributeError."""
    kind = type(value)
    if kind is Instance:
        return _of_instance(vm, value, name)
    special = _SPECIAL.get(kind)
    if special is not None:
        found = special(vm, value, name)
        if found is not MISSING:
            return found
    cls = type_of(value)
    found = look(cls, name)
    if found is not MISSING:
        return bind(vm, found, value, cls)
    if name == "__class__":
        return cls
    return _absent(vm, value, name)


def look(cls: Class, name: str) -> Any:
    """Find a name in a class and those it is derived from; MISSING when there is none."""
    for one in cls.order:
        if name in one.names:
            return one.names[name]
    return MISSING


def _of_instance(vm: Machine, value: Instance, name: str) -> Any:
    cls = value.cls
    found = look(cls, name)
    if found is not MISSING and type(found) not in PLAIN and (
        type(found) is Property or (type(found) is Instance and lookup(found.cls, "__set__"))
    ):  # fmt: skip
        result = attempt(vm, _Getter(found), [value, cls], "getattr", [value, name])
        return result
    own = value.fields.get(name, MISSING)
    if own is not MISSING:
        return own
    if found is not MISSING:
        return bind(vm, found, value, cls)
    if name == "__class__":
        return cls
    if name == "__dict__":
        return value.fields
    if name == "__cause__" or name == "__context__" or name == "__traceback__":
        return None
    return _absent(vm, value, name)


def _Getter(found: Any) -> Any:
    return Bound(Native(".descriptor"), found)


def _descriptor(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    return bind(vm, args[0], args[1], args[2])


NATIVES[".descriptor"] = _descriptor
NEXT["getattr"] = lambda vm, data, result: result


@catches("getattr")
def _retry(vm: Machine, data: list[Any], thrown: Thrown) -> Any:
    """Ask `__getattr__` when a property has no value."""
    if not is_error(thrown.value, "AttributeError"):
        return None
    method = lookup(type_of(data[0]), "__getattr__")
    return None if method is None else call(vm, method, data, {})


def _absent(vm: Machine, value: Any, name: str) -> Any:
    if name == "__new__":
        cls = value if type(value) is Class else type_of(value)
        return Native(f"{cls.kind or 'object'}.__new__")
    if name.startswith("__"):
        kind = value.kind if type(value) is Class else type_of(value).kind
        inner = _inner(kind, name)
        if inner is not None:
            return inner if type(value) is Class else Bound(inner, value)
    method = lookup(type_of(value), "__getattr__")
    if method is not None:
        return call(vm, method, [value, name], {})
    raise no_attribute(value, name)


def no_attribute(value: Any, name: str) -> Thrown:
    """Make the AttributeError for a name that an object does not have."""
    if type(value) is Module:
        text = f"module {value.name!r} has no attribute {name!r}"
    elif type(value) is Class:
        text = f"type object {value.name!r} has no attribute {name!r}"
    else:
        text = f"{type_of(value).name!r} object has no attribute {name!r}"
    thrown = error("AttributeError", text)
    thrown.value.fields.update(name=name, obj=value)
    return thrown


def bind(vm: Machine, found: Any, value: Any, cls: Class) -> Any:
    """Make of what a class holds what its object gives; value None: asked of the class."""
    kind = type(found)
    if kind is Function or kind is Native:
        return found if value is None and cls is not NONE else Bound(found, value)
    if kind is Property:
        if found.kind == "staticmethod":
            return found.get
        if found.kind == "classmethod":
            return Bound(found.get, cls)
        if value is None and cls is not NONE:
            return found
        if found.get is None:
            raise error("AttributeError", f"property of {cls.name!r} object has no getter")
        return call(vm, found.get, [value], {})
    if kind is Instance:
        getter = lookup(found.cls, "__get__")
        if getter is not None:
            return call(vm, getter, [found, value, cls], {})
    return found


def _of_class(vm: Machine, value: Class, name: str) -> Any:
    found = look(value, name)
    if found is not MISSING and name not in ("__class__", "__doc__", "__module__", "__qualname__"):
        return bind(vm, found, None, value)
    special = _CLASS_NAMES.get(name)
    if special is not None:
        return special(value)
    if value.meta is not None and value.meta is not TYPE and name not in ("__new__", "__init__"):
        found = look(value.meta, name)
        if found is not MISSING:
            return bind(vm, found, value, value.meta)
    if name in TYPE.names:
        return Bound(TYPE.names[name], value)
    if name == "__call__":
        return Bound(Native("type.__call__"), value)
    return _absent(vm, value, name)


_CLASS_NAMES: dict[str, Any] = {
    "__name__": lambda c: c.name,
    "__qualname__": lambda c: c.names.get("__qualname__", c.name),
    "__module__": lambda c: c.names.get("__module__", "builtins"),
    "__mro__": lambda c: tuple(c.order),
    "__bases__": lambda c: tuple(c.bases),
    "__base__": lambda c: c.bases[0] if c.bases else None,
    "__dict__": lambda c: c.names,
    "__doc__": lambda c: c.names.get("__doc__"),
    "__class__": lambda c: c.meta or TYPE,
    "__annotations__": lambda c: c.names.setdefault("__annotations__", {}),
}


def _of_function(vm: Machine, value: Function, name: str) -> Any:
    more = value.more
    if name in more.fields:
        return more.fields[name]
    if name == "__name__":
        return more.name
    if name == "__qualname__":
        return more.qualname
    if name == "__doc__":
        return more.doc
    if name == "__module__":
        return more.module
    if name == "__annotations__":
        return more.annotations
    if name == "__dict__":
        return more.fields
    if name == "__defaults__":
        return tuple(more.defaults) or None
    if name == "__kwdefaults__":
        return more.keywords or None
    if name == "__get__":
        return Bound(Native(".descriptor"), value)
    return MISSING


def _of_module(vm: Machine, value: Module, name: str) -> Any:
    own = value.names.get(name, MISSING)
    if own is not MISSING:
        return own
    if value.library:
        from .library import library_name

        found = library_name(vm, value, name)
        if found is not MISSING:
            return found
    if name == "__dict__":
        return value.names
    if name == "__name__":
        return value.name
    if name in ("__doc__", "__file__", "__path__"):
        return None
    getter = value.names.get("__getattr__")
    if getter is not None:
        return call(vm, getter, [name], {})
    raise no_attribute(value, name)


def _of_super(vm: Machine, value: Super, name: str) -> Any:
    owner = value.owner
    cls = owner if type(owner) is Class else type_of(owner)
    rest = cls.order[cls.order.index(value.cls) + 1 :] if value.cls in cls.order else []
    for one in rest:
        if name in one.names:
            found = one.names[name]
            if name == "__new__":
                return found.get if type(found) is Property else found
            if type(owner) is Class:
                return bind(vm, found, None, owner)
            return bind(vm, found, owner, cls)
    inner = _inner(cls.kind, name)
    if inner is not None:
        return Bound(inner, owner)
    fallback = _SUPER.get(name)
    if fallback is not None:
        if name == "__new__":
            return Native(f"{cls.kind or 'object'}.__new__")
        return Bound(Native(fallback), owner)
    if name == "__class__":
        return CLASSES["super"]
    thrown = error("AttributeError", f"'super' object has no attribute {name!r}")
    raise thrown


def _inner(kind: str, name: str) -> Any:
    """Give a method behind an operator, of a built-in class."""
    from .container_methods import INNER

    found = INNER.get(kind, {}).get(name)
    if found is None and name == "__init__" and kind in ("exception", "list", "set", "dict"):
        held = {"set": "list"}.get(kind, kind)
        return Native("dict.update" if kind == "dict" else f"{held}.__init__")
    if found is None and name in PLAIN_METHODS:
        return Native(PLAIN_METHODS[name])
    return found


PLAIN_METHODS = {
    "__init__": ".nothing","__str__": "object.__str__", "__repr__": "object.__repr__",
                 "__hash__": "object.__hash__", "__eq__": "object.__eq__",
                 "__setattr__": "object.__setattr__", "__init_subclass__": ".nothing",
                 "__getattribute__": "object.__getattribute__"}  # fmt: skip
_SUPER = {"__init__": ".nothing", "__new__": "", "__init_subclass__": ".nothing",
          "__setattr__": "object.__setattr__", "__getattribute__": "object.__getattribute__",
          "__delattr__": "object.__delattr__", "__eq__": "object.__eq__",
          "__hash__": "object.__hash__", "__str__": "object.__str__",
          "__repr__": "object.__repr__"}  # fmt: skip


def _of_bound(vm: Machine, value: Bound, name: str) -> Any:
    if name == "__self__":
        return value.owner
    if name == "__func__":
        return value.function
    return get_attr(vm, value.function, name)


def _of_native(vm: Machine, value: Native, name: str) -> Any:
    if name in ("__name__", "__qualname__"):
        return value.name.rpartition(".")[2]
    if name == "__module__":
        return value.name.rpartition(".")[0] or "builtins"
    if name == "__doc__":
        return None
    return MISSING


def _of_opaque(vm: Machine, value: Opaque, name: str) -> Any:
    if name.startswith("__") and name.endswith("__"):
        if name in ("__name__", "__qualname__"):
            return value.name.rpartition(".")[2]
        from .releases import said

        return said(vm, value.name, name)
    return Opaque(f"{value.name}.{name}")


def _of_property(vm: Machine, value: Property, name: str) -> Any:
    if name in ("setter", "getter", "deleter") and value.kind == "property":
        return Bound(Native(f"property.{name}"), value)
    return {"fget": value.get, "fset": value.set, "__func__": value.get,
            "__wrapped__": value.get}.get(name, MISSING)  # fmt: skip


def _of_generator(vm: Machine, value: Generator, name: str) -> Any:
    return {"__name__": value.name.rpartition(".")[2], "__qualname__": value.name,
            "gi_running": value.running}.get(name, MISSING)  # fmt: skip


def _of_alias(vm: Machine, value: Alias, name: str) -> Any:
    if name == "__origin__":
        return value.origin
    if name == "__args__":
        return value.args
    return MISSING if value.origin == "|" else get_attr(vm, value.origin, name)


_SPECIAL: dict[type, Any] = {
    Class: _of_class, Function: _of_function, Module: _of_module, Super: _of_super,
    Bound: _of_bound, Native: _of_native, Opaque: _of_opaque, Property: _of_property,
    Generator: _of_generator, Alias: _of_alias,
}  # fmt: skip


def set_attr(vm: Machine, value: Any, name: str, new: Any, plain: bool = False) -> Any:
    """Set an attribute; the result of a call counts for nothing."""
    kind = type(value)
    if kind is Instance:
        cls = value.cls
        if not plain:
            method = lookup(cls, "__setattr__")
            if method is not None and type(method) is Function:
                return after(vm, call(vm, method, [value, name, new], {}), "drop")
        found = lookup(cls, name)
        if type(found) is Property and found.kind == "property":
            if found.set is None:
                raise error("AttributeError", f"property {name!r} of {cls.name!r} object has no "
                                              "setter")  # fmt: skip
            return after(vm, call(vm, found.set, [value, new], {}), "drop")
        if type(found) is Instance:
            method = lookup(found.cls, "__set__")
            if method is not None:
                return after(vm, call(vm, method, [found, value, new], {}), "drop")
        if name == "__class__" and type(new) is Class:
            value.cls = new
            return None
        slots = cls.names.get("__slots__")
        if type(slots) in (list, tuple) and cls.bases == [OBJECT] and name not in slots:
            raise no_attribute(value, name)
        if cls is OBJECT or (
            cls.names.get("__module__") is None and BASE_EXCEPTION not in cls.order
        ):
            raise no_attribute(value, name)
        value.fields[name] = new
        return None
    if kind is Class:
        if value.names.get("__module__") is None or value.names.get(".library"):
            raise error("TypeError", f"cannot set {name!r} attribute of immutable type "
                                     f"{value.name!r}")  # fmt: skip
        value.names[name] = new
        value.eq = value.eq or name == "__eq__"
        return None
    if kind is Module:
        value.names[name] = new
        return None
    if kind is Function:
        _set_function(value, name, new)
        return None
    if kind is Opaque:
        return None
    raise no_attribute(value, name)


def _set_function(value: Function, name: str, new: Any) -> None:
    more = value.more
    if name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(more, name.strip("_"), new)
    elif name == "__annotations__":
        more.annotations = new
    elif name == "__dict__" and type(new) is dict:
        more.fields = new
    else:
        more.fields[name] = new


def delete_attr(vm: Machine, value: Any, name: str) -> Any:
    """Delete an attribute."""
    kind = type(value)
    if kind is Instance:
        method = lookup(value.cls, "__delattr__")
        if method is not None and type(method) is Function:
            return after(vm, call(vm, method, [value, name], {}), "drop")
        found = lookup(value.cls, name)
        if type(found) is Property and found.delete is not None:
            return after(vm, call(vm, found.delete, [value], {}), "drop")
    holder = {Instance: "fields", Class: "names", Module: "names"}.get(kind)
    names = getattr(value, holder) if holder else {}
    if name not in names:
        raise no_attribute(value, name)
    del names[name]
    return None


@follows("has")
def _has(vm: Machine, data: Any, result: Any) -> bool:
    return True


@catches("has")
def _has_not(vm: Machine, data: Any, thrown: Thrown) -> Any:
    return False if is_error(thrown.value, "AttributeError") else None


@follows("default")
def _found(vm: Machine, data: Any, result: Any) -> Any:
    return result


def try_attr(vm: Machine, value: Any, name: str, then: str, data: Any) -> Any:
    """Give an attribute; what a catcher says when there is none."""
    try:
        result = get_attr(vm, value, name)
    except Thrown as thrown:
        return caught(vm, then, data, thrown)
    return after(vm, result, then, data)
