"""Iterators: the built-in ones give their items at once, the program's are called."""

from __future__ import annotations

from typing import Any

from ....vm import NOTHING, Enter, Frame, Function, Machine, Native, Scope, Thrown
from .bulk import item_of
from .calls import after, call, catches, caught, follows, info, lookup
from .errors import error, is_error
from .objects import (
    Bound,
    Bulk,
    ByteArray,
    Class,
    Generator,
    Instance,
    Iter,
    More,
    Opaque,
    Range,
    Set,
    View,
)
from .operators import unwrap
from .types import ITERATORS, TYPE, name_of

STOP = object()
SEQUENCES = (list, tuple, str, bytes, Range, Bulk, ByteArray)
MOST_ITEMS = 200_000
"""Items that a list is made of at once; more is more memory than a process gets."""


def get_iter(vm: Machine, value: Any) -> Any:
    """Give what iter() gives."""
    kind = type(value)
    if kind in SEQUENCES:
        return Iter("seq", value)
    if kind is Iter or (kind is Generator and value.kind == "generator"):
        return value
    if kind is dict or kind is Set:
        holder = value if kind is dict else value.items
        return Iter("keys", list(holder), 0, holder)
    if kind is View:
        return Iter("keys", view_items(value), 0, value.source)
    if kind is Instance:
        method = lookup(value.cls, "__iter__")
        if method is not None:
            return call(vm, method, [value], {})
        if lookup(value.cls, "__getitem__") is not None:
            return call(vm, _helper("_by_index"), [value], {})
        held = unwrap(value)
        if held is not value:
            return get_iter(vm, held)
    if kind is Class and value.meta not in (None, TYPE):
        method = lookup(value.meta, "__iter__")
        if method is not None:
            return call(vm, method, [value], {})
    if kind is Opaque:
        return Iter("seq", ())
    raise error("TypeError", f"{name_of(value)!r} object is not iterable")


def _helper(name: str) -> Any:
    from .library import namespace

    return namespace("builtins")[name]


def view_items(value: View) -> list[Any]:
    """List what a view of a dict shows."""
    if value.kind == "keys":
        return list(value.source)
    if value.kind == "values":
        return list(value.source.values())
    return list(value.source.items())


def advance(it: Iter) -> Any:
    """Give the next item of a built-in iterator; STOP at its end."""
    kind, source, at = it.kind, it.source, it.at
    if kind == "seq":
        of = type(source)
        if of is list or of is tuple or of is str or of is bytes:
            if at >= len(source):
                it.source = ()
                return STOP
            it.at = at + 1
            return source[at]
        return _advance_odd(it, source, at)
    if kind == "keys":
        if len(it.more) != len(source) and at < len(source):
            noun = "dictionary changed size" if it.more is not None else ""
            raise error("RuntimeError", f"{noun} during iteration")
        if at >= len(source):
            return STOP
        it.at = at + 1
        return source[at]
    if kind == "zip":
        return _advance_zip(it)
    if kind == "enumerate":
        item = advance(source)
        if item is STOP:
            return STOP
        it.at += 1
        return (it.at - 1, item)
    if kind == "reversed":
        if at >= len(source):
            return STOP
        it.at = at + 1
        return source[len(source) - 1 - at]
    it.at = at + it.more  # count
    return at


def _advance_odd(it: Iter, source: Any, at: int) -> Any:
    if type(source) is Range:
        value = source.start + at * source.step
        if (value >= source.stop) if source.step > 0 else (value <= source.stop):
            return STOP
        it.at = at + 1
        return value
    if type(source) is ByteArray:
        if at >= len(source.data):
            return STOP
        it.at = at + 1
        return source.data[at]
    if at >= source.length:
        return STOP
    it.at = at + 1
    return item_of(source, at)


def _advance_zip(it: Iter) -> Any:
    row = []
    for number, one in enumerate(it.source):
        item = advance(one)
        if item is STOP:
            if it.more and (number or any(advance(other) is not STOP for other in it.source[1:])):
                word = "shorter" if number else "longer"
                at = number + 1 if number else 2
                before = "argument 1" if at == 2 else f"arguments 1-{at - 1}"
                raise error("ValueError", f"zip() argument {at} is {word} than {before}")
            return STOP
        row.append(item)
    return tuple(row)


