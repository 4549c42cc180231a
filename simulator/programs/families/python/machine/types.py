"""The built-in classes, and which class a value has."""

from __future__ import annotations

from typing import Any

from ....vm import Function, Native, Suspend, single
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
    Super,
    View,
)

CLASSES: dict[str, Class] = {}
"""Built-in classes by name."""


def builtin(name: str, base: Class | None, kind: str = "") -> Class:
    """Make a built-in class."""
    bases = [] if base is None else [base]
    made = Class(name, bases, [], {}, kind or (base.kind if base is not None else ""))
    made.order = [made, *(base.order if base is not None else [])]
    CLASSES[name] = made
    return single(f"py:{name}", made)


OBJECT = builtin("object", None)
TYPE = builtin("type", OBJECT, "type")
INT = builtin("int", OBJECT, "int")
BOOL = builtin("bool", INT, "bool")
FLOAT = builtin("float", OBJECT, "float")
COMPLEX = builtin("complex", OBJECT, "complex")
STR = builtin("str", OBJECT, "str")
BYTES = builtin("bytes", OBJECT, "bytes")
BYTEARRAY = builtin("bytearray", OBJECT, "bytearray")
LIST = builtin("list", OBJECT, "list")
TUPLE = builtin("tuple", OBJECT, "tuple")
DICT = builtin("dict", OBJECT, "dict")
SET = builtin("set", OBJECT, "set")
FROZENSET = builtin("frozenset", OBJECT, "frozenset")
RANGE = builtin("range", OBJECT, "range")
SLICE = builtin("slice", OBJECT, "slice")
NONE = builtin("NoneType", OBJECT)
NOT_IMPLEMENTED_TYPE = builtin("NotImplementedType", OBJECT)
ELLIPSIS_TYPE = builtin("ellipsis", OBJECT)
FUNCTION = builtin("function", OBJECT)
BUILTIN_FUNCTION = builtin("builtin_function_or_method", OBJECT)
METHOD = builtin("method", OBJECT)
GENERATOR = builtin("generator", OBJECT)
COROUTINE = builtin("coroutine", OBJECT)
ASYNC_GENERATOR = builtin("async_generator", OBJECT)
MODULE = builtin("module", OBJECT)
PROPERTY = builtin("property", OBJECT, "property")
CLASSMETHOD = builtin("classmethod", OBJECT, "classmethod")
STATICMETHOD = builtin("staticmethod", OBJECT, "staticmethod")
SUPER = builtin("super", OBJECT, "super")
ALIAS = builtin("GenericAlias", OBJECT)
UNION = builtin("UnionType", OBJECT)
BASE_EXCEPTION = builtin("BaseException", OBJECT, "exception")
KEYS, VALUES, ITEMS = (builtin(f"dict_{name}", OBJECT) for name in ("keys", "values", "items"))
ITERATORS = {
    kind: builtin(name, OBJECT)
    for kind, name in (
        ("seq", "list_iterator"),
        ("keys", "dict_keyiterator"),
        ("reversed", "list_reverseiterator"),
        ("zip", "zip"),
        ("enumerate", "enumerate"),
        ("count", "count"),
    )
}
for _cls in CLASSES.values():
    _cls.meta = TYPE

NOT_IMPLEMENTED = single("py:NotImplemented", Instance(NOT_IMPLEMENTED_TYPE, {}))
ELLIPSIS = single("py:Ellipsis", Instance(ELLIPSIS_TYPE, {}))

_BY_TYPE: dict[type, Class] = {
    bool: BOOL, int: INT, float: FLOAT, str: STR, bytes: BYTES, list: LIST, tuple: TUPLE,
    dict: DICT, type(None): NONE, ByteArray: BYTEARRAY, Range: RANGE, Slice: SLICE,
    Function: FUNCTION, Native: BUILTIN_FUNCTION, Bound: METHOD, Module: MODULE, Super: SUPER,
    Opaque: OBJECT, Suspend: OBJECT,
}  # fmt: skip
_VIEWS = {"keys": KEYS, "values": VALUES, "items": ITEMS}
_BULKS = {"str": STR, "bytes": BYTES, "bytearray": BYTEARRAY, "list": LIST}


def type_of(value: Any) -> Class:
    """Give the class of a value."""
    kind = type(value)
    if kind is Instance:
        return value.cls  # type: ignore[no-any-return]
    found = _BY_TYPE.get(kind)
    if found is not None:
        return found
    return _odd_type(value, kind)


def _odd_type(value: Any, kind: type) -> Class:
    if kind is Class:
        return value.meta or TYPE
    if kind is Set:
        return FROZENSET if value.frozen else SET
    if kind is Generator:
        return {"coroutine": COROUTINE, "async": ASYNC_GENERATOR}.get(value.kind, GENERATOR)
    if kind is Property:
        return CLASSES[value.kind]
    if kind is View:
        return _VIEWS[value.kind]
    if kind is Iter:
        return ITERATORS.get(value.kind, OBJECT)
    if kind is Bulk:
        return _BULKS[value.kind]
    if kind is Alias:
        return UNION if value.origin == "|" else ALIAS
    return OBJECT


def name_of(value: Any) -> str:
    """Give the name of a value's class, for messages."""
    return type_of(value).name


def is_kind(value: Any, cls: Class) -> bool:
    """Tell whether a value is of a class or of one derived from it."""
    return cls in type_of(value).order
