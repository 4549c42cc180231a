"""What a running program is made of: code, scopes, frames, tasks, and what an operation may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .freeze import cell

if TYPE_CHECKING:
    from .machine import Machine

Operation = Callable[["Machine", "Frame", Any], Any]
"""Works on `frame.stack`. Answers None, an Enter, Suspend or Return, or NOTHING when it has changed
the task's frames itself; raises Thrown."""

NOTHING = object()
"""No value: whoever says it has put what is needed on the stacks."""


@dataclass(slots=True)
class Code:
    """A compiled function (or a module's body): made anew from the source, so never frozen.

    ops: (operation, argument). lines: the line in the source of each. info: what the language
    needs to call it, such as its parameters.
    """

    name: str
    ops: list[tuple[Operation, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    info: Any = None


@cell("scope")
@dataclass(slots=True, eq=False)
class Scope:
    """Names and their values, and the scope around."""

    names: dict[str, Any]
    up: Scope | None = None


@cell("function")
@dataclass(slots=True, eq=False)
class Function:
    """A function of the program: which code, in which scope; `more` is the language's."""

    source: str
    code: int
    scope: Scope | None
    more: Any = None


@cell("native")
@dataclass(slots=True, eq=False)
class Native:
    """A function or class of the language's library, by its dotted name; `bound`: its object."""

    name: str
    bound: Any = None


@cell("frame")
@dataclass(slots=True, eq=False)
class Frame:
    """A call that is under way.

    blocks: [where to go on, height of the stack] for each open `try`. then: what
    `Language.returned` does with the result ("" hands it to the caller). more: the language's.
    """

    source: str
    code: int
    scope: Scope
    pc: int = 0
    stack: list[Any] = field(default_factory=list)
    blocks: list[list[int]] = field(default_factory=list)
    then: str = ""
    more: Any = None


@cell("task")
@dataclass(slots=True, eq=False)
class Task:
    """A thread, a goroutine, a request: a stack of calls of its own.

    wake_us: when it goes on at the latest. number: the question of `Process.ask` whose answer it
    waits for. blocked: it waits until somebody calls `Machine.resume`. then, data: what
    `Language.resumed` makes of the answer. result, error: how it ended. more: the language's.
    """

    frames: list[Frame]
    wake_us: int | None = None
    number: int | None = None
    blocked: bool = False
    then: str = ""
    data: Any = None
    done: bool = False
    result: Any = None
    error: Any = None
    more: Any = None

    @property
    def waits(self) -> bool:
        """True when it cannot go on by itself."""
        return self.blocked or self.wake_us is not None or self.number is not None


@dataclass(slots=True)
class Enter:
    """Said by an operation: go on in this frame; its result lands on the caller's stack."""

    frame: Frame


@dataclass(slots=True)
class Return:
    """Said by an operation: the call ends with this value."""

    value: Any


@dataclass(slots=True)
class Suspend:
    """Said by an operation: the task waits.

    us: so long at most (None: for ever). number: for this answer. then, data: handed to
    `Language.resumed`, whose result lands on the stack.
    """

    us: int | None = None
    number: int | None = None
    then: str = ""
    data: Any = None


class Thrown(Exception):
    """An exception of the program, with its value; trace: (source, name, line), innermost last."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value
        self.trace: list[tuple[str, str, int]] = []
