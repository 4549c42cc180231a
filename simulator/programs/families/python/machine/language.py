"""The rules of Python for the machine (see vm.Language)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....vm import Code, Frame, Language, Machine, Return, Suspend, Task, Thrown
from .calls import call, catch, follow
from .compiler import compile_source
from .errors import error, is_error
from .objects import Info


class PythonLanguage(Language):
    """Python 3.12."""

    name = "python"
    op_ns = 30

    def compile(self, source: str, text: str) -> Sequence[Code]:
        """Compile a source; a library's text is found by its name."""
        from .library import text_of

        name, _, mode = source.partition("\0")
        return compile_source(name, text_of(source) or text, mode or "exec")

    def call(self, vm: Machine, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a value."""
        return call(vm, function, args, keywords)

    def returned(self, vm: Machine, frame: Frame, value: Any) -> Any:
        """Do what was noted for a result."""
        rows, frame.more.next, frame.then = frame.more.next, [], ""
        return follow(vm, rows, value)

    def resumed(self, vm: Machine, task: Task, then: str, answer: Any) -> Any:
        """Make a value of what a task waited for."""
        if then == "py":
            (inner, data), rows = task.data
            task.data = data
            return follow(vm, rows, self.resumed(vm, task, inner, answer))
        maker = RESUMED.get(then)
        return answer if maker is None else maker(vm, task.data, answer)

    def caught(self, vm: Machine, task: Task, thrown: Thrown) -> Any:
        """Keep the trace with the exception, from the frame that handles it on."""
        value = thrown.value
        value.value = [list(row) for row in thrown.trace[len(task.frames) - 1 :]]
        in_context(task.frames[-1], value)
        return value

    def left(self, vm: Machine, frame: Frame, thrown: Thrown) -> Return | None:
        """Give the exception to who waits for the frame's result."""
        if type(frame.more) is not Info:
            return None
        in_context(frame, thrown.value)
        generator = frame.more.generator
        if generator is not None:
            generator.done, generator.running = True, False
            if is_error(thrown.value, "StopIteration"):
                noun = "coroutine" if generator.kind == "coroutine" else "generator"
                cause = thrown.value
                thrown.value = error("RuntimeError", f"{noun} raised StopIteration").value
                thrown.value.fields["__cause__"] = cause
        rows, frame.more.next, frame.then = frame.more.next, [], ""
        found = catch(vm, rows, thrown)
        return found if found is None or type(found) is Return else Return(found)

    def ended(self, vm: Machine, task: Task) -> None:
        """Tell who waits for a task's end."""
        finished(vm, task, None)

    def failed(self, vm: Machine, task: Task, thrown: Thrown) -> None:
        """Take an exception that nobody has handled."""
        thrown.value.value = [list(row) for row in thrown.trace]
        finished(vm, task, thrown)

    def fault(self, vm: Machine, problem: Exception) -> Thrown:
        """Make the exception of a program that wanted too much."""
        if isinstance(problem, RecursionError):
            return error("RecursionError", "maximum recursion depth exceeded")
        return error(type(problem).__name__, *problem.args)

    def would_block(self, vm: Machine, suspend: Suspend) -> Any:
        """Give nothing where nothing may wait."""
        return self.resumed(vm, Task([], data=suspend.data), suspend.then, None)


def in_context(frame: Frame, value: Any) -> None:
    """Note during which exception's handling another one was raised."""
    if type(frame.more) is Info and frame.more.handling:
        before = frame.more.handling[-1]
        if before is not value and "__context__" not in value.fields:
            value.fields["__context__"] = before


RESUMED: dict[str, Any] = {}
"""What a wait comes to, by the name in its `Suspend.then`; called with its data and the answer."""
FINISHED: list[Any] = []


def finished(vm: Machine, task: Task, thrown: Thrown | None) -> None:
    """Tell everybody who wants to know that a task has ended."""
    for one in FINISHED:
        one(vm, task, thrown)


LANGUAGE = PythonLanguage()
