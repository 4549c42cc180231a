"""Python at its prompt: each statement is run when it is whole, as CPython does.

state: "defs", the functions and classes typed so far, whose source every later statement is
compiled behind; "pending", the lines of a statement that is not whole yet.
"""

from __future__ import annotations

import ast
import codeop
from typing import Any

from ...process import Process
from .code import compile_source
from .console import traceback
from .interpreter import Interpreter
from .values import Blocked, PyError, settle, to_repr

SHOWN = "_"
"""The name that the value of an expression statement gets."""


def begin(p: Process) -> None:
    """Greet, and show the first prompt."""
    p.state.update(
        phase="prompt", pending="", defs="", text="", path="<stdin>", folder=p.cwd, argv=[""],
        routes=[], globals={"__name__": "__main__"}, frames=[],
    )  # fmt: skip
    if p.on_terminal:
        version = p.env.get("PYTHON_VERSION", "3.12.12")
        p.out(f'Python {version} (main) [GCC 12.2.0] on linux\nType "help", "copyright", '
              '"credits" or "license" for more information.\n>>> ')  # fmt: skip
    read(p)


def read(p: Process) -> None:
    """Take lines until a statement takes time, or there are no more."""
    while p.state.get("phase") == "prompt" and not p.state["frames"] and not p.row.get("ended"):
        line = p.read_line()
        if line is None:
            return
        if not line:
            _end(p)
            return
        text = str(p.state["pending"]) + line
        try:
            whole = not text.strip() or codeop.compile_command(
                text.rstrip("\n") + ("\n" if line == "\n" or "\n" not in text[:-1] else ""),
                "<stdin>",
                "single",
            )
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            p.state["pending"] = ""
            _syntax(p, error)
            _prompt(p)
            continue
        if not whole:
            p.state["pending"] = text
            if p.on_terminal:
                p.out("... ")
            continue
        p.state["pending"] = ""
        if not text.strip():
            _prompt(p)
        elif text.strip() in ("exit", "quit", "exit()", "quit()"):
            p.exit(0)
        else:
            _statement(p, text)


def _end(p: Process) -> None:
    if p.state["pending"] and not p.on_terminal:
        text, p.state["pending"] = str(p.state["pending"]), ""
        _statement(p, text)
    if p.on_terminal:
        p.out("\n")
    p.exit(0)


def _prompt(p: Process) -> None:
    if p.on_terminal:
        p.out(">>> ")


def _syntax(p: Process, error: BaseException) -> None:
    line, offset = (getattr(error, name, None) or 1 for name in ("lineno", "offset"))
    source = str(getattr(error, "text", "") or "").rstrip("\n")
    text = f'  File "<stdin>", line {line}\n'
    if source:
        column = max(0, int(offset) - 1 - (len(source) - len(source.lstrip())))
        text += f"    {source.strip()}\n    {' ' * column}^\n"
    p.err(f"{text}{type(error).__name__}: {getattr(error, 'msg', None) or error}\n")


def _statement(p: Process, text: str) -> None:
    """Run a whole statement behind the definitions that came before it."""
    defs = str(p.state["defs"])
    try:
        tree = ast.parse(text)
        if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            source = ast.get_source_segment(text, tree.body[0].value) or "None"
            text = f"{SHOWN} = ({source}\n)\n"
            p.state["expression"] = True
        elif any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body):
            p.state["added"] = text
        before = len(compile_source(defs)[""].steps) if defs else 0
        compile_source(defs + text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        p.state.pop("added", None)
        p.state.pop("expression", None)
        _syntax(p, error)
        _prompt(p)
        return
    p.state["text"] = defs + text
    frame: dict[str, Any] = {"unit": "", "pc": before, "vars": {}, "loops": {}, "tries": []}
    p.state["frames"] = [frame]
    run(p)


def run(p: Process) -> None:
    """Go on with a statement; then show its value and the prompt."""
    i = Interpreter(p)
    try:
        ended = i.run()
    except Blocked:
        p.err("# a server cannot be started from this prompt\n")
        ended = True
    except PyError as error:
        i.flush()
        if error.kind == "SystemExit":
            p.exit(int(error.text) % 256)
            return
        shift = str(p.state["defs"]).count("\n")
        trace = error.trace or i.trace(p.state["frames"])
        error.trace = [[name, max(1, int(number) - shift)] for name, number in trace]
        p.err(traceback(p, error))
        p.state.pop("expression", None)
        ended = True
    if not ended:
        p.wake(max(1, i.debt_us))
        return
    value = p.state["globals"].get(SHOWN)
    if p.state.pop("expression", False) and value is not None:
        i.write(to_repr(value) + "\n")
    i.flush()
    p.state["defs"] = str(p.state["defs"]) + str(p.state.pop("added", ""))
    p.state["frames"] = []
    fresh = settle(p.state)
    p.state.clear()
    p.state.update(fresh)
    p.row["reading"] = True
    _prompt(p)
    p.programs.feed_soon(p)


def interrupt(p: Process) -> None:
    """Take Ctrl-C: the statement ends with KeyboardInterrupt."""
    p.engine.calendar.cancel(p.row["booked"])
    p.row["booked"] = None
    p.state.update(pending="", frames=[])
    p.state.pop("expression", None)
    p.out("\nKeyboardInterrupt\n")
    p.row["reading"] = True
    _prompt(p)
