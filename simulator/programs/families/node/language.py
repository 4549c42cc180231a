"""JavaScript for the machine: calls, results, the event loop's part of `Language`."""

from __future__ import annotations

from typing import Any

from ...vm import Code, Frame, Language, Machine, Return, Suspend, Task, Thrown
from . import loop
from .calls import call
from .compiler import compiled
from .errors import throw
from .iterate import result
from .objects import get_now
from .ops_control import Leave
from .promises import REJECTED, resolve, settle
from .values import TDZ, Obj


class JavaScript(Language):
    """ECMAScript, as V8 runs it."""

    name = "javascript"
    op_ns = 20
    """CPU time of one operation (assumed; V8's compiler makes hot code faster still)."""

    def compile(self, source: str, text: str) -> list[Code]:
        """Compile a source."""
        return compiled(source, text)

    def call(self, vm: Machine, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a function; keywords: {"this": value}."""
        return call(vm, function, keywords.get("this"), args)

    def returned(self, vm: Machine, frame: Frame, value: Any) -> Any:
        """Make of a result what `new`, a generator or an async function makes of it."""
        if frame.then == "new":
            this, scope = frame.more
            if isinstance(value, Obj):
                return value
            if this is TDZ:
                this = scope.names.get("this", TDZ)
                if this is TDZ:
                    raise throw(vm, "ReferenceError", "Must call super constructor in derived "
                                "class before accessing 'this' or returning from derived "
                                "constructor")  # fmt: skip
            return this
        if frame.then == "require":
            frame.more[0].props["loaded"] = True
            return get_now(vm, frame.more[0], "exports")
        if frame.then == "executor":
            return frame.more[0]
        if frame.then == "generator":
            return _generated(vm, frame, value)
        if frame.then == "async":
            promise, state, started = frame.more
            frame.more[2] = True
            if state == "waiting":
                frame.more[1] = "running"
            else:
                resolve(vm, promise, value)
            return None if started else promise
        return value

    def left(self, vm: Machine, frame: Frame, error: Thrown) -> Return | None:
        """Turn an exception that leaves an async function into a rejected promise."""
        if frame.then == "async":
            promise, _, started = frame.more
            frame.more[2] = True
            trace = [row for row in error.trace if row[0]]
            settle(vm, promise, REJECTED, error.value)
            for row in vm.root.get("rejected", ()):
                if row[0] is promise:
                    row[1] = trace
            return Return(None if started else promise)
        if frame.then == "require":
            vm.root["modules"].pop(frame.more[1], None)
        if frame.then == "executor":
            settle(vm, frame.more[0], REJECTED, error.value)
            return Return(frame.more[0])
        if frame.then == "generator":
            frame.more.data[0] = "done"
            if type(error.value) is Leave:
                return Return(result(vm, error.value.value, True))
        return None

    def resumed(self, vm: Machine, task: Task, then: str, answer: Any) -> Any:
        """Give what a wait yields."""
        return answer

    def ended(self, vm: Machine, task: Task) -> None:
        """Resolve the promise that follows from a job."""
        if task.more is not None:
            resolve(vm, task.more, task.result)

    def failed(self, vm: Machine, task: Task, error: Thrown) -> None:
        """Reject the promise that follows from a job, or end the program."""
        if task.more is not None:
            settle(vm, task.more, REJECTED, error.value)
        else:
            loop.uncaught(vm, error)

    def idle(self, vm: Machine) -> bool:
        """Begin the next job of the event loop."""
        return loop.next_job(vm)

    def due_us(self, vm: Machine) -> int | None:
        """Give when the next timer is due."""
        return loop.due_us(vm)

    def fault(self, vm: Machine, error: Exception) -> Thrown:
        """Make a RangeError of what the machine cannot do."""
        words = {"RecursionError": "Maximum call stack size exceeded"}
        text = words.get(type(error).__name__, "Invalid array length")
        return throw(vm, "RangeError", text)

    def would_block(self, vm: Machine, suspend: Suspend) -> Any:
        """Give undefined where nothing may wait."""
        return None


def _generated(vm: Machine, frame: Frame, value: Any) -> Any:
    state = frame.more.data
    if state[0] == "suspended":
        return result(vm, value, False)
    state[0] = "done"
    return result(vm, value, True)
