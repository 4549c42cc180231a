"""Reflect, Proxy and the global functions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote_to_bytes

from .calls import call, construct
from .convert import to_key, to_number, to_text
from .errors import throw
from .iterate import listed
from .natives_core import arg, define_property, to_object
from .numbers import parse_float, parse_int
from .objects import delete, get, has, keys_of, make_array, put_now
from .registry import constant, constructor, namespace, native
from .values import NULL, Obj, plain, units

# Reflect and Proxy

namespace("Reflect")


@native("Reflect.get", 2)
def _reflect_get(vm: Any, this: Any, args: list[Any]) -> Any:
    return get(vm, args[0], to_key(vm, arg(args, 1)))


@native("Reflect.set", 3)
def _reflect_set(vm: Any, this: Any, args: list[Any]) -> bool:
    put_now(vm, args[0], to_key(vm, arg(args, 1)), arg(args, 2))
    return True


@native("Reflect.has", 2)
def _reflect_has(vm: Any, this: Any, args: list[Any]) -> bool:
    return has(vm, args[0], to_key(vm, arg(args, 1)))


@native("Reflect.deleteProperty", 2)
def _reflect_delete(vm: Any, this: Any, args: list[Any]) -> bool:
    return delete(vm, args[0], to_key(vm, arg(args, 1)))


@native("Reflect.ownKeys", 1)
def _reflect_keys(vm: Any, this: Any, args: list[Any]) -> Any:
    return make_array(vm, keys_of(vm, to_object(vm, arg(args, 0)), symbols=True, hidden=True))


@native("Reflect.apply", 3)
def _reflect_apply(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, args[0], arg(args, 1), listed(vm, arg(args, 2)))


@native("Reflect.construct", 2)
def _reflect_construct(vm: Any, this: Any, args: list[Any]) -> Any:
    return construct(vm, args[0], listed(vm, arg(args, 1)), arg(args, 2))


@native("Reflect.getPrototypeOf", 1)
def _reflect_proto(vm: Any, this: Any, args: list[Any]) -> Any:
    return to_object(vm, arg(args, 0)).proto or NULL


@native("Reflect.defineProperty", 3)
def _reflect_define(vm: Any, this: Any, args: list[Any]) -> bool:
    define_property(vm, args[0], to_key(vm, arg(args, 1)), arg(args, 2))
    return True


@constructor("Proxy", 2)
def _proxy(vm: Any, args: list[Any], target: Any) -> Any:
    if not isinstance(arg(args, 0), Obj) or not isinstance(arg(args, 1), Obj):
        raise throw(vm, "TypeError", "Cannot create proxy with a non-object as target or handler")
    return Obj(args[0].proto, "Proxy", [args[0], args[1]])


# Global functions


@native("parseInt", 2)
def _parse_int(vm: Any, this: Any, args: list[Any]) -> Any:
    radix = to_number(vm, args[1]) if len(args) > 1 else 0
    return parse_int(to_text(vm, arg(args, 0)), int(radix) if radix == radix else 0)


@native("parseFloat", 1)
def _parse_float(vm: Any, this: Any, args: list[Any]) -> Any:
    return parse_float(to_text(vm, arg(args, 0)))


@native("isNaN", 1)
def _is_nan(vm: Any, this: Any, args: list[Any]) -> bool:
    value = to_number(vm, arg(args, 0))
    return value != value


@native("isFinite", 1)
def _is_finite(vm: Any, this: Any, args: list[Any]) -> bool:
    value = to_number(vm, arg(args, 0))
    return value - value == 0


@native("encodeURIComponent", 1)
def _encode_component(vm: Any, this: Any, args: list[Any]) -> str:
    return quote(plain(to_text(vm, arg(args, 0))), safe="!'()*-._~")


@native("encodeURI", 1)
def _encode(vm: Any, this: Any, args: list[Any]) -> str:
    return quote(plain(to_text(vm, arg(args, 0))), safe="!'()*-._~;/?:@&=+$,#")


@native("decodeURI", 1)
@native("decodeURIComponent", 1)
def _decode(vm: Any, this: Any, args: list[Any]) -> str:
    try:
        return units(unquote_to_bytes(plain(to_text(vm, arg(args, 0)))).decode("utf-8"))
    except UnicodeDecodeError:
        raise throw(vm, "URIError", "URI malformed") from None


constant("NaN", float("nan"))
constant("Infinity", float("inf"))
constant("undefined", None)
