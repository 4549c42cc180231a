"""The python command, and the servers that run a Python application: gunicorn, uvicorn, flask."""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.timing import MS

from ...process import Family, Process
from ...utilities import Context, Wait, run_utility
from ...vm import Enter, Frame, Interpreted, Machine, Scope, Task, Thrown
from . import gunicorn, repl, sites
from . import machine as _machine  # noqa: F401  its parts enter their functions
from .console import gunicorn_line
from .machine.calls import enter, info
from .machine.errors import error
from .machine.imports import check_syntax
from .machine.language import FINISHED, LANGUAGE
from .machine.library import module_of, namespace, state_of
from .machine.objects import Instance, Module
from .machine.texts import to_text
from .machine.tracebacks import format_exception
from .output import flush
from .servers import profiles
from .serving import Serving

SERVERS = ("gunicorn", "uvicorn", "flask", "hypercorn", "daphne", "waitress-serve", "fastapi")
TOOLS = {"celery": "_celery_cli", "rq": "_rq_cli", "alembic": "_alembic_cli"}
"""Programs of packages, by the module of the library whose `main` gets their words."""
NUMBERS = {"SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGUSR1": 10, "SIGUSR2": 12, "SIGALRM": 14,
           "SIGTERM": 15}  # fmt: skip


class Python(Serving, Interpreted):
    """CPython: scripts, modules, `-c` texts, and applications under a server."""

    name = "python"
    language = LANGUAGE
    base_memory = 0

    def begin(self, p: Process) -> None:
        """Start the interpreter; the program itself begins when it is loaded."""
        p.row["memory"] = profiles()["python"]["memory"]
        p.state.update(phase="load", memory=profiles()["python"]["memory"])
        p.wake(profiles()["python"]["start_ms"] * MS)
        if p.row["sink"] != "log":
            self.wake(p)

    def wake(self, p: Process) -> None:
        """Go on: load, or run."""
        p.engine.calendar.cancel(p.row["booked"])
        if p.state["phase"] == "load":
            self._load(p)
        else:
            self.turn(p)

    # Loading

    def _load(self, p: Process) -> None:
        words = list(p.argv[1:])
        program = posixpath.basename(p.argv[0])
        if program in SERVERS:
            self._server(p, program, words)
            return
        if program in TOOLS:
            self._tool(p, program, words)
            return
        while words and words[0].startswith("-") and words[0] not in ("-m", "-c", "-"):
            word = words.pop(0)
            if word in ("--version", "-V", "-VV"):
                p.out(f"Python {sites.version(p)}\n")
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

    def _tool(self, p: Process, program: str, words: list[str]) -> None:
        """Run the program of a package that the library models."""
        if not sites.installed(p, program):
            p.err(f"{p.argv[0]}: No module named {program}\n")
            p.exit(1)
            return
        vm = self.new_machine(p, p.cwd, [program, *words])
        vm.root["modules"]["__main__"] = Module("__main__", {"__name__": "__main__"})
        args = [[program, *words]]
        self.start_main(p, vm, enter(vm, namespace(TOOLS[program])["main"], args, {}).frame)

    def _prompt(self, p: Process) -> None:
        """Read the program from standard input: line by line where it is a terminal."""
        text = p.programs.stdin(p)
        if text:
            self._program(p, "<stdin>", text, [""])
        elif p.programs.has_input(p):
            repl.begin(self, p)
        else:
            p.exit(0)

    def input(self, p: Process) -> None:
        """Go on with what was typed."""
        if p.state["phase"] == "prompt":
            repl.read(self, p)
            return
        vm = self.machine(p)
        waiting = state_of(vm, "stdin").get("waiting") or []
        if waiting and (line := p.read_line()) is not None:
            vm.resume(waiting.pop(0), line)
            self.turn_after(p, vm)

    def _script(self, p: Process, words: list[str]) -> None:
        program = posixpath.basename(words[0])
        if (program in SERVERS and p.view.text(words[0], p.cwd) is None) or (
            program in SERVERS and p.view.resolve(words[0], p.cwd).startswith("/usr/local/bin/")
        ) or (program in SERVERS and "/bin/" in words[0]):  # fmt: skip
            self._server(p, program, words[1:])
            return
        path = p.view.resolve(words[0], p.cwd)
        if program in TOOLS and "/bin/" in path:
            self._tool(p, program, words[1:])
            return
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
        if module in TOOLS:
            self._tool(p, module, words[1:])
            return
        path = posixpath.join(p.cwd, module.replace(".", "/"))
        for candidate in (f"{path}.py", f"{path}/__main__.py"):
            if p.view.is_file(candidate):
                text = p.view.text(candidate) or ""
                self._program(p, candidate, text, [candidate, *words[1:]], p.cwd, module)
                return
        top = module.partition(".")[0]
        if not sites.importable(p, top):
            p.err(f"{p.row.get('path', p.argv[0])}: No module named {top}\n")
        elif top == "pip":
            done = run_utility(Context(p, words, None, p.out, p.err, p.env))
            p.exit(*((done.code, done.us or 0) if isinstance(done, Wait) else (done,)))
            return
        else:
            p.err(f"{p.argv[0]} -m {module}: not part of this simulator\n")
        p.exit(1)

    def new_machine(self, p: Process, folder: str, argv: list[str]) -> Machine:
        """Make a machine with the module search path of a program in a folder."""
        p.state["phase"] = "run"
        extra = [one for one in p.env.get("PYTHONPATH", "").split(":") if one]
        root = {"argv": argv, "path": [folder, *extra], "modules": {}}
        return self.load(p, root, {})

    def _program(
        self, p: Process, path: str, text: str, argv: list[str], folder: str = "", module: str = ""
    ) -> None:
        folder = folder or (posixpath.dirname(path) if path.startswith("/") else p.cwd)
        vm = self.new_machine(p, folder or "/", argv)
        vm.sources[path] = text
        names: dict[str, Any] = {"__name__": "__main__", "__doc__": None, "__builtins__": None,
                                 "__package__": module.rpartition(".")[0] or None}  # fmt: skip
        if not path.startswith("<"):
            names["__file__"] = path
        names["__builtins__"] = module_of(vm, "builtins")
        vm.root["modules"]["__main__"] = Module("__main__", names)
        self.start_main(p, vm, Frame(path, 0, Scope(names)))

    def start_main(self, p: Process, vm: Machine, frame: Frame) -> None:
        """Begin the program's main task, if its source can be compiled."""
        try:
            check_syntax(vm, frame.source)
        except Thrown as thrown:
            p.err(format_exception(vm, thrown.value))
            p.exit(1)
            return
        except (RecursionError, MemoryError) as problem:
            p.err(f"{type(problem).__name__}: {problem}\n")
            p.exit(1)
            return
        vm.root["main"] = vm.start(frame)
        self.turn_after(p, vm)

    # Running

    def keep(self, p: Process, vm: Machine) -> None:
        """Write the machine into the state."""
        p.state["ballast"] = p.state.get("memory") or 0
        super().keep(p, vm)

    def settle(self, p: Process, vm: Machine, busy: bool) -> None:
        """Write out what is in the buffer before the end."""
        if vm.exit_code is not None and not p.programs.is_out_of_memory(str(p.container["Id"])):
            flush(p)
        super().settle(p, vm, busy)
        if p.state.get("phase") == "prompt" and not p.row.get("ended"):
            repl.after_turn(self, p, vm)

    def child_ended(self, p: Process, pid: int, code: int) -> None:
        """Tell who waits for a child's end."""
        if "vm" not in p.state:
            return
        vm = self.machine(p)
        kept = state_of(vm, "children")
        waiter = kept.setdefault("waiting", {}).pop(pid, None)
        kept.setdefault("ended", {})[pid] = code
        if waiter is not None and waiter.waits:
            vm.resume(waiter, code)
        self.turn_after(p, vm)

    def signal(self, p: Process, name: str) -> bool:
        """SIGINT ends with KeyboardInterrupt; SIGTERM only what has a handler."""
        if p.state["phase"] == "prompt" and name == "SIGINT":
            repl.interrupt(self, p)
            return True
        if "vm" not in p.state:
            return False
        vm = self.machine(p)
        handler = (vm.root.get("handlers") or {}).get(NUMBERS.get(name, 0))
        if handler is not None and not isinstance(handler, int):
            return self._handled(p, vm, name, handler)
        if handler == 1:
            return True
        kind = (p.state.get("server") or {}).get("kind")
        if kind in ("gunicorn", "uvicorn") and name in ("SIGTERM", "SIGINT", "SIGQUIT"):
            _end_server(p, kind, name)
            return True
        if name == "SIGINT":
            flush(p)
            if kind in ("http.server", "httpserver"):
                p.out("\nKeyboard interrupt received, exiting.\n" if kind == "http.server" else "")
            elif kind is None and vm.root.get("main") is not None:
                self._interrupt(p, vm)
                return True
            p.exit(0 if kind else 130, 20 * MS)
            return True
        return False

    def _interrupt(self, p: Process, vm: Machine) -> None:
        """Raise KeyboardInterrupt where the main task stands."""
        main: Task = vm.root["main"]
        if main.number is not None:
            p.stop_asking(main.number)
        main.wake_us, main.number, main.blocked, main.then = None, None, False, ""
        vm._throw(main, error("KeyboardInterrupt"))
        self.turn_after(p, vm)

    def _handled(self, p: Process, vm: Machine, name: str, handler: Any) -> bool:
        """Let the main task call the program's own signal handler."""
        main: Task | None = vm.root.get("main")
        if main is None or main.done:
            return True
        kept = [main.wake_us, main.number, main.blocked, main.then, main.data]
        vm.p = p
        outer, vm.task = vm.task, main
        try:
            result = LANGUAGE.call(vm, handler, [NUMBERS[name], None], {})
        except Thrown as thrown:
            vm.task = outer
            if main.number is not None:
                p.stop_asking(main.number)
            main.wake_us, main.number, main.blocked, main.then = None, None, False, ""
            vm._throw(main, thrown)
            self.turn_after(p, vm)
            return True
        vm.task = outer
        if type(result) is Enter:
            main.wake_us, main.number, main.blocked, main.then = None, None, False, ""
            info(result.frame).next.append(["signal", kept])
            result.frame.then = "py"
            main.frames.append(result.frame)
        self.turn_after(p, vm)
        return True


