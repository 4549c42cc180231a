"""Objects at work: prototypes, properties, what the library's objects hold."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Machine, take
from .intrinsics import from_table, intrinsic
from .registry import TABLES
from .values import (
    HOLE,
    MAX_ITEMS,
    MISSING,
    NULL,
    Arr,
    Big,
    BigInt,
    Fn,
    Intrinsic,
    Obj,
    Prop,
    Symbol,
)

PRIVATE = "\0#"
"""Before the name of a private member; no string of a program is a key that begins so."""
PRIMITIVES = {str: "String", int: "Number", float: "Number", bool: "Boolean", Symbol: "Symbol",
              BigInt: "BigInt", Big: "String"}  # fmt: skip


def make_object(vm: Machine, rows: dict[Any, Any] | None = None) -> Obj:
    """Make a plain object."""
    made = Obj(intrinsic(vm, "Object.prototype"))
    if rows:
        made.props.update(rows)
    return made


def make_array(vm: Machine, items: list[Any]) -> Arr:
    """Make an array of a list, which it keeps."""
    return Arr(intrinsic(vm, "Array.prototype"), items)


def is_callable(value: Any) -> bool:
    """Tell whether a value is a function."""
    return (
        type(value) is Fn
        or (isinstance(value, Intrinsic) and value.kind == "Function")
        or (isinstance(value, Obj) and value.kind == "Proxy" and is_callable(value.data[0]))
    )


def prototype_of(vm: Machine, value: Any) -> Obj | None:
    """Give where a value's properties are looked for beyond its own."""
    if isinstance(value, Obj):
        return value.proto
    return intrinsic(vm, f"{PRIMITIVES[type(value)]}.prototype")  # type: ignore[no-any-return]


# Own properties


def index_of(key: Any) -> int:
    """Give the array index that a key is, or -1."""
    if type(key) is str and key.isdigit() and key.isascii() and len(key) < 11:
        return int(key) if key == "0" or key[0] != "0" else -1
    return -1


def own(vm: Machine, obj: Obj, key: Any) -> Any:
    """Give an own property: its value, a Prop, or MISSING."""
    found = obj.props.get(key, MISSING)
    if found is not MISSING:
        return found
    kind = type(obj)
    if kind is Obj:
        return _exotic(vm, obj, key) if obj.data is not None else MISSING
    if kind is Arr:
        if key == "length":
            return Prop(obj.length, configurable=False)  # type: ignore[attr-defined]
        at = index_of(key)
        if 0 <= at < len(obj.items):  # type: ignore[attr-defined]
            item = obj.items[at]  # type: ignore[attr-defined]
            return MISSING if item is HOLE else item
        return MISSING
    if kind is Fn:
        return _of_function(vm, obj, key)  # type: ignore[arg-type]
    return from_table(vm, obj, key)  # type: ignore[arg-type]


def _exotic(vm: Machine, obj: Obj, key: Any) -> Any:
    """Give the elements of String objects and buffers."""
    if obj.kind == "String":
        if key == "length":
            return Prop(len(obj.data), writable=False, configurable=False)
        at = index_of(key)
        if 0 <= at < len(obj.data):
            return Prop(obj.data[at], writable=False, enumerable=True, configurable=False)
    elif obj.kind in ("Buffer", "Typed"):
        from .natives_buffers import element

        return element(obj, key)
    return MISSING


def _of_function(vm: Machine, fn: Fn, key: Any) -> Any:
    if key == "prototype":
        info = vm.code(fn.source, fn.code).info
        if not info.constructs and not info.generator:
            return MISSING
        base = "Generator.prototype" if info.generator else "Object.prototype"
        proto = Obj(intrinsic(vm, base))
        if not info.generator:
            proto.props["constructor"] = Prop(fn)
        made = fn.props["prototype"] = Prop(proto, configurable=False)
        return made
    if key == "name":
        return Prop(vm.code(fn.source, fn.code).name, writable=False)
    if key == "length":
        return Prop(vm.code(fn.source, fn.code).info.length, writable=False)
    return MISSING


