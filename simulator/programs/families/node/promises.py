"""Promises and the queue of microtasks.

A promise's data is [state, value, reactions, handled]. A reaction is ["then", on fulfilled, on
rejected, derived promise or None], ["resume", frame of an async function], ["pass", promise] or
["call", function].
"""

from __future__ import annotations

from typing import Any

from ...vm import Machine, Thrown
from .intrinsics import intrinsic, native_of
from .objects import get_now, is_callable
from .registry import hidden
from .values import Obj

PENDING, FULFILLED, REJECTED = "pending", "fulfilled", "rejected"


def new_promise(vm: Machine, proto: Obj | None = None) -> Obj:
    """Make a pending promise."""
    return Obj(proto or intrinsic(vm, "Promise.prototype"), "Promise", [PENDING, None, [], False])


def resolved(vm: Machine, value: Any) -> Obj:
    """Make a promise of a value, or give it back when it is one."""
    if isinstance(value, Obj) and value.kind == "Promise":
        return value
    promise = new_promise(vm)
    resolve(vm, promise, value)
    return promise


def rejected(vm: Machine, error: Any) -> Obj:
    """Make a promise that is rejected."""
    promise = new_promise(vm)
    settle(vm, promise, REJECTED, error)
    return promise


def resolve(vm: Machine, promise: Obj, value: Any) -> None:
    """Resolve a promise: with another one's outcome, if the value is a promise."""
    if promise.data[0] != PENDING:
        return
    if not isinstance(value, Obj):
        settle(vm, promise, FULFILLED, value)
        return
    if value is promise:
        from .errors import make_error

        settle(
            vm,
            promise,
            REJECTED,
            make_error(vm, "TypeError", "Chaining cycle detected for promise #<Promise>"),
        )
        return
    try:
        then = get_now(vm, value, "then")
    except Thrown as error:
        settle(vm, promise, REJECTED, error.value)
        return
    if not is_callable(then):
        settle(vm, promise, FULFILLED, value)
        return
    vm.root.setdefault("micro", []).append(["adopt", promise, value, then])


def settle(vm: Machine, promise: Obj, state: str, value: Any) -> None:
    """Give a promise its outcome."""
    if promise.data[0] != PENDING:
        return
    reactions = promise.data[2]
    promise.data[:3] = [state, value, []]
    queue = vm.root.setdefault("micro", [])
    for reaction in reactions:
        queue.append(["react", reaction, state, value])
    if state == REJECTED and not promise.data[3]:
        trace = vm.trace() if vm.task is not None else []
        vm.root.setdefault("rejected", []).append([promise, trace])


def when_settled(vm: Machine, value: Any, reaction: list[Any]) -> None:
    """Have something done when a promise (or a plain value) has its outcome."""
    try:
        promise = resolved(vm, value)
    except Thrown as error:
        promise = rejected(vm, error.value)
    react(vm, promise, reaction)


def react(vm: Machine, promise: Obj, reaction: list[Any]) -> None:
    """Add a reaction to a promise."""
    promise.data[3] = True
    state, value = promise.data[:2]
    if state == PENDING:
        promise.data[2].append(reaction)
    else:
        vm.root.setdefault("micro", []).append(["react", reaction, state, value])


def settlers(vm: Machine, promise: Obj) -> tuple[Any, Any]:
    """Make the two functions that an executor is given."""
    used = [False]
    return (native_of(vm, "promise resolve", [promise, used]),
            native_of(vm, "promise reject", [promise, used]))  # fmt: skip


@hidden("promise resolve", 1)
def _resolve(vm: Any, fn: Any, call: list[Any]) -> None:
    promise, used = fn.data
    if not used[0]:
        used[0] = True
        resolve(vm, promise, call[1][0] if call[1] else None)


@hidden("promise reject", 1)
def _reject(vm: Any, fn: Any, call: list[Any]) -> None:
    promise, used = fn.data
    if not used[0]:
        used[0] = True
        settle(vm, promise, REJECTED, call[1][0] if call[1] else None)
