"""Going through what can be iterated: arrays, texts, maps at once, others by their `next`."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Machine
from .calls import call
from .errors import throw
from .intrinsics import intrinsic
from .objects import get_now, is_callable, make_array, make_object
from .values import (
    ASYNC_ITERATOR,
    DONE,
    HOLE,
    ITERATOR,
    MISSING,
    NULL,
    Arr,
    Big,
    Intrinsic,
    Iter,
    Obj,
)

OWN = {"Array": "Array.prototype.values", "Arguments": "Array.prototype.values"}


def open_iterator(vm: Machine, value: Any, asynchronous: bool = False) -> Any:
    """Make an iterator: an Iter, or an Enter whose result `adopt` takes."""
    if type(value) is str:
        return Iter("text", value)
    if type(value) is Big:
        return Iter("text", value.text)
    if value is None or value is NULL:
        raise throw(vm, "TypeError", f"{'undefined' if value is None else 'null'} is not iterable")
    if not isinstance(value, Obj):
        raise throw(vm, "TypeError", f"{_shown(vm, value)} is not iterable")
    if asynchronous:
        method = get_now(vm, value, ASYNC_ITERATOR)
        if is_callable(method):
            return _opened(vm, call(vm, method, value, []))
    method = get_now(vm, value, ITERATOR)
    if type(method) is Intrinsic:
        quick = quick_iterator(value, method.name)
        if quick is not None:
            return quick
    if not is_callable(method):
        raise throw(vm, "TypeError", f"{_shown(vm, value)} is not "
                    f"{'async ' if asynchronous else ''}iterable")  # fmt: skip
    return _opened(vm, call(vm, method, value, []))


def _shown(vm: Machine, value: Any) -> str:
    from .inspect import brief

    return brief(vm, value)


def _opened(vm: Machine, made: Any) -> Any:
    if isinstance(made, Enter):
        return made
    if not isinstance(made, Obj):
        raise throw(vm, "TypeError", "Result of the Symbol.iterator method is not an object")
    return adopt(vm, made)


def quick_iterator(value: Obj, method: str) -> Iter | None:
    """Go through a list of the machine's own without calls."""
    if isinstance(value, Arr) and method == "Array.prototype.values":
        return Iter("array", value)
    if value.kind == "Map" and method == "Map.prototype.entries":
        return Iter("map", value)
    if value.kind == "Set" and method == "Set.prototype.values":
        return Iter("set", value)
    if value.kind in ("Buffer", "Typed") and method == "Buffer.prototype.values":
        return Iter("array", Arr(None, list(value.data[0])))
    return None


def adopt(vm: Machine, made: Obj) -> Iter:
    """Take an iterator object of the program, or one of the library's."""
    if made.kind == "Iterator":
        return made.data  # type: ignore[no-any-return]
    return Iter("program", made, get_now(vm, made, "next"))


def step(vm: Machine, it: Iter) -> Any:
    """Take the next element; DONE at the end; an Enter or a tuple of one is what `next` gives."""
    kind, at = it.kind, it.at
    it.at = at + 1
    if kind == "program":
        said = call(vm, it.next, it.target, [])
        return said if isinstance(said, Enter) else (said,)
    if kind in ("array", "keys", "entries"):
        if at >= it.target.length:
            it.at = 1 << 40
            return DONE
        items = it.target.items
        value = items[at] if at < len(items) else None
        value = None if value is HOLE else value
        if kind == "array":
            return value
        return at if kind == "keys" else make_array(vm, [at, value])
    if kind == "text":
        return _character(it, at)
    if kind == "list":
        return it.target[at] if at < len(it.target) else DONE
    return _of_table(vm, it, at)


def _character(it: Iter, at: int) -> Any:
    text = it.target
    if at >= len(text):
        return DONE
    if "\ud800" <= text[at] < "\udc00" and "\udc00" <= text[at + 1 : at + 2] < "\ue000":
        it.at = at + 2
        return text[at : at + 2]
    return text[at]


def _of_table(vm: Machine, it: Iter, at: int) -> Any:
    """Go on in a Map or Set: their rows are [key, value], MISSING where deleted."""
    rows = it.target.data[1]
    while at < len(rows) and rows[at][0] is MISSING:
        at += 1
    it.at = at + 1
    if at >= len(rows):
        return DONE
    key, value = rows[at]
    if it.kind == "map":
        return make_array(vm, [key, value])
    if it.kind == "set-entries":
        return make_array(vm, [key, key])
    return value if it.kind == "map-values" else key


def close_iterator(vm: Machine, it: Iter) -> Any:
    """Tell an iterator of the program that no more is wanted: None or an Enter."""
    if it.kind != "program":
        return None
    method = get_now(vm, it.target, "return")
    if method is None or method is NULL:
        return None
    said = call(vm, method, it.target, [])
    return said if isinstance(said, Enter) else None


def iterator_object(vm: Machine, it: Iter, name: str) -> Obj:
    """Make an iterator that the program can hold: `array.values()`."""
    return Obj(intrinsic(vm, f"{name} Iterator.prototype"), "Iterator", it)


def result(vm: Machine, value: Any, done: bool) -> Obj:
    """Make what `next()` answers."""
    return make_object(vm, {"value": value, "done": done})


def listed(vm: Machine, value: Any, most: int = 100_000) -> list[Any]:
    """List all that a value iterates over, at this instant."""
    made = open_iterator(vm, value)
    if isinstance(made, Enter):
        made = adopt(vm, vm.finish_call(made))
    if made.kind == "array" and not made.target.ballast:
        return [None if item is HOLE else item for item in made.target.items]
    found: list[Any] = []
    while len(found) < most:
        said = step(vm, made)
        if said is DONE:
            break
        if isinstance(said, Enter) or type(said) is tuple:
            from .convert import truthy

            answer = said[0] if type(said) is tuple else vm.finish_call(said)
            if truthy(get_now(vm, answer, "done")):
                break
            said = get_now(vm, answer, "value")
        found.append(said)
        vm.ops += 1
    return found
