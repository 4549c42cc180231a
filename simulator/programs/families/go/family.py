"""Compiled Go programs in containers: started, followed, served, ended."""

from __future__ import annotations

import json
from typing import Any

from simulator.timing import MS

from ...process import Family, Process
from ...vm import Interpreted, Machine, Task, Thrown
from ..compiled import PROFILES, Compiled
from . import web
from .language import Go, first_frame
from .library.waiting import deliver
from .program import compiled
from .running import SOURCE


class GoProgram(Interpreted):
    """A binary that `go build` made: its source is followed."""

    name = "go-program"
    language = Go()
    base_memory = PROFILES["go"]["memory"]

    def begin(self, p: Process) -> None:
        """Start up; what cannot be compiled is only described (see Compiled)."""
        entry = p.view.get(str(p.row["path"])) or {}
        made = entry.get("made") or {}
        text = sources_of(made)
        program = compiled(text)
        if program.wrong or not program.codes:
            p.row["family"] = "compiled"
            Compiled().launch(p, "go", str(made.get("main") or ""))
            return
        p.state.update(phase="start", text=text)
        p.use_memory(self.base_memory)
        machine = p.engine.store.get("Machine", "", p.box["machine"])
        speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
        p.wake(int(p.luck().lognormal_us(PROFILES["go"]["start_ms"] * MS / speed, 0.1)))

    def wake(self, p: Process) -> None:
        """Begin with main, or go on."""
        if p.state.get("phase") != "start":
            self.turn(p)
            return
        p.state["phase"] = "run"
        text = str(p.state.pop("text"))
        program = compiled(text)
        for one in program.unfollowed:
            p.err(f"drydock: {one} is not followed by the model\n")
        glob: list[Any] = [None] * len(program.globals)
        root: dict[str, Any] = {"globals": glob, "goroutines": 1}
        vm = self.load(p, root, {SOURCE: text})
        frame = first_frame(program.codes[0].info.registers)
        frame.more[0] = glob
        task = vm.start(frame)
        task.more = 1
        self.settle(p, vm, vm.run())

    def signal(self, p: Process, name: str) -> bool:
        """Hand a signal to the program, if it asked for it; else Go's runtime ends it.

        The runtime raises the signal again, which does nothing to a container's first process, and
        then exits with 2 (dieFromSignal of runtime/signal_unix.go).
        """
        if p.state.get("phase") != "run":
            return False
        vm = self.machine(p)
        if vm.running:
            return False
        if not deliver(vm, name):
            if p.pid == 1 and name in ("SIGTERM", "SIGINT", "SIGHUP"):
                p.exit(2)
                return True
            return False
        self.turn_after(p, vm)
        return True

    def input(self, p: Process) -> None:
        """Hand a line of standard input to the goroutine that reads."""
        vm = self.machine(p)
        readers: list[Task] = vm.root.get("readers") or []
        while readers:
            line = p.read_line()
            if line is None:
                return
            from .tokens import to_bytes

            task = readers.pop(0)
            if not readers:
                vm.root.pop("reading", None)
            vm.resume(task, (to_bytes(line), True) if line else ("", False))
            self.turn_after(p, vm)
            if p.row.get("ended"):
                return

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Let the server on a port handle a request."""
        vm = self.machine(p)
        frame = web.begin_request(vm, port, request)
        if frame is None:
            return {"status": 502, "body": "", "headers": {}}
        return self.handle(p, vm, frame, request)  # type: ignore[no-any-return]

    def broken(self, p: Process, vm: Machine, task: Task, error: Thrown) -> None:
        """Print the panic of a handler."""
        web.handler_failed(vm, task, error)

    def reply(self, p: Process, vm: Machine, task: Task) -> dict[str, Any]:
        """Make a response of what the handler has written."""
        return web.response_of(vm, task)


def sources_of(made: dict[str, Any]) -> str:
    """Give the sources that a binary was made from, as the compiler takes them."""
    kept = made.get("go")
    if isinstance(kept, dict):
        return json.dumps(kept, sort_keys=True)
    files = {"main.go": str(made.get("main") or "")}
    package = {"folder": "/src", "files": files}
    return json.dumps({"main": "main", "go": "1.23", "packages": {"main": package}}, sort_keys=True)


FAMILIES: list[Family] = [GoProgram()]