def keys_of(vm: Machine, obj: Obj, symbols: bool = False, hidden: bool = False) -> list[Any]:
    """List the own keys in order: indices, names, symbols. hidden: those not enumerable too."""
    names: list[Any] = []
    if isinstance(obj, Arr):
        names += [str(n) for n, item in enumerate(obj.items) if item is not HOLE]
        if hidden:
            names.append("length")
    elif obj.kind == "String" and type(obj.data) is str:
        names += [str(n) for n in range(len(obj.data))]
    elif obj.kind in ("Buffer", "Typed"):
        names += [str(n) for n in range(min(len(obj.data[0]), MAX_ITEMS))]
    if (
        isinstance(obj, Intrinsic)
        and obj.data is None
        and (hidden or obj.name.startswith("module "))
    ):
        for key in TABLES.get(obj.name, ()):
            own(vm, obj, key)
    if isinstance(obj, Fn) and hidden:
        names += [n for n in ("length", "name") if n not in obj.props]
        own(vm, obj, "prototype")
    mine = []
    for key, value in obj.props.items():
        if type(value) is Prop and not value.enumerable and not hidden:
            continue
        if type(key) is not str:
            if symbols:
                mine.append(key)
        elif not key.startswith(PRIVATE):
            mine.append(key)
    numbers = [key for key in mine if index_of(key) >= 0]
    if numbers:
        names += sorted(numbers, key=int)
        mine = [key for key in mine if index_of(key) < 0]
    return names + [k for k in mine if type(k) is str] + [k for k in mine if type(k) is not str]


# Getting and setting


def get(vm: Machine, base: Any, key: Any) -> Any:
    """Read a property: its value, or an Enter where a getter is to be called."""
    obj: Any = base
    if not isinstance(base, Obj):
        if isinstance(base, str | Big):
            if key == "length":
                return len(base) if isinstance(base, str) else base.ballast
            at = index_of(key)
            if at >= 0:
                text = base if isinstance(base, str) else base.text
                return text[at] if at < len(text) else None
        obj = prototype_of(vm, base)
    steps = 0
    while obj is not None:
        found = obj.props.get(key, MISSING)
        if found is MISSING and not (type(obj) is Obj and obj.data is None):
            if obj.kind == "Proxy":
                return proxy_trap(vm, obj, "get", [key, base])
            found = own(vm, obj, key)
        if found is not MISSING:
            if type(found) is Prop:
                if not found.accessor:
                    return found.value
                if found.get is None:
                    return None
                from .calls import call

                return call(vm, found.get, base, [])
            return found
        obj = obj.proto
        steps += 1
        if steps > 1000:
            return None
    if key == "__proto__":
        return prototype_of(vm, base) or NULL
    return None


def get_now(vm: Machine, base: Any, key: Any) -> Any:
    """Read a property from inside the library."""
    value = get(vm, base, key)
    return vm.finish_call(value) if isinstance(value, Enter) else value


def proxy_trap(vm: Machine, proxy: Obj, name: str, args: list[Any]) -> Any:
    """Let a proxy's handler do something, or its target when there is no trap."""
    from .calls import call
    from .errors import throw

    target, handler = proxy.data
    if handler is None:
        raise throw(vm, "TypeError",
                    f"Cannot perform '{name}' on a proxy that has been revoked")  # fmt: skip
    trap = get_now(vm, handler, name)
    if trap is not None and trap is not NULL:
        return call(vm, trap, handler, [target, *args])
    return call(vm, intrinsic(vm, f"Reflect.{name}"), None, [target, *args])


def put(vm: Machine, base: Any, key: Any, value: Any, strict: bool = True) -> Any:
    """Write a property: None, or an Enter (whose result is nothing) where a setter is called."""
    if not isinstance(base, Obj):
        return None
    if type(base) is Arr and _put_element(vm, base, key, value):
        return None
    if base.kind == "Proxy":
        done = proxy_trap(vm, base, "set", [key, value, base])
        return _dropped(done)
    found = base.props.get(key, MISSING)
    if found is not MISSING and type(found) is not Prop:
        base.props[key] = value
        return None
    obj: Obj | None = base
    while obj is not None:
        found = own(vm, obj, key)
        if found is not MISSING:
            break
        obj = obj.proto
    if found is not MISSING and type(found) is Prop:
        from .calls import call

        if found.accessor:
            if found.set is None:
                return _refused(vm, strict, f"Cannot set property {shown_key(key)} of "
                                f"{_shown(vm, base)} which has only a getter")  # fmt: skip
            return _dropped(call(vm, found.set, base, [value]))
        if not found.writable:
            return _refused(vm, strict, f"Cannot assign to read only property '{shown_key(key)}'"
                            f" of object '{_shown(vm, base)}'")  # fmt: skip
        if obj is base:
            found.value = value
            base.props[key] = found
            return None
    if base.kind in ("Buffer", "Typed") and index_of(key) >= 0:
        from .natives_buffers import set_element

        set_element(base, int(key), value)
        return None
    if key == "__proto__" and (value is NULL or isinstance(value, Obj)):
        base.proto = value if isinstance(value, Obj) else None
        return None
    if not base.open:
        return _refused(vm, strict, f"Cannot add property {shown_key(key)}, object is not "
                        "extensible")  # fmt: skip
    base.props[key] = value
    return None


