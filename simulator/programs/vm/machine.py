"""Runs the tasks of a program: operation by operation, within a budget, in simulated time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .language import Language
from .memory import AT_WORK, KILLED, Killed
from .parts import NOTHING, Code, Enter, Frame, Return, Suspend, Task, Thrown

if TYPE_CHECKING:
    from ..process import Process

SLICE_OPS = 10_000
"""Operations that a program may do at one instant; then it goes on a moment later."""
TURN_OPS = 1_000
"""Operations of one task before the next has its turn."""
NOW_OPS = 100_000
"""Operations of a call that must not wait (`call_now`)."""
MAX_FRAMES = 900
MAX_NESTED = 12
"""Calls of `call_now` inside each other: each takes the interpreter's own stack."""
MAX_TASKS = 2_000
PATIENCE = 30
"""Slices that a program computes at the language's speed."""
SLOWEST = 12
"""Doublings after that."""
MAX_INBOX = 1_000


class Machine:
    """A program at work.

    root: all that it remembers: {"tasks", "inbox", "requests": [[task, asker]], "rounds", ...the
    language's}. exit_code: set it to end the process. host: the process, for what never changes
    in it. taken: bytes of large values since it last waited. touched, echoes, answers: see
    `Interpreted.handle`. frozen: the plain data it was made from.
    """

    def __init__(
        self, language: Language, p: Process, root: dict[str, Any], sources: dict[str, str]
    ) -> None:
        self.language = language
        self.host = p
        self.touched = False
        self.echoes: list[tuple[Any, ...]] = []
        self.answers: dict[bytes, tuple[dict[str, Any], list[tuple[Any, ...]]]] = {}
        self.root = root
        self.sources = sources
        self.tasks: list[Task] = root.setdefault("tasks", [])
        self.requests: list[list[Any]] = root.setdefault("requests", [])
        self.task: Task | None = None
        self.frozen: Any = None
        self.running = False
        self.exit_code: int | None = None
        self.ops = self.taken = 0
        self.extra_us = 0
        self.nested = 0
        self._codes: dict[str, Sequence[Code]] = {}

    # The world

    @property
    def p(self) -> Process:
        """The process; whoever takes it may read what changes or do what must be done each time."""
        self.touched = True
        return self.host

    @p.setter
    def p(self, p: Process) -> None:
        self.host = p

    def echo(self, act: Callable[..., None], *args: Any) -> None:
        """Do act(process, *args), now and whenever the same request is answered the same again."""
        self.echoes.append((act, *args))
        act(self.host, *args)

    # Time

    @property
    def spent_us(self) -> int:
        """CPU time and the like since the run began, in microseconds."""
        return self.extra_us + self.ops * self.language.op_ns // 1000

    @property
    def now_us(self) -> int:
        """The program's own now: the lab's clock and what it has spent since."""
        return self.p.engine.now_us + self.spent_us

    def spend(self, us: int) -> None:
        """Let something take CPU time."""
        self.extra_us += max(0, us)

    # Code

    def code(self, source: str, number: int) -> Code:
        """Give a compiled function."""
        codes = self._codes.get(source)
        if codes is None:
            codes = self._codes[source] = self.language.compile(
                source, self.sources.get(source, "")
            )
        return codes[number]

    def trace(self, task: Task | None = None) -> list[tuple[str, str, int]]:
        """Give (source, name, line) of each frame, innermost last."""
        rows = []
        for frame in (task or self.task or Task([])).frames:
            code = self.code(frame.source, frame.code)
            at = min(max(0, frame.pc - 1), len(code.lines) - 1)
            rows.append((frame.source, code.name, code.lines[at] if code.lines else 0))
        return rows

    # Tasks

    def start(self, frame: Frame) -> Task:
        """Begin a task; raises Thrown when there are too many."""
        if len(self.tasks) >= MAX_TASKS:
            raise self.language.fault(self, MemoryError("can't start new thread"))
        task = Task([frame])
        self.tasks.append(task)
        return task

    def suspend(self, us: int | None = None, then: str = "", data: Any = None) -> Suspend:
        """Say that the task at work waits, for a time or until `resume`."""
        return Suspend(us, None, then, data)

    def resume(self, task: Task, answer: Any = None) -> None:
        """Let a task that waits go on: `Language.resumed` makes a value of the answer."""
        if task.done or not task.waits:
            return
        then = task.then
        task.wake_us, task.number, task.blocked, task.then = None, None, False, ""
        outer, self.task = self.task, task
        try:
            self._settle(task, self.language.resumed(self, task, then, answer))
        except Thrown as error:
            self._throw(task, error)
        finally:
            self.task = outer
            task.data = None if not task.waits else task.data

    def answered(self, number: int, answer: dict[str, Any]) -> None:
        """Take the answer to a question; what nobody waits for yet is kept in the inbox."""
        for task in self.tasks:
            if task.number == number:
                self.resume(task, answer)
                return
        waiting = self.root.setdefault("inbox", {}).setdefault(number, [])
        if len(waiting) < MAX_INBOX:
            waiting.append(answer)

    def received(self, number: int) -> dict[str, Any] | None:
        """Take an answer out of the inbox."""
        waiting = self.root.get("inbox", {}).get(number)
        return waiting.pop(0) if waiting else None

    def next_us(self) -> int | None:
        """Give when the next task wakes by itself; None when all wait for something else."""
        times = [task.wake_us for task in self.tasks if task.wake_us is not None]
        timer = self.language.due_us(self)
        if timer is not None:
            times.append(timer)
        return min(times) if times else None

    # Running

    def run(self) -> bool:
        """Go on until nothing can: True when there is still work for a later instant."""
        self.running = True
        try:
            now = self.p.engine.now_us
            for task in list(self.tasks):
                if task.wake_us is not None and task.wake_us <= now:
                    self.resume(task, None)
            return self._rounds()
        finally:
            self.running = False

    def _rounds(self) -> bool:
        budget = SLICE_OPS
        while budget > 0 and self.exit_code is None:
            ready = [task for task in self.tasks if not task.waits and not task.done]
            if not ready and not self.language.idle(self):
                self.root.pop("rounds", None)
                return False
            for task in ready:
                if not task.waits and not task.done:
                    budget -= self._turn(task, min(TURN_OPS, max(1, budget)))
            self.tasks[:] = [task for task in self.tasks if not task.done]
            budget -= 1
        self._tire()
        return True

    def _tire(self) -> None:
        """Let a program that never waits go on slower and slower.

        # Simplified: A program that computes for long without waiting for anything goes on ever
        slower, so that an endless loop does not hold the lab up.
        """
        rounds = int(self.root.get("rounds", 0)) + 1
        self.root["rounds"] = rounds
        slow = min(max(0, rounds - PATIENCE), SLOWEST)
        self.spend((SLICE_OPS * self.language.op_ns // 1000) * ((1 << slow) - 1))

    def call_now(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """Call a function and run it to its end at this instant; what it waits for is time spent.

        Raises Thrown.
        """
        if self.nested >= MAX_NESTED:
            raise self.language.fault(self, RecursionError())
        return self.finish_call(self.language.call(self, function, args, keywords))

    def finish_call(self, result: Any) -> Any:
        """Make a value of what a call said, at this instant; raises Thrown."""
        while isinstance(result, Suspend):
            result = self._no_wait(result)
        if not isinstance(result, Enter):
            return result
        if self.nested >= MAX_NESTED:
            raise self.language.fault(self, RecursionError())
        return self.finish(Task([result.frame]))

    def finish(self, task: Task) -> Any:
        """Run a task that is in no list to its end at this instant; raises Thrown."""
        outer, self.task = self.task, task
        self.nested += 1
        left = NOW_OPS
        try:
            while not task.done and self.exit_code is None:
                left -= self._turn(task, TURN_OPS, plain=True)
                if left <= 0:
                    raise self.language.fault(self, RecursionError())
        except Thrown as error:
            if outer is not None:
                error.trace = [*self.trace(outer), *error.trace]
            raise
        finally:
            self.nested -= 1
            self.task = outer
        return task.result

    def turn_now(self, task: Task) -> int:
        """Let a task of the list go on at this instant; answers how many operations it did."""
        return self._turn(task, TURN_OPS)

    def _no_wait(self, suspend: Suspend) -> Any:
        if suspend.number is not None:
            self.p.stop_asking(suspend.number)
        elif suspend.us is not None:
            self.spend(suspend.us)
            task = self.task or Task([])
            task.data = suspend.data
            return self.language.resumed(self, task, suspend.then, None)
        return self.language.would_block(self, suspend)

    def _turn(self, task: Task, most: int, plain: bool = False) -> int:
        """Do up to `most` operations of a task; answers how many.

        plain: nothing may wait, and an exception that leaves the task is raised.
        """
        outer, self.task = self.task, task
        begun, done = self.ops, 0
        before = AT_WORK.set(self)
        try:
            while done < most and task.frames and not task.waits and self.exit_code is None:
                frame = task.frames[-1]
                ops = self.code(frame.source, frame.code).ops
                while done < most:
                    self.ops += 1
                    done = self.ops - begun  # what a library's function counts is work, too
                    operation, argument = ops[frame.pc]
                    frame.pc += 1
                    try:
                        said = operation(self, frame, argument)
                        if said is None:
                            continue
                        while plain and isinstance(said, Suspend):
                            said = self._no_wait(said)
                        self._said(task, frame, said)
                    except Thrown as error:
                        self._throw(task, error, plain)
                    except (RecursionError, MemoryError, OverflowError) as error:
                        self._throw(task, self.language.fault(self, error), plain)
                    break
        except Killed:
            self.exit_code = KILLED
        finally:
            AT_WORK.reset(before)
            self.task = outer
        return done

    def _said(self, task: Task, frame: Frame, said: Any) -> None:
        if isinstance(said, Return):
            if task.frames and task.frames[-1] is frame:
                task.frames.pop()
            value = said.value
            if frame.then:
                value = self.language.returned(self, frame, value)
            self._result(task, value)
            return
        self._settle(task, said)

    def _result(self, task: Task, value: Any) -> None:
        """Hand the result of a call that is over to its caller, if there is one."""
        if not task.frames and not isinstance(value, Enter | Suspend):
            task.done, task.result = True, value
            self.language.ended(self, task)
            return
        self._settle(task, value)

    def _settle(self, task: Task, value: Any) -> None:
        """Hand a task what an operation or an answer came to."""
        if isinstance(value, Enter):
            if len(task.frames) >= MAX_FRAMES:
                raise self.language.fault(self, RecursionError())
            task.frames.append(value.frame)
        elif isinstance(value, Suspend):
            task.wake_us = None if value.us is None else self.now_us + max(0, value.us)
            task.number = value.number
            task.blocked = value.us is None and value.number is None
            task.then, task.data = value.then, value.data
            waiting = self.received(value.number) if value.number is not None else None
            if waiting is not None:
                self.resume(task, waiting)
        elif value is not NOTHING and task.frames:
            task.frames[-1].stack.append(value)

    def _throw(self, task: Task, error: Thrown, plain: bool = False) -> None:
        """Go to the innermost handler; the exception's value lies on its stack."""
        if not error.trace:
            error.trace = self.trace(task)
        while task.frames:
            frame = task.frames[-1]
            if frame.blocks:
                frame.pc, height = frame.blocks.pop()
                del frame.stack[height:]
                frame.stack.append(self.language.caught(self, task, error))
                return
            task.frames.pop()
            try:
                said = self.language.left(self, frame, error)
                if said is not None:
                    self._result(task, said.value)
                    return
            except Thrown as other:
                other.trace = other.trace or error.trace
                error = other
        task.done, task.error = True, error.value
        if plain:
            raise error
        self.language.failed(self, task, error)
