"""node and npm: a script and its modules, the prompt, what is piped in."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.timing import MS

from ...process import Family, Process
from ...vm import Frame, Interpreted, Machine, Task, Thrown
from . import library, loop
from .esm import start_module
from .language import JavaScript
from .modules import THROWN, body_frame, find_file, is_module, load, make_require
from .natives_net import accept, answered, ended_child
from .npm import PACKAGE_TOOLS, Npm
from .objects import make_object
from .promises import PENDING
from .prompt import Prompt
from .values import units

START_MS = 40
"""From exec to the first line of a script (measured figures of Node 22 are 30 to 50 ms)."""
MEMORY = 45_000_000
"""Resident bytes of Node with a small program (assumed)."""
MOST_WAIT_US = 60_000_000
"""What the waits of a request that is answered at one instant may come to."""
COLLECT_US = 80
"""What an object costs a program that computes without pause, after each slice."""
VALUE_FLAGS = ("-r", "--require", "--import", "--env-file", "--inspect-port", "--loader", "-C")
VERSION = "22.14.0"

assert library.PARTS


class Node(Npm, Prompt, Interpreted):
    """node: a program in JavaScript, followed step by step."""

    name = "node"
    language = JavaScript()
    base_memory = MEMORY

    def begin(self, p: Process) -> None:
        """Find the script; `npm start` reads package.json."""
        if posixpath.basename(str(p.row["path"])) in PACKAGE_TOOLS:
            self.npm(p, p.argv[1:])
            return
        flags, words = _options(p.argv[1:])
        version = p.env.get("NODE_VERSION", VERSION)
        if any(flag in ("-v", "--version") for flag in flags):
            p.out(f"v{version}\n")
            p.exit(0)
            return
        p.state["flags"] = [flag for flag in flags if flag not in ("-e", "-p", "-pe")]
        p.use_memory(MEMORY)
        code = next((f for f in flags if f in ("-e", "--eval", "-p", "--print", "-pe")), None)
        if code is not None and words:
            self._begin(p, "print" if code in ("-p", "--print", "-pe") else "eval", words[0],
                        [p.argv[0], *words[1:]])  # fmt: skip
        elif code is not None:
            p.err(f"{p.argv[0]}: {code} requires an argument\n")
            p.exit(9)
        elif words and words[0] != "-":
            self._script(p, words, "--check" in flags or "-c" in flags)
        else:
            self.begin_prompt(p)

    def _script(self, p: Process, words: list[str], check: bool) -> None:
        path = p.view.resolve(words[0], p.cwd)
        if posixpath.basename(path) in PACKAGE_TOOLS:
            self.npm(p, words[1:])
            return
        vm = Machine(self.language, p, {}, {})
        found = find_file(vm, path)
        if found is None:
            p.err(f"{THROWN}Error: Cannot find module '{path}'\n    at Function._resolveFilename "
                  "(node:internal/modules/cjs/loader:1225:15)\n    at Function._load "
                  "(node:internal/modules/cjs/loader:1055:27)\n    at TracingChannel.traceSync "
                  "(node:diagnostics_channel:322:14)\n    at wrapModuleLoad "
                  "(node:internal/modules/cjs/loader:220:24)\n    at "
                  "Function.executeUserEntryPoint [as runMain] "
                  "(node:internal/modules/run_main:170:5)\n    at "
                  "node:internal/main/run_main_module:36:49 {\n  code: "
                  f"'MODULE_NOT_FOUND',\n  requireStack: []\n}}\n\nNode.js v"
                  f"{p.env.get('NODE_VERSION', VERSION)}\n")  # fmt: skip
            p.exit(1)
            return
        p.row["source"] = found
        self._begin(p, "check" if check else "script", found, ["/usr/local/bin/node", found,
                                                              *words[1:]])  # fmt: skip

    def _begin(self, p: Process, phase: str, what: str, argv: list[str]) -> None:
        """Start Node, which takes a moment."""
        p.state.update(phase=phase, what=what, argv=argv)
        machine = p.engine.store.get("Machine", "", p.box["machine"])
        speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
        p.wake(int(p.luck().lognormal_us(START_MS * MS / speed, 0.1)))

    def wake(self, p: Process) -> None:
        """Begin with the script, or go on; npm itself waits for its child."""
        if p.state.get("npm"):
            return
        phase = p.state.get("phase")
        if phase in ("script", "eval", "print", "check"):
            p.state["phase"] = "runs"
            self._run(p, str(phase), str(p.state["what"]))
        elif "vm" in p.state:
            self.turn(p)

    def _run(self, p: Process, phase: str, what: str) -> None:
        vm = self.machine_of(p)
        try:
            if phase == "script":
                self._main(vm, what)
            elif phase == "check":
                text = p.view.text(what) or ""
                vm.sources[what] = text
                body_frame(vm, what, text)
            else:
                self.begin_eval(vm, units(what), phase == "print")
        except Thrown as error:
            loop.uncaught(vm, error)
        if phase == "print":
            vm.root["print"] = True
        self.settle(p, vm, vm.run())

    def machine_of(self, p: Process) -> Machine:
        """Make the machine of a process that has none yet."""
        return self.load(p, {"micro": [], "modules": {}}, {})

    def _main(self, vm: Machine, path: str) -> None:
        vm.root["main"] = path
        if is_module(vm, path):
            vm.root["esm"] = True
            promise = start_module(vm, path)
            vm.root["main promise"] = promise
            return
        loop.start(vm, load(vm, path, ""))

    def begin_eval(self, vm: Machine, text: str, show: bool) -> None:
        """Begin with what `-e` says; show: print its value (`-p`)."""
        if show:
            self.begin_typed(vm, text, "[eval]")
            return
        vm.sources["[eval]"] = text
        frame = body_frame(vm, "[eval]", text)
        module = make_object(vm, {"exports": make_object(vm)})
        exports = module.props["exports"]
        path = f"{vm.p.cwd.rstrip('/')}/[eval]"
        frame.scope.names.update({
            "exports": exports, "module": module, "require": make_require(vm, path),
            "__filename": "[eval]", "__dirname": ".", "this": exports,
        })  # fmt: skip
        vm.start(frame)

    # Turns

    def settle(self, p: Process, vm: Machine, busy: bool) -> None:
        """After a run: see whether the program is over."""
        for _ in range(100):
            if busy or vm.exit_code is not None or loop.is_alive(vm):
                break
            if vm.root.get("prompt"):
                break
            if not self._over(p, vm):
                break
            busy = vm.run()
        self.shown(p, vm)
        if busy and vm.exit_code is None and "vm" in p.state:
            # A full heap is written down after each slice: that is the collector's time.
            vm.spend(len(p.state["vm"]["cells"]) * COLLECT_US)
        super().settle(p, vm, busy)

    def _over(self, p: Process, vm: Machine) -> bool:
        """End a program for which nothing is left to do; True when it goes on after all."""
        promise = vm.root.get("main promise")
        if vm.root.pop("print", False):
            self.print_value(vm)
        if promise is not None and promise.data[0] == PENDING:
            path = vm.root["main"]
            p.err(f"Warning: Detected unsettled top-level await at file://{path}:1\n")
            vm.exit_code = 13
            return False
        if loop.listeners(vm, "beforeExit") and not vm.root.get("before"):
            vm.root["before"] = True
            loop.emit(vm, "beforeExit", [int(vm.root.get("exitCode", 0))])
            return True
        loop.finish(vm, 0)
        return False

    def keep(self, p: Process, vm: Machine) -> None:
        """Write the machine into the state; a heap that is full ends the program."""
        super().keep(p, vm)
        used = int(p.row["memory"]) - MEMORY
        limit = heap_limit(p)
        if used > limit and vm.exit_code is None and not p.row.get("ended"):
            outside = sum(int(row[1]) for row in p.state["vm"]["cells"]
                          if row and row[0] == "js.big" and row[2] == "")  # fmt: skip
            if used - outside > limit:
                self.heap_full(p, vm, limit)

    def too_large(self, p: Process, vm: Machine) -> None:
        """End a program that holds more than the model can keep.

        # Simplified: A modelled Node.js program that holds more than 300,000 objects ends as if its
        heap were full.
        """
        self.heap_full(p, vm, heap_limit(p))

    def heap_full(self, p: Process, vm: Machine, limit: int) -> None:
        """End as V8 does when its heap is full."""
        mb = limit / 1048576
        ms = (p.engine.now_us - int(p.row["startedUs"])) // MS
        size = f"{mb:.1f} ({mb * 1.02:.1f})"
        p.err(f"\n<--- Last few GCs --->\n\n[{p.pid}:0x55d0c8a6b000] {ms:8d} ms: Mark-Compact "
              f"{size} -> {size} MB, pooled: 0 MB, 112.41 / 0.00 ms  (average mu = 0.122, "
              "current mu = 0.017) allocation failure; scavenge might not succeed\n\n\n<--- JS "
              "stacktrace --->\n\nFATAL ERROR: Reached heap limit "
              "Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----\n"
              "\n")  # fmt: skip
        p.exit(134)

    def answered(self, p: Process, number: int, answer: dict[str, Any]) -> None:
        """Hand an answer to whoever waits for it."""
        vm = self.machine(p)
        if answered(vm, number, answer):
            self.turn_after(p, vm)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """npm ends with its script; a program hears of its child."""
        if p.state.get("npm"):
            p.exit(code)
            return
        if "vm" not in p.state:
            return
        vm = self.machine(p)
        if vm.running:
            p.row.setdefault("gone", []).append([pid, code])
        elif ended_child(vm, pid, code):
            self.turn_after(p, vm)

    def signal(self, p: Process, name: str) -> bool:
        """npm passes signals on to its script; a program may listen."""
        if p.state.get("npm"):
            for row in list(p.box["processes"].values()):
                if row["parent"] == p.pid:
                    p.programs.signal(p.container, name, int(row["pid"]))
            return True
        if "vm" not in p.state:
            return False
        vm = self.machine(p)
        numbers = {"SIGTERM": 15, "SIGINT": 2, "SIGHUP": 1, "SIGUSR2": 12, "SIGQUIT": 3}
        if loop.emit(vm, name, [name, numbers.get(name, 10)]):
            self.turn_after(p, vm)
            return True
        return self.interrupted(p, vm, name)

    # Requests

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request: at once, or later when its asker can wait."""
        vm = self.machine(p)
        running = vm.running
        mark = int(vm.root.get("order", 0))
        number = accept(vm, port, request)
        if number is None:
            return {"status": 502, "body": ""}
        row = vm.root["open"][number]
        if request.get("asker") is None:
            us = self._at_once(p, vm, mark, row)
        elif running:
            row["pending"] = True
            return {"pending": True}
        else:
            busy = vm.run()
            us = vm.spent_us
            if row["answer"] is None:
                row["pending"] = vm.exit_code is None
                self.settle(p, vm, busy)
                return {"pending": True} if row["pending"] else _EMPTY
            vm.root["open"].pop(number, None)
            self.settle(p, vm, busy)
            return {**row["answer"], "us": us}
        answer = row["answer"]
        vm.root["open"].pop(number, None)
        if not running:
            self.settle(p, vm, vm.run() if vm.exit_code is None else False)
        if answer is None:
            return _EMPTY if vm.exit_code is not None else {
                "status": 504, "body": "", "headers": {}, "us": MOST_WAIT_US}  # fmt: skip
        return {**answer, "us": us}

    def _at_once(  # type: ignore[override]
        self, p: Process, vm: Machine, mark: int, row: dict[str, Any]
    ) -> int:
        """Answer a request at this instant; its waits are time that the answer takes."""
        outer, running, once = vm.p, vm.running, vm.root.get("once")
        vm.p, vm.running, vm.root["once"] = p, True, True
        try:
            waited = loop.until(vm, lambda: row["answer"] is not None, mark, MOST_WAIT_US)
        finally:
            vm.p, vm.running = outer, running
            if not once:
                vm.root.pop("once", None)
        return vm.spent_us + waited

    def reply(self, p: Process, vm: Machine, task: Task) -> dict[str, Any]:
        """Make a response of a request's task: requests here are no tasks of their own."""
        return _EMPTY

    def handle(self, p: Process, vm: Machine, frame: Frame, request: dict[str, Any]) -> Any:
        """Run a frame for a request: not used here."""
        raise NotImplementedError


_EMPTY: dict[str, Any] = {"status": 502, "body": "", "headers": {}}


def heap_limit(p: Process) -> int:
    """Give V8's limit for the heap: what a flag says, else half of the memory, 4 GB at most."""
    options = [*p.state.get("flags", ()), *p.env.get("NODE_OPTIONS", "").split()]
    for option in options:
        name, _, value = option.replace("_", "-").partition("=")
        if name == "--max-old-space-size" and value.isdigit():
            return int(value) << 20
    limit = int(p.container["HostConfig"].get("Memory") or 0)
    machine = p.engine.store.get("Machine", "", p.box["machine"]) or {"spec": {}}
    total = int(machine["spec"].get("memoryBytes") or 8 << 30)
    return min(min(limit or total, total) // 2, 4 << 30)


def _options(words: list[str]) -> tuple[list[str], list[str]]:
    """Split a command line: Node's own options, and the script with its arguments."""
    flags: list[str] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        flags.append(word)
        if word in VALUE_FLAGS and rest:
            flags.append(rest.pop(0))
        if word in ("-e", "--eval", "-p", "--print", "-pe"):
            break
    return flags, rest


FAMILIES: list[Family] = [Node()]
