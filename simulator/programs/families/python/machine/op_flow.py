"""The operations of Python's machine that deal with loops, exceptions, functions and imports."""

from __future__ import annotations

from typing import Any

from ....vm import NOTHING, Enter, Frame, Function, Machine, Native, Return, Scope, Thrown
from .attributes import bind
from .calls import after, follows, info, lookup
from .calls import call as call_value
from .classes import begin_class, is_subclass
from .errors import error, is_error, is_exception, make
from .iteration import STOP, advance, next_item
from .iteration import get_iter as iterator
from .objects import Class, Generator, Info, Instance, Iter, More, Opaque, Super
from .op_names import NOTHING_HERE, _push, _scope
from .types import BASE_EXCEPTION, ELLIPSIS, name_of, type_of

# Loops


def get_iter(vm: Machine, frame: Frame, _: Any) -> Any:
    return _push(frame, iterator(vm, frame.stack.pop()))


def for_iter(vm: Machine, frame: Frame, end: int) -> Any:
    it = frame.stack[-1]
    if type(it) is Iter:
        item = advance(it)
        if item is STOP:
            frame.stack.pop()
            frame.pc = end
        else:
            frame.stack.append(item)
        return None
    result = next_item(vm, it, "for", end)
    return None if result is NOTHING else _push(frame, result)


# Exceptions


def setup_try(vm: Machine, frame: Frame, argument: Any) -> None:
    to, below = argument if type(argument) is tuple else (argument, 0)
    frame.blocks.append([to, len(frame.stack) - below])


def pop_block(vm: Machine, frame: Frame, _: Any) -> None:
    frame.blocks.pop()


def enter_handler(vm: Machine, frame: Frame, depth: int) -> None:
    handling = info(frame).handling
    del handling[depth:]
    handling.append(frame.stack.pop())


def leave_handler(vm: Machine, frame: Frame, depth: int) -> None:
    del info(frame).handling[depth:]