def _end_server(p: Process, kind: str, name: str) -> None:
    if kind == "gunicorn":
        gunicorn_line(p, 1, "INFO", f"Handling signal: {name[3:].lower()}")
        workers = int(p.state["server"].get("workers") or 1)
        for number in range(workers):
            gunicorn_line(p, 7 + number, "INFO", f"Worker exiting (pid: {7 + number})")
        gunicorn_line(p, 1, "INFO", "Shutting down: Master")
    else:
        for text in (
            "Shutting down",
            "Waiting for application shutdown.",
            "Application shutdown complete.",
            f"Finished server process [{p.pid}]",
        ):
            p.err(f"INFO:     {text}\n")
    p.exit(0, 150 * MS)


def _finished(vm: Machine, task: Task, thrown: Thrown | None) -> None:
    """End the program with its main task; say what went wrong in a thread."""
    if vm.host is None or vm.host.state.get("phase") == "prompt":
        return
    if task is not vm.root.get("main"):
        thread = task.more.get("thread") if type(task.more) is dict else None
        if thrown is not None and type(thread) is Instance:
            flush(vm.p)
            vm.p.err(f"Exception in thread {thread.fields.get('name')}:\n"
                     + format_exception(vm, thrown.value))  # fmt: skip
        return
    code = 0 if thrown is None else exit_code(vm, thrown)
    kept = vm.root.get("libraries", {}).get("made", {})
    if "threading" in kept or "atexit" in kept:
        result = enter(vm, namespace("_web")["finish"], [code], {})
        vm.tasks.append(Task([result.frame]))
        return
    vm.exit_code = code


def exit_code(vm: Machine, thrown: Thrown) -> int:
    """Say what ended the program, and give its exit code."""
    p, value = vm.p, thrown.value
    flush(p)
    if value.cls.name == "SystemExit":
        code = value.fields.get("code")
        if code is None:
            return 0
        if type(code) in (int, bool):
            return int(code) & 0xFF
        p.err(to_text(vm, code) + "\n")
        return 1
    if vm.root.get("program") == "gunicorn":
        return gunicorn.failed(p, format_exception(vm, value))
    p.err(format_exception(vm, value))
    return 130 if value.cls.name == "KeyboardInterrupt" else 1


FINISHED.append(_finished)
FAMILIES: list[Family] = [Python()]
