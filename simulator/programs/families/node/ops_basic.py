"""Operations on the stack, on names, on numbers and texts, and jumps."""

from __future__ import annotations

import operator
from typing import Any

from ...vm import Frame, Machine
from . import convert
from .errors import throw
from .values import LARGEST, MAX_TEXT, NULL, TDZ, BigInt, num, whole


def const(vm: Machine, frame: Frame, value: Any) -> None:
    frame.stack.append(value)


def bigint(vm: Machine, frame: Frame, value: int) -> None:
    frame.stack.append(BigInt(value))


def pop(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.pop()


def dup(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.append(frame.stack[-1])


def dup2(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.extend(frame.stack[-2:])


def swap(vm: Machine, frame: Frame, _: Any) -> None:
    stack = frame.stack
    stack[-1], stack[-2] = stack[-2], stack[-1]


def under(vm: Machine, frame: Frame, places: int) -> None:
    """Move the top below so many others."""
    value = frame.stack.pop()
    frame.stack.insert(len(frame.stack) - places, value)


def load(vm: Machine, frame: Frame, place: Any) -> None:
    scope: Any = frame.scope
    if type(place) is tuple:
        depth, name = place
        while depth:
            scope = scope.up
            depth -= 1
    else:
        name = place
    value = scope.names[name]
    if value is TDZ:
        if name == "this":
            raise throw(vm, "ReferenceError", "Must call super constructor in derived class before "
                        "accessing 'this' or returning from derived constructor")  # fmt: skip
        raise throw(vm, "ReferenceError", f"Cannot access '{name}' before initialization")
    frame.stack.append(value)


def _scope(frame: Frame, place: Any) -> tuple[Any, str]:
    scope: Any = frame.scope
    if type(place) is tuple:
        for _ in range(place[0]):
            scope = scope.up
        return scope.names, place[1]
    return scope.names, place


def store(vm: Machine, frame: Frame, place: Any) -> None:
    """Assign the top to a name; it stays on the stack."""
    names, name = _scope(frame, place)
    if names.get(name) is TDZ:
        raise throw(vm, "ReferenceError", f"Cannot access '{name}' before initialization")
    names[name] = frame.stack[-1]


def init(vm: Machine, frame: Frame, place: Any) -> None:
    """Give a name its first value, which is taken off the stack."""
    names, name = _scope(frame, place)
    names[name] = frame.stack.pop()


def constant(vm: Machine, frame: Frame, name: str) -> None:
    raise throw(vm, "TypeError", "Assignment to constant variable.")


def imported(vm: Machine, frame: Frame, place: Any) -> Any:
    """Read an imported name: from the other module's exports, as they are now."""
    from .objects import get

    place, key = place
    names, name = _scope(frame, place)
    value = get(vm, names[name], key)
    if value is TDZ:
        raise throw(vm, "ReferenceError", f"Cannot access '{key}' before initialization")
    return _pushed(frame, value)


def _pushed(frame: Frame, value: Any) -> Any:
    from ...vm import Enter

    if isinstance(value, Enter):
        return value
    frame.stack.append(value)
    return None


def load_global(vm: Machine, frame: Frame, name: str) -> Any:
    """Read a name that no scope of the source has."""
    from .globals import find_global
    from .values import MISSING

    value = find_global(vm, frame, name)
    if value is MISSING:
        raise throw(vm, "ReferenceError", f"{name} is not defined")
    if value is TDZ:
        raise throw(vm, "ReferenceError", f"Cannot access '{name}' before initialization")
    return _pushed(frame, value)


def typeof_global(vm: Machine, frame: Frame, name: str) -> Any:
    from .globals import find_global
    from .values import MISSING

    value = find_global(vm, frame, name)
    return _pushed(frame, None if value is MISSING else value)


def store_global(vm: Machine, frame: Frame, argument: Any) -> None:
    from .globals import store_global

    name, strict = argument
    store_global(vm, name, frame.stack[-1], strict)


# Jumps


def jump(vm: Machine, frame: Frame, to: int) -> None:
    frame.pc = to


def jump_if_false(vm: Machine, frame: Frame, to: int) -> None:
    value = frame.stack.pop()
    if value is False or (value is not True and not convert.truthy(value)):
        frame.pc = to


def jump_if_true(vm: Machine, frame: Frame, to: int) -> None:
    if convert.truthy(frame.stack.pop()):
        frame.pc = to


def and_(vm: Machine, frame: Frame, to: int) -> None:
    if convert.truthy(frame.stack[-1]):
        frame.stack.pop()
    else:
        frame.pc = to


def or_(vm: Machine, frame: Frame, to: int) -> None:
    if convert.truthy(frame.stack[-1]):
        frame.pc = to
    else:
        frame.stack.pop()


def nullish(vm: Machine, frame: Frame, to: int) -> None:
    if frame.stack[-1] is None or frame.stack[-1] is NULL:
        frame.stack.pop()
    else:
        frame.pc = to


def optional(vm: Machine, frame: Frame, argument: Any) -> None:
    """Leave an optional chain when the top is null or undefined; count: values to drop."""
    to, count = argument
    if frame.stack[-1] is None or frame.stack[-1] is NULL:
        del frame.stack[-count:]
        frame.stack.append(None)
        frame.pc = to


def jump_if_given(vm: Machine, frame: Frame, to: int) -> None:
    """Keep the top unless it is undefined: then a default follows."""
    if frame.stack[-1] is None:
        frame.stack.pop()
    else:
        frame.pc = to


# Unary


def not_(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack[-1] = not convert.truthy(frame.stack[-1])


def minus(vm: Machine, frame: Frame, _: Any) -> None:
    value = convert.to_numeric(vm, frame.stack[-1])
    if type(value) is BigInt:
        frame.stack[-1] = BigInt(-value.value)
    else:
        frame.stack[-1] = -0.0 if value == 0 and type(value) is int else num(-value)


def plus(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack[-1] = convert.to_number(vm, frame.stack[-1])


def numeric(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack[-1] = convert.to_numeric(vm, frame.stack[-1])


def complement(vm: Machine, frame: Frame, _: Any) -> None:
    value = convert.to_numeric(vm, frame.stack[-1])
    if type(value) is BigInt:
        frame.stack[-1] = BigInt(~value.value)
    else:
        frame.stack[-1] = ~convert.int32(value)


def typeof(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack[-1] = convert.typeof(frame.stack[-1])


def increment(vm: Machine, frame: Frame, step: int) -> None:
    value = frame.stack[-1]
    if type(value) is int and -LARGEST < value < LARGEST:
        frame.stack[-1] = value + step
    elif type(value) is BigInt:
        frame.stack[-1] = BigInt(value.value + step)
    else:
        frame.stack[-1] = num(float(value) + step)


# Binary


def add(vm: Machine, frame: Frame, _: Any) -> None:
    stack = frame.stack
    b = stack.pop()
    a = stack[-1]
    if type(a) is int and type(b) is int:
        stack[-1] = whole(a + b)
    elif type(a) is str and type(b) is str and len(a) + len(b) <= MAX_TEXT:
        stack[-1] = a + b
    else:
        stack[-1] = convert.add(vm, a, b)


def subtract(vm: Machine, frame: Frame, _: Any) -> None:
    stack = frame.stack
    b = stack.pop()
    a = stack[-1]
    if type(a) is int and type(b) is int:
        stack[-1] = whole(a - b)
    else:
        stack[-1] = convert.arithmetic(vm, "-", a, b)


def arithmetic(vm: Machine, frame: Frame, sign: str) -> None:
    b = frame.stack.pop()
    frame.stack[-1] = convert.arithmetic(vm, sign, frame.stack[-1], b)


COMPARISONS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def compare(vm: Machine, frame: Frame, sign: str) -> None:
    b = frame.stack.pop()
    a = frame.stack[-1]
    if type(a) is int and type(b) is int:
        frame.stack[-1] = COMPARISONS[sign](a, b)
    else:
        frame.stack[-1] = convert.compare(vm, sign, a, b)


def same(vm: Machine, frame: Frame, wanted: bool) -> None:
    b = frame.stack.pop()
    frame.stack[-1] = convert.strictly_equal(frame.stack[-1], b) is wanted


def alike(vm: Machine, frame: Frame, wanted: bool) -> None:
    b = frame.stack.pop()
    frame.stack[-1] = convert.loosely_equal(vm, frame.stack[-1], b) is wanted


def to_key(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack[-1] = convert.to_key(vm, frame.stack[-1])


def text(vm: Machine, frame: Frame, count: int) -> None:
    """Join the parts of a template."""
    parts = frame.stack[-count:]
    del frame.stack[-count:]
    frame.stack.append(convert.concat([convert.to_text(vm, part) for part in parts], vm))
