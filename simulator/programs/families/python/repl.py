"""Python at its prompt: each statement is run when it is whole, as CPython does.

state: "pending", the lines of a statement that is not whole yet; "typed", how many there were.
"""

from __future__ import annotations

import codeop
from typing import TYPE_CHECKING, Any

from ...process import Process
from ...vm import Frame, Machine, Scope, Thrown
from . import sites
from .machine.errors import error
from .machine.imports import check_syntax
from .machine.library import module_of
from .machine.objects import Module
from .machine.tracebacks import format_exception
from .output import flush

if TYPE_CHECKING:
    from .python import Python

MOST = 400
"""Statements whose sources are kept, for the functions that were defined in them."""


def begin(family: Python, p: Process) -> None:
    """Greet, and show the first prompt."""
    vm = family.new_machine(p, p.cwd, [""])
    p.state.update(phase="prompt", pending="", typed=0)
    names: dict[str, Any] = {"__name__": "__main__", "__doc__": None, "__package__": None}
    names["__builtins__"] = module_of(vm, "builtins")
    vm.root["modules"]["__main__"] = Module("__main__", names)
    family.keep(p, vm)
    if p.on_terminal:
        p.out(f'Python {sites.version(p)} (main) [GCC 12.2.0] on linux\nType "help", "copyright", '
              '"credits" or "license" for more information.\n>>> ')  # fmt: skip
    read(family, p)


def read(family: Python, p: Process) -> None:
    """Take lines until a statement takes time, or there are no more."""
    while p.state.get("phase") == "prompt" and not p.state.get("busy") and not p.row.get("ended"):
        line = p.read_line()
        if line is None:
            return
        if not line:
            _end(family, p)
            return
        text = str(p.state["pending"]) + line
        try:
            whole = not text.strip() or codeop.compile_command(
                text.rstrip("\n") + ("\n" if line == "\n" or "\n" not in text[:-1] else ""),
                "<stdin>",
                "single",
            )
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
            whole = True
        if not whole:
            p.state["pending"] = text
            if p.on_terminal:
                p.out("... ")
            continue
        p.state["pending"] = ""
        if not text.strip():
            _prompt(p)
        else:
            _statement(family, p, text)


def _end(family: Python, p: Process) -> None:
    if p.state["pending"] and not p.on_terminal:
        text, p.state["pending"] = str(p.state["pending"]), ""
        _statement(family, p, text)
        if p.row.get("ended") or p.state.get("busy"):
            return
    if p.on_terminal:
        p.out("\n")
    p.exit(0)


def _prompt(p: Process) -> None:
    if p.on_terminal:
        p.out(">>> ")


def _statement(family: Python, p: Process, text: str) -> None:
    """Run a whole statement."""
    vm = family.machine(p)
    p.state["typed"] = int(p.state["typed"]) + 1
    source = f"<stdin>#{p.state['typed']}\0single"
    vm.sources[source] = text
    if len(vm.sources) > MOST:
        del vm.sources[next(iter(vm.sources))]
    try:
        check_syntax(vm, source)
    except Thrown as thrown:
        p.err(format_exception(vm, thrown.value).replace(source, "<stdin>"))
        _prompt(p)
        return
    names = vm.root["modules"]["__main__"].names
    p.state["busy"] = True
    vm.root["main"] = vm.start(Frame(source, 0, Scope(names)))
    family.turn_after(p, vm)


def after_turn(family: Python, p: Process, vm: Machine) -> None:
    """When the statement has ended, show what it left and the prompt."""
    main = vm.root.get("main")
    if main is None or not main.done:
        return
    vm.root["main"] = None
    p.state["busy"] = False
    flush(p)
    if main.error is not None:
        if main.error.cls.name == "SystemExit":
            code = main.error.fields.get("code")
            p.exit(int(code) % 256 if isinstance(code, int) else 0 if code is None else 1)
            return
        p.err(format_exception(vm, main.error))
    names = vm.root["modules"]["__main__"].names
    if vm.root.get("shown") is not None:
        names["_"] = vm.root.pop("shown")
    family.keep(p, vm)
    p.row["reading"] = True
    _prompt(p)
    p.programs.feed_soon(p)


def interrupt(family: Python, p: Process) -> None:
    """Take Ctrl-C: the statement ends with KeyboardInterrupt."""
    vm = family.machine(p)
    main = vm.root.get("main")
    p.state["pending"] = ""
    p.out("\n")
    if main is not None and not main.done:
        main.wake_us, main.number, main.blocked, main.then = None, None, False, ""
        vm._throw(main, error("KeyboardInterrupt"))
        family.turn_after(p, vm)
        return
    p.out("KeyboardInterrupt\n")
    p.row["reading"] = True
    _prompt(p)