def put_now(vm: Machine, base: Any, key: Any, value: Any) -> None:
    """Write a property from inside the library."""
    done = put(vm, base, key, value)
    if isinstance(done, Enter):
        done.frame.then = ""
        vm.finish_call(done)


def _dropped(done: Any) -> Any:
    if isinstance(done, Enter):
        done.frame.then = "drop"
        return done
    return None


def _refused(vm: Machine, strict: bool, words: str) -> None:
    from .errors import throw

    if strict:
        raise throw(vm, "TypeError", words)


def shown_key(key: Any) -> str:
    """Write a key as messages do."""
    if type(key) is Symbol:
        return f"Symbol({key.name or ''})"
    return str(key).replace(PRIVATE, "#")


def _shown(vm: Machine, obj: Obj) -> str:
    if isinstance(obj, Arr):
        return "[object Array]"
    return "#<" + class_name(vm, obj, "Object") + ">"


def class_name(vm: Machine, obj: Obj, default: str = "") -> str:
    """Give the name of an object's class, by its prototype's constructor."""
    proto: Obj | None = obj
    while proto is not None:
        found = own(vm, proto, "constructor")
        made = found.value if type(found) is Prop and not found.accessor else found
        if isinstance(made, Fn | Intrinsic):
            name = own(vm, made, "name")
            text = name.value if type(name) is Prop else name
            return text if type(text) is str and text else default
        proto = proto.proto
    return default


def _put_element(vm: Machine, array: Arr, key: Any, value: Any) -> bool:
    """Write an element of an array or its length; False for other keys."""
    if key == "length":
        set_length(vm, array, value)
        return True
    at = index_of(key)
    if at < 0:
        return False
    set_item(vm, array, at, value)
    return True


def set_item(vm: Machine, array: Arr, at: int, value: Any) -> None:
    """Write an element of an array."""
    from .errors import throw

    items = array.items
    if array.data == "frozen":
        raise throw(vm, "TypeError", f"Cannot assign to read only property '{at}' of object "
                    "'[object Array]'")  # fmt: skip
    if at < len(items):
        items[at] = value
        return
    if not array.open:
        raise throw(vm, "TypeError", f"Cannot add property {at}, object is not extensible")
    if at >= MAX_ITEMS or array.ballast:
        array.ballast = 8 * max(array.ballast // 8, at + 1 - len(items))
        return
    while len(items) < at:
        items.append(HOLE)
    items.append(value)


def set_length(vm: Machine, array: Arr, value: Any) -> None:
    """Write an array's length."""
    from .errors import throw

    if type(value) is not int or not 0 <= value < 1 << 32:
        raise throw(vm, "RangeError", "Invalid array length")
    if value <= len(array.items):
        del array.items[value:]
        array.ballast = 0
        return
    kept = min(value, MAX_ITEMS)
    take(8 * (value - kept) - array.ballast)
    array.items.extend([HOLE] * (kept - len(array.items)))
    array.ballast = 8 * (value - kept)


def append(array: Arr, value: Any) -> None:
    """Put an element at the end."""
    if array.ballast or len(array.items) >= MAX_ITEMS:
        array.ballast += 8
    else:
        array.items.append(value)


def delete(vm: Machine, base: Any, key: Any) -> bool:
    """Remove a property; True when it is gone."""
    if not isinstance(base, Obj):
        return True
    if base.kind == "Proxy":
        done = proxy_trap(vm, base, "deleteProperty", [key])
        return bool(vm.finish_call(done) if isinstance(done, Enter) else done)
    if type(base) is Arr:
        at = index_of(key)
        if 0 <= at < len(base.items):
            base.items[at] = HOLE
            return True
    found = own(vm, base, key)
    if found is MISSING:
        return True
    if (type(found) is Prop and not found.configurable) or base.data == "frozen":
        from .errors import throw

        raise throw(vm, "TypeError", f"Cannot delete property '{shown_key(key)}' of "
                    f"{_shown(vm, base)}")  # fmt: skip
    base.props.pop(key, None)
    if isinstance(base, Intrinsic) and key in TABLES.get(base.name, {}):
        base.props[key] = None
    return True


def has(vm: Machine, obj: Obj | None, key: Any) -> bool:
    """Tell whether an object has a property, its own or inherited."""
    while obj is not None:
        if obj.kind == "Proxy":
            done = proxy_trap(vm, obj, "has", [key])
            return bool(vm.finish_call(done) if isinstance(done, Enter) else done)
        if own(vm, obj, key) is not MISSING:
            return True
        obj = obj.proto
    return False


def set_hidden(obj: Obj, key: Any, value: Any) -> None:
    """Give an object a property that is not enumerable."""
    obj.props[key] = Prop(value)