def load_exception(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack.append(info(frame).handling[-1])


def match_exception(vm: Machine, frame: Frame, _: Any) -> None:
    wanted = frame.stack.pop()
    value = info(frame).handling[-1]
    for one in wanted if type(wanted) is tuple else (wanted,):
        if type(one) is Opaque:
            continue
        if type(one) is tuple:
            continue
        if type(one) is not Class or BASE_EXCEPTION not in one.order:
            raise error("TypeError", "catching classes that do not inherit from BaseException is "
                                     "not allowed")  # fmt: skip
    frame.stack.append(is_subclass(vm, value.cls, wanted))


def handled(vm: Machine) -> Any:
    """Give the exception that is being handled; None when there is none."""
    for frame in reversed(vm.task.frames if vm.task else []):
        if type(frame.more) is Info and frame.more.handling:
            return frame.more.handling[-1]
    return None


def reraise(vm: Machine, frame: Frame, _: Any) -> None:
    handling = info(frame).handling
    raise again(vm, handling.pop())


def again(vm: Machine, value: Instance) -> Thrown:
    """Raise an exception on, with the trace that it has already."""
    thrown = Thrown(value)
    rows = [tuple(row) for row in value.value or ()]
    thrown.trace = [*vm.trace()[:-1], *rows] if rows else []
    return thrown


def raise_(vm: Machine, frame: Frame, count: int) -> Any:
    if count == 0:
        value = handled(vm)
        if value is None:
            raise error("RuntimeError", "No active exception to reraise")
        raise again(vm, value)
    cause = frame.stack.pop() if count == 2 else ELLIPSIS
    value = frame.stack.pop()
    if type(value) is Class:
        return after(vm, call_value(vm, value, [], {}), "raise", cause)
    return throw(vm, cause, value)


@follows("raise")
def throw(vm: Machine, cause: Any, value: Any) -> Any:
    """Raise a value of the program."""
    if not is_exception(value):
        raise error("TypeError", "exceptions must derive from BaseException")
    if cause is not ELLIPSIS:
        if type(cause) is Class:
            cause = make(cause, ())
        value.fields["__cause__"] = cause
        value.fields["__suppress_context__"] = True
    thrown = Thrown(value)
    rows = [tuple(row) for row in value.value or ()]
    thrown.trace = [*vm.trace(), *rows]
    raise thrown


def fail_assertion(vm: Machine, frame: Frame, has_text: bool) -> None:
    raise error("AssertionError", *([frame.stack.pop()] if has_text else []))


# With


def with_enter(vm: Machine, frame: Frame, is_async: bool) -> Any:
    value = frame.stack.pop()
    names = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
    cls = type_of(value)
    ways = [lookup(cls, name) for name in names]
    if type(value) is Opaque:
        frame.stack.extend([Opaque("exit"), value])
        return None
    for way, name in zip(ways, names, strict=True):
        if way is None:
            kind = "asynchronous context manager" if is_async else "context manager"
            missed = f" (missed {name} method)" if name.endswith("exit__") else ""
            raise error("TypeError", f"{cls.name!r} object does not support the {kind} protocol"
                                     f"{missed}")  # fmt: skip
    frame.stack.append(bind(vm, ways[1], value, cls))
    return _push(frame, call_value(vm, bind(vm, ways[0], value, cls), [], {}))


def with_exit(vm: Machine, frame: Frame, _: Any) -> Any:
    return _push(frame, call_value(vm, frame.stack.pop(), [None, None, None], {}))


def with_failed(vm: Machine, frame: Frame, _: Any) -> Any:
    value = info(frame).handling[-1]
    function = frame.stack.pop()
    if type(function) is Opaque:
        frame.stack.append(False)
        return None
    return _push(frame, call_value(vm, function, [value.cls, value, None], {}))


# Functions and classes


def make_function(vm: Machine, frame: Frame, argument: Any) -> None:
    number, count, words, notes, in_class = argument
    stack = frame.stack
    code = vm.code(frame.source, number)
    scope = frame.scope.up if in_class and frame.scope.up is not None else frame.scope
    annotations = _take(stack, notes)
    keywords = _take(stack, words)
    defaults = stack[len(stack) - count :] if count else []
    if count:
        del stack[-count:]
    top = _scope_top(frame.scope)
    module = top.names.get("__name__", "builtins")
    more = More(code.name, code.info.qualname, module, defaults, keywords, annotations,
                code.info.doc)  # fmt: skip
    stack.append(Function(frame.source, number, scope, more))


def _scope_top(scope: Scope) -> Scope:
    while scope.up is not None:
        scope = scope.up
    return scope


def _take(stack: list[Any], names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    values = stack[-len(names) :]
    del stack[-len(names) :]
    return dict(zip(names, values, strict=True))


def make_class(vm: Machine, frame: Frame, argument: Any) -> Enter:
    number, count, words, cell, in_class = argument
    keywords = _take(frame.stack, words)
    bases = frame.stack[len(frame.stack) - count :] if count else []
    if count:
        del frame.stack[-count:]
    code = vm.code(frame.source, number)
    around = frame.scope.up if in_class and frame.scope.up is not None else frame.scope
    if cell:
        around = Scope({}, around)
    module = _scope_top(frame.scope).names.get("__name__", "builtins")
    names: dict[str, Any] = {"__module__": module, "__qualname__": code.info.qualname}
    if code.info.doc is not None:
        names["__doc__"] = code.info.doc
    inner = Frame(frame.source, number, Scope(names, around))
    data = [code.name, bases, names, keywords, around if cell else None]
    result = Enter(inner)
    after(vm, result, "class", data)
    return result


@follows("class")
def _class(vm: Machine, data: list[Any], result: Any) -> Any:
    name, bases, names, keywords, cell = data
    return after(vm, begin_class(vm, name, bases, names, keywords), "class made", cell)


@follows("class made")
def _class_made(vm: Machine, cell: Any, made: Any) -> Any:
    if cell is not None:
        cell.names["__class__"] = made
    return made


def load_super(vm: Machine, frame: Frame, argument: Any) -> None:
    (depth, name), first = argument
    cls = _scope(frame, depth).names.get(name)
    frame.stack.append(Super(cls, frame.scope.names[first]))  # type: ignore[arg-type]


def call(vm: Machine, frame: Frame, argument: tuple[int, tuple[str, ...], int]) -> Any:
    count, words, method = argument
    stack = frame.stack
    keywords = _take(stack, words) if words else {}
    at = len(stack) - count
    args = stack[at:]
    del stack[at:]
    if method:
        owner = stack.pop()
        if owner is not NOTHING_HERE:
            args.insert(0, owner)
    return _push(frame, call_value(vm, stack.pop(), args, keywords))


def call_spread(vm: Machine, frame: Frame, _: Any) -> Any:
    keywords, args = frame.stack.pop(), frame.stack.pop()
    return _push(frame, call_value(vm, frame.stack.pop(), list(args), keywords))


def return_value(vm: Machine, frame: Frame, _: Any) -> Return:
    value = frame.stack.pop()
    if type(frame.more) is Info and frame.more.generator is not None:
        generator = frame.more.generator
        generator.done, generator.running, generator.result = True, False, value
    return Return(value)


def yield_(vm: Machine, frame: Frame, _: Any) -> Return:
    generator = frame.more.generator
    generator.running = False
    if generator.kind == "async":
        generator.result = True  # an item, not a wait
    return Return(frame.stack.pop())


def get_awaitable(vm: Machine, frame: Frame, _: Any) -> Any:
    value = frame.stack.pop()
    if (type(value) is Generator and value.kind == "coroutine") or (
        type(value) is Iter and value.kind == "anext"
    ):  # fmt: skip
        frame.stack.append(value)
        return None
    if type(value) is Opaque:
        frame.stack.append(Iter("seq", ()))
        return None
    method = lookup(type_of(value), "__await__")
    if method is None:
        raise error("TypeError", f"object {name_of(value)} can't be used in 'await' expression")
    return _push(frame, call_value(vm, method, [value], {}))


def yield_from(vm: Machine, frame: Frame, _: Any) -> Any:
    """Go on with the inner iterator: its items are handed out, its result is the value."""
    sent = frame.stack.pop()
    it = frame.stack[-1]
    from .generators import delegate

    return delegate(vm, frame, it, sent)


def get_async_iter(vm: Machine, frame: Frame, _: Any) -> Any:
    value = frame.stack.pop()
    if type(value) is Generator and value.kind == "async":
        frame.stack.append(value)
        return None
    method = lookup(type_of(value), "__aiter__")
    if method is None:
        raise error("TypeError", f"'async for' requires an object with __aiter__ method, got "
                                 f"{name_of(value)}")  # fmt: skip
    return _push(frame, call_value(vm, method, [value], {}))


def async_next(vm: Machine, frame: Frame, end: int) -> Any:
    it = frame.stack[-1]
    frame.blocks.append([end, len(frame.stack)])
    if type(it) is Generator:
        frame.stack.append(Iter("anext", it))
        return None
    method = lookup(type_of(it), "__anext__")
    return after(vm, call_value(vm, method, [it], {}), "awaitable") if method else _push(frame, it)


@follows("awaitable")
def _awaitable(vm: Machine, data: Any, result: Any) -> Any:
    frame = vm.task.frames[-1] if vm.task else None
    if frame is None:
        return result
    frame.stack.append(result)
    said = get_awaitable(vm, frame, None)
    return NOTHING if said is None else said


def async_end(vm: Machine, frame: Frame, _: Any) -> None:
    value = frame.stack.pop()
    if not is_error(value, "StopAsyncIteration"):
        raise again(vm, value)
    frame.stack.pop()


# Imports


def import_name(vm: Machine, frame: Frame, argument: Any) -> Any:
    from .imports import import_module

    return _push(frame, import_module(vm, frame, *argument))


def import_from(vm: Machine, frame: Frame, name: str) -> Any:
    from .imports import take

    return _push(frame, take(vm, frame, frame.stack[-1], name))


def import_star(vm: Machine, frame: Frame, _: Any) -> None:
    from .imports import public_names

    frame.scope.names.update(public_names(vm, frame.stack.pop()))


# Patterns


def match_sequence(vm: Machine, frame: Frame, argument: tuple[int, int]) -> None:
    count, star = argument
    value = frame.stack.pop()
    value = value.value if type(value) is Instance and type(value.value) in (list, tuple) else value
    fits = type(value) in (list, tuple) and (
        len(value) == count if star < 0 else len(value) >= count - 1
    )
    if not fits:
        frame.stack.append(None)
        return
    items = list(value)
    if star >= 0:
        behind = count - star - 1
        stop = len(items) - behind
        items = [*items[:star], items[star:stop], *items[stop:]]
    frame.stack.append(items)


def match_mapping(vm: Machine, frame: Frame, argument: tuple[int, bool]) -> None:
    count, rest = argument
    keys = frame.stack[len(frame.stack) - count :] if count else []
    if count:
        del frame.stack[-count:]
    value = frame.stack.pop()
    if type(value) is not dict or not all(key in value for key in keys):
        frame.stack.append(None)
        return
    items = [value[key] for key in keys]
    if rest:
        items.append({key: one for key, one in value.items() if key not in keys})
    frame.stack.append(items)


def match_class(vm: Machine, frame: Frame, argument: tuple[int, tuple[str, ...]]) -> None:
    count, words = argument
    cls, value = frame.stack.pop(), frame.stack.pop()
    if not is_subclass(vm, type_of(value), cls, value):
        frame.stack.append(None)
        return
    names, found = list(words), []
    if count:
        fits = lookup(cls, "__match_args__") or ()
        if cls.kind and not fits and count == 1:
            found = [value]
        elif len(fits) < count:
            raise error("TypeError", f"{cls.name}() accepts {len(fits)} positional sub-patterns "
                                     f"({count} given)")  # fmt: skip
        else:
            names = [*fits[:count], *names]
    for name in names:
        got = vm.call_now(Native("getattr"), [value, name, ELLIPSIS], {})
        if got is ELLIPSIS:
            frame.stack.append(None)
            return
        found.append(got)
    frame.stack.append(found)
