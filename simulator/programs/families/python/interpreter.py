"""Follows a Python program step by step; all that it remembers is plain data.

state: frames [{"unit", "pc", "vars", "loops", "tries"}], globals, text (source), path, routes.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

from simulator.plain import copy

from ...process import Process
from . import imports, library, remote
from .code import Unit, compile_source
from .expressions import evaluate
from .values import UNKNOWN, Blocked, PyError, lib, made, tag, to_text, truth

STEPS_AT_ONCE = 3000
STEP_NS = 200
"""CPU time of a simple statement in CPython (assumed)."""
PATIENCE = 30
"""Rounds of STEPS_AT_ONCE that a program computes at CPython's speed, about 20 ms."""
SLOWEST = 12
"""Doublings after that: each round of a program that only computes then takes 2.5 s."""
MAX_DEPTH = 40
BUFFER = 8192
"""Bytes of CPython's output buffer when standard output is no terminal."""


BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


class Interpreter:
    """One run over a state."""

    def __init__(self, p: Process) -> None:
        self.p: Process = p
        self.state: dict[str, Any] = p.state
        self.debt_us = 0
        self.depth = 0
        self.line = 0
        self.server: dict[str, Any] | None = None

    # The world

    @property
    def version(self) -> str:
        """The interpreter's version, as the image's environment tells it."""
        return self.p.env.get("PYTHON_VERSION", "3.12.12")

    def hostname(self) -> str:
        """Give the container's host name."""
        return str(self.p.container["Config"]["Hostname"])

    def machine_name(self) -> str:
        """Give the processor's name."""
        platform = self.p.container["drydock"]["platform"]
        return {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}.get(platform, "armv7l")

    def write(self, text: str, flush: bool = False) -> None:
        """Write to standard output through CPython's buffer.

        On a terminal a line is written at once, otherwise only when 8 KiB have come together, the
        program ends, or it asks for it (`flush=True`, `python -u`, PYTHONUNBUFFERED).
        """
        row = self.p.row
        direct = (
            (self.p.on_terminal and row["sink"] == row["input"])
            or self.p.env.get("PYTHONUNBUFFERED")
            or row.get("unbuffered")
        )
        row["buffer"] = row.get("buffer", "") + text
        if direct or flush or len(row["buffer"]) > BUFFER:
            self.flush()

    def flush(self) -> None:
        """Write out what is in the buffer."""
        text = self.p.row.pop("buffer", "")
        self.p.out(text)

    def note_call(self, host: str, port: int, path: str = "/") -> None:
        """Remember a service that this program depends on."""
        calls = self.p.row.setdefault("calls", [])
        row = {"host": host, "port": port, "path": path}
        if row not in calls:
            calls.append(row)

    def note_handler(self, args: list[Any]) -> None:
        """Remember that the program has a handler (`signal.signal`)."""
        if args and tag(args[0]) == "lib":
            name = args[0]["name"].rpartition(".")[2]
            handler = args[1] if len(args) > 1 else None
            self.p.row.setdefault("handlers", {})[name] = handler

    # Running

    def units(self) -> dict[str, Unit]:
        """Give the compiled source."""
        return compile_source(self.state["text"])

    def run(self) -> bool:
        """Go on; True when the module has ended, False when it waits (debt_us) or serves."""
        frames = self.state["frames"]
        steps = 0
        while frames:
            steps += 1
            if steps > STEPS_AT_ONCE:
                self.debt_us += self.round_us()
                return False
            try:
                self.step(frames)
            except PyError as error:
                if not self.catch(frames, error):
                    raise
            if self.debt_us:
                self.state.pop("rounds", None)
                return False
        return True

    def round_us(self) -> int:
        """Give what a round of steps takes; a program that never waits goes slower and slower.

        # Simplified: A Python program that computes for more than 20 ms without waiting for
        anything goes on ever slower, so that an endless loop does not hold the lab up.
        """
        rounds = int(self.state.get("rounds", 0)) + 1
        self.state["rounds"] = rounds
        return (STEPS_AT_ONCE * STEP_NS // 1000) << min(max(0, rounds - PATIENCE), SLOWEST)

    def step(self, frames: list[dict[str, Any]]) -> None:
        """Do one step of the innermost frame."""
        frame = frames[-1]
        steps = self.units()[frame["unit"]].steps
        if frame["pc"] >= len(steps):
            frames.pop()
            return
        step = steps[frame["pc"]]
        frame["pc"] += 1
        kind = step[0]
        if kind == "do":
            self.statement(step[1], frames)
        elif kind == "jump":
            frame["pc"] = step[1]
        elif kind == "test":
            self.at(step[1])
            if not truth(evaluate(self, step[1])):
                frame["pc"] = step[2]
        elif kind == "iter":
            self.at(step[2])
            items = evaluate(self, step[2])
            if isinstance(items, dict) and not tag(items):
                items = list(items)
            if isinstance(items, str):
                items = list(items)
            if tag(items) == "obj" and items["type"] == "file":
                items = library.method(self, items, "readlines", [], {})
            frame["loops"][step[1]] = [items if isinstance(items, list) else [], 0]
        elif kind == "next":
            items, index = frame["loops"][step[1]]
            if index >= len(items):
                frame["pc"] = step[3]
            else:
                frame["loops"][step[1]][1] += 1
                self.assign(step[2], items[index])
        else:
            self.rare(step, frame, frames)

    def rare(self, step: tuple[Any, ...], frame: dict[str, Any], frames: list[Any]) -> None:
        """Do one of the less frequent steps."""
        kind = step[0]
        if kind == "def":
            function = {"$": "fn", "name": step[2]}
            for decorator in step[3]:
                self.at(decorator)
                self.decorate(decorator, step[2])
            self.set(step[1], function)
        elif kind == "class":
            bases = [evaluate(self, base) for base in step[3]]
            self.set(step[1], {"$": "class", "name": step[1], "methods": step[2], "bases": bases})
        elif kind == "try":
            frame["tries"].append(step[1])
        elif kind == "endtry":
            frame["tries"].pop()
        elif kind == "except":
            self.handler(step[1], step[2], frame)
        elif kind == "reraise":
            error = frame.pop("error", None)
            if error:
                raise PyError(error[0], error[1])
        elif kind == "with":
            self.at(step[1])
            value = evaluate(self, step[1])
            if step[2] is not None:
                self.assign(step[2], value)
        elif kind == "return":
            self.at(step[2])
            frame["result"] = None if step[1] is None else evaluate(self, step[1])
            self.state["result"] = frame["result"]
            frames.pop()

    def trace(self, frames: list[dict[str, Any]]) -> list[list[Any]]:
        """Give [unit, line] of each frame, for a traceback."""
        return [[frame["unit"], int(frame.get("line") or 1)] for frame in frames]

    def at(self, node: ast.AST) -> None:
        """Note the line, for tracebacks."""
        line = getattr(node, "lineno", None)
        if line is not None and self.state["frames"]:
            self.state["frames"][-1]["line"] = line

    def catch(self, frames: list[dict[str, Any]], error: PyError) -> bool:
        """Find the handlers of an exception; False when it leaves the program."""
        for depth in range(len(frames) - 1, -1, -1):
            if frames[depth]["tries"]:
                del frames[depth + 1 :]
                frame = frames[depth]
                frame["pc"] = frame["tries"].pop()
                frame["error"] = [error.kind, error.text]
                return True
        return False

    def handler(self, node: ast.ExceptHandler, other: int, frame: dict[str, Any]) -> None:
        """Enter an except clause if it fits, else go on to the next."""
        kind, text = frame.get("error") or ["", ""]
        names = [ast.unparse(node.type)] if node.type is not None else []
        if isinstance(node.type, ast.Tuple):
            names = [ast.unparse(item) for item in node.type.elts]
        short = kind.rpartition(".")[2]
        broad = short not in ("SystemExit", "KeyboardInterrupt")
        fits = not names or any(
            name.rpartition(".")[2] == short or (name in ("Exception", "OSError") and broad)
            or name == "BaseException" for name in names
        )  # fmt: skip
        if not fits:
            frame["pc"] = other
            return
        frame.pop("error", None)
        if node.name:
            self.set(node.name, made("exception", text=text, kind=kind))

    # Statements

    def statement(self, node: ast.stmt, frames: list[dict[str, Any]]) -> None:
        """Do a simple statement."""
        self.at(node)
        if isinstance(node, ast.Expr):
            if self.enter_call(node.value, frames):
                return
            evaluate(self, node.value)
        elif isinstance(node, ast.Assign):
            value = evaluate(self, node.value)
            for target in node.targets:
                self.assign(target, value)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.assign(node.target, evaluate(self, node.value))
        elif isinstance(node, ast.AugAssign):
            old = ast.BinOp(left=_as_load(node.target), op=node.op, right=node.value)
            self.assign(node.target, evaluate(self, old))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imports.run(self, node)
        elif isinstance(node, ast.Raise):
            self.throw(node)
        elif isinstance(node, ast.Assert):
            if not truth(evaluate(self, node.test)):
                text = to_text(evaluate(self, node.msg)) if node.msg else ""
                raise PyError("AssertionError", text)
        elif isinstance(node, ast.Global):
            frames[-1].setdefault("global", []).extend(node.names)

    def throw(self, node: ast.Raise) -> None:
        """Do a raise statement."""
        if isinstance(node.exc, ast.Call):
            args = [evaluate(self, arg) for arg in node.exc.args]
            raise PyError(ast.unparse(node.exc.func), to_text(args[0]) if args else "")
        if node.exc is not None:
            value = evaluate(self, node.exc)
            if tag(value) == "obj" and "kind" in value:
                raise PyError(value["kind"], value["text"])
            raise PyError(ast.unparse(node.exc), "")
        raise PyError("RuntimeError", "No active exception to reraise")

    def enter_call(self, node: ast.expr, frames: list[dict[str, Any]]) -> bool:
        """Enter a function of the program called as a statement, so that it may take its time."""
        if isinstance(node, ast.Await):
            node = node.value
        if not isinstance(node, ast.Call):
            return False
        if ast.unparse(node.func) == "asyncio.run" and node.args:
            return self.enter_call(node.args[0], frames)
        if not isinstance(node.func, ast.Name):
            return False
        function = self.get(node.func.id)
        if tag(function) != "fn":
            return False
        args = [evaluate(self, arg) for arg in node.args]
        kw = {k.arg: evaluate(self, k.value) for k in node.keywords if k.arg}
        frames.append(self.frame(function["name"], args, kw))
        return True

    def frame(self, unit_name: str, args: list[Any], kw: dict[str, Any]) -> dict[str, Any]:
        """Make the frame of a call."""
        if len(self.state["frames"]) > MAX_DEPTH:
            raise PyError("RecursionError", "maximum recursion depth exceeded")
        unit = self.units()[unit_name]
        values: dict[str, Any] = dict(zip(unit.args, args, strict=False))
        values.update(kw)
        first = len(unit.args) - len(unit.defaults)
        for name, default in zip(unit.args[first:], unit.defaults, strict=False):
            if name not in values:
                values[name] = evaluate(self, default)
        return {"unit": unit_name, "pc": 0, "vars": values, "loops": {}, "tries": []}

    def call_function(self, unit_name: str, args: list[Any], kw: dict[str, Any]) -> Any:
        """Run a function to its end at once and give what it returns."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PyError("RecursionError", "maximum recursion depth exceeded")
        outer = self.state["frames"]
        frames = [*outer, self.frame(unit_name, args, kw)]
        base = len(outer)
        self.state["frames"] = frames
        self.state["result"] = None
        steps = 0
        try:
            while len(frames) > base and steps < STEPS_AT_ONCE:
                steps += 1
                try:
                    self.step(frames)
                except PyError as error:
                    inner = frames[base:]
                    if not self.catch(inner, error):
                        error.trace = error.trace or self.trace(frames)
                        raise
                    frames[base:] = inner
        finally:
            self.depth -= 1
            self.state["frames"] = outer
        return self.state.pop("result", None)

    # Names

    def get(self, name: str) -> Any:
        """Look a name up: local, global, built in. Raises PyError NameError."""
        if self.state["frames"]:
            values = self.state["frames"][-1]["vars"]
            if name in values:
                return values[name]
        if name in self.state["globals"]:
            return self.state["globals"][name]
        if name in library.FUNCTIONS or name in library.EXCEPTIONS:
            return lib(name)
        if name in BUILTINS:
            return lib(name)
        raise PyError("NameError", f"name {name!r} is not defined")

    def set(self, name: str, value: Any) -> None:
        """Bind a name in the innermost scope."""
        frame = self.state["frames"][-1] if self.state["frames"] else None
        if frame is None or frame["unit"] == "" or name in frame.get("global", []):
            self.state["globals"][name] = value
        else:
            frame["vars"][name] = value

    def assign(self, target: ast.expr, value: Any) -> None:
        """Bind a target: a name, names, an item or an attribute."""
        if isinstance(target, ast.Name):
            self.set(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            items = value if isinstance(value, list) else [UNKNOWN] * len(target.elts)
            for each, item in zip(target.elts, items, strict=False):
                self.assign(each, item)
        elif isinstance(target, ast.Subscript):
            holder, key = evaluate(self, target.value), evaluate(self, target.slice)
            if isinstance(holder, list) and isinstance(key, int):
                if not -len(holder) <= key < len(holder):
                    raise PyError("IndexError", "list assignment index out of range")
                holder[key] = value
            elif isinstance(holder, dict) and not tag(holder):
                holder[key if isinstance(key, str) else to_text(key)] = copy(value)
            elif tag(holder) == "lib" and holder["name"] == "os.environ":
                self.p.env[to_text(key)] = to_text(value)
        elif isinstance(target, ast.Attribute):
            holder = evaluate(self, target.value)
            if tag(holder) == "self":
                holder["fields"][target.attr] = value

    # Frameworks

    def decorate(self, node: ast.expr, unit_name: str) -> None:
        """Register a route: @app.route("/x"), @app.get("/x")."""
        from .servers import register_route

        register_route(self, node, unit_name)

    def construct(self, name: str, args: list[Any], kw: dict[str, Any]) -> Any:
        """Call something of a library by its dotted name."""
        from .servers import serve

        if name in library.FUNCTIONS:
            return library.FUNCTIONS[name](self, args, kw)
        client = remote.construct(self, name, args, kw)
        if client is not None:
            return client
        if name.startswith("requests.") and name.rpartition(".")[2] in remote.HTTP:
            return remote.request(self, name.rpartition(".")[2], args)
        if name == "os.environ.get":
            return self.p.env.get(to_text(args[0]))
        server = serve(self, name, args, kw)
        if server is not None:
            if server.get("$") == "block":
                self.server = server
                raise Blocked
            return server
        return UNKNOWN


def _as_load(node: ast.expr) -> ast.expr:
    """Read an assignment's target as a value."""
    return ast.parse(ast.unparse(node), mode="eval").body
