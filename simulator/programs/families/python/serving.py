"""Python programs that serve: gunicorn, uvicorn, flask, http.server, Django, and their answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...process import Family, Process
from ...vm import Frame, Machine, Task
from . import gunicorn, sites
from .console import access_line, error_page, no_app, said_version, traceback_text
from .machine import sockets
from .machine.calls import enter
from .machine.imports import find_source
from .machine.library import namespace
from .machine.objects import Module
from .options import address_of, read_options
from .output import flush


class Serving(Family):
    """The part of the python command that opens ports and answers."""

    if TYPE_CHECKING:

        def new_machine(self, p: Process, folder: str, argv: list[str]) -> Machine: ...

        def start_main(self, p: Process, vm: Machine, frame: Frame) -> None: ...

        def machine(self, p: Process) -> Machine: ...

        def turn_after(self, p: Process, vm: Machine) -> None: ...

        def handle(self, p: Process, vm: Machine, frame: Frame, request: dict[str, Any]) -> Any: ...

    def _server(self, p: Process, program: str, words: list[str]) -> None:
        """Read a server's own command line and load the application it names."""
        options, operands = read_options(words)
        folder = options.get("--chdir") or options.get("--app-dir") or p.cwd
        folder = p.view.resolve(folder, p.cwd)
        package = {"waitress-serve": "waitress", "fastapi": "fastapi"}.get(program, program)
        if not sites.installed(p, package):
            p.err(f"Traceback (most recent call last):\n  File \"{p.argv[0]}\", line 5, in "
                  f"<module>\n    from {package} import main\nModuleNotFoundError: No module "
                  f"named '{package}'\n")  # fmt: skip
            p.exit(1)
            return
        if words[:1] in (["--version"], ["-v"]) and (said := said_version(p, program)):
            p.out(said)
            p.exit(0)
            return
        if program == "flask" and operands and operands[0] != "run":
            self._flask_command(p, words)
            return
        kind = program if program in ("gunicorn", "flask") else "uvicorn"
        host, port = address_of(program, options, p.env)
        target = options.get("--app") or options.get("-A") or p.env.get("FLASK_APP", "")
        if program == "flask":
            target = target or ("app" if p.view.exists("app.py", folder) else "wsgi")
        else:
            operands = [word for word in operands if word not in ("run", "dev")]
            target = operands[0] if operands else target
        module = target.partition(":")[0].removesuffix(".py").replace("/", ".")
        vm = self.new_machine(p, folder, [program, *words])
        if program != "gunicorn" and find_source(vm, module) is None:
            no_app(p, program, module)
            return
        count = options.get("-w") or options.get("--workers") or p.env.get("WEB_CONCURRENCY") or "1"
        threads = options.get("--threads") or ""
        more: dict[str, Any] = {"workers": int(count) if count.isdigit() else 1, "app": target,
                                "program": program}  # fmt: skip
        if threads.isdigit():
            more["threads"] = int(threads)
        if program == "flask" and (
            "--debug" in words or p.env.get("FLASK_DEBUG", "") in ("1", "true")
        ):
            more["debug"] = True
        variable = target.partition(":")[2]
        if not variable:
            variable = "application" if program == "gunicorn" else "app"
        if module.endswith((".wsgi", ".asgi")):
            variable = target.partition(":")[2] or "application"
        elif program == "gunicorn" and not target.partition(":")[2]:
            variable = "application"
        if "--reload" in words and program in ("uvicorn", "fastapi"):
            more["reload"] = folder
        if program == "gunicorn":
            more["words"] = [*p.env.get("GUNICORN_CMD_ARGS", "").split(), *words]
        vm.root["program"] = program
        args = [program, kind, module, variable, host, port, more]
        self.start_main(p, vm, enter(vm, namespace("_web")["serve"], args, {}).frame)

    def _flask_command(self, p: Process, words: list[str]) -> None:
        """Run a command of an application: `flask db upgrade`, `flask init-db`, `flask routes`."""
        vm = self.new_machine(p, p.cwd, ["flask", *words])
        vm.root["modules"]["__main__"] = Module("__main__", {"__name__": "__main__"})
        main = namespace("_flask_cli")["main"]
        self.start_main(p, vm, enter(vm, main, [["flask", *words]], {}).frame)

    def _http_server(self, p: Process, words: list[str]) -> None:
        options, operands = read_options(words)
        folder = options.get("-d") or options.get("--directory") or "."
        port = operands[0] if operands else "8000"
        host = options.get("-b") or options.get("--bind") or "0.0.0.0"
        vm = self.new_machine(p, p.cwd, ["http.server", *words])
        args = [host, int(port) if port.isdigit() else 8000, p.view.resolve(folder, p.cwd)]
        self.start_main(p, vm, enter(vm, namespace("_files")["serve"], args, {}).frame)

    def _django(self, p: Process, words: list[str]) -> None:
        if not sites.installed(p, "django"):
            p.err(
                traceback_text(
                    "manage.py",
                    11,
                    "from django.core.management import execute_from_command_line",
                    "ModuleNotFoundError",
                    "No module named 'django'",
                )
            )
            p.exit(1)
            return
        _, operands = read_options(words)
        place = operands[0] if operands else "127.0.0.1:8000"
        host, _, port = place.rpartition(":")
        vm = self.new_machine(p, p.cwd, ["manage.py", "runserver", *words])
        # Simplified: Of Django the model follows settings, URLs, views, templates, models,
        # migrations, forms and sessions; of the admin site only the page to log in is there.
        named = re.search(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)", self._manage(p))
        settings = named[1] if named else ""
        args = [host or "127.0.0.1", int(port) if port.isdigit() else 8000, settings]
        self.start_main(p, vm, enter(vm, namespace("_files")["django"], args, {}).frame)

    def _manage(self, p: Process) -> str:
        """Give the text of the project's manage.py."""
        return p.view.text("manage.py", p.cwd) or ""

    # Requests

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request through the program's own code."""
        server = p.state.get("server")
        if server is None:
            return {"status": 502, "body": "", "headers": {}}
        vm = self.machine(p)
        if server["kind"] == "socket":
            return self._through_socket(p, vm, port, request)
        body = request.get("body") or ""
        environ = {
            "method": str(request.get("method") or "GET"),
            "path": str(request.get("path") or "/"),
            "headers": {str(k).lower(): str(v) for k, v in (request.get("headers") or {}).items()},
            "body": body if isinstance(body, str) else "",
            "client": str(request.get("client") or "172.17.0.1"),
        }
        asker = request.get("asker")
        if asker is not None and gunicorn.is_full(vm, server):
            vm.root.setdefault("backlog", []).append([environ, asker])
            return {"pending": True}
        frame = self._frame(vm, server, environ)
        answer: dict[str, Any] = self.handle(p, vm, frame, request)
        if answer.get("pending"):
            gunicorn.watch(vm, server, str(environ["path"]))
            self.turn_after(p, vm)
        answer = gunicorn.too_slow(p, vm, answer, str(environ["path"]))
        if p.env.get("PYTHONUNBUFFERED"):
            flush(p)
        return answer

    def _frame(self, vm: Machine, server: dict[str, Any], environ: dict[str, Any]) -> Frame:
        args = [vm.root.get("app"), server["kind"], environ]
        frame: Frame = enter(vm, namespace("_web")["handle"], args, {}).frame
        return frame

    def take_next(self, p: Process, vm: Machine) -> bool:
        """Begin a request that has waited for a worker."""
        waiting, server = vm.root.get("backlog"), p.state.get("server")
        while waiting and server and not gunicorn.is_full(vm, server):
            environ, asker = waiting.pop(0)
            if p.programs.is_asking(asker):
                vm.requests.append([vm.start(self._frame(vm, server, environ)), asker])
                gunicorn.watch(vm, server, str(environ["path"]))
                return True
        return False

    def _through_socket(
        self, p: Process, vm: Machine, port: int, request: dict[str, Any]
    ) -> dict[str, Any]:
        """Hand a request to a program that reads it from its own socket."""
        running = vm.running
        answer = sockets.respond(p, vm, port, request)
        if not running:
            self.turn_after(p, vm)
        if "number" in answer:
            return sockets.http_answer(vm, answer["number"])
        return answer

    def reply(self, p: Process, vm: Machine, task: Task) -> dict[str, Any]:
        """Make a response of an ended request."""
        kind = p.state["server"]["kind"]
        if task.error is None and isinstance(task.result, dict):
            return {**task.result}
        if task.error is not None:
            from .machine.tracebacks import format_exception

            p.err(format_exception(vm, task.error))
        answer = error_page(500, kind)
        environ = task.frames[0].scope.names.get("environ") if task.frames else None
        if environ:
            access_line(p, kind, environ, environ["method"], environ["path"], answer)
        return answer
