"""Promise, queueMicrotask and structuredClone."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Machine, Thrown
from .calls import call, proto_for
from .convert import to_text
from .errors import throw
from .inspect import brief, inspect
from .intrinsics import intrinsic
from .natives_core import arg
from .objects import class_name, get_now, is_callable, keys_of, make_array, make_object
from .promises import REJECTED, new_promise, react, rejected, resolved, settle, settlers
from .registry import constant, constructor, native
from .values import NULL, Arr, Obj


@constructor("Promise", 1)
def _promise(vm: Any, args: list[Any], target: Any) -> Any:
    if not is_callable(arg(args, 0)):
        raise throw(vm, "TypeError",
                    f"Promise resolver {to_text(vm, arg(args, 0))} is not a function"
                    if not isinstance(arg(args, 0), Obj)
                    else "Promise resolver #<Object> is not a function")  # fmt: skip
    made = new_promise(vm, proto_for(vm, target, "Promise"))
    does, fails = settlers(vm, made)
    try:
        said = call(vm, args[0], None, [does, fails])
    except Thrown as error:
        settle(vm, made, REJECTED, error.value)
        return made
    if isinstance(said, Enter):
        frame = said.frame
        frame.then, frame.more = "executor", [made, fails]
        return said
    return made


constant("Promise.prototype.@@toStringTag", "Promise")


@native("Promise.prototype.then", 2)
def _then(vm: Any, this: Any, args: list[Any]) -> Any:
    if not isinstance(this, Obj) or this.kind != "Promise":
        raise throw(
            vm, "TypeError", "Method Promise.prototype.then called on incompatible receiver"
        )
    derived = new_promise(vm, this.proto)
    react(vm, this, ["then", arg(args, 0), arg(args, 1), derived])
    return derived


@native("Promise.prototype.catch", 1)
def _catch(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, get_now(vm, this, "then"), this, [None, arg(args, 0)])


@native("Promise.resolve", 1)
def _resolve(vm: Any, this: Any, args: list[Any]) -> Any:
    return resolved(vm, arg(args, 0))


@native("Promise.reject", 1)
def _reject(vm: Any, this: Any, args: list[Any]) -> Any:
    return rejected(vm, arg(args, 0))


@native("Promise.withResolvers")
def _with_resolvers(vm: Any, this: Any, args: list[Any]) -> Any:
    made = new_promise(vm)
    does, fails = settlers(vm, made)
    return make_object(vm, {"promise": made, "resolve": does, "reject": fails})


@native("queueMicrotask", 1)
def _queue(vm: Any, this: Any, args: list[Any]) -> None:
    if not is_callable(arg(args, 0)):
        raise throw(vm, "TypeError", 'The "callback" argument must be of type function. Received '
                    + received(vm, arg(args, 0)), code="ERR_INVALID_ARG_TYPE")  # fmt: skip
    vm.root.setdefault("micro", []).append(["call", args[0]])


def received(vm: Machine, value: Any) -> str:
    """Say what was given where something else was wanted, as Node does."""
    if value is None or value is NULL:
        return "undefined" if value is None else "null"
    if is_callable(value):
        return f"function {get_now(vm, value, 'name')}"
    if isinstance(value, Obj):
        name = class_name(vm, value)
        return f"an instance of {name}" if name else inspect(vm, value)
    shown = inspect(vm, value)
    shown = shown[:25] + "..." if len(shown) > 28 else shown
    kind = {"str": "string", "int": "number", "float": "number", "bool": "boolean"}
    return f"type {kind.get(type(value).__name__, 'object')} ({shown})"


@native("structuredClone", 1)
def _clone(vm: Any, this: Any, args: list[Any]) -> Any:
    return clone(vm, arg(args, 0), [], 0)


def clone(vm: Machine, value: Any, known: list[tuple[Any, Any]], depth: int) -> Any:
    """Copy a value with all that hangs on it; raises Thrown for functions."""
    if not isinstance(value, Obj):
        return value
    for old, made in known:
        if old is value:
            return made
    if depth > 200:
        raise throw(vm, "RangeError", "Maximum call stack size exceeded")
    if is_callable(value):
        raise throw(vm, "Error", f"{brief(vm, value)} could not be cloned.")
    if isinstance(value, Arr):
        copy: Any = make_array(vm, [])
        known.append((value, copy))
        copy.items.extend(clone(vm, one, known, depth + 1) for one in value.items)
        return copy
    copy = make_object(vm)
    copy.kind = value.kind
    known.append((value, copy))
    if value.kind in ("Map", "Set"):
        copy.proto = intrinsic(vm, f"{value.kind}.prototype")
        copy.data = [dict(value.data[0]),
                     [[clone(vm, k, known, depth + 1), clone(vm, v, known, depth + 1)]
                      for k, v in value.data[1]]]  # fmt: skip
    elif value.kind in ("Date", "RegExp", "Error"):
        copy.proto, copy.data = value.proto, value.data
        copy.props.update(value.props)
        return copy
    for key in keys_of(vm, value):
        copy.props[key] = clone(vm, get_now(vm, value, key), known, depth + 1)
    return copy
