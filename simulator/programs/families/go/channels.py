"""Channels: sending, receiving, select, close; who waits is woken in the order of coming."""

from __future__ import annotations

from typing import Any

from ...vm import Frame, Machine, Suspend, Thrown
from .values import Chan, Waiter


def make_channel(size: int) -> Chan:
    """Make a channel; slots in the order of their names."""
    return Chan(max(0, size), False, [], [], [])


def _first(queue: list[Any]) -> Any:
    """Take the first who still waits: [waiter, case, value]."""
    while queue:
        found = queue.pop(0)
        if not found[0].done and not found[0].task.done:
            found[0].done = True
            return found
    return None


def try_send(vm: Machine, channel: Chan, value: Any) -> bool:
    """Send if that needs no waiting."""
    if channel.closed:
        raise Thrown(("runtime.plainError", "send on closed channel"))
    receiver = _first(channel.receivers)
    if receiver is not None:
        vm.resume(receiver[0].task, (receiver[1], value, True))
        return True
    if len(channel.items) < channel.cap:
        channel.items.append(value)
        return True
    return False


def try_receive(vm: Machine, channel: Chan) -> tuple[Any, bool] | None:
    """Receive if that needs no waiting: (value, True), or (None, False) when it is closed."""
    if channel.items:
        value = channel.items.pop(0)
        sender = _first(channel.senders)
        if sender is not None:
            channel.items.append(sender[2])
            vm.resume(sender[0].task, (sender[1], None, True))
        return value, True
    sender = _first(channel.senders)
    if sender is not None:
        vm.resume(sender[0].task, (sender[1], None, True))
        return sender[2], True
    return (None, False) if channel.closed else None


def send(vm: Machine, frame: Frame, arg: Any) -> Any:
    """`channel <- value`; leaves something on the stack."""
    channel, value = arg[0](frame.more), arg[1](frame.more)
    if channel is None:
        return Suspend(then="chan")
    if try_send(vm, channel, value):
        frame.stack.append(None)
        return None
    channel.senders.append([Waiter(False, vm.task), 0, value])
    return Suspend(then="chan")


def receive(vm: Machine, frame: Frame, arg: Any) -> Any:
    """`<-channel`: leaves (case, value, ok) on the stack."""
    channel = arg(frame.more)
    if channel is None:
        return Suspend(then="chan")
    found = try_receive(vm, channel)
    if found is not None:
        frame.stack.append((0, *found))
        return None
    channel.receivers.append([Waiter(False, vm.task), 0, None])
    return Suspend(then="chan")


def select(vm: Machine, frame: Frame, arg: Any) -> Any:
    """Wait for the first of several: leaves (case, value, ok); the default is the last case.

    arg: ([(channel, value or None)], has a default).
    """
    r = frame.more
    cases = [
        (channel(r), value(r) if value is not None else None, value is not None)
        for channel, value in arg[0]
    ]
    ready = [at for at, (channel, _, sends) in enumerate(cases) if _ready(channel, sends)]
    if ready:
        at = ready[vm.p.luck().below(len(ready))] if len(ready) > 1 else ready[0]
        channel, value, sends = cases[at]
        if sends:
            try_send(vm, channel, value)
            frame.stack.append((at, None, True))
        else:
            found = try_receive(vm, channel) or (None, False)
            frame.stack.append((at, *found))
        return None
    if arg[1]:
        frame.stack.append((len(cases), None, False))
        return None
    waiter = Waiter(False, vm.task)
    for at, (channel, value, sends) in enumerate(cases):
        if channel is not None:
            queue = channel.senders if sends else channel.receivers
            queue[:] = [one for one in queue if not one[0].done]
            queue.append([waiter, at, value])
    return Suspend(then="chan")


def _ready(channel: Chan | None, sends: bool) -> bool:
    if channel is None:
        return False
    if channel.closed:
        return True
    if sends:
        return len(channel.items) < channel.cap or any(
            not one[0].done and not one[0].task.done for one in channel.receivers
        )
    return bool(channel.items) or any(
        not one[0].done and not one[0].task.done for one in channel.senders
    )


def close(vm: Machine, channel: Chan | None) -> None:
    """Close a channel: all who receive get nothing more."""
    if channel is None:
        raise Thrown(("runtime.plainError", "close of nil channel"))
    if channel.closed:
        raise Thrown(("runtime.plainError", "close of closed channel"))
    channel.closed = True
    while (receiver := _first(channel.receivers)) is not None:
        vm.resume(receiver[0].task, (receiver[1], None, False))
    while (sender := _first(channel.senders)) is not None:
        vm.resume(sender[0].task, (sender[1], None, True))