def all_builtin(iterators: list[Any]) -> bool:
    """Tell whether none of these iterators calls the program."""
    return all(type(one) is Iter for one in iterators)


# Items one by one


def next_item(vm: Machine, it: Any, then: str, data: Any = None) -> Any:
    """Ask for the next item; `then` follows it, and catches StopIteration."""
    kind = type(it)
    method = lookup(it.cls, "__next__") if kind is Instance else None
    if method is None and kind is not Generator:
        raise error("TypeError", f"{name_of(it)!r} object is not an iterator")
    try:
        if kind is Generator:
            return after(vm, resume(vm, it, None), then, data)
        return after(vm, call(vm, method, [it], {}), then, data)
    except Thrown as thrown:
        return caught(vm, then, data, thrown)


def resume(vm: Machine, generator: Generator, sent: Any) -> Any:
    """Let a generator go on to its next yield."""
    if generator.running:
        noun = "coroutine" if generator.kind == "coroutine" else "generator"
        raise error("ValueError", f"{noun} already executing")
    if generator.done:
        raise error("StopIteration")
    frame = generator.frame
    if generator.started:
        frame.stack.append(sent)
    elif sent is not None:
        raise error("TypeError", "can't send non-None value to a just-started generator")
    generator.started = generator.running = True
    info(frame).next.append(["yielded", generator])
    frame.then = "py"
    return Enter(frame)


@follows("yielded")
def _yielded(vm: Machine, generator: Generator, value: Any) -> Any:
    """Hand on what a generator yields; its end is StopIteration."""
    if generator.done:
        generator.result = None
        raise error("StopIteration", *(() if value is None else (value,)))
    return value


@follows("for")
def _for(vm: Machine, data: Any, value: Any) -> Any:
    return value


@catches("for")
def _for_end(vm: Machine, data: Any, thrown: Thrown) -> Any:
    """Leave a loop whose iterator has ended."""
    if not is_error(thrown.value, "StopIteration"):
        return None
    frame = vm.task.frames[-1] if vm.task else None
    if frame is not None:
        frame.stack.pop()
        frame.pc = data
    return NOTHING


# All items at once


def listed(vm: Machine, value: Any) -> Any:
    """Make a list of an iterable: it, or an Enter or Suspend."""
    quick = quick_list(value)
    if quick is not None:
        return quick
    return after(vm, get_iter(vm, value), "listed")


@follows("listed")
def _listed(vm: Machine, data: Any, it: Any) -> Any:
    if type(it) is Iter:
        return drain(it)
    return call(vm, _helper("_collect"), [it], {})


def drain(it: Iter) -> list[Any]:
    """Take all items of a built-in iterator; raises MemoryError when they are too many."""
    found: list[Any] = []
    while (item := advance(it)) is not STOP:
        found.append(item)
        if len(found) > MOST_ITEMS:
            raise error("MemoryError")
    return found


def quick_list(value: Any) -> list[Any] | None:
    """Make a list of a built-in value; None for another."""
    kind = type(value)
    if kind is list or kind is tuple or kind is str or kind is bytes or kind is dict:
        return list(value)
    if kind is Set:
        return list(value.items)
    if kind is View:
        return view_items(value)
    if kind is Range:
        places = range(value.start, value.stop, value.step)
        if len(places) > MOST_ITEMS:
            raise error("MemoryError")
        return list(places)
    if kind is Iter:
        return drain(value)
    return None


def listed_now(vm: Machine, value: Any) -> list[Any]:
    """Make a list of an iterable, at once."""
    quick = quick_list(value)
    if quick is not None:
        return quick
    return list(vm.call_now(Native("list"), [value], {}))


def entered(function: Function, names: dict[str, Any]) -> Enter:
    """Enter a function with its names given."""
    return Enter(Frame(function.source, function.code, Scope(names, function.scope)))


def make_function(source: str, code: int, scope: Scope | None, name: str) -> Function:
    """Make a function without defaults."""
    return Function(source, code, scope, More(name, name, "", [], {}, {}))


def bound(name: str, owner: Any) -> Bound:
    """Make a method of the library."""
    return Bound(Native(name), owner)


ITERATOR_CLASSES = tuple(ITERATORS.values())
