"""Object, Function, Error, Symbol, Boolean, Reflect, Proxy, and the global functions."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Machine
from .calls import call, proto_for
from .convert import same_value_zero, to_key, to_text, truthy
from .errors import throw
from .intrinsics import intrinsic
from .iterate import listed
from .objects import get_now, has, is_callable, keys_of, make_array, make_object, own, put, put_now
from .registry import constructor, native
from .values import (
    MISSING,
    NULL,
    WELL_KNOWN,
    Arr,
    BigInt,
    Obj,
    Prop,
    Symbol,
)


def arg(args: list[Any], at: int) -> Any:
    """Give an argument, undefined when it is missing."""
    return args[at] if at < len(args) else None


def to_object(vm: Machine, value: Any) -> Obj:
    """Turn a value into an object; raises Thrown for undefined and null."""
    if isinstance(value, Obj):
        return value
    if value is None or value is NULL:
        raise throw(vm, "TypeError", "Cannot convert undefined or null to object")
    kind = {str: "String", bool: "Boolean", Symbol: "Symbol", BigInt: "BigInt"}.get(
        type(value), "Number")  # fmt: skip
    return Obj(intrinsic(vm, f"{kind}.prototype"), kind, value)


@native("Object", 1)
def _object(vm: Any, this: Any, args: list[Any]) -> Any:
    value = arg(args, 0)
    return make_object(vm) if value is None or value is NULL else to_object(vm, value)


@constructor("Object", 1)
def _new_object(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(proto_for(vm, target, "Object")) if not args else _object(vm, None, args)


for _name in ("keys", "values", "entries"):

    def _listing(name: str = _name) -> None:
        @native(f"Object.{name}", 1)
        def make(vm: Any, this: Any, args: list[Any]) -> Any:
            obj = to_object(vm, arg(args, 0))
            if obj.kind == "Proxy":
                return _of_proxy(vm, obj, name)
            keys = keys_of(vm, obj)
            if name == "keys":
                return make_array(vm, keys)
            values = [get_now(vm, obj, key) for key in keys]
            if name == "values":
                return make_array(vm, values)
            rows = zip(keys, values, strict=True)
            return make_array(vm, [make_array(vm, [key, value]) for key, value in rows])

    _listing()


def _of_proxy(vm: Machine, proxy: Obj, name: str) -> Any:
    from .objects import proxy_trap

    said = proxy_trap(vm, proxy, "ownKeys", [])
    keys = listed(vm, vm.finish_call(said) if isinstance(said, Enter) else said)
    keys = [key for key in keys if type(key) is str]
    if name == "keys":
        return make_array(vm, keys)
    values = [get_now(vm, proxy, key) for key in keys]
    if name == "values":
        return make_array(vm, values)
    return make_array(vm, [make_array(vm, [k, v]) for k, v in zip(keys, values, strict=True)])


@native("Object.assign", 2)
def _assign(vm: Any, this: Any, args: list[Any]) -> Any:
    target = to_object(vm, arg(args, 0))
    for source in args[1:]:
        if isinstance(source, Obj):
            for key in keys_of(vm, source, symbols=True):
                put_now(vm, target, key, get_now(vm, source, key))
    return target


@native("Object.create", 2)
def _create(vm: Any, this: Any, args: list[Any]) -> Any:
    proto = arg(args, 0)
    if proto is not NULL and not isinstance(proto, Obj):
        raise throw(vm, "TypeError", "Object prototype may only be an Object or null: "
                    + to_text(vm, proto))  # fmt: skip
    made = Obj(proto if isinstance(proto, Obj) else None)
    if isinstance(arg(args, 1), Obj):
        _define_all(vm, made, args[1])
    return made


def define_property(vm: Machine, obj: Obj, key: Any, row: Any) -> None:
    """Do what `Object.defineProperty` does."""
    if not isinstance(row, Obj):
        raise throw(vm, "TypeError", f"Property description must be an object: {to_text(vm, row)}")
    old = own(vm, obj, key)
    if type(old) is Prop and not old.configurable and not (old.writable and has(vm, row, "value")):
        raise throw(vm, "TypeError", f"Cannot redefine property: {to_text(vm, key)}"
                    if type(key) is str else "Cannot redefine property")  # fmt: skip
    if old is MISSING and not obj.open:
        raise throw(vm, "TypeError", f"Cannot define property {key}, object is not extensible")
    made = Prop(writable=False, configurable=False)
    if type(old) is Prop:
        made = Prop(old.value, get=old.get, set=old.set, accessor=old.accessor,
                    writable=old.writable, enumerable=old.enumerable,
                    configurable=old.configurable)  # fmt: skip
    elif old is not MISSING:
        made = Prop(old, enumerable=True)
    for name in ("writable", "enumerable", "configurable"):
        if has(vm, row, name):
            setattr(made, name, truthy(get_now(vm, row, name)))
    if has(vm, row, "get") or has(vm, row, "set"):
        made.accessor = True
        for name in ("get", "set"):
            if has(vm, row, name):
                setattr(made, name, get_now(vm, row, name))
    elif has(vm, row, "value"):
        made.accessor, made.value = False, get_now(vm, row, "value")
    if isinstance(obj, Arr) and type(key) is str and (key.isdigit() or key == "length"):
        put(vm, obj, key, made.value)
        return
    simple = made.writable and made.enumerable and made.configurable and not made.accessor
    obj.props[key] = made.value if simple else made


@native("Object.defineProperty", 3)
def _define(vm: Any, this: Any, args: list[Any]) -> Any:
    if not isinstance(arg(args, 0), Obj):
        raise throw(vm, "TypeError", "Object.defineProperty called on non-object")
    define_property(vm, args[0], to_key(vm, arg(args, 1)), arg(args, 2))
    return args[0]


def _define_all(vm: Machine, obj: Obj, rows: Obj) -> None:
    for key in keys_of(vm, rows, symbols=True):
        define_property(vm, obj, key, get_now(vm, rows, key))


@native("Object.defineProperties", 2)
def _defines(vm: Any, this: Any, args: list[Any]) -> Any:
    _define_all(vm, to_object(vm, arg(args, 0)), to_object(vm, arg(args, 1)))
    return args[0]


@native("Object.getPrototypeOf", 1)
def _get_proto(vm: Any, this: Any, args: list[Any]) -> Any:
    return to_object(vm, arg(args, 0)).proto or NULL


@native("Object.setPrototypeOf", 2)
def _set_proto(vm: Any, this: Any, args: list[Any]) -> Any:
    obj, proto = arg(args, 0), arg(args, 1)
    above: Any = proto if isinstance(proto, Obj) else None
    while above is not None:
        if above is obj:
            raise throw(vm, "TypeError", "Cyclic __proto__ value")
        above = above.proto
    if isinstance(obj, Obj):
        obj.proto = proto if isinstance(proto, Obj) else None
    return obj


def _descriptor(vm: Machine, obj: Obj, key: Any) -> Any:
    found = own(vm, obj, key)
    if found is MISSING:
        return None
    row = found if type(found) is Prop else Prop(found, enumerable=True)
    if row.accessor:
        first = {"get": row.get, "set": row.set}
    else:
        first = {"value": row.value, "writable": row.writable}
    return make_object(vm, {**first, "enumerable": row.enumerable,
                            "configurable": row.configurable})  # fmt: skip


@native("Object.getOwnPropertyDescriptor", 2)
def _get_descriptor(vm: Any, this: Any, args: list[Any]) -> Any:
    return _descriptor(vm, to_object(vm, arg(args, 0)), to_key(vm, arg(args, 1)))


@native("Object.getOwnPropertyDescriptors", 1)
def _descriptors(vm: Any, this: Any, args: list[Any]) -> Any:
    obj = to_object(vm, arg(args, 0))
    keys = keys_of(vm, obj, symbols=True, hidden=True)
    return make_object(vm, {key: _descriptor(vm, obj, key) for key in keys})


@native("Object.getOwnPropertyNames", 1)
def _names(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, keys_of(vm, to_object(vm, arg(args, 0)), hidden=True))


@native("Object.getOwnPropertySymbols", 1)
def _symbols(vm: Any, this: Any, args: list[Any]) -> Any:
    keys = keys_of(vm, to_object(vm, arg(args, 0)), symbols=True, hidden=True)
    return make_array(vm, [key for key in keys if type(key) is Symbol])


@native("Object.freeze", 1)
def _freeze(vm: Any, this: Any, args: list[Any]) -> Any:
    obj = arg(args, 0)
    if isinstance(obj, Obj):
        obj.open = False
        if isinstance(obj, Arr):
            obj.data = "frozen"
        for key, value in list(obj.props.items()):
            made = value if type(value) is Prop else Prop(value, enumerable=True)
            obj.props[key] = Prop(made.value, get=made.get, set=made.set, accessor=made.accessor,
                                  enumerable=made.enumerable, writable=False,
                                  configurable=False)  # fmt: skip
    return obj


@native("Object.seal", 1)
@native("Object.preventExtensions", 1)
def _seal(vm: Any, this: Any, args: list[Any]) -> Any:
    if isinstance(arg(args, 0), Obj):
        args[0].open = False
    return arg(args, 0)


@native("Object.isFrozen", 1)
def _is_frozen(vm: Any, this: Any, args: list[Any]) -> bool:
    obj = arg(args, 0)
    return not isinstance(obj, Obj) or (not obj.open and all(
        type(one) is Prop and not one.configurable for one in obj.props.values()))  # fmt: skip


@native("Object.isSealed", 1)
def _is_sealed(vm: Any, this: Any, args: list[Any]) -> bool:
    return not isinstance(arg(args, 0), Obj) or not args[0].open


@native("Object.isExtensible", 1)
def _is_extensible(vm: Any, this: Any, args: list[Any]) -> bool:
    return isinstance(arg(args, 0), Obj) and args[0].open


@native("Object.is", 2)
def _is(vm: Any, this: Any, args: list[Any]) -> bool:
    a, b = arg(args, 0), arg(args, 1)
    if a == 0 and b == 0 and type(a) in (int, float) and type(b) in (int, float):
        return str(float(a)) == str(float(b))
    return same_value_zero(a, b)


@native("Object.hasOwn", 2)
def _has_own(vm: Any, this: Any, args: list[Any]) -> bool:
    return own(vm, to_object(vm, arg(args, 0)), to_key(vm, arg(args, 1))) is not MISSING


@native("Object.fromEntries", 1)
def _from_entries(vm: Any, this: Any, args: list[Any]) -> Any:
    made = make_object(vm)
    for row in listed(vm, arg(args, 0)):
        made.props[to_key(vm, get_now(vm, row, "0"))] = get_now(vm, row, "1")
    return made


@native("Object.prototype.hasOwnProperty", 1)
def _has_own_property(vm: Any, this: Any, args: list[Any]) -> bool:
    return own(vm, to_object(vm, this), to_key(vm, arg(args, 0))) is not MISSING


@native("Object.prototype.propertyIsEnumerable", 1)
def _enumerable(vm: Any, this: Any, args: list[Any]) -> bool:
    return to_key(vm, arg(args, 0)) in keys_of(vm, to_object(vm, this), symbols=True)


@native("Object.prototype.isPrototypeOf", 1)
def _is_proto(vm: Any, this: Any, args: list[Any]) -> bool:
    obj = arg(args, 0)
    proto = obj.proto if isinstance(obj, Obj) else None
    while proto is not None:
        if proto is this:
            return True
        proto = proto.proto
    return False


@native("Object.prototype.toString")
def _to_string(vm: Any, this: Any, args: list[Any]) -> str:
    if this is None or this is NULL:
        return f"[object {'Undefined' if this is None else 'Null'}]"
    tag = get_now(vm, this, WELL_KNOWN["toStringTag"])
    if not isinstance(tag, str):
        obj = to_object(vm, this)
        known = ("Array", "Function", "Error", "Boolean", "Number", "String", "Date", "RegExp",
                 "Arguments")  # fmt: skip
        tag = "Function" if is_callable(obj) else obj.kind if obj.kind in known else "Object"
    return f"[object {tag}]"


@native("Object.prototype.toLocaleString")
def _to_locale(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, get_now(vm, this, "toString"), this, [])


@native("Object.prototype.valueOf")
def _value_of(vm: Any, this: Any, args: list[Any]) -> Any:
    return to_object(vm, this)
