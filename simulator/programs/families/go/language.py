"""Go on the machine of modelled programs: how panics end it, when all goroutines are asleep."""

from __future__ import annotations

from typing import Any

from ...vm import Code, Enter, Frame, Language, Machine, Suspend, Task, Thrown
from .formats import panic_text
from .program import Program, compiled
from .running import SOURCE
from .values import NO_SCOPE, panic

MOST_TURNS = 200
"""Turns of other goroutines that a request of this instant waits for."""


class Go(Language):
    """The rules of compiled Go programs."""

    name = "go"
    op_ns = 12
    """CPU time of one compiled statement (assumed)."""

    def compile(self, source: str, text: str) -> list[Code]:
        """Give a program's code."""
        return compiled(text).codes

    def call(self, vm: Machine, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a function value from the library."""
        info = vm.code(SOURCE, function.code).info
        registers = [vm.root["globals"], *function.pre, *args]
        if function.cap:
            registers.append(function.cap)
        registers += [None] * max(0, info.registers - len(registers))
        return Enter(Frame(SOURCE, function.code, NO_SCOPE, more=registers))

    def would_block(self, vm: Machine, suspend: Suspend) -> Any:
        """Let the other goroutines go on until the one that may not wait can.

        # Simplified: A handler that waits for a goroutine which itself waits for a time or for
        another container gets a zero value when the request comes from a probe or the traffic.
        """
        task = vm.task
        if task is None:
            return None
        if suspend.then not in ("chan", "lock", "wait"):
            task.data = suspend.data
            return self.resumed(vm, task, suspend.then, None)
        height = len(task.frames[-1].stack)
        task.blocked = True
        for _ in range(MOST_TURNS):
            ready = [one for one in vm.tasks if not one.waits and not one.done]
            for one in ready:
                if task.blocked and not one.waits:
                    vm.turn_now(one)
            if not task.blocked or not ready:
                break
        if task.blocked:
            task.blocked = False
            return None
        stack = task.frames[-1].stack
        return stack.pop() if len(stack) > height else None

    def resumed(self, vm: Machine, task: Task, then: str, answer: Any) -> Any:
        """Give the value that a goroutine waited for."""
        from .library import RESUMED

        make = RESUMED.get(then)
        return make(vm, task, answer) if make is not None else answer

    def ended(self, vm: Machine, task: Task) -> None:
        """End the process with its main goroutine."""
        if task.more == 1:
            vm.exit_code = 0

    def failed(self, vm: Machine, task: Task, error: Thrown) -> None:
        """Print a panic and end the process; in a request's handler the server survives."""
        from .web import handler_failed

        if handler_failed(vm, task, error):
            return
        vm.p.err(panic_text(program_of(vm), vm, error.value, error.trace, task.more or 1))
        vm.exit_code = 2

    def caught(self, vm: Machine, task: Task, error: Thrown) -> Any:
        """Hand a panic to the deferred calls."""
        return [error.value, [list(row) for row in error.trace]]

    def fault(self, vm: Machine, error: Exception) -> Thrown:
        """Make a panic of what the model's own machine ran into."""
        if isinstance(error, RecursionError):
            return Thrown(("runtime.fatal", "stack overflow"))
        if isinstance(error, MemoryError):
            return Thrown(("runtime.fatal", "out of memory"))
        return panic("integer overflow")

    def idle(self, vm: Machine) -> bool:
        """End a program of which nobody will ever go on."""
        if vm.nested or vm.exit_code is not None:
            return False
        if vm.root.get("servers") or vm.root.get("signals") or vm.root.get("reading"):
            return False
        if vm.requests or any(
            task.wake_us is not None or task.number is not None for task in vm.tasks
        ):
            return False
        main = next((task for task in vm.tasks if task.more == 1), None)
        if main is None or not main.frames:
            return False
        vm.p.err(
            "fatal error: all goroutines are asleep - deadlock!\n\n"
            f"goroutine 1 [{_why(vm, main)}]:\n{trace_text(program_of(vm), vm.trace(main))}"
        )
        vm.exit_code = 2
        return False


def _why(vm: Machine, task: Task) -> str:
    from . import channels, running

    frame = task.frames[-1]
    code = vm.code(frame.source, frame.code)
    operation = code.ops[max(0, frame.pc - 1)][0]
    names: dict[Any, str] = {
        channels.send: "chan send",
        channels.receive: "chan receive",
        channels.select: "select (no cases)",
    }
    del running
    if operation is channels.select:
        return "select" if code.ops[frame.pc - 1][1][0] else "select (no cases)"
    return names.get(operation) or {"lock": "sync.Mutex.Lock", "wait": "sync.WaitGroup.Wait"}.get(
        task.then, "semacquire"
    )


def program_of(vm: Machine) -> Program:
    """Give the compiled program that a machine runs."""
    return compiled(vm.sources[SOURCE])


def trace_text(program: Program, trace: list[Any]) -> str:
    """Write the calls of a goroutine as Go's runtime does, the innermost first."""
    lines = []
    for _, name, line in reversed(trace):
        if name == "runtime.main":
            continue
        number = program.titles().get(name)
        info = program.codes[number].info if number is not None else None
        folder = getattr(info, "folder", "") or "/src"
        file = getattr(info, "file", "") or "main.go"
        lines.append(
            f"{name}(...)\n\t{folder}/{file}:{line} +0x{line * 4 + 20:x}\n"
            if not name.endswith("main.main")
            else f"{name}()\n\t{folder}/{file}:{line} +0x{line * 4 + 20:x}\n"
        )
    return "".join(lines)


def first_frame(registers: int) -> Frame:
    """Give the frame that a process begins with."""
    return Frame(SOURCE, 0, NO_SCOPE, more=[None] * registers)
