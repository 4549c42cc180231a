"""Operations of scopes, exceptions, loops over iterators, generators and waiting."""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Frame, Machine, Return, Scope, Thrown, cell
from . import convert
from .errors import throw
from .iterate import close_iterator, open_iterator, result, step
from .objects import get_now, keys_of
from .values import DONE, NULL, TDZ, Iter, Obj


@cell("js.leave")
class Leave:
    """Thrown into a generator to make it return: no `catch` sees it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


@cell("js.awaited")
class Awaited:
    """What an async generator hands out when it waits for a promise."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def push_scope(vm: Machine, frame: Frame, names: list[tuple[str, bool]]) -> None:
    frame.scope = Scope({n: TDZ if late else None for n, late in names}, frame.scope)


def pop_scope(vm: Machine, frame: Frame, _: Any) -> None:
    frame.scope = frame.scope.up  # type: ignore[assignment]


def renew_scope(vm: Machine, frame: Frame, _: Any) -> None:
    """Give the next turn of a loop variables of its own."""
    frame.scope = Scope(dict(frame.scope.names), frame.scope.up)


# Exceptions: below each open block lies the scope to which its handler goes back


def try_push(vm: Machine, frame: Frame, handler: int) -> None:
    frame.stack.append(frame.scope)
    frame.blocks.append([handler, len(frame.stack)])


def try_pop(vm: Machine, frame: Frame, _: Any) -> None:
    frame.blocks.pop()
    frame.scope = frame.stack.pop()


def try_pop_under(vm: Machine, frame: Frame, _: Any) -> None:
    frame.blocks.pop()
    frame.scope = frame.stack.pop(-2)


def drop_under(vm: Machine, frame: Frame, _: Any) -> None:
    del frame.stack[-2]


def caught(vm: Machine, frame: Frame, by_finally: bool) -> None:
    """Begin a handler: the exception's value stays on the stack."""
    error = frame.stack.pop()
    frame.scope = frame.stack.pop()
    if type(error) is Leave and not by_finally:
        raise Thrown(error)
    frame.stack.append(error)


def throw_(vm: Machine, frame: Frame, _: Any) -> None:
    raise Thrown(frame.stack.pop())


def fail(vm: Machine, frame: Frame, argument: Any) -> None:
    raise throw(vm, argument[0], argument[1])


def end_finally(vm: Machine, frame: Frame, exits: list[int]) -> None:
    """Go on as the statement before `finally` wanted to."""
    way = frame.stack.pop()
    value = frame.stack.pop()
    if way == -1:
        raise Thrown(value)
    if way:
        frame.stack.append(value)
        frame.pc = exits[way - 1]


# Iterators


def iterate(vm: Machine, frame: Frame, asynchronous: bool) -> Any:
    """Make an iterator of the top; what needs a call of the program lands there later."""
    value = frame.stack.pop()
    made = open_iterator(vm, value, asynchronous)
    if isinstance(made, Enter):
        return made
    frame.stack.append(made)
    return None


def ready(vm: Machine, frame: Frame, _: Any) -> None:
    """Take what `[Symbol.iterator]()` has given."""
    made = frame.stack[-1]
    if type(made) is not Iter:
        if not isinstance(made, Obj):
            raise throw(vm, "TypeError", "Result of the Symbol.iterator method is not an object")
        from .iterate import adopt

        frame.stack[-1] = adopt(vm, made)


def advance(vm: Machine, frame: Frame, end: int) -> Any:
    """Put the next element on the stack, or go to the end; `checked` follows a program's own."""
    value = step(vm, frame.stack[-2])
    if isinstance(value, Enter):
        return value
    if type(value) is tuple:
        frame.stack.append(value[0])
        return None
    if value is DONE:
        frame.pc = end
        return None
    frame.stack.append(value)
    frame.pc += 1
    return None


def checked(vm: Machine, frame: Frame, argument: Any) -> None:
    """Look at what `next()` gave: its value, or the end. keep: the last value too."""
    end, keep = argument
    given = frame.stack.pop()
    if not isinstance(given, Obj):
        from .inspect import inspect

        raise throw(vm, "TypeError", f"Iterator result {inspect(vm, given)} is not an object")
    if convert.truthy(get_now(vm, given, "done")):
        if keep:
            frame.stack.append(get_now(vm, given, "value"))
        frame.pc = end
        return
    frame.stack.append(get_now(vm, given, "value"))


def take(vm: Machine, frame: Frame, _: Any) -> Any:
    """Put the next element of a pattern's iterator on the stack: undefined at its end."""
    iterator = frame.stack[-1]
    value = DONE if iterator.kind == "ended" else step(vm, iterator)
    if isinstance(value, Enter):
        return value
    if type(value) is tuple:
        frame.stack.append(value[0])
        return None
    if value is DONE:
        iterator.kind = "ended"
        value = None
    frame.stack.append(value)
    frame.pc += 1
    return None


