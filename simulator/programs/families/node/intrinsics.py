"""The library's objects and functions in a program: made when they are first asked for."""

from __future__ import annotations

from typing import Any

from ...vm import Machine
from .registry import CONSTRUCTS, NATIVES, SCRIPTED, TABLES
from .values import MISSING, Fn, Intrinsic, Prop

PROTOTYPES = {
    "Object.prototype": None,
    "GeneratorFunction.prototype": "Function.prototype",
}
ERRORS = ("TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError",
          "AggregateError", "SystemError")  # fmt: skip


def intrinsic(vm: Machine, name: str) -> Any:
    """Give an object or function of the library; each program has its own."""
    made = vm.root.get("%")
    if made is None:
        made = vm.root["%"] = {}
    found = made.get(name)
    if found is None:
        if name in SCRIPTED:
            source, function = SCRIPTED[name]
            found = internal(vm, source, function)
            found.props["name"] = Prop(name.rpartition(".")[2], writable=False)
            for key, (_, inner) in TABLES.get(name, {}).items():
                found.props[key] = Prop(intrinsic(vm, inner))
        else:
            found = _make(vm, name)
        made[name] = found
    return found


def internal(vm: Machine, source: str, function: str) -> Fn:
    """Give a function of one of the library's JavaScript sources."""
    from .compiler import function_number

    key = f"{source}:{function}"
    made = vm.root.setdefault("%", {})
    found: Fn | None = made.get(key)
    if found is None:
        number = function_number(source, function)
        found = made[key] = Fn(intrinsic(vm, "Function.prototype"), source, number, None)
    return found


def _make(vm: Machine, name: str) -> Intrinsic:
    made = vm.root["%"]
    if name in NATIVES:
        proto = "Error" if name in ERRORS else "Function.prototype"
        found = Intrinsic(None, name, "Function")
        made[name] = found
        found.proto = intrinsic(vm, proto)
        return found
    base: str | None = "Object.prototype"
    if name in PROTOTYPES:
        base = PROTOTYPES[name]
    elif name.removesuffix(".prototype") in ERRORS:
        base = "Error.prototype"
    elif name.endswith("Iterator.prototype") or name == "Generator.prototype":
        base = "Iterator.prototype" if name != "Iterator.prototype" else "Object.prototype"
        if name == "AsyncGenerator.prototype":
            base = "Object.prototype"
    found = Intrinsic(None, name, "Object")
    made[name] = found
    found.proto = intrinsic(vm, base) if base else None
    return found


def native_of(vm: Machine, name: str, data: Any) -> Intrinsic:
    """Make a function of the library with a hidden state of its own."""
    return Intrinsic(intrinsic(vm, "Function.prototype"), name, "Function", data)


def from_table(vm: Machine, obj: Intrinsic, key: Any) -> Any:
    """Give what the library says of a property; it then becomes the object's own."""
    entry = TABLES.get(obj.name, {}).get(key) if obj.data is None else None
    if entry is None:
        if obj.kind == "Function" and key in ("name", "length", "prototype"):
            return _function_property(vm, obj, key)
        return MISSING
    kind, value = entry
    enumerable = obj.name.startswith("module ")
    if kind == "get":
        made: Any = Prop(get=intrinsic(vm, value), accessor=True)
        setter = f"set {value.removeprefix('get ')}"
        made.set = intrinsic(vm, setter) if setter in NATIVES else None
    elif kind == "value":
        fixed = not obj.name.endswith(".prototype")
        made = Prop(value, enumerable=enumerable, writable=not fixed, configurable=not fixed)
        if enumerable:
            made = value
    else:
        made = Prop(intrinsic(vm, value), enumerable=enumerable)
    obj.props[key] = made
    return made


def _function_property(vm: Machine, obj: Intrinsic, key: str) -> Any:
    if key == "name":
        short = obj.name.removeprefix("get ").rpartition(".")[2]
        return Prop(short.replace("@@", "Symbol."), writable=False)
    if key == "length":
        return Prop(NATIVES[obj.name][1], writable=False)
    if obj.name in CONSTRUCTS or f"{obj.name}.prototype" in TABLES:
        made = Prop(intrinsic(vm, f"{obj.name}.prototype"), writable=False, configurable=False)
        obj.props[key] = made
        return made
    return MISSING
