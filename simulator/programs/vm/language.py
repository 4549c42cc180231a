"""What a language says about its values; one object a language, without state of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .parts import Code, Frame, Return, Suspend, Task, Thrown

if TYPE_CHECKING:
    from .machine import Machine


class Language:
    """The rules of a language. The machine calls these; the operations are the compiler's."""

    name = ""
    op_ns = 30
    """CPU time of one operation on a processor of today (assumed)."""

    def compile(self, source: str, text: str) -> Sequence[Code]:
        """Compile a source; the first is the module's body. To be cached."""
        raise NotImplementedError

    def call(self, vm: Machine, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a value: the result, an Enter or a Suspend; raises Thrown."""
        raise NotImplementedError

    def returned(self, vm: Machine, frame: Frame, value: Any) -> Any:
        """Make of a result what `frame.then` asks for: a value, an Enter or a Suspend."""
        return value

    def resumed(self, vm: Machine, task: Task, then: str, answer: Any) -> Any:
        """Make a value of what a task waited for; None when its time is up. Raises Thrown."""
        return answer

    def ended(self, vm: Machine, task: Task) -> None:
        """Learn that a task has ended (task.result), or failed (task.error, a value)."""

    def failed(self, vm: Machine, task: Task, error: Thrown) -> None:
        """Learn that an exception left a task's last frame; it then counts as ended."""

    def caught(self, vm: Machine, task: Task, error: Thrown) -> Any:
        """Give the value that a handler finds on its stack."""
        return error.value

    def left(self, vm: Machine, frame: Frame, error: Thrown) -> Return | None:
        """Learn that an exception has left a frame; a Return makes a result of it (a promise)."""
        return None

    def idle(self, vm: Machine) -> bool:
        """Find more to do when no task can go on (an event loop's queue); False: nothing."""
        return False

    def due_us(self, vm: Machine) -> int | None:
        """Give when a timer of the language is due for which no task waits."""
        return None

    def fault(self, vm: Machine, error: Exception) -> Thrown:
        """Make the language's own exception of RecursionError, MemoryError or OverflowError."""
        raise NotImplementedError

    def would_block(self, vm: Machine, suspend: Suspend) -> Any:
        """Give what a wait yields where nothing may wait (`Machine.call_now`)."""
        return None
