"""The operations of compiled Go code: calls, jumps, deferred calls, panics, goroutines."""

from __future__ import annotations

from typing import Any

from ...vm import NOTHING, Frame, Machine, Return, Suspend, Thrown
from ...vm.faults import note
from .values import NO_SCOPE, Defers, Func, nil_error, panic

SOURCE = "go"
MAX_DEPTH = 5_000
"""Calls inside each other: Go's stack may grow to a gigabyte, which holds some more."""


def do(vm: Machine, frame: Frame, fn: Any) -> None:
    """Carry out a statement."""
    fn(frame.more)


def jump(vm: Machine, frame: Frame, label: Any) -> None:
    """Go on elsewhere."""
    frame.pc = label.pc


def jump_unless(vm: Machine, frame: Frame, arg: Any) -> None:
    """Go on elsewhere when a condition does not hold."""
    if not arg[0](frame.more):
        frame.pc = arg[1].pc


def pop(vm: Machine, frame: Frame, at: int) -> None:
    """Put a call's result into a register."""
    frame.more[at] = frame.stack.pop()


def unpack(vm: Machine, frame: Frame, arg: Any) -> None:
    """Put a call's results into registers; what is unknown gives nil."""
    first, count = arg
    values = frame.stack.pop()
    frame.more[first : first + count] = values if values is not None else [None] * count


def drop(vm: Machine, frame: Frame, _: Any) -> None:
    """Throw a call's result away."""
    frame.stack.pop()


def enter(vm: Machine, code: int, values: list[Any], captured: list[Any], glob: Any) -> Any:
    """Begin a call."""
    task = vm.task
    if task is None or len(task.frames) >= MAX_DEPTH:
        raise RecursionError
    info = vm.code(SOURCE, code).info
    registers = [glob, *values, captured] if captured else [glob, *values]
    missing = info.registers - len(registers)
    if missing > 0:
        registers += [None] * missing
    task.frames.append(Frame(SOURCE, code, NO_SCOPE, more=registers))
    return NOTHING


def call(vm: Machine, frame: Frame, arg: Any) -> Any:
    """Call a function that is known."""
    r = frame.more
    return enter(vm, arg[0], [one(r) for one in arg[1]], [], r[0])


def call_value(vm: Machine, frame: Frame, arg: Any) -> Any:
    """Call a function value."""
    r = frame.more
    function = arg[0](r)
    if function is None:
        raise nil_error()
    values = [*function.pre, *[one(r) for one in arg[1]]]
    return enter(vm, function.code, values, function.cap, r[0])


def call_native(vm: Machine, frame: Frame, arg: Any) -> Any:
    """Call a function of the library that is not written in Go."""
    r = frame.more
    values = [one(r) for one in arg[1]]
    try:
        result = arg[0](vm, *values)
    except (TypeError, ValueError, LookupError, AttributeError, ZeroDivisionError) as error:
        note(error)  # a value that is not known reached a function that cannot do without it
        raise nil_error() from None
    if isinstance(result, Suspend) or result is NOTHING:
        return result
    frame.stack.append(result)
    return None


def call_method(vm: Machine, frame: Frame, arg: Any) -> Any:
    """Call a method of a value in an interface: (value, name, arguments, dispatch, zero results).

    What the model lacks of a method gives zero values (see Program.lacks).
    """
    r = frame.more
    value = arg[0](r)
    if value is None:
        raise nil_error()
    receiver, code = arg[3](value, arg[1])
    if code is None:
        frame.stack.append(arg[4](r))
        return None
    return enter(vm, code, [receiver, *[one(r) for one in arg[2]]], [], r[0])


def bare_return(vm: Machine, frame: Frame, fn: Any) -> Return:
    """End a call with a result."""
    return Return(fn(frame.more) if fn is not None else None)


def result_of(vm: Machine, frame: Frame, fn: Any) -> None:
    """Leave a value on the stack."""
    frame.stack.append(fn(frame.more))


# Deferred calls and panics


def begin_defers(vm: Machine, frame: Frame, arg: Any) -> None:
    """Prepare a call that defers others: its panics come to `arg[1]`."""
    frame.more[arg[0]] = Defers([], None)
    frame.blocks.append([arg[1].pc, 0])


def defer(vm: Machine, frame: Frame, arg: Any) -> None:
    """Defer a call."""
    at, function, values = arg
    r = frame.more
    r[at].calls.append([function(r), [one(r) for one in values]])


def panicked(vm: Machine, frame: Frame, arg: Any) -> None:
    """Take a panic up: the deferred calls are next."""
    at, label = arg
    found = frame.stack.pop()
    earlier = frame.more[at].panic
    value, trace = found
    if earlier is not None and not earlier[2]:
        value, trace = found
    frame.more[at].panic = [value, trace, False]
    frame.blocks.append([label.pc, 0])


def run_defers(vm: Machine, frame: Frame, arg: Any) -> Any:
    """Run the deferred calls, the last first; then end or go on panicking: (register, results)."""
    at, results = arg
    r = frame.more
    defers: Defers = r[at]
    if defers.calls:
        function, values = defers.calls.pop()
        frame.pc -= 1
        frame.stack.clear()
        if function is None:
            raise nil_error()
        return enter(vm, function.code, [*function.pre, *values], function.cap, r[0])
    frame.blocks.clear()
    if defers.panic is not None and not defers.panic[2]:
        error = Thrown(defers.panic[0])
        error.trace = [tuple(row) for row in defers.panic[1]]
        raise error
    return Return(results(r) if results is not None else None)


def recover(vm: Machine) -> Any:
    """Stop the panic of the function whose deferred call runs."""
    frames = vm.task.frames if vm.task is not None else []
    if len(frames) < 2:
        return None
    for value in frames[-2].more:
        if isinstance(value, Defers) and value.panic is not None and not value.panic[2]:
            value.panic[2] = True
            return value.panic[0]
    return None


def start_goroutine(vm: Machine, frame: Frame, arg: Any) -> None:
    """Begin a goroutine: (function, arguments)."""
    r = frame.more
    function = arg[0](r)
    if function is None:
        raise nil_error()
    begin_task(vm, function, [one(r) for one in arg[1]], r[0])


def begin_task(vm: Machine, function: Func, values: list[Any], glob: Any) -> Any:
    """Begin a goroutine with a call."""
    info = vm.code(SOURCE, function.code).info
    registers = [glob, *function.pre, *values]
    if function.cap:
        registers.append(function.cap)
    registers += [None] * max(0, info.registers - len(registers))
    task = vm.start(Frame(SOURCE, function.code, NO_SCOPE, more=registers))
    vm.root["goroutines"] = number = int(vm.root.get("goroutines", 0)) + 1
    task.more = number
    return task


def throw(vm: Machine, frame: Frame, fn: Any) -> None:
    """Panic with a value."""
    value = fn(frame.more)
    if value is None:
        raise panic("panic called with nil argument (use GODEBUG=panicnil=1 to disable)")
    raise Thrown(value)
