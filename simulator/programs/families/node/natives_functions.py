"""Function, the errors, Symbol and Boolean."""

from __future__ import annotations

from typing import Any

from .calls import call, construct, proto_for
from .convert import to_text, truthy
from .errors import capture, text_of_error, throw
from .intrinsics import ERRORS, intrinsic, native_of
from .iterate import listed
from .natives_core import arg
from .objects import get_now, has, is_callable, make_array, set_hidden
from .registry import constant, constructor, hidden, native
from .values import WELL_KNOWN, Arr, Fn, Obj, Prop, Symbol, units

# Function


@native("Function.prototype.call", 1)
def _call(vm: Any, this: Any, args: list[Any]) -> Any:
    return call(vm, this, arg(args, 0), args[1:])


@native("Function.prototype.apply", 2)
def _apply(vm: Any, this: Any, args: list[Any]) -> Any:
    rows = arg(args, 1)
    items = list(rows.items) if isinstance(rows, Arr) else (
        listed(vm, rows) if isinstance(rows, Obj) else [])  # fmt: skip
    return call(vm, this, arg(args, 0), items)


@hidden("bound")
def _bound(vm: Any, fn: Any, given: list[Any]) -> Any:
    inner, this, first = fn.data
    return call(vm, inner, this, [*first, *given[1]])


@native("Function.prototype.bind", 1)
def _bind(vm: Any, this: Any, args: list[Any]) -> Any:
    if not is_callable(this):
        raise throw(vm, "TypeError", "Bind must be called on a function")
    made = native_of(vm, "bound", [this, arg(args, 0), args[1:]])
    made.props["name"] = Prop(f"bound {get_now(vm, this, 'name')}", writable=False)
    length = get_now(vm, this, "length")
    made.props["length"] = Prop(max(0, length - max(0, len(args) - 1))
                                if type(length) is int else 0, writable=False)  # fmt: skip
    return made


@native("Function.prototype.toString")
def _function_text(vm: Any, this: Any, args: list[Any]) -> str:
    if isinstance(this, Fn) and not this.source.startswith("node:internal/"):
        return units(vm.code(this.source, this.code).info.text)
    return f"function {get_now(vm, this, 'name')}() {{ [native code] }}"


@native("Function.prototype.@@hasInstance", 1)
def _has_instance(vm: Any, this: Any, args: list[Any]) -> bool:
    proto = get_now(vm, this, "prototype")
    obj = arg(args, 0)
    above = obj.proto if isinstance(obj, Obj) else None
    while above is not None:
        if above is proto:
            return True
        above = above.proto
    return False


@constructor("Function", 1)
def _function(vm: Any, args: list[Any], target: Any) -> Any:
    raise throw(vm, "EvalError", "Code generation from strings disallowed for this context")


@native("eval", 1)
def _eval(vm: Any, this: Any, args: list[Any]) -> Any:
    """Refuse.

    # Simplified: `eval` and `new Function` of modelled JavaScript throw an EvalError.
    """
    return _function(vm, args, None)


# Errors


def _errors() -> None:
    for name in ("Error", *ERRORS):
        if name == "SystemError":
            continue

        def make(vm: Any, args: list[Any], target: Any, name: str = name) -> Any:
            error = Obj(proto_for(vm, target, name), "Error")
            rows = args
            if name == "AggregateError":
                rows = args[1:]
            set_hidden(error, "stack", None)
            if arg(rows, 0) is not None:
                set_hidden(error, "message", to_text(vm, rows[0]))
            options = arg(rows, 1)
            if isinstance(options, Obj) and has(vm, options, "cause"):
                set_hidden(error, "cause", get_now(vm, options, "cause"))
            if name == "AggregateError":
                set_hidden(error, "errors", make_array(vm, listed(vm, arg(args, 0))))
            capture(vm, error)
            return error

        def plain_call(vm: Any, this: Any, args: list[Any], name: str = name) -> Any:
            return construct(vm, intrinsic(vm, name), args)

        native(name, 1)(plain_call)
        constructor(name, 1)(make)
        constant(f"{name}.prototype.name", name)
        constant(f"{name}.prototype.message", "")


_errors()


@native("Error.captureStackTrace", 2)
def _capture(vm: Any, this: Any, args: list[Any]) -> None:
    if isinstance(arg(args, 0), Obj):
        set_hidden(args[0], "stack", None)
        capture(vm, args[0])


@native("Error.prototype.toString")
def _error_text(vm: Any, this: Any, args: list[Any]) -> str:
    return text_of_error(vm, this)


# Symbols, booleans


@native("Symbol")
def _symbol(vm: Any, this: Any, args: list[Any]) -> Symbol:
    return Symbol(None if arg(args, 0) is None else to_text(vm, args[0]))


@constructor("Symbol")
def _new_symbol(vm: Any, args: list[Any], target: Any) -> Any:
    raise throw(vm, "TypeError", "Symbol is not a constructor")


for _name, _symbol_value in WELL_KNOWN.items():
    constant(f"Symbol.{_name}", _symbol_value)


@native("Symbol.for", 1)
def _symbol_for(vm: Any, this: Any, args: list[Any]) -> Any:
    from .values import CUSTOM

    name = to_text(vm, arg(args, 0))
    if name == CUSTOM.name:
        return CUSTOM
    known = vm.root.setdefault("symbols", {})
    if name not in known:
        known[name] = Symbol(name)
    return known[name]


@native("Symbol.prototype.toString")
def _symbol_text(vm: Any, this: Any, args: list[Any]) -> str:
    symbol = this.data if isinstance(this, Obj) else this
    return f"Symbol({symbol.name or ''})"


@native("Boolean", 1)
def _boolean(vm: Any, this: Any, args: list[Any]) -> bool:
    return truthy(arg(args, 0))


@constructor("Boolean", 1)
def _new_boolean(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(proto_for(vm, target, "Boolean"), "Boolean", truthy(arg(args, 0)))


@native("Boolean.prototype.toString")
def _boolean_text(vm: Any, this: Any, args: list[Any]) -> str:
    return "true" if (this.data if isinstance(this, Obj) else this) else "false"


@native("Boolean.prototype.valueOf")
def _boolean_value(vm: Any, this: Any, args: list[Any]) -> bool:
    return bool(this.data if isinstance(this, Obj) else this)
