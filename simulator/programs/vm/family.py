"""A family of programs that a `Machine` runs: its start, its turns, its answers, its end.

state: {"vm": the frozen machine, "sources": {source: text}, ...the language's plain data}.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import canonical, copy

from ..process import Family, Process
from .freeze import FrozenTooLarge, freeze, thaw
from .language import Language
from .machine import Machine
from .parts import Frame, Task, Thrown

MOST_ANSWERS = 64
"""Requests of which a machine remembers how it answered."""
MOST_LIVE = 128
"""Machines kept thawed in a lab; the state alone is enough to make them anew."""


class Interpreted(Family):
    """A program whose source is followed."""

    language: Language
    base_memory = 8_000_000
    """Bytes of the interpreter itself."""

    # To be said by a language

    def reply(self, p: Process, vm: Machine, task: Task) -> dict[str, Any]:
        """Make a response of an ended request: its result, or what its error means."""
        raise NotImplementedError

    def broken(self, p: Process, vm: Machine, task: Task, error: Thrown) -> None:
        """Learn that a request which runs to its end at this instant has failed."""

    # The machine of a process

    def load(self, p: Process, root: dict[str, Any], sources: dict[str, str]) -> Machine:
        """Begin with a machine: root holds what the language needs in it."""
        p.state["sources"] = sources
        vm = Machine(self.language, p, root, sources)
        self.keep(p, vm)
        p.programs.live[_key(p)] = vm
        return vm

    def machine(self, p: Process) -> Machine:
        """Give the machine of a process, thawed if it is not at hand."""
        live = p.programs.live
        vm: Machine | None = live.get(_key(p))
        if vm is not None and vm.running:
            return vm
        if vm is None or vm.frozen is not p.state["vm"]:
            vm = Machine(self.language, p, thaw(p.state["vm"]), p.state["sources"])
            vm.frozen = p.state["vm"]
        vm.p, vm.ops, vm.extra_us = p, 0, 0
        live.pop(_key(p), None)
        live[_key(p)] = vm
        while len(live) > MOST_LIVE:
            del live[next(iter(live))]
        return vm

    def keep(self, p: Process, vm: Machine) -> None:
        """Write the machine into the state; a program that has grown too large ends."""
        try:
            frozen, size = freeze(vm.root)
        except FrozenTooLarge:
            self.too_large(p, vm)
            return
        vm.taken = 0
        if frozen == vm.frozen:
            return
        vm.frozen = p.state["vm"] = frozen
        vm.answers.clear()
        p.state["held"] = size
        p.use_memory(self.base_memory + int(p.state.get("ballast") or 0) + size)

    def too_large(self, p: Process, vm: Machine) -> None:
        """End a program that holds more than the model can keep.

        # Simplified: A modelled program that holds more than 300,000 objects ends as if the kernel
        had killed it for its memory.
        """
        p.exit(137)

    # Turns

    def turn(self, p: Process) -> None:
        """Let the program go on until it waits; keep what it remembers."""
        vm = self.machine(p)
        if vm.running:
            return
        self.settle(p, vm, vm.run())

    def settle(self, p: Process, vm: Machine, busy: bool) -> None:
        """After a run: answer what was asked, end, or book the next turn."""
        if vm.exit_code is not None:
            p.programs.live.pop(_key(p), None)
            if not p.programs.is_out_of_memory(str(p.container["Id"])):
                p.exit(vm.exit_code & 0xFF, vm.spent_us)
            return
        self._answer(p, vm)
        while self.take_next(p, vm):
            busy = vm.run()
            self._answer(p, vm)
        before = vm.frozen
        self.keep(p, vm)
        if vm.frozen is before and not busy and p.row["booked"] is not None:
            return
        p.row["cpu"] = 1.0 if int(vm.root.get("rounds") or 0) > 1 else 0.0
        due = vm.next_us()
        if busy:
            p.wake(max(1, vm.spent_us))
        elif due is not None:
            p.wake(max(1, due - p.engine.now_us))

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Hand an answer to the task that waits for it."""
        vm = self.machine(p)
        vm.answered(number, answer)
        self.turn_after(p, vm)

    def turn_after(self, p: Process, vm: Machine) -> None:
        """Go on after something has happened to the machine."""
        if not vm.running:
            self.settle(p, vm, vm.run())

    # Requests

    def may_wait(self, p: Process) -> bool:
        """Tell whether an answer may come later: a handler may wait for anything."""
        return True

    def take_next(self, p: Process, vm: Machine) -> bool:
        """Begin a request that has waited for its turn; False when there is none."""
        return False

    def handle(self, p: Process, vm: Machine, frame: Frame, request: dict[str, Any]) -> Any:
        """Run a frame for a request: the response, or {"pending": True} if it takes its time."""
        asker = request.get("asker")
        if asker is None:
            return self._again(p, vm, request) or self._at_once(p, vm, frame, request)
        try:
            task = vm.start(frame)
        except Thrown:
            return {"status": 503, "body": "", "headers": {}}
        if vm.running:
            vm.requests.append([task, asker])
            return {"pending": True}
        busy = vm.run()
        answer = {**self.reply(p, vm, task), "us": vm.spent_us} if task.done else {"pending": True}
        if not task.done:
            vm.requests.append([task, asker])
        self.settle(p, vm, busy)
        return answer

    def _again(self, p: Process, vm: Machine, request: dict[str, Any]) -> dict[str, Any] | None:
        """Answer as before, if the program is as it was and looked at nothing but the request."""
        due = vm.next_us()
        known = vm.answers.get(canonical(request))
        if known is None or vm.running or (due is not None and due <= p.engine.now_us):
            return None
        for act, *args in known[1]:
            act(p, *args)
        answer: dict[str, Any] = copy(known[0])
        return answer

    def _at_once(
        self, p: Process, vm: Machine, frame: Frame, request: dict[str, Any]
    ) -> dict[str, Any]:
        """Run a request to its end at this instant; its waits are time that the answer takes.

        # Simplified: A request from a probe or through a proxy runs to its end at the instant it
        arrives; what its handler waits for is added to the time of the answer.
        """
        task = Task([frame])
        outer, running = vm.p, vm.running
        vm.p, vm.running = p, True
        vm.touched, vm.echoes = False, []
        try:
            vm.finish(task)
        except Thrown as error:
            self.broken(p, vm, task, error)
        finally:
            vm.p, vm.running = outer, running
        pure = not vm.touched and task.error is None and vm.exit_code is None
        answer = {**self.reply(p, vm, task), "us": vm.spent_us}
        if not running:
            vm.p = p
            before = vm.frozen
            self.settle(p, vm, vm.run())
            if pure and vm.frozen is before and len(vm.answers) < MOST_ANSWERS:
                vm.answers[canonical(request)] = (copy(answer), list(vm.echoes))
        return answer

    def _answer(self, p: Process, vm: Machine) -> None:
        waiting = []
        for task, asker in vm.requests:
            if task.done:
                p.programs.answer(p, asker, self.reply(p, vm, task))
            else:
                waiting.append([task, asker])
        vm.requests[:] = waiting


def _key(p: Process) -> tuple[str, int, int]:
    return (str(p.container["Id"]), int(p.box["run"]), p.pid)
