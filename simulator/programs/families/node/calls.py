"""Calling and constructing."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Frame, Machine, Scope, Thrown
from ...vm.faults import note
from .errors import throw
from .intrinsics import intrinsic
from .objects import get_now, is_callable, make_array
from .registry import CONSTRUCTS, NATIVES
from .values import NULL, TDZ, Arr, Fn, Intrinsic, Obj


def call(vm: Machine, fn: Any, this: Any, args: list[Any], shown: str = "") -> Any:
    """Call a value: the result, an Enter or a Suspend; raises Thrown. shown: its source text."""
    kind = type(fn)
    if kind is Fn:
        return enter(vm, fn, this, args)
    if kind is Intrinsic and fn.kind == "Function":
        vm.ops += 3
        try:
            if fn.data is None:
                return NATIVES[fn.name][0](vm, this, args)
            return NATIVES[fn.name][0](vm, fn, [this, args])
        except WRONG as error:
            note(error, __package__)
            raise _incompatible(vm, fn, this) from None
    if isinstance(fn, Obj) and fn.kind == "Proxy" and is_callable(fn):
        from .objects import proxy_trap

        return proxy_trap(vm, fn, "apply", [this, make_array(vm, args)])
    raise throw(vm, "TypeError", f"{shown or describe(vm, fn)} is not a function")


WRONG = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What a function of the library meets that is called on or with what it is not made for."""


def _incompatible(vm: Machine, fn: Intrinsic, this: Any) -> Thrown:
    shown = describe(vm, this) if len(describe(vm, this)) < 200 else "#<Object>"
    return throw(vm, "TypeError", f"Method {fn.name} called on incompatible receiver {shown}")


def describe(vm: Machine, value: Any) -> str:
    """Write a value as messages about it do."""
    from .inspect import brief

    return brief(vm, value)


def enter(vm: Machine, fn: Fn, this: Any, args: list[Any], target: Any = None) -> Any:
    """Begin a call of a function of the program."""
    info = vm.code(fn.source, fn.code).info
    if target is None and info.kind in ("class", "derived"):
        name = vm.code(fn.source, fn.code).name
        raise throw(vm, "TypeError", f"Class constructor {name} cannot be invoked without 'new'")
    scope = Scope(_names(vm, fn, info, this, args, target), fn.scope)
    frame = Frame(fn.source, fn.code, scope)
    if info.generator:
        return _generator(vm, fn, frame, info.asynchronous)
    if info.asynchronous:
        from .promises import new_promise

        frame.then, frame.more = "async", [new_promise(vm), "running", False]
    return Enter(frame)


def _names(
    vm: Machine, fn: Fn, info: Any, this: Any, args: list[Any], target: Any
) -> dict[str, Any]:
    params = info.params
    if info.simple:
        names = dict(zip(params, args, strict=False))
        for missing in params[len(args) :]:
            names[missing] = None
    else:
        names = dict.fromkeys(params, TDZ)
        names["%args"] = args
    for name in info.vars:
        if name not in names:
            names[name] = None
    if info.uses_this:
        if this is None and not info.strict:
            this = intrinsic(vm, "globalThis")
        names["this"] = this
    if info.uses_arguments and "arguments" not in params:
        made = Arr(intrinsic(vm, "Object.prototype"), list(args))
        made.kind = "Arguments"
        names["arguments"] = made
    if info.uses_fn:
        names["%fn"] = fn
    if info.uses_home:
        names["%home"] = fn.home
    if info.uses_target:
        names["%target"] = target
    if info.self_name:
        names.setdefault(info.self_name, fn)
    return names


def _generator(vm: Machine, fn: Fn, frame: Frame, asynchronous: bool) -> Obj:
    proto = get_now(vm, fn, "prototype")
    if not isinstance(proto, Obj):
        proto = intrinsic(vm, "Generator.prototype")
    made = Obj(proto, "Generator", ["start", frame])
    frame.then, frame.more = "generator", made
    if not asynchronous:
        return made
    made.proto = intrinsic(vm, "Generator.prototype")
    return Obj(intrinsic(vm, "AsyncGenerator.prototype"), "AsyncGenerator", [made, None])


def construct(vm: Machine, fn: Any, args: list[Any], target: Any = None, shown: str = "") -> Any:
    """Do what `new` does: an object, or an Enter that makes one."""
    target = fn if target is None else target
    if type(fn) is Fn:
        code = vm.code(fn.source, fn.code)
        if not code.info.constructs:
            raise throw(vm, "TypeError", f"{shown or code.name} is not a constructor")
        derived = code.info.kind == "derived"
        this = TDZ if derived else Obj(proto_for(vm, target, "Object"))
        made = enter(vm, fn, this, args, target)
        made.frame.then = "new"
        made.frame.more = [this, made.frame.scope]
        return made
    if type(fn) is Intrinsic and fn.name == "bound":
        inner, _, first = fn.data
        return construct(vm, inner, [*first, *args], inner if target is fn else target)
    if type(fn) is Intrinsic and fn.name in CONSTRUCTS:
        try:
            return CONSTRUCTS[fn.name](vm, args, target)
        except WRONG as error:
            note(error, __package__)
            raise _incompatible(vm, fn, arg_of(args)) from None
    if isinstance(fn, Obj) and fn.kind == "Proxy" and is_callable(fn):
        from .objects import proxy_trap

        return proxy_trap(vm, fn, "construct", [make_array(vm, args), target])
    raise throw(vm, "TypeError", f"{shown or describe(vm, fn)} is not a constructor")


def arg_of(args: list[Any]) -> Any:
    """Give the first argument."""
    return args[0] if args else None


def is_constructor(vm: Machine, value: Any) -> bool:
    """Tell whether `new` may be used."""
    if type(value) is Fn:
        return bool(vm.code(value.source, value.code).info.constructs)
    return type(value) is Intrinsic and (value.name in CONSTRUCTS or value.name == "bound")


def proto_for(vm: Machine, target: Any, name: str) -> Obj:
    """Give the prototype of what `new target` makes."""
    if type(target) is Intrinsic and target.name == name:
        return intrinsic(vm, f"{name}.prototype")  # type: ignore[no-any-return]
    proto = get_now(vm, target, "prototype") if isinstance(target, Obj) else None
    return proto if isinstance(proto, Obj) else intrinsic(vm, f"{name}.prototype")


def instance_of(vm: Machine, value: Any, kind: Any) -> bool:
    """Tell what `instanceof` does."""
    from .convert import truthy
    from .values import WELL_KNOWN

    if not isinstance(kind, Obj):
        raise throw(vm, "TypeError", "Right-hand side of 'instanceof' is not an object"
                    if not is_callable(kind) else "")  # fmt: skip
    own = get_now(vm, kind, WELL_KNOWN["hasInstance"])
    if is_callable(own):
        return truthy(vm.call_now(own, [value], {"this": kind}))
    if not is_callable(kind):
        raise throw(vm, "TypeError", "Right-hand side of 'instanceof' is not callable")
    if type(kind) is Intrinsic and kind.name == "bound":
        return instance_of(vm, value, kind.data[0])
    wanted = get_now(vm, kind, "prototype")
    proto = value.proto if isinstance(value, Obj) else None
    while proto is not None:
        if proto is wanted:
            return True
        proto = proto.proto
    return False


def need_object(vm: Machine, value: Any, what: str) -> None:
    """Refuse undefined and null."""
    if value is None or value is NULL:
        raise throw(vm, "TypeError", f"Cannot {what} of {'undefined' if value is None else 'null'}")
