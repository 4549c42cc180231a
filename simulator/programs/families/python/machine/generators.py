"""Generators and coroutines: send, throw, close, and the delegation of `yield from` and `await`."""

from __future__ import annotations

from typing import Any

from ....vm import NOTHING, Frame, Machine, Return, Thrown
from .calls import after, call, catches, caught, follow, follows, info, lookup, native
from .errors import error, is_error, is_exception
from .iteration import STOP, advance, resume
from .objects import Class, Generator, Instance, Iter
from .types import ASYNC_GENERATOR, COROUTINE, GENERATOR, name_of


def delegate(vm: Machine, frame: Frame, it: Any, sent: Any) -> Any:
    """Do one step of `yield from`; the iterator is on the frame's stack."""
    kind = type(it)
    if kind is Generator:
        try:
            return after(vm, resume(vm, it, sent), "delegate")
        except Thrown as thrown:
            return caught(vm, "delegate", None, thrown)
    if kind is Iter and it.kind == "anext":
        return _async_next(vm, it.source, sent)
    if kind is Iter:
        item = advance(it)
        if item is STOP:
            frame.stack[-1] = None
            return None
        return _hand_out(vm, frame, item)
    name = "send" if sent is not None else "__next__"
    method = lookup(it.cls, name) if kind is Instance else None
    if method is None:
        raise error("TypeError", f"{name_of(it)!r} object is not an iterator")
    args = [it] if sent is None else [it, sent]
    try:
        return after(vm, call(vm, method, args, {}), "delegate")
    except Thrown as thrown:
        return caught(vm, "delegate", None, thrown)


def _async_next(vm: Machine, generator: Generator, sent: Any) -> Any:
    if generator.done:
        raise error("StopAsyncIteration")
    generator.result = None
    return after(vm, resume(vm, generator, sent), "async item", generator)


@follows("async item")
def _async_item(vm: Machine, generator: Generator, value: Any) -> Any:
    frame = vm.task.frames[-1]  # type: ignore[union-attr]
    if generator.result is True:
        generator.result = None
        frame.stack[-1] = value
        return NOTHING
    return _leave(vm, frame, value)


@catches("async item")
def _async_end(vm: Machine, data: Any, thrown: Thrown) -> Any:
    if is_error(thrown.value, "StopIteration"):
        raise error("StopAsyncIteration")
    return None


@follows("delegate")
def _delegated(vm: Machine, data: Any, value: Any) -> Any:
    frame = vm.task.frames[-1]  # type: ignore[union-attr]
    return _leave(vm, frame, value)


@catches("delegate")
def _delegate_end(vm: Machine, data: Any, thrown: Thrown) -> Any:
    """Take the inner iterator's result."""
    if not is_error(thrown.value, "StopIteration"):
        return None
    frame = vm.task.frames[-1]  # type: ignore[union-attr]
    args = thrown.value.fields.get("args") or (None,)
    frame.stack[-1] = args[0]
    return NOTHING


def _hand_out(vm: Machine, frame: Frame, value: Any) -> Return:
    frame.pc -= 1
    frame.more.generator.running = False
    return Return(value)


def _leave(vm: Machine, frame: Frame, value: Any) -> Any:
    """Hand a value out of the frame that delegates; on its next turn it asks again."""
    frame.pc -= 1
    frame.more.generator.running = False
    vm.task.frames.pop()  # type: ignore[union-attr]
    rows, frame.more.next, frame.then = frame.more.next, [], ""
    return follow(vm, rows, value)


# Methods


def _own(args: list[Any]) -> Generator:
    if not args or type(args[0]) is not Generator:
        raise error("TypeError", "descriptor requires a generator")
    return args[0]


@native("generator.__next__", "generator.send", "coroutine.send")
def _send(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    return resume(vm, _own(args), args[1] if len(args) > 1 else None)


@native("generator.__iter__", "coroutine.__await__", "async_generator.__aiter__")
def _itself(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    return args[0]


@native("async_generator.__anext__")
def _anext(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Iter("anext", args[0])


@native("generator.throw", "coroutine.throw")
def _throw(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    generator, value = _own(args), args[1]
    if type(value) is Class:
        return after(vm, call(vm, value, args[2:3], {}), "throw into", generator)
    return throw_into(vm, generator, value)


@follows("throw into")
def _thrown_into(vm: Machine, generator: Any, value: Any) -> Any:
    return throw_into(vm, generator, value)


def throw_into(vm: Machine, generator: Any, value: Any, *rows: list[Any]) -> Any:
    """Raise an exception where a generator stands; rows: what follows its next item."""
    if not is_exception(value):
        raise error("TypeError", "exceptions must be classes or instances deriving from "
                                 f"BaseException, not {name_of(value)}")  # fmt: skip
    frame = generator.frame
    if generator.done:
        raise Thrown(value)
    if not generator.started:
        generator.done = True
        raise Thrown(value)
    code = vm.code(frame.source, frame.code)
    inner = frame.stack[-1] if frame.stack else None
    delegating = frame.pc < len(code.ops) and code.ops[frame.pc][0].__name__ == "yield_from"
    generator.running = True
    info(frame).next.extend([["yielded", generator], *rows])
    frame.then = "py"
    if delegating and type(inner) in (Generator, Instance):
        thrower = lookup(inner.cls, "throw") if type(inner) is Instance else None
        if type(inner) is Generator or thrower is not None:
            frame.pc += 1
            vm.task.frames.append(frame)  # type: ignore[union-attr]
            if type(inner) is Instance:
                return after(vm, call(vm, thrower, [inner, value], {}), "delegate")
            return throw_into(vm, inner, value, ["delegate", None])
    vm.task.frames.append(frame)  # type: ignore[union-attr]
    raise Thrown(value)


@native("generator.close", "coroutine.close")
def _close(vm: Machine, args: list[Any], keywords: dict[str, Any]) -> Any:
    generator = _own(args)
    if generator.done or not generator.started:
        generator.done = True
        return None
    ending = error("GeneratorExit").value
    return throw_into(vm, generator, ending, ["closed", None])


@follows("closed")
def _closed(vm: Machine, data: Any, result: Any) -> Any:
    raise error("RuntimeError", "generator ignored GeneratorExit")


@catches("closed")
def _ended(vm: Machine, data: Any, thrown: Thrown) -> Any:
    ended = is_error(thrown.value, "GeneratorExit", "StopIteration")
    return Return(None) if ended else None


def fill() -> None:
    """Give the classes their methods."""
    from ....vm import Native

    for cls, names in (
        (GENERATOR, ("__next__", "send", "__iter__", "throw", "close")),
        (COROUTINE, ("send", "__await__", "throw", "close")),
        (ASYNC_GENERATOR, ("__aiter__", "__anext__")),
    ):
        for name in names:
            cls.names[name] = Native(f"{cls.name}.{name}")


fill()
