"""Node's prompt: lines that are typed are compiled, run and shown."""

from __future__ import annotations

from typing import Any

from ...process import Process
from ...vm import Enter, Interpreted, Machine, Thrown
from . import loop
from .inspect import inspect
from .intrinsics import intrinsic
from .modules import body_frame, make_require
from .promises import new_promise
from .syntax import JsSyntaxError, parse
from .values import NULL, Obj, plain, units

VERSION = "22.14.0"
OPEN = ("Unexpected end of input", "Unterminated template", "missing ) after argument list")
HELP = """.break    Sometimes you get stuck, this gets you out
.clear    Alias for .break
.editor   Enter editor mode
.exit     Exit the REPL
.help     Print this help message
.load     Load JS from a file into the REPL session
.save     Save all evaluated commands in this REPL session to a file

Press Ctrl+C to abort current expression, Ctrl+D to exit the REPL
"""
MAX_LINES = 2_000


class Prompt(Interpreted):
    """The part of the family for the prompt and for standard input."""

    def begin_prompt(self, p: Process) -> None:
        """Begin without a script: with a terminal the prompt, else what is piped in."""
        p.state["phase"] = "prompt"
        if not p.programs.has_input(p):
            text = p.programs.stdin(p)
            if text:
                self.piped(p, text)
            else:
                p.exit(0)
            return
        if p.on_terminal:
            version = p.env.get("NODE_VERSION", VERSION)
            p.out(f'Welcome to Node.js v{version}.\nType ".help" for more information.\n> ')
            vm = self.load(p, {"micro": [], "modules": {}, "prompt": True, "typed": {}}, {})
            vm.root["typed"].update(_=None, require=make_require(vm, f"{p.cwd}/repl"))
            self.keep(p, vm)
        self.input(p)

    def piped(self, p: Process, text: str) -> None:
        """Run a program that came over standard input."""
        vm = self.load(p, {"micro": [], "modules": {}}, {})
        try:
            self.begin_eval(vm, units(text), False)
        except Thrown as error:
            loop.uncaught(vm, error)
        self.settle(p, vm, vm.run())

    def begin_eval(self, vm: Machine, text: str, show: bool) -> None:
        """Begin with a text (see Node)."""
        raise NotImplementedError

    def input(self, p: Process) -> None:
        """Read what is typed, or hand it to the program that reads standard input."""
        if p.state.get("phase") != "prompt":
            self.hand_in(p)
            return
        while (line := p.read_line()) is not None:
            if not p.on_terminal:
                if not line:
                    self.piped(p, "".join(p.state.pop("lines", [])))
                    return
                p.state.setdefault("lines", []).append(line)
                continue
            vm = self.machine(p)
            if not line or line.strip() == ".exit":
                p.out("\n" if not line else "")
                vm.exit_code = 0
                self.settle(p, vm, False)
                return
            self.take(p, vm, line)
            if vm.exit_code is not None or p.row.get("ended"):
                return

    def hand_in(self, p: Process) -> None:
        """Give a line to the program's standard input."""
        vm = self.machine(p)
        while (line := p.read_line()) is not None:
            fn = vm.root.get("reads")
            if fn is None:
                return
            loop.job(vm, fn, None, [units(line) if line else NULL])
            if not line:
                vm.root.pop("reads", None)
                break
        self.turn_after(p, vm)

    def take(self, p: Process, vm: Machine, line: str) -> None:
        """Take a line of the prompt."""
        command = line.strip()
        waiting = str(p.state.get("typing", ""))
        if command in (".help", ".clear", ".break", ".editor") and line.startswith("."):
            p.state["typing"] = ""
            p.out((HELP if command == ".help" else "") + "> ")
            return
        text = waiting + units(line)
        if not text.strip():
            p.out("> ")
            return
        try:
            _check(text)
        except JsSyntaxError as error:
            if error.message in OPEN and len(text) < 20_000:
                p.state["typing"] = text
                p.out("... ")
                return
            p.state["typing"] = ""
            lines = text.rstrip("\n").split("\n")
            shown = lines[error.line - 1] if error.line <= len(lines) else ""
            p.out(f"{plain(shown)}\n{' ' * (error.column - 1)}{'^' * error.width}\n\nUncaught "
                  f"SyntaxError: {error.message}\n> ")  # fmt: skip
            return
        p.state["typing"] = ""
        try:
            self.begin_typed(vm, _wrapped(text), f"REPL{self.count(vm)}")
        except Thrown as error:
            show_error(vm, error)
        self.settle(p, vm, vm.run())

    def count(self, vm: Machine) -> int:
        """Number the lines that were typed."""
        vm.root["lines"] = number = int(vm.root.get("lines", 0)) + 1
        return number

    def begin_typed(self, vm: Machine, text: str, name: str) -> None:
        """Compile a typed text and begin with it; what it comes to is kept in "value"."""
        source = f"typed:{name}"
        vm.root.setdefault("typed", {})
        if "require" not in vm.root["typed"]:
            vm.root["typed"]["require"] = make_require(vm, f"{vm.p.cwd.rstrip('/')}/repl")
        for old in list(vm.sources)[: max(0, len(vm.sources) - MAX_LINES)]:
            del vm.sources[old]
        vm.sources[source] = text
        frame = body_frame(vm, source, text)
        frame.scope.names["this"] = intrinsic(vm, "globalThis")
        code = vm.code(source, 0)
        derived = new_promise(vm)
        derived.data[3] = True
        if code.info.asynchronous:
            frame.then, frame.more = "async", [derived, "running", False]
            vm.start(frame)
        else:
            loop.start(vm, Enter(frame), derived)
        vm.root["value"] = derived

    def shown(self, p: Process, vm: Machine) -> None:
        """Show what the last line came to, when it has come to it."""
        promise = vm.root.get("value")
        if not vm.root.get("prompt") or promise is None or promise.data[0] == "pending":
            return
        vm.root.pop("value")
        if vm.exit_code is not None:
            return
        state, value = promise.data[:2]
        if state == "rejected":
            show_error(vm, Thrown(value))
            return
        vm.root["typed"]["_"] = value
        p.out(inspect(vm, value) + "\n> ")

    def print_value(self, vm: Machine) -> None:
        """Print what `-p` has come to."""
        promise = vm.root.get("value")
        if promise is None:
            return
        state, value = promise.data[:2]
        if state == "rejected":
            loop.uncaught(vm, Thrown(value))
        else:
            vm.p.out((plain(value) if type(value) is str else inspect(vm, value)) + "\n")

    def interrupted(self, p: Process, vm: Machine, name: str) -> bool:
        """Take Ctrl-C at the prompt."""
        if name != "SIGINT" or not vm.root.get("prompt"):
            return False
        if p.state.get("interrupted"):
            p.exit(0)
            return True
        if not p.state.get("typing"):
            p.state["interrupted"] = True
            p.out("\n(To exit, press Ctrl+C again or Ctrl+D or type .exit)")
        p.state["typing"] = ""
        p.out("\n> ")
        return True


def _check(text: str) -> None:
    """Look for a syntax error; an object literal counts as an expression."""
    parse(_wrapped(text))


def _wrapped(text: str) -> str:
    """Let a line that begins with a brace be an object, as Node's prompt does, if it can be."""
    if not text.lstrip().startswith("{") or text.rstrip().endswith(";"):
        return text
    try:
        parse(f"({text.strip()})")
    except JsSyntaxError:
        return text
    return f"({text.strip()})"


def show_error(vm: Machine, error: Thrown) -> None:
    """Show an error at the prompt."""
    value: Any = error.value
    if isinstance(value, Obj) and value.kind == "Error":
        rows = inspect(vm, value).split("\n")
        kept = [row for row in rows if not row.startswith("    at ")
                or (row.startswith("    at ") and "(REPL" in row)]  # fmt: skip
        shown = "\n".join(kept)
        vm.p.out(f"Uncaught {shown}\n> " if not shown.startswith("[") else
                 f"Uncaught:\n{shown}\n> ")  # fmt: skip
    else:
        vm.p.out(f"Uncaught {inspect(vm, value)}\n> ")
