"""The operations of Python's machine: operators, jumps, displays, unpacking."""

from __future__ import annotations

from typing import Any

from ....vm import NOTHING, Frame, Machine, Thrown
from . import operators
from .calls import after, follows, lookup
from .equality import SIMPLE, key_of, make_set, put
from .errors import error, is_error
from .formatting import format_value as formatted
from .items import contains as is_in
from .iteration import listed, quick_list
from .objects import Instance, Set
from .op_names import _push
from .texts import to_repr, to_text
from .truth import truth
from .types import name_of, type_of

# Operators


def binary(vm: Machine, frame: Frame, word: str) -> Any:
    stack = frame.stack
    right = stack.pop()
    return _push(frame, operators.binary(vm, word, stack.pop(), right))


def _add(vm: Machine, frame: Frame, word: str) -> Any:
    stack = frame.stack
    right = stack.pop()
    left = stack.pop()
    if type(left) is int and type(right) is int:
        stack.append(left + right)
        return None
    return _push(frame, operators.binary(vm, word, left, right))


def _subtract(vm: Machine, frame: Frame, word: str) -> Any:
    stack = frame.stack
    right = stack.pop()
    left = stack.pop()
    if type(left) is int and type(right) is int:
        stack.append(left - right)
        return None
    return _push(frame, operators.binary(vm, word, left, right))


BINARY: dict[str, Any] = {"+": _add, "-": _subtract}


def in_place(vm: Machine, frame: Frame, word: str) -> Any:
    stack = frame.stack
    right = stack.pop()
    return _push(frame, operators.in_place(vm, word, stack.pop(), right))


def unary(vm: Machine, frame: Frame, word: str) -> Any:
    return _push(frame, operators.unary(vm, word, frame.stack.pop()))


def invert(vm: Machine, frame: Frame, _: Any) -> Any:
    value = frame.stack.pop()
    if type(value) is bool:
        frame.stack.append(not value)
        return None
    return _push(frame, after(vm, truth(vm, value), "invert"))


@follows("invert")
def _invert(vm: Machine, data: Any, result: Any) -> bool:
    return not result


def _comparison(word: str) -> Any:
    plain = operators.PLAIN[word]

    def operation(vm: Machine, frame: Frame, argument: Any) -> Any:
        stack = frame.stack
        right = stack.pop()
        left = stack.pop()
        kind = type(left)
        if (kind is int or kind is str) and type(right) is kind:
            stack.append(plain(left, right))
            return None
        return _push(frame, operators.compare(vm, word, left, right))

    return operation


COMPARE = {word: _comparison(word) for word in operators.COMPARISONS}


def is_(vm: Machine, frame: Frame, negate: bool) -> None:
    right, left = frame.stack.pop(), frame.stack.pop()
    same = left is right or (type(left) is type(right) and type(left) in VALUES and left == right)
    if not same and type(left) is type(right) and type(left).__name__ == "Native":
        same = left.name == right.name
    frame.stack.append(same != negate)


VALUES = (str, int, float, bytes, bool)
"""What has no identity: equal ones are the same (see vm.freeze)."""


def contains(vm: Machine, frame: Frame, negate: bool) -> Any:
    holder, item = frame.stack.pop(), frame.stack.pop()
    result = is_in(vm, holder, item)
    if type(result) is bool:
        frame.stack.append(result != negate)
        return None
    return _push(frame, after(vm, result, "invert") if negate else result)


# Jumps


def jump(vm: Machine, frame: Frame, to: int) -> None:
    frame.pc = to


def _jump(on: bool, keep: bool) -> Any:
    def operation(vm: Machine, frame: Frame, to: int) -> Any:
        value = frame.stack.pop()
        if value is True or value is False or value is None:
            told = bool(value)
        else:
            answer = truth(vm, value)
            if type(answer) is not bool:
                return after(vm, answer, "jump", [on, keep, to, value])
            told = answer
        if told is on:
            frame.pc = to
            if keep:
                frame.stack.append(value)
        return None

    return operation


@follows("jump")
def _jump_after(vm: Machine, data: list[Any], result: Any) -> Any:
    on, keep, to, value = data
    if bool(result) is on and vm.task is not None:
        frame = vm.task.frames[-1]
        frame.pc = to
        if keep:
            return value
    return NOTHING


jump_if_false, jump_if_true = _jump(False, False), _jump(True, False)
jump_if_false_or_pop, jump_if_true_or_pop = _jump(False, True), _jump(True, True)


# Displays


def build_list(vm: Machine, frame: Frame, count: int) -> None:
    stack = frame.stack
    at = len(stack) - count
    items = stack[at:]
    del stack[at:]
    stack.append(items)


def build_tuple(vm: Machine, frame: Frame, count: int) -> None:
    stack = frame.stack
    at = len(stack) - count
    items = tuple(stack[at:])
    del stack[at:]
    stack.append(items)


def build_set(vm: Machine, frame: Frame, count: int) -> None:
    stack = frame.stack
    at = len(stack) - count
    made = make_set(vm, stack[at:])
    del stack[at:]
    stack.append(made)


