"""The python command, and the servers that run a Python application: gunicorn, uvicorn, flask."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.timing import MS

from ...process import Family, Process
from . import imports, repl
from .code import compile_source
from .console import (
    gunicorn_line,
    syntax_error,
    traceback,
)
from .interpreter import Interpreter
from .servers import profiles
from .serving import Serving
from .values import Blocked, PyError, settle, tag

SERVERS = ("gunicorn", "uvicorn", "flask", "hypercorn", "daphne", "waitress-serve", "fastapi")


class Python(Serving):
    """CPython: scripts, modules, `-c` texts, and applications under a server."""

    name = "python"

    def begin(self, p: Process) -> None:
        """Start the interpreter; the program itself begins when it is loaded."""
        p.row["memory"] = profiles()["python"]["memory"]
        p.state["phase"] = "load"
        p.wake(profiles()["python"]["start_ms"] * MS)
        if p.row["sink"] != "log":
            self.wake(p)

    def wake(self, p: Process) -> None:
        """Go on: load, run, or open the port."""
        p.engine.calendar.cancel(p.row["booked"])
        phase = p.state["phase"]
        if phase == "load":
            self._load(p)
        elif phase == "run":
            self._run(p)
        elif phase == "listen":
            self._listen(p)
        elif phase == "prompt":
            repl.run(p)

    # Loading

    def _load(self, p: Process) -> None:
        words = list(p.argv[1:])
        program = posixpath.basename(p.argv[0])
        if program in SERVERS:
            self._server(p, program, words)
            return
        while words and words[0].startswith("-") and words[0] not in ("-m", "-c", "-"):
            word = words.pop(0)
            if word in ("--version", "-V", "-VV"):
                p.out(f"Python {p.env.get('PYTHON_VERSION', '3.12.12')}\n")
                p.exit(0)
                return
            if "u" in word and not word.startswith("--"):
                p.row["unbuffered"] = True
            if word in ("-W", "-X") and words:
                words.pop(0)
        if not words or words[0] == "-":
            self._prompt(p)
        elif words[0] == "-c":
            self._program(p, "<string>", words[1] if len(words) > 1 else "", ["-c", *words[2:]])
        elif words[0] == "-m":
            self._module(p, words[1:])
        else:
            self._script(p, words)

    def _prompt(self, p: Process) -> None:
        """Read the program from standard input: line by line where it is a terminal."""
        text = p.programs.stdin(p)
        if text:
            self._program(p, "<stdin>", text, [""])
        elif p.programs.has_input(p):
            repl.begin(p)
        else:
            p.exit(0)

    def input(self, p: Process) -> None:
        """Go on with what was typed."""
        repl.read(p)

    def _script(self, p: Process, words: list[str]) -> None:
        program = posixpath.basename(words[0])
        if (program in SERVERS and p.view.text(words[0], p.cwd) is None) or (
            program in SERVERS and p.view.resolve(words[0], p.cwd).startswith("/usr/local/bin/")
        ) or (program in SERVERS and "/bin/" in words[0]):  # fmt: skip
            self._server(p, program, words[1:])
            return
        path = p.view.resolve(words[0], p.cwd)
        if p.view.is_dir(path) and p.view.is_file(f"{path}/__main__.py"):
            path = f"{path}/__main__.py"
        if not p.view.is_file(path):
            shown = words[0] if words[0].startswith("/") else path
            if p.view.is_dir(path):
                p.err(f"{p.argv[0]}: can't find '__main__' module in '{shown}'\n")
                p.exit(1)
                return
            what = "[Errno 2] No such file or directory"
            p.err(f"{p.argv[0]}: can't open file '{shown}': {what}\n")
            p.exit(2)
            return
        text = p.view.text(path)
        if posixpath.basename(path) == "manage.py" and words[1:2] == ["runserver"]:
            self._django(p, words[2:])
            return
        self._program(p, path, text or "", words)

    def _module(self, p: Process, words: list[str]) -> None:
        module = words[0] if words else ""
        if module == "http.server":
            self._http_server(p, words[1:])
            return
        if module in SERVERS:
            self._server(p, module, words[1:])
            return
        path = posixpath.join(p.cwd, module.replace(".", "/"))
        for candidate in (f"{path}.py", f"{path}/__main__.py"):
            if p.view.is_file(candidate):
                self._program(p, candidate, p.view.text(candidate) or "", [candidate, *words[1:]])
                return
        i = self._interpreter(p, p.cwd)
        top = module.partition(".")[0]
        try:
            imports.require(i, module)
        except PyError:
            p.err(f"{i.p.row.get('path', p.argv[0])}: No module named {top}\n")
            p.exit(1)
            return
        p.exit(0)

    def _program(self, p: Process, path: str, text: str, argv: list[str]) -> None:
        folder = posixpath.dirname(path) if path.startswith("/") else p.cwd
        self._prepare(p, path, text, folder or "/", "__main__")
        p.state["argv"] = argv
        p.state["phase"] = "run"
        self._run(p)

    def _prepare(self, p: Process, path: str, text: str, folder: str, name: str) -> None:
        p.state.update(
            text=text, path=path, folder=folder, argv=[path], routes=[],
            globals={"__name__": name, "__file__": path},
            frames=[{"unit": "", "pc": 0, "vars": {}, "loops": {}, "tries": []}],
        )  # fmt: skip
        p.state["frames"][0]["vars"] = {}

    def _interpreter(self, p: Process, folder: str) -> Interpreter:
        p.state.setdefault("folder", folder)
        p.state.setdefault("frames", [])
        p.state.setdefault("globals", {})
        p.state.setdefault("text", "")
        return Interpreter(p)

    # Running

    def _run(self, p: Process) -> None:
        i = Interpreter(p)
        try:
            compile_source(p.state["text"])
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            syntax_error(p, error)
            p.exit(1)
            return
        try:
            ended = i.run()
        except Blocked:
            self._serve(p, i)
            return
        except PyError as error:
            self._fail(p, i, error)
            return
        self._keep(p)
        if ended:
            i.flush()
            p.exit(0)
        else:
            p.wake(max(1, i.debt_us))

    def _keep(self, p: Process) -> None:
        """Make the state one that a keyframe holds as it is."""
        fresh = settle(p.state)
        p.state.clear()
        p.state.update(fresh)

    def _fail(self, p: Process, i: Interpreter, error: PyError) -> None:
        i.flush()
        if error.kind == "SystemExit":
            p.exit(int(error.text) % 256)
            return
        p.err(traceback(p, error))
        p.exit(1)

    def signal(self, p: Process, name: str) -> bool:
        """SIGINT ends with KeyboardInterrupt; SIGTERM only what has a handler."""
        if p.state["phase"] == "prompt" and name == "SIGINT":
            repl.interrupt(p)
            return True
        handlers = p.row.get("handlers") or {}
        if name in handlers:
            return self._handled(p, handlers[name])
        kind = (p.state.get("server") or {}).get("kind")
        if kind in ("gunicorn", "uvicorn") and name in ("SIGTERM", "SIGINT", "SIGQUIT"):
            if kind == "gunicorn":
                gunicorn_line(p, 1, "INFO", f"Handling signal: {name[3:].lower()}")
                gunicorn_line(p, 1, "INFO", "Shutting down: Master")
            else:
                for text in (
                    "Shutting down",
                    "Waiting for application shutdown.",
                    "Application shutdown complete.",
                    "Finished server process [1]",
                ):
                    p.err(f"INFO:     {text}\n")
            p.exit(0, 150 * MS)
            return True
        if name == "SIGINT":
            Interpreter(p).flush()
            if kind == "http.server":
                p.out("\nKeyboard interrupt received, exiting.\n")
            elif kind is None:
                p.err("Traceback (most recent call last):\nKeyboardInterrupt\n")
            p.exit(0 if kind else 130, 20 * MS)
            return True
        return False

    def _handled(self, p: Process, handler: Any) -> bool:
        """Call the program's own signal handler."""
        if tag(handler) != "fn":
            return tag(handler) == "lib" and "SIG_IGN" in handler["name"]
        i = Interpreter(p)
        try:
            i.call_function(handler["name"], [15, None], {})
        except PyError as error:
            self._fail(p, i, error)
        except Blocked:
            return True
        return True


FAMILIES: list[Family] = [Python()]