def taken(vm: Machine, frame: Frame, _: Any) -> None:
    given = frame.stack.pop()
    if convert.truthy(get_now(vm, given, "done")):
        frame.stack[-1].kind = "ended"
        frame.stack.append(None)
    else:
        frame.stack.append(get_now(vm, given, "value"))


def jump_if_ended(vm: Machine, frame: Frame, to: int) -> None:
    """Leave the loop of a rest element: [iterator, array, element] lies on the stack."""
    if frame.stack[-3].kind == "ended":
        frame.stack.pop()
        frame.pc = to


def take_below(vm: Machine, frame: Frame, _: Any) -> Any:
    """Like `take` with the iterator below the top."""
    stack = frame.stack
    array = stack.pop()
    said = take(vm, frame, None)
    if isinstance(said, Enter):
        stack.append(array)
        return said
    stack.insert(-1, array)
    return None


def taken_below(vm: Machine, frame: Frame, _: Any) -> None:
    given = frame.stack.pop()
    if convert.truthy(get_now(vm, given, "done")):
        frame.stack[-2].kind = "ended"
        frame.stack.append(None)
    else:
        frame.stack.append(get_now(vm, given, "value"))


def close(vm: Machine, frame: Frame, _: Any) -> Any:
    """Close the iterator on top; something to be dropped takes its place."""
    said = close_iterator(vm, frame.stack.pop())
    if isinstance(said, Enter):
        return said
    frame.stack.append(None)
    return None


def close_under(vm: Machine, frame: Frame, _: Any) -> Any:
    """Close the iterator below the top; something to be dropped is put on top."""
    said = close_iterator(vm, frame.stack.pop(-2))
    if isinstance(said, Enter):
        return said
    frame.stack.append(None)
    return None


def iterate_keys(vm: Machine, frame: Frame, _: Any) -> None:
    """Make the list of a `for...in`: own and inherited enumerable names."""
    value = frame.stack.pop()
    names: list[Any] = []
    if type(value) is str:
        names = [str(n) for n in range(len(value))]
    obj = value if isinstance(value, Obj) else None
    while obj is not None:
        names += [key for key in keys_of(vm, obj) if key not in names]
        obj = obj.proto
    if value is NULL:
        names = []
    frame.stack.append(Iter("list", names))


# Generators and async functions


def yield_(vm: Machine, frame: Frame, _: Any) -> Return:
    frame.more.data[0] = "suspended"
    return Return(frame.stack.pop())


def resumed(vm: Machine, frame: Frame, _: Any) -> None:
    """Go on after a `yield` or `await` with what was handed in: a value, or a throw."""
    mode = frame.stack.pop()
    value = frame.stack.pop()
    if mode == 1:
        raise Thrown(value)
    if mode == 2:
        raise Thrown(Leave(value))
    frame.stack.append(value)


def awaited(vm: Machine, frame: Frame, _: Any) -> None:
    frame.stack[-1] = Awaited(frame.stack[-1])


def await_(vm: Machine, frame: Frame, _: Any) -> Return:
    """Let the function wait for a promise; its caller goes on."""
    from .promises import when_settled

    when_settled(vm, frame.stack.pop(), ["resume", frame])
    frame.more[1] = "waiting"
    return Return(None)


def return_(vm: Machine, frame: Frame, _: Any) -> Return:
    return Return(frame.stack.pop())


def next_result(vm: Machine, frame: Frame, _: Any) -> Any:
    """Ask the iterator of a `for await` for its next result: a promise, or an object."""
    value = step(vm, frame.stack[-2])
    if isinstance(value, Enter):
        return value
    if type(value) is not tuple:
        done = value is DONE
        value = (result(vm, None if done else value, done),)
    frame.stack.append(value[0])
    return None


def close_if_open(vm: Machine, frame: Frame, _: Any) -> Any:
    """Close the iterator of a pattern, unless it has ended; something to be dropped follows."""
    if frame.stack[-1].kind == "ended":
        return None
    return close(vm, frame, None)


def advance_delegate(vm: Machine, frame: Frame, end: int) -> Any:
    """Ask the inner iterator of `yield*` for its next result."""
    value = step(vm, frame.stack[-2])
    if isinstance(value, Enter):
        return value
    if type(value) is tuple:
        frame.stack.append(value[0])
        return None
    if value is DONE:
        frame.stack.append(None)
        frame.pc = end
        return None
    frame.stack.append(value)
    frame.pc += 1
    return None