def from_list(vm: Machine, frame: Frame, kind: str) -> None:
    items = frame.stack.pop()
    if kind == "list":
        frame.stack.append(items)
    else:
        frame.stack.append(tuple(items) if kind == "tuple" else make_set(vm, items))


def list_append(vm: Machine, frame: Frame, depth: int) -> None:
    value = frame.stack.pop()
    frame.stack[-depth].append(value)


def set_add(vm: Machine, frame: Frame, depth: int) -> None:
    value = frame.stack.pop()
    holder: Set = frame.stack[-depth]
    holder.items[value if type(value) in SIMPLE else key_of(vm, holder.items, value)] = None


def map_add(vm: Machine, frame: Frame, depth: int) -> None:
    value, key = frame.stack.pop(), frame.stack.pop()
    put(vm, frame.stack[-depth], key, value)


def build_map(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.append({})


def map_update(vm: Machine, frame: Frame, _: Any) -> None:
    more = frame.stack.pop()
    found = _mapping(vm, more)
    if found is None:
        raise error("TypeError", f"{name_of(more)!r} object is not a mapping")
    frame.stack[-1].update(found)


def _mapping(vm: Machine, more: Any) -> dict[Any, Any] | None:
    """Give a dictionary of what has keys and items; None for what has not."""
    more = more.value if type(more) is Instance and type(more.value) is dict else more
    if type(more) is dict:
        return more
    keys = lookup(type_of(more), "keys")
    if keys is None:
        return None
    return {key: vm.call_now(lookup(type_of(more), "__getitem__"), [more, key], {})
            for key in quick_list(vm.call_now(keys, [more], {})) or ()}  # fmt: skip


def keywords_update(vm: Machine, frame: Frame, _: Any) -> Any:
    given = frame.stack.pop()
    more = _mapping(vm, given)
    if more is None:
        raise error("TypeError", f"argument after ** must be a mapping, not {name_of(given)}")
    for key, value in more.items():
        if type(key) is not str:
            raise error("TypeError", "keywords must be strings")
        if key in frame.stack[-1]:
            raise error("TypeError", f"got multiple values for keyword argument {key!r}")
        frame.stack[-1][key] = value


def list_extend(vm: Machine, frame: Frame, _: Any) -> Any:
    value = frame.stack.pop()
    quick = quick_list(value)
    if quick is not None:
        frame.stack[-1].extend(quick)
        return None
    return after(vm, listed(vm, value), "list extend")


@follows("list extend")
def _list_extend(vm: Machine, data: Any, items: Any) -> Any:
    if vm.task is not None:
        vm.task.frames[-1].stack[-1].extend(items)
    return NOTHING


def format_value(vm: Machine, frame: Frame, argument: tuple[int, bool]) -> None:
    conversion, has_spec = argument
    spec = frame.stack.pop() if has_spec else ""
    value = frame.stack.pop()
    if conversion == 114 or conversion == 97:
        value = to_repr(vm, value)
    elif conversion == 115:
        value = to_text(vm, value)
    frame.stack.append(value if type(value) is str and not spec else formatted(vm, value, spec))


def build_text(vm: Machine, frame: Frame, count: int) -> None:
    stack = frame.stack
    at = len(stack) - count
    parts = stack[at:]
    del stack[at:]
    stack.append("".join(parts))


def unpack(vm: Machine, frame: Frame, count: int) -> Any:
    value = frame.stack.pop()
    if type(value) is tuple or type(value) is list:
        _spread(frame, list(value), count)
        return None
    try:
        result = listed(vm, value)
    except Thrown as thrown:
        if is_error(thrown.value, "TypeError") and "not iterable" in str(
            thrown.value.fields["args"][:1]
        ):
            raise error(
                "TypeError", f"cannot unpack non-iterable {name_of(value)} object"
            ) from None
        raise
    return after(vm, result, "unpack", count)


def _spread(frame: Frame, items: list[Any], count: int) -> None:
    if len(items) > count:
        raise error("ValueError", f"too many values to unpack (expected {count})")
    if len(items) < count:
        raise error("ValueError", f"not enough values to unpack (expected {count}, got "
                                  f"{len(items)})")  # fmt: skip
    items.reverse()
    frame.stack.extend(items)


@follows("unpack")
def _unpack(vm: Machine, count: int, items: list[Any]) -> Any:
    if vm.task is not None:
        _spread(vm.task.frames[-1], list(items), count)
    return NOTHING


def unpack_star(vm: Machine, frame: Frame, argument: tuple[int, int]) -> Any:
    return after(vm, listed(vm, frame.stack.pop()), "unpack star", list(argument))


@follows("unpack star")
def _unpack_star(vm: Machine, data: list[int], items: list[Any]) -> Any:
    before, behind = data
    if len(items) < before + behind:
        raise error("ValueError", f"not enough values to unpack (expected at least "
                                  f"{before + behind}, got {len(items)})")  # fmt: skip
    middle = items[before : len(items) - behind]
    row = [*items[:before], middle, *items[len(items) - behind :]]
    if vm.task is not None:
        vm.task.frames[-1].stack.extend(reversed(row))
    return NOTHING
