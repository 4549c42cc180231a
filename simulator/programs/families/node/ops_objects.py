"""Operations on objects, functions, classes and calls."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Frame, Machine
from . import convert
from .calls import call, construct, enter, instance_of, is_constructor
from .errors import throw
from .intrinsics import intrinsic
from .iterate import listed, open_iterator
from .objects import (
    PRIVATE,
    append,
    delete,
    get,
    get_now,
    has,
    keys_of,
    make_array,
    make_object,
    own,
    put,
    set_hidden,
    set_item,
    shown_key,
)
from .values import HOLE, MISSING, NULL, Arr, Fn, Iter, Obj, Prop


def _push(frame: Frame, value: Any) -> Any:
    if isinstance(value, Enter):
        return value
    frame.stack.append(value)
    return None


def _after(frame: Frame, said: Any) -> Any:
    """Skip the `pop` that follows for a setter's result, unless one was called."""
    if isinstance(said, Enter):
        return said
    frame.pc += 1
    return None


# Literals


def new_object(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.append(make_object(vm))


def field(vm: Machine, frame: Frame, key: str) -> None:
    value = frame.stack.pop()
    if key == "__proto__" and (value is NULL or isinstance(value, Obj)):
        frame.stack[-1].proto = None if value is NULL else value
        return
    frame.stack[-1].props[key] = value


def computed_field(vm: Machine, frame: Frame, _: Any) -> None:
    value = frame.stack.pop()
    key = frame.stack.pop()
    if isinstance(value, Fn) and not vm.code(value.source, value.code).name:
        name = shown_key(key) if type(key) is str else f"[{key.name}]"
        value.props["name"] = Prop(name, writable=False)
    frame.stack[-1].props[key] = value


def spread_object(vm: Machine, frame: Frame, _: Any) -> None:
    copy_into(vm, frame.stack.pop(), frame.stack[-1], [])


def copy_into(vm: Machine, value: Any, target: Obj, without: list[Any]) -> None:
    """Copy the own enumerable properties of a value."""
    if type(value) is str:
        target.props.update({str(n): char for n, char in enumerate(value)})
    if isinstance(value, Obj):
        for key in keys_of(vm, value, symbols=True):
            if key not in without:
                target.props[key] = get_now(vm, value, key)


def rest_object(vm: Machine, frame: Frame, count: int) -> None:
    """Make the rest of an object pattern: [value, taken keys...] lies on the stack."""
    taken = frame.stack[len(frame.stack) - count :] if count else []
    del frame.stack[len(frame.stack) - count :]
    made = make_object(vm)
    copy_into(vm, frame.stack[-1], made, taken)
    frame.stack.append(made)


def accessor(vm: Machine, frame: Frame, kind: str) -> None:
    """Define a getter or setter of a literal: [object, key, function]."""
    fn, key = frame.stack.pop(), frame.stack.pop()
    _define_accessor(frame.stack[-1], key, kind, fn, True)


def _define_accessor(target: Obj, key: Any, kind: str, fn: Any, enumerable: bool) -> None:
    found = target.props.get(key)
    if not (type(found) is Prop and found.accessor):
        found = target.props[key] = Prop(accessor=True, enumerable=enumerable)
    if kind == "get":
        found.get = fn
    else:
        found.set = fn


def home(vm: Machine, frame: Frame, _: Any) -> None:
    """Tell the method on top to which object it belongs: the one `under` it and its key."""
    frame.stack[-1].home = frame.stack[-3]


def new_array(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.append(make_array(vm, []))


def element(vm: Machine, frame: Frame, _: Any) -> None:
    value = frame.stack.pop()
    append(frame.stack[-1], value)


def hole(vm: Machine, frame: Frame, _: Any) -> None:
    append(frame.stack[-1], HOLE)


def spread(vm: Machine, frame: Frame, done: int) -> None:
    """Put all elements of the top into the array below, when that needs no call."""
    value = frame.stack[-1]
    made = open_iterator(vm, value) if type(value) in (Arr, str) else None
    if isinstance(made, Iter) and made.kind in ("array", "text"):
        frame.stack.pop()
        for item in listed(vm, value):
            append(frame.stack[-1], item)
            vm.ops += 1
        frame.pc = done


def regex(vm: Machine, frame: Frame, argument: Any) -> None:
    from .regexes import make_regex

    frame.stack.append(make_regex(vm, *argument))


def template(vm: Machine, frame: Frame, argument: Any) -> None:
    """Make what a template's tag is given first."""
    cooked, raw = argument
    made = make_array(vm, list(cooked))
    set_hidden(made, "raw", make_array(vm, list(raw)))
    frame.stack.append(made)


# Properties


def _nothing(vm: Machine, obj: Any, key: Any, what: str) -> Any:
    kind = "undefined" if obj is None else "null"
    return throw(vm, "TypeError", f"Cannot {what} properties of {kind} "
                 f"({'reading' if what == 'read' else 'setting'} '{shown_key(key)}')")  # fmt: skip


def get_field(vm: Machine, frame: Frame, key: str) -> Any:
    stack = frame.stack
    obj = stack.pop()
    if obj is None or obj is NULL:
        raise _nothing(vm, obj, key, "read")
    return _push(frame, get(vm, obj, key))


def get_private(vm: Machine, frame: Frame, key: str) -> Any:
    obj = frame.stack.pop()
    if not isinstance(obj, Obj) or not has(vm, obj, key):
        raise throw(vm, "TypeError", f"Cannot read private member {shown_key(key)} from an object "
                    "whose class did not declare it")  # fmt: skip
    return _push(frame, get(vm, obj, key))


def get_item(vm: Machine, frame: Frame, _: Any) -> Any:
    key = frame.stack.pop()
    obj = frame.stack.pop()
    if type(obj) is Arr and type(key) is int:
        if 0 <= key < len(obj.items):
            value = obj.items[key]
            frame.stack.append(None if value is HOLE else value)
            return None
    elif type(obj) is str and type(key) is int and 0 <= key < len(obj):
        frame.stack.append(obj[key])
        return None
    if obj is None or obj is NULL:
        raise _nothing(vm, obj, convert.to_text(vm, key) if not hasattr(key, "name") else key,
                       "read")  # fmt: skip
    return _push(frame, get(vm, obj, convert.to_key(vm, key)))


def method(vm: Machine, frame: Frame, key: str) -> Any:
    """[object] -> [object, its method]: what `call` wants."""
    obj = frame.stack[-1]
    if obj is None or obj is NULL:
        raise _nothing(vm, obj, key, "read")
    if key.startswith(PRIVATE) and not (isinstance(obj, Obj) and has(vm, obj, key)):
        raise throw(vm, "TypeError", "Receiver must be an instance of class")
    return _push(frame, get(vm, obj, key))


def item_method(vm: Machine, frame: Frame, _: Any) -> Any:
    key = frame.stack.pop()
    obj = frame.stack[-1]
    if obj is None or obj is NULL:
        raise _nothing(vm, obj, convert.to_key(vm, key), "read")
    return _push(frame, get(vm, obj, convert.to_key(vm, key)))


def set_field(vm: Machine, frame: Frame, argument: Any) -> Any:
    """[object, value] -> [value]; a `pop` follows."""
    key, strict = argument
    value = frame.stack.pop()
    obj = frame.stack[-1]
    if obj is None or obj is NULL:
        raise _nothing(vm, obj, key, "set")
    if key.startswith(PRIVATE) and not (isinstance(obj, Obj) and has(vm, obj, key)):
        raise throw(vm, "TypeError", f"Cannot write private member {shown_key(key)} to an object "
                    "whose class did not declare it")  # fmt: skip
    frame.stack[-1] = value
    return _after(frame, put(vm, obj, key, value, strict))


def set_item_(vm: Machine, frame: Frame, strict: bool) -> Any:
    """[object, key, value] -> [value]; a `pop` follows."""
    value, key = frame.stack.pop(), frame.stack.pop()
    obj = frame.stack[-1]
    if obj is None or obj is NULL:
        raise _nothing(vm, obj, convert.to_key(vm, key), "set")
    frame.stack[-1] = value
    if type(obj) is Arr and type(key) is int and key >= 0:
        set_item(vm, obj, key, value)
        frame.pc += 1
        return None
    return _after(frame, put(vm, obj, convert.to_key(vm, key), value, strict))


def delete_(vm: Machine, frame: Frame, _: Any) -> None:
    key = convert.to_key(vm, frame.stack.pop())
    obj = frame.stack.pop()
    if obj is None or obj is NULL:
        raise throw(vm, "TypeError", "Cannot convert undefined or null to object")
    frame.stack.append(delete(vm, obj, key))


def in_(vm: Machine, frame: Frame, _: Any) -> None:
    obj, key = frame.stack.pop(), frame.stack.pop()
    if not isinstance(obj, Obj):
        from .inspect import inspect

        raise throw(
            vm,
            "TypeError",
            f"Cannot use 'in' operator to search for "
            f"'{convert.to_text(vm, key)}' in {inspect(vm, obj).strip(chr(39))}",
        )
    frame.stack.append(has(vm, obj, convert.to_key(vm, key)))


def instanceof(vm: Machine, frame: Frame, _: Any) -> None:
    kind, value = frame.stack.pop(), frame.stack.pop()
    frame.stack.append(instance_of(vm, value, kind))


# Functions


def closure(vm: Machine, frame: Frame, number: int) -> None:
    proto = intrinsic(vm, "Function.prototype")
    frame.stack.append(Fn(proto, frame.source, number, frame.scope))


def call_(vm: Machine, frame: Frame, argument: Any) -> Any:
    """[this, function, arguments...] -> [result]."""
    count, shown = argument
    stack = frame.stack
    args = stack[len(stack) - count :] if count else []
    del stack[len(stack) - count :]
    fn, this = stack.pop(), stack.pop()
    said = call(vm, fn, this, args, shown)
    if type(said) is Enter:
        return said
    return _said(frame, said)


def call_spread(vm: Machine, frame: Frame, shown: str) -> Any:
    """[this, function, array of arguments] -> [result]."""
    args = list(frame.stack.pop().items)
    fn, this = frame.stack.pop(), frame.stack.pop()
    return _said(frame, call(vm, fn, this, args, shown))


def _said(frame: Frame, said: Any) -> Any:
    from ...vm import NOTHING, Suspend

    if isinstance(said, Enter | Suspend) or said is NOTHING:
        return said
    frame.stack.append(said)
    return None


def new(vm: Machine, frame: Frame, argument: Any) -> Any:
    count, shown = argument
    if count is None:
        args = list(frame.stack.pop().items)
    else:
        args = frame.stack[len(frame.stack) - count :] if count else []
        del frame.stack[len(frame.stack) - count :]
    return _said(frame, construct(vm, frame.stack.pop(), args, None, shown))


# Classes


def make_class(vm: Machine, frame: Frame, argument: Any) -> None:
    """[parent or MISSING] -> [constructor]; argument: its function's number, name."""
    number, derived = argument
    parent = frame.stack.pop()
    made = Fn(intrinsic(vm, "Function.prototype"), frame.source, number, frame.scope)
    proto = Obj(intrinsic(vm, "Object.prototype"))
    if derived and parent is NULL:
        proto.proto = None
    elif derived:
        if not is_constructor(vm, parent):
            from .inspect import brief

            raise throw(vm, "TypeError", f"Class extends value {brief(vm, parent)} is not a "
                        "constructor or null")  # fmt: skip
        made.proto = parent
        above = get_now(vm, parent, "prototype")
        proto.proto = above if isinstance(above, Obj) else None
    made.home = proto
    made.props["prototype"] = Prop(proto, writable=False, configurable=False)
    proto.props["constructor"] = Prop(made)
    frame.stack.append(made)


def member(vm: Machine, frame: Frame, argument: Any) -> None:
    """[constructor, key, function] -> [constructor]: a method, getter or setter."""
    kind, static = argument
    fn, key = frame.stack.pop(), frame.stack.pop()
    made = frame.stack[-1]
    target = made if static else made.home
    fn.home = target
    if kind == "method":
        target.props[key] = Prop(fn)
    else:
        _define_accessor(target, key, kind, fn, False)
    if type(key) is not str:
        fn.props["name"] = Prop(f"[{key.name}]", writable=False)


def fields(vm: Machine, frame: Frame, _: Any) -> None:
    """[constructor, function] -> [constructor]: what sets the fields of a new instance."""
    fn = frame.stack.pop()
    made = frame.stack[-1]
    fn.home = made.home
    made.fields.append(fn)


def static_part(vm: Machine, frame: Frame, _: Any) -> Any:
    """[constructor, function] -> [constructor, result]: a static field's or block's code."""
    fn = frame.stack.pop()
    made = frame.stack[-1]
    fn.home = made
    return _said(frame, enter(vm, fn, made, []))


def define(vm: Machine, frame: Frame, _: Any) -> None:
    """[object, key, value] -> []: define a field."""
    value, key = frame.stack.pop(), frame.stack.pop()
    obj = frame.stack.pop()
    if isinstance(obj, Arr):
        put(vm, obj, key, value)
    else:
        obj.props[key] = value


def set_fields(vm: Machine, frame: Frame, argument: Any) -> Any:
    """Run the code of a class's fields on `this`; a `pop` follows."""
    from .ops_basic import _scope

    fn_place, this_place = argument
    names, name = _scope(frame, fn_place)
    fn = names[name]
    names, name = _scope(frame, this_place)
    if not fn.fields:
        frame.pc += 1
        return None
    return enter(vm, fn.fields[0], names[name], [])


def super_call(vm: Machine, frame: Frame, argument: Any) -> Any:
    """[array of arguments] -> [object]."""
    from .ops_basic import _scope

    fn_place, target_place = argument
    args = list(frame.stack.pop().items)
    names, name = _scope(frame, fn_place)
    parent = names[name].proto
    names, name = _scope(frame, target_place)
    if not is_constructor(vm, parent):
        raise throw(vm, "TypeError", "Super constructor is not a constructor")
    return _said(frame, construct(vm, parent, args, names[name]))


def bind_this(vm: Machine, frame: Frame, place: Any) -> None:
    """Let `this` be what `super()` has made."""
    from .ops_basic import _scope
    from .values import TDZ

    names, name = _scope(frame, place)
    if names[name] is not TDZ:
        raise throw(vm, "ReferenceError", "Super constructor may only be called once")
    names[name] = frame.stack[-1]


def super_get(vm: Machine, frame: Frame, argument: Any) -> Any:
    """[key] -> [value] by the home object of the method, for `this`."""
    from .ops_basic import _scope

    home_place, this_place = argument
    key = convert.to_key(vm, frame.stack.pop())
    names, name = _scope(frame, home_place)
    start = names[name].proto if names[name] is not None else None
    names, name = _scope(frame, this_place)
    this = names[name]
    while start is not None:
        found = own(vm, start, key)
        if found is not MISSING:
            if type(found) is Prop:
                if found.accessor:
                    return _push(frame, call(vm, found.get, this, []) if found.get else None)
                found = found.value
            frame.stack.append(found)
            return None
        start = start.proto
    frame.stack.append(None)
    return None


def load_module(vm: Machine, frame: Frame, _: Any) -> Any:
    """[specifier] -> [promise]: a dynamic import."""
    from .esm import import_later

    specifier = convert.to_text(vm, frame.stack.pop())
    frame.stack.append(import_later(vm, frame.source, specifier))


def module_meta(vm: Machine, frame: Frame, _: Any) -> None:
    from .esm import meta

    frame.stack.append(meta(vm, frame.source))
