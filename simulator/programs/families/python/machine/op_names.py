"""The operations of Python's machine: the stack, names, attributes, items.

Each works on its frame's stack (see vm.parts.Operation).
"""

from __future__ import annotations

from typing import Any

from ....vm import Enter, Frame, Function, Machine, Scope, Suspend
from .attributes import delete_attr as delete_attribute
from .attributes import get_attr, set_attr
from .calls import NATIVES, after, follows, lookup
from .errors import error
from .items import delete_item as delete_one
from .items import get_item, set_item
from .iteration import STOP
from .objects import Instance, Slice
from .texts import to_repr
from .types import ELLIPSIS

# The stack


def const(vm: Machine, frame: Frame, value: Any) -> None:
    frame.stack.append(value)


def no_complex(vm: Machine, frame: Frame, _: Any) -> None:
    raise error("NotImplementedError", "the model does not know complex numbers")


def pop(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.pop()


def show(vm: Machine, frame: Frame, _: Any) -> None:
    value = frame.stack.pop()
    if value is not None:
        NATIVES[".show"](vm, [to_repr(vm, value)], {})
        vm.root["shown"] = value


def dup(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.append(frame.stack[-1])


def dup_two(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.extend(frame.stack[-2:])


def swap(vm: Machine, frame: Frame, _: Any) -> None:
    stack = frame.stack
    stack[-1], stack[-2] = stack[-2], stack[-1]


def drop_second(vm: Machine, frame: Frame, _: Any) -> None:
    del frame.stack[-2]


def under(vm: Machine, frame: Frame, _: Any) -> None:
    """Put a copy of the top below the second: a b -> b a b."""
    frame.stack.insert(-2, frame.stack[-1])


def rotate_three(vm: Machine, frame: Frame, _: Any) -> None:
    """Put the top below the next two: a b c -> c a b."""
    stack = frame.stack
    stack.insert(-2, stack.pop())


# Names


def load_fast(vm: Machine, frame: Frame, name: str) -> None:
    try:
        frame.stack.append(frame.scope.names[name])
    except KeyError:
        raise error("UnboundLocalError", f"cannot access local variable {name!r} where it is not "
                                         "associated with a value") from None  # fmt: skip


def store_fast(vm: Machine, frame: Frame, name: str) -> None:
    frame.scope.names[name] = frame.stack.pop()


def delete_fast(vm: Machine, frame: Frame, argument: tuple[str, bool]) -> None:
    name, local = argument
    if name not in frame.scope.names:
        if local:
            raise error("UnboundLocalError", f"cannot access local variable {name!r} where it is "
                                             "not associated with a value")  # fmt: skip
        raise error("NameError", f"name {name!r} is not defined")
    del frame.scope.names[name]


def _scope(frame: Frame, depth: int) -> Scope:
    scope = frame.scope
    while depth:
        scope = scope.up  # type: ignore[assignment]
        depth -= 1
    return scope


def load_outer(vm: Machine, frame: Frame, argument: tuple[int, str]) -> None:
    depth, name = argument
    names = _scope(frame, depth).names
    if name not in names:
        raise error("NameError", f"cannot access free variable {name!r} where it is not associated "
                                 "with a value in enclosing scope")  # fmt: skip
    frame.stack.append(names[name])


def store_outer(vm: Machine, frame: Frame, argument: tuple[int, str]) -> None:
    _scope(frame, argument[0]).names[argument[1]] = frame.stack.pop()


def delete_outer(vm: Machine, frame: Frame, argument: tuple[int, str]) -> None:
    names = _scope(frame, argument[0]).names
    if argument[1] not in names:
        raise error("NameError", f"name {argument[1]!r} is not defined")
    del names[argument[1]]


def _global(names: dict[str, Any], name: str) -> Any:
    from .library import builtin_name

    found = names.get(name, STOP)
    if found is not STOP:
        return found
    found = builtin_name(name, names)
    if found is STOP:
        thrown = error("NameError", f"name {name!r} is not defined")
        thrown.value.fields["name"] = name
        raise thrown
    return found


def load_global(vm: Machine, frame: Frame, argument: tuple[int, str]) -> None:
    depth, name = argument
    names = _scope(frame, depth).names
    if name in names:
        frame.stack.append(names[name])
        return
    frame.stack.append(_global(names, name))


def load_name(vm: Machine, frame: Frame, argument: tuple[str, Any, int]) -> None:
    name, outer, depth = argument
    names = frame.scope.names
    if name in names:
        frame.stack.append(names[name])
        return
    if outer is not None:
        found = _scope(frame, outer[0]).names
        if outer[1] in found:
            frame.stack.append(found[outer[1]])
            return
    frame.stack.append(_global(_scope(frame, depth).names, name))


def store_annotation(vm: Machine, frame: Frame, name: str) -> None:
    frame.scope.names.setdefault("__annotations__", {})[name] = frame.stack.pop()


# Attributes and items


def load_attr(vm: Machine, frame: Frame, name: str) -> Any:
    value = frame.stack.pop()
    if type(value) is Instance and name in value.fields and name not in value.cls.names:
        found = lookup(value.cls, name)
        if found is None or type(found) is Function:
            frame.stack.append(value.fields[name])
            return None
    result = get_attr(vm, value, name)
    if type(result) is Enter or type(result) is Suspend:
        return result
    frame.stack.append(result)
    return None


def load_method(vm: Machine, frame: Frame, name: str) -> Any:
    """Push a function and its object, or an attribute and NOTHING."""
    value = frame.stack.pop()
    if type(value) is Instance and name not in value.fields:
        found = lookup(value.cls, name)
        if type(found) is Function:
            frame.stack.append(found)
            frame.stack.append(value)
            return None
    result = get_attr(vm, value, name)
    if type(result) is Enter or type(result) is Suspend:
        return after(vm, result, "method")
    frame.stack.append(result)
    frame.stack.append(NOTHING_HERE)
    return None


NOTHING_HERE = ELLIPSIS  # no method has it for its object, and it can be frozen


@follows("method")
def _method(vm: Machine, data: Any, result: Any) -> Any:
    if vm.task is not None:
        vm.task.frames[-1].stack.append(result)
    return NOTHING_HERE


def store_attr(vm: Machine, frame: Frame, name: str) -> Any:
    holder = frame.stack.pop()
    value = frame.stack.pop()
    if type(holder) is Instance and name in holder.fields and "__setattr__" not in holder.cls.names:
        found = lookup(holder.cls, "__setattr__"), lookup(holder.cls, name)
        if found == (None, None):
            holder.fields[name] = value
            return None
    return _effect(set_attr(vm, holder, name, value))


def _effect(result: Any) -> Any:
    """Give what an operation says when its result counts for nothing."""
    return result if type(result) is Enter or type(result) is Suspend else None


def delete_attr(vm: Machine, frame: Frame, name: str) -> Any:
    return _effect(delete_attribute(vm, frame.stack.pop(), name))


def load_item(vm: Machine, frame: Frame, _: Any) -> Any:
    stack = frame.stack
    key = stack.pop()
    holder = stack.pop()
    if type(holder) is list and type(key) is int and -len(holder) <= key < len(holder):
        stack.append(holder[key])
        return None
    return _push(frame, get_item(vm, holder, key))


def _push(frame: Frame, result: Any) -> Any:
    if type(result) is Enter or type(result) is Suspend:
        return result
    frame.stack.append(result)
    return None


def store_item(vm: Machine, frame: Frame, _: Any) -> Any:
    key, holder = frame.stack.pop(), frame.stack.pop()
    return _effect(set_item(vm, holder, key, frame.stack.pop()))


def delete_item(vm: Machine, frame: Frame, _: Any) -> Any:
    key, holder = frame.stack.pop(), frame.stack.pop()
    return _effect(delete_one(vm, holder, key))


def build_slice(vm: Machine, frame: Frame, _: Any) -> None:
    step, stop, start = frame.stack.pop(), frame.stack.pop(), frame.stack.pop()
    frame.stack.append(Slice(start, stop, step))
