"""Python programs that serve: gunicorn, uvicorn, flask, http.server, Django, and their answers."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from simulator.timing import MS

from ...process import Family, Process
from . import imports
from .code import compile_source
from .console import (
    access_line,
    banner,
    gunicorn_line,
    no_app,
    refused,
    syntax_error,
    traceback,
    traceback_text,
)
from .interpreter import Interpreter
from .options import address_of, read_options
from .servers import answer, error_page, match_route, profiles
from .values import Blocked, PyError, settle, tag


class Serving(Family):
    """The part of the python command that opens ports and answers."""

    if TYPE_CHECKING:

        def _prepare(self, p: Process, path: str, text: str, folder: str, name: str) -> None: ...

        def _interpreter(self, p: Process, folder: str) -> Interpreter: ...

        def _keep(self, p: Process) -> None: ...

    def _serve(self, p: Process, i: Interpreter) -> None:
        server = i.server or {}
        p.state["server"] = {k: settle(v) for k, v in server.items() if k != "$"}
        p.state["phase"] = "listen"
        self._keep(p)
        kind = server["kind"]
        p.use_memory(profiles()[kind]["memory"])
        p.wake(_start_us(p, kind))

    def _listen(self, p: Process) -> None:
        server = p.state["server"]
        kind, host, port = server["kind"], server["host"], int(server["port"])
        profile = profiles()[kind]
        workers = int(server.get("workers") or 1)
        if kind == "gunicorn":
            p.use_memory(profile["memory"] + workers * profile["worker_memory"])
        address = "127.0.0.1" if host in ("127.0.0.1", "localhost") else "0.0.0.0"
        wrong = p.listen(
            port, address=address, service_us=profile["service_us"], sigma=profile["sigma"],
            workers=workers * profile["threads"], calls=p.row.get("calls", []),
        )  # fmt: skip
        p.state["phase"] = "serving"
        if wrong:
            refused(p, kind, host, port, wrong)
            p.exit(1)
            return
        Interpreter(p).flush()
        banner(p, kind, host, port, workers)

    def _server(self, p: Process, program: str, words: list[str]) -> None:
        """Read a server's own command line and load the application it names."""
        options, operands = read_options(words)
        i = self._interpreter(p, options.get("--chdir") or p.cwd)
        package = {"waitress-serve": "waitress", "fastapi": "fastapi"}.get(program, program)
        if not imports.installed(i, package):
            p.err(f"Traceback (most recent call last):\n  File \"{p.argv[0]}\", line 5, in "
                  f"<module>\n    from {package} import main\nModuleNotFoundError: No module "
                  f"named '{package}'\n")  # fmt: skip
            p.exit(1)
            return
        kind = program if program in ("gunicorn", "flask") else "uvicorn"
        host, port = address_of(program, options, p.env)
        target = options.get("--app") or options.get("-A") or p.env.get("FLASK_APP", "")
        if program == "flask":
            target = target or ("app" if p.view.exists("app.py", p.cwd) else "wsgi")
        else:
            operands = [word for word in operands if word not in ("run", "dev")]
            target = operands[0] if operands else target
        module = target.partition(":")[0].removesuffix(".py").replace("/", ".")
        if not self._load_app(p, program, module, target.partition(":")[2] or "app"):
            return
        count = options.get("-w") or options.get("--workers") or p.env.get("WEB_CONCURRENCY") or "1"
        p.state["server"] = {
            "kind": kind, "host": host, "port": port,
            "workers": int(count) if count.isdigit() else 1,
            "app": target, "program": program,
        }  # fmt: skip
        self._keep(p)
        p.use_memory(profiles()[kind]["memory"])
        p.state["phase"] = "listen"
        p.wake(_start_us(p, kind))

    def _load_app(self, p: Process, program: str, module: str, variable: str) -> bool:
        """Import the module with the application; what goes wrong ends the server."""
        folder = p.state["folder"]
        path = posixpath.join(folder, module.replace(".", "/"))
        found = next((f for f in (f"{path}.py", f"{path}/__init__.py") if p.view.is_file(f)), None)
        i = Interpreter(p)
        if found is None:
            no_app(p, program, module)
            return False
        self._prepare(p, found, p.view.text(found) or "", folder, module)
        try:
            compile_source(p.state["text"])
            i.run()
        except SyntaxError as error:
            syntax_error(p, error)
            p.exit(3 if program == "gunicorn" else 1)
            return False
        except Blocked:
            return True
        except PyError as error:
            p.err(traceback(p, error))
            if program == "gunicorn":
                gunicorn_line(p, 1, "ERROR", "Worker (pid:7) exited with code 3")
                gunicorn_line(p, 1, "ERROR", "Shutting down: Master")
                gunicorn_line(p, 1, "ERROR", "Reason: Worker failed to boot.")
            p.exit(3 if program == "gunicorn" else 1)
            return False
        django = module.endswith((".wsgi", ".asgi"))
        if variable.split("(")[0] not in p.state["globals"] and not django:
            p.err(f'ERROR:    Error loading ASGI app. Attribute "{variable}" not found in module '
                  f'"{module}".\n' if program == "uvicorn" else
                  f"Failed to find attribute '{variable}' in '{module}'.\n")  # fmt: skip
            p.exit(1 if program == "uvicorn" else 4)
            return False
        return True

    def _http_server(self, p: Process, words: list[str]) -> None:
        options, operands = read_options(words)
        folder = options.get("-d") or options.get("--directory") or "."
        port = operands[0] if operands else "8000"
        self._interpreter(p, p.cwd)
        p.state["server"] = {
            "kind": "http.server", "host": options.get("-b") or options.get("--bind") or "0.0.0.0",
            "port": int(port) if port.isdigit() else 8000,
            "folder": p.view.resolve(folder, p.cwd),
        }  # fmt: skip
        p.use_memory(profiles()["http.server"]["memory"])
        p.state["phase"] = "listen"
        p.wake(_start_us(p, "http.server"))

    def _django(self, p: Process, words: list[str]) -> None:
        i = self._interpreter(p, p.cwd)
        if not imports.installed(i, "django"):
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
        p.state["server"] = {"kind": "django", "host": host or "127.0.0.1",
                             "port": int(port) if port.isdigit() else 8000}  # fmt: skip
        p.use_memory(profiles()["django"]["memory"])
        p.state["phase"] = "listen"
        p.wake(_start_us(p, "django"))

    # Requests

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request through the program's routes, or from its folder."""
        server = p.state["server"]
        kind = server["kind"]
        path = str(request.get("path") or "/").partition("?")[0]
        method = str(request.get("method") or "GET")
        if kind == "http.server":
            result = self._file(p, server["folder"], path)
        elif kind == "django":
            result = {"status": 200, "body": "The install worked successfully! Congratulations!\n"}
        elif kind == "httpserver":
            result = self._handler(p, server, method)
        else:
            result = self._route(p, method, path, kind)
        access_line(p, kind, request, method, path, result)
        self._keep(p)
        return result

    def _route(self, p: Process, method: str, path: str, kind: str) -> dict[str, Any]:
        routes = p.state.get("routes") or []
        row, values, known = match_route(routes, method, path)
        style = row["kind"] if row else (routes[0]["kind"] if routes else kind)
        if row is None:
            return error_page(405 if known else 404, style)
        i = Interpreter(p)
        try:
            value = i.call_function(row["unit"], [], values)
        except Blocked:
            value = ""
        except PyError as error:
            if style == "flask":
                stamp = p.engine.timestamp()[:19].replace("T", " ")
                p.err(f"[{stamp},000] ERROR in app: Exception on {path} [{method}]\n")
            p.err(traceback(p, error, len(p.state["frames"])))
            return error_page(500, style)
        i.flush() if p.env.get("PYTHONUNBUFFERED") else None
        return answer(value, style)

    def _handler(self, p: Process, server: dict[str, Any], method: str) -> dict[str, Any]:
        handler: Any = server.get("handler")
        if tag(handler) != "class":
            return self._file(p, p.cwd, "/")
        unit = handler["methods"].get(f"do_{method}")
        if unit is None:
            return {"status": 501, "body": f"Unsupported method ({method!r})"}
        text = "".join(_written(p.state["text"], unit))
        return {"status": 200, "body": text, "headers": {"Content-Type": "text/html"}}

    def _file(self, p: Process, folder: str, path: str) -> dict[str, Any]:
        target = posixpath.normpath(folder + "/" + path)
        view = p.view
        if view.is_dir(target):
            if view.is_file(f"{target}/index.html"):
                target += "/index.html"
            else:
                names = [n + ("/" if view.is_dir(f"{target}/{n}") else "")
                         for n in view.children(target)]  # fmt: skip
                rows = "".join(f'<li><a href="{name}">{name}</a></li>\n' for name in names)
                body = ("<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<title>Directory "
                        "listing for "
                        f"{path}</title>\n</head>\n<body>\n<h1>Directory listing for {path}</h1>\n"
                        f"<hr>\n<ul>\n{rows}</ul>\n<hr>\n</body>\n</html>\n")  # fmt: skip
                return {"status": 200, "body": body, "headers": {"Content-Type": "text/html"}}
        if not view.is_file(target):
            return {"status": 404, "body": "<!DOCTYPE HTML>\n<html lang=\"en\"><body><h1>Error "
                    "response</h1><p>Error code: 404</p><p>Message: File not found.</p></body>"
                    "</html>\n"}  # fmt: skip
        return {"status": 200, "body": view.text(target) or ""}


def _written(text: str, unit: str) -> list[str]:
    """Give the texts that an HTTP handler method writes to `self.wfile`."""
    name = unit.rpartition(".")[2]
    match = re.search(rf"def {re.escape(name)}\(.*?(?=\n    def |\nclass |\n\S|\Z)", text, re.S)
    body = match[0] if match else ""
    return [
        found[1].encode().decode("unicode_escape")
        for found in re.finditer(r"wfile\.write\(\s*b?f?[\"'](.*?)[\"']", body)
    ]


def _start_us(p: Process, kind: str) -> int:
    """Draw how long the start takes; a slow machine's core takes longer."""
    machine = p.engine.store.get("Machine", "", p.box["machine"])
    speed = float(machine["spec"].get("speed") or 1.0) if machine else 1.0
    return int(p.luck().lognormal_us(profiles()[kind]["start_ms"] * MS / speed, 0.1))
